"""The real library behind the engine's seam. Imported in the engine process only."""

from __future__ import annotations

from pathlib import Path

from desktop.engine_process import EngineLibrary
from desktop.protocol import ModelChoice
from rag.models import available


def open_library(path: Path) -> EngineLibrary:
    """Open the library at `path` (made when missing).

    Raises:
        JianwenError: it cannot be opened.
    """
    from rag.library import Library

    return Library.open(path)


def usable_models() -> tuple[ModelChoice, ...]:
    """The models found on this machine, as choices for the settings."""
    return tuple(
        ModelChoice(found.role, found.name, found.name, f"{found.bytes / 1e9:.1f} GB") for found in available()
    )
