"""Headlines: which printed lines make one headline, and which of them is the title. Pure.

A newspaper sets a smaller kicker (引题) above a title and a smaller subtitle (副题) below it; a subhead (小标题) stands
within an article's text and opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.layout.blocks import Block
from rag.layout.paragraphs import LONGEST_HEADING
from rag.layout.wrapping import HEADED
from rag.types import Heading

_SAME = 0.06  # share by which the type of one title may differ
_SUBHEAD = 0.85  # of the title's type: a headline so much smaller, within the text, is a subhead
_TITLE = 1.45  # of the text's type: a headline so large is always a title
_APART = 1.3  # the same for one that stands over columns, not in one
_NEAR = 1.6  # type sizes between the parts of one headline
_DASH = re.compile("^(?:——|--|—|─)")
_SHORT = 40  # characters of a subtitle set in the type of the text
_SHORTER = 26  # the same of one without a dash
_LARGER = 1.02  # of the text's type
_STOP = re.compile("[，。；：！？]")
_BYLINE = re.compile("^[□■◎○●▲◆★]|本报|本刊|记者|通讯员|作者|供稿|摄影|来源|整理|编者按|^[（(]|\\d{1,2}月\\d{1,2}日")


def headline_groups(found: Sequence[Block]) -> Iterator[list[Block]]:
    """Blocks that make one headline as one list, every other block in a list of its own."""
    group: list[Block] = []
    for block in found:
        if group and not _joins(group, block):
            yield group
            group = []
        group.append(block)
        if block.kind != "heading":
            yield group
            group = []
    if group:
        yield group


def _joins(group: Sequence[Block], block: Block) -> bool:
    last = group[-1]
    if block.kind != "heading" or block.frame != last.frame:
        return False
    if not block.size:  # no geometry: a list of titles, or one title on two lines
        return (
            not block.apart and not last.size and sum(len(b.text) for b in group) + len(block.text) <= LONGEST_HEADING
        )
    if HEADED.match(block.text) or last.paragraph.page != block.paragraph.page or not _below(last, block):
        return False
    sizes = [b.size for b in group]
    rising, falling = block.size >= sizes[-1] * (1 - _SAME), block.size <= sizes[-1] * (1 + _SAME)
    fallen = sizes[-1] < max(sizes) * (1 - _SAME)
    if rising and not falling:  # the title below its kicker; after a subtitle another headline begins
        return not fallen and len(block.text) <= LONGEST_HEADING
    return sum(len(b.text) for b in group if abs(b.size - block.size) <= _SAME * block.size) <= LONGEST_HEADING


def _below(above: Block, below: Block) -> bool:
    """Whether two printed headlines stand one right below the other."""
    if above.area is None or below.area is None:
        return True
    overlap = min(above.area[2], below.area[2]) - max(above.area[0], below.area[0])
    return overlap > 0 and below.area[1] - above.area[3] <= _NEAR * max(above.size, below.size)


def headings_of(group: Sequence[Block]) -> tuple[Heading, ...]:
    """The parts of one headline, told by their type: the largest is the title."""
    largest = max(block.size for block in group)
    titles = [n for n, block in enumerate(group) if block.size >= largest * (1 - _SAME)]
    first, last = titles[0], titles[-1]
    return tuple(
        Heading("kicker" if n < first else "subtitle" if n > last else "title", block.paragraph)
        for n, block in enumerate(group)
    )


def is_subhead(group: Sequence[Block], title_size: float, text_size: float) -> bool:
    """Whether a headline within the text of an article heads a part of it.

    Args:
        group: the headline.
        title_size: type of the article's own title in points, 0 when it has none.
        text_size: type of its text in points, 0 when it has none yet.
    """
    size = max(block.size for block in group)
    if not title_size or not text_size:
        return False
    least = _APART if any(block.apart for block in group) else _TITLE
    return size < _SUBHEAD * title_size and (size < least * text_size or bool(HEADED.match(group[0].text)))


def is_subtitle(block: Block, title: Sequence[Block], after: Block | None) -> bool:
    """Whether a line in the type of the text, or hardly larger, right below a title goes on with it: 「——记某某学校」,
    or a short line without any stop that stands over the columns or is set larger than the text below it."""
    if len(block.text) > _SHORT or block.text[-1] in "。！？；":
        return False
    if _DASH.match(block.text):
        return True
    if len(block.text) > _SHORTER or _STOP.search(block.text) or _BYLINE.search(block.text) or HEADED.match(block.text):
        return False
    larger = after is not None and block.size >= _LARGER * after.size
    return (block.apart or larger) and block.area is not None and _below(title[-1], block)
