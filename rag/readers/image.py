"""Pictures of printed pages (PNG, JPEG, TIFF, BMP), by Pillow; their text is recognised by `rag.readers.ocr`."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.errors import JianwenError
from rag.readers.source import Source
from rag.types import Page

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

MOST_PIXELS: Final = 120_000_000  # an A1 newspaper page at 400 dpi
MOST_PAGES: Final = 500
_LEAST_SIDE: Final = 16  # pixels: nothing readable is smaller
_FORMATS: Final = ("PNG", "JPEG", "TIFF", "BMP")
_LEAST_DPI, _MOST_DPI = 50.0, 1200.0
_LARGEST_STATED: Final = (
    2384.0  # points, the long side of A1: a file that says it is larger states no scan's resolution
)
_LARGEST_ASSUMED: Final = 1190.0  # points, the long side of A3
_SCREEN_DPI: Final = 96.0
_ENOUGH_DPI: Final = 300.0  # finer pictures are reduced: the recogniser reduces type to 36 pixels anyway
# what Pillow raises on damaged data
_DAMAGE: Final = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, AttributeError,
    NotImplementedError, ZeroDivisionError, MemoryError, struct.error, zlib.error,
)  # fmt: skip


class ImageSource:
    """See `rag.readers.source.Source`. Each page of a TIFF is one; other pictures are one page."""

    properties_date = ""

    def __init__(self, image: Image, pages: int, name: str) -> None:
        self._image = image
        self._name = name
        self.pages = pages

    def page(self, number: int) -> Page:
        from rag.readers.ocr import read_picture

        picture, scale = self._picture(number)
        return read_picture(picture, number, scale)

    def _picture(self, number: int) -> tuple[NDArray[np.uint8], float]:
        """The page's pixels (h, w, 3) in RGB, and its points per pixel."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # about damaged metadata, which is not used
                if self.pages > 1:
                    self._image.seek(number - 1)
                _check_size(self._image.size, self._name)
                stated = self._image.info.get("dpi")
                return _as_rgb(*_squared(_upright(self._image), stated))
        except _DAMAGE as error:
            which = f"第 {number} 页" if self.pages > 1 else ""
            raise JianwenError(f"图片“{self._name}”{which}已损坏或不完整，无法读取。请重新扫描或重新获取。") from error

    def close(self) -> None:
        self._image.close()


def open(path: Path, password: str | None = None) -> Source:  # noqa: ARG001
    """Open a picture file.

    Raises:
        JianwenError: it is empty, damaged, no picture, or too large.
    """
    import PIL.Image

    name = path.name
    if not path.stat().st_size:
        raise JianwenError(f"“{name}”是空文件（0 字节）。请重新获取该文件。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            image = PIL.Image.open(path, formats=_FORMATS)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except _DAMAGE as error:
        raise JianwenError(
            f"“{name}”已损坏或不是真正的图片（PNG、JPEG、TIFF、BMP），无法读取。"
            "请重新获取该文件，或另存为 PNG 后再添加。"
        ) from error
    try:
        _check_size(image.size, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            pages = _pages(image, name)
    except JianwenError:
        image.close()
        raise
    return ImageSource(image, pages, name)


def decoded(data: bytes, name: str) -> NDArray[np.uint8]:
    """(h, w, 3) RGB of a picture inside another file. Raises JianwenError when it is damaged, no picture, too large."""
    import numpy as np
    import PIL.Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            warnings.simplefilter("ignore", UserWarning)
            with PIL.Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                _check_size(image.size, name)
                return np.array(_plain(image).convert("RGB"), np.uint8)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except _DAMAGE as error:
        raise JianwenError(f"图片“{name}”已损坏或不完整，无法读取。请重新获取。") from error


def _check_size(size: tuple[int, int], name: str) -> None:
    if size[0] * size[1] > MOST_PIXELS:
        raise _too_large(name)
    if min(size) < _LEAST_SIDE:
        raise JianwenError(f"图片“{name}”只有 {size[0]}×{size[1]} 个像素，不会有可读的文字。请检查文件是否选对。")


def _too_large(name: str) -> JianwenError:
    return JianwenError(
        f"图片“{name}”太大（超过 {MOST_PIXELS // 10_000} 万像素），没有读取。请以 300 dpi 重新扫描，或缩小后再添加。"
    )


def _pages(image: Image, name: str) -> int:
    """How many pages there are; a TIFF whose list of pages is damaged has those before the damage."""
    if image.format != "TIFF":
        return 1
    count = 1
    while True:
        try:
            image.seek(count)
        except _DAMAGE:
            break
        count += 1
        if count > MOST_PAGES:
            raise JianwenError(f"“{name}”超过 {MOST_PAGES} 页。请拆分后再添加。")
    image.seek(0)
    return count


# ---------------------------------------------------------------- pixels


def _upright(image: Image) -> Image:
    """As the camera was held (EXIF)."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image) if image.getexif().get(0x0112, 1) != 1 else image


def resolution(size: tuple[int, int], stated: object) -> tuple[float, float]:
    """Dots per inch, across and down, of a picture of `size` pixels: as `stated` by its file if that can be, else such
    that the page is no larger than A3. Cameras and screens state figures that have nothing to do with paper."""
    if isinstance(stated, tuple) and len(stated) == 2:
        try:
            across, down = float(stated[0]), float(stated[1])
        except (TypeError, ValueError, ZeroDivisionError):
            across = down = 0.0
        sane = _LEAST_DPI <= across <= _MOST_DPI and _LEAST_DPI <= down <= _MOST_DPI and 0.4 < across / down < 2.5
        if sane and max(size[0] / across, size[1] / down) * 72 <= _LARGEST_STATED:
            return across, down
    assumed = max(_SCREEN_DPI, max(size) * 72 / _LARGEST_ASSUMED)
    return assumed, assumed


def _squared(image: Image, stated: object) -> tuple[Image, float]:
    """The picture with square pixels (fax pages have others) and no finer than needed, and its dots per inch."""
    across, down = resolution(image.size, stated)
    dpi = min(across, down, _ENOUGH_DPI)
    size = max(1, round(image.size[0] * dpi / across)), max(1, round(image.size[1] * dpi / down))
    if size == image.size:
        return image, dpi
    from PIL import Image as Images

    plain = image if image.mode in ("L", "RGB", "CMYK", "I", "F") else _plain(image)
    return plain.resize(size, Images.Resampling.BOX), dpi


def _as_rgb(image: Image, dpi: float) -> tuple[NDArray[np.uint8], float]:
    import numpy as np

    return np.array(_plain(image).convert("RGB"), np.uint8), 72 / dpi


def _plain(image: Image) -> Image:
    """8 bits a channel, no alpha (what is transparent is paper), no palette."""
    import numpy as np
    from PIL import Image as Images

    if image.mode.startswith(("I", "F")):
        values = np.asarray(image, np.float64)
        most = 255.0 if values.max(initial=0.0) <= 255 else 65535.0 if values.max() <= 65535 else float(values.max())
        return Images.fromarray((np.clip(values, 0, most) * (255 / most)).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        shown = image.convert("RGBA")
        paper = Images.new("RGBA", shown.size, "white")
        return Images.alpha_composite(paper, shown).convert("RGB")
    return image if image.mode in ("L", "RGB") else image.convert("L" if image.mode == "1" else "RGB")
