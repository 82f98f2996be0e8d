"""Page furniture: what is printed on a page beside its articles. Pure.

Page numbers and edition lines in the margins, running heads that recur from page to page, the masthead of the first
page, imprint lines (责编, 校对, …) wherever they stand alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rag.layout.marks import back, onward
from rag.layout.page_frame import Placed, TextFrame, body_size, placed_lines
from rag.text import normalise
from rag.types import Line, Page

_MARGIN = 0.08  # of the page's height (and width): where page numbers and running heads stand
_HEAD = 0.32  # of the page's height: how far down a masthead reaches
_MASTHEAD_LINES = 10
_NAME = 0.75  # of the largest type of a masthead: smaller headlines in it may be titles
_LONGEST = 60  # characters of a line of furniture
_PAGE_NUMBER = re.compile(
    r"^(?:第\s*)?[-—–·•～~\s]*(?:\d{1,4}|[ABCD]\d{1,2})[-—–·•～~\s]*(?:页|版)?(?:\s*(?:/|，?共)\s*\d{1,4}\s*页?)?$"
)
_EDITION = re.compile(r"第\s*[\d一二三四五六七八九十]{1,3}\s*版|^[A-D]?\d{1,2}\s*版|^\d{1,2}$|^[A-D]\d{1,2}$")
_DAY = re.compile(r"\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|星期[一二三四五六日天]|农历")
_ISSUE = re.compile(
    r"第\s*[\d〇一二三四五六七八九十百]+\s*期(?:\s*[（(]|\s|$)|总\s*第|^\S{2,16}(?:主办|编印|主管)|内部资料|准印证|刊号|邮发代号"
)
_IMPRINT = re.compile(
    r"^[（(【]?\s*(?:本版|本报|本期)?\s*(?:责任编辑|责编|编辑|执行编辑|实习编辑|校对|美编|美术编辑|版式|排版|版面设计|组版|审校|审稿|审核|签发|值班\S{0,3}"
    r"|主编|副主编|总编辑?|编审|监印|终审|投稿邮箱|投稿信箱|电子邮箱|联系电话|地址|邮编|网址|电话|印刷)\s*[：:]"
)
_RECEIVERS = re.compile(
    r"^(?:主报|抄报|主送|抄送|报送|分送|报|送|发)\s*[：:]\s*\S|^印发\s*[：:]|[（(]\s*共印\s*\d+\s*份\s*[）)]$|\d日印发$"
)
_PAPER = re.compile(r"^\S{2,14}(?:简报|快报|周报|日报|晚报|报|通讯|快讯|动态|专刊|信息|月刊|期刊)$")


def furniture_rows(pages: Sequence[Page]) -> tuple[tuple[tuple[Line, ...], ...], ...]:
    """For each page the rows of furniture on it, each from left to right; lines without boxes are never among them."""
    body = body_size([line for page in pages for line in page.lines])
    frames = [TextFrame.of(page) for page in pages]
    placed = [placed_lines(page, body, frame) for page, frame in zip(pages, frames, strict=True)]
    recurring = _recurring(placed, frames)
    return tuple(
        tuple(_rows_of(_on_page(here, frame, recurring, first=n == 0), here))
        for n, (here, frame) in enumerate(zip(placed, frames, strict=True))
    )


def _on_page(
    placed: Sequence[Placed], frame: TextFrame, recurring: Counter[tuple[str, int]], *, first: bool
) -> set[int]:
    """Ids of the furniture among the lines of one page."""
    found: set[int] = set()
    for p in placed:
        text = p.line.text.strip()
        if len(text) > _LONGEST or onward(text) is not None or back(text) is not None:
            continue
        marginal = _in_margin(p, frame)
        if (
            (marginal and (_PAGE_NUMBER.match(text) or _EDITION.search(text)))
            or (_in_band(p, frame) and recurring[_key(p, frame)] > 1)
            or _IMPRINT.match(text)
            or _RECEIVERS.search(text)
        ):
            found.add(id(p))
    ends = [p for p in placed if _in_band(p, frame)]
    mates = [p for p in ends if id(p) in found]
    for p in ends:  # what stands in one row with an edition or a page number of the head is part of that head
        if len(p.line.text) <= _LONGEST and not p.headline and any(_one_row(p, q) for q in mates):
            found.add(id(p))
            mates.append(p)
    for p in ends:  # a date or an issue line at the very edge
        if len(p.line.text) <= _LONGEST and _DAY.search(p.line.text) and _alone(p, placed):
            found.add(id(p))
    return found | (_masthead(placed, frame) if first else set())


def _in_margin(p: Placed, frame: TextFrame) -> bool:
    x, y = (p.x0 + p.x1) / (2 * frame.width or 1), (p.y0 + p.y1) / (2 * frame.height or 1)
    return not (_MARGIN < y < 1 - _MARGIN and _MARGIN < x < 1 - _MARGIN)  # turned pages carry theirs at the side


def _in_band(p: Placed, frame: TextFrame) -> bool:
    """At the head or the foot of the page."""
    return not _MARGIN < (p.y0 + p.y1) / (2 * frame.height or 1) < 1 - _MARGIN


def _alone(p: Placed, placed: Sequence[Placed]) -> bool:
    """Nothing stands above it (at the head) or below it (at the foot) but other lines of its own row."""
    above = any(q.y1 <= p.y0 + 1 and not _one_row(p, q) for q in placed)
    below = any(q.y0 >= p.y1 - 1 and not _one_row(p, q) for q in placed)
    return not (above and below)


def _one_row(p: Placed, q: Placed) -> bool:
    return p is q or min(p.y1, q.y1) - max(p.y0, q.y0) > 0.5 * min(p.y1 - p.y0, q.y1 - q.y0)


def _key(p: Placed, frame: TextFrame) -> tuple[str, int]:
    """A line's words without its figures, and the end of the page it stands at."""
    return re.sub(r"[\d一二三四五六七八九十〇]+", "#", normalise(p.line.text)), int(p.y0 < frame.height / 2)


def _recurring(placed: Sequence[Sequence[Placed]], frames: Sequence[TextFrame]) -> Counter[tuple[str, int]]:
    """On how many pages each line of a head or a foot stands."""
    return Counter(
        key
        for here, frame in zip(placed, frames, strict=True)
        for key in {_key(p, frame) for p in here if _in_band(p, frame) and len(p.line.text) <= _LONGEST}
    )


def _masthead(placed: Sequence[Placed], frame: TextFrame) -> set[int]:
    """The name of the paper and its issue lines at the head of the first page (ids), empty when there are none."""
    head = [p for p in placed if p.y1 <= _HEAD * frame.height]
    issue = [p for p in head if len(p.line.text) <= _LONGEST and _ISSUE.search(p.line.text.strip())]
    if issue:
        last = max(issue, key=lambda p: p.y1)
        found = [p for p in placed if p.y0 < last.y1 - 0.3 * last.size and p.y1 <= last.y1 + last.size]
        found = [p for p in found if p.y1 <= last.y1 or _one_row(p, last)]
        found += _dated_rows(last, [p for p in head if p.y0 >= last.y1 - 1])
        found = [p for p in found if not _heads_text(p, max(q.size for q in found), placed)]
        short = all(len(p.line.text) <= _LONGEST for p in found)
        return {id(p) for p in found} if short and len(found) <= _MASTHEAD_LINES else {id(p) for p in issue}
    largest = max(head, key=lambda p: p.size, default=None)
    others = [p.size for p in placed if p is not largest]
    if largest is not None and largest.headline and _PAPER.match(normalise(largest.line.text)):
        higher = [p for p in placed if p.y1 <= largest.y0]
        if largest.size >= 1.2 * max(others, default=0.0) and not higher:
            return {id(largest)}
    return set()


def _heads_text(p: Placed, largest: float, placed: Sequence[Placed]) -> bool:
    """Whether a headline beside the masthead, of another page on the same sheet, stands right over its own text."""
    if not p.headline or p.size >= _NAME * largest:
        return False
    under = [q for q in placed if min(p.x1, q.x1) > max(p.x0, q.x0) and 0 <= q.y0 - p.y1 <= 1.5 * p.size]
    return any(not q.headline and not _DAY.search(q.line.text) and not _ISSUE.search(q.line.text) for q in under)


def _dated_rows(last: Placed, lower: Sequence[Placed]) -> list[Placed]:
    """The publisher and the date in the rows right below the issue line."""
    found: list[Placed] = []
    for p in sorted(lower, key=lambda p: p.y0):
        row = [q for q in lower if _one_row(p, q)]
        dated = any(_DAY.search(q.line.text) or _ISSUE.search(q.line.text.strip()) for q in row)
        if p in found:
            continue
        if p.headline or not dated or p.y0 - last.y1 > 2 * p.size:
            break
        found += row
        last = p
    return found


def _rows_of(found: set[int], placed: Sequence[Placed]) -> Iterator[tuple[Line, ...]]:
    rows: list[list[Placed]] = []
    for p in sorted((p for p in placed if id(p) in found), key=lambda p: (p.y0, p.x0)):
        if rows and _one_row(rows[-1][0], p):
            rows[-1].append(p)
        else:
            rows.append([p])
    for row in rows:
        yield tuple(p.line for p in sorted(row, key=lambda p: p.x0))
