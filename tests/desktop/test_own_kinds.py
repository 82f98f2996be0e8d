"""Kinds of briefings that a bureau wrote itself, in the window."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from rag.briefing.plans import OURS, own_folder
from tests.desktop.conftest import OpenWindow
from tests.desktop.test_briefing_view import do, texts, wait


def test_one_that_is_wrong_is_named_and_hinders_nothing(open_window: OpenWindow, qtbot: QtBot) -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "处室.toml").write_text("id =", "utf-8")
    window = open_window()
    window.write_briefing()
    form = window.briefing.form
    wait(qtbot, lambda: form.kinds)
    assert form.kind.count() == len(list(OURS.glob("*.toml")))
    assert form.problems.isVisible()
    assert "处室.toml" in form.problems.text()
    form.topic.setText("中考备考")
    form.go.click()
    wait(qtbot, lambda: window.briefing.stack.currentWidget() is window.briefing.articles)
    window.briefing.articles.go.click()
    wait(qtbot, lambda: window.briefing.page)
    before = texts(window)
    do(window, qtbot, 1, "delete")
    assert len(texts(window)) == len(before) - 1
