"""Chinese type set into justified lines, as composing rooms do it: for PDFs made by tests. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

NEVER_FIRST = "，。、；：！？）》”’%"
NEVER_LAST = "（《“‘"
MOST_STRETCH = 0.45  # of the type size, between two characters


@dataclass(frozen=True, slots=True)
class SetLine:
    """`indent`: points from the left edge of the column; `spacing`: points added after each character."""

    text: str
    indent: float = 0.0
    spacing: float = 0.0


def advance(text: str, size: float, spacing: float = 0.0) -> float:
    """Printed width in points, the last character's spacing left out: ASCII is half as wide as it is high."""
    cells = sum(0.5 if char.isascii() else 1.0 for char in text)
    return cells * size + max(0, len(text) - 1) * spacing


def _units(text: str, whole_numbers: bool) -> list[str]:
    """What a line is never broken inside: characters, and with `whole_numbers` runs of digits and Latin letters."""
    units: list[str] = []
    for char in text:
        glued = units and char.isascii() and units[-1][-1].isascii() and char != " " and units[-1][-1] != " "
        latin = units and char.isalpha() and units[-1][-1].isalpha()
        if glued and (whole_numbers or latin):
            units[-1] += char
        else:
            units.append(char)
    return units


def set_paragraph(
    text: str,
    measure: float,
    size: float,
    *,
    indent: float = 2.0,
    hang: bool = True,
    whole_numbers: bool = True,
    justify: bool = True,
) -> list[SetLine]:
    """`text` as lines of at most `measure` points; with `hang`, one closing mark may stand outside of it.

    The first line is indented by `indent` characters, every line but the last is stretched to the measure.
    """
    lines: list[SetLine] = []
    units = _units(text, whole_numbers)
    while units:
        start = indent * size if not lines else 0.0
        taken = _fill(units, measure - start, size, hang)
        line, units = "".join(units[:taken]), units[taken:]
        lines.append(SetLine(line, start, _stretch(line, measure - start, size) if justify and units else 0.0))
    return lines


def _fill(units: Sequence[str], room: float, size: float, hang: bool) -> int:
    """How many of `units` stand on a line `room` points wide, at least one."""
    used, taken = 0.0, 0
    while taken < len(units) and used + advance(units[taken], size) <= room + 0.01:
        used += advance(units[taken], size)
        taken += 1
    taken = max(1, taken)
    if taken < len(units) and units[taken] in NEVER_FIRST:
        if hang and units[taken] in "，。、；：！？":
            return taken + 1
        while taken > 1 and units[taken] in NEVER_FIRST:
            taken -= 1
    while taken > 1 and taken < len(units) and units[taken - 1] in NEVER_LAST:
        taken -= 1
    return taken


def _stretch(line: str, room: float, size: float) -> float:
    if len(line) < 2 or (advance(line, size) > room and line[-1] in NEVER_FIRST):  # a mark hangs: nothing to stretch
        core = line[:-1]
        spare = room - advance(core, size)
        return max(0.0, spare) / max(1, len(core) - 1) if spare > 0.01 * size else 0.0
    return min(max(0.0, room - advance(line, size)) / (len(line) - 1), MOST_STRETCH * size)


def set_headline(text: str, measure: float, size: float) -> list[str]:
    """`text` on as few lines of about one length as `measure` allows."""
    if advance(text, size) <= measure:
        return [text]
    count = int(-(-advance(text, size) // measure))
    while True:
        each = -(-len(text) // count)
        cut = [text[i : i + each] for i in range(0, len(text), each)]
        if all(advance(line, size) <= measure for line in cut) or each == 1:
            break
        count += 1
    for i, (line, following) in enumerate(pairwise(cut)):
        if following[0] in NEVER_FIRST:
            cut[i], cut[i + 1] = line + following[0], following[1:]
    return [line.strip() for line in cut if line.strip()]
