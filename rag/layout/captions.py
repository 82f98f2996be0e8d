"""Which printed rows are the words under a picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.layout.columns import Column
from rag.layout.page_frame import TextFrame
from rag.layout.pictures import GAP, picture_rectangles
from rag.types import Page

_ROWS = 3
_OVERHANG = 6.0  # points by which words may stand out from under their picture


def caption_rows(page: Page, cut: Sequence[Column]) -> dict[int, int]:
    """The number of the picture (from 1) for each row, by id, that stands right under one and is set no wider."""
    if not page.pictures:
        return {}
    found: dict[int, int] = {}
    for number, picture in enumerate(picture_rectangles(page, TextFrame.of(page)), 1):
        for column in cut:
            below = picture[3]
            for row in [row for row in column.rows if row.y0 > picture[3] - 0.3 * row.size][:_ROWS]:
                fits = row.x0 >= picture[0] - _OVERHANG and row.x1 <= picture[2] + _OVERHANG
                if not fits or row.y0 - below > GAP * row.size or row.main.headline:
                    break
                found[id(row)] = number
                below = row.y1
            # a column of text as wide as the picture goes on below it: those rows are no caption
            under = [row for row in column.rows if found.get(id(row)) == number]
            if len(under) == _ROWS and _goes_on(column, under[-1].y1):
                for row in under:
                    del found[id(row)]
    return found


def _goes_on(column: Column, bottom: float) -> bool:
    return any(0 <= row.y0 - bottom <= GAP * row.size for row in column.rows)
