"""The words of a library: an index derived from its catalogue and kept in step with it.

Trouble in a derived index is logged and never shown as an empty or wrong answer: when tantivy cannot be used or trusted
(damaged, killed while writing, or in the hands of another process), searches run over a keyword index in memory, until
`repair` or `rebuild` has mended the files.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rag.errors import Stopped
from rag.store.catalog import Catalog, State
from rag.store.generations import Generations
from rag.store.indexed_rows import IndexRow
from rag.store.keywords import KeywordIndex, KeywordTrouble
from rag.text import search_terms
from rag.types import Finding, Progress, Ranking, StopSignal, heed

_SAMPLE: Final = "2024年5月，“十四五”规划提出：义务教育“双减”要求3.5%以上 GDP"
_MEND: Final = "运行 jianwen rebuild 重建索引。检索结果不受影响，只是慢一些。"
_logger = logging.getLogger(__name__)


class KeywordStore:
    """Passages of one library by their words."""

    def __init__(self, library: Path, catalog: Catalog, writable: bool) -> None:
        self._catalog = catalog
        self._writable = writable
        self.generations = Generations(library, catalog, "keywords")
        self._index: KeywordIndex | None = None
        self._on_disk = False
        self._building = False
        self._revision: tuple[int, int] | None = None  # of the catalogue when a reader's index was checked against it

    def matching(
        self, terms: Sequence[str], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> Ranking:
        """Passages holding some of `terms`, best first; narrowed as `VectorStore.nearest` is."""
        try:
            return self._open().matching(terms, limit, documents, passages)
        except KeywordTrouble:
            _logger.exception("tantivy failed; answering from an index in memory")
            return self._in_memory().matching(terms, limit, documents, passages)

    def add(self, documents: Sequence[str], stop: StopSignal | None = None) -> None:
        """Put documents in. Raises Stopped: none of them is in."""
        try:
            index = self._open()
            try:
                for document in documents:
                    self._put(index, document, stop)
            except Stopped:
                for document in documents:
                    index.remove(document)
                raise
            index.commit()
        except KeywordTrouble:
            _logger.exception("tantivy did not take documents %s", documents)
            self._drop()

    def remove(self, document: str) -> None:
        try:
            index = self._open()
            index.remove(document)
            index.commit()
        except KeywordTrouble:
            _logger.exception("tantivy did not remove document %s", document)
            self._drop()

    def repair(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Bring the index on disk into use if it is not; a search would do the same, but silently."""
        if not self._on_disk:
            self._open_disk()
        if not self._on_disk:
            yield from self.rebuild(stop)

    def rebuild(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Make the index anew in a new folder that takes the old one's place; the old one answers meanwhile."""
        generation = self.generations.fresh()
        documents = tuple(self._catalog.passage_counts())
        self._building, index = True, None
        try:
            index = KeywordIndex.open(self.generations.folder_of(generation))
            for done, document in enumerate(documents):
                heed(stop)
                yield Progress("重建关键词索引", done, len(documents))
                self._put(index, document)
            index.commit()
        except KeywordTrouble:
            _logger.exception("tantivy cannot make an index; searching in memory")
            self._in_memory()
        else:
            self._drop()
            self.generations.swap(generation, terms_recipe())
            self._index, self._on_disk = index, True
        finally:
            self._building = False
            if index is not None and index is not self._index:
                _close(index)

    def close(self) -> None:
        on_disk = self._on_disk
        if self._drop() and on_disk and self._writable:
            self.generations.seal()

    def findings(self) -> Iterator[Finding]:
        count, expected = len(self._open()), sum(self._catalog.passage_counts().values())
        if self._on_disk and count == expected:
            yield Finding("ok", f"关键词索引完整（{expected} 条）。")
        elif not self._writable:
            yield Finding("ok", "关键词检索在内存中进行（只读打开）。")
        else:
            yield Finding("warning", f"关键词索引不能使用，暂在内存中检索（{count} 条，应有 {expected} 条）。", _MEND)

    def _open(self) -> KeywordIndex:
        """An index of all ready documents: the one on disk, mended or made anew if need be, or one in memory."""
        if self._index is not None and (self._writable or self._catalog.revision == self._revision):
            return self._index
        self._open_disk()
        if self._index is None and self._writable and not self._building:
            for _ in self.rebuild():
                pass
        return self._index if self._index is not None else self._in_memory()

    def _open_disk(self) -> None:
        """Use the index on disk if it is sound and complete, or can be mended quickly; else none."""
        self._drop()
        self._revision = self._catalog.revision
        note = self.generations.note
        if not note.generation or note.recipe != terms_recipe() or not self.generations.unharmed():
            return
        try:
            self._index, self._on_disk = KeywordIndex.open(self.generations.folder), True
            if self._complete(self._index):
                return
        except KeywordTrouble:
            _logger.exception("the keyword index cannot be used")
        self._drop()

    def _complete(self, index: KeywordIndex) -> bool:
        """Whether the index holds the ready documents (and, for its writer, nothing else); its writer mends it."""
        counts = self._catalog.passage_counts()
        wrong = [document for document, count in counts.items() if index.count(document) != count]
        if not self._writable:
            return not wrong  # a writer elsewhere may just be putting in more
        hidden = self._catalog.in_state(State.UNFINISHED) + self._catalog.in_state(State.REMOVING)
        early = [document for document in hidden if index.count(document)]
        for document in early:
            index.remove(document)
        for document in wrong:
            self._put(index, document)
        if early or wrong:
            index.commit()
        return len(index) == sum(counts.values())

    def _in_memory(self) -> KeywordIndex:
        self._drop()
        index = KeywordIndex.open(None)
        for document in self._catalog.passage_counts():
            self._put(index, document)
        index.commit()
        self._index = index
        return index

    def _put(self, index: KeywordIndex, document: str, stop: StopSignal | None = None) -> None:
        index.remove(document)
        above: dict[str, tuple[str, ...]] = {}
        for row in self._catalog.index_rows(document):
            heed(stop)
            if row.same_as:
                continue
            words = shared_words(row)
            if words not in above:
                above[words] = search_terms(words)
            index.add(row.passage, document, search_terms(row.text), above[words])

    def _drop(self) -> bool:
        """Let go of the index; true when there was one and it closed well."""
        index, self._index, self._on_disk = self._index, None, False
        return index is not None and _close(index)


def shared_words(row: IndexRow) -> str:
    """What a passage shares with its neighbours and is found by too: its article's title, what it stands under."""
    return "\n".join(filter(None, (row.title, row.above)))


def terms_recipe() -> str:
    """Changes when the terms of a passage do, so that an index of other terms is not used."""
    shared = shared_words(IndexRow("", "", _SAMPLE, "", "", "一、师资 （一）在编\n学校\t人数"))
    return f"{zlib.crc32(repr((search_terms(_SAMPLE), search_terms(shared))).encode()):08x}"


def _close(index: KeywordIndex) -> bool:
    try:
        index.close()
    except KeywordTrouble:
        _logger.exception("an index did not close")
        return False
    return True
