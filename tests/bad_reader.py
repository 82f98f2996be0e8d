"""A reader for tests, given to a pool for the ending `.bad`: each line of the file is a page and says what it does.

    text …        a page of that text
    hang, crash, raise, error    as they say; eat: takes memory without end
    once crash    crashes unless the page was tried before
    modules       a page that names the modules loaded in the worker
    slow …        a page of that text, after a tenth of a second
    ocr …         a page of that text, after a second in which text is recognised; ocr-hang: never
The first line names a file that every page read is written to; it may end in ` open:WORD` to do WORD on opening, and in
` locked:PASSWORD`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from rag.errors import JianwenError, PasswordNeeded
from rag.readers.slow import begins
from rag.types import Line, Page


class BadSource:
    def __init__(self, lines: list[str], log: Path) -> None:
        self._lines = lines
        self._log = log
        self.pages = len(lines)
        self.properties_date = ""

    def page(self, number: int) -> Page:
        word, _, text = self._lines[number - 1].partition(" ")
        tried = number in read_pages(self._log)
        with self._log.open("a") as log:
            log.write(f"{number}\n")
        if word == "slow":
            time.sleep(0.1)
        elif word == "ocr":
            begins("recognise")
            time.sleep(1.0)
        elif word == "modules":
            text = " ".join(sorted(name for name in sys.modules if "." not in name))
        elif word == "once":
            misbehave("text" if tried else text)
        else:
            misbehave(word)
        return Page(number, (Line(f"　　第{number}页{text}。"),), wrapped=False)

    def close(self) -> None:
        pass


def misbehave(word: str) -> None:
    match word:
        case "hang":
            while True:
                time.sleep(0.01)
        case "ocr-hang":
            begins("recognise")
            misbehave("hang")
        case "eat":
            held = []
            while True:
                held.append(b"x" * (8 << 20))
                time.sleep(0.01)
        case "crash":
            os._exit(11)
        case "raise":
            raise RuntimeError("boom")
        case "error":
            raise JianwenError("这一页坏了。")


def open(path: Path, password: str | None) -> BadSource:
    first, *lines = path.read_text("utf-8").splitlines()
    log, *words = first.split(" ")
    for word in words:
        what, _, value = word.partition(":")
        if what == "open":
            misbehave(value)
        elif value != password:
            raise PasswordNeeded(f"“{path.name}”设有密码。请输入密码。")
    return BadSource(lines, Path(log))


def read_pages(log: Path) -> list[int]:
    """The pages read so far, in order, as often as they were."""
    return [int(line) for line in log.read_text().split()] if log.exists() else []
