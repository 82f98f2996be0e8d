"""Jianwen's core: a library of Chinese documents that answers questions with citations. No Qt in here.

    from rag import Library
    with Library.open("/path/to/library") as library:
        for event in library.add(["bulletin.pdf"]): ...
        for hit in library.search("今年中考备考有哪些要求？").hits: ...

Importing this package is quick: a name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.answers import (
        Answer,
        Citation,
        DateReading,
        DraftText,
        Evidence,
        EvidenceFound,
        Period,
        QuestionRead,
        Refusal,
        SearchResult,
        Statement,
    )
    from rag.errors import JianwenError, Stopped
    from rag.library import Library
    from rag.settings import Settings
    from rag.types import AddStatus, Document, FileAdded, Finding, Passage, Progress, StoredArticle, StoredParagraph

__all__ = [
    "AddStatus",
    "Answer",
    "Citation",
    "DateReading",
    "Document",
    "DraftText",
    "Evidence",
    "EvidenceFound",
    "FileAdded",
    "Finding",
    "JianwenError",
    "Library",
    "Passage",
    "Period",
    "Progress",
    "QuestionRead",
    "Refusal",
    "SearchResult",
    "Settings",
    "Statement",
    "Stopped",
    "StoredArticle",
    "StoredParagraph",
]

_ELSEWHERE = {
    "Library": "rag.library",
    "JianwenError": "rag.errors",
    "Stopped": "rag.errors",
    "Settings": "rag.settings",
    **dict.fromkeys(
        (
            "Answer",
            "Citation",
            "DateReading",
            "DraftText",
            "Evidence",
            "EvidenceFound",
            "Period",
            "QuestionRead",
            "Refusal",
            "SearchResult",
            "Statement",
        ),
        "rag.answers",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "rag.types")), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
