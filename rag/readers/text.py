"""Plain text: one `Line` per line of the file, blank lines kept (they tell paragraphs apart), no boxes."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from rag.errors import JianwenError
from rag.readers.source import Held
from rag.types import Line, Page

MOST_BYTES = 50 * 1024 * 1024
_LINE_END = re.compile("\r\n|[\n\r\v\x85\u2028\u2029]")
# UTF-32 starts like UTF-16 does, so it is asked first
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def _is_garbage(text: str) -> bool:
    """Control characters, or many characters that nobody prints: bytes read in a code they were not written in."""
    if any(c < " " and c not in "\t\n\r\v\f" for c in text.removesuffix("\x1a")):  # 1A: an end mark from DOS
        return True
    odd = sum(unicodedata.category(c) in {"Co", "Cn", "Cs"} for c in text)
    return odd * 10 > len(text)


def decode(data: bytes) -> str | None:
    """`data` as text: by its byte order mark, else strictly UTF-8, else strictly GB18030; None when it is no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            data = data[len(mark) :]
            break
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _is_garbage(text) else text
    return None


def pages(text: str) -> Iterator[Page]:
    """Form feeds part pages, as programs that turn PDF into text write them."""
    for number, part in enumerate(text.split("\f"), start=1):
        yield Page(number, tuple(Line(line) for line in _LINE_END.split(part)))


def read_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """The text of a file. Raises JianwenError when it is empty, too big, or not text; OSError."""
    size = path.stat().st_size
    if size > most_bytes:
        most = most_bytes >> 20
        raise JianwenError(
            f"“{path.name}”有 {size >> 20} MB，超过文本文件 {most} MB 的上限。请把它拆成几个文件再添加。"
        )
    text = decode(path.read_bytes())
    if text is None:
        raise JianwenError(
            f"“{path.name}”不是能识别的文本（UTF-8 或 GB18030 编码）。请用记事本打开，确认内容正常后另存为 UTF-8 编码。"
        )
    if not text.strip():
        raise JianwenError(f"“{path.name}”是空的，没有可以读取的文字。请检查是否选错了文件。")
    return text


def open(path: Path, password: str | None = None) -> Held:  # noqa: ARG001 — every reader's door is called so
    """A text file. Raises as `read_text`."""
    return Held(tuple(pages(read_text(path))))
