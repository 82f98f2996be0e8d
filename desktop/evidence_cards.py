"""The found passages as cards: shown at once, each opens its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.widgets import ElidedLabel, label, link, plain_tip, set_property
from desktop.wording import CHECK, date_reason, is_low, place_words, recognised, row_words, twin_name
from rag.answers import Evidence
from rag.types import Document

GONE = "（已移除）"
OPENING = 120  # characters of a passage shown on its card


class EvidenceCard(QFrame):
    """`documents` (by id) are those of the library: to name where an article is printed again."""

    chosen = Signal()
    twin_chosen = Signal(str)  # article id

    def __init__(self, number: int, evidence: Evidence, documents: Mapping[str, Document]) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("点一下，在右边打开原文")
        self.setAccessibleName(f"第 {number} 段：{evidence.article.label}")
        mark = label(str(number))
        mark.setObjectName("number")
        title = ElidedLabel(evidence.article.label)
        title.setProperty("role", "card")
        name = evidence.document.name + (GONE if evidence.document.gone else "")
        place = ElidedLabel(place_words(evidence, name), Qt.TextElideMode.ElideMiddle)
        place.setProperty("role", "muted")
        if reason := date_reason(evidence.article):
            place.setToolTip(plain_tip(f"{place.text()}\n{reason.partition('。')[0]}。"))
        passage = evidence.passage
        text = row_words(evidence.paragraph.paragraph, passage.start, passage.end)
        self.body = label(text if len(text) <= OPENING else text[:OPENING] + "…", wrap=True)
        head, below = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(9)
        head.addWidget(mark)
        head.addWidget(title, 1)
        below.addWidget(place, 1)
        self.recognised = self._recognised(evidence)
        below.addWidget(self.recognised)
        column = QVBoxLayout(self)
        column.setContentsMargins(13, 10, 13, 11)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(below)
        column.addWidget(self.body)
        for twin in evidence.article.twins:
            if name := twin_name(twin, evidence.article, documents):
                also = link(f"另见：{name}", "同一篇文章也登在这里，点一下打开")
                also.clicked.connect(lambda _=False, twin=twin: self.twin_chosen.emit(twin))
                column.addWidget(also, 0, Qt.AlignmentFlag.AlignLeft)

    def _recognised(self, evidence: Evidence) -> QLabel:
        sure = evidence.paragraph.paragraph.confidence
        made = label(recognised(sure), "doubt" if is_low(sure) else "muted")
        made.setToolTip(plain_tip(CHECK))
        if sure is None:
            made.hide()
        return made

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
    twin_chosen = Signal(str)  # article id

    def __init__(self) -> None:
        super().__init__()
        self.documents: Mapping[str, Document] = {}
        self.shown: tuple[Evidence, ...] = ()
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
        self.shown = tuple(evidence)
        for number, found in enumerate(evidence, start=1):
            card = EvidenceCard(number, found, self.documents)
            card.twin_chosen.connect(self.twin_chosen)
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
