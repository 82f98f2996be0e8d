"""Fields for a day, in pairs: from one to another."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QDate, QLocale
from PySide6.QtWidgets import QDateEdit

from rag.answering.periods import between
from rag.answers import Period


def day_field(day: dt.date, name: str) -> QDateEdit:
    """`name` is what a screen reader says."""
    field = QDateEdit(QDate(day.year, day.month, day.day))
    field.setDisplayFormat("yyyy-MM-dd")
    field.setLocale(QLocale(QLocale.Language.Chinese))
    field.setCalendarPopup(True)
    field.setMinimumSize(132, 34)
    field.setAccessibleName(name)
    return field


def show(since: QDateEdit, until: QDateEdit, days: Period) -> None:
    for field, day in ((since, days.since), (until, days.until)):
        field.setDate(QDate(day.year, day.month, day.day))


def shown(since: QDateEdit, until: QDateEdit) -> tuple[dt.date, dt.date]:
    first, last = since.date(), until.date()
    return dt.date(first.year(), first.month(), first.day()), dt.date(last.year(), last.month(), last.day())


def period_of(since: QDateEdit, until: QDateEdit) -> Period:
    """Raises ValueError: the days are the wrong way round."""
    return _period(*shown(since, until))


def this_year() -> Period:
    """From New Year's Day to today: what is offered where nothing says better."""
    today = dt.date.today()
    return _period(dt.date(today.year, 1, 1), today)


def _period(since: dt.date, until: dt.date) -> Period:
    period = between(since, until)
    assert period is not None  # neither is open
    return period
