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
from desktop.briefing_words import Heading, Target
from desktop.page_painter import Wash, Washed, draw_page
from desktop.sentence_editor import SentenceEditor
from desktop.widgets import plain_tip
from rag.types import Box
from rag.typeset import form
from rag.typeset.setting import Layout

GAP, MARGIN = 14, 16  # pixels between pages and around them
LARGEST = 1.5  # screen pixels a point


class Paper(QWidget):
    """Shows sentences and headings, each a `Target`. `chosen` carries one or None, once for every click."""

    chosen = Signal(object)
    writing_wanted = Signal()
    deletion_wanted = Signal()
    moving_wanted = Signal(int)  # -1 up, 1 down
    menu_wanted = Signal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("简报页面")
        self.layout_: Layout | None = None
        self.selected: Target | None = None
        self.boxes: Mapping[Target, Sequence[Box]] = {}
        self._stops: Sequence[Target] = ()
        self._standing: Mapping[int, Wash] = {}
        self._tips: Mapping[int, str] = {}
        self._hovered: Target | None = None
        self._scale = 1.0
        self._width = 300
        self.editor = SentenceEditor(self)

    # ------------------------------------------------------------ what is shown

    def show_page(
        self, layout: Layout, stops: Sequence[Target], standing: Mapping[int, Wash], tips: Mapping[int, str]
    ) -> None:
        """Show pages. stops: all that can be chosen, in the order of the keyboard; `standing` and `tips` are of
        sentences about which there is something to say."""
        self.layout_ = layout
        self.boxes = dict(layout.boxes()) | {Heading(section): boxes for section, boxes in layout.headings().items()}
        self._stops = [one for one in stops if one in self.boxes]
        self._standing, self._tips = standing, tips
        self._hovered = None
        if self.selected is not None and self.selected not in self.boxes:
            self.selected = None
        self.editor.hide()
        self.set_width(self._width)
        self.update()

    def select(self, target: Target | None) -> None:
        """Mark a sentence or a heading."""
        self.selected = target if target in self.boxes else None
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

    def target_area(self, target: Target) -> QRect:
        return self.area_of(self.boxes[target]) if target in self.boxes else QRect()

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
        for target, wash in ((self._hovered, Wash.UNDER_POINTER), (self.selected, Wash.CHOSEN)):
            if target is not None and not (wash is Wash.UNDER_POINTER and target in self._standing):
                found.append(Washed(tuple(self.boxes.get(target, ())), wash))
        return found

    # ------------------------------------------------------------ what the user does

    def _at(self, point: QPoint) -> Target | None:
        if self.layout_ is None:
            return None
        for page in range(1, self.layout_.pages + 1):
            area = self._page_area(page)
            if area.contains(point.toPointF()):
                x, y = (point.x() - area.x()) / self._scale, (point.y() - area.y()) / self._scale
                return next((one for one, boxes in self.boxes.items() if _hit(boxes, page, x, y)), None)
        return None

    def _choose(self, target: Target | None) -> None:
        self.select(target)
        self.chosen.emit(target)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.editor.isHidden():
            self._choose(self._at(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position().toPoint()) is not None and self.editor.isHidden():
            self.writing_wanted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002
        self._hover(None)

    def _hover(self, target: Target | None) -> None:
        if target != self._hovered:
            self._hovered = target
            self.setCursor(Qt.CursorShape.ArrowCursor if target is None else Qt.CursorShape.PointingHandCursor)
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
        elif step and self._stops:
            start = -1 if step > 0 else len(self._stops)
            now = self._stops.index(self.selected) if self.selected is not None else start
            self._choose(self._stops[min(max(now + step, 0), len(self._stops) - 1)])
        elif key == Qt.Key.Key_Delete:
            self.deletion_wanted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) and self.selected is not None:
            self.writing_wanted.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            target = self._at(event.pos())
            tip = "" if target is None or isinstance(target, Heading) else self._tips.get(target, "")
            QToolTip.showText(event.globalPos(), plain_tip(tip), self)
            return True
        return super().event(event)


def _hit(boxes: Sequence[Box], page: int, x: float, y: float) -> bool:
    return any(box.page == page and box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in boxes)


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
