"""Dates in Chinese text, and the year of those that are printed without one. Pure.

Papers print 「3月25日」 and leave the year to the reader. It is found as a reader finds it: a full date nearby, what
the text plans or looks back on («安排部署2024年…», «2023年度…述职», «刚刚过去的2023年»), else the neighbours' dates.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass

from rag.numerals import NARROW, chinese_number

FIRST_YEAR, LAST_YEAR = 1900, 2099


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as printed at `start:end`; parts that are not printed are None. Ranges keep both ends.

    `fiscal` is the 度 of 「2023年度」. Impossible dates (2月30日) are never built by `date_mentions`.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    last_month: int | None = None
    last_day: int | None = None
    fiscal: bool = False

    @property
    def key(self) -> str:
        """One form for all notations: 2024-03-25, --03-25 (no year), 2024-03, --03, 2024; ranges joined by /."""
        first = _key(self.year, self.month, self.day)
        if self.last_day is None and self.last_month is None:
            return first
        return f"{first}/{_key(self.year, self.last_month or self.month, self.last_day)}"

    def date(self, year: int | None = None) -> dt.date | None:
        """The (first) day meant, with `year` where none is printed; None while a part is missing or it never was."""
        full = self.year or year
        if full is None or self.month is None or self.day is None:
            return None
        try:
            return dt.date(full, self.month, self.day)
        except ValueError:
            return None


def _key(year: int | None, month: int | None, day: int | None) -> str:
    parts = [f"{year:04d}" if year else "-"]
    if month:
        parts.append(f"{month:02d}")
    if day:
        parts.append(f"{day:02d}" if month else f"-{day:02d}")
    return "-".join(parts)


_YEAR = r"(?P<year>\d{4}|[〇零○一二三四五六七八九]{4})"
_N = r"(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_TO = r"\s*(?:—{1,2}|-{1,2}|－|–|~|～|至|到)\s*"
_MONTH = rf"(?P<month>{_N})\s*月"
_LAST = rf"{_TO}(?:(?P<last_month>{_N})\s*月\s*)?(?P<last_day>{_N})\s*(?:日|号)(?!\d)"
_DAYS = rf"(?P<day>{_N})\s*(?:日|号)?(?:{_LAST}|(?<=[日号]))"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<!\d){_YEAR}\s*年\s*{_MONTH}\s*{_DAYS}",
        r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?![\d.])",
        rf"(?<!\d){_YEAR}\s*年\s*{_MONTH}份?",
        rf"(?<!\d){_YEAR}\s*年(?P<fiscal>度)?(?!代)",
        rf"(?<![\d.〇一二三四五六七八九十]){_MONTH}\s*{_DAYS}",
        rf"(?<![\d.〇一二三四五六七八九十个]){_MONTH}份?(?!球)",
    )
)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if text.isdecimal() else chinese_number(text)


def _built(match: re.Match[str]) -> DateMention | None:
    groups = match.groupdict()
    parts = {name: _number(groups.get(name)) for name in ("year", "month", "day", "last_month", "last_day")}
    if any(parts[name] is None for name, value in groups.items() if value and name in parts):
        return None
    year, month, day = parts["year"], parts["month"], parts["day"]
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    for a_month, a_day in ((month, day), (parts["last_month"] or month, parts["last_day"])):
        try:  # a leap year where none is printed, so that 2月29日 may pass
            dt.date(year or 2000, a_month or 1, a_day or 1)
        except ValueError:
            return None
    return DateMention(match.start(), match.end(), fiscal=bool(groups.get("fiscal")), **parts)


def date_mentions(text: str) -> tuple[DateMention, ...]:
    """All dates, months and years in `text`, in order, none inside another. Impossible ones are passed over."""
    plain = text.translate(NARROW)
    found: list[DateMention] = []
    taken = bytearray(len(plain))
    for pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            if any(taken[match.start() : match.end()]):
                continue
            if mention := _built(match):
                found.append(mention)
                taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    return tuple(sorted(found, key=lambda m: m.start))


# ---------------------------------------------------------------- the year that is not printed

_PLANS = re.compile(r"(?:安排|部署|谋划|规划|启动|推进|开展|做好|力争|召开|举行|举办|进入|迎来|是)[^，。；]{0,6}$")
_LOOKS_BACK = re.compile(r"(?:回顾|总结|述职|表彰|通报|考核|过去的|走过|上年度?|去年)[^，。；]{0,6}$")
_YEARLY_REPORT = re.compile(r"^[^，。；]{0,16}?(?:述职|考核|总结|评议|表彰|通报|报告|工作回顾)")
_CLEAR, _FAINT = 3, 1


def year_votes(text: str, month: int) -> Counter[int]:
    """What `text`, an article about a day in `month`, says about its own year: year → weight (≥ 3: a clear word).

    Late in the year plans speak of the next year and reports of the running one; early in the year plans speak of the
    running year and reports of the last one.
    """
    votes: Counter[int] = Counter()
    late = month >= 11
    for mention in date_mentions(text):
        if mention.year is None:
            continue
        before, after = text[max(0, mention.start - 12) : mention.start], text[mention.end : mention.end + 20]
        if mention.month is not None:
            votes[mention.year] += _FAINT
        elif before.endswith("刚刚过去的"):
            votes[mention.year + 1] += 2 * _CLEAR
        elif _LOOKS_BACK.search(before) or (mention.fiscal and _YEARLY_REPORT.search(after)):
            votes[mention.year if late else mention.year + 1] += _CLEAR
        elif _PLANS.search(before):
            votes[mention.year - 1 if late else mention.year] += _CLEAR
        else:
            votes[mention.year] += _FAINT
    return votes


def clear_year(votes: Counter[int]) -> int | None:
    """The year the votes name beyond doubt, else None."""
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < _CLEAR:
        return None
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] > ranked[1][1] else None
