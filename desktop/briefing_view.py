"""The pane in which briefings are made: what from, which articles, the steps, the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.briefing_articles import BriefingArticles
from desktop.briefing_editor import BriefingEditor
from desktop.briefing_form import BriefingForm
from desktop.briefing_messages import BriefingPage
from desktop.briefing_steps import BriefingSteps
from rag.briefings import BriefingRequest, ChosenArticle


class BriefingView(QWidget):
    """One step at a time; told by the window's desk what has come."""

    place_wanted = Signal(object)  # Place

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.request: BriefingRequest | None = None
        self.form = BriefingForm()
        self.articles, self.steps, self.editor = BriefingArticles(), BriefingSteps(), BriefingEditor()
        self.stack = QStackedWidget()
        for part in (self.form, self.articles, self.steps, self.editor):
            self.stack.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self.articles.place_wanted.connect(self.place_wanted)
        self.articles.back_wanted.connect(self.start_over)
        self.editor.place_wanted.connect(self.place_wanted)
        self.editor.left.connect(self.start_over)

    @property
    def making(self) -> bool:
        return self.stack.currentWidget() is self.steps

    @property
    def page(self) -> BriefingPage | None:
        """The briefing that is open."""
        return self.editor.page if self.stack.currentWidget() is self.editor else None

    def start_over(self) -> None:
        """The first step, its fields as they were left."""
        self.form.set_busy(False)
        self.stack.setCurrentWidget(self.form)

    def offer_articles(self, request: BriefingRequest, chosen: Sequence[ChosenArticle]) -> None:
        """Show what the briefing would be made from."""
        self.request = request
        self.form.set_busy(False)
        self.articles.offer(chosen)
        self.stack.setCurrentWidget(self.articles)

    def begin(self) -> None:
        """Making has begun."""
        self.steps.begin()
        self.stack.setCurrentWidget(self.steps)

    def end(self) -> None:
        """Making has ended without a briefing: back to its articles."""
        if self.making:
            self.stack.setCurrentWidget(self.articles)

    def show_page(self, page: BriefingPage) -> None:
        """Open a briefing."""
        self.editor.open(page)
        self.stack.setCurrentWidget(self.editor)
