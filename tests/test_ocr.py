"""Text recognition with the real networks, on small pages typeset for the purpose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from rag.articles import read_articles
from rag.errors import JianwenError
from rag.readers import read_file
from rag.readers.sanity import sane
from rag.types import Line, Page
from tests.newspaper_families import FAMILIES
from tests.pdf_writer import Sheet, Text, pdf

DPI = 200
LEFT = ["市教育局召开会议部署工作", "各县区教育局长参加了会议", "会议强调要抓好教学质量"]
RIGHT = ["全市中小学校长培训班开班", "培训为期五天采取专题讲座", "共有三百名校长参加培训"]
TITLE = "全市教育工作会议召开"


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Image.Image:
    """Two short columns under a headline, 300 by 200 points."""
    texts = [Text(30, 20, 20, TITLE)]
    for column, lines in enumerate((LEFT, RIGHT)):
        texts += [Text(20 + 135 * column, 60 + 16 * row, 10, line) for row, line in enumerate(lines)]
    path = tmp_path_factory.mktemp("picture") / "页.pdf"
    path.write_bytes(pdf([Sheet(texts, width=300, height=200)]))
    document = pypdfium2.PdfDocument(path)
    try:
        shown: Image.Image = document[0].render(scale=DPI / 72).to_pil()
        return shown.convert("RGB")
    finally:
        document.close()


def read(image: Image.Image, folder: Path, name: str = "扫描.png") -> Page:
    path = folder / name
    image.save(path, dpi=(DPI, DPI), resolution=DPI)
    (page,) = read_file(path)
    return page


def texts(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(line.text.split()) for line in lines]


@pytest.mark.parametrize("name", ["扫描.png", "扫描.jpg", "扫描.tif", "扫描.pdf"])
def test_a_scan_is_read_column_by_column(picture: Image.Image, tmp_path: Path, name: str) -> None:
    page = read(picture, tmp_path, name)
    assert sorted(texts(page.lines)) == sorted([TITLE, *LEFT, *RIGHT])
    assert (page.width, page.height) == pytest.approx((300, 200), abs=1.5)
    assert all(line.confidence is not None and line.confidence > 0.8 for line in page.lines)
    (article,) = read_articles([page]).articles
    assert article.title == TITLE
    assert "".join(p.text for p in article.paragraphs) == "".join(LEFT + RIGHT)
    assert all(p.confidence is not None for p in article.paragraphs)


def ink_share(image: Image.Image, page: Page) -> float:
    """Share of the picture's dark pixels that lie in the boxes of the page's lines."""
    dark = np.asarray(image.convert("L")) < 128
    covered = np.zeros_like(dark)
    scale = image.width / page.width
    for line in page.lines:
        assert line.box is not None
        x0, y0, x1, y1 = (round(v * scale) for v in (line.box.x0, line.box.y0, line.box.x1, line.box.y1))
        covered[max(0, y0) : y1, max(0, x0) : x1] = True
    return float((dark & covered).sum() / dark.sum())


def test_boxes_lie_over_the_ink(picture: Image.Image, tmp_path: Path) -> None:
    assert ink_share(picture, read(picture, tmp_path)) > 0.98


@pytest.mark.parametrize("degrees", [-3.0, 2.0])
def test_a_page_askew_is_straightened_and_marked_where_it_is(
    picture: Image.Image, tmp_path: Path, degrees: float
) -> None:
    askew = picture.rotate(degrees, expand=True, fillcolor="white", resample=Image.Resampling.BICUBIC)
    page = read(askew, tmp_path)
    (article,) = read_articles([page]).articles
    assert article.title == TITLE
    assert "".join(p.text for p in article.paragraphs) == "".join(LEFT + RIGHT)
    assert ink_share(askew, page) > 0.95


@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_turned_pages(picture: Image.Image, tmp_path: Path, quarter: int) -> None:
    turned = picture.rotate(quarter, expand=True)
    page = read(turned, tmp_path)
    (article,) = read_articles([page]).articles
    assert article.title == TITLE
    assert "".join(p.text for p in article.paragraphs) == "".join(LEFT + RIGHT)
    assert ink_share(turned, page) > 0.98


def test_every_headline_of_a_newspaper_page_a_little_askew_is_found(tmp_path: Path) -> None:
    paper = next(family for family in FAMILIES if family.name == "front page").paper(1)
    path = tmp_path / "报.pdf"
    path.write_bytes(paper.pdf())
    document = pypdfium2.PdfDocument(path)
    try:
        shown: Image.Image = document[0].render(scale=DPI / 72).to_pil()
    finally:
        document.close()
    page = read(shown.convert("L").rotate(1.2, fillcolor="white"), tmp_path)
    titles = {article.title for article in paper.articles if article.pages[0] == 1}
    assert {article.title for article in read_articles([page]).articles} == titles


def test_an_empty_page_has_no_lines(tmp_path: Path) -> None:
    assert read(Image.new("RGB", (800, 600), "white"), tmp_path).lines == ()


@pytest.mark.parametrize("name", ["坏.png", "坏.jpg", "坏.tif", "坏.bmp"])
def test_what_is_no_picture_is_said(picture: Image.Image, tmp_path: Path, name: str) -> None:
    whole = tmp_path / f"整{name}"
    picture.save(whole)
    data = whole.read_bytes()
    for damaged in (b"", b"hello", data[: len(data) // 3]):
        path = tmp_path / name
        path.write_bytes(damaged)
        with pytest.raises(JianwenError, match="坏"):
            list(read_file(path))


def test_a_sound_layer_of_text_is_told_from_a_broken_one() -> None:
    good = "会议强调，各级各部门要压实责任，细化措施，加强督导，确保全年各项目标任务落到实处。" * 3
    assert sane(good)
    assert not sane("")
    assert not sane("".join(chr(ord(c) + 37) if "\u4e00" <= c < "\u9f00" else c for c in good))
    assert not sane(good.encode().decode("gb18030", "replace"))
    assert not sane("\ufffd" * 10 + good[:100])
