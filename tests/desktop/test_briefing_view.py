"""Briefings in the whole window, over a real child process with the scripted library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from desktop.briefing_messages import Change, Operation
from desktop.briefing_words import Heading
from desktop.kept_briefings import KeptBriefingsDialog, RecordDialog
from desktop.masthead_fields import MastheadDialog
from desktop.window import Window
from tests.desktop.conftest import PATIENCE, OpenWindow

Write = Callable[..., None]


def wait(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


@pytest.fixture(autouse=True)
def _clipboard_left_empty(window: Window) -> Iterator[None]:
    """Data of ours that is still on the clipboard when Python ends crashes Qt's offscreen platform (no other)."""
    del window
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture
def choose(window: Window, qtbot: QtBot) -> Write:
    """Fills in the first step and goes on to the articles."""

    def choose_(topic: str = "中考备考", title: str = "") -> None:
        window.write_briefing()
        form = window.briefing.form
        wait(qtbot, lambda: form.kinds)
        form.topic.setText(topic)
        form.title.setText(title)
        form.go.click()

    return choose_


@pytest.fixture
def write(window: Window, choose: Write, qtbot: QtBot) -> Write:
    """Makes a briefing and waits for its page."""

    def write_(title: str = "") -> None:
        choose(title=title)
        wait(qtbot, lambda: window.briefing.stack.currentWidget() is window.briefing.articles)
        window.briefing.articles.go.click()
        wait(qtbot, lambda: window.briefing.page)

    return write_


def texts(window: Window) -> list[str]:
    return [statement.text for statement in window.briefing.editor.briefing.statements]


def do(window: Window, qtbot: QtBot, number: int, what: str, typed: str = "") -> None:
    """Do something to a sentence and wait until it is done."""
    editor = window.briefing.editor
    editor.paper.select(number)
    editor.paper.chosen.emit(number)
    before = editor.page
    editor.do(what)
    if typed:
        editor.paper.editor.field.setPlainText(typed)
        QTest.keyClick(editor.paper.editor.field, Qt.Key.Key_Return)
    wait(qtbot, lambda: editor.page is not before and not editor.waiting)


# ------------------------------------------------------------ making


def test_the_form_says_what_is_missing(window: Window, qtbot: QtBot) -> None:
    window.write_briefing()
    form = window.briefing.form
    wait(qtbot, lambda: form.kinds)
    assert not form.go.isEnabled()
    assert form.hint.text() == "请写主题。"
    form.topic.setText("校园安全")
    assert form.request.topic == "校园安全"
    form.by_period.setChecked(True)
    assert form.request.topic == ""
    assert form.request.period is not None
    form.until.setDate(form.since.date().addDays(-1))
    assert form.hint.text() == "开始的日期晚于结束的日期。"
    form.by_articles.setChecked(True)
    assert "还没有选文章" in form.hint.text()


def test_two_periods_are_asked_for_where_two_are_compared(window: Window, qtbot: QtBot) -> None:
    form = window.briefing.form
    wait(qtbot, lambda: form.kinds)
    form.kind.setCurrentText("对比")
    form.topic.setText("2023年与2024年中考备考")
    assert form.request.period is None
    form.by_period.setChecked(True)
    assert form.request.other is not None
    assert form.request.period != form.request.other
    assert form.request.topic == "2023年与2024年中考备考"


def test_a_masthead_is_printed_and_kept_for_the_next_time(window: Window, choose: Write, qtbot: QtBot) -> None:
    fields = window.briefing.form.masthead
    fields.wanted.setChecked(True)
    fields.name.setText("教育简报")
    fields.to.setText("市委办公室，市政府办公室")
    choose()
    wait(qtbot, lambda: window.briefing.request)
    assert window.briefing.request is not None
    masthead = window.briefing.request.masthead
    assert masthead is not None
    assert masthead.to == ("市委办公室", "市政府办公室")
    assert window.briefings._state.value("masthead")[1] == "教育简报"


def test_articles_are_shown_and_may_be_taken_out(window: Window, choose: Write, qtbot: QtBot) -> None:
    choose()
    articles = window.briefing.articles
    wait(qtbot, lambda: len(articles.articles) == 2)
    assert articles.head.text() == "用这 2 篇文章"
    row = articles.list.topLevelItem(1)
    assert row is not None
    articles.list.itemClicked.emit(row, 0)
    assert window.source.place is not None
    assert window.source.place.article.id == articles.articles[1]
    row.setSelected(True)
    articles.drop_button.click()
    assert len(articles.articles) == 1
    articles.go.click()
    wait(qtbot, lambda: window.briefing.page)
    assert len(window.briefing.editor.briefing.articles) == 1


def test_what_is_selected_in_the_library_is_written_about(window: Window, qtbot: QtBot) -> None:
    form = window.briefing.form
    wait(qtbot, lambda: form.kinds)
    window.briefings.write_from_selection()
    assert "还没有选中" in window.notice.text
    item = window.library.tree.topLevelItem(0)
    assert item is not None
    item.setSelected(True)
    window.briefings.write_from_selection()
    assert window.middle.shows_briefing
    assert form.by_articles.isChecked()
    assert form.request.articles == tuple(window.desk.documents)
    form.go.click()
    wait(qtbot, lambda: window.briefing.articles.articles)
    window.briefing.articles.more_wanted.emit()  # the same again
    wait(qtbot, lambda: len(window.briefing.articles.articles) == 2)


def test_nothing_found_is_said_and_the_form_stays(window: Window, choose: Write, qtbot: QtBot) -> None:
    choose("没有")
    wait(qtbot, lambda: "没有找到合适的文章" in window.notice.text)
    assert window.briefing.stack.currentWidget() is window.briefing.form
    assert window.briefing.form.go.isEnabled()


def test_making_shows_its_steps_and_can_be_stopped(window: Window, choose: Write, qtbot: QtBot) -> None:
    choose(title="慢")
    wait(qtbot, lambda: window.briefing.articles.articles)
    window.briefing.articles.go.click()
    steps = window.briefing.steps
    wait(qtbot, lambda: "以前已提取" in steps.found.toPlainText())
    assert "选定 2 篇文章" in steps.found.toPlainText()
    window.escape()
    wait(qtbot, lambda: not window.briefings.making)
    assert window.briefing.stack.currentWidget() is window.briefing.articles


def test_a_briefing_that_cannot_be_made_leads_back(window: Window, choose: Write, qtbot: QtBot) -> None:
    choose(title="不行")
    wait(qtbot, lambda: window.briefing.articles.articles)
    window.briefing.articles.go.click()
    wait(qtbot, lambda: "没有能写进" in window.notice.text)
    assert window.briefing.stack.currentWidget() is window.briefing.articles


# ------------------------------------------------------------ the page


def test_a_click_on_a_sentence_lights_its_source(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    paper = editor.paper
    assert editor.pages.text() == "1 页"
    assert set(paper.boxes) == {0, 1, 2, Heading(0), Heading(1)} and all(paper.boxes.values())
    area = paper.area_of(paper.boxes[1][:1])
    QTest.mouseClick(paper, Qt.MouseButton.LeftButton, pos=area.center())
    assert paper.selected == 1
    assert window.source.text.lit_texts() == ["要关注学生的思想、心理、学习和生活"]
    assert editor.said.text().startswith("依据 [2]")
    QTest.mouseClick(paper, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert paper.selected is None
    assert not editor.tools.actions_["delete"].isEnabled()


def test_what_was_left_out_stands_beside_with_its_reason(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    beside = window.briefing.editor.beside
    assert beside.head.text() == "没有写进简报的 2 句，各注原因"
    assert beside.gaps.text() == "资料中没有写到：地点"
    beside.back_wanted.emit(1)
    wait(qtbot, lambda: len(texts(window)) == 4)
    assert texts(window)[1] == "明确备考思路与举措。"
    assert len(window.briefing.editor.briefing.left_out) == 1


def test_a_sentence_changed_by_hand_is_checked_again(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    do(window, qtbot, 1, "rewrite", "要关注学生的思想和生活。")
    assert editor.briefing.statements[1].supported
    do(window, qtbot, 1, "rewrite", "要投入3亿元。")
    assert "3亿元" in editor.said.text()
    assert editor.paper.selected == 1
    do(window, qtbot, 1, "write", "下月通报进展。")
    assert editor.briefing.statements[2].mark == "人工撰写"
    assert len(editor.briefing.edits) == 3


def test_leaving_the_field_changes_nothing(window: Window, write: Write) -> None:
    write()
    editor = window.briefing.editor
    editor.paper.select(0)
    editor.paper.chosen.emit(0)
    QTest.keyClick(editor.paper, Qt.Key.Key_F2)
    field = editor.paper.editor.field
    assert field.toPlainText() == texts(window)[0]
    field.setPlainText("别的。")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert editor.paper.editor.isHidden()
    assert not editor.waiting


def test_changes_are_undone_and_redone(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    first = texts(window)
    do(window, qtbot, 0, "down")
    moved = texts(window)
    assert moved == [first[0], *first[1:]]  # over the edge of its section
    assert len(editor.briefing.sections) == 1
    assert editor.undo_button.isEnabled()
    do(window, qtbot, 1, "up")
    swapped = texts(window)
    assert swapped == [first[1], first[0], first[2]]
    assert editor.paper.selected == 0
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert texts(window) == moved
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert len(editor.briefing.sections) == 2
    assert not editor.undo_button.isEnabled()
    editor.redo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    editor.redo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert texts(window) == swapped


def test_the_keyboard_chooses_moves_and_deletes(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    first = texts(window)
    for _ in range(5):  # past two headings
        QTest.keyClick(editor.paper, Qt.Key.Key_Down)
    assert editor.paper.selected == 2
    QTest.keyClick(editor.paper, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: not editor.waiting and editor.undo.count() == 1)
    assert texts(window) == [first[0], first[2], first[1]]
    QTest.keyClick(editor.paper, Qt.Key.Key_Delete)
    wait(qtbot, lambda: not editor.waiting and editor.undo.count() == 2)
    assert texts(window) == [first[0], first[1]]


def test_sections_are_moved_renamed_and_added(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    do(window, qtbot, 0, "section down")
    assert [one.heading for one in editor.briefing.sections] == ["部署要求", "主要精神"]
    do(window, qtbot, 0, "rename", "工作要求")
    do(window, qtbot, 0, "section", "下一步\n下月通报进展。")
    assert [one.heading for one in editor.briefing.sections] == ["工作要求", "下一步", "主要精神"]
    before = editor.page
    editor.retitle_button.click()
    editor.paper.editor.field.setPlainText("新标题")
    editor.paper.editor.accept()
    wait(qtbot, lambda: editor.page is not before)
    assert editor.title.text() == "新标题"


def offered(window: Window) -> set[str]:
    tools = window.briefing.editor.tools
    return {what for what, action in tools.actions_.items() if action.isEnabled()}


def test_a_click_on_a_heading_offers_what_can_be_done_with_its_section(
    window: Window, write: Write, qtbot: QtBot
) -> None:
    write()
    editor, paper = window.briefing.editor, window.briefing.editor.paper
    QTest.mouseClick(paper, Qt.MouseButton.LeftButton, pos=paper.area_of(paper.boxes[Heading(1)]).center())
    assert paper.selected == Heading(1)
    assert editor.said.text().startswith("小节“部署要求”，2 句。")
    assert offered(window) == {"write", "rename", "section up", "delete section", "section"}
    shown = {made.text() for made in editor.tools.buttons if not made.isHidden()}
    assert "改本节标题" in shown and "改写" not in shown
    QTest.mouseDClick(paper, Qt.MouseButton.LeftButton, pos=paper.area_of(paper.boxes[Heading(1)]).center())
    assert paper.editor.field.toPlainText() == "部署要求"
    paper.editor.field.setPlainText("工作要求")
    QTest.keyClick(paper.editor.field, Qt.Key.Key_Return)
    wait(qtbot, lambda: editor.undo.count() == 1 and not editor.waiting)
    assert [one.heading for one in editor.briefing.sections] == ["主要精神", "工作要求"]
    assert paper.selected == Heading(1)
    QTest.mouseClick(paper, Qt.MouseButton.LeftButton, pos=paper.area_of(paper.boxes[0][:1]).center())
    assert "rewrite" in offered(window) and "delete section" in offered(window)
    shown = {made.text() for made in editor.tools.buttons if not made.isHidden()}
    assert "改写" in shown and "改本节标题" not in shown


def test_the_keyboard_moves_and_deletes_a_section_and_both_are_undone(
    window: Window, write: Write, qtbot: QtBot
) -> None:
    write()
    editor, paper = window.briefing.editor, window.briefing.editor.paper
    first = editor.briefing.sections
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert paper.selected == Heading(0)
    QTest.keyClick(paper, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: editor.undo.count() == 1 and not editor.waiting)
    assert editor.briefing.sections == first[::-1]
    assert paper.selected == Heading(1)
    QTest.keyClick(paper, Qt.Key.Key_Delete)
    wait(qtbot, lambda: editor.undo.count() == 2 and not editor.waiting)
    assert editor.briefing.sections == first[1:]
    assert paper.selected == Heading(0)
    assert "人工删去" in {one.reason.value for one in editor.briefing.left_out}
    QTest.keyClick(paper, Qt.Key.Key_Delete)  # nothing would be left
    wait(qtbot, lambda: not editor.waiting)
    assert "至少要有一句话" in window.notice.text
    for _ in range(2):
        QTest.keyClick(paper, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        wait(qtbot, lambda: not editor.waiting)
    assert editor.briefing.sections == first
    assert "人工删去" not in {one.reason.value for one in editor.briefing.left_out}
    QTest.keyClick(paper, Qt.Key.Key_F2)
    assert paper.editor.field.toPlainText() == editor.briefing.sections[0].heading


def test_the_masthead_is_changed_on_the_page(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    editor.masthead_button.click()
    dialog = window.findChild(MastheadDialog)
    assert dialog is not None
    dialog.fields.wanted.setChecked(True)
    dialog.fields.name.setText("教育简报")
    dialog.fields.number.setText("12")
    next(b for b in dialog.findChildren(QPushButton) if b.text() == "确定").click()
    wait(qtbot, lambda: editor.briefing.masthead)
    assert editor.page is not None
    printed = [line.text for line in editor.page.layout.lines]
    assert printed[0] == "教育简报"
    assert "第12期" in printed
    assert editor.briefing.edits[-1].what == "改报头"
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert editor.briefing.masthead is None


def test_what_cannot_be_done_is_said(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    editor.paper.select(1)
    editor.paper.chosen.emit(1)
    editor.do("another")  # nothing else was left out of that section but what is unverified
    wait(qtbot, lambda: not editor.waiting)
    assert "没有别的句子可换" in window.notice.text
    assert editor.undo.count() == 0


def test_another_sentence_is_chosen_in_its_place_and_the_old_one_comes_back(
    window: Window, write: Write, qtbot: QtBot
) -> None:
    write()
    editor = window.briefing.editor
    first = editor.briefing
    do(window, qtbot, 0, "another")
    assert texts(window) == ["明确备考思路与举措。", *(one.text for one in first.statements[1:])]
    assert editor.paper.selected == 0
    assert first.statements[0] in [one.statement for one in editor.briefing.left_out]
    editor.do("another")
    wait(qtbot, lambda: not editor.waiting)
    assert "没有别的句子可换" in window.notice.text
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert (editor.briefing.sections, editor.briefing.left_out) == (first.sections, first.left_out)


def test_too_long_a_page_says_so_and_can_be_cut_or_allowed(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    do(window, qtbot, 2, "write", "很长" * 300 + "。")
    assert editor.pages.text() == "2 页"
    assert editor.pages.property("over")
    assert editor.fit_button.text() == "压到 1 页"
    editor.two_pages.click()
    wait(qtbot, lambda: editor.briefing.pages_allowed == 2)
    assert not editor.pages.property("over")
    assert editor.fit_button.isHidden()
    editor.two_pages.click()
    wait(qtbot, lambda: editor.briefing.pages_allowed == 1)
    assert editor.pages.text() == "1 页"
    assert "很长" in "".join(one.statement.text for one in editor.briefing.left_out)
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert editor.pages.property("over")
    editor.fit_button.click()
    wait(qtbot, lambda: editor.pages.text() == "1 页")
    assert "很长" in "".join(one.statement.text for one in editor.briefing.left_out)


def test_two_pages_bring_back_what_had_no_room(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    one = texts(window)
    editor.two_pages.click()
    wait(qtbot, lambda: editor.briefing.pages_allowed == 2)
    two = texts(window)
    assert two == [one[0], "明确备考思路与举措。", *one[1:]]
    assert [left.reason.value for left in editor.briefing.left_out] == ["未能核实"]
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert texts(window) == one
    assert not editor.two_pages.isChecked()
    editor.redo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert texts(window) == two
    assert editor.two_pages.isChecked()


def test_a_comparison_is_worked_on_in_its_columns(window: Window, choose: Write, qtbot: QtBot) -> None:
    form = window.briefing.form
    wait(qtbot, lambda: form.kinds)
    form.kind.setCurrentText("对比")
    choose("2023年与2024年中考备考")
    wait(qtbot, lambda: window.briefing.articles.articles)
    window.briefing.articles.go.click()
    wait(qtbot, lambda: window.briefing.page)
    editor = window.briefing.editor
    paper = editor.paper
    assert editor.page is not None
    assert {"2023年", "2024年"} <= {line.text for line in editor.page.layout.lines}
    left, right = paper.area_of(paper.boxes[0][:1]), paper.area_of(paper.boxes[1][:1])
    assert left.right() < right.left()
    assert left.top() == right.top()
    QTest.mouseClick(paper, Qt.MouseButton.LeftButton, pos=right.center())
    assert paper.selected == 1
    assert not editor.tools.actions_["up"].isEnabled()  # the only one above it is of the other side
    first = texts(window)
    do(window, qtbot, 1, "down")
    assert texts(window) == [first[0], first[2], first[1]]
    assert paper.selected == 2
    editor.beside.back_wanted.emit(0)
    wait(qtbot, lambda: len(texts(window)) == 4)
    assert texts(window)[1] == "明确备考思路与举措。"
    do(window, qtbot, 1, "rewrite", "明确备考举措。")
    assert [one.group for one in editor.briefing.statements] == ["2023年", "2023年", "2024年", "2024年"]
    do(window, qtbot, 3, "delete")
    assert len(texts(window)) == 3
    editor.undo_button.click()
    wait(qtbot, lambda: not editor.waiting)
    assert len(texts(window)) == 4


# ------------------------------------------------------------ keeping, exporting


def test_a_briefing_is_kept_with_its_changes_and_opened_again(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    do(window, qtbot, 0, "delete")
    changed = texts(window)
    window.briefing.editor.back.click()
    window.briefings.open_kept()
    dialog = window.findChild(KeptBriefingsDialog)
    assert dialog is not None
    wait(qtbot, lambda: dialog.list.topLevelItemCount() == 1)
    dialog.list.topLevelItem(0).setSelected(True)  # type: ignore[union-attr]
    dialog.open_button.click()
    wait(qtbot, lambda: window.briefing.page)
    assert texts(window) == changed
    window.briefing.editor.record_button.click()
    record = window.findChild(RecordDialog)
    assert record is not None
    assert "删去" in record.text.toPlainText()
    record.accept()


def test_a_kept_briefing_can_be_deleted(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    window.briefings.open_kept()
    dialog = window.findChild(KeptBriefingsDialog)
    assert dialog is not None
    wait(qtbot, lambda: dialog.list.topLevelItemCount() == 1)
    dialog.list.topLevelItem(0).setSelected(True)  # type: ignore[union-attr]
    dialog.delete_button.click()
    box = dialog.findChildren(QMessageBox)[-1]
    next(b for b in box.buttons() if b.text() == "删除").click()
    wait(qtbot, lambda: dialog.list.topLevelItemCount() == 0)
    wait(qtbot, lambda: window.briefing.stack.currentWidget() is window.briefing.form)
    dialog.reject()


def test_what_cannot_be_kept_is_shown_and_said(window: Window, write: Write) -> None:
    write("存不下")
    assert len(texts(window)) == 3
    assert "没有存进资料库" in window.notice.text


def test_export_writes_the_file_without_what_is_unverified(
    window: Window, write: Write, tmp_path: Path, qtbot: QtBot
) -> None:
    write()
    window.briefings.export_to(tmp_path / "简报", "docx", False)
    wait(qtbot, lambda: (tmp_path / "简报.docx").exists() and "已导出" in window.notice.text)
    assert "1 页" in window.notice.text
    do(window, qtbot, 1, "rewrite", "要投入3亿元。")
    window.briefing.editor.copy_button.click()
    box = window.findChildren(QMessageBox)[-1]
    assert box.text() == "有 1 句没有依据，或和原文对不上。要不要带上？"
    next(b for b in box.buttons() if b.text() == "不带").click()
    wait(qtbot, lambda: "已复制" in window.notice.text)
    html = QGuiApplication.clipboard().mimeData().html()
    assert "各县区要认真做好中考备考工作" in html
    assert "3亿元" not in html


@pytest.mark.parametrize("suffix", ["pdf", "md"])
def test_a_pdf_and_markdown_are_written_too(
    window: Window, write: Write, tmp_path: Path, qtbot: QtBot, suffix: str
) -> None:
    write()
    do(window, qtbot, 1, "rewrite", "要投入3亿元。")
    written = tmp_path / f"简报.{suffix}"
    window.briefings.export_to(written, suffix, False)
    wait(qtbot, lambda: written.exists() and "已导出" in window.notice.text)
    if suffix == "pdf":
        with pypdfium2.PdfDocument(written) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
    else:
        text = written.read_text("utf-8")
    bare = "".join(text.split())
    assert "各县区要认真做好中考备考工作" in bare
    assert "3亿元" not in bare


def test_unverified_sentences_go_along_marked_when_wanted(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    do(window, qtbot, 1, "rewrite", "要投入3亿元。")
    window.briefing.editor.copy_button.click()
    box = window.findChildren(QMessageBox)[-1]
    next(b for b in box.buttons() if b.text() == "带上并标明").click()
    wait(qtbot, lambda: "已复制" in window.notice.text)
    assert "要投入3亿元。〔未核实〕" in QGuiApplication.clipboard().mimeData().html()


def test_evidence_may_stand_at_the_foot_of_the_page(window: Window, write: Write, qtbot: QtBot) -> None:
    write()
    editor = window.briefing.editor
    assert editor.page is not None
    assert editor.page.layout.pages == 2  # with the sheet of evidence
    editor.evidence_box.setCurrentIndex(1)
    editor.evidence_box.activated.emit(1)
    wait(qtbot, lambda: not editor.waiting)
    assert editor.page.layout.pages == 1
    do(window, qtbot, 1, "delete")
    assert editor.page.layout.pages == 1


def test_another_library_begins_anew(window: Window, write: Write, open_window: OpenWindow, tmp_path: Path) -> None:
    write()
    other = tmp_path / "other"
    other.mkdir()
    window.desk.open_library(other)
    assert window.briefing.page is None
    editor = window.briefing.editor
    editor.change_wanted.emit(Change(Operation.DELETE))  # whatever comes of it is not about what is shown
    assert window.briefing.stack.currentWidget() is window.briefing.form
