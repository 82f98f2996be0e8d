"""What the window does with briefings: has articles chosen, briefings made, changed, kept, exported."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from desktop.briefing_editor import FORMATS
from desktop.briefing_messages import (
    BriefingPage,
    Change,
    ChangeBriefing,
    ChooseArticles,
    CopyBriefing,
    ExportBriefing,
    ForgetBriefing,
    KindList,
    LayOutBriefing,
    ListBriefings,
    ListKinds,
    MakeBriefing,
    OpenBriefing,
    Operation,
    RichText,
)
from desktop.briefing_words import record, unsupported
from desktop.engine import Ticket
from desktop.kept_briefings import KeptBriefingsDialog, RecordDialog
from desktop.masthead_fields import MastheadDialog
from desktop.protocol import JobDone, JobEnd
from rag.briefings import ArticlesChosen, BriefingRequest, KeptBriefing
from rag.typeset.exporting import Exported

if TYPE_CHECKING:
    from desktop.window import Window

MASTHEAD, FOLDER = "masthead", "export"  # keys in the ini file
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')


class BriefingDesk(QObject):
    """Works for one window."""

    def __init__(self, window: Window, state: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._state = state
        self._view = window.briefing
        self._making: Ticket | None = None
        form, articles, editor = self._view.form, self._view.articles, self._view.editor
        form.masthead.set_texts(_texts(state.value(MASTHEAD)))
        form.go_wanted.connect(self.choose)
        form.selection_wanted.connect(self.take_selection)
        form.kept_wanted.connect(self.open_kept)
        articles.more_wanted.connect(self._add_selection)
        articles.go_wanted.connect(self._make_from)
        self._view.steps.stop_wanted.connect(self.stop)
        self._view.place_wanted.connect(window.desk.show_place)
        window.desk.changed.connect(self._offer_days)
        editor.change_wanted.connect(self.change)
        editor.restored.connect(lambda _: self._lay_out())
        editor.evidence_wanted.connect(lambda _: self._lay_out())
        editor.export_wanted.connect(self.export)
        editor.copy_wanted.connect(self.copy)
        editor.record_wanted.connect(self.show_record)
        editor.masthead_wanted.connect(self.change_masthead)

    # ------------------------------------------------------------ making one

    def load(self) -> None:
        """The library has been opened: which kinds are there?"""

        def come(event: object) -> None:
            if isinstance(event, KindList):
                self._view.form.offer(event.kinds, event.problems)

        self._window.do(ListKinds(), come)

    def _offer_days(self) -> None:
        if (days := self._window.desk.days) is not None:
            self._view.form.offer_days(days)

    def take_selection(self) -> None:
        """Use what is chosen in the library's tree."""
        chosen = self._window.library.selected_sources()
        names = [name for _, name in chosen]
        if not chosen:
            self._window.tell("左边的资料库里还没有选中什么。请先选中资料或文章。", "info")
        else:
            more = f"等 {len(names)} 项" if len(names) > 1 else ""
            self._view.form.take([key for key, _ in chosen], f"{names[0]}{more}")

    def write_from_selection(self) -> None:
        """Begin a briefing from what is chosen in the library's tree."""
        self._window.middle.show_briefing()
        self._view.start_over()
        self.take_selection()

    def choose(self, request: BriefingRequest) -> None:
        """Find the articles and show them."""
        self._state.setValue(MASTHEAD, self._view.form.masthead.texts)
        if not self._window.desk.documents:
            self._window.tell("资料库还是空的。请先添加资料，再写简报。", "info")
            return
        self._view.form.set_busy(True, "正在找文章…")

        def come(event: object) -> None:
            if isinstance(event, ArticlesChosen):
                self._window.notice.hide()
                self._view.offer_articles(request, event.articles)

        self._window.do(ChooseArticles(request), come, lambda _: self._view.form.set_busy(False))

    def _add_selection(self) -> None:
        chosen = tuple(key for key, _ in self._window.library.selected_sources())
        request = self._view.request
        if request is None or not chosen:
            self._window.tell("左边的资料库里还没有选中什么。请先选中资料或文章。", "info")
            return
        more = replace(request, articles=(*self._view.articles.articles, *chosen))

        def come(event: object) -> None:
            if isinstance(event, ArticlesChosen):
                self._view.articles.offer(event.articles)

        self._window.do(ChooseArticles(more), come)

    def _make_from(self, articles: tuple[str, ...]) -> None:
        if self._view.request is not None:
            self.make(replace(self._view.request, articles=articles))

    def make(self, request: BriefingRequest) -> None:
        """Make a briefing, step by step."""
        if self._making is not None:
            return
        self._window.notice.hide()
        self._view.begin()

        def come(event: object) -> None:
            if isinstance(event, BriefingPage):
                self._show(event)
            else:
                self._view.steps.handle(event)

        self._making = self._window.do(MakeBriefing(request, self._view.editor.evidence), come, self._made)

    def _made(self, end: JobEnd) -> None:  # noqa: ARG002
        self._making = None
        self._view.end()

    def stop(self) -> None:
        """End the making of a briefing."""
        if self._making is not None:
            self._making.stop()

    @property
    def making(self) -> bool:
        return self._making is not None

    def _show(self, page: BriefingPage) -> None:
        self._view.show_page(page)
        self._tell_problem(page)

    def _tell_problem(self, page: BriefingPage) -> None:
        if page.problem:
            self._window.tell(page.problem, "caution")

    # ------------------------------------------------------------ changing it

    def change(self, change: Change) -> None:
        """Have the open briefing changed."""
        editor = self._view.editor
        assert editor.page is not None
        wish = ChangeBriefing(editor.page.briefing, change, editor.page.known, editor.evidence)
        self._replaced(wish, editor.changed)

    def change_masthead(self) -> None:
        """Ask what is to stand at the head and the foot of the open briefing."""
        editor = self._view.editor
        dialog = MastheadDialog(editor.briefing.masthead, self._view.form.masthead.texts, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda one: editor.change(Change(Operation.MASTHEAD, masthead=one)))
        dialog.open()

    def _lay_out(self) -> None:
        editor = self._view.editor
        assert editor.page is not None
        self._replaced(LayOutBriefing(editor.page.briefing, editor.page.known, editor.evidence), editor.relaid)

    def _replaced(self, wish: ChangeBriefing | LayOutBriefing, show: Callable[[BriefingPage], None]) -> None:
        """Show what comes of a wish, unless another briefing has been opened since."""
        editor = self._view.editor
        before = editor.page

        def come(event: object) -> None:
            if isinstance(event, BriefingPage) and editor.page is before:
                show(event)
                self._tell_problem(event)

        def ended(end: JobEnd) -> None:
            if not isinstance(end, JobDone) and editor.page is before:
                editor.failed()

        self._window.do(wish, come, ended)

    # ------------------------------------------------------------ those kept

    def open_kept(self) -> None:
        """Show the list of them."""
        window = self._window
        dialog = KeptBriefingsDialog(dt.date.today(), window.desk.read_only, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(self.open)
        dialog.delete_wanted.connect(lambda one: self._confirm_deletion(one, dialog))
        lookup = window.do(ListBriefings(), dialog.offer)
        dialog.finished.connect(lambda: lookup.forget())
        dialog.open()

    def open(self, kept: KeptBriefing) -> None:
        """Show it again."""

        def come(event: object) -> None:
            if isinstance(event, BriefingPage) and self._making is None:
                self._window.middle.show_briefing()
                self._show(event)

        self._window.do(OpenBriefing(kept.id, self._view.editor.evidence), come)

    def _confirm_deletion(self, kept: KeptBriefing, dialog: KeptBriefingsDialog) -> None:
        def delete() -> None:
            ticket = self._window.do(ForgetBriefing(kept.id), dialog.offer, ended)
            dialog.finished.connect(lambda: ticket.forget())

        def ended(end: JobEnd) -> None:
            page = self._view.page
            if isinstance(end, JobDone) and page is not None and page.known == kept.id:
                self._view.start_over()

        self._window.desk.confirm(
            f"删除简报“{kept.title}”？", "不能恢复。资料和已经导出的文件不受影响。", "删除", delete, dialog
        )

    def show_record(self) -> None:
        """How the open briefing came about."""
        dialog = RecordDialog(record(self._view.editor.briefing), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # ------------------------------------------------------------ taking it elsewhere

    def copy(self) -> None:
        """Put the briefing on the clipboard, as text with its form."""
        self._with_unverified(self._copy)

    def _copy(self, unverified: bool) -> None:
        def come(event: object) -> None:
            if isinstance(event, RichText):
                data = QMimeData()
                data.setHtml(event.html)
                data.setText(event.plain)
                QGuiApplication.clipboard().setMimeData(data)
                self._window.tell("简报已复制，可以粘贴到 Word 或 WPS 里。", "info")

        editor = self._view.editor
        self._window.do(CopyBriefing(editor.briefing, editor.evidence, unverified), come)

    def export(self, suffix: str) -> None:
        """Ask where to, then write the file."""
        self._with_unverified(lambda unverified: self._ask_file(suffix, unverified))

    def _ask_file(self, suffix: str, unverified: bool) -> None:
        words = next(words for words, one in FORMATS if one == suffix).partition("（")[0]
        name = _NOT_IN_NAMES.sub("", self._view.editor.briefing.title)[:60] or "简报"
        folder = str(self._state.value(FOLDER, "") or Path.home())
        file, _ = QFileDialog.getSaveFileName(
            self._window, "导出简报", str(Path(folder) / f"{name}.{suffix}"), f"{words} (*.{suffix})"
        )
        if file:
            self.export_to(Path(file), suffix, unverified)

    def export_to(self, file: Path, suffix: str, unverified: bool) -> None:
        """Write the file; says which fonts its reader needs."""
        path = file if file.suffix.lower() == f".{suffix}" else file.with_name(f"{file.name}.{suffix}")
        self._state.setValue(FOLDER, str(path.parent))

        def come(event: object) -> None:
            if isinstance(event, Exported):
                told = "".join(f"\n{note}" for note in event.notes)
                self._window.tell(f"已导出“{event.path.name}”，{event.pages} 页。{told}", "info")

        editor = self._view.editor
        self._window.do(ExportBriefing(editor.briefing, path, editor.evidence, unverified), come)

    def _with_unverified(self, do: Callable[[bool], object]) -> None:
        """Ask, where there are any, whether sentences that no source holds go along, marked."""
        count = len(unsupported(self._view.editor.briefing))
        if not count:
            do(False)
            return
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "简问",
            f"有 {count} 句没有依据，或和原文对不上。要不要带上？",
            parent=self._window,
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText("带上时，这些句子后面会标明“未核实”或“人工撰写”。")
        without = box.addButton("不带", QMessageBox.ButtonRole.AcceptRole)
        along = box.addButton("带上并标明", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("取消", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(without)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda one: do(one is along) if one in (without, along) else None)
        box.open()


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
