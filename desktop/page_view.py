"""One page of the original, as printed, with our own marks over it.

QtPdf's own rectangles have no height with CJK fonts that are not embedded, so marks come from our stored boxes:
points from the top left of the page as shown, times the scale.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainterPath, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea

from desktop import style
from desktop.outlines import PAD, PageMap
from desktop.pages import Pages
from desktop.sheet import EDGE, Sheet, united
from desktop.widgets import plain_tip
from rag.types import Box, StoredArticle, StoredParagraph

LARGEST = 6000  # pixels: no page is drawn larger than this on its longer side
STEPS = (0.5, 0.67, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)  # zoom, in pixels per point


class PageView(QScrollArea):
    """`page` counts from 1. `turned` tells the page and the number of pages after every change.

    While `picking`, a click picks a paragraph; else it chooses an article.
    """

    turned = Signal(int, int)
    article_chosen = Signal(object)  # StoredArticle
    paragraph_picked = Signal(object)  # StoredParagraph
    menu_wanted = Signal(object, object, QPoint)  # StoredArticle, StoredParagraph or None, on the screen

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("原文页面")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._pages: Pages | None = None
        self.sheet = Sheet()
        self.sheet.hovered.connect(self._hover)
        self.sheet.left.connect(self._hover_nothing)
        self.sheet.clicked.connect(self._clicked)
        self.sheet.menu_wanted.connect(self._menu)
        self.setWidget(self.sheet)
        self.page = 1
        self.picking = False
        self._zoom = 0.0  # pixels per point; 0: as wide as the pane
        self._cited: tuple[Box, ...] = ()
        self._found: tuple[tuple[Box, ...], ...] = ()
        self._current = -1
        self._map = PageMap(())
        self._article = ""  # id of the article that is open
        self._sharpen = QTimer(self)
        self._sharpen.setSingleShot(True)
        self._sharpen.setInterval(60)
        self._sharpen.timeout.connect(self._draw)
        self.goal: Box | None = None  # what to keep in sight until the user scrolls

    # ------------------------------------------------------------ what is shown

    def open(self, pages: Pages) -> None:
        """Show other pages than before, from the first one."""
        self.close_pages()
        self._pages = pages

    def close_pages(self) -> None:
        """Let go of the file (so that it can be removed)."""
        self._sharpen.stop()
        if self._pages is not None:
            self._pages.close()
        self._pages = None
        self._cited, self._found, self._current = (), (), -1
        self._map, self._article = PageMap(()), ""
        self.page = 1
        self.sheet.picture = QImage()
        self.sheet.outline = self.sheet.hover = QPainterPath()

    @property
    def pages(self) -> int:
        return self._pages.count if self._pages is not None else 0

    def show_articles(self, articles: PageMap, article: str) -> None:
        """Tell what stands where; the outline of `article` (an id) is drawn."""
        self._map, self._article = articles, article
        self._place_outlines()

    def show_page(self, page: int, cited: Sequence[Box] = ()) -> None:
        """Turn to `page`; light the boxes in `cited` (of any page) and reach the first one here."""
        self._cited = tuple(cited)
        self._turn(page)
        self._reach(self._cited)

    def unlight(self) -> None:
        self._cited = ()
        self._place_marks()

    def show_hits(self, hits: Sequence[Sequence[Box]], current: int) -> None:
        """Mark find results; `current` is an index into `hits` (its page is turned to), -1 for none."""
        self._found, self._current = tuple(tuple(hit) for hit in hits), current
        if 0 <= current < len(self._found) and self._found[current]:
            self._turn(self._found[current][0].page)
            self._reach(self._found[current])
        else:
            self._place_marks()

    def turn(self, by: int) -> None:
        """Next (+1) or previous (-1) page."""
        if 1 <= self.page + by <= self.pages:
            self._turn(self.page + by)
            bar = self.verticalScrollBar()
            bar.setValue(bar.minimum() if by > 0 else bar.maximum())

    def zoom(self, step: int) -> None:
        """Larger (+1), smaller (-1), page width (0)."""
        now = self.scale()
        larger = [s for s in STEPS if s > now * 1.01]
        smaller = [s for s in STEPS if s < now * 0.99]
        self._zoom = 0.0 if step == 0 else (larger or STEPS[-1:])[0] if step > 0 else (smaller or STEPS[:1])[-1]
        self._lay_out()

    # ------------------------------------------------------------ geometry

    def scale(self) -> float:
        """Pixels per point, at present."""
        if self._zoom:
            return self._zoom
        bar = self.verticalScrollBar().sizeHint().width()
        room = self.width() - bar - 2 * EDGE
        return max(room, 50) / max(self._points().width(), 1.0)

    def mark_rectangles(self) -> list[QRectF]:
        """The marks on the page shown, in pixels from the paper's top left corner."""
        return [rectangle for rectangle, _ in self.sheet.marks]

    def _points(self) -> QSizeF:
        return self._pages.points(self.page) if self._pages is not None else QSizeF(595, 842)

    def _turn(self, page: int) -> None:
        self.page = min(max(page, 1), max(self.pages, 1))
        self.goal = None
        self.sheet.picture = QImage()
        self._lay_out()
        self._draw()
        self.turned.emit(self.page, self.pages)

    def _lay_out(self) -> None:
        size = (self._points() * self.scale()).toSize()
        self.sheet.setFixedSize(size + QSize(2 * EDGE, 2 * EDGE))
        self._place_marks()
        self._place_outlines()
        self._sharpen.start()

    def _draw(self) -> None:
        self._sharpen.stop()
        if self._pages is None:
            return
        points = self._points()
        scale = self.scale() * self.devicePixelRatioF()
        scale = min(scale, LARGEST / max(points.width(), points.height(), 1.0))
        self.sheet.picture = self._pages.render(self.page, (points * scale).toSize())
        self.sheet.update()

    def _place_marks(self) -> None:
        cited, found, now = QColor(style.CITED), QColor(style.FOUND), QColor(style.FOUND_NOW)
        marks = [(rectangle, cited) for rectangle in self._in_sight(self._cited)]
        for n, hit in enumerate(self._found):
            colour = now if n == self._current else found
            marks += [(rectangle, colour) for rectangle in self._in_sight(hit)]
        self.sheet.marks = marks
        self.sheet.update()

    def _place_outlines(self) -> None:
        self.sheet.outline = self._outline(self._article)
        self._hover_nothing()

    def _outline(self, article: str) -> QPainterPath:
        least = PAD * self.scale()  # of what lies off the paper, the margin alone may reach into it
        parts = self._in_sight(self._map.outlines(self.page).get(article, ()))
        return united([part for part in parts if min(part.width(), part.height()) > least])

    def _on_paper(self, box: Box) -> QRectF:
        s = self.scale()
        return QRectF(QPointF(box.x0 * s, box.y0 * s), QPointF(box.x1 * s, box.y1 * s))

    def _in_sight(self, boxes: Sequence[Box]) -> list[QRectF]:
        """The boxes of the page shown, in pixels, cut to what is on the paper: some files print beyond it."""
        paper = QRectF(QPointF(), self._points() * self.scale())
        cut = (self._on_paper(box).intersected(paper) for box in boxes if box.page == self.page)
        return [rectangle for rectangle in cut if not rectangle.isEmpty()]

    def out_of_sight(self, boxes: Sequence[Box]) -> int:
        """How many of the boxes, of any page, lie outside what is visible of their page."""
        return sum(self._is_hidden(box) for box in boxes)

    def _is_hidden(self, box: Box) -> bool:
        paper = self._pages.points(box.page) if self._pages is not None else QSizeF()
        return box.x1 <= 0 or box.y1 <= 0 or box.x0 >= paper.width() or box.y0 >= paper.height()

    def _reach(self, boxes: Sequence[Box]) -> None:
        self.goal = next((box for box in boxes if box.page == self.page and not self._is_hidden(box)), None)
        self._scroll_to_goal()

    def _scroll_to_goal(self) -> None:
        if self.goal is None:
            self.verticalScrollBar().setValue(0)
            return
        at = self._on_paper(self.goal).translated(EDGE, EDGE)
        self.verticalScrollBar().setValue(int(at.top() - self.viewport().height() / 4))
        across = self.horizontalScrollBar()
        if not across.value() <= at.left() <= across.value() + self.viewport().width() - 40:
            across.setValue(int(at.left() - EDGE))

    # ------------------------------------------------------------ the pointer

    def pick(self, on: bool) -> None:
        """Begin or end picking a paragraph."""
        self.picking = on
        self._hover_nothing()
        self.sheet.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)

    def under(self, at: QPointF) -> tuple[StoredArticle, StoredParagraph | None] | None:
        """What stands at a point of the paper, in pixels."""
        return self._map.at(self.page, at.x() / self.scale(), at.y() / self.scale())

    def _hover(self, at: QPointF) -> None:
        found = self.under(at)
        if found is None:
            self._hover_nothing()
            return
        article, paragraph = found
        other = article.id != self._article
        if self.picking:
            boxes = [fragment.box for fragment in paragraph.paragraph.fragments] if paragraph else []
            self.sheet.hover = united(self._in_sight(boxes))
        else:
            self.sheet.hover = self._outline(article.id) if other else QPainterPath()
            self.sheet.setCursor(Qt.CursorShape.PointingHandCursor if other else Qt.CursorShape.ArrowCursor)
        self.sheet.setToolTip("" if self.picking or not other else plain_tip(article.label))
        self.sheet.update()

    def _hover_nothing(self) -> None:
        self.sheet.hover = QPainterPath()
        self.sheet.setToolTip("")
        if not self.picking:
            self.sheet.unsetCursor()
        self.sheet.update()

    def _clicked(self, at: QPointF) -> None:
        found = self.under(at)
        if found is None:
            return
        article, paragraph = found
        if not self.picking:
            self.article_chosen.emit(article)
        elif paragraph is not None:
            self.paragraph_picked.emit(paragraph)

    def _menu(self, at: QPointF, on_screen: QPoint) -> None:
        found = self.under(at)
        if found is not None:
            self.menu_wanted.emit(*found, on_screen)

    # ------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        if self.goal is not None:
            self._scroll_to_goal()

    def wheelEvent(self, event: QWheelEvent) -> None:
        down = event.angleDelta().y() < 0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(-1 if down else 1)
            event.accept()
            return
        self.goal = None
        bar = self.verticalScrollBar()
        if down and bar.value() == bar.maximum() and self.page < self.pages:
            self.turn(1)
        elif not down and bar.value() == bar.minimum() and self.page > 1:
            self.turn(-1)
        else:
            super().wheelEvent(event)
