"""The paper in the page view: the page's picture, marks and outlines over it, and where the pointer is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from desktop import style

EDGE = 14  # pixels of ground around the page


class Sheet(QWidget):
    """Positions are in pixels from the paper's top left corner."""

    hovered = Signal(QPointF)
    left = Signal()
    clicked = Signal(QPointF)
    menu_wanted = Signal(QPointF, QPoint)  # on the paper, on the screen

    def __init__(self) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.picture = QImage()
        self.marks: list[tuple[QRectF, QColor]] = []
        self.outline = QPainterPath()  # of the article that is open
        self.hover = QPainterPath()  # of what the pointer is on

    @property
    def paper(self) -> QRectF:
        return QRectF(self.rect()).adjusted(EDGE, EDGE, -EDGE, -EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        paper = self.paper
        painter.fillRect(paper.adjusted(-1, -1, 1, 1), QColor(style.LINE))
        painter.fillRect(paper, QColor(style.PAPER))
        if not self.picture.isNull():
            painter.drawImage(paper, self.picture)
        painter.translate(EDGE, EDGE)
        # Multiplied, like a marker pen: the print stays black.
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        painter.fillPath(self.hover, QColor(style.ACCENT_SOFT))
        for rectangle, colour in self.marks:
            painter.fillRect(rectangle, colour)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for path, width, name in ((self.hover, 1.0, style.OUTLINE_SOFT), (self.outline, 2.0, style.OUTLINE)):
            painter.strokePath(path, QPen(QColor(name), width, j=Qt.PenJoinStyle.RoundJoin))

    def _on_paper(self, at: QPointF) -> QPointF:
        return at - QPointF(EDGE, EDGE)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hovered.emit(self._on_paper(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit(self._on_paper(event.position()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self._on_paper(QPointF(event.pos())), event.globalPos())

    def enterEvent(self, event: QEnterEvent) -> None:
        self.hovered.emit(self._on_paper(event.position()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self.left.emit()


def united(rectangles: Sequence[QRectF]) -> QPainterPath:
    """One path round all the rectangles."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for rectangle in rectangles:
        path.addRect(rectangle)
    return path.simplified()
