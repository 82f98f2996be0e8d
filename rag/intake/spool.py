"""Pages already read of files whose import has not ended, so that a stop, a kill or a power cut does not cost them.

`spool.sqlite` in the folder of the library; derived, and dropped without regret when damaged. The pages of a file go
when its document is in the catalogue, when it cannot be imported, and at the latest after a week.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from rag.store.packing import recipe

_VERSION: Final = "1"  # raise when the readers would give another page for the same file
_DAYS: Final = 7
_SCHEMA: Final = """CREATE TABLE IF NOT EXISTS pages(
    sha256 TEXT NOT NULL, recipe TEXT NOT NULL, page INTEGER NOT NULL, problem TEXT NOT NULL, data BLOB NOT NULL,
    day TEXT NOT NULL, PRIMARY KEY(sha256, page)) STRICT"""
_logger = logging.getLogger(__name__)

SpooledPage = tuple[str, int, str, bytes]  # SHA-256 of the file, page number, what was wrong with the page, its bytes


class Spool:
    """Opened for each use, so that nothing has to be closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._recipe = f"{_VERSION}-{recipe()}"

    def put(self, pages: Iterable[SpooledPage]) -> None:
        day = dt.date.today().isoformat()
        rows = [(sha256, self._recipe, page, problem, data, day) for sha256, page, problem, data in pages]
        if rows:
            self._write("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)", rows)

    def problems(self, sha256: str) -> dict[int, str]:
        """The pages of a file that are there, with what was wrong with each ("": nothing)."""
        rows = self._read("SELECT page, problem, data FROM pages WHERE sha256 = ? AND recipe = ?", sha256)
        return {page: problem for page, problem, data in rows if _whole(data)}

    def pages(self, sha256: str) -> list[bytes]:
        """The packed pages of a file in their order."""
        rows = self._read("SELECT data FROM pages WHERE sha256 = ? AND recipe = ? ORDER BY page", sha256)
        return [data for (data,) in rows]

    def drop(self, sha256: str) -> None:
        """Forget the pages of a file."""
        self._write("DELETE FROM pages WHERE sha256 = ?", [(sha256,)])

    def sweep(self) -> None:
        """Forget what nobody came back for."""
        oldest = dt.date.today() - dt.timedelta(days=_DAYS)
        self._write("DELETE FROM pages WHERE day < ?", [(oldest.isoformat(),)])

    def _read(self, statement: str, sha256: str) -> list[Any]:
        try:
            with closing(self._open()) as connection:
                return connection.execute(statement, (sha256, self._recipe)).fetchall()
        except sqlite3.DatabaseError:
            self._discard()
            return []

    def _write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            with closing(self._open()) as connection, connection:
                connection.executemany(statement, rows)
        except sqlite3.DatabaseError:
            self._discard()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA secure_delete = ON")  # what was not imported shall not be found in the file
            connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _discard(self) -> None:
        _logger.exception("the spool cannot be used; beginning anew")
        for suffix in ("", "-journal"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)


def _whole(data: bytes) -> bool:
    try:
        zlib.decompress(data)
    except zlib.error:
        return False
    return True
