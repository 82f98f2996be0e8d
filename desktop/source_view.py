"""Right pane: the source itself, the page as printed or the text, with the cited span lit and the article outlined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.marks import Hit, Place, find, span_boxes
from desktop.outlines import PageMap, article_boxes, neighbours
from desktop.page_view import PageView
from desktop.pages import Shut, has_pages, open_pages
from desktop.password_dialog import PasswordDialog
from desktop.renewing import Renewal
from desktop.source_head import SourceHead
from desktop.text_page import TextPage
from desktop.widgets import EmptyState, FindBar, button, label
from rag.types import Box, Document, StoredArticle, StoredParagraph

HISTORY = 50
BROKEN = "版面打不开，下面显示的是从中读出的文字。"
GONE = "这份资料已从资料库移除，下面只有引用时的那一段。"
LOCKED = "这个文件加了密码，下面显示的是从中读出的文字。"
UNSEEN = "原文件把{}印到了页面的可见范围之外，版面上看不到，请点“文字”来看。"
PICKING = "请在下面点新文章的第一段。按 Esc 取消。"
WHY = "要在这里看它的版面，请输入打开它的密码。密码只在这次打开简问期间记着，不会保存。"


class SourceView(QWidget):
    """Shows Places. `document_wanted` asks for the rest of a document's articles, to outline and find in all pages."""

    document_wanted = Signal(str)
    menu_wanted = Signal(object, object, QPoint)  # StoredArticle, StoredParagraph or None, on the screen
    date_wanted = Signal(object)  # StoredArticle
    twin_wanted = Signal(str)  # article id
    place_shown = Signal(object)  # Place: another than before, or the same as it is now
    split_wanted = Signal(object)  # StoredParagraph that begins a new article

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.place: Place | None = None
        self.files: Mapping[str, Path] = {}
        self.documents: Mapping[str, Document] = {}
        self.passwords: dict[str, str] = {}  # document id → what opens it; never written anywhere
        self._declined: set[str] = set()  # documents whose password the user did not give
        self._opened: tuple[Path, str] | None = None  # file and password of the pages that are open
        self._history: list[Place] = []
        self._articles: dict[str, tuple[StoredArticle, ...]] = {}
        self._hits: tuple[Hit, ...] = ()
        self._current = -1
        self.text = TextPage()
        self.pages = PageView()
        self.find_bar = FindBar()
        self.head = SourceHead()
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState("原文", "点回答里的【数字】、一段依据，或左边的一篇文章，\n原文就显示在这里，引用的话会标出来。")
        )
        self._stack.addWidget(self.text)
        self._stack.addWidget(self.pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._make_hint())
        column.addWidget(self._stack, 1)
        column.addWidget(self._make_ways())
        column.addWidget(self.find_bar)
        self.head.hide()
        self._connect()

    def _make_hint(self) -> QWidget:
        """A line above the source: why it is not as expected, or what to do."""
        self._hint_text = label("", "caution", wrap=True)
        self._unlock_button = button("输入密码", quiet=True)
        self._unlock_button.clicked.connect(lambda: self._ask_password(wrong=False))
        self.hint = QWidget()
        row = QHBoxLayout(self.hint)
        row.setContentsMargins(8, 6, 8, 2)
        row.addWidget(self._hint_text, 1)
        row.addWidget(self._unlock_button)
        self.hint.hide()
        return self.hint

    def _make_ways(self) -> QWidget:
        """A line below the page: where the article goes on."""
        self.came_from, self.goes_on = button("", quiet=True), button("", quiet=True)
        self.ways = QWidget()
        self.ways.setObjectName("footer")
        self.ways.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self.ways)
        row.setContentsMargins(12, 5, 12, 5)
        row.addWidget(self.came_from)
        row.addStretch(1)
        row.addWidget(self.goes_on)
        self.ways.hide()
        return self.ways

    def _connect(self) -> None:
        self.find_bar.changed.connect(self._find)
        self.find_bar.moved.connect(self.find_next)
        self.find_bar.closed.connect(self._end_find)
        self.head.back_wanted.connect(self.back)
        self.head.turn_wanted.connect(self.turn)
        self.head.zoom_wanted.connect(self.zoom)
        self.head.find_wanted.connect(self.open_find)
        self.head.text_wanted.connect(self._text_wanted)
        self.head.date_wanted.connect(self.date_wanted)
        self.head.twin_wanted.connect(self.twin_wanted)
        self.head.menu_wanted.connect(lambda article, at: self.menu_wanted.emit(article, None, at))
        self.came_from.clicked.connect(lambda: self._go_on(0))
        self.goes_on.clicked.connect(lambda: self._go_on(1))
        self.pages.turned.connect(self._turned)
        self.pages.article_chosen.connect(self._article_chosen)
        for page in (self.pages, self.text):
            page.menu_wanted.connect(self.menu_wanted)
            page.paragraph_picked.connect(self._picked)

    # ------------------------------------------------------------ what is shown

    def show_place(self, place: Place) -> None:
        """Open the place's source and light its span; where we were goes into the history."""
        if self.place is not None and place != self.place:
            self._history = [*self._history[-HISTORY:], self.place]
        self._open(place)

    def unlight(self) -> None:
        """The reply whose words are lit is left: what is shown stays, and nothing in it is lit any more."""
        if self.place is not None and self.place.spans:
            self.place = replace(self.place, spans=())
            self.text.unlight()
            self.pages.unlight()
            self._tell_ways()

    def back(self) -> None:
        """Return to the place shown before."""
        if self._history:
            self._open(self._history.pop())

    def forget(self, documents: Sequence[str]) -> None:
        """These documents have left the library: show nothing of them."""
        self._history = [place for place in self._history if place.document.id not in documents]
        for document in documents:
            self._articles.pop(document, None)
            self.passwords.pop(document, None)
        if self.place is not None and self.place.document.id in documents:
            self._clear()
        self.head.back_button.setEnabled(bool(self._history))

    def renew(self, renewal: Renewal) -> None:
        """A document's articles are others now: show the same places in them."""
        self._articles[renewal.document.id] = renewal.articles
        self._history = [place for before in self._history if (place := renewal.place(before)) is not None]
        if self.place is not None and self.place.document.id == renewal.document.id:
            page, as_pages = self.pages.page, self.shows_pages
            place = renewal.place(self.place)
            if place is None:
                self._clear()
                return
            self._open(place)
            if as_pages and page != self.pages.page:
                self.pages.turn(page - self.pages.page)

    def set_articles(self, document: str, articles: Sequence[StoredArticle]) -> None:
        """All articles of a document have come: they are outlined, and finding now covers them."""
        self._articles = {document: tuple(articles)}
        if self.place is not None and self.place.document.id == document:
            self._show_outline()
            if not self.find_bar.isHidden():
                self._find(self.find_bar.line.text())

    def _clear(self) -> None:
        self.place = None
        self.pick(False)
        self._close_pages()
        self.find_bar.dismiss()
        for part in (self.head, self.hint, self.ways):
            part.hide()
        self._stack.setCurrentIndex(0)

    def _open(self, place: Place) -> None:
        changed = self.place is None or self.place.article.id != place.article.id
        self.place = place
        self.pick(False)
        self.head.show()
        self._caption(place.article, place.page)
        self.head.back_button.setEnabled(bool(self._history))
        self._show()
        if changed and not self.find_bar.isHidden():
            self._find(self.find_bar.line.text())
        self.place_shown.emit(place)

    def _show(self) -> None:
        """Show the place as a page if there is one, else as text."""
        place = self.place
        assert place is not None
        gone = place.document.gone
        possible = has_pages(place.document.name) and not place.aside and not gone
        hint = self._open_pages(place) if possible else GONE if gone else ""
        as_pages = possible and not hint and not self.head.text.isChecked()
        self._tell_hint(hint, locked=hint == LOCKED)
        if as_pages:
            self._stack.setCurrentWidget(self.pages)
            self._show_outline()
            self.pages.show_page(place.page, place.boxes)
            self._tell_unseen()
            if place.document.id not in self._articles:
                self.document_wanted.emit(place.document.id)
        else:
            self._stack.setCurrentWidget(self.text)
            self.text.show_place(place)
            self.ways.hide()
        self.head.show_pages(as_pages, possible=possible and not hint)

    def _open_pages(self, place: Place) -> str:
        """Have the place's file open; says (Chinese) why its pages cannot be shown, "" when they can."""
        document = place.document.id
        file, password = self.files.get(document), self.passwords.get(document, "")
        if file is None:
            return BROKEN
        if self._opened == (file, password):
            return ""
        self._close_pages()
        opened = open_pages(file, password)
        if isinstance(opened, Shut):
            if opened is Shut.LOCKED and document not in self._declined:
                self._ask_password(wrong=bool(password))
            return LOCKED if opened is Shut.LOCKED else BROKEN
        self.pages.open(opened)
        self._opened = (file, password)
        return ""

    def _close_pages(self) -> None:
        self.pages.close_pages()
        self._opened = None

    def _ask_password(self, *, wrong: bool) -> None:
        assert self.place is not None
        document = self.place.document
        self._declined.add(document.id)  # until it is given
        dialog = PasswordDialog(document.name, wrong=wrong, why=WHY, parent=self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.given.connect(lambda password, _: self._unlock(document.id, password))
        dialog.open()

    def _unlock(self, document: str, password: str) -> None:
        self._declined.discard(document)
        self.passwords[document] = password
        if self.place is not None and self.place.document.id == document:
            self._show()

    def _tell_hint(self, text: str, *, locked: bool = False) -> None:
        self._hint_text.setText(text)
        self._unlock_button.setVisible(locked)
        self.hint.setVisible(bool(text))

    def _show_outline(self) -> None:
        if self.place is not None and self.shows_pages:
            articles = self._articles.get(self.place.document.id, ())
            self.pages.show_articles(PageMap(articles), self.place.article.id)

    def _caption(self, article: StoredArticle, page: int) -> None:
        """Say in the head what is shown."""
        if self.place is not None:
            self.head.tell(self.place, article, page, self.documents)

    def _turned(self, page: int, pages: int) -> None:
        self.head.tell_page(page, pages)
        if self.place is not None:
            here = self.place.article
            known = [here, *self._articles.get(self.place.document.id, ())]
            on_page = (a for a in known if any(paragraph.page == page for paragraph in a.paragraphs))
            self._caption(next(on_page, here), page)
            self._tell_ways()

    def _lit_boxes(self) -> tuple[str, Sequence[Box]]:
        """What goes on elsewhere, and where it stands."""
        if self.place is None:
            return "", ()
        return ("引用的话", self.place.boxes) if self.place.boxes else ("本文", article_boxes(self.place.article))

    def _tell_ways(self) -> None:
        what, boxes = self._lit_boxes()
        before, after = neighbours(boxes, self.pages.page)
        self.came_from.setText(f"← {what}接第 {before} 页")
        self.goes_on.setText(f"{what}续第 {after} 页 →")
        self.came_from.setVisible(before is not None)
        self.goes_on.setVisible(after is not None)
        self.ways.setVisible(self.shows_pages and (before is not None or after is not None))

    def _tell_unseen(self) -> None:
        """Say that (a part of) what is meant is printed where no page shows it."""
        what, boxes = self._lit_boxes()
        if hidden := self.pages.out_of_sight(boxes):
            self._tell_hint(UNSEEN.format(what if hidden == len(boxes) else f"{what}的一部分"))

    def _go_on(self, way: int) -> None:
        page = neighbours(self._lit_boxes()[1], self.pages.page)[way]
        if page is not None and self.place is not None:
            self.pages.show_page(page, self.place.boxes)

    @property
    def shows_pages(self) -> bool:
        return self._stack.currentWidget() is self.pages

    # ------------------------------------------------------------ what the user does

    def zoom(self, step: int) -> None:
        """Larger (+1), smaller (-1), as usual (0)."""
        (self.pages if self.shows_pages else self.text).zoom(step)

    def turn(self, by: int) -> None:
        if self.shows_pages:
            self.pages.turn(by)

    def pick(self, on: bool) -> None:
        """Have the user pick the paragraph that begins a new article, or no longer."""
        if on or self.pages.picking or self.text.picking:
            self.pages.pick(on)
            self.text.pick(on)
            self._tell_hint(PICKING if on else "")

    @property
    def picking(self) -> bool:
        return self.pages.picking

    def _picked(self, paragraph: StoredParagraph) -> None:
        self.pick(False)
        self.split_wanted.emit(paragraph)

    def _article_chosen(self, article: StoredArticle) -> None:
        if self.place is not None and article.id != self.place.article.id:
            page = self.pages.page
            self.show_place(Place(self.place.document, article))
            if page != self.pages.page:  # what was clicked on stays in sight
                self.pages.show_page(page)

    def _text_wanted(self) -> None:
        if self.place is not None:
            self._show()

    def open_find(self) -> None:
        """Open the find bar, when there is a source to find in."""
        if self.place is not None:
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
        if self.shows_pages:
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
        if self.shows_pages:
            boxes = [span_boxes(hit.paragraph.paragraph, hit.start, hit.end) for hit in self._hits]
            self.pages.show_hits(boxes, self._current)
        else:
            self.text.show_hits(self._hits, self._current)
        self.find_bar.tell(self._current + 1, len(self._hits))

    def _end_find(self) -> None:
        self._hits, self._current = (), -1
        self._show_hits()
