"""What a Word document's styles.xml and numbering.xml say: type size, weight, outline level, printed list labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.text import clean_line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_OFF = frozenset({"0", "false", "off", "none"})
_TITLE = re.compile(r"^(?:title|标题|大标题|主标题|公文标题|文章标题)$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc(?: \d|heading)?|目录 ?\d?)$", re.IGNORECASE)
_HEADING = re.compile(r"^(?:heading|标题) ?(\d)$", re.IGNORECASE)
_DEEPEST = 30  # styles that rest on each other; more is a circle
_BODY_LEVEL = 9  # w:outlineLvl of ordinary text


def local(element: Element) -> str:
    """The tag without its namespace; "" for what is no element (comments, instructions)."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def transitional(root: Element) -> Element:
    """Names of the strict variant of the format (ISO 29500-4 aside) become those of the usual one, in place."""
    for element in root.iter(f"{_STRICT}*"):
        element.tag = W + local(element)
        for name, value in list(element.attrib.items()):
            if name.startswith(_STRICT):
                del element.attrib[name]
                element.set(W + name.rpartition("}")[2], value)
    return root


def value(parent: Element | None, name: str) -> str | None:
    """`w:val` of the child `name`; "" where it stands without one, None where it does not stand."""
    child = None if parent is None else parent.find(W + name)
    return None if child is None else str(child.get(f"{W}val", ""))


def flag(properties: Element | None, name: str) -> bool | None:
    """An on/off property: None where nothing is said."""
    said = value(properties, name)
    return None if said is None else said.lower() not in _OFF


def _whole(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else otherwise


class Styles:
    """styles.xml, or its absence."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._default: str = ""
        self._run_defaults: Element | None = None
        if root is None:
            return
        self._run_defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        for style in root.iter(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            self._styles[name] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default", "0").lower() not in _OFF:
                self._default = name

    def chain(self, style: str | None) -> Iterator[Element]:
        """The style and those it is based on, nearest first; the document's default where none is given."""
        return self._based(style or self._default)

    def _based(self, name: str) -> Iterator[Element]:
        for _ in range(_DEEPEST):
            found = self._styles.get(name)
            if found is None:
                return
            yield found
            name = value(found, "basedOn") or ""

    def _names(self, style: str | None) -> Iterator[str]:
        return (value(found, "name") or "" for found in self.chain(style))

    def is_title(self, style: str | None) -> bool:
        return any(_TITLE.match(name) for name in self._names(style))

    def is_contents(self, style: str | None) -> bool:
        return any(_CONTENTS.match(name) for name in self._names(style))

    def level(self, paragraph: Element | None, style: str | None) -> int:
        """The outline level, 1 highest, 0 for ordinary text: its own, else its style's, else by the style's name."""
        own = value(paragraph, "outlineLvl")
        for found in self.chain(style):
            own = value(found.find(f"{W}pPr"), "outlineLvl") if own is None else own
        if own is not None:
            level = _whole(own, _BODY_LEVEL)
            return level + 1 if 0 <= level < _BODY_LEVEL else 0
        return next((int(m[1]) for name in self._names(style) if (m := _HEADING.match(name))), 0)

    def numbering(self, paragraph: Element | None, style: str | None) -> tuple[str, int] | None:
        """(list, level from 0) of a paragraph that bears a label."""
        sources = [paragraph, *(found.find(f"{W}pPr") for found in self.chain(style))]
        number: str | None = None
        depth: int | None = None
        for source in sources:
            place = None if source is None else source.find(f"{W}numPr")
            number = value(place, "numId") if number is None else number
            if depth is None and value(place, "ilvl") is not None:
                depth = _whole(value(place, "ilvl"))
        return None if not number or number == "0" else (number, depth or 0)

    def setting(self, run: Element | None, style: str | None) -> tuple[float, bool]:
        """Type size in points and weight of a run in a paragraph of `style`."""
        sources = [run]
        sources += [found.find(f"{W}rPr") for found in self._based(value(run, "rStyle") or "")]
        sources += [found.find(f"{W}rPr") for found in self.chain(style)]
        sources.append(self._run_defaults)
        sizes = (value(source, "sz") for source in sources)
        size = next((int(s) / 2 for s in sizes if s and s.isdecimal() and len(s) < 5), 10.0)
        weights = (flag(source, "b") for source in sources)
        return size, next((weight for weight in weights if weight is not None), False)


# ---------------------------------------------------------------- labels of lists


@dataclass(frozen=True, slots=True)
class _Level:
    format: str
    text: str
    start: int
    restarts: bool
    plain: bool  # all its numbers in Arabic digits (w:isLgl)
    apart: bool  # white space between label and text


@dataclass(slots=True)
class Numbering:
    """numbering.xml, counting along: ask for each paragraph's label in the order of the document."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)  # by list
    shared: dict[str, str] = field(default_factory=dict)  # lists that count together
    starts: dict[tuple[str, int], int] = field(default_factory=dict)  # set by a list for itself
    counts: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))

    @classmethod
    def of(cls, root: Element | None) -> Numbering:
        made = cls()
        if root is None:
            return made
        abstract = {a.get(f"{W}abstractNumId", ""): a for a in root.findall(f"{W}abstractNum")}
        by_style = {link: a for a in abstract.values() if (link := value(a, "styleLink"))}
        for listed in root.findall(f"{W}num"):
            number = listed.get(f"{W}numId", "")
            base = value(listed, "abstractNumId") or ""
            source = abstract.get(base)
            source = by_style.get(value(source, "numStyleLink") or "", source)
            levels = {} if source is None else {_depth(level): _level(level) for level in source.findall(f"{W}lvl")}
            for override in listed.findall(f"{W}lvlOverride"):
                replaced = override.find(f"{W}lvl")
                if replaced is not None:
                    levels[_depth(override)] = _level(replaced)
                if (start := value(override, "startOverride")) is not None:
                    made.starts[number, _depth(override)] = _whole(start, 1)
            made.levels[number], made.shared[number] = levels, base
        return made

    def label(self, number: str, depth: int) -> str:
        """What is printed before the next paragraph of this list: «（一）», «1. »; "" for bullets and unknown lists."""
        levels = self.levels.get(number, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self.counts[self.shared[number]]
        start = self.starts.pop((number, depth), None)  # counts once, where the list begins
        counts[depth] = start if start is not None else counts.get(depth, level.start - 1) + 1
        for deeper in [d for d in counts if d > depth and levels.get(d, level).restarts]:
            del counts[deeper]
        if level.format in ("bullet", "none"):
            return ""

        def printed(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = levels.get(at, level)
            return numeral(counts.get(at, other.start), "decimal" if level.plain else other.format)

        label = clean_line(re.sub(r"%([1-9])", printed, level.text))
        return label + " " if label and level.apart else label


def _depth(element: Element) -> int:
    return _whole(element.get(f"{W}ilvl"))


def _level(element: Element) -> _Level:
    return _Level(
        format=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText") or "",
        start=_whole(value(element, "start"), 1),
        restarts=value(element, "lvlRestart") != "0",
        plain=bool(flag(element, "isLgl")),
        apart=value(element, "suff") != "nothing",
    )


_HAN_DIGITS = "〇一二三四五六七八九"
_LEGAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
_ROMAN_ONES = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def _counted(n: int, digits: str, units: str) -> str:
    """1–9999 as spoken: 十二, 一百零五."""
    text, gap = "", False
    for place, unit in zip((1000, 100, 10, 1), (*units, ""), strict=True):
        digit = n // place % 10
        if digit:
            text += ("零" if gap and text else "") + digits[digit] + unit
        gap = not digit
    if n < 20 and digits is _HAN_DIGITS:
        text = text.removeprefix("一") if text.startswith("一十") else text
    return text


def _roman(n: int) -> str:
    text = ""
    for amount, letters in _ROMAN + _ROMAN_ONES:
        text, n = text + letters * (n // amount), n % amount
    return text


def numeral(n: int, form: str) -> str:
    """`n` as Word prints it in the number format `form` (ST_NumberFormat); Arabic digits for formats not known."""
    if not 0 < n < 4000:
        return str(n)
    match form:
        case "chineseCounting" | "chineseCountingThousand" | "japaneseCounting" | "taiwaneseCountingThousand":
            return _counted(n, _HAN_DIGITS, "千百十")
        case "chineseLegalSimplified":
            return _counted(n, _LEGAL_DIGITS, "仟佰拾")
        case "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseCounting" | "taiwaneseDigital":
            return "".join(_HAN_DIGITS[int(d)] for d in str(n))
        case "ideographTraditional":
            return _STEMS[(n - 1) % 10]
        case "ideographZodiac":
            return _BRANCHES[(n - 1) % 12]
        case "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if n <= 20:
            return chr(ord("①") + n - 1)
        case "decimalEnclosedParen" if n <= 20:
            return chr(ord("⑴") + n - 1)
        case "decimalEnclosedFullstop" if n <= 20:
            return chr(ord("⒈") + n - 1)
        case "decimalFullWidth" | "decimalFullWidth2":
            return "".join(chr(ord("０") + int(d)) for d in str(n))
        case "decimalZero":
            return f"{n:02}"
        case "upperRoman":
            return _roman(n)
        case "lowerRoman":
            return _roman(n).lower()
        case "upperLetter":
            return chr(ord("A") + (n - 1) % 26) * ((n - 1) // 26 + 1)
        case "lowerLetter":
            return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)
    return str(n)
