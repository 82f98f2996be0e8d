"""The list of kept briefings: open again, delete; and the record of one."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QStackedWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.briefing_messages import BriefingList
from desktop.history_dialog import moment
from desktop.library_items import ARTICLE, NOTE
from desktop.two_line_list import TwoLineList
from desktop.widgets import EmptyState, button
from rag.briefings import KeptBriefing

_KEPT = Qt.ItemDataRole.UserRole + 23


class KeptBriefingsDialog(QDialog):
    """`chosen` and `delete_wanted` carry a KeptBriefing."""

    chosen = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self, today: dt.date, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("以前的简报")
        self.resize(560, 480)
        self._today = today
        self._read_only = read_only
        self.list = TwoLineList("以前的简报")
        self.list.itemActivated.connect(lambda *_: self._open())
        self.list.itemSelectionChanged.connect(self._tell)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._delete)
        self._nothing = EmptyState("还没有简报", "写好的简报会自动存在这个资料库里，\n以后可以在这里打开、继续修改。")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._nothing)
        self.delete_button = button("删除…", "删除选中的简报")
        self.open_button = button("打开", "打开选中的简报，可以继续修改", primary=True)
        close = button("关闭")
        self.delete_button.clicked.connect(self._delete)
        self.open_button.clicked.connect(self._open)
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.open_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._stack, 1)
        column.addLayout(row)
        self._tell()

    def offer(self, event: object) -> None:
        """Show the list that has come."""
        if not isinstance(event, BriefingList):
            return
        self.list.clear()
        for one in event.briefings:
            item = QTreeWidgetItem([one.title])
            item.setData(0, ARTICLE, str(one.id))
            item.setData(0, NOTE, f"{one.kind_name} · {moment(one.changed, self._today)}")
            item.setData(0, _KEPT, one)
            self.list.addTopLevelItem(item)
        self._stack.setCurrentWidget(self.list if event.briefings else self._nothing)
        self._tell()

    @property
    def selected(self) -> KeptBriefing | None:
        items = self.list.selectedItems()
        found = items[0].data(0, _KEPT) if items else None
        return found if isinstance(found, KeptBriefing) else None

    def _tell(self) -> None:
        self.open_button.setEnabled(self.selected is not None)
        self.delete_button.setEnabled(self.selected is not None and not self._read_only)

    def _open(self) -> None:
        if self.selected is not None:
            self.chosen.emit(self.selected)
            self.accept()

    def _delete(self) -> None:
        if self.selected is not None and not self._read_only:
            self.delete_wanted.emit(self.selected)


class RecordDialog(QDialog):
    """How a briefing came about, as plain text that can be copied."""

    def __init__(self, record: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("简报的来历")
        self.resize(620, 460)
        self.text = QPlainTextEdit(record)
        self.text.setReadOnly(True)
        close = button("关闭")
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.addWidget(self.text, 1)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)
