"""Worker processes that read files, watched from here: whatever happens in one, the others and the program go on.

The libraries that take files apart meet every kind of damage; they may never come back, eat all memory, or bring
their process down. So they run in `rag.intake.reading_worker` only, at low priority, a few pages at a time. A
thread listens to each worker, and one thread watches the clock and the memory of all; both go on while the
program is busy or paused.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rag.errors import JianwenError
from rag.intake.reading_wire import Message, receive, send

_ROOT: Final = Path(__file__).resolve().parents[2]
NO_START: Final = "读取文件的后台进程启动不了。请关掉其他占内存的程序再试；仍不行，请重新安装简问。"
_WATCH: Final = 0.1  # seconds between two looks at the workers


@dataclass(frozen=True, slots=True)
class Limits:
    """How long (seconds) and how large (bytes resident) a worker may be at one step before it is stopped.

    page: text takes a tenth of a second.
    recognise: a page whose text is recognised. An A4 scan takes 6.5 s of one core, an A3 one twice that; on a laptop
        three times slower, with the window and the other worker on the same two cores, some minutes. It says when it
        is begun, so that a page that hangs without it is stopped early.
    convert: opening a file that LibreOffice turns into another first, which is stopped before, with a better sentence,
        at `rag.readers.office.TIME_LIMIT`.
    budget: a worker hands back what it has not begun after this long, so that others can take it.
    idle: a worker without work ends after this long.
    """

    start: float = 120.0
    open: float = 60.0
    page: float = 60.0
    recognise: float = 600.0
    convert: float = 150.0
    articles: float = 300.0
    memory: int = 2 << 30
    budget: float = 2.0
    idle: float = 20.0

    def of(self, step: str) -> float:
        return float(getattr(self, step))


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What a worker is to do (see `rag.intake.reading_worker`). `owner` says whose answers these are."""

    owner: Any
    message: Message = field(repr=False)  # may hold a password
    payload: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """A worker ended within a step: `cause` is "time", "memory" or "crash"."""

    step: str
    page: int
    cause: str


Answer = tuple[Job, Message | Lost, bytes]


class _Worker:
    """One process, and the thread that listens to it."""

    def __init__(self, inbox: queue.SimpleQueue[tuple[_Worker, Message | None, bytes]], limits: Limits, hello: Message):
        self.job: Job | None = None
        self.path = ""  # of the file it has open
        self.step, self.page, self.since = "start", 0, time.monotonic()
        self.slow = ""  # the slow step within `step` (see `rag.readers.slow`)
        self.cause = "crash"  # of its end
        self.busy = False  # as the watch sees it: at a step that has a limit
        self._inbox, self._limits = inbox, limits
        self._gone = threading.Lock()
        self._reaped = False
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "rag.intake.reading_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            **_apart(),
        )
        self.pid = self._process.pid
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        self._send(hello, b"")

    def take(self, job: Job) -> None:
        """Count as busy with `job` from now on."""
        self.job, self.busy, self.since = job, True, time.monotonic()
        self.path = job.message.get("path", "")
        self.slow = ""
        if self.step != "start":
            self.step = "open"

    def begin(self, job: Job) -> None:
        """Hand over `job`; may wait for a worker that is just starting."""
        self._send(job.message, job.payload)

    def overdue(self, now: float) -> bool:
        return self.busy and now - self.since > self._limits.of(self.slow or self.step)

    def resident(self) -> int:
        """Bytes in memory, 0 when it has ended."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self, cause: str) -> None:
        """End it, and what it has started; the listening thread then says so."""
        with self._gone:
            if not self._reaped:
                self.cause = cause
                _kill(self._process)

    def join(self) -> None:
        self._thread.join()

    def _send(self, message: Message, payload: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has just died: its thread says so
            send(self._process.stdin, message, payload)  # type: ignore[arg-type]

    def _listen(self) -> None:
        assert self._process.stdout is not None
        while (frame := receive(self._process.stdout)) is not None:  # type: ignore[arg-type]
            message, payload = frame
            self.since = time.monotonic()
            if "step" in message:
                self.step, self.page, self.slow = message["step"], message["page"], ""
                continue
            if "slow" in message:
                self.slow = message["slow"]
                continue
            if "ready" in message:
                self.step = "open"
                continue
            self.busy = not ("done" in message or "failed" in message)
            self._inbox.put((self, message, payload))
        with self._gone:
            _kill(self._process)  # what it has started, if that still runs
            self._reaped = True
        self._process.stdout.close()
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait()
        self.busy = False
        self._inbox.put((self, None, b""))


class ReadingPool:
    """As many workers as the processor has cores, started when first needed.

    Args:
        workers: at most so many; 0: one for each physical core.
        limits: what a worker may take.
        readers: modules for more file endings, ".ending" → module name, each with `open(path, password) -> Source`.
    """

    def __init__(
        self, workers: int = 0, limits: Limits | None = None, readers: Mapping[str, str] | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.readers = dict(readers or {})
        self._most = workers
        self._workers: list[_Worker] = []
        self._inbox: queue.SimpleQueue[tuple[_Worker, Message | None, bytes]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._watch: threading.Thread | None = None

    @property
    def most(self) -> int:
        """How many workers there may be."""
        if not self._most:
            from rag.models.machine import physical_cores

            self._most = physical_cores()
        return self._most

    @property
    def free(self) -> int:
        """How many jobs can be given now."""
        return self.most - sum(worker.job is not None for worker in self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers."""
        with self._lock:
            return tuple(worker.pid for worker in self._workers)

    def give(self, job: Job) -> None:
        """Have a worker do `job`: one that has the file open, any other idle one, or a new one; some must be free.

        Raises:
            JianwenError: the system starts no more processes.
        """
        assert self.free > 0
        path = job.message.get("path", "")
        with self._lock:
            idle = [worker for worker in self._workers if worker.job is None]
            worker = next((one for one in idle if one.path == path), idle[0] if idle else None)
            if worker is None:
                hello = {"readers": self.readers, "address_space": 2 * self.limits.memory}
                try:
                    worker = _Worker(self._inbox, self.limits, hello)
                except OSError as error:
                    raise JianwenError(NO_START) from error
                self._workers.append(worker)
            worker.take(job)
            if self._watch is None:
                self._watch = threading.Thread(target=self._look_after, daemon=True)
                self._watch.start()
        worker.begin(job)

    def answers(self, timeout: float) -> list[Answer]:
        """What has come back; waits up to `timeout` seconds for the first."""
        found: list[Answer] = []
        try:
            found += self._taken(*self._inbox.get(timeout=timeout) if timeout > 0 else self._inbox.get_nowait())
            while True:
                found += self._taken(*self._inbox.get_nowait())
        except queue.Empty:
            return found

    def abandon(self) -> None:
        """Stop what is being done; nothing more is heard of it."""
        with self._lock:
            busy = [worker for worker in self._workers if worker.job is not None]
            self._workers = [worker for worker in self._workers if worker.job is None]
        for worker in busy:
            worker.kill("stopped")
        for worker in busy:
            worker.join()

    def close(self) -> None:
        """End all workers; the pool can be used again."""
        with self._lock:
            workers, self._workers = self._workers, []
        for worker in workers:
            worker.kill("closed")
        for worker in workers:
            worker.join()

    def _taken(self, worker: _Worker, message: Message | None, payload: bytes) -> list[Answer]:
        with self._lock:
            if worker not in self._workers:
                return []
            job = worker.job
            if message is None:
                self._workers.remove(worker)
                return [(job, Lost(worker.step, worker.page, worker.cause), b"")] if job is not None else []
            if "done" in message or "failed" in message:
                worker.job = None
                if worker.resident() > self.limits.memory // 2:  # what libraries have not given back
                    self._workers.remove(worker)
                    worker.kill("closed")
            return [(job, message, payload)] if job is not None else []

    def _look_after(self) -> None:
        """The watching thread: ends with the last worker."""
        while True:
            time.sleep(_WATCH)
            with self._lock:
                if not self._workers:
                    self._watch = None
                    return
                workers = tuple(self._workers)
            now = time.monotonic()
            for worker in workers:
                if worker.overdue(now):
                    worker.kill("time")
                elif worker.busy and worker.resident() > self.limits.memory:
                    worker.kill("memory")
                elif worker.job is None and now - worker.since > self.limits.idle:
                    self._retire(worker)

    def _retire(self, worker: _Worker) -> None:
        with self._lock:
            if worker.job is not None or worker not in self._workers:
                return
            self._workers.remove(worker)
        worker.kill("closed")


def _environment() -> dict[str, str]:
    """Ours, with the folder that holds `rag` first, so that a plain tree works from anywhere."""
    before = os.environ.get("PYTHONPATH", "")
    path = f"{_ROOT}{os.pathsep}{before}" if before else str(_ROOT)
    return {**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1"}


def _apart() -> dict[str, Any]:
    """Out of reach of the terminal's Ctrl+C, without a console window, at low priority."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS}
    return {"start_new_session": True}


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that was not waited for yet, and all that it has started."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS denies what has just ended
            os.killpg(process.pid, signal.SIGKILL)
        return
    import psutil

    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
    process.kill()
