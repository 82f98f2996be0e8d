"""Where to look: which documents, which days; and the filters that are kept under a name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from desktop.day_fields import day_field, period_of, show
from desktop.widgets import button, label, plain_tip
from rag.answers import Filter, Period
from rag.types import Document

_ID = Qt.ItemDataRole.UserRole
_PICK = "选一个已存的范围"
LONGEST = 30  # characters of a name


class ScopeDialog(QDialog):
    """`chosen` and `keep_wanted` carry a Filter, `forget_wanted` the name of one."""

    chosen = Signal(object)
    keep_wanted = Signal(object)
    forget_wanted = Signal(str)

    def __init__(
        self,
        scope: Filter,
        documents: Sequence[Document],
        filters: Sequence[Filter],
        days: Period,
        read_only: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("查找范围")
        self.resize(560, 640)
        self._filters: tuple[Filter, ...] = ()
        self._read_only = read_only
        self._just_kept = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(8)
        column.addWidget(self._make_saved())
        column.addWidget(label("资料", "heading"))
        self._make_documents(column, documents)
        column.addWidget(label("时间", "heading"))
        self._make_days(column, days)
        self.hint = label("", "doubt")
        column.addWidget(self.hint)
        column.addLayout(self._make_keeping())
        column.addSpacing(4)
        column.addLayout(self._make_buttons())
        self.show_filters(filters)
        self.show_scope(scope)

    # ------------------------------------------------------------ building

    def _make_saved(self) -> QWidget:
        self.saved = QComboBox()
        self.saved.setAccessibleName("已存的范围")
        self.saved.setMinimumHeight(34)
        self.saved.activated.connect(self._picked)
        self.forget_button = button("删除", "删除选中的已存范围；资料不受影响", quiet=True)
        self.forget_button.setAutoDefault(False)
        self.forget_button.clicked.connect(lambda: self.forget_wanted.emit(self.saved.currentText()))
        self._saved = QWidget()
        row = QHBoxLayout(self._saved)
        row.setContentsMargins(0, 0, 0, 4)
        row.addWidget(self.saved, 1)
        row.addWidget(self.forget_button)
        return self._saved

    def _make_documents(self, column: QVBoxLayout, documents: Sequence[Document]) -> None:
        self.all_documents, self.some_documents = QRadioButton("全部资料"), QRadioButton("只查勾选的资料")
        self._one_of(self.all_documents, self.some_documents)
        self.search = QLineEdit()
        self.search.setPlaceholderText("按名称找资料")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._narrow)
        self.documents = QListWidget()
        self.documents.setAccessibleName("资料")
        self.documents.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.documents.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        for document in documents:
            item = QListWidgetItem(document.name)
            item.setData(_ID, document.id)
            item.setToolTip(plain_tip(document.name))
            item.setCheckState(Qt.CheckState.Unchecked)
            self.documents.addItem(item)
        self.documents.itemChanged.connect(self._tell)
        for part in (self.all_documents, self.some_documents, self.search):
            column.addWidget(part)
        column.addWidget(self.documents, 1)

    def _make_days(self, column: QVBoxLayout, days: Period) -> None:
        self.all_days, self.some_days = QRadioButton("全部时间"), QRadioButton("只查这段时间的文章：")
        self.some_days.setToolTip("日期不详的文章不在其中")
        self._one_of(self.all_days, self.some_days)
        self.since, self.until = day_field(days.since, "从"), day_field(days.until, "到")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.some_days)
        for field in (self.since, self.until):
            field.dateChanged.connect(self._tell)
        row.addWidget(self.since)
        row.addWidget(label("至"))
        row.addWidget(self.until)
        row.addStretch(1)
        column.addWidget(self.all_days)
        column.addLayout(row)

    def _make_keeping(self) -> QHBoxLayout:
        self.name = QLineEdit()
        self.name.setPlaceholderText("给这个范围起个名字，以后可以直接选用")
        self.name.setMaxLength(LONGEST)
        self.name.textChanged.connect(self._tell)
        self.keep_button = button("保存范围", quiet=True)
        self.keep_button.setAutoDefault(False)
        self.keep_button.clicked.connect(self._keep)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.keep_button)
        return row

    def _make_buttons(self) -> QHBoxLayout:
        self.accept_button = button("确定", primary=True)
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._accept)
        cancel = button("取消")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.accept_button)
        return row

    def _one_of(self, *choices: QAbstractButton) -> None:
        group = QButtonGroup(self)
        for choice in choices:
            group.addButton(choice)
            choice.toggled.connect(self._tell)

    # ------------------------------------------------------------ what is chosen

    def show_filters(self, filters: Sequence[Filter]) -> None:
        """Offer these; the one that was just kept, or else chosen before, is chosen while it is there."""
        chosen = self._just_kept or self.saved.currentText()
        self._filters = tuple(filters)
        self.saved.clear()
        self.saved.addItems([_PICK, *(one.name for one in filters)])
        self.saved.setCurrentIndex(max(self.saved.findText(chosen), 0))
        self._saved.setVisible(bool(filters))
        self._tell()

    def show_scope(self, scope: Filter) -> None:
        """Set the fields as this filter has them."""
        for item in self._items():
            chosen = str(item.data(_ID)) in scope.documents
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        (self.some_documents if scope.documents else self.all_documents).setChecked(True)
        (self.some_days if scope.only else self.all_days).setChecked(True)
        if scope.only is not None:
            show(self.since, self.until, scope.only)
        self.saved.setCurrentIndex(max(self.saved.findText(scope.name) if scope.name else 0, 0))
        self._tell()

    @property
    def scope(self) -> Filter:
        """What the fields say, with the name of the kept filter that says the same.

        Raises:
            ValueError: the days are the wrong way round.
        """
        checked = tuple(str(i.data(_ID)) for i in self._items() if i.checkState() is Qt.CheckState.Checked)
        documents = checked if self.some_documents.isChecked() else ()
        only = period_of(self.since, self.until) if self.some_days.isChecked() else None
        alike = (f for f in self._filters if set(f.documents) == set(documents) and f.only == only)
        return Filter(next((f.name for f in alike), ""), documents, only)

    def _items(self) -> list[QListWidgetItem]:
        return [self.documents.item(place) for place in range(self.documents.count())]

    # ------------------------------------------------------------ what the user does

    def _picked(self, place: int) -> None:
        self._just_kept = ""
        if place > 0:
            self.show_scope(self._filters[place - 1])
        self._tell()

    def _narrow(self, words: str) -> None:
        for item in self._items():
            item.setHidden(words.strip().casefold() not in item.text().casefold())

    def _tell(self) -> None:
        """Enable what can be done, and say why not."""
        self.documents.setEnabled(self.some_documents.isChecked())
        self.search.setEnabled(self.some_documents.isChecked())
        for field in (self.since, self.until):
            field.setEnabled(self.some_days.isChecked())
        wrong = self._wrong()
        self.hint.setText(wrong)
        self.hint.setVisible(bool(wrong))
        self.accept_button.setEnabled(not wrong)
        self.keep_button.setEnabled(not wrong and not self._read_only and bool(self.name.text().strip()))
        self.forget_button.setEnabled(not self._read_only and self.saved.currentIndex() > 0)

    def _wrong(self) -> str:
        checked = any(item.checkState() is Qt.CheckState.Checked for item in self._items())
        if self.some_documents.isChecked() and not checked:
            return "一份资料也没有勾选。"
        if self.some_days.isChecked() and self.until.date() < self.since.date():
            return "开始的日期晚于结束的日期。"
        return ""

    def _keep(self) -> None:
        scope, name = self.scope, self.name.text().strip()
        self._just_kept = name
        self.keep_wanted.emit(Filter(name, scope.documents, scope.only))
        self.name.clear()

    def _accept(self) -> None:
        self.chosen.emit(self.scope)
        self.accept()
