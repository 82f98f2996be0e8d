"""The kept originals of a library, each under its SHA-256, and the files a user hands in."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from rag.errors import JianwenError
from rag.types import StopSignal, heed

_BLOCK: Final = 1 << 20
_SCRATCH: Final = ".incoming-"


class Originals:
    """The folder `files` of a library: `<sha256><suffix>`, whole or absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        return self.folder / name

    def keep(self, source: Path, name: str, sha256: str, stop: StopSignal | None = None) -> None:
        """Copy `source` to `name`.

        Raises:
            JianwenError: its bytes are no longer those of `sha256`.
            OSError, Stopped.
        """
        scratch = self.folder / f"{_SCRATCH}{name}"
        try:
            with source.open("rb") as incoming, scratch.open("wb") as kept:
                digest = hashlib.sha256()
                while block := incoming.read(_BLOCK):
                    heed(stop)
                    digest.update(block)
                    kept.write(block)
                kept.flush()
                os.fsync(kept.fileno())
            if digest.hexdigest() != sha256:
                raise JianwenError("文件在导入过程中被改动了。请等它保存完毕后再导入。")
            scratch.replace(self.folder / name)
            _sync_folder(self.folder)
        finally:
            scratch.unlink(missing_ok=True)

    def drop(self, name: str) -> bool:
        """Delete an original; false when the system does not let us now (Windows, while it is shown somewhere)."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def sweep(self) -> None:
        """Delete copies that were cut off."""
        for scratch in self.folder.glob(f"{_SCRATCH}*"):
            scratch.unlink(missing_ok=True)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self.folder.iterdir() if not path.name.startswith("."))


def digest(path: Path, stop: StopSignal | None = None) -> tuple[str, int]:
    """SHA-256 (hex) and number of bytes of a file. Raises OSError, Stopped."""
    sha256, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            heed(stop)
            sha256.update(block)
            size += len(block)
    return sha256.hexdigest(), size


def handed_in(paths: Iterable[Path], suffixes: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Each file to read with "", or each path that cannot be read with a Chinese sentence why.

    Folders are walked in sorted order, links followed, each folder once; files in them of other suffixes, hidden ones
    and the lock files of office programs are passed over.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield path, said(error)
            continue
        if stat.S_ISDIR(mode):
            empty = True
            for found in _walk(path, suffixes, set()):
                empty = False
                yield found
            if empty:
                yield path, f"文件夹里没有能读的文件。能读的格式：{_listed(suffixes)}。"
        elif not stat.S_ISREG(mode):
            yield path, "这不是普通文件，不能导入。"
        elif path.suffix.lower() not in suffixes:
            yield path, f"不支持这种文件（{path.suffix or '没有扩展名'}）。能读的格式：{_listed(suffixes)}。"
        else:
            yield path, ""


def _walk(folder: Path, suffixes: frozenset[str], visited: set[tuple[int, int]]) -> Iterator[tuple[Path, str]]:
    try:
        status = folder.stat()
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield folder, said(error)
        return
    if (status.st_dev, status.st_ino) in visited:
        return
    visited.add((status.st_dev, status.st_ino))
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        wanted = entry.suffix.lower() in suffixes
        try:
            mode = entry.stat().st_mode
        except OSError as error:
            if wanted:
                yield entry, said(error)
            continue
        if stat.S_ISDIR(mode):
            yield from _walk(entry, suffixes, visited)
        elif wanted:
            yield entry, "" if stat.S_ISREG(mode) else "这不是普通文件，不能导入。"


def said(error: OSError) -> str:
    """What went wrong with a file, as a Chinese sentence."""
    sentences = {
        errno.ENOENT: "找不到这个文件。请检查路径，或它是否已被移走。",
        errno.ENOTDIR: "找不到这个文件。请检查路径，或它是否已被移走。",
        errno.ELOOP: "这是一个指向自己的链接，读不到文件。",
        errno.EACCES: "没有读取权限，或文件正被别的程序占用。请检查权限，或关闭占用它的程序。",
        errno.EPERM: "没有读取权限，或文件正被别的程序占用。请检查权限，或关闭占用它的程序。",
        errno.EISDIR: "这是文件夹，不是文件。",
        errno.ENOSPC: "磁盘空间不足。请腾出空间后再导入。",
        errno.EROFS: "磁盘是只读的，不能写入。",
        errno.ENAMETOOLONG: "文件名太长。请改短后再导入。",
        errno.EIO: "读取磁盘出错。请检查磁盘或移动盘是否完好。",
    }
    return sentences.get(error.errno or 0, f"读不了这个文件（{error.strerror or error}）。")


def _listed(suffixes: frozenset[str]) -> str:
    return " ".join(sorted(suffixes))  # a line may break at these


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut; Windows neither needs nor allows it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
