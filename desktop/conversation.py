"""The conversation in the window: what was asked and answered, and what the next question is given with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from desktop.protocol import Ask, OpenedConversation
from desktop.renewing import Renewal, still_there
from rag.answering.follow_up import LEANS_ON
from rag.answers import CHOSEN, Answer, Filter, Refusal
from rag.types import Document


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its reply; `result.question` is what was understood."""

    request: Ask
    result: Answer | Refusal

    @property
    def chosen(self) -> frozenset[str]:
        """The date words that the user had read the other way."""
        return frozenset(reading.words for reading in self.result.readings if reading.why == CHOSEN)

    def switched(self, words: str) -> Ask:
        """The same question with `words` read the other way."""
        return replace(self.request, switched=self.chosen ^ {words})


@dataclass(frozen=True, slots=True)
class Talk:
    """`id`: the conversation it is kept in, None before the first reply is kept."""

    id: int | None = None
    turns: tuple[Asked, ...] = ()

    def follow(self, question: str, scope: Filter) -> Ask:
        """The next question, which may lean on those before it."""
        return replace(self.alone(question, scope), before=self._understood(len(self.turns)))

    def alone(self, question: str, scope: Filter) -> Ask:
        """The next question, to be taken as it stands."""
        switched = self.turns[-1].chosen if self.turns else frozenset()
        return Ask(question, scope.documents, (), switched, scope.only, self.id)

    def switched(self, turn: int, words: str) -> Ask:
        """A turn's question once more, with `words` read the other way."""
        return replace(self.turns[turn].switched(words), conversation=self.id)

    def answered(self, request: Ask, result: Answer | Refusal) -> Talk:
        return replace(self, turns=(*self.turns, Asked(request, result)))

    def renewed(self, renewal: Renewal) -> Talk:
        """With its sources named as they are now."""
        return replace(self, turns=tuple(replace(t, result=renewal.result(t.result)) for t in self.turns))

    def among(self, documents: Mapping[str, Document]) -> Talk:
        """With the documents marked that are not among these (by id) any more."""
        return replace(self, turns=tuple(replace(t, result=still_there(t.result, documents)) for t in self.turns))

    def _understood(self, until: int) -> tuple[str, ...]:
        return tuple(turn.result.question for turn in self.turns[max(until - LEANS_ON, 0) : until])


def reopened(opened: OpenedConversation) -> Talk:
    """A kept conversation. Where it was asked is not kept: its questions go to the whole library if put again."""
    turns: list[Asked] = []
    for turn in opened.turns:
        before = tuple(earlier.result.question for earlier in turns[-LEANS_ON:])
        turns.append(Asked(Ask(turn.question, before=before), turn.reply))
    return Talk(opened.conversation, tuple(turns))


def scope_words(scope: Filter, documents: Sequence[Document]) -> str:
    """「只问：2024-01-01至2024-06-30 · 简报.pdf」; `documents` are those of the scope. "" for everything."""
    parts = [scope.only.name] if scope.only else []  # first, for names may be long
    parts += ["、".join(document.name for document in documents)] if documents else []
    if not parts:
        return ""
    return f"只问{f'“{scope.name}”' if scope.name else ''}：{' · '.join(parts)}"
