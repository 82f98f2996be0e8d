"""The seam behind the engine process: what it needs of a library, and the real thing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop.protocol import ModelChoice
from rag.answers import Answer, AskEvent, Conversation, Filter, Period, Refusal, Turn
from rag.types import AddEvent, Correction, Document, Paragraph, Progress, StopSignal, StoredArticle


class EngineLibrary(Protocol):
    """What of `rag.library.Library` the engine uses. Generators may be answered between steps: while `add`,
    `resume` or `warm_up` is suspended at a yield, everything but another such generator and `remove` must work.
    Suspended ones that are not gone on with when `close` is called end as if killed: `resume` goes on with them.
    """

    @property
    def path(self) -> Path: ...
    @property
    def read_only(self) -> bool: ...
    def documents(self) -> tuple[Document, ...]: ...
    def articles(self, documents: Sequence[str] = ()) -> tuple[StoredArticle, ...]: ...
    def file(self, document: str) -> Path: ...
    def furniture(self, document: str) -> tuple[Paragraph, ...]: ...
    def correct(self, correction: Correction) -> tuple[StoredArticle, ...]: ...
    def undo_corrections(self, document: str) -> tuple[StoredArticle, ...]: ...
    def add(
        self, paths: Sequence[Path], stop: StopSignal | None = None, passwords: Mapping[Path, str] | None = None
    ) -> Iterator[AddEvent]: ...
    def resume(self, stop: StopSignal | None = None) -> Iterator[AddEvent]: ...
    def rebuild(self, stop: StopSignal | None = None) -> Iterator[Progress]: ...
    def warm_up(self, stop: StopSignal | None = None) -> Iterator[Progress]: ...
    def remove(self, documents: Sequence[str]) -> tuple[Document, ...]: ...
    def ask(
        self,
        question: str,
        within: Sequence[str] = (),
        stop: StopSignal | None = None,
        *,
        before: Sequence[str] = (),
        switched: Collection[str] = (),
        only: Period | None = None,
    ) -> Iterator[AskEvent]: ...
    def remember(self, question: str, reply: Answer | Refusal, conversation: int | None = None) -> int | None: ...
    def conversations(self, words: str = "") -> tuple[Conversation, ...]: ...
    def conversation(self, conversation: int) -> tuple[Turn, ...]: ...
    def forget(self, conversation: int) -> None: ...
    def filters(self) -> tuple[Filter, ...]: ...
    def keep_filter(self, kept: Filter) -> None: ...
    def forget_filter(self, name: str) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True)
class Backend:
    """Where the engine gets its library and its list of models: the seam for tests."""

    open: Callable[[Path], EngineLibrary]
    models: Callable[[], tuple[ModelChoice, ...]]


def real() -> Backend:
    """The library of `rag.library` and the models on this machine."""
    return Backend(_open, _models)


def _open(path: Path) -> EngineLibrary:
    from rag.library import Library

    return Library.open(path)


def _models() -> tuple[ModelChoice, ...]:
    from rag.models import available

    return tuple(
        ModelChoice(found.role, found.name, found.name, f"{found.bytes / 1e9:.1f} GB") for found in available()
    )
