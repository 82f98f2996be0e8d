"""What stands at the head and the foot of a 简报, as fields under a tick."""

from __future__ import annotations

import datetime as dt
import re

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.day_fields import day_field
from desktop.widgets import button
from rag.briefings import Masthead

_BETWEEN = re.compile(r"[，,、；;]\s*")


class MastheadFields(QWidget):
    """Fields show only when wanted. Several units are written with commas between them."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted = QCheckBox("加上简报报头和报送单位")
        self.name, self.number, self.issuer = QLineEdit(), QLineEdit(), QLineEdit()
        self.to, self.cc = QLineEdit(), QLineEdit()
        self.date = day_field(dt.date.today(), "日期")
        hints = (
            (self.name, "例如：教育简报"),
            (self.number, "例如：12"),
            (self.issuer, "例如：市教育局办公室"),
            (self.to, "几个单位用逗号隔开"),
            (self.cc, "几个单位用逗号隔开"),
        )
        for field, hint in hints:
            field.setPlaceholderText(hint)
            field.setMaxLength(100)
        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(22, 0, 0, 0)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("简报名称", self.name),
            ("期号", self.number),
            ("编印单位", self.issuer),
            ("日期", self.date),
            ("报送", self.to),
            ("发送", self.cc),
        )
        for words, row in rows:
            form.addRow(words, row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.wanted)
        column.addWidget(self._fields)
        self.wanted.toggled.connect(self._fields.setVisible)
        self._fields.hide()

    @property
    def value(self) -> Masthead | None:
        """None where none is wanted or it has no name."""
        name = self.name.text().strip()
        if not self.wanted.isChecked() or not name:
            return None
        day = self.date.date()
        return Masthead(
            name,
            self.number.text().strip(),
            self.issuer.text().strip(),
            dt.date(day.year(), day.month(), day.day()),
            _names(self.to.text()),
            _names(self.cc.text()),
        )

    def show_masthead(self, masthead: Masthead | None) -> None:
        """Set the fields as this one has them; without one they keep what they say."""
        self.wanted.setChecked(masthead is not None)
        if masthead is None:
            return
        if masthead.date is not None:
            self.date.setDate(QDate(masthead.date.year, masthead.date.month, masthead.date.day))
        self.set_texts(
            ["1", masthead.name, masthead.number, masthead.issuer, "，".join(masthead.to), "，".join(masthead.cc)]
        )

    @property
    def texts(self) -> list[str]:
        """What is worth keeping for the next briefing."""
        wanted = "1" if self.wanted.isChecked() else ""
        return [wanted, *(field.text() for field in (self.name, self.number, self.issuer, self.to, self.cc))]

    def set_texts(self, texts: list[str]) -> None:
        """As `texts` gave them; others are ignored."""
        if len(texts) == 6:
            self.wanted.setChecked(bool(texts[0]))
            for field, text in zip((self.name, self.number, self.issuer, self.to, self.cc), texts[1:], strict=True):
                field.setText(text)


class MastheadDialog(QDialog):
    """`chosen` carries a Masthead or None. known: what was last written, offered where the briefing has none."""

    chosen = Signal(object)

    def __init__(self, masthead: Masthead | None, known: list[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("报头和报送单位")
        self.resize(460, 380)
        self.fields = MastheadFields()
        self.fields.set_texts(known)
        self.fields.show_masthead(masthead)
        accept, cancel = button("确定", primary=True), button("取消")
        accept.clicked.connect(self._accept)
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.addWidget(self.fields)
        column.addStretch(1)
        column.addLayout(row)

    def _accept(self) -> None:
        self.chosen.emit(self.fields.value)
        self.accept()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in map(str.strip, _BETWEEN.split(text)) if name)
