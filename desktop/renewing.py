"""After a correction the ids of a document's articles change: what was opened or answered before is found again by
what it says and where it stands. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from desktop.marks import Place
from rag.answers import Answer, Citation, Evidence, Refusal, Statement
from rag.types import Document, Paragraph, StoredArticle, StoredParagraph

_Found = tuple[StoredArticle, StoredParagraph | None]


@dataclass(frozen=True)
class Renewal:
    """A document and its articles as they are now. What belongs to other documents is given back as it is."""

    document: Document
    articles: tuple[StoredArticle, ...]

    @cached_property
    def _places(self) -> dict[Paragraph, list[_Found]]:
        found: dict[Paragraph, list[_Found]] = {}
        for article in self.articles:
            for heading in article.headings:
                found.setdefault(heading.paragraph, []).append((article, None))
            for paragraph in article.paragraphs:
                found.setdefault(paragraph.paragraph, []).append((article, paragraph))
        return found

    def _at(self, paragraph: Paragraph, article: str) -> _Found | tuple[None, None]:
        """Where a paragraph is now; where it is printed several times, rather in the article of the same number."""
        found = self._places.get(paragraph, [])
        return next((place for place in found if place[0].id == article), found[0] if found else (None, None))

    def article(self, before: StoredArticle) -> StoredArticle | None:
        """The article that now holds the beginning of one that was there before; None when it is gone."""
        body = (paragraph.paragraph for paragraph in before.paragraphs)
        for paragraph in (*body, *(heading.paragraph for heading in before.headings)):
            article, _ = self._at(paragraph, before.id)
            if article is not None:
                return article
        return next((article for article in self.articles if article.id == before.id), None)

    def place(self, place: Place) -> Place | None:
        """The same place now; None when its article is gone."""
        if place.document.id != self.document.id:
            return place
        if place.aside:
            return replace(place, document=self.document)
        if place.paragraph is not None:
            article, paragraph = self._at(place.paragraph.paragraph, place.article.id)
            if article is not None and paragraph is not None:
                return Place(self.document, article, paragraph, place.spans)
        now = self.article(place.article)
        return None if now is None else Place(self.document, now)

    def evidence(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(map(self._evidence, evidence))

    def _evidence(self, evidence: Evidence) -> Evidence:
        article, paragraph = self._find(evidence.document, evidence.paragraph)
        if article is None or paragraph is None:
            return evidence
        passage = replace(evidence.passage, paragraph=paragraph.id)
        return Evidence(passage, paragraph, article, self.document, evidence.score)

    def _citation(self, citation: Citation) -> Citation:
        article, paragraph = self._find(citation.document, citation.paragraph)
        if article is None or paragraph is None:
            return citation
        return replace(citation, paragraph=paragraph, article=article, document=self.document)

    def result(self, result: Answer | Refusal) -> Answer | Refusal:
        """An answer or refusal that names its sources as they are now."""
        if isinstance(result, Refusal):
            return replace(result, nearest=self.evidence(result.nearest))
        statements = tuple(map(self._statement, result.statements))
        return replace(result, statements=statements, evidence=self.evidence(result.evidence))

    def _statement(self, statement: Statement) -> Statement:
        return replace(statement, citations=tuple(map(self._citation, statement.citations)))

    def _find(self, document: Document, paragraph: StoredParagraph) -> _Found | tuple[None, None]:
        if document.id != self.document.id:
            return None, None
        return self._at(paragraph.paragraph, paragraph.article)


def still_there(result: Answer | Refusal, documents: Mapping[str, Document]) -> Answer | Refusal:
    """The result with those of its documents marked as gone that are not among `documents` (by id) any more."""

    def today(document: Document) -> Document:
        return documents.get(document.id) or replace(document, sha256="")

    def evidence(found: Evidence) -> Evidence:
        return replace(found, document=today(found.document))

    if isinstance(result, Refusal):
        return replace(result, nearest=tuple(map(evidence, result.nearest)))
    statements = tuple(
        replace(one, citations=tuple(replace(c, document=today(c.document)) for c in one.citations))
        for one in result.statements
    )
    return replace(result, statements=statements, evidence=tuple(map(evidence, result.evidence)))
