"""The text of one article, set to be read, with spans lit by exact position."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from desktop import style
from desktop.marks import Hit, Place, utf16
from desktop.widgets import PlainBrowser
from rag.types import StoredArticle

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffc\ud800-\udfff]")


class TextPage(PlainBrowser):
    """Document text goes in through a cursor, as text: it cannot become markup, link or image."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("原文")
        self.article: StoredArticle | None = None
        self._starts: dict[str, int] = {}  # paragraph id → position of its first character
        self._cited: list[QTextCursor] = []
        self._found: list[QTextCursor] = []
        self._current = -1
        self._points = style.TEXT_POINTS + 1
        self._placing = QTimer(self)
        self._placing.setSingleShot(True)
        self._placing.timeout.connect(self._place_again)

    # ------------------------------------------------------------ what is shown

    def show_article(self, article: StoredArticle) -> None:
        """Set the article's text anew unless it is there already."""
        if self.article is not None and self.article == article:
            return
        self.article = article
        self._cited, self._found, self._current, self._starts = [], [], -1, {}
        self.clear()
        cursor = QTextCursor(self.document())
        margin = QTextBlockFormat()
        margin.setLineHeight(110, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        margin.setBottomMargin(6)
        if article.title:
            self._block(cursor, article.title, margin, self._type(3.0, style.INK, bold=True))
        date = f"{article.date.year} 年 {article.date.month} 月 {article.date.day} 日" if article.date else "日期不详"
        margin.setBottomMargin(16)
        self._block(cursor, date, margin, self._type(-1.5, style.MUTED))
        body = QTextBlockFormat()
        body.setLineHeight(style.LINE_PERCENT + 6, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        body.setBottomMargin(10)
        body.setTextIndent(2 * self.fontMetrics().horizontalAdvance("中") * (self._points / style.TEXT_POINTS))
        for paragraph in article.paragraphs:
            self._starts[paragraph.id] = self._block(cursor, paragraph.text, body, self._type(0, style.INK))
        self._show_marks()
        self.verticalScrollBar().setValue(0)

    def show_place(self, place: Place) -> None:
        """Show the place's article; light and reach its span."""
        self.show_article(place.article)
        self._cited = []
        if place.paragraph is not None and place.paragraph.id in self._starts:
            self._cited = [self._span(Hit(place.paragraph, start, end)) for start, end in place.spans]
        self._show_marks()
        if self._cited:
            self._reach(self._cited[0])
            self._placing.start(0)  # again once the pane has its final size
        else:
            self.verticalScrollBar().setValue(0)

    def show_hits(self, hits: Sequence[Hit], current: int) -> None:
        """Mark find results; `current` is an index into `hits`, -1 for none."""
        inside = [(i, hit) for i, hit in enumerate(hits) if hit.paragraph.id in self._starts]
        self._found = [self._span(hit) for _, hit in inside]
        self._current = next((n for n, (i, _) in enumerate(inside) if i == current), -1)
        self._show_marks()
        if self._current >= 0:
            self._reach(self._found[self._current])

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
        cited_ends, found_ends = ([(c.anchor(), c.position()) for c in cursors] for cursors in (cited, found))
        self.article = None
        self.show_article(article)
        self._cited = [self._between(*span) for span in cited_ends]
        self._found = [self._between(*span) for span in found_ends]
        self._current = current
        self._show_marks()
        self._place_again()

    # ------------------------------------------------------------ how

    def _block(self, cursor: QTextCursor, text: str, shape: QTextBlockFormat, type_: QTextCharFormat) -> int:
        """Write one block; returns the position of its first character."""
        if cursor.position() > 0:
            cursor.insertBlock(shape, type_)
        else:
            cursor.setBlockFormat(shape)
        start = cursor.position()
        # One character in, one character out, so that positions hold; nothing that Qt takes for a break or an object.
        cursor.insertText(_BREAKS.sub(" ", text), type_)
        return start

    def _type(self, larger: float, colour: str, bold: bool = False) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(style.font(self._points + larger, bold))
        made.setForeground(QColor(colour))
        return made

    def _span(self, hit: Hit) -> QTextCursor:
        start, text = self._starts[hit.paragraph.id], hit.paragraph.text
        return self._between(start + utf16(text, hit.start), start + utf16(text, hit.end))

    def _between(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _show_marks(self) -> None:
        marks = [(cursor, style.CITED) for cursor in self._cited]
        marks += [
            (cursor, style.FOUND_NOW if n == self._current else style.FOUND) for n, cursor in enumerate(self._found)
        ]
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(22, (self.width() - 760) // 2)  # lines of some forty characters, not of eighty
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, 12, max(14, side - 8), 12)
