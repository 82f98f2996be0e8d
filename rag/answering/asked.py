"""What kind of thing a question asks for, and whether a sentence gives one: 多少 asks for a figure, 何时 for a date,
哪里 for a place. A sentence of related words without one is no answer, whoever wrote it. Pure.

谁 is not among them: what is a person, an office or a body cannot be told well enough from words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rag.answers import Evidence
from rag.layout.sections import sections_of
from rag.statements.facts import facts
from rag.statements.roles import Role, role_of_section
from rag.text import normalise, tagged_words

_PLACE_NAME = re.compile(
    "(?<=[在于到赴往、])[\u4e00-\u9fff]{1,8}?(?:省|市|县|区|州|镇|乡|村|街|路|馆|场|厅|中心|宫|院|校|园|学|岛|国|室|楼|站|山|湖|城|港)"
)
_ONLINE = "线上|网上|云上|网络|视频"
_HELD_ONLINE = re.compile(  # in no place, which is an answer as well
    f"视频会议|电视电话会议|(?:{_ONLINE})[^，。；]{{0,8}}?(?:召开|举行|举办|进行|开展|形式|方式)"
)
_CLOCK = re.compile(
    r"[上下]午|今[天日晚]|昨[天日]|明[天日年]|周[一二三四五六日末]|星期|[月年]底|春节|学期|季度|\d[:：]\d\d"
)
_NUMERAL = re.compile(
    r"\d|[零一二两三四五六七八九十百千万亿半]+[个名人所场次条项年月天家倍成]|第[一二三四五六七八九十]|全部|全覆盖|百分之"
)

_NO_FIGURE = re.compile(
    "(?:过去|近|这|那|同|又|每|任)一?[年月天次]|一[年次]来|一(?:流|步|线|致|定|切|些|系列|体)|第一方阵"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """`name`: in Chinese, what is asked for; `kind`: "figure", "date" or "place"."""

    name: str
    kind: str


_KINDS: Final = (  # the first that matches
    (
        re.compile("什么时[候间]|何时|哪[一]?[天年月日]|几[月号日]|(?:时间|日期)(?:是|[?？]?$)|多[久会]"),
        Asked("时间", "date"),
    ),
    (re.compile("哪里|哪儿|何[地处]|什么地[方点]|在哪(?!些|几|[一个])|地点"), Asked("地点", "place")),
    (
        re.compile("多少|第几|(?<![哪好])几(?![项个点条]?(?:方面|要求|措施|任务|内容))[\u4e00-\u9fff]|多[大高长远重]"),
        Asked("数量", "figure"),
    ),
)

_LIST = re.compile(
    r"哪(?:些|几|[二两三四五六七八九十])|几[个项条点]?方面|[做干办抓](?:些|好|了)?什么|什么(?:要求|内容|措施|举措|任务|工作|安排)|如何|怎[样么]|要点|列出|分别"
    r"|(?:要求|措施|举措|任务|安排|部署|成绩|成效|进展|亮点)(?:是什么|呢)?[?？。]?$"
)
_TO_DO = re.compile(
    "要求|部署|安排|任务|措施|举措|打算|要点|[要应须](?:做|抓|注意|落实|完成|开展)|怎[样么]|如何|[做抓]好"
)
_DONE = re.compile("成绩|成效|进展|亮点|(?:取得|做|完成|开展|办)了")


def asks_for_list(question: str) -> bool:
    """Whether several points are wanted, which may stand apart."""
    return _LIST.search(question) is not None


def passed_over(question: str) -> Role | None:
    """What a list must not mix with what is asked for: of what is to be done, what has been done, and the other way
    round."""
    to_do, done = _TO_DO.search(question), _DONE.search(question)
    if to_do and not done:
        return Role.PAST
    return Role.DEMAND if done and not to_do else None


def headed_otherwise(question: str, evidence: Evidence) -> bool:
    """Whether it stands under a heading of the kind passed over («工作任务», where it was asked what has been done)."""
    headed = role_of_section(sections_of(evidence.paragraph, evidence.article))
    return headed is not None and headed is passed_over(question)


def asked_for(question: str) -> Asked | None:
    """What the question asks for, where that can be told from its words."""
    return next((asked for pattern, asked in _KINDS if pattern.search(question)), None)


def gives(asked: Asked, statement: str, question: str) -> bool:
    """Whether the statement has one, apart from what the question has already."""
    known = {fact.key for fact in facts(question)}
    new = [fact for fact in facts(statement) if fact.key not in known]
    if asked.kind == "figure":
        told = _NO_FIGURE.sub("", statement)
        return _more(_NUMERAL, told, question)
    if asked.kind == "date":
        return any(fact.kind in ("figure", "date") for fact in new) or _more(_CLOCK, statement, question)
    words = (word.text for word in tagged_words(statement) if word.tag in ("ns", "nt", "s"))
    names = (word for word in words if not re.fullmatch(_ONLINE, word))
    named = any(normalise(name) not in normalise(question) for name in names)
    return named or any(_more(pattern, statement, question) for pattern in (_PLACE_NAME, _HELD_ONLINE))


def _more(pattern: re.Pattern[str], statement: str, question: str) -> bool:
    return any(match.group() not in question for match in pattern.finditer(statement))
