"""A page in the frame of its text: which way it is turned, what is body type and what is a headline. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.layout.tilt import turned, uncover
from rag.types import Box, Line, Page

HEADLINE = 1.15  # of the body size
_LARGER = 1.02  # of the body size: a kicker or a subtitle by the headline
_OVER = 1.3  # of its type: the headline it goes with
_NEAR = 0.6  # of the headline's type: the white between the two
_FLUSH = 2.0  # points
_SHORT = 26  # characters
_STOP = re.compile("[，。；：！？]|记者|通讯员|供稿")
_RUNNING_ROWS = 4  # rows of one size below each other are text, however large; headlines have fewer
_INDENT = 2.6  # type sizes: how far apart rows of one column may begin
Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1 in the frame of the text


@dataclass(frozen=True, slots=True)
class Placed:
    """A line in the frame of the text (x along the writing, y from row to row, both in points).

    headline: set larger than the text, and not itself running text.
    """

    line: Line
    x0: float
    x1: float
    y0: float
    y1: float
    headline: bool = False

    @property
    def size(self) -> float:
        return self.line.size or self.y1 - self.y0


def body_size(lines: Sequence[Line]) -> float:
    """The type size of most characters; 0 without any geometry."""
    sized = sorted((line.size or (line.box.y1 - line.box.y0), len(line.text)) for line in lines if line.box)
    half, seen = sum(n for _, n in sized) / 2, 0
    for size, n in sized:
        seen += n
        if seen >= half:
            return size
    return 0.0


def turn(page: Page) -> int:
    """Quarters clockwise (0, 90, 180, 270) by which the text lies on the page as shown.

    Lines higher than wide are turned; which way, tells their order, since readers give rows downwards as written.
    """
    boxes = [(line.box, len(line.text)) for line in page.lines if line.box and len(line.text) > 1]
    tall = sum(n if b.y1 - b.y0 > b.x1 - b.x0 else -n for b, n in boxes)
    if not boxes:
        return 0
    steps = [
        (((b.x0 + b.x1) - (a.x0 + a.x1)) / 2, ((b.y0 + b.y1) - (a.y0 + a.y1)) / 2)
        for (a, _), (b, _) in pairwise(boxes)
        if (b.y1 - b.y0 > b.x1 - b.x0) == (a.y1 - a.y0 > a.x1 - a.x0)
    ]
    if tall > 0:
        return 90 if sum((dx > 0) - (dx < 0) for dx, _ in steps) <= 0 else 270
    return 0 if sum((dy > 0) - (dy < 0) for _, dy in steps) >= 0 else 180


@dataclass(frozen=True, slots=True)
class TextFrame:
    """The page turned so that its text lies upright: `height` is its size from first row to last.

    tilt: degrees clockwise by which the text lies askew besides (`Page.tilt`); rectangles are tilted back.
    """

    way: int
    page_width: float
    page_height: float
    tilt: float = 0.0

    @classmethod
    def of(cls, page: Page) -> TextFrame:
        return cls(turn(page), page.width, page.height, page.tilt)

    @property
    def width(self) -> float:
        return self.page_height if self.way in (90, 270) else self.page_width

    @property
    def height(self) -> float:
        return self.page_width if self.way in (90, 270) else self.page_height

    def rectangle(self, b: Box) -> Rectangle:
        x0, y0, x1, y1 = upright = self._turned(b)
        if not self.tilt:
            return upright
        x, y = turned(((x0 + x1) / 2, (y0 + y1) / 2), (self.width / 2, self.height / 2), -self.tilt)
        w, h = uncover(x1 - x0, y1 - y0, self.tilt)
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    def _turned(self, b: Box) -> Rectangle:
        match self.way:
            case 90:
                return b.y0, self.page_width - b.x1, b.y1, self.page_width - b.x0
            case 180:
                return self.page_width - b.x1, self.page_height - b.y1, self.page_width - b.x0, self.page_height - b.y0
            case 270:
                return self.page_height - b.y1, b.x0, self.page_height - b.y0, b.x1
        return b.x0, b.y0, b.x1, b.y1


def placed_lines(page: Page, body: float, frame: TextFrame) -> tuple[Placed, ...]:
    """The page's lines with boxes in the `frame` of its text, headlines told from the `body` size in points."""
    found = []
    for line in page.lines:
        if line.box:
            x0, y0, x1, y1 = frame.rectangle(line.box)
            found.append(Placed(line, x0, x1, y0, y1))
    large = [p for p in found if p.size >= HEADLINE * body]
    running = _running(large)
    headlines = [p for p in large if id(p) not in running]
    heads = {id(p) for p in headlines} | {id(p) for p in found if _goes_with(p, headlines, body)}
    return tuple(replace(p, headline=True) if id(p) in heads else p for p in found)


def _goes_with(p: Placed, headlines: Sequence[Placed], body: float) -> bool:
    """Whether a short line hardly larger than the text is the kicker or the subtitle of a headline right by it: set
    flush with it or centred on it, unlike the first row of a text."""
    text = p.line.text.strip()
    if not _LARGER * body <= p.size < HEADLINE * body or len(text) > _SHORT or _STOP.search(text):
        return False
    return any(
        h.size >= _OVER * p.size
        and -0.2 * p.size <= max(p.y0 - h.y1, h.y0 - p.y1) <= _NEAR * h.size
        and (abs(p.x0 - h.x0) <= _FLUSH or abs(p.x0 + p.x1 - h.x0 - h.x1) <= p.size)
        for h in headlines
    )


def _running(large: Sequence[Placed]) -> set[int]:
    """Those (by id) that are text set larger, not headlines: long runs of rows of one type, sentences, and what stands
    level with them."""
    classes: dict[tuple[int, bool], list[Placed]] = defaultdict(list)
    for p in large:
        classes[round(4 * p.size), p.line.bold].append(p)
    running: set[int] = set()
    for lines in classes.values():
        if len(lines) < _RUNNING_ROWS:
            continue
        runs: list[list[Placed]] = []
        for p in sorted(lines, key=lambda p: p.y0):
            home = next((run for run in runs if _follows(run[-1], p)), None)
            if home is None:
                runs.append([p])
            else:
                home.append(p)
        texts = [run for run in runs if len(run) >= _RUNNING_ROWS or any("。" in p.line.text for p in run)]
        found = [p for run in texts for p in run]
        levels = {round(p.y0) for p in found}  # the rows of columns side by side stand level
        running.update(id(p) for p in found)
        running.update(id(p) for p in lines if levels & {round(p.y0) - 1, round(p.y0), round(p.y0) + 1})
    return running


def _follows(above: Placed, below: Placed) -> bool:
    """Whether a row stands right below another in one column: an indented one may begin where a short one ended."""
    near = -0.2 * above.size <= below.y0 - above.y1 <= 1.1 * above.size
    overlap = min(above.x1, below.x1) - max(above.x0, below.x0)
    return near and (overlap > 0 or abs(above.x0 - below.x0) <= _INDENT * above.size)
