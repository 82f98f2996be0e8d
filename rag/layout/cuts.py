"""Where a region of a page is cut: along rivers of white, across at headlines, at printed rules. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.layout.frames import Item, Nest, Rules
from rag.layout.page_frame import Placed

RIVER = 0.6  # of the body size: narrower white is not a river
_HANGING = "，。、；：！？,.;:!?”’」』）)》】“‘「『（《【—…·"
_BAND_GAP = 1.0  # of the body size: white across a page that may part bands
_WHITE = 0.8  # of the body size: white across a page above a headline that is more than the space between rows
STACKED = 1.6  # type sizes between the parts of one headline
_LESSER = 0.8  # of a title's type: headlines so small beside it are subheads
_UPPER = 0.35  # of a region's height: how far down its only title may stand
_NEIGHBOUR = 3.0  # type sizes by which headlines of neighbours may differ in height
_BESIDE = 0.4  # of a region's height: a title set downwards that heads it
_TALL = 0.6  # of a region's height: a frame so high parts it sideways


Region = Sequence[Item]
Interval = tuple[float, float]


# ---------------------------------------------------------------- cutting


def _gaps(intervals: Sequence[Interval], least: float) -> list[Interval]:
    """The stretches between the first and last of `intervals` that none of them covers, at least `least` wide."""
    gaps: list[Interval] = []
    reach: float | None = None
    for start, end in sorted(intervals):
        if reach is not None and start - reach >= least:
            gaps.append((reach, start))
        reach = end if reach is None else max(reach, end)
    return gaps


def _beside(left: Region, right: Region) -> bool:
    """Whether the two stand side by side at any height: only then does white between them part columns."""
    return any(a.y0 < b.y1 and b.y0 < a.y1 for a in left for b in right)


def core_end(p: Placed) -> float:
    """Where the line's type ends without punctuation, which may hang over the edge of the column."""
    hanging = p.line.text[-1] in _HANGING and p.x1 - p.x0 > 2 * p.size
    return p.x1 - p.size if hanging else p.x1


def _rivers(region: Region, body: float) -> list[Interval]:
    """White between columns, sought among lines that have another one beside them.

    A line alone at its height (a page number, a wide line under two columns) says nothing about columns.
    """
    lines = sorted((p for p in region if isinstance(p, Placed) and not p.headline), key=lambda p: p.y0)
    paired: set[int] = set()
    for i, p in enumerate(lines):
        for q in lines[i + 1 :]:
            if q.y0 >= p.y1:
                break
            apart = q.x0 >= p.x1 - 0.1 * body or p.x0 >= q.x1 - 0.1 * body
            if apart and min(p.y1, q.y1) - q.y0 >= 0.1 * min(p.y1 - p.y0, q.y1 - q.y0):
                paired |= {id(p), id(q)}
    beside = [p for p in lines if id(p) in paired]
    return [
        river
        for river in _gaps([(p.x0, core_end(p)) for p in beside], RIVER * body)
        if _beside([p for p in beside if core_end(p) <= river[0]], [p for p in beside if p.x0 >= river[1]])
    ]


def _crosses(p: Item, river: Interval) -> bool:
    return p.x0 < river[0] and p.x1 > river[1]


def _split(region: Region, cuts: Sequence[float], *, across: bool) -> list[list[Item]]:
    """`region` parted at `cuts` (y positions when `across`, else x positions), each part holding something."""
    parts: list[list[Item]] = [[] for _ in range(len(cuts) + 1)]
    for p in region:
        middle = (p.y0 + p.y1) / 2 if across else (p.x0 + p.x1) / 2
        parts[sum(middle > cut for cut in cuts)].append(p)
    return [part for part in parts if part]


def _middles(gaps: Sequence[Interval]) -> list[float]:
    return [(start + end) / 2 for start, end in gaps]


def _band_cuts(region: Region, rivers: Sequence[Interval], body: float) -> list[float]:
    """Heights at which most columns stop and restart below headlines: bands, although no headline spans them."""
    columns = _split(region, _middles(rivers), across=False)
    cuts: list[float] = []
    for start, end in _gaps([(p.y0, p.y1) for p in region], _BAND_GAP * body):
        headed = any(p.headline and end - 0.1 <= p.y0 <= end + 1.5 * body for p in region)
        both = sum(
            any(p.y1 <= start + 0.1 and not p.headline for p in c) and any(p.y0 >= end - 0.1 for p in c)
            for c in columns
        )
        if headed and both >= max(2, 0.6 * len(columns)):
            cuts.append((start + end) / 2)
    return [cut for cut in cuts if not _beheads(cut, region)]


def ways(region: Region, body: float, rules: Rules, *, framed: bool) -> Iterator[list[list[Item]]]:
    """The ways to part `region`, each as its parts in reading order, the likeliest first; one part: it stays whole.

    Args:
        body: the size of body type in points.
        framed: it fills a printed frame.
    """
    if (upright := _upright_title(region)) is not None:
        yield [[upright], [p for p in region if p is not upright]]
        return
    for across in (True, False):
        drawn = rules.cuts(region, across=across) + ([] if across else _beside_frames(region))
        if drawn and len(parts := _split(region, drawn, across=across)) > 1:
            yield parts
            return
    tried: set[tuple[frozenset[int], ...]] = set()
    for parts in _white_ways(region, body, framed=framed):
        parts = [part for part in parts if part]
        key = tuple(frozenset(map(id, part)) for part in parts)
        if key not in tried:
            tried.add(key)
            yield parts


def _white_ways(region: Region, body: float, *, framed: bool) -> Iterator[list[list[Item]]]:
    yield _white_cuts(region, body, framed=framed)
    rivers = _rivers(region, body)
    if not rivers:
        yield _split(region, _changes(region, body), across=True)
        return
    free = [r for r in rivers if not any(_crosses(p, r) for p in region)]
    if free:
        yield _split(region, _middles(free), across=False)
    headlines = [p for p in region if isinstance(p, Placed) and p.headline]
    if title := _main_title(headlines):
        yield [[*title], _without(region, title)]
    gaps = _gaps([(p.y0, p.y1) for p in region], 0.1 * body)
    above = [g for g in gaps if any(-0.1 <= h.y0 - g[1] <= 0.1 for h in headlines)]
    if above:
        yield _split(region, _middles(above), across=True)
        for gap in above:
            yield _split(region, _middles([gap]), across=True)
    for river in free:
        yield _split(region, _middles([river]), across=False)
    yield _split(region, _changes(region, body), across=True)


def _changes(region: Region, body: float) -> list[float]:
    """Heights at which the columns become other ones: wider, narrower, or a line across all of them."""
    strips = _split(region, _middles(_gaps([(p.y0, p.y1) for p in region], 0.1 * body)), across=True)
    cuts: list[float] = []
    above: list[Item] = []
    for strip in strips:
        counts = [len(_gaps([(p.x0, p.x1) for p in part], RIVER * body)) for part in (above, strip, [*above, *strip])]
        if above and counts[2] < max(counts[:2]):
            cuts.append((max(p.y1 for p in above) + min(p.y0 for p in strip)) / 2)
            above = []
        above += strip
    return cuts


def _main_title(headlines: Sequence[Placed]) -> list[Placed]:
    """The only headline with what stands right above and below it, others being subheads; empty when there are two."""
    if not headlines:
        return []
    main = max(headlines, key=lambda p: p.size)
    stack = [main]
    for p in sorted(headlines, key=lambda p: abs(p.y0 - main.y0)):
        if p is not main and any(_touch(p, q) for q in stack):
            stack.append(p)
    others = _without(headlines, stack)
    return [] if any(_height(p, 0.0) > _LESSER * main.size for p in others) else stack


def _without(region: Region, some: Sequence[Item]) -> list[Item]:
    """`region` less `some`, by identity: the same words may be printed twice in one place."""
    gone = set(map(id, some))
    return [p for p in region if id(p) not in gone]


def _touch(p: Placed, q: Placed) -> bool:
    return min(p.x1, q.x1) > max(p.x0, q.x0) and max(p.y0, q.y0) - min(p.y1, q.y1) <= STACKED * max(p.size, q.size)


def _upright_title(region: Region) -> Placed | None:
    """A title set downwards beside, or amid, the columns it heads: it is read before them."""
    headlines = [p for p in region if isinstance(p, Placed) and p.headline]
    if len(headlines) != 1 or len(region) == 1:
        return None
    (title,) = headlines
    height = max(p.y1 for p in region) - min(p.y0 for p in region)
    downwards = title.y1 - title.y0 > 2 * (title.x1 - title.x0)
    return title if downwards and title.y1 - title.y0 >= _BESIDE * height else None


def _beside_frames(region: Region) -> list[float]:
    """The sides of high frames that nothing crosses."""
    height = max(p.y1 for p in region) - min(p.y0 for p in region)
    tall = [n for n in region if isinstance(n, Nest) and n.y1 - n.y0 >= _TALL * height]
    sides = {x for n in tall for x in (n.x0, n.x1)}
    return sorted(x for x in sides if not any(p.x0 + 1.0 < x < p.x1 - 1.0 for p in region))


def _white_cuts(region: Region, body: float, *, framed: bool) -> list[list[Item]]:
    """The same by white space alone."""
    rivers = _rivers(region, body)
    gaps = _gaps([(p.y0, p.y1) for p in region], 0.1 * body)
    if not rivers:
        side_by_side = any(_beside([a], [b]) for a, b in pairwise(sorted(region, key=lambda p: (p.y0, p.x0))))
        wide = [g for g in gaps if g[1] - g[0] >= _WHITE * body] if side_by_side else []
        whole = [cut for cut in _middles(wide) if not _beheads(cut, region)]
        return _split(region, whole or _middles(wide), across=True)
    lone = [p for p in region if _stands_over(p, region)]
    around = [g for g in gaps if any(-0.1 <= p.y0 - g[1] <= 0.1 or -0.1 <= g[0] - p.y1 <= 0.1 for p in lone)]
    if around:
        return _split(region, _middles(around), across=True)
    crossing = [p for p in region if any(_crosses(p, river) for river in rivers)]
    if title := _only_title(region, crossing, framed=framed):
        return [title, _without(region, title)]
    if not crossing:
        bands = _band_cuts(region, rivers, body)
        return _split(region, bands or _middles(rivers), across=bool(bands))
    above = set(_band_cuts(region, rivers, body))
    for start, end in gaps:  # a neighbour's headline may stand a little higher
        cut = (start + end) / 2
        begins = any(-0.1 <= p.y0 - end <= _height(p, body) for p in crossing)
        if begins and end - start >= _WHITE * body and not _beheads(cut, region):
            above.add(cut)
    if above:
        return _split(region, sorted(above), across=True)
    free = [r for r in rivers if not any(_crosses(p, r) for p in region)]
    if free:  # before cutting below headlines: two of them side by side would part from their columns
        beginning = [r for r in free if _headline_follows(r, region, rivers)]
        return _split(region, _middles(beginning or [max(free, key=lambda r: r[1] - r[0])]), across=False)
    narrow = [g for g in gaps if any(-0.1 <= p.y0 - g[1] <= 0.1 for p in crossing)]
    if narrow:
        return _split(region, _middles(narrow), across=True)
    bottoms = {p.y1 for p in crossing}
    below = [g for g in gaps if g[0] in bottoms] or sorted(gaps, key=lambda g: g[0] - g[1])[:1]
    if below:
        return _split(region, _middles(below), across=True)
    return [list(region)]


def _stands_over(p: Item, region: Region) -> bool:
    """Whether a headline has its height to itself, and no neighbour's headline begins a little higher or lower."""
    if not isinstance(p, Placed) or not p.headline:
        return False
    for q in region:
        if q is p:
            continue
        if q.y0 < p.y1 - 0.1 * p.size and q.y1 > p.y0 + 0.1 * p.size:
            return False
        apart = q.x0 >= p.x1 or q.x1 <= p.x0
        if q.headline and apart and abs(q.y0 - p.y0) <= _NEIGHBOUR * max(p.size, _height(q, p.size)):
            return False
    return True


def _headline_follows(river: Interval, region: Region, rivers: Sequence[Interval]) -> bool:
    """Whether the column right of a river begins with a headline: an article begins there."""
    end = min((r[0] for r in rivers if r[0] > river[1]), default=float("inf"))
    column = [p for p in region if p.x0 >= river[1] - 0.1 and p.x0 < end]
    return bool(column) and min(column, key=lambda p: p.y0).headline


def _beheads(cut: float, region: Region) -> bool:
    """Whether a cut across at this height parts a headline from the text below it."""
    for h in region:
        if isinstance(h, Placed) and h.headline and h.y1 <= cut:
            under = (q for q in region if not q.headline and q.y0 >= h.y1 - 0.2 * h.size and q.y1 <= cut + 0.1)
            if not any(min(q.x1, h.x1) > max(q.x0, h.x0) for q in under):
                return True
    return False


def _only_title(region: Region, crossing: Sequence[Item], *, framed: bool) -> list[Item]:
    """The one headline (with kicker and subtitle) of a region whose columns partly rise beside it; empty when the
    region has none, several, or one that stands too far down to head what is above it."""
    headlines = [p for p in region if isinstance(p, Placed) and p.headline]
    stack = _main_title(headlines)
    if not stack:
        return []
    main = stack[0]
    left, right = min(p.x0 for p in region), max(p.x1 for p in region)
    centred = abs(main.x0 + main.x1 - left - right) <= 2 * main.size
    if not (framed or centred or main in crossing) or any(p in crossing for p in _without(headlines, stack)):
        return []
    top, bottom = min(p.y0 for p in region), max(p.y1 for p in region)
    return [*stack] if min(p.y0 for p in stack) - top <= _UPPER * (bottom - top) else []


def _height(p: Item, body: float) -> float:
    return p.size if isinstance(p, Placed) else body
