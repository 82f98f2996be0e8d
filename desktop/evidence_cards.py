"""The found passages as cards: shown at once, each opens its source."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.marks import Place
from desktop.widgets import ElidedLabel, label, set_property
from rag.types import Evidence

OPENING = 120  # characters of a passage shown on its card


class EvidenceCard(QFrame):
    chosen = Signal()

    def __init__(self, number: int, evidence: Evidence) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("点一下，在右边打开原文")
        self.setAccessibleName(f"第 {number} 段：{evidence.article.label}")
        mark = label(str(number))
        mark.setObjectName("number")
        date = evidence.article.date.isoformat() if evidence.article.date else "日期不详"
        title = ElidedLabel(evidence.article.label)
        title.setProperty("role", "card")
        place = ElidedLabel(
            f"{date} · {evidence.document.name} · 第 {Place.of_evidence(evidence).page} 页",
            Qt.TextElideMode.ElideMiddle,
        )
        place.setProperty("role", "muted")
        text = evidence.passage.text
        body = label(text if len(text) <= OPENING else text[:OPENING] + "…", wrap=True)
        head = QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(mark)
        head.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 10, 13, 11)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(place)
        column.addWidget(body)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class EvidenceList(QScrollArea):
    """Cards in order of rank. `chosen` carries the Evidence clicked on."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cards: list[EvidenceCard] = []
        self.show_evidence(())

    def show_evidence(self, evidence: Sequence[Evidence]) -> None:
        """Replace the cards; `evidence[n - 1]` gets number n."""
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 2, 12, 14)
        column.setSpacing(9)
        self.cards = []
        for number, found in enumerate(evidence, start=1):
            card = EvidenceCard(number, found)
            card.chosen.connect(lambda found=found, number=number: self._choose(number, found))
            self.cards.append(card)
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(inner)

    def mark_cited(self, numbers: Collection[int]) -> None:
        """Give the cards that the answer cites their edge."""
        for number, card in enumerate(self.cards, start=1):
            set_property(card, "cited", number in numbers)

    def light(self, number: int) -> None:
        """Light card `number` and bring it into view; 0 lights none."""
        for n, card in enumerate(self.cards, start=1):
            set_property(card, "lit", n == number)
        if 0 < number <= len(self.cards):
            self.ensureWidgetVisible(self.cards[number - 1], 0, 12)

    def _choose(self, number: int, evidence: Evidence) -> None:
        self.light(number)
        self.chosen.emit(evidence)
