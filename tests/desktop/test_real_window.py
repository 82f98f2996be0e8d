"""The window over the real library and both real models: drop a file in, ask, click a citation, survive a kill."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, QUrl
from pytestqt.qtbot import QtBot

from desktop.engine import Engine
from desktop.window import Window
from rag.answers import Answer
from tests.conftest import SAMPLE
from tests.desktop.conftest import PATIENCE

SLOW = 5 * PATIENCE  # both models are loaded, twice


@pytest.fixture
def window(models_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Iterator[Window]:
    monkeypatch.setenv("JIANWEN_HOME", str(models_home))
    engine = Engine(tmp_path / "library", tmp_path / "engine.log")
    made = Window(engine, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.desk.changed, timeout=PATIENCE):
        made.show()
    yield made
    made.close()


def ask(window: Window, qtbot: QtBot, question: str) -> Answer:
    window.asking.question.setText(question)
    window.asking.ask()
    qtbot.waitUntil(lambda: not window.asking.asking, timeout=SLOW)
    assert isinstance(window.asking.result, Answer), window.asking.answer.toPlainText()
    return window.asking.result


def test_ask_click_kill_and_ask_again(window: Window, qtbot: QtBot) -> None:
    window.imports.add_files([SAMPLE])
    qtbot.waitUntil(lambda: len(window.desk.documents) == 1, timeout=SLOW)

    result = ask(window, qtbot, "今年中考备考有哪些要求？")
    number = next(i for i, s in enumerate(result.statements) if "学科质量提升参考资料" in s.text)
    window.asking.answer.anchorClicked.emit(QUrl(f"cite:{number}:0"))
    qtbot.waitUntil(lambda: bool(window.source.text.lit_texts()), timeout=PATIENCE)
    assert window.source.text.lit_texts() == [citation.quote for citation in result.statements[number].citations]

    os.kill(window.engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: "意外退出" in window.notice.text, timeout=PATIENCE)
    again = ask(window, qtbot, "新撤并了多少所农村薄弱学校？")
    assert any("69所" in statement.text and statement.supported for statement in again.statements)
