"""One SQLite file: opening it, bringing its schema up to date, short transactions, trouble said in Chinese."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

from rag.errors import JianwenError

_BUSY_SECONDS: Final = 20.0
_VARIABLES: Final = 500  # host parameters in one statement; SQLite's own limit may be as low as 999

_FIRST_SCHEMA = """
CREATE TABLE documents(
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, bytes INTEGER NOT NULL, added TEXT NOT NULL,
    pages INTEGER NOT NULL, suffix TEXT NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('unfinished', 'ready', 'removing'))) STRICT;
CREATE TABLE articles(
    id TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    title TEXT NOT NULL, date TEXT, page INTEGER NOT NULL, UNIQUE(document, number)) STRICT;
CREATE TABLE paragraphs(
    id TEXT PRIMARY KEY, article TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    text TEXT NOT NULL, page INTEGER NOT NULL, fragments TEXT NOT NULL, UNIQUE(article, number)) STRICT;
CREATE TABLE passages(
    id TEXT PRIMARY KEY, paragraph TEXT NOT NULL REFERENCES paragraphs(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, UNIQUE(paragraph, number)) STRICT;
CREATE TABLE vectors(
    passage TEXT PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE, embedder TEXT NOT NULL, vector BLOB NOT NULL)
    STRICT;
-- files that may lie in the originals' folder without a document: about to be added, or just removed
CREATE TABLE loose(file TEXT PRIMARY KEY) STRICT;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""
# Recognised text, tables, headings with their places, what a date rests on, furniture, pages that could not be read.
# Version 1 kept no basis of dates: those it holds are not passed off as certain.
_SECOND_SCHEMA = """
ALTER TABLE paragraphs ADD COLUMN confidence REAL;
ALTER TABLE paragraphs ADD COLUMN header TEXT;
ALTER TABLE articles ADD COLUMN headings TEXT NOT NULL DEFAULT '[]';
ALTER TABLE articles ADD COLUMN date_basis TEXT;
ALTER TABLE articles ADD COLUMN corrected INTEGER NOT NULL DEFAULT 0;
UPDATE articles SET date_basis = 'guessed' WHERE date IS NOT NULL;
UPDATE articles SET headings = json_array(json_array('title', title, page, json_array(), NULL, NULL))
    WHERE trim(title) <> '';
ALTER TABLE documents ADD COLUMN problems TEXT NOT NULL DEFAULT '[]';
CREATE TABLE furniture(
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, number INTEGER NOT NULL, text TEXT NOT NULL,
    page INTEGER NOT NULL, fragments TEXT NOT NULL, confidence REAL, header TEXT, PRIMARY KEY(document, number)) STRICT;
"""
_PENDING_SCHEMA = """
-- files whose copies are kept and whose documents are not in yet; `added` orders them as they were given
CREATE TABLE pending(
    sha256 TEXT PRIMARY KEY, suffix TEXT NOT NULL, name TEXT NOT NULL, added TEXT NOT NULL) STRICT;
"""
_CORRECTIONS_AND_TWINS_SCHEMA = """
-- by file, not by document: they hold again when a removed file is added again
CREATE TABLE corrections(
    sha256 TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, opening TEXT NOT NULL,
    occurrence INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY(sha256, number)) STRICT;
CREATE TABLE uncorrected(
    document TEXT PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE, reading BLOB NOT NULL) STRICT;
ALTER TABLE articles ADD COLUMN indexed_as TEXT NOT NULL DEFAULT '';
CREATE INDEX leaning ON articles(indexed_as) WHERE indexed_as <> '';
ALTER TABLE passages ADD COLUMN same_as TEXT NOT NULL DEFAULT '';
CREATE TABLE sketched(
    id INTEGER PRIMARY KEY, article TEXT NOT NULL UNIQUE REFERENCES articles(id) ON DELETE CASCADE) STRICT;
CREATE TABLE sketches(
    value INTEGER NOT NULL, sketched INTEGER NOT NULL REFERENCES sketched(id) ON DELETE CASCADE,
    PRIMARY KEY(value, sketched)) STRICT, WITHOUT ROWID;
CREATE INDEX sketches_of ON sketches(sketched);
CREATE TABLE twins(
    article TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE,
    twin TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE, PRIMARY KEY(article, twin)) STRICT, WITHOUT ROWID;
CREATE INDEX twins_of ON twins(twin);
"""
_LINKED_SCHEMA = """
-- whether twins of the document's articles were looked for; not so for those that earlier versions put in
ALTER TABLE documents ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
"""
_HISTORY_SCHEMA = """
CREATE TABLE conversations(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, begun TEXT NOT NULL) STRICT;
-- reply: what was answered with the words cited, so that it outlives the documents it cites
CREATE TABLE turns(
    id INTEGER PRIMARY KEY AUTOINCREMENT, conversation INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,
    question TEXT NOT NULL, asked TEXT NOT NULL, at TEXT NOT NULL, reply TEXT NOT NULL) STRICT;
CREATE INDEX turns_of ON turns(conversation);
"""
_BRIEFINGS_SCHEMA = """
-- of a text with this checksum, by this model ("" where none was asked), in this way
CREATE TABLE key_sentences(
    article TEXT PRIMARY KEY REFERENCES articles(id) ON DELETE CASCADE, checksum TEXT NOT NULL, model TEXT NOT NULL,
    recipe TEXT NOT NULL, found TEXT NOT NULL) STRICT;
-- kept: the briefing with the words cited, so that it outlives the documents it cites
CREATE TABLE briefings(
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, kind_name TEXT NOT NULL, made TEXT NOT NULL,
    changed TEXT NOT NULL, kept TEXT NOT NULL) STRICT;
"""
# entry n brings a catalogue from version n to n + 1
_SCHEMAS: Final = (
    _FIRST_SCHEMA,
    _SECOND_SCHEMA,
    _PENDING_SCHEMA,
    _CORRECTIONS_AND_TWINS_SCHEMA,
    _LINKED_SCHEMA,
    _HISTORY_SCHEMA,
    _BRIEFINGS_SCHEMA,
)


class Database:
    """Plain queries and short transactions; no transaction stays open between two calls."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._aside = 0

    @classmethod
    def open(cls, path: Path, readonly: bool = False) -> Self:
        """Open, and unless `readonly` create or migrate, the database at `path`.

        Raises:
            JianwenError: it is damaged, of a newer program, or cannot be opened.
        """
        with _said_in_chinese(path):
            address = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
            connection = sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                connection.execute("PRAGMA synchronous = EXTRA")
                _check_version(connection, path, readonly)
            except BaseException:
                connection.close()
                raise
        return cls(connection, path)

    def close(self) -> None:
        self._connection.close()

    @property
    def changes(self) -> int:
        """Rows written by this process since opening, but for those written aside."""
        return self._connection.total_changes - self._aside

    def rows(self, statement: str, values: Iterable[Any] = ()) -> list[Any]:
        """All rows at once: a read left open would keep writers of other processes waiting."""
        with _said_in_chinese(self._path):
            return self._connection.execute(statement, tuple(values)).fetchall()

    def write(self, statement: str, *rows: Sequence[Any]) -> None:
        """One statement, once for each row of values, inside a `transaction` that is under way."""
        if not self._connection.in_transaction:
            raise RuntimeError("a write outside a transaction")
        self._connection.executemany(statement, rows)

    def chunked(self, statement: str, values: Sequence[str], tail: str = "") -> list[Any]:
        """The rows of `statement (?, ?, …) tail`, for any number of values, in parts."""
        rows: list[Any] = []
        for start in range(0, len(values), _VARIABLES):
            part = values[start : start + _VARIABLES]
            rows += self.rows(f"{statement} ({','.join('?' * len(part))}) {tail}", part)
        return rows

    @contextmanager
    def transaction(self, *, aside: bool = False) -> Iterator[sqlite3.Connection]:
        """Everything done on the connection inside is kept whole or not at all.

        aside: nothing is written that documents or their indexes are made of, so `changes` stays as it is.
        """
        with _said_in_chinese(self._path):
            before = self._connection.total_changes
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                if aside:
                    self._aside += self._connection.total_changes - before


def _check_version(connection: sqlite3.Connection, path: Path, readonly: bool) -> None:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_SCHEMAS):
        raise JianwenError(f"资料库 {path.parent} 由更新版本的简问建立，本版本读不了。请升级简问，或另选一个资料库。")
    if readonly and version < len(_SCHEMAS):
        raise JianwenError(f"资料库 {path.parent} 正由另一个简问窗口或命令建立或升级。请稍候再打开。")
    for step in range(version, len(_SCHEMAS)):
        # executescript commits first, so the transaction stands inside the script
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMAS[step]} PRAGMA user_version = {step + 1}; COMMIT;")


@contextmanager
def _said_in_chinese(path: Path) -> Iterator[None]:
    """Trouble with the file or the disk becomes a sentence; a wrong statement of ours stays what it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        said = {
            sqlite3.SQLITE_CORRUPT: "已损坏",
            sqlite3.SQLITE_NOTADB: "已损坏",
            sqlite3.SQLITE_FULL: "写不下了：磁盘空间不足。请腾出空间再试",
            sqlite3.SQLITE_BUSY: "正被别的程序占用。请稍候再试",
            sqlite3.SQLITE_LOCKED: "正被别的程序占用。请稍候再试",
            sqlite3.SQLITE_READONLY: "不能写入。请检查该文件夹的权限，或另选一个资料库文件夹",
            sqlite3.SQLITE_CANTOPEN: "打不开。请检查该文件夹是否存在、权限是否足够",
            sqlite3.SQLITE_IOERR: "读写出错。请检查磁盘是否正常、移动盘是否已拔出",
            sqlite3.SQLITE_PERM: "没有读写权限。请检查该文件夹的权限",
        }.get(code)
        if said is None:
            raise
        if said == "已损坏":
            said = (
                "已损坏。原始文件仍完好地保存在同一文件夹的 files 目录里："
                "请把 catalog.sqlite 改名，再打开资料库并重新导入 files 目录"
            )
        raise JianwenError(f"资料库目录文件 {path} {said}。") from error
