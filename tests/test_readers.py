"""rag.readers: text in its encodings, PDF in its shapes, and every way a file can be wrong."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.errors import JianwenError, PasswordNeeded
from rag.readers import SUFFIXES, read_file
from rag.readers.pdfium_page import Style, View, em_box
from rag.readers.segments import Char, ideographs, page_lines
from rag.readers.text import decode, pages
from rag.types import Box, Page
from tests.pdf_writer import Sheet, Text, pdf, set_columns

BODY = (
    "3月25日，市教育局召开2024年全市教育工作会议，总结去年工作，安排部署今年重点任务，局长出席会议并讲话。\n"
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育，努力建设教育强市。\n"
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保全年各项目标任务落到实处，见到成效。"
)
TITLE = "全市教育工作会议召开"


def read(folder: Path, name: str, data: bytes) -> list[Page]:
    path = folder / name
    path.write_bytes(data)
    return list(read_file(path))


def characters(found: list[Page]) -> Counter[str]:
    return Counter("".join(line.text for page in found for line in page.lines).replace(" ", ""))


def trouble(folder: Path, name: str, data: bytes) -> str:
    with pytest.raises(JianwenError) as caught:
        read(folder, name, data)
    assert name in str(caught.value)
    return str(caught.value)


# ---------------------------------------------------------------- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (page,) = read(tmp_path, "甲.txt", "第一行\r\n\n　　第二行：龙".encode(encoding))
    assert [line.text for line in page.lines] == ["第一行", "", "　　第二行：龙"]


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Co", "Cn")), min_size=1))
def test_both_chinese_encodings_read_alike(text: str) -> None:
    text = "会议指出，" * 3 + text
    assert decode(text.encode("utf-8")) == text
    assert decode(text.encode("utf-16")) == text
    if decode(text.encode("gb18030")) != text:  # a few short texts are also good UTF-8: that reading comes first
        text.encode("gb18030").decode("utf-8")


def test_big_endian_mark(tmp_path: Path) -> None:
    (page,) = read(tmp_path, "甲.TXT", b"\xfe\xff" + "通知".encode("utf-16-be"))
    assert page.lines[0].text == "通知"


def test_form_feeds_part_pages() -> None:
    assert [(p.number, len(p.lines)) for p in pages("一\n二\f三")] == [(1, 2), (2, 1)]


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xff\xff\xff",
        b"MZ\x00\x00\x03",
        "通知".encode("utf-16-le"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xef\xbb\xbf\xff",
    ],
)
def test_what_is_not_text(tmp_path: Path, data: bytes) -> None:
    assert "UTF-8" in trouble(tmp_path, "甲.txt", data)


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf", "　\n".encode()])
def test_empty_text(tmp_path: Path, data: bytes) -> None:
    assert "空" in trouble(tmp_path, "甲.txt", data)


def test_too_much_text(tmp_path: Path) -> None:
    path = tmp_path / "大.txt"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)  # a sparse file
    with pytest.raises(JianwenError, match="50 MB"):
        list(read_file(path))


def test_other_kinds_and_missing_files(tmp_path: Path) -> None:
    assert "不支持" in trouble(tmp_path, "甲.xyz", b"1")
    with pytest.raises(JianwenError, match="找不到"):
        list(read_file(tmp_path / "无.txt"))
    (tmp_path / "夹.txt").mkdir()
    with pytest.raises(JianwenError, match="找不到"):
        list(read_file(tmp_path / "夹.txt"))
    assert {".txt", ".pdf"} <= SUFFIXES


# ---------------------------------------------------------------- PDF


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@pytest.mark.parametrize("shuffled", [False, True])
def test_columns_do_not_interleave(tmp_path: Path, columns: int, shuffled: bool) -> None:
    cells = {1: 48, 2: 24, 3: 15, 4: 11}[columns]
    texts = [Text(40, 50, 22, TITLE), *set_columns(BODY, columns, cells), Text(295, 810, 9, "1")]
    if shuffled:
        random.Random(columns).shuffle(texts)
    reading = read_articles(read(tmp_path, "报.pdf", pdf([Sheet(texts)])))
    (article,) = reading.articles
    assert article.title == TITLE
    assert [p.text for p in article.paragraphs] == BODY.split("\n")
    assert [p.text for p in reading.furniture] == ["1"]
    assert str(article.date) == "2024-03-25"


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_turned_pages(tmp_path: Path, rotate: int) -> None:
    texts = [Text(40, 50, 22, TITLE), *set_columns(BODY, 2, 24)]
    sheet = Sheet(texts, rotate=rotate, crop="[10 20 580 800]")
    found = read(tmp_path, "转.pdf", pdf([sheet]))
    (article,) = read_articles(found).articles
    assert (article.title, [p.text for p in article.paragraphs]) == (TITLE, BODY.split("\n"))
    # the title's place on the page as shown, which is the crop box (570 × 780) turned clockwise
    box = found[0].lines[0].box
    assert box is not None
    expected = {0: (30, 8, 250, 30), 90: (750, 30, 772, 250), 180: (320, 750, 540, 772), 270: (8, 320, 30, 540)}
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(expected[rotate], abs=0.5)
    shown = (570, 780) if rotate in (0, 180) else (780, 570)
    assert (found[0].width, found[0].height) == pytest.approx(shown)


def test_fragments_name_each_printed_line(tmp_path: Path) -> None:
    texts = set_columns(BODY, 2, 24)
    (article,) = read_articles(read(tmp_path, "报.pdf", pdf([Sheet(texts)]))).articles
    printed = [
        (paragraph.text[f.start : f.end], round(f.box.x0), round(f.box.y0), round(f.box.x1 - f.box.x0))
        for paragraph in article.paragraphs
        for f in paragraph.fragments
    ]
    widths = {t.text: sum(5 if c.isascii() else 10 for c in t.text) for t in texts}
    assert printed == [(t.text, round(t.x), round(t.top), widths[t.text]) for t in texts]
    for paragraph in article.paragraphs:
        assert "".join(paragraph.text[f.start : f.end] for f in paragraph.fragments) == paragraph.text


def test_two_articles_side_by_side_under_their_headlines(tmp_path: Path) -> None:
    left, right = BODY.replace("市", "县"), BODY.replace("市", "区")
    texts = [
        Text(40, 40, 30, "教育简报"),
        Text(40, 100, 18, "县里召开教育工作会议"),
        Text(310, 106, 16, "区里也召开教育工作会议"),
        *set_columns(left, 2, 11, top=130),
        *set_columns(right, 2, 11, top=140, left=310),
    ]
    random.Random(5).shuffle(texts)
    found = read_articles(read(tmp_path, "报.pdf", pdf([Sheet(texts)]))).articles
    bodies = {a.title: [p.text for p in a.paragraphs] for a in found}
    assert bodies["县里召开教育工作会议"] == left.split("\n")
    assert bodies["区里也召开教育工作会议"] == right.split("\n")


def test_a_paragraph_runs_on_over_pages(tmp_path: Path) -> None:
    texts = set_columns(BODY, 1, 24)
    first = [*texts[:4], Text(295, 810, 9, "— 1 —")]
    second = [Text(t.x, t.top - 60, t.size, t.text) for t in texts[4:]]
    reading = read_articles(read(tmp_path, "报.pdf", pdf([Sheet(first), Sheet(second)])))
    (article,) = reading.articles
    assert [p.text for p in article.paragraphs] == BODY.split("\n")
    assert [p.text for p in reading.furniture] == ["—1—"]


def test_passwords(tmp_path: Path) -> None:
    sheet = Sheet(set_columns(BODY, 2, 24))
    (article,) = read_articles(read(tmp_path, "锁.pdf", pdf([sheet], user=""))).articles
    assert [p.text for p in article.paragraphs] == BODY.split("\n")
    locked = tmp_path / "密.pdf"
    locked.write_bytes(pdf([sheet], user="1234"))
    for wrong in (None, "4321"):
        with pytest.raises(PasswordNeeded, match="密码"):
            list(read_file(locked, wrong))
    (opened,) = read_articles(list(read_file(locked, "1234"))).articles
    assert opened == article


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空"),
        (b"hello", "损坏"),
        (b"%PDF-1.4\n%%EOF", "损坏"),
        (pdf([]), "损坏"),
        (pdf([Sheet([Text(0, 0, 10, "字")], media="[0 0 99999 99999]")]), "页面尺寸"),
        (pdf([Sheet([])] * 2001), "2000 页"),
    ],
    ids=["empty", "no-pdf", "no-body", "no-page", "huge", "too-many"],
)
def test_what_is_no_readable_pdf(tmp_path: Path, data: bytes, word: str) -> None:
    assert word in trouble(tmp_path, "坏.pdf", data)


def test_upside_down_boxes_are_put_right(tmp_path: Path) -> None:
    (page,) = read(tmp_path, "反.pdf", pdf([Sheet([Text(40, 50, 20, "通知")], media="[595 842 0 0]")]))
    assert (page.width, page.height) == (595, 842)
    assert page.lines[0].text == "通知"


GOOD = pdf([Sheet([Text(40, 50, 22, TITLE), *set_columns(BODY, 2, 24)])])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_damage_never_escapes_as_another_error(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    damaged = GOOD[:at] + junk + (b"" if cut else GOOD[at + len(junk) :])
    path = tmp_path / "坏.pdf"
    path.write_bytes(damaged)
    try:
        found = list(read_file(path))
    except JianwenError as error:
        assert path.name in str(error)
    else:
        read_articles(found)


def test_no_character_of_a_pdf_is_lost(tmp_path: Path) -> None:
    rng = random.Random(7)
    sizes = [8, 10, 10, 10, 16, 30]
    texts = [
        Text(rng.uniform(0, 560), rng.uniform(0, 800), rng.choice(sizes), "".join(rng.choices("教育工作会", k=5)))
        for _ in range(80)
    ]
    found = read(tmp_path, "乱.pdf", pdf([Sheet(texts)]))
    printed = Counter("".join(t.text for t in texts))
    reading = read_articles(found)
    kept = [h.paragraph for a in reading.articles for h in a.headings] + [
        p for a in reading.articles for p in a.paragraphs
    ]
    out = Counter("".join(p.text for p in (*kept, *reading.furniture)))
    assert characters(found) == printed == out


@pytest.mark.parametrize("descent", [0.12, 0.2, 0.29])
@pytest.mark.parametrize(("turn", "expected"), [(0, (100, 191.2, 110, 201.2)), (180, (90, 198.8, 100, 208.8))])
def test_boxes_hang_on_the_baseline_whatever_the_font_claims(
    turn: int, expected: tuple[float, float, float, float], descent: float
) -> None:
    view = View(0, 0, 600, 800, 0)
    left, below = (100, 600 - descent * 10) if turn == 0 else (90, 600 - (1 - descent) * 10)
    loose = (left, below, left + 10, below + 10)  # y upwards, the baseline at 600
    assert em_box(view, Style(10, turn, bold=False), loose, (100, 600)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_view_turns_points_as_the_page_is_shown(rotation: int) -> None:
    view = View(10, 20, 110, 220, rotation)
    width, height = view.size
    top_left = {0: (10, 220), 90: (10, 20), 180: (110, 20), 270: (110, 220)}[rotation]
    bottom_right = {0: (110, 20), 90: (110, 220), 180: (10, 220), 270: (10, 20)}[rotation]
    assert view.shown(*top_left) == (0, 0)
    assert view.shown(*bottom_right) == (width, height)


def char(text: str, x: float, y: float = 200.0, size: float = 10.0) -> Char:
    return Char(text, x, y, x + size, y + size, size)


def test_radicals_that_stand_for_characters_are_read_as_these() -> None:
    assert ideographs("3⽉25⽇") == "3月25日"


def test_a_rule_between_narrow_columns_parts_them() -> None:
    row = [char(c, 100 + 10 * i + (5 if i >= 4 else 0)) for i, c in enumerate("教育工作召开会议")]
    assert [line.text for line in page_lines(row, 1, 600, 800)] == ["教育工作 召开会议"]
    rule = Box(1, 142, 100, 142.5, 700)
    assert [line.text for line in page_lines(row, 1, 600, 800, [rule])] == ["教育工作", "召开会议"]
    elsewhere = Box(1, 142, 300, 142.5, 700)
    assert len(page_lines(row, 1, 600, 800, [elsewhere])) == 1
