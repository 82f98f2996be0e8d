"""The child process that owns the library. `python -m desktop.engine_process --library DIR`

Jobs come in on standard input, events go out on what was standard output (see `desktop.protocol`). Libraries
print, so file descriptor 1 is pointed at the log before anything else is imported. One thread reads the pipe, so
that a stop takes effect while a job runs; all work happens on the main thread, because SQLite, Chroma and
llama.cpp each want one owner. The process ends by itself when its input closes: the window has gone.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from desktop import briefing_jobs
from desktop.backend import Backend, EngineLibrary
from desktop.protocol import (
    AddFiles,
    Ask,
    ContinueJob,
    ConversationList,
    Correct,
    ForgetConversation,
    ForgetFilter,
    FrameReader,
    FromEngine,
    Job,
    JobDone,
    JobEvent,
    JobFailed,
    JobStopped,
    KeepFilter,
    Kept,
    LibraryState,
    ListConversations,
    ListModels,
    LoadLibrary,
    ModelList,
    OpenConversation,
    OpenDocument,
    OpenedConversation,
    OpenedDocument,
    PauseJob,
    Rebuild,
    Remove,
    Request,
    Resume,
    StopJob,
    Throttle,
    UndoCorrections,
    WarmUp,
    may_interrupt,
    pack,
    resumable,
)
from rag.answers import Answer, Refusal
from rag.errors import JianwenError, Stopped
from rag.types import StopSignal

BUG_MESSAGE = "程序出错了，这是简问的问题，不是您操作有误。"
GRACE = 5.0  # seconds a running job gets to end once the window has gone


class JobQueue:
    """Waiting jobs, and the stop signals of running ones; shared by the reading thread and the main thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: list[Job] = []
        self._running: dict[int, tuple[Job, threading.Event]] = {}
        self._paused: set[int] = set()
        self._closed = False

    def submit(self, job: Job) -> None:
        with self._changed:
            self._waiting.append(job)
            self._changed.notify()

    def stop(self, number: int) -> bool:
        """Ask a job to stop; True when it had not begun and so has ended here."""
        with self._changed:
            self._changed.notify()
            if number in self._running:
                self._running[number][1].set()
                return False
            waiting = [job for job in self._waiting if job.id != number]
            gone = len(waiting) < len(self._waiting)
            self._waiting = waiting
            return gone

    def pause(self, number: int) -> None:
        """Let a job take no further step; one that has not begun takes its first."""
        with self._changed:
            if number in self._running or any(job.id == number for job in self._waiting):
                self._paused.add(number)

    def unpause(self, number: int) -> None:
        with self._changed:
            self._paused.discard(number)
            self._changed.notify()

    def close(self) -> None:
        """No more work will come: drop what waits, stop what runs, but leave alone what will be resumed."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            for job, stop in self._running.values():
                if not resumable(job.request):
                    stop.set()
            self._changed.notify()

    def next(self) -> tuple[Job, threading.Event] | None:
        """Wait for the next job; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return None if self._closed else self._start(self._waiting[0])

    def between(self, running: Job) -> tuple[Job, threading.Event] | None:
        """The next job to slip in between two steps of `running`; None: go on with it. Waits while it is paused."""
        stop = self._running[running.id][1]
        with self._changed:
            while True:
                for job in self._waiting:
                    if may_interrupt(job.request, running.request):
                        return self._start(job)
                if running.id not in self._paused or self._closed or stop.is_set():
                    return None
                self._changed.wait()

    def leaves(self, job: Job) -> bool:
        """Whether to drop a running job where it stands: the window has gone, and the library will go on with it."""
        with self._changed:
            return self._closed and resumable(job.request)

    def finished(self, job: Job) -> None:
        with self._changed:
            del self._running[job.id]
            self._paused.discard(job.id)

    def _start(self, job: Job) -> tuple[Job, threading.Event]:
        self._waiting.remove(job)
        stop = threading.Event()
        self._running[job.id] = (job, stop)
        return job, stop


class Outlet:
    """Writes frames; both threads may."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, message: FromEngine) -> None:
        with self._lock:
            self._stream.write(pack(message))
            self._stream.flush()


class Worker:
    """Runs jobs, one at a time, on the thread that calls `run`."""

    def __init__(self, backend: Backend, library: Path, queue: JobQueue, outlet: Outlet) -> None:
        self._backend = backend
        self._path = library
        self._queue = queue
        self._outlet = outlet
        self._library: EngineLibrary | None = None
        self._told_unkept = False

    def run(self) -> None:
        """Work until the queue is closed."""
        try:
            while (item := self._queue.next()) is not None:
                self._execute(*item)
        finally:
            if self._library is not None:
                self._library.close()

    def _execute(self, job: Job, stop: threading.Event) -> None:
        throttle = Throttle(time.monotonic)
        try:
            for event in self._perform(job.request, stop):
                self._send(job, throttle.feed(event))
                while (item := self._queue.between(job)) is not None:
                    self._execute(*item)
                if self._queue.leaves(job):
                    return
            self._send(job, throttle.flush())
        except Stopped:
            end: FromEngine = JobStopped(job.id)
        except JianwenError as error:
            end = JobFailed(job.id, str(error))
        except BrokenPipeError:
            raise  # the window has gone: nobody to tell
        except Exception:  # noqa: BLE001  the outermost layer: a bug is logged whole and said to be one
            traceback.print_exc()
            end = JobFailed(job.id, BUG_MESSAGE, bug=True)
        else:
            end = JobDone(job.id)
        self._queue.finished(job)
        self._outlet.send(end)

    def _send(self, job: Job, events: list[object]) -> None:
        for event in events:
            self._outlet.send(JobEvent(job.id, event))

    def _perform(self, request: Request, stop: StopSignal) -> Iterator[object]:
        if isinstance(request, ListModels):  # must work without a library: it is how a wrong model is mended
            yield ModelList(self._backend.models())
            return
        library = self._opened()
        match request:
            case LoadLibrary():
                yield self._state(library)
            case OpenDocument(document):
                yield OpenedDocument(document, library.articles((document,)), library.furniture(document))
            case Ask():
                yield from self._ask(library, request, stop)
            case ListConversations(words):
                yield ConversationList(words, library.conversations(words))
            case OpenConversation(conversation):
                yield OpenedConversation(conversation, library.conversation(conversation))
            case ForgetConversation(conversation):
                library.forget(conversation)
            case KeepFilter(kept):
                library.keep_filter(kept)
                yield self._state(library)
            case ForgetFilter(name):
                library.forget_filter(name)
                yield self._state(library)
            case AddFiles(paths, passwords):
                yield from library.add(paths, stop, passwords or None)
            case Correct(document, correction):
                yield OpenedDocument(document, library.correct(correction), library.furniture(document))
            case UndoCorrections(document):
                yield OpenedDocument(document, library.undo_corrections(document), library.furniture(document))
            case Remove(documents):
                library.remove(documents)
                yield self._state(library)
            case Rebuild():
                yield from library.rebuild(stop)
            case Resume():
                yield from library.resume(stop)
            case WarmUp():
                yield from library.warm_up(stop)
            case wish:
                yield from briefing_jobs.perform(library, wish, stop)

    def _ask(self, library: EngineLibrary, ask: Ask, stop: StopSignal) -> Iterator[object]:
        events = library.ask(ask.question, ask.within, stop, before=ask.before, switched=ask.switched, only=ask.only)
        for event in events:
            yield event
            if isinstance(event, Answer | Refusal):
                yield self._keep(library, ask, event)

    def _keep(self, library: EngineLibrary, ask: Ask, reply: Answer | Refusal) -> Kept:
        """Keep what was answered; that it cannot be kept takes nothing from the answer, and is told once."""
        try:
            kept = library.remember(ask.question, reply, ask.conversation)
        except JianwenError as error:
            told, self._told_unkept = self._told_unkept, True
            return Kept(None, "" if told else f"这次问答没有记入历史：{error}")
        self._told_unkept = False
        return Kept(kept)

    def _opened(self) -> EngineLibrary:
        # Opened by the first job and, if that fails, tried again by the next: the cause may have gone.
        if self._library is None:
            self._library = self._backend.open(self._path)
        return self._library

    def _state(self, library: EngineLibrary) -> LibraryState:
        documents = library.documents()
        files = {document.id: library.file(document.id) for document in documents}
        return LibraryState(library.path, documents, files, library.read_only, library.filters(), library.days())


def _read_jobs(stream: BinaryIO, queue: JobQueue, outlet: Outlet) -> None:
    """The reading thread: returns when the window has closed the pipe."""
    frames = FrameReader()
    while data := os.read(stream.fileno(), 65536):
        for message in frames.feed(data):
            match message:
                case Job():
                    queue.submit(message)
                case StopJob(number) if queue.stop(number):
                    outlet.send(JobStopped(number))
                case PauseJob(number):
                    queue.pause(number)
                case ContinueJob(number):
                    queue.unpause(number)
    queue.close()
    # Native code may not look at the stop signal for a while; the library stands a kill at any moment.
    watchdog = threading.Timer(GRACE, os._exit, (1,))
    watchdog.daemon = True
    watchdog.start()


def _claim_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output as binary streams of our own; fd 1 becomes the log, whoever prints."""
    out = os.dup(1)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (0, out):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return os.fdopen(0, "rb", buffering=0, closefd=False), os.fdopen(out, "wb")


def _named(factory: str) -> Backend:
    module, _, name = factory.partition(":")
    backend = getattr(importlib.import_module(module), name)()
    if not isinstance(backend, Backend):
        raise TypeError(f"{factory} gave no Backend")
    return backend


def main(argv: Sequence[str] | None = None) -> int:
    """Serve jobs until standard input closes."""
    incoming, outgoing = _claim_pipes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is the window's affair
    faulthandler.enable(file=2)
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--factory", default="desktop.backend:real", help="module:function giving a Backend")
    arguments = parser.parse_args(argv)
    backend = _named(arguments.factory)
    queue, outlet = JobQueue(), Outlet(outgoing)
    reader = threading.Thread(target=_read_jobs, args=(incoming, queue, outlet), daemon=True, name="jobs")
    reader.start()
    with contextlib.suppress(BrokenPipeError):
        Worker(backend, arguments.library, queue, outlet).run()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Not sys.exit: tearing down native libraries at interpreter exit is where they crash; nothing is left to save.
    os._exit(code)
