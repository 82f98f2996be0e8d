"""Draws a page as it will print: every character where the page's setting put it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from desktop import style
from desktop.page_type import page_font
from rag.types import Box
from rag.typeset import form
from rag.typeset.form import Face
from rag.typeset.setting import Layout, Rule, SetLine


class Wash(Enum):
    """What lies under a sentence; the value is its colour."""

    CHOSEN = "#d6e6f8"
    UNDER_POINTER = "#eef4fb"
    DOUBTFUL = "#fff1cf"
    BY_HAND = "#eef6ea"


@dataclass(frozen=True, slots=True)
class Washed:
    """A sentence's boxes, and what lies under them."""

    boxes: tuple[Box, ...]
    wash: Wash


def draw_page(painter: QPainter, layout: Layout, page: int, washes: Iterable[Washed]) -> None:
    """Page `page` (from 1), in points from its top left corner."""
    painter.fillRect(QRectF(0, 0, form.WIDTH, form.HEIGHT), QColor(style.PAPER))
    for washed in washes:
        for box in washed.boxes:
            if box.page == page:
                _draw_wash(painter, box, washed.wash)
    for line in layout.lines:
        if line.page == page:
            _draw_line(painter, line)
    for rule in layout.rules:
        if rule.page == page:
            _draw_rule(painter, rule)
    _draw_number(painter, page)


def _draw_wash(painter: QPainter, box: Box, wash: Wash) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(wash.value))
    painter.drawRoundedRect(QRectF(box.x0 - 1, box.y0 + 2, box.x1 - box.x0 + 2, box.y1 - box.y0 - 3), 3, 3)


def _draw_line(painter: QPainter, line: SetLine) -> None:
    current: QFont | None = None
    for glyph in line.glyphs:
        face = Face.LATIN if glyph.latin else glyph.run.face or line.style.face
        font = page_font(face, round(glyph.run.size(line.style)))
        if font is not current:
            current = font
            painter.setFont(font)
            painter.setPen(QColor(style.ACCENT if glyph.run.raised else f"#{line.style.colour}"))
        up = form.MARK_RISE if glyph.run.raised else 0.0
        painter.drawText(QPointF(glyph.x, line.baseline - up), glyph.char)


def _draw_rule(painter: QPainter, rule: Rule) -> None:
    painter.setPen(QPen(QColor(f"#{rule.colour}"), rule.thickness))
    painter.drawLine(QPointF(rule.x0, rule.y0), QPointF(rule.x1, rule.y1))


def _draw_number(painter: QPainter, page: int) -> None:
    """— 1 —, on the side of the paper's edge."""
    size = form.PAGE_NUMBER_SIZE
    painter.setFont(page_font(Face.SONG, round(size)))
    painter.setPen(QColor(f"#{form.BLACK}"))
    area = QRectF(form.LEFT + size, form.HEIGHT - form.FOOTER - 2 * size, form.TEXT_WIDTH - 2 * size, 2 * size)
    side = Qt.AlignmentFlag.AlignRight if page % 2 else Qt.AlignmentFlag.AlignLeft
    painter.drawText(area, side | Qt.AlignmentFlag.AlignBottom, f"— {page} —")
