"""Outlines of articles, and what lies under a point."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from desktop.outlines import PageMap, area, article_boxes, neighbours, outline, overlap
from rag.types import Box, Fragment, Heading, Paragraph, StoredArticle, StoredParagraph


def covered(box: Box, parts: tuple[Box, ...]) -> bool:
    return any(p.x0 <= box.x0 and p.y0 <= box.y0 and p.x1 >= box.x1 and p.y1 >= box.y1 for p in parts)


@st.composite
def pages(draw: st.DrawFn) -> list[list[Box]]:
    """Articles as lists of lines: a grid of places, each given to an article or to nobody; lines fill some of it."""
    columns, rows, articles = draw(st.integers(1, 5)), draw(st.integers(1, 14)), draw(st.integers(1, 4))
    gutter, leading = draw(st.floats(1, 60)), draw(st.floats(0, 40))
    found: list[list[Box]] = [[] for _ in range(articles)]
    for column in range(columns):
        for row in range(rows):
            owner = draw(st.integers(-1, articles - 1))
            if owner >= 0:
                x, y = column * (100 + gutter), row * (12 + leading)
                indent, width = draw(st.floats(0, 30)), draw(st.floats(31, 100))
                found[owner].append(Box(1, x + indent, y, x + width, y + 12))
    return found


@given(pages(), st.randoms(use_true_random=False))
def test_the_outline_holds_every_line_and_keeps_off_the_others(found: list[list[Box]], random: object) -> None:
    for n, own in enumerate(found):
        others = [box for m, boxes in enumerate(found) if m != n for box in boxes]
        parts = outline(own, others)
        assert all(covered(box, parts) for box in own)
        assert not [(part, box) for part in parts for box in others if overlap(part, box)]


@given(pages())
def test_an_article_alone_in_a_column_is_one_rectangle(found: list[list[Box]]) -> None:
    lines = [Box(1, 50, 20 * n, 150 - (40 if n % 5 == 4 else 0), 20 * n + 12) for n in range(10)]
    (part,) = outline(lines, [])
    assert part.x0 < 50 < 150 < part.x1


def test_columns_round_a_neighbour_are_an_ell_not_one_box() -> None:
    """Two columns of ours, the second cut short by a neighbour below it."""
    long = [Box(1, 0, 20.0 * n, 100, 20.0 * n + 12) for n in range(20)]
    short = [Box(1, 115, 20.0 * n, 215, 20.0 * n + 12) for n in range(8)]
    below = [Box(1, 115, 20.0 * n, 215, 20.0 * n + 12) for n in range(9, 20)]
    parts = outline([*long, *short], below)
    assert not any(overlap(part, box) for part in parts for box in below)
    gutter = Box(1, 101, 30, 114, 100)
    assert covered(gutter, parts) or sum(area(p) for p in parts if overlap(p, gutter)) > area(gutter)


def test_lines_of_two_articles_that_overlap_are_still_outlined() -> None:
    own, other = [Box(1, 0, 0, 100, 12), Box(1, 0, 20, 100, 32)], [Box(1, 50, 10, 150, 30)]
    assert all(covered(box, outline(own, other)) for box in own)


def article(number: int, title: Box, *paragraphs: tuple[Box, ...]) -> StoredArticle:
    key = f"d-{number}"
    stored = []
    for m, boxes in enumerate(paragraphs, 1):
        text = "字" * len(boxes)
        fragments = tuple(Fragment(n, n + 1, box) for n, box in enumerate(boxes))
        stored.append(StoredParagraph(f"{key}-{m}", key, Paragraph(text, boxes[0].page, fragments)))
    heading = Heading("title", Paragraph("题", title.page, (Fragment(0, 1, title),)))
    return StoredArticle(key, "d", "题", dt.date(2024, 1, 1), title.page, tuple(stored), (heading,))


UPPER = article(1, Box(1, 0, 0, 200, 20), (Box(1, 0, 30, 90, 42), Box(1, 110, 30, 200, 42)), (Box(2, 0, 0, 90, 12),))
LOWER = article(2, Box(1, 0, 80, 200, 100), (Box(1, 0, 110, 90, 122),))
MAP = PageMap((UPPER, LOWER))


def test_a_point_belongs_to_the_article_round_it() -> None:
    assert MAP.at(1, 50, 10) == (UPPER, None)
    assert MAP.at(1, 50, 35) == (UPPER, UPPER.paragraphs[0])
    assert MAP.at(1, 100, 36) == (UPPER, UPPER.paragraphs[0])  # in the gutter
    assert MAP.at(1, 50, 115) == (LOWER, LOWER.paragraphs[0])
    assert MAP.at(1, 150, 300) is None
    assert MAP.at(2, 10, 5) == (UPPER, UPPER.paragraphs[1])
    assert MAP.at(3, 10, 5) is None


def test_outlines_are_those_of_the_page() -> None:
    assert set(MAP.outlines(1)) == {"d-1", "d-2"}
    assert set(MAP.outlines(2)) == {"d-1"}


def test_pages_before_and_after() -> None:
    boxes = article_boxes(UPPER)
    assert neighbours(boxes, 1) == (None, 2)
    assert neighbours(boxes, 2) == (1, None)
    assert neighbours(boxes, 5) == (2, None)
