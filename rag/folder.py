"""A library's folder: made and claimed by one process at a time; which of its documents a user's words mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import JianwenError
from rag.types import Document

if TYPE_CHECKING:
    from filelock import BaseFileLock


def claim(folder: Path) -> BaseFileLock | None:
    """Make the folder of a library and take its lock, held until released or until this process ends in any way; None
    when another holds it.

    Raises:
        JianwenError: the folder cannot be made or written.
    """
    try:
        (folder / "files").mkdir(parents=True, exist_ok=True)
        return _locked(folder / "lock")
    except (OSError, NotImplementedError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise JianwenError(
            f"不能在 {folder} 建立或写入资料库（{reason}）。请检查权限和磁盘，或另选一个文件夹。"
        ) from error


def _locked(path: Path) -> BaseFileLock | None:
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=0, preserve_lock_file=True, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock


def named(names: Iterable[str], documents: Sequence[Document]) -> tuple[Document, ...]:
    """The documents meant by ids, file names, or beginnings of ids; each once.

    Raises:
        JianwenError: one is not known, or could be several.
    """
    found = {document.id: document for document in (_one_named(name, documents) for name in names)}
    return tuple(found.values())


def _one_named(name: str, documents: Sequence[Document]) -> Document:
    wanted = unicodedata.normalize("NFC", name.strip())
    for found in (
        [document for document in documents if document.id == wanted],
        [document for document in documents if unicodedata.normalize("NFC", document.name) == wanted],
        [document for document in documents if wanted and document.id.startswith(wanted.lower())],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            choices = "、".join(f"{document.id}（{document.name}）" for document in found[:5])
            raise JianwenError(f"“{name}”可以指多份资料：{choices}。请用完整的编号。")
    raise JianwenError(f"资料库里没有“{name}”。请用 jianwen list 查看资料的名称和编号。")
