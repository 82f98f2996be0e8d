"""Between our values and the catalogue's columns. Pure; what is packed comes back exactly."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.store.reading_parts import Part
from rag.types import Article, Box, DateBasis, Fragment, Heading, Paragraph, Reading

Span = tuple[int, int]
Cut = Callable[[str], Sequence[Span]]  # divides a paragraph's text into passages


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one document, in the order of the columns named in `COLUMNS`."""

    articles: list[tuple[Any, ...]] = field(default_factory=list)
    paragraphs: list[tuple[Any, ...]] = field(default_factory=list)
    passages: list[tuple[Any, ...]] = field(default_factory=list)
    furniture: list[tuple[Any, ...]] = field(default_factory=list)


COLUMNS = {
    "articles": "id, document, number, title, date, page, headings, date_basis, corrected",
    "paragraphs": "id, article, number, text, page, fragments, confidence, header",
    "passages": 'id, paragraph, number, start, "end"',
    "furniture": "document, number, text, page, fragments, confidence, header",
}


def rows_of(document: str, part: Part, cut: Cut) -> Rows:
    """The rows of a part of a document, with the ids that its articles, paragraphs and passages get."""
    rows = Rows()
    first = part.paragraph
    for number, article in enumerate(part.reading.articles, part.article):
        article_id = f"{document}-{number}"
        if first == 1:
            rows.articles.append((article_id, document, number, *_article_row(article)))
        for place, paragraph in enumerate(article.paragraphs, first):
            paragraph_id = f"{article_id}-{place}"
            rows.paragraphs.append((paragraph_id, article_id, place, *_paragraph_row(paragraph)))
            for piece, (start, end) in enumerate(cut(paragraph.text), 1):
                rows.passages.append((f"{paragraph_id}#{piece}", paragraph_id, piece, start, end))
        first = 1
    for number, paragraph in enumerate(part.reading.furniture, part.furniture):
        rows.furniture.append((document, number, *_paragraph_row(paragraph)))
    return rows


def reading_of(
    articles: Iterable[Mapping[str, Any]],
    paragraphs: Iterable[Mapping[str, Any]],
    furniture: Iterable[Mapping[str, Any]],
) -> Reading:
    """The reading of rows, by column names, each kind in its order."""
    bodies: dict[str, list[Paragraph]] = {}
    for row in paragraphs:
        bodies.setdefault(row["article"], []).append(_paragraph(row))
    found = []
    for row in articles:
        date, basis = date_of(row["date"], row["date_basis"])
        body = tuple(bodies.get(row["id"], ()))
        found.append(Article(row["title"], date, body, headings_of(row["headings"]), basis, bool(row["corrected"])))
    return Reading(tuple(found), tuple(_paragraph(row) for row in furniture))


def _paragraph(row: Mapping[str, Any]) -> Paragraph:
    return paragraph_of(row["text"], row["page"], row["fragments"], row["confidence"], row["header"])


def _article_row(article: Article) -> tuple[Any, ...]:
    date = article.date.isoformat() if article.date else None
    basis = article.date_basis.value if article.date_basis else None
    return article.title, date, article.page, packed_headings(article.headings), basis, int(article.corrected)


def _paragraph_row(paragraph: Paragraph) -> tuple[Any, ...]:
    fragments = json.dumps(_plain(paragraph.fragments), separators=(",", ":"))
    return paragraph.text, paragraph.page, fragments, paragraph.confidence, paragraph.header


def paragraph_of(
    text: str, page: int, fragments: str, confidence: float | None = None, header: str | None = None
) -> Paragraph:
    """The paragraph of the columns text, page, fragments, confidence, header."""
    return Paragraph(text, page, _fragments(json.loads(fragments)), confidence, header)


def date_of(date: str | None, basis: str | None) -> tuple[dt.date | None, DateBasis | None]:
    """The date of the columns date, date_basis."""
    return dt.date.fromisoformat(date) if date else None, DateBasis(basis) if basis else None


def packed_headings(headings: Sequence[Heading]) -> str:
    """Compact JSON: [role, text, page, fragments, confidence, header] of each."""
    rows = []
    for heading in headings:
        p = heading.paragraph
        rows.append([heading.role, p.text, p.page, _plain(p.fragments), p.confidence, p.header])
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def headings_of(packed: str) -> tuple[Heading, ...]:
    return tuple(
        Heading(role, Paragraph(text, page, _fragments(fragments), confidence, header))
        for role, text, page, fragments, confidence, header in json.loads(packed)
    )


def _plain(fragments: Sequence[Fragment]) -> list[list[float]]:
    return [[f.start, f.end, f.box.page, f.box.x0, f.box.y0, f.box.x1, f.box.y1] for f in fragments]


def _fragments(rows: Sequence[Sequence[Any]]) -> tuple[Fragment, ...]:
    return tuple(Fragment(start, end, Box(*box)) for start, end, *box in rows)
