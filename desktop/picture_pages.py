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

    @classmethod
    def open(cls, file: Path) -> PicturePages | Shut:
        reader = _reader(file, 1)
        return cls(file, max(reader.imageCount(), 1)) if reader.canRead() else Shut.BROKEN

    def points(self, page: int) -> QSizeF:
        """The size that the reader of pictures gives the page (`rag.readers.image`), so that its boxes fit."""
        reader = _reader(self._file, page)
        size = reader.size()
        if reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90:
            size.transpose()
        return QSizeF(size) * POINTS_PER_INCH / 96.0

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
