"""Bulletin-like PDFs for the reading bench: running text in several columns under a headline, by Qt."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import JianwenError

if TYPE_CHECKING:
    from PySide6.QtGui import QPdfWriter

_RESOLUTION = 1200
_MARGIN, _GUTTER, _HEADLINE, _SIZE, _LEADING = 40.0, 14.0, 60.0, 9, 14.0  # points


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page size in points and its number of columns."""

    name: str
    width: float
    height: float
    columns: int

    @property
    def column(self) -> float:
        """Width of one column in points."""
        return (self.width - 2 * _MARGIN - (self.columns - 1) * _GUTTER) / self.columns

    @property
    def rows(self) -> int:
        return int((self.height - 2 * _MARGIN - _HEADLINE) / _LEADING)


SHEETS = (Sheet("a4-3", 595.0, 842.0, 3), Sheet("a3-5", 842.0, 1191.0, 5))


def typeset(paragraphs: Sequence[str], folder: Path, pages: int) -> list[Path]:
    """Write one PDF for each of `SHEETS`, `paragraphs` over and over until there are `pages`; returns their paths.

    Raises:
        JianwenError: the system has no Chinese font.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # this process shows no window
    from PySide6.QtGui import QFontDatabase, QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication(["bench"])
    families = QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)
    if not families:
        raise JianwenError(
            "系统里没有中文字体，排不出测试用的 PDF。请安装一种（如 fonts-noto-cjk），或给出 PDF 所在的目录。"
        )
    paths = []
    for sheet in SHEETS:
        path = folder / f"{sheet.name}.pdf"
        _write(paragraphs, path, sheet, pages, families[0])
        paths.append(path)
    del application
    return paths


def _write(paragraphs: Sequence[str], path: Path, sheet: Sheet, pages: int, family: str) -> None:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QFont, QPainter

    writer = _writer(path, sheet)
    body, headline = QFont(family), QFont(family)
    body.setPixelSize(_SIZE)
    headline.setPixelSize(24)
    painter = QPainter(writer)
    painter.scale(_RESOLUTION / 72, _RESOLUTION / 72)
    lines = broken(itertools.cycle(paragraphs), int(sheet.column / _SIZE))
    for page in range(pages):
        if page:
            writer.newPage()
        painter.setFont(headline)
        painter.drawText(QPointF(_MARGIN, _MARGIN + 28), f"教育简报版面测试第{'一二三四五六七八九十'[page % 10]}版")
        painter.setFont(body)
        for column, row in itertools.product(range(sheet.columns), range(sheet.rows)):
            x = _MARGIN + column * (sheet.column + _GUTTER)
            painter.drawText(QPointF(x, _MARGIN + _HEADLINE + row * _LEADING), next(lines))
    painter.end()


def _writer(path: Path, sheet: Sheet) -> QPdfWriter:
    from PySide6.QtCore import QMarginsF, QSizeF
    from PySide6.QtGui import QPageSize, QPdfWriter

    writer = QPdfWriter(str(path))
    writer.setResolution(_RESOLUTION)
    writer.setPageSize(QPageSize(QSizeF(sheet.width, sheet.height), QPageSize.Unit.Point))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    return writer


def broken(paragraphs: Iterator[str], cells: int) -> Iterator[str]:
    """Printed lines of at most `cells` characters; the first of a paragraph is indented by two."""
    for text in paragraphs:
        indented = f"　　{text}"
        yield from (indented[start : start + cells] for start in range(0, len(indented), cells))
