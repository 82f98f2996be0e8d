"""What corrections do to a list of stored articles: the catalogue's side of the contract, in little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.types import (
    Correction,
    DateBasis,
    MergeWithPrevious,
    Rename,
    SetDate,
    SplitBefore,
    StoredArticle,
    StoredParagraph,
)


def corrected(articles: Sequence[StoredArticle], correction: Correction) -> tuple[StoredArticle, ...]:
    """The articles after `correction`, numbered anew."""
    made: list[StoredArticle] = []
    for article in articles:
        match correction:
            case Rename(wanted, title) if wanted == article.id:
                made.append(replace(article, title=title, corrected=True))
            case SetDate(wanted, date) if wanted == article.id:
                made.append(replace(article, date=date, date_basis=DateBasis.USER if date else None, corrected=True))
            case MergeWithPrevious(wanted) if wanted == article.id:
                made[-1] = _merged(made[-1], article)
            case SplitBefore(wanted) if any(paragraph.id == wanted for paragraph in article.paragraphs):
                made.extend(_split(article, wanted))
            case _:
                made.append(article)
    return tuple(_numbered(article, n) for n, article in enumerate(made, 1))


def _merged(first: StoredArticle, second: StoredArticle) -> StoredArticle:
    headings = tuple(StoredParagraph("", "", heading.paragraph) for heading in second.headings)
    return replace(first, paragraphs=(*first.paragraphs, *headings, *second.paragraphs), corrected=True)


def _split(article: StoredArticle, paragraph: str) -> tuple[StoredArticle, StoredArticle]:
    at = next(n for n, p in enumerate(article.paragraphs) if p.id == paragraph)
    rest = article.paragraphs[at:]
    return (
        replace(article, paragraphs=article.paragraphs[:at], corrected=True),
        replace(article, title="", headings=(), page=rest[0].page, paragraphs=rest, corrected=True),
    )


def _numbered(article: StoredArticle, number: int) -> StoredArticle:
    key = f"{article.document}-{number}"
    paragraphs = tuple(replace(p, id=f"{key}-{m}", article=key) for m, p in enumerate(article.paragraphs, 1))
    return replace(article, id=key, paragraphs=paragraphs)
