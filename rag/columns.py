"""Reading order from geometry alone: segments of printed rows → columns, each read downwards. Pure.

A recursive X-Y cut (Nagy & Seth 1984) with two rules for newspapers. Rivers of white between columns are sought among
lines of body size; where a headline crosses one, the page is made of bands and is first cut across, above and below
such headlines. Where none does, it is cut along the rivers, unless most columns restart under headlines at one height.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.types import Box, Line, Page

RIVER = 0.6  # of the body size: narrower white is not a river
HEADLINE = 1.15  # of the body size
_HANGING = "，。、；：！？,.;:!?”’」』）》】“‘「『（《【—…·"
_BAND_GAP = 1.0  # of the body size: white across a page that may part bands


@dataclass(frozen=True, slots=True)
class Placed:
    """A line in the frame of the text (x along the writing, y from row to row, both in points)."""

    line: Line
    x0: float
    x1: float
    y0: float
    y1: float

    @property
    def size(self) -> float:
        return self.line.size or self.y1 - self.y0


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """Segments that stand side by side in one column, from left to right."""

    parts: tuple[Placed, ...]

    @property
    def x0(self) -> float:
        return self.parts[0].x0

    @property
    def x1(self) -> float:
        return max(p.x1 for p in self.parts)

    @property
    def y0(self) -> float:
        return min(p.y0 for p in self.parts)

    @property
    def y1(self) -> float:
        return max(p.y1 for p in self.parts)

    @property
    def size(self) -> float:
        return max(self.parts, key=lambda p: len(p.line.text)).size


Region = Sequence[Placed]
Interval = tuple[float, float]


def body_size(lines: Sequence[Line]) -> float:
    """The type size of most characters; 0 without any geometry."""
    sized = sorted((line.size or (line.box.y1 - line.box.y0), len(line.text)) for line in lines if line.box)
    half, seen = sum(n for _, n in sized) / 2, 0
    for size, n in sized:
        seen += n
        if seen >= half:
            return size
    return 0.0


# ---------------------------------------------------------------- the frame of the text


def turn(page: Page) -> int:
    """Quarters clockwise (0, 90, 180, 270) by which the text lies on the page as shown.

    Lines higher than wide are turned; which way, tells their order, since readers give rows downwards as written.
    """
    boxes = [(line.box, len(line.text)) for line in page.lines if line.box and len(line.text) > 1]
    tall = sum(n if b.y1 - b.y0 > b.x1 - b.x0 else -n for b, n in boxes)
    if not boxes:
        return 0
    steps = [
        (((b.x0 + b.x1) - (a.x0 + a.x1)) / 2, ((b.y0 + b.y1) - (a.y0 + a.y1)) / 2)
        for (a, _), (b, _) in pairwise(boxes)
        if (b.y1 - b.y0 > b.x1 - b.x0) == (a.y1 - a.y0 > a.x1 - a.x0)
    ]
    if tall > 0:
        return 90 if sum((dx > 0) - (dx < 0) for dx, _ in steps) <= 0 else 270
    return 0 if sum((dy > 0) - (dy < 0) for _, dy in steps) >= 0 else 180


def frame(page: Page) -> tuple[Placed, ...]:
    """The page's lines in the frame of its text."""
    way, width, height = turn(page), page.width, page.height

    def placed(line: Line, b: Box) -> Placed:
        match way:
            case 90:
                return Placed(line, b.y0, b.y1, width - b.x1, width - b.x0)
            case 180:
                return Placed(line, width - b.x1, width - b.x0, height - b.y1, height - b.y0)
            case 270:
                return Placed(line, height - b.y1, height - b.y0, b.x0, b.x1)
        return Placed(line, b.x0, b.x1, b.y0, b.y1)

    return tuple(placed(line, line.box) for line in page.lines if line.box)


# ---------------------------------------------------------------- cutting


def _gaps(intervals: Sequence[Interval], least: float) -> list[Interval]:
    """The stretches between the first and last of `intervals` that none of them covers, at least `least` wide."""
    gaps: list[Interval] = []
    reach: float | None = None
    for start, end in sorted(intervals):
        if reach is not None and start - reach >= least:
            gaps.append((reach, start))
        reach = end if reach is None else max(reach, end)
    return gaps


def _beside(left: Region, right: Region) -> bool:
    """Whether the two stand side by side at any height: only then does white between them part columns."""
    return any(a.y0 < b.y1 and b.y0 < a.y1 for a in left for b in right)


def _core_end(p: Placed) -> float:
    """Where the line's type ends without punctuation, which may hang over the edge of the column."""
    hanging = p.line.text[-1] in _HANGING and p.x1 - p.x0 > 2 * p.size
    return p.x1 - p.size if hanging else p.x1


def _rivers(region: Region, body: float) -> list[Interval]:
    """White between columns, sought among lines that have another one beside them.

    A line alone at its height (a page number, a wide line under two columns) says nothing about columns.
    """
    lines = sorted((p for p in region if p.size < HEADLINE * body), key=lambda p: p.y0)
    paired: set[int] = set()
    for i, p in enumerate(lines):
        for q in lines[i + 1 :]:
            if q.y0 >= p.y1:
                break
            apart = q.x0 >= p.x1 - 0.1 * body or p.x0 >= q.x1 - 0.1 * body
            if apart and min(p.y1, q.y1) - q.y0 >= 0.1 * min(p.y1 - p.y0, q.y1 - q.y0):
                paired |= {id(p), id(q)}
    beside = [p for p in lines if id(p) in paired]
    return [
        river
        for river in _gaps([(p.x0, _core_end(p)) for p in beside], RIVER * body)
        if _beside([p for p in beside if _core_end(p) <= river[0]], [p for p in beside if p.x0 >= river[1]])
    ]


def _crosses(p: Placed, river: Interval) -> bool:
    return p.x0 < river[0] and p.x1 > river[1]


def _split(region: Region, cuts: Sequence[float], *, across: bool) -> list[list[Placed]]:
    """`region` parted at `cuts` (y positions when `across`, else x positions), each part holding something."""
    parts: list[list[Placed]] = [[] for _ in range(len(cuts) + 1)]
    for p in region:
        middle = (p.y0 + p.y1) / 2 if across else (p.x0 + p.x1) / 2
        parts[sum(middle > cut for cut in cuts)].append(p)
    return [part for part in parts if part]


def _middles(gaps: Sequence[Interval]) -> list[float]:
    return [(start + end) / 2 for start, end in gaps]


def _band_cuts(region: Region, rivers: Sequence[Interval], body: float) -> list[float]:
    """Heights at which most columns stop and restart below headlines: bands, although no headline spans them."""
    columns = _split(region, _middles(rivers), across=False)
    cuts: list[float] = []
    for start, end in _gaps([(p.y0, p.y1) for p in region], _BAND_GAP * body):
        headed = any(p.size >= HEADLINE * body and end - 0.1 <= p.y0 <= end + 1.5 * body for p in region)
        both = sum(any(p.y1 <= start + 0.1 for p in c) and any(p.y0 >= end - 0.1 for p in c) for c in columns)
        if headed and both >= max(2, 0.6 * len(columns)):
            cuts.append((start + end) / 2)
    return cuts


def _cuts(region: Region, body: float) -> list[list[Placed]]:
    """The parts of `region` in reading order; a single one when nothing parts it."""
    rivers = _rivers(region, body)
    gaps = _gaps([(p.y0, p.y1) for p in region], 0.1 * body)
    if not rivers:
        side_by_side = any(_beside([a], [b]) for a, b in pairwise(sorted(region, key=lambda p: (p.y0, p.x0))))
        wide = [g for g in gaps if g[1] - g[0] >= 0.8 * body] if side_by_side else []
        return _split(region, _middles(wide), across=True)
    crossing = [p for p in region if any(_crosses(p, river) for river in rivers)]
    if not crossing:
        bands = _band_cuts(region, rivers, body)
        return _split(region, bands or _middles(rivers), across=bool(bands))
    above = set(_band_cuts(region, rivers, body))
    for start, end in gaps:
        if any(-0.1 <= p.y0 - end <= p.size for p in crossing):  # a neighbour's headline may stand a little higher
            above.add((start + end) / 2)
    if above:
        return _split(region, sorted(above), across=True)
    free = [r for r in rivers if not any(_crosses(p, r) for p in region)]
    if free:  # before cutting below headlines: two of them side by side would part from their columns
        widest = max(free, key=lambda r: r[1] - r[0])
        return _split(region, _middles([widest]), across=False)
    bottoms = {p.y1 for p in crossing}
    below = [g for g in gaps if g[0] in bottoms] or sorted(gaps, key=lambda g: g[0] - g[1])[:1]
    if below:
        return _split(region, _middles(below), across=True)
    return [list(region)]


def _leaves(region: Region, body: float) -> Iterator[list[Placed]]:
    pending = [list(region)]
    while pending:
        part = pending.pop(0)
        parts = _cuts(part, body) if len(part) > 1 else [part]
        if len(parts) == 1:
            yield part
        else:
            pending[:0] = parts


def _rows(column: Region) -> tuple[PrintedRow, ...]:
    rows: list[list[Placed]] = []
    for p in sorted(column, key=lambda p: ((p.y0 + p.y1) / 2, p.x0)):
        last = rows[-1] if rows else []
        if last and abs((p.y0 + p.y1) - (last[0].y0 + last[0].y1)) / 2 < 0.4 * min(p.size, last[0].size):
            last.append(p)
        else:
            rows.append([p])
    return tuple(PrintedRow(tuple(sorted(row, key=lambda p: p.x0))) for row in rows)


def columns(page: Page) -> tuple[tuple[PrintedRow, ...], ...]:
    """The page's columns in reading order, each a run of rows downwards. Every line with a box is in exactly one."""
    placed = frame(page)
    if not placed:
        return ()
    body = statistics.median([p.size for p in placed]) if not body_size(page.lines) else body_size(page.lines)
    return tuple(_rows(leaf) for leaf in _leaves(placed, body))
