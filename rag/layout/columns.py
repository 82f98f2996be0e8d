"""Reading order from geometry alone: segments of printed rows → columns, each read downwards. Pure.

A recursive X-Y cut (Nagy & Seth 1984) with rules for newspapers. What stands in a printed frame (border or tint) is
kept together. Printed rules cut where they span what they part. Rivers of white between columns are sought among lines
of body type; where a headline crosses one, the page is made of bands and is first cut across, above and below such
headlines. Where none does, it is cut along the rivers, unless most columns restart under headlines at one height.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from rag.layout.cuts import Region, ways
from rag.layout.drop_caps import raised
from rag.layout.frames import Item, Nest, Rules, nested
from rag.layout.page_frame import Placed, TextFrame, placed_lines
from rag.layout.pictures import centred_captions, picture_rectangles
from rag.layout.printed_row import PrintedRow, rows_of
from rag.layout.seams import Edge, Measures, Seams, indents, seams
from rag.types import Page

_PATIENCE = 300  # ways tried on one page
_PIECES = 0.02  # of a flaw: what each further column counts
_LEAST = 0.3  # flaws less that make an order better than one that was tried before
_DEEPEST = 60  # cuts within cuts


@dataclass(frozen=True, slots=True)
class Column:
    """Rows read downwards. `frame` numbers the printed frame they stand in, 0: none."""

    rows: tuple[PrintedRow, ...]
    frame: int = 0


def _leaves(region: Region, body: float, rules: Rules) -> Iterator[Column]:
    """Columns in the order of the first choice everywhere, each with the number of its frame."""
    pending: list[tuple[Region, int, bool]] = [(region, 0, False)]
    while pending:
        part, frame, whole = pending.pop(0)
        if len(part) == 1 and isinstance(part[0], Nest):
            pending.insert(0, (part[0].items, part[0].number, True))
            continue
        parts = _first(part, body, rules, framed=whole)
        if len(parts) == 1:
            yield Column(rows_of([p for p in part if isinstance(p, Placed)]), frame)
        else:
            pending[:0] = [(some, frame, False) for some in parts]


def _first(part: Region, body: float, rules: Rules, *, framed: bool) -> list[list[Item]]:
    parts = next(ways(part, body, rules, framed=framed)) if len(part) > 1 else []
    return parts if len(parts) > 1 else list(_around_frames(part))


def _around_frames(part: Region) -> Iterator[list[Item]]:
    """What nothing parts, read downwards, each frame on its own."""
    run: list[Item] = []
    for p in sorted(part, key=lambda p: (p.y0, p.x0)):
        if isinstance(p, Nest):
            yield from ([run] if run else [])
            yield [p]
            run = []
        else:
            run.append(p)
    if run:
        yield run


# ---------------------------------------------------------------- other ways than the first


def _fitting(
    region: Region, body: float, rules: Rules, plain: tuple[Column, ...], captions: frozenset[int]
) -> tuple[Column, ...]:
    """The first choice, or another order whose columns fit together better at their seams."""
    rows = [column.rows for column in plain]
    known = Measures.of(rows, captions)
    if not _flawed(plain, known) or not indents(rows, known):
        return plain
    return _Search(body, rules, known).best(region, 0, framed=False).columns


def _flawed(plain: Sequence[Column], known: Measures) -> bool:
    """Whether some seam does not fit, frame by frame."""
    runs: dict[int, Seams] = {}
    for column in plain:
        if (here := seams(column.rows, known)) is not None:
            runs[column.frame] = runs[column.frame].then(here) if column.frame in runs else here
    return any(run.total for run in runs.values())


@dataclass(frozen=True, slots=True)
class _Order:
    """Columns as read. seams: None where nothing but frames and captions was read, which text goes past."""

    columns: tuple[Column, ...]
    seams: Seams | None

    def then(self, after: _Order) -> _Order:
        both = self.seams.then(after.seams) if self.seams and after.seams else self.seams or after.seams
        return _Order(self.columns + after.columns, both)

    @property
    def flaws(self) -> float:
        return self.seams.total if self.seams else 0.0

    @property
    def settled(self) -> bool:
        """Whether nothing within can fit better; what it begins and ends with, its surroundings must match."""
        if self.seams is None:
            return True
        titled = any(row.main.headline for column in self.columns for row in column.rows)
        return not self.seams.flaws and (not titled or self.seams.head is Edge.HEADLINE)

    def fits_better(self, than: _Order) -> bool:
        """By less than a flaw, what is cut into more columns does not."""
        return self.flaws + _PIECES * (len(self.columns) - len(than.columns)) <= than.flaws - _LEAST


class _Search:
    """Tries the ways in which regions can be cut, the likeliest first, until the seams fit or the patience ends."""

    def __init__(self, body: float, rules: Rules, known: Measures) -> None:
        self.body, self.rules, self.known = body, rules, known
        self.patience = _PATIENCE
        self._read_before: dict[tuple[int, frozenset[int]], _Order] = {}

    def best(self, region: Region, frame: int, *, framed: bool, depth: int = 0) -> _Order:
        """The order of `region` with the fewest flaws; of equals the first."""
        if len(region) == 1 and isinstance(region[0], Nest):
            nest = region[0]
            left, self.patience = self.patience, _PATIENCE
            order = self.best(nest.items, nest.number, framed=True, depth=depth)
            self.patience = left
            return _Order(order.columns, None)
        key = (frame, frozenset(map(id, region)))
        if key not in self._read_before:
            self._read_before[key] = self._best(region, frame, framed, depth)
        return self._read_before[key]

    def _best(self, region: Region, frame: int, framed: bool, depth: int) -> _Order:
        if depth > _DEEPEST:
            return _Order(tuple(_leaves(region, self.body, self.rules)), None)
        found: _Order | None = None
        for parts in ways(region, self.body, self.rules, framed=framed) if len(region) > 1 else ([region],):
            order = self._read(parts, frame, depth) if len(parts) > 1 else self._whole(region, frame, depth)
            if found is None or order.fits_better(found):
                found = order
            self.patience -= 1
            if found.settled or self.patience < 0:
                break
        assert found is not None
        return found

    def _read(self, parts: Sequence[Region], frame: int, depth: int) -> _Order:
        return reduce(_Order.then, [self.best(part, frame, framed=False, depth=depth + 1) for part in parts])

    def _whole(self, region: Region, frame: int, depth: int) -> _Order:
        parts = list(_around_frames(region))
        if len(parts) > 1:
            return self._read(parts, frame, depth)
        rows = rows_of([p for p in region if isinstance(p, Placed)])
        return _Order((Column(rows, frame),), seams(rows, self.known))


# ---------------------------------------------------------------- a page


def columns(page: Page, body: float) -> tuple[Column, ...]:
    """The page's columns in reading order, each a run of rows downwards. Every line with a box is in exactly one.

    Args:
        page: lines without boxes are passed over.
        body: the size of body type in points (`body_size`).
    """
    frame = TextFrame.of(page)
    placed = raised(placed_lines(page, body, frame))
    if not placed:
        return ()
    region, rules = nested(placed, page, frame), Rules.of(page, frame)
    captions = centred_captions(placed, picture_rectangles(page, frame))
    return _fitting(region, body, rules, tuple(_leaves(region, body, rules)), captions)
