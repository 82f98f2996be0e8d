"""The marks 「（下转第2版）」 and 「（上接第1版）」, by which articles go on on another page. Pure."""

from __future__ import annotations

import re

from rag.numerals import NARROW, chinese_number

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
