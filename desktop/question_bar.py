"""The line a question is written in, and below it where to look and which conversation it belongs to."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from desktop.widgets import ElidedLabel, button, tool

FIRST = "例如：今年中考备考有哪些要求？"
FOLLOWING = "接着问，例如：那职业学校呢？"
EVERYTHING = "全部资料 · 全部时间"


class QuestionBar(QWidget):
    """Everything it can do is asked for by signal."""

    asked = Signal()
    stop_wanted = Signal()
    scope_wanted = Signal()
    everything_wanted = Signal()
    new_wanted = Signal()
    history_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 8)
        column.setSpacing(6)
        column.addLayout(self._make_line())
        column.addLayout(self._make_tools())
        column.addWidget(self._make_limits())
        self.show_scope("")
        self.show_asking(False)

    def _make_line(self) -> QHBoxLayout:
        self.line = QLineEdit()
        self.line.setObjectName("question")
        self.line.setPlaceholderText(FIRST)
        self.line.setAccessibleName("问题")
        self.line.setMaxLength(500)
        self.line.returnPressed.connect(self.asked)
        self.ask_button = button("提问", "提问（回车）", primary=True)
        self.ask_button.clicked.connect(self.asked)
        self.stop_button = button("停止", "停止回答（Esc）")
        self.stop_button.clicked.connect(self.stop_wanted)
        self._buttons = QStackedWidget()  # one place for both, so that nothing moves when they change
        for part in (self.ask_button, self.stop_button):
            part.setMinimumWidth(84)
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
            self._buttons.addWidget(part)
        self._buttons.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.line, 1)
        row.addWidget(self._buttons)
        return row

    def _make_tools(self) -> QHBoxLayout:
        self.choose_scope = button("范围…", "选择在哪些资料、哪段时间里查找", quiet=True)
        self.choose_scope.clicked.connect(self.scope_wanted)
        self.everything = ElidedLabel(EVERYTHING)
        self.everything.setProperty("role", "muted")
        self.new = button("新对话", "另起一次对话，不接着上面的问题（Ctrl+N）", quiet=True)
        self.new.clicked.connect(self.new_wanted)
        self.history = button("历史", "查看以前的问答（Ctrl+H）", quiet=True)
        self.history.clicked.connect(self.history_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.choose_scope)
        row.addWidget(self.everything, 1)
        row.addWidget(self.new)
        row.addWidget(self.history)
        return row

    def _make_limits(self) -> QWidget:
        """Where is looked, if not everywhere: names are long, so this has a line to itself."""
        self.scope = ElidedLabel()
        self.scope.setProperty("role", "chosen")
        self.clear_scope = tool("✕", "改为问全部资料、全部时间")
        self.clear_scope.clicked.connect(self.everything_wanted)
        self._limits = QWidget()
        row = QHBoxLayout(self._limits)
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.scope, 1)
        row.addWidget(self.clear_scope)
        return self._limits

    def show_scope(self, words: str) -> None:
        """Say where is looked; "" is everywhere."""
        self.scope.setText(words)
        self._limits.setVisible(bool(words))
        self.everything.setText("" if words else EVERYTHING)

    def show_asking(self, asking: bool, following: bool = False) -> None:
        """Offer what can be done while a question is being answered, or when none is; `following`: one was."""
        self._buttons.setCurrentWidget(self.stop_button if asking else self.ask_button)
        self.stop_button.setEnabled(asking)
        self.new.setEnabled(following and not asking)
        self.history.setEnabled(not asking)
        self.line.setPlaceholderText(FOLLOWING if following else FIRST)

    def done_with(self, question: str) -> None:
        """The question has been answered: make room for the next, unless that is being written already."""
        if self.line.text().strip() == question:
            self.line.clear()
