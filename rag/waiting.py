"""Waiting for work that cannot heed a stop: a library reading the weights of a model."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

from rag.types import StopSignal, heed

_EVERY: Final = 0.1  # seconds between looks at the stop

_Result = TypeVar("_Result")


def heeding(work: Callable[[], _Result], stop: StopSignal | None) -> _Result:
    """What `work` returns. It runs in a thread of its own; after a stop it runs on to its end, unheard, so it must bear
    being begun again meanwhile.

    Raises:
        Stopped: `stop` was set; noticed within a fraction of a second.
        Exception: what `work` raises.
    """
    if stop is None:
        return work()
    done: Future[_Result] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised again where it is waited for
            done.set_exception(error)

    threading.Thread(target=run, name="waited for", daemon=True).start()
    while True:
        heed(stop)
        try:
            return done.result(_EVERY)
        except TimeoutError:
            if done.done():  # it is the work's own
                raise
