"""「那职业学校呢？」: a question that leans on the one before, made into one that stands alone. Pure.

What is left unsaid is taken from the question before: the phrase of the same sort that is exchanged (职业学校 for
普通高中, 2023年 for 今年), the one a pronoun stands for, or the topic of a question that names none. The result is
shown to the user, who may change it; where nothing fits, the question is left as it is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.periods import read_dates
from rag.text import tagged_words

LEANS_ON: Final = 3  # earlier questions that a follow-up may lean on

_ANY_DAY = dt.date(2000, 1, 1)  # only the words are looked for, not the days they mean
_WHAT_ABOUT = re.compile(r"^(?:那么|那|至于|换成|如果是)?[，, ]?(?P<other>[^，。？?]{2,24}?)(?:方面|的情况)?呢[？?]?$")
_PRONOUN = re.compile(
    "这次会议|那次会议|该会议|该校|该县|该市|他们|它们|她们|他|她|它|这个|那个|这项|该项|其(?![中他它余实次])"
)
_ASKING = re.compile(
    "有?(?:哪些|哪几[个项条点]?|什么样的?|什么|多少|几[个项条所名次]?|如何|怎么样|怎样|怎么|为什么|为何|何时|谁|哪里|哪儿|哪[个所位年天])"
)
_CONNECTING = re.compile("^(?:(?:那么|那|另外|再说|然后|接着)[，, ]?|还有[，, ])")
# what a question goes on to speak of without saying which («会议是谁主持的？»)
_ONE_OF = re.compile("(?:会议|活动|培训|比赛|仪式|方案|计划|规划|办法|意见|通知|文件|报告)$")
_SCHOOL = re.compile("学校|高中|初中|小学|中学|中职|职校|技校|幼儿园|大学|高校")
_WHO_DID = re.compile("^(?:谁|哪[个位些])")
_NOUNS = ("n", "nr", "nrfg", "nrt", "ns", "nt", "nz", "vn", "an", "j", "l", "s")
_LINKS = ("a", "b", "uj", "c", "m", "q")  # may stand between the nouns of a phrase
_BARE = 10  # letters: a question this short without a noun names no topic
# nouns that only ask for something and are no topic
_SOUGHT_WORDS = """
要求 措施 内容 任务 目标 情况 时候 时间 地点 原因 问题 办法 举措 部署 安排 方面 特点 做法 成绩 人 名字 数量
讲话 发言 致辞
"""
_NO_NOUNS = frozenset({"全面"})  # which the tagger takes for nouns
_SOUGHT = frozenset(_SOUGHT_WORDS.split())


_ENDS = "，。？? "


@dataclass(frozen=True, slots=True)
class _Phrase:
    start: int
    end: int
    text: str
    kind: str  # date, or the part of speech of its last word


def stand_alone(question: str, before: Sequence[str]) -> str:
    """`question` with what it leaves out, from the questions `before` it (as understood, oldest first).

    Returns the question unchanged when it leans on nothing, or nothing fits.
    """
    for earlier in reversed(before if question.strip() else ()):
        made = _leaning(question.strip(), earlier)
        if made is not None and made.strip():
            return made
    return question


def _leaning(question: str, earlier: str) -> str | None:
    if match := _WHAT_ABOUT.match(question):
        return _exchanged(match["other"], earlier)
    if pronoun := _PRONOUN.search(question):
        topic = _topic(earlier)
        return _plain(question[: pronoun.start()] + topic + question[pronoun.end() :]) if topic else None
    plain = _plain(question)
    named = [phrase for phrase in _phrases(plain) if phrase.text not in _SOUGHT]
    topic = _topic(earlier)
    if len(plain) <= _BARE and not named:
        return _plain(topic + plain) if topic else None
    if len(named) == 1 and _ONE_OF.match(named[0].text) and topic.endswith(named[0].text):
        return plain[: named[0].start] + topic + plain[named[0].end :]
    return None


def _plain(question: str) -> str:
    return _CONNECTING.sub("", question)


def _exchanged(other: str, earlier: str) -> str | None:
    """`earlier` with `other` in the place of the phrase most like it."""
    new = (_phrases(other) or [_Phrase(0, len(other), other, "")])[-1]
    old = [phrase for phrase in _phrases(earlier) if phrase.text not in _SOUGHT]
    if new.kind == "date" and all(phrase.kind != "date" for phrase in old):
        return other + earlier
    old = [phrase for phrase in old if (phrase.kind == "date") == (new.kind == "date")]
    if _SCHOOL.search(new.text[-3:]):
        old = [part for phrase in old if (part := _school(phrase))] or old
    if not old:
        return None
    best = max(old, key=lambda phrase: (_alike(new, phrase), -phrase.start))
    return earlier[: best.start] + other + earlier[best.end :]


def _school(phrase: _Phrase) -> _Phrase | None:
    """The part of it that names a kind of school («普通高中» of «普通高中教育发展»)."""
    found = list(_SCHOOL.finditer(phrase.text))
    if not found:
        return None
    end = found[-1].end()
    return _Phrase(phrase.start, phrase.start + end, phrase.text[:end], phrase.kind)


def _alike(one: _Phrase, other: _Phrase) -> int:
    """Ends alike (职业学校, 薄弱学校) count most, then the same sort of word."""
    shared = 0
    while shared < min(len(one.text), len(other.text)) and one.text[-1 - shared] == other.text[-1 - shared]:
        shared += 1
    return 2 * shared + (one.kind == other.kind)


def _topic(question: str) -> str:
    """What a question is about: it up to the last noun before the word that asks, or else what stands after that."""
    asking = _ASKING.search(question)
    head = question[: asking.start()] if asking else question
    if asking and not head.strip():
        return _asked_of(question[asking.end() :], _WHO_DID.match(asking.group()) is not None)
    phrases = _phrases(head)
    return (head[: phrases[-1].end] if phrases else head).strip(_ENDS)


def _asked_of(rest: str, done: bool) -> str:
    """«教研工作会议» of «谁主持了教研工作会议？»; `done`: what stands first is what somebody did with it."""
    words = tagged_words(rest.strip(_ENDS))
    if done and words and words[0].tag in ("v", "vn"):
        words = words[1:]
        while words and words[0].tag in ("ul", "ug", "uj"):  # 了, 过, 的
            words = words[1:]
    return "".join(word.text for word in words)


def _phrases(text: str) -> list[_Phrase]:
    """Runs of nouns with what joins them, and date words, in order."""
    dates = [_Phrase(d.start, d.end, d.words, "date") for d in read_dates(text, _ANY_DAY, None)]
    found = list(dates)
    run: list[tuple[int, int, str]] = []

    def close() -> None:
        while run and run[-1][2] in _LINKS:
            run.pop()
        if run and any(tag in _NOUNS for _, _, tag in run):
            start, end = run[0][0], run[-1][1]
            found.append(_Phrase(start, end, text[start:end], run[-1][2]))
        run.clear()

    for word in tagged_words(text):
        inside = any(d.start < word.end and word.start < d.end for d in dates)
        if (
            not inside
            and word.text not in _NO_NOUNS
            and (word.tag in _NOUNS or (word.tag in ("a", "b") or (run and word.tag in _LINKS)))
        ):
            run.append((word.start, word.end, word.tag))
        else:
            close()
    close()
    return sorted(found, key=lambda phrase: phrase.start)
