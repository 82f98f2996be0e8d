"""One piece of long work at the foot of the library pane: what it is, how far, a stop button, how it went."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout

from desktop.widgets import ElidedLabel, button, label, tool
from rag.types import AddStatus, FileAdded, Progress

LINGER = 6000  # milliseconds a finished import stays on screen


class TaskRow(QFrame):
    """`stop_wanted` is emitted by the stop button. Rows with failures stay until closed, others go by themselves."""

    stop_wanted = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("task")
        self.title = ElidedLabel(title, Qt.TextElideMode.ElideMiddle)
        self.step = ElidedLabel("等待中…")
        self.step.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 0)
        self.stop = button("停止", "停止这项工作，已经完成的部分会保留", quiet=True)
        self.stop.clicked.connect(self._stop)
        self.close_button = tool("✕", "收起")
        self.close_button.clicked.connect(self.discard)
        self.close_button.hide()
        self.details = label("", "trouble", wrap=True, selectable=True)
        self.details.hide()
        self.results: list[FileAdded] = []
        self._lingering = QTimer(self)
        self._lingering.setSingleShot(True)
        self._lingering.timeout.connect(self.discard)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title, 1)
        head.addWidget(self.stop)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 9, 9, 11)
        column.setSpacing(6)
        for part in (self.bar, self.step, self.details):
            column.addWidget(part)
        column.insertLayout(0, head)

    def progress(self, progress: Progress) -> None:
        """Show how far it is."""
        self.bar.setRange(0, progress.total)
        self.bar.setValue(min(progress.done, progress.total))
        count = f"（{progress.done}/{progress.total}）" if progress.total > 1 else ""
        self.step.setText(f"{progress.step}{count}")

    def file_done(self, result: FileAdded) -> None:
        """Note how one file went; failures are listed at once."""
        self.results.append(result)
        failed = [r for r in self.results if r.status is AddStatus.FAILED]
        self.details.setText("\n".join(f"{r.path.name}：{r.error}" for r in failed))
        self.details.setVisible(bool(failed))

    def finish(self, ending: str = "") -> None:
        """The work is over. `ending` (Chinese) says how, where the files' results do not."""
        self.stop.hide()
        self.bar.hide()
        self.close_button.show()
        self.step.setText(ending or self._summary())

    def linger(self) -> None:
        """Go by itself after a while."""
        self._lingering.start(LINGER)

    def hideEvent(self, event: QHideEvent) -> None:
        self._lingering.stop()
        super().hideEvent(event)

    @property
    def failures(self) -> int:
        return sum(result.status is AddStatus.FAILED for result in self.results)

    def _summary(self) -> str:
        def count(status: AddStatus) -> int:
            return sum(result.status is status for result in self.results)

        words = (
            (count(AddStatus.ADDED), "{} 个文件已加入"),
            (count(AddStatus.DUPLICATE), "{} 个早已在库中"),
            (count(AddStatus.FAILED), "{} 个没有加入"),
        )
        return "，".join(text.format(number) for number, text in words if number) or "已完成"

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.step.setText("正在停止…")
        self.stop_wanted.emit()

    def discard(self) -> None:
        self.hide()
        self.deleteLater()
