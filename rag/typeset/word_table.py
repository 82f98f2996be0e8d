"""A table of two columns in WordprocessingML: fixed widths, plain rules, its heads again on every page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rag.typeset import form
from rag.typeset.blocks import Block, Table
from rag.typeset.word_xml import element, twips

_EDGES = ("top", "left", "bottom", "right", "insideH", "insideV")
_WIDTHS = (twips(form.TEXT_WIDTH / 2), twips(form.TEXT_WIDTH) - twips(form.TEXT_WIDTH / 2))


def table_element(table: Table, paragraph: Callable[[Block], Any]) -> Any:
    """`<w:tbl>` with `paragraph` makes a block a `<w:p>`. Pages may part the rows below the heads between lines."""
    made = element("tbl")
    made.append(_form())
    grid = element("tblGrid")
    grid.extend(element("gridCol", w=width) for width in _WIDTHS)
    made.append(grid)
    heads = _row([(head,) for head in table.heads], paragraph)
    manner = element("trPr")
    manner.extend((element("cantSplit"), element("tblHeader")))
    heads.insert(0, manner)
    made.append(heads)
    made.extend(_row(row, paragraph) for row in table.rows)
    return made


def _form() -> Any:
    """How the table is set, children in the order that the schema asks for."""
    made = element("tblPr")
    made.append(element("tblW", w=sum(_WIDTHS), type="dxa"))
    made.append(element("tblInd", w=0, type="dxa"))
    borders = element("tblBorders")
    thickness = round(form.TABLE_RULE * 8)
    borders.extend(element(edge, val="single", sz=thickness, space=0, color=form.BLACK) for edge in _EDGES)
    made.append(borders)
    made.append(element("tblLayout", type="fixed"))
    insets = element("tblCellMar")
    for side, points in (
        ("top", 0.0),
        ("left", form.CELL_INSET),
        ("bottom", form.CELL_FOOT),
        ("right", form.CELL_INSET),
    ):
        insets.append(element(side, w=twips(points), type="dxa"))
    made.append(insets)
    return made


def _row(cells: Sequence[Sequence[Block]], paragraph: Callable[[Block], Any]) -> Any:
    row = element("tr")
    for blocks, width in zip(cells, _WIDTHS, strict=True):
        cell, manner = element("tc"), element("tcPr")
        manner.append(element("tcW", w=width, type="dxa"))
        cell.append(manner)
        cell.extend(paragraph(block) for block in blocks)
        row.append(cell)
    return row
