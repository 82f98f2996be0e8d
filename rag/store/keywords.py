"""Passages by the words they share with the question: tantivy, BM25. Derived from the catalogue.

Texts are cut into terms by `rag.text.search_terms` (search-mode words and Han bigrams) before they get here, and
queries are built from terms, never parsed, so nothing a user types is syntax. Robertson and Zaragoza, "The
Probabilistic Relevance Framework: BM25 and Beyond" (2009), is the ranking that tantivy implements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rag.types import Ranking

TITLE_WEIGHT: Final = 0.5  # a title tells what all passages of an article are about, but all share it
_HEAP_BYTES: Final = 30_000_000  # tantivy refuses less than 15 MB


class KeywordTrouble(Exception):
    """The index cannot be used. Never shown: an index in memory answers and the one on disk is made anew."""


class KeywordIndex:
    """One tantivy index, in a folder or (None) in memory. Belongs to one thread."""

    def __init__(self, index: Any, schema: Any) -> None:
        self._index = index
        self._schema = schema
        self._writer: Any = None
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path | None) -> KeywordIndex:
        """Open the index in `folder`, an empty one if the folder holds none.

        Raises:
            KeywordTrouble: tantivy refuses the files, or the disk does.
        """
        with _trouble():
            import tantivy

            builder = tantivy.SchemaBuilder()
            builder.add_text_field("passage", stored=True, tokenizer_name="raw", index_option="basic")
            builder.add_text_field("document", tokenizer_name="raw", index_option="basic")
            for field in ("text", "title"):  # terms joined by spaces: this tokenizer keeps them as they are
                builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
            schema = builder.build()
            if folder is None:
                return cls(tantivy.Index(schema), schema)
            folder.mkdir(parents=True, exist_ok=True)
            return cls(tantivy.Index(schema, path=str(folder)), schema)

    def close(self) -> None:
        """Give the files back; the folder may be deleted afterwards."""
        with _trouble():
            if self._writer is not None:
                self._writer.wait_merging_threads()
            self._writer = self._searcher = self._index = None

    def refresh(self) -> None:
        """See what another process has committed."""
        with _trouble():
            self._index.reload()
            self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def count(self, document: str) -> int:
        """The passages of one document."""
        with _trouble():
            return int(self._searcher.search(self._term("document", document), 1).count)

    def add(self, passage: str, document: str, terms: Sequence[str], title_terms: Sequence[str]) -> None:
        """Put a passage in; it is found after `commit`. `replace` first, lest it be there twice."""
        with _trouble():
            import tantivy

            entry = tantivy.Document()
            entry.add_text("passage", passage)
            entry.add_text("document", document)
            entry.add_text("text", " ".join(terms))
            entry.add_text("title", " ".join(title_terms))
            self._open_writer().add_document(entry)

    def remove(self, document: str) -> None:
        """Take a document's passages out; they are found until `commit`."""
        with _trouble():
            self._open_writer().delete_documents_by_term("document", document)

    def commit(self) -> None:
        """Make the changes visible and lasting."""
        with _trouble():
            self._open_writer().commit()
        self.refresh()

    def matching(
        self, terms: Sequence[str], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> Ranking:
        """At most `limit` passages that hold some of `terms`, with their BM25 score, best first.

        Only those of `documents`, unless empty, and besides these `passages` of others.
        """
        if not terms:
            return []
        with _trouble():
            import tantivy

            should, must = tantivy.Occur.Should, tantivy.Occur.Must
            parts = []
            for term in dict.fromkeys(terms):
                parts.append((should, self._term("text", term)))
                parts.append((should, tantivy.Query.boost_query(self._term("title", term), TITLE_WEIGHT)))
            query = tantivy.Query.boolean_query(parts)
            if documents:
                inside = tantivy.Query.term_set_query(self._schema, "document", list(documents))
                if passages:
                    these = tantivy.Query.term_set_query(self._schema, "passage", list(passages))
                    inside = tantivy.Query.boolean_query([(should, inside), (should, these)])
                narrowed = tantivy.Query.const_score_query(inside, 0.0)
                query = tantivy.Query.boolean_query([(must, query), (must, narrowed)])
            hits = self._searcher.search(query, limit, count=False).hits
            return [(str(self._searcher.doc(place)["passage"][0]), float(score)) for score, place in hits]

    def _term(self, field: str, value: str) -> Any:
        import tantivy

        option = "freq" if field in ("text", "title") else "basic"
        return tantivy.Query.term_query(self._schema, field, value, index_option=option)

    def _open_writer(self) -> Any:
        """The writer holds tantivy's own lock, so readers never make one."""
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        return self._writer


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever tantivy raises (Rust panics included, which are no `Exception`) becomes `KeywordTrouble`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, KeywordTrouble):
        raise
    except BaseException as error:
        raise KeywordTrouble(repr(error)) from error
