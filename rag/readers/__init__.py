"""From a file to pages of lines. One module per format; `open_source` picks it by the file's ending.

A reader gives what is printed where, in no promised order, and judges nothing: `rag.layout.paragraphs` makes
sense of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from rag.errors import JianwenError
from rag.readers.sanity import readable
from rag.readers.source import Source
from rag.types import Page

# Each module has open(path, password) -> Source; it is imported when its first file comes.
_FORMATS: dict[str, str] = {
    "text": ".txt",
    "pdf": ".pdf",
    "word": ".docx .docm",
    "office": ".doc .wps .rtf",
    "ofd": ".ofd",
    "markdown": ".md .markdown",
    "html": ".html .htm .mhtml .mht",
    "image": ".png .jpg .jpeg .tif .tiff .bmp",
}
_READERS: dict[str, str] = {suffix: module for module, suffixes in _FORMATS.items() for suffix in suffixes.split()}
# Formats without a structure that tells garbage: what any bytes give is judged as text, in `open_source`.
_SHAPELESS: frozenset[str] = frozenset({"text", "markdown", "html", "office"})
SUFFIXES: frozenset[str] = frozenset(_READERS)
ARCHIVE_SUFFIXES: frozenset[str] = frozenset({".zip"})  # what may hold such files; `rag.readers.archive`


def open_source(path: Path, password: str | None = None) -> Source:
    """Open the file at `path` with the reader for its ending.

    Raises:
        PasswordNeeded: it is locked, and `password` is none or a wrong one.
        JianwenError: it is missing, unreadable, of another kind, damaged, or empty.
    """
    module = _READERS.get(path.suffix.lower())
    if module is None:
        kinds = " ".join(sorted(SUFFIXES))
        raise JianwenError(f"不支持“{path.name}”这种文件。目前能读 {kinds}；其他格式请先另存为其中一种。")
    try:
        if not path.is_file():
            raise JianwenError(f"找不到文件“{path.name}”。请检查它是否已被移动、改名或删除。")
        source: Source = import_module(f"rag.readers.{module}").open(path, password)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise JianwenError(
            f"打不开文件“{path.name}”（{reason}）。请检查它是否被别的程序占用、是否有读取权限。"
        ) from error
    if module in _SHAPELESS and not readable(_text(source)):
        source.close()
        raise JianwenError(
            f"“{path.name}”的内容不是可读的文字：可能已损坏、扩展名不对，或用了少见的文字编码。"
            "请用原软件打开确认，另存一份再添加。"
        )
    return source


def _text(source: Source) -> str:
    pages = (source.page(number) for number in range(1, source.pages + 1))
    return "".join(line.text for page in pages for line in page.lines)


def read_file(path: Path, password: str | None = None) -> Iterator[Page]:
    """The pages of the file at `path`, one by one, numbered from 1, in this process. Raises as `open_source`, and
    JianwenError for the first page that cannot be read."""
    source = open_source(path, password)
    try:
        for number in range(1, source.pages + 1):
            yield source.page(number)
    finally:
        source.close()
