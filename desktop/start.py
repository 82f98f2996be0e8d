"""Brings the window up: the application object, its look, the engine, the event loop."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from desktop import style
from desktop.engine import Engine
from desktop.window import LAST_LIBRARY, Window
from rag.settings import default_library, home


def window_state() -> QSettings:
    """Geometry and the last library: an ini file in the user's own folder, apart from the program's settings."""
    return QSettings(str(home() / "window.ini"), QSettings.Format.IniFormat)


def choose_library(asked: Path | None, state: QSettings) -> Path:
    """The folder asked for, else the last one used if it is still there, else the default one."""
    if asked is not None:
        return asked.absolute()
    last = str(state.value(LAST_LIBRARY, "") or "")
    return Path(last) if last and Path(last).is_dir() else default_library()


def run(library: Path | None) -> int:
    """Open the window; returns when it is closed."""
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        print("没有图形桌面，窗口打不开。在终端里可以这样提问：jianwen ask 今年有哪些要求？", file=sys.stderr)
        return 1
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl+C in the terminal ends the program
    app = QApplication(["jianwen"])
    app.setApplicationName("jianwen")
    app.setApplicationDisplayName("简问")
    app.setDesktopFileName("jianwen")
    style.dress(app)
    state = window_state()
    engine = Engine(choose_library(library, state), home() / "logs" / "engine.log")
    window = Window(engine, state)
    window.show()
    return app.exec()
