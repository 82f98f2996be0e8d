"""A small field laid over the page, in which a sentence, a heading or the title is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.widgets import button, label

LEAST_HEIGHT, LEAST_WIDTH = 132, 300


class SentenceEditor(QFrame):
    """`written` carries what was typed; Enter is 确定, Esc leaves all as it was."""

    written = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sentence")
        self.hint = label("", "muted")
        self.field = QPlainTextEdit()
        self.field.setAccessibleName("改写")
        self.field.setTabChangesFocus(True)
        self.field.installEventFilter(self)
        accept, cancel = button("确定", "回车", primary=True), button("取消", "Esc")
        for part in (accept, cancel):
            part.setProperty("quiet", True)
        accept.clicked.connect(self.accept)
        cancel.clicked.connect(self.leave)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.hint, 1)
        row.addWidget(cancel)
        row.addWidget(accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field, 1)
        column.addLayout(row)
        self.hide()

    def begin(self, over: QRect, text: str, hint: str) -> None:
        """Show the field over a part of its parent, all of the text chosen."""
        self.hint.setText(hint)
        self.field.setPlainText(text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.setGeometry(over.x(), over.y(), max(over.width(), LEAST_WIDTH), max(over.height() + 52, LEAST_HEIGHT))
        self.show()
        self.raise_()
        self.field.setFocus()

    def accept(self) -> None:
        text = self.field.toPlainText()
        self.hide()
        self.written.emit(text)

    def leave(self) -> None:
        self.hide()
        self.left.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if event.key() == Qt.Key.Key_Escape:
                event.accept()  # as a shortcut too: Esc belongs to the window otherwise
                if event.type() == QEvent.Type.KeyPress:
                    self.leave()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift:
                if event.type() == QEvent.Type.KeyPress:
                    self.accept()
                return True
        return super().eventFilter(watched, event)
