"""Of what was written, the sentences that answer. A small model that copies its source does not always begin where the
answer is, nor end there; but of a sentence under its article's head it says well whether that answers (`judging`).
Of a passage that does not answer, the sentence that comes closest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answering.citing import checked
from rag.answering.judging import line_of, sureness
from rag.answering.prompts import headed
from rag.answers import Evidence, Statement
from rag.chat.llm import ChatModel
from rag.evidence.cross_encoder import Judge
from rag.text import normalise, sentences
from rag.types import StopSignal

# Logit of the judge. On the sample's answers sentences that answer have 2.5 and more but for one, those copied after
# them -2.5 and less.
_PLAIN = 2.0
_MOST = 3  # sentences of the passages that the model is asked about where it wrote none that answers
_LONGEST_QUOTE = 120  # characters of a sentence shown in place of an answer


def answers_plainly(question: str, sentence: str, judge: Judge | None) -> bool:
    """Whether a sentence by itself answers, so that nothing need follow it."""
    return judge is not None and float(judge.answers(question, [sentence])[0]) >= _PLAIN


def to_the_point(
    question: str,
    written: Sequence[Statement],
    shown: Sequence[Evidence],
    chat: ChatModel,
    judge: Judge | None,
    stop: StopSignal | None = None,
) -> tuple[list[Statement], int]:
    """The statements to answer with, and the tokens read to find them: of the supported ones those that answer or,
    where none does, sentences of the passages `shown`. All of them where no sentence answers by itself, as one whose
    year stands in the sentence before it. What is not supported stays.

    Raises `Stopped`, and JianwenError when the model cannot be used.
    """
    supported = [one for one in written if one.supported]
    if len(supported) == 1 and answers_plainly(question, supported[0].text, judge):
        return list(written), 0
    kept, read = _answering(question, supported, shown, chat, stop)
    if kept:
        return [one for one in written if one in kept or not one.supported], read
    others, more = _answering(question, _unwritten(question, written, shown, judge), shown, chat, stop)
    if others:
        return [*(one for one in written if not one.supported), *others], read + more
    return list(written), read + more


def _answering(
    question: str,
    statements: Sequence[Statement],
    shown: Sequence[Evidence],
    chat: ChatModel,
    stop: StopSignal | None,
) -> tuple[list[Statement], int]:
    line = line_of(chat, stop)
    texts = [headed(shown[one.citations[0].number - 1], one.text) for one in statements]
    asked = [sureness(question, text, chat, stop) for text in texts]
    least = max([line.least, *(value - line.apart for value, _ in asked)])
    return [one for one, (value, _) in zip(statements, asked, strict=True) if value >= least], sum(n for _, n in asked)


def _unwritten(
    question: str, written: Sequence[Statement], shown: Sequence[Evidence], judge: Judge | None
) -> list[Statement]:
    """The sentences of the passages that come closest to an answer, in their order; the first without a `judge`."""
    said = {normalise(one.text) for one in written if one.supported}
    found = [(number, text) for number, text in sentences_of(shown) if normalise(text) not in said]
    closest = sorted(_closest_first(question, [text for _, text in found], judge)[:_MOST])
    statements = [checked(question, text, number, shown) for number, text in (found[place] for place in closest)]
    return [one for one in statements if one.supported]


def closest_words(question: str, evidence: Evidence, judge: Judge | None) -> str:
    """The sentence of the passage that comes closest to an answer, as printed; the first without a `judge`."""
    texts = [text for _, text in sentences_of([evidence])]
    best = texts[_closest_first(question, texts, judge)[0]]
    return best if len(best) <= _LONGEST_QUOTE else best[: _LONGEST_QUOTE - 1] + "…"


def sentences_of(shown: Sequence[Evidence]) -> Iterator[tuple[int, str]]:
    """Each sentence of the passages, with the passage's number."""
    for number, evidence in enumerate(shown, 1):
        for start, end in sentences(evidence.passage.text):
            if text := evidence.passage.text[start:end].strip():
                yield number, text


def _closest_first(question: str, texts: Sequence[str], judge: Judge | None) -> list[int]:
    """The places of the texts, the one that the judge takes for an answer most surely first; as they are without it."""
    places = list(range(len(texts)))
    if judge is None or not texts:
        return places
    logits = judge.answers(question, texts)
    return sorted(places, key=lambda place: -float(logits[place]))
