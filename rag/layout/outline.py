"""Which lines of a document without geometry (Word, web page, Markdown) title an article. Pure.

Formats mark headings, but a heading titles an article only where the document holds several; «一、总体要求» or a
second-level heading of a notice is a part of it. The rules, simplest first:

1. Headings of the highest level title articles when there are several of them and they read like titles of their own:
   unnumbered, most of them as long as headlines are, each with text below. One level down, too, when the highest level
   is the name of a bulletin (教育简报, 第12期) and not the title of a report with long section headings.
2. Otherwise the document is one article. Its title is the first heading of the highest level if only opening lines
   (the issuer, the number of the document, a date) stand above it, and else the most conspicuous opening line.
3. Large type counts as a heading where the format marks none: Chinese office documents mostly set their titles so.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from rag.layout.wrapping import HEADED, is_date_only, is_dateline, is_final
from rag.text import HAN, clean_line
from rag.types import Line

LARGER = 1.15  # of the usual size: set to be seen
_LONGEST_TITLE = 60  # characters
_HEADLINE = 9  # Chinese characters; headings of sections (工作目标, 存在的问题) are mostly shorter, titles longer
_OPENING_LINES = 12
_HAN = re.compile(f"[{HAN}]")
_INSIDE = re.compile("[。！？；]")
_DOCUMENT_NUMBER = re.compile(
    r"[〔\[［【（(]\s*\d{4}\s*[〕\]］】）)]\s*第?\s*\d+\s*号|^第\s*[\d一二三四五六七八九十百]+\s*[期号]"
)
_MASTHEAD = re.compile(
    r"(?:简报|快报|通讯|通报|动态|信息|专报|要情|参考|周报|月报|日报|内参|文件|简讯)$|主办|编印|内部资料|准印证|责任编辑|刊号"
)
_SHORT_NAME = 12  # characters of a bulletin's name


@dataclass(frozen=True, slots=True)
class Outline:
    """Indices of lines. `titles`: the lines of each article's title, in order. `furniture`: lines above the first title
    of several articles, which belong to the issue and to none of them."""

    titles: tuple[tuple[int, ...], ...] = ()
    furniture: frozenset[int] = frozenset()


def outline(lines: Sequence[Line]) -> Outline:
    """The titles among `lines`, which are not blank."""
    level = _level_of(lines)
    levels = sorted({level(i) for i in range(len(lines))} - {0})
    groups = [_groups(lines, level, wanted) for wanted in levels[:2]]
    for depth, found in enumerate(groups):
        alone = depth == 0 or (len(groups[0]) == 1 and _is_issue(lines, found[0][0]))
        if alone and _several(lines, found):
            above = range(found[0][0])
            issue = all(_opens(lines[i]) for i in above) and len(above) <= _OPENING_LINES
            return Outline(tuple(found), frozenset(above) if issue else frozenset())
    unique = lines[groups[0][0][0]].heading == 1 and len(groups[0]) == 1 if groups else False
    title = _single(lines, groups[0][0] if groups else (), unique)
    return Outline((title,) if title else ())


def _level_of(lines: Sequence[Line]) -> Callable[[int], int]:
    """The level of each line: as the format marks it; where it marks none, 1 for short lines in the largest type."""
    if any(line.heading for line in lines):
        return lambda i: lines[i].heading if lines[i].header is None else 0
    usual = _usual_size(lines)
    large = [line.size for line in lines if line.size >= LARGER * usual and _may_title(line) and not _is_masthead(line)]
    top = max(large, default=0.0)
    return lambda i: int(0 < top * 0.95 <= lines[i].size and _may_title(lines[i]) and not _is_masthead(lines[i]))


def _usual_size(lines: Sequence[Line]) -> float:
    """The type size of most characters; infinite when no sizes are known."""
    sizes = [line.size for line in lines if line.size > 0 for _ in line.text]
    return statistics.median_low(sizes) if sizes else float("inf")


def _groups(lines: Sequence[Line], level: Callable[[int], int], wanted: int) -> list[tuple[int, ...]]:
    """Lines of one level, those that follow each other directly (a title on two lines) together."""
    groups: list[tuple[int, ...]] = []
    for i in range(len(lines)):
        if level(i) != wanted:
            continue
        last = groups[-1] if groups else ()
        if last and last[-1] == i - 1 and _goes_on([lines[j].text for j in (*last, i)]):
            groups[-1] = (*last, i)
        else:
            groups.append((i,))
    return groups


def _goes_on(texts: Sequence[str]) -> bool:
    """Whether the last of `texts` may be the next line of one title; a title of two lines has a long first one."""
    return (
        sum(map(len, texts)) <= _LONGEST_TITLE
        and not HEADED.match(texts[-1])
        and (len(_HAN.findall(texts[0])) >= _HEADLINE or texts[0].endswith("的"))
    )


def _several(lines: Sequence[Line], groups: Sequence[tuple[int, ...]]) -> bool:
    """Whether headings of one level title an article each."""
    if len(groups) < 2:
        return False
    texts = ["".join(clean_line(lines[i].text) for i in group) for group in groups]
    ends = [group[0] for group in groups[1:]] + [len(lines)]
    if any(end == group[-1] + 1 for group, end in zip(groups, ends, strict=True)):
        return False
    if any(HEADED.match(text) for text in texts):
        return False
    return statistics.median_low(len(_HAN.findall(text)) for text in texts) >= _HEADLINE


def _single(lines: Sequence[Line], first_heading: Sequence[int], unique: bool) -> tuple[int, ...]:
    """The lines of the one title, () when the document has none. `unique`: the heading is marked as the only one of
    the first level: then a table about the document (issuer, number, date) may stand above it."""
    if first_heading and not HEADED.match(lines[first_heading[0]].text):
        near = first_heading[0] <= _OPENING_LINES
        if (unique and near) or _only_opening(lines, 0, first_heading[0]):
            return _more_conspicuous(lines, first_heading[0]) or tuple(first_heading)
        return ()
    return _most_conspicuous(lines)


def _more_conspicuous(lines: Sequence[Line], heading: int) -> tuple[int, ...]:
    """A title in larger type above the first heading, which then only heads a section."""
    found = _most_conspicuous(lines)
    larger = found and found[0] < heading and lines[found[0]].size >= LARGER * lines[heading].size > 0
    return found if larger else ()


def _most_conspicuous(lines: Sequence[Line]) -> tuple[int, ...]:
    """The opening lines in the largest type, heavy type before light."""
    opening = list(takewhile(lambda i: _opens(lines[i]), range(min(_OPENING_LINES, len(lines)))))
    if len(opening) == len(lines):
        return ()  # nothing but short lines: a list, a form
    candidates = [i for i in opening if _may_title(lines[i])]
    named = [i for i in candidates if not _is_masthead(lines[i])] or candidates
    if not named:
        return ()
    best = max((lines[i].size, lines[i].bold) for i in named)
    start = next(i for i in named if (lines[i].size, lines[i].bold) == best)
    title = [start]
    for i in range(start + 1, len(opening)):
        together = i in named and (lines[i].size, lines[i].bold) == best
        if not together or sum(len(lines[j].text) for j in (*title, i)) > _LONGEST_TITLE:
            break
        title.append(i)
    return tuple(title)


def _is_issue(lines: Sequence[Line], end: int) -> bool:
    """Whether the lines before `end` are the masthead of a bulletin."""
    above = range(end)
    return _only_opening(lines, 0, end) and any(
        _is_masthead(lines[i]) or _DOCUMENT_NUMBER.match(clean_line(lines[i].text)) for i in above
    )


def _only_opening(lines: Sequence[Line], start: int, end: int) -> bool:
    return end - start <= _OPENING_LINES and all(_opens(lines[i]) for i in range(start, end))


def _opens(line: Line) -> bool:
    """Whether a line may stand above or in a title: short, no sentence, no salutation, no table."""
    text = line.text.strip()
    return (
        line.header is None
        and len(text) <= _LONGEST_TITLE
        and not is_final(text)
        and text[-1] not in "，、：:"
        and (is_date_only(text) or not is_dateline(text))
        and not HEADED.match(text)
    )


def _may_title(line: Line) -> bool:
    text = clean_line(line.text)
    return (
        _opens(line)
        and len(_HAN.findall(text)) >= 2
        and not _INSIDE.search(text)
        and not _DOCUMENT_NUMBER.search(text)
        and not is_date_only(text)
        and not re.search(r"[：:]", text[:6])  # 来源：…, 签发人：…
    )


def _is_masthead(line: Line) -> bool:
    text = clean_line(line.text)
    return len(text) <= _SHORT_NAME + 8 * ("文件" in text[-2:]) and bool(_MASTHEAD.search(text))
