"""What can be done with a sentence and its section: as buttons over the page, and as its context menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from desktop.briefing_words import moved_to, place_of
from desktop.widgets import tool
from rag.briefings import Briefing

DO = (  # (what, words, tip, whether it stands among the buttons)
    ("rewrite", "改写", "自己改这句话；改后会重新和原文核对（双击句子或回车）", True),
    ("shorten", "缩短", "去掉这句话里可以不说的部分", True),
    ("another", "换一句", "换成这一节没有用上的另一句", True),
    ("quote", "恢复原文", "恢复成所引的原话", True),
    ("delete", "删去", "从简报里去掉这句话（Delete）", True),
    ("up", "上移", "把这句话移到前一句之前（Ctrl+↑）", True),
    ("down", "下移", "把这句话移到后一句之后（Ctrl+↓）", True),
    ("write", "在后面添写一句", "自己写一句，会标明“人工撰写”", False),
    ("", "", "", False),
    ("section up", "本节上移", "", False),
    ("section down", "本节下移", "", False),
    ("rename", "改本节标题", "", False),
    ("section", "在后面添写一节", "", False),
)


class BriefingTools(QWidget):
    """`wanted` carries the first of a row of `DO`."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.actions_: dict[str, QAction] = {}
        self.menu = QMenu(self)
        self._buttons: list[QToolButton] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it yields: see resizeEvent
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(2)
        for what, words, tip, shown in DO:
            if not what:
                self.menu.addSeparator()
                continue
            action = QAction(words, self)
            action.setToolTip(tip or words)
            action.triggered.connect(self._wanting(what))
            self.menu.addAction(action)
            self.actions_[what] = action
            if shown:
                self._buttons.append(_button_for(action))
        for made in self._buttons:
            row.addWidget(made)
        row.addStretch(1)
        self.more = tool("更多 ▾", "添写、移动小节、改小节标题")
        self.more.clicked.connect(lambda: self.pop_up(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        row.addWidget(self.more)
        self.offer(None, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is not room for all buttons, the last of them go: the menu has them too."""
        super().resizeEvent(event)
        room = self.width() - self.more.sizeHint().width() - 32
        for made in self._buttons:
            room -= made.sizeHint().width() + 2
            made.setVisible(room >= 0)

    def _wanting(self, what: str) -> Callable[[], None]:
        return lambda: self.wanted.emit(what)

    def pop_up(self, at: QPoint) -> None:
        self.menu.popup(at)

    def offer(self, briefing: Briefing | None, chosen: int | None) -> None:
        """Enable what can be done with the sentence `chosen`; nothing while there is none."""
        can = dict.fromkeys(self.actions_, briefing is not None and chosen is not None)
        if briefing is not None and chosen is not None:
            statement = briefing.statements[chosen]
            section, _ = place_of(briefing, chosen)
            can["quote"] = bool(statement.citations)
            can["up"], can["down"] = (moved_to(briefing, chosen, step) is not None for step in (-1, 1))
            can["section up"], can["section down"] = section > 0, section < len(briefing.sections) - 1
        for what, action in self.actions_.items():
            action.setEnabled(can[what])
        self.more.setEnabled(briefing is not None and chosen is not None)


def _button_for(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    made.setAccessibleName(action.text())
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made
