"""Blocks of a document → its articles, each with the title and the date that the source prints. Pure.

Titles are only ever found, never made up: an article without a printed one keeps "". Every character of the document
ends up in exactly one title or paragraph.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rag.articles.dating import Dated, Outside, Printed, article_dates
from rag.dates import date_mentions
from rag.layout.blocks import Block, Region
from rag.layout.continuations import joined, runs_on
from rag.layout.headlines import headings_of, headline_groups, is_subhead, is_subtitle
from rag.layout.marks import back, onward
from rag.layout.paragraphs import blocks
from rag.layout.rubrics import heads_briefs, heads_contents, is_item, is_listing
from rag.layout.wrapping import is_date_only, is_dateline
from rag.text import character_pairs, join_lines, normalise
from rag.types import Article, Page, Paragraph, Reading

_CLOSING = re.compile(
    r"(?:参加|出席|陪同|列席)(?:了)?(?:[\u4e00-\u9fff]{0,6}(?:会议|会|活动|培训|仪式|座谈|调研|检查|观摩|督导|交流)?)?。$"
    r"|[（(](?:本报)?(?:记者|通讯员|供稿|文/|图/|来源|作者|撰稿|据)?[^（）()。]{1,24}(?:供稿|供图|报道|摄影|文/图|整理)?[）)]$"
    r"|圆满(?:结束|落幕|成功)。$|落下帷幕。$"
)
_IN_BRACKETS = re.compile("[（(][^（）()]*[）)]")
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
    onward: int | None = None  # the page it goes on on
    brief: bool = False  # an item of several under one rubric

    @property
    def text(self) -> str:
        return "".join(block.text for block in self.body)

    @property
    def title_size(self) -> float:
        return max((block.size for block in self.title), default=0.0)

    @property
    def text_size(self) -> float:
        return next((block.size for block in self.body if block.kind == "body"), 0.0)

    @property
    def page(self) -> int:
        return next(block.paragraph.page for block in (*self.title, *self.body))

    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block.paragraph for block in self.body)


# ---------------------------------------------------------------- where articles begin


def _ended(draft: _Draft) -> bool:
    """Whether the draft reads as finished: a closing sentence, a byline in brackets, a date below. What stands alone
    below a title, as the number of minutes («（2024年第6次）»), is none."""
    last = draft.body[-1] if draft.body else None
    if last is None or (last is draft.body[0] and _IN_BRACKETS.fullmatch(last.text)):
        return False
    return bool(_CLOSING.search(last.text) or (last is not draft.body[0] and is_date_only(last.text)))


def _titles_something(group: Sequence[Block], after: Block | None, draft: _Draft | None) -> bool:
    """Whether headings open an article, rather than head a section or sign the article before."""
    if group[0].titles:
        return True
    if after is None or is_date_only(after.text):
        return False
    if group[0].size:
        return draft is None or not is_subhead(group, draft.title_size, draft.text_size)
    if draft is None or not any(block.kind == "body" for block in draft.body) or _ended(draft):
        return True
    return is_dateline(after.text) or (group[0].apart and not after.apart)


def _opens(block: Block, draft: _Draft) -> bool:
    """Whether a paragraph without a title begins an article: a dateline after a finished one, or a new report."""
    row = block.paragraph.header is not None
    if block.kind != "body" or row or not is_dateline(block.text) or not draft.body:
        return False
    if draft.title_size:
        return False  # set under a headline: what follows has one of its own
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


class _Splitter:
    """Deals the blocks of a document out to drafts of articles, in reading order."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.orphans: list[_Orphan] = []
        self.marks: list[Block] = []  # 下转, 上接, and headlines repeated where an article goes on
        self._open: dict[Region | None, _Draft] = {}  # what a frame, or the open page, goes on with
        self._last: _Draft | None = None
        self._resumed: _Draft | None = None  # what comes next in it goes on after a break
        self._rubric: tuple[Region | None, str] | None = (
            None  # the frame and the words of the rubric that was read last
        )

    def split(self, found: Sequence[Block]) -> None:
        groups = list(headline_groups(found))
        for position, group in enumerate(groups):
            after = groups[position + 1][0] if position + 1 < len(groups) else None
            current = self._current(group[0])
            if (page := onward(group[0].text)) is not None and current is not None:
                current.onward = page
                self.marks += group
            elif (page := back(group[0].text)) is not None:
                self._go_back(group[0], page, current)
            elif self._is_rubric(group):
                self._rubric = group[0].frame, group[0].text
                self.marks += group
            elif self._in_contents(group[0]):
                self.marks += group
            elif group[0].kind == "heading" and not (group[0].size and _MASTHEAD.search(group[0].text)):
                self._heading(group, after, current)
            else:
                self._text(group, after, current)

    @staticmethod
    def _is_rubric(group: Sequence[Block]) -> bool:
        text = "".join(block.text for block in group)
        return group[0].kind == "heading" and bool(group[0].size) and (heads_briefs(text) or heads_contents(text))

    def _in_contents(self, block: Block) -> bool:
        """Whether the block is part of a list of contents below its rubric."""
        if self._rubric is None or self._rubric[0] != block.frame or not heads_contents(self._rubric[1]):
            return False
        return is_listing(block.text)

    def _is_brief(self, block: Block, current: _Draft | None) -> bool:
        """Whether an item begins below a rubric of briefs: as others begin there, or each paragraph is one."""
        if self._rubric is None or self._rubric[0] != block.frame or not heads_briefs(self._rubric[1]):
            return False
        if current is None or not current.brief:
            return True
        return is_item(block.text) or not is_item(current.body[0].text)

    def _current(self, block: Block) -> _Draft | None:
        """The draft that text at this place goes on with. A frame without a headline of its own belongs to what stands
        around it; after a frame the open page goes on with its own article."""
        if block.frame in self._open:
            return self._open[block.frame]
        return self._last if block.frame is not None else None

    def _begin(self, draft: _Draft, frame: Region | None) -> None:
        self.drafts.append(draft)
        self._open[frame] = self._last = draft

    def _heading(self, group: list[Block], after: Block | None, current: _Draft | None) -> None:
        first = group[0]
        if self._rubric is not None and self._rubric[0] == first.frame:
            self._rubric = None
        if not first.size and not first.titles and (after is None or after.kind == "heading"):
            self.orphans.append(_Orphan(group, len(self.drafts), len(current.body) if current else 0))
        elif _titles_something(group, after, current) or (first.size and current is not self._open.get(first.frame)):
            self._begin(_Draft(title=group), first.frame)
        else:
            self._text(group, after, current)

    def _text(self, group: list[Block], after: Block | None, current: _Draft | None) -> None:
        if self._is_brief(group[0], current):
            self._begin(_Draft(body=list(group), brief=True), group[0].frame)
        elif current is None or _opens(group[0], current):
            self._begin(_Draft(body=list(group)), group[0].frame)
        elif current.title and not current.body and current.title_size and is_subtitle(group[0], current.title, after):
            current.title += group
        else:
            if current is self._resumed:
                group = [replace(group[0], resumes=True), *group[1:]]
            self._resumed = None
            current.body += group

    def _go_back(self, mark: Block, page: int, current: _Draft | None) -> None:
        """What follows `mark` goes on with the article that broke off on `page`; a headline above is repeated."""
        self.marks.append(mark)
        waiting = [draft for draft in self.drafts if draft.onward is not None and draft is not current]
        source = next((draft for draft in waiting if draft.page == page), waiting[0] if waiting else None)
        if source is None:
            return
        source.onward = None
        if current is not None and not current.body and current in self.drafts:
            self.drafts.remove(current)
            self.marks += current.title
        self._open[mark.frame] = self._last = self._resumed = source


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
    found = blocks(pages)
    splitter = _Splitter()
    splitter.split([block for block in found if block.kind != "furniture"])
    drafts = splitter.drafts
    _place_orphans(drafts, splitter.orphans)
    aside = (*(block for block in found if block.kind == "furniture"), *splitter.marks)
    furniture = tuple(sorted((block.paragraph for block in aside), key=lambda paragraph: paragraph.page))
    kept = [draft for draft in drafts if draft.title or draft.body]
    dates = article_dates(
        [_printed(draft) for draft in kept],
        [Outside(paragraph.page, paragraph.text) for paragraph in furniture],
        file_name,
        properties_date,
        today=today or dt.date.today(),
    )
    return Reading(tuple(_article(draft, dated) for draft, dated in zip(kept, dates, strict=True)), furniture)


def _article(draft: _Draft, dated: Dated | None) -> Article:
    headings = headings_of(draft.title) if draft.title else ()
    title = join_lines(heading.paragraph.text for heading in headings if heading.role == "title")
    paragraphs: list[Paragraph] = []
    for block in draft.body:
        if block.resumes and paragraphs and runs_on(paragraphs[-1], block.paragraph):
            paragraphs[-1] = joined(paragraphs[-1], block.paragraph)
        else:
            paragraphs.append(block.paragraph)
    return Article(title, dated[0] if dated else None, tuple(paragraphs), headings, dated[1] if dated else None)


def _printed(draft: _Draft) -> Printed:
    paragraphs = draft.paragraphs()
    first = draft.title[0].paragraph if draft.title else paragraphs[0]
    return Printed(first.page, tuple(b.text for b in draft.title), tuple(p.text for p in paragraphs))
