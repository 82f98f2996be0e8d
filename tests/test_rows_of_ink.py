"""Rows as a detector finds them → what is printed in them."""

from __future__ import annotations

import numpy as np

from rag.readers.ink import segments


def printed(rows: list[tuple[int, int, int]]) -> np.ndarray:
    """A white page with rows of twelve black frames: each row (left, top, size of a frame)."""
    page = np.full((200, 400), 255, np.uint8)
    for left, top, size in rows:
        for place in range(12):
            x = left + place * (size + 4)
            page[top : top + size, x : x + size] = 0
            page[top + 2 : top + size - 2, x + 2 : x + size - 2] = 255
    return page


def found(page: np.ndarray, rows: list[tuple[float, float, float, float]]) -> list[tuple[int, int, int, int]]:
    return [(s.x0, s.y0, s.x1, s.y1) for s in segments(page, np.zeros(page.shape, bool), rows)]


def test_the_beginning_of_a_row_that_is_detected_twice_is_there_once() -> None:
    page = printed([(40, 40, 20)])
    whole = (37.0, 37.0, 331.0, 63.0)
    assert found(page, [whole, (36.0, 35.0, 46.0, 65.0)]) == found(page, [whole]) == [(40, 40, 324, 60)]


def test_rows_beside_and_below_each_other_stay() -> None:
    page = printed([(10, 40, 10), (200, 40, 10), (10, 60, 10)])
    rows = [(8.0, 38.0, 176.0, 52.0), (198.0, 38.0, 366.0, 52.0), (8.0, 58.0, 176.0, 72.0)]
    assert len(found(page, rows)) == 3
    assert found(page, []) == []
