"""Where a command of the terminal writes: results to standard output, progress and messages to standard error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from rag.text import plain
from rag.types import Progress

if TYPE_CHECKING:
    from rich.console import Console

_BAR: Final = 24  # characters
_MANY: Final = 10_000  # from here on (bytes) a share reads better than a count
_PAGE: Final = re.compile(r" 第 \d+/\d+ 页$")  # at the end of a step: the share says it too


class Terminal:
    """`as_json`: results as one JSON object a line."""

    def __init__(self, *, as_json: bool) -> None:
        from rich.console import Console

        self.as_json = as_json
        self.out: Console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
        self._err: Console = Console(stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True)
        self._step = ""

    def show(self, value: Any, json_form: Callable[[Any], Any], text_form: Callable[[Console, Any], None]) -> None:
        if self.as_json:
            print(json.dumps(json_form(value), ensure_ascii=False), flush=True)
        else:
            text_form(self.out, value)

    def deleted(self, what: str, number: int) -> None:
        """Say that what is kept under this number is gone. what: Chinese («对话»)."""
        self.show(
            number,
            lambda number: {"id": number, "status": "deleted"},
            lambda console, number: console.print(f"已删除{what} {number}。"),
        )

    def message(self, text: str) -> None:
        self._err.print(plain(text))

    def progress(self, event: Progress) -> None:
        """One line that is rewritten on a terminal; in a log each step is named once."""
        step = plain(_PAGE.sub("", event.step))
        if self._err.is_terminal:
            self._clear_line()
            self._err.print(f"{step}{_share(event)}{_left(event)}", end="")
        elif step != self._step:
            self._err.print(step)
        self._step = step

    def draft(self, text: str) -> None:
        """The answer as it is being written, pale: on a terminal only, and not among the results."""
        if self._err.is_terminal:
            self.clear_progress()
            self._err.print(plain(text), style="dim", end="\n" if text.endswith("】") else "")

    def clear_progress(self) -> None:
        if self._step and self._err.is_terminal:
            self._clear_line()
        self._step = ""

    def _clear_line(self) -> None:
        from rich.control import Control
        from rich.segment import ControlType

        # not printed as text: rich takes carriage returns out of that
        self._err.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2)))


def _share(event: Progress) -> str:
    if not event.total:
        return ""
    filled = int(_BAR * event.done / event.total)
    count = f"{event.done / event.total:.0%}" if event.total > _MANY else f"{event.done}/{event.total}"
    return f" {'█' * filled}{'░' * (_BAR - filled)} {count}"


def _left(event: Progress) -> str:
    if event.left is None:
        return ""
    return f" 还需约 {event.left:.0f} 秒" if event.left < 60 else f" 还需约 {event.left / 60:.0f} 分钟"
