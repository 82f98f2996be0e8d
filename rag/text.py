"""Chinese text as a string: cleaning, joining printed lines, splitting, search terms. Pure and fast.

Positions are Python string indices, `end` exclusive. What is *said* in a text (figures, dates, names) is found by
`rag.statements.facts`, offered here as `facts` and `Fact`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rjieba

Span = tuple[int, int]

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
CLOSERS = "”’」』）)】》〉〕］]\"'"
_HAN_RUN = re.compile(f"[{HAN}]+")
_LATIN_RUN = re.compile(r"[a-z0-9]+(?:[.\-_][a-z0-9]+)*")
_SENTENCE = re.compile(rf"[^。！？；…!?]*(?:[。！？；…!?]+[{re.escape(CLOSERS)}]*\s*|$)", re.S)
_CHINESE = re.compile(f"[{HAN}]")
_BROKEN_NUMBER = re.compile(r"\d[.,]?$")
_SPREAD_YEAR = re.compile(r"(?<!\S)([12]) (\d) (\d) (\d)(?= ?年)")
_CLAUSE_END = re.compile(rf"[，、：,:；;][{re.escape(CLOSERS)}]*")


def normalise(text: str) -> str:
    """For matching and searching only, never for showing: NFKC, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


def plain(text: str) -> str:
    """`text` without control and format characters; line breaks become spaces. For showing: no text may
    turn a line around, move the cursor or hide words."""
    return "".join(
        " " if c in "\n\t" else c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf")
    )


@lru_cache(maxsize=65536)
def is_wide(char: str) -> bool:
    """Whether `char` fills a whole cell of Chinese type: Han, kana, full-width forms, Chinese punctuation."""
    width = unicodedata.east_asian_width(char)
    # “ ” — … are "ambiguous" in Unicode and full-width in Chinese print; ambiguous letters (Greek, é) are not
    return width in "WF" or (width == "A" and not char.isalnum())


def width(text: str) -> float:
    """Printed width of `text` in cells of Chinese type: wide characters 1, all others ½, white space ¼."""
    return sum(0.25 if c.isspace() else 1.0 if is_wide(c) else 0.5 for c in text)


def clean_line(text: str) -> str:
    """`text` without the stray spaces that justified type leaves («教 育 工 作», «2024 年»).

    One space stays where two narrow characters meet (Latin words, two numbers), but not before a per cent sign.
    A year spaced digit by digit («2 0 2 4 年») is closed up. Characters other than white space never change.
    """
    words = _SPREAD_YEAR.sub(r"\1\2\3\4", " ".join(text.split())).split(" ")
    parts = [words[0]]
    for left, right in pairwise(words):
        glued = is_wide(left[-1]) or is_wide(right[0]) or right[0] in "%‰°℃"
        parts.append(right if glued else f" {right}")
    return "".join(parts)


def joint(left: str, right: str) -> str:
    """What belongs between two cleaned lines of one paragraph: a space between Latin words or numbers, else nothing.

    In Chinese print a number is broken wherever the line ends («21.» «58%»), so there two parts of one are closed up.
    """
    if not left or not right or is_wide(left[-1]) or is_wide(right[0]):
        return ""
    if (
        right[0].isdecimal()
        and _BROKEN_NUMBER.search(left[-2:])
        and _CHINESE.search(left[-40:])
        and _CHINESE.search(right)
    ):
        return ""
    before = left[-1].isalnum() or left[-1] in ",.;:!?)%"
    return " " if before and (right[0].isalnum() or right[0] == "(") else ""


def join_lines(lines: Iterable[str]) -> str:
    """The printed lines of one paragraph as running text. Loses and adds nothing but white space."""
    text = ""
    for line in lines:
        cleaned = clean_line(line)
        text += joint(text, cleaned) + cleaned
    return text


def character_pairs(text: str) -> set[str]:
    """Neighbouring characters, two by two: what Chinese texts are compared by."""
    return {left + right for left, right in pairwise(text)}


def letter_pairs(text: str) -> set[str]:
    """The character pairs of `text` without marks and white space, in one notation."""
    return character_pairs("".join(character for character in normalise(text) if character.isalnum()))


def sentences(text: str) -> tuple[Span, ...]:
    """Spans that tile `text`, each ending after 。！？；… (and closing quotes or brackets that follow) or the end."""
    return tuple(m.span() for m in _SENTENCE.finditer(text) if m.end() > m.start())


# ---------------------------------------------------------------- passages

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_NUMBER = r"(?P<n>[一二三四五六七八九十]{1,3}|\d{1,2})"
_ENUMERATORS = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in {
        "是": r"(?P<n>[一二三四五六七八九十]{1,3})是",
        "要": r"(?P<n>[一二三四五六七八九十]{1,3})要",
        "、": _NUMBER + "、",
        "（": rf"[（(]{_NUMBER}[）)]",
        "第": r"第(?P<n>[一二三四五六七八九十]{1,3})[，,、：]",
        ".": r"(?P<n>\d{1,2})[.．](?!\d)",
        "①": r"(?P<n>[①-⑳])",
    }.items()
)


def _ordinal(numeral: str) -> int:
    """1–99 in Chinese or Arabic digits, or ①–⑳; 0 when it is not a number."""
    if numeral.isdecimal():
        return int(numeral)
    if len(numeral) == 1 and "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    tens, ten, ones = numeral.rpartition("十")
    if tens not in {"", *_DIGITS} or ones not in {"", *_DIGITS}:
        return 0
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def enumerator(text: str) -> tuple[str, int] | None:
    """The kind and the number that a member of an enumeration begins with («三要», «（三）»), if it does."""
    found = ((kind, match) for kind, pattern in _ENUMERATORS if (match := pattern.match(text)))
    return next(((kind, _ordinal(match["n"])) for kind, match in found), None)


def enumerators(text: str) -> tuple[tuple[int, str, int], ...]:
    """Where the members of an enumeration begin: (position, kind, number), only those with a neighbour in number.

    Looked for at sentence starts and after a colon or a comma, so «统一是» or «三是» inside a word never counts.
    """
    starts = sorted({0, *(end for _, end in sentences(text)), *(m.end() for m in re.finditer("[：:，,]", text))})
    found: list[tuple[int, str, int]] = []
    for start in starts:
        for kind, pattern in _ENUMERATORS:
            if match := pattern.match(text, start):
                found.append((start, kind, _ordinal(match["n"])))
                break
    known = {(kind, number) for _, kind, number in found}
    return tuple(f for f in found if (f[1], f[2] - 1) in known or (f[1], f[2] + 1) in known)


def _short_enough(text: str, start: int, end: int, limit: int) -> Iterator[Span]:
    """One sentence, cut after commas (or, failing them, anywhere) into spans of at most `limit`."""
    while end - start > limit:
        cuts = [m.end() for m in _CLAUSE_END.finditer(text, start, start + limit) if m.end() < end]
        cut = cuts[-1] if cuts else start + limit
        yield start, cut
        start = cut
    yield start, end


def passages(text: str, limit: int = 240) -> tuple[Span, ...]:
    """Spans that tile `text`: whole sentences gathered up to `limit` characters, a new one at each enumerator.

    Only a single sentence longer than `limit` is cut, at a comma where it has one.
    """
    if limit < 1:
        raise ValueError(f"limit {limit} < 1")
    forced = {position for position, _, _ in enumerators(text)}
    cuts = sorted({0, len(text), *forced, *(end for _, end in sentences(text))})
    spans: list[Span] = []
    for start, end in pairwise(cuts):
        if spans and start not in forced and end - spans[-1][0] <= limit:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.extend(_short_enough(text, start, end, limit))
    return tuple(spans)


# ---------------------------------------------------------------- search terms


@cache
def _segmenter() -> rjieba.Jieba:
    import rjieba

    return rjieba.Jieba()


@dataclass(frozen=True, slots=True)
class Word:
    """A word at `start:end` with its part of speech as jieba tags it: n…, nr (person), ns (place), nt (office), v…."""

    text: str
    tag: str
    start: int
    end: int


@lru_cache(maxsize=256)  # a statement is held against many texts, and a text against many statements
def tagged_words(text: str) -> tuple[Word, ...]:
    """The words of `text` in order; they tile it."""
    words: list[Word] = []
    position = 0
    for word, tag in _segmenter().tag(text):
        words.append(Word(word, tag, position, position + len(word)))
        position += len(word)
    return tuple(words)


def search_terms(text: str) -> tuple[str, ...]:
    """Terms for the keyword index, normalised, duplicates kept, no stop words (some lists drop 今年 or 要求).

    rjieba's search-mode words, then all pairs of neighbouring Han characters, then Latin and digit runs.
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    terms = [word for word in _segmenter().cut_for_search(plain) if _HAN_RUN.search(word)]
    for run in _HAN_RUN.findall(normalise(text)):
        terms.extend(run[i : i + 2] for i in range(len(run) - 1))
    terms.extend(_LATIN_RUN.findall(plain))
    return tuple(terms)
