"""What the checker lets pass and what it marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checking import coverage, missing_facts, problems, supporting_spans
from rag.text import sentences

SOURCE = (
    "新撤并农村薄弱学校69所，改造寄宿制学校64所。3月25日，市教育局召开2024年教研工作会议，印发《教研工作要点》。"
    "会议提出“五个一”要求，全年培训教师5万多名，达标率80%。局长赵雪宏出席并讲话。"
)


@pytest.mark.parametrize(
    "statement",
    [
        "新撤并农村薄弱学校69所。",
        "新撤并农村薄弱学校六十九所。",
        "全年培训教师５万多名，达标率８０％。",
        "3月25日，市教育局召开2024年教研工作会议。",
        "会议印发《教研工作要点》，提出“五个一”要求。",
        "局长赵雪宏出席并讲话。",
        "局长赵雪宏“出席并讲话”。",
        "会议提出「五个一」要求。",
    ],
)
def test_what_the_source_says_has_no_problems(statement: str) -> None:
    assert problems(statement, SOURCE) == ()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("新撤并农村薄弱学校96所。", "96所"),
        ("新撤并农村薄弱学校69个。", "69个"),
        ("达标率90%。", "90%"),
        ("3月26日，市教育局召开2024年教研工作会议。", "3月26日"),
        ("3月25日，市教育局召开2023年教研工作会议。", "2023年"),
        ("会议印发《教研工作方案》。", "《教研工作方案》"),
        ("会议提出“六个一”要求。", "“六个一”"),
        ("局长张雪宏出席并讲话。", "张雪宏"),
    ],
)
def test_a_changed_fact_is_named(statement: str, named: str) -> None:
    assert any(named in problem for problem in problems(statement, SOURCE)), problems(statement, SOURCE)


def test_words_of_its_own_are_a_problem() -> None:
    assert problems("吕梁市高校数量居中部地区前列，办学水平不断提高。", SOURCE)


def test_the_citation_is_narrowed_to_the_sentence_that_carries_the_statement() -> None:
    (span,) = supporting_spans("局长赵雪宏出席并讲话。", SOURCE)
    assert SOURCE[span[0] : span[1]] == "局长赵雪宏出席并讲话。"


def test_a_statement_from_two_sentences_cites_both() -> None:
    spans = supporting_spans("新撤并农村薄弱学校69所，局长赵雪宏出席并讲话。", SOURCE)
    assert [SOURCE[a:b] for a, b in spans] == [
        "新撤并农村薄弱学校69所，改造寄宿制学校64所。",
        "局长赵雪宏出席并讲话。",
    ]


def test_a_statement_foreign_to_the_source_has_no_span() -> None:
    assert supporting_spans("ABC", "甲乙丙。") == ()


texts = st.text(alphabet="甲乙丙丁一二三0123年月日所。，；“”《》\n ", min_size=1, max_size=80)


@given(texts, texts)
def test_spans_lie_in_the_source_and_do_not_overlap(statement: str, source: str) -> None:
    end = 0
    for start, stop in supporting_spans(statement, source):
        assert end <= start < stop <= len(source)
        end = stop


@given(texts)
def test_a_text_supports_itself(text: str) -> None:
    assert missing_facts(text, text) == ()
    assert coverage(text, text) == 1.0


@given(texts)
def test_every_whole_sentence_of_a_source_is_supported_by_it(source: str) -> None:
    for start, end in sentences(source):
        assert coverage(source[start:end], source) == 1.0
