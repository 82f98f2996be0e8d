"""Which of the passages found hold the answer, and whether any does so surely enough to write from: the answering
model says (`judging`), of those passages that the judge does not rule out."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from rag.answering.asked import asks_for_list
from rag.answering.judging import line_of, sureness, worth_asking
from rag.answering.prompts import source_text
from rag.answers import AskEvent, Evidence
from rag.chat.llm import ChatModel
from rag.evidence.cross_encoder import Judge
from rag.evidence.search import evidence_text
from rag.text import sentences
from rag.types import Progress, StopSignal

_PLAIN = (
    2.0  # logit of the judge; of the sentences of the sample's answers 2.5 and more, of those after them -2.5 and less
)
_LONGEST_QUOTE = 120  # characters of a sentence shown in place of an answer


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
    """Yield progress. Without a `judge` the model is asked about every passage.

    Raises `Stopped`, and JianwenError when the model cannot be used.
    """
    if not found:
        return Weighed()
    worth = _worth_asking(question, found, judge)
    yield Progress("正在核对资料", 0, len(worth))
    line = line_of(chat, stop)
    sure: list[float] = []
    tokens = 0
    for done, evidence in enumerate(worth, 1):
        value, read = sureness(question, source_text(evidence), chat, stop)
        sure.append(value)
        tokens += read
        yield Progress("正在核对资料", done, len(worth))
    best = max(sure)
    if best < line.least:
        close = worth[sure.index(best)] if best >= line.close else None
        return Weighed(close=close, tokens=tokens)
    answering = [
        evidence for evidence, value in zip(worth, sure, strict=True) if value >= max(line.least, best - line.apart)
    ]
    return Weighed(tuple(sorted(answering, key=_place)), tokens=tokens)


def _worth_asking(question: str, found: Sequence[Evidence], judge: Judge | None) -> list[Evidence]:
    """The passages worth asking about, the likeliest last, so that the model has just read it when it goes on to write.

    The judge reads each as the search gave it, and as the model will read it: where a passage speaks of 去年, only the
    head of its article says of which year.
    """
    if judge is None:
        return list(reversed(found))
    bare = judge.answers(question, [evidence_text(evidence) for evidence in found]).tolist()
    headed = judge.answers(question, [source_text(evidence) for evidence in found]).tolist()
    worth = worth_asking(bare, headed, asks_for_list(question))
    likeliest = sorted(range(len(found)), key=lambda place: max(bare[place], headed[place]))
    return [found[place] for place in likeliest if worth[place]]


def _place(evidence: Evidence) -> tuple[str, str, int]:
    return evidence.article.id, evidence.paragraph.id, evidence.passage.start


def closest_words(question: str, evidence: Evidence, judge: Judge | None) -> str:
    """The sentence of the passage that comes closest to an answer, as printed; the first without a `judge`."""
    texts = [evidence.passage.text[start:end].strip() for start, end in sentences(evidence.passage.text)]
    best = texts[int(judge.answers(question, texts).argmax())] if judge else texts[0]
    return best if len(best) <= _LONGEST_QUOTE else best[: _LONGEST_QUOTE - 1] + "…"
