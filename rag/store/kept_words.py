"""The words a kept reply or briefing cites: kept with it, and led back to where they stand today.

Opened again, each citation points at the paragraph in the library that says the same; where the document is gone, the
words kept are shown instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rag.answers import Citation, Evidence
from rag.store.catalog import Catalog
from rag.types import Document, Paragraph, Passage, StoredArticle, StoredParagraph


class Places:
    """Where kept words stand today: in the same document, though corrections may have moved them to another article."""

    def __init__(self, catalog: Catalog, kept: Mapping[str, Any]) -> None:
        self._kept = kept
        self._documents = {one.id: one for one in catalog.documents(sorted({k["document"] for k in kept.values()}))}
        self._articles: dict[str, list[StoredArticle]] = {}
        for article in catalog.articles(tuple(self._documents)) if self._documents else ():
            self._articles.setdefault(article.document, []).append(article)

    def paragraph(self, one: Mapping[str, Any]) -> tuple[StoredParagraph, StoredArticle, Document]:
        """By its id if it still says the same, else by its words, else as it was kept."""
        document = self._kept[one["article"]]["document"]
        same = [
            (paragraph, article)
            for article in self._articles.get(document, ())
            for paragraph in article.paragraphs
            if paragraph.text == one["paragraph_text"]
        ]
        if not same:
            article, gone = self._as_kept(one["article"])
            printed = Paragraph(one["paragraph_text"], one["page"], confidence=one["confidence"], header=one["header"])
            paragraph = StoredParagraph(one["paragraph"], article.id, printed)
            return paragraph, replace(article, paragraphs=(paragraph,)), gone
        paragraph, article = next((pair for pair in same if pair[0].id == one["paragraph"]), same[0])
        return paragraph, article, self._documents[document]

    def article(self, name: str) -> tuple[StoredArticle, Document]:
        """By its id if it is still called the same, else as it was kept, without its text."""
        about = self._kept[name]
        for article in self._articles.get(about["document"], ()):
            if (article.id, article.title) == (name, about["title"]):
                return article, self._documents[article.document]
        return self._as_kept(name)

    def _as_kept(self, name: str) -> tuple[StoredArticle, Document]:
        about = self._kept[name]
        date = dt.date.fromisoformat(about["date"]) if about["date"] else None
        added = dt.datetime.fromisoformat(about["added"])
        document = Document(about["document"], about["name"], "", 0, added, 0, 0, 0)
        return StoredArticle(name, document.id, about["title"], date, about["page"], ()), document

    def evidence(self, one: Mapping[str, Any]) -> Evidence:
        paragraph, article, document = self.paragraph(one)
        start, end = one["span"]
        passage = Passage(one["passage"], paragraph.id, start, end, paragraph.text[start:end])
        return Evidence(passage, paragraph, article, document, one["score"])

    def citation(self, one: Mapping[str, Any]) -> Citation:
        paragraph, article, document = self.paragraph(one)
        start, end = one["span"]
        return Citation(paragraph, start, end, article, document, one["number"])


def place_of(paragraph: StoredParagraph, article: StoredArticle) -> dict[str, Any]:
    printed = paragraph.paragraph
    return {
        "paragraph": paragraph.id,
        "paragraph_text": printed.text,
        "page": printed.page,
        "confidence": printed.confidence,
        "header": printed.header,
        "article": article.id,
    }


def about(article: StoredArticle, document: Document) -> tuple[str, dict[str, Any]]:
    return article.id, {
        "document": document.id,
        "name": document.name,
        "added": document.added.isoformat(),
        "title": article.title,
        "date": article.date.isoformat() if article.date else None,
        "page": article.page,
    }
