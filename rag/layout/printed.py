"""Lines with places → paragraphs: rows in reading order joined by indents, line ends and type sizes. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from rag.layout.blocks import Block, Kind, make_paragraph
from rag.layout.captions import caption_rows
from rag.layout.columns import columns
from rag.layout.furniture import furniture_rows
from rag.layout.marks import back, onward
from rag.layout.page_frame import body_size
from rag.layout.printed_row import PrintedRow
from rag.layout.rubrics import is_item
from rag.layout.wrapping import OPEN_ENDED, OPENERS, is_final
from rag.types import Page

_Place = tuple[int, int, int]


@dataclass(frozen=True)  # no slots: what is asked of a row again and again is kept
class _SetRow:
    """A printed row and the edges of the column it stands in, in the frame of the text."""

    row: PrintedRow
    page: int
    column: int
    frame: int
    left: float
    right: float
    caption: int = 0  # the number of the picture it stands under
    apart: bool = False  # it stands over columns, not in one

    @property
    def place(self) -> _Place:
        """What goes on in one place is one text: the open pages, one frame, the words under one picture."""
        return (self.page if self.frame or self.caption else 0, self.frame, self.caption)

    @property
    def is_table(self) -> bool:
        return any(part.line.header is not None for part in self.row.parts)

    @cached_property
    def is_mark(self) -> bool:
        return onward(self.text) is not None or back(self.text) is not None

    @cached_property
    def text(self) -> str:
        return " ".join(part.line.text for part in self.row.parts)

    @property
    def size(self) -> float:
        return self.row.size

    @property
    def indented(self) -> bool:
        return self.row.x0 - self.left >= 1.2 * self.size

    @property
    def full(self) -> bool:
        return self.right - self.row.x1 < 1.2 * self.size


_NEAR = 4  # rows above and below that show where a column's edges are, since it may widen on its way


def _edges(rows: Sequence[PrintedRow], at: int) -> tuple[float, float]:
    """Left and right edge of the type around row `at`, headlines left out where there is other type."""
    near = rows[max(0, at - _NEAR) : at + _NEAR + 1]
    near = [row for row in near if row.main.headline == rows[at].main.headline] or near
    return min(row.x0 for row in near), max(row.x1 for row in near)


def _set_rows(page: Page, body: float) -> Iterator[_SetRow]:
    cut = columns(page, body)
    starts = Counter(round(row.x0) for column in cut for row in column.rows)
    lefts = [float(x) for x, n in starts.items() if n >= 3]
    widths = [max(r.x1 for r in c.rows) - min(r.x0 for r in c.rows) for c in cut if len(c.rows) >= 3]
    usual = max(widths, default=0.0) if len(set(map(round, widths))) < 3 else 0.0
    captions = caption_rows(page, cut)
    for number, column in enumerate(cut):
        for at, row in enumerate(column.rows):
            left, right = _edges(column.rows, at)
            if len(column.rows) == 1:  # a paragraph's first line alone shows no left edge of its own: others share one
                left = max((x for x in lefts if left - 2.6 * body <= x < left - 1.2 * body), default=left)
            if len(column.rows) < 3 and usual:
                right = max(right, left + usual)  # too few rows to show where the column ends
            apart = len(column.rows) == 1 or all(other.main.headline for other in column.rows)
            yield _SetRow(row, page.number, number, column.frame, left, right, captions.get(id(row), 0), apart)


def _same_paragraph(a: _SetRow, b: _SetRow) -> bool:
    """Whether row `b` goes on with the paragraph that row `a` is part of."""
    heading = a.row.main.headline
    if heading != b.row.main.headline or abs(a.size - b.size) > 0.08 * max(a.size, b.size):
        return False
    if a.text[-1] in OPENERS or b.text[0] in OPEN_ENDED:
        return True
    if a.column == b.column and a.page == b.page:
        if b.row.y0 - a.row.y1 > (0.8 if heading else 1.1) * a.size:
            return False
    elif heading:
        level = a.page == b.page and -0.1 * a.size <= b.row.y0 - a.row.y1 <= 0.8 * a.size
        return level and b.row.x0 < a.row.x1 and a.row.x0 < b.row.x1
    if heading:
        return True
    if b.indented and not a.indented:
        return False
    if is_final(a.text):
        if is_item(b.text):
            return False
        return a.full and not b.indented
    return a.full or not b.indented


class _Gatherer:
    """Joins rows into paragraphs. What stands in a frame, under a picture or is a mark does not break the text around
    it: that goes on afterwards."""

    def __init__(self) -> None:
        self.groups: list[list[_SetRow]] = []
        self._open: dict[_Place, list[_SetRow]] = {}

    def take(self, row: _SetRow) -> None:
        if row.is_mark or row.is_table:
            self.groups.append([row])
            return
        open_group = self._open.get(row.place)
        if open_group is not None and _same_paragraph(open_group[-1], row):
            open_group.append(row)
        else:
            self._open[row.place] = [row]
            self.groups.append(self._open[row.place])


def printed_blocks(pages: Sequence[Page]) -> Iterator[Block]:
    """The lines with boxes of `pages` as blocks in reading order, furniture last."""
    body = body_size([line for page in pages for line in page.lines])
    gatherer = _Gatherer()
    furniture: list[Block] = []
    for page, rows in zip(pages, furniture_rows(pages), strict=True):
        aside = {id(line) for row in rows for line in row}
        text = replace(page, lines=tuple(line for line in page.lines if id(line) not in aside))
        for row in _set_rows(text, body):
            gatherer.take(row)
        furniture += [Block(make_paragraph(row, page.number), "furniture", row[0].size) for row in rows]
    yield from map(_block, gatherer.groups)
    yield from furniture


def _block(group: Sequence[_SetRow]) -> Block:
    first = group[0]
    parts = [part.line for row in group for part in row.row.parts]
    kind: Kind = "heading" if first.row.main.headline else "caption" if first.caption else "body"
    frame = (first.page, first.frame) if first.frame else None
    area = None
    if all((row.page, row.column) == (first.page, first.column) for row in group):
        rows = [row.row for row in group]
        area = (min(r.x0 for r in rows), rows[0].y0, max(r.x1 for r in rows), max(r.y1 for r in rows))
    return Block(make_paragraph(parts, first.page), kind, first.size, apart=first.apart, frame=frame, area=area)
