"""Whether what was read is text. Pure.

`sane` asks much: whether the text layer that lies over a scanned page can be trusted, or the page is better recognised
anew. `readable` asks little: whether bytes of a format that shows no structure were text at all.

Measured on 912 stretches of 300 characters from state documents; share of Chinese characters in dictionary words of
two characters and more (1st percentile, median; 99th for what is no text):

    good text                      .73  .89        random common characters      .01  .05
    one character in ten wrong     .56  .73        UTF-8 read as GBK             .00  .02
    one in five wrong              .43  .58        every character shifted       .00  .07

A layer with one character in ten wrong is worse than what we recognise ourselves (under one in a hundred). Lists of
names fall below the bound as well: recognising such a page costs seconds, trusting a broken layer costs the page.

`readable`: share of characters that are broken or hardly ever printed. 3,497 stretches of real text have .04 at most,
classical Chinese with bronze vessels .16, Icelandic .21; what random bytes give in any code .27 and more from 60
bytes on (of 40 web pages one .21), Chinese read in a wrong code .41 and more.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from rag.text import HAN, is_wide

if TYPE_CHECKING:
    import rjieba

_COVERED = 0.6  # of the page: pictures that cover so much are a scan, with or without a layer of text
_FEW_OVER = 20  # characters over a scan: a stamp or a page number, not its text
_OUTLINED = 200  # shapes with bends, about a character's worth each: text drawn as outlines
_MOST_BROKEN = 0.02  # share of characters that stand for nothing
_LEAST_KNOWN = 0.8  # share of characters that Chinese papers are printed with
_LEAST_WORDS = 0.55  # share of Chinese characters in words
_FEW = 10  # Chinese characters: fewer say nothing about words
_LEAST_ALNUM = 0.5  # share of letters and digits where there is hardly any Chinese
_MOST_ODD = 0.25  # share of characters that are broken or hardly ever printed
_TOO_FEW = 10  # characters: a name of rare ones is no garbage
# codes and the last first byte in them of common characters: all of GB 2312, the first levels of Big5 and JIS X 0208
_COMMON = (("gb2312", 0xFF), ("big5", 0xC6), ("shift_jis", 0x97))
_CID = re.compile(r"\(cid:\d+\)")
_HAN = re.compile(f"[{HAN}]")
_RARE = re.compile(f"[\x80-\xff{HAN}]")


def sane(text: str) -> bool:
    """Whether a text layer reads as text. False for an empty one, mojibake, unmapped glyphs, and poor recognition."""
    clean = "".join(text.split())
    if not clean:
        return False
    marks = _CID.sub("\ufffd", clean)
    if sum(map(_stands_for_nothing, marks)) > _MOST_BROKEN * len(marks):
        return False
    if sum(map(_is_printed, marks)) < _LEAST_KNOWN * len(marks):
        return False
    han = len(_HAN.findall(marks))
    if han < _FEW:
        return han > 0 or sum(c.isalnum() for c in marks) >= _LEAST_ALNUM * len(marks)
    return _in_words(marks) >= _LEAST_WORDS * han


def readable(text: str) -> bool:
    """Whether somebody could have written a text, in whatever language; true for an empty one."""
    counts = Counter("".join(text.split()))
    broken = sum(times for char, times in counts.items() if _stands_for_nothing(char))
    rare = sum(times for char, times in counts.items() if _is_rare(char))
    most = _MOST_ODD * counts.total()
    return not counts or (broken < most and (broken + rare < most or counts.total() < _TOO_FEW))


def _is_rare(char: str) -> bool:
    """Whether a Chinese character, or an accented Latin one of one byte, is in none of the lists of common ones."""
    return bool(_RARE.match(char)) and not any(_lead(char, code) <= last for code, last in _COMMON)


def _lead(char: str, code: str) -> int:
    """The first byte of a character in a code, 256 when it has none there."""
    try:
        return char.encode(code)[0]
    except UnicodeEncodeError:
        return 256


def is_scan(text: str, pictured: float, curves: int) -> bool:
    """Whether a page shows other text than its own `text`, so that it is to be recognised.

    Args:
        text: all its characters, without white space.
        pictured: the share of the page that is under pictures.
        curves: how many shapes with bends are drawn on it.
    """
    few = len(text) < _FEW_OVER
    return (few and curves >= _OUTLINED) or (pictured >= _COVERED and (few or not sane(text)))


def _stands_for_nothing(char: str) -> bool:
    return char == "\ufffd" or unicodedata.category(char) in ("Co", "Cn", "Cs", "Cc")


def _is_printed(char: str) -> bool:
    return char.isascii() or is_wide(char) or unicodedata.category(char) in ("No", "Nl", "Sm", "So", "Po")


def _in_words(text: str) -> int:
    """How many Chinese characters stand in dictionary words of two characters or more."""
    words = (word for word in _dictionary().cut(text, False) if len(word) > 1)
    return sum(len(_HAN.findall(word)) for word in words)


@cache
def _dictionary() -> rjieba.Jieba:
    import rjieba

    return rjieba.Jieba()
