"""The pages of a briefing as they will print, to be pointed at: sentences are chosen, written anew, moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from desktop import style
from desktop.page_painter import Wash, Washed, draw_page
from desktop.sentence_editor import SentenceEditor
from desktop.widgets import plain_tip
from rag.types import Box
from rag.typeset import form
from rag.typeset.setting import Layout

GAP, MARGIN = 14, 16  # pixels between pages and around them
LARGEST = 1.5  # screen pixels a point


class Paper(QWidget):
    """Sentences are numbered as on the page, from 0. `chosen` carries a number or -1, once for every click."""

    chosen = Signal(int)
    writing_wanted = Signal(int)
    deletion_wanted = Signal()
    moving_wanted = Signal(int)  # -1 up, 1 down
    menu_wanted = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("简报页面")
        self.layout_: Layout | None = None
        self.selected: int | None = None
        self.boxes: Mapping[int, Sequence[Box]] = {}
        self._standing: Mapping[int, Wash] = {}
        self._tips: Mapping[int, str] = {}
        self._hovered: int | None = None
        self._scale = 1.0
        self._width = 300
        self.editor = SentenceEditor(self)

    # ------------------------------------------------------------ what is shown

    def show_page(self, layout: Layout, standing: Mapping[int, Wash], tips: Mapping[int, str]) -> None:
        """Show pages; `standing` and `tips` are of sentences about which there is something to say."""
        self.layout_, self.boxes = layout, layout.boxes()
        self._standing, self._tips = standing, tips
        self._hovered = None
        if self.selected is not None and self.selected not in self.boxes:
            self.selected = None
        self.editor.hide()
        self.set_width(self._width)
        self.update()

    def select(self, number: int | None) -> None:
        """Mark a sentence."""
        self.selected = number if number in self.boxes else None
        self.update()

    def set_width(self, width: int) -> None:
        """Fit the pages into so many pixels."""
        self._width = width
        self._scale = min(LARGEST, max(0.3, (width - 2 * MARGIN) / form.WIDTH))
        pages = self.layout_.pages if self.layout_ is not None else 1
        height = 2 * MARGIN + pages * self._page_height + (pages - 1) * GAP
        self.setFixedSize(QSize(width, int(height)))

    @property
    def _page_height(self) -> float:
        return form.HEIGHT * self._scale

    def _page_area(self, page: int) -> QRectF:
        left = max(MARGIN, (self._width - form.WIDTH * self._scale) / 2)
        top = MARGIN + (page - 1) * (self._page_height + GAP)
        return QRectF(left, top, form.WIDTH * self._scale, self._page_height)

    def area_of(self, boxes: Sequence[Box]) -> QRect:
        """Where boxes of one page stand on the widget, in one rectangle."""
        first = boxes[0]
        area = self._page_area(first.page)
        whole = QRectF()
        for box in boxes:
            if box.page == first.page:
                whole = whole.united(QRectF(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0))
        s = self._scale
        return QRectF(
            area.x() + whole.x() * s, area.y() + whole.y() * s, whole.width() * s, whole.height() * s
        ).toAlignedRect()

    def sentence_area(self, number: int) -> QRect:
        return self.area_of(self.boxes[number]) if number in self.boxes else QRect()

    def write_over(self, area: QRect, text: str, hint: str) -> None:
        """Have something typed over a part of the page, as wide as the page's text."""
        page = self._page_area(1)
        left, width = page.x() + form.LEFT * self._scale, form.TEXT_WIDTH * self._scale
        top = min(area.y() - 6, self.height() - 180)
        self.editor.begin(QRect(int(left) - 8, max(top, 8), int(width) + 16, area.height()), text, hint)

    def title_area(self) -> QRect:
        lines = [line for line in self.layout_.lines if line.style.name == form.TITLE.name] if self.layout_ else []
        boxes = [Box(line.page, form.LEFT, line.top, form.LEFT + 1, line.top + line.style.leading) for line in lines]
        return self.area_of(boxes) if boxes else QRect(MARGIN, MARGIN, 100, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.layout_ is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        washes = self._washes()
        for page in range(1, self.layout_.pages + 1):
            area = self._page_area(page)
            if area.intersects(QRectF(event.rect())):
                painter.save()
                painter.translate(area.topLeft())
                painter.scale(self._scale, self._scale)
                draw_page(painter, self.layout_, page, washes)
                painter.restore()
                painter.setPen(QPen(QColor(style.LINE)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(area)

    def _washes(self) -> list[Washed]:
        found = [Washed(tuple(self.boxes.get(number, ())), wash) for number, wash in self._standing.items()]
        for number, wash in ((self._hovered, Wash.UNDER_POINTER), (self.selected, Wash.CHOSEN)):
            if number is not None and not (wash is Wash.UNDER_POINTER and number in self._standing):
                found.append(Washed(tuple(self.boxes.get(number, ())), wash))
        return found

    # ------------------------------------------------------------ what the user does

    def _at(self, point: QPoint) -> int | None:
        if self.layout_ is None:
            return None
        for page in range(1, self.layout_.pages + 1):
            area = self._page_area(page)
            if area.contains(point.toPointF()):
                x, y = (point.x() - area.x()) / self._scale, (point.y() - area.y()) / self._scale
                return self.layout_.sentence_at(page, x, y)
        return None

    def _choose(self, number: int | None) -> None:
        self.select(number)
        self.chosen.emit(-1 if number is None else number)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.editor.isHidden():
            self._choose(self._at(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position().toPoint())
        if number is not None and self.editor.isHidden():
            self.writing_wanted.emit(number)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hover(None)

    def _hover(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            self.setCursor(Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            self._choose(self._at(event.pos()))
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(key), 0)
        if step and control:
            self.moving_wanted.emit(step)
        elif step and self.boxes:
            now = self.selected if self.selected is not None else -1 if step > 0 else len(self.boxes)
            self._choose(min(max(now + step, 0), len(self.boxes) - 1))
        elif key == Qt.Key.Key_Delete:
            self.deletion_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.selected is not None:
            self.writing_wanted.emit(self.selected)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            number = self._at(event.pos())
            tip = self._tips.get(number, "") if number is not None else ""
            QToolTip.showText(event.globalPos(), plain_tip(tip), self)
            return True
        return super().event(event)


class PaperScroll(QScrollArea):
    """Keeps the pages as wide as there is room."""

    def __init__(self, paper: Paper) -> None:
        super().__init__()
        self._paper = paper
        self.setWidget(paper)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setFocusProxy(paper)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._paper.set_width(self.viewport().width())

    def show_area(self, area: QRect) -> None:
        """Scroll so that it can be seen."""
        self.ensureVisible(area.center().x(), area.center().y(), 0, area.height() // 2 + 24)
