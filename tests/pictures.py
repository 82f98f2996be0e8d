"""Pictures of printed pages for tests: small PDFs rendered by PDFium, then noised, tilted, turned as scanners do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from rag.types import Box
from tests.pdf_writer import Sheet, Text, pdf

DPI = 200
TITLE = "全市教育工作会议召开"
LEFT = ["会议总结了去年的工作，", "安排部署今年的任务，要", "求各学校落实责任。"]
RIGHT = ["会上表彰了先进集体和", "先进个人，三所学校作了", "经验交流。"]
GUTTER = 12.0
Pixels = NDArray[np.uint8]


def rendered(data: bytes, dpi: int = DPI) -> Pixels:
    """(h, w, 3) RGB: the first page of a PDF. Needs a Chinese font on the system, which PDFium finds itself."""
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        page = document[0].render(scale=dpi / 72).to_numpy()[..., 2::-1]
        return np.ascontiguousarray(page)


def printed(texts: Sequence[Text], width: float = 400.0, height: float = 200.0) -> Pixels:
    """A page of black on white."""
    return rendered(pdf([Sheet(texts, width, height)]))


def two_columns_set() -> list[Text]:
    """A headline of 20 points over two columns in 10 points, a narrow gutter between them, on 310 by 130 points."""
    texts = [Text(40, 20, 20, TITLE)]
    for column, rows in enumerate((LEFT, RIGHT)):
        texts += [Text(40 + column * (110 + GUTTER), 60 + 16 * n, 10, row) for n, row in enumerate(rows)]
    return texts


@cache
def two_columns() -> Pixels:
    return printed(two_columns_set(), width=310, height=130)


def scanned(picture: Pixels, tilt: float = 0.0, noise: float = 10.0) -> Pixels:
    """Blurred, greyish, grainy, and `tilt` degrees clockwise askew."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -tilt, 1.0)
    askew = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    soft = cv2.GaussianBlur(askew, (0, 0), 0.8).astype(np.float32) * 0.8 + 30
    grain = np.random.default_rng(1).normal(0, noise, (height, width, 1))
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)


def turned(picture: Pixels, degrees: int) -> Pixels:
    """Clockwise, by quarters."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90))


def ink_under(picture: Pixels, box: Box, scale: float, margin: float = 0.0) -> int:
    """How many dark pixels lie in `box` (points, grown by `margin`)."""
    x0, y0, x1, y1 = (round(v / scale) for v in (box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin))
    grey = picture[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)].mean(2)
    return int((grey < 128).sum())
