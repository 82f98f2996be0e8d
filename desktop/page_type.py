"""The type of an official page on the screen: for each face the nearest font of this machine."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from rag.typeset.fonts import CHAINS
from rag.typeset.form import Face

_BOLD = " Bold"  # Qt knows a bold font by its family and its weight


def best_family(face: Face, installed: Collection[str]) -> tuple[str, bool]:
    """(family, bold) of the first font that may stand for the face; ("", False) where none is installed."""
    for name in CHAINS[face]:
        if name in installed:
            return name, False
        if name.removesuffix(_BOLD) in installed and name.endswith(_BOLD):
            return name.removesuffix(_BOLD), True
    return "", False


@cache
def page_font(face: Face, pixels: int) -> QFont:
    """The font of a face at a size in the page's own units."""
    family, bold = best_family(face, frozenset(QFontDatabase.families()))
    font = QFont(QApplication.font())
    if family:
        font.setFamilies([family, *QApplication.font().families()])
    font.setPixelSize(max(pixels, 1))
    font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)  # drawn at any scale, it keeps its widths
    return font
