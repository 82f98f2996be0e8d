"""A process that reads files for the program: `python -m rag.intake.reading_worker`, jobs on standard input.

It may hang, eat memory or crash, as the libraries that read foreign files do: `rag.intake.reading_pool`
watches it, and every step is announced before it is begun so that the blame falls on the right page ({"slow":
step} for one within it, see `rag.readers.slow`). It never loads a model or the store.

Jobs (see `rag.intake.reading_wire`) and what comes back, each step before it by {"step": name, "page": number}:
    {"job": "read", path, password, pages, have, run, budget}
        → {"opened": pages, "date": day, "chosen": numbers} when `pages` is null; {"page": number, "problem": sentence}
        with the bytes of each page; what "articles" gives when the whole file was read in this job;
        {"done": numbers left over}
    {"job": "articles", name, date} with the bytes of all pages → {"part": number} with the bytes of each part of the
        reading, {"articles": how many, "paragraphs": how many}, {"done": []}
Instead of going on: {"failed": sentence, "locked": bool, "trace": text of a bug}.
"""

from __future__ import annotations

import contextlib
import gc
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final

from rag.articles.splitting import read_articles
from rag.errors import JianwenError, PasswordNeeded
from rag.intake.reading_wire import Message, parted, receive, send
from rag.readers import open_source
from rag.readers.slow import listener
from rag.readers.source import Source
from rag.store.packing import pack, unpack
from rag.store.reading_parts import parts_of
from rag.types import Page

_BUG: Final = "读取时程序出错，这是简问的问题，不是文件的问题。其他内容不受影响，详情已写入日志。"
_SHORT: Final = "这里需要的内存超出了限度，没有读取。请拆分文件，或用原软件重新导出后再添加。"


class Worker:
    """Does one job after the other; keeps the file of the last job open for the next."""

    def __init__(self, out: BinaryIO, readers: dict[str, str]) -> None:
        self._out = out
        self._readers = readers
        self._open: tuple[tuple[str, str | None], Source] | None = None  # the file, its password; it opened

    def work(self, message: Message, payload: bytes) -> None:
        try:
            if message["job"] == "read":
                self._read(message)
            elif message["job"] == "articles":
                self._articles((unpack(Page, data) for data in parted(payload)), message)
                self._say({"done": []})
        except PasswordNeeded as error:
            self._say({"failed": str(error), "locked": True})
        except JianwenError as error:
            self._say({"failed": str(error)})
        except MemoryError:
            self._say({"failed": _SHORT})
        except BrokenPipeError:
            raise
        except Exception:  # noqa: BLE001 — logged by the program, and said to be ours
            self._say({"failed": _BUG, "trace": traceback.format_exc()})

    def _read(self, job: Message) -> None:
        started = time.monotonic()
        self._say({"step": "open", "page": 0})
        source = self._source(job["path"], job["password"])
        day = source.properties_date
        numbers: Sequence[int] | None = job["pages"]
        whole = False
        if numbers is None:
            have = frozenset(job["have"])
            numbers = [number for number in range(1, source.pages + 1) if number not in have][: job["run"]]
            whole = len(numbers) == source.pages
            self._say({"opened": source.pages, "date": day, "chosen": numbers})
        pages: list[Page] = []
        for number in numbers:
            if pages and time.monotonic() - started > job["budget"]:
                break
            pages.append(self._page(source, number))
        rest = numbers[len(pages) :]
        if whole and not rest:
            self._close()
            self._articles(pages, job | {"date": day})
        self._say({"done": list(rest)})

    def _page(self, source: Source, number: int) -> Page:
        self._say({"step": "page", "page": number})
        trace = ""
        try:
            page = source.page(number)
        except JianwenError as error:
            page = Page(number, (), problem=str(error))
        except MemoryError:
            page = Page(number, (), problem=_SHORT)
        except Exception:  # noqa: BLE001 — one bad page never stops the others; logged by the program
            page, trace = Page(number, (), problem=_BUG), traceback.format_exc()
        self._say({"page": number, "problem": page.problem, "trace": trace}, pack(page))
        return page

    def _articles(self, pages: Sequence[Page] | Iterator[Page], job: Message) -> None:
        self._say({"step": "articles", "page": 0})
        reading = read_articles(list(pages), job["name"], job["date"])
        for number, part in enumerate(parts_of(reading), 1):
            self._say({"part": number}, pack(part))
        paragraphs = sum(len(article.paragraphs) for article in reading.articles)
        self._say({"articles": len(reading.articles), "paragraphs": paragraphs})

    def _source(self, path: str, password: str | None) -> Source:
        if self._open is not None and self._open[0] == (path, password):
            return self._open[1]
        self._close()
        suffix = Path(path).suffix.lower()
        if suffix in self._readers:
            source: Source = import_module(self._readers[suffix]).open(Path(path), password)
        else:
            source = open_source(Path(path), password)
        self._open = (path, password), source
        return source

    def _close(self) -> None:
        if self._open is not None:
            last, self._open = self._open[1], None
            last.close()

    def _say(self, message: Message, payload: bytes = b"") -> None:
        send(self._out, message, payload)


def _own_output() -> BinaryIO:
    """Standard output for our frames alone; what libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out


def _be_modest(address_space: int) -> None:
    """Leave the processor to the window, and (Linux) let wild allocations fail before the watch must step in."""
    if sys.platform == "win32":
        return  # started at low priority
    os.nice(10)
    if sys.platform == "linux" and address_space:
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = address_space if most == resource.RLIM_INFINITY else min(address_space, most)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _listen(stream: BinaryIO, jobs: queue.SimpleQueue[tuple[Message, bytes]]) -> None:
    """The listening thread: ends the process, whatever it is at, when the program has gone."""
    while (frame := receive(stream)) is not None:
        jobs.put(frame)
    _end()


def _end() -> None:
    """End this process and what it has started, at once."""
    if sys.platform != "win32" and os.getpgrp() == os.getpid():  # the first of its group, as the pool begins it
        os.killpg(0, signal.SIGKILL)
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    os._exit(0)


def main() -> None:
    out = _own_output()
    hello = receive(sys.stdin.buffer)
    if hello is None:
        return
    _be_modest(hello[0]["address_space"])
    worker = Worker(out, hello[0]["readers"])
    listener.set(lambda step: send(out, {"slow": step}))
    # a page is tens of thousands of small tuples and no cycles: looking for some after every 700 costs a tenth
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    jobs: queue.SimpleQueue[tuple[Message, bytes]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    send(out, {"ready": True})
    while True:
        worker.work(*jobs.get())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(0)
