"""A chat model that does what a test wrote down. Implements `ChatModel`; nothing of ours is patched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.chat.llm import Message, Pick
from rag.types import StopSignal, heed


@dataclass(eq=False)
class ScriptedChat:
    """`answering(passage text)` is the probability of 是; `draft` is written sentence by sentence; `numbers` are the
    evidence numbers it wants, one for each sentence (1 when they run out). `again` is what it writes in place of each
    sentence taken back, which it repeats when they run out. `prompts` and `notes` keep what it was given to read.
    """

    draft: str = ""
    numbers: Sequence[int] = ()
    answering: Callable[[str], float] = lambda _prompt: 0.99
    name: str = "scripted"
    context_tokens: int = 4096
    adapted: bool = True  # its line is known; that of another is measured first
    again: Sequence[str] = ()
    prompts: list[tuple[Message, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def load(self, stop: StopSignal | None = None) -> None:
        pass

    def start(self, messages: Sequence[Message], stop: StopSignal | None = None) -> ScriptedSession:
        heed(stop)
        self.prompts.append(tuple(messages))
        asked = next(message.text for message in reversed(messages) if message.role == "user")
        return ScriptedSession(self, sum(len(message.text) for message in messages), asked, stop)


class ScriptedSession:
    def __init__(self, chat: ScriptedChat, prompt_tokens: int, prompt: str, stop: StopSignal | None) -> None:
        self.prompt_tokens = prompt_tokens
        self.answer_tokens = 0
        self.ended = not chat.draft
        self._chat = chat
        self._prompt = prompt
        self._left = chat.draft
        self._numbers = list(chat.numbers)
        self._again = list(chat.again)
        self._marked = self._left
        self._stop = stop

    def mark(self) -> None:
        self._marked = self._left

    def take_back(self, note: str) -> None:
        heed(self._stop)
        self._chat.notes.append(note)
        self._left = self._again.pop(0) + self._left if self._again else self._marked
        self.ended = not self._left

    def write(self, until: str, *, forbidden: str = "", at_first: str = "") -> Iterator[str]:
        self._left = self._left.lstrip(at_first)
        while self._left:
            heed(self._stop)
            letter, self._left = self._left[0], self._left[1:]
            self.answer_tokens += 1
            self.ended = not self._left
            if letter not in forbidden:
                yield letter
            if letter in until:
                return
        self.ended = True

    def choose(self, options: Sequence[str], lead: str = "") -> Pick:
        heed(self._stop)
        if list(options) == ["是", "否"]:
            yes = self._chat.answering(self._prompt)
            return Pick(0 if yes >= 0.5 else 1, (yes, 1 - yes), 1.0)
        wanted = f"{self._numbers.pop(0) if self._numbers else 1}】"
        index = options.index(wanted)
        return Pick(index, tuple(float(i == index) for i in range(len(options))), 1.0)
