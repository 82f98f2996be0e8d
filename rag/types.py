"""The values that flow through Jianwen. All are frozen; illegal ones cannot be built.

Coordinates are PDF points (1/72 inch) measured from the top left corner of the page as it is shown; page numbers
start at 1. Character positions are Python string indices, `end` exclusive. Identity is a matter of storage: what the
reading rooms produce (`Page`, `Paragraph`, `Article`) has no id, what the catalogue gives back (`Stored…`) has.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Literal, Protocol

from rag.errors import Stopped


class StopSignal(Protocol):
    """What long work asks between steps; `threading.Event` is one."""

    def is_set(self) -> bool: ...


def heed(stop: StopSignal | None) -> None:
    """Raises `Stopped` when the signal is set: called by long work between its steps."""
    if stop is not None and stop.is_set():
        raise Stopped


# ---------------------------------------------------------------- what a reader sees on the page


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on one page, in points from the top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"page {self.page} < 1")
        if not all(math.isfinite(v) for v in (self.x0, self.y0, self.x1, self.y1)):
            raise ValueError("box coordinates must be finite")
        if self.x1 < self.x0 or self.y1 < self.y0:
            raise ValueError("box is inside out")


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line as read: raw text, its place (None for formats without geometry), its type size in points."""

    text: str
    box: Box | None = None
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a file, lines in the order the reader found them; width and height are 0 without geometry."""

    number: int
    lines: tuple[Line, ...]
    width: float = 0.0
    height: float = 0.0

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"page {self.number} < 1")


# ---------------------------------------------------------------- what we make of it


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where `paragraph.text[start:end]` is printed."""

    start: int
    end: int
    box: Box

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"empty or negative fragment {self.start}:{self.end}")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Joined, cleaned text of one paragraph; `fragments` are in text order and do not overlap."""

    text: str
    page: int = 1
    fragments: tuple[Fragment, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a paragraph holds text")
        if self.page < 1:
            raise ValueError(f"page {self.page} < 1")
        end = 0
        for fragment in self.fragments:
            if fragment.start < end or fragment.end > len(self.text):
                raise ValueError("fragments overlap or leave the text")
            end = fragment.end


@dataclass(frozen=True, slots=True)
class Article:
    """One article: the title as printed ("" when the source prints none), its date when the text tells, its body."""

    title: str
    date: dt.date | None
    paragraphs: tuple[Paragraph, ...]

    def __post_init__(self) -> None:
        if not self.paragraphs and not self.title:
            raise ValueError("an article holds a title or a paragraph")

    @property
    def page(self) -> int:
        return self.paragraphs[0].page if self.paragraphs else 1


# ---------------------------------------------------------------- what the catalogue keeps


@dataclass(frozen=True, slots=True)
class Document:
    """A file in the library. `id` is the first twelve hex digits of its SHA-256."""

    id: str
    name: str
    sha256: str
    bytes: int
    added: dt.datetime
    pages: int
    articles: int
    paragraphs: int


@dataclass(frozen=True, slots=True)
class StoredParagraph:
    """`id` is `article id-number`."""

    id: str
    article: str
    paragraph: Paragraph

    @property
    def text(self) -> str:
        return self.paragraph.text

    @property
    def page(self) -> int:
        return self.paragraph.page


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """`id` is `document id-number`, numbered from 1 in reading order."""

    id: str
    document: str
    title: str
    date: dt.date | None
    page: int
    paragraphs: tuple[StoredParagraph, ...]

    @property
    def label(self) -> str:
        """What to call the article on screen: its title, else its opening words (never an invented title)."""
        if self.title:
            return self.title
        opening = self.paragraphs[0].text if self.paragraphs else ""
        return opening if len(opening) <= 24 else opening[:24] + "…"


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a paragraph, small enough to embed and to show to the model: what the indexes hold.

    `id` is `paragraph id#number`; `text` equals `paragraph.text[start:end]`.
    """

    id: str
    paragraph: str
    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if self.end - self.start != len(self.text) or not self.text:
            raise ValueError("a passage's text is its span of the paragraph")


Ranking = list[tuple[str, float]]  # (passage id, score), best first


# ---------------------------------------------------------------- what a question gets


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


# ---------------------------------------------------------------- events of long work


class AddStatus(Enum):
    ADDED = "added"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (0: unknown) in the step called `step` (Chinese)."""

    step: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class FileAdded:
    """The one closing event of each file given to `Library.add`. `error` is Chinese, empty unless failed."""

    path: Path
    status: AddStatus
    document: str
    articles: int
    paragraphs: int
    error: str
    seconds: float


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """Shown at once, before a word is written; and once more when it is settled which passages 【1】, 【2】 … are."""

    evidence: tuple[Evidence, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class DraftText:
    """A streamed piece of the draft, 【n】 marks included. A draft, not yet checked: show it as one."""

    text: str


AddEvent = Progress | FileAdded
AskEvent = Progress | EvidenceFound | DraftText | Answer | Refusal


@dataclass(frozen=True, slots=True)
class SearchResult:
    question: str
    hits: tuple[Evidence, ...]  # at most one per paragraph, best first
    seconds: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`: how bad, what is so, what to do about it (both Chinese)."""

    severity: Literal["ok", "warning", "error"]
    message: str
    remedy: str = ""
