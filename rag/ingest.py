"""Bringing files into a library, and taking documents out, so that a kill at any moment leaves it whole.

Adding: copy the original (remembered beforehand as a loose file) → read → all rows in one transaction, UNFINISHED →
vectors, committed batch by batch → both indexes → READY. Before the rows are in, nothing of the file is there but the
loose original; after, `resume` finishes from the rows without reading again. Removing: REMOVING → both indexes →
rows → original. `recover` brings either to its end.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from rag.articles import read_articles
from rag.catalog import Catalog, IndexRow, State
from rag.embedding import Embedder
from rag.errors import JianwenError, Stopped
from rag.indexes import KeywordStore, VectorStore
from rag.originals import Originals, digest, handed_in, said
from rag.readers import SUFFIXES, read_file
from rag.search import embedding_text, recipe
from rag.text import passages
from rag.types import AddEvent, AddStatus, Document, FileAdded, Page, Progress, Reading, StopSignal, heed

_BATCH: Final = 16  # passages embedded between two looks at the stop signal
_logger = logging.getLogger(__name__)


class Ingest:
    """All writing to a library. Holds no state of its own."""

    def __init__(
        self,
        catalog: Catalog,
        originals: Originals,
        vectors: VectorStore,
        keywords: KeywordStore,
        embedder: Callable[[], Embedder],
    ) -> None:
        self._catalog = catalog
        self._originals = originals
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder

    def add(self, paths: Iterable[Path], stop: StopSignal | None = None) -> Generator[AddEvent, None, None]:
        """As `Library.add`."""
        yield from self.resume(stop, wanted=True)
        for path, problem in handed_in(paths, SUFFIXES):
            heed(stop)
            yield from self._add_file(path, problem, stop)

    def resume(self, stop: StopSignal | None = None, wanted: bool = False) -> Generator[Progress, None, None]:
        """Finish what a kill cut off; `wanted`: get ready for adding even if the library is empty.

        Raises:
            JianwenError: the embedding model is missing or does not work.
            Stopped: `stop` was set; what is left stays for the next time.
        """
        unfinished = self._catalog.in_state(State.UNFINISHED)
        if not (wanted or unfinished or self._catalog.passage_counts()):
            return
        yield from self._embed_stale(stop)
        yield from self._keywords.repair(stop)
        yield from self._vectors.repair(recipe(self._embedder()), stop)
        for document in unfinished:
            heed(stop)
            try:
                yield from self._finish(document, "继续上次的导入", stop)
            except (JianwenError, Stopped):
                raise
            except Exception:  # one document must not keep the others out; `doctor` names it
                _logger.exception("document %s cannot be finished", document)

    def rebuild(self, stop: StopSignal | None = None) -> Generator[Progress, None, None]:
        """Make both indexes anew; vectors too where the embedder has changed. Raises as `resume`."""
        yield from self._embed_stale(stop)
        yield from self._keywords.rebuild(stop)
        yield from self._vectors.rebuild(recipe(self._embedder()), stop)

    def remove(self, document: str) -> None:
        """Take a document out: unseen at once, then gone."""
        self._catalog.set_state(document, State.REMOVING)
        self._erase(document)

    def recover(self) -> None:
        """Finish removals and delete what an interrupted addition left; quick, and needs no model."""
        self._originals.sweep()
        for document in self._catalog.in_state(State.REMOVING):
            self._erase(document)
        for name in self._catalog.loose_files():
            self._drop_original(name)
        self._vectors.generations.tidy()
        self._keywords.generations.tidy()

    # ------------------------------------------------------------ one file

    def _add_file(self, path: Path, problem: str, stop: StopSignal | None) -> Iterator[AddEvent]:
        """The file's progress and its one closing event; only a stop and our caller's own doings get out."""
        started = time.perf_counter()
        status, document = AddStatus.FAILED, ""
        try:
            if not problem:
                status, document = yield from self._take(path, stop)
        except Stopped:
            raise
        except JianwenError as error:
            problem = str(error)
        except OSError as error:
            _logger.info("%s: %r", path, error)
            problem = said(error)
        except Exception:
            _logger.exception("cannot add %s", path)
            problem = "读取时程序出错，这是简问的问题，不是文件的问题。其他文件不受影响，详情已写入日志。"
        counts = next(((kept.articles, kept.paragraphs) for kept in self._catalog.documents([document])), (0, 0))
        yield FileAdded(path, status, document, *counts, problem, time.perf_counter() - started)

    def _take(self, path: Path, stop: StopSignal | None) -> Generator[AddEvent, None, tuple[AddStatus, str]]:
        sha256, size = digest(path)
        known = self._catalog.find(sha256)
        if known and known[1] is State.READY:
            return AddStatus.DUPLICATE, known[0]
        if known:  # `resume` could not finish it: read it anew
            self._erase(known[0])
        suffix = path.suffix.lower()
        name = os.fsencode(path.name).decode("utf-8", "replace")
        kept = self._originals.path(sha256 + suffix)
        document = sha256[:12]
        self._catalog.expect_file(kept.name)
        try:
            self._originals.keep(path, kept.name, sha256)
            pages, reading = yield from self._read(path, kept, stop)
            row = Document(document, name, sha256, size, dt.datetime.now(dt.UTC), pages, len(reading.articles), 0)
            self._catalog.insert(row, suffix, reading, passages)
        except BaseException:
            self._drop_original(kept.name)
            raise
        try:
            yield from self._finish(document, f"导入 {name}", stop)
        except (Exception, Stopped):  # a closed generator is no reason: like a kill, it is resumed
            self._erase(document)
            raise
        return AddStatus.ADDED, document

    def _read(self, path: Path, kept: Path, stop: StopSignal | None) -> Generator[Progress, None, tuple[int, Reading]]:
        """Pages and articles of the kept copy, so that what is cited is what is kept."""
        pages: list[Page] = []
        try:
            for page in read_file(kept):
                heed(stop)
                pages.append(page)
                yield Progress(f"读取 {path.name}", len(pages), 0)
            reading = read_articles(pages, path.name)
        except JianwenError as error:  # the reader knows the copy, the user the file
            said_of_copy = str(error)
            raise JianwenError(said_of_copy.replace(str(kept), str(path)).replace(kept.name, path.name)) from error
        if not any(article.paragraphs for article in reading.articles):
            raise JianwenError("文件里没有读到文字：可能是空文件，或是扫描的图片。")
        return len(pages), reading

    def _finish(self, document: str, step: str, stop: StopSignal | None) -> Iterator[Progress]:
        """From rows to READY."""
        embedder = self._embedder()
        yield from self._embed(document, embedder, step, stop)
        self._vectors.add(document, recipe(embedder))
        self._keywords.add(document)
        self._catalog.set_state(document, State.READY)

    def _embed(self, document: str, embedder: Embedder, step: str, stop: StopSignal | None) -> Iterator[Progress]:
        """Compute and keep the vectors that are missing."""
        made_with = recipe(embedder)
        missing = self._catalog.unembedded(made_with, document)
        # like lengths together: a batch costs what its longest text costs
        rows = sorted(
            (row for row in self._catalog.index_rows(document) if row.passage in missing), key=lambda row: len(row.text)
        )
        for start in range(0, len(rows), _BATCH):
            heed(stop)
            yield Progress(step, start, len(rows))
            self._embed_batch(rows[start : start + _BATCH], embedder, made_with)
        yield Progress(step, len(rows), len(rows))

    def _embed_batch(self, rows: Sequence[IndexRow], embedder: Embedder, made_with: str) -> None:
        made = embedder.embed_passages([embedding_text(row.title, row.text) for row in rows])
        if made.shape != (len(rows), embedder.dimension) or not np.isfinite(made).all():
            raise ValueError(f"{embedder.name} made vectors of shape {made.shape}, or not finite ones")
        self._catalog.store_vectors(made_with, [row.passage for row in rows], made)

    def _embed_stale(self, stop: StopSignal | None) -> Iterator[Progress]:
        """Vectors for ready documents whose vectors are of an earlier embedder."""
        embedder = self._embedder()
        stale = self._catalog.stale(recipe(embedder))
        for done, document in enumerate(stale, 1):
            yield from self._embed(document, embedder, f"重新计算向量（第 {done} 个文件，共 {len(stale)} 个）", stop)

    def _erase(self, document: str) -> None:
        original = self._catalog.original(document)
        self._vectors.remove(document)
        self._keywords.remove(document)
        self._catalog.delete(document)
        self._drop_original(original)

    def _drop_original(self, name: str) -> None:
        if self._originals.drop(name):
            self._catalog.forget_file(name)
