"""What a model has read, kept so that a prompt with the same beginning need not be read again. The newest are kept."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

_BUDGET: Final = 128 * 1024 * 1024  # bytes; some 4,500 tokens of the default model


@dataclass(frozen=True, slots=True)
class PromptState:
    """The model's memory after it has read `tokens`."""

    tokens: tuple[int, ...]
    state: ctypes.Array[ctypes.c_ubyte]


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class PromptStates:
    """The states of the last prompts, at most `budget` bytes of them."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget = budget
        self._kept: list[PromptState] = []  # the one used last at the end

    def keep(self, tokens: Sequence[int], state: ctypes.Array[ctypes.c_ubyte]) -> None:
        """The oldest make room; a state larger than the budget is not kept."""
        self._kept = [kept for kept in self._kept if kept.tokens != tuple(tokens)]
        self._kept.append(PromptState(tuple(tokens), state))
        while self._kept and sum(len(kept.state) for kept in self._kept) > self._budget:
            self._kept.pop(0)

    def nearest(self, tokens: Sequence[int], better_than: int) -> PromptState | None:
        """The state that shares the longest beginning with `tokens`, if more than `better_than` tokens."""
        lengths = [shared(kept.tokens, tokens) for kept in self._kept]
        if not lengths or max(lengths) <= better_than:
            return None
        found = self._kept.pop(lengths.index(max(lengths)))
        self._kept.append(found)
        return found
