"""A question that asks for a section by its heading («……有哪些保障措施？», where «五、保障措施» stands over four
points): the section is the answer, whole. Pure.

It does where every word of the heading stands in the question, and every other word of the question in the article's
title, in a title quoted above its first section (a reply names the proposal it replies to), or in the headings above:
«食堂有哪些工作要求？» asks for less than what stands under «四、工作要求».
"""

from __future__ import annotations

from typing import Final

from rag.answers import Evidence
from rag.layout.sections import SectionHead, heads_of, inside, sections_of
from rag.statements.facts import facts
from rag.statements.premises import of_another_year
from rag.statements.roles import pieces
from rag.text import enumerator, normalise, tagged_words
from rag.types import StoredArticle

_LOOSE_IN_HEADS: Final = frozenset({"工作", "主要", "重点", "具体", "相关", "有关", "切实", "全面", "进一步"})
_LOOSE_IN_QUESTIONS: Final = _LOOSE_IN_HEADS | {
    *("哪些", "哪几个", "什么", "怎样", "怎么", "如何", "请问", "列出", "包括", "包含", "分别", "规定", "提出", "明确"),
    *("方案", "通知", "意见", "办法", "文件", "规划", "计划", "条例", "纲要", "行动", "内容", "方面", "要点"),
    *("做好", "抓好", "完成", "做了", "开展", "落实", "部署", "需要", "应当", "应该"),
    *("全市", "我市", "本市", "全县", "我县", "全区", "我区", "我们"),
    *("关于", "对于", "其中", "一共", "总共", "对比", "比较"),
}
_MOST: Final = 20  # sentences of a section that is given whole; of a longer one its points are named


def asked_section(question: str, evidence: Evidence) -> SectionHead | None:
    """The heading over the passage that the question asks for, the innermost if there are several; of another year than
    the question's none."""
    if of_another_year(question, evidence):
        return None
    article = evidence.article
    sections, asked = sections_of(evidence.paragraph, article), normalise(question)
    called = _called(article) if sections else ""
    others = [word for word in _words(question) if word not in _LOOSE_IN_QUESTIONS]
    for place in range(len(sections) - 1, -1, -1):
        there = normalise(called + "".join(head.text for head in sections[: place + 1]))
        words = _words(sections[place].name)
        named = [word for word in words if word not in _LOOSE_IN_HEADS] or words
        if named and all(word in asked for word in named) and all(word in there for word in others):
            return sections[place]
    return None


def _called(article: StoredArticle) -> str:
    """What the article is called: its title, or its first words, and the titles quoted above its first section."""
    first = heads_of(article)[0].number
    opening = "".join(stored.text for stored in article.paragraphs[:first])
    quoted = "".join(fact.text for fact in facts(opening) if fact.kind == "title")
    return (article.title or article.paragraphs[0].text) + quoted


def _words(text: str) -> list[str]:
    """What says what it is about: words of two characters and more, no dates and numbers."""
    return [
        normalise(word.text) for word in tagged_words(text) if len(word.text) > 1 and word.tag not in ("t", "m", "x")
    ]


def section_sentences(article: StoredArticle, head: SectionHead) -> list[tuple[int, int, int]]:
    """What stands under the heading: (place of the paragraph, start, end) of each sentence and each heading further in;
    of a section with very many only what its points begin with."""
    found = [
        (place, start, end) for place in inside(article, head) for start, end in pieces(article.paragraphs[place].text)
    ]
    if len(found) <= _MOST:
        return found
    openings = [one for one in found if one[1] == 0]
    counted = [one for one in openings if enumerator(article.paragraphs[one[0]].text)]
    return counted or openings or found
