"""Words that turn a meaning."""

from __future__ import annotations

import pytest

from rag.statements.polarity import exclude, negations, qualifiers


@pytest.mark.parametrize(
    "text", ["不断推进", "不仅如此", "非物质文化遗产", "未来五年", "无论如何", "不少于两小时", "未成年人"]
)
def test_some_words_deny_nothing(text: str) -> None:
    assert negations(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [("不得收费，尚未完成", ("不得", "尚未")), ("不断完善但没有检查", ("没有",)), ("无证办学", ("无",))],
)
def test_negations_are_found(text: str, found: tuple[str, ...]) -> None:
    assert negations(text) == found


def test_qualifiers_of_one_kind_exclude_each_other_unless_they_agree() -> None:
    assert exclude("不少于", "不超过") and exclude("全部", "部分") and exclude("增长", "下降")
    assert not exclude("不少于", "至少") and not exclude("全部", "下降")


def test_every_qualifier_has_a_sense() -> None:
    from rag.statements.polarity import GROUPS

    words = [word for group in GROUPS for word in group]
    assert all(exclude(word, word) is False for word in words)
    assert [word for word, _, _ in qualifiers("，".join(words))] == words
