"""The middle of the window: asking, or writing a briefing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from desktop.ask_view import AskView
from desktop.briefing_view import BriefingView


class MiddlePane(QWidget):
    """Two views behind tabs."""

    turned = Signal(bool)  # to the briefing

    def __init__(self, asking: AskView, briefing: BriefingView) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._asking, self._briefing = asking, briefing
        self.tabs = QTabBar()
        self.tabs.setObjectName("tasks")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tabs.addTab("提问")
        self.tabs.addTab("简报")
        self._stack = QStackedWidget()
        self._stack.addWidget(asking)
        self._stack.addWidget(briefing)
        self.tabs.currentChanged.connect(self._turn)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)

    @property
    def shows_briefing(self) -> bool:
        return self._stack.currentWidget() is self._briefing

    def show_asking(self) -> None:
        self.tabs.setCurrentIndex(0)

    def show_briefing(self) -> None:
        self.tabs.setCurrentIndex(1)

    def _turn(self, place: int) -> None:
        self._stack.setCurrentIndex(place)
        self.turned.emit(place == 1)
