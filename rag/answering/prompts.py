"""What the answering model reads. Whether passages answer a question, and what the answer is, are asked at once:
passages and question, 是 or 否, and after 是 the answer. What to do is said before the passages, the question after
them: who has read a passage to say 是 writes from it at once, and of a second question about the same passages only the
question is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rag.answering.periods import meant_in
from rag.answers import Evidence
from rag.chat.llm import Message
from rag.layout.sections import sections_of
from rag.text import enumerators, sentences

YES: Final = "是"
NO: Final = "否"

_ORDER = "你是资料核对员。阅读下面的资料，判断资料里是否写明了问题的答案。只回答“是”或“否”。"
_ANSWER = f"{YES}。原句："

_OPENING = 60  # characters of a paragraph's first sentence shown with a passage from further down


def verdict(question: str, source: str) -> tuple[Message, ...]:
    """To be answered with 是 or 否: does the text hold the answer?"""
    return Message("system", _ORDER), Message("user", f"资料：\n{source}\n\n问题：{question}")


def writing(question: str, sources: Sequence[str]) -> tuple[Message, ...]:
    """To be gone on with by the answer. Several sources are numbered 【1】, 【2】 …; of one, this goes on after its
    `verdict`."""
    numbered = [f"【{number}】{source}" for number, source in enumerate(sources, 1)]
    shown = "\n".join(numbered) if len(sources) > 1 else sources[0]
    return *verdict(question, shown), Message("assistant", _ANSWER)


def source_text(evidence: Evidence) -> str:
    """The passage as the model sees it: which article, how its paragraph opens, the words themselves.

    A passage cut from a long paragraph (「四是……」) says neither who asks for it nor when; what 去年 means on the day
    of its article is said too. Only our own 【n】 may look like an evidence number, so those of the document are
    replaced. A table row stands under its column names.
    """
    passage = evidence.passage
    opening = ""
    if passage.start > 0:
        text = evidence.paragraph.text
        points = [place for place, _, _ in enumerators(text) if place > 0]  # what another point says is not its opening
        opening = text[: min(sentences(text)[0][1], _OPENING, passage.start, *points)] + "……"
    header = evidence.paragraph.paragraph.header
    if header:
        opening = f"{header}\n{opening}"
    return headed(evidence, opening + passage.text)


def headed(evidence: Evidence, text: str) -> str:
    """A text of the paragraph under its article's head, which says which article, of which day, what section, and what
    去年 means there."""
    return (_heading(evidence, text) + text).replace("【", "［").replace("】", "］")


def _heading(evidence: Evidence, text: str) -> str:
    article = evidence.article
    sections = "，".join(head.text for head in sections_of(evidence.paragraph, article))
    name = f"{article.label}{sections and f'，{sections}'}"
    if article.date is None:
        return f"（{name}）\n"
    meant = "，".join(f"“{words}”指{period}" for words, period in meant_in(text, article.date))
    return f"（{article.date}，{name}{meant and f'；文中{meant}'}）\n"
