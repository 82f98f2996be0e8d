"""One question, from evidence to checked statements or a refusal.

1. Search; the evidence found is shown at once.
2. What the question takes for granted must be known to what was found (`premises`), else a refusal names it.
3. The model says of each passage, one at a time, whether it holds the answer (`judging`). None does: a refusal. It is
   not asked about those that the judge rules out, unless the question asks for a list, whose points may stand apart.
4. From the passages kept, the model writes sentence by sentence. Where several may carry a sentence, it must name one
   of the evidence numbers shown; a mask allows no other.
5. Each sentence is narrowed to the source sentences that carry it and checked against them. One that they do not hold
   is taken back once, with what is wrong with it; what still fails stays and is marked.
6. What another article says differently of the same matter is quoted beside it, each under its date (`disagreement`).

Texts of documents go to the model as data: tokenised apart from the template, with 【】 replaced, and whatever they
order, the answer can only consist of sentences that are then held against their source.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field

from rag.answering.judging import line_of, sureness, worth_asking
from rag.answering.periods import meant_in
from rag.answers import Answer, AskEvent, Citation, DraftText, Evidence, EvidenceFound, Refusal, Statement, Timing
from rag.chat.llm import ChatModel, Message, Session
from rag.evidence.cross_encoder import Judge
from rag.evidence.search import evidence_text
from rag.statements.checking import coverage, problems
from rag.statements.disagreement import SAID, with_other_versions
from rag.statements.enumerations import completed
from rag.statements.narrowing import supporting_spans
from rag.statements.premises import other_year, unknown_premises
from rag.text import normalise, sentences
from rag.types import Progress, StopSignal, StoredArticle, heed

EvidenceSource = Callable[[str], tuple[Evidence, ...]]

_LONGEST_ANSWER = 500  # tokens
_LIST_RELUCTANCE = 2.0  # nats; see `Session.write`
_OPENING = 60  # characters of a paragraph's first sentence shown with a passage from further down
_BETTER_SOURCE = 0.15  # coverage by which another passage must win over the one the model named

_LIST_QUESTION = re.compile(
    r"哪些|哪几|几[个项条点]?方面|什么(?:要求|内容|措施|举措|任务|工作|安排)|如何|怎[样么]|要点|列出|分别"
)
_BULLET = re.compile(r"^[\s#>*•·\-—]*(?:\(?\d{1,2}[.、．)）](?!\d))?[\s*]*")

_WRITE_ORDER = """你是机关里的资料员，只根据给出的资料回答问题。
要求：
1. 只写资料里写明的内容，尽量用资料的原话，不加评论、不加资料以外的内容。
2. 问题问“哪些”时，把资料里的要点逐条写全，每条一句话。
3. 与问题无关的资料不要用。"""


@dataclass(slots=True)
class _Work:
    """What one question has cost so far."""

    question: str
    chat: ChatModel
    stop: StopSignal | None
    started: float = field(default_factory=time.monotonic)
    evidence_seconds: float = 0.0
    first_token: float | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def timing(self) -> Timing:
        return Timing(self.evidence_seconds, self.first_token, self.elapsed())


def answer(
    question: str,
    evidence_source: EvidenceSource,
    chat: ChatModel,
    stop: StopSignal | None = None,
    judge: Judge | None = None,
) -> Iterator[AskEvent]:
    """Answer from what `evidence_source` finds. The last event is exactly one `Answer` or `Refusal`.

    Without a `judge` the model is asked about every passage.

    Raises:
        JianwenError: the question cannot be searched for, or the model cannot be used.
        Stopped: `stop` was set.
    """
    work = _Work(question, chat, stop)
    heed(stop)
    found = evidence_source(question)
    work.evidence_seconds = work.elapsed()
    yield EvidenceFound(found, work.evidence_seconds)
    heed(stop)
    unknown = unknown_premises(question, found)
    if found and unknown:
        named = "、".join(f"“{premise}”" for premise in unknown)
        yield _refusal(work, found, f"问题里提到的{named}，在找到的资料中没有出现。")
        return
    shown = yield from _choose_evidence(work, found, judge)
    if not shown:
        yield _refusal(work, found)
        return
    heed(stop)
    yield EvidenceFound(shown, work.evidence_seconds)  # again: from here on 【n】 means the n-th of these
    statements = yield from _write(work, shown)
    if not any(statement.supported for statement in statements):
        yield _refusal(work, found)
        return
    statements, cited = with_other_versions(completed(question, statements), shown, found)
    if len(cited) > len(shown):
        yield EvidenceFound(cited, work.evidence_seconds)
    yield Answer(
        question,
        tuple(statements),
        cited,
        chat.name,
        work.timing(),
        work.prompt_tokens,
        work.answer_tokens,
        summary=SAID if any(statement.group for statement in statements) else "",
    )


def _refusal(work: _Work, found: tuple[Evidence, ...], summary: str = "") -> Refusal:
    return Refusal(
        work.question,
        found,
        work.chat.name,
        work.timing(),
        work.prompt_tokens,
        work.answer_tokens,
        summary=summary,
    )


def _choose_evidence(
    work: _Work, found: Sequence[Evidence], judge: Judge | None
) -> Generator[AskEvent, None, tuple[Evidence, ...]]:
    """Yield progress; return the passages that answer the question, in the order they stand in their documents."""
    if not found:
        return ()
    judged = _judged(work.question, found, judge)
    yield Progress("正在核对资料", 0, len(judged))
    line = line_of(work.chat, work.stop)
    sure: list[float] = []
    for done, (evidence, _) in enumerate(judged, 1):
        value, tokens = sureness(work.question, _source_text(evidence), work.chat, work.stop)
        sure.append(value)
        work.prompt_tokens += tokens
        yield Progress("正在核对资料", done, len(judged))
    kept = [
        evidence
        for (evidence, logit), value in zip(judged, sure, strict=True)
        if line.answers(value, logit) and value >= max(sure) - line.apart
    ]
    return tuple(sorted(kept, key=_place))


def _judged(question: str, found: Sequence[Evidence], judge: Judge | None) -> list[tuple[Evidence, float]]:
    """The passages worth asking about, each with its logit of the judge (0 without one)."""
    if judge is None:
        return [(evidence, 0.0) for evidence in found]
    logits = judge.answers(question, [evidence_text(evidence) for evidence in found]).tolist()
    worth = [True] * len(found) if _LIST_QUESTION.search(question) else worth_asking(logits)
    return [pair for pair, asked in zip(zip(found, logits, strict=True), worth, strict=True) if asked]


def _place(evidence: Evidence) -> tuple[str, str, int]:
    return evidence.article.id, evidence.paragraph.id, evidence.passage.start


def _write(work: _Work, shown: Sequence[Evidence]) -> Generator[AskEvent, None, list[Statement]]:
    """Yield the draft as it is written; return its sentences, checked."""
    session = work.chat.start(_write_messages(work.question, shown), work.stop)
    work.prompt_tokens += session.prompt_tokens
    reluctance = _LIST_RELUCTANCE if _LIST_QUESTION.search(work.question) else 0.0
    written: list[Statement] = []
    seen: set[str] = set()
    while not session.ended and session.answer_tokens < _LONGEST_ANSWER:
        session.mark()
        statement = yield from _statement(work, session, shown, reluctance)
        if statement is None:
            continue
        if not statement.supported:
            session.take_back(_taken_back(statement))
            again = yield from _statement(work, session, shown, reluctance)
            if again is not None and len(again.problems) < len(statement.problems):
                statement = again
        if normalise(statement.text) in seen:
            break  # going round in circles
        seen.add(normalise(statement.text))
        written.append(statement)
    work.answer_tokens += session.answer_tokens
    return _without_context(written, shown)


def _without_context(written: list[Statement], shown: Sequence[Evidence]) -> list[Statement]:
    """Without what only says again how a paragraph opens, where that is shown just to tell who speaks of what below;
    unless nothing else is supported."""
    points = [statement for statement in written if not statement.supported or _of_passages(statement, shown)]
    return points if any(statement.supported for statement in points) else written


def _of_passages(statement: Statement, shown: Sequence[Evidence]) -> bool:
    return any(
        evidence.paragraph.id == citation.paragraph.id
        and citation.start < evidence.passage.end
        and evidence.passage.start < citation.end
        for citation in statement.citations
        for evidence in shown
    )


def _statement(
    work: _Work, session: Session, shown: Sequence[Evidence], reluctance: float
) -> Generator[AskEvent, None, Statement | None]:
    """Yield and return the next sentence with its sources; None for a bullet or a lead-in, which state nothing."""
    sentence = yield from _sentence(work, session, reluctance)
    text = _BULLET.sub("", sentence).replace("**", "").strip()
    if not re.search(r"\w", text) or text.endswith(("：", ":")):
        return None
    heed(work.stop)
    number = _source_of(work.question, text, session, shown)
    yield DraftText(f"【{number}】")
    return _checked(work.question, text, number, shown)


def _taken_back(statement: Statement) -> str:
    """What the model reads in place of a sentence that its sources do not hold."""
    return f"（更正：{'；'.join(statement.problems)}。以下只用资料的原话。）\n"


def _sentence(work: _Work, session: Session, reluctance: float) -> Generator[AskEvent, None, str]:
    """Yield and return the next sentence; one that ends inside a quotation goes on to the end of the quotation's."""
    sentence = ""
    while not session.ended:
        for piece in session.write("。！？；\n", forbidden="【】", reluctance=reluctance):
            if work.first_token is None:
                work.first_token = work.elapsed()
            sentence += piece
            yield DraftText(piece)
        if sentence.count("“") <= sentence.count("”") or sentence.endswith("\n"):
            break
    return sentence


def _source_of(question: str, text: str, session: Session, shown: Sequence[Evidence]) -> int:
    """The number of the passage that carries the statement: the one the model names, unless another clearly does. Where
    one clearly does it before all others, the model, which takes a token's time to say, is not asked."""
    fitness = [
        (not _problems(question, text, evidence, evidence.paragraph.text), coverage(text, evidence.paragraph.text))
        for evidence in shown
    ]
    best = max(fitness)
    rivals = [
        number
        for number, (sound, covered) in enumerate(fitness, 1)
        if sound == best[0] and covered >= best[1] - _BETTER_SOURCE
    ]
    if len(rivals) > 1:
        named = 1 + session.choose([f"{n}】" for n in range(1, len(shown) + 1)], "【").index
        if named in rivals:
            return named
    return 1 + fitness.index(best)


def _checked(question: str, text: str, number: int, shown: Sequence[Evidence]) -> Statement:
    """The statement, cited to passage `number`."""
    evidence = shown[number - 1]
    whole = evidence.passage.start, evidence.passage.end
    citations = tuple(
        Citation(evidence.paragraph, start, end, evidence.article, evidence.document, number)
        for start, end in supporting_spans(text, evidence.paragraph.text) or (whole,)
    )
    return Statement(text, citations, _problems(question, text, evidence, "".join(c.quote for c in citations)))


def _problems(question: str, text: str, evidence: Evidence, cited: str) -> tuple[str, ...]:
    article = evidence.article
    header = evidence.paragraph.paragraph.header
    found = problems(
        text,
        f"{header}\n{cited}" if header else cited,
        title=article.title,
        question=question,
        year=article.date.year if article.date else None,
    )
    other = other_year(question, cited, evidence)
    return (*found, other) if other else found


# ---------------------------------------------------------------- what the model reads


def _write_messages(question: str, shown: Sequence[Evidence]) -> tuple[Message, ...]:
    sources = "\n".join(f"【{number}】{_source_text(evidence)}" for number, evidence in enumerate(shown, 1))
    return Message("system", _WRITE_ORDER), Message("user", f"资料：\n{sources}\n\n问题：{question}")


def _source_text(evidence: Evidence) -> str:
    """The passage as the model sees it: which article, how its paragraph opens, the words themselves.

    A passage cut from a long paragraph (「四是……」) says neither who asks for it nor when; what 去年 means on the day
    of its article is said too. Only our own 【n】 may look like an evidence number, so those of the document are
    replaced. A table row stands under its column names.
    """
    passage, article = evidence.passage, evidence.article
    opening = ""
    if passage.start > 0:
        start, end = sentences(evidence.paragraph.text)[0]
        opening = evidence.paragraph.text[start : min(end, start + _OPENING, passage.start)] + "……"
    header = evidence.paragraph.paragraph.header
    if header:
        opening = f"{header}\n{opening}"
    return (_heading(article, opening + passage.text) + opening + passage.text).replace("【", "［").replace("】", "］")


def _heading(article: StoredArticle, text: str) -> str:
    if article.date is None:
        return f"（{article.label}）\n"
    meant = "，".join(f"“{words}”指{period}" for words, period in meant_in(text, article.date))
    return f"（{article.date}，{article.label}{meant and f'；文中{meant}'}）\n"
