"""What the user sets right in a ready document, brought into its rows and both indexes.

The document stays READY all along. Its entries are taken out of the indexes first, then its rows are written anew in
one transaction together with their vectors, then its entries go in again: whenever it is cut off, the indexes hold
entries of the rows that are there, or too few, and mend themselves as they do after any kill.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from rag.articles.corrections import Anchored, anchored, apply
from rag.evidence.embedding import BATCH, Embedder
from rag.evidence.search import embedding_text, passage_vectors, recipe
from rag.layout.sections import over, section_heads, words_above
from rag.store.catalog import Catalog
from rag.store.catalog_rows import rows_of
from rag.store.indexed_rows import Said, Vector
from rag.store.keyword_store import KeywordStore
from rag.store.reading_parts import Part
from rag.store.vector_store import VectorStore
from rag.text import passages
from rag.types import Correction


class Rewriting:
    """Corrections to ready documents. Holds no state of its own."""

    def __init__(
        self, catalog: Catalog, vectors: VectorStore, keywords: KeywordStore, embedder: Callable[[], Embedder]
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder

    def correct(self, document: str, correction: Correction) -> None:
        """Raises JianwenError: it cannot be, or new vectors are needed and the embedding model cannot be used."""
        kept = self._catalog.corrections(document)
        self._rewrite(document, (*kept, anchored(correction, self._catalog.uncorrected(document), kept)))

    def undo(self, document: str) -> None:
        """Take back all corrections of a document."""
        if self._catalog.corrections(document):
            self._rewrite(document, ())

    def _rewrite(self, document: str, corrections: Sequence[Anchored]) -> None:
        made = self._made(document, corrections)
        with out_of_indexes(document, self._catalog, self._vectors, self._keywords):
            self._catalog.rewrite(document, corrections, passages, made)

    def _made(self, document: str, corrections: Sequence[Anchored]) -> dict[Said, Vector]:
        """Vectors for the passages of which `Said` will be new; the model is loaded only if there are any."""
        rows = rows_of(document, Part(apply(self._catalog.uncorrected(document), corrections)), passages)
        titles = {row[0]: row[3] for row in rows.articles}
        texts: dict[str, list[tuple[int, str]]] = {article: [] for article in titles}
        for _, article, number, text, *_, header in rows.paragraphs:
            if header is None:
                texts[article].append((number, text))
        heads = {article: section_heads(numbered) for article, numbered in texts.items()}
        paragraphs = {
            row[0]: (titles[row[1]], words_above(over(heads[row[1]], row[2]), row[7]), row[3])
            for row in rows.paragraphs
        }
        there = self._catalog.vectors_by_text(document)
        said = ((*paragraphs[row[1]], *row[3:5]) for row in rows.passages)
        every = dict.fromkeys((title, above, text[start:end]) for title, above, text, start, end in said)
        missing = [one for one in every if one not in there]
        made: dict[Said, Vector] = {}
        for at in range(0, len(missing), BATCH):
            part, embedder = missing[at : at + BATCH], self._embedder()
            vectors = passage_vectors(embedder, [embedding_text(title, text, above) for title, above, text in part])
            for one, vector in zip(part, vectors, strict=True):
                made[one] = recipe(embedder), np.asarray(vector, "<f4").tobytes()
        return made


@contextmanager
def out_of_indexes(document: str, catalog: Catalog, vectors: VectorStore, keywords: KeywordStore) -> Iterator[None]:
    """Inside, a document may be rewritten or deleted: neither its entries nor those that lean on it are indexed."""
    concerned = (document, *catalog.leaning(document))
    for one in concerned:
        vectors.remove(one)
        keywords.remove(one)
    try:
        yield
    finally:
        vectors.add(concerned, vectors.generations.note.recipe)
        keywords.add(concerned)
