"""What the page view shows pages of: a Protocol, and which of its kinds opens a file."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QImage

from desktop import kinds


class Pages(Protocol):
    """An opened file with pages, numbered from 1."""

    @property
    def count(self) -> int: ...

    def points(self, page: int) -> QSizeF:
        """The page's size as shown, in points."""
        ...

    def render(self, page: int, size: QSize) -> QImage:
        """The page in pixels; a null image when it cannot be drawn."""
        ...

    def close(self) -> None:
        """Let go of the file, so that it can be removed."""
        ...


class Shut(Enum):
    """Why a file was not opened."""

    LOCKED = "locked"  # no password, or not the right one
    BROKEN = "broken"


def has_pages(name: str) -> bool:
    """Whether a document of this name can be shown as pages."""
    return kinds.is_pdf(name) or kinds.is_picture(name)


def open_pages(file: Path, password: str = "") -> Pages | Shut:
    """Open a PDF or a picture. What draws them is loaded with the first one: QtPdf takes a while."""
    if kinds.is_picture(file.name):
        from desktop.picture_pages import PicturePages

        return PicturePages.open(file)
    from desktop.pdf_pages import PdfPages

    return PdfPages.open(file, password)
