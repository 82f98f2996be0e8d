"""The real thing: real Chroma, sentence-transformers and GGUF model over the sample bulletin."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Library
from rag.types import AddStatus, FileAdded
from tests.conftest import SAMPLE


@pytest.fixture(scope="session")
def sample_library(models_home: Path) -> Iterator[Library]:
    """A library that holds the sample bulletin, with both models of the fresh machine. One for all tests: read only."""
    before = os.environ.get("JIANWEN_HOME")
    os.environ["JIANWEN_HOME"] = str(models_home)
    try:
        with Library.open(models_home / "library") as library:
            added = [event for event in library.add([SAMPLE]) if isinstance(event, FileAdded)]
            assert [event.status for event in added] == [AddStatus.ADDED]
            _ = library.search("备考")  # both models are found now, while JIANWEN_HOME points at them
            yield library
    finally:
        if before is None:
            del os.environ["JIANWEN_HOME"]
        else:
            os.environ["JIANWEN_HOME"] = before
