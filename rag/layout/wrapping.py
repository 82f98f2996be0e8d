"""Paragraphs of text that comes without geometry, told from line lengths, indents, blank lines and opening words. Pure.

Printed columns are broken into lines of nearly one width, so a line that had room for what follows it was ended on
purpose. Widths are estimates for the neighbourhood of a line, since one file may hold columns of several widths, and
carry a tolerance, since justified type squeezes punctuation and stretches spaces.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.dates import date_mentions
from rag.text import CLOSERS, clean_line, is_wide, width

UNWRAPPED = 60.0  # cells; no printed column is wider, so a longer line was never broken
_PLAUSIBLE = 15.0  # cells; without other signs, a shorter line is not taken for one that was broken
REACH = 6  # lines looked at before and after one
_ENOUGH = 3  # lines that make a measure
_SLACK = 0.7
_SQUEEZE = 2.5  # cells by which squeezed punctuation lets a line exceed its measure
_INDENT = 1.5
_STANDALONE = 0.65  # of the column's width; a shorter line without a full stop stands alone (a subtitle)

OPENERS = "（(“‘《〈「『【〔"  # nothing ends after these
OPEN_ENDED = "，、。；：！？）)”’》〉」』】〕%％"  # nothing begins with these

_FINAL = re.compile(rf"[。！？!?…；;][{re.escape(CLOSERS)}]*$")
_OPEN_END = re.compile(r"[，、,：:；;—\-（(“‘《「]$")
HEADED = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十百]+[章节条]|\d{1,2}[.．、](?!\d))"
)
_SAYS = "指出|强调|要求|认为|表示|提出|明确"
_OPENS = re.compile(
    rf"^(?:(?:会议|大会|全会|座谈会|培训会|活动|仪式|调研)(?:{_SAYS}|期间|还|听取|传达|决定|上|中|最后)|会上|会后|会前|期间[，,]"
    rf"|[\u4e00-\u9fff]{{2,3}}(?:指出|强调|要求|表示)[，,：:]|近日[，,]|日前[，,]|本报讯|据悉[，,]|据了解[，,])"
)
_DATELINE = re.compile(
    r"^(?:本报讯)?\s*(?:[（(][^）)]{1,20}[）)])?\s*(?:\d{4}年)?\d{1,2}月\d{1,2}(?:日|[—\-－~～至]{1,2}\d{1,2}日)"
)
_BYLINE = re.compile(r"^[（(]?(?:来源|作者|记者|通讯员|责任编辑|责编|编辑|审核|供稿|发布时间|发布日期)[：: ]")
_RULE = re.compile(r"^[\-—=*＊_·~～─━]{3,}$")


@dataclass(frozen=True, slots=True)
class Row:
    """One printed line: its cleaned text, width and indent in cells, and how many blank lines stand before it."""

    index: int  # among all the lines given, blank ones included
    text: str
    width: float
    indent: float
    blanks: int
    stretched: bool  # spaces between most characters: justified, hence a full line

    @property
    def final(self) -> bool:
        return bool(_FINAL.search(self.text)) and not self.text.endswith(("；", ";"))


def is_dateline(text: str) -> bool:
    """Whether a paragraph opens as reports do: 「3月21—22日，…」, 「本报讯（记者 某某）3月25日，…」."""
    return bool(_DATELINE.match(text))


def is_date_only(text: str) -> bool:
    """「2024年3月25日」 or 「（2024年3月25日）」 alone, perhaps with the day of the week."""
    mentions = date_mentions(text)
    if not mentions or mentions[0].day is None:
        return False
    rest = text[: mentions[0].start] + text[mentions[-1].end :]
    return not re.sub(r"[（()）\s，,]|星期[一二三四五六日天]", "", rest)


def is_final(text: str) -> bool:
    """Whether `text` ends as a finished sentence does."""
    return bool(_FINAL.search(text))


def rows_of(lines: Sequence[str]) -> tuple[Row, ...]:
    rows: list[Row] = []
    blanks = 0
    for index, line in enumerate(lines):
        text = clean_line(line)
        if not text:
            blanks += 1
            continue
        lead = line[: len(line) - len(line.lstrip())]
        indent = sum(1.0 if c == "\u3000" else 2.0 if c == "\t" else 0.5 for c in lead)
        words = line.split()
        stretched = len(words) > 5 and sum(len(w) <= 2 for w in words) > 0.8 * len(words)
        rows.append(Row(index, text, width(text), indent, blanks, stretched))
        blanks = 0
    return tuple(rows)


def _first_unit(text: str) -> float:
    """Width of what could have moved up to the line before: one wide character or one Latin word, and its closers."""
    end = 1
    if not is_wide(text[0]):
        while end < len(text) and not is_wide(text[end]) and text[end] != " ":
            end += 1
    while end < len(text) and text[end] in CLOSERS + "，。、；：！？":
        end += 1
    return width(text[:end])


class _Column:
    """The measure of the lines around one line, and what follows from it."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._measures: dict[tuple[int, int], float] = {}
        gaps = [row.blanks > 0 for row in rows[1:]]
        self.double_spaced = sum(gaps) >= 0.7 * len(gaps) if gaps else False
        indents = sorted(row.indent for row in rows)
        self.margin = indents[int(0.15 * len(indents))] if indents else 0.0
        self.indented = sum(i >= self.margin + _INDENT for i in indents) >= 2

    def measure(self, start: int, end: int) -> float:
        """Remembered form of `_measure`: neighbouring rows ask for the same stretches."""
        known = self._measures.get((start, end))
        if known is None:
            known = self._measures[start, end] = self._measure(start, end)
        return known

    def _measure(self, start: int, end: int) -> float:
        """The width to which lines `start:end` are set: the upper middle of the longer ones."""
        near = [i for i in range(max(0, start), min(end, len(self.rows))) if self.rows[i].width <= UNWRAPPED]
        widths = sorted(self._used(i) for i in near)
        if not widths:
            return 0.0
        pairs = [b for a, b in pairwise(widths) if b - a <= 2.5]  # one line alone (a heading) sets no measure
        top = pairs[-1] if pairs else widths[-1]
        # a first line may have lost its indent, so others are asked
        inner = [self._used(i) for i in near if i and not self.rows[i - 1].final]
        longer = [w for w in inner if 0.8 * top <= w <= top]
        return statistics.median_high(longer) if len(longer) >= _ENOUGH else top

    def _used(self, i: int) -> float:
        return self.rows[i].width + self.rows[i].indent - self.margin

    def supported(self, i: int, measure: float) -> bool:
        """Whether lines set to `measure` stand around row `i` without a break: then width may have broken it."""
        found = 0
        for way in (-1, 1):
            for j in range(i + way, i + way * (REACH + 1), way):
                if not 0 <= j < len(self.rows):
                    break
                row = self.rows[j]
                if row.stretched or -3.0 <= self._used(j) - measure <= _SQUEEZE:
                    found += 1
                elif not row.final or row.width > measure:
                    break
        return found >= (2 if len(self.rows) > 5 else 1)

    def room(self, i: int, first: bool) -> float | None:
        """How much of its line row `i` left empty that row `i + 1` could have used; judged by the kinder side.

        None when the neighbourhood shows no lines of one width, so that nothing tells where a line would be broken.
        """
        row, after = self.rows[i], self.rows[i + 1]
        used = self._used(i) + _first_unit(after.text)
        if first and not self.indented:
            used += 2.0  # the indent of a first line is lost in most text taken from print
        measures = []
        if i >= _ENOUGH:
            measures.append(self.measure(i - REACH, i))
        if len(self.rows) - i > _ENOUGH:
            measures.append(self.measure(i + 1, i + 1 + REACH))
        measures = measures or [self.measure(i - REACH, i + 1 + REACH)]
        rooms = [m - used for m in measures if row.width <= m + _SQUEEZE and self.supported(i, m)]
        if row.stretched and rooms:
            return 0.0
        return min(rooms, default=None)

    def is_list_of_paragraphs(self, i: int) -> bool:
        """Around row `i` nearly every line ends a sentence: one paragraph per line, never broken."""
        near = self.rows[max(0, i - REACH) : i + REACH + 1]
        return not self.indented and sum(r.final for r in near) >= 0.6 * len(near)

    def breaks(self, i: int, first: bool) -> bool:
        """Whether a paragraph ends between rows `i` and `i + 1`; `first`: row `i` is the first of its paragraph."""
        a, b = self.rows[i], self.rows[i + 1]
        if max(a.width, b.width) > UNWRAPPED or self.is_list_of_paragraphs(i):
            return True
        if b.indent >= self.margin + _INDENT or any(map(_stands_alone, (a.text, b.text))):
            return True
        if a.text[-1] in OPENERS or b.text[0] in OPEN_ENDED:
            return False
        room = self.room(i, first)
        if room is None:
            if a.final or b.blanks:
                return True
            likely = a.width >= _PLAUSIBLE and b.width <= a.width + 2
            return not (self.indented or a.text[-1] in "，、" or likely)
        measure = max(self.measure(i - REACH, i + 1), self.measure(i, i + 1 + REACH))
        if b.blanks > self.double_spaced and (a.final or first or room > _SLACK):
            return True
        if not a.final:
            return self._title_ends(a, b, first, room, measure)
        if room > _SLACK or HEADED.match(b.text) or is_dateline(b.text):
            return True
        return not self.indented and self._looks_indented(i + 1)

    @staticmethod
    def _title_ends(a: Row, b: Row, first: bool, room: float, measure: float) -> bool:
        if _OPEN_END.search(a.text):
            return False
        if first and (is_dateline(b.text) or HEADED.match(b.text)) and room > -3.0:
            return True
        return room > measure * (1 - _STANDALONE)

    def _looks_indented(self, i: int) -> bool:
        """Row `i` is short by an indent the text has lost: surely so, or about so with words that open paragraphs."""
        row = self.rows[i]
        measures = [self.measure(i - REACH, i)] if i >= _ENOUGH else []
        if len(self.rows) - i >= _ENOUGH or not measures:
            measures.append(self.measure(i, i + REACH + 1))
        short = min(measures) - row.width
        return short >= 0.4 if _OPENS.match(row.text) else short >= 1.9 and not row.final and not row.stretched


def _stands_alone(text: str) -> bool:
    return bool(_RULE.match(text) or _BYLINE.match(text)) or (len(text) <= 24 and is_date_only(text))


def paragraphs_of(lines: Sequence[str]) -> tuple[tuple[tuple[int, ...], bool], ...]:
    """`lines` (raw, blank ones included) as paragraphs: the indices of each one's lines, and whether more white space
    than usual stands before it. Every line that is not blank is in exactly one paragraph."""
    rows = rows_of(lines)
    column = _Column(rows)
    groups: list[tuple[list[int], bool]] = []
    for i, row in enumerate(rows):
        if i and not column.breaks(i - 1, first=len(groups[-1][0]) == 1):
            groups[-1][0].append(row.index)
        else:
            groups.append(([row.index], row.blanks > column.double_spaced))
    return tuple((tuple(indices), apart) for indices, apart in groups)
