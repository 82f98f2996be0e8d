"""A question from its words to its answer: understood, then answered by the way its kind needs. No storage in here."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from rag.answering.asked import passed_over
from rag.answering.surveying import survey
from rag.answering.understanding import Side, Understood
from rag.answering.writing import answer
from rag.answers import (
    SILENT,
    Answer,
    AskEvent,
    DraftText,
    Evidence,
    EvidenceFound,
    Period,
    QuestionRead,
    Refusal,
    Statement,
    Timing,
)
from rag.chat.llm import ChatModel
from rag.evidence.cross_encoder import Judge
from rag.statements.roles import Role
from rag.types import Document, StopSignal, StoredArticle, heed

_YEAR, _YEAR_BEFORE = re.compile(r"(?<!\d)(\d{4})年"), re.compile("去年|上年|上一年|过去的?一年|一年来")


class Sources(Protocol):
    """What a question may look into."""

    def evidence(self, question: str, periods: Sequence[Period], only: bool = False) -> tuple[Evidence, ...]:
        """The best passages, those of the periods first; `only`: no others."""
        ...

    def articles(self) -> Iterable[StoredArticle]: ...

    def documents(self) -> Mapping[str, Document]: ...

    def count(self, periods: Sequence[Period] = ()) -> int:
        """How many articles there are, of the periods where some are given."""
        ...


def ask(
    understood: Understood,
    sources: Sources,
    chat: Callable[[], ChatModel],
    stop: StopSignal | None = None,
    judge: Judge | None = None,
) -> Iterator[AskEvent]:
    """Answer. The first event is a `QuestionRead`, the last exactly one `Answer` or `Refusal`.

    Raises as `answering.answer`. A question about the whole collection needs no model.
    """
    heed(stop)
    yield QuestionRead(understood.question, understood.asked, understood.readings)
    if understood.survey is not None:
        yield from survey(understood, sources.articles(), sources.documents(), stop)
    elif understood.sides:
        yield from _compare(understood, sources, chat(), stop, judge)
    else:
        searched = sources.count()
        source = partial(sources.evidence, periods=understood.periods)
        for event in answer(understood.explained, source, chat(), stop, judge):
            if isinstance(event, Answer | Refusal):
                event = replace(event, question=understood.asked, readings=understood.readings, searched=searched)
            yield event


def _compare(
    understood: Understood, sources: Sources, chat: ChatModel, stop: StopSignal | None, judge: Judge | None
) -> Iterator[AskEvent]:
    """Each side from its own articles, under its name; a side that is silent is said to be."""
    found: list[tuple[Side, Answer | Refusal]] = []
    evidence: tuple[Evidence, ...] = ()
    for side in understood.sides:
        heed(stop)
        yield DraftText(f"{side.period.name}：")
        for event in answer(side.question, partial(_of_side, sources, side), chat, stop, judge):
            if isinstance(event, Answer | Refusal):
                found.append((side, event))
            elif isinstance(event, EvidenceFound):
                yield EvidenceFound((*evidence, *event.evidence), event.seconds)
            else:
                yield event
        last = found[-1][1]
        evidence += last.evidence if isinstance(last, Answer) else ()
    yield _side_by_side(understood, found, sources)


def _of_side(sources: Sources, side: Side, question: str) -> tuple[Evidence, ...]:
    """From articles of the side's period. What has been done in a year, those of the next year may tell."""
    period, year = side.period, side.period.since.year
    whole = (period.since, period.until) == (dt.date(year, 1, 1), dt.date(year, 12, 31))
    if not whole or passed_over(side.question) is Role.PAST:
        return sources.evidence(question, (period,), only=True)
    both = Period(period.since, dt.date(year + 1, 12, 31), period.name)
    return tuple(one for one in sources.evidence(question, (both,), only=True) if _tells_of(year, one))


def _tells_of(year: int, evidence: Evidence) -> bool:
    """Whether a paragraph speaks of the year, or of none by name in an article of that year."""
    assert evidence.article.date is not None  # it was looked for by its date
    text, own = evidence.paragraph.text, evidence.article.date.year
    told = {int(named) for named in _YEAR.findall(text)}
    told |= {own - 1} if _YEAR_BEFORE.search(text) else set()
    told |= {own} if not told or "今年" in text else set()
    return year in told


def _side_by_side(
    understood: Understood, found: Sequence[tuple[Side, Answer | Refusal]], sources: Sources
) -> Answer | Refusal:
    statements: list[Statement] = []
    evidence: list[Evidence] = []
    silent: list[str] = []
    for side, reply in found:
        if isinstance(reply, Refusal) or not any(s.supported for s in reply.statements):
            silent.append(side.period.name)
            continue
        statements += [_under(statement, side, len(evidence)) for statement in reply.statements]
        evidence += reply.evidence
    replies = [reply for _, reply in found]
    first = next((r.seconds.first_token for r in replies if r.seconds.first_token is not None), None)
    timing = Timing(replies[0].seconds.evidence, first, sum(reply.seconds.total for reply in replies))
    tokens = sum(reply.prompt_tokens for reply in replies), sum(reply.answer_tokens for reply in replies)
    summary = "".join(f"{name}：{SILENT}。" for name in silent)
    searched = sources.count([side.period for side in understood.sides])
    model = replies[0].model
    if not statements:
        nearest = tuple(e for reply in replies if isinstance(reply, Refusal) for e in reply.nearest)
        return Refusal(understood.asked, nearest, model, timing, *tokens, understood.readings, summary, searched)
    return Answer(
        understood.asked,
        tuple(statements),
        tuple(evidence),
        model,
        timing,
        *tokens,
        understood.readings,
        summary,
        searched,
    )


def _under(statement: Statement, side: Side, before: int) -> Statement:
    """The statement as one of its side's, its evidence numbers counted on from those `before`."""
    cited = tuple(replace(citation, number=citation.number + before) for citation in statement.citations)
    return replace(statement, citations=cited, group=side.period.name)
