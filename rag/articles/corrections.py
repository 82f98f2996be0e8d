"""What a user set right in a reading, in a form that holds when the same file is read again. Pure.

A correction is remembered by the opening words of the paragraph or heading that it concerns and by how many earlier
ones open alike, not by an id: ids count articles and paragraphs, and would point elsewhere once a newer version of
the program reads a page a little differently. No correction changes, adds or drops a printed text or its place in
the order, so that anchors stay true while corrections are applied one after another.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from typing import Final, Literal

from rag.dates import DateMention, date_mentions
from rag.errors import JianwenError
from rag.text import join_lines, normalise
from rag.types import (
    Article,
    Correction,
    DateBasis,
    Heading,
    MergeWithPrevious,
    Paragraph,
    Reading,
    Rename,
    SetDate,
    SplitBefore,
)

OPENING: Final = 40  # characters of normalised text that an anchor keeps
_ALIKE: Final = 0.85  # how much two openings share that were read from the same print
_CLEARLY: Final = 0.05  # by how much the best must beat the next: a correction missed is better than one misplaced
_SHORTEST: Final = 8  # characters: shorter openings must be equal
_BASES: Final = tuple(DateBasis)  # surest first
_OF_THE_WHOLE: Final = (DateBasis.MASTHEAD, DateBasis.FILE_NAME, DateBasis.FILE)

Kind = Literal["rename", "date", "merge", "split"]


@dataclass(frozen=True, slots=True)
class Anchored:
    """A correction to the article or paragraph that opens with `opening` (normalised), the `occurrence`-th such.

    value: the title ("rename"), the ISO date or "" ("date").
    """

    kind: Kind
    opening: str
    occurrence: int
    value: str = ""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A heading (`paragraph` None) or paragraph of article number `article`, both counted from 0."""

    article: int
    paragraph: int | None
    first: bool  # nothing of the article stands before it
    opening: str


def anchored(correction: Correction, reading: Reading, earlier: Sequence[Anchored] = ()) -> Anchored:
    """The correction, its id turned into an anchor. `reading` is as read; the id counts with `earlier` applied.

    Raises:
        JianwenError: no such article or paragraph, or the correction cannot be.
    """
    current = apply(_with_printed_titles(reading), earlier)
    pieces = tuple(_pieces(current))
    if isinstance(correction, SplitBefore):
        number, place = _numbers(correction.paragraph, 2)
        chosen = [piece for piece in pieces if (piece.article, piece.paragraph) == (number, place)]
        if chosen and chosen[0].first:
            raise JianwenError("这一段已经是文章的开头，不用再拆分。")
    else:
        (number,) = _numbers(correction.article, 1)
        chosen = [piece for piece in pieces if piece.article == number]
        if isinstance(correction, MergeWithPrevious) and chosen and number == 0:
            raise JianwenError("这是这份资料的第一篇文章，前面没有可以合并的文章。")
        if not isinstance(correction, MergeWithPrevious):  # a body is read more alike than a headline
            chosen = [piece for piece in chosen if piece.paragraph == 0] or chosen
    if not chosen:
        raise JianwenError("没有这篇文章或这个段落：它可能刚被改动过。请用 jianwen articles 重新查看编号。")
    piece = chosen[0]
    if isinstance(correction, Rename) and not correction.title.strip() and piece.paragraph is None:
        raise JianwenError("这篇文章只有标题，没有正文，标题不能去掉。")
    alike = [other for other in pieces if other.opening == piece.opening]
    kind, value = _kind_and_value(correction)
    return Anchored(kind, piece.opening, alike.index(piece) + 1, value)


def apply(reading: Reading, corrections: Sequence[Anchored]) -> Reading:
    """The reading with the corrections applied in order; one whose anchor is not there changes nothing."""
    return reduce(_apply_one, corrections, _with_printed_titles(reading)) if corrections else reading


def texts(reading: Reading) -> tuple[str, ...]:
    """All printed texts, headings included, in order: what no correction changes."""
    return tuple(paragraph.text for article in reading.articles for paragraph in _printed(article))


# ---------------------------------------------------------------- anchors


def _pieces(reading: Reading) -> Iterator[_Piece]:
    for number, article in enumerate(reading.articles):
        above = len(article.headings)
        for place, paragraph in enumerate(_printed(article)):
            inside = place - above if place >= above else None
            yield _Piece(number, inside, place == 0, normalise(paragraph.text)[:OPENING])


def _printed(article: Article) -> tuple[Paragraph, ...]:
    return (*(heading.paragraph for heading in article.headings), *article.paragraphs)


def _with_printed_titles(reading: Reading) -> Reading:
    """Every printed title as a heading, so that none is lost when an article is renamed or joined to another."""
    return dataclasses.replace(reading, articles=tuple(_with_printed_title(article) for article in reading.articles))


def _with_printed_title(article: Article) -> Article:
    if article.corrected or not article.title.strip() or any(h.role == "title" for h in article.headings):
        return article
    heading = Heading("title", Paragraph(article.title, article.page))
    kickers = sum(1 for h in article.headings if h.role == "kicker")
    return dataclasses.replace(article, headings=(*article.headings[:kickers], heading, *article.headings[kickers:]))


def _numbers(name: str, count: int) -> tuple[int, ...]:
    """The numbers, from 0, in an id `document-article` or `document-article-paragraph`; one that is none is -1."""
    parts = name.split("-")[1:]
    if len(parts) != count:
        return (-1,) * count
    return tuple(int(part) - 1 if part.isdecimal() else -1 for part in parts)


def _kind_and_value(correction: Correction) -> tuple[Kind, str]:
    if isinstance(correction, Rename):
        return "rename", " ".join(correction.title.split())
    if isinstance(correction, SetDate):
        return "date", correction.date.isoformat() if correction.date else ""
    return ("merge" if isinstance(correction, MergeWithPrevious) else "split"), ""


def _find(correction: Anchored, pieces: Sequence[_Piece]) -> _Piece | None:
    """The piece meant: the same opening, else the one that is clearly most like it."""
    same = [piece for piece in pieces if piece.opening == correction.opening]
    if same:
        return same[correction.occurrence - 1] if correction.occurrence <= len(same) else None
    scored = sorted(((_likeness(piece.opening, correction.opening), i) for i, piece in enumerate(pieces)), reverse=True)
    best, runner_up = [score for score, _ in (*scored, (0.0, -1), (0.0, -1))][:2]
    if best < _ALIKE or best - runner_up < _CLEARLY:
        return None
    return pieces[scored[0][1]]


def _likeness(left: str, right: str) -> float:
    length = min(len(left), len(right))
    if length < _SHORTEST:
        return 0.0
    matcher = SequenceMatcher(None, left[:length], right[:length], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


# ---------------------------------------------------------------- applying


def _apply_one(reading: Reading, correction: Anchored) -> Reading:
    piece = _find(correction, tuple(_pieces(reading)))
    if piece is None:
        return reading
    articles = list(reading.articles)
    number, article = piece.article, articles[piece.article]
    if correction.kind == "split":
        if not piece.first and piece.paragraph is not None:
            articles[number : number + 1] = _split(article, piece.paragraph)
    elif correction.kind == "merge":
        if piece.first and number > 0:
            articles[number - 1 : number + 1] = [_merged(articles[number - 1], article)]
    elif piece.first or piece.paragraph == 0:
        articles[number] = _relabelled(article, correction)
    return dataclasses.replace(reading, articles=tuple(articles))


def _relabelled(article: Article, correction: Anchored) -> Article:
    if correction.kind == "rename":
        if not correction.value and not article.paragraphs:
            return article
        return dataclasses.replace(article, title=correction.value, corrected=True)
    date = dt.date.fromisoformat(correction.value) if correction.value else None
    return dataclasses.replace(article, date=date, date_basis=DateBasis.USER if date else None, corrected=True)


def _merged(first: Article, second: Article) -> Article:
    """Both as one: the first's headings, all the rest as its body, the surer of the two dates."""
    dated = [article for article in (first, second) if article.date_basis is not None]
    surest = min(dated, key=lambda article: _rank(article.date_basis), default=first)
    return Article(
        first.title,
        surest.date,
        (*first.paragraphs, *_printed(second)),
        first.headings,
        surest.date_basis,
        corrected=True,
    )


def _rank(basis: DateBasis | None) -> int:
    return len(_BASES) if basis is None else _BASES.index(basis)


def _split(article: Article, place: int) -> list[Article]:
    """Two articles, the second without a title: what a source does not print is not made up."""
    rest = article.paragraphs[place:]
    date, basis = _date_of_rest(article, rest)
    head = dataclasses.replace(article, paragraphs=article.paragraphs[:place], corrected=True)
    if not head.paragraphs and not head.title:  # headings alone, whose title the user has taken away
        head = dataclasses.replace(head, title=join_lines(heading.paragraph.text for heading in head.headings))
    return [head, Article("", date, rest, (), basis, corrected=True)]


def _date_of_rest(article: Article, rest: Sequence[Paragraph]) -> tuple[dt.date | None, DateBasis | None]:
    """The date of what is split off: that of the whole issue, or the day that its own opening sentence names."""
    if article.date_basis in _OF_THE_WHOLE:
        return article.date, article.date_basis
    opening = rest[0].text[:120].split("。", 1)[0]
    mention = next((m for m in date_mentions(opening) if m.month and m.day), None)
    if mention is None:
        return None, None
    if mention.year:
        date, basis = mention.date(), DateBasis.PRINTED
    else:
        date, basis = _nearest(mention, article.date), DateBasis.GUESSED
    return (date, basis) if date else (None, None)


def _nearest(mention: DateMention, known: dt.date | None) -> dt.date | None:
    """The day meant, in the year that brings it nearest to a date that is known."""
    if known is None:
        return None
    days = [day for year in (known.year - 1, known.year, known.year + 1) if (day := mention.date(year))]
    return min(days, key=lambda day: abs(day - known), default=None)
