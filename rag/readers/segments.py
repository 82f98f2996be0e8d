"""Characters with places → printed lines, cut where columns may part. Pure; serves every format that gives places.

A `Line` here is a *segment*: the part of a printed row between two wide gaps or beside a rule, so that neighbouring
columns never share one. Rows are formed in the frame of the text itself; on a page whose text is turned, boxes stay in
the page as shown and the order of the lines (downwards in the text's frame) tells which way it is turned.
"""

from __future__ import annotations

import re
import statistics
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from rag.layout.page_frame import TextFrame
from rag.types import Box, Line

GAP = 0.75  # of the type size: wider white space may part columns, narrower is justified type
HANGING_GAP = 0.4  # the same after punctuation, which may hang out of its column
_HANGING = frozenset("，。、；：！？,.;:!?”’」』）)》】")
_RADICALS = re.compile("[\u2e80-\u2fd5]")
_ROWS_NEAR = 8  # type sizes above and below a row in which a column's edge is looked for
_STARTS = 3  # segments that begin at one place near a row make an edge
_LARGE = 1.2  # of the usual type: single characters so large may be a title set downwards
_STACK = 3  # characters that make one
_SAME_ROW = 0.35  # of the smaller type size: how far the middles of one row's characters lie apart


class Char(NamedTuple):
    """A character on the page as shown, in points from the top left: its em box, its type size, and `turn`, the
    quarters clockwise (0, 90, 180, 270) by which it lies."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    turn: int = 0
    bold: bool = False


class _Set(NamedTuple):
    """A character in the frame of its text: x along the line, y from line to line."""

    x0: float
    x1: float
    y: float  # its middle
    char: Char


def ideographs(text: str) -> str:
    """`text` with radicals as ideographs: many PDF writers map 月 to its look-alike ⽉, whose glyph it shares."""
    return _RADICALS.sub(lambda radical: unicodedata.normalize("NFKC", radical[0]), text)


def _framed(char: Char, width: float, height: float) -> _Set:
    match char.turn:
        case 0:
            return _Set(char.x0, char.x1, (char.y0 + char.y1) / 2, char)
        case 90:
            return _Set(char.y0, char.y1, width - (char.x0 + char.x1) / 2, char)
        case 180:
            return _Set(width - char.x1, width - char.x0, height - (char.y0 + char.y1) / 2, char)
    return _Set(height - char.y1, height - char.y0, (char.x0 + char.x1) / 2, char)


def _rows(chars: Sequence[_Set]) -> Iterator[list[_Set]]:
    """Characters that stand on one row, rows downwards, each from left to right.

    Size is part of a row's identity: headlines of neighbouring articles often stand at almost the same height.
    """
    rows: list[list[_Set]] = []
    open_rows: list[tuple[float, float, list[_Set]]] = []
    for char in sorted(chars, key=itemgetter(2)):
        y, size = char.y, char.char.size
        home = None
        for at, row_size, row in open_rows:
            least = row_size if row_size < size else size
            if y - at <= _SAME_ROW * least and 0.7 < size / row_size < 1.43:
                home = row
                break
        if home is None:
            open_rows = [row for row in open_rows if y - row[0] <= row[1]]
            home = []
            rows.append(home)
            open_rows.append((y, size, home))
        home.append(char)
    for row in rows:
        row.sort(key=itemgetter(0, 1))
        yield row


class _Walls:
    """Upright rules (in the frame of the text) that part what stands on both sides of them."""

    def __init__(self, rules: Sequence[tuple[float, float, float]]) -> None:
        """`rules`: (x, top, bottom)."""
        self._rules = sorted(rules)
        self._xs = [x for x, _, _ in self._rules]

    def between(self, left: float, right: float, y: float) -> bool:
        """Whether a rule stands between the places `left` and `right` at the height `y`."""
        for at in range(bisect_left(self._xs, left), len(self._rules)):
            x, top, bottom = self._rules[at]
            if x > right:
                return False
            if top <= y <= bottom:
                return True
        return False


def _segments(row: Sequence[_Set], walls: _Walls) -> Iterator[list[_Set]]:
    last = row[0]
    segment = [last]
    for here in row[1:]:
        x0, x1, y, char = here
        left, right, _, before = last
        if char.text == before.text and abs(x0 - left) < 0.1 * char.size:
            continue  # the same glyph struck twice to look bold
        gap = HANGING_GAP if before.text in _HANGING else GAP
        size = char.size if char.size > before.size else before.size
        if x0 - right > gap * size or walls.between((left + right) / 2, (x0 + x1) / 2, y):
            yield segment
            segment = []
        segment.append(here)
        last = here
    yield segment


def _line(segment: Sequence[_Set], page: int) -> Line:
    parts = [segment[0].char.text]
    for left, right in pairwise(segment):  # in a title set downwards none lies right of the other
        if right.x0 - left.x1 > 0.15 * right.char.size:
            parts.append(" ")
        parts.append(right.char.text)
    _, x0s, y0s, x1s, y1s, sizes, _, bold = zip(*(s.char for s in segment), strict=True)
    size = statistics.median_low(sizes)
    return Line(
        "".join(parts),
        Box(page, min(x0s), min(y0s), max(x1s), max(y1s)),
        round(size, 2),
        bold=2 * sum(bold) > len(segment),
    )


def _upright(rule: Box, frame: TextFrame) -> tuple[float, float, float] | None:
    """The rule in the frame of the text as (x, top, bottom); None when it lies along the lines."""
    x0, y0, x1, y1 = frame.rectangle(rule)
    return ((x0 + x1) / 2, y0, y1) if y1 - y0 > x1 - x0 else None


class _Starts:
    """Where segments begin again and again below each other: the left edges of columns."""

    def __init__(self, segments: Sequence[Sequence[_Set]]) -> None:
        self._heights: dict[int, list[float]] = defaultdict(list)
        for segment in segments:
            self._heights[round(segment[0].x0)].append(segment[0].y)

    def parted(self, segment: Sequence[_Set]) -> Iterator[list[_Set]]:
        """`segment` cut where punctuation hung out of its column almost reaches the next one."""
        start = 0
        for at, (last, here) in enumerate(pairwise(segment), 1):
            if last.char.text in _HANGING and here.x0 - last.x1 > 0.05 * here.char.size and self._at(here):
                yield list(segment[start:at])
                start = at
        yield list(segment[start:])

    def _at(self, here: _Set) -> bool:
        near = _ROWS_NEAR * here.char.size
        heights = [y for x in (-1, 0, 1) for y in self._heights.get(round(here.x0) + x, ())]
        return sum(abs(y - here.y) <= near for y in heights) >= _STARTS


def _stacked(segments: Sequence[list[_Set]]) -> Iterator[list[_Set]]:
    """The segments, single large characters that stand below each other put together: a title set downwards."""
    sizes = sorted(s.char.size for segment in segments for s in segment)
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    stacks: list[list[_Set]] = []
    for segment in segments:
        (first, *rest) = segment
        if rest or first.char.size < _LARGE * usual or not first.char.text.isalpha():
            yield segment
            continue
        home = next((stack for stack in stacks if _below(stack[-1], first)), None)
        if home is None:
            stacks.append([first])
        else:
            home.append(first)
    for stack in stacks:
        yield from ([stack] if len(stack) >= _STACK else ([one] for one in stack))


def _below(above: _Set, here: _Set) -> bool:
    size = above.char.size
    return (
        abs(here.char.size - size) < 0.1 * size
        and abs(here.x0 - above.x0) < 0.2 * size
        and 0.8 * size <= here.y - above.y <= 2 * size
    )


def page_lines(
    chars: Sequence[Char], page: int, width: float, height: float, rules: Sequence[Box] = ()
) -> tuple[Line, ...]:
    """Segments of one page. The most frequent direction of writing comes first, rarer ones (a turned caption) after.

    Args:
        chars: in any order; white space is passed over.
        page: its number.
        width: of the page as shown, in points; so is `height`.
        rules: straight printed lines; one that stands between two characters of a row parts them.
    """
    turned: dict[int, list[_Set]] = defaultdict(list)
    for char in chars:
        if char.size > 0 and not char.text.isspace():
            turned[char.turn].append(_framed(char, width, height))
    lines: list[Line] = []
    for turn, framed in sorted(turned.items(), key=lambda item: -len(item[1])):
        frame = TextFrame(turn, width, height)
        walls = _Walls([wall for rule in rules if (wall := _upright(rule, frame))])
        segments = [segment for row in _rows(framed) for segment in _segments(row, walls)]
        starts = _Starts(segments)
        parts = [part for segment in segments for part in starts.parted(segment)]
        lines.extend(_line(part, page) for part in _stacked(parts))
    return tuple(lines)
