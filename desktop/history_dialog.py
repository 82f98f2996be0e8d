"""The list of kept conversations: search, open again, delete."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QStackedWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.library_items import ARTICLE, NOTE
from desktop.protocol import ConversationList
from desktop.two_line_list import TwoLineList
from desktop.widgets import EmptyState, button
from rag.answers import Conversation

CONVERSATION = Qt.ItemDataRole.UserRole + 20
PAUSE = 250  # milliseconds after the last key before it is searched


class HistoryDialog(QDialog):
    """`words_changed` asks for a list; `chosen` and `delete_wanted` carry a Conversation."""

    words_changed = Signal(str)
    chosen = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self, today: dt.date, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("问答历史")
        self.resize(560, 520)
        self._today = today
        self._read_only = read_only
        self.search = QLineEdit()
        self.search.setPlaceholderText("查找问过或答到的词")
        self.search.setAccessibleName("查找历史")
        self.search.setClearButtonEnabled(True)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PAUSE)
        self._patience.timeout.connect(lambda: self.words_changed.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda: self._patience.start())
        self.list = TwoLineList("问答历史")
        self.list.itemActivated.connect(lambda *_: self._open())
        self.list.itemSelectionChanged.connect(self._tell_buttons)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._delete)
        self._stack = QStackedWidget()
        self._nothing = EmptyState(
            "还没有问答记录", "提过的问题和回答会自动记在这个资料库里，\n以后可以在这里找到、接着问。"
        )
        self._unfound = EmptyState("没有找到", "换一个词试试。")
        for part in (self.list, self._nothing, self._unfound):
            self._stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)
        column.addLayout(self._make_buttons())
        self._tell_buttons()

    def _make_buttons(self) -> QHBoxLayout:
        self.delete_button = button("删除…", "删除选中的对话")
        self.open_button = button("打开", "打开选中的对话，可以接着问", primary=True)
        close = button("关闭")
        self.delete_button.clicked.connect(self._delete)
        self.open_button.clicked.connect(self._open)
        close.clicked.connect(self.reject)
        for part in (self.delete_button, self.open_button, close):
            part.setAutoDefault(False)  # Enter in the search line opens nothing
        row = QHBoxLayout()
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.open_button)
        return row

    # ------------------------------------------------------------ what is there

    def offer(self, event: object) -> None:
        """Show the list that was asked for, unless other words have been typed since."""
        if isinstance(event, ConversationList) and event.words == self.search.text().strip():
            self._fill(event.conversations)
            self._stack.setCurrentWidget(
                self.list if event.conversations else self._unfound if event.words else self._nothing
            )

    def _fill(self, conversations: Sequence[Conversation]) -> None:
        self.list.clear()
        for one in conversations:
            item = QTreeWidgetItem([one.title])
            item.setData(0, ARTICLE, str(one.id))
            item.setData(0, NOTE, f"{moment(one.last, self._today)} · {one.turns} 问")
            item.setData(0, CONVERSATION, one)
            self.list.addTopLevelItem(item)
        self._tell_buttons()

    def forget(self, conversation: int) -> None:
        """It has been deleted."""
        for place in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(place)
            if item is not None and item.data(0, CONVERSATION).id == conversation:
                self.list.takeTopLevelItem(place)
                break
        if not self.list.topLevelItemCount():
            self._stack.setCurrentWidget(self._unfound if self.search.text().strip() else self._nothing)
        self._tell_buttons()

    # ------------------------------------------------------------ what the user does

    @property
    def selected(self) -> Conversation | None:
        items = self.list.selectedItems()
        found = items[0].data(0, CONVERSATION) if items else None
        return found if isinstance(found, Conversation) else None

    def _tell_buttons(self) -> None:
        self.open_button.setEnabled(self.selected is not None)
        self.delete_button.setEnabled(self.selected is not None and not self._read_only)

    def _open(self) -> None:
        if self.selected is not None:
            self.chosen.emit(self.selected)
            self.accept()

    def _delete(self) -> None:
        if self.selected is not None and not self._read_only:
            self.delete_wanted.emit(self.selected)


def moment(at: dt.datetime, today: dt.date) -> str:
    """「今天 09:30」, 「3月21日 09:30」, 「2024年3月21日 09:30」, by this machine's clock."""
    here = at.astimezone()
    if here.date() == today:
        day = "今天"
    elif here.year == today.year:
        day = f"{here.month}月{here.day}日"
    else:
        day = f"{here.year}年{here.month}月{here.day}日"
    return f"{day} {here:%H:%M}"
