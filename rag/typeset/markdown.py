"""A briefing as Markdown, and as HTML for the clipboard. Text is data: nothing in it becomes markup."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.briefings import Briefing, Footnotes, Form, Section, footnotes
from rag.typeset.characters import printable
from rag.typeset.composing import (
    EvidenceIn,
    Shown,
    SideBySide,
    duty_text,
    entry,
    numbered_headings,
    paragraphs,
    shown_title,
    side_by_side,
)
from rag.typeset.form import CELL_FOOT, CELL_INSET, TABLE_RULE, TEXT_WIDTH

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:^=])")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: every ASCII sign that could be markup has a backslash before it."""
    return _MARKUP.sub(r"\\\1", text)


def markdown(briefing: Briefing, evidence: EvidenceIn = EvidenceIn.SHEET) -> str:
    """With footnotes [^1] where evidence is wanted."""
    known = footnotes(briefing)
    lines = [f"# {escaped(shown_title(briefing))}"]
    masthead = briefing.masthead
    if masthead:
        day = masthead.date.isoformat() if masthead.date else ""
        parts = [printable(part) for part in (masthead.name, masthead.number, masthead.issuer, day)]
        lines.insert(0, escaped("　".join(part for part in parts if part)))
    for level, text in _blocks(briefing, known, evidence):
        lines.append(f"{'#' * (level + 1)} {text}" if level else text)
    if evidence is not EvidenceIn.NOWHERE:
        lines.extend(f"[^{n}]: {escaped(entry(citation))}" for n, citation in enumerate(known.citations, 1))
    return "\n\n".join(lines) + "\n"


def _blocks(briefing: Briefing, known: Footnotes, evidence: EvidenceIn) -> Iterator[tuple[int, str]]:
    """(level of a heading, or 0; Markdown)."""
    for section, heading, sides, shown in _sections(briefing):
        if heading:
            yield section.level, escaped(heading)
        if sides:
            yield 0, _table(sides, section, known, evidence)
        for opening, sentences in shown:
            text = escaped(opening + ("。" if opening and section.form is Form.LED else ""))
            yield 0, text + "".join(_sentence(one, section, known, evidence) for one in sentences)
        if printable(section.note):
            yield 0, escaped(printable(section.note))


def _table(sides: SideBySide, section: Section, known: Footnotes, evidence: EvidenceIn) -> str:
    """A row for the names, then the rows of the page; the sentences of a cell follow one another."""
    rows = [[escaped(name) for name in sides.names], ["---", "---"]]
    for row in sides.rows:
        cells = ["".join(_sentence(one, section, known, evidence) for one in cell) for cell in row]
        rows.append([cell or instead for cell, instead in zip(cells, sides.instead, strict=True)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


class _Shown(NamedTuple):
    """A section as it is printed: side by side, or in paragraphs (words that open it, its sentences)."""

    section: Section
    heading: str
    sides: SideBySide | None
    paragraphs: list[tuple[str, list[Shown]]]


def _sections(briefing: Briefing) -> Iterator[_Shown]:
    first = 0
    for section, heading in zip(briefing.sections, numbered_headings(briefing.sections), strict=True):
        sides = side_by_side(section, first)
        yield _Shown(section, heading, sides, [] if sides else list(paragraphs(section, first)))
        first += len(section.statements)


def _words(one: Shown, section: Section) -> str:
    statement = one.statement
    task = duty_text(statement) if section.form is Form.TASKS else ""
    mark = f"〔{statement.mark}〕" if statement.mark else ""
    return printable(statement.text) + task + mark


def _sentence(one: Shown, section: Section, known: Footnotes, evidence: EvidenceIn) -> str:
    numbers = known.of(one.statement) if evidence is not EvidenceIn.NOWHERE else ()
    return escaped(_words(one, section)) + "".join(f"[^{number}]" for number in numbers)


def rich_text(briefing: Briefing, evidence: EvidenceIn = EvidenceIn.SHEET) -> str:
    """HTML that word processors paste in the faces and sizes of an official page."""
    known = footnotes(briefing)
    body = [_paragraph(shown_title(briefing), "text-align:center", "方正小标宋简体,宋体", 22)]
    for section, heading, sides, shown in _sections(briefing):
        if heading:
            face = "黑体" if section.level == 1 else "楷体_GB2312,楷体"
            body.append(_paragraph(heading, "text-indent:2em", face, 16))
        if sides:
            body.append(_html_table(sides, section, known, evidence))
        for opening, sentences in shown:
            text = html.escape(opening + ("。" if opening and section.form is Form.LED else ""))
            text += "".join(_html_sentence(one, section, known, evidence) for one in sentences)
            body.append(_body_paragraph(text))
        if printable(section.note):
            body.append(_body_paragraph(html.escape(printable(section.note))))
    if evidence is not EvidenceIn.NOWHERE and known.citations:
        body.extend(_evidence(known))
    return f'<html><head><meta charset="utf-8"></head><body>{"".join(body)}</body></html>'


def _html_table(sides: SideBySide, section: Section, known: Footnotes, evidence: EvidenceIn) -> str:
    heads = [_paragraph(name, "text-align:center", "楷体_GB2312,楷体", 16) for name in sides.names]
    rows = [heads]
    for row in sides.rows:
        said = ([_html_sentence(one, section, known, evidence) for one in cell] for cell in row)
        texts = (cell or [html.escape(instead)] for cell, instead in zip(said, sides.instead, strict=True))
        rows.append(["".join(map(_body_paragraph, cell)) for cell in texts])
    manner = f"border-collapse:collapse;table-layout:fixed;width:{TEXT_WIDTH:.0f}pt"
    cells = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f'<table style="{manner}">{cells}</table>'


def _cell(inner: str) -> str:
    manner = f"border:{TABLE_RULE}pt solid #000000;padding:0 {CELL_INSET}pt {CELL_FOOT}pt;width:50%;vertical-align:top"
    return f'<td style="{manner}">{inner}</td>'


def _html_sentence(one: Shown, section: Section, known: Footnotes, evidence: EvidenceIn) -> str:
    numbers: Sequence[int] = ()
    if evidence is not EvidenceIn.NOWHERE:
        numbers = known.of(one.statement)
    mark = f"<sup>[{','.join(map(str, numbers))}]</sup>" if numbers else ""
    return html.escape(_words(one, section)) + mark


def _evidence(known: Footnotes) -> Iterator[str]:
    yield _paragraph("依据清单", "text-align:center", "黑体", 16)
    for n, citation in enumerate(known.citations, 1):
        yield _paragraph(f"[{n}] {entry(citation)}", "", "仿宋_GB2312,仿宋", 12)


def _paragraph(text: str, manner: str, face: str, size: int) -> str:
    return _raw_paragraph(html.escape(text), manner, face, size)


def _body_paragraph(inner: str) -> str:
    return _raw_paragraph(inner, "text-indent:2em", "仿宋_GB2312,仿宋", 16)


def _raw_paragraph(inner: str, manner: str, face: str, size: int) -> str:
    return f'<p style="margin:0;line-height:28.95pt;font-family:{face};font-size:{size}pt;{manner}">{inner}</p>'
