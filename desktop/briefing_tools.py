"""What can be done with a sentence and its section: as buttons over the page, and as its context menu."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from desktop.briefing_words import Heading, Target, moved_to, place_of
from desktop.widgets import tool
from rag.briefings import Briefing

SENTENCE, SECTION = "sentence", "section"
DO = (  # (what, words, tip, among the buttons of what it stands: of a sentence, of a section; "" for the menu only)
    ("rewrite", "改写", "自己改这句话；改后会重新和原文核对（双击句子或回车）", SENTENCE),
    ("shorten", "缩短", "去掉这句话里可以不说的部分", SENTENCE),
    ("another", "换一句", "换成这一节没有用上的另一句，最要紧的先来；可以撤销", SENTENCE),
    ("quote", "恢复原文", "恢复成所引的原话", SENTENCE),
    ("delete", "删去", "从简报里去掉这句话（Delete）", SENTENCE),
    ("up", "上移", "把这句话移到前一句之前（Ctrl+↑）", SENTENCE),
    ("down", "下移", "把这句话移到后一句之后（Ctrl+↓）", SENTENCE),
    ("write", "在后面添写一句", "自己写一句，会标明“人工撰写”", ""),
    ("", "", "", ""),
    ("rename", "改本节标题", "点小节标题后，双击或回车也可以改", SECTION),
    ("delete section", "删去本节", "从简报里去掉这一节和它的句子（点小节标题后 Delete）；可以撤销", SECTION),
    ("section up", "本节上移", "把这一节移到前一节之前（点小节标题后 Ctrl+↑）", SECTION),
    ("section down", "本节下移", "把这一节移到后一节之后（点小节标题后 Ctrl+↓）", SECTION),
    ("section", "在后面添写一节", "第一行写标题，下面写内容", ""),
)
_OF_A_HEADING = ("rename", "delete section", "section up", "section down", "write", "section")


class BriefingTools(QWidget):
    """`wanted` carries the first of a row of `DO`."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.actions_: dict[str, QAction] = {}
        self.menu, self.section_menu = QMenu(self), QMenu(self)
        self.buttons: dict[QToolButton, str] = {}  # each with what it stands for: a sentence or a section
        self._shown = SENTENCE
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it yields: see resizeEvent
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(2)
        for what, words, tip, of in DO:
            if not what:
                self.menu.addSeparator()
                continue
            action = QAction(words, self)
            action.setToolTip(tip)
            action.triggered.connect(self._wanting(what))
            self.menu.addAction(action)
            self.actions_[what] = action
            if of:
                made = _button_for(action)
                self.buttons[made] = of
                row.addWidget(made)
        self.section_menu.addActions([self.actions_[what] for what in _OF_A_HEADING])
        row.addStretch(1)
        self.more = tool("更多 ▾", "添写、移动小节、改小节标题")
        self.more.clicked.connect(lambda: self.pop_up(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        row.addWidget(self.more)
        self.offer(None, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Where there is not room for all buttons, the last of them go: the menu has them too."""
        room = self.width() - self.more.sizeHint().width() - 32
        for made, of in self.buttons.items():
            of_this = of == self._shown
            room -= made.sizeHint().width() + 2 if of_this else 0
            made.setVisible(of_this and room >= 0)

    def _wanting(self, what: str) -> Callable[[], None]:
        return lambda: self.wanted.emit(what)

    def pop_up(self, at: QPoint) -> None:
        (self.menu if self._shown == SENTENCE else self.section_menu).popup(at)

    def offer(self, briefing: Briefing | None, chosen: Target | None) -> None:
        """Enable what can be done with the sentence or the heading `chosen`; nothing while there is none."""
        can = dict.fromkeys(self.actions_, briefing is not None and chosen is not None)
        if briefing is not None and chosen is not None:
            section, _ = place_of(briefing, chosen)
            can["section up"], can["section down"] = section > 0, section < len(briefing.sections) - 1
            if isinstance(chosen, Heading):
                can = {what: able and what in _OF_A_HEADING for what, able in can.items()}
            else:
                can["quote"] = bool(briefing.statements[chosen].citations)
                can["up"], can["down"] = (moved_to(briefing, chosen, step) is not None for step in (-1, 1))
        if (shown := SECTION if isinstance(chosen, Heading) else SENTENCE) != self._shown:
            self._shown = shown
            self._arrange()
        for what, action in self.actions_.items():
            action.setEnabled(can[what])
        self.more.setEnabled(briefing is not None and chosen is not None)


def _button_for(action: QAction) -> QToolButton:
    made = QToolButton()
    made.setDefaultAction(action)
    made.setAccessibleName(action.text())
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made
