"""What one question may look into: the documents and days it is limited to. Implements `asking.Sources`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rag.answering.article_table import count, dated_in, one_by_one
from rag.answering.asked import asks_for_list, headed_otherwise, passed_over
from rag.answers import Evidence, Period
from rag.evidence.embedding import Embedder
from rag.evidence.search import MatchingPassages, NearestPassages, Reranker, search
from rag.store.catalog import Catalog
from rag.types import Document, StoredArticle

_SHOWN, _FOR_LIST = 5, 8  # passages the answering model is asked about


@dataclass(frozen=True, slots=True)
class LibrarySources:
    """`within`: ids of documents, all when empty; `only`: the days articles must be of, any when None."""

    catalog: Catalog
    vectors: NearestPassages
    keywords: MatchingPassages
    embedder: Callable[[], Embedder]
    reranker: Reranker
    within: tuple[str, ...] = ()
    only: Period | None = None

    def evidence(self, question: str, periods: Sequence[Period] = (), only: bool = False) -> tuple[Evidence, ...]:
        """The passages to answer from, those of the periods first; `only`: no others. What stands under a heading of
        another kind than is asked for (「工作任务」, where it was asked what has been done) comes last.

        Raises as `search`.
        """
        limit = _FOR_LIST if asks_for_list(question) else _SHOWN
        many = limit if passed_over(question) is None else 2 * limit
        found = self.best(question, many, prefer=() if only else periods, only=periods if only else ())
        return tuple(sorted(found, key=lambda one: headed_otherwise(question, one))[:limit])

    def best(
        self,
        question: str,
        limit: int,
        *,
        one_per_paragraph: bool = False,
        prefer: Sequence[Period] = (),
        only: Sequence[Period] = (),
    ) -> tuple[Evidence, ...]:
        """As `search`, within the limits."""
        bounds = (*only, self.only) if self.only else tuple(only)
        within = self.within
        for period in bounds:
            within = dated_in(self.catalog, [period], within)
            if not within:
                return ()
        return search(
            question,
            self.catalog,
            self.vectors,
            self.keywords,
            self.embedder(),
            limit,
            within,
            one_per_paragraph,
            prefer,
            bounds,
            self.reranker,
        )

    def articles(self) -> Iterator[StoredArticle]:
        """One by one, in reading order."""
        for article in one_by_one(self.catalog, self.within):
            if self.only is None or (article.date is not None and self.only.holds(article.date)):
                yield article

    def documents(self) -> Mapping[str, Document]:
        """By id."""
        return {document.id: document for document in self.catalog.documents(self.within or None)}

    def count(self, periods: Sequence[Period] = ()) -> int:
        """How many articles lie within the limits, of the periods where some are given."""
        return count(self.catalog, self.within, periods or ((self.only,) if self.only else ()))
