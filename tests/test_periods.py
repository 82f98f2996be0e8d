"""The days that date words mean."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.periods import meant_in, read_dates
from rag.answers import Period

TODAY = dt.date(2026, 11, 25)
NEWEST = dt.date(2024, 3, 25)


def only(question: str, newest: dt.date | None = None, today: dt.date = TODAY) -> tuple[dt.date, dt.date, str]:
    (reading,) = read_dates(question, today, newest)
    return reading.period.since, reading.period.until, reading.words


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("今年中考备考有哪些要求？", "2026-01-01", "2026-12-31"),
        ("去年的教研会议", "2025-01-01", "2025-12-31"),
        ("前年呢", "2024-01-01", "2024-12-31"),
        ("上月的会议", "2026-10-01", "2026-10-31"),
        ("上个月开了什么会", "2026-10-01", "2026-10-31"),
        ("本学期的安排", "2026-09-01", "2027-01-31"),
        ("上学期的安排", "2026-02-01", "2026-08-31"),
        ("近三年撤并了多少学校", "2024-01-01", "2026-12-31"),
        ("最近3个月的通报", "2026-08-25", "2026-11-25"),
        ("过去一年召开的会议", "2025-11-25", "2026-11-25"),
        ("这一年召开的会议", "2026-01-01", "2026-12-31"),
        ("2023—2024学年的计划", "2023-09-01", "2024-08-31"),
        ("2023-2024学年第二学期的计划", "2024-02-01", "2024-08-31"),
        ("去年第一季度的情况", "2025-01-01", "2025-03-31"),
        ("今年上半年", "2026-01-01", "2026-06-30"),
        ("2022年上半年销量", "2022-01-01", "2022-06-30"),
        ("2023一季度增长率", "2023-01-01", "2023-03-31"),
        ("2023年第四季度", "2023-10-01", "2023-12-31"),
        ("去年3月下旬", "2025-03-21", "2025-03-31"),
        ("去年12月份的会议", "2025-12-01", "2025-12-31"),
        ("2024年3月25日的会议", "2024-03-25", "2024-03-25"),
        ("2024年2月下旬", "2024-02-21", "2024-02-29"),
        ("2024年的要点", "2024-01-01", "2024-12-31"),
        ("2024年3月21日至22日的研讨会", "2024-03-21", "2024-03-22"),
        ("上周的简报", "2026-11-16", "2026-11-22"),
        ("昨天的会议", "2026-11-24", "2026-11-24"),
    ],
)
def test_words_are_measured_from_today(question: str, since: str, until: str) -> None:
    assert only(question)[:2] == (dt.date.fromisoformat(since), dt.date.fromisoformat(until))


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [
        ("今年中考备考有哪些要求？", "2024-01-01", "2024-12-31"),
        ("去年撤并了多少学校？", "2023-01-01", "2023-12-31"),
        ("上月的会议", "2024-02-01", "2024-02-29"),
        ("本学期的安排", "2024-02-01", "2024-08-31"),
        ("近三年的会议", "2022-01-01", "2024-12-31"),
        ("最近3个月的通报", "2023-12-25", "2024-03-25"),
        ("本周的会议", "2024-03-25", "2024-03-31"),
    ],
)
def test_a_library_that_ends_earlier_is_measured_from_its_newest_day(question: str, since: str, until: str) -> None:
    (reading,) = read_dates(question, TODAY, NEWEST)
    assert (reading.period.since, reading.period.until) == (dt.date.fromisoformat(since), dt.date.fromisoformat(until))
    assert "2024-03-25" in reading.why
    (plainly,) = read_dates(question, TODAY, None)
    assert reading.other == plainly.period
    assert reading.switched.period == plainly.period


def test_relative_words_of_a_printed_text_are_measured_from_its_day() -> None:
    text = "去年以来成效明显，去年12月通报表扬，今年要抓好2024年的工作，3月25日召开会议，当年见效，过去一年撤并69所。"
    assert dict(meant_in(text, dt.date(2024, 3, 25))) == {
        "去年": "2023年",
        "去年12月": "2023年12月",
        "今年": "2024年",
        "过去一年": "2023年",
    }
    assert dict(meant_in("过去一年", dt.date(2024, 9, 1))) == {"过去一年": "2023-09-01至2024-09-01"}
    assert meant_in("会议强调安全。", dt.date(2024, 3, 25)) == ()


@pytest.mark.parametrize("newest", [dt.date(2026, 2, 1), TODAY, dt.date(2027, 1, 1)])
def test_a_library_that_reaches_the_period_is_read_plainly(newest: dt.date) -> None:
    (reading,) = read_dates("今年的要求", TODAY, newest)
    assert reading.period.name == "2026年" and reading.why == "" and reading.other is None


@pytest.mark.parametrize(
    ("question", "since", "newest"),
    [
        ("3月下旬的会议", "2024-03-21", NEWEST),
        ("12月的会议", "2023-12-01", NEWEST),
        ("3月21日的会议", "2024-03-21", NEWEST),
        ("3月下旬的会议", "2026-03-21", None),
        ("2月29日的会议", "2024-02-29", NEWEST),
    ],
)
def test_without_a_year_the_last_one_the_library_reaches_is_meant(
    question: str, since: str, newest: dt.date | None
) -> None:
    assert only(question, newest)[0] == dt.date.fromisoformat(since)


def test_several_words_are_read_each_in_its_place() -> None:
    found = read_dates("对比2023年与2024年，今年对教研的要求", TODAY, NEWEST)
    assert [reading.words for reading in found] == ["2023年", "2024年", "今年"]


@pytest.mark.parametrize(
    "question", ["教研有哪些要求？", "三年级有几个班？", "第39个教师节", "2023—2026学年", "0000年上半年的产值"]
)
def test_what_is_no_date_is_not_read(question: str) -> None:
    assert read_dates(question, TODAY, NEWEST) == ()


def test_a_period_is_not_inside_out() -> None:
    with pytest.raises(ValueError, match="after"):
        Period(TODAY, NEWEST, "")


days = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))
phrases = st.text(alphabet="今去前明年上下个本月学期近三最一二季度半周旬0123459日至—-的会议，", max_size=24)


@given(phrases, days, st.none() | days)
def test_whatever_is_written_the_places_are_right_and_apart(
    question: str, today: dt.date, newest: dt.date | None
) -> None:
    end = 0
    for reading in read_dates(question, today, newest):
        assert end <= reading.start < reading.end
        assert question[reading.start : reading.end] == reading.words
        end = reading.end
