"""What the answering model reads. Whether passages answer a question, and what the answer is, are asked in one
conversation: passages and question, 是 or 否, and after 是 the order to write. Who has read a passage to say 是 reads
only that order before it writes from it, and a second question about the same passages only the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.answering.periods import meant_in
from rag.answers import Evidence
from rag.chat.llm import Message
from rag.text import sentences
from rag.types import StoredArticle

YES: Final = "是"
NO: Final = "否"

_ORDER = "你是资料核对员。阅读下面的资料，判断资料里是否写明了问题的答案。"
_ANSWERED = "这段资料里写明了问题的答案吗？只回答“是”或“否”。"
_WRITE = "请从资料里摘抄回答这个问题的原句，不改字，不加别的话；问“哪些”时把要点逐条抄全，每条一句。"

_OPENING = 60  # characters of a paragraph's first sentence shown with a passage from further down


def verdict(question: str, source: str) -> tuple[Message, ...]:
    """To be answered with 是 or 否: does the text hold the answer?"""
    request = f"资料：\n{source}\n\n问题：{question}\n{_ANSWERED}"
    return Message("system", _ORDER), Message("user", request)


def writing(question: str, sources: Sequence[str]) -> tuple[Message, ...]:
    """To be answered with the answer. Several sources are numbered 【1】, 【2】 …; of one, this goes on after its
    `verdict`."""
    numbered = [f"【{number}】{source}" for number, source in enumerate(sources, 1)]
    shown = "\n".join(numbered) if len(sources) > 1 else sources[0]
    return *verdict(question, shown), Message("assistant", YES), Message("user", _WRITE)


def source_text(evidence: Evidence) -> str:
    """The passage as the model sees it: which article, how its paragraph opens, the words themselves.

    A passage cut from a long paragraph (「四是……」) says neither who asks for it nor when; what 去年 means on the day
    of its article is said too. Only our own 【n】 may look like an evidence number, so those of the document are
    replaced. A table row stands under its column names.
    """
    passage, article = evidence.passage, evidence.article
    opening = ""
    if passage.start > 0:
        start, end = sentences(evidence.paragraph.text)[0]
        opening = evidence.paragraph.text[start : min(end, start + _OPENING, passage.start)] + "……"
    header = evidence.paragraph.paragraph.header
    if header:
        opening = f"{header}\n{opening}"
    return headed(article, opening + passage.text)


def headed(article: StoredArticle, text: str) -> str:
    """A text of an article under its head, which says which article, of which day, and what 去年 means there."""
    return (_heading(article, text) + text).replace("【", "［").replace("】", "］")


def _heading(article: StoredArticle, text: str) -> str:
    if article.date is None:
        return f"（{article.label}）\n"
    meant = "，".join(f"“{words}”指{period}" for words, period in meant_in(text, article.date))
    return f"（{article.date}，{article.label}{meant and f'；文中{meant}'}）\n"
