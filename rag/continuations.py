"""Articles that go on on another page, by the marks 「（下转第2版）」 and 「（上接第1版）」. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.blocks import mean_confidence
from rag.numerals import NARROW, chinese_number
from rag.text import joint
from rag.types import Paragraph
from rag.wrapping import is_final

_NUMBER = r"第?\s*[A-D]?(?P<page>\d{1,3}|[一二三四五六七八九十]{1,3})\s*[版页]"


def _mark(words: str) -> re.Pattern[str]:
    return re.compile(rf"^[（(【\[▲●■★◆→]*\s*(?:{words})\s*{_NUMBER}[^。，；]{{0,24}}?[）)】\]]?$")


_ONWARD = _mark("下转|紧转|转入|转")
_BACK = _mark("上接|紧接|接")


def onward(text: str) -> int | None:
    """The page that 「（下转第2版）」 sends the reader to; None for any other text."""
    return _page(_ONWARD.match(text.translate(NARROW)))


def back(text: str) -> int | None:
    """The page that 「（上接第1版）」 comes from; None for any other text."""
    return _page(_BACK.match(text.translate(NARROW)))


def _page(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    return int(match["page"]) if match["page"].isdecimal() else chinese_number(match["page"])


def runs_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph broken off at the mark goes on behind it."""
    return not is_final(before.text) and before.header is None and after.header is None


def joined(before: Paragraph, after: Paragraph) -> Paragraph:
    """Both as one paragraph; the fragments keep their places."""
    between = joint(before.text, after.text)
    shift = len(before.text) + len(between)
    moved = tuple(replace(f, start=f.start + shift, end=f.end + shift) for f in after.fragments)
    sure = [(p.confidence, len(p.text)) for p in (before, after) if p.confidence is not None]
    placed = bool(before.fragments and after.fragments)
    fragments = (*before.fragments, *moved) if placed else ()
    return Paragraph(before.text + between + after.text, before.page, fragments, mean_confidence(sure))
