"""The head of the source pane: what is shown, what is to be known about it, and the tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop.marks import Place
from desktop.widgets import ElidedLabel, label, link, plain_tip, set_property, tool
from desktop.wording import CHECK, confidence, date_reason, date_words, is_low, recognised, twin_name
from rag.types import Document, StoredArticle

ROOM_FOR_ALL = 500  # pixels


class SourceHead(QWidget):
    """Says what the pane shows; all it can do itself is ask by signal."""

    back_wanted = Signal()
    turn_wanted = Signal(int)  # +1 next page, -1 previous
    zoom_wanted = Signal(int)  # +1 larger, -1 smaller, 0 as usual
    find_wanted = Signal()
    text_wanted = Signal(bool)  # the text instead of the page
    date_wanted = Signal(object)  # StoredArticle whose date is to be set
    menu_wanted = Signal(object, QPoint)  # StoredArticle to be set right, place on the screen
    twin_wanted = Signal(str)  # article id

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it yields: see resizeEvent
        self._article: StoredArticle | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 9, 10, 5)
        column.setSpacing(4)
        column.addLayout(self._make_title())
        column.addLayout(self._make_tools())

    def _make_title(self) -> QHBoxLayout:
        self.back_button = tool("←", "回到上一处（Alt+←）")
        self.back_button.clicked.connect(self.back_wanted)
        self.title = ElidedLabel()
        self.title.setProperty("role", "heading")
        self.date = link("", "")
        self.date.clicked.connect(lambda: self.date_wanted.emit(self._article))
        self.meta = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.meta.setProperty("role", "muted")
        self.recognised = label("", "muted")
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.date)
        below.addWidget(self.meta, 1)
        below.addWidget(self.recognised)
        words = QVBoxLayout()
        words.setSpacing(2)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(2)
        words.addWidget(self.title)
        words.addLayout(below)
        words.addLayout(self._notes)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        return row

    def _make_tools(self) -> QHBoxLayout:
        self.previous, self.next = tool("‹", "上一页"), tool("›", "下一页")
        self.page = label("", "muted")
        self.correct = tool("订正", "标题、日期不对，或文章分合有错时，在这里改正")
        self.text = tool("文字", "看读出来的文字，不看版面")
        self.text.setCheckable(True)
        smaller, larger = tool("－", "缩小（Ctrl+-）"), tool("＋", "放大（Ctrl+=）")
        self.usual = tool("适宽", "恢复大小（Ctrl+0）")
        find = tool("查找", "在原文中查找（Ctrl+F）")
        self.previous.clicked.connect(lambda: self.turn_wanted.emit(-1))
        self.next.clicked.connect(lambda: self.turn_wanted.emit(1))
        smaller.clicked.connect(lambda: self.zoom_wanted.emit(-1))
        larger.clicked.connect(lambda: self.zoom_wanted.emit(1))
        self.usual.clicked.connect(lambda: self.zoom_wanted.emit(0))
        self.text.toggled.connect(self.text_wanted)
        find.clicked.connect(self.find_wanted)
        self.correct.clicked.connect(lambda: self.menu_wanted.emit(self._article, self._below(self.correct)))
        row = QHBoxLayout()
        row.setSpacing(2)
        for part in (self.previous, self.page, self.next):
            row.addWidget(part)
        row.addStretch(1)
        for part in (self.text, smaller, self.usual, larger, find, self.correct):
            row.addWidget(part)
        self._in_menus = (smaller, self.usual, larger, find)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is not room for all tools, those go that the menus have too."""
        super().resizeEvent(event)
        for part in self._in_menus:
            part.setVisible(self.width() >= ROOM_FOR_ALL)

    def _below(self, button: QToolButton) -> QPoint:
        return button.mapToGlobal(QPoint(0, button.height()))

    # ------------------------------------------------------------ what is said

    def tell(self, place: Place, article: StoredArticle, page: int, documents: Mapping[str, Document]) -> None:
        """Say what is shown: `article` of the place's document, at `page`."""
        self._article = article
        self.title.setText(article.label)
        self.meta.setText(f"{place.document.name} · 第 {page} 页" if not place.aside else place.document.name)
        self.date.setText(date_words(article))
        self.date.setToolTip(plain_tip(date_reason(article) or "日期不对的话，点一下改正"))
        set_property(self.date, "doubt", bool(date_reason(article)))
        sure = confidence(article)
        self.recognised.setText(recognised(sure))
        self.recognised.setToolTip(plain_tip(CHECK) if sure is not None else "")
        self.recognised.setVisible(sure is not None)
        set_property(self.recognised, "role", "doubt" if is_low(sure) else "muted")
        for part in (self.date, self.correct):
            part.setVisible(not place.aside and not place.document.gone)
        self._tell_notes(article, place.document.problems, documents)

    def tell_page(self, page: int, pages: int) -> None:
        self.page.setText(f"第 {page} / {pages} 页")
        self.previous.setEnabled(page > 1)
        self.next.setEnabled(page < pages)

    def show_pages(self, as_pages: bool, *, possible: bool) -> None:
        """Offer the tools for pages or those for text; `possible`: whether there are pages at all."""
        for part in (self.previous, self.page, self.next):
            part.setVisible(as_pages)
        self.text.setVisible(possible)
        self.usual.setText("适宽" if as_pages else "原大")

    def _tell_notes(self, article: StoredArticle, problems: Sequence[str], documents: Mapping[str, Document]) -> None:
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for twin in article.twins:
            if name := twin_name(twin, article, documents):
                also = link(f"另见：{name}", "同一篇文章也登在这里，点一下打开")
                also.clicked.connect(lambda _=False, twin=twin: self.twin_wanted.emit(twin))
                self._notes.addWidget(also, 0, Qt.AlignmentFlag.AlignLeft)
        if problems:
            more = f"（共 {len(problems)} 处）" if len(problems) > 1 else ""
            trouble = ElidedLabel(f"注意：{problems[0]}{more}")
            trouble.setProperty("role", "doubt")
            trouble.setToolTip(plain_tip("\n".join(problems)))
            self._notes.addWidget(trouble)
