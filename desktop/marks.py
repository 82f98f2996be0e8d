"""Places in sources, and the geometry of marking them. Pure: no widgets here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.types import Box, Citation, Document, Evidence, Paragraph, StoredArticle, StoredParagraph

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

    The cut assumes full-width characters to be twice as wide as the others; vertical lines are cut downwards.
    """
    boxes = []
    for fragment in paragraph.fragments:
        first, last = max(start, fragment.start), min(end, fragment.end)
        if first < last:
            text = paragraph.text
            whole = _width(text[fragment.start : fragment.end])
            before = _width(text[fragment.start : first]) / whole
            until = _width(text[fragment.start : last]) / whole
            boxes.append(_cut(fragment.box, before, until, vertical=_is_vertical(fragment.box, whole)))
    return tuple(boxes)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WFA" else 1 for character in text)


def _is_vertical(box: Box, width: int) -> bool:
    return width >= 4 and box.y1 - box.y0 > 1.5 * (box.x1 - box.x0)


def _cut(box: Box, before: float, until: float, *, vertical: bool) -> Box:
    if vertical:
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
