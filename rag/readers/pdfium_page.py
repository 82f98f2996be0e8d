"""What PDFium knows of one page: its characters and the straight shapes drawn on it, on the page as shown.

PDFium's text page is asked directly, about all characters at once: its own text puts rows together across
columns, and only the loose boxes have a height with CJK fonts that are not embedded.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from rag.readers.pdfium_calls import CharTable, address_of, kinds_of_objects
from rag.readers.segments import Char, ideographs
from rag.types import Box

ASCENT = 0.88  # of the em, above the baseline: the usual design box of Chinese type
RULE = 3.0  # points: a shape thinner than this is a rule
_LEAST = 8.0  # points: shorter rules and smaller frames are ornament
_MOST_SHAPES = 4000  # of a page: beyond, it is a drawing
_MOST_SEGMENTS = 400  # of one path
_SEGMENTS_OF_ONE = 25  # in the outline of a Chinese character, at least
_HEAVY = 600  # font weight
_HEAVY_NAME = re.compile(r"bold|black|heavy|hei|黑|粗|XBS", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class View:
    """How a page is shown: the visible rectangle in its own space (y upwards) and its rotation clockwise."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotation: int

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as shown, in points."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        return (height, width) if self.rotation in (90, 270) else (width, height)

    def shown(self, x: float, y: float) -> tuple[float, float]:
        """A point of the page's own space, in points from the top left of the page as shown."""
        match self.rotation:
            case 0:
                return x - self.x0, self.y1 - y
            case 90:
                return y - self.y0, x - self.x0
            case 180:
                return self.x1 - x, y - self.y0
        return self.y1 - y, self.x1 - x

    def box(self, page: int, left: float, bottom: float, right: float, top: float) -> Box:
        (ax, ay), (bx, by) = self.shown(left, bottom), self.shown(right, top)
        return Box(page, min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def view_of(page: Any) -> View:
    """`page`: a pypdfium2 PdfPage."""
    left, bottom, right, top = page.get_bbox()
    return View(left, bottom, right, top, page.get_rotation() % 360 // 90 * 90)


# ---------------------------------------------------------------- characters


class Style(NamedTuple):
    """What the characters of one text object share."""

    size: float
    turn: int
    bold: bool


class _Styles:
    """The styles of a text page's characters, each kind made once."""

    def __init__(self, text_page: Any, rotation: int) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._page = text_page.raw
        self._rotation = rotation
        self._matrix = pdfium.FS_MATRIX()
        self._name = ctypes.create_string_buffer(128)
        self._flags = ctypes.c_int()
        self._fonts: dict[bytes, bool] = {}
        self._made: dict[tuple[float, ...], Style] = {}

    def of(self, index: int) -> Style:
        matrix = self._matrix
        self._pdfium.FPDFText_GetMatrix(self._page, index, matrix)
        size, heavy = self._pdfium.FPDFText_GetFontSize(self._page, index), self._heavy(index)
        key = matrix.a, matrix.b, matrix.c, matrix.d, size, heavy
        if key not in self._made:
            angle = math.degrees(math.atan2(-matrix.b, matrix.a)) + self._rotation
            size *= math.hypot(matrix.c, matrix.d)
            self._made[key] = Style(size, round(angle / 90) % 4 * 90, heavy)
        return self._made[key]

    def _heavy(self, index: int) -> bool:
        length = self._pdfium.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), self._flags)
        raw = self._name.raw[: max(0, min(length, len(self._name)) - 1)]
        if raw not in self._fonts:
            weight = self._pdfium.FPDFText_GetFontWeight(self._page, index)
            self._fonts[raw] = weight >= _HEAVY or bool(_HEAVY_NAME.search(raw.decode("utf-8", "replace")))
        return self._fonts[raw]


def _printed(text_page: Any, view: View) -> Iterator[tuple[Char, bool]]:
    """Each printed character, and whether the file says which one it is."""
    import pypdfium2.raw as pdfium

    table, styles = CharTable(address_of(text_page.raw)), _Styles(text_page, view.rotation)
    said = zip(table.codes, table.generated, table.objects, table.loose_boxes(), table.origins(), strict=True)
    current, style, high = None, None, 0
    for index, (code, generated, drawn, (left, top, right, bottom), origin) in enumerate(said):
        if code <= 0x20 or generated == 1:
            if code or pdfium.FPDFText_HasUnicodeMapError(text_page.raw, index) != 1:
                continue
            code = 0xFFFD
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code = _joined(high, code)
        high = 0
        if style is None or drawn is None or drawn != current:
            style, current = styles.of(index), drawn
        size, turn, bold = style
        if size <= 0:
            continue
        placed = em_box(view, style, (left, bottom, right, top), origin)
        if math.isfinite(sum(placed)):
            known = code < 0xE000 or 0xF900 <= code < 0xFFF0 or code > 0xFFFF
            yield Char(_character(code), *placed, size, turn, bold), known


@cache
def _character(code: int) -> str:
    return ideographs(chr(code))


def _joined(high: int, code: int) -> int:
    """Surrogates come one by one; a lone one could not be stored."""
    if 0xDC00 <= code < 0xE000:
        return 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
    return code


def em_box(
    view: View, style: Style, loose: tuple[float, float, float, float], origin: tuple[float, float]
) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1) of the em box on the page as shown.

    Loose boxes hang on the descent that the font states, which for many Chinese fonts lies a sixth of an em too low.
    Chinese glyphs fill the em from 0.12 below the baseline to 0.88 above it, so the box is hung on the baseline.
    """
    (x0, y0), (x1, y1) = view.shown(loose[0], loose[1]), view.shown(loose[2], loose[3])
    if x0 > x1:
        x0, x1 = x1, x0
    if y0 > y1:
        y0, y1 = y1, y0
    x, y = view.shown(*origin)
    size, turn, _ = style
    ahead = x - x0 if turn == 0 else y - y0 if turn == 90 else x1 - x if turn == 180 else y1 - y
    if not abs(ahead) < 0.3 * size:  # written downwards: the origin is above the glyph, not before it
        return x0, y0, x1, y1
    above, below = ASCENT * size, (1 - ASCENT) * size
    match turn:
        case 0:
            return x0, y - above, x1, y + below
        case 90:
            return x - below, y0, x + above, y1
        case 180:
            return x0, y - below, x1, y + above
    return x - above, y0, x + below, y1


def characters(page: Any, view: View) -> tuple[list[Char], int]:
    """The printed characters of a pypdfium2 page in the order of its content, and how many of them the file does not
    say (private use, no mapping)."""
    text_page = page.get_textpage()
    try:
        found = list(_printed(text_page, view))
    finally:
        text_page.close()
    return [char for char, _ in found], sum(not known for _, known in found)


# ---------------------------------------------------------------- shapes


@dataclass(frozen=True, slots=True)
class Shapes:
    """Straight rules, rectangles (borders and tints) and pictures of one page as shown; `curves`: how many shapes with
    bends there are, about a character's worth each."""

    rules: tuple[Box, ...]
    frames: tuple[Box, ...]
    pictures: tuple[Box, ...]
    curves: int = 0


def shapes(page: Any, number: int, view: View) -> Shapes:
    """What is drawn on the page itself, forms within it left out."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    rules: list[Box] = []
    frames: list[Box] = []
    pictures: list[Box] = []
    curves = 0
    wanted = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE)
    places = [place for place, kind in enumerate(kinds_of_objects(address_of(page.raw))) if kind in wanted]
    for place in places[:_MOST_SHAPES]:
        drawn = pypdfium2.PdfObject(pdfium.FPDFPage_GetObject(page.raw, place), page=page)
        if drawn.type == pdfium.FPDF_PAGEOBJ_IMAGE:
            pictures += _boxes([drawn.get_bounds()], number, view)
            continue
        outlines = _outlines(drawn, pdfium)
        if outlines is None:
            curves += max(1, pdfium.FPDFPath_CountSegments(drawn) // _SEGMENTS_OF_ONE)
            continue
        for box in _boxes(outlines, number, view):
            thin, long = sorted((box.x1 - box.x0, box.y1 - box.y0))
            if thin <= RULE and long >= _LEAST:
                rules.append(box)
            elif thin >= _LEAST:
                frames.append(box)
    return Shapes(tuple(rules), tuple(frames), tuple(pictures), curves)


def _boxes(bounds: list[tuple[float, float, float, float]], number: int, view: View) -> Iterator[Box]:
    for left, bottom, right, top in bounds:
        if all(map(math.isfinite, (left, bottom, right, top))):
            yield view.box(number, left, bottom, right, top)


def _outlines(path: Any, pdfium: Any) -> list[tuple[float, float, float, float]] | None:
    """Bounds of the path's parts that are straight lines along an axis, or rectangles; None for a path with bends."""
    if pdfium.FPDFPath_CountSegments(path) > _MOST_SEGMENTS:
        return None
    matrix = path.get_matrix()
    parts: list[list[tuple[float, float]]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(path)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            return None
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == pdfium.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([])
        parts[-1].append(matrix.on_point(x.value, y.value))
    return [bounds for part in parts if (bounds := _straight(part))]


def _straight(points: list[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    if len(points) < 2:
        return None
    xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
    corners = all(min(x - xs[0], xs[-1] - x) < 0.5 and min(y - ys[0], ys[-1] - y) < 0.5 for x, y in points)
    flat = min(xs[-1] - xs[0], ys[-1] - ys[0]) <= RULE
    return (xs[0], ys[0], xs[-1], ys[-1]) if corners or flat else None
