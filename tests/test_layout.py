"""rag.layout.paragraphs, rag.layout.wrapping, rag.layout.columns on lines made for the purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.layout.columns import columns
from rag.layout.page_frame import TextFrame, body_size, turn
from rag.layout.paragraphs import blocks, looks_like_heading, paragraphs
from rag.layout.wrapping import is_date_only, is_dateline, paragraphs_of
from rag.types import Box, Line, Page

LINE = st.one_of(
    st.text(alphabet="教育工作会议一二、，。；：！“”（）《》 　12年3月25日aB%", max_size=30),
    st.sampled_from(
        ["", "会议指出", "3月25日，市里召开会议。", "参加会议。", "2024年3月25日", "（记者 张三）", "———", "第1页"]
    ),
    st.text(max_size=12),
)
COORDINATE = st.floats(-50, 900, allow_nan=False, width=32)


def page(*texts: str, number: int = 1) -> Page:
    return Page(number, tuple(Line(text) for text in texts))


def at(text: str, x: float, y: float, size: float = 10.0) -> Line:
    return Line(text, Box(1, x, y, x + size * len(text), y + size), size)


def bare(text: str) -> str:
    return "".join(text.split())


def wrapped(paragraph: str, cells: int) -> list[str]:
    """Set without showing the first line's indent, as text copied from print comes."""
    first = paragraph[: cells - 2]
    return [first, *(paragraph[i : i + cells] for i in range(len(first), len(paragraph), cells))]


THREE = [
    "四月二日全市各学校集中开展安全教育活动，各学校结合实际制定方案，组织师生学习防溺水、防火灾、防诈骗等知识，收到良好效果。",
    "会议强调，要把安全教育贯穿教学全过程，做到时间、内容、师资三落实，切实提高师生的安全意识和自救能力，守住安全底线。",
    "会上，三所学校交流了经验，与会人员观摩了现场演练，并就有关问题进行了讨论。",
]


@pytest.mark.parametrize("cells", [13, 19, 23, 30])
@pytest.mark.parametrize("blank", [0, 1])
def test_hard_wrapped_lines_are_joined(cells: int, blank: int) -> None:
    lines = [part for paragraph in THREE for line in wrapped(paragraph, cells) for part in (line, *[""] * blank)]
    assert [p.text for p in paragraphs([page(*lines)])] == THREE


def test_width_may_change_in_the_middle_of_a_sentence() -> None:
    text = THREE[0] + THREE[1]
    narrow = wrapped(text[:64], 13)
    wide = [text[64:][i : i + 30] for i in range(0, len(text[64:]), 30)]
    assert paragraphs([page(*narrow, *wide)])[0].text == text


def test_indents_decide_where_they_are_shown() -> None:
    lines = ["　　会议开了。会议很好，大家", "都来了。", "　　会议指出，要好。", "　　完。"]
    assert [p.text for p in paragraphs([page(*lines)])] == [
        "会议开了。会议很好，大家都来了。",
        "会议指出，要好。",
        "完。",
    ]


def test_blank_lines_part_paragraphs_unless_everything_is_double_spaced() -> None:
    lines = ["春天来了，万物复苏，草长莺飞，", "到处是生机。", "", "夏天来了，荷花开放，蝉声阵阵，", "到处是浓荫。"]
    assert len(paragraphs([page(*lines)])) == 2


def test_one_paragraph_per_line() -> None:
    lines = ["短短一段。", "这是另外一段，比前面的长一些。", "又一段。", "最后的一段文字。"]
    assert [p.text for p in paragraphs([page(*lines)])] == lines


def test_a_subtitle_stands_alone() -> None:
    lines = [*wrapped(THREE[0], 13), "会议指出", *wrapped(THREE[2], 13)]
    assert [p.text for p in paragraphs([page(*lines)])] == [THREE[0], "会议指出", THREE[2]]


def test_headings_dates_and_datelines() -> None:
    assert looks_like_heading("全市教育工作会议召开")
    assert not any(
        map(
            looks_like_heading,
            ["会议指出", "一、总体要求", "他来了。", "2024年3月25日", "各学校：", "通知", "3月5日开会"],
        )
    )
    assert (
        is_dateline("3月21—22日，全市") and is_dateline("本报讯（记者 李明）5月8日，") and not is_dateline("会议3月5日")
    )
    assert is_date_only("（2024年3月25日）") and is_date_only("2024年3月25日 星期一") and not is_date_only("2024年")


@given(st.lists(st.lists(LINE, max_size=25), min_size=1, max_size=3))
def test_nothing_is_lost_without_geometry(found: list[list[str]]) -> None:
    made = [page(*lines, number=n) for n, lines in enumerate(found, start=1)]
    text = bare("".join(line for lines in found for line in lines))
    assert bare("".join(p.text for p in paragraphs(made))) == text


@given(st.lists(LINE, max_size=40))
def test_every_line_is_in_one_paragraph(lines: list[str]) -> None:
    indices = [i for group, _ in paragraphs_of(lines) for i in group]
    assert indices == [i for i, line in enumerate(lines) if line.strip()]


# ---------------------------------------------------------------- geometry


@st.composite
def placed_lines(draw: st.DrawFn) -> Line:
    text = draw(LINE.filter(lambda t: bool(t.strip())))
    x, y = draw(COORDINATE), draw(COORDINATE)
    size = draw(st.sampled_from([0.0, 8.0, 10.0, 10.5, 16.0, 30.0]))
    return Line(text, Box(1, x, y, x + draw(st.floats(0, 400)), y + draw(st.floats(0, 40))), size)


@given(st.lists(st.one_of(placed_lines(), LINE.map(Line)), max_size=30))
def test_nothing_is_lost_and_fragments_tile_with_geometry(lines: list[Line]) -> None:
    made = Page(1, tuple(lines), 595, 842)
    found = paragraphs([made])
    assert Counter(bare("".join(p.text for p in found))) == Counter(bare("".join(line.text for line in lines)))
    for paragraph in found:
        if paragraph.fragments:
            spans = [(f.start, f.end) for f in paragraph.fragments]
            gaps = [0, *(end for _, end in spans)]
            starts = [*(start for start, _ in spans), len(paragraph.text)]
            assert not "".join(paragraph.text[a:b] for a, b in zip(gaps, starts, strict=True)).strip()


@given(st.lists(placed_lines(), max_size=30))
def test_every_placed_line_is_in_one_column(lines: list[Line]) -> None:
    made = Page(1, tuple(lines), 595, 842)
    out = [part.line for column in columns(made, body_size(made.lines)) for row in column.rows for part in row.parts]
    assert Counter(out) == Counter(lines)


def test_columns_under_a_spanning_title() -> None:
    rows = [at("左" * 10, 40, 100 + 15 * i) for i in range(5)] + [at("右" * 10, 160, 100 + 15 * i) for i in range(5)]
    made = Page(1, (*rows, at("横" * 10, 40, 60, 20)), 300, 400)
    order = [row.parts[0].line.text[0] for column in columns(made, 10.0) for row in column.rows]
    assert order == ["横", *"左" * 5, *"右" * 5]


def test_bands_are_read_one_after_the_other() -> None:
    lines = []
    for band, top in enumerate((60.0, 260.0)):
        lines.append(at(f"第{band}栏目标题名称很长很长很长很长", 40, top, 14))
        for column in range(3):
            lines += [at(f"{band}{column}" + "字" * 7, 40 + 105 * column, top + 30 + 15 * i) for i in range(6)]
    made = Page(1, tuple(lines), 400, 500)
    order = [row.parts[0].line.text[:2] for column in columns(made, 10.0) for row in column.rows]
    assert order == ["第0", *["00"] * 6, *["01"] * 6, *["02"] * 6, "第1", *["10"] * 6, *["11"] * 6, *["12"] * 6]


@pytest.mark.parametrize("way", [0, 90, 180, 270])
def test_turned_pages_are_read_in_the_frame_of_their_text(way: int) -> None:
    upright = [Box(1, 40, 100 + 15 * i, 140, 110 + 15 * i) for i in range(4)]
    shown: dict[int, Callable[[Box], Box]] = {
        0: lambda b: b,
        90: lambda b: Box(1, 400 - b.y1, b.x0, 400 - b.y0, b.x1),
        180: lambda b: Box(1, 300 - b.x1, 400 - b.y1, 300 - b.x0, 400 - b.y0),
        270: lambda b: Box(1, b.y0, 300 - b.x1, b.y1, 300 - b.x0),
    }
    lines = tuple(Line("字" * 10, shown[way](b), 10.0) for b in upright)
    made = Page(1, lines, *((300, 400) if way in (0, 180) else (400, 300)))
    assert turn(made) == way
    frame = TextFrame.of(made)
    assert [frame.rectangle(line.box) for line in lines if line.box] == [(b.x0, b.y0, b.x1, b.y1) for b in upright]


def test_a_break_inside_brackets_or_a_number_is_closed() -> None:
    lines = (
        at("根据中央《", 60, 100),
        at("建议", 60, 115),
        at("》精神，补助由42", 40, 130),
        at("0元提高到450元。", 40, 145),
    )
    assert [p.text for p in paragraphs([Page(1, lines, 300, 400)])] == [
        "根据中央《建议》精神，补助由420元提高到450元。"
    ]


def test_page_numbers_are_kept_out_of_running_paragraphs() -> None:
    first = Page(1, (at("教育工作会议召开部署", 40, 100), at("1", 150, 390)), 300, 400)
    second = Page(
        2,
        tuple(Line(t, Box(2, 40, y, 140, y + 10), 10.0) for t, y in (("今年各项工作并作总结", 50), ("讲话。", 65))),
        300,
        400,
    )
    found = blocks([first, second])
    assert [(b.text, b.kind) for b in found] == [
        ("教育工作会议召开部署今年各项工作并作总结讲话。", "body"),
        ("1", "furniture"),
    ]
    assert [f.box.page for f in found[0].paragraph.fragments] == [1, 2, 2]
