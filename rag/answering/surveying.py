"""Going through the articles one by one for a question about the whole collection. No model is asked."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.answering.surveys import Found, Survey, Thing, look
from rag.answering.understanding import Understood
from rag.answers import Answer, AskEvent, Citation, Evidence, Refusal, Statement, Timing
from rag.statements.checking import problems
from rag.text import Span
from rag.types import Document, Passage, Progress, StopSignal, StoredArticle, heed

_MOST = 200  # articles listed; more are counted
_EVERY = 20  # articles between two looks at the stop signal
_UNDATED = "日期不明"


def survey(
    understood: Understood,
    articles: Iterable[StoredArticle],
    documents: Mapping[str, Document],
    stop: StopSignal | None = None,
) -> Iterator[AskEvent]:
    """Look through `articles` (of `documents`, by id). The last event is exactly one `Answer` or `Refusal`.

    Raises:
        ValueError: the question is none about the whole collection.
        Stopped: `stop` was set.
    """
    wanted = understood.survey
    if wanted is None:
        raise ValueError("not a survey")
    started = time.monotonic()
    found: dict[str, Found] = {}
    searched = 0
    for article in articles:
        if searched % _EVERY == 0:
            heed(stop)
            yield Progress("正在逐篇查阅", searched, 0)
        searched += 1
        if any(twin in found for twin in article.twins):
            continue  # the same article printed again
        if hit := look(wanted, article, lambda one: _dated_in(one, understood)):
            found[article.id] = hit
    hits = sorted(found.values(), key=lambda hit: (not hit.stated, hit.article.date or dt.date.max))
    seconds = time.monotonic() - started
    timing = Timing(seconds, None, seconds)
    summary = _summary(wanted, hits, searched)
    if not hits:
        yield Refusal(understood.asked, (), "", timing, 0, 0, understood.readings, summary, searched)
        return
    evidence = tuple(_evidence(hit, documents[hit.article.document]) for hit in hits[:_MOST])
    statements = tuple(
        _statement(hit, one, number, wanted) for number, (hit, one) in enumerate(zip(hits, evidence, strict=False), 1)
    )
    yield Answer(understood.asked, statements, evidence, "", timing, 0, 0, understood.readings, summary, searched)


def _dated_in(article: StoredArticle, understood: Understood) -> bool:
    if not understood.periods:
        return True
    return article.date is not None and any(period.holds(article.date) for period in understood.periods)


def _summary(wanted: Survey, hits: Sequence[Found], searched: int) -> str:
    found = len(hits)
    if not found:
        return f"逐篇查阅了 {searched} 篇文章，没有一篇符合。"
    listed = f"，以下列出前 {_MOST} 篇" if found > _MOST else ""
    if not wanted.counting:
        return f"逐篇查阅了 {searched} 篇文章，符合的有 {found} 篇{listed}。"
    if any(hit.stated for hit in hits):  # a count of reports would contradict what the source says
        return f"资料里写明了数目，见下面的原文。逐篇查阅了 {searched} 篇文章，有关的有 {found} 篇{listed}。"
    what = "篇" if wanted.thing is Thing.ARTICLE else "次（按一篇文章报道一次计，同一文章重复刊登的只算一次）"
    return f"共 {found} {what}。逐篇查阅了 {searched} 篇文章{listed}。"


def _evidence(hit: Found, document: Document) -> Evidence:
    start, end = _trimmed(hit.paragraph.text, hit.span)
    passage = Passage(f"{hit.paragraph.id}#{start}", hit.paragraph.id, start, end, hit.paragraph.text[start:end])
    return Evidence(passage, hit.paragraph, hit.article, document, 1.0)


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    stretch = text[start:end]
    return start + len(stretch) - len(stretch.lstrip()), end - len(stretch) + len(stretch.rstrip())


def _statement(hit: Found, evidence: Evidence, number: int, wanted: Survey) -> Statement:
    """The words as printed; they are their own source, and are held against it like any others."""
    passage, date = evidence.passage, evidence.article.date
    places = [(evidence.paragraph, (passage.start, passage.end))]
    if hit.event is not None:
        paragraph, span = hit.event
        places.insert(0, (paragraph, _trimmed(paragraph.text, span)))
    citations = tuple(
        Citation(paragraph, *span, evidence.article, evidence.document, number) for paragraph, span in places
    )
    text = "。".join(citation.quote.removesuffix("。") for citation in citations)
    text += "。" if len(citations) > 1 else passage.text[len(passage.text.removesuffix("。")) :]
    return Statement(text, citations, problems(text, "".join(c.quote for c in citations)), _under(date, wanted))


def _under(date: dt.date | None, wanted: Survey) -> str:
    """The month or year that an article is listed under."""
    if not wanted.per:
        return ""
    if date is None:
        return _UNDATED
    return f"{date.year}年{date.month}月" if wanted.per == "month" else f"{date.year}年"
