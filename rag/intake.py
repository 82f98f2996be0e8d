"""Taking files in: told apart by their bytes, copied into the library, remembered as pending. What is inside an archive
is taken in file by file.

Order, so that a kill leaves nothing unknown: the copy is announced as a loose file → it is made → it becomes pending.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rag.catalog import Catalog
from rag.originals import Originals, digest, handed_in
from rag.pending import Pending, PendingFile
from rag.types import StopSignal

BUG: Final = "读取时程序出错，这是简问的问题，不是文件的问题。其他文件不受影响，详情已写入日志。"


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


@dataclass(frozen=True, slots=True)
class Refused:
    """A path that cannot be taken in, and why (Chinese)."""

    path: Path
    error: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file to take in: where it lies now, and what the user calls it."""

    path: Path
    source: Path
    name: str


class Intake:
    """Of one library."""

    def __init__(self, catalog: Catalog, originals: Originals) -> None:
        self._catalog = catalog
        self._originals = originals
        self._pending = Pending(catalog)

    def candidates(self, paths: Iterable[Path], suffixes: frozenset[str]) -> Iterator[Candidate | Refused]:
        """The files in what the user handed in."""
        for path, problem in handed_in(paths, suffixes):
            yield Refused(path, problem) if problem else Candidate(path, path, _readable(path.name))

    def identify(self, candidate: Candidate, stop: StopSignal | None) -> Incoming:
        """The file by its bytes; nothing is kept yet. Raises OSError, Stopped."""
        sha256, size = digest(candidate.source, stop)
        suffix = candidate.source.suffix.lower()
        kept = str(self._originals.path(sha256 + suffix))
        return Incoming(candidate.path, candidate.name, sha256, suffix, size, dt.datetime.now(dt.UTC), kept)

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
        """The pending files of earlier imports."""
        for file in self._pending.files():
            original = file.sha256 + file.suffix
            if not self._originals.whole(original, file.sha256):
                self.drop(file.sha256, original)
                continue
            kept = self._originals.path(original)
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


def _readable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "replace")
