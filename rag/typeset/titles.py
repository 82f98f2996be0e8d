"""A long title cut into lines: no word parted, the lines about as long as each other (词意完整, 排列对称, 长短适宜)."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

from rag.text import tagged_words
from rag.typeset.breaking import may_break, spaced
from rag.typeset.characters import width
from rag.typeset.form import TEXT_WIDTH, TITLE

_ROOM = TEXT_WIDTH / TITLE.size  # in ems
_MOST_WAYS = 2000
_OPEN, _CLOSE = "《“（〔", "》”）〕"


def in_lines(title: str) -> str:
    """The title with a line feed where a line ends; as it is where it fits one line or cannot be parted well."""
    lines = math.ceil(ems(title) / _ROOM - 1e-9)
    if lines < 2:
        return title
    places = _places(title)
    if math.comb(len(places), lines - 1) > _MOST_WAYS:
        return title
    ways = [(0, *inner, len(title)) for inner in combinations(places, lines - 1)]
    fitting = [way for way in ways if all(ems(title[a:b]) <= _ROOM for a, b in pairwise(way))]
    if not fitting:
        return title
    best = min(fitting, key=lambda way: _unevenness(title, way))
    return "\n".join(title[a:b] for a, b in pairwise(best))


def _places(title: str) -> list[int]:
    """Between words, outside brackets and quotation marks."""
    depth, found = 0, []
    ends = {word.end for word in tagged_words(title)}
    for n, char in enumerate(title[:-1], 1):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth == 0 and n in ends and may_break(title, n):
            found.append(n)
    return found


def _unevenness(title: str, way: tuple[int, ...]) -> float:
    """How much the lines differ in length; of two alike, the one with the longer line above."""
    widths = [ems(title[a:b]) for a, b in pairwise(way)]
    return max(widths) - min(widths) - 0.01 * widths[0]


def ems(text: str) -> float:
    """The width of a line of text in ems."""
    gaps = sum(spaced(before, after) for before, after in pairwise(text))
    return sum(map(width, text)) + gaps / 4
