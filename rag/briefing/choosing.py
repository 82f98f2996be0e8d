"""Which articles a briefing is made from: those named, those about a topic, or those of a period. Shown before use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Protocol

from rag.answering.periods import read_dates
from rag.answers import Evidence, Period
from rag.briefing.naming import meeting_of
from rag.briefing.plans import Articles, Kind
from rag.briefing.relevance import Topic
from rag.briefings import BriefingRequest, ChosenArticle
from rag.errors import JianwenError
from rag.layout.sections import heads_of
from rag.text import sentences
from rag.types import Document, StoredArticle

_FOUND: Final = 60  # paragraphs looked at for a topic
_MOST: Final = 12  # articles about a topic
_MOST_OF_A_PERIOD: Final = 60
_OF_ONE: Final[dict[Articles, Callable[[StoredArticle], object]]] = {  # kinds that take one article, and of what sort
    Articles.ONE: meeting_of,
    Articles.DOCUMENT: heads_of,
}


class Shelf(Protocol):
    """What may be chosen from."""

    def articles(self) -> Iterable[StoredArticle]: ...

    def documents(self) -> Mapping[str, Document]: ...

    def best(self, question: str, limit: int, *, only: Sequence[Period] = ()) -> Sequence[Evidence]:
        """The passages nearest to a question, best first, of the days `only` where given."""
        ...


def with_sides(request: BriefingRequest, today: dt.date, newest: dt.date | None) -> BriefingRequest:
    """The request with the two periods that its topic names, where it gives none, and without their words."""
    if request.period and request.other:
        return _of_two(request, request.period, request.other)
    readings = read_dates(request.topic, today, newest)
    if len(readings) != 2:
        raise JianwenError("对比要有两个时段。请在主题里写明（如“2023年与2024年中考备考”），或另外给出两段日期。")
    first, second = sorted((reading.period for reading in readings), key=lambda period: period.since)
    topic = request.topic
    for reading in reversed(readings):
        topic = topic[: reading.start] + "，" + topic[reading.end :]
    return _of_two(replace(request, topic=topic.strip("，与和、对比 ")), first, second)


def _of_two(request: BriefingRequest, first: Period, second: Period) -> BriefingRequest:
    if first.name == second.name:
        raise JianwenError(f"两个时段都是{first.name}，没有可对比的。请改其中一个。")
    return replace(request, period=first, other=second)


def choose(request: BriefingRequest, kind: Kind, shelf: Shelf) -> tuple[ChosenArticle, ...]:
    """The articles in order of date. A comparison's request has both periods (`with_sides`).

    Raises:
        JianwenError: an article is not known, none was found, or the kind takes another number of them.
    """
    if request.articles:
        found = _named(request.articles, shelf)
    elif kind.articles is Articles.SIDES and request.period and request.other:
        found = [*_of(request.topic, request.period, shelf), *_of(request.topic, request.other, shelf)]
    elif request.topic or request.period:
        found = _of(request.topic, request.period, shelf)
    else:
        raise JianwenError("请选定文章，或给出主题，或给出起止日期。")
    if kind.articles is Articles.SIDES and request.period and request.other:
        found = [one for one in (_on_its_side(one, (request.period, request.other)) for one in found) if one.side]
    if kind.articles in _OF_ONE:
        found = _only(found, kind, chosen=bool(request.articles))
    if not found:
        raise JianwenError("没有找到合适的文章。请换个主题或日期，或直接选定文章。")
    return tuple(sorted(found, key=lambda one: (one.article.date or dt.date.max, one.article.id)))


def _named(names: Sequence[str], shelf: Shelf) -> list[ChosenArticle]:
    """By ids of articles or documents, each article once."""
    documents = shelf.documents()
    known = {article.id: article for article in shelf.articles()}
    found: dict[str, ChosenArticle] = {}
    for name in names:
        meant = [known[name]] if name in known else [one for one in known.values() if one.document == name]
        if not meant:
            raise JianwenError(f"资料库里没有编号为“{name}”的文章。请用 jianwen articles 查看文章的编号。")
        found.update((one.id, ChosenArticle(one, documents[one.document])) for one in meant)
    return list(found.values())


def _of(topic: str, period: Period | None, shelf: Shelf) -> list[ChosenArticle]:
    if topic.strip():
        return _about(topic, period, shelf)
    dated = [one for one in shelf.articles() if period is None or (one.date is not None and period.holds(one.date))]
    documents = shelf.documents()
    return [ChosenArticle(one, documents[one.document]) for one in _each_once(dated)[:_MOST_OF_A_PERIOD]]


def _about(topic: str, period: Period | None, shelf: Shelf) -> list[ChosenArticle]:
    """The articles found for the topic in which some sentence is about it, best first."""
    wanted = Topic(topic)
    evidence = {e.article.id: e for e in reversed(shelf.best(topic, _FOUND, only=(period,) if period else ()))}
    found = []
    for article in _each_once([e.article for e in reversed(evidence.values())]):
        count = sum(
            wanted.relevance(stored.text[start:end]) > 0
            for stored in article.paragraphs
            for start, end in sentences(stored.text)
        )
        if count:
            found.append(ChosenArticle(article, evidence[article.id].document, f"有 {count} 句谈到这个主题"))
    return found[:_MOST]


def _each_once(articles: Sequence[StoredArticle]) -> list[StoredArticle]:
    """Without the twins of those that came before."""
    found: dict[str, StoredArticle] = {}
    for article in articles:
        if article.paragraphs and not any(twin in found for twin in article.twins):
            found[article.id] = article
    return list(found.values())


def _on_its_side(one: ChosenArticle, sides: Sequence[Period]) -> ChosenArticle:
    day = one.article.date
    return replace(one, side=next((side.name for side in sides if day is not None and side.holds(day)), ""))


def _only(found: list[ChosenArticle], kind: Kind, *, chosen: bool) -> list[ChosenArticle]:
    """The one article chosen; of those found, the best that reports a meeting, or is in numbered parts; or the best."""
    if chosen and len(found) > 1:
        raise JianwenError(
            f"这种简报一次写{kind.articles.value}，请只选一篇文章；要写多篇，请改用专题摘要或周报、月报。"
        )
    of_the_kind = _OF_ONE[kind.articles]
    return next(([one] for one in found if of_the_kind(one.article)), found[:1])
