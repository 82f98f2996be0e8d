"""The first step of a briefing: what kind, from what, with which masthead; and the briefings made before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.briefing_messages import KindChoice
from desktop.day_fields import day_field, period_of, show, shown, this_year
from desktop.masthead_fields import MastheadFields
from desktop.widgets import button, label, link
from rag.answers import Period
from rag.briefings import BriefingRequest

_TOPIC_HINT = {
    "one": "例如：中考备考工作会议",
    "document": "例如：校园安全专项整治的通知",
    "several": "例如：校园安全",
    "period": "可以不写，写了就只取谈到它的文章",
    "sides": "例如：2023年与2024年中考备考",
}


class BriefingForm(QWidget):
    """`go_wanted` carries a BriefingRequest; `selection_wanted` asks what is chosen in the library's tree."""

    go_wanted = Signal(object)
    selection_wanted = Signal()
    kept_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kinds: tuple[KindChoice, ...] = ()
        self.articles: tuple[str, ...] = ()
        self._names = ""
        inner = QWidget()
        inner.setObjectName("pane")
        column = QVBoxLayout(inner)
        column.setContentsMargins(22, 16, 22, 16)
        column.setSpacing(9)
        column.addLayout(self._make_head())
        self._make_kind(column)
        column.addSpacing(6)
        column.addWidget(label("写哪些内容", "heading"))
        self._make_sources(column)
        column.addSpacing(6)
        self._make_form(column)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addWidget(self._make_foot())
        self.by_topic.setChecked(True)
        self._tell()

    def _make_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label("写一份简报", "heading"), 1)
        self.kept_button = link("以前的简报…", "打开、继续修改或删除以前写的简报")
        self.kept_button.clicked.connect(self.kept_wanted)
        row.addWidget(self.kept_button)
        return row

    def _make_kind(self, column: QVBoxLayout) -> None:
        self.kind = QComboBox()
        self.kind.setAccessibleName("种类")
        self.kind.setMinimumHeight(34)
        self.kind.currentIndexChanged.connect(self._tell)
        self.about = label("", "muted", wrap=True)
        column.addWidget(self.kind)
        column.addWidget(self.about)
        self.problems = label("", "doubt", wrap=True, selectable=True)
        self.problems.hide()
        column.addWidget(self.problems)

    def _make_sources(self, column: QVBoxLayout) -> None:
        self.by_articles, self.by_topic = QRadioButton("选定的文章"), QRadioButton("一个主题")
        self.by_period = QRadioButton("一段时间里的全部文章")
        group = QButtonGroup(self)
        for choice in (self.by_articles, self.by_topic, self.by_period):
            group.addButton(choice)
            choice.toggled.connect(self._tell)
        self.take_button = button(
            "用左边选中的", "在左边的资料库里选中资料或文章，再点这里；按住 Ctrl 可以多选", quiet=True
        )
        self.take_button.clicked.connect(self.selection_wanted)
        self.taken = label("", "muted", wrap=True)
        self.topic = QLineEdit()
        self.topic.setAccessibleName("主题")
        self.topic.setMaxLength(200)
        self.topic.textChanged.connect(self._tell)
        self.topic.returnPressed.connect(self._go)
        self.only = QCheckBox("只在这段时间里找：")
        self.all_of = label("从")
        self.only.toggled.connect(self._tell)
        self._offered = this_year()
        self.since, self.until = day_field(self._offered.since, "从"), day_field(self._offered.until, "到")
        before = self._offered.until.year - 1
        self.other_since = day_field(dt.date(before, 1, 1), "与之相比的时间，从")
        self.other_until = day_field(dt.date(before, 12, 31), "与之相比的时间，到")
        for field in (self.since, self.until, self.other_since, self.other_until):
            field.dateChanged.connect(self._tell)
        self.other = _row(label("与"), self.other_since, label("至"), self.other_until)
        self.days = _row(self.only, self.all_of, self.since, label("至"), self.until)
        for part in (self.by_articles, _row(self.take_button, self.taken), self.by_topic, self.by_period):
            column.addWidget(part)
        indented = QHBoxLayout()
        indented.setContentsMargins(22, 0, 0, 0)
        indented.addWidget(self.topic)
        column.addLayout(indented)
        column.addWidget(self.days)
        column.addWidget(self.other)

    def _make_form(self, column: QVBoxLayout) -> None:
        self.title = QLineEdit()
        self.title.setPlaceholderText("标题（不写就由简问拟）")
        self.title.setMaxLength(100)
        self.two_pages = QCheckBox("允许两页")
        self.two_pages.setToolTip("不勾选时，简报一定只有一页，放不下的句子会列在旁边")
        self.masthead = MastheadFields()
        column.addWidget(label("样子", "heading"))
        column.addWidget(self.title)
        column.addWidget(self.two_pages)
        column.addWidget(self.masthead)

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.hint = label("", "doubt", wrap=True)
        self.go = button("下一步：看用哪些文章", primary=True)
        self.go.clicked.connect(self._go)
        row = QHBoxLayout(foot)
        row.setContentsMargins(22, 10, 18, 10)
        row.addWidget(self.hint, 1)
        row.addWidget(self.go)
        return foot

    # ------------------------------------------------------------ what is offered

    def offer(self, kinds: Sequence[KindChoice], problems: Sequence[str] = ()) -> None:
        """Offer these kinds, and say what is wrong with others; the one chosen stays so."""
        self.problems.setText("\n".join(problems))
        self.problems.setVisible(bool(problems))
        chosen = self.kind.currentText()
        self.kinds = tuple(kinds)
        self.kind.clear()
        self.kind.addItems([kind.name for kind in kinds])
        self.kind.setCurrentIndex(max(self.kind.findText(chosen), 0))
        self._tell()

    def offer_days(self, days: Period) -> None:
        """Begin with these, unless the user has written others."""
        if shown(self.since, self.until) == (self._offered.since, self._offered.until):
            show(self.since, self.until, days)
            self._offered = days

    def take(self, articles: Sequence[str], names: str) -> None:
        """Use these (ids of articles or documents); `names` is what they are called."""
        self.articles, self._names = tuple(articles), names
        self.by_articles.setChecked(True)
        self._tell()

    def set_busy(self, busy: bool, words: str = "") -> None:
        """While articles are being looked for."""
        self.go.setEnabled(not busy)
        self.hint.setText(words)
        if not busy:
            self._tell()

    # ------------------------------------------------------------ what is chosen

    @property
    def chosen_kind(self) -> KindChoice | None:
        place = self.kind.currentIndex()
        return self.kinds[place] if 0 <= place < len(self.kinds) else None

    @property
    def request(self) -> BriefingRequest:
        """What the fields say. Raises ValueError: they do not say enough, or days are the wrong way round."""
        kind = self.chosen_kind
        if kind is None or self._wrong():
            raise ValueError(self._wrong())
        compares, dated = kind.takes == "sides", self._dated()
        return BriefingRequest(
            kind.id,
            self.articles if self.by_articles.isChecked() else (),
            self.topic.text().strip() if not self.by_period.isChecked() or compares else "",
            period_of(self.since, self.until) if dated else None,
            period_of(self.other_since, self.other_until) if dated and compares else None,
            2 if self.two_pages.isChecked() else 1,
            self.title.text().strip(),
            self.masthead.value,
        )

    def _dated(self) -> bool:
        return self.by_period.isChecked() or (self.by_topic.isChecked() and self.only.isChecked())

    def _tell(self) -> None:
        """Show what belongs to the choice, and say what is missing."""
        kind = self.chosen_kind
        compares = kind is not None and kind.takes == "sides"
        self.about.setText(kind.about if kind is not None else "")
        self.topic.setPlaceholderText(_TOPIC_HINT[kind.takes] if kind is not None else "")
        self.take_button.setEnabled(self.by_articles.isChecked())
        self.taken.setText(self._names if self.by_articles.isChecked() else "")
        self.topic.setVisible(self.by_topic.isChecked() or compares)
        self.days.setVisible(not self.by_articles.isChecked())
        self.only.setVisible(not self.by_period.isChecked())
        self.all_of.setVisible(self.by_period.isChecked())
        for field in (self.since, self.until, self.other_since, self.other_until):
            field.setEnabled(self._dated())
        self.other.setVisible(compares and self._dated())
        wrong = self._wrong()
        self.hint.setText(wrong)
        self.go.setEnabled(not wrong)

    def _wrong(self) -> str:
        kind = self.chosen_kind
        if kind is None:
            return "正在读取简报的种类…"
        if self.by_articles.isChecked() and not self.articles:
            return "还没有选文章。在左边的资料库里选中，再点“用左边选中的”。"
        if self.by_topic.isChecked() and not self.topic.text().strip():
            return "请写主题。"
        pairs = [(self.since, self.until)] + [(self.other_since, self.other_until)] * (kind.takes == "sides")
        if self._dated() and any(until.date() < since.date() for since, until in pairs):
            return "开始的日期晚于结束的日期。"
        return ""

    def _go(self) -> None:
        if self.go.isEnabled():
            self.go_wanted.emit(self.request)


def _row(*parts: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(22, 0, 0, 0)
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return made
