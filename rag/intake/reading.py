"""Files → readings, page by page by the workers of a pool; pages already read come from the spool.

A page is the unit: a file's first job opens it and reads some pages, what remains goes in runs to whoever is free, and
when all are there one worker makes the articles. A page that cannot be read is one with a `problem`; only a file that
cannot be opened, or whose articles cannot be made, fails as a whole. Jobs are handed out in `step` alone: when nobody
calls it, the workers fall idle after what they have.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from rag.intake.reading_pool import NO_START, Answer, Job, Lost, ReadingPool
from rag.intake.reading_wire import Message, joined
from rag.intake.spool import Spool, SpooledPage
from rag.store.packing import pack, unpack
from rag.store.reading_parts import Part
from rag.types import Page

RUN: Final = 16  # pages in one job at most
_logger = logging.getLogger(__name__)

_FILE_LOST: Final = {
    "time": "打开这个文件用了太久，已经停止。文件可能已损坏：请用原软件打开，另存一份再添加。",
    "memory": "打开这个文件需要的内存超出了限度，已经停止。请拆分文件，或用原软件另存一份再添加。",
    "crash": "打开这个文件时读取程序意外退出。文件可能已损坏：请用原软件打开，另存一份再添加。",
}
_PAGE_LOST: Final = {
    "time": "读这一页用了太久，已经跳过。",
    "memory": "读这一页需要的内存超出了限度，已经跳过。",
    "crash": "读这一页时读取程序意外退出，已经跳过。",
}
_ARTICLES_LOST: Final = {
    "time": "划分文章用了太久，已经停止。请拆分文件再添加。",
    "memory": "划分文章需要的内存超出了限度，已经停止。请拆分文件再添加。",
    "crash": "划分文章时程序意外退出，这是简问的问题。请拆分文件再试。",
}


class ReadableFile(Protocol):
    """A file to read, as the queue needs it."""

    @property
    def sha256(self) -> str: ...
    @property
    def kept(self) -> str:
        """The path of the copy that is read."""
        ...

    @property
    def name(self) -> str:
        """What the user called it: may tell the date of an issue."""
        ...

    @property
    def password(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """`unread`: how many of its `pages` are still to be read."""

    file: Any
    pages: int
    unread: int


@dataclass(frozen=True, slots=True)
class PageDone:
    """`done` of the file's `total` pages have been dealt with, `page` last."""

    file: Any
    page: int
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FileRead:
    """`articles`, `paragraphs`: how many were made of it. `problems`: sentences about single pages, by page number."""

    file: Any
    packed: tuple[bytes, ...]
    articles: int
    paragraphs: int
    pages: int
    problems: dict[int, str]

    @property
    def parts(self) -> Iterator[Part]:
        """The reading, of which only the part at hand is unpacked."""
        return (unpack(Part, data) for data in self.packed)


@dataclass(frozen=True, slots=True)
class FileFailed:
    """`unread`: how many pages of it will not be read, as far as that was known."""

    file: Any
    error: str
    locked: bool
    unread: int


ReadEvent = Opened | PageDone | FileRead | FileFailed


@dataclass(slots=True, eq=False)
class _Work:
    """How far the reading of one file is."""

    file: Any
    problems: dict[int, str]  # of each page that was dealt with, "" for none
    jobs: deque[Message] = field(default_factory=deque)
    doing: dict[Job, list[int]] = field(default_factory=dict)  # the pages that each job has still to deal with
    pages: int = 0  # 0: not opened yet
    date: str = ""
    parts: list[bytes] = field(default_factory=list)  # of the reading
    made: tuple[int, int] | None = None  # articles and paragraphs, once the reading is there
    retried: set[tuple[str, int]] = field(default_factory=set)

    @property
    def begun(self) -> bool:
        return bool(self.pages or self.doing)


class ReadingQueue:
    """Reads the files put into it, the first ones first, several at a time."""

    def __init__(self, pool: ReadingPool, spool: Spool) -> None:
        self._pool = pool
        self._spool = spool
        self._works: list[_Work] = []

    def put(self, file: ReadableFile) -> None:
        work = _Work(file, self._spool.problems(file.sha256))
        work.jobs.append(self._read_job(work, None))
        self._works.append(work)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to read."""
        return not self._works

    @property
    def waiting(self) -> int:
        """Files not opened yet."""
        return sum(not work.pages for work in self._works)

    def step(self, timeout: float, begin: bool = True) -> Iterator[ReadEvent]:
        """Hand out jobs (of files not begun only if `begin`), and what came back within `timeout` seconds."""
        self._hand_out(begin)
        answers = self._pool.answers(timeout)
        self._spool.put(_pages(answers))
        for job, message, payload in answers:
            if job.owner not in self._works:  # it has failed meanwhile
                continue
            if isinstance(message, Lost):
                yield from self._lost(job, message)
            else:
                yield from self._heard(job, message, payload)

    def abandon(self) -> None:
        """Stop reading and forget the files; the pages read so far stay in the spool."""
        self._spool.put(_pages(self._pool.answers(0.0)))
        self._works.clear()
        self._pool.abandon()

    # ------------------------------------------------------------ handing out

    def _hand_out(self, begin: bool) -> None:
        waiting = sum(not work.begun for work in self._works) if begin else 0
        # a file that does not have to share the workers leaves all but its first page to the others
        run = 1 if waiting < self._pool.free else RUN
        for work in self._works:
            while work.jobs and (work.begun or begin) and self._pool.free:
                message = work.jobs.popleft() | {"password": work.file.password, "run": run}
                payload = joined(self._spool.pages(work.file.sha256)) if message["job"] == "articles" else b""
                job = Job(work, message, payload)
                work.doing[job] = list(message.get("pages") or ())
                self._pool.give(job)

    def _read_job(self, work: _Work, pages: list[int] | None) -> Message:
        return {
            "job": "read",
            "path": work.file.kept,
            "name": work.file.name,
            "pages": pages,
            "have": sorted(work.problems) if pages is None else [],
            "budget": self._pool.limits.budget,
        }

    def _queue_runs(self, work: _Work, pages: list[int], size: int) -> None:
        for start in range(0, len(pages), size):
            work.jobs.append(self._read_job(work, pages[start : start + size]))

    # ------------------------------------------------------------ what comes back

    def _heard(self, job: Job, message: Message, payload: bytes) -> Iterator[ReadEvent]:
        work: _Work = job.owner
        if message.get("trace"):
            _logger.error("%s: %s", work.file.kept, message["trace"])
        if "opened" in message:
            yield self._opened(work, job, message)
        elif "problem" in message:
            yield self._page(work, job, message["page"], message["problem"])
        elif "part" in message:
            work.parts[message["part"] - 1 :] = [payload]  # a worker lost amid them: the next begins with the first
        elif "articles" in message:
            work.made = message["articles"], message["paragraphs"]
        elif "failed" in message:
            yield self._failed(work, message["failed"], bool(message.get("locked")))
        elif "done" in message:
            done = len(job.message.get("pages") or ()) - len(message["done"])
            self._queue_runs(work, message["done"], max(1, min(done, RUN)))
            del work.doing[job]
            yield from self._settled(work)

    def _opened(self, work: _Work, job: Job, message: Message) -> Opened:
        work.pages, work.date = message["opened"], message["date"]
        job.message["pages"] = message["chosen"]
        work.doing[job] = list(message["chosen"])
        unread = [n for n in range(1, work.pages + 1) if n not in work.problems]
        rest = unread[len(message["chosen"]) :]
        self._queue_runs(work, rest, min(RUN, -(-len(rest) // self._pool.most) or 1))
        return Opened(work.file, work.pages, len(unread))

    def _page(self, work: _Work, job: Job, page: int, problem: str) -> PageDone:
        work.problems[page] = problem
        work.doing[job] = [number for number in work.doing[job] if number != page]
        return PageDone(work.file, page, len(work.problems), work.pages)

    def _settled(self, work: _Work) -> Iterator[ReadEvent]:
        """See what a finished job leaves to do."""
        if work.jobs or work.doing:
            return
        if work.made:
            self._works.remove(work)
            problems = {page: problem for page, problem in sorted(work.problems.items()) if problem}
            yield FileRead(work.file, tuple(work.parts), *work.made, work.pages, problems)
        else:
            work.jobs.append({"job": "articles", "name": work.file.name, "date": work.date})

    def _failed(self, work: _Work, error: str, locked: bool = False) -> FileFailed:
        self._works.remove(work)
        return FileFailed(work.file, error, locked, work.pages - len(work.problems) if work.pages else 0)

    def _lost(self, job: Job, lost: Lost) -> Iterator[ReadEvent]:
        """A worker has ended. Another one tries the same once more, unless it took too long: what used up the memory
        may have been left over from an earlier page."""
        work: _Work = job.owner
        _logger.warning("a worker was lost (%s) at %s %d of %s", lost.cause, lost.step, lost.page, work.file.kept)
        rest = work.doing.pop(job)
        again = lost.cause != "time" and (lost.step, lost.page) not in work.retried
        work.retried.add((lost.step, lost.page))
        if again or (lost.step == "page" and lost.page not in rest):  # the latter: between two pages
            self._retry(work, job, rest)
        elif lost.step == "page":
            page = Page(lost.page, (), problem=_PAGE_LOST[lost.cause])
            self._spool.put([(work.file.sha256, page.number, page.problem, pack(page))])
            work.problems[page.number] = page.problem
            yield PageDone(work.file, page.number, len(work.problems), work.pages)
            self._queue_runs(work, [number for number in rest if number != page.number], RUN)
            yield from self._settled(work)
        elif lost.step == "start":
            yield self._failed(work, NO_START)
        else:
            yield self._failed(work, (_FILE_LOST if lost.step == "open" else _ARTICLES_LOST)[lost.cause])

    def _retry(self, work: _Work, job: Job, rest: list[int]) -> None:
        if job.message["job"] == "articles" or not work.pages:
            work.jobs.append(job.message)
        else:  # the page at fault by itself
            self._queue_runs(work, rest[:1], 1)
            self._queue_runs(work, rest[1:], RUN)
            if not rest:  # lost while making the articles of a file that was read whole
                work.jobs.append({"job": "articles", "name": work.file.name, "date": work.date})


def _pages(answers: list[Answer]) -> list[SpooledPage]:
    """The pages among what came back."""
    return [
        (job.owner.file.sha256, message["page"], message["problem"], payload)
        for job, message, payload in answers
        if isinstance(message, dict) and "problem" in message
    ]
