"""Small parts used by several views."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTextBrowser,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop import style


def label(text: str = "", role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label that shows its text as it is: never markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def prose(text: str) -> QLabel:
    """Several lines of our own words, with room between them (plain labels have no line height)."""
    lines = escape(text).replace("\n", "<br>")
    made = QLabel(f'<p style="line-height:{style.LINE_PERCENT}%;margin:0">{lines}</p>')
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setWordWrap(True)
    made.setAlignment(Qt.AlignmentFlag.AlignCenter)
    made.setProperty("role", "prose")
    return made


def button(text: str, tip: str = "", *, primary: bool = False, quiet: bool = False) -> QPushButton:
    made = QPushButton(text)
    made.setToolTip(tip)
    made.setProperty("primary", primary)
    made.setProperty("quiet", quiet)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def tool(text: str, tip: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def link(text: str, tip: str) -> QPushButton:
    """A button that looks like a word one can click, set flush with the text around it."""
    made = button(text, tip)
    made.setObjectName("link")
    made.setAutoDefault(False)
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and have it looked at again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()


class ElidedLabel(QLabel):
    """One line that ends in … where there is no room; the whole text is the tooltip."""

    def __init__(self, text: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(plain_tip(text))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)


def plain_tip(text: str) -> str:
    """A tooltip that Qt cannot take for markup, whatever the text."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>" if text else ""


class PlainBrowser(QTextBrowser):
    """A text browser that opens nothing and loads nothing: links are only told to `anchorClicked`."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.refused: list[str] = []  # what some text tried to have loaded

    def loadResource(self, type: int, name: QUrl | str, /) -> Any:  # noqa: ARG002
        """Never load: text from documents must not reach files or the network."""
        self.refused.append(name.toString() if isinstance(name, QUrl) else name)


class NoticeBar(QFrame):
    """A line above the views that says what happened; it stays until closed and stops nothing."""

    action = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._text = label(wrap=True, selectable=True)
        self._action = button("")
        self._action.clicked.connect(self.action)
        close = tool("✕", "关闭这条提示")
        close.clicked.connect(self.hide)
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 9, 10, 9)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def tell(self, text: str, level: str, action: str = "") -> None:
        """Show `text`; `level` is info, caution or trouble; `action` names the button, if there is one."""
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        set_property(self, "level", level)
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
        self.show()


class EmptyState(QWidget):
    """What a pane shows when it has nothing to show: a heading and a hint, centred, quiet."""

    def __init__(self, heading: str, hint: str) -> None:
        super().__init__()
        self._heading = label(heading, "heading", wrap=True)
        self._hint = prose(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(36, 24, 36, 60)
        column.setSpacing(10)
        column.addStretch(1)
        for part in (self._heading, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(part)
        column.addStretch(1)


class FindBar(QWidget):
    """Text to find, how many there are, next and previous."""

    changed = Signal(str)
    moved = Signal(int)  # +1 next, -1 previous
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("footer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.line = QLineEdit()
        self.line.setPlaceholderText("在原文中查找")
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self.changed)
        self.line.installEventFilter(self)
        self.count = label("", "muted")
        self.count.setMinimumWidth(76)
        back, forth, close = tool("‹", "上一处（Shift+F3）"), tool("›", "下一处（F3）"), tool("✕", "关闭查找（Esc）")
        back.clicked.connect(lambda: self.moved.emit(-1))
        forth.clicked.connect(lambda: self.moved.emit(1))
        close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 10, 7)
        row.addWidget(self.line, 1)
        row.addWidget(self.count)
        for part in (back, forth, close):
            row.addWidget(part)
        self.hide()

    def summon(self) -> None:
        self.show()
        self.line.setFocus()
        self.line.selectAll()
        self.changed.emit(self.line.text())

    def dismiss(self) -> None:
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def tell(self, current: int, total: int) -> None:
        """Show «3 / 12»; `current` counts from 1."""
        if not self.line.text().strip():
            self.count.setText("")
        else:
            self.count.setText(f"第 {current}/{total} 处" if total else "没有找到")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.moved.emit(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        return super().eventFilter(watched, event)
