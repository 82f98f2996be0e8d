"""The head and the foot of a 简报: red name, number, issuer and day over a red line; whom it goes to, at the foot.

What is printed beside the values of a briefing comes from `masthead.toml`: ours, or a bureau's own of that name beside
the settings.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from rag.briefings import Masthead
from rag.errors import JianwenError
from rag.settings import home
from rag.typeset.blocks import Block, Run
from rag.typeset.characters import printable
from rag.typeset.form import (
    COLOPHON,
    MASTHEAD_ISSUE,
    MASTHEAD_LINE,
    MASTHEAD_NAME,
    MASTHEAD_RULE,
    TEXT_WIDTH,
)

STANDARD = Path(__file__).with_name("masthead.toml")
_THIN = 1.0  # the lines around whom it goes to, in points


@dataclass(frozen=True, slots=True)
class MastheadWords:
    """The words around the values; see `masthead.toml`."""

    number: str
    date: str
    to: str
    cc: str
    between: str


def own_words() -> Path:
    """Where a bureau puts its own."""
    return home() / STANDARD.name


def read_words(path: Path | None = None) -> MastheadWords:
    """From the file, by default the bureau's own where there is one, else ours.

    Raises:
        JianwenError: the file cannot be read or misses something.
    """
    path = path or (own_words() if own_words().is_file() else STANDARD)
    try:
        found = tomllib.loads(path.read_text("utf-8-sig"))
        words = MastheadWords(**{field.name: str(found[field.name]) for field in fields(MastheadWords)})
        words.number.format(number="")
        words.date.format(year="", month="", day="")
        words.to.format(names=""), words.cc.format(names="")
    except OSError as error:
        raise JianwenError(f"读不了报头模板“{path.name}”。请检查它是否还在、是否允许读取。") from error
    except (ValueError, KeyError, IndexError) as error:
        raise JianwenError(f"报头模板“{path.name}”写得不对（{error}）。请对照自带的模板改正。") from error
    return words


def head(masthead: Masthead, words: MastheadWords) -> list[Block]:
    name = printable(masthead.name)
    size = min(MASTHEAD_NAME.size, int(TEXT_WIDTH / max(1, len(name))))
    blocks = [Block(replace(MASTHEAD_NAME, size=float(size)), (Run(name),))]
    number = printable(masthead.number)
    if number:
        shown = words.number.format(number=number) if number.isdigit() else number
        blocks.append(Block(MASTHEAD_ISSUE, (Run(shown),)))
    blocks.append(Block(MASTHEAD_LINE, (Run(f"{printable(masthead.issuer)}\t{_date(masthead, words)}"),)))
    blocks.append(Block(MASTHEAD_RULE, ()))
    return blocks


def _date(masthead: Masthead, words: MastheadWords) -> str:
    day = masthead.date
    return words.date.format(year=day.year, month=day.month, day=day.day) if day else ""


def foot(masthead: Masthead, words: MastheadWords) -> list[Block]:
    """Whom it goes to, between two thin lines; nothing where nobody is named."""
    lines = []
    for form, names in ((words.to, masthead.to), (words.cc, masthead.cc)):
        known = [name for name in map(printable, names) if name]
        if known:
            lines.append(form.format(names=words.between.join(known)))
    return [
        Block(
            replace(
                COLOPHON,
                name=f"{COLOPHON.name}{n + 1}",
                rule_above=_THIN,
                rule_below=_THIN if n == len(lines) - 1 else 0.0,
            ),
            (Run(line),),
            at_foot=True,
        )
        for n, line in enumerate(lines)
    ]
