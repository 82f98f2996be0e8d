"""A reading cut into parts of bounded size: a document of a thousand pages is written to the catalogue part by part,
and its paragraphs never stand in the program's memory all at once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from rag.types import Article, Paragraph, Reading

MOST: Final = 500  # paragraphs in one part


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a reading. Its first article has the number `article`, its first piece of furniture `furniture`.

    paragraph: the number of the first paragraph; above 1 the first article goes on from an earlier part, and neither
    its title nor its date is repeated.
    """

    reading: Reading
    article: int = 1
    paragraph: int = 1
    furniture: int = 1


def parts_of(reading: Reading, most: int = MOST) -> Iterator[Part]:
    """`reading` in parts, at least one, of at most `most` paragraphs each (an article without any counts as one)."""
    held: list[Article] = []
    article, paragraph, room = 1, 1, most
    for number, whole in enumerate(reading.articles, 1):
        for start, piece in _pieces(whole, room, most):
            if not room:
                yield Part(Reading(tuple(held)), article, paragraph)
                held, room = [], most
            if not held:
                article, paragraph = number, start + 1
            held.append(piece)
            room -= min(room, max(1, len(piece.paragraphs)))
    first, rest = reading.furniture[:most], range(most, len(reading.furniture), most)
    yield Part(Reading(tuple(held), first), article, paragraph)
    for start in rest:
        yield Part(Reading((), reading.furniture[start : start + most]), furniture=start + 1)


def _pieces(article: Article, room: int, most: int) -> Iterator[tuple[int, Article]]:
    """The article cut at `room` paragraphs and then after every `most`, with how many paragraphs stand before."""
    first = room or most
    yield 0, replace(article, paragraphs=article.paragraphs[:first])
    for start in range(first, len(article.paragraphs), most):
        yield start, Article("", None, article.paragraphs[start : start + most])


def whole(parts: Iterable[Part]) -> Reading:
    """The reading that was cut into `parts`."""
    articles: list[Article] = []
    furniture: list[Paragraph] = []
    for part in parts:
        first, *others = part.reading.articles or (None,)
        if first is not None and part.paragraph > 1:
            articles[-1] = replace(articles[-1], paragraphs=articles[-1].paragraphs + first.paragraphs)
        elif first is not None:
            articles.append(first)
        articles += others
        furniture += part.reading.furniture
    return Reading(tuple(articles), tuple(furniture))
