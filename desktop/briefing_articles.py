"""The second step of a briefing: the articles it would be made from, to be looked at, taken out, added to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.library_items import ARTICLE, NOTE
from desktop.marks import Place
from desktop.two_line_list import TwoLineList
from desktop.widgets import button, label, plain_tip
from desktop.wording import date_words
from rag.briefings import ChosenArticle

_CHOSEN = Qt.ItemDataRole.UserRole + 21


class BriefingArticles(QWidget):
    """`go_wanted` carries the ids of the articles that stay; `place_wanted` a Place; `more_wanted` asks for those
    chosen in the library's tree, which come by `add`.
    """

    go_wanted = Signal(object)
    back_wanted = Signal()
    more_wanted = Signal()
    place_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.head = label("", "heading")
        hint = label("点一篇，右边就显示原文。不要的，选中后点“去掉”。", "muted", wrap=True)
        self.list = TwoLineList("选用的文章")
        self.list.setSelectionMode(TwoLineList.SelectionMode.ExtendedSelection)
        self.list.itemClicked.connect(self._show)
        self.list.itemSelectionChanged.connect(self._tell)
        self.drop_button = button("去掉", "不用选中的文章", quiet=True)
        self.drop_button.clicked.connect(self._drop)
        self.add_button = button("加入左边选中的", "在左边的资料库里选中资料或文章，再点这里", quiet=True)
        self.add_button.clicked.connect(self.more_wanted)
        self.back = button("上一步")
        self.back.clicked.connect(self.back_wanted)
        self.go = button("生成简报", primary=True)
        self.go.clicked.connect(lambda: self.go_wanted.emit(self.articles))
        tools, foot = QHBoxLayout(), QHBoxLayout()
        for part in (self.drop_button, self.add_button):
            tools.addWidget(part)
        tools.addStretch(1)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 16, 18, 12)
        column.setSpacing(8)
        column.addWidget(self.head)
        column.addWidget(hint)
        column.addWidget(self.list, 1)
        column.addLayout(tools)
        column.addLayout(foot)

    def offer(self, chosen: Sequence[ChosenArticle]) -> None:
        """Show these."""
        self.list.clear()
        self.add(chosen)

    def add(self, chosen: Sequence[ChosenArticle]) -> None:
        """Show these too."""
        known = set(self.articles)
        for one in chosen:
            if one.article.id not in known:
                self.list.addTopLevelItem(_item(one))
        self._tell()

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(one.article.id for one in map(_chosen, self._items()))

    def _items(self) -> list[QTreeWidgetItem]:
        items = (self.list.topLevelItem(place) for place in range(self.list.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _tell(self) -> None:
        count = len(self._items())
        self.head.setText(f"用这 {count} 篇文章" if count else "一篇文章也没有留下")
        self.go.setEnabled(count > 0)
        self.drop_button.setEnabled(bool(self.list.selectedItems()))

    def _drop(self) -> None:
        for item in self.list.selectedItems():
            self.list.takeTopLevelItem(self.list.indexOfTopLevelItem(item))
        self._tell()

    def _show(self, item: QTreeWidgetItem) -> None:
        chosen = _chosen(item)
        self.place_wanted.emit(Place(chosen.document, chosen.article))


def _item(one: ChosenArticle) -> QTreeWidgetItem:
    item = QTreeWidgetItem([one.article.label])
    item.setData(0, ARTICLE, one.article.id)
    item.setData(0, NOTE, " · ".join(filter(None, (one.side, date_words(one.article), one.why, one.file))))
    item.setData(0, _CHOSEN, one)
    item.setToolTip(0, plain_tip("\n".join(filter(None, (one.article.label, one.file, one.why)))))
    return item


def _chosen(item: QTreeWidgetItem) -> ChosenArticle:
    found = item.data(0, _CHOSEN)
    assert isinstance(found, ChosenArticle)
    return found
