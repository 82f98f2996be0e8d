"""Drop caps (首字下沉): a first character set over two or three rows is put back at the head of its text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.layout.page_frame import Placed

_LEAST = 1.6  # of the type beside it
_MOST = 5.5
_GAP = 1.2  # type sizes between the character and the rows beside it
_SLACK = 0.4  # type sizes by which those rows may stand out above or below it
_BELOW = 1.5  # type sizes down to the row with which the text takes up its whole measure


def raised(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """The lines of a page, each drop cap level with the first row beside it, and those rows as wide as their column."""
    moved: dict[int, Placed] = {}
    for cap in placed:
        if len(cap.line.text.strip()) != 1 or not cap.line.text.strip().isalnum():
            continue
        rows = _beside(cap, placed)
        if len(rows) < 2 or not _taken_up(cap, rows, placed):
            continue
        first, *others = rows
        moved[id(cap)] = replace(cap, y0=first.y0, y1=first.y1, x1=first.x0, headline=False)
        moved.update((id(row), replace(row, x0=cap.x0)) for row in others)
    return tuple(moved.get(id(p), p) for p in placed)


def _beside(cap: Placed, placed: Sequence[Placed]) -> list[Placed]:
    """The rows that stand right of a large character, within its height."""
    found = [
        p
        for p in placed
        if _LEAST * p.size <= cap.size <= _MOST * p.size
        and -0.2 * p.size <= p.x0 - cap.x1 <= _GAP * p.size
        and p.y0 >= cap.y0 - _SLACK * p.size
        and p.y1 <= cap.y1 + _SLACK * p.size
        and not p.headline
    ]
    return sorted(found, key=lambda p: p.y0)


def _taken_up(cap: Placed, rows: Sequence[Placed], placed: Sequence[Placed]) -> bool:
    """Whether the text goes on below the character, at its left edge."""
    last = rows[-1]
    return any(
        abs(p.x0 - cap.x0) <= 0.6 * last.size
        and abs(p.size - last.size) <= 0.1 * last.size
        and 0 <= p.y0 - last.y0 - 0.8 * last.size <= _BELOW * last.size
        for p in placed
    )
