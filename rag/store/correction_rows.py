"""Corrections in the catalogue, kept by the SHA-256 of the file they were made to: they outlive its document.

A document that has some also keeps its reading as it was before them, so that they can be taken back, and others made
after them, without reading the file again.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from rag.articles.corrections import Anchored
from rag.store.catalog_rows import COLUMNS, reading_of, rows_of
from rag.store.database import Database
from rag.store.reading_parts import Part
from rag.types import Reading


def corrections(database: Database, sha256: str) -> tuple[Anchored, ...]:
    """What was set right in the file with these bytes, in order."""
    rows = database.rows(
        "SELECT kind, opening, occurrence, value FROM corrections WHERE sha256 = ? ORDER BY number", (sha256,)
    )
    return tuple(Anchored(*row) for row in rows)


def remember(database: Database, sha256: str, kept: Sequence[Anchored]) -> None:
    """Keep exactly these, inside the caller's transaction."""
    database.write("DELETE FROM corrections WHERE sha256 = ?", (sha256,))
    rows = [(sha256, n, one.kind, one.opening, one.occurrence, one.value) for n, one in enumerate(kept, 1)]
    database.write("INSERT INTO corrections VALUES (?, ?, ?, ?, ?, ?)", *rows)


def keep_uncorrected(database: Database, document: str, reading: Reading) -> None:
    """Inside the caller's transaction. By the names of columns, so that a later program with more of them reads it."""
    rows = rows_of(document, Part(reading), lambda _: ())
    kept = {table: [COLUMNS[table], getattr(rows, table)] for table in ("articles", "paragraphs", "furniture")}
    packed = zlib.compress(json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode())
    database.write("INSERT OR REPLACE INTO uncorrected VALUES (?, ?)", (document, packed))


def uncorrected(database: Database, document: str) -> Reading:
    """The reading of a document as it was before its corrections, which is how it is when there are none."""
    rows = database.rows("SELECT reading FROM uncorrected WHERE document = ?", (document,))
    tables = json.loads(zlib.decompress(rows[0][0])) if rows else _tables(database, document)
    return reading_of(
        **{
            table: [dict(zip(columns.split(", "), row, strict=True)) for row in values]
            for table, (columns, values) in tables.items()
        }
    )


def _tables(database: Database, document: str) -> dict[str, tuple[str, list[Sequence[Any]]]]:
    """The rows of a document's reading, with the names of their columns."""
    sources = {
        "articles": "articles WHERE document = ? ORDER BY number",
        "paragraphs": """paragraphs JOIN (SELECT id AS above, number AS place FROM articles WHERE document = ?)
            ON above = article ORDER BY place, number""",
        "furniture": "furniture WHERE document = ? ORDER BY number",
    }
    return {
        table: (COLUMNS[table], database.rows(f"SELECT {COLUMNS[table]} FROM {source}", (document,)))
        for table, source in sources.items()
    }
