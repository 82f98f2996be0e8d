"""The vectors of a library: an index derived from its catalogue and kept in step with it.

Trouble in a derived index is logged and never shown as an empty or wrong answer: when Chroma cannot be used or trusted
(damaged, killed while writing, or in the hands of another process), searches run exactly over the catalogue's own
vectors, until `repair` or `rebuild` has mended the files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import Stopped
from rag.store.catalog import Catalog
from rag.store.generations import Generations
from rag.store.vectors import ExactVectors, VectorIndex, VectorTrouble, probe
from rag.types import Finding, Progress, Ranking, StopSignal, heed

SMALL: Final = 2000  # vectors: up to here making Chroma's index anew is quicker than a probe of it
_STEP: Final = 1000
_MEND: Final = "运行 jianwen rebuild 重建索引。检索结果不受影响，只是慢一些。"
_logger = logging.getLogger(__name__)


class VectorStore:
    """Nearest passages of one library. `recipe` names what made a vector: the embedder, and how it was given texts."""

    def __init__(self, library: Path, catalog: Catalog, writable: bool, small: int = SMALL) -> None:
        self._catalog = catalog
        self._writable = writable
        self._small = small
        self.generations = Generations(library, catalog, "chroma")
        self._chroma: VectorIndex | None = None
        self._recipe = ""  # of what is open
        self._doubted = False  # Chroma's files are not to be opened before `repair`
        self._exact: tuple[object, ExactVectors] | None = None
        self._seen: tuple[object, bool, dict[str, int]] | None = None

    def nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        recipe: str,
        documents: Sequence[str] = (),
        passages: Sequence[str] = (),
    ) -> Ranking:
        """Passages near `vector` (d,), best first: by Chroma when it is in order, else exactly.

        Only those of `documents`, unless empty, and besides these `passages` of others.

        Empty as long as some passage has no vector of this `recipe` (the embedder was changed).
        """
        stale, counts = self._look(recipe)
        if stale:
            return []
        chroma = self._open(recipe)
        if chroma is not None:
            try:
                found = chroma.nearest(vector, limit, documents, passages)
            except VectorTrouble:
                _logger.exception("Chroma failed; answering from the catalogue's vectors")
                self._doubt()
            else:
                inside = sum(counts.get(d, 0) for d in set(documents)) + len(passages)
                possible = inside if documents else sum(counts.values())
                if len(found) >= min(limit, possible):  # a filtered graph search may stop short
                    return found
        return self._exact_vectors(recipe).nearest(vector, limit, documents, passages)

    def add(self, documents: Sequence[str], recipe: str, stop: StopSignal | None = None) -> None:
        """Put documents in, some hundred passages at a time. Raises Stopped: none of them is in."""
        chroma = self._open(recipe)
        if chroma is None:
            return
        try:
            for passages, owners, vectors in self._catalog.vectors_in_batches(recipe, documents):
                heed(stop)
                if passages:
                    chroma.upsert(passages, owners, vectors)
        except VectorTrouble:
            _logger.exception("Chroma did not take documents %s", documents)
            self._doubt()
        except Stopped:
            for document in documents:
                self.remove(document)
            raise

    def remove(self, document: str) -> None:
        chroma = self._open(self.generations.note.recipe)
        if chroma is not None:
            try:
                chroma.remove(document)
            except VectorTrouble:
                _logger.exception("Chroma did not remove document %s", document)
                self._doubt()

    def repair(self, recipe: str, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Bring Chroma back into use if it is not: mended when a probe finds it sound, else made anew."""
        if self._open(recipe) is not None:
            return
        passages, documents, vectors = self._catalog.vectors(recipe)
        if self.generations.note.recipe == recipe and len(passages) > self._small:
            yield Progress("检查检索索引", 0, 0)
            folder = self.generations.folder
            present = probe(folder) if folder.is_dir() else None
            if present is not None and self._mend(recipe, present, passages, documents, vectors):
                return
        yield from self.rebuild(recipe, stop)

    def rebuild(self, recipe: str, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Make Chroma's index anew in a new folder that takes the old one's place."""
        self._doubt()
        generation = self.generations.fresh()
        passages, documents, vectors = self._catalog.vectors(recipe)
        try:
            chroma = VectorIndex.open(self.generations.folder_of(generation))
        except VectorTrouble:
            _logger.exception("Chroma cannot make an index; searches stay exact")
            return
        try:
            for start in range(0, len(passages), _STEP):
                heed(stop)
                yield Progress("重建向量索引", start, len(passages))
                part = slice(start, start + _STEP)
                chroma.upsert(passages[part], documents[part], vectors[part])
        except VectorTrouble:
            _logger.exception("Chroma did not take the vectors; searches stay exact")
            _close(chroma)
            return
        except BaseException:
            _close(chroma)
            raise
        self.generations.swap(generation, recipe)
        self._use(chroma, recipe)

    def close(self) -> None:
        chroma, self._chroma = self._chroma, None
        if chroma is not None and _close(chroma):
            self.generations.seal()

    def findings(self, recipe: str | None) -> Iterator[Finding]:
        """What `doctor` says; `recipe` None: there is no embedding model to ask for."""
        note = self.generations.note
        stale, counts = self._look(recipe or note.recipe)
        expected = sum(counts.values())
        if stale:
            said = "向量模型已更换，尚未重新计算向量：目前只按关键词检索。"
            yield Finding("error", said, "运行 jianwen rebuild 重新计算。")
        elif not self._writable:
            yield Finding("ok", "向量检索直接使用目录中的向量（只读打开）。")
        elif not expected or self._counted(note.recipe) == expected:
            yield Finding("ok", f"向量索引完整（{expected} 条）。")
        else:
            yield Finding("warning", f"向量索引不完整或上次未正常关闭，暂用目录中的 {expected} 条向量检索。", _MEND)

    def _look(self, recipe: str) -> tuple[bool, dict[str, int]]:
        """Whether vectors of `recipe` are missing, and the passages of each ready document."""
        key = (self._catalog.revision, recipe)
        if self._seen is None or self._seen[0] != key:
            self._seen = key, bool(self._catalog.stale(recipe)), self._catalog.passage_counts()
        return self._seen[1:]

    def _open(self, recipe: str) -> VectorIndex | None:
        """Chroma's index, if it holds this recipe's vectors of all ready documents and its files can be trusted."""
        if self._chroma is not None:
            return self._chroma if self._recipe == recipe else None
        note = self.generations.note
        if not self._writable or self._doubted or not note.generation or note.recipe != recipe:
            return None
        self._doubted = True  # unless all of the following holds
        if not self.generations.untouched():
            _logger.info("the vector index was not closed properly, or was changed")
            return None
        try:
            chroma = VectorIndex.open(self.generations.folder)
        except VectorTrouble:
            _logger.exception("the vector index does not open")
            return None
        self._use(chroma, recipe)
        if self._counted(recipe) != sum(self._catalog.passage_counts().values()):
            self._doubt()
            return None
        self.generations.seal()  # opening alone changes a file; a kill while only searching shall leave it sealed
        return chroma

    def _mend(
        self,
        recipe: str,
        present: frozenset[str],
        passages: list[str],
        documents: list[str],
        vectors: NDArray[np.float32],
    ) -> bool:
        try:
            chroma = VectorIndex.open(self.generations.folder)
            self._use(chroma, recipe)
            chroma.discard(sorted(present.difference(passages)))
            missing = [row for row, passage in enumerate(passages) if passage not in present]
            chroma.upsert([passages[row] for row in missing], [documents[row] for row in missing], vectors[missing])
        except VectorTrouble:
            _logger.exception("Chroma's index cannot be mended; making it anew")
            self._doubt()
            return False
        return True

    def _use(self, chroma: VectorIndex, recipe: str) -> None:
        self._chroma, self._recipe, self._doubted, self._exact = chroma, recipe, False, None

    def _doubt(self) -> None:
        """Stop using Chroma until `repair` or `rebuild`."""
        chroma, self._chroma, self._doubted = self._chroma, None, True
        if chroma is not None:
            _close(chroma)

    def _counted(self, recipe: str) -> int | None:
        chroma = self._open(recipe)
        try:
            return None if chroma is None else len(chroma)
        except VectorTrouble:
            _logger.exception("Chroma does not count")
            return None

    def _exact_vectors(self, recipe: str) -> ExactVectors:
        key = (self._catalog.revision, recipe)
        if self._exact is None or self._exact[0] != key:
            self._exact = key, ExactVectors(*self._catalog.vectors(recipe))
        return self._exact[1]


def _close(index: VectorIndex) -> bool:
    try:
        index.close()
    except VectorTrouble:
        _logger.exception("an index did not close")
        return False
    return True
