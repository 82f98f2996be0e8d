"""rag.readers.ofd: places, columns and every way such a file can be wrong."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import open_source
from rag.types import Box, Page
from tests.ofd_writer import MM, NS, ofd, page, printed, text_object
from tests.outlines import ofd_paths
from tests.pdf_writer import Text, set_columns
from tests.pictures import printed as picture

TITLE = "全市教育工作会议召开"
BODY = (
    "3月25日，市教育局召开2024年全市教育工作会议，总结去年工作，安排部署今年重点任务，局长出席会议并讲话。\n"
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育，努力建设教育强市。\n"
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保全年各项目标任务落到实处，见到成效。"
)


def read(folder: Path, data: bytes, name: str = "报.ofd") -> list[Page]:
    path = folder / name
    path.write_bytes(data)
    source = open_source(path)
    try:
        return [source.page(n + 1) for n in range(source.pages)]
    finally:
        source.close()


def trouble(folder: Path, data: bytes) -> str:
    with pytest.raises(JianwenError) as caught:
        read(folder, data, "坏.ofd")
    assert "坏.ofd" in str(caught.value)
    return str(caught.value)


def box(found: Box | None) -> tuple[float, ...]:
    assert found is not None
    return found.x0, found.y0, found.x1, found.y1


@pytest.mark.parametrize("columns", [1, 2, 3])
def test_columns_do_not_interleave(tmp_path: Path, columns: int) -> None:
    texts = [Text(40, 40, 22, TITLE), *set_columns(BODY, columns, 48 // columns, top=90)]
    random.Random(3).shuffle(texts)
    (article,) = read_articles(read(tmp_path, ofd([printed(texts)]))).articles
    assert article.title == TITLE
    assert [p.text for p in article.paragraphs] == BODY.split("\n")


def test_places_and_sizes(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ofd([printed([Text(100, 200, 12, "教育工作")])]))
    assert (found.width, found.height) == pytest.approx((595.28, 841.89), abs=0.01)
    (line,) = found.lines
    assert line.size == pytest.approx(12, abs=0.01) and not line.bold
    assert box(line.box) == pytest.approx((100, 200, 148, 212), abs=0.02)
    path = tmp_path / "报.ofd"
    assert open_source(path).properties_date == "2024-03-26"


def test_one_text_code_across_two_columns_is_cut(tmp_path: Path) -> None:
    size = 10 * MM
    steps = f"g 4 {size:.4f} {size * 6:.4f} g 4 {size:.4f}"
    content = page(text_object(Text(40, 100, 10, "左边五个字右边五个字"), 1, steps=steps))
    (found,) = read(tmp_path, ofd([content]))
    assert [line.text for line in found.lines] == ["左边五个字", "右边五个字"]


def test_turned_and_moved_text(tmp_path: Path) -> None:
    turned = text_object(Text(300, 100, 10, "转了九十度"), 1, 'CTM="0 1 -1 0 0 0"')
    bold = text_object(Text(40, 60, 10, "黑体"), 2).replace('Font="3"', 'Font="4"')
    (found,) = read(tmp_path, ofd([page(turned + bold, box="10 10 210 297")]))
    by_text = {line.text: line for line in found.lines}
    assert set(by_text) == {"转了九十度", "黑体"} and by_text["黑体"].bold
    shift = 10 / MM
    assert box(by_text["转了九十度"].box) == pytest.approx(
        (290 - shift, 100 - shift, 300 - shift, 150 - shift), abs=0.1
    )


def test_templates_and_composite_objects(tmp_path: Path) -> None:
    template = page(text_object(Text(40, 20, 9, "版头文字"), 1))
    unit = (
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="7" Width="9" Height="9"><ofd:Content>'
        f"{text_object(Text(0, 0, 10, '复合对象'), 2)}</ofd:Content></ofd:CompositeGraphicUnit>"
        "</ofd:CompositeGraphicUnits>"
    )
    place = f'Boundary="{100 * MM} {200 * MM} 9 9"'
    use = f'<ofd:PageBlock><ofd:CompositeObject ID="8" ResourceID="7" {place}/></ofd:PageBlock>'
    hidden = text_object(Text(40, 300, 10, "看不见的"), 3, 'Visible="false"')
    content = page(use + hidden, '<ofd:Template TemplateID="5" ZOrder="Background"/>')
    (found,) = read(tmp_path, ofd([content], unit, template))
    assert [(line.text, round(box(line.box)[0]), round(box(line.box)[1])) for line in found.lines] == [
        ("版头文字", 40, 20),
        ("复合对象", 100, 200),
    ]


def test_rules_frames_and_pictures(tmp_path: Path) -> None:
    def path(data: str) -> str:
        inside = f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>"
        return f'<ofd:PathObject ID="1" Boundary="10 10 200 200">{inside}</ofd:PathObject>'

    picture = '<ofd:ImageObject ID="2" Boundary="20 30 40 50" ResourceID="1"/>'
    objects = path("M 0 5 L 100 5") + path("M 0 0 L 50 0 L 50 60 L 0 60 C") + path("M 0 0 Q 1 1 2 2") + picture
    text = text_object(Text(40, 60, 10, "文"), 3)
    (found,) = read(tmp_path, ofd([page(objects + text)]))
    assert [tuple(round(v * MM) for v in box(b)) for b in found.rules] == [(10, 15, 110, 15)]
    assert [tuple(round(v * MM) for v in box(b)) for b in found.frames] == [(10, 10, 60, 70)]
    assert [tuple(round(v * MM) for v in box(b)) for b in found.pictures] == [(20, 30, 60, 80)]


def test_no_character_is_lost(tmp_path: Path) -> None:
    rng = random.Random(7)
    texts = [
        Text(
            rng.uniform(0, 560),
            rng.uniform(0, 800),
            rng.choice([8, 10, 10, 16]),
            "".join(rng.choices("教育工作会", k=5)),
        )
        for _ in range(80)
    ]
    found = read(tmp_path, ofd([printed(texts)]))
    assert sorted("".join(line.text for line in found[0].lines).replace(" ", "")) == sorted(
        "".join(t.text for t in texts)
    )


SCAN = (
    '<ofd:MultiMedias><ofd:MultiMedia ID="7" Type="Image" Format="PNG"><ofd:MediaFile>scan.png</ofd:MediaFile>'
    '</ofd:MultiMedia><ofd:MultiMedia ID="8"><ofd:MediaFile>turned.png</ofd:MediaFile></ofd:MultiMedia>'
    "</ofd:MultiMedias>"
)
ROWS = [TITLE, "会议总结了去年的工作", "安排部署今年的任务"]
PRINT = [Text(60, 30, 20, ROWS[0]), Text(60, 90, 10, ROWS[1]), Text(60, 106, 10, ROWS[2])]


SHEET = "0 0 120 60"  # millimetres
WIDE, HIGH = 120 / MM, 60 / MM
WHOLE = '<ofd:ImageObject ID="2" Boundary="0 0 120 60" ResourceID="7"/>'


@cache
def scan(turned: bool = False) -> bytes:
    """The page as a picture file."""
    out = io.BytesIO()
    Image.fromarray(picture(PRINT, WIDE, HIGH)).rotate(180 if turned else 0).save(out, "PNG")
    return out.getvalue()


def scanned(objects: str) -> bytes:
    return ofd([page(objects, box=SHEET)], SCAN, parts={"Doc_0/scan.png": scan(), "Doc_0/turned.png": scan(True)})


def assert_print_is_read(found: Page) -> None:
    lines = {line.text: line for line in found.lines}
    assert set(lines) == set(ROWS)
    for text in PRINT:
        line = lines[text.text]
        assert line.confidence is not None and line.confidence > 0.8
        x1 = text.x + text.size * len(text.text)
        assert box(line.box) == pytest.approx((text.x, text.top, x1, text.top + text.size), abs=2.5)
    assert (found.width, found.height) == pytest.approx((WIDE, HIGH), abs=0.01)


@pytest.mark.parametrize(
    "objects",
    [
        WHOLE,
        '<ofd:ImageObject ID="2" Boundary="0 0 120 60" CTM="120 0 0 60 0 0" ResourceID="7"/>',
        # upside down in its file, put upright by its matrix
        '<ofd:ImageObject ID="2" Boundary="0 0 120 60" CTM="-120 0 0 -60 120 60" ResourceID="8"/>',
    ],
)
def test_scanned_pages_are_recognised_where_they_are_printed(tmp_path: Path, objects: str) -> None:
    assert_print_is_read(read(tmp_path, scanned(objects))[0])


def test_a_scan_in_strips_from_a_folder_of_resources(tmp_path: Path) -> None:
    whole = Image.open(io.BytesIO(scan()))
    cut = round(whole.height * 97 / HIGH)  # through the middle of a line
    parts, listed, objects = {}, "", ""
    for number, (top, bottom) in enumerate(((0, cut), (cut, whole.height))):
        out = io.BytesIO()
        whole.crop((0, top, whole.width, bottom)).save(out, "PNG")
        parts[f"Doc_0/Res/{number}.png"] = out.getvalue()
        listed += f'<ofd:MultiMedia ID="{number}"><ofd:MediaFile>{number}.png</ofd:MediaFile></ofd:MultiMedia>'
        y0, y1 = (60 * v / whole.height for v in (top, bottom))
        objects += f'<ofd:ImageObject ID="1{number}" Boundary="0 {y0} 120 {y1 - y0}" ResourceID="{number}"/>'
    resource = f'<ofd:Res {NS} BaseLoc="Res"><ofd:MultiMedias>{listed}</ofd:MultiMedias></ofd:Res>'
    parts["Doc_0/Own.xml"] = resource.encode()
    own = "<ofd:PageRes>/Doc_0/Own.xml</ofd:PageRes>"
    assert_print_is_read(read(tmp_path, ofd([page(objects, own, SHEET)], parts=parts))[0])


def test_characters_drawn_as_outlines_are_recognised(tmp_path: Path, qapp: object) -> None:
    paper = (
        '<ofd:PathObject ID="1" Boundary="0 0 210 297" Fill="true" Stroke="false" DrawParam="6">'
        "<ofd:AbbreviatedData>M 0 0 L 120 0 L 120 60 L 0 60 C</ofd:AbbreviatedData></ofd:PathObject>"
    )
    white = (
        '<ofd:DrawParams><ofd:DrawParam ID="6"><ofd:FillColor Value="255 255 250"/></ofd:DrawParam></ofd:DrawParams>'
    )
    assert_print_is_read(read(tmp_path, ofd([page(paper + ofd_paths(PRINT), box=SHEET)], white))[0])


def test_a_layer_of_text_over_a_scan_is_used_if_it_is_sound(tmp_path: Path) -> None:
    layer = "".join(text_object(Text(10, 60 + 16 * n, 4, row), 20 + n) for n, row in enumerate(BODY.split("\n")))
    (sound,) = read(tmp_path, scanned(WHOLE + layer))
    assert "".join(line.text for line in sound.lines) == BODY.replace("\n", "")
    broken = "".join(text_object(Text(30, 130 + 16 * n, 10, "豢毹俅" * 8), 20 + n) for n in range(2))
    assert_print_is_read(read(tmp_path, scanned(WHOLE + broken))[0])


def test_a_number_stamped_on_a_scan_is_kept_and_no_line_comes_twice(tmp_path: Path) -> None:
    stamp = text_object(Text(280, 150, 10, "第3页"), 20) + text_object(Text(60, 90, 10, ROWS[1]), 21)
    (found,) = read(tmp_path, scanned(WHOLE + stamp))
    lines = {line.text: line.confidence for line in found.lines}
    assert sorted(lines) == sorted([*ROWS, "第3页"]) and len(found.lines) == 4
    assert lines["第3页"] is None
    assert lines[ROWS[1]] is not None


@pytest.mark.parametrize("parts", [{}, {"Doc_0/scan.png": b"hello"}, {"Doc_0/scan.png": scan()[:2000]}])
def test_a_scan_that_is_not_there_says_so_and_other_pages_are_read(tmp_path: Path, parts: dict[str, bytes]) -> None:
    path = tmp_path / "报.ofd"
    path.write_bytes(ofd([page(WHOLE, box=SHEET), page(""), printed([Text(40, 40, 10, "第三页")])], SCAN, parts=parts))
    source = open_source(path)
    with pytest.raises(JianwenError, match="第 1 页是图片"):
        source.page(1)
    assert source.page(2).lines == ()
    assert source.page(3).lines[0].text == "第三页"


def test_characters_without_a_meaning(tmp_path: Path) -> None:
    assert "无法还原" in trouble(tmp_path, ofd([printed([Text(40, 40, 10, "\ue001\ue002\ue003\ue004")])]))


def test_composite_objects_without_end_are_stopped(tmp_path: Path) -> None:
    units = "".join(
        f'<ofd:CompositeGraphicUnit ID="{n}"><ofd:Content>'
        + f'<ofd:CompositeObject ResourceID="{n + 1}" Boundary="0 0 1 1"/>' * 2
        + "</ofd:Content></ofd:CompositeGraphicUnit>"
        for n in range(40)
    )
    start = page('<ofd:CompositeObject ResourceID="0" Boundary="0 0 1 1"/>')
    data = ofd([start], f"<ofd:CompositeGraphicUnits>{units}</ofd:CompositeGraphicUnits>")
    assert "多得不正常" in trouble(tmp_path, data)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空文件"),
        (b"hello", "损坏"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04junk", "损坏"),
        (ofd([]), "损坏"),
        (ofd([page("", box="0 0 99999 99999")]), "页面尺寸"),
        (ofd([page("", box="0 0 0 0")]), "页面尺寸"),
        (ofd(["<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"]), "损坏"),
        (ofd([page("")], parts={"Encryptions.xml": b"<a/>"}), "加密"),
        (ofd([""]), "缺失"),
        (ofd(["<a>" * 100_000]), "损坏"),
    ],
)
def test_what_is_no_readable_ofd(tmp_path: Path, data: bytes, word: str) -> None:
    assert word in trouble(tmp_path, data)


NUMBER = st.sampled_from(["", "0", "1", "-5", "nan", "inf", "1e300", "g", "g 9999999 1", "x", "3 4", "1e-300"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[NUMBER] * 7), min_size=1, max_size=4))
def test_odd_numbers_never_escape_as_another_error(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    objects = "".join(
        f'<ofd:TextObject Boundary="{a} {b} 9 9" Size="{c}" CTM="{d} 0 0 {e} 0 0" HScale="{f}">'
        f'<ofd:TextCode X="{a}" Y="{g}" DeltaX="{g} {b}" DeltaY="{f}">会议</ofd:TextCode></ofd:TextObject>'
        f'<ofd:PathObject Boundary="{b} {c} 9 9"><ofd:AbbreviatedData>M {a} {b} L {c} {b} C</ofd:AbbreviatedData>'
        f'</ofd:PathObject><ofd:ImageObject Boundary="{a} {b} {c} {d}"/>'
        for a, b, c, d, e, f, g in rows
    )
    try:
        read_articles(read(tmp_path, ofd([page(objects)])))
    except JianwenError as error:
        assert "报.ofd" in str(error)


GOOD = ofd([printed([Text(40, 50, 22, TITLE), *set_columns(BODY, 2, 24)])])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_damage_never_escapes_as_another_error(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    try:
        read_articles(read(tmp_path, GOOD[:at] + junk + (b"" if cut else GOOD[at + len(junk) :])))
    except JianwenError as error:
        assert "报.ofd" in str(error)


def test_names_of_other_schemes_are_understood(tmp_path: Path) -> None:
    data = printed([Text(40, 40, 10, "无前缀的文件")]).replace("ofd:", "").replace(NS, "")
    (found,) = read(tmp_path, ofd([data]))
    assert found.lines[0].text == "无前缀的文件"
