"""How well a reading of a file agrees with the truth about it: articles, titles, order, characters. Pure.

White space is dropped on both sides before anything is compared. Two texts agree by their alignment: the longest
common subsequence, as precision and recall of characters (`alignment`), so that the right characters in the wrong
order do not count; bags of characters would forgive columns that are read across.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

FOUND = 0.8  # least agreement of a true article's text with one of ours
WINDOW = 20  # characters
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class TrueArticle:
    """What is printed. `runs`: stretches of the text in order; between two of them a picture's caption or a table may
    rightly stand, so that no window is laid across. `others`: captions and table cells, which may stand in the article
    or not. `kicker` and `subtitle` are None where the truth says nothing about them, "" where there is none."""

    title: str
    runs: tuple[str, ...]
    others: tuple[str, ...] = ()
    kicker: str | None = None
    subtitle: str | None = None

    @property
    def text(self) -> str:
        return "".join(self.runs)


@dataclass(frozen=True, slots=True)
class OurArticle:
    title: str
    text: str
    kicker: str = ""
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Ours:
    """A whole reading: the articles, and all text with headings, without and with furniture."""

    articles: tuple[OurArticle, ...]
    text: str
    furniture: str


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, so that those of several files can be added (`total`)."""

    true: int  # articles printed
    ours: int  # articles read
    found: int  # pairs that agree
    titled: int  # found with exactly the printed title
    heads: int  # articles of which kicker and subtitle are known
    headed: int  # of these, found with exactly the printed kicker and subtitle, none where none is printed
    windows: int
    in_article: int  # windows that stand intact in the matched article
    in_text: int  # windows that stand intact anywhere in our text
    lost: int  # printed characters that stand nowhere in our text, furniture included
    invented: int  # characters of our articles and headings, furniture left out, that no article prints

    @property
    def f1(self) -> float:
        return 2 * self.found / (self.true + self.ours) if self.true + self.ours else 1.0

    @property
    def titles(self) -> float:
        return self.titled / self.true if self.true else 1.0

    @property
    def subheads(self) -> float | None:
        return self.headed / self.heads if self.heads else None

    @property
    def contig(self) -> float:
        return self.in_article / self.windows if self.windows else 1.0

    @property
    def contig_anywhere(self) -> float:
        return self.in_text / self.windows if self.windows else 1.0


def bare(text: str) -> str:
    """`text` without white space."""
    return _WHITE.sub("", text)


def common(a: str, b: str) -> int:
    """Length of the longest common subsequence, by the bit-parallel recurrence of Hyyrö (2004)."""
    places: dict[str, int] = {}
    for i, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << i
    full = (1 << len(a)) - 1
    row = full
    for char in b:
        match = row & places.get(char, 0)
        row = ((row + match) | (row - match)) & full
    return len(a) - row.bit_count()


def alignment(a: str, b: str, least: float = 0.0) -> float:
    """Character F1 of two texts aligned in order; 0 when it is clear beforehand that `least` is not reached."""
    if not a or not b:
        return float(a == b)
    if least:
        bags = 2 * (Counter(a) & Counter(b)).total() / (len(a) + len(b))
        if bags < least:
            return 0.0
    return 2 * common(a, b) / (len(a) + len(b))


def matched(true: Sequence[TrueArticle], ours: Sequence[OurArticle]) -> dict[int, int]:
    """True article → our article, one to one, the best pairs first, none below `FOUND`."""
    pairs = [
        (alignment(bare(t.text), bare(o.text), FOUND), bare(t.title) == bare(o.title), i, j)
        for i, t in enumerate(true)
        for j, o in enumerate(ours)
    ]
    found: dict[int, int] = {}
    for agreement, _, i, j in sorted(pairs, key=lambda p: (-p[0], not p[1], p[2], p[3])):
        if agreement >= FOUND and i not in found and j not in found.values():
            found[i] = j
    return found


def windows(run: str) -> list[str]:
    """All stretches of `WINDOW` characters; a shorter text is one."""
    run = bare(run)
    return [run[i : i + WINDOW] for i in range(max(1, len(run) - WINDOW + 1))] if run else []


def intact(true: Iterable[TrueArticle], text: str) -> float:
    """Share of the windows of all articles that stand in `text`."""
    text = bare(text)
    all_windows = [w for article in true for run in article.runs for w in windows(run)]
    return sum(w in text for w in all_windows) / len(all_windows) if all_windows else 1.0


def score(true: Sequence[TrueArticle], ours: Ours) -> Score:
    found = matched(true, ours.articles)
    whole = bare(ours.text + ours.furniture)
    count = in_article = in_text = 0
    for i, article in enumerate(true):
        home = bare(ours.articles[found[i]].text) if i in found else ""
        for window in (w for run in article.runs for w in windows(run)):
            count += 1
            in_article += window in home
            in_text += window in whole
    heads = {i for i, t in enumerate(true) if t.kicker is not None and t.subtitle is not None}
    printed = Counter(
        bare("".join("".join((t.title, t.kicker or "", t.subtitle or "", t.text, *t.others)) for t in true))
    )
    return Score(
        true=len(true),
        ours=len(ours.articles),
        found=len(found),
        titled=sum(bare(true[i].title) == bare(ours.articles[j].title) for i, j in found.items()),
        heads=len(heads),
        headed=sum(_headed(true[i], ours.articles[j]) for i, j in found.items() if i in heads),
        windows=count,
        in_article=in_article,
        in_text=in_text,
        lost=(printed - Counter(whole)).total(),
        invented=(Counter(bare(ours.text)) - printed).total(),
    )


def _headed(true: TrueArticle, ours: OurArticle) -> bool:
    return bare(true.kicker or "") == bare(ours.kicker) and bare(true.subtitle or "") == bare(ours.subtitle)


def total(scores: Iterable[Score]) -> Score:
    """All files as one."""
    given = list(scores)
    return Score(**{field.name: sum(getattr(s, field.name) for s in given) for field in fields(Score)})
