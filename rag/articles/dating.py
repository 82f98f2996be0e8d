"""The day of each article, and what that day rests on. Pure.

Asked in this order: the article itself (its dateline, a full date on a line of its own), the issue it was printed in
(masthead, running heads, imprint), the name of the file, the file's own properties. A dateline without a year takes
it from a full date in the article, from the issue, from what the text says of years, from the articles beside it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.dates import DateMention, clear_year, date_mentions, year_votes
from rag.layout.wrapping import is_dateline, is_final
from rag.types import DateBasis

Dated = tuple[dt.date, DateBasis]

_OPENING = 120  # characters in which a dateline stands
_SHORT_LINE = 40
_LONGEST_HEADING = 60
_SOON = dt.timedelta(days=7)  # an issue may be dated some days before it is out
_NEAR = dt.timedelta(days=183)  # a year is beyond doubt when it puts the day this close to a known one
_AHEAD = dt.timedelta(days=60)  # how far ahead a paper announces
_LONG_AGO = dt.timedelta(days=300)
_OLDEST_FILE = dt.date(1990, 1, 1)

_ISSUE_NUMBER = re.compile(r"第\s*([\d一二三四五六七八九十百]+)\s*期")
_IMPRINT = re.compile(r"^\s*抄送|印发\s*(?:[（(]|$)|共印")
_ISSUE_SIGN = re.compile(
    rf"{_ISSUE_NUMBER.pattern}|{_IMPRINT.pattern}|主办|编印|主编|内部(?:资料|刊物)|准印证|刊号|\bCN\s?\d|农历|"
    r"第\s*[\d一二三四五六七八九十]{1,3}\s*版"
)
_REPRINTED = re.compile("原载|转载|选自|摘自|来源")
_BRACKETED_YEAR = re.compile(r"[（(〔\[]\s*((?:19|20)\d\d)\s*年?\s*[）)〕\]]")
_NOT_BEFORE_IT = re.compile(
    r"(?:自|从|截至|截止|截止到|至|到|(?<!会)(?<!会议)(?<!活动)(?<!仪式)(?<!培训)(?<!比赛)(?<!考试)于)\s*$"
)
_NOT_AFTER_IT = re.compile(r"\s*(?:[之以]?前|以来|至今|(?:正式)?(?:施行|生效))")
_COMING = re.compile(r"将|拟|定于|计划|预计|即将")
_DAY_ONLY = re.compile(r"^(?:本报讯\s*)?(?:[（(][^）)]{1,20}[）)]\s*)?(\d{1,2})日(?=[上下中晚凌，,]|从)")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?:\d{4}|\d{6})?(?!\d)")  # 20240325, 20240325101530
_ENDING = re.compile(r"\.[A-Za-z]\w{0,5}$")


@dataclass(frozen=True, slots=True)
class Printed:
    """An article as far as its day goes: the page it begins on, its headlines and its paragraphs, as printed."""

    page: int
    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.headings) + "\n" + "".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Outside:
    """A line that belongs to no article (furniture)."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class _Issue:
    """What a masthead, a running head, an imprint or a file name tells of the day; `number`: 第…期, 0 when not told.

    `article`: the number of the article that it stands before, -1 when it is furniture of its page.
    """

    date: dt.date | None = None
    year: int | None = None
    number: int = 0
    page: int = 0
    article: int = -1
    imprint: bool = False  # at the end of the issue, so it speaks of what stands before it


_UNKNOWN = _Issue()


def article_dates(
    articles: Sequence[Printed],
    outside: Sequence[Outside] = (),
    file_name: str = "",
    properties_date: str = "",
    *,
    today: dt.date,
) -> tuple[Dated | None, ...]:
    """For each article its day and what that rests on; None when nothing tells the day.

    Args:
        articles: in reading order.
        outside: the furniture of the document: its mastheads and running heads are looked at here, and in `articles`
            in case one was taken for a part of them.
        file_name: with its ending.
        properties_date: the day the file's own properties give, YYYY-MM-DD, or "".
        today: file properties and file names from after it are wrong clocks and are passed over.
    """
    issues = (*_outside_issues(outside), *_inside_issues(articles))
    own_issues = [_issue_of(number, article, issues) for number, article in enumerate(articles)]
    name = _named(file_name, today)
    file = _file_day(properties_date, today)
    found = [_printed_in(article, issue) for article, issue in zip(articles, own_issues, strict=True)]
    certain = sorted(dated[0] for dated in found if dated and dated[1].certain)
    middle = certain[len(certain) // 2] if certain else None
    return tuple(
        dated or _guessed(article, middle, name, file, today) or _of_the_file(article, issue, name, file)
        for article, issue, dated in zip(articles, own_issues, found, strict=True)
    )


# ---------------------------------------------------------------- what the article prints


def _is_short_line(text: str) -> bool:
    bracketed = text[:1] in "（(" and text[-1:] in "）)"
    return len(text) <= (_LONGEST_HEADING if bracketed else _SHORT_LINE) and not is_final(text)


def _first_sentence(article: Printed) -> str:
    """The opening sentence of the first paragraph that is one; headings, bylines and date lines are passed over."""
    for text in article.paragraphs[:4]:
        title = not is_final(text) and len(text) <= _LONGEST_HEADING and not is_dateline(text)
        if not (title or _is_short_line(text)):
            return text[:_OPENING].split("。", 1)[0]
    return ""


def _dateline(opening: str) -> DateMention | None:
    """The day that an opening sentence reports on."""
    for mention in date_mentions(opening):
        before, after = opening[: mention.start], opening[mention.end :]
        if mention.month and mention.day and not (_NOT_BEFORE_IT.search(before) or _NOT_AFTER_IT.match(after)):
            return mention
    return None


def _is_coming(opening: str, mention: DateMention) -> bool:
    """Whether the sentence announces the day: 「定于5月20日召开」, 「5月20日，全市将举行」."""
    return bool(_COMING.search(opening[max(0, mention.start - 6) : mention.end + 24]))


def _date_line(article: Printed) -> dt.date | None:
    """A full date on a short line near the top or the end: 发布时间, a signature; not the masthead's."""
    texts = article.paragraphs
    for line in (*article.headings, *texts[:3], *texts[-3:]):
        if _is_short_line(line) and not _is_masthead(texts, line):
            for mention in date_mentions(line):
                if date := mention.date():
                    return date
    return None


def _printed_in(article: Printed, issue: _Issue) -> Dated | None:
    """The day that the article names itself; its year perhaps from the issue."""
    opening = _first_sentence(article)
    mention = _dateline(opening)
    line = _date_line(article)
    if mention is None:
        alone = _from_day_alone(opening, line or issue.date)
        return alone or ((line, DateBasis.PRINTED) if line else None)
    coming = _is_coming(opening, mention)
    if line and coming:
        return line, DateBasis.PRINTED
    if date := mention.date():
        return date, DateBasis.PRINTED
    if line and (settled := _settled(mention, line, coming=True)):
        return settled[0], DateBasis.INFERRED
    if issue.date and (settled := _settled(mention, issue.date, coming)):
        return settled
    year = clear_year(year_votes(article.text, mention.month or 1)) or _year_of(issue, mention)
    date = mention.date(year)
    return (date, DateBasis.INFERRED) if date else None


def _from_day_alone(opening: str, known: dt.date | None) -> Dated | None:
    """「25日上午，…」 in an issue of a known day: the last such day up to the day after it."""
    match = _DAY_ONLY.match(opening)
    if match is None or known is None:
        return None
    for back in range(-1, 62):
        date = known - dt.timedelta(days=back)
        if date.day == int(match[1]):
            return date, DateBasis.INFERRED
    return None


def _settled(mention: DateMention, known: dt.date, coming: bool) -> Dated | None:
    """The day in the year that fits something dated `known`: the last one before it, or the nearest if announced."""
    years = (known.year - 1, known.year, known.year + 1)
    options = [date for year in years if (date := mention.date(year))]
    if not options:  # 29 February, and no leap year near
        return None
    nearest = min(options, key=lambda date: abs(date - known))
    if coming:
        return nearest, DateBasis.INFERRED if abs(nearest - known) <= _NEAR else DateBasis.GUESSED
    past = max((date for date in options if date <= known + _SOON), default=None)
    if past is None or known - past > _LONG_AGO:
        guess = nearest if nearest - known <= _AHEAD else past
        return (guess, DateBasis.GUESSED) if guess else None
    return past, DateBasis.INFERRED if known - past <= _NEAR else DateBasis.GUESSED


def _year_of(issue: _Issue, mention: DateMention) -> int | None:
    """The issue's year; the one before for the last weeks of a year reported in its first issues."""
    late_news = issue.number in (1, 2) and (mention.month or 0) >= 11
    return issue.year - 1 if issue.year and late_news else issue.year


# ---------------------------------------------------------------- what the issue prints


def _is_masthead(texts: Sequence[str], line: str) -> bool:
    """Whether a short line, or one of the short lines beside it, bears the signs of an issue's head or imprint."""
    if _REPRINTED.search(line):
        return False
    if _ISSUE_SIGN.search(line):
        return True
    at = texts.index(line) if line in texts else -1
    beside = [texts[i] for i in (at - 1, at + 1) if at >= 0 and 0 <= i < len(texts)]
    return any(_is_short_line(text) and _ISSUE_NUMBER.search(text) for text in beside)


def _read_issue(text: str, page: int, article: int, imprint: bool) -> _Issue | None:
    mentions = date_mentions(text)
    date = next((date for mention in mentions if (date := mention.date())), None)
    numbered = _ISSUE_NUMBER.search(text)
    number = int(numbered[1]) if numbered and numbered[1].isdecimal() else 0
    bracketed = _BRACKETED_YEAR.search(text)
    year = int(bracketed[1]) if bracketed else next((m.year for m in mentions if m.year), None)
    if date is None and (year is None or numbered is None):
        return None
    return _Issue(date, date.year if date else year, number, page, article, imprint)


def _outside_issues(outside: Sequence[Outside]) -> Iterator[_Issue]:
    """One issue for each page whose furniture tells a day or a year, and one for each imprint."""
    for page in sorted({line.page for line in outside}):
        texts = [line.text for line in outside if line.page == page]
        imprints = [text for text in texts if _IMPRINT.search(text)]
        # the day may be set over several lines: 2024年3月 / 25日 / 星期一
        heads = " ".join(text for text in texts if text not in imprints)
        for text, imprint in ((heads, False), *((text, True) for text in imprints)):
            if issue := _read_issue(text, page, -1, imprint):
                yield issue


def _inside_issues(articles: Sequence[Printed]) -> Iterator[_Issue]:
    """Mastheads that stand among the text of articles; one below its text belongs to what follows."""
    for number, article in enumerate(articles):
        lines = (*article.headings, *article.paragraphs)
        for place, line in enumerate(lines):
            if _is_short_line(line) and _is_masthead(lines, line):
                imprint = bool(_IMPRINT.search(line))
                below = not imprint and any(is_final(text) for text in lines[:place])
                if issue := _read_issue(line, article.page, number + below, imprint):
                    yield issue


def _issue_of(number: int, article: Printed, issues: Sequence[_Issue]) -> _Issue:
    """The issue that an article was printed in: the last head before it, else the first imprint or head after it; one
    without a day only where none has one."""
    before = [i for i in issues if not i.imprint and i.page <= article.page and i.article <= number]
    before.sort(key=lambda i: (i.page, i.article), reverse=True)
    after = [i for i in issues if i.page >= article.page and (i.article == -1 or (i.imprint and i.article >= number))]
    dated = (issue for issue in (*before, *after) if issue.date)
    return next(dated, before[0] if before else _UNKNOWN)


# ---------------------------------------------------------------- what the file tells


def _named(file_name: str, today: dt.date) -> _Issue:
    """The day, or only the year, that a file name gives."""
    name = _ENDING.sub("", file_name.replace("_", "-"))
    name = _COMPACT.sub(r"\1-\2-\3 ", name)
    issue = _read_issue(name, 0, -1, imprint=False)
    if issue is None:
        return _UNKNOWN
    if issue.date is None:
        days = (m for m in date_mentions(name) if m.day)
        date = next((d for m in days if (d := m.date(issue.year))), None)  # 2024年第12期（3月25日）
        issue = _Issue(date, issue.year, issue.number)
    return issue if 1949 <= (issue.year or 0) <= today.year + 1 else _UNKNOWN


def _file_day(properties_date: str, today: dt.date) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(properties_date)
    except ValueError:
        return None
    return date if _OLDEST_FILE <= date <= today + dt.timedelta(days=1) else None


def _guessed(
    article: Printed, middle: dt.date | None, name: _Issue, file: dt.date | None, today: dt.date
) -> Dated | None:
    """For a dateline whose year neither article nor issue makes clear: the other articles, the file, faint signs."""
    opening = _first_sentence(article)
    mention = _dateline(opening)
    if mention is None or mention.year:
        return None
    coming = _is_coming(opening, mention)
    for known, either_side in ((middle, True), (name.date, coming)):
        if known and (settled := _settled(mention, known, either_side)):
            near = abs(settled[0] - known) <= _AHEAD
            return settled[0], DateBasis.INFERRED if near else DateBasis.GUESSED
    votes = year_votes(article.text, mention.month or 1)
    faint = max((y for y in votes if y <= today.year), key=lambda year: (votes[year], year), default=None)
    for year in (_year_of(name, mention), faint):
        if date := mention.date(year):
            return date, DateBasis.GUESSED
    if file and (settled := _settled(mention, file, coming)):
        return settled[0], DateBasis.GUESSED
    return None


def _of_the_file(article: Printed, issue: _Issue, name: _Issue, file: dt.date | None) -> Dated | None:
    """For an article that names no day: that of the issue, of the file's name, of the file."""
    if issue.date:
        return issue.date, DateBasis.MASTHEAD
    if name.date:
        return name.date, DateBasis.FILE_NAME
    years = {mention.year for mention in date_mentions(article.text) if mention.year}
    if file and (not years or max(years) >= file.year - 1):  # an old text in a young file was scanned or copied lately
        return file, DateBasis.FILE
    return None
