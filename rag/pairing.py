"""Which sentences of two lists are about the same matter, so that they can stand in one row. Pure.

A sentence may stand beside another for one content word that hardly any other sentence of its side has (双减), not for
what all of them say. That two stand in a row claims nothing about them; the order of each list stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.text import tagged_words

Row = tuple[range, range]

_LEAST: Final = 0.25  # of the content of the shorter of two sentences that the other must share
_CONTENT: Final = frozenset("najilsv")  # first letters of jieba's tags
_GENERAL_WORDS = """
工作 会议 全市 全县 全区 全省 全年 今年 要求 强调 指出 召开 加强 做好 推进 落实 提高 提升 强化 抓好 深化 健全
完善 开展 实施 实行 完成 坚持 加快 促进 确保 努力 全力 狠抓 持续 进一步 扎实 认真 切实 积极 全面 任务 重点 建设
发展 水平 质量 责任 机制 力度 成绩 取得 实现 达到 进行 组织 管理 制度 措施 问题 情况 各级 部门 单位 百分点 一要
二要 三要 四要 五要 六要 七要 八要 九要 十要
"""
_GENERAL: Final = frozenset(_GENERAL_WORDS.split())


def rows(left: Sequence[str], right: Sequence[str]) -> list[Row]:
    """The sentences of both lists in rows, as ranges of their places; together they tile both lists in order.

    A row begins where two sentences share a matter, or are the same. No row lacks one side unless that list is empty.
    """
    starts = [(0, 0), *(pair for pair in _pairs(left, right) if 0 not in pair), (len(left), len(right))]
    return [(range(first[0], after[0]), range(first[1], after[1])) for first, after in pairwise(starts)]


def _pairs(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs that share most, in the order of both lists: as a longest common subsequence is found."""
    sides = [[_content(text) for text in texts] for texts in (left, right)]
    weights = _weights(sides)
    shared = [
        [1.0 if left[i] == right[j] else _share(one, other, weights) for j, other in enumerate(sides[1])]
        for i, one in enumerate(sides[0])
    ]
    best: dict[tuple[int, int], tuple[float, list[tuple[int, int]]]] = {}
    for i in range(len(left), -1, -1):
        for j in range(len(right), -1, -1):
            if i == len(left) or j == len(right):
                best[i, j] = 0.0, []
                continue
            ways = [best[i + 1, j], best[i, j + 1]]
            if shared[i][j] >= _LEAST:
                after = best[i + 1, j + 1]
                ways.append((after[0] + shared[i][j], [(i, j), *after[1]]))
            best[i, j] = max(ways, key=lambda way: way[0])
    return best[0, 0][1]


@lru_cache(maxsize=1024)  # a page is laid out many times while it is fitted
def _content(text: str) -> frozenset[str]:
    words = tagged_words(text.encode("utf-8", "ignore").decode())  # the segmenter takes no lone surrogates
    return frozenset(
        word.text
        for word in words
        if len(word.text) > 1 and word.tag[:1] in _CONTENT and word.text not in _GENERAL and not word.text[0].isdigit()
    )


def _weights(sides: Sequence[Sequence[frozenset[str]]]) -> Mapping[str, float]:
    """A word counts by its length, much less where several sentences of one side have it."""
    counts = [Counter(word for content in side for word in content) for side in sides]
    words = counts[0].keys() | counts[1].keys()
    return {word: len(word) / max(count[word] for count in counts) ** 2 for word in words}


def _share(one: frozenset[str], other: frozenset[str], weights: Mapping[str, float]) -> float:
    """The share of the lighter one's content that both have."""
    lighter = min(sum(weights[word] for word in content) for content in (one, other))
    return sum(weights[word] for word in one & other) / lighter if lighter else 0.0
