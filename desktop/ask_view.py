"""Middle pane: the question, the evidence at once, the draft as it comes, the checked answer at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QColor, QGuiApplication, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop import style
from desktop.answer_text import answer_html, answer_plain, footer, refusal_html
from desktop.asked_head import AskedHead
from desktop.conversation import Talk, scope_words
from desktop.evidence_cards import EvidenceList
from desktop.marks import Place, by_paragraph
from desktop.protocol import Ask
from desktop.question_bar import QuestionBar
from desktop.renewing import Renewal
from desktop.widgets import ElidedLabel, EmptyState, PlainBrowser, button, label
from rag.answers import Answer, DraftText, EvidenceFound, Filter, Period, QuestionRead, Refusal
from rag.types import Document, Progress

DRAFTING = "草稿，核对中…"
EVERYWHERE = Filter("")


class AskView(QWidget):
    """One question at a time, of one conversation. The window feeds it AskEvents and says how the job ended."""

    ask_wanted = Signal(object)  # Ask
    stop_wanted = Signal()
    place_wanted = Signal(object)  # Place
    scope_changed = Signal(object)  # tuple[str, ...]
    reply_left = Signal()  # another question or reply is on view

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.scope = EVERYWHERE
        self.asking = False
        self.talk = Talk()
        self._shown: int | None = None  # the turn on view; None: the question being asked, or one without a reply
        self._asked: Ask | None = None
        self._drafting = False
        self.bar = QuestionBar()
        self.head = AskedHead()
        self.question = self.bar.line
        self.evidence = EvidenceList()
        self.answer = PlainBrowser()
        self.answer.document().setDocumentMargin(0)
        self.answer.setViewportMargins(20, 4, 14, 8)
        self.answer.setAccessibleName("回答")
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
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self._connect()
        self._set_asking(False)

    def _connect(self) -> None:
        self.bar.asked.connect(self.ask)
        self.bar.stop_wanted.connect(self.stop)
        self.bar.new_wanted.connect(self.start_over)
        self.bar.everything_wanted.connect(lambda: self.set_scope(()))
        self.head.again_wanted.connect(self._ask_alone)
        self.head.turn_wanted.connect(self.turn)
        self.evidence.chosen.connect(lambda found: self.place_wanted.emit(Place.of_evidence(found)))
        self.answer.anchorClicked.connect(self._clicked)

    def _make_panes(self) -> QSplitter:
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
        column.addWidget(self.head)
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

    @property
    def result(self) -> Answer | Refusal | None:
        """The reply on view."""
        return None if self._shown is None else self.talk.turns[self._shown].result

    def ask(self) -> None:
        """Put the question that stands in the line."""
        self._put(self.talk.follow(self.question.text().strip(), self.scope))

    def _ask_alone(self, question: str) -> None:
        self._put(self.talk.alone(question, self.scope))

    def _put(self, asked: Ask) -> None:
        if asked.question and not self.asking:
            self.ask_wanted.emit(asked)

    def stop(self) -> None:
        if self.asking:
            self.bar.stop_button.setEnabled(False)
            self.head.say("正在停止…")
            self.stop_wanted.emit()

    def focus_question(self) -> None:
        self.question.setFocus()
        self.question.selectAll()

    def set_scope(self, documents: Sequence[Document], only: Period | None = None, name: str = "") -> None:
        """Limit questions to these documents (none: all) and days; `name`: of the filter that says so."""
        self.scope = Filter(name, tuple(document.id for document in documents), only)
        self.bar.show_scope(scope_words(self.scope, documents))
        self.scope_changed.emit(self.scope.documents)

    def start_over(self) -> None:
        """Begin a new conversation."""
        if not self.asking:
            self.open_talk(Talk())
            self.focus_question()

    def open_talk(self, talk: Talk) -> None:
        """Show a conversation, at its latest turn, and go on with it."""
        self.reply_left.emit()
        self.talk = talk
        self._asked = None
        self._shown = None
        self._stack.setCurrentIndex(0)
        if talk.turns:
            self._show(len(talk.turns) - 1)
        self._set_asking(False)

    def turn(self, by: int) -> None:
        """Show the reply before or after."""
        now = len(self.talk.turns) if self._shown is None else self._shown
        if not self.asking and 0 <= now + by < len(self.talk.turns):
            self.reply_left.emit()
            self._show(now + by)

    def copy(self) -> None:
        if isinstance(self.result, Answer):
            QGuiApplication.clipboard().setText(answer_plain(self.result))
            self.footer.setText("已复制，出处附在后面")

    def _clicked(self, url: QUrl) -> None:
        scheme, _, rest = url.toString().partition(":")
        numbers = rest.split(":")
        if self.result is None or not all(number.isdecimal() for number in numbers):
            return
        if scheme == "cite" and len(numbers) == 2 and isinstance(self.result, Answer):
            self._show_cited(self.result, int(numbers[0]), int(numbers[1]))
        elif scheme == "read" and len(numbers) == 1:
            self._read_other(int(numbers[0]))

    def _show_cited(self, answer: Answer, i: int, j: int) -> None:
        groups = by_paragraph(answer.statements[i].citations) if i < len(answer.statements) else ()
        if j < len(groups):
            self.evidence.light(groups[j][0].number)
            self.place_wanted.emit(Place.of_citations(groups[j]))

    def _read_other(self, k: int) -> None:
        if self._shown is not None and self.result is not None and k < len(self.result.readings):
            self._put(self.talk.switched(self._shown, self.result.readings[k].words))

    # ------------------------------------------------------------ what the engine says

    def begin(self, asked: Ask, waiting: str) -> None:
        """A question has been handed over; `waiting` (Chinese) says what it waits for."""
        self.reply_left.emit()
        self._asked, self._shown = asked, None
        self._drafting = False
        self.head.show_question(asked.question)
        self.answer.clear()
        self.footer.setText("")
        self.evidence.show_evidence(())
        self.evidence_head.setText("")
        self.head.say(waiting)
        self._stack.setCurrentWidget(self.panes)
        self._set_asking(True)

    def handle(self, event: object) -> None:
        """Show one AskEvent."""
        match event:
            case Progress(step, done, total):
                if not self._drafting:
                    self.head.say(f"{step}…（{done}/{total}）" if total > 1 else f"{step}…")
            case QuestionRead(question, understood):
                self.head.show_question(question, understood)
            case EvidenceFound(evidence, _):
                self.evidence.show_evidence(evidence)
                self.evidence_head.setText(f"找到 {len(evidence)} 段有关的内容" if evidence else "没有找到有关的内容")
            case DraftText(text):
                self._draft(text)
            case Answer() | Refusal():
                assert self._asked is not None
                self.talk = self.talk.answered(self._asked, event)
                self._show(len(self.talk.turns) - 1)
                self.bar.done_with(self._asked.question)

    def kept(self, conversation: int | None) -> None:
        """The reply is kept in this conversation; the next question goes on with it."""
        self.talk = Talk(conversation, self.talk.turns)

    def renew(self, renewal: Renewal) -> None:
        """A document's articles are others now: cards and sources name them as they are."""
        self._follow(self.talk.renewed(renewal))
        if self.result is None:
            self.evidence.show_evidence(renewal.evidence(self.evidence.shown))

    def mark_gone(self, documents: Mapping[str, Document]) -> None:
        """Say of sources that are not among these documents (by id) that they are gone."""
        self._follow(self.talk.among(documents))

    def _follow(self, talk: Talk) -> None:
        """The same turns, their sources named as they are now."""
        before, self.talk = self.result, talk
        if self._shown is not None and self.result != before:
            words = self.footer.text()
            self._show(self._shown)
            self.footer.setText(words)

    def end(self, words: str = "") -> None:
        """The job has ended; `words` (Chinese) say how, where no answer has come."""
        self._set_asking(False)
        if self.result is None:
            self.head.say(words + ("，下面的草稿没有核对过" if self._drafting else ""))

    def _draft(self, text: str) -> None:
        self.head.say(DRAFTING)
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

    def _show(self, turn: int) -> None:
        """Show a turn's question and reply."""
        self._shown = turn
        asked, result = self.talk.turns[turn].request, self.talk.turns[turn].result
        self.head.show_question(asked.question, result.question)
        self.head.say("")
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
            self.evidence_head.setText(f"以下{result.about_nearest}：" if result.nearest else "")
        self.footer.setText(footer(result))
        self._stack.setCurrentWidget(self.panes)
        self._tell_turn()

    def _tell_turn(self) -> None:
        """Where the reply on view stands among the others; while one is being written, nothing."""
        count = len(self.talk.turns)
        number = count + 1 if self._shown is None else self._shown + 1
        self.head.show_turn(number, 0 if self.asking else max(count, number))
        self.head.allow_editing(not self.asking)
        self.copy_button.setVisible(not self.asking and isinstance(self.result, Answer))

    def _set_asking(self, asking: bool) -> None:
        self.asking = asking
        self.bar.show_asking(asking, following=bool(self.talk.turns))
        self._tell_turn()
