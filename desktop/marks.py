"""Places in sources, and the geometry of marking them. Pure: no widgets here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.answers import Citation, Evidence
from rag.types import Box, Document, Paragraph, StoredArticle, StoredParagraph

FURNITURE = "furniture"  # stands where an article's id or number would
FURNITURE_TITLE = "页眉页脚等"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to look: an article and, unless `paragraph` is None, the `spans` (start, end) of it, in order.

    aside: not an article but what stands outside the articles, put into the form of one (see `furniture_place`).
    """

    document: Document
    article: StoredArticle
    paragraph: StoredParagraph | None = None
    spans: tuple[tuple[int, int], ...] = ()
    aside: bool = False

    @classmethod
    def of_citations(cls, citations: Sequence[Citation]) -> Place:
        """The place of citations that point into one paragraph."""
        first = citations[0]
        spans = tuple(sorted((citation.start, citation.end) for citation in citations))
        return cls(first.document, first.article, first.paragraph, spans)

    @classmethod
    def of_evidence(cls, evidence: Evidence) -> Place:
        passage = evidence.passage
        return cls(evidence.document, evidence.article, evidence.paragraph, ((passage.start, passage.end),))

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Where the spans are printed; empty without geometry."""
        if self.paragraph is None:
            return ()
        paragraph = self.paragraph.paragraph
        return tuple(box for start, end in self.spans for box in span_boxes(paragraph, start, end))

    @property
    def page(self) -> int:
        """The page the spans begin on (the paragraph's own page where no geometry is known)."""
        if self.paragraph is None:
            return self.article.page
        return self.boxes[0].page if self.boxes else self.paragraph.page


def furniture_place(document: Document, furniture: Sequence[Paragraph]) -> Place:
    """Running heads, page numbers and the like of a document, as a place to look at."""
    key = f"{document.id}-{FURNITURE}"
    paragraphs = tuple(StoredParagraph(f"{key}-{n}", key, paragraph) for n, paragraph in enumerate(furniture, 1))
    page = furniture[0].page if furniture else 1
    return Place(document, StoredArticle(key, document.id, FURNITURE_TITLE, None, page, paragraphs), aside=True)


def by_paragraph(citations: Sequence[Citation]) -> tuple[tuple[Citation, ...], ...]:
    """Citations grouped by evidence number and paragraph, in order: what is shown as one 【n】."""
    groups: dict[tuple[int, str], list[Citation]] = {}
    for citation in citations:
        groups.setdefault((citation.number, citation.paragraph.id), []).append(citation)
    return tuple(tuple(group) for group in groups.values())


@dataclass(frozen=True, slots=True)
class Hit:
    """A find result: `paragraph.text[start:end]`."""

    paragraph: StoredParagraph
    start: int
    end: int


def utf16(text: str, position: int) -> int:
    """Qt counts UTF-16 units, Python characters: rare Han (𠮷) are two of the former."""
    return position + sum(1 for character in text[:position] if ord(character) > 0xFFFF)


def span_boxes(paragraph: Paragraph, start: int, end: int) -> tuple[Box, ...]:
    """Where `paragraph.text[start:end]` is printed: each touched fragment's box, cut to the part that is meant.

    The cut assumes full-width characters to be twice as wide as the others, and goes along the writing: downwards in
    upright lines, and the other way on pages that are turned so (see `_backwards`).
    """
    boxes = []
    for fragment in paragraph.fragments:
        first, last = max(start, fragment.start), min(end, fragment.end)
        if first < last:
            text = paragraph.text
            whole = _width(text[fragment.start : fragment.end])
            before = _width(text[fragment.start : first]) / whole
            until = _width(text[fragment.start : last]) / whole
            upright = _is_upright(fragment.box, whole)
            if (before, until) != (0, 1) and _backwards(paragraph, upright=upright):
                before, until = 1 - until, 1 - before
            boxes.append(_cut(fragment.box, before, until, upright=upright))
    return tuple(boxes)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _is_upright(box: Box, width: int) -> bool:
    return width >= 4 and box.y1 - box.y0 > 1.5 * (box.x1 - box.x0)


def _backwards(paragraph: Paragraph, *, upright: bool) -> bool:
    """Whether its rows are written upwards (upright ones) or from right to left, as on pages turned by 270 or 180.

    Rows tell by their order: those of text written upwards stand from left to right, those of text on its head from
    below upwards. Of a single row nothing can be told: then it is written the usual way.
    """
    steps = 0
    for a, b in pairwise(fragment.box for fragment in paragraph.fragments):
        beside, below = _gap(a.x0, a.x1, b.x0, b.x1), _gap(a.y0, a.y1, b.y0, b.y1)
        along, across = (below, beside) if upright else (beside, below)
        if a.page == b.page and along < min(0, across):  # the next row of the same column
            after = b.x0 > a.x0 if upright else b.y0 < a.y0
            steps += 1 if after else -1
    return steps > 0


def _gap(a0: float, a1: float, b0: float, b1: float) -> float:
    """Between two stretches of one axis; negative where they overlap."""
    return max(a0, b0) - min(a1, b1)


def _cut(box: Box, before: float, until: float, *, upright: bool) -> Box:
    if upright:
        height = box.y1 - box.y0
        return Box(box.page, box.x0, box.y0 + before * height, box.x1, box.y0 + until * height)
    width = box.x1 - box.x0
    return Box(box.page, box.x0 + before * width, box.y0, box.x0 + until * width, box.y1)


def find(needle: str, articles: Iterable[StoredArticle]) -> tuple[Hit, ...]:
    """Every occurrence of `needle` in the paragraphs, in reading order, not minding case."""
    needle = needle.strip()
    if not needle:
        return ()
    pattern = re.compile(re.escape(needle), re.IGNORECASE)
    return tuple(
        Hit(paragraph, match.start(), match.end())
        for article in articles
        for paragraph in article.paragraphs
        for match in pattern.finditer(paragraph.text)
    )
