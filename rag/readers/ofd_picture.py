"""What an OFD page shows besides text, drawn by OpenCV to be recognised: scans, and characters drawn as outlines.

Colours become grey. Clips, gradients and elliptic arcs (drawn as straight lines) are left aside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rag.errors import JianwenError
from rag.readers.image import MOST_PIXELS, decoded
from rag.readers.ink import Picture, shrunk
from rag.readers.ofd_page import Drawing, operations

_LONGEST_SIDE = 8000.0  # pixels of a page drawn to be recognised
_STEPS = 6  # straight lines that stand for one bend
_SHIFT = 4  # bits of a pixel's fraction, for OpenCV
_FARTHEST = 100_000.0  # pixels: beyond, nothing is drawn
_THICKEST = 200  # pixels, of a stroke
_MOST_PICTURES = 1000  # on one page: scans come in strips

Points = NDArray[np.float64]  # (n, 2)

_t = np.arange(1, _STEPS + 1)[:, None] / _STEPS
# Bernstein polynomials: from the start of a line or Bézier curve and its 1, 2 or 3 further points to places along it
_BEND: dict[int, Points] = {
    1: np.array([[0.0, 1.0]]),
    2: np.hstack([(1 - _t) ** 2, 2 * _t * (1 - _t), _t**2]),
    3: np.hstack([(1 - _t) ** 3, 3 * _t * (1 - _t) ** 2, 3 * _t**2 * (1 - _t), _t**3]),
}


class NoPicture(Exception):
    """No picture on the page is there and can be read, and nothing else is drawn."""


def painted(
    drawings: Sequence[Drawing], size: tuple[float, float], resolution: float, fetch: Callable[[str], bytes | None]
) -> Picture:
    """(h, w, 3) RGB: the page of `size` points at `resolution` dots per inch (less for huge ones), black on white.

    Args:
        drawings: in the order in which they cover each other.
        fetch: the bytes of a picture by its id, None for one that is not there.

    Raises:
        NoPicture.
    """
    scale = min(resolution / 72, _LONGEST_SIDE / max(size))
    width, height = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    canvas = np.full((height, width), 255, np.uint8)
    pictures = _Pictures(fetch)
    drawn = 0
    for drawing in drawings:
        if drawing.resource:
            picture = pictures.get(drawing.resource)
            drawn += picture is not None and _lay(canvas, picture, _matrix(drawing, scale))
        else:
            drawn += _draw(canvas, drawing, scale)
    if not drawn:
        raise NoPicture
    return np.repeat(canvas[..., None], 3, axis=2)


class _Pictures:
    """The page's pictures in grey; only the last is kept, and no more is unpacked than one huge scan has."""

    def __init__(self, fetch: Callable[[str], bytes | None]) -> None:
        self._fetch = fetch
        self._last: tuple[str, Picture | None] = "", None
        self._left, self._pixels = _MOST_PICTURES, MOST_PIXELS

    def get(self, name: str) -> Picture | None:
        if name != self._last[0] and self._left > 0 and self._pixels > 0:
            self._left -= 1
            self._last = name, self._decoded(name)
        return self._last[1] if name == self._last[0] else None

    def _decoded(self, name: str) -> Picture | None:
        data = self._fetch(name)
        try:
            picture = None if data is None else decoded(data, name)
        except JianwenError:  # one of several; without any the page is refused
            return None
        if picture is None:
            return None
        self._pixels -= picture.shape[0] * picture.shape[1]
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _matrix(drawing: Drawing, scale: float) -> Points:
    """(2, 3): from the drawing's own space to pixels."""
    a, b, c, d, e, f = drawing.matrix
    return np.array([[a, c, e], [b, d, f]]) * scale


def _lay(canvas: Picture, picture: Picture, unit: Points) -> bool:
    """Lay a picture on the parallelogram that `unit` makes of the unit square; whether any of it is on the page."""
    corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]) @ unit.T
    if not np.isfinite(corners).all() or np.abs(corners).max() > _FARTHEST:
        return False
    left, top = (int(v) for v in np.clip(np.floor(corners.min(0)), 0, canvas.shape[::-1]))
    right, bottom = (int(v) for v in np.clip(np.ceil(corners.max(0)), 0, canvas.shape[::-1]))
    if right <= left or bottom <= top:
        return False
    across, down = np.linalg.norm(unit[:, 0]), np.linalg.norm(unit[:, 1])
    picture = shrunk(picture, float(max(across / picture.shape[1], down / picture.shape[0])))
    matrix = unit / np.array([picture.shape[1], picture.shape[0], 1.0])
    matrix[:, 2] += matrix[:, :2].sum(1) / 2 - 0.5 - (left, top)  # places are measured from corners of pixels
    size = right - left, bottom - top
    laid = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    covered = np.zeros(laid.shape, np.uint8)
    cv2.fillConvexPoly(covered, np.round(corners - (left, top)).astype(np.int32), 1)
    np.copyto(canvas[top:bottom, left:right], laid.astype(np.uint8), where=covered > 0)
    return True


def _draw(canvas: Picture, drawing: Drawing, scale: float) -> bool:
    """Fill and stroke a path; whether there was one."""
    matrix = _matrix(drawing, scale)
    places = [figure @ matrix[:, :2].T + matrix[:, 2] for figure in _figures(drawing.data)]
    fixed = [
        np.round(np.clip(points, -_FARTHEST, _FARTHEST) * (1 << _SHIFT)).astype(np.int32)
        for points in places
        if np.isfinite(points).all()
    ]
    if not fixed:
        return False
    if drawing.fill is not None:
        cv2.fillPoly(canvas, fixed, drawing.fill, cv2.LINE_AA, _SHIFT)
    if drawing.stroke is not None:
        thickness = round(min(_THICKEST, max(1.0, drawing.width * scale)))
        cv2.polylines(canvas, fixed, False, drawing.stroke, thickness, cv2.LINE_AA, _SHIFT)
    return True


def _figures(data: str) -> Iterator[Points]:
    """The figures of a path as chains of points, its bends as straight pieces (clause 9.1)."""
    points: list[Points] = []
    for name, places in operations(data):
        if name in "MS":
            if len(points) > 1:
                yield np.concatenate(points)
            points = [np.array(places)]
        elif points and name == "C":
            points.append(points[0][:1])
        elif points:
            points.append(_BEND[len(places)] @ np.concatenate([points[-1][-1:], places]))
    if len(points) > 1:
        yield np.concatenate(points)
