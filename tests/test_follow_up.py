"""Questions that lean on the one before."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.follow_up import stand_alone


@pytest.mark.parametrize(
    ("before", "question", "whole"),
    [
        ("普通高中有什么要求？", "那职业学校呢？", "职业学校有什么要求？"),
        ("今年中考备考有哪些要求？", "那去年呢？", "去年中考备考有哪些要求？"),
        ("中考备考有哪些要求？", "2023年呢？", "2023年中考备考有哪些要求？"),
        ("小学教师实施什么计划？", "初中教师呢？", "初中教师实施什么计划？"),
        ("赵雪宏在会上强调了什么？", "刘改花呢？", "刘改花在会上强调了什么？"),
        ("中考备考会议强调了什么？", "谁主持的？", "中考备考会议谁主持的？"),
        ("教研工作会议有哪些要求？", "什么时候召开？", "教研工作会议什么时候召开？"),
        ("教研工作会议有哪些要求？", "它在哪里召开？", "教研工作会议在哪里召开？"),
        ("教研工作会议有哪些要求？", "那次会议是谁主持的？", "教研工作会议是谁主持的？"),
        ("教研工作会议有哪些要求？", "那会议是谁主持的？", "教研工作会议是谁主持的？"),
        ("教研工作会议有哪些要求？", "还有哪些人参加？", "教研工作会议还有哪些人参加？"),
        ("教研工作会议有哪些要求？", "谁出席并讲话？", "教研工作会议谁出席并讲话？"),
        ("普通高中教育发展有什么要求？", "那职业学校呢？", "职业学校教育发展有什么要求？"),
        ("怎样全面提升职业学校关键办学能力？", "普通高中呢？", "怎样全面提升普通高中关键办学能力？"),
        ("小学教师实施什么计划？", "初中呢？", "初中教师实施什么计划？"),
        ("谁主持教研工作会议？", "在哪里召开的？", "教研工作会议在哪里召开的？"),
        ("谁批准了2025年的方案？", "什么时候批准的？", "2025年的方案什么时候批准的？"),
        ("怎样提升学校办学能力？", "为什么？", "提升学校办学能力为什么？"),
    ],
)
def test_what_is_left_out_comes_from_the_question_before(before: str, question: str, whole: str) -> None:
    assert stand_alone(question, [before]) == whole


@pytest.mark.parametrize(
    "question", ["今年中考备考有哪些要求？", "去年撤并了多少所学校？", "69所学校在哪里？", "教研工作会议谁主持？"]
)
def test_what_stands_alone_is_left_as_it_is(question: str) -> None:
    assert stand_alone(question, ["教师队伍有什么计划？"]) == question


def test_without_a_question_before_nothing_is_made_up() -> None:
    assert stand_alone("那职业学校呢？", []) == "那职业学校呢？"


def test_the_last_question_that_fits_is_taken() -> None:
    assert stand_alone("那职业学校呢？", ["普通高中有什么要求？", "？"]) == "职业学校有什么要求？"


words = st.text(alphabet="那职业学校呢今年它他会议谁有什么要求？，的", max_size=16)


@given(words, st.lists(words, max_size=3))
def test_it_never_fails_and_never_says_nothing(question: str, before: list[str]) -> None:
    assert bool(stand_alone(question, before)) == bool(question)
