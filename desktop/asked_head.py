"""Above an answer: the question as typed, how it was understood, and the way to the other questions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.widgets import ElidedLabel, button, label, link, tool


class AskedHead(QWidget):
    """`again_wanted` carries the question as the user has rewritten it; `turn_wanted` -1 or 1."""

    again_wanted = Signal(str)
    turn_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 0, 18, 0)
        column.setSpacing(5)
        column.addLayout(self._make_question())
        column.addWidget(self._make_understood())
        column.addWidget(self._make_edit())
        self.state = label("", "muted")  # what is being done
        column.addWidget(self.state)
        self.show_turn(0, 0)
        self.show_question("")

    def _make_question(self) -> QHBoxLayout:
        self.question = label("", "heading", wrap=True, selectable=True)
        self.previous, self.next = tool("‹", "上一问"), tool("›", "下一问")
        self.place = label("", "muted")
        self.previous.clicked.connect(lambda: self.turn_wanted.emit(-1))
        self.next.clicked.connect(lambda: self.turn_wanted.emit(1))
        self.places = QWidget()
        places = QHBoxLayout(self.places)
        places.setContentsMargins(0, 0, 0, 0)
        places.setSpacing(2)
        for part in (self.previous, self.place, self.next):
            places.addWidget(part)
        for arrow in (self.previous, self.next):
            arrow.setObjectName("arrow")
        row = QHBoxLayout()
        row.addWidget(self.question, 1)
        row.addWidget(self.places, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _make_understood(self) -> QWidget:
        self.understood = QWidget()
        self.understood_words = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.understood_words.setProperty("role", "muted")
        self.edit_button = link("修改", "理解得不对时，改一改再问")
        self.edit_button.clicked.connect(self._begin_edit)
        row = QHBoxLayout(self.understood)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.understood_words, 1)
        row.addWidget(self.edit_button)
        return self.understood

    def _make_edit(self) -> QWidget:
        self.edit = QWidget()
        self.line = QLineEdit()
        self.line.setAccessibleName("改写后的问题")
        self.line.setMaxLength(500)
        self.line.returnPressed.connect(self._put_again)
        again, cancel = button("再问", "按改过的问题再问一次", quiet=True), button("取消", quiet=True)
        again.clicked.connect(self._put_again)
        cancel.clicked.connect(lambda: self._show_edit(False))
        row = QHBoxLayout(self.edit)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(again)
        row.addWidget(cancel)
        return self.edit

    # ------------------------------------------------------------ what is said

    def show_question(self, question: str, asked: str = "") -> None:
        """`question` as typed; `asked` as understood, where it is known and another."""
        self.question.setText(question)
        self._asked = asked if asked != question else ""
        self.understood_words.setText(f"按“{self._asked}”查找")
        self._show_edit(False)

    def show_turn(self, number: int, count: int) -> None:
        """«2/3», with ways to the others; nothing where there is but one."""
        self.places.setVisible(count > 1)
        self.place.setText(f"{number}/{count}")
        self.previous.setEnabled(number > 1)
        self.next.setEnabled(number < count)

    def say(self, text: str) -> None:
        """What is being done; "" when nothing is."""
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def allow_editing(self, allowed: bool) -> None:
        self.edit_button.setVisible(allowed)

    # ------------------------------------------------------------ what the user does

    def _begin_edit(self) -> None:
        self.line.setText(self._asked)
        self._show_edit(True)
        self.line.setFocus()
        self.line.selectAll()

    def _show_edit(self, editing: bool) -> None:
        self.edit.setVisible(editing)
        self.understood.setVisible(bool(self._asked) and not editing)

    def _put_again(self) -> None:
        if words := self.line.text().strip():
            self.again_wanted.emit(words)
