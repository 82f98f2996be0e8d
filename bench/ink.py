"""Whether the ink under a paragraph's boxes is the paragraph: pages are rendered as the window shows them.

Three ways, none of them through our readers: what is printed in each box of the picture; whose text objects PDFium
prints where, each paragraph in a colour of its own; and the characters that PDFium's text page puts into the boxes.
Where no text is printed but a picture of it, the boxes are cut out and recognised.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.ink_pages import Glyph, Grey, cell, glyphs, in_boxes, ink_owners, printed_in, shown
from bench.scoring import alignment, bare
from rag.types import Box, Paragraph

if TYPE_CHECKING:
    from rapidocr import RapidOCR

INSIDE = 0.97  # least share of a paragraph's ink that lies in its boxes: some faces reach out of their em boxes
STRANGE = 0.02  # most ink of other text in the boxes of a paragraph, in shares of its own
READ = 0.9  # least agreement of what is recognised in the boxes with the paragraph
READ_SCALE = 200 / 72  # pixels to a point, of pictures that are recognised

Reader = Callable[[Grey], str]  # what is written in the picture of one line


@dataclass(frozen=True, slots=True)
class ParagraphInk:
    """Counts of one paragraph. `read` is the agreement of recognised text, for a paragraph without text objects.

    boxes: those in sight, wholly or in part; hidden: those outside the visible page. own, inside, strange: pixels of
    its own text, of these in its boxes, of other text in its boxes (in sight; 0 for the paragraphs of pictures).
    missing, extra: characters of its text that PDFium does not put into its boxes, and the other way round.
    """

    text: str
    page: int
    boxes: int
    hidden: int
    inked: int
    own: int
    inside: int
    strange: int
    missing: str
    extra: str
    read: float | None

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, in Chinese; empty when all ink is as it should be."""
        found = []
        if self.inked < self.boxes:
            found.append(f"{self.boxes - self.inked} 个框里没有墨")
        if self.own and self.inside < INSIDE * self.own:
            found.append(f"自己的墨只有 {self.inside / self.own:.3f} 在框里")
        if self.strange > STRANGE * max(self.own, 1):
            found.append(f"框里有 {self.strange} 点别处的墨")
        if self.read is None and self.boxes and not self.own:
            found.append("页面上没有它的墨")
        if self.missing or self.extra:
            found.append(f"框里少字“{self.missing}”，多字“{self.extra}”")
        if self.read is not None and self.read < READ:
            found.append(f"框里识别出的字只有 {self.read:.2f} 相符")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Ink:
    """Of one file or several. characters: those that PDFium knows; placed: of these in a box whose text holds them."""

    paragraphs: tuple[ParagraphInk, ...]
    characters: int
    placed: int

    def __add__(self, other: Ink) -> Ink:
        return Ink(
            (*self.paragraphs, *other.paragraphs), self.characters + other.characters, self.placed + other.placed
        )

    @property
    def covered(self) -> float | None:
        """Share of the characters that lie in the right boxes; None for pages without a text layer."""
        return self.placed / self.characters if self.characters else None

    @property
    def filled(self) -> float | None:
        """Share of the boxes in sight under which anything is printed."""
        boxes = sum(p.boxes for p in self.paragraphs)
        return sum(p.inked for p in self.paragraphs) / boxes if boxes else None

    @property
    def wrong(self) -> tuple[ParagraphInk, ...]:
        return tuple(p for p in self.paragraphs if p.problems)


def ink(path: Path, paragraphs: Sequence[Paragraph], password: str | None = None, reader: Reader | None = None) -> Ink:
    """Of the PDF at `path`, with the boxes of all `paragraphs` (headings and furniture too).

    Args:
        reader: recognises what stands in the boxes of pages that are pictures; None leaves that out.

    Raises:
        JianwenError: the window cannot show its pages.
    """
    import pypdfium2

    counts = [_Count(paragraph) for paragraph in paragraphs]
    characters = placed = 0
    with closing(pypdfium2.PdfDocument(path, password=password)) as document:
        for number, picture in enumerate(shown(path, password), start=1):
            page = document[number - 1]
            printed = glyphs(page)
            owners = [_owner(glyph, number, counts) for glyph in printed]
            characters += len(printed)
            placed += sum(owner is not None for owner in owners)
            _count_boxes(counts, number, picture)
            _count_characters(counts, number, printed)
            drawn = ink_owners(page, _objects(printed, owners, len(counts)))
            pixels = np.bincount(drawn[drawn >= 0], minlength=len(counts))
            for n, count in enumerate(counts):
                count.add(int(pixels[n]), *in_boxes(drawn, n, count.on(number)))
            page.close()
    if reader is not None:
        _recognise(path, password, [count for count in counts if count.is_picture], reader)
    return Ink(tuple(count.result() for count in counts), characters, placed)


class _Count:
    """What has been counted of a paragraph so far."""

    def __init__(self, paragraph: Paragraph) -> None:
        self.paragraph = paragraph
        self.text = _plain(paragraph.text)
        self._boxes: dict[int, list[Box]] = {}
        self._held: dict[int, list[tuple[Box, frozenset[str]]]] = {}
        for f in paragraph.fragments:
            self._boxes.setdefault(f.box.page, []).append(f.box)
            held = frozenset(_plain(paragraph.text[f.start : f.end]))
            self._held.setdefault(f.box.page, []).append((f.box, held))
        self.boxes = self.hidden = self.inked = self.own = self.inside = self.strange = 0
        self.characters: Counter[str] = Counter()
        self.recognised: str | None = None

    def on(self, page: int) -> list[Box]:
        return self._boxes.get(page, [])

    def holds(self, glyph: Glyph, page: int) -> bool:
        return any(_in(box, glyph) and held.issuperset(_plain(glyph.char)) for box, held in self._held.get(page, ()))

    def add(self, own: int, inside: int, strange: int) -> None:
        self.own, self.inside, self.strange = self.own + own, self.inside + inside, self.strange + strange

    @property
    def is_picture(self) -> bool:
        return not self.own and self.inked > 0 and not self.characters

    def result(self) -> ParagraphInk:
        true = Counter(self.text)
        paired = self.is_picture or not self._boxes
        return ParagraphInk(
            self.paragraph.text,
            self.paragraph.page,
            *(self.boxes, self.hidden, self.inked, self.own, self.inside, self.strange),
            missing="" if paired else "".join(sorted((true - self.characters).elements())),
            extra="" if paired else "".join(sorted((self.characters - true).elements())),
            read=None if self.recognised is None else alignment(self.text, _plain(self.recognised)),
        )


def _plain(text: str) -> str:
    """Radicals and ligatures as the characters they stand for, without white space."""
    return bare(unicodedata.normalize("NFKC", text))


def _in(box: Box, glyph: Glyph) -> bool:
    return box.x0 <= glyph.x <= box.x1 and box.y0 <= glyph.y <= box.y1


def _owner(glyph: Glyph, page: int, counts: Sequence[_Count]) -> int | None:
    """The number of the paragraph in whose boxes a glyph stands and whose text holds it."""
    return next((n for n, count in enumerate(counts) if count.holds(glyph, page)), None)


def _objects(printed: Sequence[Glyph], owners: Sequence[int | None], nobody: int) -> dict[int, int]:
    """Text object → the paragraph it belongs to; `nobody` for those of none or of several."""
    found: dict[int, int] = {}
    for glyph, owner in zip(printed, owners, strict=True):
        number = nobody if owner is None else owner
        if found.setdefault(glyph.drawn, number) != number:
            found[glyph.drawn] = nobody
    return found


def _count_boxes(counts: Sequence[_Count], page: int, picture: Grey) -> None:
    for count in counts:
        for box in count.on(page):
            match printed_in(picture, box):
                case None:
                    count.hidden += 1
                case inked:
                    count.boxes += 1
                    count.inked += inked


def _count_characters(counts: Sequence[_Count], page: int, printed: Sequence[Glyph]) -> None:
    for count in counts:
        boxes = count.on(page)
        for glyph in printed if boxes else ():
            if any(_in(box, glyph) for box in boxes):
                count.characters.update(_plain(glyph.char))


def _recognise(path: Path, password: str | None, counts: Sequence[_Count], reader: Reader) -> None:
    for number, picture in enumerate(shown(path, password, READ_SCALE) if counts else (), start=1):
        for count in counts:
            for crop in _crops(picture, count.on(number)):
                count.recognised = (count.recognised or "") + reader(crop)


def _crops(picture: Grey, boxes: Sequence[Box]) -> Iterator[Grey]:
    for box in boxes:
        if (at := cell(box, picture.shape, READ_SCALE)) is not None:
            yield picture[at]


@lru_cache(maxsize=1)
def _engine() -> RapidOCR:
    from rag.readers.portless import portless

    with portless():
        from rapidocr import RapidOCR

        return RapidOCR(params={"Global.log_level": "critical"})


def recognised(picture: Grey) -> str:
    """A `Reader`: RapidOCR as it comes, without its looking for lines."""
    found = _engine()(np.repeat(picture[..., None], 3, axis=2), use_det=False, use_cls=False, use_rec=True)
    return "".join(found.txts or ())
