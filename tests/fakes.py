"""Stand-ins behind the real Protocols: fast, deterministic, never a patch of our own code."""

from __future__ import annotations

import itertools
import time
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.types import StopSignal


class FakeEmbedder:
    """Hashed bags of Han bigrams: texts that share words are near, equal texts are equal. Implements `Embedder`.

    `seconds` slows every batch, for tests that interrupt. `passages` counts what was embedded; once it has reached
    `after`, `failure` (if any) is raised.
    """

    def __init__(self, name: str = "fake-64", dimension: int = 64, seconds: float = 0.0) -> None:
        self.name = name
        self.dimension = dimension
        self.seconds = seconds
        self.passages = 0
        self.failure: Exception | None = None
        self.after = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimension) float32, unit rows."""
        if self.failure is not None and self.passages >= self.after:
            raise self.failure
        time.sleep(self.seconds)
        self.passages += len(texts)
        rows = [self._row(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def load(self, stop: StopSignal | None = None) -> None:
        """There is nothing to load."""

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """(dimension,) float32, unit length."""
        return self._row(text)

    def _row(self, text: str) -> NDArray[np.float32]:
        row = np.zeros(self.dimension, np.float32)
        row[0] = 0.01  # an empty text has a direction too
        for left, right in itertools.pairwise(text):
            row[zlib.crc32(f"{self.name}{left}{right}".encode()) % self.dimension] += 1.0
        return np.asarray(row / np.linalg.norm(row), np.float32)


class FakeJudge:
    """Says `yes` of texts that hold one of `words`, `no` of the others. Implements `Judge`."""

    def __init__(self, *words: str, yes: float = 3.0, no: float = -4.0) -> None:
        self.words, self.yes, self.no = words, yes, no

    def answers(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts,) logits."""
        held = [any(word in text for word in self.words) for text in texts]
        return np.array([self.yes if one else self.no for one in held], np.float32)

    def supports(self, statement: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.answers(statement, texts)
