"""The text of a Word part (body, notes, page headers) → lines: a paragraph or a table row each, in printed order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.readers.flow import broken
from rag.readers.tables import Cell, Row, table_lines
from rag.readers.word_styles import Numbering, Styles, W, flag, local, value
from rag.text import clean_line
from rag.types import Line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

# Text that was struck out by a reviser, moved away, or is not printed where it stands.
_LEFT_OUT = frozenset({"del", "moveFrom", "rt", "instrText", "delText", "delInstrText", "Fallback", "rPr", "pPr"})
_BREAKS = frozenset({"br", "cr"})


@dataclass(slots=True)
class _Run:
    """What a paragraph is gathered from: pieces of text with their setting, and what hangs on the paragraph."""

    pieces: list[tuple[str, float, bool]] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TextReader:
    """Walks parts of one document. `notes`: footnotes and endnotes by (kind, id)."""

    styles: Styles
    numbering: Numbering
    notes: dict[tuple[str, str], Element]
    titled: bool  # some paragraph is of the style Title: then the headings stand one level below it

    def lines(self, holder: Element) -> Iterator[Line]:
        """Paragraphs and tables below `holder`, in order; notes and text boxes right after what they hang on."""
        for child in holder:
            match local(child):
                case "p":
                    yield from self._paragraph(child)
                case "tbl":
                    yield from self._table(child)
                case "AlternateContent":
                    yield from self.lines(_alternative(child))
                case name if name not in _LEFT_OUT and isinstance(child.tag, str):
                    yield from self.lines(child)

    # ------------------------------------------------------------ paragraphs

    def _paragraph(self, paragraph: Element) -> Iterator[Line]:
        properties = paragraph.find(f"{W}pPr")
        style = value(properties, "pStyle")
        run = _Run()
        self._gather(paragraph, style, run)
        listed = self.styles.numbering(properties, style)
        label = self.numbering.label(*listed) if listed else ""
        text = "".join(piece for piece, _, _ in run.pieces)
        if text.strip():
            size, bold = _setting(run)
            level = self._level(properties, style)
            contents = self.styles.is_contents(style)
            for part in broken((label + text).split("\n"), bool(level)):
                yield Line(part, size=size, bold=bold, heading=level, furniture=contents)
        yield from self._hanging(run)

    def _hanging(self, run: _Run) -> Iterator[Line]:
        for holder in (*run.boxes, *run.notes):
            yield from self.lines(holder)

    def _level(self, properties: Element | None, style: str | None) -> int:
        if self.styles.is_title(style):
            return 1
        level = self.styles.level(properties, style)
        return level + 1 if level and self.titled else level

    def _gather(self, element: Element, style: str | None, run: _Run) -> None:
        for child in element:
            name = local(child)
            if name == "r":
                properties = child.find(f"{W}rPr")
                if not flag(properties, "vanish"):
                    self._gather_run(child, self.styles.setting(properties, style), style, run)
            elif name == "AlternateContent":
                self._gather(_alternative(child), style, run)
            elif name == "txbxContent":
                run.boxes.append(child)
            elif name not in _LEFT_OUT and isinstance(child.tag, str):
                self._gather(child, style, run)

    def _gather_run(self, element: Element, setting: tuple[float, bool], style: str | None, run: _Run) -> None:
        for child in element:
            match local(child):
                case "t":
                    run.pieces.append((_printable(child.text or ""), *setting))
                case "tab" | "ptab":
                    run.pieces.append((" ", *setting))
                case name if name in _BREAKS:
                    if child.get(f"{W}type") not in ("page", "column"):
                        run.pieces.append(("\n", *setting))
                case "noBreakHyphen":
                    run.pieces.append(("-", *setting))
                case "sym":
                    run.pieces.append((_printable(_symbol(child)), *setting))
                case "footnoteReference" | "endnoteReference" as name:
                    # taken out: it is printed once, and a note that refers to itself would never end
                    note = self.notes.pop((name.removesuffix("Reference"), child.get(f"{W}id", "")), None)
                    if note is not None:
                        run.notes.append(note)
                case "textpath":
                    run.pieces.append((_printable(child.get("string", "")), *setting))
                case "AlternateContent":
                    self._gather_run(_alternative(child), setting, style, run)
                case "txbxContent":
                    run.boxes.append(child)
                case "r" | "ruby":
                    self._gather(child, style, run)
                case name if name not in _LEFT_OUT and isinstance(child.tag, str):
                    self._gather_run(child, setting, style, run)

    # ------------------------------------------------------------ tables

    def _table(self, table: Element) -> Iterator[Line]:
        rows = [[(_span(cell), cell) for cell in _within(row, "tc")] for row in _within(table, "tr")]
        if all(len(row) <= 1 for row in rows):  # a frame around text, not a table
            for row in rows:
                for _, cell in row:
                    yield from self.lines(cell)
            return
        made = []
        for element, row in zip(_within(table, "tr"), rows, strict=True):
            cells = tuple(self._cell(cell, columns) for columns, cell in row)
            made.append(Row(cells, bool(flag(element.find(f"{W}trPr"), "tblHeader"))))
        yield from table_lines(made)

    def _cell(self, cell: Element, columns: int) -> Cell:
        properties = cell.find(f"{W}tcPr")
        merged = value(properties, "vMerge")
        texts = (clean_line(line.text.replace("\t", " ")) for line in self.lines(cell))
        return Cell(" ".join(filter(None, texts)), columns, merged is not None and merged != "restart")


def _within(holder: Element, name: str) -> list[Element]:
    """Rows of a table or cells of a row, also inside content controls; what a reviser struck out is left out."""
    found: list[Element] = []
    for child in holder:
        if local(child) == name:
            if child.find(f"{W}trPr/{W}del") is None:
                found.append(child)
        elif local(child) in ("sdt", "sdtContent", "customXml", "ins", "smartTag"):
            found += _within(child, name)
    return found


def _span(cell: Element) -> int:
    said = value(cell.find(f"{W}tcPr"), "gridSpan") or ""
    return min(max(int(said), 1), 63) if said.isdecimal() and len(said) < 4 else 1  # 63 is Word's own limit


def _alternative(element: Element) -> Element:
    """The first way to show something for which several are given; the last (for old programs) if the others hold no
    text. Both hold the same, so one is taken."""
    choices = [child for child in element if local(child) in ("Choice", "Fallback")]
    return next((c for c in choices if any(local(t) in ("t", "textpath") for t in c.iter())), element)


def _setting(run: _Run) -> tuple[float, bool]:
    """The type size of most characters, and whether all are heavy."""
    by_size: dict[float, int] = {}
    heavy = True
    for text, size, bold in run.pieces:
        weight = sum(not c.isspace() for c in text)
        by_size[size] = by_size.get(size, 0) + weight
        heavy = heavy and (bold or not weight)
    return max(by_size, key=lambda size: by_size[size]), heavy


def _printable(text: str) -> str:
    """`text` on one line, without the pictures of symbol fonts (which stand at U+F000 to U+F0FF)."""
    return "".join(" " if c.isspace() else c for c in text if not "\uf000" <= c <= "\uf0ff")


def _symbol(element: Element) -> str:
    try:
        return chr(int(element.get(f"{W}char", ""), 16))
    except (ValueError, OverflowError):
        return ""


def as_furniture(line: Line) -> Line:
    return replace(line, heading=0, furniture=True)
