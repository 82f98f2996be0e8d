"""Bringing files into a library, and taking documents out, so that a kill at any moment leaves it whole.

Adding: copy the original (remembered beforehand as a loose file) → pending → read by worker processes, page by page
into the spool → all rows in one transaction, UNFINISHED, no longer pending → vectors, committed batch by batch → both
indexes → READY. Up to the rows, the pending copy and the spooled pages are all there is of a file; from then on
`resume` finishes from the rows without reading again. Removing: REMOVING → both indexes → rows → original. `recover`
brings removals to their end, and additions to where `resume` can go on with them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from rag.errors import JianwenError
from rag.evidence.embedding import Embedder
from rag.evidence.search import recipe
from rag.intake.files import Intake, Offered
from rag.intake.importing import Import
from rag.intake.indexing import Indexing
from rag.intake.reading import ReadingQueue
from rag.intake.reading_pool import ReadingPool
from rag.intake.rewriting import out_of_indexes
from rag.intake.spool import Spool
from rag.readers import SUFFIXES
from rag.store.catalog import Catalog, State
from rag.store.keyword_store import KeywordStore
from rag.store.originals import Originals
from rag.store.vector_store import VectorStore
from rag.types import AddEvent, Progress, StopSignal, heed

_logger = logging.getLogger(__name__)


class Ingest:
    """All writing to a library. `importing`: files are being read and indexed, one after another, and nothing else is
    being put in order; between two steps documents that are READY may be corrected.
    """

    def __init__(
        self,
        catalog: Catalog,
        originals: Originals,
        vectors: VectorStore,
        keywords: KeywordStore,
        embedder: Callable[[], Embedder],
        pool: ReadingPool,
        spool: Spool,
    ) -> None:
        self._catalog = catalog
        self._originals = originals
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder
        self._pool = pool
        self._spool = spool
        self._intake = Intake(catalog, originals, originals.folder.parent / "unpacked")
        self.importing = False

    def add(
        self, paths: Iterable[Path], stop: StopSignal | None = None, passwords: Mapping[Path, str] | None = None
    ) -> Generator[AddEvent, None, None]:
        """As `Library.add`."""
        yield from self._prepare(stop)
        suffixes = SUFFIXES.union(self._pool.readers)
        yield from self._import(self._intake.candidates(paths, suffixes, stop), stop, passwords or {})

    def resume(self, stop: StopSignal | None = None) -> Generator[AddEvent, None, None]:
        """Finish what a kill cut off.

        Raises:
            JianwenError: the embedding model is missing or does not work.
            Stopped: `stop` was set; what is left stays for the next time.
        """
        unfinished = self._catalog.in_state(State.UNFINISHED) or self._intake.pending()
        if unfinished or self._catalog.passage_counts():
            yield from self._prepare(stop)
        if unfinished:
            yield from self._import(iter(()), stop, {})

    def rebuild(self, stop: StopSignal | None = None) -> Generator[Progress, None, None]:
        """Make both indexes anew; vectors too where the embedder has changed. Raises as `resume`."""
        yield from self._indexing().refresh(stop)
        for document in self._catalog.documents():
            heed(stop)
            self._catalog.link_twins([document.id])
        yield from self._keywords.rebuild(stop)
        yield from self._vectors.rebuild(recipe(self._embedder()), stop)

    def remove(self, document: str) -> None:
        """Take a document out: unseen at once, then gone."""
        self._catalog.set_state(document, State.REMOVING)
        self._erase(document)

    def recover(self) -> None:
        """Finish removals and delete what an interrupted addition left; quick, and needs no model."""
        self._originals.sweep()
        self._intake.sweep()
        self._spool.sweep()
        for document in self._catalog.in_state(State.REMOVING):
            self._erase(document)
        for name in self._catalog.loose_files():
            self._drop_original(name)
        self._vectors.generations.tidy()
        self._keywords.generations.tidy()

    # ------------------------------------------------------------ parts

    def _prepare(self, stop: StopSignal | None) -> Iterator[Progress]:
        """Current vectors, indexes in order, twins of old documents, and the documents whose rows are in made READY."""
        indexing = self._indexing()
        yield from indexing.refresh(stop)
        yield from self._keywords.repair(stop)
        yield from self._vectors.repair(recipe(self._embedder()), stop)
        yield from indexing.find_twins(stop)
        for document in self._catalog.in_state(State.UNFINISHED):
            indexing.put(document, "（继续上次的导入）")
        while not indexing.idle:
            heed(stop)
            for step in indexing.step(True, stop):
                if isinstance(step, Progress):
                    yield step
                elif isinstance(step.failure, JianwenError):
                    raise step.failure
                elif step.failure is not None:  # one document must not keep the others out; `doctor` names it
                    _logger.error("document %s cannot be finished", step.document, exc_info=step.failure)

    def _import(
        self, candidates: Iterator[Offered], stop: StopSignal | None, passwords: Mapping[Path, str]
    ) -> Iterator[AddEvent]:
        reading = ReadingQueue(self._pool, self._spool)
        work = Import(self._catalog, self._intake, reading, self._indexing(), self._spool, self._erase, passwords)
        self.importing = True
        try:
            with closing(work.run(candidates, stop)) as events:
                yield from events
        finally:
            self.importing = False

    def _indexing(self) -> Indexing:
        return Indexing(self._catalog, self._vectors, self._keywords, self._embedder)

    def _erase(self, document: str) -> None:
        original = self._catalog.original(document)
        with out_of_indexes(document, self._catalog, self._vectors, self._keywords):
            self._catalog.delete(document)
        self._drop_original(original)

    def _drop_original(self, name: str) -> None:
        if self._originals.drop(name):
            self._catalog.forget_file(name)
