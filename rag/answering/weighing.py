"""Which of the passages found hold the answer, and whether any does so surely enough to write from: the answering
model says (`judging`), of those passages that the judge does not rule out, the likeliest first."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rag.answering.asked import asks_for_list
from rag.answering.judging import SEEN, Line, line_of, sureness, worth_asking
from rag.answering.prompts import source_text
from rag.answers import AskEvent, Evidence
from rag.chat.llm import ChatModel
from rag.evidence.cross_encoder import Judge
from rag.evidence.search import evidence_text
from rag.types import Progress, StopSignal


@dataclass(frozen=True, slots=True)
class Weighed:
    """answering: the passages to write from, in the order of their documents; none where it is not sure enough.

    close: the best one then, if it comes near. tokens: what the model read.
    """

    answering: tuple[Evidence, ...] = ()
    close: Evidence | None = None
    tokens: int = 0


def weigh(
    question: str, found: Sequence[Evidence], chat: ChatModel, judge: Judge | None, stop: StopSignal | None = None
) -> Generator[AskEvent, None, Weighed]:
    """Yield progress; the first passage that plainly answers is enough. Raises as `surely`."""
    if not found:
        return Weighed()
    line = line_of(chat, stop)
    weighed: list[tuple[Evidence, float]] = []
    tokens = 0
    yield Progress("正在核对资料", 0, len(found))
    for evidence, sure, read in one_by_one(question, found, chat, judge, stop):
        weighed.append((evidence, sure))
        tokens += read
        yield Progress("正在核对资料", len(weighed), len(found))
        if sure >= line.plain:
            break
    best = max(sure for _, sure in weighed)
    if best < line.least:
        return Weighed(close=closest(weighed, line), tokens=tokens)
    least = max(line.least, best - line.apart)
    answering = [evidence for evidence, sure in weighed if sure >= least]
    return Weighed(tuple(sorted(answering, key=lambda evidence: evidence.place)), tokens=tokens)


def closest(weighed: Sequence[tuple[Evidence, float]], line: Line) -> Evidence | None:
    """Of passages that do not answer the one that comes nearest, if it comes near."""
    evidence, sure = max(weighed, key=lambda one: one[1])
    return evidence if sure >= line.close else None


def one_by_one(
    question: str, found: Sequence[Evidence], chat: ChatModel, judge: Judge | None, stop: StopSignal | None = None
) -> Iterator[tuple[Evidence, float, int]]:
    """The passages that may answer, the likeliest first, with how surely each does, in logits, and the tokens read.
    Without a `judge` the model is asked about every passage.

    Raises `Stopped`, and JianwenError when the model cannot be used.
    """
    sources = [source_text(evidence) for evidence in found]
    for place in _worth_asking(question, found, sources, judge):
        yield found[place], *sureness(question, sources[place], chat, stop)


def _worth_asking(
    question: str, found: Sequence[Evidence], sources: Sequence[str], judge: Judge | None
) -> Iterator[int]:
    """The places of the passages worth asking about, the likeliest first.

    The judge reads each as the search gave it, and as the model will read it (`sources`): where a passage speaks of
    去年, only the head of its article says of which year. Where it sees an answer at once, that passage comes before
    the second look, which may not be needed.
    """
    if judge is None:
        yield from range(len(found))
        return
    bare = judge.answers(question, [evidence_text(evidence) for evidence in found]).tolist()
    first = bare.index(max(bare))
    seen = bare[first] >= SEEN
    if seen:
        yield first
    headed = judge.answers(question, sources).tolist()
    worth = worth_asking(bare, headed, asks_for_list(question))
    for place in sorted(range(len(found)), key=lambda place: -max(bare[place], headed[place])):
        if worth[place] and not (seen and place == first):
            yield place
