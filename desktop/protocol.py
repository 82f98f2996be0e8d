"""What the window and the engine process say to each other: frozen values in length-prefixed pickle frames.

Both ends are ours (the window starts the engine and owns its pipes), so pickle is safe here and keeps the
values of `rag.types` as they are. Imports neither Qt nor anything heavy: both processes load it first.

The life of a job: `Job` goes in; any number of `JobEvent` come out; then exactly one of `JobDone`, `JobFailed`,
`JobStopped`. `StopJob`, `PauseJob` and `ContinueJob` may be sent at any time and for any id, known or not.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from desktop.briefing_messages import READS, BriefingWish
from rag.answers import Conversation, DraftText, Filter, Period, Turn
from rag.types import Correction, Document, Paragraph, Progress, StoredArticle

# ---------------------------------------------------------------- what may be asked of the engine


@dataclass(frozen=True, slots=True)
class LoadLibrary:
    """→ LibraryState."""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """→ OpenedDocument. `document` is an id."""

    document: str


@dataclass(frozen=True, slots=True)
class ListModels:
    """→ ModelList."""


@dataclass(frozen=True, slots=True)
class Ask:
    """→ rag.answers.AskEvent, then Kept. `conversation`: the one the question goes on with, None to begin one; the
    rest as for `Library.ask`.
    """

    question: str
    within: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    switched: frozenset[str] = frozenset()
    only: Period | None = None
    conversation: int | None = None


@dataclass(frozen=True, slots=True)
class ListConversations:
    """→ ConversationList of those in which the words stand, of all when empty."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """→ OpenedConversation."""

    conversation: int


@dataclass(frozen=True, slots=True)
class ForgetConversation:
    """Delete it."""

    conversation: int


@dataclass(frozen=True, slots=True)
class KeepFilter:
    """→ LibraryState."""

    kept: Filter


@dataclass(frozen=True, slots=True)
class ForgetFilter:
    """→ LibraryState."""

    name: str


@dataclass(frozen=True, slots=True)
class AddFiles:
    """→ rag.types.AddEvent. `passwords` belong to some of the paths; they are held in memory only."""

    paths: tuple[Path, ...]
    passwords: Mapping[Path, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Remove:
    """→ LibraryState after the removal."""

    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correct:
    """Set an article right. → OpenedDocument with the document's articles as they are then."""

    document: str
    correction: Correction


@dataclass(frozen=True, slots=True)
class UndoCorrections:
    """Take back all corrections of a document. → OpenedDocument."""

    document: str


@dataclass(frozen=True, slots=True)
class Rebuild:
    """→ rag.types.Progress."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Finish imports that were cut off. → rag.types.AddEvent, nothing when there is nothing to do."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Load the models ahead of the first question. → rag.types.Progress."""


Request = (
    LoadLibrary
    | OpenDocument
    | ListModels
    | Ask
    | ListConversations
    | OpenConversation
    | ForgetConversation
    | KeepFilter
    | ForgetFilter
    | AddFiles
    | Remove
    | Correct
    | UndoCorrections
    | Rebuild
    | Resume
    | WarmUp
    | BriefingWish
)


def rank(request: Request) -> int:
    """How patient a request is. Between two events of a running job, waiting jobs of a lower rank get their turn:
    a click is answered during an import, and so is a question; other changes to the library wait for each other.
    """
    if isinstance(request, READS):
        return 0
    match request:
        case LoadLibrary() | OpenDocument() | ListModels() | ListConversations() | OpenConversation():
            return 0
        case Ask() | Rebuild() | Remove() | Correct() | UndoCorrections():
            return 1
        case ForgetConversation() | KeepFilter() | ForgetFilter():
            return 1
        case AddFiles() | Resume() | WarmUp():
            return 2
        case _:  # the other work on briefings
            return 1


def may_interrupt(waiting: Request, running: Request) -> bool:
    """Reading work (rank 0, and questions) slips in between the steps of another job, and so do corrections and small
    notes: between two steps of an import the documents that are there already can be set right.
    """
    return not isinstance(waiting, Rebuild | Remove) and rank(waiting) < rank(running)


def resumable(request: Request) -> bool:
    """Whether the library itself goes on with this work when it is opened again."""
    return isinstance(request, AddFiles | Resume)


# ---------------------------------------------------------------- what the engine answers, besides rag.types


@dataclass(frozen=True, slots=True)
class LibraryState:
    """`files` maps document ids to the kept originals. `read_only`: another process holds the library's lock. `days`:
    from the first to the last that an article is of."""

    path: Path
    documents: tuple[Document, ...]
    files: Mapping[str, Path]
    read_only: bool
    filters: tuple[Filter, ...] = ()
    days: Period | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The conversation an answered question is kept in; None: in none. problem: Chinese, why not; said once."""

    conversation: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ConversationList:
    """Latest first."""

    words: str
    conversations: tuple[Conversation, ...]


@dataclass(frozen=True, slots=True)
class OpenedConversation:
    conversation: int
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """All that is in a document: its articles in reading order, and what stands outside them."""

    document: str
    articles: tuple[StoredArticle, ...]
    furniture: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model that can be chosen. `value` goes into the settings, `label` and `note` (Chinese) on the screen."""

    role: Literal["chat", "embedding"]
    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModelList:
    models: tuple[ModelChoice, ...]


# ---------------------------------------------------------------- messages


@dataclass(frozen=True, slots=True)
class Job:
    id: int
    request: Request


@dataclass(frozen=True, slots=True)
class StopJob:
    id: int


@dataclass(frozen=True, slots=True)
class PauseJob:
    """Take no further step of this job until told so; other jobs have their turn meanwhile."""

    id: int


@dataclass(frozen=True, slots=True)
class ContinueJob:
    id: int


@dataclass(frozen=True, slots=True)
class JobEvent:
    id: int
    event: object


@dataclass(frozen=True, slots=True)
class JobDone:
    id: int


@dataclass(frozen=True, slots=True)
class JobFailed:
    """`bug`: not the user's doing. `lost`: the engine died under the job (said once, by the engine's owner)."""

    id: int
    message: str
    bug: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class JobStopped:
    id: int


JobEnd = JobDone | JobFailed | JobStopped
ToEngine = Job | StopJob | PauseJob | ContinueJob
FromEngine = JobEvent | JobDone | JobFailed | JobStopped

_HEADER = struct.Struct(">I")


def pack(message: ToEngine | FromEngine) -> bytes:
    """One frame: four bytes of length (big endian), then the pickled message."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return _HEADER.pack(len(body)) + body


class FrameReader:
    """Turns a stream of bytes, cut anywhere, back into messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[object]:
        """Every message that is complete with `data`."""
        self._buffer += data
        messages: list[object] = []
        start = 0
        while len(self._buffer) - start >= _HEADER.size:
            (length,) = _HEADER.unpack_from(self._buffer, start)
            end = start + _HEADER.size + length
            if len(self._buffer) < end:
                break
            messages.append(pickle.loads(self._buffer[start + _HEADER.size : end]))
            start = end
        del self._buffer[:start]
        return messages


class Throttle:
    """Keeps a job from flooding the window: drafts are joined, progress thinned, everything else passes in order.

    Args:
        clock: seconds, monotonic.
        pause: least time between two events of one kind, in seconds.
    """

    def __init__(self, clock: Callable[[], float], pause: float = 0.05) -> None:
        self._clock = clock
        self._pause = pause
        self._draft = ""
        self._draft_sent = float("-inf")
        self._progress_sent = float("-inf")
        self._progress: Progress | None = None
        self._step: str | None = None

    def feed(self, event: object) -> list[object]:
        """The events to send now."""
        now = self._clock()
        if isinstance(event, DraftText):
            self._draft += event.text
            if now - self._draft_sent < self._pause:
                return []
            self._draft_sent = now
            return self._take()
        if isinstance(event, Progress):
            self._progress = event
            if event.step == self._step and event.done < event.total and now - self._progress_sent < self._pause:
                return []
            self._step, self._progress_sent = event.step, now
            return self._take()
        return [*self._take(), event]

    def flush(self) -> list[object]:
        """What was held back, when the job has ended."""
        return self._take()

    def _take(self) -> list[object]:
        out: list[object] = []
        if self._progress is not None:
            out.append(self._progress)
            self._progress = None
        if self._draft:
            out.append(DraftText(self._draft))
            self._draft = ""
        return out
