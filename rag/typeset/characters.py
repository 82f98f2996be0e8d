"""What one character is to a page: whether it may be printed at all, in which script it is set, how wide it is.

Widths are fractions of the em. Chinese characters and all symbols that a Chinese face holds are as wide as they are
high; Latin letters, ASCII signs and figures are set in Times New Roman, whose widths every metrically compatible face
(Liberation Serif, Nimbus Roman) shares. So a line breaks at the same place on every machine, whatever is installed.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

MISSING = "〓"  # what Chinese and Japanese printers set for a sort they lack
_TIMES = """
250 333 408 500 500 833 778 180 333 333 500 564 250 333 250 278
500 500 500 500 500 500 500 500 500 500 278 278 564 564 564 444
921 722 667 667 722 611 556 722 722 333 389 722 611 889 722 722
556 722 667 556 611 722 722 944 722 722 611 333 278 333 469 500
333 444 500 444 500 444 333 500 500 278 278 500 278 778 500 500
500 500 333 389 278 500 500 722 500 500 444 480 200 480 541
"""
_ASCII = tuple(int(width) / 1000 for width in _TIMES.split())  # advance widths of U+0020…U+007E
_WIDEST_LETTER = 0.944  # a letter outside ASCII that is no accented ASCII one is at most so wide
_EMOJI = 1.4  # at least as wide as an emoji face sets them
_VOID = {"Cc", "Cf"}  # controls, and invisible formatting (bidirectional overrides among it)
_UNKNOWN = {"Cs", "Co", "Cn"}  # lone surrogates, private use, code points not assigned


def printable(text: str) -> str:
    """The text as one line that every format can hold and every reader shows alike.

    White space becomes single spaces (an ideographic space stays), controls and invisible formatting go; what has no
    agreed shape (private use, lone surrogates, code points not assigned) becomes 〓.
    """
    signs = "".join(_sign(char) for char in unicodedata.normalize("NFC", text))
    return " ".join(part for part in signs.split(" ") if part)


def _sign(char: str) -> str:
    if char == "\u3000":
        return char
    if char.isspace():
        return " "
    kind = unicodedata.category(char)
    if kind in _VOID or "\ufe00" <= char <= "\ufe0f":
        return ""
    return MISSING if kind in _UNKNOWN else char


def latin(char: str) -> bool:
    """Whether it is set in the Latin face: ASCII and the letters of European languages, not the symbols beside them."""
    return " " <= char <= "~" or ("\u00a0" < char < "\u0250" and char.isalpha())


def by_script(text: str) -> list[tuple[bool, str]]:
    """The text in stretches of one script each: (whether Latin, the stretch)."""
    return [(is_latin, "".join(chars)) for is_latin, chars in groupby(text, latin)]


def width(char: str) -> float:
    """The advance width of a printable character in ems."""
    if " " <= char <= "~":
        return _ASCII[ord(char) - 0x20]
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0.0
    if latin(char):
        base = unicodedata.normalize("NFD", char)[0]
        return width(base) if base <= "~" else _WIDEST_LETTER
    return _EMOJI if "\U0001f000" <= char < "\U00020000" else 1.0
