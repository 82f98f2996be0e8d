"""A comparison in two columns: on the page, in Word, PDF, Markdown and rich text."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from rag.briefings import Briefing, BriefingStatement, Form, Section, footnotes, only_verified
from rag.typeset import form
from rag.typeset.blocks import Table
from rag.typeset.breaking import LIBREOFFICE
from rag.typeset.characters import printable
from rag.typeset.composing import EvidenceIn, compose
from rag.typeset.docx_file import docx_bytes
from rag.typeset.exporting import PageMeasure, export
from rag.typeset.markdown import markdown, rich_text
from rag.typeset.setting import Layout, SetLine
from tests.briefing_samples import HOSTILE, MAKING, MASTHEAD, SIDES, citation, comparison, two_years
from tests.test_typeset_files import W, pdf_text
from tests.typeset_office import printed_lines, saved, to_pdf

MIDDLE = form.LEFT + form.TEXT_WIDTH / 2
SEEDS = range(24)


def cells(layout: Layout) -> list[SetLine]:
    """The lines that stand in one of the two columns."""
    tables = {(rule.page, rule.y0, rule.y1) for rule in layout.rules if rule.x0 == rule.x1 == MIDDLE}
    return [
        line for line in layout.lines if any(line.page == page and top <= line.top < foot for page, top, foot in tables)
    ]


def left_of(line: SetLine) -> bool:
    return line.glyphs[0].x < MIDDLE


# ---- the page


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_keep_within_their_halves_and_lines_do_not_overlap(seed: int) -> None:
    layout = PageMeasure(EvidenceIn.NOTES if seed % 2 else EvidenceIn.SHEET).layout(comparison(seed, 4 + seed % 5))
    lines = cells(layout)
    assert lines
    for line in lines:
        start, end = (form.LEFT, MIDDLE) if left_of(line) else (MIDDLE, form.LEFT + form.TEXT_WIDTH)
        ink = [glyph for glyph in line.glyphs if glyph.char != " "]
        assert start + form.CELL_INSET - 0.01 <= ink[0].x
        assert ink[-1].x + ink[-1].width <= end - form.CELL_INSET + 0.01
    for _, column in groupby(
        sorted(lines, key=lambda one: (one.page, left_of(one))), lambda one: (one.page, left_of(one))
    ):
        tops = sorted(line.top for line in column)
        assert all(below - above >= form.LEADING - 1e-6 for above, below in pairwise(tops))
    for rule in layout.rules:
        assert form.LEFT <= rule.x0 <= rule.x1 <= form.LEFT + form.TEXT_WIDTH
        assert form.TOP <= rule.y0 <= rule.y1 <= form.HEIGHT - form.BOTTOM


def test_names_stand_over_columns_and_matters_in_rows() -> None:
    layout = PageMeasure().layout(two_years())
    heads = [line.text for line in cells(layout) if line.style is form.COLUMN_HEAD]
    assert heads == ["2023年", "2024年"] * 2
    tops = {}
    for number, boxes in layout.boxes().items():
        tops[two_years().statements[number].text[:8]] = (boxes[0].y0, boxes[0].x0 < MIDDLE)
    for one, other in (("二要加强教师队伍", "三要加强教师队伍"), ("三要守住校园安全", "四要抓好校园安全")):
        assert tops[one] == (tops[other][0], True)
        assert not tops[other][1]


def test_a_long_name_is_parted_between_its_days() -> None:
    names = ("2023年3月15日至4月20日", "2024年3月")
    sections = tuple(
        replace(
            one,
            sides=names,
            silent=(),
            statements=tuple(replace(s, group=names[SIDES.index(s.group)]) for s in one.statements),
        )
        for one in two_years().sections
    )
    layout = PageMeasure().layout(replace(two_years(), sections=sections))
    heads = [line.text for line in cells(layout) if line.style is form.COLUMN_HEAD]
    assert heads[:3] == ["2023年3月15日", "2024年3月", "至4月20日"]


def test_a_silent_side_is_said_to_be_silent_and_one_left_out_is_not() -> None:
    made = two_years()
    assert "资料中未见" in [line.text for line in cells(PageMeasure().layout(made))]
    emptied = replace(made.sections[1], statements=made.sections[1].statements[:3])
    texts = [line.text for line in cells(PageMeasure().layout(replace(made, sections=(emptied,))))]
    assert "（从略）" in texts and "资料中未见" not in texts


def test_footnotes_are_numbered_row_by_row_as_word_numbers_them() -> None:
    made = two_years()
    known = footnotes(made)
    order = [known.of(one)[0] for one in made.sections[1].as_read]
    assert order == list(range(2, 9))
    xml = opened(made, EvidenceIn.NOTES).element
    assert [call.get(f"{W}id") for call in xml.iter(f"{W}footnoteReference")] == [str(n) for n in range(1, 9)]


def test_a_row_is_as_high_as_its_higher_side() -> None:
    def height(left: int, right: int) -> float:
        texts = ("甲" * left + "。", "乙" * right + "。")
        said = [
            BriefingStatement(text, (citation(n, text),), group=side)
            for n, (text, side) in enumerate(zip(texts, SIDES, strict=True))
        ]
        section = Section("", tuple(said), Form.SIDES, sides=SIDES)
        layout = PageMeasure(EvidenceIn.NOWHERE).layout(Briefing("c", "对比", "对比", (section,), (), MAKING))
        return next(rule.y1 - rule.y0 for rule in layout.rules if rule.x0 == rule.x1 == MIDDLE)

    assert height(10, 10) == height(5, 10)
    assert height(10, 10 + 13) - height(10, 10) == pytest.approx(form.LEADING)
    assert height(10 + 13, 10) == height(10, 10 + 13)


def test_a_table_higher_than_a_page_goes_on_below_its_heads_again() -> None:
    text = "会" * 400 + "。"
    said = BriefingStatement(text, (citation(1, text),), group=SIDES[0])
    section = Section("部署", (said,), Form.SIDES, sides=SIDES, silent=SIDES[1:])
    layout = PageMeasure(EvidenceIn.NOWHERE).layout(Briefing("c", "对比", "对比", (section,), (), MAKING))
    assert layout.body_pages == 2
    for page in (1, 2):
        mine = [line for line in cells(layout) if line.page == page]
        assert [line.text for line in mine[:2]] == list(SIDES)
        foot = max(line.top for line in mine) + form.LEADING
        assert foot <= form.HEIGHT - form.BOTTOM
    printed = "".join(line.text for line in cells(layout) if left_of(line) and line.style is form.BODY)
    assert printed == text


def test_a_heading_does_not_stay_without_its_table() -> None:
    made = two_years()
    filler = "会" * (26 + 28 * 18)
    before = Section("", (BriefingStatement(filler, (citation(1, filler),)),))
    layout = PageMeasure(EvidenceIn.NOWHERE).layout(replace(made, sections=(before, *made.sections[1:])))
    heading = next(line for line in layout.lines if line.text == "部署要求")
    assert heading.page == 2


# ---- Word


def opened(made: Briefing, evidence: EvidenceIn = EvidenceIn.SHEET) -> Any:
    import docx

    return docx.Document(io.BytesIO(docx_bytes(compose(made, evidence))))


def test_word_has_a_real_table_of_fixed_widths_within_the_text() -> None:
    document = opened(two_years(), EvidenceIn.NOWHERE)
    assert len(document.tables) == 2
    for table in document.tables:
        assert table._tbl.tblPr.find(f"{W}tblLayout").get(f"{W}type") == "fixed"
        widths = [int(column.get(f"{W}w")) for column in table._tbl.tblGrid]
        assert sum(widths) == int(table._tbl.tblPr.find(f"{W}tblW").get(f"{W}w"))
        assert sum(widths) / 20 / form.MM == pytest.approx(156, abs=0.15)
        assert abs(widths[0] - widths[1]) <= 1
        assert all(
            cell.width.twips == width for row in table.rows for cell, width in zip(row.cells, widths, strict=True)
        )
        assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
        assert [cell.text for cell in table.rows[0].cells] == list(SIDES)


def test_the_cells_of_word_are_set_as_running_text_is() -> None:
    document = opened(two_years(), EvidenceIn.NOWHERE)
    first, second = document.tables
    assert [cell.text for cell in first.rows[1].cells] == ["资料中未见", two_years().statements[0].text]
    rows = [[[p.text for p in cell.paragraphs] for cell in row.cells] for row in second.rows[1:]]
    assert [[text for cell in row for text in cell] for row in rows] == [
        [one.text for cell in row for one in cell] for row in two_years().sections[1].rows
    ]
    for paragraph in (p for row in second.rows[1:] for cell in row.cells for p in cell.paragraphs):
        assert paragraph.style.name == "公文正文"
        assert paragraph.style.font.size.pt == 16
        assert paragraph.style.paragraph_format.line_spacing.pt == form.LEADING
        assert paragraph.style.element.rPr.rFonts.get(f"{W}eastAsia") == "仿宋_GB2312"


def test_word_wants_a_paragraph_behind_every_table() -> None:
    sections = tuple(replace(section, heading="") for section in two_years().sections)
    body = opened(replace(two_years(), sections=sections)).element.body
    kinds = [child.tag.removeprefix(W) for child in body]
    assert kinds.count("tbl") == 2
    assert all(kinds[n + 1] == "p" for n, kind in enumerate(kinds) if kind == "tbl")


# ---- LibreOffice


def our_rows(layout: Layout) -> list[list[str]]:
    """What stands at one height, from the left, white space and hung signs apart."""
    pages: list[list[str]] = [[] for _ in range(layout.pages)]
    lines = sorted(
        (line for line in layout.lines if line.text.strip()), key=lambda one: (one.page, one.top, one.glyphs[0].x)
    )
    for (page, _), beside in groupby(lines, lambda one: (one.page, round(one.top))):
        pages[page - 1].append(_bare("".join(line.text for line in beside)))
    return pages


def _bare(line: str) -> str:
    return re.sub(f"[{re.escape(LIBREOFFICE.hanging)}]", "", "".join(line.split()))


def test_libreoffice_sets_comparisons_in_the_same_rows_on_as_many_pages(tmp_path: Path) -> None:
    expected, files = [], []
    for seed in SEEDS:
        evidence = EvidenceIn.SHEET if seed % 2 else EvidenceIn.NOWHERE
        path = tmp_path / f"{seed}.docx"
        expected.append(
            our_rows(saved(comparison(seed, 2 + seed % 3, MASTHEAD if seed % 5 == 0 else None), evidence, path))
        )
        files.append(path)
    printed = [
        [[_bare(line) for line in page[:-1]] for page in printed_lines(path)]
        for path in to_pdf(files, tmp_path / "pdf")
    ]
    assert [len(pages) for pages in printed] == [len(pages) for pages in expected]
    differing = [n for n, (ours, theirs) in enumerate(zip(expected, printed, strict=True)) if ours != theirs]
    assert len(differing) <= len(files) // 10  # where a line of a cell ends before a figure is its own secret


@pytest.mark.parametrize("evidence", [EvidenceIn.NOWHERE, EvidenceIn.NOTES])
def test_a_comparison_measured_as_one_page_is_one(tmp_path: Path, evidence: EvidenceIn) -> None:
    """Cut down until they just fit."""
    full, files = [], []
    for seed in range(200, 224):
        made = comparison(seed, 8, MASTHEAD if seed % 2 else None)
        while PageMeasure(evidence).pages(made) > 1:
            longest = max(made.sections, key=lambda one: len(one.statements))
            rest = [replace(longest, statements=longest.statements[:-1])] if longest.statements[1:] else []
            made = replace(made, sections=(*rest, *(one for one in made.sections if one is not longest)))
        path = tmp_path / f"{seed}.docx"
        full.append(saved(made, evidence, path))
        files.append(path)
    assert min(layout.lines_left for layout in full) <= 1
    assert [len(printed_lines(path)) for path in to_pdf(files, tmp_path / "pdf")] == [1] * len(files)


# ---- PDF, Markdown, rich text


def test_a_pdf_says_both_columns_and_draws_the_rules(tmp_path: Path) -> None:
    path = export(two_years(), tmp_path / "对比.pdf", EvidenceIn.NOWHERE).path
    text = "".join("".join(pdf_text(path.read_bytes())).split())
    assert all(word in text for word in ("2023年", "2024年", "资料中未见", "培训教师5000人次"))


def nasty() -> Briefing:
    text = f"甲|乙\\|丙<b>{HOSTILE}。"
    said = BriefingStatement(text, (citation(1, text),), group=f"左|{HOSTILE}")
    sides = (f"左|{HOSTILE}", "右")
    return Briefing("c", "对比", "对比", (Section("", (said,), Form.SIDES, sides=sides, silent=("右",)),), (), MAKING)


def test_markdown_has_a_table_whose_text_is_no_markup() -> None:
    rendered = MarkdownIt().enable("table").render(markdown(nasty(), EvidenceIn.NOWHERE))
    assert rendered.count("<table>") == 1
    assert (rendered.count("<th>"), rendered.count("<td>"), rendered.count("<tr>")) == (2, 2, 2)
    assert "甲|乙\\|丙&lt;b&gt;" in rendered
    assert "资料中未见" in rendered


def test_markdown_has_the_rows_of_the_page_with_their_footnotes() -> None:
    table = [line for line in markdown(two_years()).splitlines() if line.startswith("|")]
    assert table[0] == "| 2023年 | 2024年 |" and table[1] == "| --- | --- |"
    assert table[2].startswith("| 资料中未见 | 全市新增学位1\\.2万个")
    row = next(line for line in table if "3200" in line)
    assert "5000人次。[^" in row


def same_words() -> Briefing:
    """Both years say one sentence, each by its own source, below another."""
    text = "要全面加强各项工作。"
    said = [
        BriefingStatement(one, (citation(n, f"{side}：{one}"),), group=side)
        for n, (side, one) in enumerate(
            ((SIDES[0], "要办好食堂。"), (SIDES[0], text), (SIDES[1], "要建好宿舍。"), (SIDES[1], text)), 1
        )
    ]
    section = Section("部署", tuple(said), Form.SIDES, sides=SIDES)
    return Briefing("c", "对比", "对比", (section,), (), MAKING)


def test_the_same_words_on_both_sides_stand_in_one_row_each_with_its_own_number(tmp_path: Path) -> None:
    made = same_words()
    boxes = PageMeasure().layout(made).boxes()
    assert sorted(boxes) == [0, 1, 2, 3]
    assert boxes[1][0].y0 == boxes[3][0].y0
    assert boxes[1][0].x0 < MIDDLE < boxes[3][0].x0
    row = next(line for line in markdown(made).splitlines() if "全面加强" in line)
    assert row == "| 要全面加强各项工作。[^3] | 要全面加强各项工作。[^4] |"
    assert rich_text(made).count("<sup>[4]</sup>") == 1
    xml = opened(made, EvidenceIn.NOTES).element
    assert [call.get(f"{W}id") for call in xml.iter(f"{W}footnoteReference")] == ["1", "2", "3", "4"]
    printed = pdf_text(export(made, tmp_path / "件.pdf").path.read_bytes())[0]
    assert all(f"要全面加强各项工作。[{number}]" in "".join(printed.split()) for number in (3, 4))


def test_rich_text_has_a_table_whose_text_is_no_markup() -> None:
    made = rich_text(two_years())
    assert (made.count("<table"), made.count("<tr>"), made.count("<td")) == (2, 2 + 4, 2 * 6)
    assert "资料中未见" in made
    assert "<b>" not in rich_text(nasty())


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".md"])
def test_hostile_text_in_columns_makes_no_broken_file(tmp_path: Path, suffix: str) -> None:
    path = export(nasty(), tmp_path / f"件{suffix}", EvidenceIn.NOTES).path
    if suffix == ".docx":
        import docx

        assert printable(nasty().statements[0].text)[:6] in docx.Document(str(path)).tables[0].rows[1].cells[0].text
    assert path.stat().st_size > 0


def test_nothing_unverified_leaves_its_cell() -> None:
    made = two_years()
    doubtful = replace(made.sections[1].statements[0], problems=("3200人次",))
    section = replace(made.sections[1], statements=(doubtful, *made.sections[1].statements[1:]))
    shown = only_verified(replace(made, sections=(made.sections[0], section)))
    assert doubtful.text not in markdown(shown)
    tables = [part for part in compose(shown).page if isinstance(part, Table)]
    assert len(tables) == 2


def test_sentences_of_a_comparison_are_in_order_of_their_sides() -> None:
    section = two_years().sections[1]
    with pytest.raises(ValueError, match="in order of their sides"):
        replace(section, statements=section.statements[::-1])
    with pytest.raises(ValueError, match="side by side"):
        replace(section, sides=("2023年", "2023年"))
