"""The list of kept briefings: open again, delete; and the record of one."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.briefing_messages import BriefingList
from desktop.kept_list import KeptListDialog, moment
from desktop.widgets import EmptyState, button


class KeptBriefingsDialog(KeptListDialog):
    """`chosen` and `delete_wanted` carry a KeptBriefing."""

    def __init__(self, today: dt.date, read_only: bool, parent: QWidget | None = None) -> None:
        nothing = EmptyState("还没有简报", "写好的简报会自动存在这个资料库里，\n以后可以在这里打开、继续修改。")
        super().__init__("以前的简报", "简报", "可以继续修改", nothing, read_only, parent)
        self.resize(560, 480)
        self._today = today

    def offer(self, event: object) -> None:
        """Show the list that has come."""
        if isinstance(event, BriefingList):
            self.list.clear()
            for one in event.briefings:
                self.add(one.title, one.id, f"{one.kind_name} · {moment(one.changed, self._today)}", one)
            self.show_rows_or(self._nothing)


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
