"""From a file to pages of lines. One module per format; `read_file` picks it by the file's ending.

A reader gives what is printed where, in no promised order, and judges nothing: `rag.layout` makes sense of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import JianwenError
from rag.readers import pdf, text
from rag.types import Page

_READERS: dict[str, Callable[[Path], Iterator[Page]]] = {".txt": text.read, ".pdf": pdf.read}
SUFFIXES: frozenset[str] = frozenset(_READERS)


def read_file(path: Path) -> Iterator[Page]:
    """The pages of the file at `path`, one by one, numbered from 1; at least one of them holds text.

    Raises JianwenError (at the first page asked for, or while reading on) when the file is missing, unreadable, of
    another kind, damaged, encrypted, empty or a scan.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        kinds = "、".join(sorted(SUFFIXES))
        raise JianwenError(f"不支持“{path.name}”这种文件。目前能读 {kinds}；其他格式请先另存为其中一种。")
    try:
        if not path.is_file():
            raise JianwenError(f"找不到文件“{path.name}”。请检查它是否已被移动、改名或删除。")
        yield from reader(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise JianwenError(
            f"打不开文件“{path.name}”（{reason}）。请检查它是否被别的程序占用、是否有读取权限。"
        ) from error
