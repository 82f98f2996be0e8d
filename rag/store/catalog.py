"""The catalogue: one SQLite file that holds the truth (files, articles, paragraphs, boxes, vectors, ingest state).

Everything else in a library folder, the kept originals apart, can be made again from it.

The rollback journal, not WAL: the file alone is the whole truth between transactions (it can be copied to a memory
stick), it works on network shares, and a second process may read it without writing beside it. `synchronous=EXTRA`
makes a finished transaction survive a power cut. A `Catalog` belongs to the thread that opened it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum

from rag.answers import Evidence
from rag.articles.corrections import Anchored, apply
from rag.store import correction_rows, twin_rows
from rag.store.catalog_rows import COLUMNS, Cut, date_of, headings_of, paragraph_of, rows_of
from rag.store.indexed_rows import PASSAGES, IndexedRows, Said, Vector
from rag.store.reading_parts import Part, whole
from rag.types import Document, Paragraph, Passage, Reading, StopSignal, StoredArticle, StoredParagraph, heed


class State(Enum):
    """A document is shown and searched only when READY."""

    UNFINISHED = "unfinished"  # rows are in, vectors or index entries may be missing
    READY = "ready"
    REMOVING = "removing"  # gone for the user; rows, index entries and file go next


Elsewhere = tuple[StoredArticle, Document]


class Catalog(IndexedRows):
    """What is in the library. `open` and `close` are `Database`'s."""

    # ------------------------------------------------------------ small notes and the sense of change

    @property
    def revision(self) -> tuple[int, int]:
        """Differs from an earlier value when anything was written since, by another process or, but aside, by this."""
        return int(self.rows("PRAGMA data_version")[0][0]), self.changes

    def note(self, key: str) -> str | None:
        rows = self.rows("SELECT value FROM meta WHERE key = ?", (key,))
        return str(rows[0][0]) if rows else None

    def set_note(self, key: str, value: str) -> None:
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def expect_file(self, name: str) -> None:
        """Remember that the original `name` is about to appear (or to go), so that a kill leaves no orphan."""
        with self.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO loose VALUES (?)", (name,))

    def forget_file(self, name: str) -> None:
        with self.transaction() as connection:
            connection.execute("DELETE FROM loose WHERE file = ?", (name,))

    def loose_files(self) -> tuple[str, ...]:
        """Remembered files that belong to no document."""
        return tuple(
            row[0]
            for row in self.rows("SELECT file FROM loose WHERE file NOT IN (SELECT sha256 || suffix FROM documents)")
        )

    # ------------------------------------------------------------ documents

    def insert(
        self, document: Document, suffix: str, parts: Iterable[Part], cut: Cut, stop: StopSignal | None = None
    ) -> None:
        """Write a document with all its rows, UNFINISHED, in one transaction; `cut` divides a paragraph's text.

        Of the `parts` of its reading one at a time is taken and written; only where the user had set something right
        in the file, which is set right again, is the reading put together. Raises Stopped: nothing was written.
        """
        with self.transaction() as connection:
            connection.execute(
                """INSERT INTO documents(id, sha256, name, bytes, added, pages, suffix, state, problems)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    document.id,
                    document.sha256,
                    document.name,
                    document.bytes,
                    document.added.isoformat(timespec="microseconds"),  # sorted as text
                    document.pages,
                    suffix,
                    State.UNFINISHED.value,
                    json.dumps(document.problems, ensure_ascii=False),
                ),
            )
            if corrections := correction_rows.corrections(self, document.sha256):
                self._put_corrected(document.id, corrections, whole(parts), cut)
            else:
                for part in parts:
                    heed(stop)
                    self._put(document.id, part, cut)
            connection.execute("DELETE FROM loose WHERE file = ?", (document.sha256 + suffix,))
            connection.execute("DELETE FROM pending WHERE sha256 = ?", (document.sha256,))

    def _put_corrected(self, document: str, corrections: Sequence[Anchored], reading: Reading, cut: Cut) -> None:
        self._put(document, Part(apply(reading, corrections)), cut)
        if corrections:
            correction_rows.keep_uncorrected(self, document, reading)

    def _put(self, document: str, part: Part, cut: Cut) -> None:
        rows = rows_of(document, part, cut)
        for table, columns in COLUMNS.items():
            places = ", ".join("?" * len(columns.split(",")))
            self.write(f"INSERT INTO {table}({columns}) VALUES ({places})", *getattr(rows, table))

    def rewrite(self, document: str, corrections: Sequence[Anchored], cut: Cut, made: Mapping[Said, Vector]) -> None:
        """Give a document other corrections and write its rows anew, in one transaction.

        Passages of which `Said` is as before keep their vectors; others take theirs from `made`.
        """
        reading, vectors = self.uncorrected(document), {**self.vectors_by_text(document), **made}
        with self.transaction():
            leaning = twin_rows.leaning_articles(self, document)
            correction_rows.remember(self, self.sha256(document), corrections)
            for table in ("articles", "furniture", "uncorrected"):
                self.write(f"DELETE FROM {table} WHERE document = ?", (document,))
            self._put_corrected(document, corrections, reading, cut)
            for row in self.index_rows(document):
                if kept := vectors.get((row.title, row.above, row.text)):
                    self.write("INSERT INTO vectors VALUES (?, ?, ?)", (row.passage, *kept))
            twin_rows.link(self, document)
            twin_rows.relink(self, leaning)

    def corrections(self, document: str) -> tuple[Anchored, ...]:
        return correction_rows.corrections(self, self.sha256(document))

    def uncorrected(self, document: str) -> Reading:
        """The reading of a document as it was before the user set anything right."""
        return correction_rows.uncorrected(self, document)

    # ------------------------------------------------------------ twins

    def link_twins(self, documents: Sequence[str], stop: StopSignal | None = None) -> None:
        """Find the twins of documents that are about to be ready, in one transaction. Their rows are in.

        Raises Stopped: nothing was written.
        """
        with self.transaction():
            for document in documents:
                twin_rows.link(self, document, documents, stop)

    def unlinked(self) -> tuple[str, ...]:
        """The ready documents whose twins were never looked for, in the order they were added."""
        rows = self.rows("SELECT id FROM documents WHERE state = 'ready' AND NOT linked ORDER BY added, id")
        return tuple(row[0] for row in rows)

    def leaning(self, document: str) -> tuple[str, ...]:
        """The other documents with passages for which this one's are indexed."""
        articles = twin_rows.leaning_articles(self, document)
        return tuple(dict.fromkeys(article.rpartition("-")[0] for article in articles))

    def stand_ins(self, documents: Sequence[str]) -> dict[str, str]:
        """As `twin_rows.stand_ins`."""
        return twin_rows.stand_ins(self, documents)

    # ------------------------------------------------------------ documents' states

    def set_state(self, document: str, state: State) -> None:
        self.set_states((document,), state)

    def set_states(self, documents: Sequence[str], state: State) -> None:
        """Of all `documents` at once."""
        rows = [(state.value, document) for document in documents]
        with self.transaction() as connection:
            connection.executemany("UPDATE documents SET state = ? WHERE id = ?", rows)

    def delete(self, document: str) -> None:
        """Delete a document's rows; its original becomes a loose file. What leaned on it gets another support."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO loose SELECT sha256 || suffix FROM documents WHERE id = ?", (document,)
            )
            leaning = twin_rows.leaning_articles(self, document)
            connection.execute("DELETE FROM documents WHERE id = ?", (document,))
            twin_rows.relink(self, leaning)

    def find(self, sha256: str) -> tuple[str, State] | None:
        """Id and state of the document with these bytes."""
        rows = self.rows("SELECT id, state FROM documents WHERE sha256 = ?", (sha256,))
        return (rows[0][0], State(rows[0][1])) if rows else None

    def sha256(self, document: str) -> str:
        """Raises KeyError."""
        return self.original(document).partition(".")[0]

    def in_state(self, state: State) -> tuple[str, ...]:
        return tuple(
            row[0] for row in self.rows("SELECT id FROM documents WHERE state = ? ORDER BY added, id", (state.value,))
        )

    def original(self, document: str) -> str:
        """The file name of the kept original. Raises KeyError."""
        rows = self.rows("SELECT sha256 || suffix FROM documents WHERE id = ?", (document,))
        if not rows:
            raise KeyError(document)
        return str(rows[0][0])

    def documents(self, ids: Sequence[str] | None = None) -> tuple[Document, ...]:
        """The ready documents (all, or those of `ids`) in the order they were added."""
        statement = """SELECT id, name, sha256, bytes, added, pages,
            (SELECT COUNT(*) FROM articles WHERE document = documents.id),
            (SELECT COUNT(*) FROM paragraphs JOIN articles ON articles.id = article WHERE document = documents.id),
            problems FROM documents WHERE state = 'ready'"""
        if ids is None:
            rows = self.rows(f"{statement} ORDER BY added, id")
        else:
            rows = sorted(self.chunked(f"{statement} AND id IN", ids), key=lambda row: (row[4], row[0]))
        return tuple(
            Document(
                id=row[0],
                name=row[1],
                sha256=row[2],
                bytes=row[3],
                added=dt.datetime.fromisoformat(row[4]),
                pages=row[5],
                articles=row[6],
                paragraphs=row[7],
                problems=tuple(json.loads(row[8])),
            )
            for row in rows
        )

    # ------------------------------------------------------------ articles, paragraphs, passages

    def articles(self, documents: Sequence[str] = ()) -> tuple[StoredArticle, ...]:
        """The articles of ready documents (all, or those with the given ids) in reading order."""
        wanted = set(documents)
        rows = self.rows(
            """SELECT articles.id FROM articles JOIN documents ON documents.id = document
                WHERE state = 'ready' ORDER BY added, documents.id, articles.number"""
        )
        ids = [row[0] for row in rows if not wanted or row[0].rpartition("-")[0] in wanted]
        found = self._articles(ids)
        return tuple(found[article] for article in ids)

    def locate(self, passages: Sequence[tuple[str, float]]) -> tuple[Evidence, ...]:
        """Turn (passage id, score) into evidence, in the given order; what is unknown or not ready is left out."""
        where = {
            row[0]: row
            for row in self.chunked(
                f"""SELECT passages.id, start, "end", paragraphs.id, articles.id, documents.id {PASSAGES}
                    WHERE documents.state = 'ready' AND passages.id IN""",
                [passage for passage, _ in passages],
            )
        }
        articles = self._articles(sorted({row[4] for row in where.values()}))
        documents = {document.id: document for document in self.documents(sorted({row[5] for row in where.values()}))}
        found = []
        for passage, score in passages:
            if passage in where:
                _, start, end, paragraph_id, article_id, document_id = where[passage]
                article = articles[article_id]
                paragraph = next(p for p in article.paragraphs if p.id == paragraph_id)
                piece = Passage(passage, paragraph_id, start, end, paragraph.text[start:end])
                found.append(Evidence(piece, paragraph, article, documents[document_id], score))
        return tuple(found)

    def located(self, articles: Sequence[str]) -> dict[str, Elsewhere]:
        """Articles by their ids, with their documents; what is unknown or not ready is left out."""
        found = self._articles(articles)
        documents = {one.id: one for one in self.documents(sorted({article.document for article in found.values()}))}
        return {
            name: (article, documents[article.document])
            for name, article in found.items()
            if article.document in documents
        }

    def furniture(self, document: str) -> tuple[Paragraph, ...]:
        """What stands outside the articles of one document, whatever its state."""
        rows = self.rows(
            "SELECT text, page, fragments, confidence, header FROM furniture WHERE document = ? ORDER BY number",
            (document,),
        )
        return tuple(paragraph_of(*row) for row in rows)

    def _articles(self, ids: Sequence[str]) -> dict[str, StoredArticle]:
        paragraphs: dict[str, list[StoredParagraph]] = {article: [] for article in ids}
        for row in self.chunked(
            "SELECT id, article, text, page, fragments, confidence, header FROM paragraphs WHERE article IN",
            ids,
            "ORDER BY article, number",
        ):
            paragraphs[row[1]].append(StoredParagraph(row[0], row[1], paragraph_of(*row[2:])))
        found = {}
        twins: dict[str, list[str]] = {}
        for article, twin in self.chunked(
            """SELECT twins.article, twin FROM twins JOIN articles ON articles.id = twin
                JOIN documents ON documents.id = articles.document WHERE state = 'ready' AND twins.article IN""",
            ids,
            "ORDER BY added, documents.id, articles.number",
        ):
            twins.setdefault(article, []).append(twin)
        for row in self.chunked(
            """SELECT id, document, title, page, date, date_basis, headings, corrected, indexed_as
                FROM articles WHERE id IN""",
            ids,
        ):
            name, document, title, page, date, basis, headings, corrected, indexed_as = row
            day, rests_on = date_of(date, basis)
            found[name] = StoredArticle(
                id=name,
                document=document,
                title=title,
                date=day,
                page=page,
                paragraphs=tuple(paragraphs[name]),
                headings=headings_of(headings),
                date_basis=rests_on,
                corrected=bool(corrected),
                twins=tuple(twins.get(name, ())),
                indexed_as=indexed_as,
            )
        return found

    def trouble(self) -> tuple[str, ...]:
        """What SQLite's own checks find wrong, in its words; empty when the catalogue is whole."""
        found = [str(row[0]) for row in self.rows("PRAGMA quick_check") if row[0] != "ok"]
        found += [f"foreign key: {row[0]} {row[1]}" for row in self.rows("PRAGMA foreign_key_check")]
        return tuple(found)
