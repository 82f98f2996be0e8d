"""Pages of a picture file: scans and photographs, TIFF files with several pages."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from desktop.pages import Shut

LARGEST_BYTES = 1024  # MiB a decoded picture may take: an A3 page at 600 dpi takes 280
POINTS_PER_INCH = 72.0


class PicturePages:
    """Implements `desktop.pages.Pages`. Each page is decoded when it is drawn; the last one is kept."""

    def __init__(self, file: Path, count: int) -> None:
        self._file = file
        self.count = count
        self._kept: tuple[int, QImage] = (0, QImage())
        self._points: dict[int, QSizeF] = {}

    @classmethod
    def open(cls, file: Path) -> PicturePages | Shut:
        reader = _reader(file, 1)
        return cls(file, max(reader.imageCount(), 1)) if reader.canRead() else Shut.BROKEN

    def points(self, page: int) -> QSizeF:
        """The size that the reader of pictures gives the page, so that its boxes fit."""
        if page not in self._points:
            self._points[page] = self._measured(page)
        return self._points[page]

    def _measured(self, page: int) -> QSizeF:
        from PIL import Image

        from rag.readers.image import resolution

        reader = _reader(self._file, page)
        size = reader.size()
        if reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90:
            size.transpose()
        with Image.open(self._file) as image:  # Qt does not tell a stated resolution from none
            if self.count > 1:
                image.seek(page - 1)
            across, down = resolution((size.width(), size.height()), image.info.get("dpi"))
        return QSizeF(size.width() / across * POINTS_PER_INCH, size.height() / down * POINTS_PER_INCH)

    def render(self, page: int, size: QSize) -> QImage:
        if self._kept[0] != page:
            self._kept = (page, _reader(self._file, page).read())
        image = self._kept[1]
        if image.isNull():
            return image
        return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)

    def close(self) -> None:
        self._kept = (0, QImage())


def _reader(file: Path, page: int) -> QImageReader:
    QImageReader.setAllocationLimit(LARGEST_BYTES)
    reader = QImageReader(str(file))
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    if page > 1:
        reader.jumpToImage(page - 1)
    return reader
