"""The façade: one folder of documents that can be added to, searched, asked and looked after.

    catalog.sqlite   the truth                       (rag.store.catalog)
    files/           the originals, by SHA-256       (rag.store.originals)
    chroma/          vectors, derived                (rag.store.vector_store)
    keywords/        words, derived                  (rag.store.keyword_store)
    spool.sqlite     pages read of files at work     (rag.intake.spool)
    lock             held by the one process that may write

A `Library` belongs to the thread that opened it. Between two steps of its generators other calls are allowed, but one
writing generator runs at a time; while files are being imported, articles can be set right.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, TypeVar

from rag.answering.article_table import dated, newest
from rag.answering.sources import LibrarySources
from rag.answering.understanding import understand
from rag.answers import Answer, AskEvent, Conversation, Filter, Period, Refusal, SearchResult, Turn
from rag.briefing.choosing import choose, with_sides
from rag.briefing.keeping import Briefings, KeySentences
from rag.briefing.making import make
from rag.briefing.plans import Articles, Kind, Kinds, kinds
from rag.briefings import BriefEvent, Briefing, BriefingRequest, ChosenArticle, KeptBriefing, PageMeasure
from rag.errors import JianwenError
from rag.evidence.cross_encoder import Judge, shipped
from rag.evidence.embedding import Embedder
from rag.evidence.search import recipe
from rag.folder import claim, named
from rag.health import catalog_findings, disk_findings, model_findings, original_findings, reading_findings
from rag.intake.ingest import Ingest
from rag.intake.reading_pool import ReadingPool
from rag.intake.rewriting import Rewriting
from rag.intake.spool import Spool
from rag.settings import Settings, default_library, load_settings
from rag.store.catalog import Catalog, Elsewhere
from rag.store.filters import Filters
from rag.store.history import History
from rag.store.keyword_store import KeywordStore
from rag.store.originals import Originals
from rag.store.vector_store import VectorStore
from rag.types import (
    AddEvent,
    Correction,
    Document,
    Finding,
    Paragraph,
    Progress,
    SplitBefore,
    StopSignal,
    StoredArticle,
    heed,
)

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from rag.chat.llm import ChatModel

_Event = TypeVar("_Event")

_HELD: Final = "资料库正被另一个简问窗口或命令使用，现在只能查看和检索。"
_BUSY: Final = "正在导入资料或重建索引。请等它结束，或先停止它。"
_logger = logging.getLogger(__name__)


class Library:
    """Open one with `Library.open`, close it with `close` or `with`."""

    def __init__(
        self,
        path: Path,
        lock: BaseFileLock | None,
        catalog: Catalog,
        settings: Settings,
        embedder: Embedder | None,
        chat: ChatModel | None,
        judge: Judge | None,
        pool: ReadingPool | None,
    ) -> None:
        self.path = path
        self._lock = lock
        self._catalog = catalog
        self._settings = settings
        self._embedder = embedder
        self._chat = chat
        self._judge = judge or shipped(settings.threads)
        self._originals = Originals(path / "files")
        self._vectors = VectorStore(path, catalog, lock is not None)
        self._keywords = KeywordStore(path, catalog, lock is not None)
        self._pool = pool or ReadingPool()
        self._ingest = Ingest(
            catalog,
            self._originals,
            self._vectors,
            self._keywords,
            self._ready_embedder,
            self._pool,
            Spool(path / "spool.sqlite"),
        )
        self._rewriting = Rewriting(catalog, self._vectors, self._keywords, self._ready_embedder)
        self._history = History(catalog)
        self._filters = Filters(catalog)
        self._briefings = Briefings(catalog)
        self._key_sentences = KeySentences(catalog, readonly=lock is None)
        self._writing: Generator[object, None, None] | None = None
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        chat: ChatModel | None = None,
        judge: Judge | None = None,
        pool: ReadingPool | None = None,
    ) -> Library:
        """Open the library in the folder `path` (the user's own by default), making one if there is none.

        Quick: indexes and models are loaded when first used. Read-only while another process has it open.
        `settings` are the saved ones, the two models those named there, and the judge the program's own, unless given.
        `pool`: the processes that read files; closed with the library.

        Raises:
            JianwenError: the folder cannot be made or written, or the catalogue is damaged or of a newer program.
        """
        settings = load_settings() if settings is None else settings
        folder = (default_library() if path is None else Path(path)).absolute()
        lock = claim(folder)
        try:
            catalog = Catalog.open(folder / "catalog.sqlite", readonly=lock is None)
            library = cls(folder, lock, catalog, settings, embedder, chat, judge, pool)
            if lock is not None:
                library._ingest.recover()
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return library

    def close(self) -> None:
        """Close everything; a writing generator that is suspended ends as if killed, to be resumed. Idempotent."""
        if self._closed:
            return
        self._closed = True
        if self._writing is not None:
            self._writing.close()
        self._pool.close()
        try:
            self._vectors.close()
            self._keywords.close()
        except JianwenError:  # the disk is full or gone: the indexes stay unsealed and are checked next time
            _logger.exception("the indexes were not sealed")
        finally:
            self._catalog.close()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def read_only(self) -> bool:
        """Whether another process had the library open when this one came."""
        return self._lock is None

    # ------------------------------------------------------------ documents

    def add(
        self,
        paths: Iterable[Path | str],
        stop: StopSignal | None = None,
        passwords: Mapping[Path, str] | None = None,
    ) -> Iterator[AddEvent]:
        """Add files, and the readable files in folders and archives; each ends with one `FileAdded`, whatever is wrong
        with it, in the order in which they are done.

        What an earlier kill cut off is gone on with first, and ends with a `FileAdded` of its bare name. Not pulling
        the events pauses the import.

        Args:
            paths: files and folders.
            stop: asks the import to end.
            passwords: for locked files, by the path of the file or of the folder or archive it is in; not kept.

        Raises:
            JianwenError: the library is read-only or busy, or the embedding model cannot be used.
            Stopped: `stop` was set. Files finished by then stay; those at work are taken back, those to come dropped.
        """
        self._require_writable()
        return self._exclusively(self._ingest.add([Path(path) for path in paths], stop, passwords))

    def resume(self, stop: StopSignal | None = None) -> Iterator[AddEvent]:
        """Finish what a kill, or a change of the embedding model, left undone; files that were still to be read end
        with a `FileAdded` of their bare names. Nothing to do if read-only.

        Raises as `add`; what is left when stopped stays for the next time.
        """
        return iter(()) if self.read_only else self._exclusively(self._ingest.resume(stop))

    def rebuild(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Make the indexes anew from the catalogue, giving back disk. Raises as `add`; stopped, the old ones stay."""
        self._require_writable()
        return self._exclusively(self._ingest.rebuild(stop))

    def remove(self, documents: Sequence[str]) -> tuple[Document, ...]:
        """Remove documents (ids, beginnings of ids, or file names) and return what they were.

        Raises:
            JianwenError: one is not known (then none is removed), or the library is read-only or busy.
        """
        self._require_idle()
        found = self._named(documents)
        for document in found:
            self._ingest.remove(document.id)
        return found

    def correct(self, correction: Correction) -> tuple[StoredArticle, ...]:
        """Set right an article's title, date or limits; returns the document's articles as they are then.

        Ids of later articles and paragraphs of the document may count differently afterwards. Corrections hold when
        indexes are rebuilt, and when the same file is removed and added again.

        Raises:
            JianwenError: there is no such article or paragraph, the correction cannot be, new vectors are needed and
                the embedding model cannot be used, or the library is read-only or its indexes are being put in order.
        """
        self._require_settled()
        name = correction.paragraph if isinstance(correction, SplitBefore) else correction.article
        (document,) = self._named([name.partition("-")[0]])
        self._rewriting.correct(document.id, correction)
        return self._catalog.articles([document.id])

    def undo_corrections(self, document: str) -> tuple[StoredArticle, ...]:
        """Take back all that was set right in a document; returns its articles. Raises as `correct`."""
        self._require_settled()
        (found,) = self._named([document])
        self._rewriting.undo(found.id)
        return self._catalog.articles([found.id])

    def documents(self) -> tuple[Document, ...]:
        """All finished documents in the order they were added."""
        return self._catalog.documents()

    def days(self) -> Period | None:
        """From the first to the last day that an article is of; None when none has a date."""
        return dated(self._catalog)

    def articles(self, documents: Sequence[str] = ()) -> tuple[StoredArticle, ...]:
        """The articles of `documents` (all when empty) in reading order. Raises JianwenError for an unknown one."""
        return self._catalog.articles([document.id for document in self._named(documents)])

    def furniture(self, document: str) -> tuple[Paragraph, ...]:
        """What a document prints outside its articles. Raises JianwenError for an unknown one."""
        return self._catalog.furniture(self._named([document])[0].id)

    def elsewhere(self, articles: Iterable[StoredArticle]) -> dict[str, Elsewhere]:
        """The twins of `articles`, by their ids, with the documents they stand in."""
        return self._catalog.located(sorted({twin for article in articles for twin in article.twins}))

    def file(self, document: str) -> Path:
        """The kept original. Raises JianwenError for an unknown document."""
        return self._originals.path(self._catalog.original(self._named([document])[0].id))

    # ------------------------------------------------------------ questions

    def search(
        self, question: str, limit: int = 10, within: Sequence[str] = (), only: Period | None = None
    ) -> SearchResult:
        """The best `limit` paragraphs, each by its best passage, in the documents `within` (all when empty), of the
        days `only` where given.

        Raises:
            JianwenError: a blank question, an unknown document, or the embedding model cannot be used.
        """
        started = time.perf_counter()
        hits = self._sources(within, only).best(question, limit, one_per_paragraph=True)
        return SearchResult(question, hits, time.perf_counter() - started)

    def ask(
        self,
        question: str,
        within: Sequence[str] = (),
        stop: StopSignal | None = None,
        *,
        before: Sequence[str] = (),
        switched: Collection[str] = (),
        only: Period | None = None,
    ) -> Iterator[AskEvent]:
        """Answer a question. The first event is a `QuestionRead`, the last exactly one `Answer` or `Refusal`.

        Args:
            question: as typed.
            within: documents to look in; all when empty.
            stop: asks the work to end.
            before: the questions before it in the conversation, as understood, oldest first.
            switched: date words (今年) to be read the other way.
            only: the days that articles must be of.

        Raises:
            JianwenError: as `search`, or the answering model cannot be used.
            Stopped: `stop` was set; noticed within a fraction of a second.
        """
        from rag.answering.asking import ask

        understood = understand(question, dt.date.today(), newest(self._catalog), before, switched)
        return ask(understood, self._sources(within, only, stop), self._ready_chat, stop, self._judge)

    def warm_up(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Load indexes and models, so that the first question need not wait. Raises JianwenError, Stopped."""
        yield Progress("正在载入检索", 0, 2)
        heed(stop)
        self._sources(stop=stop).best("预热", 1)
        yield Progress("正在载入回答模型", 1, 2)
        heed(stop)
        self._ready_chat().load(stop)
        yield Progress("模型已就绪", 2, 2)

    # ------------------------------------------------------------ what is kept of questions

    def remember(self, question: str, reply: Answer | Refusal, conversation: int | None = None) -> int | None:
        """Keep a question as typed and its reply, in a conversation or as the first of a new one; returns its id.

        Nothing is kept, and None returned, if read-only.

        Raises:
            JianwenError: there is no such conversation (it was deleted meanwhile), or the disk is full.
        """
        if self.read_only:
            return None
        return self._history.add(question, reply, conversation, dt.datetime.now(dt.UTC))

    def conversations(self, words: str = "") -> tuple[Conversation, ...]:
        """Those kept, or those in which each of the `words` (parted by spaces) stands; latest first."""
        return self._history.conversations(words)

    def conversation(self, conversation: int) -> tuple[Turn, ...]:
        """The turns of one, its citations where the words stand today. Raises JianwenError for an unknown id."""
        return self._history.turns(conversation)

    def forget(self, conversation: int) -> None:
        """Delete a conversation. Raises JianwenError: there is none of that id, or the library is read-only."""
        self._require_writable()
        self._history.delete(conversation)

    def filters(self) -> tuple[Filter, ...]:
        """The kept filters, in the order in which they were first kept."""
        return self._filters.all()

    def keep_filter(self, kept: Filter) -> None:
        """Keep one under its name. Raises JianwenError: no name, the library is read-only, or the disk is full."""
        self._require_writable()
        self._filters.keep(kept)

    def forget_filter(self, name: str) -> None:
        """Forget one, if there is one of that name. Raises JianwenError: read-only, or the disk is full."""
        self._require_writable()
        self._filters.delete(name)

    # ------------------------------------------------------------ briefings

    def briefing_kinds(self) -> Kinds:
        """Ours and the user's own."""
        return kinds()

    def choose_articles(self, request: BriefingRequest) -> tuple[ChosenArticle, ...]:
        """What `brief` would be made from: to be shown, and given back in `request.articles` as the user wants it.

        Raises:
            JianwenError: the kind or an article is not known, nothing was found, or the embedding model cannot be used.
        """
        kind = kinds().named(request.kind)
        return choose(self._with_sides(request, kind), kind, self._sources())

    def brief(
        self,
        request: BriefingRequest,
        measure: PageMeasure | None = None,
        stop: StopSignal | None = None,
        known: Kinds | None = None,
    ) -> Iterator[BriefEvent]:
        """Make a briefing. The first event is `ArticlesChosen`, the last exactly one `Briefing` that fits its pages.

        Args:
            request: what to make.
            measure: lays the document out as it will be printed; by default as it is exported when nothing is chosen.
            stop: asks the work to end.
            known: the kinds, if their files have been read already.

        Raises:
            JianwenError: as `choose_articles`; the articles say nothing for this kind, or no sentence fits the page.
            Stopped: `stop` was set.
        """
        kind = (known or kinds()).named(request.kind)
        request = self._with_sides(request, kind)
        chosen = choose(request, kind, self._sources())
        if measure is None:
            from rag.typeset.exporting import PageMeasure as Standard

            measure = Standard()
        return make(request, kind, chosen, self._key_sentences.of, measure, stop)

    def _with_sides(self, request: BriefingRequest, kind: Kind) -> BriefingRequest:
        compares = kind.articles is Articles.SIDES
        return with_sides(request, dt.date.today(), newest(self._catalog)) if compares else request

    def keep_briefing(self, briefing: Briefing, known: int | None = None) -> int | None:
        """Keep a briefing, or what has become of the one `known` (an id); returns its id, None if read-only.

        Raises:
            JianwenError: it was deleted meanwhile, or the disk is full.
        """
        return None if self.read_only else self._briefings.keep(briefing, known, dt.datetime.now(dt.UTC))

    def briefings(self) -> tuple[KeptBriefing, ...]:
        """Those kept, last changed first."""
        return self._briefings.all()

    def briefing(self, briefing: int) -> Briefing:
        """One kept, its citations where the words stand today. Raises JianwenError for an unknown id."""
        return self._briefings.open(briefing)

    def forget_briefing(self, briefing: int) -> None:
        """Delete one. Raises JianwenError: there is none of that id, or the library is read-only."""
        self._require_writable()
        self._briefings.delete(briefing)

    # ------------------------------------------------------------ health

    def doctor(self) -> tuple[Finding, ...]:
        """Everything checked, the good included; reads every original once."""
        findings = [*catalog_findings(self._catalog), *original_findings(self._catalog, self._originals)]
        findings += [*reading_findings(self._catalog), *model_findings(self._settings), *disk_findings(self.path)]
        try:
            made_with = recipe(self._ready_embedder())
        except JianwenError:  # said by the models' findings
            made_with = None
        findings += [*self._vectors.findings(made_with), *self._keywords.findings()]
        if self.read_only:
            findings.append(Finding("warning", _HELD, "请先关闭另一个窗口或命令，再重新打开资料库。"))
        return tuple(findings)

    # ------------------------------------------------------------ plumbing

    def _sources(
        self, within: Sequence[str] = (), only: Period | None = None, stop: StopSignal | None = None
    ) -> LibrarySources:
        ids = tuple(document.id for document in self._named(within))
        stores = self._catalog, self._vectors, self._keywords
        return LibrarySources(*stores, lambda: self._loaded_embedder(stop), self._judge, ids, only)

    def _named(self, names: Sequence[str]) -> tuple[Document, ...]:
        """The documents meant by ids, beginnings of ids, or file names; each once."""
        return named(names, self.documents()) if names else ()

    def _ready_embedder(self) -> Embedder:
        if self._embedder is None:
            from rag.evidence.embedding import SentenceEmbedder
            from rag.models import require_embedding_model

            self._embedder = SentenceEmbedder(require_embedding_model(self._settings), self._settings.threads)
        return self._embedder

    def _loaded_embedder(self, stop: StopSignal | None) -> Embedder:
        embedder = self._ready_embedder()
        embedder.load(stop)
        return embedder

    def _ready_chat(self) -> ChatModel:
        if self._chat is None:
            from rag.chat.llama_chat import LlamaChat
            from rag.models import require_chat_model

            settings = self._settings
            self._chat = LlamaChat(require_chat_model(settings), settings.context_tokens, settings.threads)
        return self._chat

    def _require_writable(self) -> None:
        if self.read_only:
            raise JianwenError(f"{_HELD}请先关闭它，再重新打开资料库。")

    def _require_idle(self) -> None:
        self._require_writable()
        if self._writing is not None:
            raise JianwenError(_BUSY)

    def _require_settled(self) -> None:
        """Nobody is at work on what READY documents have in the indexes."""
        self._require_writable()
        if self._writing is not None and not self._ingest.importing:
            raise JianwenError(_BUSY)

    def _exclusively(self, work: Generator[_Event, None, None]) -> Iterator[_Event]:
        """`work`, as the one writing generator while it runs."""
        if self._writing is not None:
            raise JianwenError(_BUSY)
        self._writing = work
        try:
            yield from work
        finally:
            self._writing = None
