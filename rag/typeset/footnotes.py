"""The part of a Word file that holds its footnotes, which python-docx does not make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.typeset import form
from rag.typeset.blocks import Block
from rag.typeset.word_xml import element, put_setting, text_element, twips

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SEPARATORS = (("separator", -1), ("continuationSeparator", 0))


def attach(document: Any, notes: Sequence[Block], fill: Callable[[Any, Block], None]) -> None:
    """Add footnotes 1, 2, … to a document whose text calls them by these numbers; `fill` writes a block's runs."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from docx.oxml.ns import nsdecls
    from lxml import etree

    root = etree.fromstring(f"<w:footnotes {nsdecls('w')}/>")
    for kind, number in _SEPARATORS:
        root.append(_separator(kind, number))
    for number, block in enumerate(notes, 1):
        root.append(_note(number, block, fill))
    data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    part = Part(PackURI("/word/footnotes.xml"), _TYPE, data, document.part.package)
    document.part.relate_to(part, _RELATION)
    _name_separators(document.settings.element)


def _separator(kind: str, number: int) -> Any:
    note, paragraph, run = element("footnote", type=kind, id=number), element("p"), element("r")
    manner = element("pPr")
    manner.append(element("spacing", before=0, after=0, line=twips(form.NOTE.leading), lineRule="exact"))
    run.append(element(kind))
    paragraph.extend((manner, run))
    note.append(paragraph)
    return note


def _note(number: int, block: Block, fill: Callable[[Any, Block], None]) -> Any:
    note, paragraph, manner = element("footnote", id=number), element("p"), element("pPr")
    manner.append(element("pStyle", val=block.style.name.replace(" ", "")))
    paragraph.append(manner)
    mark = element("r")
    mark.append(element("footnoteRef"))
    space = element("r")
    space.append(text_element(" "))
    paragraph.extend((mark, space))
    fill(paragraph, block)
    note.append(paragraph)
    return note


def _name_separators(settings: Any) -> None:
    manner = element("footnotePr")
    for _, number in _SEPARATORS:
        manner.append(element("footnote", id=number))
    put_setting(settings, manner)
