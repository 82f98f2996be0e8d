"""Ink in a picture, by OpenCV: the picture straightened, the ink of one printed line, printed rules and frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rag.readers.gutters import WORD_GAP, Interval, Row, cut
from rag.readers.standing import Rectangle, Standing
from rag.types import Box

Picture = NDArray[np.uint8]  # (h, w, 3) RGB or (h, w) grey
Mask = NDArray[np.bool_]  # (h, w)

_FAINTEST = 40  # grey levels between paper and ink: less is no print
_SPECK = 3  # pixels of a 3 × 3 neighbourhood: what has less is noise
_SHORTEST_RULE = 36.0  # points; shorter straight strokes may belong to headline characters
_THICKEST_RULE = 4.0  # points
_SMALLEST_FRAME = 30.0  # points, each side
_INK_SHARE = 0.92  # of the em: how high the ink of Chinese type stands
_HANGING = 1.7  # of a row's height: how far beyond what was detected a mark may stand
_MARK_AWAY = 1.4  # of the type size: from a full stop to an opening bracket
_RULED = 0.6  # of a row's height: a rule that crosses it
_SAME_INK = 0.6  # of a segment's box, within another's
_LIKE_HEIGHT = 1.6  # times as tall: still one row detected twice


def shrunk(picture: Picture, factor: float) -> Picture:
    """The picture made smaller by `factor` < 1, without moiré; itself for 1 and more."""
    if factor >= 1:
        return picture
    height, width = picture.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def straightened(picture: Picture, standing: Standing) -> Picture:
    """The picture with its text upright, on `standing.canvas`; what comes in at the corners is paper."""
    upright = np.ascontiguousarray(np.rot90(picture, standing.turn // 90))
    if not standing.tilt:
        return upright
    (width, height), canvas = standing.upright, standing.canvas
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), standing.tilt, 1.0)
    matrix = matrix + np.array([[0, 0, (canvas[0] - width) / 2], [0, 0, (canvas[1] - height) / 2]])
    paper = [float(v) for v in np.atleast_1d(np.percentile(upright[::8, ::8], 90, axis=(0, 1)))]
    turned = cv2.warpAffine(upright, matrix, canvas, flags=cv2.INTER_CUBIC, borderValue=paper)
    return np.asarray(turned, np.uint8)


def grey(picture: Picture) -> Picture:
    """(h, w), the paper evened out where light falls on it unevenly, as on photographs."""
    flat = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture, np.uint8)
    small = cv2.resize(flat, (max(1, flat.shape[1] // 16), max(1, flat.shape[0] // 16)), interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((7, 7), np.uint8)), (0, 0), 5)
    if float(np.percentile(paper, 95)) - float(np.percentile(paper, 5)) < 30:
        return flat
    paper = cv2.resize(paper, flat.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(flat, paper, scale=255), np.uint8)


# ---------------------------------------------------------------- the ink of one line


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a printed row without a gutter in it: where its ink is, in straightened pixels."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def height(self) -> int:
        return self.y1 - self.y0


def ink(crop: Picture) -> Mask | None:
    """(h, w): where the print is in a grey crop, dark on light or light on dark; None when nothing stands out."""
    threshold, _ = cv2.threshold(crop, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    dark = crop <= threshold
    if not dark.any() or dark.all() or float(crop[~dark].mean()) - float(crop[dark].mean()) < _FAINTEST:
        return None
    print_ = dark if dark.mean() <= 0.5 else ~dark
    around = cv2.boxFilter(print_.astype(np.uint8), -1, (3, 3), normalize=False)
    return np.asarray(print_ & (around >= _SPECK), np.bool_)


def segments(page: Picture, rules: Mask, found: Sequence[Rectangle]) -> list[Segment]:
    """What is printed in detected rows, cut at gutters.

    Args:
        page: grey, straightened.
        rules: same shape, where printed rules are: they part segments and are no ink.
        found: the rows as detected, some margin around their ink included. Marks that hang out of them are taken in.
    """
    strips = [
        strip for area, reach in zip(found, _reaches(found), strict=True) if (strip := _strip(page, rules, area, reach))
    ]
    parts = cut([strip.row for strip in strips])
    return _apart([strip.segment(part) for strip, among in zip(strips, parts, strict=True) for part in among])


def _apart(found: list[Segment]) -> list[Segment]:
    """Without those that lie in a wider one of like height: now and then a row is detected whole and its beginning once
    more, which would be read as a figure that nobody printed."""
    boxes = np.array([(s.x0, s.y0, s.x1, s.y1) for s in found], np.float64).reshape(-1, 4)
    low, high = np.maximum(boxes[:, None, :2], boxes[None, :, :2]), np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    wide, tall = (boxes[:, 2:] - boxes[:, :2]).T
    inside = shared > _SAME_INK * (wide * tall)[:, None]
    alike = np.abs(np.log(tall[:, None] / tall[None])) < np.log(_LIKE_HEIGHT)
    lost = (inside & alike & (wide[:, None] < wide[None])).any(1)
    return [segment for segment, within in zip(found, lost, strict=True) if not within]


@dataclass(frozen=True, slots=True)
class _Strip:
    """The ink of one detected row; `mask` begins at (left, top) of the picture."""

    mask: Mask
    left: int
    top: int
    row: Row

    def segment(self, part: Interval) -> Segment:
        x0, x1 = round(part[0]), round(part[1])
        rows = np.flatnonzero(self.mask[:, x0 - self.left : x1 - self.left].any(1))
        return Segment(x0, self.top + int(rows[0]), x1, self.top + int(rows[-1]) + 1)


def _reaches(found: Sequence[Rectangle]) -> list[Interval]:
    """How far left and right the ink of each row may be sought: a little beyond it, but not into its neighbours."""
    boxes = np.array(found, np.float64).reshape(-1, 4)
    reaches = []
    for x0, y0, x1, y1 in found:
        level = np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0) > 0.2 * (y1 - y0)
        before = boxes[level & (boxes[:, 2] < x1) & (boxes[:, 0] < x0), 2]
        after = boxes[level & (boxes[:, 0] > x0) & (boxes[:, 2] > x1), 0]
        room = _HANGING * (y1 - y0)
        reaches.append((min(x0, max([x0 - room, *before])), max(x1, min([x1 + room, *after]))))
    return reaches


def _strip(page: Picture, rules: Mask, found: Rectangle, reach: Interval) -> _Strip | None:
    height, width = page.shape
    left, top = max(0, int(reach[0])), max(0, int(found[1]))
    right, bottom = min(width, int(reach[1]) + 1), min(height, int(found[3]) + 1)
    if right - left < 3 or bottom - top < 3:
        return None
    mask = ink(page[top:bottom, left:right])
    if mask is None:
        return None
    ruled = rules[top:bottom, left:right]
    mask &= ~ruled
    first, last = _band(mask[:, int(found[0]) - left if found[0] > left else 0 : int(found[2]) + 1 - left])
    if last - first < 2:
        return None
    mask = mask[first:last]
    em = (last - first) / _INK_SHARE
    blocks = _own(_blocks(mask, em), (found[0] - left, found[2] - left), mask.shape[1], em)
    if not blocks:
        return None
    lines = np.flatnonzero(ruled.mean(0) > _RULED)
    row = Row(
        tuple((left + a, left + b) for a, b in blocks), top + (first + last) / 2, em, tuple((left + lines).tolist())
    )
    return _Strip(mask, left, top + first, row)


def _blocks(mask: Mask, em: float) -> list[Interval]:
    columns = np.flatnonzero(mask.any(0))
    if not columns.size:
        return []
    breaks = np.flatnonzero(np.diff(columns) > WORD_GAP * em)
    starts, ends = [columns[0], *columns[breaks + 1]], [*columns[breaks] + 1, columns[-1] + 1]
    return [(float(a), float(b)) for a, b in zip(starts, ends, strict=True)]


def _own(blocks: Sequence[Interval], detected: Interval, width: int, em: float) -> list[Interval]:
    """Blocks in the detected stretch, and single marks just outside it: what runs on to the end is something else."""
    inside = [b for b in blocks if b[0] < detected[1] and b[1] > detected[0]]
    if not inside:
        return []
    first, last = inside[0][0], inside[-1][1]
    marks = [
        b
        for b in blocks
        if b not in inside
        and 0.08 * em < b[1] - b[0] < 1.1 * em
        and b[0] > 0
        and b[1] < width
        and max(first - b[1], b[0] - last) < _MARK_AWAY * em
    ]
    return sorted([*inside, *marks])


def _band(mask: Mask) -> tuple[int, int]:
    """Top and bottom of the row's own ink: what a neighbouring row lets in above or below is left out."""
    inked = np.concatenate([[0], (mask.sum(1) > 0).astype(np.int8), [0]])
    starts, ends = np.flatnonzero(np.diff(inked) == 1), np.flatnonzero(np.diff(inked) == -1)
    height = mask.shape[0]
    own = [
        (int(a), int(b))
        for a, b in zip(starts, ends, strict=True)
        if min(b, 0.85 * height) - max(a, 0.15 * height) > 0 and not (b - a < 0.12 * height and (a == 0 or b == height))
    ]
    return (own[0][0], own[-1][1]) if own else (0, 0)


# ---------------------------------------------------------------- rules and frames


def rule_masks(page: Picture, scale: float) -> tuple[Mask, Mask]:
    """Where level and where upright rules are in a grey picture of `scale` points per pixel: (h, w) each.

    Morphological opening by a long thin element leaves only strokes at least that long; of these the thick ones are
    bars and pictures.
    """
    block = max(3, round(12 / scale)) | 1
    dark = cv2.adaptiveThreshold(page, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 20)
    length, thick = max(8, round(_SHORTEST_RULE / scale)), max(2, round(_THICKEST_RULE / scale))
    found = []
    for element, across in (((length, 1), (1, thick + 1)), ((1, length), (thick + 1, 1))):
        # a scanned rule is ragged: gaps of a pixel or two are closed first, along the rule only
        along = (3, 1) if element[1] == 1 else (1, 3)
        closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones(along[::-1], np.uint8))
        long = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones(element[::-1], np.uint8))
        bars = cv2.morphologyEx(long, cv2.MORPH_OPEN, np.ones(across[::-1], np.uint8))
        found.append(np.asarray((long > 0) & ~(cv2.dilate(bars, np.ones((3, 3), np.uint8)) > 0), np.bool_))
    return found[0], found[1]


def rules_and_frames(level: Mask, upright: Mask, scale: float) -> tuple[list[Rectangle], list[Rectangle]]:
    """Straight printed rules and printed rectangles from `rule_masks`, in pixels; a frame's sides are no rules."""
    lines = [*_thin_boxes(level), *_thin_boxes(upright)]
    frames = _enclosures(level | upright, _SMALLEST_FRAME / scale)
    near = 3 / scale

    def is_side(line: Rectangle) -> bool:
        return any(_on_border(line, frame, near) for frame in frames)

    return [line for line in lines if not is_side(line)], frames


def _thin_boxes(mask: Mask) -> list[Rectangle]:
    joined = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return [
        (float(x + 1), float(y + 1), float(x + w - 1), float(y + h - 1))
        for x, y, w, h, _ in (stats[i].tolist() for i in range(1, count))
    ]


def _enclosures(mask: Mask, least: float) -> list[Rectangle]:
    """White rectangles that rules close in on all sides, grown to the middle of these rules."""
    walls = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    contours, tree = cv2.findContours(walls, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for contour, (_, _, _, parent) in zip(contours, tree[0] if len(contours) else (), strict=True):
        x, y, w, h = cv2.boundingRect(contour)
        if parent >= 0 and min(w, h) >= least and cv2.contourArea(contour) >= 0.9 * w * h:
            found.append((float(x - 2), float(y - 2), float(x + w + 2), float(y + h + 2)))
    return found


def _on_border(line: Rectangle, frame: Rectangle, near: float) -> bool:
    x0, y0, x1, y1 = line
    if x1 - x0 >= y1 - y0:
        inside = x0 >= frame[0] - near and x1 <= frame[2] + near
        return inside and min(abs((y0 + y1) / 2 - edge) for edge in (frame[1], frame[3])) <= near
    inside = y0 >= frame[1] - near and y1 <= frame[3] + near
    return inside and min(abs((x0 + x1) / 2 - edge) for edge in (frame[0], frame[2])) <= near


def boxes_of(found: Sequence[Rectangle], page: int, scale: float) -> tuple[Box, ...]:
    """Rectangles in pixels as boxes in points."""
    return tuple(Box(page, *(v * scale for v in rectangle)) for rectangle in found)
