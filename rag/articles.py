"""Blocks of a document → its articles, each with the title and the date that the source prints. Pure.

Titles are only ever found, never made up: an article without a printed one keeps "". Every character of the document
ends up in exactly one title or paragraph.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.blocks import Block
from rag.dates import date_mentions
from rag.dating import Outside, Printed, article_dates
from rag.layout import LONGEST_HEADING, blocks
from rag.text import character_pairs, join_lines, normalise
from rag.types import Article, Heading, Page, Paragraph, Reading
from rag.wrapping import is_date_only, is_dateline

_CLOSING = re.compile(
    r"(?:参加|出席|陪同|列席)(?:了)?(?:[\u4e00-\u9fff]{0,6}(?:会议|会|活动|培训|仪式|座谈|调研|检查|观摩|督导|交流)?)?。$"
    r"|[（(](?:本报)?(?:记者|通讯员|供稿|文/|图/|来源|作者|撰稿|据)?[^（）()。]{1,24}(?:供稿|供图|报道|摄影|文/图|整理)?[）)]$"
    r"|圆满(?:结束|落幕|成功)。$|落下帷幕。$"
)
_ISSUE = r"第\s*[\d一二三四五六七八九十百]+\s*期"
_MASTHEAD = re.compile(rf"{_ISSUE}(?:\s*[（(]|$)|总{_ISSUE}|^\S{{2,12}}主办|编印|内部资料|准印证|责任编辑|刊号")
_SIGNATURE = re.compile(
    r"^(?:(?!召开|举行|举办|开展|启动|印发|发布|关于)\S){2,20}"
    r"(?:局|委|委员会|办公室|中心|学校|中学|小学|幼儿园|部|厅|政府|党组|教研室|领导小组|学院|协会)$"
)
_EVENT = re.compile("召开|举行|举办|开展|启动|开班|印发|发布|赴|到|深入|组织|完成")
_MATCH = 0.5  # share of a title's character pairs that its article's opening must hold
_OPENING = 120  # characters of an article that its title is compared with


@dataclass(slots=True)
class _Draft:
    title: list[Block] = field(default_factory=list)
    body: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(block.text for block in self.body)

    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block.paragraph for block in self.body if block.kind != "furniture")


# ---------------------------------------------------------------- where articles begin


def _groups(found: Sequence[Block]) -> Iterator[list[Block]]:
    """Headings that belong together as one list, every other block in a list of its own."""
    group: list[Block] = []
    for block in found:
        joins = (
            group
            and block.kind == "heading"
            and not block.apart
            and abs(block.size - group[-1].size) < 0.5
            and sum(len(b.text) for b in group) + len(block.text) <= LONGEST_HEADING
            and not any(_MASTHEAD.search(b.text) for b in (group[-1], block))
        )
        if group and not joins:
            yield group
            group = []
        group.append(block)
        if block.kind != "heading":
            yield group
            group = []
    if group:
        yield group


def _ended(draft: _Draft) -> bool:
    """Whether the draft reads as finished: a closing sentence, a byline in brackets, a date below."""
    last = next((block for block in reversed(draft.body) if block.kind != "furniture"), None)
    return last is not None and bool(
        _CLOSING.search(last.text) or (last is not draft.body[0] and is_date_only(last.text))
    )


def _titles_something(group: Sequence[Block], after: Block | None, draft: _Draft | None) -> bool:
    """Whether headings open an article, rather than head a section or sign the article before."""
    if group[0].titles:
        return True
    if after is None or is_date_only(after.text):
        return False
    if group[0].size:
        return True
    if draft is None or not any(block.kind == "body" for block in draft.body) or _ended(draft):
        return True
    return is_dateline(after.text) or (group[0].apart and not after.apart)


def _opens(block: Block, draft: _Draft) -> bool:
    """Whether a paragraph without a title begins an article: a dateline after a finished one, or a new report."""
    if block.kind != "body" or not is_dateline(block.text) or not draft.body:
        return False
    if _ended(draft):
        return True
    first = next((b for b in draft.body if b.kind == "body"), None)
    if draft.title or first is None or not is_dateline(first.text):
        return False
    opening = block.text.split("。", 1)[0]
    return bool(_EVENT.search(opening)) and _day(first.text) != _day(block.text)


def _day(text: str) -> str:
    return next((m.key for m in date_mentions(text) if m.day), "")


@dataclass(frozen=True, slots=True)
class _Orphan:
    """Headings that stand over no article: `place` paragraphs into draft number `draft` (0: before the first)."""

    group: list[Block]
    draft: int
    place: int


def _drafts(found: Sequence[Block]) -> tuple[list[_Draft], list[_Orphan]]:
    """Articles as they follow each other, and the headings that stand over none of them."""
    drafts: list[_Draft] = []
    orphans: list[_Orphan] = []
    groups = list(_groups(found))
    for position, group in enumerate(groups):
        following = (groups[i][0] for i in range(position + 1, len(groups)))
        after = next((block for block in following if block.kind != "furniture"), None)
        current = drafts[-1] if drafts else None
        if group[0].kind == "heading" and not (group[0].size and _MASTHEAD.search(group[0].text)):
            if not group[0].size and not group[0].titles and (after is None or after.kind == "heading"):
                orphans.append(_Orphan(group, len(drafts), len(current.body) if current else 0))
            elif _titles_something(group, after, current):
                drafts.append(_Draft(title=group))
            else:
                _body(drafts).extend(group)
        elif current is None or _opens(group[0], current):
            drafts.append(_Draft(body=list(group)))
        else:
            current.body.extend(group)
    return drafts, orphans


def _body(drafts: list[_Draft]) -> list[Block]:
    if not drafts:
        drafts.append(_Draft())
    return drafts[-1].body


# ---------------------------------------------------------------- titles that stand elsewhere


def overlap(title: str, draft_text: str) -> float:
    """Share of the title's character pairs that the opening of the text holds."""
    pairs = character_pairs(normalise(title))
    return len(pairs & character_pairs(normalise(draft_text[:_OPENING]))) / len(pairs) if pairs else 0.0


def _best(title: str, drafts: Sequence[_Draft]) -> int | None:
    """The untitled draft whose opening clearly repeats `title`."""
    scored = sorted(((overlap(title, d.text), i) for i, d in enumerate(drafts) if not d.title), reverse=True)
    runner_up = scored[1][0] if len(scored) > 1 else 0.0
    if not scored or scored[0][0] < max(_MATCH, runner_up + 0.1):
        return None
    return None if _MASTHEAD.search(title) or _SIGNATURE.match(title) else scored[0][1]


def _place_orphans(drafts: list[_Draft], orphans: Sequence[_Orphan]) -> None:
    """Gives each stray heading to the untitled article whose opening repeats it; else it stays where it stands."""
    if orphans and not drafts:
        drafts.append(_Draft())
    for orphan in reversed(orphans):  # backwards, so that places stay true
        group = orphan.group
        singly = [_best(block.text, drafts) for block in group]
        whole = _best(join_lines(block.text for block in group), drafts)
        if None not in singly and len(set(singly)) == len(group):
            for block, home in zip(group, singly, strict=True):
                drafts[home or 0].title = [block]
        elif whole is not None:
            drafts[whole].title = list(group)
        else:
            body = drafts[max(orphan.draft - 1, 0)].body
            body[orphan.place : orphan.place] = group


# ---------------------------------------------------------------- all together


def read_articles(
    pages: Sequence[Page], file_name: str = "", properties_date: str = "", today: dt.date | None = None
) -> Reading:
    """The articles of a document in reading order, and its furniture. A date is None when nothing tells the day.

    Args:
        pages: all pages of the document.
        file_name: may tell the date of the issue.
        properties_date: the day the file's own properties give, YYYY-MM-DD, or "".
        today: what the file says of itself is not believed beyond it (default: the clock's day).
    """
    drafts, orphans = _drafts(blocks(pages))
    _place_orphans(drafts, orphans)
    furniture = tuple(block.paragraph for draft in drafts for block in draft.body if block.kind == "furniture")
    kept = [draft for draft in drafts if draft.title or draft.paragraphs()]
    dates = article_dates(
        [_printed(draft) for draft in kept],
        [Outside(paragraph.page, paragraph.text) for paragraph in furniture],
        file_name,
        properties_date,
        today=today or dt.date.today(),
    )
    found = tuple(
        Article(
            join_lines(block.text for block in draft.title),
            dated[0] if dated else None,
            draft.paragraphs(),
            tuple(Heading("title", block.paragraph) for block in draft.title),
            dated[1] if dated else None,
        )
        for draft, dated in zip(kept, dates, strict=True)
    )
    return Reading(found, furniture)


def _printed(draft: _Draft) -> Printed:
    paragraphs = draft.paragraphs()
    first = draft.title[0].paragraph if draft.title else paragraphs[0]
    return Printed(first.page, tuple(b.text for b in draft.title), tuple(p.text for p in paragraphs))
