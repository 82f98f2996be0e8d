"""The ink under a paragraph's boxes is the paragraph: pages are rendered and compared with what is printed there.

Made papers are set in squares, so that the ink is the same on every machine, and their glyphs are known to belong to
a paragraph; what is judged without that knowledge (`bench.ink`) is what is run on files that others made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from bench.ink import Ink, ink, recognised
from bench.options import SAMPLE
from bench.reading_quality import all_paragraphs
from bench.scoring import bare
from bench.typeset import typeset
from rag.articles.splitting import read_articles
from rag.readers import read_file
from rag.types import Box, Fragment, Paragraph, Reading
from tests.newspaper import Newspaper, Owner
from tests.newspaper_families import FAMILIES
from tests.pdf_writer import Rectangle, Sheet, Text, pdf, set_columns
from tests.pictures import DPI, scanned

Glyph = tuple[int, Rectangle]  # page, em box

CASES: dict[str, tuple[str, Callable[[Newspaper], Newspaper]]] = {
    "across columns": ("side by side", lambda paper: paper),
    "across pages": ("next page", lambda paper: paper),
    "beside pictures": ("pictures", lambda paper: paper),
    "tables": ("tables", lambda paper: paper),
    "vertical": ("vertical titles", lambda paper: paper),
    "frames shuffled": ("columns 2", lambda paper: paper.with_order("frames", 1)),
    "fully shuffled": ("columns 3", lambda paper: paper.with_order("shuffled", 1)),
    "char by char": ("columns 3", lambda paper: paper.with_order("charwise")),
    "char by char, shuffled": ("boxed", lambda paper: paper.with_order("charwise shuffled", 1)),
    "turned 90": ("boxed", lambda paper: paper.turned(90)),
    "turned 180": ("columns 3", lambda paper: paper.turned(180)),
    "turned 270": ("side by side", lambda paper: paper.turned(270)),
    "written sideways": ("columns 2", Newspaper.written_sideways),
    "cropped": ("vertical titles", Newspaper.cropped),
    "cropped and turned": ("columns 2", lambda paper: paper.cropped().turned(90)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_ink_in_the_boxes_of_a_made_paper(case: str, tmp_path: Path) -> None:
    name, change = CASES[case]
    paper = change(next(family for family in FAMILIES if family.name == name).paper(0))
    path = tmp_path / "报.pdf"
    path.write_bytes(paper.pdf(fonts="squares"))
    reading = read_articles(list(read_file(path)), path.name)
    sound(ink(path, all_paragraphs(reading)))
    boxes_hold_their_own(paper, reading)


def test_the_ink_in_the_boxes_of_a_paper_locked_for_its_owner(tmp_path: Path) -> None:
    paper = next(family for family in FAMILIES if family.name == "side by side").paper(0)
    path = tmp_path / "报.pdf"
    path.write_bytes(paper.pdf(fonts="squares", user=""))
    sound(ink(path, all_paragraphs(read_articles(list(read_file(path))))))


def test_the_ink_in_the_boxes_of_the_sample_bulletin(qapp: QApplication, tmp_path: Path) -> None:
    """It comes as plain text, so it is typeset first, by Qt and in a real face."""
    articles = read_articles(list(read_file(SAMPLE))).articles
    for path in typeset([p.text for article in articles for p in article.paragraphs], tmp_path, 1):
        sound(ink(path, all_paragraphs(read_articles(list(read_file(path))))))


def test_the_ink_in_the_boxes_of_a_scan(tmp_path: Path) -> None:
    import pypdfium2
    from PIL import Image

    text = "全市教育工作会议在市委党校召开，总结去年工作，安排部署今年的重点任务，局长出席会议并作了讲话。"
    texts = [Text(40, 20, 22, "全市教育工作会议召开"), *set_columns(text * 2, 2, 14, top=60)]
    with pypdfium2.PdfDocument(pdf([Sheet(texts, 400, 200)])) as document:
        picture = document[0].render(scale=DPI / 72).to_numpy()[..., 2::-1]
    path = tmp_path / "扫描.pdf"
    Image.fromarray(scanned(picture, noise=5)).save(path, resolution=DPI)
    paragraphs = all_paragraphs(read_articles(list(read_file(path))))
    found = ink(path, paragraphs, reader=recognised)
    assert (found.wrong, found.filled, found.characters) == ((), 1.0, 0)
    assert all((p.read or 0) > 0.95 for p in found.paragraphs)
    exchanged = [
        Paragraph(p.text, 1, (Fragment(0, len(p.text), q.fragments[0].box),))
        for p, q in zip(paragraphs, paragraphs[::-1], strict=True)
    ]
    assert len(ink(path, exchanged, reader=recognised).wrong) == len(paragraphs) > 1


def sound(found: Ink) -> None:
    assert not found.wrong, [(p.text, p.problems) for p in found.wrong]
    assert (found.covered, found.filled) == (1.0, 1.0)
    assert all(p.own > 0 and not p.hidden for p in found.paragraphs)


def boxes_hold_their_own(paper: Newspaper, reading: Reading) -> None:
    """No glyph that belongs to another text of the paper has its middle in the boxes of a paragraph."""
    boxes = {bare(p.text): [fragment.box for fragment in p.fragments] for p in all_paragraphs(reading)}
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
            assert all(any(middle_inside(glyph, box) for box in own) for glyph in glyphs[owner]), text
            strangers = [g for other, some in glyphs.items() if other != owner for g in some]
            assert not any(middle_inside(glyph, box) for glyph in strangers for box in own), text
    assert checked >= 0.8 * sum(len(article.paragraphs) for article in paper.articles)


def middle_inside(glyph: Glyph, box: Box) -> bool:
    page, (x0, y0, x1, y1) = glyph
    return box.page == page and box.x0 < (x0 + x1) / 2 < box.x1 and box.y0 < (y0 + y1) / 2 < box.y1
