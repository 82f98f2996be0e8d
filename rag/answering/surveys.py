"""Questions about the whole collection: how many meetings, which bulletins mention this, who attended what. Pure.

Such a question is not answered from the few passages nearest to it but by going through the articles one by one. What
it asks for is read from its wording; everything that cannot be read this way is an ordinary question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from rag.answers import DateReading
from rag.text import Span, normalise, sentences, tagged_words
from rag.types import StoredArticle, StoredParagraph


class Thing(Enum):
    """What is counted or listed; its value is the Chinese word for it."""

    MEETING = "会议"
    ACTIVITY = "活动"
    TRAINING = "培训"
    INSPECTION = "调研督导"
    ARTICLE = "文章"


_CALLED = {
    Thing.MEETING: "会议 会 座谈会 研讨会 推进会 动员会 部署会 培训会 述职会",
    Thing.ACTIVITY: "活动 比赛 竞赛",
    Thing.TRAINING: "培训",
    Thing.INSPECTION: "调研 督导 检查",
    Thing.ARTICLE: "文章 简报 报道 资料 通报 文件 通知 消息 新闻",
}
_COUNTED = {word: thing for thing, words in _CALLED.items() for word in words.split()}
_THING = "(?P<thing>" + "|".join(sorted(_COUNTED, key=len, reverse=True)) + ")"
_ARTICLE = "(?P<thing>" + "|".join(_CALLED[Thing.ARTICLE].split()) + ")"
_END = "[？?。]?$"
_HELD = "召开|举行|举办|组织|开展|主持|参加|出席|启动"
_ATTENDING = "参加|出席|主持|列席"
_MENTIONING = "提到|提及|涉及|讲到|说到|有关|报道"
_MEASURE = "次|场|个|篇|份|期|条|项|回"
_REPORTED = {  # how a report says that there was one
    Thing.MEETING: re.compile(
        r"(?:召开|举行|举办|出席|参加)[^。；]{0,50}?会(?!计|员|长|同|费|考|后|期|见|上指|场)"
        r"|(?:会议?|论坛)[^。；]{0,24}?(?:召开|举行|举办)"
    ),
    Thing.ACTIVITY: re.compile(
        rf"(?:{_HELD})[^。；]{{0,40}}?(?:活动|比赛|竞赛|展演|运动会)|活动[^。；]{{0,20}}?(?:{_HELD})"
    ),
    Thing.TRAINING: re.compile(rf"(?:{_HELD})[^。；]{{0,40}}?培训|培训[^。；]{{0,20}}?(?:{_HELD}|开班)"),
    Thing.INSPECTION: re.compile("调研|督导|检查|视察|走访"),
    Thing.ARTICLE: re.compile(""),
}
# «教研活动160余场», «12次会议»: the source itself says how many there were; «一次» only that there was one
_NUMBER = "(?<![第\\d.])(?:\\d[\\d,.]*|[二三四五六七八九十百千万两]+)(?:余|多)?"
_TIMES = "(?:次|场|期|项)"
_STATED = {
    thing: re.compile(
        rf"(?:{words})[^，。；、]{{0,6}}?{_NUMBER}(?:余|多)?{_TIMES}|{_NUMBER}(?:余|多)?{_TIMES}[^，。；、]{{0,8}}?(?:{words})"
    )
    for thing, words in ((thing, "|".join(re.findall(r"\w{2,}", called))) for thing, called in _CALLED.items())
    if thing is not Thing.ARTICLE
}
_CLAUSE_END = re.compile("[，；]")
_COUNTING = (
    # 召开了几次会议, 有多少篇文章提到控辍保学; 会议召开了几次
    re.compile(rf"(?:几|多少)(?:{_MEASURE})?[^，。？?]{{0,8}}?{_THING}"),
    re.compile(rf"{_THING}[^，。？?]{{0,10}}?(?:召开|举行|举办|开展|有)了?(?:几|多少)(?:{_MEASURE})[呢啊]?{_END}"),
)
_LISTING = (
    # 列出所有会议; 参加了哪些活动; 哪些简报提到“双减”
    re.compile(rf"(?:列出|列举|列一下|汇总|罗列)[^，。？?]{{0,16}}?{_THING}"),
    re.compile(rf"(?:召开|举行|举办|开展|{_ATTENDING}|有)[过了]?(?:哪些|什么|哪几(?:{_MEASURE})?){_THING}"),
    re.compile(rf"哪(?:些|几?(?:{_MEASURE})){_THING}[中里]?[^，。？?]{{0,4}}(?:{_MENTIONING})"),
    # 统计各月的会议数量; 有没有提到心理健康的文章; 关于教师培训的报道有哪些
    re.compile(rf"统计[^，。？?]{{0,16}}?{_THING}(?:的?(?:数量|次数|情况))?{_END}"),
    re.compile(rf"(?:所有|全部|有没有|有无)(?:{_MENTIONING}|关于)[^，。？?]{{1,16}}?的{_ARTICLE}{_END}"),
    re.compile(rf"(?:{_MENTIONING}|关于)[^，。？?]{{1,16}}?的{_ARTICLE}都?有哪些{_END}"),
)
_PER = {"month": re.compile("按月|逐月|每个?月|各月"), "year": re.compile("按年|逐年|每一?年|各年")}
_PERSON = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4}?)(?:同志|局长|书记|主任|校长)?(?:都|还|一共|共|总共)?" + f"(?:{_ATTENDING})"
)
_ASIDE = re.compile(  # words that only ask
    r"按月|逐月|每个?月|各月|按年|逐年|每一?年|各年|统计|一下|数量|次数|情况|没有|所有|列出|列举|列一下|汇总|罗列|所有|全部|一共|总共|共|哪些|哪几|什么|多少|几|请|帮我|关于|相关"
    rf"|{_MENTIONING}|{_HELD}|{_ATTENDING}|{_MEASURE}|[过了的有在中里和与吗呢？?。，,、]"
)


@dataclass(frozen=True, slots=True)
class Survey:
    """What to look for: articles that report a `thing`, hold all `terms`, and are dated in the periods.

    counting: the question asks how many. attended: the name that must stand with an attending verb, "" for none.
    per: «month» or «year» where they are to be listed under theirs.
    """

    thing: Thing
    terms: tuple[str, ...]
    counting: bool
    attended: str = ""
    per: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An article that matches, and the words that say so: `paragraph.text[span]`, a sentence or its beginning.

    stated: the sentence says how many there were. event: for one who attended, the words that say what it was.
    """

    article: StoredArticle
    paragraph: StoredParagraph
    span: Span
    stated: bool = False
    event: tuple[StoredParagraph, Span] | None = None


def read_survey(question: str, dates: Iterable[DateReading] = ()) -> Survey | None:
    """What a question about the whole collection asks for; None when it is not one. `dates`: its date words."""
    text = question
    for reading in sorted(dates, key=lambda r: -r.start):
        text = text[: reading.start] + text[reading.end :]
    for counting, patterns in ((True, _COUNTING), (False, _LISTING)):
        for pattern in patterns:
            if match := pattern.search(text):
                return _survey(text, match, counting)
    return None


def _survey(text: str, match: re.Match[str], counting: bool) -> Survey | None:
    person = _PERSON.search(text)
    name = person["name"] if person and _is_name(person["name"]) else ""
    rest = text[: match.start("thing")] + "，" + text[match.end("thing") :]
    terms = _terms(rest.replace(name, "，") if name else rest)
    thing = _COUNTED[match["thing"]]
    if thing is Thing.ARTICLE and not terms and not name and not counting and "列" not in text:
        return None  # 「哪些文章？」 asks for nothing
    per = next((per for per, words in _PER.items() if words.search(text)), "")
    return Survey(thing, terms, counting, name, per)


def _is_name(word: str) -> bool:
    return any(w.tag in ("nr", "nrfg", "nrt") and len(w.text) == len(word) for w in tagged_words(word))


def _terms(text: str) -> tuple[str, ...]:
    """The words that say which ones are meant, without those that only ask."""
    return tuple(dict.fromkeys(piece for piece in _ASIDE.split(text) if piece and len(piece) >= 2))


def look(survey: Survey, article: StoredArticle, in_period: Callable[[StoredArticle], bool]) -> Found | None:
    """Whether the article is one of those asked for, and by which sentence.

    The sentence is the first that reports the thing; where only terms are asked for, the first that holds most. One
    that says how many, where that is asked, goes before all.
    """
    if not in_period(article) or not article.paragraphs:
        return None
    whole = normalise(article.title + "\n" + "\n".join(p.text for p in article.paragraphs))
    if not all(_stands(term, whole) for term in survey.terms):
        return None
    best: tuple[tuple[bool, int], Found] | None = None
    for paragraph, span in _sentences(article):
        sentence = paragraph.text[slice(*span)]
        if not _reports(survey, sentence):
            continue
        held = sum(_stands(term, normalise(sentence)) for term in survey.terms)
        stated = held == len(survey.terms) and _states_number(survey, sentence)
        if best is None or (stated, held) > best[0]:
            best = (stated, held), Found(article, paragraph, span, stated)
    return _in_short(survey, best[1]) if best else None


def _sentences(article: StoredArticle) -> Iterator[tuple[StoredParagraph, Span]]:
    for paragraph in article.paragraphs:
        for span in sentences(paragraph.text):
            yield paragraph, span


def _in_short(survey: Survey, found: Found) -> Found:
    """Without the clauses after the one that names the event; what one attended is named."""
    if not survey.attended:
        return found if found.stated else replace(found, span=_beginning(survey, found.paragraph, found.span))
    for paragraph, span in _sentences(found.article):
        if _REPORTED[survey.thing].search(paragraph.text[slice(*span)]):
            if (paragraph.id, span) == (found.paragraph.id, found.span):
                break  # it says both
            return replace(found, event=(paragraph, _beginning(survey, paragraph, span)))
    return found


def _beginning(survey: Survey, paragraph: StoredParagraph, span: Span) -> Span:
    """A sentence up to the end of the clause that reports the thing, as long as that keeps the terms it holds."""
    sentence = paragraph.text[slice(*span)]
    reported = _REPORTED[survey.thing].search(sentence)
    cut = _CLAUSE_END.search(sentence, reported.end()) if reported and reported.group() else None
    if cut is None:
        return span
    short, whole = normalise(sentence[: cut.start()]), normalise(sentence)
    if any(_stands(term, whole) and not _stands(term, short) for term in survey.terms):
        return span
    return span[0], span[0] + cut.start()


def _states_number(survey: Survey, sentence: str) -> bool:
    if not survey.counting or survey.thing not in _STATED:
        return False
    return _STATED[survey.thing].search("".join(sentence.split())) is not None


def _reports(survey: Survey, sentence: str) -> bool:
    if not survey.attended:
        return _REPORTED[survey.thing].search(sentence) is not None
    there = rf"{survey.attended}[^。；]{{0,40}}(?:{_ATTENDING}|讲话|致辞)"  # 「局长赵雪宏出席并讲话」
    return re.search(rf"{there}|(?:{_ATTENDING})[^。；]{{0,40}}{survey.attended}", sentence) is not None


def _stands(term: str, text: str) -> bool:
    """A term of several words may stand in pieces («初中备考» of «初中…备考»)."""
    wanted = normalise(term)
    return wanted in text or all(word.text in text for word in tagged_words(wanted) if len(word.text) >= 2)
