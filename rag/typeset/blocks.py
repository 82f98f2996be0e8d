"""What is to be set, before it has a place: runs of text in blocks. Written by `rag.typeset.composing`."""

from __future__ import annotations

from dataclasses import dataclass

from rag.typeset.form import MARK_SIZE, Face, Style


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of printable text in one manner. Tabs stand in blocks set to both edges only;
    a line feed ends a line.

    face, size: None for those of the block's style. raised: a mark above the line, in `MARK_SIZE`. sentence: number of
    the sentence it belongs to (0 the first of the whole page), None for what is no sentence. heading: number of the
    section whose heading it is, None for what is none. note: number of the footnote that this mark calls, 0 for none.
    """

    text: str
    face: Face | None = None
    raised: bool = False
    sentence: int | None = None
    heading: int | None = None
    note: int = 0

    def size(self, style: Style) -> float:
        return MARK_SIZE if self.raised else style.size


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph. at_foot: it and all blocks after it stand at the foot of the last page."""

    style: Style
    runs: tuple[Run, ...]
    at_foot: bool = False

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


Cell = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Two columns of equal width, ruled. heads: over each, again on every page; rows: what stands in each cell."""

    heads: tuple[Block, Block]
    rows: tuple[tuple[Cell, Cell], ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (*self.heads, *(block for row in self.rows for cell in row for block in cell))


@dataclass(frozen=True, slots=True)
class Composition:
    """The blocks of the page itself, the footnotes it calls (by number from 1), and the sheet of evidence behind it."""

    title: str
    page: tuple[Block | Table, ...]
    notes: tuple[Block, ...] = ()
    sheet: tuple[Block, ...] = ()

    @property
    def foot(self) -> tuple[Block, ...]:
        """What of the page stands at the foot of its last."""
        return tuple(part for part in self.page if isinstance(part, Block) and part.at_foot)

    @property
    def body(self) -> tuple[Block | Table, ...]:
        """The page without its foot."""
        return self.page[: len(self.page) - len(self.foot)]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All paragraphs, those in tables among them."""
        page = (block for part in self.page for block in (part.blocks if isinstance(part, Table) else (part,)))
        return (*page, *self.notes, *self.sheet)
