"""Two rankings made into one: scores count, not places, and an article stands by its passages."""

from __future__ import annotations

from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.ranking import joined, standard, with_article
from rag.types import Ranking

PASSAGES = st.builds("d-{}-{}#1".format, st.integers(1, 4), st.integers(1, 3))
RANKINGS = st.dictionaries(PASSAGES, st.integers(0, 50).map(float), max_size=8).map(
    lambda scores: sorted(scores.items(), key=lambda pair: -pair[1])
)


def order(near: Ranking, sharing: Ranking, depth: int = 100) -> list[str]:
    return [passage for passage, _ in joined(near, sharing, depth)]


@given(RANKINGS, RANKINGS)
def test_everything_found_is_there_once_best_first_with_scores_from_nothing_up(near: Ranking, sharing: Ranking) -> None:
    found = joined(near, sharing)
    assert sorted(passage for passage, _ in found) == sorted({*dict(near), *dict(sharing)})
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(score >= 0 for score in scores)


@given(RANKINGS, RANKINGS, st.floats(0.1, 10), st.integers(0, 100))
def test_neither_the_unit_nor_the_level_of_similarity_matters(
    near: Ranking, sharing: Ranking, unit: float, level: int
) -> None:
    moved = [(passage, level + unit * score) for passage, score in near]
    for (_, here), (_, there) in zip(joined(near, sharing), joined(moved, sharing), strict=True):
        assert there == pytest.approx(here, abs=1e-5)


def test_a_passage_that_stands_out_wins_over_one_that_is_barely_ahead() -> None:
    """By places both are first once and second once."""
    near = [("a-1-1#1", 0.91), ("b-1-1#1", 0.90), ("c-1-1#1", 0.60)]
    sharing = [("b-1-1#1", 40.0), ("a-1-1#1", 12.0), ("c-1-1#1", 11.0)]
    assert order(near, sharing)[0] == "b-1-1#1"


def test_what_one_ranking_lacks_counts_as_its_last_or_as_sharing_nothing() -> None:
    near = [("a-1-1#1", 0.9), ("b-1-1#1", 0.8), ("c-1-1#1", 0.8)]
    assert order(near, [("c-1-1#1", 9.0)], depth=5)[0] == "c-1-1#1"
    assert order(near, [("c-1-1#1", 9.0)], depth=1)[0] == "a-1-1#1"  # others may share as much: it was not asked for


def test_at_equal_scores_nearness_in_meaning_decides() -> None:
    assert order([("a-1-1#1", 1.0)], [("b-1-1#1", 1.0)], depth=1) == ["a-1-1#1", "b-1-1#1"]


def test_nothing_found_is_nothing() -> None:
    assert joined([], []) == []


def test_a_passage_gains_from_the_best_other_one_of_its_article() -> None:
    passages = ["d-1-1#1", "d-1-2#1", "d-1-2#2", "d-2-1#1"]
    assert with_article(passages, [2.0, 4.0, 1.0, 3.0]) == pytest.approx([2 + 1.2, 4 + 0.6, 1 + 1.2, 3])
    assert with_article(["d-1-1#1", "d-1-2#1"], [2.0, 2.0]) == pytest.approx([2.6, 2.6])


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20))
def test_standard_scores_have_no_level_and_one_spread(values: list[float]) -> None:
    made = standard(values)
    assert fmean(made) == pytest.approx(0, abs=1e-5)
    if pstdev(values) > 1e-3:
        assert pstdev(made) == pytest.approx(1)
