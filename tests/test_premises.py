"""What a question takes for granted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.statements.premises import of_another_year, other_year, premises, unknown_premises
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
        ("近三年有哪些要求？（“近三年”指2022—2024年）", []),  # of any of them
        ("2022年至2024年培训了多少教师？", []),
        ("2022年以来建设了多少所？", []),
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


GROWTH = "全市常住人口城镇化率2018年为47.92%，2022年为65.2%。"


@pytest.mark.parametrize(
    ("question", "cited", "said"),
    [
        ("2021年城镇化率是多少？", GROWTH, "问题问的是2021年，所引原文说的是2018年、2022年"),
        ("2022年城镇化率是多少？", GROWTH, None),
        ("城镇化率是多少？", GROWTH, None),
        ("2024年城镇化率是多少？", GROWTH, "问题问的是2024年，所引原文说的是2018年、2022年"),
        ("2024年城镇化率是多少？", "全市城镇化率比2022年提高5个百分点。", None),  # the article's date
        ("2024年新建学校多少所？", "会议指出，2023年新建学校12所。", "问题问的是2024年，所引原文说的是2023年"),
        ("2021年城镇化率是多少？", "城镇化率为65.2%。", None),  # whatever year that is of
        ("2021年城镇化率提高了多少？", "2018—2022年，城镇化率提高17.28个百分点。", None),
        ("2021年城镇化率提高了多少？", "2018年以来，城镇化率提高17.28个百分点。", None),
        ("近三年城镇化率是多少？（“近三年”指2020—2022年）", "2021年城镇化率为64.7%。", None),
        ("2020年以来城镇化率提高了多少？", "2021年城镇化率提高0.8个百分点。", None),
    ],
)
def test_words_of_another_year_are_no_answer(question: str, cited: str, said: str | None) -> None:
    assert other_year(question, cited, evidence(cited)[0]) == said


@pytest.mark.parametrize(
    ("question", "title", "dated", "another"),
    [
        ("2025年的目标是什么？", "2025年工作报告", True, False),  # the title's, though printed the year before
        ("2025年的目标是什么？", "工作报告", True, True),
        ("2025年的目标是什么？", "2023年工作报告", False, True),
        ("2025年的目标是什么？", "工作报告", False, False),  # nobody knows
        ("目标是什么？", "工作报告", True, False),
    ],
)
def test_whether_an_article_is_of_another_year_than_asked(
    question: str, title: str, dated: bool, another: bool
) -> None:
    (found,) = evidence(EXAM)
    article = replace(found.article, title=title, date=found.article.date if dated else None)
    assert of_another_year(question, replace(found, article=article)) == another
