"""How the text stands in a picture, and where what is found in the straightened picture lies in the one shown. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.layout.tilt import cover, turned

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1
MOST_TILT = 15.0  # degrees; what lies more askew is turned, or is no text
_NOT_FIRST = " ，。、；：！？”’）》】"  # a stretch does not begin with these
LEAST_TILT = 0.1  # degrees: over a newspaper page less shifts nothing by more than a point


@dataclass(frozen=True, slots=True)
class Standing:
    """Text on a picture of `width` × `height` pixels lies `turn` (0, 90, 180, 270) and then `tilt` degrees clockwise.

    The straightened picture is the one shown, turned back by quarters, then tilted back about its centre on a canvas
    just large enough to lose no corner.
    """

    turn: int
    tilt: float
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.turn not in (0, 90, 180, 270):
            raise ValueError(f"turn {self.turn} is no quarter")

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height once turned back by quarters."""
        return (self.width, self.height) if self.turn in (0, 180) else (self.height, self.width)

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the straightened picture."""
        width, height = cover(*self.upright, self.tilt)
        return round(width), round(height)

    def shown(self, straight: Rectangle) -> Rectangle:
        """The upright rectangle of the picture as shown that covers `straight`, one of the straightened picture."""
        x0, y0, x1, y1 = straight
        (width, height), (across, down) = self.upright, self.canvas
        x, y = (x0 + x1) / 2 + (width - across) / 2, (y0 + y1) / 2 + (height - down) / 2
        x, y = turned((x, y), (width / 2, height / 2), self.tilt)
        w, h = cover(x1 - x0, y1 - y0, self.tilt)
        return self._quarters((x - w / 2, y - h / 2, x + w / 2, y + h / 2))

    def _quarters(self, upright: Rectangle) -> Rectangle:
        x0, y0, x1, y1 = upright
        match self.turn:
            case 90:
                return self.width - y1, x0, self.width - y0, x1
            case 180:
                return self.width - x1, self.height - y1, self.width - x0, self.height - y0
            case 270:
                return y0, self.height - x1, y1, self.height - x0
        return upright

    def downwards(self, shown: Rectangle) -> float:
        """How far down, as written, a place of the picture as shown lies, tilt left aside: readers order lines by it,
        which is how `rag.layout.columns.turn` learns of the turn."""
        x0, y0, x1, y1 = shown
        return {0: y0 + y1, 90: -(x0 + x1), 180: -(y0 + y1), 270: x0 + x1}[self.turn] / 2


def tilt_of(lines: Sequence[tuple[float, float]]) -> float:
    """Degrees by which a page lies askew: the median over `lines` of (angle in degrees, length), each by its length.

    0 when the lines say nothing or next to nothing. Perspective and single slanted lines do not sway a median.
    """
    usable = sorted((angle, length) for angle, length in lines if abs(angle) <= MOST_TILT)
    half = sum(length for _, length in usable) / 2
    seen = 0.0
    for angle, length in usable:
        seen += length
        if seen >= half:
            return angle if abs(angle) >= LEAST_TILT and len(usable) > 1 else 0.0
    return 0.0


def split_for_tilt(text: str, places: Sequence[float], size: float, tilt: float) -> list[tuple[int, int]]:
    """Stretches [start, end) of a tilted line, so short that the upright boxes over them hug it.

    A box over a stretch rises by its length times sin(tilt); that is kept below a third of the type `size`. `places`
    are the characters' middles along the line, in the unit of `size`.
    """
    if not text:
        return []
    longest = size / 3 / max(1e-9, abs(cover(0.0, 1.0, tilt)[0]))
    cuts = [0]
    for i in range(1, len(text)):
        if places[i] - places[cuts[-1]] > longest and text[i] not in _NOT_FIRST and not _inside_word(text, i):
            cuts.append(i)
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))


def _inside_word(text: str, at: int) -> bool:
    return all(c.isascii() and (c.isalnum() or c in ".,%") for c in text[at - 1 : at + 1])
