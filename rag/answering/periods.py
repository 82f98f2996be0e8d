"""What span of days the date words of a question mean: 今年, 上月, 本学期, 近三年, 3月下旬, 2023—2024学年. Pure.

A word such as 今年 is measured from today. Where the library ends before that period begins (the newest bulletin is
of 2024 and 今年 is 2026), it is measured from the day of the newest bulletin instead, and says so; the other reading is
kept, for the user may have meant it. 近三年 is, where less than half of it would be in the library.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from rag.answers import DateReading, Period
from rag.dates import FIRST_YEAR, LAST_YEAR, DateMention, date_mentions
from rag.numerals import NARROW, chinese_number

_N = "[一二三四五六七八九十两\\d]{1,3}"
_PAST_YEAR = re.compile("过去的?一年")
_LOOKING_BACK = 4  # until this month a text that speaks of the past year means the last calendar year
_Span = Callable[[dt.date, re.Match[str]], Period | None]


def read_dates(question: str, today: dt.date, newest: dt.date | None) -> tuple[DateReading, ...]:
    """The date words of `question` in order. `newest`: the day of the library's newest article, None if unknown."""
    plain = question.translate(NARROW)
    found: list[DateReading] = []
    taken: list[tuple[int, int]] = []
    for pattern, span in _RELATIVE:
        for match in pattern.finditer(plain):
            if _free(match.span(), taken) and (reading := _relative(question, match, span, today, newest)):
                found.append(reading)
                taken.append(match.span())
    for mention, end, third in _printed(plain):
        if _free((mention.start, end), taken) and (
            reading := _absolute(question[mention.start : end], mention, end, third, today, newest)
        ):
            found.append(reading)
    return tuple(sorted(found, key=lambda reading: reading.start))


def meant_in(text: str, day: dt.date) -> tuple[tuple[str, str], ...]:
    """The relative date words of a text printed on `day`, each once, and what they mean: (去年, 2023年).

    «过去一年» of a text printed early in a year looks back on the year before.
    """
    meant: dict[str, str] = {}
    for reading in read_dates(text, day, None):
        absolute = reading.why or re.search(r"\d{4}", reading.words)
        if not absolute and not reading.words.startswith("当"):  # 当年 is the year last spoken of
            meant.setdefault(reading.words, reading.period.name)
    if day.month <= _LOOKING_BACK:
        meant.update((words, f"{day.year - 1}年") for words in _PAST_YEAR.findall(text))
    return tuple(meant.items())


def between(since: dt.date | None, until: dt.date | None) -> Period | None:
    """The days from `since` to `until`, either of them open; None when both are. Raises ValueError: the wrong way."""
    if since is None and until is None:
        return None
    name = f"{since or ''}至{until}" if until else f"{since}以后"
    return Period(since or dt.date.min, until or dt.date.max, name if since else f"{until}以前")


def _free(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return all(end <= span[0] or span[1] <= start for start, end in taken)


def _relative(
    question: str, match: re.Match[str], span: _Span, today: dt.date, newest: dt.date | None
) -> DateReading | None:
    words = question[match.start() : match.end()]
    plainly = span(today, match)
    if plainly is None:
        return None
    ends_today = span in (_last_years, _last_months)
    reached = plainly.since + (plainly.until - plainly.since) / 2 if ends_today else plainly.since
    if newest is not None and newest < reached:
        from_newest = span(newest, match)
        if from_newest is not None and from_newest != plainly:
            why = f"资料最新为{newest.isoformat()}"
            return DateReading(words, match.start(), match.end(), from_newest, why, plainly)
    return DateReading(words, match.start(), match.end(), plainly)


# ---------------------------------------------------------------- spans of days


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _years(first: int, last: int | None = None) -> Period | None:
    last = first if last is None else last
    if not FIRST_YEAR <= first <= last <= LAST_YEAR:
        return None
    return Period(dt.date(first, 1, 1), dt.date(last, 12, 31), f"{first}年" if first == last else f"{first}—{last}年")


def _month(year: int, month: int) -> Period:
    """`month` may lie outside 1–12: it is counted on into the years around."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Period(dt.date(year, month, 1), _month_end(year, month), f"{year}年{month}月")


def _third(year: int, month: int, part: str) -> Period:
    """上旬, 中旬 or 下旬 of a month."""
    first, last = {"上": (1, 10), "中": (11, 20), "下": (21, _month_end(year, month).day)}[part]
    return Period(dt.date(year, month, first), dt.date(year, month, last), f"{year}年{month}月{part}旬")


def _school_year(first: int) -> Period:
    return Period(dt.date(first, 9, 1), dt.date(first + 1, 8, 31), f"{first}—{first + 1}学年")


def _term(day: dt.date, back: int) -> Period:
    """The school term that holds `day` (September to January, February to August), or one of those before it."""
    first_term = day.month >= 9 or day.month == 1
    school_year = day.year if day.month >= 9 else day.year - 1
    number = school_year * 2 + (0 if first_term else 1) - back
    year, second = divmod(number, 2)
    if second:
        return Period(dt.date(year + 1, 2, 1), dt.date(year + 1, 8, 31), f"{year}—{year + 1}学年第二学期")
    return Period(dt.date(year, 9, 1), dt.date(year + 1, 1, 31), f"{year}—{year + 1}学年第一学期")


def _quarter(year: int, number: int) -> Period | None:
    if not 1 <= number <= 4 or not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    since = dt.date(year, 3 * number - 2, 1)
    return Period(since, _month_end(year, 3 * number), f"{year}年第{'一二三四'[number - 1]}季度")


def _half(year: int, part: str) -> Period | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if part == "上":
        return Period(dt.date(year, 1, 1), dt.date(year, 6, 30), f"{year}年上半年")
    return Period(dt.date(year, 7, 1), dt.date(year, 12, 31), f"{year}年下半年")


def _week(day: dt.date, back: int) -> Period:
    monday = day - dt.timedelta(days=day.weekday() + 7 * back)
    sunday = monday + dt.timedelta(days=6)
    return Period(monday, sunday, f"{monday.isoformat()}至{sunday.isoformat()}")


def _one_day(day: dt.date) -> Period:
    return Period(day, day, f"{day.year}年{day.month}月{day.day}日")


def _count(text: str) -> int:
    return int(text) if text.isdecimal() else chinese_number(text) or 0


_YEAR_WORDS = {
    **dict.fromkeys(("今年", "本年", "当年", "本年度", "今年度"), 0),
    **dict.fromkeys(("去年", "上年", "上一年", "上年度"), 1),
    "前年": 2,
    **dict.fromkeys(("明年", "来年", "下一年"), -1),
}
_MONTH_WORDS = {"本月": 0, "这个月": 0, "当月": 0, "上月": 1, "上个月": 1, "下月": -1, "下个月": -1}
_WEEK_WORDS = {"本周": 0, "这周": 0, "上周": 1, "上一周": 1, "下周": -1}
_TERM_WORDS = {"本学期": 0, "这学期": 0, "这个学期": 0, "上学期": 1, "上个学期": 1, "下学期": -1, "下个学期": -1}
_DAY_WORDS = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_MONTH_PART = "(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月"
_YEAR_PART = "(?P<year>今年|本年|去年|上年|前年|明年)"
_ANY_YEAR_PART = r"(?:" + _YEAR_PART + r"|(?P<printed>(?<!\d)\d{4})年?度?)?"


def _any(words: dict[str, int]) -> str:
    return "(?P<word>" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _year_of(day: dt.date, match: re.Match[str]) -> int:
    return day.year - _YEAR_WORDS[match["year"]]


def _any_year_of(day: dt.date, match: re.Match[str]) -> int:
    """The year before a part of it, printed or in words; this year where none is named."""
    if match["printed"]:
        return int(match["printed"])
    return _year_of(day, match) if match["year"] else day.year


def _last_years(day: dt.date, match: re.Match[str]) -> Period | None:
    """近三年 are calendar years, this one among them; 近一年 are twelve months."""
    count = _count(match["n"])
    if count == 1 and not match.group().startswith("这"):
        return _months_back(day, 12)
    return _years(day.year - count + 1, day.year) if 1 <= count <= 50 else None


def _last_months(day: dt.date, match: re.Match[str]) -> Period | None:
    count = _count(match["n"])
    return _months_back(day, count) if 1 <= count <= 120 else None


def _months_back(day: dt.date, count: int) -> Period:
    since = _month(day.year, day.month - count).since
    first = dt.date(since.year, since.month, min(day.day, _month_end(since.year, since.month).day))
    return Period(first, day, f"{first.isoformat()}至{day.isoformat()}")


def _school_years_back(day: dt.date, back: int) -> Period:
    return _school_year((day.year if day.month >= 9 else day.year - 1) - back)


_RELATIVE: tuple[tuple[re.Pattern[str], _Span], ...] = tuple(
    (re.compile(pattern), span)
    for pattern, span in (
        (
            r"(?P<first>\d{4})(?:年)?\s*(?:—{1,2}|-{1,2}|–|~|至|到)\s*(?P<last>\d{4})\s*学年(?:度)?(?:第(?P<n>[一二12])学期)?",
            lambda _, m: _named_school_year(m),
        ),
        (r"(?:近|最近|过去|这)(?P<n>" + _N + ")年(?:来|间|内)?", _last_years),
        (r"(?:近|最近|过去)(?P<n>" + _N + ")个月(?:来|内)?", _last_months),
        (
            _YEAR_PART + _MONTH_PART + r"(?P<part>[上中下])旬",
            lambda d, m: _third(_year_of(d, m), _count(m["month"]), m["part"]),
        ),
        (
            _YEAR_PART
            + r"(?P<month>1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?(?!\d)(?![一二三四五六七八九十]+[日号])",
            lambda d, m: _month(_year_of(d, m), _count(m["month"])),
        ),
        (
            _ANY_YEAR_PART + r"第?(?P<n>[一二三四1-4])季度",
            lambda d, m: _quarter(_any_year_of(d, m), _count(m["n"])),
        ),
        (_ANY_YEAR_PART + r"(?P<part>[上下])半年", lambda d, m: _half(_any_year_of(d, m), m["part"])),
        ("(?P<word>本学年|今学年|上学年|上一学年)", lambda d, m: _school_years_back(d, int("上" in m["word"]))),
        (_any(_TERM_WORDS), lambda d, m: _term(d, _TERM_WORDS[m["word"]])),
        (_any(_YEAR_WORDS), lambda d, m: _years(d.year - _YEAR_WORDS[m["word"]])),
        (_any(_MONTH_WORDS), lambda d, m: _month(d.year, d.month - _MONTH_WORDS[m["word"]])),
        (_any(_WEEK_WORDS), lambda d, m: _week(d, _WEEK_WORDS[m["word"]])),
        (_any(_DAY_WORDS), lambda d, m: _one_day(d - dt.timedelta(days=_DAY_WORDS[m["word"]]))),
    )
)


def _named_school_year(match: re.Match[str]) -> Period | None:
    first, last = int(match["first"]), int(match["last"])
    if last != first + 1 or not FIRST_YEAR <= first < LAST_YEAR:
        return None
    if match["n"] is None:
        return _school_year(first)
    return _term(dt.date(first, 9, 1) if match["n"] in "一1" else dt.date(last, 3, 1), 0)


# ---------------------------------------------------------------- dates as printed

_THIRD = re.compile("(?P<part>[上中下])旬")


def _printed(text: str) -> list[tuple[DateMention, int, str]]:
    """The printed dates, where each ends, and the 上, 中 or 下 of a 旬 that follows a month."""
    found = []
    for mention in date_mentions(text):
        third = _THIRD.match(text, mention.end) if mention.month and not mention.day else None
        found.append((mention, third.end() if third else mention.end, third["part"] if third else ""))
    return found


def _absolute(
    words: str, mention: DateMention, end: int, third: str, today: dt.date, newest: dt.date | None
) -> DateReading | None:
    """A day or month without a year is the last one the library reaches."""
    if mention.year is not None:
        period = _of(mention, mention.year, third)
        return DateReading(words, mention.start, end, period) if period else None
    reach = today if newest is None else min(today, newest)
    for year in (reach.year, reach.year - 1):
        period = _of(mention, year, third)
        if period is not None and period.since <= reach:
            return DateReading(words, mention.start, end, period, "问题里没有写年份，取资料中最近的一次")
    return None


def _of(mention: DateMention, year: int, third: str) -> Period | None:
    if mention.month is None:
        return _years(year)
    if third:
        return _third(year, mention.month, third)
    if mention.day is None:
        return _month(year, mention.month)
    since = mention.date(year)
    if since is None:
        return None
    if mention.last_day is None:
        return _one_day(since)
    until = replace(mention, month=mention.last_month or mention.month, day=mention.last_day).date(year)
    if until is None or until < since:
        return None
    return Period(since, until, f"{since.isoformat()}至{until.isoformat()}")
