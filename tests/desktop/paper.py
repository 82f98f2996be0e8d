"""Writes a real PDF whose printed lines are where `fake_library.printed` says they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

from tests.desktop.fake_library import LINE, TEXT, TITLES, advance, printed

WIDTH, HEIGHT = 595.0, 842.0  # points


def write_pdf(file: Path) -> Path:
    """Two A4 pages: the first two paragraphs, then the third."""
    writer = QPdfWriter(str(file))
    size = QPageSize(QSizeF(WIDTH, HEIGHT), QPageSize.Unit.Point)
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setResolution(72)
    painter = QPainter(writer)
    font = QFont(painter.font())
    font.setPixelSize(int(LINE))
    painter.setFont(font)
    for page, first_line, text in (
        (1, -1, TITLES[0]), (1, 0, TEXT[0]), (1, 4, TEXT[1]), (2, -1, TITLES[1]), (2, 0, TEXT[2])
    ):  # fmt: skip
        if page == 2 and first_line < 0:
            writer.newPage()
        for fragment in printed(text, page, first_line):
            at = QPointF(fragment.box.x0, fragment.box.y0 + LINE * 0.85)
            for character in text[fragment.start : fragment.end]:
                painter.drawText(at, character)
                at += QPointF(advance(character), 0)
    painter.end()
    return file
