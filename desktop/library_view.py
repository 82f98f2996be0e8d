"""Left pane: the documents and their articles, adding and removing, work in progress."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QMenu,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop import kinds
from desktop.library_items import ARTICLE, DOCUMENT, DOUBT, IN_SCOPE, NOTE, TROUBLE, TreeDelegate
from desktop.marks import FURNITURE, FURNITURE_TITLE
from desktop.protocol import LibraryState
from desktop.task_row import TaskRow
from desktop.widgets import button, label, plain_tip, prose, set_property
from desktop.wording import CHECK, confidence, date_reason, date_words, is_low, recognised
from rag.types import Document, StoredArticle


class LibraryView(QWidget):
    """Shows a LibraryState. Asks for everything by signal; changes nothing itself."""

    add_wanted = Signal()  # the 添加资料 button: the window opens the dialog
    files_dropped = Signal(object)  # tuple[Path, ...]
    articles_wanted = Signal(str)  # a document was opened whose articles are not listed yet
    article_chosen = Signal(str, str)  # document id, article id ("": the document itself)
    remove_wanted = Signal(object)  # tuple[str, ...] of document ids
    scope_wanted = Signal(object)  # tuple[str, ...]: ask only these
    brief_wanted = Signal()  # write a briefing from what is selected
    menu_opening = Signal(object, str, str)  # QMenu to add to, for a document id and an article id

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self.tree = _Tree()
        self.tree.itemExpanded.connect(self._expanded)
        self.tree.currentItemChanged.connect(lambda item: self._chosen(item))
        self.tree.itemClicked.connect(lambda item: self._chosen(item))
        self.tree.menu_wanted.connect(self._menu)
        self.remove = QAction("从资料库移除…", self)
        self.remove.setShortcut(QKeySequence(Qt.Key.Key_Delete))
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.remove.triggered.connect(self._remove)
        self.addAction(self.remove)
        self._loading = QFrame()
        self._drop = self._make_drop()
        self._stack = _Yielding()
        for page in (self._loading, self._drop, self.tree):
            self._stack.addWidget(page)
        self.tasks = QVBoxLayout()
        self.tasks.setSpacing(8)
        self.tasks.setContentsMargins(12, 0, 12, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(self._stack, 1)
        column.addLayout(self.tasks)

    def _make_head(self) -> QHBoxLayout:
        tip = f"选择文件加入资料库（Ctrl+O），也可以把文件或文件夹拖进来。能读：\n{kinds.in_detail()}"
        self.add_button = button("添加资料", plain_tip(tip))
        self.add_button.clicked.connect(self.add_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(18, 14, 12, 10)
        head.addWidget(label("资料库", "heading"), 1)
        head.addWidget(self.add_button)
        return head

    def _make_drop(self) -> QFrame:
        drop = QFrame()
        drop.setObjectName("drop")
        text = label("把简报文件拖到这里，\n或点“添加资料”", "heading", wrap=True)
        hint = prose(f"能读：{kinds.in_words()}；\n也可以拖进整个文件夹。\n资料只保存在这台电脑上。")
        hint.setToolTip(plain_tip(kinds.in_detail()))
        column = QVBoxLayout(drop)
        column.setContentsMargins(18, 18, 18, 18)
        column.setSpacing(12)
        column.addStretch(1)
        for part in (text, hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addStretch(1)
        frame = QFrame()
        around = QVBoxLayout(frame)
        around.setContentsMargins(16, 4, 16, 16)
        around.addWidget(drop)
        self._target = drop
        return frame

    # ------------------------------------------------------------ what is shown

    def show_library(self, state: LibraryState) -> None:
        """Show the documents; what was open or chosen stays so where it still exists."""
        known = {self._item_document(item): item for item in self._document_items()}
        present = {document.id for document in state.documents}
        for document, item in known.items():
            if document not in present:
                self.tree.takeTopLevelItem(self.tree.indexOfTopLevelItem(item))
        for place, document_ in enumerate(state.documents):
            row = known.get(document_.id) or QTreeWidgetItem()
            self._fill_document(row, document_)
            if document_.id not in known:
                self.tree.insertTopLevelItem(place, row)
        self.add_button.setEnabled(not state.read_only)
        self.remove.setEnabled(not state.read_only)
        self.setAcceptDrops(not state.read_only)
        self._stack.setCurrentWidget(self.tree if state.documents else self._drop)
        if len(state.documents) == 1:
            self._document_items()[0].setExpanded(True)

    def show_articles(self, document: str, articles: Sequence[StoredArticle], furniture: int) -> None:
        """List a document's articles under it, and how much stands outside them; what was chosen stays so."""
        item = next((item for item in self._document_items() if self._item_document(item) == document), None)
        if item is None:
            return
        current = self.tree.currentItem()
        chosen = str(current.data(0, ARTICLE)) if current is not None and current.parent() is item else ""
        with QSignalBlocker(self.tree):
            item.takeChildren()
            item.addChildren([self._article_item(article) for article in articles])
            if furniture:
                item.addChild(self._furniture_item(document, furniture))
        if chosen:
            self.choose(document, chosen)

    def choose(self, document: str, article: str) -> None:
        """Mark an article as the one that is shown; opens nothing."""
        for item in self._document_items():
            children = [child for n in range(item.childCount()) if (child := item.child(n)) is not None]
            found = [child for child in children if child.data(0, ARTICLE) == article]
            if self._item_document(item) == document and found:
                with QSignalBlocker(self.tree):
                    self.tree.setCurrentItem(found[0])

    def _article_item(self, article: StoredArticle) -> QTreeWidgetItem:
        sure = confidence(article)
        # What is to be minded comes first: the pane may be too narrow for all of it.
        notes = (date_words(article), recognised(sure), "已订正" if article.corrected else "", f"第 {article.page} 页")
        item = QTreeWidgetItem([article.label])
        item.setData(0, NOTE, " · ".join(filter(None, notes)))
        item.setData(0, DOCUMENT, article.document)
        item.setData(0, ARTICLE, article.id)
        item.setData(0, DOUBT, is_low(sure))
        reason = date_reason(article).replace("点一下", "点右键")
        tips = (article.label, reason, CHECK if sure is not None else "")
        item.setToolTip(0, plain_tip("\n".join(filter(None, tips))))
        return item

    def _furniture_item(self, document: str, count: int) -> QTreeWidgetItem:
        item = QTreeWidgetItem([FURNITURE_TITLE])
        item.setData(0, NOTE, f"{count} 段，不属于任何文章")
        item.setData(0, DOCUMENT, document)
        item.setData(0, ARTICLE, FURNITURE)
        item.setToolTip(0, plain_tip("页眉、页脚、刊头、责任编辑等。它们都在这里，没有丢，只是不参与提问。"))
        return item

    def show_scope(self, documents: Sequence[str]) -> None:
        """Mark the documents that questions are limited to."""
        for item in self._document_items():
            item.setData(0, IN_SCOPE, self._item_document(item) in documents)

    def begin_task(self, title: str, *, pausable: bool = False) -> TaskRow:
        """A row with progress and a stop button at the foot of the pane."""
        row = TaskRow(title, pausable=pausable)
        self.tasks.addWidget(row)
        return row

    def _fill_document(self, item: QTreeWidgetItem, document: Document) -> None:
        item.setText(0, document.name)
        item.setData(0, NOTE, f"{document.articles} 篇文章 · {document.pages} 页")
        item.setData(0, DOCUMENT, document.id)
        item.setData(0, ARTICLE, "")
        item.setData(0, TROUBLE, bool(document.problems))
        trouble = ("有的地方没有读出来：", *document.problems) if document.problems else ()
        item.setToolTip(0, plain_tip("\n".join((document.name, *trouble))))
        item.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)

    def _document_items(self) -> list[QTreeWidgetItem]:
        items = (self.tree.topLevelItem(place) for place in range(self.tree.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _item_document(self, item: QTreeWidgetItem) -> str:
        return str(item.data(0, DOCUMENT))

    # ------------------------------------------------------------ what the user does

    def _expanded(self, item: QTreeWidgetItem) -> None:
        if item.parent() is None and not item.childCount():
            self.articles_wanted.emit(self._item_document(item))

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        # A click comes as a change of the current item and as a click: open once, but again on a later click.
        if item is not None and self.tree.hasFocus():
            self.article_chosen.emit(self._item_document(item), str(item.data(0, ARTICLE)))

    def selected_documents(self) -> tuple[str, ...]:
        """Ids of the documents that are selected, or whose articles are, in the tree's order."""
        chosen = {self._item_document(item) for item in self.tree.selectedItems()}
        return tuple(d for d in map(self._item_document, self._document_items()) if d in chosen)

    def selected_sources(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of each document and article that is selected, but for what stands outside the articles."""
        found = []
        for item in self.tree.selectedItems():
            article = str(item.data(0, ARTICLE))
            if article != FURNITURE:
                found.append((article or self._item_document(item), item.text(0)))
        return tuple(found)

    def _remove(self) -> None:
        if documents := self.selected_documents():
            self.remove_wanted.emit(documents)

    def _menu(self, event: QContextMenuEvent) -> None:
        documents = self.selected_documents()
        if not documents:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        current = self.tree.currentItem()
        if len(self.tree.selectedItems()) == 1 and current is not None:
            self.menu_opening.emit(menu, self._item_document(current), str(current.data(0, ARTICLE)))
        menu.addAction("只问这份资料" if len(documents) == 1 else f"只问这 {len(documents)} 份资料").triggered.connect(
            lambda: self.scope_wanted.emit(documents)
        )
        menu.addAction("问全部资料").triggered.connect(lambda: self.scope_wanted.emit(()))
        menu.addAction("用选中的写简报").triggered.connect(self.brief_wanted)
        menu.addSeparator()
        menu.addAction(self.remove)
        menu.popup(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_paths(event):
            event.acceptProposedAction()
            set_property(self._target, "over", True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        set_property(self._target, "over", False)

    def dropEvent(self, event: QDropEvent) -> None:
        set_property(self._target, "over", False)
        if paths := _local_paths(event):
            event.acceptProposedAction()
            self.files_dropped.emit(paths)


class _Yielding(QStackedWidget):
    """Takes the room that is left: what stands below it is never cut off for the sake of a page, seen or unseen."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 90)

    def hasHeightForWidth(self) -> bool:
        return False


class _Tree(QTreeWidget):
    """The tree itself; drops go to the pane, so that all of it is a target."""

    menu_wanted = Signal(QContextMenuEvent)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setItemDelegate(TreeDelegate(self))
        self.setIndentation(18)
        self.setRootIsDecorated(True)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("资料库")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event)


def _local_paths(event: QDropEvent) -> tuple[Path, ...]:
    urls = event.mimeData().urls()
    return tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
