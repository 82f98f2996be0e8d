"""A stop is heeded while something is loaded that cannot heed it itself."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from rag.chat.llama_chat import LlamaChat
from rag.errors import JianwenError, Stopped
from rag.waiting import heeding


def test_what_work_returns_or_raises_comes_through() -> None:
    for stop in (None, threading.Event()):
        assert heeding(lambda: 3, stop) == 3
        with pytest.raises(TimeoutError, match="its own"):
            heeding(lambda: _raise(TimeoutError("its own")), stop)


def _raise(error: Exception) -> None:
    raise error


def test_a_stop_ends_the_waiting_and_not_the_work() -> None:
    stop, begun, go_on, ended = (threading.Event() for _ in range(4))

    def work() -> None:
        begun.set()
        go_on.wait()
        ended.set()

    def stop_it() -> None:
        begun.wait()
        stop.set()

    threading.Thread(target=stop_it).start()
    with pytest.raises(Stopped):
        heeding(work, stop)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(10)


class Late:
    """A stop that is set when it has been looked at so often."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def is_set(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_a_question_is_stopped_while_its_model_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    stop = Late(3)
    with pytest.raises(Stopped):
        LlamaChat(path, 512, 1).start((), stop)
    assert stop.looks == -1
    with pytest.raises(JianwenError, match="打不开"):
        LlamaChat(path, 512, 1).start((), threading.Event())
