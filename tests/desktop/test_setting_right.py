"""Setting articles right in the window: the tree, the source and the open answer follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QMessageBox, QToolButton, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from desktop import kinds
from desktop.correction_desk import REBUILDING, WORKING
from desktop.correction_dialogs import DateDialog, TitleDialog
from desktop.help_view import HelpDialog
from desktop.library_desk import READ_ONLY
from desktop.library_items import ARTICLE, NOTE
from desktop.marks import FURNITURE
from desktop.task_row import TaskRow
from desktop.widgets import PlainBrowser
from desktop.window import Window
from tests.desktop.conftest import PATIENCE, OpenWindow
from tests.desktop.fake_library import TEXT, TITLES


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def items(window: Window) -> list[QTreeWidgetItem]:
    item = window.library.tree.topLevelItem(0)
    assert item is not None
    children = [item.child(n) for n in range(item.childCount())]
    return [child for child in children if child is not None]


def listed(window: Window) -> list[str]:
    return [item.text(0) for item in items(window)]


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


def chosen(window: Window) -> str:
    """The article that is marked in the tree."""
    item = window.library.tree.currentItem()
    return str(item.data(0, ARTICLE)) if item is not None else ""


def settled(window: Window, qtbot: QtBot) -> None:
    wait(qtbot, lambda: not window.corrections.working and window.desk._loading is None)


def test_a_day_is_chosen_in_the_calendar(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 2)
    window.source.head.date.click()
    (dialog,) = window.findChildren(DateDialog)
    assert dialog.month.text() == "2024 年 3 月"
    assert dialog.accept_button.text() == "改为 2024 年 3 月 22 日"
    years = {b.toolTip(): b for b in dialog.findChildren(QToolButton)}
    years["上一年"].click()
    years["下一月"].click()
    assert dialog.month.text() == "2023 年 4 月"
    assert "2024" in dialog.accept_button.text()  # looking at another month chooses nothing
    dialog.calendar.setSelectedDate(QDate(2023, 4, 5))
    assert dialog.accept_button.text() == "改为 2023 年 4 月 5 日"
    dialog.accept_button.click()
    wait(qtbot, lambda: window.source.head.date.text() == "2023-04-05")
    settled(window, qtbot)
    assert "2023-04-05 · 已订正" in items(window)[1].data(0, NOTE)


def test_what_was_set_right_is_taken_back_when_confirmed(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 2)
    (document,) = window.desk.documents
    window.corrections.merge(window.desk.articles_of(document)[1])
    wait(qtbot, lambda: len(listed(window)) == 2)
    settled(window, qtbot)
    window.corrections.undo(document)
    (box,) = window.findChildren(QMessageBox)
    assert "教育简报.txt" in box.text()
    assert len(listed(window)) == 2
    next(button for button in box.buttons() if button.text() == "恢复").click()
    wait(qtbot, lambda: listed(window) == [*TITLES, "页眉页脚等"])
    settled(window, qtbot)
    assert window.source.place is not None
    assert chosen(window) == window.source.place.article.id


def test_articles_are_set_right_while_an_import_runs(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    opened(window, qtbot, 2)
    (document,) = window.desk.documents
    slow = tmp_path / "慢.txt"
    slow.write_text("x", "utf-8")
    window.imports.add_files([slow])
    wait(qtbot, lambda: any("慢慢来" in row.step.text() for row in window.library.findChildren(TaskRow)))
    window.corrections.rename(window.desk.articles_of(document)[1])
    (dialog,) = window.findChildren(TitleDialog)
    dialog.line.setText("新标题")
    dialog.accept_button.click()
    wait(qtbot, lambda: window.source.head.title.text() == "新标题")
    settled(window, qtbot)
    window.corrections.merge(window.desk.articles_of(document)[1])
    wait(qtbot, lambda: len(listed(window)) == 2)
    settled(window, qtbot)
    window.corrections.undo(document)
    next(b for b in window.findChildren(QMessageBox)[-1].buttons() if b.text() == "恢复").click()
    wait(qtbot, lambda: listed(window) == [*TITLES, "页眉页脚等"])
    assert window.desk.busy
    assert not window.notice.isVisible()
    window.library.findChildren(TaskRow)[-1].stop.click()
    wait(qtbot, lambda: not window.desk.busy)


def test_it_is_said_why_nothing_can_be_set_right(folder: Path, window: Window, qtbot: QtBot) -> None:
    (folder / "slow-rebuild").touch()
    opened(window, qtbot, 2)
    (document,) = window.desk.documents
    window.desk.rebuild()
    window.source.head.date.click()
    assert window.notice.text == REBUILDING
    assert not window.findChildren(DateDialog)
    window.corrections.split(window.desk.articles_of(document)[0].paragraphs[1])
    assert len(listed(window)) == 3
    window.library.findChildren(TaskRow)[-1].stop.click()
    wait(qtbot, lambda: not window.desk.busy)
    window.corrections.split(window.desk.articles_of(document)[0].paragraphs[0])
    assert "本来就从这一段开始" in window.notice.text
    window.corrections.merge(window.desk.articles_of(document)[1])
    window.source.head.date.click()  # at once: the first one has not come back
    assert window.notice.text == WORKING
    settled(window, qtbot)


def test_a_library_in_use_elsewhere_is_not_set_right(folder: Path, open_window: OpenWindow, qtbot: QtBot) -> None:
    (folder / "locked").touch()
    window = open_window()
    opened(window, qtbot, 1)
    window.notice.hide()
    window.source.head.date.click()
    assert window.notice.text == READ_ONLY
    assert not window.findChildren(DateDialog)
    (document,) = window.desk.documents
    menu = QMenu(window)
    window.corrections.fill(menu, window.desk.articles_of(document)[0])
    assert not any(action.isEnabled() for action in menu.actions())


def test_escape_ends_picking_and_splits_nothing(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 1)
    (document,) = window.desk.documents
    window.corrections.begin_split(window.desk.articles_of(document)[0])
    assert window.source.hint.isVisible()
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert not window.source.picking
    assert window.source.hint.isHidden()
    assert len(window.desk.articles_of(document)) == 2


def test_the_help_calls_things_what_the_window_calls_them(window: Window, qtbot: QtBot) -> None:
    opened(window, qtbot, 1)
    window.open_help()
    (help_,) = window.findChildren(HelpDialog)
    said = help_.findChildren(PlainBrowser)[0].toPlainText()
    help_.accept()
    (document,) = window.desk.documents
    article, menu = window.desk.articles_of(document)[0], QMenu(window)
    window.corrections.fill(menu, article, article.paragraphs[1])
    row = window.library.begin_task("添加", pausable=True)
    buttons = (row.pause, row.stop, row.details, window.source.head.correct, window.source.head.text)
    names = [action.text().rstrip("…") for action in menu.actions()] + [button.text() for button in buttons]
    row.discard()
    assert [name for name in names if name not in said] == []
    assert kinds.in_words() in said
