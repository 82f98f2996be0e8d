"""Examples as token numbers, in files that need no tokenizer to be read. A machine lent for training has no more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

# What the model shall say after a prompt: 是, 否, what it says untaught, or (write) what follows it.
YES: Final = 1
NO: Final = 0
AS_BEFORE: Final = 2
WRITTEN: Final = 3


@dataclass(frozen=True, slots=True)
class Tokens:
    """tokens: of all examples, one after the other. starts: where each begins, and the end. learnt: from which of its
    tokens on they are to be written; a verdict has none after its prompt. kinds: YES …"""

    tokens: np.ndarray
    starts: np.ndarray
    learnt: np.ndarray
    kinds: np.ndarray

    def save(self, path: Path) -> None:
        np.savez_compressed(path, tokens=self.tokens, starts=self.starts, learnt=self.learnt, kinds=self.kinds)

    @staticmethod
    def load(path: Path) -> Tokens:
        with np.load(path) as kept:
            return Tokens(kept["tokens"], kept["starts"], kept["learnt"], kept["kinds"])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Only the tokens that the examples hold: rows of embedding and output that nothing asks for need no memory.

    kept: the model's numbers of the tokens, ascending; a cut number is a place in it. yes, no: those of 是
    and 否."""

    kept: np.ndarray
    yes: int
    no: int

    @staticmethod
    def of(texts: Sequence[np.ndarray], sides: tuple[int, int]) -> Vocabulary:
        kept = np.unique(np.concatenate([*texts, np.array(sides)]))
        yes, no = np.searchsorted(kept, sides)
        return Vocabulary(kept, int(yes), int(no))

    def cut(self, tokens: Tokens) -> Tokens:
        """With cut numbers. All its tokens must be kept."""
        return replace(tokens, tokens=np.searchsorted(self.kept, tokens.tokens).astype(np.int32))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({"kept": self.kept.tolist(), "yes": self.yes, "no": self.no}))

    @staticmethod
    def load(path: Path) -> Vocabulary:
        about = json.loads(path.read_text())
        return Vocabulary(np.array(about["kept"]), about["yes"], about["no"])
