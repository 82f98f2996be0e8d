"""What is drawn on a page around its text: printed frames that keep their contents together, rules that part. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.layout.page_frame import Placed, Rectangle, TextFrame
from rag.types import Page

_WIDE, _HIGH = 40.0, 20.0  # points: smaller frames hold no article
_ALL = 0.97  # of the page's lines: a frame that holds so many is the border of the page
_SAME = 4.0  # points: frames whose edges lie so close are one (a border and its tint)
_SPANS = 0.85  # of a region: what a rule must span to part it
_SLACK = 1.5  # points by which type may touch a rule or a frame


@dataclass(frozen=True, slots=True)
class Nest:
    """What stands within one printed frame. `number` is the frame's, from 1."""

    x0: float
    x1: float
    y0: float
    y1: float
    number: int
    items: tuple[Item, ...]
    headline: bool = False


Item = Placed | Nest


def nested(placed: Sequence[Placed], page: Page, frame: TextFrame) -> tuple[Item, ...]:
    """The page's lines, those within printed frames gathered in nests (within nests)."""
    rectangles = _distinct([frame.rectangle(box) for box in page.frames])
    homes = {id(p): [n for n, r in enumerate(rectangles) if _holds(r, p)] for p in placed}
    counts = [0] * len(rectangles)
    texts = [0] * len(rectangles)
    for p in placed:
        for n in homes[id(p)]:
            counts[n] += 1
            texts[n] += not p.headline
    useful = [
        n
        for n in range(len(rectangles))
        if (texts[n] >= 2 or 0 < texts[n] < counts[n]) and counts[n] < _ALL * len(placed)
    ]
    useful.sort(key=lambda n: _area(rectangles[n]))  # the innermost first
    inner: dict[int | None, list[Item]] = {None: []}
    for p in placed:
        inner.setdefault(next((n for n in useful if n in homes[id(p)]), None), []).append(p)
    for place, n in enumerate(useful):
        if items := inner.pop(n, []):
            x0, y0, x1, y1 = rectangles[n]
            nest = Nest(x0, x1, y0, y1, n + 1, tuple(items))
            around = next((m for m in useful[place + 1 :] if _inside(rectangles[n], rectangles[m])), None)
            inner.setdefault(around, []).append(nest)
    return tuple(inner[None])


def _distinct(rectangles: Sequence[Rectangle]) -> list[Rectangle]:
    kept: list[Rectangle] = []
    for r in sorted(rectangles, key=_area, reverse=True):
        if r[2] - r[0] < _WIDE or r[3] - r[1] < _HIGH:
            continue
        if not any(all(abs(a - b) <= _SAME for a, b in zip(r, other, strict=True)) for other in kept):
            kept.append(r)
    return [r for r in kept if not any(_crosses(r, other) for other in kept if _area(other) < _area(r))]


def _area(r: Rectangle) -> float:
    return (r[2] - r[0]) * (r[3] - r[1])


def _inside(inner: Rectangle, outer: Rectangle) -> bool:
    return all(
        (a >= b - _SAME) if n < 2 else (a <= b + _SAME) for n, (a, b) in enumerate(zip(inner, outer, strict=True))
    )


def _crosses(r: Rectangle, other: Rectangle) -> bool:
    """Whether the two overlap without one lying in the other."""
    wide = min(r[2], other[2]) - max(r[0], other[0])
    high = min(r[3], other[3]) - max(r[1], other[1])
    return wide > _SAME and high > _SAME and not _inside(other, r) and not _inside(r, other)


def _holds(r: Rectangle, p: Placed) -> bool:
    return r[0] <= (p.x0 + p.x1) / 2 <= r[2] and r[1] <= (p.y0 + p.y1) / 2 <= r[3]


@dataclass(frozen=True, slots=True)
class Rules:
    """Printed rules in the frame of the text: `level` as (x0, x1, y), `upright` as (y0, y1, x)."""

    level: tuple[tuple[float, float, float], ...] = ()
    upright: tuple[tuple[float, float, float], ...] = ()

    @classmethod
    def of(cls, page: Page, frame: TextFrame) -> Rules:
        level, upright = [], []
        for box in page.rules:
            x0, y0, x1, y1 = frame.rectangle(box)
            if x1 - x0 >= y1 - y0:
                level.append((x0, x1, (y0 + y1) / 2))
            else:
                upright.append((y0, y1, (x0 + x1) / 2))
        return cls(tuple(_joined(level)), tuple(_joined(upright)))

    def cuts(self, region: Sequence[Item], *, across: bool) -> list[float]:
        """Where rules (and the rows of frames) that span `region` part it: heights when `across`, else x positions.

        None goes through anything.
        """
        low, high = (min(p.x0 for p in region), max(p.x1 for p in region)) if across else _extent(region)
        strokes = [*(self.level if across else self.upright)]
        if across:
            strokes += [(n.x0, n.x1, y) for n in region if isinstance(n, Nest) for y in (n.y0, n.y1)]
        found: list[float] = []
        for _, _, at in sorted(strokes, key=lambda stroke: stroke[2]):
            if found and at - found[-1] < _SAME:
                continue
            beside = [(max(a, low), min(b, high)) for a, b, other in strokes if abs(other - at) <= _SAME]
            if _covered(beside) >= _SPANS * (high - low) and not any(_through(p, at, across=across) for p in region):
                found.append(at)
        return found


def _extent(region: Sequence[Item]) -> tuple[float, float]:
    return min(p.y0 for p in region), max(p.y1 for p in region)


def _joined(strokes: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Dashes that follow each other on one line as one stroke."""
    joined: list[tuple[float, float, float]] = []
    for start, end, at in sorted(strokes, key=lambda s: (round(s[2]), s[0])):
        if joined and abs(joined[-1][2] - at) < 1.0 and start - joined[-1][1] < 2 * _SAME:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end), joined[-1][2])
        else:
            joined.append((start, end, at))
    return joined


def _covered(intervals: Sequence[tuple[float, float]]) -> float:
    total, reach = 0.0, float("-inf")
    for start, end in sorted(intervals):
        total += max(0.0, end - max(start, reach))
        reach = max(reach, end)
    return total


def _through(p: Item, at: float, *, across: bool) -> bool:
    start, end = (p.y0, p.y1) if across else (p.x0, p.x1)
    return start + _SLACK < at < end - _SLACK
