"""How well columns read in some order fit together where one ends and the next begins. Pure.

Type tells what follows it: a full row that ends no sentence goes on in a row that is not indented, a headline comes
after a finished sentence and before an indented row. Where two orders are possible, the one with fewer seams that do
not fit is how the page was meant to be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from rag.layout.cuts import RIVER, STACKED, core_end
from rag.layout.marks import back, onward
from rag.layout.printed_row import PrintedRow
from rag.layout.wrapping import OPEN_ENDED, is_final
from rag.text import CLOSERS

_INDENT = 1.2  # type sizes
_SHORT = 1.2  # type sizes a row lacks to the edge of its column
_NEAR = 4  # rows above and below that show where the column's edges are
_UNTITLED = 0.5  # a text that begins without a headline
_DEEPEST = 2.6  # type sizes: the deepest indent
_OFTEN = 4  # rows that share an edge
_ACROSS = 0.5  # a row that is read across two columns
_TOUCHING = 0.2  # type sizes between parts of one piece
_PIECE = 7  # characters of a row in one column, too many for a cell of a table
_MOST = 0.7  # of the rows that begin paragraphs
_CAP = 1.4  # of the row's type: a first character so large begins a text


class Edge(Enum):
    """What stands at one end of a column. At its head TEXT goes on and BREAK begins; at its foot TEXT is unfinished,
    BREAK finished. ANY fits to everything."""

    HEADLINE = "headline"
    TEXT = "text"
    BREAK = "break"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Seams:
    """The two ends of a run of columns, and how many seams within do not fit."""

    head: Edge
    foot: Edge
    first: PrintedRow
    last: PrintedRow
    flaws: float = 0.0

    def then(self, below: Seams) -> Seams:
        """The two read one after the other."""
        flaw = _flaw(self.foot, below.head)
        if self.foot is below.head is Edge.HEADLINE:
            flaw = 0.0 if _stacked(self.last, below.first) else 1.0  # a headline without text
        return Seams(self.head, below.foot, self.first, below.last, self.flaws + below.flaws + flaw)

    @property
    def total(self) -> float:
        """The flaws, what is missing before and after the run included."""
        untitled = 0.0 if self.head is Edge.HEADLINE else _UNTITLED
        return self.flaws + untitled + (self.head is Edge.TEXT) + (self.foot in (Edge.TEXT, Edge.HEADLINE))


def _flaw(foot: Edge, head: Edge) -> float:
    match foot, head:
        case (Edge.ANY, _) | (_, Edge.ANY):
            return 0.0
        case (Edge.TEXT, Edge.HEADLINE | Edge.BREAK) | (Edge.HEADLINE, Edge.TEXT):
            return 1.0
        case (Edge.BREAK, Edge.TEXT):
            return 1.0
    return 0.0


def _stacked(above: PrintedRow, below: PrintedRow) -> bool:
    """Whether two rows are parts of one headline."""
    near = abs(below.y0 - above.y1) <= STACKED * max(above.size, below.size)
    return near and min(above.x1, below.x1) > max(above.x0, below.x0)


@dataclass(frozen=True, slots=True)
class Measures:
    """Where the rows of a page begin and end again and again: the edges of its columns, from left to right.

    captions: lines, by id, that text goes past.
    """

    lefts: tuple[float, ...] = ()
    rights: tuple[float, ...] = ()
    captions: frozenset[int] = frozenset()

    @classmethod
    def of(cls, columns: Sequence[Sequence[PrintedRow]], captions: frozenset[int] = frozenset()) -> Measures:
        rows = [row for rows in columns for row in rows if not row.main.headline]
        return cls(_often(row.x0 for row in rows), _often(core_end(row.parts[-1]) for row in rows), captions)

    def text_of(self, rows: Sequence[PrintedRow]) -> list[PrintedRow]:
        """`rows` less captions."""
        return [row for row in rows if not all(id(part) in self.captions for part in row.parts)]

    def around(self, row: PrintedRow) -> tuple[float, float] | None:
        """The edges of the column that a row stands in, taken alone."""
        left = max((x for x in self.lefts if x <= row.x0 + 1.0), default=None)
        right = min((x for x in self.rights if x >= core_end(row.parts[-1]) - 1.0), default=None)
        if left is None or right is None or row.x0 - left > _DEEPEST * row.size:
            return None
        return left, right


def _often(places: Iterable[float]) -> tuple[float, ...]:
    counts = Counter(map(round, places))
    return tuple(sorted(float(x) for x, n in counts.items() if n >= _OFTEN))


def seams(column: Sequence[PrintedRow], known: Measures) -> Seams | None:
    """The ends of one column, and the seams at headlines within it; None where it holds nothing but captions."""
    rows = known.text_of(column)
    if not rows:
        return None
    flaws = _ACROSS * sum(map(_reads_across, rows))
    for at in range(1, len(rows)):
        if rows[at - 1].main.headline != rows[at].main.headline:
            flaws += _flaw(_foot(rows, at - 1, known), _head(rows, at, known))
    return Seams(_head(rows, 0, known), _foot(rows, len(rows) - 1, known), rows[0], rows[-1], flaws)


def _reads_across(row: PrintedRow) -> bool:
    """Whether the row holds text of two columns, long pieces far apart, or a headline beside text."""
    if any(a.headline != b.headline for a, b in pairwise(row.parts)):
        return True
    pieces = [len(row.parts[0].line.text)]
    for a, b in pairwise(row.parts):
        touch = b.x0 - a.x1 < _TOUCHING * row.size  # a recognised row may be in parts
        if not touch and b.x0 - core_end(a) >= RIVER * row.size:
            pieces.append(0)
        pieces[-1] += len(b.line.text)
    return any(min(a, b) >= _PIECE for a, b in pairwise(pieces))


def _edges(rows: Sequence[PrintedRow], at: int, known: Measures) -> tuple[float, float] | None:
    """Left and right edge of the text around a row; None where nothing shows them."""
    near = [row for row in rows[max(0, at - _NEAR) : at + _NEAR + 1] if not row.main.headline]
    if len(near) < 3:
        return known.around(rows[at])
    return min(row.x0 for row in near), max(row.x1 for row in near)


def _head(rows: Sequence[PrintedRow], at: int, known: Measures) -> Edge:
    row = rows[at]
    if row.main.headline:
        return Edge.HEADLINE
    edges = _edges(rows, at, known)
    if row.parts[0].size >= _CAP * row.size:
        return Edge.BREAK
    if back(row.parts[0].line.text) is not None:
        return Edge.BREAK
    if row.parts[0].line.text[0] in OPEN_ENDED:
        return Edge.TEXT
    if edges is None or row.x0 - edges[0] > _DEEPEST * row.size:  # a byline, a signature
        return Edge.ANY
    return Edge.BREAK if row.x0 - edges[0] >= _INDENT * row.size else Edge.TEXT


def _foot(rows: Sequence[PrintedRow], at: int, known: Measures) -> Edge:
    row = rows[at]
    if row.main.headline:
        return Edge.HEADLINE
    text = row.parts[-1].line.text.rstrip()
    if onward(text) is not None:
        return Edge.ANY
    edges = _edges(rows, at, known)
    if edges is not None and row.x0 - edges[0] > _DEEPEST * row.size:
        return Edge.ANY
    full = edges is None or edges[1] - row.x1 < _SHORT * row.size
    if is_final(text) or text[-1] in CLOSERS:
        return Edge.ANY if full else Edge.BREAK
    return Edge.TEXT if edges is not None and full else Edge.ANY


def indents(columns: Sequence[Sequence[PrintedRow]], known: Measures) -> bool:
    """Whether paragraphs are indented: most rows are that stand below one which ends a sentence short of the edge."""
    after = [
        _head(rows, at, known) is Edge.BREAK
        for rows in columns
        if not any(map(_reads_across, rows))
        for at in range(1, len(rows))
        if not rows[at].main.headline and _foot(rows, at - 1, known) is Edge.BREAK
    ]
    return sum(after) >= _MOST * len(after)
