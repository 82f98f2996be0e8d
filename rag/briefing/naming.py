"""What a meeting or an article is called in a briefing, in its own words. Pure."""

from __future__ import annotations

import datetime as dt
import re

from rag.types import StoredArticle

_DAY = re.compile(
    r"^(?:\d{4}年)?\d{1,2}月\d{1,2}日?(?:(?:[—\-~～至]|、)(?:\d{1,2}月)?\d{1,2}日)?(?:上午|下午|晚上?)?，?"
)
_MEETING = "(?:会议|座谈会|推进会|动员会|研讨会|部署会|培训会|述职会|论坛|大会|年会|例会|全会|会)"
_HELD = re.compile(
    rf"(?:召开|举行|举办)(?:了)?(?P<after>[^，。；]{{2,40}}?{_MEETING})(?=[，。；]|$)"
    rf"|(?P<before>[^，。；]{{2,50}}?{_MEETING})(?:在[^，。；]{{2,24}})?(?:召开|举行|举办|开幕)"
)
_LONGEST = 40  # characters of a headline made of an opening


def opening(article: StoredArticle) -> str:
    """The first clause of the article, without the day it begins with; "" where it has no text."""
    for stored in article.paragraphs:
        text = _DAY.sub("", stored.text.strip())
        clause = re.split("[，。；！？]", text, maxsplit=1)[0]
        if len(clause) >= 4:
            return clause
    return ""


def meeting_of(article: StoredArticle) -> str:
    """The name of the meeting that the article reports, "" where it reports none."""
    for text in (article.title, *(stored.text for stored in article.paragraphs[:1])):
        if held := _HELD.search(_DAY.sub("", text.strip())):
            name: str = held["after"] or held["before"]
            return name
    return ""


def headline(article: StoredArticle) -> str:
    """Its title, else its opening clause («2024年全市义务教育工作会议在汾阳市召开»)."""
    if article.title:
        return article.title
    clause = opening(article)
    return clause if 0 < len(clause) <= _LONGEST else article.label


def label_of(article: StoredArticle) -> str:
    """What a paragraph about it is opened with: its day, if sure, and the meeting or the title."""
    name = meeting_of(article) or (f"《{article.title}》" if article.title else article.label)
    return (
        f"{day(article.date)}，{name}" if article.date and article.date_basis and article.date_basis.certain else name
    )


def day(date: dt.date) -> str:
    return f"{date.year}年{date.month}月{date.day}日"


def days(since: dt.date, until: dt.date) -> str:
    """«2024年3月18日至31日»: what both days share is said once, and whole months and years by their names."""
    if since == until:
        return day(since)
    if since.day == 1 and (until + dt.timedelta(days=1)).day == 1:
        return _months(since, until)
    if since.year != until.year:
        return f"{day(since)}至{day(until)}"
    month = "" if since.month == until.month else f"{until.month}月"
    return f"{day(since)}至{month}{until.day}日"


def _months(since: dt.date, until: dt.date) -> str:
    """«2024年», «2024年3月», «2024年1月至3月»."""
    years = f"{since.year}年" if since.year == until.year else f"{since.year}年至{until.year}年"
    if (since.month, until.month) == (1, 12):
        return years
    if since.year != until.year:
        return f"{since.year}年{since.month}月至{until.year}年{until.month}月"
    return f"{years}{since.month}月" + (f"至{until.month}月" if until.month > since.month else "")
