"""The form of an official page by GB/T 9704-2012: its measures, and the styles its text is set in.

Lengths are points. Word keeps them as twentieths of a point (twips): every measure here is a whole number of twips, so
that nothing is rounded on the way. The standard's 28 characters of 16 pt are 448 pt, wider than the type area of
156 mm (442.2 pt): as in Word's character grid each is drawn closer to the next. Its 22 lines give 28.95 pt each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MM = 72 / 25.4


def _twips(millimetres: float) -> float:
    return int(millimetres * MM * 20) / 20


WIDTH, HEIGHT = 595.3, 841.9  # A4 as Word writes it: 11906 × 16838 twips
TOP, LEFT, BOTTOM = _twips(37), _twips(28), _twips(35)
RIGHT = 73.55  # 25.95 mm, so that 28 cells of the document grid (15.8 pt) are exactly the width of the text
TEXT_WIDTH, TEXT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
LINES, CHARACTERS = 22, 28
LEADING = 28.95  # 22 lines in 225 mm
FOOTER = _twips(23)  # from the paper's edge to below the page number, which stands 7 mm below the text
RED, BLACK = "FF0000", "000000"


class Face(Enum):
    """A typeface by what the standard calls it; which font of a machine that is, `rag.typeset.fonts` says."""

    TITLE = "小标宋"
    BODY = "仿宋"
    HEADING = "黑体"
    SUBHEADING = "楷体"
    SONG = "宋体"
    LATIN = "Times New Roman"


class Align(Enum):
    JUSTIFIED = "both"
    LEFT = "left"
    CENTRE = "center"
    EDGES = "edges"  # what stands before a tab to the left, what stands after it to the right


@dataclass(frozen=True, slots=True)
class Style:
    """How a paragraph is set. `name` is the style's name in Word (Word shows «Heading 1» as 标题 1).

    size, leading (from line to line), before and after (white space), indent (of the first line), left and right
    (of all lines): points. tracking: added to every character's width. level: in the outline, 0 for running text.
    rule_above, rule_below: thickness of a line across the text, in the colour of the text; 0 for none.
    keep: not parted from what follows by the end of a page.
    """

    name: str
    face: Face
    size: float
    leading: float = LEADING
    align: Align = Align.JUSTIFIED
    indent: float = 0.0
    left: float = 0.0
    right: float = 0.0
    before: float = 0.0
    after: float = 0.0
    tracking: float = 0.0
    colour: str = BLACK
    level: int = 0
    rule_above: float = 0.0
    rule_below: float = 0.0
    keep: bool = False


GRID = -0.2  # added to 16 pt for a cell of the document grid
TRACKING = -0.25  # a little tighter than the grid: 28 characters fit with room to spare for rounding
CELL = 16 + TRACKING  # what one character of the body takes

TITLE = Style("Title", Face.TITLE, 22, 33, Align.CENTRE, after=10, level=1, keep=True)
BODY = Style("公文正文", Face.BODY, 16, indent=2 * CELL, tracking=TRACKING)
HEADINGS = (
    Style("Heading 1", Face.HEADING, 16, indent=2 * CELL, tracking=TRACKING, level=2, keep=True),
    Style("Heading 2", Face.SUBHEADING, 16, indent=2 * CELL, tracking=TRACKING, level=3, keep=True),
    Style("Heading 3", Face.BODY, 16, indent=2 * CELL, tracking=TRACKING, level=4, keep=True),
)
MASTHEAD_NAME = Style("简报报头", Face.TITLE, 46, 58, Align.CENTRE, colour=RED)
MASTHEAD_ISSUE = Style("简报期号", Face.BODY, 16, align=Align.CENTRE)
MASTHEAD_LINE = Style("简报编印", Face.BODY, 16, align=Align.EDGES, left=16, right=16)
MASTHEAD_RULE = Style("简报红线", Face.BODY, 4, 6, after=10, colour=RED, rule_below=2.25)
COLOPHON = Style("简报报送", Face.BODY, 14, 24, left=14, right=14)
NOTE = Style("依据脚注", Face.SONG, 9, 13)
EVIDENCE_TITLE = Style("依据清单标题", Face.HEADING, 16, after=14.5, align=Align.CENTRE, level=1, keep=True)
EVIDENCE = Style("依据清单条目", Face.BODY, 12, 20)
COLUMN_HEAD = Style("对比栏头", Face.SUBHEADING, 16, align=Align.CENTRE, tracking=TRACKING, keep=True)
AFTER_TABLE = Style("对比表后", Face.BODY, 1, 2)  # Word wants a paragraph between a table and what follows
CELL_INSET, CELL_FOOT = 7.5, 4.0  # white space at the sides of a cell of a table, and at its foot
TABLE_RULE = 0.5
PAGE_NUMBER_SIZE = 14.0
MARK_SIZE, MARK_RISE = 9.0, 6.0  # of the numbers that lead from a sentence to its evidence
