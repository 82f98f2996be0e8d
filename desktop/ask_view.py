"""Middle pane: the question, the evidence at once, the draft as it comes, the checked answer at the end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QColor, QGuiApplication, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop import style
from desktop.answer_text import answer_html, answer_plain, footer, refusal_html
from desktop.evidence_cards import EvidenceList
from desktop.marks import Place, by_paragraph
from desktop.renewing import Renewal
from desktop.widgets import ElidedLabel, EmptyState, PlainBrowser, button, label, tool
from rag.answers import Answer, DraftText, EvidenceFound, Refusal
from rag.types import Document, Progress

DRAFTING = "草稿，核对中…"


class AskView(QWidget):
    """One question at a time. The window feeds it AskEvents and says how the job ended."""

    ask_wanted = Signal(str, object)  # question, tuple[str, ...] of document ids
    stop_wanted = Signal()
    place_wanted = Signal(object)  # Place
    scope_changed = Signal(object)  # tuple[str, ...]

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.within: tuple[str, ...] = ()
        self.asking = False
        self.result: Answer | Refusal | None = None
        self._drafting = False
        self.evidence = EvidenceList()
        self.evidence.chosen.connect(lambda found: self.place_wanted.emit(Place.of_evidence(found)))
        self.answer = PlainBrowser()
        self.answer.document().setDocumentMargin(0)
        self.answer.setViewportMargins(20, 4, 14, 8)
        self.answer.setAccessibleName("回答")
        self.answer.anchorClicked.connect(self._cited)
        self._stack = QStackedWidget()
        self._stack.addWidget(
            EmptyState(
                "想查什么，就问什么",
                "在上面写下问题，按回车。\n简问先列出有关的段落，再根据它们写出回答；\n"
                "每句话后面的【数字】点一下，就能看到原文。\n资料里没有的，会直接告诉您“资料中未提及”。",
            )
        )
        self.panes = self._make_panes()
        self._stack.addWidget(self.panes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_head())
        column.addWidget(self._stack, 1)
        self._set_asking(False)

    def _make_head(self) -> QVBoxLayout:
        self.question = QLineEdit()
        self.question.setObjectName("question")
        self.question.setPlaceholderText("例如：今年中考备考有哪些要求？")
        self.question.setAccessibleName("问题")
        self.question.setMaxLength(500)
        self.question.returnPressed.connect(self.ask)
        self.ask_button = button("提问", "提问（回车）", primary=True)
        self.ask_button.clicked.connect(self.ask)
        self.stop_button = button("停止", "停止回答（Esc）")
        self.stop_button.clicked.connect(self.stop)
        self._buttons = QStackedWidget()  # one place for both, so that nothing moves when they change
        for part in (self.ask_button, self.stop_button):
            part.setMinimumWidth(84)
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
            self._buttons.addWidget(part)
        self._buttons.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.question, 1)
        row.addWidget(self._buttons)
        self._scope = QWidget()
        self._scope_text = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._scope_text.setProperty("role", "muted")
        clear = tool("✕", "改为问全部资料")
        clear.clicked.connect(lambda: self.set_scope(()))
        scope_row = QHBoxLayout(self._scope)
        scope_row.setContentsMargins(4, 0, 0, 0)
        scope_row.addWidget(self._scope_text, 1)
        scope_row.addWidget(clear)
        self._scope.hide()
        head = QVBoxLayout()
        head.setContentsMargins(18, 14, 18, 10)
        head.setSpacing(6)
        head.addLayout(row)
        head.addWidget(self._scope)
        return head

    def _make_panes(self) -> QSplitter:
        self.asked = label("", "heading", wrap=True, selectable=True)
        self.state = label("", "muted")  # what is being done
        self.footer = ElidedLabel()  # how it was done
        self.footer.setProperty("role", "muted")
        self.copy_button = button("复制回答", "复制回答和出处，可以粘贴到文档里", quiet=True)
        self.copy_button.clicked.connect(self.copy)
        line = QHBoxLayout()
        line.setContentsMargins(20, 0, 18, 0)
        line.addWidget(self.footer, 1)
        line.addWidget(self.copy_button)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(8)
        asked_row = QVBoxLayout()
        asked_row.setSpacing(5)
        asked_row.setContentsMargins(20, 0, 18, 0)
        asked_row.addWidget(self.asked)
        asked_row.addWidget(self.state)
        column.addLayout(asked_row)
        column.addWidget(self.answer, 1)
        column.addLayout(line)
        self.evidence_head = label("", "muted")
        self.evidence_head.setContentsMargins(18, 10, 12, 6)
        lower = QWidget()
        lower.setObjectName("ground")
        lower.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.evidence_head)
        below.addWidget(self.evidence, 1)
        panes = QSplitter(Qt.Orientation.Vertical)
        panes.setHandleWidth(1)
        panes.setChildrenCollapsible(False)
        panes.addWidget(upper)
        panes.addWidget(lower)
        panes.setSizes([360, 280])
        upper.setMinimumHeight(150)
        lower.setMinimumHeight(110)
        return panes

    # ------------------------------------------------------------ what the user does

    def ask(self) -> None:
        """Put the question that stands in the line."""
        question = self.question.text().strip()
        if question and not self.asking:
            self.ask_wanted.emit(question, self.within)

    def stop(self) -> None:
        if self.asking:
            self.stop_button.setEnabled(False)
            self._say("正在停止…")
            self.stop_wanted.emit()

    def focus_question(self) -> None:
        self.question.setFocus()
        self.question.selectAll()

    def set_scope(self, documents: Sequence[Document]) -> None:
        """Limit questions to these documents; none: ask all."""
        self.within = tuple(document.id for document in documents)
        self._scope.setVisible(bool(documents))
        self._scope_text.setText("只问：" + "、".join(document.name for document in documents))
        self.scope_changed.emit(self.within)

    def copy(self) -> None:
        if isinstance(self.result, Answer):
            QGuiApplication.clipboard().setText(answer_plain(self.result))
            self.footer.setText("已复制，出处附在后面")

    def _cited(self, url: QUrl) -> None:
        scheme, _, rest = url.toString().partition(":")
        first, _, second = rest.partition(":")
        if scheme != "cite" or not isinstance(self.result, Answer) or not (first.isdecimal() and second.isdecimal()):
            return
        i, j = int(first), int(second)
        groups = by_paragraph(self.result.statements[i].citations) if i < len(self.result.statements) else ()
        if j < len(groups):
            self.evidence.light(groups[j][0].number)
            self.place_wanted.emit(Place.of_citations(groups[j]))

    # ------------------------------------------------------------ what the engine says

    def begin(self, question: str, waiting: str) -> None:
        """A question has been handed over; `waiting` (Chinese) says what it waits for."""
        self.result = None
        self._drafting = False
        self.asked.setText(question)
        self.answer.clear()
        self.footer.setText("")
        self.evidence.show_evidence(())
        self.evidence_head.setText("")
        self._say(waiting)
        self._stack.setCurrentWidget(self.panes)
        self._set_asking(True)

    def handle(self, event: object) -> None:
        """Show one AskEvent."""
        match event:
            case Progress(step, done, total):
                if not self._drafting:
                    self._say(f"{step}…（{done}/{total}）" if total > 1 else f"{step}…")
            case EvidenceFound(evidence, _):
                self.evidence.show_evidence(evidence)
                self.evidence_head.setText(f"找到 {len(evidence)} 段有关的内容" if evidence else "没有找到有关的内容")
            case DraftText(text):
                self._draft(text)
            case Answer() | Refusal():
                self._show(event)

    def renew(self, renewal: Renewal) -> None:
        """A document's articles are others now: cards and sources name them as they are."""
        if self.result is not None:
            result = renewal.result(self.result)
            if result != self.result:
                words = self.footer.text()
                self._show(result)
                self.footer.setText(words)
        else:
            self.evidence.show_evidence(renewal.evidence(self.evidence.shown))

    def _say(self, text: str) -> None:
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def end(self, words: str = "") -> None:
        """The job has ended; `words` (Chinese) say how, where no answer has come."""
        self._set_asking(False)
        if self.result is None:
            self._say(words + ("，下面的草稿没有核对过" if self._drafting else ""))

    def _draft(self, text: str) -> None:
        self._say(DRAFTING)
        bar = self.answer.verticalScrollBar()
        follow = bar.value() >= bar.maximum() - 4
        cursor = QTextCursor(self.answer.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._drafting:
            self._drafting = True
            block = QTextBlockFormat()
            block.setLineHeight(style.LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
            cursor.setBlockFormat(block)
        grey = QTextCharFormat()
        grey.setForeground(QColor(style.FAINT))
        cursor.insertText(text, grey)  # as text: a draft is never markup
        if follow:
            bar.setValue(bar.maximum())

    def _show(self, result: Answer | Refusal) -> None:
        self.result = result
        self.answer.clear()
        if isinstance(result, Answer):
            self.answer.setHtml(answer_html(result))
            cited = {citation.number for statement in result.statements for citation in statement.citations}
            self.evidence.show_evidence(result.evidence)
            self.evidence.mark_cited(cited)
            self.evidence_head.setText(f"查阅的 {len(result.evidence)} 段资料，左边有蓝线的是回答所依据的")
        else:
            self.answer.setHtml(refusal_html(result))
            self.evidence.show_evidence(result.nearest)
            self.evidence_head.setText("以下段落最接近，但没有回答这个问题：" if result.nearest else "")
        self.copy_button.setVisible(isinstance(result, Answer))
        self._say("")
        self.footer.setText(footer(result))

    def _set_asking(self, asking: bool) -> None:
        self.asking = asking
        self._buttons.setCurrentWidget(self.stop_button if asking else self.ask_button)
        self.stop_button.setEnabled(asking)
        self.copy_button.setVisible(not asking and isinstance(self.result, Answer))
