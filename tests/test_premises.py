"""What a question takes for granted."""

from __future__ import annotations

import pytest

from rag.statements.premises import premises, unknown_premises
from tests.test_answering import EXAM, SAFETY, evidence


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("谁批准了2025年的教育强市建设方案？", ["2025年"]),
        ("大同市今年的中考备考有哪些要求？", ["大同市"]),
        ("《教师管理办法》有几条？", ["《教师管理办法》"]),
        ("张广勇市长出席了什么仪式？", ["张广勇"]),
        ("全市今年中考备考有哪些要求？", []),
        ("哪个市分享了经验？", []),
    ],
)
def test_what_is_taken_for_granted(question: str, named: list[str]) -> None:
    assert list(premises(question)) == named


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("谁批准了2025年的方案？", ("2025年",)),
        ("大同市的备考有哪些要求？", ("大同市",)),
        ("2024年中考备考有哪些要求？", ()),  # the article's date
        ("《学科质量提升参考资料》有什么用？", ()),
        ("《教师管理办法》有几条？", ("《教师管理办法》",)),
        ("中考备考有哪些要求？", ()),
    ],
)
def test_what_nothing_found_knows_of_is_named(question: str, unknown: tuple[str, ...]) -> None:
    assert unknown_premises(question, evidence(EXAM, SAFETY)) == unknown
