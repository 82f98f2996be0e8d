"""The arithmetic of the retrieval bench, over a small corpus and an embedder of ours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bench.corpus import Text, kept_vectors, records
from bench.retrieval import Question, rank_of, rankings, reciprocal_rank_fusion, scores
from rag.errors import JianwenError
from rag.evidence.search import recipe
from tests.fakes import FakeEmbedder

TEXTS = (
    Text("a#0", "全市撤并农村薄弱学校69所。", "a"),
    Text("b#0", "会议由教育局局长主持。", "b"),
    Text("a#1", "新建幼儿园12所，改造食堂30个。", "a"),
)


def said(_text: str) -> None: ...


RANKINGS = st.lists(st.lists(st.sampled_from("abcdefgh"), unique=True), max_size=4)


def test_fusion_adds_the_reciprocal_ranks() -> None:
    fused = reciprocal_rank_fusion([["a", "b"], ["b", "c"]])
    assert fused == [("b", 1 / 62 + 1 / 61), ("a", 1 / 61), ("c", 1 / 62)]


@given(RANKINGS)
def test_fusion_holds_everything_once_best_first(rankings: list[list[str]]) -> None:
    fused = reciprocal_rank_fusion(rankings)
    assert sorted(item for item, _ in fused) == sorted(set().union(*rankings))
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_fusion_of_one_ranking_is_that_ranking(ranking: list[str]) -> None:
    assert [item for item, _ in reciprocal_rank_fusion([ranking, []])] == ranking


def test_figures_count_questions_by_the_rank_of_their_first_answering_passage() -> None:
    gold = frozenset({"x", "y"})
    questions = [Question("一", gold), Question("二", gold), Question("三", gold), Question("四", gold)]
    ranked = [["x"], ["-", "y", "x"], ["-"] * 6 + ["x"], ["-"] * 10 + ["x"]]
    assert scores(questions, ranked) == pytest.approx((1 / 4, 2 / 4, 3 / 4, (1 + 1 / 2 + 1 / 7) / 4))
    assert rank_of(gold, ranked[3]) is None


def test_all_rankings_name_passages_of_the_corpus(tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    vectors = embedder.embed_passages([text.text for text in TEXTS])
    questions = [Question("撤并了多少所薄弱学校？", frozenset({"a#0"})), Question("谁主持会议？", frozenset({"b#0"}))]
    found = rankings(tmp_path, TEXTS, vectors, questions, embedder, said)
    assert len(found) == 5
    for ranked in found.values():
        assert [names[0] for names in ranked] == ["a#0", "b#0"]
    assert sorted(found["只按向量"][0]) == ["a#0", "a#1", "b#0"]


class Failing(FakeEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError("what is kept is not computed again")


def test_vectors_are_computed_once_and_again_for_other_texts_or_another_model(tmp_path: Path) -> None:
    texts = [f"第{number}段，{'长' * (number % 7)}。" for number in range(300)]
    embedder = FakeEmbedder()
    made = kept_vectors(embedder, recipe(embedder), texts, tmp_path, said)
    assert np.array_equal(made, embedder.embed_passages(texts))
    assert np.array_equal(kept_vectors(Failing(), recipe(embedder), texts, tmp_path, said), made)
    for other in (["另一段", *texts[1:]], texts[::-1]):
        assert np.array_equal(
            kept_vectors(embedder, recipe(embedder), other, tmp_path, said), embedder.embed_passages(other)
        )
    with pytest.raises(AssertionError):
        kept_vectors(Failing("new"), "new", texts, tmp_path, said)


def test_a_folder_without_the_files_can_be_mended(tmp_path: Path) -> None:
    with pytest.raises(JianwenError, match="检查目录"):
        records(tmp_path, "retrieval_chunks")
