"""The objects on an OFD page (GB/T 33190-2016, clause 8 to 13) → characters with places, rules, frames, pictures.

ofdkit's own runs give one place for a whole line and no direction; columns need each character's. So its package and
XML layer is used (safe paths, size limits, no entities, GBK names, repaired prefixes) and objects are walked here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from rag.readers.segments import Char
from rag.text import is_wide
from rag.types import Box

MM: Final = 72 / 25.4  # points
ASCENT: Final = 0.88  # of the em, above the baseline: the usual design box of Chinese type
DEEPEST: Final = 32  # composite objects inside each other
MOST_OBJECTS: Final = 200_000  # on one page: composite objects that hold each other twice would never end
_THIN: Final = 3.0  # points; a drawn rectangle no thicker is a rule
_LEAST: Final = 8.0  # points; shorter rules and smaller frames are ornament
_MOST_SHAPES: Final = 4000  # on one page: beyond, it is a drawing
_BOLD: Final = 600  # Weight, from which type is heavy
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_BEND = re.compile("[QBA]")  # the curves of clause 9.1
_FIGURES: Final = {"M": 2, "S": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}  # after each operator
_OPERATION = re.compile(r"([A-Za-z])([^A-Za-z]*)")

_STROKE: Final = 0.353  # millimetres: the width of a stroke that states none

# (a, b, c, d, e, f): x' = a·x + c·y + e, y' = b·x + d·y + f
Affine = tuple[float, float, float, float, float, float]
_SAME: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class TooManyObjects(Exception):
    """The page draws more than any real one does."""


class Drawing(NamedTuple):
    """A picture or a path, to be drawn when the page has to be recognised.

    matrix: from its own space to points on the page; a picture fills the unit square of its own. resource: the id of
    the picture, "" for a path. data: the path (clause 9.1). fill, stroke: grey from 0 (black) to 255, None for none.
    width: of the stroke, in points.
    """

    matrix: Affine
    resource: str = ""
    data: str = ""
    fill: int | None = None
    stroke: int | None = None
    width: float = 0.0


@dataclass(slots=True)
class Drawn:
    """What stands on a page, in points from its top left. `curves`: how many paths with bends were drawn."""

    page: int
    chars: list[Char] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)
    frames: list[Box] = field(default_factory=list)
    pictures: list[Box] = field(default_factory=list)
    drawings: list[Drawing] = field(default_factory=list)
    curves: int = 0
    objects: int = 0


def local(element: Element) -> str:
    """The tag without its namespace: producers use several, and wrong ones."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: Element | None, name: str) -> Iterator[Element]:
    return (child for child in element if local(child) == name) if element is not None else iter(())


def child(element: Element | None, *path: str) -> Element | None:
    """The first element along `path`, None where it breaks off."""
    for name in path:
        element = next(children(element, name), None)
    return element


def numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    """The first `count` numbers in `text`, None when there are fewer or one is not finite."""
    found = tuple(float(n) for n in _NUMBER.findall(text or "")[:count])
    return found if len(found) == count and all(map(math.isfinite, found)) else None


@dataclass(frozen=True, slots=True)
class Resources:
    """What objects refer to, by id: composite units, heavy fonts, drawing defaults, the parts that hold pictures."""

    units: dict[str, Element] = field(default_factory=dict)
    bold: set[str] = field(default_factory=set)
    defaults: dict[str, Element] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Resources:
        return Resources(dict(self.units), set(self.bold), dict(self.defaults), dict(self.media))


class Walker:
    """Draws the layers of one page. `origin`: the top left corner of the page area, in millimetres."""

    def __init__(self, drawn: Drawn, origin: tuple[float, float], resources: Resources) -> None:
        self._drawn = drawn
        self._resources = resources
        self._start: Affine = (MM, 0.0, 0.0, MM, -origin[0] * MM, -origin[1] * MM)

    def layers(self, content: Element | None) -> None:
        for layer in children(content, "Layer"):
            self._objects(layer, self._start, 0)

    def _objects(self, holder: Element, frame: Affine, depth: int) -> None:
        draw: dict[str, Callable[[Element, Affine], None]] = {
            "TextObject": self._text,
            "PathObject": self._path,
            "ImageObject": self._image,
        }
        for element in holder:
            name = local(element)
            self._drawn.objects += 1
            if self._drawn.objects > MOST_OBJECTS:
                raise TooManyObjects
            if element.get("Visible", "true").strip().lower() in ("false", "0"):
                continue
            if name in draw:
                draw[name](element, frame)
            elif depth < DEEPEST and name == "PageBlock":
                self._objects(element, frame, depth + 1)
            elif depth < DEEPEST and name == "CompositeObject":
                unit = self._resources.units.get((element.get("ResourceID") or "").strip())
                content = child(unit, "Content")
                if content is not None:
                    self._objects(content, _composed(frame, _own(element)), depth + 1)

    def _text(self, element: Element, frame: Affine) -> None:
        matrix = _composed(frame, _own(element))
        size = _one(element.get("Size"), 0.0)
        scale = math.hypot(matrix[2], matrix[3])
        if not (size > 0 and 0 < size * scale < 14400):
            return
        stretch = _one(element.get("HScale"), 1.0)
        heavy = (
            _one(element.get("Weight"), 400.0) >= _BOLD or (element.get("Font") or "").strip() in self._resources.bold
        )
        turn = round(math.degrees(math.atan2(matrix[1], matrix[0])) / 90) % 4 * 90
        for text, x, y, wide in _placed(element, size, stretch):
            left, top, right, bottom = _bounds(matrix, x, y - ASCENT * size, x + wide, y + (1 - ASCENT) * size)
            char = Char(text, left, top, right, bottom, round(size * scale, 2), turn, heavy)
            if all(map(math.isfinite, char[1:5])):
                self._drawn.chars.append(char)

    def _path(self, element: Element, frame: Affine) -> None:
        matrix = _composed(frame, _own(element))
        holder = child(element, "AbbreviatedData")
        data = "" if holder is None else holder.text or ""
        self._drawn.curves += bool(_BEND.search(data))
        defaults = self._resources.defaults.get((element.get("DrawParam") or "").strip())
        stated = element.get("LineWidth") or (defaults.get("LineWidth") if defaults is not None else None)
        width = _one(stated, _STROKE) * math.hypot(matrix[2], matrix[3])
        fill, stroke = _tone(element, defaults, "Fill", False), _tone(element, defaults, "Stroke", True)
        self._drawn.drawings.append(Drawing(matrix, "", data, fill, stroke, width))
        for points in _outlines(data):
            box = self._box(_bounds(matrix, *points))
            if box is None or len(self._drawn.rules) + len(self._drawn.frames) >= _MOST_SHAPES:
                continue
            narrow, long = sorted((box.x1 - box.x0, box.y1 - box.y0))
            if long < _LEAST:
                continue  # ornament
            if narrow <= _THIN:
                self._drawn.rules.append(box)
            elif narrow >= _LEAST:
                self._drawn.frames.append(box)

    def _image(self, element: Element, frame: Affine) -> None:
        place = numbers(element.get("Boundary"), 4)
        if not place:
            return
        x, y, width, height = place
        box = self._box(_bounds(frame, x, y, x + width, y + height))
        if box is None:
            return
        self._drawn.pictures.append(box)
        own = _own(element) if element.get("CTM") else (width, 0.0, 0.0, height, x, y)
        self._drawn.drawings.append(Drawing(_composed(frame, own), (element.get("ResourceID") or "").strip()))

    def _box(self, edges: tuple[float, float, float, float]) -> Box | None:
        if not all(math.isfinite(edge) and abs(edge) < 1e6 for edge in edges):
            return None
        return Box(self._drawn.page, *edges)


def _placed(element: Element, size: float, stretch: float) -> Iterator[tuple[str, float, float, float]]:
    """(character, x, y of its baseline, width) of each character that shows, in the space of the object."""
    x = y = 0.0
    for code in children(element, "TextCode"):
        x, y = _one(code.get("X"), x), _one(code.get("Y"), y)  # what is not given is as in the code before
        text = "".join(c for c in (code.text or "") if unicodedata.category(c) not in ("Cc", "Cs"))
        right = _deltas(code.get("DeltaX"), len(text) - 1)
        down = _deltas(code.get("DeltaY"), len(text) - 1)
        here, there = x, y
        for place, character in enumerate(text):
            step = right[place] if place < len(right) else None
            wide = size * stretch * (1.0 if is_wide(character) else 0.5)
            if step is not None and 0 < step < wide * 1.3 and not is_wide(character):
                wide = step  # the advance that the producer measured in its font
            if not character.isspace():
                yield character, here, there, wide
            here += step if step is not None else 0.0 if place < len(down) else wide
            there += down[place] if place < len(down) else 0.0


def _deltas(text: str | None, most: int) -> list[float]:
    """Steps between characters, with «g 3 5.2» for three of 5.2; no more than `most`, whatever count is written."""
    steps: list[float] = []
    words = (text or "").replace(",", " ").split()
    while words and len(steps) < most:
        word = words.pop(0)
        if word == "g" and len(words) >= 2:
            count, step = _one(words.pop(0), 0.0), _one(words.pop(0), 0.0)
            steps += [step] * max(0, min(int(count), most - len(steps)))
        else:
            steps.append(_one(word, 0.0))
    return steps


def operations(data: str) -> Iterator[tuple[str, tuple[tuple[float, float], ...]]]:
    """(operator, its points) of a path: M and S begin a figure, L, Q, B and A go on, C closes it (clause 9.1). Of an
    elliptic arc only the end is told; what lacks its figures is passed over."""
    for name, rest in _OPERATION.findall(data):
        places = numbers(rest, _FIGURES.get(name, 0))
        if name in _FIGURES and places is not None:
            points = places[5:] if name == "A" else places
            yield name, tuple(zip(points[::2], points[1::2], strict=True))


def _outlines(data: str) -> Iterator[tuple[float, float, float, float]]:
    """(x0, y0, x1, y1) of each straight line along an axis and each upright rectangle in a path; other shapes are
    passed over."""
    points: list[tuple[float, float]] = []
    curved = False
    for name, places in [*operations(data), ("M", ())]:
        if name in "MS":
            if not curved and (shape := _shape(points)):
                yield shape
            points, curved = [*places], False
        elif name == "L":
            points += places
        elif name != "C":
            curved = True


def _shape(points: Sequence[tuple[float, float]]) -> tuple[float, float, float, float] | None:
    corners = list(dict.fromkeys(points))
    xs, ys = {x for x, _ in corners}, {y for _, y in corners}
    line = len(corners) == 2 and (len(xs) == 1 or len(ys) == 1)
    upright = len(corners) == 4 and len(xs) == 2 and len(ys) == 2
    return (min(xs), min(ys), max(xs), max(ys)) if line or upright else None


def _tone(path: Element, defaults: Element | None, which: str, otherwise: bool) -> int | None:
    """Grey of a path's fill or stroke, black when no colour is stated; None when it is not drawn."""
    said = path.get(which, "").strip().lower()
    if said in ("false", "0") or not (said or otherwise) or _one(path.get("Alpha"), 255.0) == 0:
        return None
    name = f"{which}Color"
    own = child(path, name)
    colour = own if own is not None else child(defaults, name)
    if colour is None:
        return 0
    parts = [min(255.0, max(0.0, float(n))) for n in _NUMBER.findall(colour.get("Value", ""))]
    if _one(colour.get("Alpha"), 255.0) == 0:
        return None
    if len(parts) == 4:  # cyan, magenta, yellow, black
        return round(max(0.0, 255 - parts[3] - sum(parts[:3]) / 3))
    return round(sum(parts) / len(parts)) if parts else 0


def _one(text: str | None, otherwise: float) -> float:
    found = numbers(text, 1)
    return found[0] if found else otherwise


def _own(element: Element) -> Affine:
    """From the object's space to that of what holds it: its matrix, then a move to its boundary's corner."""
    place = numbers(element.get("Boundary"), 4) or (0.0, 0.0)
    a, b, c, d, e, f = numbers(element.get("CTM"), 6) or _SAME
    return a, b, c, d, e + place[0], f + place[1]


def _composed(outer: Affine, inner: Affine) -> Affine:
    """First `inner`, then `outer`."""
    a1, b1, c1, d1, e1, f1 = outer
    a, b, c, d, e, f = inner
    return (
        *(a1 * a + c1 * b, b1 * a + d1 * b, a1 * c + c1 * d, b1 * c + d1 * d),
        *(a1 * e + c1 * f + e1, b1 * e + d1 * f + f1),
    )


def _bounds(m: Affine, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    """The upright rectangle around a transformed one."""
    corners = [(m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)
