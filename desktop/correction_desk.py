"""What the window does to set articles right: title, date, where they begin and end; and back to how they were read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from desktop.correction_dialogs import DateDialog, TitleDialog
from desktop.protocol import Correct, OpenedDocument, UndoCorrections
from rag.types import Correction, MergeWithPrevious, Rename, SetDate, SplitBefore, StoredArticle, StoredParagraph

if TYPE_CHECKING:
    from desktop.window import Window

REBUILDING = "正在重新建立索引，等它完成（或停止它）以后再改。"
WORKING = "上一处改动还没有完成，请稍等一下再改。"


class CorrectionDesk(QObject):
    """Works for one window. One correction at a time: each changes the ids that the next one names."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.working = False
        self._window = window
        source = window.source
        source.menu_wanted.connect(self.popup)
        source.date_wanted.connect(self.set_date)
        source.split_wanted.connect(self.split)
        window.library.menu_opening.connect(self._fill_by_id)

    # ------------------------------------------------------------ menus

    def popup(self, article: StoredArticle, paragraph: StoredParagraph | None, at: QPoint) -> None:
        """Open the menu for an article, and for a paragraph of it if one is meant."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu, article, paragraph)
        menu.popup(at)

    def fill(self, menu: QMenu, article: StoredArticle, paragraph: StoredParagraph | None = None) -> None:
        """Put the corrections into a menu; those that make no sense here are greyed."""
        articles = self._window.desk.articles_of(article.document)
        first = bool(articles) and articles[0].id == article.id
        splittable = paragraph.id != article.paragraphs[0].id if paragraph else len(article.paragraphs) > 1
        able = not self._window.desk.read_only and not self.working
        for text, enabled, do in (
            ("改标题…", True, lambda: self.rename(article)),
            ("改日期…", True, lambda: self.set_date(article)),
            ("与上一篇合并", not first, lambda: self.merge(article)),
            (
                "从这里分开" if paragraph else "从中间分开…",
                splittable,
                lambda: self.split(paragraph) if paragraph else self.begin_split(article),
            ),
            ("恢复原样…", any(a.corrected for a in articles), lambda: self.undo(article.document)),
        ):
            action = menu.addAction(text)
            action.setEnabled(enabled and able)
            action.triggered.connect(lambda _=False, do=do: do())

    def _fill_by_id(self, menu: QMenu, document: str, article: str) -> None:
        found = next((a for a in self._window.desk.articles_of(document) if a.id == article), None)
        if found is not None:
            self.fill(menu, found)
            menu.addSeparator()

    # ------------------------------------------------------------ corrections

    def rename(self, article: StoredArticle) -> None:
        if self._may():
            dialog = TitleDialog(article, self._window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.chosen.connect(lambda title: self._correct(article.document, Rename(article.id, title)))
            dialog.open()

    def set_date(self, article: StoredArticle) -> None:
        if self._may():
            dialog = DateDialog(article, dt.date.today(), self._window)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.chosen.connect(lambda date: self._correct(article.document, SetDate(article.id, date)))
            dialog.open()

    def merge(self, article: StoredArticle) -> None:
        self._correct(article.document, MergeWithPrevious(article.id))

    def begin_split(self, article: StoredArticle) -> None:
        """Have the user click the paragraph that begins a new article."""
        if self._may():
            place = self._window.source.place
            if place is None or place.article.id != article.id:
                self._window.desk.open_article(article.document, article.id)
            self._window.source.pick(True)

    def split(self, paragraph: StoredParagraph) -> None:
        document = paragraph.article.rpartition("-")[0]
        article = next((a for a in self._window.desk.articles_of(document) if a.id == paragraph.article), None)
        if article is not None and article.paragraphs[0].id == paragraph.id:
            self._window.tell("文章本来就从这一段开始。要分开，请点后面的一段。", "info")
        else:
            self._correct(document, SplitBefore(paragraph.id))

    def undo(self, document: str) -> None:
        """Ask, then take back all that was set right in a document."""
        if self._may():
            name = self._window.desk.documents[document].name
            self._window.desk.confirm(
                f"恢复“{name}”的原样？",
                "这份资料里改过的标题、日期和文章的分合，都会恢复成自动识别的样子。",
                "恢复",
                lambda: self._run(UndoCorrections(document)),
            )

    def _correct(self, document: str, correction: Correction) -> None:
        if self._may():
            self._run(Correct(document, correction))

    def _may(self) -> bool:
        """Whether something can be set right now; says why when not. An import under way is no hindrance."""
        if not self._window.desk.may_change():
            return False
        why = REBUILDING if self._window.desk.rebuilding else WORKING if self.working else ""
        if why:
            self._window.tell(why, "caution")
        return not why

    def _run(self, request: Correct | UndoCorrections) -> None:
        self.working = True
        self._window.do(request, self._corrected, lambda _: self._ended())

    def _corrected(self, event: object) -> None:
        if isinstance(event, OpenedDocument):
            self._window.desk.renew(event)

    def _ended(self) -> None:
        self.working = False
        self._window.desk.reload()
