"""One import, from the paths handed in to the closing event of each file.

Taking in, reading and indexing go on side by side, in small turns of one loop: a turn takes in a file, hears what the
workers have read, and embeds one batch. Nothing happens between two turns, so that whoever pulls the events can pause
the import by not pulling. Files end in the order in which they are done.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path
from typing import Final

from rag.errors import Stopped
from rag.intake.files import Candidate, Incoming, Intake, Offered, Refused, Unpacked, Unpacking, explained, password_for
from rag.intake.indexing import Indexed, Indexing
from rag.intake.reading import FileFailed, FileRead, Opened, PageDone, ReadEvent, ReadingQueue
from rag.intake.spool import Spool
from rag.intake.time_left import TimeLeft
from rag.store.catalog import Catalog, State
from rag.text import passages
from rag.types import AddEvent, AddStatus, Document, FileAdded, Progress, StopSignal, heed

_WAIT: Final = 0.1  # seconds to listen to the workers when there is nothing else to do
_AHEAD: Final = 256  # passages waiting to be embedded from which on no further file is opened
_NO_TEXT: Final = "文件里没有读到文字：可能是空文件，或是扫描的图片。"


class Import:
    """`erase` takes a document out of the catalogue, the indexes and the originals."""

    def __init__(
        self,
        catalog: Catalog,
        intake: Intake,
        reading: ReadingQueue,
        indexing: Indexing,
        spool: Spool,
        erase: Callable[[str], None],
        passwords: Mapping[Path, str],
    ) -> None:
        self._catalog = catalog
        self._intake = intake
        self._reading = reading
        self._indexing = indexing
        self._spool = spool
        self._erase = erase
        self._passwords = passwords
        self._inside: dict[str, Incoming] = {}  # by document: taken in, and not done yet
        self._problems: dict[str, tuple[str, ...]] = {}  # about pages of documents on their way to READY
        self._same: dict[str, list[tuple[Candidate, Incoming]]] = {}  # with the bytes of one that is inside
        self._archives: list[Incoming] = []  # pending until what is in them has been taken in
        self._time = TimeLeft()
        self._shown = Progress("准备导入", 0, 0)

    def run(self, candidates: Iterator[Offered], stop: StopSignal | None) -> Generator[AddEvent, None, None]:
        """What earlier imports left over, then `candidates`. Raises Stopped; the files of this import that are not
        done are then taken back, while the pages read of them stay in the spool."""
        try:
            for event in self._turns(candidates, stop):
                before = time.monotonic()
                yield event
                self._time.pause(time.monotonic() - before)
        except Stopped:
            self._reading.abandon()
            self._indexing.forget()
            self._take_back()
            raise
        finally:
            self._reading.abandon()
            self._indexing.forget()
            self._intake.sweep()

    def _turns(self, candidates: Iterator[Offered], stop: StopSignal | None) -> Iterator[AddEvent]:
        for file in self._intake.left_over():
            self._begin(file)
        candidates = itertools.chain(self._intake.left_over_in_archives(stop), candidates)
        more = True
        while more or not self._reading.idle or not self._indexing.idle:
            heed(stop)
            if more:
                offered = next(candidates, None)
                more = offered is not None
                if offered is not None:
                    yield from self._offered(offered, stop)
            quiet = True
            busy = more or self._indexing.ready(flush=self._reading.idle)
            for event in self._reading.step(0.0 if busy else _WAIT, begin=self._indexing.passages < _AHEAD):
                quiet = False
                yield from self._read(event, stop)
            for step in self._indexing.step(quiet and not more, stop):
                quiet = False
                yield from self._indexed(step, stop)
            if quiet and not more:
                yield self._shown  # a moment for whoever wants to look in between
        self._let_archives_go()

    # ------------------------------------------------------------ taking in

    def _offered(self, offered: Offered, stop: StopSignal | None) -> Iterator[AddEvent]:
        match offered:
            case Refused(path, error):
                yield FileAdded(path, AddStatus.FAILED, "", 0, 0, error, 0.0)
            case Unpacking(archive):
                self._archives.append(archive)
            case Unpacked():
                self._let_archives_go()
            case Candidate():
                yield from self._taken_in(offered, stop)

    def _let_archives_go(self) -> None:
        """Unless some file waits to be taken in, until another of the same bytes is done."""
        if not self._same:
            for archive in self._archives:
                self._intake.drop(archive.sha256, archive.original)
            self._archives.clear()

    def _taken_in(self, candidate: Candidate, stop: StopSignal | None) -> Iterator[AddEvent]:
        try:
            file = self._intake.identify(candidate, stop)
            file.password = password_for(candidate.path, self._passwords)
            duplicate = self._place(candidate, file, stop)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 — one file never stops the others
            yield FileAdded(candidate.path, AddStatus.FAILED, "", 0, 0, explained(error, candidate.path), 0.0)
            return
        if duplicate and file.ours:  # else an earlier import has told how it went
            yield self._closing(file, AddStatus.DUPLICATE)

    def _place(self, candidate: Candidate, file: Incoming, stop: StopSignal | None) -> bool:
        """Where a file goes; true when it is in the library already."""
        inside = self._inside.get(file.document)
        if inside is not None and (inside.ours or inside.suffix != file.suffix):
            self._same.setdefault(file.document, []).append((self._intake.set_aside(candidate), file))
            return False
        if inside is not None:  # left over by an earlier import, and now given again
            inside.path, inside.password, inside.ours = file.path, file.password, file.ours
            return False
        known = self._catalog.find(file.sha256)
        if known and known[1] is State.READY:
            return True
        if known:  # it could not be finished: read it anew
            self._erase(known[0])
        self._intake.keep(candidate.source, file, stop)
        self._begin(file)
        return False

    def _begin(self, file: Incoming) -> None:
        self._inside[file.document] = file
        self._reading.put(file)

    def _take_back(self) -> None:
        for file in (*self._archives, *self._inside.values()):
            if not file.ours:
                continue
            if self._catalog.find(file.sha256):
                self._erase(file.document)
            else:
                self._intake.drop(file.sha256, file.original)

    # ------------------------------------------------------------ what was read

    def _read(self, event: ReadEvent, stop: StopSignal | None) -> Iterator[AddEvent]:
        match event:
            case Opened(file, _, unread):
                file.began = time.perf_counter()  # rather than when it was queued
                self._time.opened(unread)
            case PageDone(file, _, done, total):
                self._time.read()
                page = f" 第 {done}/{total} 页" if total > 1 else ""
                yield self._show(Progress(f"读取 {file.name}{page}", done, total))
            case FileFailed(file, error, locked, unread):
                self._time.gave_up(unread)
                yield from self._failed(file, error, stop, AddStatus.LOCKED if locked else AddStatus.FAILED)
            case FileRead(file):
                yield from self._made(event, file, stop)

    def _made(self, event: FileRead, file: Incoming, stop: StopSignal | None) -> Iterator[AddEvent]:
        problems = tuple(
            file.in_users_words(f"第 {page} 页：{problem}" if event.pages > 1 else problem)
            for page, problem in event.problems.items()
        )
        if not event.paragraphs:
            yield from self._failed(file, problems[0] if problems else _NO_TEXT, stop)
            return
        row = Document(
            file.document,
            file.name,
            file.sha256,
            file.bytes,
            file.added,
            event.pages,
            event.articles,
            0,
            problems,
        )
        try:
            self._catalog.insert(row, file.suffix, event.parts, passages, stop)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 — one file never stops the others
            yield from self._failed(file, explained(error, file.path), stop)
            return
        self._problems[file.document] = problems
        self._spool.drop(file.sha256)
        self._time.made(event.pages, self._indexing.put(file.document, file.name))

    def _failed(
        self, file: Incoming, error: str, stop: StopSignal | None, status: AddStatus = AddStatus.FAILED
    ) -> Iterator[AddEvent]:
        """A file that does not become a document: nothing of it stays."""
        self._spool.drop(file.sha256)
        self._intake.drop(file.sha256, file.original)
        yield from self._done(file, status, stop, file.in_users_words(error))

    # ------------------------------------------------------------ what was indexed

    def _indexed(self, step: Progress | Indexed, stop: StopSignal | None) -> Iterator[AddEvent]:
        if isinstance(step, Progress):
            self._time.indexed(*self._indexing.last)
            yield self._show(step)
            return
        file = self._inside[step.document]
        if step.failure is None:
            yield from self._done(file, AddStatus.ADDED, stop)
            return
        error = explained(step.failure, file.path)
        if file.ours:  # else it stays as it is for the next time; `doctor` names it
            self._erase(file.document)
        yield from self._done(file, AddStatus.FAILED, stop, error)

    # ------------------------------------------------------------ what is told

    def _done(self, file: Incoming, status: AddStatus, stop: StopSignal | None, error: str = "") -> Iterator[AddEvent]:
        del self._inside[file.document]
        yield self._closing(file, status, error)
        for candidate, same in self._same.pop(file.document, ()):
            if status is AddStatus.ADDED:
                yield self._closing(same, AddStatus.DUPLICATE)
            elif (same.suffix, same.password) == (file.suffix, file.password):
                yield self._closing(same, status, error.replace(file.path.name, same.path.name))
            else:
                yield from self._taken_in(candidate, stop)

    def _closing(self, file: Incoming, status: AddStatus, error: str = "") -> FileAdded:
        found = self._catalog.documents([file.document]) if not error else ()
        counts = (found[0].articles, found[0].paragraphs) if found else (0, 0)
        document = file.document if found else ""
        problems = self._problems.pop(file.document, ()) if status is AddStatus.ADDED else ()
        return FileAdded(file.path, status, document, *counts, error, time.perf_counter() - file.began, problems)

    def _show(self, progress: Progress) -> Progress:
        left = self._time.left(self._reading.waiting)
        self._shown = Progress(progress.step, progress.done, progress.total, left)
        return self._shown
