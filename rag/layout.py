"""Pages of lines → paragraphs in reading order, each with the places where its lines are printed. Pure.

Lines with boxes are ordered by `rag.columns` and joined by indents, line ends and type sizes; lines without are joined
by `rag.wrapping`. No character other than white space is lost or added on the way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from typing import Literal

from rag.columns import HEADLINE, PrintedRow, body_size, columns
from rag.outline import outline
from rag.text import clean_line, joint
from rag.types import Fragment, Line, Page, Paragraph
from rag.wrapping import HEADED, OPEN_ENDED, OPENERS, is_date_only, is_dateline, is_final, paragraphs_of

Kind = Literal["body", "heading", "furniture"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph and how it was set. `size` is its type size in points, 0 without geometry.

    heading: set larger than the text, or (without geometry) a short line that stands alone and ends no sentence.
    furniture: page numbers. `apart`: more white space than usual stands before it. `titles`: `rag.outline` knows from
    the format that it titles an article.
    """

    paragraph: Paragraph
    kind: Kind = "body"
    size: float = 0.0
    apart: bool = False
    titles: bool = False

    @property
    def text(self) -> str:
        return self.paragraph.text


LONGEST_HEADING = 60  # characters
_HAN = re.compile("[\u4e00-\u9fff]")
_SENTENCE_INSIDE = re.compile(r"[。！？；]")
_CUE = re.compile(r"(?:指出|强调|要求|认为|表示|如下)$")
_PAGE_NUMBER = re.compile(r"^(?:第\s*)?[-—–·•\s]*\d{1,4}[-—–·•\s]*(?:页)?(?:\s*(?:/|，?共)\s*\d{1,4}\s*页?)?$")
_EDITION = re.compile(r"第\s*[\d一二三四五六七八九十]{1,3}\s*版")
_MARGIN = 0.08  # of the page's height: where page numbers stand


def looks_like_heading(text: str) -> bool:
    """Whether a short line that stands alone may be a title: some Chinese, no sentence, no opening words, no date."""
    return (
        len(text) <= LONGEST_HEADING
        and len(_HAN.findall(text)) >= 4
        and not _SENTENCE_INSIDE.search(text)
        and text[-1] not in "，、：:,;—"
        and not HEADED.match(text)
        and not _CUE.search(text)
        and not is_date_only(text)
        and not is_dateline(text)
    )


def make_paragraph(lines: Iterable[Line], page: int) -> Paragraph:
    """Cleans and joins printed lines; where all have boxes, keeps them as fragments that name each line's stretch.

    A table row is one line; the tabs between its cells stay. Confidence is the mean over the recognised characters.
    """
    text, fragments, placed = "", [], True
    weights: list[tuple[float, int]] = []
    header: str | None = None
    for line in lines:
        cleaned = clean_row(line.text) if line.header is not None else clean_line(line.text)
        if not cleaned:
            continue
        start = len(text) + len(joint(text, cleaned))
        text += joint(text, cleaned) + cleaned
        header = line.header if header is None else header
        if line.confidence is not None:
            weights.append((line.confidence, len(cleaned)))
        if line.box is None:
            placed = False
        else:
            fragments.append(Fragment(start, len(text), line.box))
    sure = sum(c * n for c, n in weights) / sum(n for _, n in weights) if weights else None
    return Paragraph(
        text, page, tuple(fragments) if placed else (), sure, None if header is None else clean_row(header)
    )


def clean_row(text: str) -> str:
    """A table row with each cell cleaned; cells stay parted by tabs, empty ones too."""
    return "\t".join(map(clean_line, text.split("\t"))).rstrip("\t")


# ---------------------------------------------------------------- without geometry


def _is_wrapped(entry: tuple[Line, Page]) -> bool:
    line, page = entry
    return page.wrapped and line.header is None


def _flowing_blocks(pages: Sequence[Page]) -> Iterator[Block]:
    entries = [(line, page) for page in pages for line in page.lines]
    for wrapped, run in groupby(entries, key=_is_wrapped):
        yield from (_wrapped_blocks if wrapped else _whole_blocks)([(line, page.number) for line, page in run])


def _whole_blocks(entries: Sequence[tuple[Line, int]]) -> Iterator[Block]:
    """Lines that are a paragraph each. The title of a document with one article comes first, whatever stands above it
    (the number of an official document): so the article begins with its first line."""
    entries = [(line, number) for line, number in entries if line.text.strip()]
    text = [(line, number) for line, number in entries if not line.furniture]
    found = outline([line for line, _ in text])
    titles = {i: n for title in found.titles for n, i in enumerate(title)}
    order = list(range(len(text)))
    if len(found.titles) == 1:
        order.sort(key=lambda i: i not in titles)
    for i in order:
        line, number = text[i]
        kind: Kind = "heading" if i in titles else "furniture" if i in found.furniture else "body"
        yield Block(make_paragraph([line], number), kind, apart=titles.get(i) == 0, titles=i in titles)
    for line, number in entries:
        if line.furniture:
            yield Block(make_paragraph([line], number), "furniture")


def _wrapped_blocks(lines: Sequence[tuple[Line, int]]) -> Iterator[Block]:
    for indices, apart in paragraphs_of([line.text for line, _ in lines]):
        rows = [make_paragraph([lines[i][0]], lines[i][1]) for i in indices]
        if 1 < len(rows) <= 3 and all(looks_like_heading(row.text) for row in rows):
            # two titles listed one below the other, or one title on two lines: left to whoever knows the articles
            yield from (Block(row, "heading", apart=apart and not n) for n, row in enumerate(rows))
            continue
        paragraph = make_paragraph((lines[i][0] for i in indices), lines[indices[0]][1])
        heading = len(indices) <= 3 and not is_final(paragraph.text) and looks_like_heading(paragraph.text)
        yield Block(paragraph, "heading" if heading else "body", apart=apart)


# ---------------------------------------------------------------- with geometry


@dataclass(frozen=True, slots=True)
class _SetRow:
    """A printed row and the edges of the column it stands in, in the frame of the text."""

    row: PrintedRow
    page: int
    column: int
    left: float
    right: float

    @property
    def text(self) -> str:
        return " ".join(part.line.text for part in self.row.parts)

    @property
    def size(self) -> float:
        return self.row.size

    @property
    def indented(self) -> bool:
        return self.row.x0 - self.left >= 1.2 * self.size

    @property
    def full(self) -> bool:
        return self.right - self.row.x1 < 1.2 * self.size


def _edges(column: Sequence[PrintedRow], lefts: Sequence[float], body: float) -> tuple[float, float]:
    """Left and right edge of the type in `column`. A column that holds but a paragraph's first line shows no left edge
    of its own: then the next edge to the left that other rows of the page share."""
    own = min(row.x0 for row in column)
    near = [x for x in lefts if own - 2.6 * body <= x < own - 1.2 * body]
    left = max(near) if near and len(column) == 1 else own
    widest = max(row.x1 for row in column)
    return left, widest


def _is_page_number(line: Line, page: Page) -> bool:
    box = line.box
    text = line.text.strip()
    if box is None or not (_PAGE_NUMBER.match(text) or (len(text) <= 30 and _EDITION.search(text))):
        return False
    x, y = (box.x0 + box.x1) / (2 * page.width or 1), (box.y0 + box.y1) / (2 * page.height or 1)
    return not (_MARGIN < y < 1 - _MARGIN and _MARGIN < x < 1 - _MARGIN)  # turned pages carry theirs at the side


def _set_rows(page: Page) -> Iterator[_SetRow]:
    body = body_size(page.lines)
    cut = columns(page)
    starts = Counter(round(row.x0) for column in cut for row in column)
    lefts = [float(x) for x, n in starts.items() if n >= 3]
    widths = [max(r.x1 for r in c) - min(r.x0 for r in c) for c in cut if len(c) >= 3]
    usual = max(widths, default=0.0) if len(set(map(round, widths))) < 3 else 0.0
    for number, column in enumerate(cut):
        left, right = _edges(column, lefts, body)
        if len(column) < 3 and usual:
            right = max(right, left + usual)  # too few rows to show where the column ends
        for row in column:
            yield _SetRow(row, page.number, number, left, right)


def _same_paragraph(a: _SetRow, b: _SetRow, body: float) -> bool:
    """Whether row `b` goes on with the paragraph that row `a` is part of."""
    if abs(a.size - b.size) > 0.08 * max(a.size, b.size):
        return False
    if a.text[-1] in OPENERS or b.text[0] in OPEN_ENDED:
        return True
    heading = a.size >= HEADLINE * body
    if a.column == b.column and a.page == b.page:
        if b.row.y0 - a.row.y1 > (0.8 if heading else 1.1) * a.size:
            return False
    elif heading:
        level = a.page == b.page and -0.1 * a.size <= b.row.y0 - a.row.y1 <= 0.8 * a.size
        return level and b.row.x0 < a.row.x1 and a.row.x0 < b.row.x1
    if heading:
        return True
    if b.indented and not a.indented:
        return False
    if is_final(a.text):
        return a.full and not b.indented
    return a.full or not b.indented


def _placed_blocks(pages: Sequence[Page]) -> Iterator[Block]:
    body = body_size([line for page in pages for line in page.lines])
    groups: list[list[_SetRow]] = []
    numbers: list[tuple[int, Block]] = []
    for page in pages:
        numbered = [line for line in page.lines if _is_page_number(line, page)]
        for line in numbered:
            paragraph = make_paragraph([line], page.number)
            numbers.append((page.number, Block(paragraph, "furniture", line.size)))
        for row in _set_rows(replace(page, lines=tuple(line for line in page.lines if line not in numbered))):
            if groups and _same_paragraph(groups[-1][-1], row, body):
                groups[-1].append(row)
            else:
                groups.append([row])
    # a page number follows the last paragraph that begins on its page
    for group, following in zip_longest(groups, groups[1:]):
        yield _block(group, body)
        while numbers and (following is None or numbers[0][0] < following[0].page):
            yield numbers.pop(0)[1]
    yield from (block for _, block in numbers)


def _block(group: Sequence[_SetRow], body: float) -> Block:
    parts = [part.line for row in group for part in row.row.parts]
    size = group[0].size
    kind: Kind = "heading" if size >= HEADLINE * body else "body"
    return Block(make_paragraph(parts, group[0].page), kind, size)


# ---------------------------------------------------------------- both


def _has_geometry(page: Page) -> bool:
    return any(line.box for line in page.lines)


def blocks(pages: Sequence[Page]) -> tuple[Block, ...]:
    """All text of `pages` as blocks in reading order."""
    found: list[Block] = []
    for placed, run in groupby(pages, key=_has_geometry):
        some = tuple(run)
        found.extend(_placed_blocks(some) if placed else _flowing_blocks(some))
        loose = [line for page in some for line in page.lines if placed and line.box is None and line.text.strip()]
        found.extend(Block(make_paragraph([line], some[-1].number)) for line in loose)
    return tuple(found)


def paragraphs(pages: Sequence[Page]) -> tuple[Paragraph, ...]:
    """The paragraphs of `pages` in reading order; with geometry, `fragments` tile each one's lines."""
    return tuple(block.paragraph for block in blocks(pages))
