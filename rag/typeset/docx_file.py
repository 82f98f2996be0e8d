"""A composition as a Word file: real styles, exact spacing, the document grid of GB/T 9704-2012, page numbers, notes.

Everything that Word or LibreOffice would otherwise decide by themselves is written down, so that they break lines and
pages where `rag.typeset.setting` did: no widow control, no hanging or squeezed punctuation, our lists of 避头尾, and
the face named for every stretch, since quotation marks and dashes might be taken for either script.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from rag.typeset import form
from rag.typeset.blocks import Block, Composition, Run, Table
from rag.typeset.breaking import FOOTNOTE, NEVER_FIRST, NEVER_LAST, PROGRAMS
from rag.typeset.characters import by_script
from rag.typeset.fonts import CHAINS, first_choice
from rag.typeset.form import Align, Face, Style
from rag.typeset.setting import set_blocks
from rag.typeset.word_table import table_element
from rag.typeset.word_xml import element, put_setting, text_element, twips

_GRID = round(form.GRID * 4096)
_MARK_STYLE = "依据标号"
_BREAKS = {"\t": "tab", "\n": "br"}


def docx_bytes(work: Composition) -> bytes:
    """The Word file (.docx)."""
    import docx

    document = docx.Document()
    body = document.element.body
    for old in list(body)[:-1]:
        body.remove(old)
    for style in _styles(work):
        _define(document, style)
    _defaults(document)
    _define_mark(document)
    _settings(document.settings.element)
    _page(document.sections[0])
    _page_numbers(document)
    _fonts(document)
    first_at_foot = next(iter(work.foot), None)
    for part in work.page:
        if isinstance(part, Table):
            _add(body, table_element(part, _paragraph))
        else:
            _add(body, _paragraph(part, _foot_place(work) if part is first_at_foot else None))
    if work.sheet:
        _new_sheet(body)
        for block in work.sheet:
            _add(body, _paragraph(block))
    if work.notes:
        from rag.typeset.footnotes import attach

        attach(document, work.notes, _fill)
    document.core_properties.title = work.title
    document.core_properties.author = ""
    document.core_properties.comments = ""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _styles(work: Composition) -> Iterable[Style]:
    return dict.fromkeys([form.BODY, *(block.style for block in work.blocks)])


# ---------------------------------------------------------------- styles


def _defaults(document: Any) -> None:
    """Plain text as running text is set: the size of the document grid's cells comes from the default style."""
    from docx.oxml.ns import qn

    _define(document, replace(form.BODY, name="Normal", indent=0.0))
    plain = document.styles.element.find(qn("w:docDefaults"))
    for old in list(plain):
        plain.remove(old)
    for tag, manner in (("rPrDefault", _character_form(form.BODY)), ("pPrDefault", _paragraph_form(form.BODY))):
        default = element(tag)
        default.append(manner)
        plain.append(default)
    for indent in plain.iter(qn("w:ind")):
        indent.set(qn("w:firstLine"), "0")


def _define(document: Any, style: Style) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn

    known = {one.name for one in document.styles}
    made = (
        document.styles[style.name]
        if style.name in known
        else document.styles.add_style(style.name, WD_STYLE_TYPE.PARAGRAPH)
    )
    root = made.element
    for tag in ("w:pPr", "w:rPr", "w:basedOn", "w:link", "w:next"):
        for old in root.findall(qn(tag)):
            root.remove(old)
    for child in (_paragraph_form(style), _character_form(style)):
        root.append(child)
    if root.find(qn("w:qFormat")) is None:
        made.quick_style = True


def _paragraph_form(style: Style) -> Any:
    """The paragraph half of a style, children in the order that the schema asks for."""
    form_of = element("pPr")
    if style.keep:
        form_of.append(element("keepNext"))
    form_of.append(element("widowControl", val=0))
    if style.rule_above or style.rule_below:
        borders = element("pBdr")
        for side, thickness in (("top", style.rule_above), ("bottom", style.rule_below)):
            if thickness:
                borders.append(element(side, val="single", sz=round(thickness * 8), space=1, color=style.colour))
        form_of.append(borders)
    if style.align is Align.EDGES:
        tabs = element("tabs")
        tabs.append(element("tab", val="right", pos=twips(form.TEXT_WIDTH - style.right)))
        form_of.append(tabs)
    form_of.append(element("kinsoku", val=1))
    for switch, on in (
        ("overflowPunct", 0),
        ("autoSpaceDE", 1),
        ("autoSpaceDN", 1),
        ("adjustRightInd", 0),
        ("snapToGrid", 0),
    ):
        form_of.append(element(switch, val=on))
    before, after, line = twips(style.before), twips(style.after), twips(style.leading)
    form_of.append(element("spacing", before=before, after=after, line=line, lineRule="exact"))
    left, right, first = twips(style.left), twips(style.right), twips(style.indent)
    form_of.append(element("ind", left=left, right=right, firstLine=first))
    form_of.append(element("jc", val="left" if style.align is Align.EDGES else style.align.value))
    if style.level:
        form_of.append(element("outlineLvl", val=style.level - 1))
    return form_of


def _character_form(style: Style) -> Any:
    form_of = element("rPr")
    latin, chinese = first_choice(Face.LATIN), first_choice(style.face)
    form_of.append(element("rFonts", ascii=latin, hAnsi=latin, cs=latin, eastAsia=chinese))
    form_of.append(element("b", val=0))
    form_of.append(element("snapToGrid", val=0))
    form_of.append(element("color", val=style.colour))
    form_of.append(element("spacing", val=twips(style.tracking)))
    form_of.append(element("kern", val=0))
    form_of.append(element("sz", val=round(style.size * 2)))
    form_of.append(element("szCs", val=round(style.size * 2)))
    form_of.append(element("lang", val="en-US", eastAsia="zh-CN"))
    return form_of


def _define_mark(document: Any) -> None:
    """The raised numbers: a size and a height of their own, since programs differ over how small a superscript is."""
    from docx.enum.style import WD_STYLE_TYPE

    document.styles.add_style(_MARK_STYLE, WD_STYLE_TYPE.CHARACTER).element.append(_mark_form())


def _mark_form(styled: bool = False) -> Any:
    """styled: for a run, which names the style too; LibreOffice shrinks what is raised by the style alone."""
    form_of = element("rPr")
    if styled:
        form_of.append(element("rStyle", val=_MARK_STYLE))
    form_of.append(element("spacing", val=0))
    form_of.append(element("position", val=round(form.MARK_RISE * 2)))
    form_of.append(element("sz", val=round(form.MARK_SIZE * 2)))
    form_of.append(element("szCs", val=round(form.MARK_SIZE * 2)))
    return form_of


# ---------------------------------------------------------------- the document as a whole


def _settings(root: Any) -> None:
    from docx.oxml.ns import qn

    put_setting(root, element("evenAndOddHeaders"))
    put_setting(root, element("characterSpacingControl", val="doNotCompress"))
    for language in root.iter(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    for setting in root.iter(qn("w:compatSetting")):
        if setting.get(qn("w:name")) == "compatibilityMode":
            setting.set(qn("w:val"), "15")  # an older one is shown as 兼容模式
    put_setting(root, element("noLineBreaksAfter", lang="zh-CN", val=NEVER_LAST))
    put_setting(root, element("noLineBreaksBefore", lang="zh-CN", val=NEVER_FIRST + FOOTNOTE))


def _page(section: Any) -> None:
    from docx.oxml.ns import qn

    root = section._sectPr
    for tag in ("w:pgSz", "w:pgMar", "w:cols", "w:docGrid"):
        for old in root.findall(qn(tag)):
            root.remove(old)
    root.append(element("pgSz", w=twips(form.WIDTH), h=twips(form.HEIGHT)))
    sides = {"top": form.TOP, "right": form.RIGHT, "bottom": form.BOTTOM, "left": form.LEFT, "footer": form.FOOTER}
    margins = {side: twips(points) for side, points in sides.items()}
    root.append(element("pgMar", **margins, header=twips(form.FOOTER), gutter=0))
    root.append(element("cols", space=0))
    root.append(element("docGrid", type="linesAndChars", linePitch=twips(form.LEADING), charSpace=_GRID))


def _new_sheet(body: Any) -> None:
    """Begin the sheet of evidence: a section break, so that it can be printed or left out by itself."""
    import copy

    from docx.oxml.ns import qn

    last = body.findall(qn("w:p"))[-1]
    properties = last.find(qn("w:pPr"))
    properties.append(copy.deepcopy(body.find(qn("w:sectPr"))))


def _page_numbers(document: Any) -> None:
    """— 1 — in 4号宋体, at the outer edge: right on odd pages, left on even ones, one character from the margin."""
    section = document.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        root = footer._element
        for old in list(root):
            root.remove(old)
        paragraph = element("p")
        form_of = element("pPr")
        form_of.append(element("snapToGrid", val=0))
        form_of.append(element("spacing", before=0, after=0, line=twips(form.PAGE_NUMBER_SIZE), lineRule="exact"))
        inset = twips(form.PAGE_NUMBER_SIZE)
        form_of.append(element("ind", left=inset, right=inset, firstLine=0))
        form_of.append(element("jc", val=side))
        paragraph.append(form_of)
        for text in ("— ", None, " —"):
            paragraph.append(_page_number_run(text))
        root.append(paragraph)


def _page_number_run(text: str | None) -> Any:
    font = first_choice(Face.SONG)
    run = element("r")
    form_of = element("rPr")
    form_of.append(element("rFonts", ascii=font, hAnsi=font, eastAsia=font))
    form_of.append(element("sz", val=round(form.PAGE_NUMBER_SIZE * 2)))
    run.append(form_of)
    if text is not None:
        run.append(text_element(text))
        return run
    field = element("fldSimple", instr=" PAGE ")
    run.append(text_element("1"))
    field.append(run)
    return field


def _fonts(document: Any) -> None:
    """Name, for a reader whose machine lacks a face, the one to take instead (`altName`)."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn

    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    root = parse_xml(part.blob)
    ours = {chain[0] for chain in CHAINS.values()}
    for old in [one for one in root if one.get(qn("w:name")) in ours]:
        root.remove(old)
    for face, chain in CHAINS.items():
        entry = element("font", name=chain[0])
        entry.append(element("altName", val=chain[1]))
        entry.append(element("charset", val="00" if face is Face.LATIN else "86"))
        entry.append(element("family", val="swiss" if face is Face.HEADING else "roman"))
        root.append(entry)
    from lxml import etree

    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


# ---------------------------------------------------------------- paragraphs


@dataclass(frozen=True, slots=True)
class _FootPlace:
    """White space above what stands at the foot of the last page; alone: on a page of its own."""

    space: float
    alone: bool


def _foot_place(work: Composition) -> _FootPlace:
    """Where it stays on its page in every program, whichever sets the text above it in more lines."""
    layouts = [set_blocks(work, program=program) for program in PROGRAMS]
    return _FootPlace(min(one.foot_space for one in layouts), any(one.foot_alone for one in layouts))


def _add(body: Any, part: Any) -> None:
    body.insert(len(body) - 1, part)


def _paragraph(block: Block, place: _FootPlace | None = None) -> Any:
    paragraph = element("p")
    form_of = element("pPr")
    form_of.append(element("pStyle", val=block.style.name.replace(" ", "")))
    if place and place.alone:
        form_of.append(element("pageBreakBefore"))
    if place:
        line = twips(block.style.leading)
        form_of.append(element("spacing", before=twips(place.space), line=line, lineRule="exact"))
    paragraph.append(form_of)
    _fill(paragraph, block)
    return paragraph


def _fill(paragraph: Any, block: Block) -> None:
    """The runs of a block, cut where the script changes."""
    for run in block.runs:
        if run.note:
            paragraph.append(_note_call(run.note))
            continue
        for latin, text in by_script(run.text):
            paragraph.append(_run(run, text, latin, block.style))


def _run(run: Run, text: str, latin: bool, style: Style) -> Any:
    made = element("r")
    form_of = _mark_form(styled=True) if run.raised else element("rPr")
    face = run.face or style.face
    if not latin:
        font = first_choice(face)
        form_of.insert(int(run.raised), element("rFonts", hint="eastAsia", ascii=font, hAnsi=font, eastAsia=font))
    if len(form_of):
        made.append(form_of)
    for part in re.split("([\t\n])", text):
        if part in _BREAKS:
            made.append(element(_BREAKS[part]))
        elif part:
            made.append(text_element(part))
    return made


def _note_call(number: int) -> Any:
    made = element("r")
    form_of = element("rPr")  # the style alone: LibreOffice shrinks a note's number by itself as well
    form_of.append(element("rStyle", val=_MARK_STYLE))
    made.append(form_of)
    made.append(element("footnoteReference", id=number))
    return made
