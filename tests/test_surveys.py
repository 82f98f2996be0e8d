"""Questions about the whole collection, and what answers them."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.answering.periods import read_dates
from rag.answering.surveys import Found, Survey, Thing, look, read_survey
from rag.types import Paragraph, StoredArticle, StoredParagraph

TODAY = dt.date(2026, 11, 25)


def asked(question: str) -> Survey | None:
    return read_survey(question, read_dates(question, TODAY, None))


@pytest.mark.parametrize(
    ("question", "survey"),
    [
        ("今年召开了几次会议？", Survey(Thing.MEETING, (), True)),
        ("今年召开了多少次教研工作会议？", Survey(Thing.MEETING, ("教研工作",), True)),
        ("有多少篇文章提到控辍保学？", Survey(Thing.ARTICLE, ("控辍保学",), True)),
        ("哪些简报提到“双减”？", Survey(Thing.ARTICLE, ("“双减”",), False)),
        ("列出2024年所有会议", Survey(Thing.MEETING, (), False)),
        ("按月列出今年的会议", Survey(Thing.MEETING, (), False, "", "month")),
        ("按月统计会议", Survey(Thing.MEETING, (), False, "", "month")),
        ("统计一下各月的会议数量", Survey(Thing.MEETING, (), False, "", "month")),
        ("近三年每年召开几次会议？", Survey(Thing.MEETING, (), True, "", "year")),
        ("有没有提到心理健康的文章？", Survey(Thing.ARTICLE, ("心理健康",), False)),
        ("所有提到汾阳市的文章", Survey(Thing.ARTICLE, ("汾阳市",), False)),
        ("关于教师培训的报道有哪些？", Survey(Thing.ARTICLE, ("教师培训",), False)),
        ("赵雪宏参加了哪些会议？", Survey(Thing.MEETING, (), False, "赵雪宏")),
        ("去年举办了哪些活动？", Survey(Thing.ACTIVITY, (), False)),
    ],
)
def test_what_a_survey_asks_for(question: str, survey: Survey) -> None:
    assert asked(question) == survey


@pytest.mark.parametrize(
    "question",
    [
        "今年中考备考有哪些要求？",
        "会议对基层党组织提出哪些要求？",
        "去年撤并了多少所农村薄弱学校？",
        "谁主持会议？",
        "会议什么时候召开？",
        "会议强调了什么？",
        "教研工作会议提出了哪些任务？",
        "《教研工作要点》有几个方面？",
        "参加会议的有多少人？",
        "关于教师培训的文件有哪些要求？",
        "统计培训教师的人数",
        "有没有提到心理健康？",
        "香港第七届立法会选举有多少个议席？",
    ],
)
def test_ordinary_questions_are_none(question: str) -> None:
    assert asked(question) is None


def article(title: str, *paragraphs: str, day: dt.date | None = None) -> StoredArticle:
    stored = tuple(StoredParagraph(f"d-1-{n}", "d-1", Paragraph(text, 1, ())) for n, text in enumerate(paragraphs, 1))
    return StoredArticle("d-1", "d", title, day, 1, stored)


MEETING = article(
    "我市召开义务教育工作会议",
    "3月21日，2024年全市义务教育工作会议在汾阳市召开。会议强调提高站位。局长赵雪宏出席并讲话。",
    "要做好控辍保学工作。",
)


def found(question: str, where: StoredArticle = MEETING) -> str | None:
    survey = asked(question)
    assert survey is not None
    hit: Found | None = look(survey, where, lambda _: True)
    return None if hit is None else hit.paragraph.text[slice(*hit.span)]


def test_the_sentence_that_reports_the_meeting_is_found() -> None:
    assert found("召开了几次会议？") == "3月21日，2024年全市义务教育工作会议在汾阳市召开。"
    assert found("召开了几次教研会议？") is None
    assert found("召开了几次会议？", article("", "教师节到了，学校张灯结彩。")) is None


LONG = "3月25日，市教育局召开党建述职会议，部署控辍保学工作，局长赵雪宏出席并讲话。"


def test_clauses_after_the_one_that_names_the_event_are_left_out_unless_they_hold_what_is_asked_for() -> None:
    assert found("召开了几次会议？", article("", LONG)) == "3月25日，市教育局召开党建述职会议"
    assert found("召开了几次控辍保学会议？", article("", LONG)) == LONG


def test_the_sentence_that_holds_the_term_is_found() -> None:
    assert found("哪些简报提到控辍保学？") == "要做好控辍保学工作。"


YEAR = article("去年工作", "五是全年开展各类教研活动 160 余场，组织大比武。六是开展一次教研活动。")


@pytest.mark.parametrize(
    ("question", "stated"),
    [("全年开展了多少场教研活动？", True), ("全年开展了多少场读书活动？", None), ("列出所有教研活动", False)],
)
def test_a_number_that_the_source_states_is_known_as_such(question: str, stated: bool | None) -> None:
    survey = asked(question)
    assert survey is not None
    hit = look(survey, YEAR, lambda _: True)
    assert stated == (hit.stated if hit else None)


@pytest.mark.parametrize(
    "text",
    ["组织开展一次教研活动。", "第39次教研活动召开。", "开展教研活动，评出12项成果。", "撤并69所学校，开展活动。"],
)
def test_another_number_is_none_of_how_many(text: str) -> None:
    survey = asked("开展了几次教研活动？")
    assert survey is not None
    hit = look(survey, article("", text), lambda _: True)
    assert hit is None or not hit.stated


def test_who_attended() -> None:
    assert found("赵雪宏参加了哪些会议？") == "局长赵雪宏出席并讲话。"
    assert found("刘改花参加了哪些会议？") is None


def test_what_one_attended_is_named() -> None:
    survey = asked("赵雪宏参加了哪些会议？")
    assert survey is not None
    hit = look(survey, MEETING, lambda _: True)
    assert hit is not None and hit.event is not None
    paragraph, span = hit.event
    assert paragraph.text[slice(*span)] == "3月21日，2024年全市义务教育工作会议在汾阳市召开。"
    at_once = look(survey, article("", LONG), lambda _: True)
    assert at_once is not None and at_once.event is None, "the sentence says both"


def test_what_lies_outside_the_period_is_not_found() -> None:
    survey = asked("召开了几次会议？")
    assert survey is not None
    assert look(survey, MEETING, lambda _: False) is None
