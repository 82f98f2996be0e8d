"""Stored boxes lie over the ink: pages are rendered and compared with where each glyph was printed.

The pages are set in squares, so that the ink is the same on every machine.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.reading_quality import all_paragraphs
from bench.scoring import bare
from rag.articles import read_articles
from rag.readers import read_file
from rag.types import Box, Reading
from tests.newspaper import Newspaper, Owner
from tests.newspaper_families import FAMILIES
from tests.pdf_writer import Rectangle

SCALE = 2.0  # pixels to a point
DARK = 128
Glyph = tuple[int, Rectangle]  # page, em box

CASES: dict[str, tuple[str, Callable[[Newspaper], Newspaper]]] = {
    "across columns": ("side by side", lambda paper: paper),
    "across pages": ("next page", lambda paper: paper),
    "beside pictures": ("pictures", lambda paper: paper),
    "shuffled": ("boxed", lambda paper: paper.with_order("charwise shuffled", 1)),
    "turned 90": ("boxed", lambda paper: paper.turned(90)),
    "turned 180": ("columns 3", lambda paper: paper.turned(180)),
    "turned 270": ("side by side", lambda paper: paper.turned(270)),
    "written sideways": ("columns 2", Newspaper.written_sideways),
    "cropped": ("front page", Newspaper.cropped),
    "cropped and turned": ("columns 2", lambda paper: paper.cropped().turned(90)),
}


@pytest.mark.parametrize("case", CASES)
def test_ink_lies_in_the_boxes_of_its_paragraph_and_in_no_other(case: str, tmp_path: Path) -> None:
    name, change = CASES[case]
    paper = change(next(family for family in FAMILIES if family.name == name).paper(0))
    path = tmp_path / "报.pdf"
    path.write_bytes(paper.pdf(fonts="squares"))
    pages = _dark(path)
    boxes = _boxes_of(read_articles(list(read_file(path)), path.name))
    glyphs: dict[Owner, list[Glyph]] = defaultdict(list)
    for printed, _, rectangle in paper.glyphs():
        glyphs[printed.owner].append((printed.page, rectangle))
    times = Counter(bare(text) for article in paper.articles for text in article.paragraphs)
    checked = 0
    for number, article in enumerate(paper.articles):
        for place, text in enumerate(article.paragraphs):
            own = boxes.get(bare(text))
            # joined or split (the families' test counts those), or a text that the paper prints twice
            if own is None or times[bare(text)] > 1:
                continue
            checked += 1
            owner = Owner(number, "paragraph", place)
            assert _covered(glyphs[owner], own, pages) >= 0.98, text
            strangers = [g for other, some in glyphs.items() if other != owner for g in some]
            assert not any(_middle_inside(glyph, box) for glyph in strangers for box in own), text
    assert checked >= 0.8 * sum(len(article.paragraphs) for article in paper.articles)


def _dark(path: Path) -> list[NDArray[np.bool_]]:
    """For each page as shown, where it is dark."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        grey = [page.render(scale=SCALE, grayscale=True).to_numpy() for page in document]
        return [image.reshape(image.shape[:2]) < DARK for image in grey]
    finally:
        document.close()


def _boxes_of(reading: Reading) -> dict[str, list[Box]]:
    """The boxes of each paragraph, by its text."""
    found: dict[str, list[Box]] = {}
    for paragraph in all_paragraphs(reading):
        found[bare(paragraph.text)] = [fragment.box for fragment in paragraph.fragments]
    return found


def _span(low: float, high: float) -> slice:
    return slice(max(0, math.floor(low * SCALE)), max(0, math.ceil(high * SCALE)))


def _covered(glyphs: list[Glyph], boxes: list[Box], pages: list[NDArray[np.bool_]]) -> float:
    """Share of the dark pixels in the glyphs' em boxes that lie in one of `boxes`."""
    inside = [np.zeros_like(dark) for dark in pages]
    for box in boxes:
        inside[box.page - 1][_span(box.y0, box.y1), _span(box.x0, box.x1)] = True
    dark = covered = 0
    for page, (x0, y0, x1, y1) in glyphs:
        cell = _span(y0, y1), _span(x0, x1)
        ink = pages[page - 1][cell]
        dark += int(ink.sum())
        covered += int((ink & inside[page - 1][cell]).sum())
    assert dark > 20 * len(glyphs), "the glyphs are not where they were printed"
    return covered / dark


def _middle_inside(glyph: Glyph, box: Box) -> bool:
    page, (x0, y0, x1, y1) = glyph
    return box.page == page and box.x0 < (x0 + x1) / 2 < box.x1 and box.y0 < (y0 + y1) / 2 < box.y1
