"""Conversations in the window: follow-ups, what they are understood as, other readings, the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.conversation import Talk, reopened
from desktop.history_dialog import HistoryDialog
from desktop.kept_list import moment
from desktop.protocol import Ask, OpenedConversation
from desktop.question_bar import FIRST, FOLLOWING
from desktop.source_view import GONE
from desktop.window import Window
from rag.answers import Answer, Filter, Refusal, Turn
from tests.desktop.conftest import PATIENCE, OpenWindow
from tests.desktop.fake_library import THIS_YEAR, answer_from, document_of, evidence_of

AskIt = Callable[[str], None]
EVIDENCE = evidence_of(document_of(Path("教育简报.txt")))
EVERYWHERE = Filter("")


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


# ------------------------------------------------------------------ what a question is given


def a_talk(*questions: str) -> Talk:
    talk = Talk(7)
    for question in questions:
        talk = talk.answered(talk.follow(question, EVERYWHERE), answer_from(f"{question}（全）", EVIDENCE))
    return talk


def test_a_follow_up_is_given_the_last_questions_as_understood() -> None:
    assert Talk().follow("一", EVERYWHERE) == Ask("一")
    talk = a_talk("一", "二", "三", "四")
    scope = Filter("", ("ab",), THIS_YEAR.period)
    assert talk.follow("五", scope) == Ask(
        "五", ("ab",), ("二（全）", "三（全）", "四（全）"), frozenset(), THIS_YEAR.period, 7
    )
    assert talk.alone("五", scope).before == ()


def test_a_reading_is_switched_there_and_back_and_the_choice_is_kept() -> None:
    talk = a_talk("一")
    other = talk.switched(0, "今年")
    assert other == Ask("一", switched=frozenset({"今年"}), conversation=7)
    talk = talk.answered(other, answer_from("一", EVIDENCE, (THIS_YEAR.switched,)))
    assert talk.follow("二", EVERYWHERE).switched == {"今年"}
    assert talk.switched(1, "今年").switched == frozenset()


def test_a_reopened_conversation_goes_on_as_it_would_have() -> None:
    at = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
    turns = tuple(Turn(q, f"{q}（全）", at, answer_from(f"{q}（全）", EVIDENCE)) for q in ("一", "二"))
    talk = reopened(OpenedConversation(3, turns))
    assert talk.turns[1].request == Ask("二", before=("一（全）",))
    assert talk.follow("三", EVERYWHERE) == Ask("三", before=("一（全）", "二（全）"), conversation=3)


# ------------------------------------------------------------------ follow-ups


def test_a_follow_up_shows_what_it_is_understood_as(window: Window, ask: AskIt) -> None:
    ask("普通高中有哪些要求？")
    assert window.asking.head.understood.isHidden()
    assert window.asking.question.text() == ""
    assert window.asking.question.placeholderText() == FOLLOWING
    ask("那职业学校呢？")
    assert window.asking.head.question.text() == "那职业学校呢？"
    assert not window.asking.head.understood.isHidden()
    assert window.asking.head.understood_words.text() == "按“职业学校有哪些要求？”查找"


def test_what_it_is_understood_as_can_be_changed_and_asked_again(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    ask("普通高中有哪些要求？")
    ask("那职业学校呢？")
    head = window.asking.head
    head.edit_button.click()
    assert head.line.text() == "职业学校有哪些要求？"
    head.line.setText("那技工学校呢？")
    QTest.keyClick(head.line, Qt.Key.Key_Return)
    wait(qtbot, lambda: len(window.asking.talk.turns) == 3 and not window.asking.asking)
    assert window.asking.talk.turns[2].request == Ask("那技工学校呢？", conversation=1)
    assert head.question.text() == "那技工学校呢？"
    assert head.understood.isHidden(), "taken as it stands"
    assert head.edit.isHidden()


def test_what_is_being_written_meanwhile_is_not_taken_away(window: Window, qtbot: QtBot) -> None:
    window.ask(Ask("要求？"))
    window.asking.question.setText("下一个问题")
    wait(qtbot, lambda: not window.asking.asking)
    assert window.asking.question.text() == "下一个问题"


def test_one_click_reads_a_date_the_other_way(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    ask("今年有哪些要求？")
    assert "“今年”按2024年理解" in window.asking.answer.toPlainText()
    window.asking.answer.anchorClicked.emit(QUrl("read:0"))
    wait(qtbot, lambda: len(window.asking.talk.turns) == 2 and not window.asking.asking)
    assert window.asking.head.question.text() == "今年有哪些要求？"
    assert "“今年”按2026年理解（按您的选择），改按2024年" in window.asking.answer.toPlainText()
    window.asking.answer.anchorClicked.emit(QUrl("read:0"))
    wait(qtbot, lambda: len(window.asking.talk.turns) == 3 and not window.asking.asking)
    assert "“今年”按2024年理解" in window.asking.answer.toPlainText()


def test_earlier_turns_are_gone_back_to_with_their_sources(window: Window, ask: AskIt) -> None:
    ask("要求？")
    assert window.asking.head.places.isHidden()
    ask("没有的")
    assert isinstance(window.asking.result, Refusal)
    head = window.asking.head
    assert (head.place.text(), head.next.isEnabled()) == ("2/2", False)
    head.previous.click()
    assert (head.place.text(), head.question.text()) == ("1/2", "要求？")
    assert isinstance(window.asking.result, Answer)
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    assert window.source.text.lit_texts() == ["节点安排与业务培训指导"]
    window.actions_["下一问"].trigger()
    assert isinstance(window.asking.result, Refusal)
    assert window.source.text.lit_texts() == [], "what is lit would seem to belong to the refusal"


def test_a_stopped_question_is_no_turn(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    ask("要求？")
    window.ask(Ask("慢"))
    wait(qtbot, lambda: "草稿" in window.asking.answer.toPlainText())
    assert window.asking.head.places.isHidden()
    assert not window.asking.bar.new.isEnabled()
    window.escape()
    wait(qtbot, lambda: not window.asking.asking)
    assert window.asking.result is None
    assert len(window.asking.talk.turns) == 1
    window.asking.turn(-1)
    assert window.asking.head.question.text() == "要求？"


def test_a_new_conversation_begins_afresh(window: Window, ask: AskIt) -> None:
    assert not window.asking.bar.new.isEnabled()
    ask("普通高中有哪些要求？")
    window.asking.bar.new.click()
    assert window.asking.result is None
    assert window.asking.question.placeholderText() == FIRST
    ask("那职业学校呢？")
    assert window.asking.head.understood.isHidden()
    assert window.asking.talk.id == 2


# ------------------------------------------------------------------ the history


def history(window: Window, qtbot: QtBot, count: int) -> HistoryDialog:
    window.conversations.open_history()
    dialog = window.findChildren(HistoryDialog)[-1]
    wait(qtbot, lambda: dialog.list.topLevelItemCount() == count)
    return dialog


def titles(dialog: HistoryDialog) -> list[str]:
    items = (dialog.list.topLevelItem(place) for place in range(dialog.list.topLevelItemCount()))
    return [item.text(0) for item in items if item is not None]


def choose(dialog: HistoryDialog, place: int) -> None:
    item = dialog.list.topLevelItem(place)
    assert item is not None
    dialog.list.setCurrentItem(item)


@pytest.fixture
def two_conversations(window: Window, ask: AskIt) -> Window:
    ask("普通高中有哪些要求？")
    ask("没有的")
    window.asking.start_over()
    ask("<b>安全</b>怎么抓？")
    return window


def test_kept_conversations_are_listed_searched_and_opened(two_conversations: Window, qtbot: QtBot) -> None:
    window = two_conversations
    dialog = history(window, qtbot, 2)
    assert titles(dialog) == ["<b>安全</b>怎么抓？", "普通高中有哪些要求？"]
    assert not dialog.open_button.isEnabled()
    dialog.search.setText("普通高中")
    wait(qtbot, lambda: titles(dialog) == ["普通高中有哪些要求？"])
    choose(dialog, 0)
    dialog.open_button.click()
    wait(qtbot, lambda: window.asking.talk.id == 1)
    assert (window.asking.head.question.text(), window.asking.head.place.text()) == ("没有的", "2/2")
    window.asking.turn(-1)
    window.asking.answer.anchorClicked.emit(QUrl("cite:1:0"))
    assert window.source.text.lit_texts() == ["要关注学生的思想、心理", "力争取得新成绩"]


def test_a_reopened_conversation_is_gone_on_with(two_conversations: Window, ask: AskIt, qtbot: QtBot) -> None:
    window = two_conversations
    dialog = history(window, qtbot, 2)
    choose(dialog, 1)
    dialog.open_button.click()
    wait(qtbot, lambda: window.asking.talk.id == 1)
    ask("那职业学校呢？")
    assert window.asking.head.understood_words.text() == "按“职业学校有哪些要求？”查找"
    assert (window.asking.talk.id, len(window.asking.talk.turns)) == (1, 3)


def test_nothing_found_is_said(two_conversations: Window, qtbot: QtBot) -> None:
    dialog = history(two_conversations, qtbot, 2)
    dialog.search.setText("没有这个词")
    wait(qtbot, lambda: not dialog.list.isVisible())
    assert dialog._unfound.isVisible()


def answer_the_box(window: Window, text: str) -> None:
    box = window.findChildren(QMessageBox)[-1]
    next(button for button in box.buttons() if button.text() == text).click()


def test_a_conversation_is_deleted_after_a_confirmation(two_conversations: Window, qtbot: QtBot) -> None:
    window = two_conversations
    dialog = history(window, qtbot, 2)
    choose(dialog, 0)
    dialog.delete_button.click()
    answer_the_box(window, "取消")
    assert len(titles(dialog)) == 2
    dialog.delete_button.click()
    answer_the_box(window, "删除")
    wait(qtbot, lambda: titles(dialog) == ["普通高中有哪些要求？"])
    assert window.asking.result is None, "it was the one on view"
    assert window.asking.talk == Talk()
    dialog.reject()
    assert titles(history(window, qtbot, 1)) == ["普通高中有哪些要求？"]


def test_documents_that_are_gone_are_said_to_be(window: Window, ask: AskIt, qtbot: QtBot) -> None:
    ask("要求？")
    (document,) = window.desk.documents
    window.desk.confirm_removal((document,))
    answer_the_box(window, "移除")
    wait(qtbot, lambda: not window.desk.documents)
    assert (
        "【1】\u2060已移除" in window.asking.answer.toPlainText() or "【1】已移除" in window.asking.answer.toPlainText()
    )
    dialog = history(window, qtbot, 1)
    choose(dialog, 0)
    dialog.open_button.click()
    wait(qtbot, lambda: not dialog.isVisible())
    wait(qtbot, lambda: "已移除" in window.asking.answer.toPlainText())
    window.asking.answer.anchorClicked.emit(QUrl("cite:0:0"))
    assert window.source._hint_text.text() == GONE
    assert window.source.text.lit_texts() == ["节点安排与业务培训指导"]
    assert not window.notice.isVisible()


def test_an_answer_that_cannot_be_kept_is_shown_and_said(window: Window, ask: AskIt, folder: Path) -> None:
    (folder / "full-disk").touch()
    ask("要求？")
    assert isinstance(window.asking.result, Answer)
    assert window.notice.text == "这次问答没有记入历史：磁盘空间不足。"
    ask("要求？")
    assert not window.notice.isVisible()


def test_in_a_library_in_use_elsewhere_nothing_is_kept_or_deleted(
    folder: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    (folder / "locked").touch()
    window = open_window()
    window.ask(Ask("要求？"))
    wait(qtbot, lambda: not window.asking.asking)
    assert window.asking.talk.id is None
    dialog = history(window, qtbot, 0)
    wait(qtbot, lambda: dialog._nothing.isVisible())
    assert not dialog.delete_button.isEnabled()


def test_moments_are_short() -> None:
    today = dt.date(2026, 11, 25)
    zone = dt.datetime(2026, 11, 25, 9, 5).astimezone().tzinfo
    assert moment(dt.datetime(2026, 11, 25, 9, 5, tzinfo=zone), today) == "今天 09:05"
    assert moment(dt.datetime(2026, 3, 21, 9, 5).astimezone(), today) == "3月21日 09:05"
    assert moment(dt.datetime(2024, 3, 21, 9, 5).astimezone(), today) == "2024年3月21日 09:05"


# ------------------------------------------------------------------ another library


def test_another_library_has_other_conversations(window: Window, ask: AskIt, tmp_path: Path, qtbot: QtBot) -> None:
    ask("要求？")
    other = tmp_path / "other"
    other.mkdir()
    window.desk.open_library(other)
    assert window.asking.talk == Talk()
    assert window.asking.result is None
