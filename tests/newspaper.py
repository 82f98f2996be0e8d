"""A composing room for test newspapers: puts articles on pages and remembers what it printed where.

`tests.newspaper_families` decides what a page looks like. The result is the PDF and the truth about it: articles with
headlines and paragraphs, furniture, and the place of every glyph with the text that it belongs to.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tests.newspaper_corpus import Headline, Words
from tests.pdf_writer import Fonts, Frame, Rectangle, Sheet, Text, pdf
from tests.typesetting import SetLine, advance, set_headline, set_paragraph

Kind = Literal["kicker", "title", "subtitle", "paragraph", "caption", "table", "furniture"]
Order = Literal["natural", "frames", "shuffled", "charwise", "charwise shuffled"]
MARGIN = 40.0


@dataclass(frozen=True)
class Owner:
    """Which text a printed line belongs to: the number of its article (-1: furniture) and its own number there."""

    article: int
    kind: Kind
    number: int = 0


@dataclass(frozen=True)
class Printed:
    """A line on a page (from 1). `frame` numbers the text frames (a column, a headline) of the whole paper."""

    page: int
    text: Text
    owner: Owner
    frame: int


@dataclass(frozen=True)
class PrintedArticle:
    """The truth. `beside`: captions and table cells, which may be read as part of the article or not."""

    kicker: str
    title: str
    subtitle: str
    paragraphs: tuple[str, ...]
    beside: tuple[str, ...]
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Newspaper:
    name: str
    sheets: tuple[Sheet, ...]
    printed: tuple[Printed, ...]
    articles: tuple[PrintedArticle, ...]
    furniture: tuple[str, ...]

    @property
    def characters(self) -> Counter[str]:
        """Everything printed, without white space."""
        return Counter("".join(p.text.text for p in self.printed).replace(" ", ""))

    def glyphs(self) -> Iterator[tuple[Printed, str, Rectangle]]:
        """Every character with its em box on the page as it is shown."""
        for printed in self.printed:
            for char, box in printed.text.glyphs():
                if char != " ":
                    yield printed, char, self.sheets[printed.page - 1].shown(box)

    def pdf(self, *, fonts: Fonts = "named", user: str | None = None) -> bytes:
        return pdf(self.sheets, fonts=fonts, user=user)

    def with_order(self, order: Order, seed: int = 0) -> Newspaper:
        """The same pages, their content streams in another order."""
        rng = random.Random(seed)
        sheets = []
        for number, sheet in enumerate(self.sheets, start=1):
            own = [p for p in self.printed if p.page == number]
            if order == "frames":
                frames = {p.frame: rng.random() for p in own}
                own.sort(key=lambda p: frames[p.frame])
            texts = [p.text for p in own]
            if order.startswith("charwise"):
                texts = [glyph for text in texts for glyph in (text.apart() if not text.down else [text])]
            if order.endswith("shuffled"):
                rng.shuffle(texts)
            sheets.append(replace(sheet, texts=texts))
        return replace(self, name=f"{self.name}, {order}", sheets=tuple(sheets))

    def turned(self, rotate: int) -> Newspaper:
        sheets = tuple(replace(sheet, rotate=rotate) for sheet in self.sheets)
        return replace(self, name=f"{self.name}, turned {rotate}", sheets=sheets)

    def written_sideways(self) -> Newspaper:
        """Upright as shown, but by /Rotate and text that is written upwards."""
        sheets = tuple(replace(sheet, upright=True) for sheet in self.sheets)
        return replace(self, name=f"{self.name}, written sideways", sheets=sheets)

    def cropped(self) -> Newspaper:
        """Printer's margins around, cut off by the crop box."""
        sheets = tuple(
            replace(sheet, crop=f"[12 18 {sheet.width - 16:.0f} {sheet.height - 22:.0f}]") for sheet in self.sheets
        )
        return replace(self, name=f"{self.name}, cropped", sheets=sheets)


@dataclass(frozen=True)
class Style:
    """Sizes in points; `leading` in type sizes."""

    size: float = 10.0
    leading: float = 1.45
    gutter: float = 14.0
    column_rule: bool = False
    title: float = 20.0
    centred: bool = False
    bold: bool = True
    hang: bool = True
    whole_numbers: bool = True

    @property
    def pitch(self) -> float:
        return self.size * self.leading

    def measure(self, width: float, columns: int) -> float:
        return (width - (columns - 1) * self.gutter) / columns

    def column(self, x: float, width: float, columns: int, number: int) -> float:
        """Left edge of a column (from 0)."""
        return x + number * (self.measure(width, columns) + self.gutter)


@dataclass(frozen=True)
class Slot:
    """Room for `rows` lines in one column."""

    x: float
    top: float
    rows: int


@dataclass(frozen=True)
class CopyLine:
    line: SetLine
    owner: Owner
    bold: bool = False


@dataclass
class _Draft:
    headline: Headline
    paragraphs: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


class Press:
    """Collects what is printed. `page` is the one being printed on, from 1."""

    def __init__(self, rng: random.Random, width: float, height: float) -> None:
        self.rng = rng
        self.words = Words(rng)
        self.width, self.height = width, height
        self.page = 1
        self.furniture: list[str] = []
        self._sheets = [Sheet((), width, height)]
        self._printed: list[Printed] = []
        self._drafts: list[_Draft] = []
        self._frame = 0

    # ------------------------------------------------------------ pages

    def turn_page(self) -> None:
        self.page += 1
        self._sheets.append(Sheet((), self.width, self.height))

    def _mark(self, **more: tuple[Rectangle, ...] | tuple[Frame, ...]) -> None:
        sheet = self._sheets[self.page - 1]
        self._sheets[self.page - 1] = replace(
            sheet,
            rules=(*sheet.rules, *more.get("rules", ())),
            frames=(*sheet.frames, *more.get("frames", ())),
            pictures=(*sheet.pictures, *more.get("pictures", ())),
        )

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._mark(rules=((x0, y0, x1, y1),))

    def box(self, box: Rectangle, tint: float | None = None, border: bool = True) -> None:
        self._mark(frames=(Frame(box, tint, border),))

    def picture(self, box: Rectangle) -> None:
        self._mark(pictures=(box,))

    def put(self, text: Text, owner: Owner) -> None:
        self._printed.append(Printed(self.page, text, owner, self._frame))

    def next_frame(self) -> None:
        self._frame += 1

    def furnish(self, x: float, top: float, size: float, text: str, bold: bool = False) -> None:
        """Print furniture, a text of its own."""
        self.next_frame()
        self.put(Text(x, top, size, text, bold), Owner(-1, "furniture", len(self.furniture)))
        self.furniture.append(text)

    def page_number(self) -> None:
        text = self.rng.choice((str(self.page), f"— {self.page} —", f"第{self.page}版"))
        self.furnish(self.width / 2 - 10, self.height - 30, 9, text)

    # ------------------------------------------------------------ articles

    def article(self, kicker: bool = False, subtitle: bool = False, title: str | None = None) -> int:
        """Begin an article, with an invented title or the one given ("": none is printed); returns its number."""
        made = self.words.headline(kicker, subtitle)
        self._drafts.append(_Draft(made if title is None else replace(made, title=title)))
        return len(self._drafts) - 1

    @property
    def articles(self) -> int:
        return len(self._drafts)

    def title_of(self, article: int) -> Headline:
        return self._drafts[article].headline

    def said(self, article: int, text: str) -> Owner:
        """A further paragraph of an article, which the caller prints."""
        self._drafts[article].paragraphs.append(text)
        return Owner(article, "paragraph", len(self._drafts[article].paragraphs) - 1)

    def beside(self, article: int, text: str, kind: Kind) -> Owner:
        self._drafts[article].beside.append(text)
        return Owner(article, kind, len(self._drafts[article].beside) - 1)

    def paragraph(self, article: int, text: str, measure: float, style: Style, bold: bool = False) -> list[CopyLine]:
        lines = set_paragraph(text, measure, style.size, hang=style.hang, whole_numbers=style.whole_numbers)
        owner = self.said(article, text)
        return [CopyLine(line, owner, bold) for line in lines]

    def compose(self, article: int, measure: float, style: Style, most: int, opening: str = "") -> list[CopyLine]:
        """Paragraphs that make about `most` lines, no more; the first one begins with `opening`."""
        copy: list[CopyLine] = []
        misses = 0
        while len(copy) < 0.8 * most and misses < 12:
            text = ("" if copy else opening) + self.words.paragraph()
            needed = len(set_paragraph(text, measure, style.size, hang=style.hang, whole_numbers=style.whole_numbers))
            if len(copy) + needed <= most:
                copy += self.paragraph(article, text, measure, style)
            else:
                misses += 1
        assert copy, f"no paragraph fits into {most} lines of {measure:.0f} points"
        return copy

    def flow(self, copy: Sequence[CopyLine], slots: Sequence[Slot], style: Style) -> None:
        """Print `copy` into the columns, one after another."""
        left = list(copy)
        for slot in slots:
            self.next_frame()
            for row, line in enumerate(left[: slot.rows]):
                top = slot.top + row * style.pitch
                text = Text(slot.x + line.line.indent, top, style.size, line.line.text, line.bold, line.line.spacing)
                self.put(text, line.owner)
            left = left[slot.rows :]
        assert not left, f"{len(left)} lines do not fit"

    # ------------------------------------------------------------ headlines

    def headline(self, article: int, x: float, top: float, width: float, style: Style) -> float:
        """Kicker, title and subtitle; returns the height where the text may begin."""
        self.next_frame()
        words = self.title_of(article)
        small = round(style.title * 0.6, 1)
        y = top
        if words.kicker:
            y = self._head(words.kicker, Owner(article, "kicker"), x, y, width, small, style.centred, False) + 3
        y = self._head(words.title, Owner(article, "title"), x, y, width, style.title, style.centred, style.bold)
        if words.subtitle:
            y = self._head(words.subtitle, Owner(article, "subtitle"), x, y + 3, width, small, style.centred, False)
        return y + 0.8 * style.size

    def _head(
        self, text: str, owner: Owner, x: float, top: float, width: float, size: float, centred: bool, bold: bool
    ) -> float:
        for line in set_headline(text, width, size):
            indent = (width - advance(line, size)) / 2 if centred else 0.0
            self.put(Text(x + indent, top, size, line, bold), owner)
            top += 1.2 * size
        return top

    # ------------------------------------------------------------ the result

    def paper(self, name: str) -> Newspaper:
        drafts = self._drafts
        articles = tuple(
            PrintedArticle(
                draft.headline.kicker,
                draft.headline.title,
                draft.headline.subtitle,
                tuple(draft.paragraphs),
                tuple(draft.beside),
                tuple(sorted({p.page for p in self._printed if p.owner.article == number})),
            )
            for number, draft in enumerate(drafts)
        )
        sheets = tuple(
            replace(sheet, texts=tuple(p.text for p in self._printed if p.page == number))
            for number, sheet in enumerate(self._sheets, start=1)
        )
        return Newspaper(name, sheets, tuple(self._printed), articles, tuple(self.furniture))
