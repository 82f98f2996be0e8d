"""The text of one article, set to be read, with spans lit by exact position."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QTextEdit

from desktop import style
from desktop.marks import Hit, Place, utf16
from desktop.typesetting import Typesetter
from desktop.widgets import PlainBrowser
from rag.types import StoredArticle, StoredParagraph


class TextPage(PlainBrowser):
    """Lights spans of paragraphs. While `picking`, a click picks the paragraph under it."""

    paragraph_picked = Signal(object)  # StoredParagraph
    menu_wanted = Signal(object, object, QPoint)  # StoredArticle, StoredParagraph or None, on the screen

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("原文")
        self.article: StoredArticle | None = None
        self.picking = False
        self._aside = False
        self._starts: dict[str, int] = {}  # paragraph id → position of its first character
        self._cited: list[QTextCursor] = []
        self._found: list[list[QTextCursor]] = []  # a result that crosses table cells has several
        self._current = -1
        self._points = style.TEXT_POINTS + 1
        self._placing = QTimer(self)
        self._placing.setSingleShot(True)
        self._placing.timeout.connect(self._place_again)

    # ------------------------------------------------------------ what is shown

    def show_article(self, article: StoredArticle, *, aside: bool = False) -> None:
        """Set the article's text anew unless it is there already."""
        if self.article is not None and self.article == article:
            return
        self.article, self._aside = article, aside
        self._cited, self._found, self._current = [], [], -1
        self.clear()
        setter = Typesetter(self.document(), self._points, aside=aside)
        setter.set(article)
        self._starts = setter.starts
        self._show_marks()
        self.verticalScrollBar().setValue(0)

    def show_place(self, place: Place) -> None:
        """Show the place's article; light and reach its span."""
        self.show_article(place.article, aside=place.aside)
        self._cited = []
        if place.paragraph is not None and place.paragraph.id in self._starts:
            hits = (Hit(place.paragraph, start, end) for start, end in place.spans)
            self._cited = [cursor for hit in hits for cursor in self._spans(hit)]
        self._show_marks()
        if self._cited:
            self._reach(self._cited[0])
            self._placing.start(0)  # again once the pane has its final size
        else:
            self.verticalScrollBar().setValue(0)

    def unlight(self) -> None:
        self._cited = []
        self._show_marks()

    def show_hits(self, hits: Sequence[Hit], current: int) -> None:
        """Mark find results; `current` is an index into `hits`, -1 for none."""
        inside = [(i, hit) for i, hit in enumerate(hits) if hit.paragraph.id in self._starts]
        self._found = [self._spans(hit) for _, hit in inside]
        self._current = next((n for n, (i, _) in enumerate(inside) if i == current), -1)
        self._show_marks()
        if self._current >= 0 and self._found[self._current]:
            self._reach(self._found[self._current][0])

    def lit_texts(self) -> list[str]:
        """The texts that are lit as cited, as they stand on the page."""
        return [cursor.selectedText() for cursor in self._cited]

    def zoom(self, step: int) -> None:
        """Larger (+1), smaller (-1), as usual (0)."""
        usual = style.TEXT_POINTS + 1
        self._points = usual if step == 0 else min(max(self._points + step, 8.0), 30.0)
        article, cited, found, current = self.article, self._cited, self._found, self._current
        if article is None:
            return
        cited_ends = [(c.anchor(), c.position()) for c in cited]
        found_ends = [[(c.anchor(), c.position()) for c in cursors] for cursors in found]
        self.article = None
        self.show_article(article, aside=self._aside)
        self._cited = [self._between(*span) for span in cited_ends]
        self._found = [[self._between(*span) for span in spans] for spans in found_ends]
        self._current = current
        self._show_marks()
        self._place_again()

    # ------------------------------------------------------------ how

    def _spans(self, hit: Hit) -> list[QTextCursor]:
        """The hit on the page: one stretch, in a table row one a cell."""
        start, text = self._starts[hit.paragraph.id], hit.paragraph.text
        pieces = [(hit.start, hit.end)]
        if hit.paragraph.paragraph.header is not None:
            cells = re.finditer(r"[^\t]+", text[hit.start : hit.end])
            pieces = [(hit.start + cell.start(), hit.start + cell.end()) for cell in cells]
        return [self._between(start + utf16(text, first), start + utf16(text, last)) for first, last in pieces]

    def _between(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_marks(self) -> None:
        marks = [(cursor, style.CITED) for cursor in self._cited]
        for n, cursors in enumerate(self._found):
            colour = style.FOUND_NOW if n == self._current else style.FOUND
            marks += [(cursor, colour) for cursor in cursors]
        selections = []
        for cursor, colour in marks:
            selection = QTextEdit.ExtraSelection()
            selection.cursor = cursor
            selection.format.setBackground(QColor(colour))
            selections.append(selection)
        self.setExtraSelections(selections)

    def _reach(self, span: QTextCursor) -> None:
        """Scroll so that the span begins a quarter down the page."""
        start = QTextCursor(span)
        start.setPosition(span.selectionStart())
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.cursorRect(start).top() - self.viewport().height() // 4)

    def _place_again(self) -> None:
        if self._cited:
            self._reach(self._cited[0])

    # ------------------------------------------------------------ the pointer

    def pick(self, on: bool) -> None:
        """Begin or end picking a paragraph."""
        self.picking = on
        shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.IBeamCursor
        self.viewport().setCursor(shape)

    def paragraph_at(self, at: QPoint) -> StoredParagraph | None:
        """The paragraph at a point of the viewport; None on the title and below the end."""
        position = self.cursorForPosition(at).position()
        begun = [(start, key) for key, start in self._starts.items() if start <= position]
        if self.article is None or not begun:
            return None
        _, key = max(begun)
        return next((paragraph for paragraph in self.article.paragraphs if paragraph.id == key), None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        paragraph = self.paragraph_at(event.position().toPoint())
        if self.picking and event.button() is Qt.MouseButton.LeftButton and paragraph is not None:
            self.paragraph_picked.emit(paragraph)
        else:
            super().mouseReleaseEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.article is not None and not self._aside and not self.textCursor().hasSelection():
            self.menu_wanted.emit(self.article, self.paragraph_at(event.pos()), event.globalPos())
        else:
            super().contextMenuEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(22, (self.width() - 760) // 2)  # lines of some forty characters, not of eighty
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, 12, max(14, side - 8), 12)
