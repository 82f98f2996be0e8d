"""The values of a question and its answer: evidence, citations, statements, refusals. All are frozen.

Character positions are Python string indices, `end` exclusive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.types import Document, Passage, Progress, StoredArticle, StoredParagraph


@dataclass(frozen=True, slots=True)
class Period:
    """The days `since` to `until`, both included, and what to call them («2024年», «2024年3月下旬»)."""

    since: dt.date
    until: dt.date
    name: str

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError(f"{self.since} lies after {self.until}")

    def holds(self, day: dt.date) -> bool:
        return self.since <= day <= self.until


SILENT = "资料中未见"  # of one side of a comparison about which no source says anything

NEAR = "资料里有相近的内容"  # how the summary of a refusal begins that shows what comes near an answer

CHOSEN = "按您的选择"  # why a date is read as it is, where the user has said so


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the words at `start:end` of a question are read.

    why: Chinese, empty where nothing was assumed. other: the reading not taken, if there are two.
    """

    words: str
    start: int
    end: int
    period: Period
    why: str = ""
    other: Period | None = None

    @property
    def switched(self) -> DateReading:
        """The same words read the other way. Raises ValueError where there is no other."""
        if self.other is None:
            raise ValueError(f"{self.words} has one reading")
        return replace(self, period=self.other, other=self.period, why=CHOSEN)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A found passage with everything needed to show where it stands. `score` grows with relevance."""

    passage: Passage
    paragraph: StoredParagraph
    article: StoredArticle
    document: Document
    score: float

    @property
    def place(self) -> tuple[dt.date, str, int, int, int]:
        """Sorts by the day of the article, then as printed."""
        article, paragraph = self.paragraph.id.split("-")[-2:]
        day = self.article.date or dt.date.min
        return day, self.document.id, int(article), int(paragraph), self.passage.start


@dataclass(frozen=True, slots=True)
class Citation:
    """A stretch of a stored paragraph. Its quote is cut from the source, so an invented one cannot be written down."""

    paragraph: StoredParagraph
    start: int
    end: int
    article: StoredArticle
    document: Document
    number: int  # the evidence number 【n】 it was given in the answer

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= len(self.paragraph.text):
            raise ValueError(f"citation {self.start}:{self.end} leaves the paragraph")

    @property
    def quote(self) -> str:
        return self.paragraph.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer. `problems` are Chinese and say what the cited text does not hold.

    group: what it is listed under, where an answer has parts («2023年»).
    """

    text: str
    citations: tuple[Citation, ...]
    problems: tuple[str, ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a statement says something")
        if not self.citations:
            raise ValueError("a statement carries at least one citation")

    @property
    def supported(self) -> bool:
        return not self.problems


def by_group(statements: Sequence[Statement]) -> dict[str, list[Statement]]:
    """Statements under what they are listed under, in order of first appearance."""
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.group, []).append(statement)
    return groups


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds since the question was put. `first_token` is None when nothing was written."""

    evidence: float
    first_token: float | None
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say. `evidence[n - 1]` is what 【n】 in the draft refers to.

    question: as understood. summary: what was counted, in Chinese; never written by the model. searched: how many
    articles were gone through.
    """

    question: str
    statements: tuple[Statement, ...]
    evidence: tuple[Evidence, ...]
    model: str
    seconds: Timing
    prompt_tokens: int
    answer_tokens: int
    readings: tuple[DateReading, ...] = ()
    summary: str = ""
    searched: int = 0

    def __post_init__(self) -> None:
        if not self.statements:
            raise ValueError("an answer without statements is a Refusal")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing found answers the question; `nearest` is what came closest, best first.

    summary: Chinese; a name that no source has, or what comes near an answer, quoted. Never written by the model.
    """

    question: str
    nearest: tuple[Evidence, ...]
    model: str
    seconds: Timing
    prompt_tokens: int = 0
    answer_tokens: int = 0
    readings: tuple[DateReading, ...] = ()
    summary: str = ""
    searched: int = 0

    @property
    def near(self) -> bool:
        """Whether something comes so near an answer that only a reader can tell."""
        return self.summary.startswith(NEAR)

    @property
    def verdict(self) -> str:
        """In Chinese: that nothing is said about it, or nothing that clearly answers."""
        return "资料中未明确写明" if self.near else "资料中未提及"

    @property
    def about_nearest(self) -> str:
        """In Chinese: what to say above the nearest paragraphs; of what comes near not that it does not answer."""
        return f"段落最接近，{'请您核对其中有没有答案' if self.near else '但没有回答这个问题'}"


def counts(reply: Answer | Refusal) -> str:
    """「共查阅 N 篇文章，引用 M 篇」; only what is supported counts as cited. "" where nothing was counted."""
    if not reply.searched:
        return ""
    if isinstance(reply, Refusal):
        return f"共查阅 {reply.searched} 篇文章"
    cited = {citation.article.id for one in reply.statements if one.supported for citation in one.citations}
    return f"共查阅 {reply.searched} 篇文章，引用 {len(cited)} 篇"


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and its reply. question: as typed; asked: as understood, which was answered."""

    question: str
    asked: str
    at: dt.datetime
    reply: Answer | Refusal


@dataclass(frozen=True, slots=True)
class Conversation:
    """`title` is its first question; `last` the time of its latest turn."""

    id: int
    title: str
    turns: int
    last: dt.datetime


@dataclass(frozen=True, slots=True)
class Filter:
    """Where to look, kept under a name: documents by id (all when empty), and the days articles must be of."""

    name: str
    documents: tuple[str, ...] = ()
    only: Period | None = None


@dataclass(frozen=True, slots=True)
class QuestionRead:
    """How a question is understood, before anything is looked for. asked: it in full, where it leaned on another."""

    question: str
    asked: str
    readings: tuple[DateReading, ...] = ()


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """Shown at once, before a word is written; and once more when it is settled which passages 【1】, 【2】 … are."""

    evidence: tuple[Evidence, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class DraftText:
    """A streamed piece of the draft, 【n】 marks included. A draft, not yet checked: show it as one."""

    text: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    question: str
    hits: tuple[Evidence, ...]  # at most one per paragraph, best first
    seconds: float


AskEvent = Progress | QuestionRead | EvidenceFound | DraftText | Answer | Refusal
