"""The two derived indexes of a library, kept in step with its catalogue.

Each lives in a numbered folder of its own (`chroma/3`, `keywords/7`); the catalogue notes which number holds, so that
making one anew and swapping is one transaction, and a half-made one is never looked at. At every clean close the note
also keeps a seal (size and checksum of each file): what does not match it was changed behind our back, or written by a
program that was killed. Such an index is not trusted. Then, and for a second process, searches are exact ones over
the catalogue's own vectors and over an index in memory: never an empty or wrong answer because an index is damaged.
"""

from __future__ import annotations

import json
import logging
import shutil
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.catalog import Catalog
from rag.errors import Stopped
from rag.keywords import KeywordIndex, KeywordTrouble
from rag.text import search_terms
from rag.types import Finding, Progress, StopSignal
from rag.vectors import ExactVectors, VectorIndex, VectorTrouble, probe

Ranking = list[tuple[str, float]]
Seal = dict[str, tuple[int, int]]

_SMALL: Final = 2000  # vectors: up to here making Chroma's index anew is quicker than a probe of it
_SAMPLE: Final = "2024年5月，“十四五”规划提出：义务教育“双减”要求3.5%以上 GDP"
# changes when the cutting of terms does, so that an index of other terms is not used
_TERMS: Final = "terms"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Note:
    """What the catalogue remembers of one index. `recipe`: the embedder's name, or the fingerprint of the terms."""

    generation: int = 0
    recipe: str = ""
    seal: Seal = field(default_factory=dict)


class Indexes:
    """Vectors and keywords of one library; opened when first needed. Belongs to the catalogue's thread."""

    def __init__(self, folder: Path, catalog: Catalog, writable: bool, small: int = _SMALL) -> None:
        self._folder = folder
        self._catalog = catalog
        self._writable = writable
        self._small = small
        self._chroma: VectorIndex | None = None
        self._chroma_recipe = ""
        self._doubted = False  # Chroma's files are not to be opened before `repair`
        self._exact: tuple[object, ExactVectors] | None = None
        self._stale: tuple[object, bool] | None = None
        self._keywords: KeywordIndex | None = None
        self._keywords_revision: tuple[int, int] | None = None  # what a reader's index was checked against
        self._on_disk = False

    # ------------------------------------------------------------ searching

    def nearest(self, vector: NDArray[np.float32], limit: int, recipe: str, documents: Sequence[str] = ()) -> Ranking:
        """Passages near `vector` (d,), best first: by Chroma when it is in order, else exactly.

        Empty as long as some passage has no vector of this `recipe` (the embedder was changed).
        """
        if self._is_stale(recipe):
            return []
        chroma = self._open_chroma(recipe)
        if chroma is not None:
            try:
                found = chroma.nearest(vector, limit, documents)
            except VectorTrouble:
                _log.exception("Chroma failed; answering from the catalogue's vectors")
                self._doubt()
            else:
                counts = self._catalog.passage_counts()
                possible = sum(counts.get(d, 0) for d in set(documents)) if documents else sum(counts.values())
                if len(found) >= min(limit, possible):  # a filtered graph search may stop short
                    return found
        return self._exact_vectors(recipe).nearest(vector, limit, documents)

    def matching(self, terms: Sequence[str], limit: int, documents: Sequence[str] = ()) -> Ranking:
        """Passages holding some of `terms`, best first."""
        try:
            return self._open_keywords().matching(terms, limit, documents)
        except KeywordTrouble:
            _log.exception("tantivy failed; answering from an index in memory")
            self._keywords, self._on_disk = self._keywords_in_memory(), False
            return self._keywords.matching(terms, limit, documents)

    # ------------------------------------------------------------ following the catalogue

    def add(self, document: str, recipe: str) -> None:
        """Put a document's passages into both indexes. Trouble there is logged: the catalogue has everything."""
        chroma = self._open_chroma(recipe)
        if chroma is not None:
            try:
                passages, documents, vectors = self._catalog.vectors(recipe, document)
                chroma.upsert(passages, documents, vectors)
            except VectorTrouble:
                _log.exception("Chroma did not take document %s", document)
                self._doubt()
        try:
            keywords = self._open_keywords()
            self._put_keywords(keywords, document)
            keywords.commit()
        except KeywordTrouble:
            _log.exception("tantivy did not take document %s", document)
            self._drop_keywords()

    def remove(self, document: str) -> None:
        """Take a document out of both indexes. Trouble there is logged: searches only show what is catalogued."""
        chroma = self._open_chroma(self._note("chroma").recipe)
        if chroma is not None:
            try:
                chroma.remove(document)
            except VectorTrouble:
                _log.exception("Chroma did not remove document %s", document)
                self._doubt()
        try:
            keywords = self._open_keywords()
            keywords.remove(document)
            keywords.commit()
        except KeywordTrouble:
            _log.exception("tantivy did not remove document %s", document)
            self._drop_keywords()

    def repair(self, recipe: str, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Bring Chroma's index back into use if it is not: mended when a probe finds it sound, else made anew."""
        self._open_keywords()
        if self._open_chroma(recipe) is not None:
            return
        note = self._note("chroma")
        yield Progress("检查检索索引", 0, 0)
        passages, documents, vectors = self._catalog.vectors(recipe)
        if note.recipe == recipe and len(passages) > self._small:
            folder = self._path("chroma", note.generation)
            present = probe(folder) if folder.is_dir() else None
            if present is not None:
                try:
                    self._chroma = VectorIndex.open(folder)
                    self._chroma.discard(sorted(present - set(passages)))
                    missing = [row for row, passage in enumerate(passages) if passage not in present]
                    self._chroma.upsert(
                        [passages[row] for row in missing], [documents[row] for row in missing], vectors[missing]
                    )
                    self._chroma_recipe, self._doubted = recipe, False
                    return
                except VectorTrouble:
                    _log.exception("Chroma's index cannot be mended; making it anew")
        yield from self._rebuild_chroma(recipe, stop)

    def rebuild(self, recipe: str, stop: StopSignal | None = None) -> Iterator[Progress]:
        """Make both indexes anew from the catalogue, each in a new folder that takes the old one's place."""
        documents = tuple(self._catalog.passage_counts())
        self._drop_keywords()
        generation = self._fresh("keywords")
        keywords = KeywordIndex.open(self._path("keywords", generation))
        try:
            for done, document in enumerate(documents):
                _check(stop)
                yield Progress("重建关键词索引", done, len(documents))
                self._put_keywords(keywords, document)
            keywords.commit()
        except BaseException:
            keywords.close()
            raise
        self._swap("keywords", _Note(generation, _terms_recipe()))
        self._keywords, self._on_disk = keywords, True
        yield from self._rebuild_chroma(recipe, stop)

    # ------------------------------------------------------------ life

    def tidy(self) -> None:
        """Delete index folders that are not in use (half made, or outlived)."""
        for kind in ("chroma", "keywords"):
            keep = str(self._note(kind).generation)
            for entry in self._path(kind).glob("*"):
                if entry.name != keep:  # may fail while Windows still holds a file: next time
                    shutil.rmtree(entry, ignore_errors=True)

    def close(self) -> None:
        """Close both and seal what was written, so that the next opening trusts it."""
        chroma, self._chroma = self._chroma, None
        if chroma is not None:
            try:
                chroma.close()
            except VectorTrouble:
                _log.exception("Chroma did not close")
            else:
                self._seal("chroma")
        on_disk = self._on_disk
        if self._drop_keywords() and on_disk and self._writable:
            self._seal("keywords")

    def findings(self, recipe: str | None) -> Iterator[Finding]:
        """What `doctor` says of the indexes; `recipe` None: no embedding model to ask for."""
        mend = "运行 jianwen rebuild 重建索引。检索结果不受影响，只是慢一些。"
        expected = sum(self._catalog.passage_counts().values())
        if not self._writable:
            yield Finding("ok", "只读打开：检索直接使用目录中的向量。")
            return
        note = self._note("chroma")
        if recipe is not None and self._is_stale(recipe):
            yield Finding("error", "向量模型已更换，尚未重新计算向量：目前只按关键词检索。", "运行 jianwen rebuild。")
        else:
            chroma = self._open_chroma(note.recipe)
            count = self._counted(chroma)
            if expected and count != expected:
                said = "打不开或上次未正常关闭" if count is None else f"有 {count} 条，应有 {expected} 条"
                yield Finding("warning", f"向量索引{said}，暂用目录中的向量检索。", mend)
            else:
                yield Finding("ok", f"向量索引完整（{expected} 条）。")
        keywords = len(self._open_keywords())
        if self._on_disk and keywords == expected:
            yield Finding("ok", f"关键词索引完整（{expected} 条）。")
        else:
            yield Finding("warning", f"关键词索引有 {keywords} 条，应有 {expected} 条。", mend)

    # ------------------------------------------------------------ vectors

    def _open_chroma(self, recipe: str) -> VectorIndex | None:
        """Chroma's index if it holds this recipe's vectors of all ready documents and its files can be trusted."""
        if self._chroma is not None:
            return self._chroma if self._chroma_recipe == recipe else None
        note = self._note("chroma")
        if not self._writable or self._doubted or not note.generation or note.recipe != recipe:
            return None
        folder = self._path("chroma", note.generation)
        self._doubted = True  # unless all of the following holds
        if not note.seal or _sealed(folder) != note.seal:
            _log.warning("the vector index was not closed or was changed: %s", folder)
            return None
        try:
            chroma = VectorIndex.open(folder)
            if len(chroma) != sum(self._catalog.passage_counts().values()):
                chroma.close()
                return None
        except VectorTrouble:
            _log.exception("the vector index does not open")
            return None
        self._chroma, self._chroma_recipe, self._doubted = chroma, recipe, False
        self._seal("chroma")  # opening alone changes Chroma's file; a kill while only searching leaves it sealed
        return chroma

    def _rebuild_chroma(self, recipe: str, stop: StopSignal | None) -> Iterator[Progress]:
        self._doubt()
        generation = self._fresh("chroma")
        passages, documents, vectors = self._catalog.vectors(recipe)
        step = 1000
        try:
            chroma = VectorIndex.open(self._path("chroma", generation))
        except VectorTrouble:
            _log.exception("Chroma cannot make an index; searches stay exact")
            return
        try:
            for start in range(0, len(passages), step):
                _check(stop)
                yield Progress("重建向量索引", start, len(passages))
                part = slice(start, start + step)
                chroma.upsert(passages[part], documents[part], vectors[part])
        except VectorTrouble:
            _log.exception("Chroma did not take the vectors; searches stay exact")
            self._quietly_close(chroma)
            return
        except BaseException:
            self._quietly_close(chroma)
            raise
        self._swap("chroma", _Note(generation, recipe))
        self._chroma, self._chroma_recipe, self._doubted = chroma, recipe, False

    def _doubt(self) -> None:
        """Stop using Chroma until `repair` or `rebuild`."""
        chroma, self._chroma, self._doubted = self._chroma, None, True
        if chroma is not None:
            self._quietly_close(chroma)

    @staticmethod
    def _quietly_close(chroma: VectorIndex) -> None:
        try:
            chroma.close()
        except VectorTrouble:
            _log.exception("Chroma did not close")

    @staticmethod
    def _counted(chroma: VectorIndex | None) -> int | None:
        try:
            return None if chroma is None else len(chroma)
        except VectorTrouble:
            return None

    def _exact_vectors(self, recipe: str) -> ExactVectors:
        key = (self._catalog.revision, recipe)
        if self._exact is None or self._exact[0] != key:
            self._exact = key, ExactVectors(*self._catalog.vectors(recipe))
        return self._exact[1]

    def _is_stale(self, recipe: str) -> bool:
        key = (self._catalog.revision, recipe)
        if self._stale is None or self._stale[0] != key:
            self._stale = key, bool(self._catalog.stale(recipe))
        return self._stale[1]

    # ------------------------------------------------------------ keywords

    def _open_keywords(self) -> KeywordIndex:
        """An index that holds all ready documents: the one on disk, mended or made anew if need be, or in memory."""
        if self._keywords is not None and (self._writable or self._catalog.revision == self._keywords_revision):
            return self._keywords
        self._drop_keywords()
        self._keywords_revision = self._catalog.revision
        note = self._note("keywords")
        folder = self._path("keywords", note.generation)
        try:
            if note.generation and note.recipe == _terms_recipe() and _unharmed(folder, note.seal):
                self._keywords, self._on_disk = KeywordIndex.open(folder), True
                if self._keywords_complete(self._keywords):
                    return self._keywords
            if self._writable:
                return self._keywords_anew()
        except (KeywordTrouble, OSError):
            _log.exception("the keyword index cannot be used; making one in memory")
        self._drop_keywords()
        self._keywords = self._keywords_in_memory()
        return self._keywords

    def _keywords_complete(self, keywords: KeywordIndex) -> bool:
        """Whether all ready documents are in; a writable index is mended."""
        wrong = [d for d, count in self._catalog.passage_counts().items() if keywords.count(d) != count]
        if wrong and self._writable:
            for document in wrong:
                self._put_keywords(keywords, document)
            keywords.commit()
            return True
        return not wrong

    def _keywords_anew(self) -> KeywordIndex:
        self._drop_keywords()
        generation = self._fresh("keywords")
        keywords = KeywordIndex.open(self._path("keywords", generation))
        for document in self._catalog.passage_counts():
            self._put_keywords(keywords, document)
        keywords.commit()
        self._swap("keywords", _Note(generation, _terms_recipe()))
        self._keywords, self._on_disk = keywords, True
        return keywords

    def _keywords_in_memory(self) -> KeywordIndex:
        keywords = KeywordIndex.open(None)
        for document in self._catalog.passage_counts():
            self._put_keywords(keywords, document)
        keywords.commit()
        return keywords

    def _put_keywords(self, keywords: KeywordIndex, document: str) -> None:
        keywords.remove(document)
        titles: dict[str, tuple[str, ...]] = {}
        for row in self._catalog.index_rows(document):
            title = titles.setdefault(row.title, search_terms(row.title))
            keywords.add(row.passage, document, search_terms(row.text), title)

    def _drop_keywords(self) -> bool:
        """Let go of the index; true when there was one and it closed well."""
        keywords, self._keywords, self._on_disk = self._keywords, None, False
        if keywords is None:
            return False
        try:
            keywords.close()
        except KeywordTrouble:
            _log.exception("tantivy did not close")
            return False
        return True

    # ------------------------------------------------------------ folders, notes and seals

    def _path(self, kind: str, generation: int | None = None) -> Path:
        return self._folder / kind if generation is None else self._folder / kind / str(generation)

    def _fresh(self, kind: str) -> int:
        """A number no folder has yet."""
        taken = [int(entry.name) for entry in self._path(kind).glob("*") if entry.name.isdigit()]
        return max([self._note(kind).generation, *taken]) + 1

    def _note(self, kind: str) -> _Note:
        text = self._catalog.note(kind)
        if text is None:
            return _Note()
        kept = json.loads(text)
        return _Note(kept["generation"], kept["recipe"], {name: (size, crc) for name, size, crc in kept["seal"]})

    def _write_note(self, kind: str, note: _Note) -> None:
        seal = [[name, size, crc] for name, (size, crc) in note.seal.items()]
        text = json.dumps({"generation": note.generation, "recipe": note.recipe, "seal": seal}, separators=(",", ":"))
        self._catalog.set_note(kind, text)

    def _swap(self, kind: str, note: _Note) -> None:
        self._write_note(kind, note)
        self.tidy()

    def _seal(self, kind: str) -> None:
        note = self._note(kind)
        note.seal = _sealed(self._path(kind, note.generation))
        self._write_note(kind, note)


def _sealed(folder: Path) -> Seal:
    """Size and CRC-32 of every file below `folder` (lock files left out); empty when it cannot be read."""
    seal: Seal = {}
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".lock":
                crc, size = 0, 0
                with path.open("rb") as file:
                    while block := file.read(1 << 20):
                        crc, size = zlib.crc32(block, crc), size + len(block)
                seal[path.relative_to(folder).as_posix()] = size, crc
    except OSError:
        _log.exception("cannot read %s", folder)
        return {}
    return seal


def _unharmed(folder: Path, seal: Seal) -> bool:
    """Whether the sealed files that are still there are as they were.

    tantivy never changes a segment file once written, so this holds after a kill too; its two JSON files do change.
    """
    if not folder.is_dir():
        return False
    now = _sealed(folder)
    return all(now.get(name, kept) == kept for name, kept in seal.items() if not name.endswith(".json"))


def _terms_recipe() -> str:
    """Changes when the cutting of terms does, so that an index of other terms is not used."""
    return f"{zlib.crc32(repr(search_terms(_SAMPLE)).encode()):08x}"


def _check(stop: StopSignal | None) -> None:
    if stop is not None and stop.is_set():
        raise Stopped
