"""Pages of lines → paragraphs in reading order, each with the places where its lines are printed. Pure.

Lines with boxes are ordered by `rag.layout.columns` and joined by indents, line ends and type sizes; lines
without are joined by `rag.layout.wrapping`. No character other than white space is lost or added on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from rag.layout.blocks import Block, Kind, make_paragraph
from rag.layout.outline import outline
from rag.layout.printed import printed_blocks
from rag.layout.wrapping import HEADED, is_date_only, is_dateline, is_final, paragraphs_of
from rag.types import Line, Page, Paragraph

LONGEST_HEADING = 60  # characters
_HAN = re.compile("[\u4e00-\u9fff]")
_SENTENCE_INSIDE = re.compile(r"[。！？；]")
_CUE = re.compile(r"(?:指出|强调|要求|认为|表示|如下)$")


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


# ---------------------------------------------------------------- both


def _has_geometry(page: Page) -> bool:
    return any(line.box for line in page.lines)


def blocks(pages: Sequence[Page]) -> tuple[Block, ...]:
    """All text of `pages` as blocks in reading order."""
    found: list[Block] = []
    for placed, run in groupby(pages, key=_has_geometry):
        some = tuple(run)
        found.extend(printed_blocks(some) if placed else _flowing_blocks(some))
        loose = [line for page in some for line in page.lines if placed and line.box is None and line.text.strip()]
        found.extend(Block(make_paragraph([line], some[-1].number)) for line in loose)
    return tuple(found)


def paragraphs(pages: Sequence[Page]) -> tuple[Paragraph, ...]:
    """The paragraphs of `pages` in reading order; with geometry, `fragments` tile each one's lines."""
    return tuple(block.paragraph for block in blocks(pages))
