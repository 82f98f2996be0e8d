"""Asks for the password of a locked file. Passwords stay in memory, for as long as the window is open."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.widgets import button, label

_SKIP_ALL = 2  # besides QDialog's own 0 and 1


class PasswordDialog(QDialog):
    """`given` carries the password and whether to try it on the other locked files; `skipped`, whether to skip those
    too. Closing it means to skip.

    Args:
        name: the file's name.
        wrong: whether a password has been tried that was not the right one.
        others: how many more files wait for a password.
        why: what needs the password (Chinese).
    """

    given = Signal(str, bool)
    skipped = Signal(bool)

    def __init__(self, name: str, *, wrong: bool, others: int = 0, why: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("需要密码")
        self.setMinimumWidth(420)
        self.question = label(f"“{name}”加了密码。", "heading", wrap=True)
        self.wrong = label("密码不对，请再试一次。注意大小写和全角、半角。", "trouble", wrap=True)
        self.wrong.setVisible(wrong)
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText("打开这个文件的密码")
        self.line.setAccessibleName("密码")
        shown = QCheckBox("显示密码")
        shown.toggled.connect(self._show_password)
        self.for_all = QCheckBox(f"另外 {others} 个加密的文件也用它试试")
        self.for_all.setChecked(others > 0)
        self.for_all.setVisible(others > 0)
        self.accept_button = button("确定", primary=True)
        self.accept_button.setDefault(True)
        self.accept_button.setEnabled(False)
        self.accept_button.clicked.connect(self.accept)
        self.line.textChanged.connect(lambda text: self.accept_button.setEnabled(bool(text)))
        self.skip_button = button("跳过", "不打开这个文件")
        self.skip_button.setAutoDefault(False)
        self.skip_button.clicked.connect(self.reject)
        self.skip_all = button("全部跳过", "所有加密的文件都不加入")
        self.skip_all.setAutoDefault(False)
        self.skip_all.setVisible(others > 0)
        self.skip_all.clicked.connect(lambda: self.done(_SKIP_ALL))
        self.finished.connect(self._finished)
        row = QHBoxLayout()
        row.addWidget(self.skip_all)
        row.addStretch(1)
        row.addWidget(self.skip_button)
        row.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 18, 22, 16)
        column.setSpacing(10)
        for part in (self.question, label(why, "muted", wrap=True), self.line, self.wrong, shown, self.for_all):
            column.addWidget(part)
        column.addSpacing(6)
        column.addLayout(row)

    def _show_password(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def _finished(self, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self.given.emit(self.line.text(), self.for_all.isChecked())
        else:
            self.skipped.emit(result == _SKIP_ALL)
