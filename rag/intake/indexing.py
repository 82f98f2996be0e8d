"""From a document's rows to READY: vectors, both indexes. Passages of several documents share a batch.

A document is visible only when its rows, its vectors and its index entries are in. Vectors are kept batch by batch, so
a kill costs one batch at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.errors import Stopped
from rag.evidence.embedding import BATCH, Embedder
from rag.evidence.search import embedding_text, passage_vectors, recipe
from rag.store.catalog import Catalog, State
from rag.store.keyword_store import KeywordStore
from rag.store.vector_store import VectorStore
from rag.types import Progress, StopSignal, heed

_Passage = tuple[int, str]  # how many characters it has, its id: texts are read when their turn has come
GROUP: Final = 64  # passages that are sorted by length together; the indexes are written once for each group


@dataclass(frozen=True, slots=True)
class Indexed:
    """A document is READY, or `failure` kept it from that."""

    document: str
    failure: Exception | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    document: str
    name: str
    passages: tuple[_Passage, ...]  # not embedded yet


@dataclass(slots=True)
class _Group:
    documents: tuple[_Waiting, ...]
    passages: list[_Passage]
    done: int = 0

    @property
    def step(self) -> str:
        first, *others = self.documents
        return f"导入 {first.name}" + (f" 等 {len(others) + 1} 个文件" if others else "")


class Indexing:
    """Documents whose rows are in the catalogue, on their way to READY."""

    def __init__(
        self, catalog: Catalog, vectors: VectorStore, keywords: KeywordStore, embedder: Callable[[], Embedder]
    ) -> None:
        self._catalog = catalog
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder
        self._waiting: list[_Waiting] = []
        self._alone: list[_Waiting] = []  # a group of theirs failed: each is tried by itself
        self._group: _Group | None = None
        self.last = (0, 0.0)  # passages of the last batch, and the seconds it took

    @property
    def idle(self) -> bool:
        return not (self._waiting or self._alone or self._group)

    @property
    def passages(self) -> int:
        """How many wait for their vectors."""
        waiting = sum(len(one.passages) for one in (*self._waiting, *self._alone))
        return waiting + (len(self._group.passages) - self._group.done if self._group else 0)

    def put(self, document: str, name: str) -> int:
        """Take a document, UNFINISHED and with its rows in; returns how many passages it has to embed."""
        passages = self._unembedded(document)
        self._waiting.append(_Waiting(document, name, passages))
        return len(passages)

    def ready(self, flush: bool) -> bool:
        """Whether `step` would do anything."""
        if self._group or self._alone:
            return True
        return bool(self._waiting) and (flush or self.passages >= GROUP)

    def step(self, flush: bool, stop: StopSignal | None = None) -> Iterator[Progress | Indexed]:
        """Embed one batch; with the last one of a group its documents become READY. `flush`: do not wait for more.

        Raises Stopped: the documents of the group stay UNFINISHED, and out of the indexes.
        """
        if not self.ready(flush):
            return
        group = self._group = self._group or self._next()
        began, batch = time.monotonic(), group.passages[group.done : group.done + BATCH]
        try:
            self.embed(batch)
            group.done += len(batch)
            if group.done == len(group.passages):
                self._finish(group, stop)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001 — handed on
            self._group = None
            if len(group.documents) > 1:
                self._alone += group.documents
            else:
                yield Indexed(group.documents[0].document, error)
            return
        self.last = len(batch), time.monotonic() - began
        yield Progress(group.step, group.done, len(group.passages))
        if group.done == len(group.passages):
            self._group = None
            for one in group.documents:
                yield Indexed(one.document)

    def forget(self) -> None:
        """Drop what waits; the rows stay as they are."""
        self._waiting.clear()
        self._alone.clear()
        self._group = None

    def refresh(self, stop: StopSignal | None) -> Iterator[Progress]:
        """Vectors for READY documents whose vectors are of an earlier embedder."""
        stale = self._catalog.stale(recipe(self._embedder()))
        for number, document in enumerate(stale, 1):
            passages = sorted(self._unembedded(document))
            for start in range(0, len(passages), BATCH):
                heed(stop)
                yield Progress(f"重新计算向量（第 {number} 个文件，共 {len(stale)} 个）", start, len(passages))
                self.embed(passages[start : start + BATCH])

    def find_twins(self, stop: StopSignal | None) -> Iterator[Progress]:
        """Twins for READY documents of earlier versions, which did not look for any. Both indexes are in order."""
        unlinked = self._catalog.unlinked()
        for done, document in enumerate(unlinked):
            yield Progress("查找重复刊登的文章", done, len(unlinked))
            heed(stop)
            self._catalog.link_twins([document])
            if any(row.same_as for row in self._catalog.index_rows(document)):
                self._vectors.remove(document)
                self._keywords.remove(document)
                self._vectors.add([document], self._vectors.generations.note.recipe)
                self._keywords.add([document])

    def embed(self, passages: Sequence[_Passage]) -> None:
        """Compute and keep vectors."""
        if not passages:
            return
        embedder, rows = self._embedder(), self._catalog.index_rows_of([passage for _, passage in passages])
        made = passage_vectors(embedder, [embedding_text(row.title, row.text, row.above) for row in rows])
        self._catalog.store_vectors(recipe(embedder), [row.passage for row in rows], made)

    def _next(self) -> _Group:
        if self._alone:
            documents = [self._alone.pop(0)]
        else:
            documents = [self._waiting.pop(0)]
            while self._waiting and sum(len(one.passages) for one in (*documents, self._waiting[0])) <= GROUP:
                documents.append(self._waiting.pop(0))
        # like lengths together: a batch costs what its longest text costs
        return _Group(tuple(documents), sorted(passage for one in documents for passage in one.passages))

    def _finish(self, group: _Group, stop: StopSignal | None) -> None:
        documents = [one.document for one in group.documents]
        self._catalog.link_twins(documents, stop)
        self._vectors.add(documents, recipe(self._embedder()), stop)
        self._keywords.add(documents, stop)
        self._catalog.set_states(documents, State.READY)

    def _unembedded(self, document: str) -> tuple[_Passage, ...]:
        missing = self._catalog.unembedded(recipe(self._embedder()), document)
        rows = self._catalog.index_rows(document)
        return tuple((len(row.text), row.passage) for row in rows if row.passage in missing)
