"""The window's side of the engine: starts the child process, hands it jobs, brings back events, outlives its death.

No threads: QProcess tells when bytes have come. Everything here returns at once, except `shutdown`.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from desktop.briefing_messages import BriefingWish, MakeBriefing
from desktop.protocol import (
    AddFiles,
    Ask,
    ContinueJob,
    Correct,
    ForgetConversation,
    ForgetFilter,
    FrameReader,
    Job,
    JobDone,
    JobEnd,
    JobEvent,
    JobFailed,
    JobStopped,
    KeepFilter,
    PauseJob,
    Rebuild,
    Remove,
    Request,
    StopJob,
    ToEngine,
    UndoCorrections,
    pack,
)

LOG_LIMIT = 1_000_000  # bytes; beyond it the log of the last run is set aside and a new one begun
DEATHS_ALLOWED = 3  # within DEATHS_WINDOW seconds; then restarting would only go round in circles
DEATHS_WINDOW = 60.0


def _ignore(_: object) -> None:
    pass


class Ticket:
    """One job as the window sees it: `on_event` is called with what the job yields, then `on_end` exactly once.

    No QObject: its signals would hold the closures connected to them, those hold the ticket, and PySide crashes when
    the last reference to a QObject goes away in its own destructor.
    """

    def __init__(
        self,
        engine: Engine,
        number: int,
        request: Request,
        on_event: Callable[[object], None],
        on_end: Callable[[JobEnd], None],
    ) -> None:
        self.number = number
        self.request = request
        self.running = True
        self._engine = engine
        self._on_event = on_event
        self._on_end = on_end

    def stop(self) -> None:
        """Ask the job to stop; `on_end` tells when it has."""
        if self.running:
            self._engine.stop(self.number)

    def pause(self, paused: bool) -> None:
        """Let the job take no further step, or go on."""
        if self.running:
            self._engine.pause(self.number, paused)

    def forget(self) -> None:
        """Call nobody any more: whoever asked has gone."""
        self._on_event = self._on_end = _ignore

    def tell(self, event: object) -> None:
        self._on_event(event)

    def finish(self, end: JobEnd) -> None:
        self.running = False
        on_end = self._on_end
        self.forget()  # what was called may hold widgets, and they hold this ticket
        on_end(end)


class Engine(QObject):
    """The child process. `died` and `gave_up` carry the Chinese notice to show; `started` means: load anew.

    Args:
        library: the library's folder.
        log: the file the child's prints and tracebacks go to.
        factory: `module:function` giving the child another Backend (tests).
        clock: seconds, monotonic.
    """

    started = Signal()
    died = Signal(str)
    gave_up = Signal(str)

    def __init__(
        self,
        library: Path,
        log: Path,
        factory: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.library = library.absolute()
        self.log = log
        self._factory = factory
        self._clock = clock
        self._numbers = itertools.count(1)
        self._tickets: dict[int, Ticket] = {}
        self._outbox: list[ToEngine] = []
        self._deaths: list[float] = []
        self._process: QProcess | None = None
        self._frames = FrameReader()
        self._again = False
        self._impatience = QTimer(self)
        self._impatience.setSingleShot(True)
        self._impatience.timeout.connect(self._lose_patience)

    @property
    def pid(self) -> int:
        """Process id of the child, 0 when there is none."""
        return self._process.processId() if self._process is not None else 0

    def start(self) -> None:
        """Start the child; jobs submitted earlier are sent to it."""
        self._rotate_log()
        process = QProcess(self)
        process.setProcessEnvironment(_environment())
        process.setStandardErrorFile(str(self.log), QProcess.OpenModeFlag.Append)
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._error)
        arguments = ["-P", "-m", "desktop.engine_process", "--library", str(self.library)]
        if self._factory:
            arguments += ["--factory", self._factory]
        self._process, self._frames, self._again = process, FrameReader(), False
        process.start(sys.executable, arguments)
        self.started.emit()
        outbox, self._outbox = self._outbox, []
        for message in outbox:
            self._write(message)

    def submit(
        self,
        request: Request,
        on_event: Callable[[object], None] = _ignore,
        on_end: Callable[[JobEnd], None] = _ignore,
    ) -> Ticket:
        """Queue a job."""
        ticket = Ticket(self, next(self._numbers), request, on_event, on_end)
        self._tickets[ticket.number] = ticket
        self._write(Job(ticket.number, request))
        return ticket

    def stop(self, number: int) -> None:
        """Ask job `number` to stop; unknown numbers are ignored."""
        if number in self._tickets:
            self._write(StopJob(number))

    def pause(self, number: int, paused: bool) -> None:
        """Let job `number` pause or go on; unknown numbers are ignored."""
        if number in self._tickets:
            self._write(PauseJob(number) if paused else ContinueJob(number))

    def restart(self, library: Path | None = None) -> None:
        """Start anew (other settings, another library). Running jobs end as stopped."""
        self.library = (library or self.library).absolute()
        self._deaths.clear()
        self._outbox.clear()
        if self._process is not None and not self._again:
            # The new child needs the library's lock, so the old one must be gone first.
            self._again = True
            self._process.closeWriteChannel()
            self._impatience.start(3000)
        for ticket in list(self._tickets.values()):  # what these ends set off waits for the new child
            self._end(ticket, JobStopped(ticket.number))
        if self._process is None:
            self.start()

    def shutdown(self) -> None:
        """End the child, waiting a moment for it: the only call here that blocks."""
        self._impatience.stop()
        for ticket in self._tickets.values():
            ticket.forget()
        self._tickets.clear()
        process, self._process = self._process, None
        if process is None:
            return
        process.finished.disconnect(self._finished)
        process.errorOccurred.disconnect(self._error)
        process.readyReadStandardOutput.disconnect(self._read)
        if process.state() != QProcess.ProcessState.NotRunning:
            process.closeWriteChannel()
            if not process.waitForFinished(1500):
                process.kill()
                process.waitForFinished(1000)
        process.deleteLater()

    def _write(self, message: ToEngine) -> None:
        if self._process is None or self._again:
            self._outbox.append(message)
        else:
            self._process.write(pack(message))

    def _read(self) -> None:
        if self._process is None or self._again:  # what an engine on its way out still says is about old jobs
            return
        for message in self._frames.feed(bytes(self._process.readAllStandardOutput().data())):
            match message:
                case JobEvent(number, event) if number in self._tickets:
                    self._tickets[number].tell(event)
                case (JobDone() | JobFailed() | JobStopped()) as end if end.id in self._tickets:
                    self._end(self._tickets[end.id], end)

    def _end(self, ticket: Ticket, end: JobEnd) -> None:
        self._tickets.pop(ticket.number, None)
        ticket.finish(end)

    def _lose_patience(self) -> None:
        if self._process is not None:
            self._process.kill()

    def _error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # the one case in which `finished` does not follow
            self._drop_process()
            self._lose_all()
            self.gave_up.emit("后台程序启动不了，可能是简问没有装全。请重新运行安装，再打开简问。")

    def _finished(self) -> None:
        if self._again:
            self._impatience.stop()
            self._drop_process()
            self.start()
            return
        self._read()  # the last words
        self._drop_process()
        lost = [ticket.request for ticket in self._tickets.values()]
        self._lose_all()
        now = self._clock()
        self._deaths = [death for death in self._deaths if now - death < DEATHS_WINDOW] + [now]
        if len(self._deaths) >= DEATHS_ALLOWED:
            self.gave_up.emit(
                "后台程序一分钟内多次意外退出，已不再自动重启。请关掉其他占内存的程序，再点“重新启动”；"
                f"仍不行，请把日志 {self.log} 交给信息技术人员。"
            )
            return
        self.start()
        self.died.emit(f"后台程序意外退出，已重新启动。{_loss(lost)}")

    def _lose_all(self) -> None:
        self._outbox.clear()
        for ticket in list(self._tickets.values()):
            self._end(ticket, JobFailed(ticket.number, "后台程序意外退出。", lost=True))

    def _drop_process(self) -> None:
        if self._process is not None:
            self._process.deleteLater()
            self._process = None

    def _rotate_log(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))


def _loss(requests: Sequence[Request]) -> str:
    """What the user lost with the engine, and what to do."""
    if any(isinstance(request, Ask) for request in requests):
        return "刚才的问题没有完成，请再问一次。"
    if any(isinstance(request, AddFiles) for request in requests):
        return "添加资料没有做完；已经加入的资料都还在。"
    if any(isinstance(request, MakeBriefing) for request in requests):
        return "简报没有写完，请再生成一次。"
    changes = (
        Remove | Correct | UndoCorrections | Rebuild | ForgetConversation | KeepFilter | ForgetFilter | BriefingWish
    )
    if any(isinstance(request, changes) for request in requests):
        return "刚才的操作没有做完，请再做一次；已经加入的资料都还在。"
    return "资料库没有受影响。"


def _environment() -> QProcessEnvironment:
    """Ours, with the folder that holds `desktop` and `rag` first, so that a plain tree works from anywhere."""
    environment = QProcessEnvironment.systemEnvironment()
    root = str(Path(__file__).resolve().parent.parent)
    before = environment.value("PYTHONPATH", "")
    environment.insert("PYTHONPATH", root + os.pathsep + before if before else root)
    environment.insert("PYTHONUTF8", "1")
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment
