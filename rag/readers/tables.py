"""Tables of any format → one `Line` per row: cells parted by tabs, the column names beside each row. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.text import clean_line
from rag.types import Line

_LONGEST_NAME = 24  # characters of a column's name
_MOST_HEADER_ROWS = 4
_QUANTITY = re.compile(r"^[\d,.，．%％‰+\-—–/年月日\s]+$")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as its row holds it. `columns`: how many it spans. `continued`: it only goes on from the row above."""

    text: str
    columns: int = 1
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`head`: the format itself marks it as holding column names."""

    cells: tuple[Cell, ...]
    head: bool = False


def table_lines(rows: Sequence[Row]) -> Iterator[Line]:
    """The rows as lines. Rows of one cell (captions, frames drawn as tables) are ordinary text.

    A cell that spans columns or rows is given once, with empty cells where it goes on, so that all columns keep their
    places.
    """
    kept = [row for row in rows if any(cell.text.strip() for cell in row.cells)]
    captions = 0
    while captions < len(kept) and len(kept[captions].cells) == 1:
        yield Line(_cell_text(kept[captions].cells[0]))
        captions += 1
    body = kept[captions:]
    heads = _header_rows(body)
    header = _header(body[:heads])
    for number, row in enumerate(body):
        text = "\t".join(cell for spanned in row.cells for cell in (_cell_text(spanned), *[""] * (spanned.columns - 1)))
        if len(row.cells) == 1:
            yield Line(_cell_text(row.cells[0]))
        else:
            yield Line(text.rstrip("\t"), header="" if number < heads else header)


def _cell_text(cell: Cell) -> str:
    return "" if cell.continued else clean_line(cell.text)


def _header_rows(rows: Sequence[Row]) -> int:
    """How many of the first rows hold column names; 0 when a single row, or figures, show that none do."""
    marked = 0
    while marked < len(rows) and rows[marked].head:
        marked += 1
    if marked:
        return marked if marked < len(rows) else 0
    if len(rows) < 2 or not _names_columns(rows[0]):
        return 0
    count = 1
    if any(cell.columns > 1 for cell in rows[0].cells):  # a second row of names below a name that spans columns
        while count < min(_MOST_HEADER_ROWS, len(rows) - 1) and any(cell.continued for cell in rows[count].cells):
            count += 1
    return count


def _names_columns(row: Row) -> bool:
    named = [clean_line(cell.text) for cell in row.cells if cell.text.strip()]
    return (
        len(named) >= 2
        and len(set(named)) == len(named)
        and all(len(name) <= _LONGEST_NAME and not _QUANTITY.match(name) for name in named)
    )


def _header(rows: Sequence[Row]) -> str:
    """The column names: with several rows of them, «人数 男» for 男 below 人数."""
    columns: list[list[str]] = []
    for row in rows:
        place = 0
        for cell in row.cells:
            for spanned in range(cell.columns):
                while len(columns) <= place:
                    columns.append([])
                if spanned == 0 or len(rows) > 1:
                    columns[place].append(_cell_text(cell))
                place += 1
    return "\t".join(" ".join(filter(None, names)) for names in columns).rstrip("\t")
