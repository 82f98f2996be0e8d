"""Files whose pages are pictures, or show text that they do not hold, with the real networks: what comes out of each
kind of file. `tests/test_recognition.py` looks at how a picture is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from rag.articles.splitting import read_articles
from rag.readers import read_file
from rag.types import Page
from tests.newspaper_families import FAMILIES
from tests.outlines import pdf_paths
from tests.pdf_writer import Sheet, Text, pdf
from tests.pictures import DPI, LEFT, RIGHT, TITLE, Pixels, rendered, scanned, two_columns, two_columns_set


def read(path: Path) -> Page:
    (page,) = read_file(path)
    return page


def assert_columns_are_read(page: Page) -> None:
    (article,) = read_articles([page]).articles
    assert article.title == TITLE
    assert "".join(p.text for p in article.paragraphs) == "".join([*LEFT, *RIGHT])
    assert all(p.confidence is not None and p.confidence > 0.8 for p in article.paragraphs)


def save(picture: Pixels, path: Path) -> Path:
    Image.fromarray(picture).save(path, dpi=(DPI, DPI), resolution=DPI)
    return path


@pytest.mark.parametrize("name", ["扫描.png", "扫描.jpg", "扫描.tif", "扫描.pdf"])
def test_a_scan_is_read_column_by_column(tmp_path: Path, name: str) -> None:
    picture = two_columns()
    page = read(save(picture, tmp_path / name))
    assert_columns_are_read(page)
    size = picture.shape[1] * 72 / DPI, picture.shape[0] * 72 / DPI
    assert (page.width, page.height) == pytest.approx(size, abs=1.5)


def test_a_pdf_page_of_outlines_is_recognised(tmp_path: Path, qapp: object) -> None:
    path = tmp_path / "转曲.pdf"
    path.write_bytes(pdf([Sheet([], 310, 130, drawing=pdf_paths(two_columns_set(), 130))]))
    page = read(path)
    assert_columns_are_read(page)
    title = next(line.box for line in page.lines if line.text == TITLE)
    assert title is not None
    assert (title.x0, title.y0, title.x1, title.y1) == pytest.approx((40, 20, 240, 40), abs=2.5)


def test_a_page_number_does_not_pass_for_the_text_of_a_page_of_outlines(tmp_path: Path, qapp: object) -> None:
    body = [Text(20, 20 + 15 * n, 10, (LEFT + RIGHT)[n % 6] * 3) for n in range(8)]
    path = tmp_path / "转曲.pdf"
    path.write_bytes(pdf([Sheet([Text(190, 150, 8, "第3版")], 400, 170, drawing=pdf_paths(body, 170))]))
    text = "".join(line.text for line in read(path).lines)
    assert "第3版" in text
    assert sum(row.text in text for row in body) >= 7


def test_drawings_beside_text_do_not_make_it_a_picture(tmp_path: Path, qapp: object) -> None:
    path = tmp_path / "图.pdf"
    emblem = pdf_paths([Text(20, 60, 30, TITLE)], 130)
    path.write_bytes(pdf([Sheet([Text(20, 20, 10, "全市教育工作简报")], 400, 130, drawing=emblem)]))
    assert [(line.text, line.confidence) for line in read(path).lines] == [("全市教育工作简报", None)]


def test_an_unsound_layer_over_a_scan_is_not_used(tmp_path: Path) -> None:
    """The picture that `pdf` puts down holds no text; whatever is read is not the layer."""
    path = tmp_path / "层.pdf"
    for words, used in (("会议强调，要压实责任，细化措施。" * 2, True), ("豢毹俅" * 8, False), ("第3版", False)):
        texts, pictures = [Text(20, 20, 10, words)], [(0.0, 0.0, 400.0, 130.0)]
        path.write_bytes(pdf([Sheet(texts, 400, 130, pictures=pictures)]))
        assert all(line.confidence is None for line in read(path).lines) is used


def test_every_headline_of_a_newspaper_page_a_little_askew_is_found(tmp_path: Path) -> None:
    paper = next(family for family in FAMILIES if family.name == "front page").paper(1)
    page = read(save(scanned(rendered(paper.pdf()), -1.2, noise=0), tmp_path / "报.png"))
    titles = {article.title for article in paper.articles if article.pages[0] == 1}
    assert {article.title for article in read_articles([page]).articles} == titles
