"""Files in a .zip, taken out one by one into a scratch folder under names of our own. Nothing is trusted: names cannot
lead elsewhere, sizes are counted while unpacking, never read off the archive's directory."""

from __future__ import annotations

import errno
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import JianwenError
from rag.readers import ARCHIVE_SUFFIXES, SUFFIXES
from rag.readers.kinds import ZIP, head, mistaken
from rag.readers.package import DAMAGE
from rag.types import StopSignal, heed

_BLOCK = 1 << 18
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNICODE_PATH = 0x7075  # extra field of Info-ZIP: the name in UTF-8
_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")
_LONGEST_NAME = 80  # characters, 240 bytes in UTF-8: file systems allow 255
_PASSED_OVER = frozenset({"__macosx", "thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Member:
    """A file out of an archive. `name`: what to call it, «archive.zip/folder/file.pdf». `path`: where it lies now, None
    when `problem` (Chinese) says why it was not taken out."""

    name: str
    path: Path | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, unpacked. `ratio`: unpacked to packed, beyond the first `free` bytes. `depth`: archives in the
    archive."""

    members: int = 2000
    member: int = 300 << 20
    total: int = 1 << 30
    ratio: int = 100
    free: int = 10 << 20
    depth: int = 1


@dataclass(slots=True)
class _Spent:
    """What has been used of the limits, nested archives included."""

    limits: Limits
    packed: int  # bytes of the outermost archive
    unpacked: int = 0
    members: int = 0
    names: set[str] = field(default_factory=set)


class _TooMuch(Exception):
    """A limit is reached; the text is Chinese. `final`: for the whole archive."""

    def __init__(self, text: str, final: bool) -> None:
        super().__init__(text)
        self.final = final


def members(
    path: Path,
    folder: Path,
    stop: StopSignal | None = None,
    limits: Limits = Limits(),
    name: str = "",
) -> Iterator[Member]:
    """The files that can be read in the archive at `path`, extracted below `folder` (which exists), and those that
    should be and cannot. Files of other kinds are passed over unless there is nothing else. `name`: what to call the
    archive, if not by its path.

    Raises:
        JianwenError: it is no archive, or damaged.
        OSError: the disk.
        Stopped: `stop` was set.
    """
    name = name or path.name
    spent = _Spent(limits, path.stat().st_size)
    found = False
    try:
        for member in _members(path, name, folder, spent, 0, stop):
            found = True
            yield member
    except _TooMuch as limit:
        yield Member(name, None, str(limit))
        return
    if not found:
        kinds = " ".join(sorted(SUFFIXES))
        yield Member(name, None, f"压缩包“{name}”里没有能读的文件。能读的格式：{kinds}。")


def _members(
    path: Path, shown: str, folder: Path, spent: _Spent, depth: int, stop: StopSignal | None
) -> Iterator[Member]:
    with _opened(path, shown) as archive:
        for info in archive.infolist():
            heed(stop)
            raw = _name(info)
            parts = [part for part in raw.split("/") if part not in ("", ".")]
            if not parts or info.is_dir() or _is_passed_over(parts):
                continue
            suffix = Path(parts[-1]).suffix.lower()
            if suffix not in SUFFIXES | ARCHIVE_SUFFIXES:
                continue
            spent.members += 1
            if spent.members > spent.limits.members:
                raise _TooMuch(
                    f"压缩包里的文件超过 {spent.limits.members} 个，其余的没有读取。请分成几个压缩包再添加。", True
                )
            name = _apart("/".join([shown, *map(_clean, parts)]), spent)
            if problem := _refusal(info, raw, parts, too_deep=depth >= spent.limits.depth):
                yield Member(name, None, problem)
                continue
            place = folder / f"{spent.members:04}" / _file_name(parts[-1])
            try:
                _extract(archive, info, place, spent, stop)
                if suffix in ARCHIVE_SUFFIXES:
                    yield from _members(place, name, folder, spent, depth + 1, stop)
                    place.unlink()
                else:
                    yield Member(name, place)
            except JianwenError as error:
                yield Member(name, None, str(error))
            except _TooMuch as limit:
                place.unlink(missing_ok=True)
                if limit.final:
                    raise
                yield Member(name, None, str(limit))


def _opened(path: Path, shown: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except DAMAGE as error:
        start = head(path)
        problem = "" if start.startswith(ZIP) else mistaken(shown, start)
        raise JianwenError(
            problem or f"压缩包“{shown}”已损坏或不是真正的 zip 文件，无法读取。请重新获取，或解压后直接添加里面的文件。"
        ) from error


def _refusal(info: zipfile.ZipInfo, raw: str, parts: list[str], too_deep: bool) -> str:
    """Why this member is not taken out, "" when it may be."""
    if raw.startswith("/") or ".." in parts or _DRIVE.match(raw):
        return "压缩包里这个文件的路径指向别处，为安全起见没有读取。请解压后检查，再直接添加。"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "压缩包里这一项只是指向别处的链接，没有读取。请直接添加它所指的文件。"
    if info.flag_bits & _ENCRYPTED:
        return "压缩包里这个文件设有密码，没有读取。请先用密码解压，再添加解压后的文件。"
    if too_deep and Path(parts[-1]).suffix.lower() in ARCHIVE_SUFFIXES:
        return "压缩包套得太深，里面的压缩包没有读取。请先解压，再添加里面的文件。"
    return ""


def _extract(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, spent: _Spent, stop: StopSignal | None
) -> None:
    """Write one member to `place`. Raises JianwenError when it is damaged, _TooMuch at a limit, OSError, Stopped."""
    place.parent.mkdir(parents=True, exist_ok=True)
    packed = min(max(info.compress_size, 1), spent.packed)
    written = 0
    try:
        with archive.open(info) as source, place.open("wb") as target:
            while block := source.read(_BLOCK):
                heed(stop)
                written += len(block)
                spent.unpacked += len(block)
                _check(written, packed, spent)
                target.write(block)
    except (*DAMAGE, OSError) as error:
        place.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # that one: a place before the file's beginning
            raise
        raise JianwenError("压缩包里这个文件已损坏，或压缩方式不受支持。请用解压软件解压后再添加。") from error


def _check(written: int, packed: int, spent: _Spent) -> None:
    limits = spent.limits
    if spent.unpacked > limits.total:
        size = f"{limits.total / (1 << 30):g} GB"
        raise _TooMuch(f"压缩包展开后超过 {size}，其余的没有读取。请分成几个压缩包，或解压后再添加。", True)
    if spent.unpacked > max(limits.free, limits.ratio * spent.packed):
        raise _TooMuch("压缩包展开后大得不正常，可能是恶意文件，其余的没有读取。请确认来源。", True)
    if written > limits.member:
        size = f"{limits.member / (1 << 20):g} MB"
        raise _TooMuch(f"压缩包里这个文件超过 {size}，没有读取。请解压并拆分后再添加。", False)
    if written > max(limits.free, limits.ratio * packed):
        raise _TooMuch("压缩包里这个文件展开后大得不正常，可能是恶意文件，没有读取。请确认来源。", False)


# ---------------------------------------------------------------- names


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name with slashes, in the code it was most likely written in: programs on Chinese systems write GBK
    (or UTF-8) without saying so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        name = _unicode_path(info.extra) or _decoded(name)
    return name.split("\0", 1)[0].replace("\\", "/")


def _decoded(name: str) -> str:
    try:
        raw = name.encode("cp437")  # as zipfile took it
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def _unicode_path(extra: bytes) -> str:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _UNICODE_PATH and length > 5:
            return extra[9 : 4 + length].decode("utf-8", "replace")
        extra = extra[4 + length :]
    return ""


def _is_passed_over(parts: list[str]) -> bool:
    """What systems and office programs leave in folders."""
    return any(part.lower() in _PASSED_OVER for part in parts) or parts[-1].startswith((".", "~$"))


def _clean(part: str) -> str:
    """A name fit to be shown: nothing that moves the cursor or turns the writing direction."""
    return "".join("_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in part)


def _file_name(part: str) -> str:
    """A name that every file system takes, with the same ending."""
    name = _FORBIDDEN.sub("_", _clean(part))
    stem, suffix = Path(name).stem.rstrip(". ")[: _LONGEST_NAME - 10], Path(name).suffix
    return ("_" if _RESERVED.match(name) or not stem else "") + stem + suffix


def _apart(name: str, spent: _Spent) -> str:
    """`name`, with a number when it was there before."""
    path = Path(name)
    number, made = 1, name
    while made.lower() in spent.names:
        number += 1
        made = f"{name.removesuffix(path.suffix)} ({number}){path.suffix}"
    spent.names.add(made.lower())
    return made
