"""Where to look: documents, days, kept filters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, Qt
from pytestqt.qtbot import QtBot

from desktop.conversation import scope_words
from desktop.day_fields import period_of
from desktop.scope_dialog import ScopeDialog
from desktop.window import Window
from rag.answering.periods import between
from rag.answers import Answer, Filter, Period, Refusal
from rag.types import Document
from tests.desktop.conftest import PATIENCE
from tests.desktop.fake_library import document_of

AskIt = Callable[[str], None]
DOCUMENTS = tuple(document_of(Path(name)) for name in ("甲.txt", "乙.pdf", "丙.txt"))
FIRST, SECOND, THIRD = (document.id for document in DOCUMENTS)
HALF = between(dt.date(2024, 1, 1), dt.date(2024, 6, 30))
DAYS = Period(dt.date(2023, 12, 1), dt.date(2024, 3, 25), "2023-12-01至2024-03-25")
OUTSIDE = between(dt.date(2025, 1, 1), dt.date(2025, 6, 30))


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def dialog(qtbot: QtBot, scope: Filter, *filters: Filter, read_only: bool = False) -> ScopeDialog:
    made = ScopeDialog(scope, DOCUMENTS, filters, DAYS, read_only)
    qtbot.addWidget(made)
    return made


def check(made: ScopeDialog, place: int, on: bool = True) -> None:
    made.documents.item(place).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)


@pytest.mark.parametrize(
    "scope", [Filter(""), Filter("", (SECOND,)), Filter("", (), HALF), Filter("", (FIRST, THIRD), HALF)]
)
def test_the_fields_say_what_they_were_given(qtbot: QtBot, scope: Filter) -> None:
    assert dialog(qtbot, scope).scope == scope


def test_documents_and_days_are_chosen(qtbot: QtBot) -> None:
    made = dialog(qtbot, Filter(""))
    made.some_documents.click()
    assert not made.accept_button.isEnabled()
    assert made.hint.text() == "一份资料也没有勾选。"
    check(made, 1)
    made.some_days.click()
    made.since.setDate(QDate(2024, 1, 1))
    made.until.setDate(QDate(2023, 6, 30))
    assert made.hint.text() == "开始的日期晚于结束的日期。"
    assert not made.accept_button.isEnabled()
    made.until.setDate(QDate(2024, 6, 30))
    with qtbot.waitSignal(made.chosen) as chosen:
        made.accept_button.click()
    assert chosen.args == [Filter("", (SECOND,), HALF)]


def test_the_list_of_documents_is_narrowed_by_name(qtbot: QtBot) -> None:
    made = dialog(qtbot, Filter("", (FIRST,)))
    made.search.setText("PDF")
    assert [made.documents.item(n).isHidden() for n in range(3)] == [True, False, True]
    assert made.scope.documents == (FIRST,), "what is out of sight stays checked"


def test_a_kept_filter_is_picked_and_known_again(qtbot: QtBot) -> None:
    made = dialog(qtbot, Filter(""), Filter("上半年", (), HALF), Filter("甲丙", (THIRD, FIRST)))
    made.saved.setCurrentIndex(2)
    made.saved.activated.emit(2)
    assert made.scope == Filter("甲丙", (FIRST, THIRD))
    check(made, 1)
    assert made.scope.name == ""
    with qtbot.waitSignal(made.forget_wanted) as forgotten:
        made.forget_button.click()
    assert forgotten.args == ["甲丙"]


def test_a_filter_whose_documents_are_gone_is_not_everything(qtbot: QtBot) -> None:
    made = dialog(qtbot, Filter(""), Filter("旧的", ("0123456789ab",)))
    made.saved.setCurrentIndex(1)
    made.saved.activated.emit(1)
    assert not made.accept_button.isEnabled()


def test_a_filter_is_kept_under_a_name(qtbot: QtBot) -> None:
    made = dialog(qtbot, Filter("", (FIRST,)))
    assert not made.keep_button.isEnabled()
    made.name.setText(" 甲的 ")
    with qtbot.waitSignal(made.keep_wanted) as kept:
        made.keep_button.click()
    assert kept.args == [Filter("甲的", (FIRST,))]
    made.show_filters((Filter("别的"), Filter("甲的", (FIRST,))))
    assert made.saved.currentText() == "甲的"
    assert made.forget_button.isEnabled()
    assert not dialog(qtbot, Filter("甲的"), Filter("甲的", (FIRST,)), read_only=True).forget_button.isEnabled()


def test_the_scope_in_words() -> None:
    def words(scope: Filter, *documents: Document) -> str:
        return scope_words(scope, documents)

    assert words(Filter("")) == ""
    assert words(Filter("", (FIRST,)), DOCUMENTS[0]) == "只问：甲.txt"
    assert words(Filter("", (FIRST, SECOND), HALF), *DOCUMENTS[:2]) == "只问：2024-01-01至2024-06-30 · 甲.txt、乙.pdf"
    assert words(Filter("上半年", (), HALF)) == "只问“上半年”：2024-01-01至2024-06-30"


# ------------------------------------------------------------------ in the window


def test_the_days_limit_questions_until_they_are_cleared(window: Window, ask: AskIt) -> None:
    assert isinstance(OUTSIDE, Period)
    window.conversations.set_scope(Filter("", (), OUTSIDE))
    ask("要求？")
    assert isinstance(window.asking.result, Refusal)
    assert window.asking.bar.scope.text() == "只问：2025-01-01至2025-06-30"
    (document,) = window.desk.documents
    window.library.scope_wanted.emit((document,))
    assert window.asking.scope == Filter("", (document,), OUTSIDE), "the days stay"
    window.asking.bar.clear_scope.click()
    assert window.asking.scope == Filter("")
    ask("要求？")
    assert isinstance(window.asking.result, Answer)


def test_a_filter_is_kept_chosen_and_deleted_in_the_window(window: Window, qtbot: QtBot) -> None:
    window.asking.bar.choose_scope.click()
    made = window.findChildren(ScopeDialog)[-1]
    assert made._saved.isHidden()
    days = between(dt.date(2024, 3, 21), dt.date(2024, 3, 22))
    assert period_of(made.since, made.until) == days, "those of the library's articles"
    form = window.briefing.form
    assert period_of(form.since, form.until) == days
    form.since.setDate(QDate(2024, 3, 1))
    form.offer_days(DAYS)
    assert form.since.date() == QDate(2024, 3, 1), "what the user wrote stays"
    made.some_days.click()
    made.since.setDate(QDate(2025, 1, 1))
    made.until.setDate(QDate(2025, 6, 30))
    made.name.setText("去年上半年")
    made.keep_button.click()
    wait(qtbot, lambda: not made._saved.isHidden())
    made.accept_button.click()
    assert window.asking.bar.scope.text() == "只问“去年上半年”：2025-01-01至2025-06-30"
    window.asking.set_scope(())
    window.asking.bar.choose_scope.click()
    again = window.findChildren(ScopeDialog)[-1]
    again.saved.setCurrentIndex(1)
    again.saved.activated.emit(1)
    again.forget_button.click()
    wait(qtbot, lambda: again._saved.isHidden())
    assert window.desk.filters == ()
