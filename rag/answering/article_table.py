"""What is asked of the articles as a whole: how many there are, of which days, in which documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from rag.answering.periods import between
from rag.answers import Period
from rag.store.catalog import Catalog
from rag.types import StoredArticle

_READY = "FROM articles JOIN documents ON documents.id = document WHERE state = 'ready'"


def newest(catalog: Catalog) -> dt.date | None:
    """The day of the newest article whose date is no guess; None when there is none."""
    found = catalog.rows(f"SELECT MAX(date) {_READY} AND date_basis NOT IN ('guessed', 'file')")[0][0]
    return dt.date.fromisoformat(found) if found else None


def dated(catalog: Catalog) -> Period | None:
    """From the first to the last day that an article is of; None when none has a date."""
    first, last = catalog.rows(f"SELECT MIN(date), MAX(date) {_READY}")[0]
    return between(dt.date.fromisoformat(first), dt.date.fromisoformat(last)) if first else None


def count(catalog: Catalog, documents: Sequence[str] = (), periods: Sequence[Period] = ()) -> int:
    """How many articles `documents` (all when empty) hold, dated in one of the periods where some are given."""
    return sum(number for document, number in _by_document(catalog, periods) if not documents or document in documents)


def dated_in(catalog: Catalog, periods: Sequence[Period], documents: Sequence[str] = ()) -> tuple[str, ...]:
    """The documents (of those given, if any) with an article dated in one of the periods."""
    return tuple(name for name, _ in _by_document(catalog, periods) if not documents or name in documents)


def _by_document(catalog: Catalog, periods: Sequence[Period]) -> list[tuple[str, int]]:
    dated = " OR ".join("date BETWEEN ? AND ?" for _ in periods)
    days = [day.isoformat() for period in periods for day in (period.since, period.until)]
    condition = f"AND ({dated})" if dated else ""
    rows: list[tuple[str, int]] = catalog.rows(
        f"SELECT document, COUNT(*) {_READY} {condition} GROUP BY document ORDER BY document", days
    )
    return rows


def one_by_one(catalog: Catalog, documents: Sequence[str] = ()) -> Iterator[StoredArticle]:
    """All articles of `documents` (all when empty) in reading order, one document in memory at a time."""
    for document in catalog.documents(documents or None):
        yield from catalog.articles([document.id])
