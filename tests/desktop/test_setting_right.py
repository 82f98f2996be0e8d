"""Setting articles right in the window: the tree, the source and the open answer follow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop.correction_dialogs import DateDialog, TitleDialog
from desktop.marks import FURNITURE
from desktop.window import Window
from tests.desktop.conftest import PATIENCE
from tests.desktop.fake_library import TEXT, TITLES


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def listed(window: Window) -> list[str]:
    item = window.library.tree.topLevelItem(0)
    assert item is not None
    children = [item.child(n) for n in range(item.childCount())]
    return [child.text(0) for child in children if child is not None]


def opened(window: Window, qtbot: QtBot, number: int) -> None:
    (document,) = window.desk.documents
    window.desk.open_article(document, f"{document}-{number}")
    wait(qtbot, lambda: window.source.place is not None)


def test_merging_keeps_tree_source_and_answer_together(
    window: Window, ask: Callable[[str], None], qtbot: QtBot
) -> None:
    ask("要求？")
    opened(window, qtbot, 2)
    (document,) = window.desk.documents
    window.corrections.merge(window.desk.articles_of(document)[1])
    wait(qtbot, lambda: listed(window) == [TITLES[0], "页眉页脚等"])
    assert window.source.place is not None
    assert window.source.place.article.id == f"{document}-1"
    assert TEXT[2] in window.source.text.toPlainText()
    assert {found.article.id for found in window.asking.evidence.shown} == {f"{document}-1"}
    wait(qtbot, lambda: not window.corrections.working)


def test_a_title_and_a_date_are_set_and_taken_back(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 2)
    (document,) = window.desk.documents
    window.corrections.rename(window.desk.articles_of(document)[1])
    (dialog,) = window.findChildren(TitleDialog)
    dialog.line.setText("新标题")
    dialog.accept_button.click()
    wait(qtbot, lambda: window.source.head.title.text() == "新标题" and not window.corrections.working)
    window.source.head.date.click()
    (calendar,) = window.findChildren(DateDialog)
    calendar.none_button.click()
    wait(qtbot, lambda: window.source.head.date.text() == "日期不详" and not window.corrections.working)
    assert listed(window)[1] == "新标题"
    menu = QMenu(window)
    window.corrections.fill(menu, window.desk.articles_of(document)[0])
    assert [a.text() for a in menu.actions() if not a.isEnabled()] == ["与上一篇合并"]


def test_a_picked_paragraph_begins_a_new_article(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 1)
    (document,) = window.desk.documents
    article = window.desk.articles_of(document)[0]
    window.corrections.begin_split(article)
    assert window.source.picking
    window.source.text.paragraph_picked.emit(article.paragraphs[1])
    wait(qtbot, lambda: len(window.desk.articles_of(document)) == 3 and not window.corrections.working)
    assert not window.source.picking


def test_what_stands_outside_the_articles_can_be_read(window: Window, qtbot: QtBot) -> None:
    (document,) = window.desk.documents
    window.desk.open_article(document, FURNITURE)
    wait(qtbot, lambda: window.source.place is not None)
    assert "责编：张三" in window.source.text.toPlainText()
    assert window.source.head.correct.isHidden()
