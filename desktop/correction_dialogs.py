"""The two small windows in which a title or a date is set right."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QCalendarWidget, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.widgets import button, label, tool
from desktop.wording import date_reason
from rag.types import StoredArticle


class _Dialog(QDialog):
    """A heading, a part to fill in, and buttons."""

    def __init__(self, title: str, heading: str, part: QWidget, accept: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        self.accept_button = button(accept, primary=True)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self.accept)
        cancel = button("取消")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.row = QHBoxLayout()
        self.row.addStretch(1)
        self.row.addWidget(cancel)
        self.row.addWidget(self.accept_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(22, 18, 22, 16)
        self.column.setSpacing(10)
        self.column.addWidget(label(heading, "muted", wrap=True))
        self.column.addWidget(part)
        self.column.addSpacing(4)
        self.column.addLayout(self.row)


class TitleDialog(_Dialog):
    """`chosen` carries the new title, "" for none."""

    chosen = Signal(str)

    def __init__(self, article: StoredArticle, parent: QWidget | None = None) -> None:
        self.line = QLineEdit(article.title)
        self.line.setPlaceholderText("没有标题")
        self.line.setAccessibleName("标题")
        self.line.setMaxLength(200)
        super().__init__("改标题", "这篇文章的标题（原文里没有标题的，可以留空）：", self.line, "改标题", parent)
        self.line.selectAll()
        self.accepted.connect(lambda: self.chosen.emit(self.line.text().strip()))


class DateDialog(_Dialog):
    """`chosen` carries the new date (datetime.date), or None."""

    chosen = Signal(object)

    def __init__(self, article: StoredArticle, today: dt.date, parent: QWidget | None = None) -> None:
        reason = date_reason(article).partition("。")[0] if article.date else "没有读到日期"
        more = f"（{reason}）" if reason else ""
        part = QWidget()
        super().__init__("改日期", f"《{article.label}》的日期{more}：", part, "", parent)
        self.calendar = QCalendarWidget()
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.calendar.setNavigationBarVisible(False)  # Qt's own puts the month before the year
        self.calendar.setMinimumHeight(250)
        self.calendar.activated.connect(lambda _: self.accept())
        self.calendar.selectionChanged.connect(self._name_day)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._make_months())
        column.addWidget(self.calendar)
        shown = article.date or today
        self.calendar.setSelectedDate(QDate(shown.year, shown.month, shown.day))
        self._name_day()
        self.none_button = button("无日期", "原文里没有日期，也不要推断")
        self.none_button.setAutoDefault(False)
        self.none_button.clicked.connect(lambda: self._choose(None))
        self.row.insertWidget(0, self.none_button)
        self.accepted.connect(lambda: self._emit_selected())

    def _make_months(self) -> QHBoxLayout:
        """The month that is shown, and ways to other months and years."""
        self.month = label("", "heading")
        self.month.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout()
        for sign, tip, go in (
            ("«", "上一年", self.calendar.showPreviousYear),
            ("‹", "上一月", self.calendar.showPreviousMonth),
            ("›", "下一月", self.calendar.showNextMonth),
            ("»", "下一年", self.calendar.showNextYear),
        ):
            if sign == "›":
                row.addWidget(self.month, 1)
            way = tool(sign, tip)
            way.clicked.connect(go)
            row.addWidget(way)
        self.calendar.currentPageChanged.connect(self._name_month)
        self._name_month(self.calendar.yearShown(), self.calendar.monthShown())
        return row

    def _name_month(self, year: int, month: int) -> None:
        self.month.setText(f"{year} 年 {month} 月")

    def _name_day(self) -> None:
        chosen = self.calendar.selectedDate()
        self.accept_button.setText(f"改为 {chosen.year()} 年 {chosen.month()} 月 {chosen.day()} 日")

    def _emit_selected(self) -> None:
        chosen = self.calendar.selectedDate()
        self.chosen.emit(dt.date(chosen.year(), chosen.month(), chosen.day()))

    def _choose(self, date: dt.date | None) -> None:
        self.reject()
        self.chosen.emit(date)
