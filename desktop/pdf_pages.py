"""Pages of a PDF, drawn by QtPdf."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, QSizeF
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument

from desktop.pages import Shut


class PdfPages:
    """Implements `desktop.pages.Pages`."""

    def __init__(self, document: QPdfDocument) -> None:
        self._document = document

    @classmethod
    def open(cls, file: Path, password: str) -> PdfPages | Shut:
        document = QPdfDocument()
        if password:
            document.setPassword(password)
        match document.load(str(file)):
            case QPdfDocument.Error.None_:
                return cls(document)
            case QPdfDocument.Error.IncorrectPassword:
                return Shut.LOCKED
            case _:
                return Shut.BROKEN

    @property
    def count(self) -> int:
        return self._document.pageCount()

    def points(self, page: int) -> QSizeF:
        return self._document.pagePointSize(page - 1)

    def render(self, page: int, size: QSize) -> QImage:
        return self._document.render(page - 1, size)

    def close(self) -> None:
        self._document.close()
