"""The main window: puts the views together, hands their wishes to the engine, and is the one place that shows
problems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QVBoxLayout, QWidget

from desktop import menus, style
from desktop.ask_view import AskView
from desktop.briefing_desk import BriefingDesk
from desktop.briefing_view import BriefingView
from desktop.conversation_desk import ConversationDesk
from desktop.correction_desk import CorrectionDesk
from desktop.engine import Engine, Ticket
from desktop.help_view import HelpDialog
from desktop.import_desk import ImportDesk
from desktop.library_desk import LibraryDesk
from desktop.library_view import LibraryView
from desktop.middle_pane import MiddlePane
from desktop.protocol import Ask, JobDone, JobEnd, JobFailed, Kept, ListModels, Request, WarmUp
from desktop.settings_view import SettingsDialog
from desktop.source_view import SourceView
from desktop.widgets import ElidedLabel, NoticeBar, label, plain_tip
from rag.errors import JianwenError
from rag.settings import Settings, default_library, load_settings, save_settings

LAST_LIBRARY = "library"  # key in the ini file, with geometry, panes and answer


def _nothing() -> None:
    pass


class Window(QMainWindow):
    """`engine` need not have been started: the window starts it once it has been painted, and ends it on closing."""

    def __init__(self, engine: Engine, state: QSettings) -> None:
        super().__init__()
        self.engine = engine
        engine.setParent(self)
        self.warming: Ticket | None = None
        self._state = state
        self._painted = False
        self._down = False
        self._warm_next = True
        self._question: Ticket | None = None
        self.library, self.asking, self.source = LibraryView(), AskView(), SourceView()
        self.briefing = BriefingView()
        self.middle = MiddlePane(self.asking, self.briefing)
        self.notice = NoticeBar()
        self.desk = LibraryDesk(self)
        self.imports = ImportDesk(self, state)
        self.corrections = CorrectionDesk(self)
        self.conversations = ConversationDesk(self)
        self.briefings = BriefingDesk(self, state)
        self._notice_taken: Callable[[], object] = self._start_again
        self._notice_declined: Callable[[], object] = _nothing
        self._build()
        self.actions_ = menus.fill(self)
        self._connect()
        self._restore()

    # ------------------------------------------------------------ building

    def _build(self) -> None:
        self.setMinimumSize(780, 520)
        self.panes = QSplitter(Qt.Orientation.Horizontal)
        self.panes.setHandleWidth(1)
        self.panes.setChildrenCollapsible(False)
        for pane, least, share in ((self.library, 190, 0), (self.middle, 290, 5), (self.source, 290, 6)):
            pane.setMinimumWidth(least)
            self.panes.addWidget(pane)
            self.panes.setStretchFactor(self.panes.count() - 1, share)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addWidget(self.panes, 1)
        self.setCentralWidget(whole)
        self.where = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self.model_state = label("")
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().addWidget(self.where, 1)
        self.statusBar().addPermanentWidget(self.model_state)

    def _connect(self) -> None:
        self.engine.started.connect(self._engine_started)
        self.engine.died.connect(self._engine_died)
        self.engine.gave_up.connect(self._engine_gave_up)
        self.notice.action.connect(self._take_notice)
        self.notice.closed.connect(lambda: self._notice_declined())
        self.desk.changed.connect(self._library_changed)
        self.library.scope_wanted.connect(self._set_scope)
        self.library.brief_wanted.connect(self.briefings.write_from_selection)
        self.middle.turned.connect(self._give_room)
        self.asking.ask_wanted.connect(self.ask)
        self.asking.stop_wanted.connect(self.stop_asking)
        self.asking.place_wanted.connect(self.desk.show_place)
        self.asking.reply_left.connect(self.source.unlight)
        self.asking.evidence.twin_chosen.connect(self.desk.open_twin)
        self.asking.scope_changed.connect(self.library.show_scope)

    def _restore(self) -> None:
        geometry, panes = self._state.value("geometry"), self._state.value("panes")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            room = self.screen().availableSize()
            self.resize(min(1360, room.width() - 40), min(860, room.height() - 60))
        if not (isinstance(panes, QByteArray) and self.panes.restoreState(panes)):
            left = 270 if self.width() >= 1200 else 230
            middle = (self.width() - left) * 47 // 100
            self.panes.setSizes([left, middle, self.width() - left - middle])
        answer = self._state.value("answer")
        if isinstance(answer, QByteArray):
            self.asking.panes.restoreState(answer)
        self._library_changed()

    def _library_changed(self) -> None:
        self._limit(self.asking.scope.documents)
        self.asking.mark_gone(self.desk.documents)
        self.asking.evidence.documents = self.desk.documents
        folder = self.engine.library
        name = "我的资料库" if folder == default_library().absolute() else str(folder)
        self.where.setText(f"{name} · {len(self.desk.documents)} 份资料")
        self.where.setToolTip(plain_tip(f"资料库所在的文件夹：{folder}"))

    def _give_room(self, briefing: bool) -> None:
        """A page takes more room than an answer: the panes are as they were left in either view."""
        self._state.setValue("panes" if briefing else "panes-briefing", self.panes.saveState())
        panes = self._state.value("panes-briefing" if briefing else "panes")
        if not (isinstance(panes, QByteArray) and self.panes.restoreState(panes)) and briefing:
            left = self.panes.sizes()[0] * 4 // 5
            rest = self.width() - left
            self.panes.setSizes([left, rest * 58 // 100, rest * 42 // 100])

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self._first_paint_done)

    def _first_paint_done(self) -> None:
        self.asking.focus_question()
        if not style.has_chinese_font():
            self.tell(
                "系统里没有中文字体，文字可能显示成方框。请安装一种中文字体（Debian：fonts-noto-cjk）。", "caution"
            )
        self.engine.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._state.setValue("geometry", self.saveGeometry())
        self._state.setValue("panes-briefing" if self.middle.shows_briefing else "panes", self.panes.saveState())
        self._state.setValue("answer", self.asking.panes.saveState())
        self._state.setValue(LAST_LIBRARY, str(self.engine.library))
        self._state.sync()
        self.hide()
        self.engine.shutdown()
        super().closeEvent(event)

    # ------------------------------------------------------------ problems and notices

    def tell(
        self,
        text: str,
        level: str = "info",
        action: str = "",
        do: Callable[[], object] | None = None,
        declined: Callable[[], object] | None = None,
    ) -> None:
        """Say something in the bar above the views; level is info, caution or trouble.

        `action` names a button that does `do` (start the engine again, unless given); closing the bar does `declined`.
        """
        self._notice_taken = do or self._start_again
        self._notice_declined = declined or _nothing
        self.notice.tell(text, level, action)

    def _take_notice(self) -> None:
        self.notice.hide()
        self._notice_taken()

    def show_problem(self, failure: JobFailed) -> None:
        """The one place where a failed job becomes something to read."""
        if failure.bug:
            self.tell(f"{failure.message}请把日志 {self.engine.log} 交给信息技术人员。", "trouble")
        elif not failure.lost:  # a lost job is told by `_engine_died`
            self.tell(failure.message, "caution")

    # ------------------------------------------------------------ jobs

    def do(
        self,
        request: Request,
        on_event: Callable[[object], None] = lambda _: None,
        on_end: Callable[[JobEnd], None] = lambda _: None,
    ) -> Ticket:
        """Hand a job to the engine; a failure is shown, then `on_end` is called, whatever the end."""

        def ended(end: JobEnd) -> None:
            if isinstance(end, JobFailed):
                self._warm_next = self._warm_next and not end.lost  # what killed the engine may do so again
                self.show_problem(end)
            on_end(end)

        return self.engine.submit(request, on_event, ended)

    def _engine_started(self) -> None:
        self._down = False
        self.desk.reload()
        self.briefings.load()
        self.model_state.setText("")
        if self._warm_next:
            self.imports.resume()
            self._warm_up()
            self.imports.offer_unfinished()
        self._warm_next = True

    def _warm_up(self) -> None:
        def ended(end: JobEnd) -> None:
            self.warming = None
            self.model_state.setText("模型已就绪" if isinstance(end, JobDone) else "")

        self.model_state.setText("正在准备模型…")
        self.warming = self.do(WarmUp(), on_end=ended)

    def _engine_died(self, text: str) -> None:
        if not self.imports.offer_unfinished(text):
            self.tell(text, "trouble")

    def _engine_gave_up(self, text: str) -> None:
        self._down = True
        self.model_state.setText("后台程序没有运行")
        self.tell(text, "trouble", action="重新启动")

    def _start_again(self) -> None:
        self.engine.restart()

    # ------------------------------------------------------------ questions

    def ask(self, asked: Ask) -> None:
        """Put a question; it waits its turn behind what the engine is doing, and says so."""
        if self._down:
            self.tell("后台程序没有运行，不能提问。", "trouble", action="重新启动")
        elif not self.desk.documents:
            self.tell("资料库还是空的。请先添加资料，再提问。", "info")
        elif self._question is None:
            self.notice.hide()
            waiting = (
                "正在准备模型，准备好就回答…" if self.warming else "正在添加资料，稍候就回答…" if self.desk.busy else ""
            )
            self.asking.begin(asked, waiting or "正在查找…")
            self._question = self.do(asked, self._ask_event, self._ask_ended)

    def _ask_event(self, event: object) -> None:
        if isinstance(event, Kept):
            self.conversations.kept(event)
        else:
            self.asking.handle(event)

    def _ask_ended(self, end: JobEnd) -> None:
        self._question = None
        self.asking.end("这个问题没有完成" if isinstance(end, JobFailed) else "已停止")
        if isinstance(end, JobDone) and self.model_state.text() != "正在准备模型…":
            self.model_state.setText("模型已就绪")

    def write_question(self) -> None:
        self.middle.show_asking()
        self.asking.focus_question()

    def start_conversation(self) -> None:
        self.middle.show_asking()
        self.asking.start_over()

    def write_briefing(self) -> None:
        self.middle.show_briefing()

    def stop_asking(self) -> None:
        if self._question is not None:
            self._question.stop()

    def escape(self) -> None:
        """Esc: stop picking a paragraph; close the find bar if the cursor is there, else stop the answer, else close
        the find bar."""
        if self.source.picking:
            self.source.pick(False)
        elif self.middle.shows_briefing and self.briefings.making:
            self.briefings.stop()
        elif self.source.find_bar.line.hasFocus() or not self.asking.asking:
            self.source.find_bar.dismiss()
        else:
            self.asking.stop()

    def _set_scope(self, documents: Sequence[str]) -> None:
        self._limit(documents)
        self.write_question()

    def _limit(self, documents: Sequence[str]) -> None:
        """Look into these documents, as far as they are there; the days stay."""
        scope, known = self.asking.scope, self.desk.documents
        there = [known[i] for i in documents if i in known]
        same = tuple(document.id for document in there) == scope.documents
        self.asking.set_scope(there, scope.only, scope.name if same else "")

    # ------------------------------------------------------------ dialogs

    def open_help(self) -> None:
        dialog = HelpDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def open_settings(self) -> None:
        """Show the settings; the models are looked up meanwhile."""
        try:
            settings = load_settings()
        except JianwenError as error:
            self.tell(str(error), "caution")
            settings = Settings()
        dialog = SettingsDialog(settings, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self._settings_chosen)
        lookup = self.do(ListModels(), dialog.offer)
        dialog.finished.connect(lambda: lookup.forget())
        dialog.open()

    def _settings_chosen(self, settings: Settings, rebuild: bool) -> None:
        try:
            save_settings(settings)
        except OSError as error:
            self.tell(f"设置没有保存成（{error.strerror}）。请检查磁盘是否已满、能不能写入。", "trouble")
            return
        self.engine.restart()
        if rebuild:
            self.desk.rebuild()
