"""The third step of a briefing: what has been done, what is being done, and a button that stops it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from desktop import style
from desktop.widgets import button, label
from rag.briefings import ArticlesChosen, KeySentencesFound, SectionDrafted
from rag.types import Progress


class BriefingSteps(QWidget):
    """Told of every event of the making."""

    stop_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.step = label("", "heading")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.stop_button = button("停止", "停止生成", quiet=True)
        self.stop_button.clicked.connect(self._stop)
        self.found = QPlainTextEdit()
        self.found.setReadOnly(True)
        self.found.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.found.setFont(style.font(10.5))
        self.found.setAccessibleName("已经做完的")
        head = QHBoxLayout()
        head.addWidget(self.step, 1)
        head.addWidget(self.stop_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 16, 18, 12)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.found, 1)

    def begin(self) -> None:
        self.found.clear()
        self.stop_button.setEnabled(True)
        self.bar.setRange(0, 0)
        self.step.setText("等待中…")

    def handle(self, event: object) -> None:
        """Show one event."""
        match event:
            case Progress(step, done, total):
                self.step.setText(f"{step}…（{done}/{total}）" if total > 1 else f"{step}…")
                self.bar.setRange(0, total if total > 1 else 0)
                self.bar.setValue(min(done, total))
            case ArticlesChosen(articles):
                self._say(f"选定 {len(articles)} 篇文章")
            case KeySentencesFound(article, sentences, kept):
                self._say(f"《{article.label}》：要点 {len(sentences)} 句" + ("（以前已提取）" if kept else ""))
                for role, text in sentences[:3]:
                    self._say(f"　· {role}：{text}")
            case SectionDrafted(section, dropped):
                if section is not None:
                    name = section.heading or "正文"
                    out = f"，略去 {len(dropped)} 句" if dropped else ""
                    self._say(f"起草“{name}”：{len(section.statements)} 句，已逐句核对{out}")

    def _say(self, text: str) -> None:
        self.found.appendPlainText(text)

    def _stop(self) -> None:
        self.stop_button.setEnabled(False)
        self.step.setText("正在停止…")
        self.stop_wanted.emit()
