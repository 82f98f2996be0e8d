"""How much a sentence has to do with a topic, by its wording. Pure."""

from __future__ import annotations

import re
from typing import Final

from rag.text import letter_pairs

_LEAST: Final = 0.33  # share of the topic's character pairs from which a sentence is about it
_OF_THE_POINT: Final = 0.9  # what a sentence has of its point's relevance
_OF_THE_ARTICLE: Final = 0.5  # and of its article's: a meeting on the topic need not name it in every demand
_ASKING = re.compile(
    r"[，。？?！!“”《》、\s]|有关|相关|关于|情况|工作|哪些|什么|如何|怎样|怎么|要求|部署|对比|比较|请|汇总|摘要|[的了和与及]"
)


class Topic:
    """What a briefing is about, in the user's words; "" for everything."""

    def __init__(self, words: str) -> None:
        self._pairs = set().union(*(letter_pairs(part) for part in _ASKING.split(words) if part)) or letter_pairs(words)

    def relevance(self, text: str, head: str = "", article: str = "") -> float:
        """0 for a sentence beside the topic, up to 1.

        head: the sentence that names the point it belongs to. article: what its article is called.
        """
        if not self._pairs:
            return 1.0
        found = max(self._share(text), _OF_THE_POINT * self._share(head), _OF_THE_ARTICLE * self._share(article))
        return found if found >= _LEAST else 0.0

    def _share(self, text: str) -> float:
        return len(self._pairs & letter_pairs(text)) / len(self._pairs)
