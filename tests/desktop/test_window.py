"""The whole window over a real child process with the scripted library."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.app import main
from desktop.evidence_cards import OPENING
from desktop.help_view import HelpDialog
from desktop.protocol import Ask
from desktop.settings_view import SettingsDialog
from desktop.start import choose_library, window_state
from desktop.task_row import TaskRow
from desktop.window import LAST_LIBRARY, Window
from rag.answers import Answer, Refusal
from rag.settings import Settings, default_library, load_settings
from tests.desktop.conftest import PATIENCE, OpenWindow
from tests.desktop.fake_library import TEXT

AskIt = Callable[[str], None]


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def only_document(window: Window) -> str:
    (document,) = window.desk.documents
    return document


# ------------------------------------------------------------------ asking


def test_a_question_is_answered_with_evidence_and_citations(window: Window, ask: AskIt) -> None:
    ask("今年有哪些要求？")
    view = window.asking
    assert isinstance(view.result, Answer)
    assert len(view.evidence.cards) == 3
    assert "要做好节点安排与业务培训指导。" in view.answer.toPlainText()
    assert "草稿" not in view.answer.toPlainText()
    assert view.footer.text() == "查阅 3 段资料 · 用时 3.4 秒 · 模型 测试模型"
    assert [card.property("cited") for card in view.evidence.cards] == [True, True, False]
    assert not view.answer.refused


def test_a_click_on_a_citation_lights_its_source(window: Window, ask: AskIt) -> None:
    ask("要求？")
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    assert window.source.text.lit_texts() == ["节点安排与业务培训指导"]
    window.asking.answer.anchorClicked.emit(QUrl("cite:1:0"))
    assert window.source.text.lit_texts() == ["要关注学生的思想、心理", "力争取得新成绩"]
    assert [card.property("lit") for card in window.asking.evidence.cards] == [False, True, False]


def test_what_is_lit_belongs_to_the_reply_on_view(window: Window, ask: AskIt) -> None:
    ask("要求？")
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    article = window.source.text.article
    ask("没有的")
    assert window.source.text.lit_texts() == []
    assert window.source.text.article is article, "what the user was reading stays"
    window.source.text.zoom(1)
    window.source.head.text.click()
    assert window.source.text.lit_texts() == []
    window.asking.head.previous.click()
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    assert window.source.text.lit_texts() == ["节点安排与业务培训指导"]
    window.start_conversation()
    assert window.source.text.lit_texts() == []


@pytest.mark.parametrize("url", ["cite:9:0", "cite:0:7", "cite:x:y", "http://example.invalid/", "file:///etc/hostname"])
def test_other_links_do_nothing(window: Window, ask: AskIt, url: str) -> None:
    ask("要求？")
    window.asking.answer.anchorClicked.emit(QUrl(url))
    assert window.source.place is None


def test_the_draft_is_text_and_looks_like_a_draft(window: Window, qtbot: QtBot) -> None:
    window.ask(Ask("慢"))
    wait(qtbot, lambda: "草稿" in window.asking.answer.toPlainText())
    assert window.asking.answer.toPlainText() == "要做好节点安排与业务培训指导。【1】<b>草稿</b>"
    assert window.asking.head.state.text() == "草稿，核对中…"
    assert not window.asking.answer.refused
    window.escape()
    wait(qtbot, lambda: not window.asking.asking)
    assert window.asking.head.state.text() == "已停止，下面的草稿没有核对过"


def test_a_card_shows_where_it_stands_and_opens_it(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    ask("要求？")
    card = window.asking.evidence.cards[1]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton)
    assert window.source.text.lit_texts() == [TEXT[1]]
    assert len(TEXT[1]) > OPENING


def test_a_refusal_shows_the_nearest_as_such(window: Window, ask: AskIt) -> None:
    ask("没有的")
    assert isinstance(window.asking.result, Refusal)
    assert "资料中未提及" in window.asking.answer.toPlainText()
    assert window.asking.evidence_head.text() == "以下段落最接近，但没有回答这个问题："
    assert window.asking.copy_button.isHidden()


def test_above_what_comes_near_an_answer_the_reader_is_asked_to_tell(window: Window, ask: AskIt) -> None:
    ask("相近的")
    assert "资料中未明确写明" in window.asking.answer.toPlainText()
    assert window.asking.evidence_head.text() == "以下段落最接近，请您核对其中有没有答案："


def test_the_answer_is_copied_with_its_sources(window: Window, ask: AskIt) -> None:
    ask("要求？")
    window.asking.copy()
    assert "【1】《全市义务教育工作会议召开》" in QGuiApplication.clipboard().text()


def test_an_empty_library_is_said_to_be_empty(folder: Path, open_window: OpenWindow) -> None:
    (folder / "教育简报.txt").unlink()
    window = open_window()
    window.ask(Ask("要求？"))
    assert window.notice.text == "资料库还是空的。请先添加资料，再提问。"
    assert not window.asking.asking


def test_questions_can_be_limited_to_a_document(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    document = only_document(window)
    window.library.scope_wanted.emit((document,))
    assert window.asking.scope.documents == (document,)
    assert window.asking.bar.scope.text() == "只问：教育简报.txt"
    ask("要求？")
    assert isinstance(window.asking.result, Answer)
    window.asking.set_scope(())
    assert window.asking.bar.everything.text() == "全部资料 · 全部时间"
    assert not window.asking.bar.clear_scope.isVisible()


def test_a_question_during_the_warm_up_says_that_it_waits(folder: Path, open_window: OpenWindow, qtbot: QtBot) -> None:
    (folder / "slow-models").touch()
    window = open_window()
    assert window.model_state.text() == "正在准备模型…"
    window.ask(Ask("要求？"))
    assert window.asking.head.state.text() == "正在准备模型，准备好就回答…"
    wait(qtbot, lambda: not window.asking.asking)
    assert isinstance(window.asking.result, Answer)


# ------------------------------------------------------------------ problems


def test_what_can_be_mended_is_said_in_the_notice(window: Window, ask: AskIt) -> None:
    ask("不会")
    assert window.notice.text == "还没有模型。请先放一个模型文件。"
    assert window.asking.head.state.text() == "这个问题没有完成"


def test_a_bug_is_called_ours_and_names_the_log(window: Window, ask: AskIt) -> None:
    ask("出错")
    assert "这是简问的问题" in window.notice.text
    assert str(window.engine.log) in window.notice.text


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_the_window_survives_the_engines_death(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    wait(qtbot, lambda: window.warming is None)
    window.ask(Ask("慢"))
    wait(qtbot, lambda: window.asking.evidence.cards)
    os.kill(window.engine.pid, signal.SIGKILL)
    wait(qtbot, lambda: window.notice.isVisible())
    assert window.notice.text == "后台程序意外退出，已重新启动。刚才的问题没有完成，请再问一次。"
    assert not window.asking.asking
    ask("要求？")
    assert isinstance(window.asking.result, Answer)
    assert len(window.desk.documents) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_after_three_deaths_the_user_restarts(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    for _ in range(3):
        ask("崩溃")
    wait(qtbot, lambda: "不再自动重启" in window.notice.text)
    ask("要求？")
    assert "不能提问" in window.notice.text
    window.notice.action.emit()
    ask("要求？")
    assert isinstance(window.asking.result, Answer)


def test_a_library_in_use_elsewhere_can_be_read(folder: Path, open_window: OpenWindow, tmp_path: Path) -> None:
    (folder / "locked").touch()
    window = open_window()
    assert "另一个简问正在使用" in window.notice.text
    window.notice.hide()
    window.imports.add_files([tmp_path / "x.txt"])
    assert "不能添加" in window.notice.text
    assert not window.library.add_button.isEnabled()


# ------------------------------------------------------------------ the library


def last_task(window: Window) -> TaskRow:
    row = window.library.findChildren(TaskRow)[-1]
    assert isinstance(row, TaskRow)
    return row


def drop(window: Window, *files: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    event = QDropEvent(
        QPointF(50, 200),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.library.dropEvent(event)


def test_dropped_files_are_added_and_failures_told(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    good, bad = tmp_path / "新简报.txt", tmp_path / "老文件.doc"
    good.write_text("x", "utf-8")
    bad.write_text("x", "utf-8")
    drop(window, good, bad)
    wait(qtbot, lambda: len(window.desk.documents) == 2 and not window.desk.busy)
    row = last_task(window)
    assert row.trouble.text() == "老文件.doc：不支持这种文件，请另存为 PDF。"
    assert row.step.text() == "1 个文件已加入，1 个没有加入"
    assert window.library.tree.topLevelItemCount() == 2


def test_an_import_can_be_stopped(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    slow = tmp_path / "慢.txt"
    slow.write_text("x", "utf-8")
    window.imports.add_files([slow])
    row = last_task(window)
    wait(qtbot, lambda: "慢慢来" in row.step.text())
    row.stop.click()
    wait(qtbot, lambda: not window.desk.busy)
    assert row.step.text() == "已停止，做完的部分已保留"
    assert len(window.desk.documents) == 1


def test_articles_are_listed_and_open_on_a_click(window: Window, qtbot: QtBot) -> None:
    item = window.library.tree.topLevelItem(0)
    assert item is not None
    wait(qtbot, lambda: item.childCount() == 3)  # two articles, and what stands outside them
    second = item.child(1)
    assert second is not None
    window.library.tree.setFocus()
    window.library.tree.setCurrentItem(second)
    window.library.tree.itemClicked.emit(second, 0)
    wait(qtbot, lambda: window.source.place is not None)
    assert window.source.head.title.text() == "校园安全工作部署"
    assert TEXT[2] in window.source.text.toPlainText()


def test_removing_asks_first_and_clears_the_source(window: Window, qtbot: QtBot, folder: Path) -> None:
    document = only_document(window)
    window.desk.open_article(document, "")
    wait(qtbot, lambda: window.source.place is not None)
    window.desk.confirm_removal((document,))
    (box,) = window.findChildren(QMessageBox)
    assert "教育简报.txt" in box.text()
    assert window.desk.documents
    next(button for button in box.buttons() if button.text() == "移除").click()
    wait(qtbot, lambda: not window.desk.documents)
    assert window.source.place is None
    assert window.library._stack.currentWidget() is window.library._drop
    assert not list(folder.glob("*.txt"))


def test_another_library_can_be_opened(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    other = tmp_path / "另一个"
    other.mkdir()
    (other / "通知.txt").write_text("x", "utf-8")
    window.desk.open_library(other)
    wait(qtbot, lambda: [d.name for d in window.desk.documents.values()] == ["通知.txt"])
    assert str(other) in window.where.text()


# ------------------------------------------------------------------ keys, dialogs, memory


def test_the_keys(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    window.activateWindow()
    keys = {name: [key.toString() for key in action.shortcuts()] for name, action in window.actions_.items()}
    assert keys["添加资料"] == ["Ctrl+O"]
    window.source.setFocus()
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert window.asking.question.hasFocus()
    ask("要求？")
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert window.source.find_bar.isVisible()
    assert window.source.find_bar.line.hasFocus()
    QTest.keyClick(window.source.find_bar.line, Qt.Key.Key_Escape)
    assert not window.source.find_bar.isVisible()
    window.ask(Ask("慢"))
    wait(qtbot, lambda: window.asking.evidence.cards)
    QTest.keyClick(window, Qt.Key.Key_Escape)
    wait(qtbot, lambda: not window.asking.asking)
    QTest.keyClick(window, Qt.Key.Key_F1)
    (help_,) = window.findChildren(HelpDialog)
    help_.accept()


def test_the_settings_are_saved_and_the_engine_started_anew(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    wait(qtbot, lambda: window.warming is None)
    before = window.engine.pid
    window.open_settings()
    (dialog,) = window.findChildren(SettingsDialog)
    wait(qtbot, lambda: dialog.chat.count() == 2)
    assert dialog.warning.isHidden()
    dialog.embedding.setCurrentText("bge-small-zh-v1.5")
    dialog.chat.setCurrentText("Qwen3-4B")
    assert not dialog.warning.isHidden()
    dialog.save.click()
    assert load_settings() == Settings(chat_model="qwen3-4b.gguf", embedding_model="bge-small-zh-v1.5")
    wait(qtbot, lambda: window.engine.pid not in (0, before))
    ask("要求？")
    assert isinstance(window.asking.result, Answer)


def test_settings_that_name_a_missing_model_keep_it(window: Window, qtbot: QtBot) -> None:
    dialog = SettingsDialog(Settings(chat_model="gone.gguf"), window)
    qtbot.addWidget(dialog)
    dialog.show_models((), known=True)
    assert dialog.result_settings() == Settings(chat_model="gone.gguf")
    assert dialog.chat.currentText() == "gone.gguf（没有找到）"


def test_size_and_library_are_remembered(open_window: OpenWindow, folder: Path) -> None:
    first = open_window()
    first.resize(791, 702)  # the offscreen screen is 800 by 800
    first.panes.setSizes([200, 290, 301])
    sizes = first.panes.sizes()
    first.close()
    second = open_window()
    assert (second.width(), second.height()) == (791, 702)
    assert second.panes.sizes() == sizes
    assert second._state.value(LAST_LIBRARY) == str(folder)


def test_the_last_library_is_opened_if_it_is_still_there(folder: Path, tmp_path: Path) -> None:
    state = window_state()
    assert choose_library(None, state) == default_library()
    state.setValue(LAST_LIBRARY, str(folder))
    assert choose_library(None, state) == folder
    assert choose_library(tmp_path, state) == tmp_path
    state.setValue(LAST_LIBRARY, str(tmp_path / "gone"))
    assert choose_library(None, state) == default_library()


def test_other_arguments_go_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--no-such-option"])
    assert leaving.value.code == 2
