"""How documents and articles are drawn in the library's tree: two quiet lines each."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop import style

NOTE = Qt.ItemDataRole.UserRole + 1  # the second, muted line
DOCUMENT = Qt.ItemDataRole.UserRole + 2  # document id
ARTICLE = Qt.ItemDataRole.UserRole + 3  # article id, "" for a document
TROUBLE = Qt.ItemDataRole.UserRole + 5  # True for a document some pages of which could not be read
DOUBT = Qt.ItemDataRole.UserRole + 6  # True for an article whose recognised text is to be checked
IN_SCOPE = Qt.ItemDataRole.UserRole + 4  # True where questions are limited to this document


class TreeDelegate(QStyledItemDelegate):
    """Documents: file kind, name in bold, counts. Articles: title, date and page."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002
        line = option.fontMetrics.height()
        return QSize(80, int(line * 2 + 16))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(style.ACCENT_SOFT if chosen else style.GROUND))
            painter.drawRoundedRect(QRectF(rect.adjusted(0, 1, -6, -1)), 6, 6)
        is_document = not index.data(ARTICLE)
        left = rect.left() + 8
        if is_document:
            left = self._badge(painter, rect, str(index.data(Qt.ItemDataRole.DisplayRole)))
        self._lines(painter, QRect(left, rect.top() + 6, rect.right() - left - 12, rect.height() - 12), index, chosen)
        painter.restore()

    def _badge(self, painter: QPainter, rect: QRect, name: str) -> int:
        """Draw the kind of file; returns where text may begin."""
        kind = PurePath(name).suffix[1:5].upper() or "文件"
        box = QRectF(rect.left() + 6, rect.center().y() - 11, 36, 22)
        painter.setPen(QPen(QColor(style.LINE)))
        painter.setBrush(QColor(style.PAPER))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(style.ACCENT))
        painter.setFont(style.font(8.0, bold=True))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, kind)
        return int(box.right()) + 9

    def _lines(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, chosen: bool) -> None:
        is_document = not index.data(ARTICLE)
        half = rect.height() // 2
        upper, lower = QRect(rect.left(), rect.top(), rect.width(), half), rect.adjusted(0, half, 0, 0)
        painter.setFont(style.font(style.TEXT_POINTS if is_document else 10.5, bold=is_document))
        painter.setPen(QColor(style.ACCENT if chosen else style.INK))
        elide = Qt.TextElideMode.ElideMiddle if is_document else Qt.TextElideMode.ElideRight
        if index.data(TROUBLE):
            upper.setRight(_draw_warning(painter, upper))
        text = painter.fontMetrics().elidedText(str(index.data(Qt.ItemDataRole.DisplayRole)), elide, upper.width())
        painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.setFont(style.font(9.5))
        painter.setPen(QColor(style.CAUTION if index.data(DOUBT) else style.MUTED))
        note = str(index.data(NOTE) or "")
        if index.data(IN_SCOPE):
            note = f"正在只问这份资料 · {note}"
            painter.setPen(QColor(style.ACCENT))
        note = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, note)


def _draw_warning(painter: QPainter, line: QRect) -> int:
    """Draw a small warning sign at the right end of a line; returns where text must end."""
    painter.save()
    middle, right = line.center().y() + 1, line.right() - 2
    painter.setPen(QPen(QColor(style.WARNING), 1.5, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(QColor(style.WARNING))
    painter.drawPolygon(
        QPolygonF([QPointF(right - 14, middle + 6), QPointF(right, middle + 6), QPointF(right - 7, middle - 6)])
    )
    painter.setPen(QPen(QColor(style.PAPER), 1.6))
    painter.drawLine(QPointF(right - 7, middle - 2), QPointF(right - 7, middle + 2))
    painter.drawPoint(QPointF(right - 7, middle + 4.5))
    painter.restore()
    return right - 20
