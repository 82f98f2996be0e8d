"""What is asked of an answering model, whatever runs it (`rag.chat.llama_chat` does).

A `Session` is one conversation turn being written. It offers two moves: `write` text up to a sentence end, and `choose`
one of a few fixed continuations (an evidence number that exists, 是 or 否).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.types import StopSignal


@dataclass(frozen=True, slots=True)
class Message:
    """One turn: role is "system", "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Pick:
    """What `Session.choose` chose: the option's index and the probability the model gave each option.

    `probabilities` are normalised over the options; `mass` is what the model had given all of them together (0 to 1),
    so a small mass says that it wanted to write something else (1 when there was only one option).
    """

    index: int
    probabilities: tuple[float, ...]
    mass: float


class Session(Protocol):
    """One answer being written."""

    prompt_tokens: int
    answer_tokens: int
    ended: bool  # the model ended its turn, or the room for the answer is used up

    def write(self, until: str, *, forbidden: str = "", at_first: str = "") -> Iterator[str]:
        """Yield the text the model writes, up to and with the first character of `until`, or to the end of its turn.

        No character of `forbidden` is ever written, and the first token has none of `at_first`. Raises `Stopped`.
        """
        ...

    def mark(self) -> None:
        """Remember this place for `take_back`."""
        ...

    def take_back(self, note: str) -> None:
        """Forget what was written since `mark`; the model reads `note` in its place, as if it had written it. A turn
        that had ended goes on. Raises `Stopped`."""
        ...

    def choose(self, options: Sequence[str], lead: str = "") -> Pick:
        """The option the model would write next, after `lead`; nothing of it stays in what it has written.

        No option may be the beginning of another. Raises `Stopped`.
        """
        ...


class ChatModel(Protocol):
    """A local model that chats. `name` is shown to the user and kept with answers. adapted: the program's own adapter
    (`rag.chat.adapter`) is joined to it."""

    name: str
    context_tokens: int
    adapted: bool

    def load(self, stop: StopSignal | None = None) -> None:
        """Bring the weights into memory; the first `start` does it otherwise. Raises JianwenError, and `Stopped` soon
        after `stop` was set."""
        ...

    def start(self, messages: Sequence[Message], stop: StopSignal | None = None) -> Session:
        """Read the messages and be ready to answer. What the assistant says last is the beginning of the answer. A
        beginning shared with an earlier call is not read again.

        Raises:
            JianwenError: the messages do not fit the context.
            Stopped: `stop` was set; noticed within a fraction of a second.
        """
        ...
