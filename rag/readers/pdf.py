"""PDF through PDFium: characters with loose boxes and straight shapes, page by page.

pypdfium2 (a dependency of pdfplumber) reads characters some twenty times faster than pdfplumber's own parser.
A page without a usable text layer is a picture: it is rendered and recognised.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import JianwenError, PasswordNeeded
from rag.readers.nested_forms import endless_pages
from rag.readers.pdfium_page import Shapes, characters, shapes, view_of
from rag.readers.ruled_tables import inside, ruled_tables, table_lines
from rag.readers.sanity import is_scan
from rag.readers.segments import Char, page_lines
from rag.readers.source import Source
from rag.types import Line, Page

MOST_PAGES = 2000
LONGEST_SIDE = 14400.0  # points; the limit of PDF itself (ISO 32000-1, annex C)
_UNMAPPED = 0.02  # share of characters that the file does not say, from which the page is recognised instead
_LONGEST_SIDE_READ = 8000.0  # pixels of a page rendered to be recognised
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_DAY = re.compile(r"D:(\d{4})(\d{2})(\d{2})")


class PdfSource:
    """See `rag.readers.source.Source`."""

    def __init__(self, document: Any, name: str, endless: frozenset[int]) -> None:
        """`endless`: pages that PDFium must not begin."""
        self._document = document
        self._name = name
        self._endless = endless
        self.pages = len(document)

    @property
    def properties_date(self) -> str:
        day = _DAY.match(self._document.get_metadata_value("CreationDate"))
        return "-".join(day.groups()) if day else ""

    def page(self, number: int) -> Page:
        import pypdfium2

        if number in self._endless:
            raise JianwenError(
                f"“{self._name}”第 {number} 页的图形层层套用，多得画不完，无法读取。请用原软件打开，打印成 PDF 再添加。"
            )
        try:
            page = self._document[number - 1]
        except pypdfium2.PdfiumError as error:
            raise JianwenError(f"“{self._name}”第 {number} 页已损坏，无法读取。请重新获取该文件。") from error
        try:
            return self._read(page, number)
        finally:
            page.close()

    def _read(self, page: Any, number: int) -> Page:
        view = view_of(page)
        width, height = view.size
        if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
            raise JianwenError(f"“{self._name}”第 {number} 页的页面尺寸不正常，无法读取。请用原软件重新导出 PDF。")
        chars, unmapped = characters(page, view)
        drawn = shapes(page, number, view)
        if _is_picture(chars, unmapped, drawn, width * height):
            return _recognised(page, number, width, height)
        return _laid_out(chars, drawn, number, width, height)

    def close(self) -> None:
        self._document.close()


def _is_picture(chars: Sequence[Char], unmapped: int, drawn: Shapes, area: float) -> bool:
    """Whether the page is to be recognised: no text, text the file does not name, or other text than its own."""
    if not chars or unmapped > _UNMAPPED * len(chars):
        return True
    covered = max(((b.x1 - b.x0) * (b.y1 - b.y0) for b in drawn.pictures), default=0.0)
    return is_scan("".join(char.text for char in chars), covered / area, drawn.curves)


def _recognised(page: Any, number: int, width: float, height: float) -> Page:
    """The page rendered and read as a picture, in points of the page as shown."""
    from rag.readers.ocr import RESOLUTION, read_picture

    scale = min(RESOLUTION / 72, _LONGEST_SIDE_READ / max(width, height))
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    picture = bitmap.to_numpy()[..., :3].copy()
    bitmap.close()
    read = read_picture(picture, number, width / picture.shape[1])
    return replace(read, width=width, height=height)


def _laid_out(chars: Sequence[Char], drawn: Shapes, number: int, width: float, height: float) -> Page:
    """The page with its ruled tables as rows; their rules are then no longer rules of the page."""
    tables: list[Line] = []
    rules, frames = drawn.rules, drawn.frames
    for table in ruled_tables(rules, frames, number) if all(c.turn == 0 for c in chars) else ():
        within = [c for c in chars if inside(table.box, c.x0, c.y0, c.x1, c.y1)]
        rows = table_lines(table, within, number, width, height)
        if rows is not None:
            tables += rows
            taken = set(within)
            chars = [c for c in chars if c not in taken]
            rules, frames = (
                tuple(b for b in boxes if not inside(table.box, b.x0, b.y0, b.x1, b.y1)) for boxes in (rules, frames)
            )
    lines = page_lines(chars, number, width, height, rules)
    return Page(number, (*lines, *tables), width, height, rules, frames, drawn.pictures)


def open(path: Path, password: str | None = None) -> Source:
    """Open a PDF; pages come as segments with boxes, in points from the top left of the page as shown.

    Raises:
        PasswordNeeded: it is locked for reading, and `password` is none or a wrong one.
        JianwenError: it is empty, damaged, or too long.
    """
    import pypdfium2

    name = path.name
    if not path.stat().st_size:
        raise JianwenError(f"“{name}”是空文件（0 字节）。请重新获取该文件。")
    try:
        document = pypdfium2.PdfDocument(path, password=password)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            said = "密码不对" if password else "设有打开密码"
            raise PasswordNeeded(f"“{name}”{said}。请输入正确的密码再添加。") from error
        raise JianwenError(
            f"“{name}”已损坏或不是真正的 PDF，无法读取。请重新获取该文件，或用原软件重新导出。"
        ) from error
    source = PdfSource(document, name, endless_pages(path, password))
    if source.pages <= MOST_PAGES and source.pages:
        return source
    source.close()
    if not source.pages:
        raise JianwenError(f"“{name}”里一页也没有，可能已损坏。请重新获取该文件，或用原软件重新导出。")
    raise JianwenError(f"“{name}”有 {source.pages} 页，超过 {MOST_PAGES} 页的上限。请拆分后再添加。")
