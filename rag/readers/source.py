"""What a reader gives: an opened file whose pages can be asked for one by one, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.types import Page


class Source(Protocol):
    """A file opened for reading. Belongs to the thread that opened it."""

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1; files without pages (Word, web pages) count as one."""
        ...

    @property
    def properties_date(self) -> str:
        """The day the file's own properties give it, as YYYY-MM-DD; "" when they give none."""
        ...

    def page(self, number: int) -> Page:
        """Page `number` (from 1). Raises JianwenError when this page cannot be read; others may still be."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Held:
    """A source read whole when it was opened."""

    held: Sequence[Page]
    properties_date: str = ""

    @property
    def pages(self) -> int:
        return len(self.held)

    def page(self, number: int) -> Page:
        return self.held[number - 1]

    def close(self) -> None:
        pass
