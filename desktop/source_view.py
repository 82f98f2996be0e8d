"""Right pane: the source itself, the PDF page as printed or the text, with the cited span lit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.marks import Hit, Place, find, is_pdf, span_boxes
from desktop.text_page import TextPage
from desktop.widgets import ElidedLabel, EmptyState, FindBar, label, tool
from rag.types import StoredArticle

if TYPE_CHECKING:
    from desktop.pdf_page import PdfPage

HISTORY = 50


class SourceView(QWidget):
    """Shows Places. `document_wanted` asks for the rest of a PDF's articles, to find in all its pages."""

    document_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.place: Place | None = None
        self.files: Mapping[str, Path] = {}
        self.passwords: dict[str, str] = {}  # document id → what opens it; never written anywhere
        self._history: list[Place] = []
        self._articles: dict[str, Sequence[StoredArticle]] = {}
        self._hits: tuple[Hit, ...] = ()
        self._current = -1
        self.text = TextPage()
        self.pdf: PdfPage | None = None  # made with the first PDF: QtPdf takes a while to load
        self.find_bar = FindBar()
        self.find_bar.changed.connect(self._find)
        self.find_bar.moved.connect(self.find_next)
        self.find_bar.closed.connect(self._end_find)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState("原文", "点回答里的【数字】、一段依据，或左边的一篇文章，\n原文就显示在这里，引用的话会标出来。")
        )
        self._stack.addWidget(self.text)
        self._bar = self._make_bar()
        self._fallback = label("这个 PDF 打不开，下面显示的是从中读出的文字。", "caution", wrap=True)
        self._fallback.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._fallback)
        column.addWidget(self._stack, 1)
        column.addWidget(self.find_bar)

    def _make_bar(self) -> QWidget:
        self.back_button = tool("←", "回到上一处（Alt+←）")
        self.back_button.clicked.connect(self.back)
        self.title = ElidedLabel()
        self.title.setProperty("role", "heading")
        self.meta = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.meta.setProperty("role", "muted")
        self._smaller, self._larger = tool("－", "缩小（Ctrl+-）"), tool("＋", "放大（Ctrl+=）")
        self._usual = tool("适宽", "恢复大小（Ctrl+0）")
        self._previous, self._next = tool("‹", "上一页"), tool("›", "下一页")
        self.page_label = label("", "muted")
        find_button = tool("查找", "在原文中查找（Ctrl+F）")
        self._smaller.clicked.connect(lambda: self.zoom(-1))
        self._larger.clicked.connect(lambda: self.zoom(1))
        self._usual.clicked.connect(lambda: self.zoom(0))
        self._previous.clicked.connect(lambda: self.turn(-1))
        self._next.clicked.connect(lambda: self.turn(1))
        find_button.clicked.connect(self.open_find)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.meta)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.back_button)
        top.addLayout(words, 1)
        tools = QHBoxLayout()
        tools.setSpacing(2)
        for part in (self._previous, self.page_label, self._next):
            tools.addWidget(part)
        tools.addStretch(1)
        for part in (self._smaller, self._usual, self._larger, find_button):
            tools.addWidget(part)
        bar = QWidget()
        bar.setObjectName("bar")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(bar)
        column.setContentsMargins(10, 9, 10, 5)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(tools)
        bar.hide()
        return bar

    # ------------------------------------------------------------ what is shown

    def show_place(self, place: Place) -> None:
        """Open the place's source and light its span; where we were goes into the history."""
        if self.place is not None and place != self.place:
            self._history = [*self._history[-HISTORY:], self.place]
        self._open(place)

    def back(self) -> None:
        """Return to the place shown before."""
        if self._history:
            self._open(self._history.pop())

    def forget(self, documents: Sequence[str]) -> None:
        """These documents have left the library: show nothing of them."""
        self._history = [place for place in self._history if place.document.id not in documents]
        for document in documents:
            self._articles.pop(document, None)
        if self.place is not None and self.place.document.id in documents:
            self.place = None
            if self.pdf is not None:
                self.pdf.close_file()
            self.find_bar.dismiss()
            self._bar.hide()
            self._fallback.hide()
            self._stack.setCurrentIndex(0)
        self.back_button.setEnabled(bool(self._history))

    def set_articles(self, document: str, articles: Sequence[StoredArticle]) -> None:
        """All articles of a document have come: finding now covers them."""
        self._articles = {document: articles}
        if self.place is not None and self.place.document.id == document and not self.find_bar.isHidden():
            self._find(self.find_bar.line.text())

    def _open(self, place: Place) -> None:
        changed = self.place is None or self.place.article.id != place.article.id
        self.place = place
        self._bar.show()
        self._caption(place.article, place.page)
        self.back_button.setEnabled(bool(self._history))
        as_pdf = is_pdf(place.document) and self._open_pdf(place)
        self._fallback.setVisible(is_pdf(place.document) and not as_pdf)
        if not as_pdf:
            self._stack.setCurrentWidget(self.text)
            self.text.show_place(place)
        for part in (self._previous, self._next, self.page_label):
            part.setVisible(as_pdf)
        self._usual.setText("适宽" if as_pdf else "原大")
        if changed and not self.find_bar.isHidden():
            self._find(self.find_bar.line.text())

    def _caption(self, article: StoredArticle, page: int) -> None:
        """Say in the head what is shown."""
        if self.place is not None:
            date = article.date.isoformat() if article.date else "日期不详"
            self.title.setText(article.label)
            self.meta.setText(f"{date} · {self.place.document.name} · 第 {page} 页")

    def _open_pdf(self, place: Place) -> bool:
        file = self.files.get(place.document.id)
        if file is None:
            return False
        if self.pdf is None:
            from desktop.pdf_page import PdfPage

            self.pdf = PdfPage()
            self.pdf.turned.connect(self._turned)
            self._stack.addWidget(self.pdf)
        if not self.pdf.open(file):
            return False
        self._stack.setCurrentWidget(self.pdf)
        self.pdf.show_page(place.page, place.boxes)
        return True

    def _turned(self, page: int, pages: int) -> None:
        self.page_label.setText(f"第 {page} / {pages} 页")
        self._previous.setEnabled(page > 1)
        self._next.setEnabled(page < pages)
        if self.place is not None:
            here = self.place.article
            known = [here, *self._articles.get(self.place.document.id, ())]
            on_page = (a for a in known if any(paragraph.page == page for paragraph in a.paragraphs))
            self._caption(next(on_page, here), page)

    @property
    def shows_pdf(self) -> bool:
        return self.pdf is not None and self._stack.currentWidget() is self.pdf

    # ------------------------------------------------------------ what the user does

    def zoom(self, step: int) -> None:
        """Larger (+1), smaller (-1), as usual (0)."""
        if self.shows_pdf and self.pdf is not None:
            self.pdf.zoom(step)
        else:
            self.text.zoom(step)

    def turn(self, by: int) -> None:
        if self.shows_pdf and self.pdf is not None:
            self.pdf.turn(by)

    def open_find(self) -> None:
        """Open the find bar, when there is a source to find in."""
        if self.place is None:
            return
        if self.shows_pdf and self.place.document.id not in self._articles:
            self.document_wanted.emit(self.place.document.id)
        self.find_bar.summon()

    def find_next(self, by: int) -> None:
        """Go to the next (+1) or previous (-1) find result, round the ends."""
        if self._hits:
            self._current = (self._current + by) % len(self._hits)
            self._show_hits()

    def _find(self, needle: str) -> None:
        if self.place is None:
            return
        articles: Sequence[StoredArticle] = (self.place.article,)
        if self.shows_pdf:
            articles = self._articles.get(self.place.document.id, articles)
        self._hits = find(needle, articles)
        self._current = self._nearest()
        self._show_hits()

    def _nearest(self) -> int:
        """Begin with the first result in or after the article that is open."""
        if not self._hits:
            return -1
        here = self.place.article.id if self.place is not None else ""
        return next((i for i, hit in enumerate(self._hits) if hit.paragraph.article == here), 0)

    def _show_hits(self) -> None:
        if self.shows_pdf and self.pdf is not None:
            boxes = [span_boxes(hit.paragraph.paragraph, hit.start, hit.end) for hit in self._hits]
            self.pdf.show_hits(boxes, self._current)
        else:
            self.text.show_hits(self._hits, self._current)
        self.find_bar.tell(self._current + 1, len(self._hits))

    def _end_find(self) -> None:
        self._hits, self._current = (), -1
        self._show_hits()
