"""Whether the stored boxes lie where the text is printed, judged by PDFium alone: its characters and its rendering."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.types import Box, Paragraph

_FINE = 100  # device units to a point: PDFium converts to whole numbers
_DARK = 160  # of 255


@dataclass(frozen=True, slots=True)
class Ink:
    """Counts. `inside`: characters whose middle lies in a box whose text holds that character."""

    characters: int
    inside: int
    boxes: int
    inked: int

    def __add__(self, other: Ink) -> Ink:
        return Ink(
            self.characters + other.characters,
            self.inside + other.inside,
            self.boxes + other.boxes,
            self.inked + other.inked,
        )

    @property
    def covered(self) -> float | None:
        """Share of the characters that lie in the right boxes; None for pages without a text layer."""
        return self.inside / self.characters if self.characters else None

    @property
    def filled(self) -> float | None:
        """Share of the boxes under which anything is printed."""
        return self.inked / self.boxes if self.boxes else None


def ink(path: Path, paragraphs: Sequence[Paragraph], password: str | None = None) -> Ink:
    """Of the PDF at `path`, with the boxes of all `paragraphs` (headings and furniture too)."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path, password=password)
    try:
        found = Ink(0, 0, 0, 0)
        for index in range(len(document)):
            page = document[index]
            found += _page(page, _boxes(paragraphs, index + 1))
            page.close()
        return found
    finally:
        document.close()


def _boxes(paragraphs: Sequence[Paragraph], number: int) -> list[tuple[Box, frozenset[str]]]:
    """The boxes on page `number`, each with the characters it is said to hold."""
    return [
        (f.box, frozenset(_plain(p.text[f.start : f.end])))
        for p in paragraphs
        for f in p.fragments
        if f.box.page == number
    ]


def _plain(text: str) -> str:
    """Radicals and ligatures as the characters they stand for."""
    return unicodedata.normalize("NFKC", text)


def _page(page: Any, boxes: Sequence[tuple[Box, frozenset[str]]]) -> Ink:
    characters = list(printed(page))
    inside = sum(
        any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 and held.issuperset(_plain(char)) for b, held in boxes)
        for char, x, y in characters
    )
    grey = page.render(scale=1, grayscale=True).to_numpy()
    dark = grey.reshape(grey.shape[:2]) < _DARK
    inked = sum(bool(dark[int(b.y0) : int(b.y1) + 1, int(b.x0) : int(b.x1) + 1].any()) for b, _ in boxes)
    return Ink(len(characters), inside, len(boxes), inked)


def printed(page: Any) -> Iterator[tuple[str, float, float]]:
    """Each character of a pypdfium2 page and the middle of its loose box, in points from the top left as shown."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    text = page.get_textpage()
    rect, x, y = pdfium.FS_RECTF(), ctypes.c_int(), ctypes.c_int()
    for i in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, i)
        char = chr(code) if code <= 0x10FFFF else "\ufffd"
        if char.isspace() or code < 32 or pdfium.FPDFText_IsGenerated(text, i):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, i, rect):
            continue
        middle = (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
        size = round(width * _FINE), round(height * _FINE)
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, *middle, x, y)
        yield char, x.value / _FINE, y.value / _FINE
    text.close()
