"""What the window does with the library: loads it, opens articles, adds, removes, rebuilds, changes to another."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from desktop.conversation import Talk
from desktop.engine import Ticket
from desktop.marks import FURNITURE, Place, furniture_place
from desktop.protocol import (
    ForgetFilter,
    JobDone,
    JobEnd,
    JobFailed,
    KeepFilter,
    LibraryState,
    LoadLibrary,
    OpenDocument,
    OpenedDocument,
    Rebuild,
    Remove,
    Request,
    Resume,
)
from desktop.renewing import Renewal
from desktop.task_row import TaskRow
from rag.answers import Filter, Period
from rag.types import Document, FileAdded, Progress, StoredArticle

if TYPE_CHECKING:
    from desktop.window import Window

KEPT_OPEN = 16  # documents whose articles stay in memory
READ_ONLY = "另一个简问正在使用这个资料库。这里可以查看和提问，但不能添加或移除资料。"


class LibraryDesk(QObject):
    """Works for one window: its library pane shows what comes, its `do` runs the jobs, its `tell` says what is up."""

    changed = Signal()  # the documents, or the library itself
    filters_changed = Signal(object)  # tuple[Filter, ...]

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.documents: dict[str, Document] = {}
        self.filters: tuple[Filter, ...] = ()
        self.days: Period | None = None  # from the first to the last that an article is of
        self.read_only = False
        self._window = window
        self._view = window.library
        self._source = window.source
        self._loading: Ticket | None = None
        self._tasks: set[Ticket] = set()
        self._contents: OrderedDict[str, OpenedDocument] = OrderedDict()
        self._opening = ("", "")  # document and article that the user waits to see
        self._view.articles_wanted.connect(self.want_articles)
        self._view.article_chosen.connect(self.open_article)
        self._view.remove_wanted.connect(self.confirm_removal)
        self._source.document_wanted.connect(self.want_articles)
        self._source.twin_wanted.connect(self.open_twin)
        self._source.place_shown.connect(self._mark)

    @property
    def busy(self) -> bool:
        """Whether an import or a rebuild is running that the user has begun."""
        return any(not isinstance(ticket.request, Resume) for ticket in self._tasks)

    @property
    def rebuilding(self) -> bool:
        return any(isinstance(ticket.request, Rebuild) for ticket in self._tasks)

    # ------------------------------------------------------------ what is there

    def reload(self) -> None:
        """Show the library as it stands; one load at a time is enough."""
        if self._loading is None:
            self._loading = self._window.do(LoadLibrary(), self._loaded, self._load_ended)

    def _load_ended(self, end: JobEnd) -> None:  # noqa: ARG002
        self._loading = None

    def _loaded(self, event: object) -> None:
        if not isinstance(event, LibraryState):
            return
        gone = set(self.documents) - {document.id for document in event.documents}
        changed = {d.id for d in event.documents if self.documents.get(d.id, d) != d}
        self.documents = {document.id: document for document in event.documents}
        for document in gone | changed:
            self._contents.pop(document, None)
        self._source.files, self._source.documents = event.files, self.documents
        self._source.forget(tuple(gone))
        self._view.show_library(event)
        for document in changed:
            self.want_articles(document)
        if event.read_only and not self.read_only:
            self._window.tell(READ_ONLY, "caution")
        self.read_only = event.read_only
        self.days = event.days
        if event.filters != self.filters:
            self.filters = event.filters
            self.filters_changed.emit(self.filters)
        self.changed.emit()

    def articles_of(self, document: str) -> tuple[StoredArticle, ...]:
        """The articles of a document as far as they have come."""
        contents = self._contents.get(document)
        return contents.articles if contents is not None else ()

    def want_articles(self, document: str) -> None:
        """Have a document's articles listed."""
        if document in self._contents:
            self._show_articles(document)
        else:
            self._window.do(OpenDocument(document), self._opened)

    def _opened(self, event: object) -> None:
        if isinstance(event, OpenedDocument) and event.document in self.documents:
            self.renew(event)

    def renew(self, contents: OpenedDocument) -> None:
        """A document's articles have come, or are others than before: everything shown follows."""
        document = contents.document
        self._contents[document] = contents
        while len(self._contents) > KEPT_OPEN:
            self._contents.popitem(last=False)
        renewal = Renewal(self.documents[document], contents.articles)
        self._source.renew(renewal)
        self._window.asking.renew(renewal)
        self._show_articles(document)
        if self._source.place is not None and self._source.place.document.id == document:
            self._mark(self._source.place)

    def forget_contents(self) -> None:
        """What is known of articles may be out of date (a new document may print them again): ask anew."""
        shown = list(self._contents)
        self._contents.clear()
        for document in shown:
            if document in self.documents:
                self.want_articles(document)

    def _show_articles(self, document: str) -> None:
        contents = self._contents[document]
        self._view.show_articles(document, contents.articles, len(contents.furniture))
        self._source.set_articles(document, contents.articles)
        if self._opening[0] == document:
            self.open_article(*self._opening)

    def open_article(self, document: str, article: str) -> None:
        """Show an article in the source pane; "" is the document's first one, FURNITURE what stands outside them."""
        contents = self._contents.get(document)
        self._opening = ("", "") if contents is not None else (document, article)
        if contents is None:
            self.want_articles(document)
            return
        self._contents.move_to_end(document)
        articles = contents.articles
        if article == FURNITURE:
            self.show_place(furniture_place(self.documents[document], contents.furniture))
            return
        chosen = next((a for a in articles if a.id == article), articles[0] if articles else None)
        if chosen is not None and document in self.documents:
            self.show_place(Place(self.documents[document], chosen))

    def open_twin(self, article: str) -> None:
        """Open an article by its id alone."""
        self.open_article(article.rpartition("-")[0], article)

    def show_place(self, place: Place) -> None:
        """Show a place, as it is now, in the source pane."""
        document = place.document.id
        if document not in self.documents:  # it was removed after it was cited: its words are all there is
            place = replace(place, document=replace(place.document, sha256=""))
        if document in self._contents:
            self._source.set_articles(document, self.articles_of(document))
            place = Renewal(place.document, self.articles_of(document)).place(place) or place
        self._source.show_place(place)

    def _mark(self, place: Place) -> None:
        """Mark in the tree what the source pane shows."""
        self._view.choose(place.document.id, FURNITURE if place.aside else place.article.id)

    def open_library(self, folder: Path) -> None:
        """Work with another library from now on."""
        self._contents.clear()
        self.read_only = False
        self._window.asking.set_scope(())
        self._window.asking.open_talk(Talk())
        self._window.briefing.start_over()
        self._window.engine.restart(folder)
        self._loaded(LibraryState(folder, (), {}, read_only=False))

    # ------------------------------------------------------------ changing it

    def choose_library(self) -> None:
        near = str(self._window.engine.library.parent)
        if name := QFileDialog.getExistingDirectory(self._window, "选择资料库所在的文件夹", near):
            self.open_library(Path(name))

    def confirm_removal(self, documents: Sequence[str]) -> None:
        """Ask, then remove."""
        names = [self.documents[i].name for i in documents if i in self.documents]
        if names and self.may_change():
            what = f"“{names[0]}”" if len(names) == 1 else f"这 {len(names)} 份资料"
            self.confirm(
                f"从资料库移除{what}？",
                "移除以后就查不到、也问不到它了。您自己的原文件不会被删除，以后还可以再添加。",
                "移除",
                lambda: self._window.do(Remove(tuple(documents)), self._loaded),
            )

    def confirm_rebuild(self) -> None:
        """Ask, then index anew."""
        if self.may_change():
            self.confirm(
                "现在重新建立索引吗？",
                "资料和原文件都不会变，只是重新整理查找用的索引。资料多时需要一些时间，其间不能提问。",
                "开始",
                self.rebuild,
            )

    def rebuild(self) -> None:
        row = self._view.begin_task("重新建立索引")

        def ended(end: JobEnd) -> None:
            done = isinstance(end, JobDone)
            row.finish("已完成" if done else "没有做完" if isinstance(end, JobFailed) else "已停止，做完的部分已保留")
            if done:
                row.linger()

        self.run(Rebuild(), row, ended)

    def change_filters(self, request: KeepFilter | ForgetFilter) -> None:
        """Keep or forget a filter; `filters_changed` tells when that is done."""
        self._window.do(request, self._loaded)

    def may_change(self) -> bool:
        """Whether the library can be written; says so when not."""
        if self.read_only:
            self._window.tell(READ_ONLY, "caution")
        return not self.read_only

    def confirm(
        self, question: str, more: str, yes: str, do: Callable[[], object], over: QWidget | None = None
    ) -> None:
        """Ask before doing, `over` the window or a dialog of it."""
        box = QMessageBox(QMessageBox.Icon.Question, "简问", question, parent=over or self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(more)
        accept = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton("取消", QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: do() if button is accept else None)
        box.open()

    def run(
        self,
        request: Request,
        row: TaskRow,
        on_end: Callable[[JobEnd], None],
        on_file: Callable[[FileAdded], None] = lambda _: None,
    ) -> None:
        """Run long work that has a row; the library is shown anew when it has ended."""

        def on_event(event: object) -> None:
            row.show()
            if isinstance(event, Progress):
                row.progress(event)
            elif isinstance(event, FileAdded):
                on_file(event)

        def ended(end: JobEnd) -> None:
            self._tasks.discard(ticket)
            if not (isinstance(end, JobFailed) and end.lost):
                self.reload()
            on_end(end)

        ticket = self._window.do(request, on_event, ended)
        self._tasks.add(ticket)
        row.stop_wanted.connect(lambda: ticket.stop())
        row.pause_wanted.connect(lambda paused: ticket.pause(paused))
