"""Pictures as pages: their size in points is the reader's, so that its boxes lie on the print."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSize

from desktop.pages import Shut, open_pages

SIZE = (620, 877)


@pytest.mark.parametrize("dpi", [75.0, 150.0])
def test_a_picture_is_as_large_as_its_file_says(tmp_path: Path, dpi: float) -> None:
    file = tmp_path / "扫描.png"
    Image.new("RGB", SIZE, "white").save(file, dpi=(dpi, dpi))
    pages = open_pages(file)
    assert not isinstance(pages, Shut)
    size = pages.points(1)
    assert (size.width(), size.height()) == pytest.approx([side * 72 / dpi for side in SIZE], rel=0.01)
    assert pages.render(1, QSize(62, 88)).size() == QSize(62, 88)


def test_a_turned_photograph_stands_upright(tmp_path: Path) -> None:
    file = tmp_path / "照片.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", SIZE, "white").save(file, exif=exif)
    pages = open_pages(file)
    assert not isinstance(pages, Shut)
    assert pages.points(1).width() > pages.points(1).height()


def test_a_tiff_has_all_its_pages_and_a_broken_file_none(tmp_path: Path) -> None:
    file = tmp_path / "传真.tif"
    first, second = Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE, "black")
    first.save(file, save_all=True, append_images=[second])
    pages = open_pages(file)
    assert not isinstance(pages, Shut)
    assert pages.count == 2
    assert pages.render(2, QSize(10, 10)).pixelColor(5, 5).lightness() == 0
    broken = tmp_path / "坏.png"
    broken.write_bytes(b"no picture")
    assert open_pages(broken) is Shut.BROKEN
