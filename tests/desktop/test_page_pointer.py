"""The pointer on a page: outlines to hover and click on, paragraphs to pick, and ways to where an article goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import style
from desktop.marks import Place
from desktop.sheet import EDGE, Sheet
from desktop.source_view import PICKING, SourceView
from rag.types import Box, Fragment, Heading, MergeWithPrevious, Paragraph, StoredArticle, StoredParagraph
from tests.desktop.fake_corrections import corrected
from tests.desktop.fake_library import articles_of, document_of

PDF = document_of(Path("简报.pdf"))
FIRST, _ = articles_of(PDF)
(JOINED,) = corrected(articles_of(PDF), MergeWithPrevious(f"{PDF.id}-2"))  # on page 1 and page 2


def below_it() -> StoredArticle:
    """An article at the foot of page 1."""
    key = f"{PDF.id}-2"

    def at(y: float) -> tuple[Fragment, ...]:
        return (Fragment(0, 2, Box(1, 72, y, 400, y + 24)),)

    paragraphs = tuple(StoredParagraph(f"{key}-{n}", key, Paragraph("一段", 1, at(640 + 40 * n))) for n in (1, 2))
    return StoredArticle(
        key, PDF.id, "下面的文章", None, 1, paragraphs, (Heading("title", Paragraph("题目", 1, at(620))),)
    )


BELOW = below_it()


@pytest.fixture
def two(pdf_view: SourceView) -> SourceView:
    """Page 1 with two articles on it, the upper one open."""
    pdf_view.show_place(Place(PDF, FIRST))
    pdf_view.set_articles(PDF.id, (FIRST, BELOW))
    return pdf_view


def point(view: SourceView, box: Box) -> QPoint:
    """The middle of a box, in pixels of the sheet."""
    s = view.pages.scale()
    return QPointF((box.x0 + box.x1) / 2 * s + EDGE, (box.y0 + box.y1) / 2 * s + EDGE).toPoint()


def paragraph_box(article: StoredArticle, number: int) -> Box:
    return article.paragraphs[number].paragraph.fragments[0].box


def inside(view: SourceView, at: QPoint) -> QPointF:
    """A point of the sheet as a point of the paper, where outlines are."""
    return QPointF(at - QPoint(EDGE, EDGE))


def move(sheet: Sheet, at: QPoint) -> None:
    """The pointer moves to a point of the sheet (QTest's own move would need a screen)."""
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(at), QPointF(sheet.mapToGlobal(at)), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(sheet, event)


def test_the_open_article_is_outlined_and_no_other(two: SourceView) -> None:
    outline = two.pages.sheet.outline
    assert outline.contains(inside(two, point(two, paragraph_box(FIRST, 0))))
    assert outline.contains(inside(two, point(two, paragraph_box(FIRST, 1))))
    assert not outline.contains(inside(two, point(two, paragraph_box(BELOW, 0))))
    left = outline.boundingRect().left() + EDGE
    middle = outline.boundingRect().center().y() + EDGE
    image = two.pages.sheet.grab().toImage()
    ratio = image.devicePixelRatio()
    near = [image.pixelColor(int((left + dx) * ratio), int(middle * ratio)) for dx in (-1, 0, 1)]
    assert QColor(style.OUTLINE) in near


def test_another_article_lights_up_under_the_pointer_and_opens_on_a_click(two: SourceView) -> None:
    sheet, at = two.pages.sheet, point(two, paragraph_box(BELOW, 0))
    move(sheet, at)
    assert sheet.hover.contains(inside(two, at))
    assert sheet.cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert "下面的文章" in sheet.toolTip()
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=at)
    assert two.place is not None
    assert two.place.article == BELOW
    assert two.head.title.text() == "下面的文章"
    assert sheet.outline.contains(inside(two, at))
    assert not sheet.outline.contains(inside(two, point(two, paragraph_box(FIRST, 0))))
    two.back()
    assert two.place is not None
    assert two.place.article == FIRST


def test_on_the_open_article_and_on_bare_paper_nothing_lights_up(two: SourceView) -> None:
    sheet = two.pages.sheet
    for at in (point(two, paragraph_box(FIRST, 0)), point(two, Box(1, 500, 800, 510, 810))):
        move(sheet, point(two, paragraph_box(BELOW, 0)))
        move(sheet, at)
        assert sheet.hover.isEmpty()
        assert not sheet.toolTip()
        QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=at)
        assert two.place is not None
        assert two.place.article == FIRST


def test_a_paragraph_is_picked_by_a_click_and_lights_up_alone(two: SourceView, qtbot: QtBot) -> None:
    two.pick(True)
    assert two._hint_text.text() == PICKING
    sheet, at = two.pages.sheet, point(two, paragraph_box(FIRST, 1))
    move(sheet, at)
    assert sheet.hover.contains(inside(two, at))
    assert not sheet.hover.contains(inside(two, point(two, paragraph_box(FIRST, 0))))
    with qtbot.waitSignal(two.split_wanted) as wanted:
        QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=at)
    assert wanted.args == [FIRST.paragraphs[1]]
    assert not two.picking
    assert two.hint.isHidden()


def test_while_picking_a_click_on_a_headline_or_on_nothing_picks_nothing(two: SourceView) -> None:
    picked: list[object] = []
    two.split_wanted.connect(picked.append)
    two.pick(True)
    headline = FIRST.headings[0].paragraph.fragments[0].box
    for at in (point(two, headline), point(two, Box(1, 500, 800, 510, 810))):
        QTest.mouseClick(two.pages.sheet, Qt.MouseButton.LeftButton, pos=at)
    assert not picked
    assert two.picking
    assert two.place is not None
    assert two.place.article == FIRST


def test_the_menu_is_for_the_article_and_paragraph_under_the_pointer(two: SourceView) -> None:
    wanted: list[tuple[object, object]] = []
    two.menu_wanted.connect(lambda article, paragraph, _: wanted.append((article, paragraph)))
    headline = BELOW.headings[0].paragraph.fragments[0].box
    for box in (paragraph_box(BELOW, 1), headline, Box(1, 500, 800, 510, 810)):
        at = point(two, box)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, two.pages.sheet.mapToGlobal(at))
        QApplication.sendEvent(two.pages.sheet, event)
    assert wanted == [(BELOW, BELOW.paragraphs[1]), (BELOW, None)]


# ------------------------------------------------------------------ to be continued


def test_an_article_on_two_pages_leads_from_one_to_the_other(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place(PDF, JOINED))
    pdf_view.set_articles(PDF.id, (JOINED,))
    assert pdf_view.goes_on.text() == "本文续第 2 页 →"
    assert pdf_view.goes_on.isVisible()
    assert not pdf_view.came_from.isVisible()
    pdf_view.goes_on.click()
    assert pdf_view.pages.page == 2
    assert pdf_view.came_from.text() == "← 本文接第 1 页"
    assert not pdf_view.goes_on.isVisible()
    there = inside(pdf_view, point(pdf_view, JOINED.paragraphs[-1].paragraph.fragments[0].box))
    assert pdf_view.pages.sheet.outline.contains(there)
    pdf_view.came_from.click()
    assert pdf_view.pages.page == 1


def test_a_quotation_over_two_pages_leads_on_with_its_marks(pdf_view: SourceView) -> None:
    first, last = JOINED.paragraphs[0].paragraph, JOINED.paragraphs[-1].paragraph
    over = Paragraph("一二", 1, (Fragment(0, 1, first.fragments[0].box), Fragment(1, 2, last.fragments[0].box)))
    stored = StoredParagraph(f"{JOINED.id}-1", JOINED.id, over)
    pdf_view.show_place(Place(PDF, JOINED, stored, ((0, 2),)))
    assert pdf_view.pages.page == 1
    assert pdf_view.goes_on.text() == "引用的话续第 2 页 →"
    pdf_view.goes_on.click()
    assert len(pdf_view.pages.mark_rectangles()) == 1
    assert pdf_view.came_from.text() == "← 引用的话接第 1 页"


def test_an_article_on_one_page_leads_nowhere(pdf_view: SourceView) -> None:
    pdf_view.show_place(Place(PDF, FIRST))
    pdf_view.set_articles(PDF.id, (FIRST,))
    assert pdf_view.ways.isHidden()
