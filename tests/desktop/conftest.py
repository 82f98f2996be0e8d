"""Qt without a screen, a window over the scripted library, and nothing left running after a test."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"  # before Qt is first imported

import pytest
from PySide6.QtCore import QCoreApplication, QProcess, QSettings, QThread, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop import style
from desktop.engine import Engine
from desktop.source_view import SourceView
from desktop.window import Window
from tests.desktop.fake_library import FACTORY, document_of
from tests.desktop.paper import write_pdf

PATIENCE = 60_000  # milliseconds: how long to wait for what must come; never an assertion about speed


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Any Qt warning fails a test, but for the one the offscreen platform gives for every window."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", extend=True))


@pytest.fixture(scope="session", autouse=True)
def _dressed(qapp: QApplication) -> None:
    style.dress(qapp)


@pytest.fixture(autouse=True)
def _nothing_left_running(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves a thread, a timer or a process behind."""
    yield
    qapp.processEvents()
    # by `type`, since `isinstance` asks every object for its class, which some libraries' objects answer with a warning
    left = [
        thing for thing in gc.get_objects() if issubclass(type(thing), QThread | QTimer | QProcess) and _runs(thing)
    ]
    assert not left, f"left running: {[(thing, thing.parent()) for thing in left]}"


def _runs(thing: QThread | QTimer | QProcess) -> bool:
    if not isValid(thing):
        return False
    if isinstance(thing, QTimer):
        return thing.isActive()
    if isinstance(thing, QProcess):
        return thing.state() is not QProcess.ProcessState.NotRunning
    application = QCoreApplication.instance()
    assert application is not None
    return thing.isRunning() and thing is not application.thread()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library folder with one text document."""
    made = tmp_path / "library"
    made.mkdir()
    (made / "教育简报.txt").write_text("简报", "utf-8")
    return made


@pytest.fixture
def engine(folder: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine with a real child process over the scripted library; not yet started."""
    made = Engine(folder, tmp_path / "logs" / "engine.log", factory=FACTORY)
    yield made
    made.shutdown()


OpenWindow = Callable[[], Window]


@pytest.fixture
def open_window(folder: Path, tmp_path: Path, qtbot: QtBot) -> OpenWindow:
    """Opens a window on `folder`; it is closed when the test ends."""

    def open_() -> Window:
        engine = Engine(folder, tmp_path / "logs" / "engine.log", factory=FACTORY)
        window = Window(engine, QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
        qtbot.addWidget(window)
        with qtbot.waitSignal(window.desk.changed, timeout=PATIENCE):
            window.show()
        window.activateWindow()  # a window that another test left behind may still have the keyboard
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
        return window

    return open_


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    return open_window()


@pytest.fixture
def ask(window: Window, qtbot: QtBot) -> Callable[[str], None]:
    """Puts a question and waits for its end."""

    def ask_(question: str) -> None:
        window.asking.question.setText(question)
        window.asking.ask()
        qtbot.waitUntil(lambda: not window.asking.asking, timeout=PATIENCE)

    return ask_


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SourceView]:
    """The source pane by itself."""
    made = SourceView()
    qtbot.addWidget(made)
    made.resize(620, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close()
    made.pages.close_pages()


@pytest.fixture
def pdf_view(view: SourceView, tmp_path: Path) -> SourceView:
    """The source pane, able to show the pages of 简报.pdf."""
    view.files = {document_of(Path("简报.pdf")).id: write_pdf(tmp_path / "kept.pdf")}
    return view
