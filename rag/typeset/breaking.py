"""Where a line of Chinese text may end (避头尾, 标点禁则), and how many characters go onto one line.

The two lists are Word's own for simplified Chinese, with the dash added; the Word file states them
(`noLineBreaksBefore`, `noLineBreaksAfter`), so that every program which opens it goes by the same ones. The [ of a
footnote's number is stated there, too, lest it begin a line or stand on one alone; LibreOffice takes it for Western
and parts it from what it belongs to. Punctuation neither hangs into the margin nor is squeezed: what does not fit takes
the character before it along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.typeset.characters import latin, width

NEVER_FIRST = "!%),.:;>?]}¢¨°·ˇˉ—―‖’”…‰′″›℃∶、。〃〉》」』】〕〗〞︶︺︾﹀﹄﹚﹜﹞！＂％＇），．：；？］｀｜｝～￠"
FOOTNOTE = "["
_CLOSERS = "、。，．）〉》」』】〕〗〞］｝｠"
NEVER_LAST = "$([{£¥‘“〈《「『【〔〖〝﹙﹛﹝＄（．［｛￡￥"


@dataclass(frozen=True, slots=True)
class Program:
    """How a program sets a line where its ways are its own and the file cannot tell it otherwise.

    gap: what it adds between a Chinese character and a letter or figure, in ems. hanging: signs of which one may stand
    outside the margin. western: whether it goes by the rules for Western text before a letter or figure, and so never
    parts 「5、|6」, 「〔2024〕|8」 or 「”|AI」. tracks_all: whether the last character of a line, and the last before
    the script changes, is drawn closer like the others. stays: signs after which a line seldom ends before a letter
    or figure.
    """

    name: str
    gap: float
    hanging: str = ""
    western: bool = False
    tracks_all: bool = True
    stays: str = ""

    def of_cells(self) -> Program:
        """How it sets a line in a table, where LibreOffice lets nothing hang."""
        return replace(self, hanging="", stays=self.hanging)


WORD = Program("Word", gap=0.25)
LIBREOFFICE = Program("LibreOffice", 0.2, hanging="!,.:;?、。！，．：；？", western=True, tracks_all=False)
"""As measured with version 7.4, which reads `overflowPunct` the wrong way round."""
PROGRAMS = (WORD, LIBREOFFICE)


def may_break(text: str, n: int, program: Program = WORD) -> bool:
    """Whether a line may end before the n-th character, 0 < n < len(text)."""
    before, after = text[n - 1], text[n]
    if after == " " or after in NEVER_FIRST or width(after) == 0.0:
        return False
    if after == FOOTNOTE and not program.western:
        return False
    if before == " ":
        return True
    if before in NEVER_LAST:
        return False
    if latin(before) and latin(after):
        return (before == "-" and after.isalnum()) or (program.western and before == "/" and after.isalpha())
    if before in program.stays and latin(after) and after.isalnum():
        return False
    return not (program.western and latin(after) and _bound(text, n))


def _bound(text: str, n: int) -> bool:
    """Whether the n-th character, a letter or figure, hangs on to the sign before it (Unicode's rules 19 and 25)."""
    if text[n - 1] in "“”‘’":
        return True
    return text[n].isalnum() and text[n - 1] in _CLOSERS and n > 1 and text[n - 2].isdigit()


def spaced(before: str, after: str) -> bool:
    """Whether a quarter of an em is added between two neighbours: between a Chinese character and a letter or figure.

    This is Word's 自动调整中文与西文（数字）的间距, which is on wherever nobody has turned it off.
    """
    return (_ideograph(before) and _word(after)) or (_word(before) and _ideograph(after))


def _ideograph(char: str) -> bool:
    return unicodedata.category(char) == "Lo" and not latin(char)


def _word(char: str) -> bool:
    return latin(char) and char.isalnum()


def break_lines(
    text: str, widths: Sequence[float], gaps: Sequence[float], first: float, rest: float, program: Program = WORD
) -> Iterator[tuple[int, int]]:
    """The lines of a paragraph as spans of `text`: as many characters on each as go, ended where `may_break` allows.

    widths: of each character; gaps: what is added after it unless it ends a line; first, rest: the room on the first
    line and on those after it; all in points. White space at the end of a line takes no room and stays in its span. A
    word longer than a line is cut where the line is full. A line feed ends its line.
    """
    start, room = 0, first
    while start < len(text):
        full, feed = _full(text, widths, gaps, start, room), text.find("\n", start)
        end = feed + 1 if 0 <= feed <= full else _end_of_line(text, start, full, program)
        yield start, end
        start, room = end, rest


def _full(text: str, widths: Sequence[float], gaps: Sequence[float], start: int, room: float) -> int:
    """Where the line is full: the first character that does not go onto it."""
    used = 0.0
    for n in range(start, len(text)):
        used += widths[n]
        if used > room + 1e-6 and text[n] != " ":
            return n
        used += gaps[n]
    return len(text)


def _end_of_line(text: str, start: int, full: int, program: Program) -> int:
    if start < full < len(text) and text[full] in program.hanging and not latin(text[full - 1]):
        full += 1
    end = full
    while start < end < len(text) and not may_break(text, end, program):
        end -= 1
    return end if end > start else max(full, start + 1)
