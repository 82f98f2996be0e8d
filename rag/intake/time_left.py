"""How much longer an import takes, from how it went so far. Pure but for the clock it is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

_LEAST: Final = 2  # pages from which on anything is said


class TimeLeft:
    """Reading and indexing run side by side, so the slower one tells. Times are in seconds, without those paused."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._paused = 0.0
        self._opened = 0  # files
        self._known = 0  # pages of them
        self._read = 0  # pages
        self._indexed = 0  # passages
        self._indexing = 0.0  # seconds
        self._found = 0  # passages of the pages that were made into documents
        self._made_of = 0  # those pages

    def pause(self, seconds: float) -> None:
        self._paused += seconds

    def opened(self, pages: int) -> None:
        """A file with `pages` to read was opened."""
        self._opened += 1
        self._known += pages

    def read(self) -> None:
        """A page was read."""
        self._read += 1

    def gave_up(self, pages: int) -> None:
        """So many pages of an opened file will not be read."""
        self._known -= pages

    def made(self, pages: int, passages: int) -> None:
        """A document of `pages` has `passages` to index."""
        self._made_of += pages
        self._found += passages

    def indexed(self, passages: int, seconds: float) -> None:
        self._indexed += passages
        self._indexing += seconds

    def left(self, files_waiting: int) -> float | None:
        """Seconds to go, `files_waiting` being not opened yet; None as long as that cannot be told."""
        if self._read < _LEAST:
            return None
        unread = self._known - self._read + files_waiting * self._known / max(self._opened, 1)
        reading = unread * (self._clock() - self._began - self._paused) / self._read
        if not self._indexed or not self._made_of:
            return max(reading, 0.0)
        passages = self._found - self._indexed + (unread * self._found / self._made_of)
        return max(reading, passages * self._indexing / self._indexed, 0.0)
