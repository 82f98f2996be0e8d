"""Beside the page: what stayed out of it and why, and what no source says."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QTreeWidgetItem, QVBoxLayout, QWidget

from desktop.library_items import ARTICLE, DOUBT, NOTE
from desktop.marks import Place, by_paragraph
from desktop.two_line_list import TwoLineList
from desktop.widgets import ElidedLabel, button, label, plain_tip
from rag.briefings import Briefing, LeftOut, Reason

_LEFT_OUT = Qt.ItemDataRole.UserRole + 22


class BriefingBeside(QWidget):
    """`back_wanted` carries the place of a sentence in `briefing.left_out`, `place_wanted` a Place."""

    back_wanted = Signal(int)
    place_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("ground")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.head = label("", "muted")
        self.gaps = ElidedLabel()
        self.gaps.setProperty("role", "doubt")
        self.back_button = button("放回简报", "把选中的句子放到它那一节的末尾", quiet=True)
        self.back_button.clicked.connect(self._put_back)
        self.list = TwoLineList("没有写进简报的句子")
        self.list.itemClicked.connect(self._show)
        self.list.itemActivated.connect(lambda *_: self._put_back())
        self.list.itemSelectionChanged.connect(self._tell)
        row = QHBoxLayout()
        row.addWidget(self.head, 1)
        row.addWidget(self.back_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 7, 12, 8)
        column.setSpacing(5)
        column.addLayout(row)
        column.addWidget(self.gaps)
        column.addWidget(self.list, 1)

    def show_briefing(self, briefing: Briefing) -> None:
        """List what this one leaves out."""
        self.list.clear()
        for place, one in enumerate(briefing.left_out):
            self.list.addTopLevelItem(_item(place, one))
        count = len(briefing.left_out)
        self.head.setText(f"没有写进简报的 {count} 句，各注原因" if count else "找到的句子都写进了简报")
        self.gaps.setText("资料中没有写到：" + "；".join(briefing.gaps))
        self.gaps.setVisible(bool(briefing.gaps))
        self._tell()

    def _selected(self) -> tuple[int, LeftOut] | None:
        items = self.list.selectedItems()
        return items[0].data(0, _LEFT_OUT) if items else None

    def _tell(self) -> None:
        self.back_button.setEnabled(self._selected() is not None)

    def _put_back(self) -> None:
        if (chosen := self._selected()) is not None:
            self.back_wanted.emit(chosen[0])

    def _show(self, item: QTreeWidgetItem) -> None:
        _, one = item.data(0, _LEFT_OUT)
        if one.statement.citations:
            self.place_wanted.emit(Place.of_citations(by_paragraph(one.statement.citations)[0]))


def _item(place: int, one: LeftOut) -> QTreeWidgetItem:
    item = QTreeWidgetItem([one.statement.text])
    why = "；".join((one.reason.value, *one.statement.problems))
    item.setData(0, ARTICLE, str(place + 1))
    item.setData(0, NOTE, " · ".join(filter(None, (why, one.section))))
    item.setData(0, DOUBT, one.reason is Reason.UNVERIFIED)
    item.setData(0, _LEFT_OUT, (place, one))
    item.setToolTip(0, plain_tip(f"{one.statement.text}\n{why}"))
    return item
