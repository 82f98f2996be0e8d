"""The `jianwen` command: the window without arguments (besides --library DIR), else the terminal program.

Qt is imported only for the window, so that the terminal starts quickly and works without it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 done, 1 an error the user can mend, 2 wrong usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    library = _library_only(arguments)
    if arguments and library is None:
        from rag.terminal.cli import main as terminal

        return terminal(arguments)
    return _window(library)


def _library_only(arguments: Sequence[str]) -> Path | None:
    """The folder, when the arguments are just `--library DIR` or `--library=DIR`."""
    if len(arguments) == 2 and arguments[0] == "--library":
        return Path(arguments[1])
    if len(arguments) == 1 and arguments[0].startswith("--library="):
        return Path(arguments[0].partition("=")[2])
    return None


def _window(library: Path | None) -> int:
    try:
        from desktop.start import run
    except ImportError as error:  # Qt's own libraries lean on the system's
        print(f"窗口打不开：缺少系统库（{error}）。", file=sys.stderr)
        print("在 Debian 系统上运行：sudo apt-get install libegl1 libgl1 libxkbcommon0 libdbus-1-3", file=sys.stderr)
        return 1
    return run(library)
