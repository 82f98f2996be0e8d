"""What each sentence of an article does in it: tells of the meeting, looks back, demands, names who was there. Pure.

Reports of meetings and notices are written to a form: who speaks stands at the head (会议强调，…), what is to be done
is counted (一要…七要) or said with 要. The roles are read from that form; no model is asked. Importance follows from
it: the head of a counted demand must not be missing from a briefing, its particulars may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise
from typing import Final

from rag.layout.sections import SectionHead, heads_of, over
from rag.statements.facts import facts
from rag.text import Span, enumerator, enumerators, letter_pairs, sentences
from rag.types import StoredArticle

RECIPE: Final = "roles-4"  # changes when the same article would be read differently


class Role(Enum):
    """The value is the word for it in the files of kinds."""

    OVERVIEW = "概况"
    PAST = "成效"
    SPIRIT = "精神"
    DEMAND = "要求"
    PROCEEDINGS = "议程"
    ATTENDANCE = "参会"
    OTHER = "其他"


@dataclass(frozen=True, slots=True)
class KeySentence:
    """`article.paragraphs[paragraph].text[start:end]`.

    importance: 1 and above for what a briefing must say. point: the counted or demanded point it belongs to, numbered
    from 1 within the article, 0 for none; its `head` names the point.
    """

    paragraph: int
    start: int
    end: int
    role: Role
    importance: float
    point: int = 0
    head: bool = False


_LEAD = re.compile(
    r"(?!根据|按照|依据|要|以|把|将|达到|符合|第[^，。；：]{1,8}条)(?P<who>[^，。；：的是应须]{1,24}?)"
    r"(?P<verb>指出|强调|要求|认为|提出|明确|号召|希望|表示|决定|部署)(?:[，：,:]|$)"
)
_ASKING = {"要求", "部署", "号召", "希望", "决定"}
_ORDINAL = re.compile(r"[一二三四五六七八九十]{1,3}[、是要]|[（(][一二三四五六七八九十]{1,3}[）)]|\d{1,2}[.．、](?!\d)")
_NAME_OF_POINT = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d))[^，；：？！。]{2,20}。"
)
_PART = re.compile(r"第[一二三四五六七八九十百\d]{1,5}[章节条]|[一二三四五六七八九十]{1,3}、")
_BID = re.compile(  # what is to be done, said without 要
    r"(?:[^\w]*[一二三四五六七八九十\d]{1,3}[^\w]+)?(?:大力|加快|深入|推动|推进|扩大|有效|着力|协同|加大|加强|强化|坚持|完善|建立|健全|落实"
    r"|严格|全面|进一步|积极|切实|持续|深化|优化|提升|提高|做好|抓好|开展|实施|组织|规范|支持|鼓励|促进|保障|统筹|巩固"
    r"|打造|构建|突出|聚焦|压实|防范|因地制宜|扎实|稳步|认真|充分|牢固|牢牢)"
)
_COUNTED_DEMAND = re.compile(r"^[一二三四五六七八九十]{1,3}要")
_DEMAND = re.compile(
    r"(?:^|[，；：])[^，；。：]{0,18}?(?<![重需主概纪只还将不])(?:要(?![求素点害闻领义件道塞么是])|必须|务必|应当|不得|严禁|严防)"
)
_PAST = re.compile(
    r"刚刚过去|过去的?[一五]?[年个]|去年|上一?年度?(?!度重)|[一两三五]年来|以来，|回顾"
    r"|取得了?[^，。]{0,12}(?:成效|成绩|进展)"
)
_DONE = re.compile(  # work done, where a figure tells how much
    r"新建|改建|扩建|改造|建成|建设了?[^，。]{0,12}\d|完成|新增|投入|培训|招聘|引进|创建|培养|发放|资助|达到?(?=\d)|实现|增长|下降"
    r"|提高|提升|增加|减少|增至|荣获|获得?|覆盖|开展|举办|排查|整改|查处|认定|评选|惠及|突破|超过|取得"
)
_TO_COME = re.compile(r"力争|争取|确保|计划|目标|拟(?!人)|预计|将(?!近)|今年(?!以来)|下一步|今后|明年|到\d{4}年")
_NOW = re.compile(r"今年|下一步|今后|新的一年|当前|目标任务|重点工作|工作安排|总体要求|主要目标")
_WORK_DONE = re.compile(
    "总结|成效|成绩|进展|亮点|做法|(?:完成|开展|落实|工作|推进|实施)情况"
)  # in headings of sections
_TASKS = re.compile(  # headings of sections about what is to be done
    "任务|安排|部署|要求|举措|措施|保障|目标|打算|步骤|程序|流程|重点工作|政策取向"
)
_PRESENT = re.compile(r"参加(?:了)?(?:会议|活动|培训|座谈)|列席|(?:出席|参加)了?(?:本次|此次)?会议")
_SPEAKING = re.compile(r"出席|主持|讲话|致辞")
_PROCEEDINGS = re.compile(
    r"^(?:会议期间|会上|会前|会后|活动中|座谈会上|会议还)(?!强调|指出|要求)"
    r"|观摩|作了?[^，。]{0,12}(?:发言|汇报|推介|述职)"
)
_LEANING = re.compile(r"此外|同时|其中|这|该|其|另外|但|因此|所以|他|她|它|对此|为此|据此")
_CONDITION = re.compile("的[。；]$")
_SALUTATION = re.compile(r"[：:]$")
_FULL_STOP = re.compile(r"[。！？；…!?：:][”’」』）)】》]*$")
_FORMULA = re.compile(  # of notices and speeches; says nothing by itself
    "现在，我(?:代表|受)[^。；]{0,40}报告[^。；]{0,20}。$|(?:现[将就把](?!《)[^《。；]{0,30}(?:如下|你们)|特此(?:通知|通报|公告|报告|函告|说明)|请[^《。；]{0,12}(?:遵照|贯彻)(?:执行|落实))[^。；]{0,12}[。：]$"
)
_LEAST_LETTERS = 6
_MOST_HEADS = 14  # points of one article that may all be called essential
_FAR = 400  # sentences of an article among which the central ones are looked for

ESSENTIAL, OPENING, DETAIL = 1.0, 0.8, 0.45  # OPENING: who speaks, and the first thing said


def key_sentences(article: StoredArticle) -> tuple[KeySentence, ...]:
    """The sentences of an article that a briefing may use, in reading order. Tables are passed over."""
    found, quoted = [], []
    for sentence, in_speech in _Reader(article).read():
        found.append(sentence)
        quoted.append(in_speech)
    return tuple(_weighed(article, _settled(article, found, quoted)))


def sentence_text(article: StoredArticle, sentence: KeySentence) -> str:
    return article.paragraphs[sentence.paragraph].text[sentence.start : sentence.end]


def role_of_section(above: Sequence[SectionHead]) -> Role | None:
    """What the outermost heading that tells says it is about: PAST what has been done, DEMAND what is to be done."""
    for head in above:
        if _PAST.search(head.name) or _WORK_DONE.search(head.name):
            return Role.PAST
        if _TASKS.search(head.name):
            return Role.DEMAND
    return None


def demands(sentence: str) -> bool:
    """Whether it says of something that it must be done (要, 必须, 不得)."""
    return _DEMAND.search(sentence) is not None


def enumerations(article: StoredArticle, found: Sequence[KeySentence]) -> tuple[tuple[int, ...], ...]:
    """The places in `found` of the heads of counted points, those of one enumeration together. One may stand in a point
    of another."""
    done: list[list[int]] = []
    open_ones: list[tuple[str, int, list[int]]] = []  # kind, last number, places; the innermost last
    for place, one in enumerate(found):
        member = enumerator(sentence_text(article, one)) if one.head else None
        if member is None:
            continue
        kind, number = member
        level = next((n for n, (other, last, _) in enumerate(open_ones) if (other, last + 1) == member), None)
        if level is None:
            places: list[int] = []
            done.append(places)
            level = next((n for n, (other, _, _) in enumerate(open_ones) if other == kind), len(open_ones))
        else:
            places = open_ones[level][2]
        open_ones[level:] = [(kind, number, places)]
        places.append(place)
    return tuple(tuple(places) for places in done if len(places) > 1)


def pieces(text: str) -> Iterator[Span]:
    """The sentences of a paragraph without white space around them, cut also where a counted point begins. One that
    only names a point («（一）消防安全。») goes with the next."""
    points = {start for start, _, _ in enumerators(text)}
    cuts = sorted({0, len(text), *points, *(end for _, end in sentences(text))})
    names = {end for start, end in pairwise(cuts) if end not in points and _names_point(text[start:end])}
    for start, end in pairwise(cut for cut in cuts if cut not in names or cut == len(text)):
        piece = text[start:end]
        left = start + len(piece) - len(piece.lstrip())
        right = end - len(piece) + len(piece.rstrip())
        if left < right:
            yield left, right


def _names_point(sentence: str) -> bool:
    return _NAME_OF_POINT.fullmatch(sentence.strip()) is not None and not demands(sentence)


class _Reader:
    """Goes through an article once; remembers who speaks, whether of the past, and which point is being made."""

    def __init__(self, article: StoredArticle) -> None:
        self._article = article
        self._verb = ""  # of the speech under way
        self._past = False
        self._points = 0
        self._spoken = False  # somebody has begun to speak: the opening is over
        self._told = 0  # paragraphs that do not only say whom they address
        self._headed: Role | None = None  # what the headings over the paragraph say that it is about

    def read(self) -> Iterator[tuple[KeySentence, bool]]:
        """Each sentence, and whether somebody is quoted with it, outside sections of tasks."""
        headings = heads_of(self._article)
        for number, stored in enumerate(self._article.paragraphs):
            if stored.paragraph.header is not None:
                continue
            own = [head for head in headings if head.number == number]
            self._headed = role_of_section([*over(headings, number), *own])
            self._past = self._past and not own
            text = stored.text
            counted = {start for start, _, _ in enumerators(text)}
            point, demanding = 0, False
            if _PROCEEDINGS.match(text):
                self._verb, self._past, self._spoken, aside = "", False, True, True
            else:
                aside = False
            for place, (start, end) in enumerate(pieces(text)):
                sentence = text[start:end]
                heads = start in counted or (place == 0 and _ORDINAL.match(sentence) is not None)
                if place == 0 and _PART.match(sentence):
                    self._verb = ""  # a new part of a plan or a law: nobody is quoted any more
                if lead := _LEAD.match(sentence):
                    self._verb, self._spoken, point = lead["verb"], True, 0
                    self._past = False
                short = sum(map(str.isalnum, sentence)) < _LEAST_LETTERS and not heads
                if not _FULL_STOP.search(sentence) or short or _FORMULA.match(sentence):
                    self._look_back(sentence)
                    continue  # a heading, or a lead-in that stands alone
                self._look_back(sentence)
                if heads:
                    self._points += 1
                    point = self._points
                    demanding = self._demands(sentence)
                opens = self._told == 0 and not self._spoken
                role = self._role(sentence, point, demanding, opens=opens, aside=aside)
                if role is None:
                    continue
                yield KeySentence(number, start, end, role, 0.0, point, heads), self._verb != "" and not self._in_tasks
            self._told += not _SALUTATION.search(text)

    def _look_back(self, sentence: str) -> None:
        if _PAST.search(sentence) and not _DEMAND.search(sentence):
            self._past = True
        elif _NOW.search(sentence) or _DEMAND.search(sentence):
            self._past = False

    def _demands(self, sentence: str) -> bool:
        """Whether a counted point is one to be done; a condition of a law («……的。») is not."""
        if self._looks_back or _CONDITION.search(sentence):
            return False
        return (
            self._verb != ""
            or self._in_tasks
            or any(p.search(sentence) for p in (_COUNTED_DEMAND, _DEMAND))
            or bool(_BID.match(sentence))
        )

    @property
    def _looks_back(self) -> bool:
        return self._past if self._headed is None else self._headed is Role.PAST

    @property
    def _in_tasks(self) -> bool:
        return self._headed is Role.DEMAND

    def _role(self, sentence: str, point: int, demanding: bool, *, opens: bool, aside: bool) -> Role | None:
        if opens:
            return None if _SALUTATION.search(sentence) else Role.OVERVIEW
        if _PRESENT.search(sentence) and not _DEMAND.search(sentence):
            return Role.ATTENDANCE
        if (aside or _PROCEEDINGS.search(sentence)) and not point and not self._verb:
            return Role.PROCEEDINGS
        if self._looks_back:
            return Role.PAST
        if point:
            return Role.DEMAND if demanding else Role.OTHER
        if self._verb in _ASKING or _DEMAND.search(sentence) or self._in_tasks:
            return Role.DEMAND
        if self._verb and _tells_of_work_done(sentence):
            return Role.PAST
        return Role.SPIRIT if self._verb else Role.OTHER


def _tells_of_work_done(sentence: str) -> bool:
    """Whether it gives figures of what has been done («2023年新建学校12所»), none of what is still to come."""
    told = facts(sentence)
    aside = [(fact.start, fact.end) for fact in told if fact.kind in ("quote", "title")]
    counted = any(
        fact.kind == "figure"
        and fact.text[0].isdecimal()  # 「三个方面」 and 「K12」 count nothing that was done
        and not any(start <= fact.start < end for start, end in aside)
        for fact in told
    )
    return counted and _DONE.search(sentence) is not None and _TO_COME.search(sentence) is None


def _settled(article: StoredArticle, found: Sequence[KeySentence], quoted: Sequence[bool]) -> list[KeySentence]:
    """Demands that are not counted: points of their own where nothing is counted, else said around the points."""
    if any(one.role is Role.DEMAND and one.head for one in found):
        return [
            _around(article, one) if in_speech and one.role is Role.DEMAND and not one.point else one
            for one, in_speech in zip(found, quoted, strict=True)
        ]
    points = max((one.point for one in found), default=0)
    settled = []
    for one in found:
        if one.role is Role.DEMAND and not one.point and _DEMAND.search(sentence_text(article, one)):
            points += 1
            one = replace(one, point=points, head=True)
        settled.append(one)
    return settled


def _around(article: StoredArticle, one: KeySentence) -> KeySentence:
    """What introduces the points stays with them; the rest of the speech is its spirit."""
    lead = _LEAD.match(sentence_text(article, one))
    return one if lead and lead["verb"] in _ASKING else replace(one, role=Role.SPIRIT)


def _weighed(article: StoredArticle, found: Sequence[KeySentence]) -> Iterator[KeySentence]:
    heads = sum(one.head and one.role is Role.DEMAND for one in found)
    central = _centrality(article, found)
    openings = 0
    for one, near in zip(found, central, strict=True):
        text = sentence_text(article, one)
        weight = _weight(one, text, heads <= _MOST_HEADS)
        if one.role is Role.OVERVIEW:
            openings += 1
            weight = ESSENTIAL + 0.2 if openings == 1 else ESSENTIAL if _SPEAKING.search(text) else 0.6
        hard = min(2, sum(fact.kind in ("figure", "title", "quote") for fact in facts(text)))
        yield replace(one, importance=round(weight + (0.03 * hard + 0.1 * near if weight < ESSENTIAL else 0.0), 4))


def _weight(one: KeySentence, text: str, all_essential: bool) -> float:
    if one.role is Role.DEMAND and one.head:
        return ESSENTIAL if all_essential else OPENING - 0.1
    if _LEAD.match(text):
        return OPENING
    leans = 0.15 if _LEANING.match(text) else 0.0
    base = {Role.PAST: 0.4, Role.SPIRIT: 0.5, Role.DEMAND: DETAIL, Role.ATTENDANCE: 0.5, Role.PROCEEDINGS: 0.3}
    return base.get(one.role, 0.35) + (0.1 if one.head else 0.0) - leans


def _centrality(article: StoredArticle, found: Sequence[KeySentence]) -> list[float]:
    """For each sentence how much of its wording the title and the rest of the article share, 0 to 1."""
    pairs = [letter_pairs(sentence_text(article, one)) for one in found[:_FAR]]
    title = letter_pairs(article.title)
    uses: dict[str, int] = {}
    for own in pairs:
        for pair in own:
            uses[pair] = uses.get(pair, 0) + 1
    shared = [
        sum(uses[pair] > 1 for pair in own) / len(own) * 0.5 + len(own & title) / max(len(title), 1) * 0.5
        if own
        else 0.0
        for own in pairs
    ]
    return shared + [0.0] * (len(found) - len(shared))
