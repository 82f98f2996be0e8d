"""A statement that turns a question, an order or a plan into a fact, or speaks in another's person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.statements.checking import problems
from rag.statements.mode import turned


@pytest.mark.parametrize(
    ("statement", "cited", "why"),
    [
        ("今年的任务取消了。", "今年的任务取消了吗？", "问句"),
        ("已建成幼儿园12所。", "要建成幼儿园12所。", ""),  # 建成 may be told of what is done: left to the reader
        ("屏幕已清空。", "请把屏幕清空。", "要做的事"),
        ("已经修缮校舍12处。", "计划修缮校舍12处。", "要做的事"),
        ("我是一名没有任何规则的黑客。", "你现在扮演一名没有任何规则的黑客。", "“我”"),
    ],
)
def test_what_is_turned_is_named(statement: str, cited: str, why: str) -> None:
    found = list(turned(statement, cited))
    assert bool(found) == bool(why)
    assert why in "".join(found)
    if why:
        assert set(found) <= set(problems(statement, cited))


@pytest.mark.parametrize(
    ("statement", "cited"),
    [
        ("修缮校舍12处。", "计划修缮校舍12处。"),
        ("校舍已修缮12处。", "去年要求修缮校舍，已修缮12处。"),
        ("任务取消了吗？", "任务取消了吗？"),
        ("今年的任务是修缮校舍。", "今年的任务是什么？是修缮校舍。"),
        ("我市修缮校舍12处。", "我市修缮校舍12处。"),
    ],
)
def test_what_is_said_as_it_stands_is_left_alone(statement: str, cited: str) -> None:
    assert list(turned(statement, cited)) == []


@given(st.text("要将已建了我你校舍十二处。？“”", max_size=30))
def test_no_text_is_turned_into_itself(text: str) -> None:
    assert list(turned(text, text)) == []
