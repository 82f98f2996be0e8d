"""Many paragraphs for the search bench, and vectors for them without minutes of embedding."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.evidence.embedding import Embedder
from rag.types import StopSignal

Floats = NDArray[np.float32]


def recombined(sentences: Sequence[str], paragraphs: int) -> list[str]:
    """`paragraphs` texts of three to six of `sentences` each, at random but the same every time."""
    dice = random.Random(20240325)
    return ["".join(dice.choices(sentences, k=dice.randint(3, 6))) for _ in range(paragraphs)]


def projected(texts: Sequence[str], dimension: int) -> Floats:
    """(n, dimension) unit rows: counts of neighbouring characters, hashed to signed places. Fast, always the same."""
    rows = np.zeros((len(texts), dimension), np.float32)
    for row, text in zip(rows, texts, strict=True):
        codes = np.frombuffer(f" {text} ".encode("utf-32-le", "replace"), np.uint32).astype(np.uint64)
        hashed = (codes[:-1] * np.uint64(0x9E3779B1) + codes[1:]) * np.uint64(0x85EBCA6B) >> np.uint64(16)
        signs = 1.0 - 2.0 * (hashed >> np.uint64(20) & np.uint64(1)).astype(np.float64)
        row[:] = np.bincount(hashed % np.uint64(dimension), weights=signs, minlength=dimension)
        row[0] += 0.01  # signs may cancel out; a unit row must have a direction
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


class KeepingEmbedder:
    """A real `Embedder` that keeps the passages' vectors; with `project` these are projections, and quick to make.

    Questions always go to the real model.
    """

    def __init__(self, real: Embedder, *, project: bool) -> None:
        self._real = real
        self._project = project
        self._kept: list[Floats] = []

    @property
    def name(self) -> str:
        return f"{self._real.name}+projected" if self._project else self._real.name

    @property
    def dimension(self) -> int:
        return self._real.dimension

    def load(self, stop: StopSignal | None = None) -> None:
        self._real.load(stop)

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        made = projected(texts, self.dimension) if self._project else self._real.embed_passages(texts)
        self._kept.append(made)
        return made

    def embed_query(self, text: str) -> Floats:
        return self._real.embed_query(text)

    def stored(self) -> Floats:
        """All vectors given out so far, (n, dimension), in one piece of memory."""
        return np.ascontiguousarray(np.concatenate(self._kept))
