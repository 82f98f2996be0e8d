"""Blocks into lines with places, as Word and LibreOffice will set them (pure). Points from the top left corner.

What makes that certain: every length is a whole number of twips, line spacing is exact, there is no widow control, no
squeezed punctuation, and the faces' widths are known beforehand. The few ways in which the programs still differ are
`breaking.WORD` and `breaking.LIBREOFFICE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from rag.types import Box
from rag.typeset.blocks import Block, Composition, Run, Table
from rag.typeset.breaking import WORD, Program
from rag.typeset.cutting import (
    RULE_ROOM,
    TABLE_END,
    Broken,
    BrokenTable,
    Glyph,
    TableLine,
    Width,
    calls,
    standard_width,
)
from rag.typeset.form import (
    BLACK,
    CELL_FOOT,
    LEADING,
    LEFT,
    TABLE_RULE,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TOP,
    Style,
)

NOTE_RULE = 22.0  # the line above the footnotes, with its white space: LibreOffice takes more than Word
SLACK, SLACK_ABOVE_NOTES = 3.0, 15.0  # left free above what stands at the foot: programs differ a little


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of text on a page: `top` of its `style.leading` points of height. last: it ends its block."""

    page: int
    top: float
    style: Style
    glyphs: tuple[Glyph, ...]
    last: bool = True

    @property
    def text(self) -> str:
        return "".join(glyph.char for glyph in self.glyphs)

    @property
    def baseline(self) -> float:
        """Where exact spacing puts it: four fifths down the line."""
        return self.top + 0.8 * self.style.leading


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the text, or between columns."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float
    colour: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything with its place. body_pages: pages of the briefing itself; the sheet of evidence follows on them.

    lines_left: how many more lines of running text the last page of the briefing would hold. foot_space: white space
    above what stands at the foot; foot_alone: that has a page of its own.
    """

    lines: tuple[SetLine, ...]
    rules: tuple[Rule, ...]
    body_pages: int
    pages: int
    lines_left: int = 0
    foot_space: float = 0.0
    foot_alone: bool = False

    def boxes(self) -> dict[int, list[Box]]:
        """Where each sentence stands, by its number: one box a line."""
        return self._boxes_by(lambda run: run.sentence)

    def headings(self) -> dict[int, list[Box]]:
        """Where the heading of each section stands, by the number of the section: one box a line."""
        return self._boxes_by(lambda run: run.heading)

    def _boxes_by(self, number_of: Callable[[Run], int | None]) -> dict[int, list[Box]]:
        found: dict[int, list[Box]] = {}
        for line in self.lines:
            for number, group in groupby(line.glyphs, lambda glyph: number_of(glyph.run)):
                glyphs = list(group)
                if number is not None:
                    right = max(glyph.x + glyph.width for glyph in glyphs)
                    box = Box(line.page, glyphs[0].x, line.top, right, line.top + line.style.leading)
                    found.setdefault(number, []).append(box)
        return found


def set_blocks(work: Composition, width: Width = standard_width, program: Program = WORD) -> Layout:
    """The whole composition laid out: the page with its notes, what stands at its foot, the sheet of evidence."""
    notes = [Broken(_with_number(n, block), width, program) for n, block in enumerate(work.notes, 1)]
    flow = _Flow(1, notes)
    flow.take(
        [
            BrokenTable(part, width, program) if isinstance(part, Table) else Broken(part, width, program)
            for part in work.body
        ]
    )
    lines_left = flow.lines_left()
    foot = [Broken(block, width, program) for block in work.foot]
    lines_left = min(lines_left, flow.stand_at_foot(foot)) if foot else lines_left
    flow.place_notes()
    body_pages = flow.page
    sheet = _Flow(body_pages + 1, ())
    if work.sheet:
        sheet.take([Broken(block, width, program) for block in work.sheet])
    return Layout(
        lines=(*flow.lines, *sheet.lines),
        rules=(*flow.rules, *sheet.rules),
        body_pages=body_pages,
        pages=sheet.page if work.sheet else body_pages,
        lines_left=lines_left,
        foot_space=flow.foot_space,
        foot_alone=flow.foot_alone,
    )


def _with_number(n: int, block: Block) -> Block:
    """A footnote as it is printed: Word writes its number by itself."""
    return replace(block, runs=(Run(f"{n} "), *block.runs))


class _Flow:
    """Fills pages from the top. `y` is how far the current one is filled, `held` the height of its footnotes."""

    def __init__(self, page: int, notes: Sequence[Broken]) -> None:
        self.page, self.y, self.held = page, 0.0, 0.0
        self.notes = notes
        self.called: dict[int, list[int]] = {}
        self.lines: list[SetLine] = []
        self.rules: list[Rule] = []
        self.foot_space, self.foot_alone = 0.0, False

    def take(self, parts: Sequence[Broken | BrokenTable]) -> None:
        for number, part in enumerate(parts):
            if part.keep and self.y and not self._fits(self._kept(parts[number:])):
                self._new_page()
            if isinstance(part, BrokenTable):
                self._put_table(part)
            else:
                self._put(part)

    def _kept(self, parts: Sequence[Broken | BrokenTable]) -> float:
        """The height of what is kept with what follows, up to the first line of that."""
        height = 0.0
        for part in parts:
            if isinstance(part, BrokenTable):
                return height + part.least + self._notes_height(part.calls)
            if not part.keep:
                return height + part.least
            height += part.height
        return height

    def lines_left(self, leading: float = LEADING) -> int:
        return int((TEXT_HEIGHT - self.held - self.y) / leading + 1e-6)

    def stand_at_foot(self, foot: Sequence[Broken]) -> int:
        """Put the blocks at the bottom, on a new page where this one is too full; the lines left above them."""
        height = sum(broken.height for broken in foot)
        slack = SLACK
        if self.held:  # with notes on earlier pages too, another line may have moved here
            slack = SLACK_ABOVE_NOTES + (LEADING if self.page > 1 else 0.0)
        if not self._fits(height + slack):
            self._new_page()
            self.foot_alone = True
            slack = SLACK
        self.foot_space = _down_to_twips(TEXT_HEIGHT - self.held - slack - height - self.y)
        left = int(self.foot_space / LEADING)
        self.y += self.foot_space
        for broken in foot:
            self._put(broken)
        return left

    def place_notes(self) -> None:
        """Set the footnotes of each page under its text."""
        for page, numbers in self.called.items():
            top = TEXT_HEIGHT - sum(self.notes[number - 1].height for number in numbers)
            y = TOP + top - NOTE_RULE / 2
            self.rules.append(Rule(page, LEFT, y, LEFT + TEXT_WIDTH / 3, y, 0.5, BLACK))
            for number in sorted(numbers):
                broken = self.notes[number - 1]
                self.lines.extend(_numbered(broken, page, TOP + top))
                top += broken.height

    def _fits(self, height: float) -> bool:
        return self.y + height <= TEXT_HEIGHT - self.held + 1e-6

    def _new_page(self) -> None:
        self.page, self.y, self.held = self.page + 1, 0.0, 0.0

    def _put(self, broken: Broken) -> None:
        style = broken.style
        self.y += style.before
        if style.rule_above:
            self._rule(style, self.y + 1, style.rule_above)
            self.y += RULE_ROOM
        for number, glyphs in enumerate(broken.lines):
            called = calls([glyphs])
            if not self._fits(style.leading + self._notes_height(called)):
                self._new_page()
            self._call(called)
            last = number == len(broken.lines) - 1
            self.lines.append(SetLine(self.page, TOP + self.y, style, glyphs, last))
            self.y += style.leading
        if style.rule_below:
            self._rule(style, self.y + 1, style.rule_below)
            self.y += RULE_ROOM
        self.y += style.after

    def _put_table(self, table: BrokenTable) -> None:
        """Both columns line by line: they are cut at the same height where the page ends; the heads come again."""
        top = self._begin_table(table)
        for number, row in enumerate(table.rows):
            if number:
                self._end_row()
            for lines in row:
                called = calls([line.glyphs for line in lines])
                if not self._fits(LEADING + TABLE_END + self._notes_height(called)):
                    self._end_table(top)
                    self._new_page()
                    top = self._begin_table(table)
                self._call(called)
                self._put_lines(lines)
        self._end_table(top)

    def _begin_table(self, table: BrokenTable) -> float:
        """The heads between two rules; where the table begins."""
        top = self.y
        self._table_rule(top)
        self.y += TABLE_RULE
        for lines in table.heads:
            self._put_lines(lines)
        self._end_row()
        return top

    def _end_row(self) -> None:
        self.y += CELL_FOOT
        self._table_rule(self.y)
        self.y += TABLE_RULE

    def _put_lines(self, lines: Sequence[TableLine]) -> None:
        for line in lines:
            self.lines.append(SetLine(self.page, TOP + self.y, line.style, line.glyphs, line.last))
        self.y += LEADING

    def _end_table(self, top: float) -> None:
        self.y += CELL_FOOT
        self._table_rule(self.y)
        for x in (LEFT, LEFT + TEXT_WIDTH / 2, LEFT + TEXT_WIDTH):
            self.rules.append(Rule(self.page, x, TOP + top, x, TOP + self.y, TABLE_RULE, BLACK))
        self.y += TABLE_RULE

    def _table_rule(self, y: float) -> None:
        self.rules.append(Rule(self.page, LEFT, TOP + y, LEFT + TEXT_WIDTH, TOP + y, TABLE_RULE, BLACK))

    def _rule(self, style: Style, y: float, thickness: float) -> None:
        x0, x1 = LEFT + style.left, LEFT + TEXT_WIDTH - style.right
        self.rules.append(Rule(self.page, x0, TOP + y, x1, TOP + y, thickness, style.colour))

    def _notes_height(self, calls: Sequence[int]) -> float:
        known = self.called.get(self.page, [])
        new = [self.notes[number - 1].height for number in calls if number not in known]
        return sum(new) + (NOTE_RULE if new and not known else 0.0)

    def _call(self, calls: Sequence[int]) -> None:
        self.held += self._notes_height(calls)
        known = self.called.setdefault(self.page, []) if calls else []
        known.extend(number for number in calls if number not in known)


def _numbered(broken: Broken, page: int, top: float) -> Iterator[SetLine]:
    for number, glyphs in enumerate(broken.lines):
        yield SetLine(page, top + number * broken.style.leading, broken.style, glyphs, number == len(broken.lines) - 1)


def _down_to_twips(points: float) -> float:
    return int(points * 20) / 20
