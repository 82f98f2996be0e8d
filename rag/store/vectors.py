"""Nearest passages by cosine: Chroma, and an exact search that stands in for it. Both are derived from the catalogue.

Chroma takes no lock and may crash the process on damaged files, so the caller holds the library's lock and asks
`probe` (a process of its own) before opening files it does not trust. Chroma's deletes give back no disk: an index is
made anew in a new folder rather than emptied.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.types import Ranking

_COLLECTION: Final = "passages"
_BATCH: Final = 5000  # Chroma's own limit is 5,461 records
_PROBE_SECONDS: Final = 120.0
_logger = logging.getLogger(__name__)


class VectorTrouble(Exception):
    """The index cannot be used. Never shown: the exact search answers and the index is made anew."""


class VectorIndex:
    """One Chroma collection in a folder of its own. Belongs to one thread of one process at a time."""

    def __init__(self, client: Any, collection: Any) -> None:
        self._client = client
        self._collection = collection

    @classmethod
    def open(cls, folder: Path) -> VectorIndex:
        """Open the index in `folder`, an empty one if the folder holds none.

        Raises:
            VectorTrouble: Chroma refuses the files, or the disk does.
        """
        with _trouble():
            import chromadb
            from chromadb.config import Settings

            folder.mkdir(parents=True, exist_ok=True)
            # _env_file: Chroma would otherwise take settings from a .env file in the current folder
            settings = Settings(_env_file=None, anonymized_telemetry=False)
            client = chromadb.PersistentClient(str(folder), settings)
            try:
                collection = client.get_or_create_collection(
                    _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
            except BaseException:
                client.close()
                raise
        return cls(client, collection)

    def close(self) -> None:
        """Give the files back; the folder may be deleted afterwards."""
        with _trouble():
            self._client.close()

    def __len__(self) -> int:
        with _trouble():
            return int(self._collection.count())

    def ids(self) -> frozenset[str]:
        with _trouble():
            return frozenset(self._collection.get(include=[])["ids"])

    def upsert(self, passages: Sequence[str], documents: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Put in unit rows `vectors` (n, d), replacing those of the same passage ids."""
        with _trouble():
            for start in range(0, len(passages), _BATCH):
                part = slice(start, start + _BATCH)
                self._collection.upsert(
                    ids=list(passages[part]),
                    embeddings=vectors[part],
                    metadatas=[{"document": document} for document in documents[part]],
                )

    def remove(self, document: str) -> None:
        with _trouble():
            self._collection.delete(where={"document": document})

    def discard(self, passages: Sequence[str]) -> None:
        with _trouble():
            for start in range(0, len(passages), _BATCH):
                self._collection.delete(ids=list(passages[start : start + _BATCH]))

    def nearest(
        self, vector: NDArray[np.float32], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> Ranking:
        """At most `limit` passages with their cosine similarity to `vector` (d,), best first.

        Only those of `documents`, unless empty, and besides these `passages` of others.
        """
        narrowed = {"where": {"document": {"$in": list(documents)}}} if documents else {}
        found = self._query(vector, limit, **narrowed)
        if documents and passages:
            found = sorted([*found, *self._query(vector, limit, ids=list(passages))], key=lambda pair: -pair[1])
        return found[:limit]

    def _query(self, vector: NDArray[np.float32], limit: int, **narrowed: Any) -> Ranking:
        with _trouble():
            found = self._collection.query(
                query_embeddings=[vector], n_results=limit, include=["distances"], **narrowed
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(passage, 1.0 - float(distance)) for passage, distance in pairs]


class ExactVectors:
    """One matrix product over all vectors: 16 ms for 100,000 of 512 dimensions; nothing on disk to go wrong."""

    def __init__(self, passages: Sequence[str], documents: Sequence[str], vectors: NDArray[np.float32]) -> None:
        self._passages = np.asarray(passages, dtype=object)
        self._vectors = vectors
        self._rows: dict[str, list[int]] = {}
        for row, document in enumerate(documents):
            self._rows.setdefault(document, []).append(row)

    def __len__(self) -> int:
        return len(self._passages)

    def nearest(
        self, vector: NDArray[np.float32], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> Ranking:
        """As `VectorIndex.nearest`; equal similarities keep the order of the catalogue."""
        if not len(self):
            return []
        similarity = self._vectors @ vector
        chosen = np.arange(len(self))
        if documents:
            rows = {row for document in documents for row in self._rows.get(document, ())}
            if passages:
                rows.update(np.flatnonzero(np.isin(self._passages.astype(str), list(passages))).tolist())
            chosen = np.array(sorted(rows), int)
        best = chosen[np.argsort(-similarity[chosen], kind="stable")[:limit]]
        return [(str(self._passages[row]), float(similarity[row])) for row in best]


def probe(folder: Path) -> frozenset[str] | None:
    """The passage ids in an index that may be damaged, read in another process; None when it cannot be trusted.

    Opening damaged HNSW files has been reported to end the process (chroma-core/chroma issues 6979, 7069, 7238).
    """
    if getattr(sys, "frozen", False):  # a frozen program has no interpreter to start
        return None
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    command = [
        sys.executable,
        "-c",
        "import sys; from rag.store.vectors import _probe; _probe(sys.argv[1])",
        str(folder),
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_SECONDS,
            env={**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=True,
        )
        return frozenset(json.loads(done.stdout))
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        _logger.warning("the vector index in %s failed its probe: %r", folder, error)
        return None


def _probe(folder: str) -> None:
    """Read all ids and let a few vectors find themselves; print the ids."""
    index = VectorIndex.open(Path(folder))
    ids = sorted(index.ids())
    sample = ids[:: max(1, len(ids) // 20)]
    if sample:
        got = index._collection.get(ids=sample, include=["embeddings"])
        for passage, vector in zip(got["ids"], got["embeddings"], strict=True):
            ranking = index.nearest(np.asarray(vector, np.float32), 10)
            # another passage may have the same vector, but then the best is just as near
            if passage not in dict(ranking) and (not ranking or ranking[0][1] < 0.999):
                sys.exit(f"{passage} does not find itself")
    index.close()
    json.dump(ids, sys.stdout)


@contextmanager
def _trouble() -> Iterator[None]:
    """Whatever Chroma raises (Rust panics included, which are no `Exception`) becomes `VectorTrouble`."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, VectorTrouble):
        raise
    except BaseException as error:
        raise VectorTrouble(repr(error)) from error
