"""Tables drawn with rules, by pdfplumber's table functions on the shapes of the page. One line a row."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.readers.segments import Char, page_lines
from rag.text import join_lines
from rag.types import Box, Line

_ROWS, _COLUMNS = 2, 2  # the least that make a table; boxes around articles are no cells
_CELL_ROWS = 6  # printed rows in a usual cell: more, and they are boxed articles
_CELL_TEXT = 60  # characters in a usual cell
_TOLERANCE = 3.0  # points by which rules may miss each other
_FIGURE = re.compile(r"^[\d.,%％—\-/\s]+$")


@dataclass(frozen=True, slots=True)
class RuledTable:
    """`cells` in rows from the top, each from the left; `box` is the table's place on the page."""

    box: Box
    cells: tuple[tuple[Box, ...], ...]


def ruled_tables(rules: Sequence[Box], frames: Sequence[Box], page: int) -> tuple[RuledTable, ...]:
    """What the shapes of an upright page enclose as grids of at least two rows and two columns."""
    edges = [edge for box in (*rules, *frames) for edge in _edges(box)]
    upright = sum(edge["orientation"] == "v" for edge in edges)
    if upright < _COLUMNS + 1 or len(edges) - upright < _ROWS + 1:
        return ()
    from pdfplumber import table

    merged = table.merge_edges(edges, _TOLERANCE, _TOLERANCE, _TOLERANCE, _TOLERANCE)
    cells = table.intersections_to_cells(table.edges_to_intersections(merged, _TOLERANCE, _TOLERANCE))
    found = []
    for group in table.cells_to_tables(cells):
        tops = sorted({round(cell[1]) for cell in group})
        rows = tuple(
            tuple(Box(page, *cell) for cell in sorted(cell for cell in group if round(cell[1]) == top)) for top in tops
        )
        if len(rows) >= _ROWS and max(map(len, rows)) >= _COLUMNS:
            xs0, ys0, xs1, ys1 = zip(*group, strict=True)
            found.append(RuledTable(Box(page, min(xs0), min(ys0), max(xs1), max(ys1)), rows))
    return tuple(found)


def _edges(box: Box) -> list[dict[str, Any]]:
    """A rule as one edge, a rectangle as four, in pdfplumber's form."""
    wide, high = box.x1 - box.x0, box.y1 - box.y0
    levels = [(box.y0 + box.y1) / 2] if high <= _TOLERANCE else [box.y0, box.y1]
    uprights = [(box.x0 + box.x1) / 2] if wide <= _TOLERANCE else [box.x0, box.x1]
    edges: list[dict[str, Any]] = []
    if wide > _TOLERANCE:
        edges += [
            {"x0": box.x0, "x1": box.x1, "top": y, "bottom": y, "width": wide, "height": 0.0, "orientation": "h"}
            for y in levels
        ]
    if high > _TOLERANCE:
        edges += [
            {"x0": x, "x1": x, "top": box.y0, "bottom": box.y1, "width": 0.0, "height": high, "orientation": "v"}
            for x in uprights
        ]
    return edges


def inside(box: Box, x0: float, y0: float, x1: float, y1: float) -> bool:
    """Whether the middle of the rectangle lies in `box`."""
    return box.x0 <= (x0 + x1) / 2 <= box.x1 and box.y0 <= (y0 + y1) / 2 <= box.y1


def table_lines(
    found: RuledTable, chars: Sequence[Char], page: int, width: float, height: float
) -> tuple[Line, ...] | None:
    """The table's rows as lines, cells parted by tabs, each with the header row; None when it is no table after all
    (articles in boxes that touch).

    Args:
        found: the table.
        chars: the characters within it.
        page, width, height: as for `page_lines`.
    """
    rows: list[tuple[str, Box, float]] = []
    texts: list[str] = []
    heights: list[int] = []
    for cells in found.cells:
        printed = [
            page_lines([c for c in chars if inside(cell, c.x0, c.y0, c.x1, c.y1)], page, width, height)
            for cell in cells
        ]
        words = [join_lines(line.text for line in lines) for lines in printed]
        texts += filter(None, words)
        heights += [len(lines) for lines in printed if lines]
        sizes = [line.size for lines in printed for line in lines]
        if sizes:
            box = Box(page, cells[0].x0, cells[0].y0, cells[-1].x1, min(cell.y1 for cell in cells))
            rows.append(("\t".join(words), box, statistics.median(sizes)))
    held = sum(len(text) for text in texts)
    if not rows or held < sum(not c.text.isspace() for c in chars):
        return None  # nothing may be lost
    if statistics.median(heights) > _CELL_ROWS or statistics.median(map(len, texts)) > _CELL_TEXT:
        return None
    first = rows[0][0]
    header = first if len(rows) > 1 and not any(map(_FIGURE.match, first.split("\t"))) else ""
    return tuple(
        Line(text, box, size, header=header if n or not header else "") for n, (text, box, size) in enumerate(rows)
    )
