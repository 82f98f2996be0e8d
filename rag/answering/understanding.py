"""What a question means before anything is looked for: made whole, its date words read, its kind told. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.answering.follow_up import stand_alone
from rag.answering.periods import read_dates
from rag.answering.surveys import Survey, read_survey
from rag.answers import DateReading, Period

_COMPARING = re.compile("对比|比较|相比|[不异]同|变化|区别|差异")
_ASIDE = re.compile("(?:请)?(?:对比|比较)(?:一下)?|有?(?:什么|哪些|何|无)?(?:不同|异同|变化|区别|差异)(?:之处)?|相比")
_JOINED = re.compile(r"\s*(?:与|和|跟|同|、|，|,|较)\s*")


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a comparison: its period, and the question put to the articles of that period."""

    period: Period
    question: str


@dataclass(frozen=True, slots=True)
class Understood:
    """question: as typed. asked: standing alone. At most one of survey and sides is there."""

    question: str
    asked: str
    readings: tuple[DateReading, ...]
    survey: Survey | None = None
    sides: tuple[Side, ...] = ()

    @property
    def periods(self) -> tuple[Period, ...]:
        return tuple(reading.period for reading in self.readings)

    @property
    def explained(self) -> str:
        """The question with its relative dates explained: what search and model are given."""
        meant = [f"“{r.words}”指{r.period.name}" for r in self.readings if r.words != r.period.name]
        return f"{self.asked}（{'，'.join(meant)}）" if meant else self.asked


def understand(
    question: str,
    today: dt.date,
    newest: dt.date | None,
    before: Sequence[str] = (),
    switched: Collection[str] = (),
) -> Understood:
    """Read a question.

    Args:
        question: as typed.
        today: what 今年 is measured from.
        newest: the day of the library's newest article, None if it has none.
        before: the questions before it in the conversation, as understood, oldest first.
        switched: date words to be read the other way.
    """
    asked = stand_alone(question.strip(), before)
    readings = tuple(
        reading.switched if reading.other and reading.words in switched else reading
        for reading in read_dates(asked, today, newest)
    )
    sides = _sides(asked, readings)
    survey = None if sides else read_survey(asked, readings)
    return Understood(question, asked, readings, survey, sides)


def _sides(asked: str, readings: Sequence[DateReading]) -> tuple[Side, ...]:
    """Two periods side by side, where the question compares them."""
    if len(readings) != 2 or not _COMPARING.search(asked):
        return ()
    first, second = readings
    if not _JOINED.fullmatch(asked[first.end : second.start]):
        return ()
    rest = _ASIDE.sub("", asked[: first.start] + "\0" + asked[second.end :]).strip("，。？?的 ")
    if not rest.replace("\0", "").strip("的 "):
        return ()
    return tuple(Side(reading.period, rest.replace("\0", reading.period.name)) for reading in readings)
