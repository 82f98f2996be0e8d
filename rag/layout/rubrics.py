"""Rubrics that head no article: 「简讯」 over items without titles, 「导读」 over a list of contents. Pure."""

from __future__ import annotations

import re

_BRIEFS = re.compile(
    r"^(?:教育|校园|综合|各地|工作|基层|一周|每周|本地|县区|市县|学校)?"
    r"(?:简讯|短讯|短波|快讯|微新闻|简明新闻|一句话新闻|新闻简报|新闻集纳|信息速递|信息集锦|要闻速览)$"
)
_CONTENTS = re.compile(r"^(?:本期|今日|本报|本刊|版面|内容|新闻)?(?:导读|要目|目录|看点|内容提要|重点推荐)$")
_ITEM = re.compile(r"^(?:本[报刊台]讯|[●◆■▲★○◎□◇△☆•·►▶]|【[^】]{1,12}】|〔[^〕]{1,12}〕)")
_REFERENCE = re.compile(r"(?:第?\s*[A-D]?\d{1,2}\s*[版页]|[…．.·]{2,}\s*\d{1,3}|[（(]\d{1,2}[）)]|[►▶→☞]\s*\d{1,2})")
_ENTRY = 45  # characters of an entry at most, on the average
_WHITE = re.compile(r"\s+")


def heads_briefs(text: str) -> bool:
    """Whether a headline is 「简讯」, 「教育短波」 and the like: each item below is an article of its own, untitled."""
    return bool(_BRIEFS.match(_WHITE.sub("", text)))


def heads_contents(text: str) -> bool:
    """Whether a headline is 「导读」, 「目录」 and the like."""
    return bool(_CONTENTS.match(_WHITE.sub("", text)))


def is_item(text: str) -> bool:
    """Whether a paragraph opens as an item among others does: 「本报讯…」, 「●…」, 「【某县】…」."""
    return bool(_ITEM.match(text))


def is_listing(text: str) -> bool:
    """Whether a text is nothing but titles with the pages they stand on."""
    references = _REFERENCE.findall(text)
    return bool(references) and len(text) <= _ENTRY * len(references) and "。" not in text
