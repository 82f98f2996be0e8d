"""Taking files in: told apart by their bytes, copied into the library, remembered as pending. What is inside an archive
is taken in file by file.

Order, so that a kill leaves nothing unknown: the copy is announced as a loose file → it is made → it becomes pending.
An archive is copied and pending like any file until all that is in it has been taken in, so that the rest is not lost.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rag.errors import JianwenError, Stopped
from rag.readers import ARCHIVE_SUFFIXES
from rag.readers.archive import members
from rag.store.catalog import Catalog
from rag.store.originals import Originals, digest, handed_in, said
from rag.store.pending import Pending, PendingFile
from rag.types import StopSignal

_BUG: Final = "读取时程序出错，这是简问的问题，不是文件的问题。其他文件不受影响，详情已写入日志。"
_logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Incoming:
    """A file on its way in. `path` is what its closing event names. `ours`: given to the import that is running, rather
    than left over by an earlier one."""

    path: Path
    name: str
    sha256: str
    suffix: str
    bytes: int
    added: dt.datetime
    kept: str  # path of the copy
    password: str | None = field(default=None, repr=False)
    ours: bool = True
    began: float = field(default_factory=time.perf_counter)

    @property
    def document(self) -> str:
        return self.sha256[:12]

    @property
    def original(self) -> str:
        """Name of the copy."""
        return self.sha256 + self.suffix

    def in_users_words(self, sentence: str) -> str:
        """What a reader said: it knows the copy, the user the file."""
        return sentence.replace(self.kept, str(self.path)).replace(self.original, self.path.name)


@dataclass(frozen=True, slots=True)
class Refused:
    """A path that cannot be taken in, and why (Chinese)."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to take in: where it lies now, and what the user calls it. `ours`: as in `Incoming`."""

    path: Path
    source: Path
    name: str
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Unpacking:
    """An archive: what is in it follows, and then `Unpacked`. Its copy is pending."""

    archive: Incoming


@dataclass(frozen=True, slots=True)
class Unpacked:
    """All that is in the archive was offered; to be dropped."""

    archive: Incoming


Offered = Candidate | Refused | Unpacking | Unpacked


class Intake:
    """Of one library."""

    def __init__(self, catalog: Catalog, originals: Originals, scratch: Path) -> None:
        """`scratch`: a folder to unpack archives in, made when needed and swept away."""
        self._catalog = catalog
        self._originals = originals
        self._scratch = scratch
        self._members = scratch / "members"  # of the archive that is being unpacked
        self._pending = Pending(catalog)

    def candidates(self, paths: Iterable[Path], suffixes: frozenset[str], stop: StopSignal | None) -> Iterator[Offered]:
        """The files in what the user handed in. A file out of an archive lies there until the next one is asked for,
        unless it is set aside. Raises Stopped."""
        for path, problem in handed_in(paths, suffixes | ARCHIVE_SUFFIXES):
            if problem:
                yield Refused(path, problem)
                continue
            file = Candidate(path, path, _readable(path.name))
            if path.suffix.lower() in ARCHIVE_SUFFIXES:
                yield from self._archive(file, stop)
            else:
                yield file

    def left_over_in_archives(self, stop: StopSignal | None) -> Iterator[Offered]:
        """As `candidates`: what is in the archives that earlier imports did not come to the end of."""
        for archive in self._left_over():
            if archive.suffix in ARCHIVE_SUFFIXES:
                yield from self._unpacked(archive, stop)

    def _archive(self, candidate: Candidate, stop: StopSignal | None) -> Iterator[Offered]:
        try:
            archive = self.identify(candidate, stop)
            self.keep(candidate.source, archive, stop)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 — one file never stops the others
            yield Refused(candidate.path, explained(error, candidate.path))
        else:
            yield from self._unpacked(archive, stop)

    def _unpacked(self, archive: Incoming, stop: StopSignal | None) -> Iterator[Offered]:
        yield Unpacking(archive)
        try:
            self._members.mkdir(parents=True, exist_ok=True)
            for member in members(Path(archive.kept), self._members, stop, name=archive.path.name):
                shown = archive.path.parent / member.name
                if member.path is None:
                    yield Refused(shown, member.problem)
                else:
                    yield Candidate(shown, member.path, _readable(member.name), archive.ours)
                    member.path.unlink(missing_ok=True)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 — one file never stops the others
            yield Refused(archive.path, explained(error, archive.path))
        finally:
            shutil.rmtree(self._members, ignore_errors=True)
        yield Unpacked(archive)

    def set_aside(self, candidate: Candidate) -> Candidate:
        """The same, to be taken in later: a file out of an archive is moved to where it stays until `sweep`.
        Raises OSError."""
        if not candidate.source.is_relative_to(self._members):
            return candidate
        folder = Path(tempfile.mkdtemp(dir=self._scratch))
        return replace(candidate, source=candidate.source.rename(folder / candidate.source.name))

    def sweep(self) -> None:
        """Delete what was unpacked and set aside."""
        shutil.rmtree(self._scratch, ignore_errors=True)

    def identify(self, candidate: Candidate, stop: StopSignal | None) -> Incoming:
        """The file by its bytes; nothing is kept yet. Raises OSError, Stopped."""
        sha256, size = digest(candidate.source, stop)
        suffix = candidate.source.suffix.lower()
        kept = str(self._originals.path(sha256 + suffix))
        added = dt.datetime.now(dt.UTC)
        return Incoming(candidate.path, candidate.name, sha256, suffix, size, added, kept, ours=candidate.ours)

    def keep(self, source: Path, file: Incoming, stop: StopSignal | None) -> None:
        """Copy the file and make it pending. Raises JianwenError, OSError, Stopped; then nothing of it is left."""
        self._catalog.expect_file(file.original)
        try:
            self._originals.keep(source, file.original, file.sha256, stop)
        except BaseException:
            self._let_go(file.original)
            raise
        self._pending.put(PendingFile(file.sha256, file.suffix, file.name, file.added))

    def pending(self) -> bool:
        """Whether earlier imports left files over."""
        return bool(self._pending.files())

    def left_over(self) -> Iterator[Incoming]:
        """The pending files of earlier imports, other than archives."""
        return (file for file in self._left_over() if file.suffix not in ARCHIVE_SUFFIXES)

    def _left_over(self) -> Iterator[Incoming]:
        for file in self._pending.files():
            original = file.sha256 + file.suffix
            kept = self._originals.path(original)
            if not kept.is_file():  # it was whole when it became pending: someone has taken it away
                self.drop(file.sha256, original)
                continue
            size = kept.stat().st_size
            yield Incoming(
                Path(file.name), file.name, file.sha256, file.suffix, size, file.added, str(kept), ours=False
            )

    def drop(self, sha256: str, original: str) -> None:
        """A pending file will not be read: forget it and its copy."""
        self._pending.drop(sha256)
        self._let_go(original)

    def _let_go(self, original: str) -> None:
        if self._originals.drop(original):
            self._catalog.forget_file(original)


def password_for(path: Path, passwords: Mapping[Path, str]) -> str | None:
    """The password given for a file, or for the folder or archive that it is in."""
    return next((passwords[one] for one in (path, *path.parents) if one in passwords), None)


def explained(error: Exception, path: Path) -> str:
    """What went wrong with a file, as a Chinese sentence; a bug of ours is logged."""
    if isinstance(error, JianwenError):
        return str(error)
    if isinstance(error, OSError):
        _logger.info("%s: %r", path, error)
        return said(error)
    _logger.error("cannot add %s", path, exc_info=error)
    return _BUG


def _readable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
