"""Where the pictures of a page are, and the words that can only belong to one. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.layout.page_frame import Placed, Rectangle, TextFrame
from rag.types import Page

GAP = 1.2  # type sizes between a picture and the first row below it
_LARGEST = 0.6  # of the page: a picture so large is the page itself (a scan, a background)
_SMALLEST = 30.0  # points: smaller pictures are ornaments
_CENTRED = 0.3  # type sizes by which the middles of words and picture may differ
_NARROWER = 2.0  # type sizes on either side: text that fills its column is no narrower


def picture_rectangles(page: Page, frame: TextFrame) -> list[Rectangle]:
    """All pictures but ornaments and those that are the page itself, in the page's order."""
    return [r for r in map(frame.rectangle, page.pictures) if _is_picture(r, frame)]


def centred_captions(lines: Sequence[Placed], pictures: Sequence[Rectangle]) -> frozenset[int]:
    """The lines, by id, that stand right under a picture, centred and clearly narrower: no column is set so."""
    return frozenset(id(p) for p in lines if not p.headline and any(_is_centred(p, picture) for picture in pictures))


def _is_picture(r: Rectangle, frame: TextFrame) -> bool:
    wide, high = r[2] - r[0], r[3] - r[1]
    return min(wide, high) >= _SMALLEST and wide * high < _LARGEST * frame.width * frame.height


def _is_centred(p: Placed, picture: Rectangle) -> bool:
    off = abs(p.x0 + p.x1 - picture[0] - picture[2]) / 2
    under = -0.3 * p.size <= p.y0 - picture[3] <= GAP * p.size
    return under and off <= _CENTRED * p.size and p.x0 - picture[0] >= _NARROWER * p.size
