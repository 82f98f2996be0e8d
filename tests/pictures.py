"""Pictures of printed pages for tests: small PDFs rendered by PDFium, then noised, tilted, turned as scanners do."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from rag.types import Box
from tests.pdf_writer import Sheet, Text, pdf

DPI = 200
Pixels = NDArray[np.uint8]


def printed(texts: Sequence[Text], width: float = 400.0, height: float = 200.0, dpi: int = DPI) -> Pixels:
    """(h, w, 3) RGB, black on white. Needs a Chinese font on the system, which PDFium finds itself."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf([Sheet(texts, width, height)])) as document:
        page = document[0].render(scale=dpi / 72).to_numpy()[..., 2::-1]
        return np.ascontiguousarray(page)


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
