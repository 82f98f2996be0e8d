"""Upright rectangles that cover tilted ones: how a line on a page laid askew is given by a box, and got back. Pure.

A rectangle w × h that is turned by θ about its centre is covered by W × H with W = w·cos θ + h·|sin θ| and
H = w·|sin θ| + h·cos θ. Up to some 40° that can be solved for w and h, so nothing is lost by keeping only the cover.
"""

from __future__ import annotations

import math

Point = tuple[float, float]
MOST = 40.0  # degrees


def cover(width: float, height: float, tilt: float) -> tuple[float, float]:
    """Width and height of the upright rectangle that covers one tilted by `tilt` degrees."""
    cos, sin = _cos_sin(tilt)
    return width * cos + height * abs(sin), width * abs(sin) + height * cos


def uncover(width: float, height: float, tilt: float) -> tuple[float, float]:
    """The inverse of `cover`; never negative, for covers too flat or too narrow to be ones."""
    cos, sin = _cos_sin(tilt)
    scale = cos * cos - sin * sin
    return max(0.0, (width * cos - height * abs(sin)) / scale), max(0.0, (height * cos - width * abs(sin)) / scale)


def turned(point: Point, centre: Point, tilt: float) -> Point:
    """`point` turned clockwise (y grows downwards) by `tilt` degrees about `centre`."""
    cos, sin = _cos_sin(tilt)
    x, y = point[0] - centre[0], point[1] - centre[1]
    return centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos


def _cos_sin(tilt: float) -> tuple[float, float]:
    if not abs(tilt) <= MOST:
        raise ValueError(f"tilt {tilt} is more than {MOST} degrees")
    return math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
