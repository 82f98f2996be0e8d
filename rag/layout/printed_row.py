"""Rows of one column: what stands side by side in it at one height. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.layout.page_frame import Placed


@dataclass(frozen=True)  # no slots: what is asked of a row again and again is kept
class PrintedRow:
    """Segments that stand side by side in one column, from left to right."""

    parts: tuple[Placed, ...]

    @property
    def x0(self) -> float:
        return self.parts[0].x0

    @cached_property
    def x1(self) -> float:
        return max(p.x1 for p in self.parts)

    @cached_property
    def y0(self) -> float:
        return min(p.y0 for p in self.parts)

    @cached_property
    def y1(self) -> float:
        return max(p.y1 for p in self.parts)

    @cached_property
    def main(self) -> Placed:
        """The part that holds most of the row."""
        return max(self.parts, key=lambda p: len(p.line.text))

    @property
    def size(self) -> float:
        return self.main.size


def rows_of(column: Sequence[Placed]) -> tuple[PrintedRow, ...]:
    rows: list[list[Placed]] = []
    for p in sorted(column, key=lambda p: ((p.y0 + p.y1) / 2, p.x0)):
        last = rows[-1] if rows else []
        if last and abs((p.y0 + p.y1) - (last[0].y0 + last[0].y1)) / 2 < 0.4 * min(p.size, last[0].size):
            last.append(p)
        else:
            rows.append([p])
    return tuple(PrintedRow(tuple(sorted(row, key=lambda p: p.x0))) for row in rows)
