"""The values of a question and its answer: evidence, citations, statements, refusals. All are frozen.

Character positions are Python string indices, `end` exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rag.types import Document, Passage, Progress, StoredArticle, StoredParagraph


@dataclass(frozen=True, slots=True)
class Evidence:
    """A found passage with everything needed to show where it stands. `score` grows with relevance."""

    passage: Passage
    paragraph: StoredParagraph
    article: StoredArticle
    document: Document
    score: float


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
    """One sentence of an answer. `problems` are Chinese and say what the cited text does not hold."""

    text: str
    citations: tuple[Citation, ...]
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a statement says something")
        if not self.citations:
            raise ValueError("a statement carries at least one citation")

    @property
    def supported(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds since the question was put. `first_token` is None when nothing was written."""

    evidence: float
    first_token: float | None
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say. `evidence[n - 1]` is what 【n】 in the draft refers to."""

    question: str
    statements: tuple[Statement, ...]
    evidence: tuple[Evidence, ...]
    model: str
    seconds: Timing
    prompt_tokens: int
    answer_tokens: int
    readings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.statements:
            raise ValueError("an answer without statements is a Refusal")


@dataclass(frozen=True, slots=True)
class Refusal:
    """「资料中未提及」: nothing found answers the question; `nearest` is what came closest, best first."""

    question: str
    nearest: tuple[Evidence, ...]
    model: str
    seconds: Timing
    prompt_tokens: int = 0
    answer_tokens: int = 0
    readings: Mapping[str, str] = field(default_factory=dict)


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


AskEvent = Progress | EvidenceFound | DraftText | Answer | Refusal
