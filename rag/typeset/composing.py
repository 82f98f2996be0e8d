"""A briefing as blocks of text: numbers of headings, marks of evidence, the masthead, the list of evidence (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from pathlib import PurePath

from rag.answers import SILENT, Citation
from rag.briefings import Briefing, BriefingStatement, Footnotes, Form, Section, footnotes
from rag.typeset.blocks import Block, Composition, Run, Table
from rag.typeset.characters import MISSING, printable
from rag.typeset.form import (
    AFTER_TABLE,
    BODY,
    CELL_INSET,
    COLUMN_HEAD,
    EVIDENCE,
    EVIDENCE_TITLE,
    HEADINGS,
    NOTE,
    TEXT_WIDTH,
    TITLE,
    Face,
)
from rag.typeset.masthead import MastheadWords, foot, head, read_words
from rag.typeset.titles import ems, in_lines

_COUNT = "一二三四五六七八九十"
_COUNTED = re.compile(rf"[（(]?[{_COUNT}\d]+[)）.、．]|[{_COUNT}](是|要|抓)|第[{_COUNT}\d]+|首先")
UNTITLED = "（无标题）"
LEFT_OUT = "（从略）"  # in the place of a side of a comparison, when not `SILENT`


class EvidenceIn(Enum):
    """Where the evidence of each sentence is named; the value is what a user chooses by."""

    SHEET = "依据清单"  # on a second sheet
    NOTES = "脚注"  # at the foot of the page
    NOWHERE = "不附依据"


def compose(
    briefing: Briefing, evidence: EvidenceIn = EvidenceIn.SHEET, words: MastheadWords | None = None
) -> Composition:
    """Everything in `briefing.sections` set out, marked 〔未核实〕 or 〔人工撰写〕 where it is not supported."""
    known = footnotes(briefing)
    words = words or read_words()
    page: list[Block | Table] = [*(head(briefing.masthead, words) if briefing.masthead else ())]
    page.append(Block(TITLE, (Run(in_lines(shown_title(briefing))),)))
    page.extend(_Page(known, evidence).sections(briefing.sections))
    page.extend(foot(briefing.masthead, words) if briefing.masthead else ())
    entries = [entry(citation) for citation in known.citations]
    sheet, notes = [], []
    if evidence is EvidenceIn.SHEET and entries:
        sheet = [Block(EVIDENCE_TITLE, (Run("依据清单"),))]
        sheet += [Block(EVIDENCE, (Run(f"[{n}] {text}"),)) for n, text in enumerate(entries, 1)]
    elif evidence is EvidenceIn.NOTES:
        notes = [Block(NOTE, (Run(text),)) for text in entries]
    return Composition(shown_title(briefing), tuple(page), tuple(notes), tuple(sheet))


def shown_title(briefing: Briefing) -> str:
    return printable(briefing.title) or UNTITLED


def numbered_headings(sections: Iterable[Section]) -> list[str]:
    """The headings as printed, numbered 一、 and （一） where there is more than one of a level; "" for none."""
    sections = list(sections)
    shown, counts = [], [0, 0]
    many = sum(1 for section in sections if section.heading and section.level == 1) > 1
    for section in sections:
        heading = printable(section.heading)
        if heading and section.level == 1:
            counts = [counts[0] + 1, 0]
            heading = f"{numeral(counts[0])}、{heading}" if many else heading
        elif heading:
            counts[1] += 1
            heading = f"（{numeral(counts[1])}）{heading}"
        shown.append(heading)
    return shown


def numeral(n: int) -> str:
    """1 … 99 in Chinese."""
    tens, ones = divmod(n, 10)
    head_of = "" if not tens else "十" if tens == 1 else f"{_COUNT[tens - 1]}十"
    return head_of + (_COUNT[ones - 1] if ones else "")


def entry(citation: Citation) -> str:
    """What an entry of the evidence says: bulletin, date, page, article, quote."""
    article, day = citation.article, citation.article.date
    name = printable(PurePath(citation.document.name).stem) or citation.document.id
    bulletin = name if name.startswith("《") else f"《{name}》"
    date = f"{day.year}年{day.month}月{day.day}日" if day else "日期不详"
    label = printable(article.label)
    titled = f"《{label}》" if article.title and not label.startswith("《") else label
    return f"{bulletin}{date}，第{citation.paragraph.page}页，{titled}：“{printable(citation.quote)}”"


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence with its place in the order of the page."""

    number: int
    statement: BriefingStatement


def paragraphs(section: Section, first: int) -> Iterator[tuple[str, list[Shown]]]:
    """The paragraphs of a section: (words that open it, its sentences). first: number of its first sentence."""
    shown = [Shown(first + n, statement) for n, statement in enumerate(section.statements)]
    if section.form in (Form.POINTS, Form.TASKS):
        points = list(_points(shown) if section.form is Form.POINTS else ([one] for one in shown))
        counted = len(points) < 2 or any(_COUNTED.match(point[0].statement.text) for point in points)
        for n, point in enumerate(points, 1):
            yield ("" if counted else f"{n}. "), point
        return
    for n, (group, members) in enumerate(groupby(shown, lambda one: one.statement.group), 1):
        name = printable(group)
        opening = name if section.form is Form.LED else f"（{numeral(n)}）{name}" if section.form is Form.SIDES else ""
        yield (opening if name else ""), list(members)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A comparison: the two names, and its sentences in rows; `instead` says what stands in a cell that has none."""

    names: tuple[str, str]
    rows: tuple[tuple[tuple[Shown, ...], tuple[Shown, ...]], ...]
    instead: tuple[str, str]


def side_by_side(section: Section, first: int) -> SideBySide | None:
    """A section set in two columns; None for others. first: number of its first sentence."""
    if not section.sides:
        return None
    numbers = {statement.key: first + n for n, statement in enumerate(section.statements)}
    rows = ((_numbered(left, numbers), _numbered(right, numbers)) for left, right in section.rows)
    left, right = section.sides
    return SideBySide(
        (printable(left) or MISSING, printable(right) or MISSING),
        tuple(rows),
        (_instead(section, left), _instead(section, right)),
    )


def _numbered(cell: Sequence[BriefingStatement], numbers: Mapping[tuple[str, str], int]) -> tuple[Shown, ...]:
    return tuple(Shown(numbers[one.key], one) for one in cell)


def _instead(section: Section, side: str) -> str:
    return SILENT if side in section.silent else LEFT_OUT


def _column_head(name: str) -> str:
    """In two lines where it is too long for one: what comes after «至» in the second."""
    long = ems(name) * COLUMN_HEAD.size > TEXT_WIDTH / 2 - 2 * CELL_INSET
    return name.replace("至", "\n至", 1) if long and not name.startswith("至") else name


def _points(shown: Iterable[Shown]) -> Iterator[list[Shown]]:
    """Neighbours of one group, a point and its particulars, together; what has no group alone."""
    for group, members in groupby(shown, lambda one: one.statement.group):
        if group:
            yield list(members)
        else:
            yield from ([one] for one in members)


def duty_text(statement: BriefingStatement) -> str:
    """Who must do it and by when, as put behind a task; "" where nothing is known."""
    duty = statement.duty
    if duty is None:
        return ""
    parts = [f"责任单位：{printable(duty.who)}" if duty.who else "", f"时限：{printable(duty.due)}" if duty.due else ""]
    told = "；".join(part for part in parts if part)
    return f"（{told}）" if told else ""


class _Page:
    """Writes the sections; keeps which footnotes have been called, since Word calls each once."""

    def __init__(self, known: Footnotes, evidence: EvidenceIn) -> None:
        self.known, self.evidence = known, evidence
        self.called: set[int] = set()

    def sections(self, sections: Sequence[Section]) -> Iterator[Block | Table]:
        first = 0
        for number, (section, heading) in enumerate(zip(sections, numbered_headings(sections), strict=True)):
            if heading:
                yield Block(HEADINGS[section.level - 1], (Run(heading, heading=number),))
            if sides := side_by_side(section, first):
                yield self._table(sides)
                yield Block(AFTER_TABLE, ())
            else:
                for opening, shown in paragraphs(section, first):
                    yield from self._paragraph(section, opening, shown)
            if printable(section.note):
                yield Block(BODY, (Run(printable(section.note)),))
            first += len(section.statements)

    def _table(self, sides: SideBySide) -> Table:
        left, right = map(_column_head, sides.names)
        heads = Block(COLUMN_HEAD, (Run(left),)), Block(COLUMN_HEAD, (Run(right),))
        rows = [
            (self._cell(mine, sides.instead[0]), self._cell(others, sides.instead[1])) for mine, others in sides.rows
        ]
        return Table(heads, tuple(rows))

    def _cell(self, shown: Sequence[Shown], instead: str) -> tuple[Block, ...]:
        if not shown:
            return (Block(BODY, (Run(instead),)),)
        return tuple(Block(BODY, tuple(self._sentence(one, task=False))) for one in shown)

    def _paragraph(self, section: Section, opening: str, shown: Sequence[Shown]) -> Iterator[Block]:
        runs: list[Run] = []
        if opening and section.form is Form.SIDES:
            yield Block(HEADINGS[1], (Run(opening),))
        elif opening and section.form is Form.LED:
            runs.append(Run(f"{opening}。", Face.SUBHEADING))
        elif opening:
            runs.append(Run(opening))
        for one in shown:
            runs.extend(self._sentence(one, section.form is Form.TASKS))
        yield Block(BODY, tuple(runs))

    def _sentence(self, shown: Shown, task: bool) -> Iterator[Run]:
        statement, number = shown.statement, shown.number
        yield Run(printable(statement.text) or MISSING, sentence=number)
        if task and duty_text(statement):
            yield Run(duty_text(statement), sentence=number)
        if statement.mark:
            yield Run(f"〔{statement.mark}〕", Face.HEADING, sentence=number)
        numbers = self.known.of(statement)
        if not numbers or self.evidence is EvidenceIn.NOWHERE:
            return
        if self.evidence is EvidenceIn.SHEET:
            yield Run(f"[{','.join(map(str, numbers))}]", raised=True, sentence=number)
            return
        for n, note in enumerate(numbers):
            if n:
                yield Run(",", raised=True, sentence=number)
            yield Run(str(note), raised=True, sentence=number, note=0 if note in self.called else note)
            self.called.add(note)
