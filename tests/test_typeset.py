"""rag.typeset: characters, line breaking, the layout and the boxes of its sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.briefings import BriefingStatement, Duty, Form, Masthead, Section
from rag.errors import JianwenError
from rag.typeset import form
from rag.typeset.blocks import Block, Composition, Run
from rag.typeset.breaking import LIBREOFFICE, NEVER_FIRST, NEVER_LAST, WORD, Program, break_lines, may_break
from rag.typeset.characters import latin, printable, width
from rag.typeset.composing import EvidenceIn, compose, entry, numeral
from rag.typeset.exporting import PageMeasure
from rag.typeset.form import BODY, TEXT_WIDTH
from rag.typeset.masthead import STANDARD, foot, head, own_words, read_words
from rag.typeset.setting import Layout, set_blocks
from rag.typeset.titles import in_lines
from tests.briefing_samples import HOSTILE, MAKING, MASTHEAD, briefing, citation, doubtful, real, stated

TEXT = st.text(alphabet=st.sampled_from("会议，。“”《》（）〔〕！、A1-%. 强调"), min_size=1, max_size=120)
PROGRAMS = st.sampled_from([WORD, LIBREOFFICE])


def test_the_type_area_is_the_standard_s() -> None:
    assert pytest.approx(156, abs=0.1) == form.TEXT_WIDTH / form.MM
    assert pytest.approx(225, abs=0.1) == form.TEXT_HEIGHT / form.MM
    assert form.LINES * form.LEADING <= form.TEXT_HEIGHT < (form.LINES + 1) * form.LEADING
    assert form.CHARACTERS * form.CELL <= TEXT_WIDTH < (form.CHARACTERS + 1) * form.CELL


@given(st.text())
def test_what_is_printable_stays_so_and_holds_nothing_that_xml_forbids(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    assert not [char for char in shown if char < " " or "\ud800" <= char <= "\udfff" or char in "\ufffe\uffff\u202e"]
    shown.encode("utf-8")


def test_signs_without_a_shape_are_shown_as_missing() -> None:
    assert printable("甲\ue000\x07\u200b\ud800 \n\t乙") == "甲〓〓 乙"


def test_widths_are_those_of_times_and_of_full_squares() -> None:
    assert [width(char) for char in "中。“—①0AWié"] == [1, 1, 1, 1, 1, 0.5, 0.722, 0.944, 0.278, 0.444]
    assert latin("%") and latin("é") and not latin("·") and not latin("“")


@given(TEXT, PROGRAMS, st.floats(40, 400))
def test_lines_hold_the_whole_text_and_fit(text: str, program: Program, room: float) -> None:
    widths = [16 * width(char) for char in text]
    spans = list(break_lines(text, widths, [0.0] * len(text), room - 10, room, program))
    assert "".join(text[start:end] for start, end in spans) == text
    for start, end in spans:
        line = text[start:end].rstrip(" ")
        used = sum(widths[start : start + len(line)])
        hung = widths[start + len(line) - 1] if line and line[-1] in program.hanging else 0.0
        assert used - hung <= room + 1e-6 or len(line) <= 1


@given(TEXT, PROGRAMS)
def test_a_line_starts_and_ends_with_no_forbidden_sign_unless_it_is_cut_by_force(text: str, program: Program) -> None:
    widths = [16.0] * len(text)
    spans = list(break_lines(text, widths, [0.0] * len(text), 320, 320, program))
    for (start, end), _ in pairwise(spans):
        free = any(may_break(text, n, program) for n in range(start + 1, end + 1) if n < len(text))
        if free:
            assert may_break(text, end, program)
            assert text[end] not in NEVER_FIRST and text[end - 1] not in NEVER_LAST


@pytest.mark.parametrize(
    ("text", "n", "allowed"),
    [
        ("会议", 1, True),
        ("会。", 1, False),
        ("《会", 1, False),
        ("会《", 1, True),
        ("20", 1, False),
        ("年2", 1, True),
        ("——", 1, False),
        ("……", 1, False),
        ("AI ", 2, False),
        ("A I", 2, True),
        ("5、6", 2, True),
        ("讲话。[3]", 3, False),
        ("[3]会", 3, True),
    ],
)
def test_where_a_line_may_end(text: str, n: int, allowed: bool) -> None:
    assert may_break(text, n) is allowed


def body(text: str) -> Layout:
    return set_blocks(Composition("", (Block(BODY, (Run(text),)),)))


def test_a_full_line_holds_twenty_eight_characters_and_the_first_two_fewer() -> None:
    assert [len(line.text) for line in body("会" * 100).lines] == [26, 28, 28, 18]


def test_a_page_holds_twenty_two_lines() -> None:
    assert body("会" * (26 + 28 * 21)).pages == 1
    assert body("会" * (26 + 28 * 21 + 1)).pages == 2


def test_a_line_is_filled_to_the_margin_and_the_last_is_not() -> None:
    first, *_, last = body("会议" * 12 + "会，" + "会" * 60).lines
    assert first.glyphs[-1].x + first.glyphs[-1].width == pytest.approx(form.LEFT + TEXT_WIDTH, abs=0.3)
    assert last.glyphs[-1].x + last.glyphs[-1].width < form.LEFT + TEXT_WIDTH - 10


def test_a_heading_does_not_stay_alone_at_the_end_of_a_page() -> None:
    blocks = (Block(BODY, (Run("会" * (26 + 28 * 20)),)), Block(form.HEADINGS[0], (Run("一、会"),)))
    layout = set_blocks(Composition("", (*blocks, Block(BODY, (Run("会"),)))))
    assert [line.page for line in layout.lines[-3:]] == [1, 2, 2]


@pytest.mark.parametrize("seed", range(6))
def test_every_sentence_has_boxes_that_cover_its_text_and_no_other(seed: int) -> None:
    made = briefing(seed)
    layout = PageMeasure().layout(made)
    boxes = layout.boxes()
    assert sorted(boxes) == list(range(len(made.statements)))
    for number, statement in enumerate(made.statements):
        inside = [
            glyph.char
            for line in layout.lines
            for glyph in line.glyphs
            if not glyph.run.raised
            and any(
                box.page == line.page and box.y0 <= line.top + 1 <= box.y1 and box.x0 <= glyph.x + 0.1 < box.x1
                for box in boxes[number]
            )
        ]
        assert "".join(inside).replace(" ", "") == printable(statement.text).replace(" ", "")


def test_every_heading_has_a_box_that_covers_its_words_and_no_other() -> None:
    layout = PageMeasure().layout(real())
    headings = layout.headings()
    assert list(headings) == [0, 1, 2]
    for number, words in enumerate(("一、会议概况", "二、主要精神", "三、部署要求")):
        (box,) = headings[number]
        (line,) = [one for one in layout.lines if (one.page, one.top) == (box.page, box.y0)]
        assert line.text == words
        assert [box.x0, box.x1] == [line.glyphs[0].x, pytest.approx(line.glyphs[-1].x + line.glyphs[-1].width)]


def test_all_of_a_layout_lies_in_the_type_area() -> None:
    layout = PageMeasure().layout(real())
    for line in layout.lines:
        assert line.glyphs == () or line.glyphs[0].x >= form.LEFT - 0.01
        assert line.top + line.style.leading <= form.HEIGHT - form.BOTTOM + 0.01


def test_whom_it_goes_to_stands_at_the_foot() -> None:
    layout = PageMeasure(EvidenceIn.NOWHERE).layout(real())
    last = layout.lines[-1]
    assert last.text.startswith("发送：") and last.page == 1
    assert form.HEIGHT - form.BOTTOM - (last.top + last.style.leading) < 15


def test_what_stands_at_the_foot_takes_a_page_of_its_own_where_there_is_no_room() -> None:
    work = compose(real(), EvidenceIn.NOWHERE)
    foot_at = next(n for n, block in enumerate(work.blocks) if block.at_foot)
    lines = set_blocks(replace(work, page=work.page[:foot_at])).lines_left
    filled = Block(BODY, (Run("会" * (26 + 28 * (lines - 1))),))
    layout = set_blocks(Composition("", (*work.page[:foot_at], filled, *work.page[foot_at:])))
    assert (layout.body_pages, layout.foot_alone) == (2, True)


def test_a_point_and_its_particulars_are_one_paragraph() -> None:
    said = (
        replace(stated(1, "一要检查。"), group="一"),
        replace(stated(2, "各校要自查。"), group="一"),
        stated(3, "二要整改。"),
    )
    made = replace(real(), sections=(Section("", said, Form.POINTS),), masthead=None)
    texts = [block.text for block in compose(made, EvidenceIn.NOWHERE).blocks]
    assert texts[1:] == ["一要检查。各校要自查。", "二要整改。"]


def test_sections_are_numbered_and_points_keep_numbers_of_their_own() -> None:
    sections = (
        Section("概况", (stated(1, "会议召开。"),)),
        Section("要求", (stated(2, "抓好落实。"), stated(3, "守住底线。")), Form.POINTS),
        Section("分工", (stated(4, "一要检查。"), stated(5, "二要整改。")), Form.POINTS, level=2),
    )
    made = real().__class__("meeting", "会议简报", "标题", sections, (), MAKING)
    texts = [block.text for block in compose(made, EvidenceIn.NOWHERE).blocks]
    assert texts == [
        "标题",
        *("一、概况", "会议召开。"),
        *("二、要求", "1. 抓好落实。", "2. 守住底线。"),
        *("（一）分工", "一要检查。", "二要整改。"),
    ]
    assert [numeral(n) for n in (1, 10, 11, 20, 34)] == ["一", "十", "十一", "二十", "三十四"]


def test_groups_and_duties_are_named() -> None:
    one = BriefingStatement("甲会召开。", (citation(1, "甲会召开。"),), group="3月甲会")
    two = BriefingStatement("完成规划。", (citation(2, "完成规划。"),), duty=Duty("市教育局", "6月底前"))
    for kind, statement, shown in (
        (Form.LED, one, ["3月甲会。甲会召开。"]),
        (Form.SIDES, one, ["（一）3月甲会", "甲会召开。"]),
        (Form.TASKS, two, ["完成规划。（责任单位：市教育局；时限：6月底前）"]),
    ):
        made = real().__class__("k", "简报", "标题", (Section("", (statement,), kind),), (), MAKING)
        assert [block.text for block in compose(made, EvidenceIn.NOWHERE).blocks][1:] == shown


def test_an_entry_of_the_evidence_names_everything() -> None:
    said = entry(citation(1, "会议部署全年工作。", page=3))
    assert said == (
        "《吕梁教育简报2025年第12期》2025年3月21日，第3页，《全市义务教育优质均衡发展推进会召开》：“会议部署全年工作。”"
    )


def test_what_is_not_supported_is_marked() -> None:
    text = "".join(block.text for block in compose(doubtful(), EvidenceIn.NOWHERE).blocks)
    assert "投入5亿元。〔未核实〕" in text and "通报进展。〔人工撰写〕" in text and "全年工作。〔" not in text


def test_a_footnote_is_called_once_and_named_again_by_its_number() -> None:
    twice = citation(1, "会议部署全年工作。")
    sections = (Section("", (BriefingStatement("甲。", (twice,)), BriefingStatement("乙。", (twice,)))),)
    work = compose(real().__class__("k", "简报", "标题", sections, (), MAKING), EvidenceIn.NOTES)
    marks = [(run.text, run.note) for run in work.blocks[1].runs if run.raised]
    assert marks == [("1", 1), ("1", 0)] and len(work.notes) == 1


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("全市教育工作会议简报", ["全市教育工作会议简报"]),
        (
            "关于深入推进全市义务教育优质均衡发展和城乡一体化的工作简报",
            ["关于深入推进全市义务教育优质", "均衡发展和城乡一体化的工作简报"],
        ),
    ],
)
def test_a_long_title_is_cut_into_lines_of_like_length_between_words(title: str, lines: list[str]) -> None:
    work = compose(replace(doubtful(), title=title))
    set_lines = [line for line in set_blocks(work).lines if line.style is form.TITLE]
    assert [line.text for line in set_lines] == lines
    middles = [(line.glyphs[0].x + line.glyphs[-1].x + line.glyphs[-1].width) / 2 for line in set_lines]
    assert middles == pytest.approx([form.LEFT + TEXT_WIDTH / 2] * len(lines))


@given(st.text(alphabet=st.sampled_from("会议的教育《》“”2A部署，"), min_size=1, max_size=80))
def test_cutting_a_title_changes_nothing_but_lines(title: str) -> None:
    assert in_lines(title).replace("\n", "") == title


def test_the_masthead_says_only_what_is_known() -> None:
    words = read_words()
    assert [block.text for block in head(Masthead("简报"), words)] == ["简报", "\t", ""]
    assert foot(Masthead("简报"), words) == []
    full = [block.text for block in head(MASTHEAD, words)]
    assert full[1:3] == ["第12期", "吕梁市教育局办公室\t2025年3月25日"]
    assert [block.text for block in head(Masthead("简报", "2025年第3期"), words)][1] == "2025年第3期"
    long = head(Masthead("很长很长很长很长很长很长很长的名称"), words)[0]
    assert len(long.text) * long.style.size <= TEXT_WIDTH


def test_a_bureau_s_masthead_is_read_and_a_wrong_one_named(tmp_path: Path) -> None:
    own = tmp_path / "报头.toml"
    own.write_text(STANDARD.read_text("utf-8").replace("第{number}期", "总第{number}期"), "utf-8")
    assert head(MASTHEAD, read_words(own))[1].text == "总第12期"
    own_words().parent.mkdir(parents=True, exist_ok=True)
    own_words().write_bytes(own.read_bytes())
    assert compose(real()).blocks[1].text == "总第12期"
    for text in ("number = ", "number = '{x}'", "x = 1"):
        own.write_text(text, "utf-8")
        with pytest.raises(JianwenError, match=r"报头\.toml”写得不对"):
            read_words(own)
    with pytest.raises(JianwenError, match="读不了"):
        read_words(tmp_path / "没有.toml")


def test_one_page_is_one_page_in_both_programs() -> None:
    measure = PageMeasure()
    assert measure.pages(real()) == 1
    long = Section("", tuple(stated(n, f"{n}" + "会" * 60 + "。") for n in range(12)))
    assert measure.pages(real().__class__("k", "简报", "标题", (long,), (), MAKING)) == 2


def test_the_day_of_a_masthead_is_printed_without_zeros() -> None:
    assert "2025年1月5日" in head(Masthead("简报", date=dt.date(2025, 1, 5)), read_words())[1].text


def test_hostile_text_leaves_no_sign_behind_that_moves_text_about() -> None:
    assert not set(printable(HOSTILE)) & set("\u202e\u200b\x00\x0b")
