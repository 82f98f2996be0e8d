"""A list of rows with a title and a quiet second line, drawn as articles are in the library's tree."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget

from desktop.library_items import TreeDelegate


class TwoLineList(QTreeWidget):
    """Items carry their title, `library_items.NOTE` and a non-empty `library_items.ARTICLE`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName("list")
        self.setHeaderHidden(True)
        self.setItemDelegate(TreeDelegate(self))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
