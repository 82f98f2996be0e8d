"""The list of kept conversations: search, open again, delete."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.kept_list import KeptListDialog, moment
from desktop.protocol import ConversationList
from desktop.widgets import EmptyState

PAUSE = 250  # milliseconds after the last key before it is searched


class HistoryDialog(KeptListDialog):
    """`words_changed` asks for a list; `chosen` and `delete_wanted` carry a Conversation."""

    words_changed = Signal(str)

    def __init__(self, today: dt.date, read_only: bool, parent: QWidget | None = None) -> None:
        nothing = EmptyState("还没有问答记录", "提过的问题和回答会自动记在这个资料库里，\n以后可以在这里找到、接着问。")
        super().__init__("问答历史", "对话", "可以接着问", nothing, read_only, parent)
        self.resize(560, 520)
        self._today = today
        self.search = QLineEdit()
        self.search.setPlaceholderText("查找问过或答到的词")
        self.search.setAccessibleName("查找历史")
        self.search.setClearButtonEnabled(True)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PAUSE)
        self._patience.timeout.connect(lambda: self.words_changed.emit(self.search.text().strip()))
        self.search.textChanged.connect(lambda: self._patience.start())
        self._unfound = EmptyState("没有找到", "换一个词试试。")
        self.stack.addWidget(self._unfound)
        self.column.insertWidget(0, self.search)
        self.setTabOrder(self.search, self.list)
        self.search.setFocus()
        for part in (self.delete_button, self.open_button, self.close_button):
            part.setAutoDefault(False)  # Enter in the search line opens nothing

    def offer(self, event: object) -> None:
        """Show the list that was asked for, unless other words have been typed since."""
        if isinstance(event, ConversationList) and event.words == self.search.text().strip():
            self.list.clear()
            for one in event.conversations:
                self.add(one.title, one.id, f"{moment(one.last, self._today)} · {one.turns} 问", one)
            self._show_rows()

    def forget(self, conversation: int) -> None:
        """It has been deleted."""
        self.remove(conversation)
        self._show_rows()

    def _show_rows(self) -> None:
        self.show_rows_or(self._unfound if self.search.text().strip() else self._nothing)
