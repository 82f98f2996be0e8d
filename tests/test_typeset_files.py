"""What is written: Word, PDF, Markdown and rich text, read back."""

from __future__ import annotations

import html
import io
import re
import unicodedata
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from rag.briefings import Briefing
from rag.errors import JianwenError
from rag.typeset import fonts
from rag.typeset.blocks import Block, Run
from rag.typeset.characters import printable
from rag.typeset.composing import EvidenceIn, compose, entry
from rag.typeset.docx_file import docx_bytes
from rag.typeset.embedding import FontBook
from rag.typeset.exporting import PageMeasure, export
from rag.typeset.fonts import CHAINS
from rag.typeset.form import BODY, Face
from rag.typeset.markdown import escaped, markdown, rich_text
from rag.typeset.pdf_file import pdf_bytes
from rag.typeset.setting import set_blocks
from tests.briefing_samples import briefing, doubtful, hostile, real

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(made: Briefing, evidence: EvidenceIn = EvidenceIn.SHEET) -> Any:
    import docx

    return docx.Document(io.BytesIO(docx_bytes(compose(made, evidence))))


def bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def pdf_text(data: bytes) -> list[str]:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


# ---- Word


def test_margins_and_grid_are_the_standard_s() -> None:
    section = opened(real()).sections[0]
    sides = (section.top_margin, section.left_margin, section.bottom_margin, section.right_margin)
    assert [side.mm for side in sides] == pytest.approx([37, 28, 35, 26], abs=0.1)
    assert (section.page_width.mm, section.page_height.mm) == pytest.approx((210, 297), abs=0.1)
    grid = section._sectPr.find(f"{W}docGrid")
    cell = 16 + int(grid.get(f"{W}charSpace")) / 4096
    width = section.page_width.pt - section.left_margin.pt - section.right_margin.pt
    height = section.page_height.pt - section.top_margin.pt - section.bottom_margin.pt
    assert grid.get(f"{W}type") == "linesAndChars"
    assert (int(width / cell + 1e-3), int(height / (int(grid.get(f"{W}linePitch")) / 20))) == (28, 22)


@pytest.mark.parametrize(
    ("style", "font", "size"),
    [("Title", "方正小标宋简体", 22), ("公文正文", "仿宋_GB2312", 16), ("Heading 1", "黑体", 16)],
)
def test_faces_and_sizes_are_the_standard_s(style: str, font: str, size: float) -> None:
    document = opened(real())
    found = document.styles[style]
    assert found.element.rPr.rFonts.get(f"{W}eastAsia") == font
    assert found.font.size.pt == size and found.font.name == "Times New Roman"
    used = [paragraph for paragraph in document.paragraphs if paragraph.style.name == style]
    assert used
    for run in (run for paragraph in used for run in paragraph.runs if re.search("[一-鿿]", run.text)):
        assert run._r.rPr.rFonts.get(f"{W}eastAsia") == font


def test_body_has_exact_spacing_and_an_indent_of_two_characters() -> None:
    manner = opened(real()).styles["公文正文"].paragraph_format
    assert manner.line_spacing_rule == 4 and 28 <= manner.line_spacing.pt <= 29
    assert manner.first_line_indent.pt == pytest.approx(32, abs=0.6)
    assert manner.widow_control is False


def test_page_numbers_stand_at_the_outer_edge() -> None:
    document = opened(real())
    section = document.sections[0]
    sides = [footer.paragraphs[0].alignment for footer in (section.footer, section.even_page_footer)]
    assert [int(side) for side in sides] == [2, 0]
    assert document.settings.odd_and_even_pages_header_footer
    assert "PAGE" in section.footer._element.xml and "— " in section.footer._element.xml


def test_a_missing_font_has_one_to_stand_for_it() -> None:
    with zipfile.ZipFile(io.BytesIO(docx_bytes(compose(real())))) as file:
        table = file.read("word/fontTable.xml").decode("utf-8")
    assert 'w:name="仿宋_GB2312"' in table and 'w:altName w:val="仿宋"' in table
    assert all(len(chain) > 1 for chain in CHAINS.values())


@pytest.mark.parametrize("seed", range(4))
def test_the_whole_text_is_in_the_word_file(seed: int) -> None:
    made = briefing(seed)
    text = "".join(paragraph.text for paragraph in opened(made, EvidenceIn.NOWHERE).paragraphs)
    for statement in made.statements:
        assert printable(statement.text) in text


def test_the_sheet_of_evidence_is_a_section_of_its_own() -> None:
    document = opened(real())
    assert len(document.sections) == 2
    texts = [paragraph.text for paragraph in document.paragraphs]
    first = texts.index("依据清单")
    assert len(texts) - first - 1 == len(real().statements)
    assert texts[first + 1].startswith("[1] 《吕梁教育简报2025年第12期》2025年3月21日，第1页，")


def test_footnotes_are_in_their_part_and_called_in_order() -> None:
    from lxml import etree

    data = docx_bytes(compose(real(), EvidenceIn.NOTES))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        notes = etree.fromstring(file.read("word/footnotes.xml"))
        body = etree.fromstring(file.read("word/document.xml"))
        types = file.read("[Content_Types].xml").decode()
    numbers = [note.get(f"{W}id") for note in notes]
    calls = [call.get(f"{W}id") for call in body.iter(f"{W}footnoteReference")]
    assert numbers == ["-1", "0", *calls] and calls == [str(n) for n in range(1, len(real().statements) + 1)]
    assert "footnotes+xml" in types
    said = ["".join(note.itertext()).strip() for note in notes[2:]]
    assert said == [entry(statement.citations[0]) for statement in real().statements]


# ---- PDF


@pytest.mark.parametrize("evidence", list(EvidenceIn))
def test_a_pdf_holds_the_lines_of_the_layout_as_text(evidence: EvidenceIn) -> None:
    work = compose(real(), evidence)
    layout = set_blocks(work)
    pages = pdf_text(pdf_bytes(layout, work.title))
    assert len(pages) == layout.pages
    for line in layout.lines:
        if not any(glyph.run.raised for glyph in line.glyphs):
            assert bare(line.text) in bare(pages[line.page - 1])
    text = bare("".join(pages))
    for statement in real().statements:
        assert bare(statement.text) in text
    assert "—1—" in text


def test_characters_of_a_pdf_stand_where_the_layout_says() -> None:
    import ctypes

    import pypdfium2
    from pypdfium2 import raw

    work = compose(briefing(3), EvidenceIn.NOWHERE)
    layout = set_blocks(work)
    with pypdfium2.PdfDocument(pdf_bytes(layout, work.title)) as document:
        page = document[0].get_textpage()
        found = []
        for n in range(page.count_chars()):
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(page, n, x, y)
            if page.get_text_range(n, 1).strip():
                found.append((page.get_text_range(n, 1), round(x.value), round(y.value)))
    ours = [
        (glyph.char, glyph.x, 841.9 - line.baseline)
        for line in layout.lines
        if line.page == 1
        for glyph in line.glyphs
        if glyph.char.strip()
    ]
    for (char, left, base), (found_char, found_left, found_base) in zip(ours, found, strict=False):
        assert bare(char) == bare(found_char)
        assert (left, base) == pytest.approx((found_left, found_base), abs=0.6)


def test_a_pdf_carries_its_fonts_cut_down() -> None:
    work = compose(real())
    data = pdf_bytes(set_blocks(work), work.title)
    assert len(data) < 300_000
    assert re.search(rb"/FontFile[23]", b"".join(_streams(data)))


def _streams(data: bytes) -> list[bytes]:
    import zlib

    found = [data]
    for match in re.finditer(rb"stream\r?\n", data):
        try:
            found.append(zlib.decompressobj().decompress(data[match.end() :]))
        except zlib.error:
            continue
    return found


def test_a_machine_without_fonts_is_told_what_to_do() -> None:
    with pytest.raises(JianwenError, match="没有可以放进 PDF 的中文字体"):
        pdf_bytes(PageMeasure().layout(real()), "标题", FontBook(lambda _: []))


def test_a_sign_that_no_font_has_is_seen_to_be_missing() -> None:
    have = fonts.candidates(Face.SONG)[:1]
    work = compose(briefing(0), EvidenceIn.NOWHERE)
    rare = replace(work, page=(Block(BODY, (Run("会\U0001f980议"),)),))
    text = "".join(pdf_text(pdf_bytes(set_blocks(rare), "标题", FontBook(lambda _: have))))
    assert "会〓议" in bare(text)


def test_what_stands_for_a_font_is_said() -> None:
    told = fonts.stand_ins([Face.BODY])
    have = CHAINS[Face.BODY][0].casefold() in fonts.installed()
    assert told == [] if have else "本机没有“仿宋_GB2312”" in told[0]
    assert "仿宋_GB2312（缺时用仿宋）" in fonts.needed([Face.BODY, Face.BODY])


# ---- Markdown and rich text


def shown(text: str) -> str:
    """What a reader of Markdown sees, without the marks of footnotes."""
    rendered = MarkdownIt().render(text)
    return bare(html.unescape(re.sub(r"<[^>]+>", "", rendered)))


@pytest.mark.parametrize("seed", range(4))
def test_markdown_shows_the_text_as_it_is(seed: int) -> None:
    made = briefing(seed)
    text = shown(markdown(made, EvidenceIn.NOWHERE))
    for statement in made.statements:
        assert bare(statement.text) in text


def test_nothing_in_markdown_or_html_becomes_markup() -> None:
    nasty = "# <b>*x*</b> [y](http://z) `c` 1. - ![i](j) &amp; |a| ~~s~~"
    rendered = MarkdownIt().render(escaped(nasty))
    assert re.findall(r"<(\w+)", rendered) == ["p"]
    assert html.unescape(re.sub(r"<[^>]+>", "", rendered)).strip() == nasty
    made = rich_text(hostile())
    assert "<&>" not in made and "&lt;&amp;&gt;" in made
    assert set(re.findall(r"<(\w+)", made)) == {"html", "head", "meta", "body", "p", "sup"}


def test_markdown_carries_the_evidence_as_footnotes() -> None:
    text = markdown(real())
    assert text.count("[^1]") == 2
    assert "第1页" in text and "[^1]: 《吕梁教育简报2025年第12期》" in text


# ---- exporting


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".md"])
def test_nothing_unverified_leaves_unless_it_is_asked_for(tmp_path: Path, suffix: str) -> None:
    assert "5亿元" not in read(export(doubtful(), tmp_path / f"一{suffix}").path)
    text = read(export(doubtful(), tmp_path / f"二{suffix}", unverified=True).path)
    assert "投入5亿元。〔未核实〕" in text and "通报进展。〔人工撰写〕" in text


def read(path: Path) -> str:
    import docx

    if path.suffix == ".pdf":
        return bare("".join(pdf_text(path.read_bytes())))
    if path.suffix == ".docx":
        return bare("".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs))
    return bare(path.read_text("utf-8").replace("\\", ""))


@pytest.mark.parametrize("suffix", [".docx", ".pdf", ".md"])
@pytest.mark.parametrize("evidence", list(EvidenceIn))
def test_hostile_text_makes_no_broken_file(tmp_path: Path, suffix: str, evidence: EvidenceIn) -> None:
    path = export(hostile(), tmp_path / f"件{suffix}", evidence, unverified=True).path
    text = read(path)
    assert "甲〓〓" in text and "龘" in text and "W" * 40 in text
    assert not re.search("[\x00-\x08\ud800-\udfff\u202e]", text)


def test_an_ending_that_is_not_known_and_a_place_that_is_closed(tmp_path: Path) -> None:
    with pytest.raises(JianwenError, match=r"不能导出成“\.odt”"):
        export(real(), tmp_path / "件.odt")
    with pytest.raises(JianwenError, match="无法写入"):
        export(real(), tmp_path / "没有这个文件夹" / "件.md")


def test_fonts_to_have_are_told_with_a_word_file(tmp_path: Path) -> None:
    made = export(real(), tmp_path / "件.docx")
    assert made.pages == 1 and "方正小标宋简体" in made.notes[0]
