"""Ink in a picture, by OpenCV: the picture straightened, the ink of one printed line, printed rules and frames."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rag.readers.standing import Rectangle, Standing
from rag.types import Box

Picture = NDArray[np.uint8]  # (h, w, 3) RGB or (h, w) grey
Mask = NDArray[np.bool_]  # (h, w)

_FAINTEST = 40  # grey levels between paper and ink: less is no print
_SHORTEST_RULE = 36.0  # points; shorter straight strokes may belong to headline characters
_THICKEST_RULE = 4.0  # points
_SMALLEST_FRAME = 30.0  # points, each side
_GUTTER = 0.9  # of the type size: wider white may part columns
_WIDE_GUTTER = 2.5  # of the type size: wider white parts whatever stands beside it
_LEAST_BESIDE = 1.5  # of the type size: a shorter end stays, for a lone mark is hard to recognise
_INK_SHARE = 0.92  # of the em: how high the ink of Chinese type stands


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
    return np.asarray(dark if dark.mean() <= 0.5 else ~dark, np.bool_)


def segments(page: Picture, rules: Mask, found: Rectangle) -> Iterator[Segment]:
    """The segments of one detected line, left to right.

    Args:
        page: grey, straightened.
        rules: same shape, where printed rules are: they part segments and are no ink.
        found: the line's rectangle as detected, some margin around the ink included.
    """
    height, width = page.shape
    x0, y0 = max(0, int(found[0])), max(0, int(found[1]))
    x1, y1 = min(width, int(found[2]) + 1), min(height, int(found[3]) + 1)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    mask = ink(page[y0:y1, x0:x1])
    if mask is None:
        return
    ruled = rules[y0:y1, x0:x1]
    mask &= ~ruled
    top, bottom = _band(mask)
    if bottom - top < 2:
        return
    em = (bottom - top) / _INK_SHARE
    for left, right in _parts(mask[top:bottom].sum(0) > 0, ruled.mean(0) > 0.6, em):
        rows = np.flatnonzero(mask[top:bottom, left:right].any(1))
        yield Segment(x0 + left, y0 + top + int(rows[0]), x0 + right, y0 + top + int(rows[-1]) + 1)


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


def _parts(inked: Mask, ruled: Mask, em: float) -> list[tuple[int, int]]:
    """Stretches [left, right) of ink between gutters."""
    columns = np.flatnonzero(inked)
    if not columns.size:
        return []
    starts = [int(columns[0])]
    ends: list[int] = []
    for at in np.flatnonzero(np.diff(columns) > 0.4 * em):
        left, right = int(columns[at]) + 1, int(columns[at + 1])
        beside = min(left - starts[-1], int(columns[-1]) + 1 - right)
        gap = right - left
        if (
            bool(ruled[left:right].any())
            or gap > _WIDE_GUTTER * em
            or (gap > _GUTTER * em and beside > _LEAST_BESIDE * em)
        ):
            ends.append(left)
            starts.append(right)
    return list(zip(starts, [*ends, int(columns[-1]) + 1], strict=True))


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


def rules_and_frames(page: Picture, scale: float) -> tuple[list[Rectangle], list[Rectangle]]:
    """Straight printed rules and printed rectangles of a grey picture, in its pixels; a frame's sides are no rules."""
    level, upright = rule_masks(page, scale)
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


def boxes_of(found: list[Rectangle], page: int, scale: float) -> tuple[Box, ...]:
    """Rectangles in pixels as boxes in points."""
    return tuple(Box(page, *(v * scale for v in rectangle)) for rectangle in found)
