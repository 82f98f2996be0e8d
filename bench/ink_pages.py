"""Pages as pixels: the picture that the window shows, and whose ink each pixel of text is. Judged by PDFium alone."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import JianwenError
from rag.types import Box

SCALE = 2.0  # pixels to a point
_FINE = 100  # device units to a point: PDFium converts to whole numbers
_CONTRAST = 80  # of 255: between what is printed and what it is printed on
_SPREAD = (
    0x9E3779  # odd, so that multiples of it are all different in 24 bits: colours that no picture prints by chance
)
_WHITE = 0xFFFFFF

Grey = NDArray[np.uint8]
Owners = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Glyph:
    """`x`, `y`: the middle of its loose box in points from the top left as shown; `drawn`: the text object that
    prints it, an address."""

    char: str
    x: float
    y: float
    drawn: int


def shown(path: Path, password: str | None = None, scale: float = SCALE) -> Iterator[Grey]:
    """Each page as the window shows it, (h, w) grey on white paper. Raises JianwenError when it cannot be shown."""
    from PySide6.QtGui import QImage, QPainter

    from desktop.pages import Shut, open_pages

    pages = open_pages(path, password or "")
    if isinstance(pages, Shut):
        raise JianwenError(f"“{path.name}”的版面打不开，无法比较。")
    try:
        for number in range(1, pages.count + 1):
            drawn = pages.render(number, (pages.points(number) * scale).toSize())
            paper = QImage(drawn.size(), QImage.Format.Format_RGB32)
            paper.fill(_WHITE)
            painter = QPainter(paper)
            painter.drawImage(0, 0, drawn)
            painter.end()
            grey = paper.convertToFormat(QImage.Format.Format_Grayscale8)
            rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
            yield rows[:, : grey.width()].copy()
    finally:
        pages.close()


def glyphs(page: Any) -> list[Glyph]:
    """Each printed character of a pypdfium2 page, also those outside what is visible of it."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    size = round(width * _FINE), round(height * _FINE)
    text = page.get_textpage()
    rect, x, y = pdfium.FS_RECTF(), ctypes.c_int(), ctypes.c_int()
    found: list[Glyph] = []
    for i in range(text.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text, i)
        char = chr(code) if code <= 0x10FFFF else "\ufffd"
        if char.isspace() or code < 32 or pdfium.FPDFText_IsGenerated(text, i):
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, i, rect):
            continue
        middle = (rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2
        pdfium.FPDF_PageToDevice(page, 0, 0, *size, 0, *middle, x, y)
        drawn = pdfium.FPDFText_GetTextObject(text, i)
        address = ctypes.addressof(drawn.contents) if drawn else 0
        found.append(Glyph(char, x.value / _FINE, y.value / _FINE, address))
    text.close()
    return found


def ink_owners(page: Any, owners: dict[int, int], scale: float = SCALE) -> Owners:
    """(h, w): whose text is printed at a pixel, -1 where none is. Changes the colours of the page.

    Each text object is printed in a colour of its own, without soft edges, and everything else is left out.

    Args:
        owners: address of a text object → number of its owner, from 0; objects that it does not name print nothing.
    """
    import pypdfium2.raw as pdfium

    everything = list(page.get_objects(max_depth=15))
    colours = {(n + 1) * _SPREAD % _WHITE: n for n in set(owners.values())}
    codes = {n: colour for colour, n in colours.items()}
    for drawn in everything:
        address = ctypes.addressof(drawn.raw.contents)
        if drawn.type == pdfium.FPDF_PAGEOBJ_TEXT and address in owners:
            code = codes[owners[address]]
            colour = code >> 16, code >> 8 & 255, code & 255, 255
            pdfium.FPDFPageObj_SetFillColor(drawn, *colour)
            pdfium.FPDFPageObj_SetStrokeColor(drawn, *colour)
        elif drawn.type != pdfium.FPDF_PAGEOBJ_FORM:
            pdfium.FPDFPageObj_SetIsActive(drawn, False)
    smooth = {f"no_smooth{what}": True for what in ("text", "image", "path")}
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=True, may_draw_forms=False, **smooth)
    pixels = bitmap.to_numpy().astype(np.int32)
    bitmap.close()
    found = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    keys = np.array(sorted(colours), np.int32)
    if not len(keys):
        return np.full(found.shape, -1, np.int32)
    place = np.searchsorted(keys, found).clip(max=len(keys) - 1)
    numbers = np.array([colours[int(key)] for key in keys], np.int32)
    return np.where(keys[place] == found, numbers[place], -1).astype(np.int32)


def cell(box: Box, shape: tuple[int, ...], scale: float = SCALE) -> tuple[slice, slice] | None:
    """The pixels that a box touches, rows and columns; None when it lies outside a picture of this shape."""
    top, bottom = max(0, math.floor(box.y0 * scale)), min(shape[0], math.ceil(box.y1 * scale))
    left, right = max(0, math.floor(box.x0 * scale)), min(shape[1], math.ceil(box.x1 * scale))
    return (slice(top, bottom), slice(left, right)) if top < bottom and left < right else None


def printed_in(picture: Grey, box: Box, scale: float = SCALE) -> bool | None:
    """Whether anything is printed in a box, black on white or white on black; None when it is out of sight."""
    at = cell(box, picture.shape, scale)
    return None if at is None else bool(np.ptp(picture[at]) >= _CONTRAST)


def in_boxes(owner: Owners, number: int, boxes: Iterable[Box], scale: float = SCALE) -> tuple[int, int]:
    """Pixels of a paragraph's own text, and of other text, in its boxes (which may overlap)."""
    cells = [at for box in boxes if (at := cell(box, owner.shape, scale)) is not None]
    if not cells:
        return 0, 0
    top, left = (min(at[axis].start for at in cells) for axis in (0, 1))
    bottom, right = (max(at[axis].stop for at in cells) for axis in (0, 1))
    inside = np.zeros((bottom - top, right - left), bool)
    for rows, columns in cells:
        inside[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = True
    found = owner[top:bottom, left:right][inside]
    own = int((found == number).sum())
    return own, int((found >= 0).sum()) - own
