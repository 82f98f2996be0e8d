"""Slow steps within a reader, told to the process that watches it: they have limits of their own (see
`rag.intake.reading_pool.Limits`). Nobody listens unless `listener` is set."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Literal

SlowStep = Literal["recognise", "convert"]


def _nobody(step: SlowStep) -> None:
    pass


listener: ContextVar[Callable[[SlowStep], None]] = ContextVar("listener", default=_nobody)


def begins(step: SlowStep) -> None:
    """To be called when the step is begun; it ends with the page, or with the opening, that it belongs to."""
    listener.get()(step)
