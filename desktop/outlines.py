"""Where an article stands on its pages: outlines round its lines, and what lies under a point. Pure: no widgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.types import Box, StoredArticle, StoredParagraph

SLIVER = 0.5  # points: less than this is no overlap, as type is not placed more exactly
PAD = 3.0  # points between the lines and their outline, where there is room
BRIDGE = 42.0  # points: gutters and gaps up to this width between parts of one article are closed
SPARSE = 0.12  # share of a rectangle that may be saved before it is parted
REACH = 3.0  # points beside a line that still count as on it


def outline(own: Sequence[Box], others: Sequence[Box]) -> tuple[Box, ...]:
    """Rectangles whose union is the outline of an article on one page.

    Every box of `own` (its lines in reading order, all on one page) lies in one of the rectangles. None of them
    touches a box of `others` (the lines of other articles) by more than a sliver, unless a line of `own` does.

    The lines are taken as one rectangle; where that covers others, or is largely empty, they are parted in two at
    the place that saves most area, and so on down to single lines. Then gaps inside the article are closed.
    """
    if not own:
        return ()
    parts = [_padded(part, others) for part in _parted(own, others)]
    for _ in range(2):  # the second time closes the crossings of gutters closed the first time
        parts += list(_bridges(parts, others))
    return tuple(parts)


def _parted(own: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    found, waiting = [], [(tuple(own), tuple(others))]
    while waiting:
        lines, near = waiting.pop()
        whole = around(lines)
        near = tuple(box for box in near if overlap(whole, box))
        if len(lines) > 1:
            place, saved = _best_cut(lines)
            line = max(area(box) for box in lines)
            if near or saved > max(SPARSE * area(whole), 2 * line):
                waiting += [(lines[place:], near), (lines[:place], near)]
                continue
        found.append(whole)
    return found


def _best_cut(lines: Sequence[Box]) -> tuple[int, float]:
    """Where to part the lines, and the area of their rectangle that this saves (negative when the parts overlap)."""
    before, after = [lines[0]], [lines[-1]]
    for box in lines[1:]:
        before.append(around((before[-1], box)))
    for box in reversed(lines[:-1]):
        after.append(around((after[-1], box)))
    after.reverse()
    whole = area(before[-1])
    saved = [whole - area(before[n - 1]) - area(after[n]) for n in range(1, len(lines))]
    best = max(range(len(saved)), key=lambda n: (saved[n], -abs(2 * n - len(saved))))
    return best + 1, saved[best]


def _padded(part: Box, others: Sequence[Box]) -> Box:
    """The rectangle, larger on each side where that touches nobody."""
    for grown in (
        Box(part.page, part.x0 - PAD, part.y0, part.x1, part.y1),
        Box(part.page, part.x0, part.y0 - PAD, part.x1, part.y1),
        Box(part.page, part.x0, part.y0, part.x1 + PAD, part.y1),
        Box(part.page, part.x0, part.y0, part.x1, part.y1 + PAD),
    ):
        whole = around((part, grown))
        if not _adds_cover(part, whole, others):
            part = whole
    return part


def _adds_cover(part: Box, larger: Box, others: Sequence[Box]) -> bool:
    return any(overlap(larger, box) and not overlap(part, box) for box in others)


def _bridges(parts: Sequence[Box], others: Sequence[Box]) -> Iterator[Box]:
    """Rectangles that close the gaps between parts that face each other with nobody between."""
    for n, a in enumerate(parts):
        for b in parts[n + 1 :]:
            x0, x1 = sorted((max(a.x0, b.x0), min(a.x1, b.x1)))
            y0, y1 = sorted((max(a.y0, b.y0), min(a.y1, b.y1)))
            beside = max(a.x0, b.x0) > min(a.x1, b.x1)
            above = max(a.y0, b.y0) > min(a.y1, b.y1)
            if beside != above and (x1 - x0 if beside else y1 - y0) <= BRIDGE:
                bridge = Box(a.page, x0, y0, x1, y1)
                if not any(overlap(bridge, box) for box in others):
                    yield bridge


def around(boxes: Iterable[Box]) -> Box:
    """The least rectangle that holds all the boxes (of one page; at least one)."""
    boxes = tuple(boxes)
    return Box(
        boxes[0].page,
        min(box.x0 for box in boxes),
        min(box.y0 for box in boxes),
        max(box.x1 for box in boxes),
        max(box.y1 for box in boxes),
    )


def area(box: Box) -> float:
    """Square points."""
    return (box.x1 - box.x0) * (box.y1 - box.y0)


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes of one page share more than a sliver."""
    return min(a.x1, b.x1) - max(a.x0, b.x0) > SLIVER and min(a.y1, b.y1) - max(a.y0, b.y0) > SLIVER


# ---------------------------------------------------------------- what stands where


def heading_boxes(article: StoredArticle) -> Iterator[Box]:
    for heading in article.headings:
        yield from (fragment.box for fragment in heading.paragraph.fragments)


def article_boxes(article: StoredArticle) -> tuple[Box, ...]:
    """All lines of an article in reading order, of all pages; empty without geometry."""
    body = (fragment.box for paragraph in article.paragraphs for fragment in paragraph.paragraph.fragments)
    return (*heading_boxes(article), *body)


def neighbours(boxes: Sequence[Box], page: int) -> tuple[int | None, int | None]:
    """The nearest pages before and after `page` that hold some of the boxes, where there are any."""
    pages = {box.page for box in boxes}
    return max((p for p in pages if p < page), default=None), min((p for p in pages if p > page), default=None)


@dataclass(frozen=True)
class PageMap:
    """The articles of one document, by place."""

    articles: tuple[StoredArticle, ...]

    @cached_property
    def _outlines(self) -> dict[int, dict[str, tuple[Box, ...]]]:
        return {}

    @cached_property
    def _lines(self) -> dict[int, list[tuple[Box, StoredArticle, StoredParagraph | None]]]:
        found: dict[int, list[tuple[Box, StoredArticle, StoredParagraph | None]]] = {}
        for article in self.articles:
            for box in heading_boxes(article):
                found.setdefault(box.page, []).append((box, article, None))
            for paragraph in article.paragraphs:
                for fragment in paragraph.paragraph.fragments:
                    found.setdefault(fragment.box.page, []).append((fragment.box, article, paragraph))
        return found

    def outlines(self, page: int) -> dict[str, tuple[Box, ...]]:
        """Article id → the rectangles of its outline, for the articles on a page."""
        if page not in self._outlines:
            lines = self._lines.get(page, [])
            self._outlines[page] = {
                key: outline(
                    [box for box, article, _ in lines if article.id == key],
                    [box for box, article, _ in lines if article.id != key],
                )
                for key in dict.fromkeys(article.id for _, article, _ in lines)
            }
        return self._outlines[page]

    def at(self, page: int, x: float, y: float) -> tuple[StoredArticle, StoredParagraph | None] | None:
        """The article at a point, with the paragraph nearest to it there (None: a heading); None: nobody's ground."""
        lines = self._lines.get(page, [])
        near = [(_distance(box, x, y), n) for n, (box, _, _) in enumerate(lines)]
        inside = {key for key, parts in self.outlines(page).items() if any(_distance(p, x, y) == 0 for p in parts)}
        for distance, n in sorted(near):
            _, article, paragraph = lines[n]
            if distance <= REACH or article.id in inside:
                return article, paragraph
        return None


def _distance(box: Box, x: float, y: float) -> float:
    """From a point to a box, in points; 0 inside."""
    return max(box.x0 - x, x - box.x1, box.y0 - y, y - box.y1, 0.0)
