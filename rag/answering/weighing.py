"""Which of the passages found hold the answer, and whether any does so surely enough to write from.

Three witnesses, added up in logits (`judging.Line`): the answering model's own yes, which takes seconds a passage; the
judge's, which takes milliseconds and therefore also says which passages are not worth asking the model about; and how
much of the question's words one sentence has, since who asks in the words of a bulletin mostly asks of that sentence.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answering.asked import asks_for_list
from rag.answering.judging import line_of, sureness, worth_asking
from rag.answering.prompts import source_text
from rag.answers import AskEvent, Evidence
from rag.chat.llm import ChatModel
from rag.evidence.cross_encoder import Judge
from rag.evidence.search import evidence_text
from rag.text import normalise, sentences
from rag.types import Progress, StopSignal

_LONGEST_QUOTE = 120  # characters of a sentence shown in place of an answer
_ASKING = re.compile(
    "谁|什么时候|什么|哪[个些里儿位年月日家所届部种国座]?|多少|几[个家所名人次月日年届]?|何时|何地|何人|如何|怎样|怎么样?|请问"
    "|[吗呢是的在了有于]"
)
_EXPLAINED = re.compile("（“[^（）]*）$")  # what `Understood.explained` adds


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
    judged = _judged(question, found, judge)
    yield Progress("正在核对资料", 0, len(judged))
    line = line_of(chat, stop)
    sure: list[float] = []
    tokens = 0
    for done, (evidence, _) in enumerate(judged, 1):
        value, read = sureness(question, source_text(evidence), chat, stop)
        sure.append(value)
        tokens += read
        yield Progress("正在核对资料", done, len(judged))
    weights = [
        line.weight(value, logit, worded(question, source_text(evidence)))
        for (evidence, logit), value in zip(judged, sure, strict=True)
    ]
    best = max(weights)
    if best < line.least - (line.eased if asks_for_list(question) else 0.0):
        close = judged[weights.index(best)][0] if best >= line.close else None
        return Weighed(close=close, tokens=tokens)
    answering = [
        evidence
        for (evidence, _), value, weight in zip(judged, sure, weights, strict=True)
        if weight == best or (weight >= line.least - line.apart and value >= max(sure) - line.apart)
    ]
    return Weighed(tuple(sorted(answering, key=_place)), tokens=tokens)


def _judged(question: str, found: Sequence[Evidence], judge: Judge | None) -> list[tuple[Evidence, float]]:
    """The passages worth asking about, each with its logit of the judge (0 without one); the likeliest last, so that
    the model has just read it when it goes on to write.

    It reads each as the search gave it, and as the model will read it: where a passage speaks of 去年, only the head of
    its article says of which year.
    """
    if judge is None:
        return [(evidence, 0.0) for evidence in reversed(found)]
    bare = judge.answers(question, [evidence_text(evidence) for evidence in found]).tolist()
    headed = judge.answers(question, [source_text(evidence) for evidence in found]).tolist()
    worth = worth_asking(bare, headed, asks_for_list(question))
    logits = map(max, bare, headed)
    pairs = [pair for pair, asked in zip(zip(found, logits, strict=True), worth, strict=True) if asked]
    return sorted(pairs, key=lambda pair: pair[1])


def _place(evidence: Evidence) -> tuple[str, str, int]:
    return evidence.article.id, evidence.paragraph.id, evidence.passage.start


def worded(question: str, source: str) -> float:
    """How many of the question's letters, those that ask apart, one sentence of `source` has beside the same letter as
    the question; 0 to 1. A head in brackets on a line of its own belongs to every sentence.
    """
    asked = [part for part in map(_letters, _ASKING.split(_EXPLAINED.sub("", question))) if part]
    letters = sum(map(len, asked))
    if not letters:
        return 0.0
    head, _, body = source.rpartition("\n") if source.startswith("（") else ("", "", source)
    told = (_letters(head) + "\n" + _letters(body[start:end]) for start, end in sentences(body))
    return max((sum(_held(part, one) for part in asked) for one in told), default=0) / letters


def _letters(text: str) -> str:
    return re.sub(r"\W", "", normalise(text))


def _held(part: str, text: str) -> int:
    if len(part) == 1:
        return int(part in text)
    pairs = [one + other in text for one, other in pairwise(part)]
    return sum(left or right for left, right in zip([False, *pairs], [*pairs, False], strict=True))


def closest_words(question: str, evidence: Evidence, judge: Judge | None) -> str:
    """The sentence of the passage that comes closest to an answer, as printed; the first without a `judge`."""
    texts = [evidence.passage.text[start:end].strip() for start, end in sentences(evidence.passage.text)]
    best = texts[int(judge.answers(question, texts).argmax())] if judge else texts[0]
    return best if len(best) <= _LONGEST_QUOTE else best[: _LONGEST_QUOTE - 1] + "…"
