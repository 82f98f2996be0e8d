"""PDF with a text layer, through pdfplumber: words with loose boxes, in the order of the printed rows.

A `Line` here is a *segment*: the part of a printed row between two wide gaps, so that neighbouring columns never share
one. `rag.layout` puts them together. Rows are formed in the frame of the text itself; on a page whose text is turned,
boxes stay in the page as shown and the order of the lines (downwards in the text's frame) tells which way it is turned.
"""

from __future__ import annotations

import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.errors import JianwenError
from rag.readers.source import Held
from rag.types import Box, Line, Page

MOST_PAGES = 2000
LONGEST_SIDE = 14400.0  # points; the limit of PDF itself (ISO 32000-1, annex C)
GAP = 0.75  # of the type size: wider white space may part columns, narrower is justified type
HANGING_GAP = 0.4  # the same after punctuation, which may hang out of its column
_HANGING = frozenset("，。、；：！？,.;:!?”’」』）)》】")
ASCENT = 0.88  # of the em, above the baseline: the usual design box of Chinese type
_UNREADABLE_SHARE = 0.3
_RADICALS = re.compile("[\u2e80-\u2fd5]")


@dataclass(frozen=True, slots=True)
class _Char:
    """A character in the frame of its text: x along the line, y from line to line; `box` is on the page as shown."""

    text: str
    x0: float
    x1: float
    y0: float
    y1: float
    size: float
    box: tuple[float, float, float, float]


def _turn(char: dict[str, Any]) -> int:
    """Degrees clockwise, in quarters, by which the character lies on the page as shown."""
    a, b, *_ = char["matrix"]
    return round(math.degrees(math.atan2(-b, a)) / 90) % 4 * 90


def _glyph_box(char: dict[str, Any], turn: int) -> tuple[float, float, float, float]:
    """(x0, top, x1, bottom) of the glyph's em box on the page as shown.

    pdfplumber hangs the box on the descent that the font states, which for many Chinese fonts lies a sixth of an em
    too low. Chinese glyphs fill the em from 0.12 below the baseline to 0.88 above it, so it is hung on the baseline.
    """
    x0, top, x1, bottom = (float(char[k]) for k in ("x0", "top", "x1", "bottom"))
    x = x0 + char["matrix"][4] - char["raw_x0"]
    y = bottom - (char["matrix"][5] - char["y0"])
    size = bottom - top if turn in (0, 180) else x1 - x0
    ahead = {0: x - x0, 90: y - top, 180: x1 - x, 270: bottom - y}[turn]
    if not abs(ahead) < 0.3 * size:  # written downwards: the origin is above the glyph, not before it
        return x0, top, x1, bottom
    above, below = ASCENT * size, (1 - ASCENT) * size
    return {
        0: (x0, y - above, x1, y + below),
        90: (x - below, top, x + above, bottom),
        180: (x0, y - below, x1, y + above),
        270: (x - above, top, x + below, bottom),
    }[turn]


def _framed(char: dict[str, Any], turn: int, page: tuple[float, float]) -> _Char:
    x0, y0, x1, y1 = _glyph_box(char, turn)
    width, height = page
    along = {0: (x0, x1), 90: (y0, y1), 180: (width - x1, width - x0), 270: (height - y1, height - y0)}[turn]
    down = {0: (y0, y1), 90: (width - x1, width - x0), 180: (height - y1, height - y0), 270: (x0, x1)}[turn]
    # characters without a mapping come as lone surrogates from some files; nothing downstream could store them
    text = str(char["text"]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _Char(_RADICALS.sub(_ideograph, text), *along, *down, down[1] - down[0], (x0, y0, x1, y1))


def _ideograph(radical: re.Match[str]) -> str:
    """Many PDF writers map 月 to its look-alike, the radical ⽉ (U+2F49), since both share a glyph."""
    return unicodedata.normalize("NFKC", radical[0])


def _rows(chars: Sequence[_Char]) -> Iterator[list[_Char]]:
    """Characters that stand on one row, rows downwards, each from left to right.

    Size is part of a row's identity: headlines of neighbouring articles often stand at almost the same height.
    """
    rows: list[list[_Char]] = []
    open_rows: list[tuple[float, float, list[_Char]]] = []
    for char in sorted(chars, key=lambda c: ((c.y0 + c.y1) / 2, c.x0)):
        middle = (char.y0 + char.y1) / 2
        open_rows = [row for row in open_rows if middle - row[0] <= max(char.size, row[1])]
        home = None
        for at, size, row in open_rows:
            if abs(middle - at) <= 0.35 * min(size, char.size) and 0.7 < char.size / size < 1.43:
                home = row
                break
        if home is None:
            home = []
            rows.append(home)
            open_rows.append((middle, char.size, home))
        home.append(char)
    for row in rows:
        yield sorted(row, key=lambda c: (c.x0, c.x1))


def _segments(row: Sequence[_Char]) -> Iterator[list[_Char]]:
    segment: list[_Char] = []
    for char in row:
        if char.text.isspace():
            continue
        if segment:
            last = segment[-1]
            if char.text == last.text and abs(char.x0 - last.x0) < 0.1 * char.size:
                continue  # the same glyph struck twice to look bold
            gap = HANGING_GAP if last.text in _HANGING else GAP
            if char.x0 - last.x1 > gap * max(char.size, last.size):
                yield segment
                segment = []
        segment.append(char)
    if segment:
        yield segment


def _line(segment: Sequence[_Char], number: int) -> Line:
    parts = [segment[0].text]
    for left, right in pairwise(segment):
        parts.append((" " if right.x0 - left.x1 > 0.15 * right.size else "") + right.text)
    boxes = [c.box for c in segment]
    box = Box(
        number, min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)
    )
    return Line("".join(parts), box, round(statistics.median(c.size for c in segment), 2))


def page_lines(chars: Sequence[dict[str, Any]], number: int, width: float, height: float) -> tuple[Line, ...]:
    """Segments of one page. The most frequent direction of writing comes first, rarer ones (a turned caption) after."""
    turns = [_turn(char) for char in chars]
    lines: list[Line] = []
    for turn, _ in Counter(turns).most_common():
        framed = [_framed(c, turn, (width, height)) for c, t in zip(chars, turns, strict=True) if t == turn]
        placed = [c for c in framed if all(map(math.isfinite, c.box)) and c.size > 0]
        for row in _rows(placed):
            lines.extend(_line(segment, number) for segment in _segments(row))
    return tuple(lines)


def _damaged(name: str) -> JianwenError:
    return JianwenError(f"“{name}”已损坏或不是真正的 PDF，无法读取。请重新获取该文件，或用原软件重新导出。")


@contextmanager
def _parsing(name: str) -> Iterator[None]:
    """What goes wrong inside the PDF parser is the file's fault: pdfminer meets damage with any kind of exception."""
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    try:
        yield
    except (JianwenError, MemoryError, OSError):
        raise
    except Exception as error:
        causes = [error, *error.args, error.__cause__, error.__context__]
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in causes):
            raise JianwenError(
                f"“{name}”设有打开密码，当前版本不能读取。请先用密码打开，另存为没有密码的 PDF 再添加。"
            ) from error
        raise _damaged(name) from error


def _shown_box(page: Any) -> tuple[float, float, float, float]:
    """(left, top, width, height) of the crop box, which viewers show, in pdfplumber's coordinates of the page.

    pdfplumber measures from the media box and, on turned pages, misplaces the crop box: so from the raw boxes.
    """
    mx0, my0, mx1, my1 = (float(v) for v in page.page_obj.mediabox)
    cx0, cy0, cx1, cy1 = (float(v) for v in page.page_obj.cropbox)
    mx0, mx1, my0, my1 = *sorted((mx0, mx1)), *sorted((my0, my1))
    cx0, cx1, cy0, cy1 = *sorted((cx0, cx1)), *sorted((cy0, cy1))
    cx0, cx1, cy0, cy1 = max(cx0, mx0), min(cx1, mx1), max(cy0, my0), min(cy1, my1)
    if cx1 <= cx0 or cy1 <= cy0:
        cx0, cx1, cy0, cy1 = mx0, mx1, my0, my1
    left, top = {
        0: (cx0 - mx0, my1 - cy1),
        90: (cy0 - my0, cx0 - mx0),
        180: (mx1 - cx1, cy0 - my0),
        270: (my1 - cy1, mx1 - cx1),
    }[page.rotation // 90 * 90]
    width, height = cx1 - cx0, cy1 - cy0
    if page.rotation in (90, 270):
        width, height = height, width
    return float(page.mediabox[0]) + left, float(page.mediabox[1]) + top, width, height


def _page(page: Any, number: int, name: str) -> Page:
    left, top, width, height = _shown_box(page)
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise JianwenError(f"“{name}”第 {number} 页的页面尺寸不正常，无法读取。请用原软件重新导出 PDF。")
    chars = [
        c
        | {"x0": c["x0"] - left, "x1": c["x1"] - left, "top": c["top"] - top, "bottom": c["bottom"] - top}
        | {"raw_x0": c["x0"]}
        for c in page.chars
    ]
    page.close()  # pdfplumber keeps every page's objects otherwise
    return Page(number, page_lines(chars, number, width, height), width, height)


def read(path: Path) -> Iterator[Page]:
    """Pages of a PDF as segments with boxes, in points from the top left of the page as shown (/Rotate applied).

    Raises JianwenError when the file is empty, damaged, locked by a password, a scan, too long or absurdly large.
    """
    import pdfplumber

    name = path.name
    if not path.stat().st_size:
        raise JianwenError(f"“{name}”是空文件（0 字节）。请重新获取该文件。")
    with path.open("rb") as file:  # ours: pdfplumber's own context parses again on leaving, and fails again
        with _parsing(name):
            pages = pdfplumber.open(file).pages
        if not pages:
            raise _damaged(name)
        if len(pages) > MOST_PAGES:
            raise JianwenError(f"“{name}”有 {len(pages)} 页，超过 {MOST_PAGES} 页的上限。请拆分后再添加。")
        texts: list[str] = []
        for number, shown in enumerate(pages, start=1):
            with _parsing(name):
                page = _page(shown, number, name)
            texts.extend(line.text for line in page.lines)
            yield page
        _check_readable(name, texts)


def _check_readable(name: str, texts: Sequence[str]) -> None:
    if not texts:
        raise JianwenError(
            f"“{name}”里没有文字层，看来是扫描件，需要文字识别（OCR），当前版本尚不支持。"
            "请换用带文字的 PDF，或先用其他软件识别后再添加。"
        )
    # a glyph without a Unicode value comes as «(cid:123)»: seven characters or more for one
    unknown = sum(7 * text.count("(cid:") + text.count("\ufffd") for text in texts)
    if unknown > _UNREADABLE_SHARE * sum(map(len, texts)):
        raise JianwenError(
            f"“{name}”的文字无法还原（字体缺少对照表，读出来是乱码）。请换一个版本，或用原软件重新导出 PDF 后再添加。"
        )


def open(path: Path, password: str | None = None) -> Held:  # noqa: A001, ARG001
    """A PDF, read whole."""
    return Held(tuple(read(path)))
