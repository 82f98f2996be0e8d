"""Guesses from what was read, and the states of prompts that are kept."""

from __future__ import annotations

import ctypes

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag.chat.drafts import Drafter, continuation
from rag.chat.prompt_states import PromptStates, shared

tokens = st.lists(st.integers(0, 1), max_size=40)


def array(values: list[int]) -> np.ndarray[tuple[int], np.dtype[np.intc]]:
    return np.array(values, np.intc)


def test_what_followed_the_longest_common_past_is_guessed() -> None:
    history = [0, 1, 2, 3, 4, 5, 6, 9, 1, 2, 3, 4, 7, 8, 0, 1, 2, 3, 4]
    assert continuation(array(history), 2) == [5, 6]
    assert continuation(array(history), 20) == history[5:]
    assert continuation(array([5, 6, 7, 8, 5, 6, 7]), 3) == []  # three tokens in common tell too little


@given(tokens, st.integers(1, 8))
def test_guesses_have_stood_after_the_same_four_tokens(history: list[int], count: int) -> None:
    found = continuation(array(history), count)
    assert len(found) <= count
    if found:
        windows = [history[at : at + 4 + len(found)] for at in range(len(history))]
        assert [*history[-4:], *found] in windows
    else:
        assert history[-4:] not in [history[at : at + 4] for at in range(len(history) - 4)]


def test_more_is_guessed_while_it_comes_true() -> None:
    drafter = Drafter()
    history = array([*range(100, 160), 100, 101, 102])
    lengths = []
    for right in (True, True, True, False, True):
        guesses = drafter.guesses(history, 103, room=50)
        lengths.append(len(guesses))
        assert guesses == list(range(104, 104 + len(guesses)))
        drafter.learn(len(guesses), len(guesses) if right else 0)
    assert lengths[0] < lengths[1] < lengths[2] <= lengths[3]
    assert lengths[4] < lengths[0], "one at a time after a miss"
    assert drafter.guesses(history, 103, room=1) == [104]
    assert drafter.guesses(history, 103, room=0) == []


def state(size: int) -> ctypes.Array[ctypes.c_ubyte]:
    return (ctypes.c_ubyte * size)()


def test_the_state_with_the_longest_common_beginning_is_used() -> None:
    states = PromptStates(budget=100)
    states.keep([1, 2, 3, 4], state(40))
    states.keep([1, 2, 9], state(40))
    kept = states.nearest([1, 2, 3, 7], better_than=0)
    assert kept is not None
    assert kept.tokens == (1, 2, 3, 4)
    assert states.nearest([1, 2, 3, 7], better_than=3) is None
    assert states.nearest([8], better_than=0) is None


def test_the_oldest_states_make_room() -> None:
    states = PromptStates(budget=100)
    states.keep([1, 1], state(40))
    states.keep([2, 2], state(40))
    assert states.nearest([1, 1], better_than=0)  # used: now the newest
    states.keep([3, 3], state(40))
    assert states.nearest([2, 2], better_than=0) is None
    assert states.nearest([1, 1], better_than=0)
    states.keep([4, 4], state(101))
    assert states.nearest([4, 4], better_than=0) is None


@given(tokens, tokens)
def test_shared_beginnings(one: list[int], other: list[int]) -> None:
    same = shared(one, other)
    assert one[:same] == other[:same]
    assert same == min(len(one), len(other)) or one[same] != other[same]
