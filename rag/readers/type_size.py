"""Type sizes of recognised lines: estimated line by line, then settled over the page. Pure.

Layout takes what is 15% larger than the text for a headline, so lines set in one type must come out alike. Two things
tell the size: how high the ink stands (exact for some characters, too low for 一, digits or punctuation alone) and how
far apart Chinese characters stand (exact but for justified and spaced type).
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.text import HAN

_HAN = re.compile(f"[{HAN}]")
_TALL = re.compile(r"[A-Z0-9a-z]")
_INK = 0.91  # of the em: how high the ink of a few Chinese characters stands (Song .92, Hei .93, Kai .88, Noto Sans)
_INK_LATIN = 0.72
_MANY = 7  # steps from which a mean step is exact to some 3%
_LIKE = 0.08  # estimates this near to a size of the page are that size
_LIKE_SHORT = 0.18  # the same where fewer than three Chinese characters tell it


@dataclass(frozen=True, slots=True)
class Estimate:
    """`size` in any unit; `characters`: how many tell it (the weight); sure: three Chinese ones or more do."""

    size: float
    characters: int
    sure: bool


def estimate(text: str, ink: float, places: Sequence[float]) -> Estimate:
    """The size of one line, in the unit of `ink` (height of its ink) and of `places` (middles of its characters)."""
    han = len(_HAN.findall(text))
    steps = [
        right - left
        for (one, left), (other, right) in pairwise(zip(text, places, strict=True))
        if _HAN.match(one) and _HAN.match(other)
    ]
    advance = statistics.fmean(steps) if len(steps) >= 2 else 0.0
    if han < 2:
        high = ink / (_INK if han else _INK_LATIN if _TALL.search(text) else 0.5)
        return Estimate(high, max(han, 1), sure=False)
    high = ink / _INK
    if len(steps) >= _MANY or (advance and high > 1.25 * advance):  # both err upwards only
        high = min(high, advance)
    elif advance and abs(advance / high - 1) < 0.1:
        high = math.sqrt(high * advance)
    return Estimate(high, han, sure=han >= 3)


def settled(estimates: Sequence[Estimate]) -> list[float]:
    """One size for each estimate, those of one type alike: modes are sought from the most frequent size down."""
    sizes = [0.0] * len(estimates)
    left = {i for i, e in enumerate(estimates) if e.size > 0}
    while left:
        sure = [i for i in left if estimates[i].sure] or list(left)
        mode = max(sure, key=lambda i: (_weight(estimates, sure, estimates[i].size), -i))
        near = [i for i in sure if _near(estimates[i].size, estimates[mode].size, _LIKE)]
        size = _middle([(estimates[i].size, estimates[i].characters) for i in near])
        taken = {i for i in left if _near(estimates[i].size, size, _LIKE if estimates[i].sure else _LIKE_SHORT)}
        for i in taken | set(near):
            sizes[i] = size
        left -= taken | set(near)
    return sizes


def _near(a: float, b: float, share: float) -> bool:
    return abs(math.log(a / b)) <= math.log1p(share)


def _weight(estimates: Sequence[Estimate], among: Sequence[int], size: float) -> int:
    return sum(estimates[i].characters for i in among if _near(estimates[i].size, size, _LIKE / 2))


def _middle(weighted: Sequence[tuple[float, int]]) -> float:
    half, seen = sum(n for _, n in weighted) / 2, 0
    for value, n in sorted(weighted):
        seen += n
        if seen >= half:
            return value
    raise ValueError("nothing to take the middle of")
