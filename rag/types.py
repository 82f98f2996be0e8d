"""The values that flow through Jianwen. All are frozen; illegal ones cannot be built.

Coordinates are PDF points (1/72 inch) measured from the top left corner of the page as it is shown; page numbers
start at 1. Character positions are Python string indices, `end` exclusive. Identity is a matter of storage: what the
reading rooms produce (`Page`, `Paragraph`, `Article`) has no id, what the catalogue gives back (`Stored…`) has.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
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
    """One printed line as read: raw text, its place (None for formats without geometry), its type size in points.

    bold: set in a heavy face. confidence: None for text that the file itself holds, else how sure text recognition
    is of it (0 to 1). heading: the level (1 highest) where the format says so, 0 where it says nothing. header: None
    outside tables; else this line is one table row, its cells parted by tabs, and `header` is the row of the column
    names in the same form ("" for that row itself, or where there is none). furniture: the format itself says that it
    stands outside the text (a page header, a footer).
    """

    text: str
    box: Box | None = None
    size: float = 0.0
    bold: bool = False
    confidence: float | None = None
    heading: int = 0
    header: str | None = None
    furniture: bool = False

    def __post_init__(self) -> None:
        if self.confidence is not None and not 0.0 <= self.confidence <= 1.0:
            raise ValueError(f"confidence {self.confidence} is outside 0…1")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a file, lines in the order the reader found them; width and height are 0 without geometry.

    rules: straight printed lines, thin in one direction. frames: printed rectangles (borders and tints).
    pictures: where images stand. wrapped: False when each line is a whole paragraph (Word, web pages), so that none
    is joined to the next. tilt: degrees clockwise (besides quarters) by which the text of a scan lies askew; its boxes
    are upright and cover what is tilted (`rag.layout.tilt`). problem: Chinese, why nothing could be read of
    this page ("" when all went well).
    """

    number: int
    lines: tuple[Line, ...]
    width: float = 0.0
    height: float = 0.0
    rules: tuple[Box, ...] = ()
    frames: tuple[Box, ...] = ()
    pictures: tuple[Box, ...] = ()
    wrapped: bool = True
    problem: str = ""
    tilt: float = 0.0

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
    """Joined, cleaned text of one paragraph; `fragments` are in text order and do not overlap.

    confidence: None for text that the file itself holds, else the mean confidence of text recognition (0 to 1).
    header: None outside tables; else this is one table row, cells parted by tabs, and `header` holds the column names
    in the same form ("" when there are none), to be shown where the row stands alone.
    """

    text: str
    page: int = 1
    fragments: tuple[Fragment, ...] = ()
    confidence: float | None = None
    header: str | None = None

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


class DateBasis(Enum):
    """What an article's date rests on, surest first."""

    USER = "user"  # set by hand
    PRINTED = "printed"  # a full date in the article: its dateline or a date line
    INFERRED = "inferred"  # day printed, the year clear from the article's own words or a full date near it
    GUESSED = "guessed"  # day printed, the year only likely
    MASTHEAD = "masthead"  # the date of the issue
    FILE_NAME = "file name"
    FILE = "file"  # the file's own properties

    @property
    def certain(self) -> bool:
        return self in (DateBasis.USER, DateBasis.PRINTED, DateBasis.INFERRED)


@dataclass(frozen=True, slots=True)
class Heading:
    """A printed headline of an article. kicker (引题): the smaller line above the title; subtitle (副题): below it."""

    role: Literal["kicker", "title", "subtitle"]
    paragraph: Paragraph


@dataclass(frozen=True, slots=True)
class Article:
    """One article: the title as printed ("" when the source prints none), its date when the text tells, its body.

    `headings` are the printed headlines with their places, in reading order; those of role "title" make up `title`.
    `date_basis` is None exactly when `date` is. corrected: the user changed its title, its date or its limits.
    """

    title: str
    date: dt.date | None
    paragraphs: tuple[Paragraph, ...]
    headings: tuple[Heading, ...] = ()
    date_basis: DateBasis | None = None
    corrected: bool = False

    def __post_init__(self) -> None:
        if not self.paragraphs and not self.title:
            raise ValueError("an article holds a title or a paragraph")
        if self.date is not None and self.date_basis is None:
            object.__setattr__(self, "date_basis", DateBasis.PRINTED)
        if self.date is None and self.date_basis is not None:
            raise ValueError("a date that is not there rests on nothing")

    @property
    def page(self) -> int:
        if self.headings:
            return self.headings[0].paragraph.page
        return self.paragraphs[0].page if self.paragraphs else 1


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read of a document: its articles in reading order, and what stands outside them.

    `furniture` are running heads, page numbers, mastheads and imprint lines: kept, never part of an article.
    With white space removed, headings, paragraphs and furniture hold exactly the characters of the pages.
    """

    articles: tuple[Article, ...]
    furniture: tuple[Paragraph, ...] = ()


# ---------------------------------------------------------------- what the catalogue keeps


@dataclass(frozen=True, slots=True)
class Document:
    """A file in the library. `id` is the first twelve hex digits of its SHA-256.

    problems: Chinese sentences about pages that could not be read (「第 3 页：…」); empty when all was read.
    """

    id: str
    name: str
    sha256: str
    bytes: int
    added: dt.datetime
    pages: int
    articles: int
    paragraphs: int
    problems: tuple[str, ...] = ()

    @property
    def gone(self) -> bool:
        """Whether it was removed from the library after the answer was kept that cites it."""
        return not self.sha256


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
    """`id` is `document id-number`, numbered from 1 in reading order.

    corrected: the user changed its title, its date or its limits. twins: ids of articles that print the same text
    elsewhere (「另见」). indexed_as: the twin whose passages are indexed in place of this one's, "" for its own.
    """

    id: str
    document: str
    title: str
    date: dt.date | None
    page: int
    paragraphs: tuple[StoredParagraph, ...]
    headings: tuple[Heading, ...] = ()
    date_basis: DateBasis | None = None
    corrected: bool = False
    twins: tuple[str, ...] = ()
    indexed_as: str = ""

    @property
    def label(self) -> str:
        """What to call the article on screen: its title, else its opening words (never an invented title)."""
        if self.title:
            return self.title
        opening = self.paragraphs[0].text if self.paragraphs else ""
        return opening if len(opening) <= 24 else opening[:24] + "…"

    @property
    def dated_label(self) -> str:
        """What to put over what several articles say, each for itself."""
        return f"{self.date or '日期不详'}　{self.label}"


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


# ---------------------------------------------------------------- what a user sets right


@dataclass(frozen=True, slots=True)
class Rename:
    """Give an article (id) another title; "" for none."""

    article: str
    title: str


@dataclass(frozen=True, slots=True)
class SetDate:
    """Give an article (id) another date; None for none."""

    article: str
    date: dt.date | None


@dataclass(frozen=True, slots=True)
class MergeWithPrevious:
    """Join an article (id) to the one before it; its headings become paragraphs there."""

    article: str


@dataclass(frozen=True, slots=True)
class SplitBefore:
    """Begin a new article at a paragraph (id)."""

    paragraph: str


Correction = Rename | SetDate | MergeWithPrevious | SplitBefore


# ---------------------------------------------------------------- events of long work


class AddStatus(Enum):
    ADDED = "added"
    DUPLICATE = "duplicate"
    LOCKED = "locked"  # a password is needed, or the given one is wrong
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` (0: unknown) in the step called `step` (Chinese); `left`: seconds to go, if known."""

    step: str
    done: int
    total: int
    left: float | None = None


@dataclass(frozen=True, slots=True)
class FileAdded:
    """The one closing event of each file given to `Library.add`.

    `path` is the file, or `archive.zip/member` for one inside an archive. `error` is Chinese, empty unless failed or
    locked. `problems` are Chinese sentences about single pages of a file that was added all the same.
    """

    path: Path
    status: AddStatus
    document: str
    articles: int
    paragraphs: int
    error: str
    seconds: float
    problems: tuple[str, ...] = ()


AddEvent = Progress | FileAdded


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `doctor`: how bad, what is so, what to do about it (both Chinese)."""

    severity: Literal["ok", "warning", "error"]
    message: str
    remedy: str = ""
