"""One piece of long work at the foot of the library pane: what it is, how far, pause and stop, how it went."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from desktop.widgets import ElidedLabel, button, label, tool
from rag.types import Progress

LINGER = 6000  # milliseconds a finished import stays on screen


def time_left(seconds: float) -> str:
    """「约剩 3 分钟」: rounded up, in the words one would use."""
    minutes = math.ceil(seconds / 60)
    if seconds < 50:
        return "约剩不到 1 分钟"
    if minutes < 60:
        return f"约剩 {minutes} 分钟"
    hours, rest = divmod(math.ceil(minutes / 5) * 5, 60)
    return f"约剩 {hours} 小时" + (f" {rest} 分钟" if rest else "")


class TaskRow(QFrame):
    """`stop_wanted`, `pause_wanted` (True) and its opposite (False), `details_wanted` come from its buttons.

    Rows that tell of trouble stay until closed, others go by themselves.
    """

    stop_wanted = Signal()
    pause_wanted = Signal(bool)
    details_wanted = Signal()

    def __init__(self, title: str, *, pausable: bool = False) -> None:
        super().__init__()
        self.setObjectName("task")
        self.paused = False
        self._said = "等待中…"
        self.title = ElidedLabel(title, Qt.TextElideMode.ElideMiddle)
        self.step = ElidedLabel(self._said)
        self.step.setProperty("role", "muted")
        self.left = label("", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.pause = button("暂停", "先停一停，可以随时继续；这时照样可以提问", quiet=True)
        self.pause.clicked.connect(self._pause)
        self.pause.setVisible(pausable)
        self.stop = button("停止", "停止这项工作，已经完成的部分会保留", quiet=True)
        self.stop.clicked.connect(self._stop)
        self.close_button = tool("✕", "收起")
        self.close_button.clicked.connect(self.discard)
        self.close_button.hide()
        self.trouble = label("", "trouble", wrap=True, selectable=True)
        self.details = button("查看详情", "哪些文件、哪些页没有读出来，为什么", quiet=True)
        self.details.clicked.connect(self.details_wanted)
        for part in (self.trouble, self.details):
            part.hide()
        self._lingering = QTimer(self)
        self._lingering.setSingleShot(True)
        self._lingering.timeout.connect(self.discard)
        self._lay_out()

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.title, 1)
        for part in (self.pause, self.stop, self.close_button):
            head.addWidget(part)
        foot.setSpacing(8)
        foot.addWidget(self.step, 1)
        foot.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 9, 11)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(foot)
        column.addWidget(self.trouble)
        column.addWidget(self.details, 0, Qt.AlignmentFlag.AlignLeft)

    # ------------------------------------------------------------ what is shown

    def progress(self, progress: Progress) -> None:
        """Show how far it is; what has one step only has no "far"."""
        self.bar.setRange(0, progress.total if progress.total > 1 else 0)
        self.bar.setValue(min(progress.done, progress.total))
        count = f"（{progress.done}/{progress.total}）" if progress.total > 1 else ""
        self.left.setText("" if progress.left is None else time_left(progress.left))
        self._say(f"{progress.step}{count}")

    def tell_trouble(self, text: str, *, more: bool) -> None:
        """Say what went wrong so far ("": nothing); `more`: offer the details."""
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))
        self.details.setVisible(more)

    def wait_for(self, words: str) -> None:
        """The work stands still until the user has answered."""
        self.left.setText("")
        self._say(words)

    def finish(self, ending: str) -> None:
        """The work is over; `ending` (Chinese) says how."""
        for part in (self.stop, self.pause, self.bar, self.left):
            part.hide()
        self.close_button.show()
        self.paused = False
        self._say(ending)

    def linger(self) -> None:
        """Go by itself after a while."""
        self._lingering.start(LINGER)

    def discard(self) -> None:
        self.hide()
        self.deleteLater()

    def hideEvent(self, event: QHideEvent) -> None:
        self._lingering.stop()
        super().hideEvent(event)

    def _say(self, text: str) -> None:
        self._said = text
        self.step.setText(f"已暂停 · {text}" if self.paused else text)

    # ------------------------------------------------------------ what the user does

    def _pause(self) -> None:
        self.paused = not self.paused
        self.pause.setText("继续" if self.paused else "暂停")
        self.left.setVisible(not self.paused)
        self._say(self._said)
        self.pause_wanted.emit(self.paused)

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.pause.setEnabled(False)
        self.paused = False
        self._say("正在停止…")
        self.stop_wanted.emit()
