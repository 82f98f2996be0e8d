"""What the answering model writes when it is simply asked for a briefing of a meeting, beside ours.

How much of what must be said is said, how much of what is said no source holds, and how long it takes.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.report import Figures
from rag.briefings import Briefing
from rag.chat.llm import ChatModel, Message
from rag.settings import PROGRAM_FOLDER
from rag.statements.checking import problems
from rag.text import sentences
from rag.types import StoredArticle

CHECKLIST = PROGRAM_FOLDER / "tests" / "briefings" / "lvliang-2024-03.json"  # by number of the article
_COLUMNS = ("必写的", "写到", "句", "原文不支持", "字", "秒")
_LONGEST = 700  # tokens
_ORDER = "你是机关办公室的工作人员，负责编写会议简报。"
_REQUEST = (
    "请根据下面的报道写一份会议简报，不超过一页纸（约550字），分“会议概况”“主要精神”“部署要求”三部分，"
    "部署要求要逐条写全，数字和名称不得改动，不写报道以外的内容。\n\n报道：\n"
)
_LEAD = re.compile(r"^[\s#*\-—·•\d.、一二三四五六七八九十（）()]*|\*\*")


@dataclass(frozen=True, slots=True)
class Said:
    """The sentences of a briefing, those of them that the article does not hold, and the seconds it took."""

    sentences: tuple[str, ...]
    unsupported: tuple[str, ...]
    seconds: float


def plain(article: StoredArticle, chat: ChatModel) -> Said:
    """What the model writes."""
    started = time.perf_counter()
    source = "\n".join(paragraph.text for paragraph in article.paragraphs)
    session = chat.start((Message("system", _ORDER), Message("user", _REQUEST + source)))
    text = ""
    while not session.ended and session.answer_tokens < _LONGEST:
        text += "".join(session.write("\n。"))
    seconds = time.perf_counter() - started
    pieces = (line[start:end] for line in text.splitlines() for start, end in sentences(line))
    said = tuple(filter(None, map(_clean, pieces)))
    year = article.date.year if article.date else None
    return Said(said, tuple(one for one in said if problems(one, source, title=article.title, year=year)), seconds)


def ours(briefing: Briefing) -> Said:
    said = tuple(statement.text for statement in briefing.statements)
    return Said(said, tuple(s.text for s in briefing.statements if not s.supported), briefing.making.seconds)


def covered(said: Said, wanted: Mapping[str, Sequence[Sequence[str]]]) -> tuple[int, int]:
    """How many of the things that must be said are, all words of one in one sentence, and how many there are."""
    items = [words for part in wanted.values() for words in part]
    return sum(any(all(word in text for word in words) for text in said.sentences) for words in items), len(items)


def compared(rows: Sequence[tuple[str, int, Said]]) -> Figures:
    """rows: what is compared (Chinese), number of the article, what was said."""
    checklist = json.loads(CHECKLIST.read_text("utf-8"))
    made = []
    for label, number, said in rows:
        found, all_of_it = covered(said, checklist[str(number)])
        length = sum(map(len, said.sentences))
        made.append((label, (all_of_it, found, len(said.sentences), len(said.unsupported), length, said.seconds)))
    return Figures("plain", "会议简报：简问 与 直接让模型写", _COLUMNS, tuple(made))


def _clean(sentence: str) -> str:
    """Without bullets and stars; "" for headings, which state nothing."""
    text = _LEAD.sub("", sentence).strip()
    return text if re.search(r"[。！？；]$", text) else ""
