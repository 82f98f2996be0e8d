"""A dialog over what a library keeps, newest first: open one again, delete one."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.library_items import ARTICLE, NOTE
from desktop.two_line_list import TwoLineList
from desktop.widgets import EmptyState, button

_VALUE = Qt.ItemDataRole.UserRole + 20


class KeptListDialog(QDialog):
    """`chosen` and `delete_wanted` carry the value of the selected row."""

    chosen = Signal(object)
    delete_wanted = Signal(object)

    def __init__(self, title: str, what: str, then: str, nothing: EmptyState, read_only: bool, parent: QWidget | None):
        """what: a row is in Chinese, then: what one can do with an opened one. nothing: shown where there are none."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self._read_only = read_only
        self._nothing = nothing
        self.list = TwoLineList(title)
        self.list.itemActivated.connect(lambda *_: self._open())
        self.list.itemSelectionChanged.connect(self._tell_buttons)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self._delete)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(nothing)
        self.delete_button = button("删除…", f"删除选中的{what}")
        self.open_button = button("打开", f"打开选中的{what}，{then}", primary=True)
        self.close_button = button("关闭")
        self.delete_button.clicked.connect(self._delete)
        self.open_button.clicked.connect(self._open)
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.delete_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        row.addWidget(self.open_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(18, 16, 18, 14)
        self.column.setSpacing(10)
        self.column.addWidget(self.stack, 1)
        self.column.addLayout(row)
        self._tell_buttons()

    def add(self, title: str, id_: int, note: str, value: object) -> None:
        """A row at the end."""
        item = QTreeWidgetItem([title])
        item.setData(0, ARTICLE, str(id_))
        item.setData(0, NOTE, note)
        item.setData(0, _VALUE, value)
        self.list.addTopLevelItem(item)

    def remove(self, id_: int) -> None:
        """The row added with this id, if it is there."""
        for place in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(place)
            if item is not None and item.data(0, ARTICLE) == str(id_):
                self.list.takeTopLevelItem(place)
                break
        self._tell_buttons()

    def show_rows_or(self, otherwise: QWidget) -> None:
        """The rows, or where there are none `otherwise`, one of the stack."""
        self.stack.setCurrentWidget(self.list if self.list.topLevelItemCount() else otherwise)
        self._tell_buttons()

    @property
    def selected(self) -> object | None:
        items = self.list.selectedItems()
        return items[0].data(0, _VALUE) if items else None

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
