"""The values of a briefing: sections of cited sentences, its masthead, what stays out of it, and how it came about.

All are frozen; illegal ones cannot be built. The order of footnotes follows the page and is counted when asked for, so
that it is right after every edit. What is measured and exported is exactly a `Briefing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Protocol

from rag.answers import Citation, Period
from rag.pairing import rows
from rag.types import Document, Progress, StoredArticle

BY_HAND, UNVERIFIED = "人工撰写", "未核实"


class Written(Enum):
    """Who worded a sentence."""

    QUOTED = "quoted"  # the source's own words; at most some of them left out
    MODEL = "model"
    HAND = "hand"  # typed, or changed, by the user


@dataclass(frozen=True, slots=True)
class Duty:
    """Who must do it and by when, cut out of the source; "" where the source does not say."""

    who: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True)
class BriefingStatement:
    """One sentence of a briefing. `problems` are Chinese and say what the cited text does not hold.

    Only a sentence written by hand may cite nothing; nothing is known against it then, and nothing for it.
    importance: the least important leave the page first; 1 and above are what the kind must contain. group: the
    side, meeting or point it is listed under («2023年»), "" for none. duty: in a list of tasks.
    """

    text: str
    citations: tuple[Citation, ...]
    problems: tuple[str, ...] = ()
    written: Written = Written.QUOTED
    importance: float = 0.0
    group: str = ""
    duty: Duty | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a statement says something")
        if not self.citations and (self.problems or self.written is not Written.HAND):
            raise ValueError("only what is written by hand may cite nothing")

    @property
    def supported(self) -> bool:
        """Whether cited text was found to hold it."""
        return bool(self.citations) and not self.problems

    @property
    def key(self) -> tuple[str, str]:
        """Its words without white space, and what it is listed under: no two sentences of a briefing have the same."""
        return "".join(self.text.split()), self.group

    @property
    def mark(self) -> str:
        """What must stand beside it wherever it is shown; "" for a supported sentence."""
        if self.supported:
            return ""
        return UNVERIFIED if self.citations else BY_HAND


Sentences = tuple[BriefingStatement, ...]


class Form(Enum):
    """How the sentences of a section are set."""

    RUNNING = "running"  # one paragraph, or one for each group, whose names are not printed
    LED = "led"  # one paragraph for each group, opened by its name («3月21日全市义务教育工作会议»)
    POINTS = "points"  # each a paragraph of its own; neighbours of one `group`, a point and its particulars, share one
    SIDES = "sides"  # side by side, by `group`
    TASKS = "tasks"  # a list of tasks: each with its `duty`


@dataclass(frozen=True, slots=True)
class Section:
    """`heading` as printed, without its number («一、» is the page's); "" for a part that goes without.

    note: what is said in our own words, never a claim. sides: of a comparison, the names of the two that stand side by
    side, left first; silent: those of them about which no source says anything here. Sentences of a comparison are in
    order of their sides.
    """

    heading: str
    statements: tuple[BriefingStatement, ...]
    form: Form = Form.RUNNING
    level: int = 1  # 1: 黑体, 2: 楷体
    note: str = ""
    sides: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.statements and not self.speaks_of_silence:
            raise ValueError("a section holds a sentence or says why it holds none")
        if self.level not in (1, 2):
            raise ValueError(f"level {self.level} is neither 1 nor 2")
        if self.sides and (len(set(self.sides)) != 2 or self.form is not Form.SIDES):
            raise ValueError(f"{self.sides} do not stand side by side")
        if not set(self.silent) <= set(self.sides):
            raise ValueError(f"{self.silent} are not among {self.sides}")
        places = [self.sides.index(one.group) for one in self.statements] if self.sides else []
        if places != sorted(places):
            raise ValueError("sentences of a comparison are in order of their sides")

    def holding(self, statements: Sequence[BriefingStatement]) -> Section:
        """The section with these sentences instead, in a comparison each on its side."""
        return replace(self, statements=seated(statements, self.sides) if self.sides else tuple(statements))

    @property
    def speaks_of_silence(self) -> bool:
        """Whether it has something to say even without a sentence."""
        return bool(self.note or self.silent)

    @property
    def groups(self) -> tuple[str, ...]:
        """The names its sentences are listed under, in order of first appearance."""
        return tuple(dict.fromkeys(statement.group for statement in self.statements))

    @property
    def rows(self) -> tuple[tuple[Sentences, Sentences], ...]:
        """The sentences of a comparison as they stand side by side (`rag.pairing`)."""
        left, right = ([one for one in self.statements if one.group == side] for side in self.sides)
        return tuple(
            (tuple(left[n] for n in mine), tuple(right[n] for n in others))
            for mine, others in rows([one.text for one in left], [one.text for one in right])
        )

    @property
    def as_read(self) -> Sentences:
        """Its sentences in the order of the page: of a comparison row by row."""
        return tuple(one for row in self.rows for cell in row for one in cell) if self.sides else self.statements


def repeats(sections: Iterable[Section]) -> bool:
    """Whether a sentence stands twice. Of a comparison each side may say the same in the same words."""
    sides: dict[str, list[str | None]] = {}
    for section in sections:
        for words, group in (one.key for one in section.statements):
            sides.setdefault(words, []).append(group if section.sides else None)
    return any(len(where) > 1 and (None in where or len(set(where)) < len(where)) for where in sides.values())


def seated(statements: Iterable[BriefingStatement], sides: Sequence[str]) -> tuple[BriefingStatement, ...]:
    """Sentences of a comparison in order of their sides; one of neither goes to the side of the sentence before it."""
    placed: list[BriefingStatement] = []
    for one in statements:
        side = one.group if one.group in sides else placed[-1].group if placed else sides[0]
        placed.append(one if one.group == side else replace(one, group=side))
    return tuple(sorted(placed, key=lambda one: sides.index(one.group)))


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head and foot of a 简报: «教育简报», «第12期», «吕梁市教育局办公室», the day, whom it goes to."""

    name: str
    number: str = ""
    issuer: str = ""
    date: dt.date | None = None
    to: tuple[str, ...] = ()  # 报送
    cc: tuple[str, ...] = ()  # 发送

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a masthead names the 简报")


class Reason(Enum):
    """Why a sentence stays out of the page; the value is what a user reads."""

    UNVERIFIED = "未能核实"
    NO_ROOM = "版面放不下"
    OVER_BUDGET = "超出本节字数"
    REPEATED = "与另一句重复"
    DELETED = "人工删去"


FOR_ROOM: Final = (Reason.NO_ROOM, Reason.OVER_BUDGET)  # checked, and left out for want of room


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A sentence beside the page, and the heading of the section that it would have stood in."""

    statement: BriefingStatement
    reason: Reason
    section: str = ""

    def alone(self, sections: Sequence[Section], form: Form | None = None) -> Section:
        """That section with this sentence only, on its side where one of `sections` has it; `form` if it is known."""
        sides = next((one.sides for one in sections if self.statement.group in one.sides), ())
        form = form or (Form.SIDES if sides else Form.RUNNING)
        return Section(self.section, (self.statement,), form, sides=sides if form is Form.SIDES else ())


@dataclass(frozen=True, slots=True)
class ChosenArticle:
    """An article that a briefing is made from. why: Chinese, e.g. how much of it is about the topic. side: the name of
    the period it stands for, where two are compared."""

    article: StoredArticle
    document: Document
    why: str = ""
    side: str = ""

    @property
    def file(self) -> str:
        """The name of its document."""
        return self.document.name


@dataclass(frozen=True, slots=True)
class BriefingRequest:
    """What to make. kind: the id or name of a kind.

    The articles are those named (ids of articles or documents), else those about `topic`, else all of `period`; a topic
    is looked for within the period, if there is one. other: the second period of a comparison; where none is given,
    both are read from the topic's words (2023年与2024年). title: instead of the kind's own.
    """

    kind: str
    articles: tuple[str, ...] = ()
    topic: str = ""
    period: Period | None = None
    other: Period | None = None
    pages: int = 1
    title: str = ""
    masthead: Masthead | None = None

    def __post_init__(self) -> None:
        if self.pages < 1:
            raise ValueError(f"{self.pages} pages hold nothing")


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by hand, for the record: what was done (Chinese), and the words before and after."""

    at: dt.datetime
    what: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """How a briefing came about. model: "" where no model was asked. seconds: of work, waiting for the user apart."""

    model: str
    at: dt.datetime
    seconds: float
    prompt_tokens: int = 0
    answer_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Briefing:
    """kind: the id of its kind («meeting»); kind_name: what it is called («会议简报»).

    pages: as measured when it was made or last changed, None when it was not. pages_allowed: what it must fit.
    articles: what it was made from, in order of date. gaps: Chinese, what the kind must contain and no source says;
    shown beside the page.
    """

    kind: str
    kind_name: str
    title: str
    sections: tuple[Section, ...]
    articles: tuple[ChosenArticle, ...]
    making: Making
    masthead: Masthead | None = None
    left_out: tuple[LeftOut, ...] = ()
    pages: int | None = None
    pages_allowed: int = 1
    edits: tuple[Edit, ...] = ()
    gaps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("a briefing has a title")
        if self.pages_allowed < 1:
            raise ValueError(f"{self.pages_allowed} pages hold nothing")
        if repeats(self.sections):
            raise ValueError("the same sentence stands twice in one briefing")

    @property
    def statements(self) -> tuple[BriefingStatement, ...]:
        """All sentences on the page, in order."""
        return tuple(statement for section in self.sections for statement in section.statements)

    @property
    def fits(self) -> bool:
        return self.pages is not None and self.pages <= self.pages_allowed


def only_verified(briefing: Briefing) -> Briefing:
    """The briefing without what is not supported: what is exported unless the user says otherwise."""
    sections = (
        replace(section, statements=tuple(s for s in section.statements if s.supported))
        for section in briefing.sections
        if section.speaks_of_silence or any(s.supported for s in section.statements)
    )
    return replace(briefing, sections=tuple(sections))


@dataclass(frozen=True, slots=True)
class Footnotes:
    """Each cited stretch once, in order of first use; the n-th carries the number n.

    numbers: of each sentence on the page, by its `key`.
    """

    citations: tuple[Citation, ...]
    numbers: Mapping[tuple[str, str], tuple[int, ...]]

    def of(self, statement: BriefingStatement) -> tuple[int, ...]:
        """The numbers of a sentence on the page."""
        return self.numbers[statement.key]


def footnotes(briefing: Briefing) -> Footnotes:
    """The footnotes of the page. Citations of the same stretch of the same paragraph share one."""
    found: dict[tuple[str, int, int], Citation] = {}
    numbers: dict[tuple[str, str], tuple[int, ...]] = {}
    for statement in (one for section in briefing.sections for one in section.as_read):
        mine = []
        for citation in statement.citations:
            place = citation.paragraph.id, citation.start, citation.end
            first = found.setdefault(place, replace(citation, number=len(found) + 1))
            mine.append(first.number)
        numbers[statement.key] = tuple(dict.fromkeys(mine))
    return Footnotes(tuple(found.values()), numbers)


class PageMeasure(Protocol):
    """Lays a briefing out as it will be printed."""

    def pages(self, briefing: Briefing) -> int:
        """How many pages it takes, a 依据清单 on a sheet of its own apart. `briefing.pages` is not looked at."""
        ...


# ---------------------------------------------------------------- events of making one


@dataclass(frozen=True, slots=True)
class ArticlesChosen:
    articles: tuple[ChosenArticle, ...]


@dataclass(frozen=True, slots=True)
class KeySentencesFound:
    """Of one article. sentences: as (role in Chinese, text), best first. kept: known from an earlier briefing."""

    article: StoredArticle
    sentences: tuple[tuple[str, str], ...]
    kept: bool


@dataclass(frozen=True, slots=True)
class SectionDrafted:
    """Checked, not yet fitted to the page. section: None where the sources say nothing. dropped: what stays out."""

    section: Section | None
    dropped: tuple[LeftOut, ...] = ()


BriefEvent = Progress | ArticlesChosen | KeySentencesFound | SectionDrafted | Briefing


@dataclass(frozen=True, slots=True)
class KeptBriefing:
    """A briefing in the library's list."""

    id: int
    title: str
    kind_name: str
    made: dt.datetime
    changed: dt.datetime
