"""What kind of thing a question asks for, and which sentences give one."""

from __future__ import annotations

import pytest

from rag.answering.asked import asked_for, asks_for_list, gives


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("去年撤并了多少所农村学校？", "数量"),
        ("中考成绩在省里排第几？", "数量"),
        ("新增省级平安校园几所？", "数量"),
        ("述职会议在哪里召开？", "地点"),
        ("高考什么时候举行？", "时间"),
        ("布林肯访华时间", "时间"),
        ("谁主持了会议？", None),
        ("有哪几个方面的要求？", None),
        ("要抓好几方面工作？", None),
        ("会议好几次提到的理念是什么？", None),
    ],
)
def test_what_is_asked_for(question: str, name: str | None) -> None:
    asked = asked_for(question)
    assert (asked.name if asked else None) == name


@pytest.mark.parametrize(
    ("question", "statement", "given"),
    [
        ("撤并了多少所？", "新撤并农村薄弱学校69所。", True),
        ("撤并了多少所？", "新撤并农村薄弱学校六十九所。", True),
        ("撤并了多少所？", "过去一年，市委、市政府始终坚持把教育摆在优先发展的地位。", False),
        ("2024年撤并了多少所？", "2024年继续撤并。", False),
        ("中考成绩排第几？", "中考综合成绩名列全省第二。", True),
        ("任务完成了多少？", "任务全部完成。", True),
        ("会议在哪里召开？", "会议在汾阳市召开。", True),
        ("汾阳市的会议在哪里召开？", "会议在汾阳市召开。", False),
        ("会议在哪里召开？", "会议由刘改花主持。", False),
        ("会议在哪里召开？", "会议以视频形式召开。", True),
        ("会议在哪里召开？", "会议在线上举行。", True),
        ("会议在哪里召开？", "会议以视频会议形式召开。", True),
        ("会议在哪里召开？", "3月25日，全市教育工作会议线上召开。", True),
        ("会议在哪里召开？", "会议以线上线下相结合的方式进行。", True),
        ("会议在哪里召开？", "市教育局召开全市教育系统电视电话会议。", True),
        ("会议在哪里召开？", "会议要求加强网上舆情引导。", False),
        ("会议在哪里召开？", "会议研究了视频监控的安装。", False),
        ("线上会议在哪里召开？", "线上会议由刘改花主持。", False),
        ("会议什么时候召开？", "会议3月25日召开。", True),
        ("会议什么时候召开？", "会议安排部署重点任务。", False),
    ],
)
def test_whether_a_sentence_gives_one(question: str, statement: str, given: bool) -> None:
    asked = asked_for(question)
    assert asked is not None
    assert gives(asked, statement, question) == given


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("有哪些要求？", True),
        ("怎样落实？", True),
        ("抓好哪七方面工作？", True),
        ("2023年教研工作会议的要求", True),
        ("教研工作会议的要求是什么？", True),
        ("多少所？", False),
        ("谁主持？", False),
        ("哪天召开？", False),
        ("成绩名列全省第几？", False),
        ("要求何时完成？", False),
    ],
)
def test_which_questions_ask_for_a_list(question: str, wanted: bool) -> None:
    assert asks_for_list(question) == wanted
