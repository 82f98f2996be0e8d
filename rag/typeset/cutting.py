"""Blocks cut into lines, and tables into rows of lines, without a place on the page yet (pure). Lengths are points."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from rag.typeset import characters
from rag.typeset.blocks import Block, Run, Table
from rag.typeset.breaking import Program, break_lines, spaced
from rag.typeset.form import CELL_FOOT, CELL_INSET, LEADING, LEFT, TABLE_RULE, TEXT_WIDTH, Align, Face, Style

Width = Callable[[str, Face], float]
"""Advance width in ems of a character in a face."""

RULE_ROOM = 4.0  # what a line across the text adds to a paragraph's height, at most
TABLE_END = CELL_FOOT + TABLE_RULE + 1.0  # below the last line of a row, with a little for what programs differ by


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
class _Measure:
    """Where lines begin, and how much room they have."""

    left: float = LEFT
    width: float = TEXT_WIDTH


class Broken:
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
class TableLine:
    """A line of a cell. last: it ends its block."""

    style: Style
    glyphs: tuple[Glyph, ...]
    last: bool


class BrokenTable:
    """A table cut into rows, each row into what stands at the same height in both columns: all has one leading."""

    keep = True  # its heads, with the first line below them

    def __init__(self, table: Table, width: Width, program: Program) -> None:
        half = TEXT_WIDTH / 2
        program = program.of_cells()
        measures = [_Measure(LEFT + n * half + CELL_INSET, half - 2 * CELL_INSET) for n in range(2)]
        heads, *self.rows = (
            _side_by_side(
                [
                    _table_lines([Broken(block, width, program, at) for block in cell])
                    for cell, at in zip(row, measures, strict=True)
                ]
            )
            for row in (tuple((head,) for head in table.heads), *table.rows)
        )
        self.heads = heads

    @property
    def calls(self) -> list[int]:
        """The footnotes called in the first line below its heads."""
        return calls([line.glyphs for line in self.rows[0][0]])

    @property
    def least(self) -> float:
        """Its heads and one line below them."""
        return (len(self.heads) + 1) * LEADING + CELL_FOOT + 2 * TABLE_RULE + TABLE_END


def calls(lines: Iterable[Sequence[Glyph]]) -> list[int]:
    """The numbers of the footnotes that lines call, in order."""
    return sorted({glyph.run.note for line in lines for glyph in line} - {0})


def _table_lines(blocks: Sequence[Broken]) -> list[TableLine]:
    return [
        TableLine(broken.style, glyphs, number == len(broken.lines) - 1)
        for broken in blocks
        for number, glyphs in enumerate(broken.lines)
    ]


def _side_by_side(columns: Sequence[Sequence[TableLine]]) -> list[list[TableLine]]:
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
