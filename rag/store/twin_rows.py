"""Twins in the catalogue: which articles print the same text, and which passages the indexes need only once.

Of several articles that are alike the first to come is indexed; a later one leans on it (`articles.indexed_as`): its
passages that say the same, word for word or nearly, name the ones that are indexed for them (`passages.same_as`) and
are not indexed themselves. What only the later one says is indexed with it, so that nothing is lost to searches.
Everything here happens inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.articles.twins import SHARED, alike, counterpart, shingles, sketch
from rag.store.database import Database
from rag.types import StopSignal, heed

_FROM_DOCUMENTS: Final = "JOIN articles ON articles.id = {} JOIN documents ON documents.id = articles.document"


def link(database: Database, document: str, beside: Sequence[str] = (), stop: StopSignal | None = None) -> None:
    """Find the twins of a document's articles among the ready documents, `beside` and itself; decide what leans."""
    orphans = leaning_articles(database, document)
    own = [row[0] for row in database.rows("SELECT id FROM articles WHERE document = ? ORDER BY number", (document,))]
    database.write("DELETE FROM sketched WHERE article IN (SELECT id FROM articles WHERE document = ?)", (document,))
    for article in own:
        heed(stop)
        _link_article(database, article, (*beside, document))
    relink(database, orphans)
    database.write("UPDATE documents SET linked = 1 WHERE id = ?", (document,))


def relink(database: Database, articles: Sequence[str]) -> None:
    """Look anew for what articles can lean on whose earlier support has gone or was changed."""
    for article in articles:
        _link_article(database, article, ())


def leaning_articles(database: Database, document: str) -> tuple[str, ...]:
    """The articles of other documents that lean on this one's, first come first."""
    return tuple(
        row[0]
        for row in database.rows(
            """SELECT articles.id FROM articles JOIN documents ON documents.id = document
                WHERE indexed_as <> '' AND document <> ?1
                AND indexed_as IN (SELECT id FROM articles WHERE document = ?1)
                ORDER BY added, documents.id, articles.number""",
            (document,),
        )
    )


def stand_ins(database: Database, documents: Sequence[str]) -> dict[str, str]:
    """For searches within `documents`: indexed passages of other documents, and the passage inside that each is for."""
    inside, found = set(documents), dict[str, str]()
    for passage, same_as in database.chunked(
        f"""SELECT passages.id, same_as FROM passages JOIN paragraphs ON paragraphs.id = paragraph
            {_FROM_DOCUMENTS.format("paragraphs.article")} WHERE same_as <> '' AND documents.id IN""",
        documents,
        "ORDER BY passages.rowid",
    ):
        if same_as.partition("-")[0] not in inside:
            found.setdefault(same_as, passage)
    return found


def _link_article(database: Database, article: str, beside: Sequence[str]) -> None:
    database.write("DELETE FROM twins WHERE article = ?1 OR twin = ?1", (article,))
    database.write("UPDATE articles SET indexed_as = '' WHERE id = ?", (article,))
    database.write(
        "UPDATE passages SET same_as = '' WHERE paragraph IN (SELECT id FROM paragraphs WHERE article = ?)", (article,)
    )
    text = _text(database, article)
    values = sketch(shingles(text))
    if not values:
        return
    twins = [name for name in _candidates(database, article, values, beside) if alike(text, _text(database, name))]
    _keep_sketch(database, article, values)
    pairs = [pair for twin in twins for pair in ((article, twin), (twin, article))]
    database.write("INSERT OR IGNORE INTO twins VALUES (?, ?)", *pairs)
    for twin in twins:
        if not database.rows("SELECT 1 FROM articles WHERE id = ? AND indexed_as <> ''", (twin,)):
            _lean(database, article, twin)
            break


def _keep_sketch(database: Database, article: str, values: Sequence[int]) -> None:
    if database.rows("SELECT 1 FROM sketched WHERE article = ?", (article,)):
        return
    database.write("INSERT INTO sketched(article) VALUES (?)", (article,))
    ((number,),) = database.rows("SELECT id FROM sketched WHERE article = ?", (article,))
    database.write("INSERT INTO sketches VALUES (?, ?)", *((value, number) for value in values))


def _candidates(database: Database, article: str, values: Sequence[int], beside: Sequence[str]) -> list[str]:
    """Articles that share enough of a sketch, first come first."""
    near = ",".join("?" * len(beside))
    rows = database.rows(
        f"""SELECT article FROM (
                SELECT sketched AS candidate FROM sketches WHERE value IN ({",".join("?" * len(values))})
                GROUP BY sketched HAVING COUNT(*) >= ?) JOIN sketched ON sketched.id = candidate
            {_FROM_DOCUMENTS.format("article")}
            WHERE article <> ? AND (state = 'ready' OR documents.id IN ({near}))
            ORDER BY added, documents.id, articles.number""",
        (*values, SHARED, article, *beside),
    )
    return [row[0] for row in rows]


def _lean(database: Database, article: str, twin: str) -> None:
    there = _passages(database, twin)
    covered = [(counterpart(text, there), passage) for passage, text in _passages(database, article)]
    if any(same for same, _ in covered):
        database.write("UPDATE articles SET indexed_as = ? WHERE id = ?", (twin, article))
    database.write("UPDATE passages SET same_as = ? WHERE id = ?", *covered)


def _text(database: Database, article: str) -> str:
    return "".join(
        row[0] for row in database.rows("SELECT text FROM paragraphs WHERE article = ? ORDER BY number", (article,))
    )


def _passages(database: Database, article: str) -> list[tuple[str, str]]:
    rows = database.rows(
        """SELECT passages.id, text, start, "end" FROM passages JOIN paragraphs ON paragraphs.id = paragraph
            WHERE article = ? ORDER BY paragraphs.number, passages.number""",
        (article,),
    )
    return [(name, text[start:end]) for name, text, start, end in rows]
