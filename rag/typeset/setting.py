"""Blocks into lines with places, as Word and LibreOffice will set them (pure). Points from the top left corner.

What makes that certain: every length is a whole number of twips, line spacing is exact, there is no widow control, no
squeezed punctuation, and the faces' widths are known beforehand. The few ways in which the programs still differ are
`breaking.WORD` and `breaking.LIBREOFFICE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise, zip_longest

from rag.types import Box
from rag.typeset import characters
from rag.typeset.blocks import Block, Composition, Run, Table
from rag.typeset.breaking import WORD, Program, break_lines, spaced
from rag.typeset.form import (
    BLACK,
    CELL_FOOT,
    CELL_INSET,
    LEADING,
    LEFT,
    TABLE_RULE,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    TOP,
    Align,
    Face,
    Style,
)

Width = Callable[[str, Face], float]
"""Advance width in ems of a character in a face."""

RULE_ROOM = 4.0  # what a line across the text adds to a paragraph's height, at most
NOTE_RULE = 22.0  # the line above the footnotes, with its white space: LibreOffice takes more than Word
SLACK, SLACK_ABOVE_NOTES = 3.0, 15.0  # left free above what stands at the foot: programs differ a little


def standard_width(char: str, face: Face) -> float:
    """The widths of the faces that the standard names, and of Times New Roman."""
    del face  # their Chinese characters are all as wide as they are high
    return characters.width(char)


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character: its left edge and how much room it takes, in points."""

    char: str
    x: float
    width: float
    run: Run
    latin: bool


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
        found: dict[int, list[Box]] = {}
        for line in self.lines:
            for sentence, group in groupby(line.glyphs, lambda glyph: glyph.run.sentence):
                glyphs = list(group)
                if sentence is not None:
                    right = max(glyph.x + glyph.width for glyph in glyphs)
                    box = Box(line.page, glyphs[0].x, line.top, right, line.top + line.style.leading)
                    found.setdefault(sentence, []).append(box)
        return found

    def sentence_at(self, page: int, x: float, y: float) -> int | None:
        """The number of the sentence printed there, None where there is none."""
        return next(
            (
                number
                for number, boxes in self.boxes().items()
                if any(box.page == page and box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in boxes)
            ),
            None,
        )


def set_blocks(work: Composition, width: Width = standard_width, program: Program = WORD) -> Layout:
    """The whole composition laid out: the page with its notes, what stands at its foot, the sheet of evidence."""
    notes = [_Broken(_with_number(n, block), width, program) for n, block in enumerate(work.notes, 1)]
    flow = _Flow(1, notes)
    flow.take(
        [
            _BrokenTable(part, width, program) if isinstance(part, Table) else _Broken(part, width, program)
            for part in work.page
            if not _at_foot(part)
        ]
    )
    lines_left = flow.lines_left()
    foot = [_Broken(part, width, program) for part in work.page if isinstance(part, Block) and part.at_foot]
    lines_left = min(lines_left, flow.stand_at_foot(foot)) if foot else lines_left
    flow.place_notes()
    body_pages = flow.page
    sheet = _Flow(body_pages + 1, ())
    if work.sheet:
        sheet.take([_Broken(block, width, program) for block in work.sheet])
    return Layout(
        lines=(*flow.lines, *sheet.lines),
        rules=(*flow.rules, *sheet.rules),
        body_pages=body_pages,
        pages=sheet.page if work.sheet else body_pages,
        lines_left=lines_left,
        foot_space=flow.foot_space,
        foot_alone=flow.foot_alone,
    )


def _at_foot(part: Block | Table) -> bool:
    return isinstance(part, Block) and part.at_foot


def _with_number(n: int, block: Block) -> Block:
    """A footnote as it is printed: Word writes its number by itself."""
    return replace(block, runs=(Run(f"{n} "), *block.runs))


@dataclass(frozen=True, slots=True)
class _Measure:
    """Where lines begin, and how much room they have."""

    left: float = LEFT
    width: float = TEXT_WIDTH


class _Broken:
    """A block cut into lines, without a place yet."""

    def __init__(self, block: Block, width: Width, program: Program, measure: _Measure = _Measure()) -> None:
        self.block, self.style = block, block.style
        chars = [(char, run) for run in block.runs for char in run.text]
        self.lines: list[tuple[Glyph, ...]] = []
        widths = [_advance(char, run, self.style, width) for char, run in chars]
        room = measure.width - self.style.left - self.style.right
        left = measure.left + self.style.left
        text = block.text.replace("\t", " ") if self.style.align is Align.EDGES else block.text
        gaps = [_gap(before, after, self.style, program) for before, after in pairwise(text + " ")]
        gaps = [0.0 if run.raised else gap for gap, (_, run) in zip(gaps, chars, strict=True)]
        full = room if program.tracks_all else room + self.style.tracking
        lines = break_lines(text, widths, gaps, full - self.style.indent, full, program)
        for start, end in lines if chars else [(0, 0)]:
            indent = self.style.indent if start == 0 else 0.0
            ends = [widths[n] + gaps[n] * (n < end - 1) for n in range(start, end)]
            cells = [(char, run, w) for (char, run), w in zip(chars[start:end], ends, strict=True) if char != "\n"]
            self.lines.append(_aligned(cells, self.style, left + indent, room - indent, last=end == len(chars)))

    @property
    def keep(self) -> bool:
        return self.style.keep

    @property
    def least(self) -> float:
        """Up to the first line."""
        return self.style.before + self.style.leading

    @property
    def height(self) -> float:
        return self.style.before + len(self.lines) * self.style.leading + self.below

    @property
    def below(self) -> float:
        rules = (self.style.rule_above > 0) + (self.style.rule_below > 0)
        return self.style.after + rules * RULE_ROOM


@dataclass(frozen=True, slots=True)
class _TableLine:
    style: Style
    glyphs: tuple[Glyph, ...]
    last: bool


class _BrokenTable:
    """A table cut into rows, each row into what stands at the same height in both columns: all has one leading."""

    keep = True  # its heads, with the first line below them

    def __init__(self, table: Table, width: Width, program: Program) -> None:
        half = TEXT_WIDTH / 2
        measures = [_Measure(LEFT + n * half + CELL_INSET, half - 2 * CELL_INSET) for n in range(2)]
        heads, *self.rows = (
            _side_by_side(
                [
                    _table_lines([_Broken(block, width, program, at) for block in cell])
                    for cell, at in zip(row, measures, strict=True)
                ]
            )
            for row in (tuple((head,) for head in table.heads), *table.rows)
        )
        self.heads = heads

    @property
    def least(self) -> float:
        """Its heads and one line below them."""
        return (len(self.heads) + 1) * LEADING + 2 * CELL_FOOT + 3 * TABLE_RULE


def _table_lines(blocks: Sequence[_Broken]) -> list[_TableLine]:
    return [
        _TableLine(broken.style, glyphs, number == len(broken.lines) - 1)
        for broken in blocks
        for number, glyphs in enumerate(broken.lines)
    ]


def _side_by_side(columns: Sequence[Sequence[_TableLine]]) -> list[list[_TableLine]]:
    return [[line for line in row if line] for row in zip_longest(*columns)]


def _advance(char: str, run: Run, style: Style, width: Width) -> float:
    if char in "\t\n":
        return 0.0
    face = Face.LATIN if characters.latin(char) else run.face or style.face
    return width(char, face) * run.size(style) + (0.0 if run.raised else style.tracking)


def _gap(before: str, after: str, style: Style, program: Program) -> float:
    gap = program.gap * style.size if spaced(before, after) else 0.0
    if not program.tracks_all and characters.latin(before) != characters.latin(after):
        gap -= style.tracking
    return gap


Cell = tuple[str, Run, float]


def _aligned(cells: Sequence[Cell], style: Style, left: float, room: float, last: bool) -> tuple[Glyph, ...]:
    """The cells of one line with their places, from `left` on."""
    ink = len(cells)
    while ink and cells[ink - 1][0] == " ":
        ink -= 1
    spare = room - sum(cell[2] for cell in cells[:ink])
    if style.align is Align.CENTRE:
        return _row(cells, left + max(0.0, spare) / 2)
    if style.align is Align.EDGES:
        tab = next((n for n, cell in enumerate(cells) if cell[0] == "\t"), len(cells))
        after = cells[tab + 1 :]
        right = left + room - sum(cell[2] for cell in after)
        return (*_row(cells[:tab], left), *_row(after, right))
    if style.align is Align.LEFT or last or spare <= 0:
        return _row(cells, left)
    return _row(_stretched(cells, ink, spare), left)


def _stretched(cells: Sequence[Cell], ink: int, spare: float) -> list[Cell]:
    """The line filled to the right margin: the spare room goes between the characters, not into Latin words."""
    gaps = [n for n in range(ink - 1) if not _in_word(cells[n][0], cells[n + 1][0])]
    share = spare / len(gaps) if gaps else 0.0
    wide = set(gaps)
    return [(char, run, width + share * (n in wide)) for n, (char, run, width) in enumerate(cells)]


def _in_word(before: str, after: str) -> bool:
    return characters.latin(before) and characters.latin(after) and before != " "


def _row(cells: Sequence[Cell], x: float) -> tuple[Glyph, ...]:
    glyphs = []
    for char, run, width in cells:
        glyphs.append(Glyph(char, x, width, run, characters.latin(char)))
        x += width
    return tuple(glyphs)


class _Flow:
    """Fills pages from the top. `y` is how far the current one is filled, `held` the height of its footnotes."""

    def __init__(self, page: int, notes: Sequence[_Broken]) -> None:
        self.page, self.y, self.held = page, 0.0, 0.0
        self.notes = notes
        self.called: dict[int, list[int]] = {}
        self.lines: list[SetLine] = []
        self.rules: list[Rule] = []
        self.foot_space, self.foot_alone = 0.0, False

    def take(self, parts: Sequence[_Broken | _BrokenTable]) -> None:
        for number, part in enumerate(parts):
            if part.keep and self.y and not self._fits(_kept(parts[number:])):
                self._new_page()
            if isinstance(part, _BrokenTable):
                self._put_table(part)
            else:
                self._put(part)

    def lines_left(self, leading: float = LEADING) -> int:
        return int((TEXT_HEIGHT - self.held - self.y) / leading + 1e-6)

    def stand_at_foot(self, foot: Sequence[_Broken]) -> int:
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

    def _put(self, broken: _Broken) -> None:
        style = broken.style
        self.y += style.before
        if style.rule_above:
            self._rule(style, self.y + 1, style.rule_above)
            self.y += RULE_ROOM
        for number, glyphs in enumerate(broken.lines):
            calls = sorted({glyph.run.note for glyph in glyphs} - {0})
            if not self._fits(style.leading + self._notes_height(calls)):
                self._new_page()
            self._call(calls)
            last = number == len(broken.lines) - 1
            self.lines.append(SetLine(self.page, TOP + self.y, style, glyphs, last))
            self.y += style.leading
        if style.rule_below:
            self._rule(style, self.y + 1, style.rule_below)
            self.y += RULE_ROOM
        self.y += style.after

    def _put_table(self, table: _BrokenTable) -> None:
        """Both columns line by line: they are cut at the same height where the page ends; the heads come again."""
        top = self._begin_table(table)
        for number, row in enumerate(table.rows):
            if number:
                self._end_row()
            for lines in row:
                calls = sorted({glyph.run.note for line in lines for glyph in line.glyphs} - {0})
                if not self._fits(LEADING + CELL_FOOT + TABLE_RULE + self._notes_height(calls)):
                    self._end_table(top)
                    self._new_page()
                    top = self._begin_table(table)
                self._call(calls)
                self._put_lines(lines)
        self._end_table(top)

    def _begin_table(self, table: _BrokenTable) -> float:
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

    def _put_lines(self, lines: Sequence[_TableLine]) -> None:
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


def _kept(parts: Sequence[_Broken | _BrokenTable]) -> float:
    """The height of what is kept with what follows, up to the first line of that."""
    height = 0.0
    for part in parts:
        if not part.keep or isinstance(part, _BrokenTable):
            return height + part.least
        height += part.height
    return height


def _numbered(broken: _Broken, page: int, top: float) -> Iterator[SetLine]:
    for number, glyphs in enumerate(broken.lines):
        yield SetLine(page, top + number * broken.style.leading, broken.style, glyphs, number == len(broken.lines) - 1)


def _down_to_twips(points: float) -> float:
    return int(points * 20) / 20
