"""What the indexes are made of: the passages of a catalogue with their texts and vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.layout.sections import LONGEST_HEAD, SectionHead, over, section_heads, words_above
from rag.store.database import Database


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What the indexes need of one passage. same_as: the passage that is indexed in its place, "" for itself.
    above: the headings of sections and the column names that it stands under (`layout.sections.words_above`)."""

    passage: str
    document: str
    title: str
    text: str
    same_as: str = ""
    above: str = ""


Said = tuple[str, str, str]  # title, what stands above and text of a passage: what its vector is made from
Vectors = tuple[list[str], list[str], NDArray[np.float32]]  # passage ids, document ids, unit rows (n, d)
Vector = tuple[str, bytes]  # the embedder, and the vector as it is stored

BATCH: Final = 500  # passages whose texts or vectors are read at once
_IN_ORDER = "ORDER BY articles.number, paragraphs.number, passages.number"
PASSAGES = """
FROM passages JOIN paragraphs ON paragraphs.id = passages.paragraph
JOIN articles ON articles.id = paragraphs.article JOIN documents ON documents.id = articles.document
"""
_VECTORS = f"SELECT passages.id, documents.id, vector {PASSAGES} JOIN vectors ON vectors.passage = passages.id"
_AS_ADDED = "ORDER BY documents.added, passages.rowid"


class IndexedRows(Database):
    """The passages to be indexed, and their vectors."""

    def passage_counts(self) -> dict[str, int]:
        """Passages of each ready document that are indexed themselves."""
        return dict(
            self.rows(
                f"""SELECT documents.id, COUNT(*) {PASSAGES}
                    WHERE state = 'ready' AND same_as = '' GROUP BY documents.id"""
            )
        )

    def index_rows(self, document: str) -> Iterator[IndexRow]:
        """The passages of one document, whatever its state, with their texts; some hundred are read at once."""
        ids = [
            row[0]
            for row in self.rows(f"SELECT passages.id {PASSAGES} WHERE documents.id = ? {_IN_ORDER}", (document,))
        ]
        for start in range(0, len(ids), BATCH):
            yield from self.index_rows_of(ids[start : start + BATCH])

    def index_rows_of(self, passages: Sequence[str]) -> list[IndexRow]:
        """Passages by their ids, as they stand in their documents."""
        rows = self.chunked(
            f"""SELECT passages.id, documents.id, title, text, start, "end", same_as, articles.id, paragraphs.number,
                header {PASSAGES} WHERE passages.id IN""",
            passages,
            _IN_ORDER,
        )
        heads = self._section_heads({row[7] for row in rows})
        return [
            IndexRow(
                passage, document, title, text[start:end], same_as, words_above(over(heads[article], number), header)
            )
            for passage, document, title, text, start, end, same_as, article, number, header in rows
        ]

    def _section_heads(self, articles: Iterable[str]) -> dict[str, tuple[SectionHead, ...]]:
        short: dict[str, list[tuple[int, str]]] = {article: [] for article in articles}
        rows = self.chunked(
            f"""SELECT article, number, text FROM paragraphs
                WHERE header IS NULL AND length(text) <= {LONGEST_HEAD} AND article IN""",
            list(short),
            "ORDER BY article, number",
        )
        for article, number, text in rows:
            short[article].append((number, text))
        return {article: section_heads(texts) for article, texts in short.items()}

    def unembedded(self, embedder: str, document: str) -> frozenset[str]:
        """The passages of one document, whatever its state, that have no vector of `embedder`."""
        return frozenset(
            row[0]
            for row in self.rows(
                f"""SELECT passages.id {PASSAGES} LEFT JOIN vectors
                    ON vectors.passage = passages.id AND vectors.embedder = ?
                    WHERE documents.id = ? AND vectors.passage IS NULL""",
                (embedder, document),
            )
        )

    def stale(self, embedder: str) -> tuple[str, ...]:
        """The ready documents that miss a vector of `embedder`."""
        return tuple(
            row[0]
            for row in self.rows(
                f"""SELECT DISTINCT documents.id {PASSAGES} LEFT JOIN vectors
                    ON vectors.passage = passages.id AND vectors.embedder = ?
                    WHERE state = 'ready' AND vectors.passage IS NULL ORDER BY added, documents.id""",
                (embedder,),
            )
        )

    def store_vectors(self, embedder: str, passages: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep one unit row of `vectors` (n, d) for each passage, in one transaction; earlier ones are replaced."""
        blobs = [np.asarray(row, "<f4").tobytes() for row in vectors]
        with self.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(passage, embedder, blob) for passage, blob in zip(passages, blobs, strict=True)],
            )

    def vectors(self, embedder: str) -> Vectors:
        """Of all ready documents, those of passages that are indexed themselves."""
        return _vectors(
            self.rows(
                f"{_VECTORS} WHERE embedder = ? AND same_as = '' AND state = 'ready' {_AS_ADDED}",
                (embedder,),
            )
        )

    def vectors_in_batches(self, embedder: str, documents: Sequence[str]) -> Iterator[Vectors]:
        """As `vectors`, of `documents` whatever their state, `BATCH` passages at most at once."""
        condition = f"{PASSAGES} WHERE same_as = '' AND documents.id IN"
        ids = [row[0] for row in self.chunked(f"SELECT passages.id {condition}", documents, _AS_ADDED)]
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            yield _vectors(
                self.rows(
                    f"{_VECTORS} WHERE embedder = ? AND passages.id IN ({','.join('?' * len(part))}) {_AS_ADDED}",
                    (embedder, *part),
                )
            )

    def vectors_by_text(self, document: str) -> dict[Said, Vector]:
        """The vectors of one document's passages, with what they were made from."""
        rows = self.rows(
            f"""SELECT articles.id, paragraphs.number, header, title, text, start, "end", embedder, vector {PASSAGES}
                JOIN vectors ON vectors.passage = passages.id WHERE documents.id = ?""",
            (document,),
        )
        heads = self._section_heads({row[0] for row in rows})
        return {
            (title, words_above(over(heads[article], number), header), text[start:end]): tuple(made)
            for article, number, header, title, text, start, end, *made in rows
        }


def _vectors(rows: Sequence[Any]) -> Vectors:
    matrix = np.frombuffer(b"".join(row[2] for row in rows), "<f4").astype(np.float32)
    return [row[0] for row in rows], [row[1] for row in rows], matrix.reshape(len(rows), -1 if rows else 0)
