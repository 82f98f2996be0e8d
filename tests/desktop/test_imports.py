"""Adding files: what is offered, pause and stop, passwords, what went wrong, what is gone on with."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from desktop import kinds
from desktop.import_desk import UNFINISHED
from desktop.import_report import ImportReport, as_text, in_short, summary
from desktop.password_dialog import PasswordDialog
from desktop.protocol import Ask
from desktop.task_row import TaskRow, time_left
from desktop.window import Window
from rag.readers import ARCHIVE_SUFFIXES, SUFFIXES
from rag.types import AddStatus, FileAdded, Progress
from tests.desktop.conftest import PATIENCE, OpenWindow
from tests.desktop.fake_library import PASSWORD


def wait(qtbot: QtBot, condition: object) -> None:
    assert callable(condition)
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def write(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).write_text("x", "utf-8")
    return [folder / name for name in names]


def last_row(window: Window) -> TaskRow:
    row = window.library.findChildren(TaskRow)[-1]
    assert isinstance(row, TaskRow)
    return row


def asked(window: Window, qtbot: QtBot) -> PasswordDialog:
    wait(qtbot, lambda: [d for d in window.findChildren(PasswordDialog) if d.isVisible()])
    (dialog,) = [d for d in window.findChildren(PasswordDialog) if d.isVisible()]
    assert isinstance(dialog, PasswordDialog)
    return dialog


# ------------------------------------------------------------------ words


def test_every_readable_kind_is_offered_and_named() -> None:
    offered = kinds.dialog_filter().split(";;")[0]
    readable = SUFFIXES | ARCHIVE_SUFFIXES
    assert all(f"*{suffix} " in offered.replace(")", " ") for suffix in readable)
    assert all(suffix in kinds.in_detail() for suffix in readable)
    assert "." not in kinds.in_words()  # no bare ending where an official reads


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3, "约剩不到 1 分钟"),
        (55, "约剩 1 分钟"),
        (61, "约剩 2 分钟"),
        (3601, "约剩 1 小时 5 分钟"),
        (7200, "约剩 2 小时"),
    ],
)
def test_the_time_left_is_said_in_plain_words(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


@given(st.floats(0, 100_000))
def test_no_time_left_is_said_to_be_zero(seconds: float) -> None:
    assert " 0 " not in time_left(seconds)


ADDED = FileAdded(Path("/a/甲.pdf"), AddStatus.ADDED, "d", 2, 3, "", 0.1, ("第 2 页：没有读出文字。",))
FAILED = FileAdded(Path("/a/<b>乙.doc"), AddStatus.FAILED, "", 0, 0, "打不开。", 0.1)


def test_the_report_names_files_pages_and_reasons(qtbot: QtBot) -> None:
    assert summary((ADDED, FAILED)) == "1 个文件已加入，1 个没有加入，1 处没有读出来"
    assert in_short((ADDED, FAILED)).splitlines() == ["<b>乙.doc：打不开。", "甲.pdf：第 2 页：没有读出文字。"]
    assert in_short((FAILED,) * 5).endswith("共 5 项")
    dialog = ImportReport((ADDED, FAILED))
    qtbot.addWidget(dialog)
    shown = dialog.page.toPlainText()
    assert "<b>乙.doc" in shown
    assert "第 2 页：没有读出文字。" in shown
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == as_text((ADDED, FAILED))
    assert "/a/<b>乙.doc：打不开。" in as_text((ADDED, FAILED))


def test_a_row_shows_pages_and_time_left(qtbot: QtBot) -> None:
    row = TaskRow("添加", pausable=True)
    qtbot.addWidget(row)
    row.progress(Progress("读取 甲.pdf", 12, 80, 170.0))
    assert row.step.text() == "读取 甲.pdf（12/80）"
    assert row.left.text() == "约剩 3 分钟"
    row.pause.click()
    row.progress(Progress("读取 甲.pdf", 13, 80, 160.0))  # it was on its way
    assert row.step.text() == "已暂停 · 读取 甲.pdf（13/80）"
    assert row.pause.text() == "继续"
    row.pause.click()
    assert row.step.text() == "读取 甲.pdf（13/80）"


# ------------------------------------------------------------------ pausing


def test_while_paused_questions_are_answered_and_stopping_works(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.imports.add_files(write(tmp_path, "慢.txt"))
    row = last_row(window)
    wait(qtbot, lambda: "慢慢来" in row.step.text())
    row.pause.click()
    window.ask(Ask("要求？"))
    wait(qtbot, lambda: not window.asking.asking)
    assert row.step.text().startswith("已暂停")
    row.stop.click()
    wait(qtbot, lambda: not window.desk.busy)
    assert row.step.text() == "已停止，做完的部分已保留"
    assert json.loads(str(window._state.value(UNFINISHED))) == []  # stopped on purpose


def test_what_was_not_finished_when_the_window_closed_is_offered(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    first = open_window()
    first.imports.add_files(write(tmp_path, "新.txt", "慢.txt"))
    wait(qtbot, lambda: "慢慢来" in last_row(first).step.text())
    last_row(first).pause.click()
    first.close()
    (tmp_path / "慢.txt").unlink()
    second = open_window()
    assert second.notice.text == "上次添加“新.txt”没有做完。接着添加会跳过已经加入的。"
    second.notice.action.emit()
    wait(qtbot, lambda: "早已在库中" in last_row(second).step.text())
    second.close()
    third = open_window()
    assert not third.notice.isVisible()


def test_an_offer_that_is_closed_is_not_made_again(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    first = open_window()
    first.imports.add_files(write(tmp_path, "慢.txt"))
    wait(qtbot, lambda: "慢慢来" in last_row(first).step.text())
    first.close()
    second = open_window()
    assert second.notice.isVisible()
    second.notice.closed.emit()
    second.close()
    assert not open_window().notice.isVisible()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_an_import_lost_with_the_engine_is_offered(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    wait(qtbot, lambda: window.warming is None)
    window.imports.add_files(write(tmp_path, "慢.txt"))
    wait(qtbot, lambda: "慢慢来" in last_row(window).step.text())
    os.kill(window.engine.pid, signal.SIGKILL)
    wait(qtbot, lambda: window.notice.isVisible())
    assert window.notice.text.startswith("后台程序意外退出")
    assert window.notice._action.text() == "接着添加"


# ------------------------------------------------------------------ passwords


def test_a_locked_file_asks_until_the_password_is_right(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.imports.add_files(write(tmp_path, "锁.pdf", "新.txt"))
    dialog = asked(window, qtbot)
    assert "锁.pdf" in dialog.question.text()
    assert dialog.wrong.isHidden()
    assert dialog.for_all.isHidden()
    assert not dialog.accept_button.isEnabled()
    dialog.line.setText("0000")
    dialog.accept_button.click()
    again = asked(window, qtbot)
    assert not again.wrong.isHidden()
    again.line.setText(PASSWORD)
    again.accept_button.click()
    wait(qtbot, lambda: len(window.desk.documents) == 3)
    row = last_row(window)
    wait(qtbot, lambda: row.step.text() == "2 个文件已加入")
    assert row.trouble.isHidden()
    (locked,) = (d.id for d in window.desk.documents.values() if d.name == "锁.pdf")
    assert window.source.passwords == {locked: PASSWORD}
    assert PASSWORD not in Path(window._state.fileName()).read_text("utf-8")


def test_one_password_for_all_locked_files(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.imports.add_files(write(tmp_path, "锁1.pdf", "锁2.pdf", "锁3.pdf"))
    dialog = asked(window, qtbot)
    assert "2 个" in dialog.for_all.text()
    dialog.line.setText(PASSWORD)
    dialog.accept_button.click()
    wait(qtbot, lambda: len(window.desk.documents) == 4)


def test_skipped_files_are_told_as_not_added(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.imports.add_files(write(tmp_path, "锁1.pdf", "锁2.pdf", "锁3.pdf"))
    asked(window, qtbot).skip_button.click()
    asked(window, qtbot).skip_all.click()
    row = last_row(window)
    wait(qtbot, lambda: row.step.text() == "3 个没有加入")
    assert "锁1.pdf：打开它需要密码。" in row.trouble.text()
    row.details.click()
    (report,) = window.findChildren(ImportReport)
    assert isinstance(report, QDialog)
    assert "锁3.pdf" in report.page.toPlainText()
    report.accept()


def test_pages_that_could_not_be_read_are_told_and_success_is_quiet(
    window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window.imports.add_files(write(tmp_path, "新.txt"))
    row = last_row(window)
    wait(qtbot, lambda: row.step.text() == "1 个文件已加入")
    assert row.details.isHidden()
    window.imports.add_files(write(tmp_path, "残.txt"))
    wait(qtbot, lambda: last_row(window).step.text() == "1 个文件已加入，1 处没有读出来")
    assert not last_row(window).details.isHidden()
