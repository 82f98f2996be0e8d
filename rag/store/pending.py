"""Files whose import was begun and has not ended: their copies are kept, their documents are not in yet."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from rag.store.database import Database


@dataclass(frozen=True, slots=True)
class PendingFile:
    """`name`: what the user called it, `archive.zip/member` for one out of an archive."""

    sha256: str
    suffix: str
    name: str
    added: dt.datetime


class Pending:
    """Remembered in the catalogue, so that a killed import goes on where it was."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, file: PendingFile) -> None:
        """The copy is there: from here on it is no loose file but one to be read."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO pending(sha256, suffix, name, added) VALUES (?, ?, ?, ?)",
                (file.sha256, file.suffix, file.name, file.added.isoformat(timespec="microseconds")),
            )
            connection.execute("DELETE FROM loose WHERE file = ?", (file.sha256 + file.suffix,))

    def drop(self, sha256: str) -> None:
        """It will not be read: its copy becomes a loose file."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO loose SELECT sha256 || suffix FROM pending WHERE sha256 = ?", (sha256,)
            )
            connection.execute("DELETE FROM pending WHERE sha256 = ?", (sha256,))

    def files(self) -> tuple[PendingFile, ...]:
        """In the order they were given."""
        rows = self._database.rows("SELECT sha256, suffix, name, added FROM pending ORDER BY added, sha256")
        return tuple(PendingFile(row[0], row[1], row[2], dt.datetime.fromisoformat(row[3])) for row in rows)
