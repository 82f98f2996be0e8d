"""A briefing in steps that can be seen and stopped: articles, key sentences, sections, and what fits the page."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.answers import Period
from rag.briefing.drafting import Drafter, Source
from rag.briefing.fitting import fit
from rag.briefing.naming import days, headline, meeting_of
from rag.briefing.plans import Articles, Kind
from rag.briefings import (
    ArticlesChosen,
    BriefEvent,
    Briefing,
    BriefingRequest,
    ChosenArticle,
    KeySentencesFound,
    LeftOut,
    Making,
    PageMeasure,
    Section,
)
from rag.errors import JianwenError
from rag.statements.roles import KeySentence, sentence_text
from rag.types import Progress, StopSignal, StoredArticle, heed

_SHOWN = 12  # key sentences of an article that are shown on the way
KeySource = Callable[[StoredArticle], tuple[tuple[KeySentence, ...], bool]]


def make(
    request: BriefingRequest,
    kind: Kind,
    chosen: Sequence[ChosenArticle],
    keys: KeySource,
    measure: PageMeasure,
    stop: StopSignal | None = None,
) -> Iterator[BriefEvent]:
    """The first event is `ArticlesChosen`, the last exactly one `Briefing` that fits its pages.

    `keys` gives the key sentences of an article, and whether they were kept from an earlier briefing.

    Raises:
        JianwenError: the articles say nothing that the kind could use, or not even one sentence fits the page.
        Stopped: `stop` was set.
    """
    started = time.monotonic()
    yield ArticlesChosen(tuple(chosen))
    sources: list[Source] = []
    compared = [period for period in (request.period, request.other) if period and request.other]
    sides = {period.name: _name(period) for period in compared}
    for done, one in enumerate(chosen):
        heed(stop)
        yield Progress("正在提取要点", done, len(chosen))
        sentences, kept = keys(one.article)
        yield KeySentencesFound(one.article, _best(one.article, sentences), kept)
        sources.append(Source(one.article, one.document, sentences, sides.get(one.side, "")))
    drafter = Drafter(kind, sources, request.topic, tuple(sides.values()), request.pages)
    sections: list[Section] = []
    dropped: list[LeftOut] = []
    for done, drafted in enumerate(drafter.sections(), 1):
        heed(stop)
        sections += [drafted.section] if drafted.section else []
        dropped += drafted.dropped
        yield drafted
        yield Progress("正在起草", done, len(kind.sections))
    if not any(section.statements for section in sections):
        raise JianwenError(f"所选文章里没有能写进{kind.name}的句子。请换文章，或换一种简报。")
    yield Progress("正在排版", 0, 0)
    heed(stop)
    draft = Briefing(
        kind.id,
        kind.name,
        request.title.strip() or title(request, kind, chosen),
        tuple(sections),
        tuple(chosen),
        Making("", dt.datetime.now(dt.UTC), 0.0),
        request.masthead,
        tuple(dropped),
        pages_allowed=request.pages,
        gaps=tuple(dict.fromkeys(drafter.gaps)),
    )
    fitted = beside(fit(draft, measure))
    yield replace(fitted, making=replace(fitted.making, seconds=time.monotonic() - started))


def beside(briefing: Briefing) -> Briefing:
    """Only what really stays out stands in `left_out`: not what found a place in another section, each once."""
    on_page = {(c.paragraph.id, c.start) for statement in briefing.statements for c in statement.citations}
    kept: dict[tuple[str, int], LeftOut] = {}
    for one in briefing.left_out:
        places = [(c.paragraph.id, c.start) for c in one.statement.citations]
        if places and not any(place in on_page for place in places):
            kept.setdefault(places[0], one)
    return replace(briefing, left_out=tuple(sorted(kept.values(), key=lambda one: -one.statement.importance)))


def _best(article: StoredArticle, sentences: Sequence[KeySentence]) -> tuple[tuple[str, str], ...]:
    best = sorted(sentences, key=lambda one: -one.importance)[:_SHOWN]
    return tuple((one.role.value, sentence_text(article, one)) for one in best)


def title(request: BriefingRequest, kind: Kind, chosen: Sequence[ChosenArticle]) -> str:
    """By the kind's pattern; words that nothing is known for are left out."""
    first = chosen[0].article
    words = {
        "标题": headline(first) if len(chosen) == 1 else request.topic or kind.name,
        "会议": (meeting_of(first) or headline(first)) if len(chosen) == 1 else "",
        "主题": request.topic or (headline(first) if kind.articles not in (Articles.PERIOD, Articles.SIDES) else ""),
        "时段": _name(request.period) if request.period else _days(chosen),
        "甲": _name(request.period) if request.period else "",
        "乙": _name(request.other) if request.other else "",
    }
    return kind.title.format(**words).strip(" ：") or kind.name


def _name(period: Period) -> str:
    """What it is called; two days by number are written out."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}至\d{4}-\d{2}-\d{2}", period.name):
        return period.name
    return days(period.since, period.until)


def _days(chosen: Sequence[ChosenArticle]) -> str:
    dated = sorted(one.article.date for one in chosen if one.article.date)
    return days(dated[0], dated[-1]) if dated else ""
