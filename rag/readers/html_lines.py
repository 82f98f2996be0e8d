"""A web page's elements → its lines: what a browser would set as a paragraph, a list item or a table row each.

Nothing is fetched or run: links give their words only, pictures, scripts and hidden elements nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rag.readers.flow import broken
from rag.readers.tables import Cell, Row, table_lines
from rag.readers.word_styles import numeral
from rag.text import clean_line
from rag.types import Line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SILENT = frozenset({
    *("script", "style", "noscript", "template", "iframe", "svg", "canvas", "object", "embed", "audio", "video", "map"),
    *("select", "button", "textarea", "input", "link", "meta", "title", "head", "img", "datalist", "dialog"),
    *("rt", "rp"),
})  # fmt: skip
_BLOCKS = frozenset({
    *("p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "center", "form", "fieldset", "address", "figure"),
    *("figcaption", "hr", "body", "html", "tr", "td", "th", "table", "tbody", "thead", "tfoot", "caption", "details"),
    *("summary", "legend"),
})  # fmt: skip
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_LIST_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LABELLED = re.compile(r"^\s*(?:[（(]?[\d一二三四五六七八九十]+[）)、.．]|[①-⑳])")
_LONG_CELL = 300  # characters; longer ones are text laid out with a table
_MOST_COLUMNS = 1000  # what browsers allow a cell to span


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, the element it stands in, and how many of its characters are words of links."""

    line: Line
    element: Element
    linked: int

    @property
    def text(self) -> str:
        return self.line.text


@dataclass(slots=True)
class _Words:
    """Inline text gathered since the last block began. `heavy`: characters set in a heavy face."""

    pieces: list[str] = field(default_factory=lambda: [""])
    linked: int = 0
    heavy: int = 0

    def add(self, text: str, link: bool, bold: bool, kept: bool) -> None:
        if kept:  # in <pre>, line ends are line ends
            first, *others = text.split("\n")
            self.pieces[-1] += first
            self.pieces += others
        else:
            self.pieces[-1] += re.sub(r"[ \t\r\n\f]+", " ", text)
        weight = sum(not c.isspace() for c in text)
        self.linked += weight * link
        self.heavy += weight * bold


def is_hidden(element: Element) -> bool:
    """Not shown by a browser, as far as the element itself says. The text of WeChat pages is hidden until a script
    has run, so an element that holds a whole text is not believed."""
    if element.get("hidden") is None and not _HIDDEN.search(element.get("style") or ""):
        return False
    return bool(element.get("id") != "js_content")


def entries(body: Element, skipped: Callable[[Element], bool]) -> list[Entry]:
    """All lines below `body`, in order; elements that `skipped` names are passed over with all they hold."""
    walker = _Walker(skipped)
    walker.block(body)
    return [entry for entry in walker.found if entry.text.strip()]


class _Walker:
    def __init__(self, skipped: Callable[[Element], bool]) -> None:
        self.found: list[Entry] = []
        self._skipped = skipped
        self._words = _Words()

    def block(self, element: Element) -> None:
        """The lines of a block: its inline text, parted by the blocks inside it."""
        self._inline(element, element, link=False, bold=False, kept=element.tag == "pre")
        self._flush(element)

    def _inline(self, element: Element, home: Element, link: bool, bold: bool, kept: bool) -> None:
        self._words.add(element.text or "", link, bold, kept)
        for child in element:
            if isinstance(child.tag, str) and not self._out(child):
                self._child(child, home, link, bold, kept)
            self._words.add(child.tail or "", link, bold, kept)

    def _child(self, child: Element, home: Element, link: bool, bold: bool, kept: bool) -> None:
        tag = child.tag
        if tag == "br":
            self._words.pieces.append("")
        elif tag == "table":
            self._flush(home)
            self._table(child)
        elif tag == "ol":
            self._flush(home)
            self._numbered(child)
        elif tag in _BLOCKS:
            self._flush(home)
            self.block(child)
        else:
            self._inline(child, home, link or tag == "a", bold or tag in ("b", "strong"), kept)

    def _out(self, element: Element) -> bool:
        return element.tag in _SILENT or is_hidden(element) or self._skipped(element)

    def _flush(self, element: Element) -> None:
        words, self._words = self._words, _Words()
        total = sum(not c.isspace() for piece in words.pieces for c in piece)
        if not total:
            return
        level = heading_level(element)
        for part in broken(words.pieces, bool(level)):
            line = Line(clean_line(part), bold=words.heavy == total, heading=level)
            self.found.append(Entry(line, element, words.linked * len(part) // sum(map(len, words.pieces))))

    def _numbered(self, element: Element) -> None:
        """A numbered list: browsers print the numbers, the text does not hold them."""
        form = _LIST_FORMS.get(element.get("type") or "", "decimal")
        number = _whole(element.get("start"), 1)
        plain = re.search(r"list-style(?:-type)?\s*:[^;]*none", element.get("style") or "")
        for item in element:
            if not isinstance(item.tag, str) or self._out(item):
                continue
            if item.tag != "li":
                self.block(item)
                continue
            number = _whole(item.get("value"), number)
            first = len(self.found)
            self.block(item)
            if first < len(self.found) and not plain and not _LABELLED.match(self.found[first].text):
                entry = self.found[first]
                text = clean_line(f"{numeral(number, form)}. {entry.text}")
                self.found[first] = replace(entry, line=replace(entry.line, text=text))
            number += 1

    def _table(self, table: Element) -> None:
        rows = list(_rows(table))
        laid_out = (
            table.get("role") == "presentation"
            or any(isinstance(e.tag, str) and e.tag == "table" for e in table.iterdescendants())
            or max((len(list(_cells(row))) for row in rows), default=0) < 2
            or any(len(_text(cell)) > _LONG_CELL for row in rows for cell in _cells(row))
        )
        if laid_out:
            for caption in table.iterchildren("caption"):
                self.block(caption)
            for row in rows:
                for cell in _cells(row):
                    if not self._out(cell):
                        self.block(cell)
            return
        for caption in table.iterchildren("caption"):
            self.block(caption)
        for line in table_lines(self._grid(rows)):
            self.found.append(Entry(line, table, 0))

    def _grid(self, rows: list[Element]) -> list[Row]:
        """The rows with cells that span rows shown as going on below."""
        down: dict[int, int] = {}  # column → rows that its cell still covers
        made = []
        for row in rows:
            cells: list[Cell] = []
            heads: list[bool] = []
            place = 0
            for cell in [*_cells(row), None]:
                while down.get(place, 0) > 0 and len(cells) < _MOST_COLUMNS:
                    down[place] -= 1
                    cells.append(Cell("", continued=True))
                    place += 1
                if cell is None:
                    break
                columns = min(max(_whole(cell.get("colspan"), 1), 1), _MOST_COLUMNS)
                below = min(max(_whole(cell.get("rowspan"), 1), 1), len(rows)) - 1
                down.update({place + n: below for n in range(columns) if below})
                cells.append(Cell("" if self._out(cell) else _text(cell), columns))
                heads.append(cell.tag == "th")
                place += columns
            parent = row.getparent()
            head = bool(heads) and (all(heads) or (parent is not None and parent.tag == "thead"))
            made.append(Row(tuple(cells), head))
        return made


def heading_level(element: Element) -> int:
    """1–6 inside <h1>…<h6>, else 0."""
    for holder in (element, *element.iterancestors()):
        if isinstance(holder.tag, str) and re.fullmatch("h[1-6]", holder.tag):
            return int(holder.tag[1])
        if holder.tag in ("div", "section", "article", "td", "body"):
            return 0
    return 0


def _rows(table: Element) -> Iterator[Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("tbody", "thead", "tfoot"):
            yield from child.iterchildren("tr")


def _cells(row: Element) -> Iterator[Element]:
    return (child for child in row if child.tag in ("td", "th"))


def _text(element: Element) -> str:
    """All shown words of a cell on one line."""
    walker = _Walker(lambda _: False)
    walker.block(element)
    return " ".join(entry.text.replace("\t", " ") for entry in walker.found)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*\d{1,5}\s*", text) else otherwise
