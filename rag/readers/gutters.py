"""Where a detected row of print is to be cut, so that no line spans two columns. Pure.

A detector takes a row that crosses a narrow gutter for one line, most often where a punctuation mark hangs into it.
White between characters is as wide as a gutter in places (after a full stop, before an opening bracket), so narrow
white is cut only where rows above or below begin at its right edge.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Interval = tuple[float, float]

WORD_GAP = 0.4  # of the type size: narrower white is never a gutter
_GUTTER = 0.9  # of the type size: wider white is cut where enough stands on both sides
_WIDE_GUTTER = 2.5  # of the type size: cut whatever stands beside it
_LEAST_BESIDE = 1.5  # of the type size: a shorter end stays, for a lone mark is hard to recognise
_ALIGNED = 0.3  # of the type size
_AROUND = 6.0  # of the type size: how far above and below rows may tell of a column's edge
_WITNESSES = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A row of print: `blocks` of ink from left to right, white wider than WORD_GAP between them, at height `y`.

    em: estimate of its type size. ruled: middles of upright rules that cross it. All in one unit.
    """

    blocks: tuple[Interval, ...]
    y: float
    em: float
    ruled: tuple[float, ...] = ()


def cut(rows: Sequence[Row]) -> list[list[Interval]]:
    """For each row the stretches of print between its gutters; together they hold exactly its blocks."""
    certain = [_cut_at(row, (i for i in _gaps(row) if _is_gutter(row, i))) for row in rows]
    starts = [(part[0], row.y) for row, parts in zip(rows, certain, strict=True) for part in parts]
    return [_cut_at(row, (i for i in _gaps(row) if _is_gutter(row, i) or _is_edge(row, i, starts))) for row in rows]


def _gaps(row: Row) -> range:
    return range(1, len(row.blocks))


def _cut_at(row: Row, gaps: Iterable[int]) -> list[Interval]:
    at = [0, *gaps, len(row.blocks)] if row.blocks else [0]
    return [(row.blocks[i][0], row.blocks[j - 1][1]) for i, j in pairwise(at)]


def _is_gutter(row: Row, i: int) -> bool:
    left, right = row.blocks[i - 1][1], row.blocks[i][0]
    if any(left <= x <= right for x in row.ruled):
        return not _hangs(row, i)
    beside = min(left - row.blocks[0][0], row.blocks[-1][1] - right)
    return right - left > _WIDE_GUTTER * row.em or (right - left > _GUTTER * row.em and beside > _LEAST_BESIDE * row.em)


def _hangs(row: Row, i: int) -> bool:
    """Whether the last block is a punctuation mark that is set over the border of its frame."""
    (_, before), (left, right) = row.blocks[i - 1 : i + 1]
    return i == len(row.blocks) - 1 and right - left < 0.5 * row.em and left - before < 0.8 * row.em


def _is_edge(row: Row, i: int, starts: Sequence[Interval]) -> bool:
    """Whether neighbouring rows begin where the block after this gap does."""
    x = row.blocks[i][0]
    heights = {
        round(y / row.em)
        for start, y in starts
        if abs(start - x) <= _ALIGNED * row.em and 0.5 * row.em < abs(y - row.y) <= _AROUND * row.em
    }
    return len(heights) >= _WITNESSES
