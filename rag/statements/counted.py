"""A count belongs to what it counts: of 「法治示范校5所、平安校园6所」 nobody may say 「平安校园5所」, not even beside
「平安校园6所」. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.statements.facts import Fact, facts
from rag.text import normalise

_COUNTED = re.compile("[\u4e00-\u9fff]{2}$")  # the end of what stands before a figure
_UNIT = re.compile(r"\D+$")


def miscounted(statement: str, cited: str) -> Iterator[str]:
    """In Chinese, the figures that stand after what the cited text counts in the same unit with other figures only."""
    printed = [(counted, fact) for counted, fact in _counts(cited)]
    for counted, fact in _counts(statement):
        others = [other for what, other in printed if what == counted and _unit(other) == _unit(fact)]
        if others and all(other.key != fact.key for other in others):
            yield f"原文中“{counted}”的数字是“{others[0].text}”，不是“{fact.text}”"


def _counts(text: str) -> Iterator[tuple[str, Fact]]:
    """Each figure with the two letters right before it."""
    for fact in facts(text):
        before = _COUNTED.search(normalise(text[: fact.start]))
        if fact.kind == "figure" and before and _unit(fact):
            yield before.group(), fact


def _unit(fact: Fact) -> str:
    found = _UNIT.search(fact.key)
    return found.group() if found else ""
