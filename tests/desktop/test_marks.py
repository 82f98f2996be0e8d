"""Spans and boxes."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.marks import by_paragraph, find, span_boxes, utf16
from rag.types import Box, Document, Fragment, Paragraph, StoredArticle, StoredParagraph
from tests.desktop.fake_library import articles_of, cite, evidence_of

DOCUMENT = Document("ab12", "简报.pdf", "ab12", 1, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 1, 2, 3)


@given(st.text(max_size=40), st.data())
def test_positions_are_those_of_utf16(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(text)))
    assert utf16(text, position) == len(text[:position].encode("utf-16-le", "surrogatepass")) // 2


LINES = Paragraph(
    "甲乙丙丁戊己庚辛",
    1,
    (Fragment(0, 4, Box(1, 10, 20, 50, 30)), Fragment(4, 8, Box(2, 10, 40, 50, 50))),
)


def test_boxes_are_cut_in_proportion_and_keep_their_pages() -> None:
    assert span_boxes(LINES, 2, 6) == (Box(1, 30, 20, 50, 30), Box(2, 10, 40, 30, 50))
    assert span_boxes(LINES, 0, 8) == tuple(fragment.box for fragment in LINES.fragments)
    assert span_boxes(LINES, 5, 5) == ()


def test_latin_characters_count_half() -> None:
    paragraph = Paragraph("共2024年", 1, (Fragment(0, 6, Box(1, 0, 0, 80, 10)),))
    assert span_boxes(paragraph, 1, 5) == (Box(1, 20, 0, 60, 10),)


def test_upright_lines_are_cut_downwards() -> None:
    paragraph = Paragraph("教育工作", 1, (Fragment(0, 4, Box(1, 0, 0, 10, 40)),))
    assert span_boxes(paragraph, 1, 3) == (Box(1, 0, 10, 10, 30),)


def turned_columns(turn: int) -> Paragraph:
    """Two columns of three rows, 200 by 100 points, as the page shows them when turned clockwise."""
    text, boxes = "", []
    for n in range(6):
        x, y = n // 3 * 100, n % 3 * 12
        x0, y0, x1, y1 = {
            0: (x, y, x + 80, y + 10),
            90: (100 - y - 10, x, 100 - y, x + 80),
            180: (200 - x - 80, 100 - y - 10, 200 - x, 100 - y),
            270: (y, 200 - x - 80, y + 10, 200 - x),
        }[turn]
        boxes.append(Fragment(len(text), len(text) + 8, Box(1, x0, y0, x1, y1)))
        text += "甲乙丙丁戊己庚辛"
    return Paragraph(text, 1, tuple(boxes))


@pytest.mark.parametrize(
    ("turn", "last_quarter"),
    [(0, (60, 0, 80, 10)), (90, (90, 60, 100, 80)), (180, (120, 90, 140, 100)), (270, (0, 120, 10, 140))],
)
def test_rows_are_cut_along_the_writing_on_turned_pages(
    turn: int, last_quarter: tuple[float, float, float, float]
) -> None:
    paragraph = turned_columns(turn)
    assert span_boxes(paragraph, 6, 8) == (Box(1, *last_quarter),)
    assert span_boxes(paragraph, 0, 8) == (paragraph.fragments[0].box,)


@given(st.integers(0, 8), st.integers(0, 8))
def test_a_cut_box_stays_inside_its_fragment(a: int, b: int) -> None:
    for box in span_boxes(LINES, min(a, b), max(a, b)):
        whole = next(fragment.box for fragment in LINES.fragments if fragment.box.page == box.page)
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1
        assert (box.y0, box.y1) == (whole.y0, whole.y1)


@pytest.mark.parametrize(("needle", "count"), [("会议", 2), (" 会议 ", 2), ("没有的词", 0), ("", 0), ("<B>附件", 1)])
def test_finding_counts_every_occurrence(needle: str, count: int) -> None:
    hits = find(needle, articles_of(DOCUMENT))
    assert len(hits) == count
    assert all(h.paragraph.text[h.start : h.end].lower() == needle.strip().lower() for h in hits)


def test_a_needle_is_no_pattern() -> None:
    paragraph = StoredParagraph("a-1-1", "a-1", Paragraph("甲.乙(丙"))
    article = StoredArticle("a-1", "a", "", None, 1, (paragraph,))
    assert len(find("乙(", [article])) == 1
    assert len(find(".", [article])) == 1


def test_citations_into_one_paragraph_are_one_mark() -> None:
    evidence = evidence_of(DOCUMENT)
    first, second, third = cite(evidence, 1, "节点"), cite(evidence, 2, "学生"), cite(evidence, 1, "指导")
    assert by_paragraph((first, second, third)) == ((first, third), (second,))
