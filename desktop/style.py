"""Colours, fonts and the style sheet: one calm look, defined once."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

INK = "#1f2937"
MUTED = "#667085"
FAINT = "#98a2b3"
LINE = "#e1e6ed"
GROUND = "#f3f5f8"
PAPER = "#ffffff"
ACCENT = "#1d4e89"
ACCENT_DARK = "#163d6d"
ACCENT_SOFT = "#e8f0f9"
CITED = "#ffe59a"  # the one warm colour: what a citation points at
OUTLINE = "#3f7cc4"  # round the article that is open
OUTLINE_SOFT = "#9dbfe6"
FOUND = "#cfe2ff"
FOUND_NOW = "#8fbcff"
TROUBLE = "#a4262c"
TROUBLE_SOFT = "#fdf0ef"
CAUTION_SOFT = "#fff8e5"
CAUTION = "#8a5a00"
WARNING = "#d9910a"

FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "PingFang SC",
    "WenQuanYi Micro Hei",
)
TEXT_POINTS = 11.0
LINE_PERCENT = 122  # of the type's own line height, which for Chinese type is already about 1.4 of its size


def has_chinese_font() -> bool:
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def font(points: float = TEXT_POINTS, bold: bool = False) -> QFont:
    """The interface's type at a size in points."""
    made = QFont(QApplication.font())
    made.setPointSizeF(points)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


def dress(app: QApplication) -> None:
    """Give the application its look and Chinese texts for Qt's own buttons and menus."""
    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    app.setStyle("Fusion")
    app.styleHints().setColorScheme(Qt.ColorScheme.Light)
    installed = set(QFontDatabase.families())
    type_ = QFont(app.font())
    # Naming a family that is not there makes Qt search all fonts, for seconds on some machines.
    if families := [family for family in FAMILIES if family in installed]:
        type_.setFamilies(families)
    type_.setPointSizeF(TEXT_POINTS)
    app.setFont(type_)
    app.setPalette(_palette())
    app.setStyleSheet(SHEET)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for which, colour in (
        (role.Window, GROUND),
        (role.Base, PAPER),
        (role.AlternateBase, GROUND),
        (role.Text, INK),
        (role.WindowText, INK),
        (role.ButtonText, INK),
        (role.Button, PAPER),
        (role.Highlight, ACCENT),
        (role.HighlightedText, PAPER),
        (role.Link, ACCENT),
        (role.LinkVisited, ACCENT),
        (role.PlaceholderText, FAINT),
        (role.ToolTipBase, PAPER),
        (role.ToolTipText, INK),
    ):
        palette.setColor(which, QColor(colour))
    for which in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(FAINT))
    return palette


SHEET = f"""
QMainWindow, QDialog {{ background: {GROUND}; }}
QToolTip {{ background: {PAPER}; color: {INK}; border: 1px solid {LINE}; padding: 5px 8px; }}

QMenuBar {{ background: {PAPER}; border-bottom: 1px solid {LINE}; padding: 2px 6px; }}
QMenuBar::item {{ padding: 5px 11px; background: transparent; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {ACCENT_SOFT}; color: {ACCENT}; }}
QMenu {{ background: {PAPER}; border: 1px solid {LINE}; padding: 5px; }}
QMenu::item {{ padding: 6px 30px 6px 16px; border-radius: 4px; }}
QMenu::item:selected {{ background: {ACCENT_SOFT}; color: {ACCENT}; }}
QMenu::item:disabled {{ color: {FAINT}; }}
QMenu::separator {{ height: 1px; background: {LINE}; margin: 5px 8px; }}
QStatusBar {{ background: {PAPER}; border-top: 1px solid {LINE}; color: {MUTED}; }}
QStatusBar QLabel {{ color: {MUTED}; padding: 3px 10px; }}
QStatusBar::item {{ border: none; }}

QSplitter::handle {{ background: {LINE}; }}
QSplitter::handle:hover {{ background: {FAINT}; }}

QPushButton, QToolButton {{
    background: {PAPER}; border: 1px solid #cdd5df; border-radius: 6px; padding: 6px 14px; color: {INK};
}}
QPushButton:hover, QToolButton:hover {{ border-color: {ACCENT}; color: {ACCENT}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {ACCENT_SOFT}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {FAINT}; border-color: {LINE}; background: {GROUND}; }}
QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton[primary="true"] {{ background: {ACCENT}; border-color: {ACCENT}; color: white; }}
QPushButton[primary="true"]:hover {{ background: {ACCENT_DARK}; color: white; }}
QPushButton[primary="true"]:disabled {{ background: #a9bdd5; border-color: #a9bdd5; color: white; }}
QPushButton[quiet="true"], QToolButton {{ padding: 4px 9px; }}
QToolButton {{ border-color: transparent; background: transparent; }}
QToolButton:hover {{ background: {ACCENT_SOFT}; border-color: transparent; }}
QToolButton:disabled {{ background: transparent; border-color: transparent; }}
QToolButton#arrow {{ font-size: 14pt; padding: 0 8px 3px 8px; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton:checked {{ background: {ACCENT_SOFT}; color: {ACCENT}; }}
QPushButton#link {{ padding: 0; border: none; color: {ACCENT}; background: transparent; font-size: 10pt;
    text-align: left; }}
QPushButton#link:hover, QPushButton#link:focus {{ text-decoration: underline; background: transparent; }}
QPushButton#link[doubt="true"] {{ color: {CAUTION}; }}

QLineEdit {{
    background: {PAPER}; border: 1px solid #cdd5df; border-radius: 6px; padding: 6px 10px;
    selection-background-color: {ACCENT};
}}
QLineEdit:focus {{ border-color: {ACCENT}; }}
QDateEdit QLineEdit {{ border: none; padding: 0 4px; background: transparent; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {PAPER}; border-bottom: 1px solid {LINE}; }}
QCalendarWidget QToolButton {{ color: {INK}; padding: 3px 8px; }}
QListWidget {{ background: {PAPER}; border: 1px solid #cdd5df; border-radius: 6px; padding: 4px; outline: none; }}
QListWidget::item {{ padding: 3px 2px; }}
QListWidget:disabled {{ background: {GROUND}; border-color: {LINE}; }}
QLineEdit#question {{ padding: 9px 12px; font-size: 12pt; }}

QProgressBar {{ background: {LINE}; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {ACCENT}; border-radius: 3px; }}

QTreeView {{ background: {PAPER}; border: none; outline: none; show-decoration-selected: 0; }}
QTextBrowser, QTextEdit {{ background: {PAPER}; border: none; selection-background-color: #b7cdea;
    selection-color: {INK}; }}
QScrollArea {{ background: transparent; border: none; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{ background: #c9d1db; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 36px; }}
QScrollBar::handle:horizontal {{ min-width: 36px; }}
QScrollBar::handle:hover {{ background: {FAINT}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QWidget#pane {{ background: {PAPER}; }}
QWidget#ground {{ background: {GROUND}; }}
QWidget#bar {{ background: {PAPER}; border-bottom: 1px solid {LINE}; }}
QWidget#footer {{ background: {PAPER}; border-top: 1px solid {LINE}; }}
QLabel[role="heading"] {{ font-size: 12pt; font-weight: 600; }}
QLabel[role="muted"] {{ color: {MUTED}; font-size: 10pt; }}
QLabel[role="prose"] {{ color: {MUTED}; font-size: 10.5pt; }}
QLabel[role="trouble"] {{ color: {TROUBLE}; font-size: 10pt; }}
QLabel[role="doubt"] {{ color: {CAUTION}; font-size: 10pt; }}
QLabel[role="chosen"] {{ color: {ACCENT}; font-size: 10pt; }}
QLabel[role="caution"] {{ color: {CAUTION}; background: {CAUTION_SOFT}; border-radius: 6px; padding: 8px 12px; }}

QFrame#notice {{ border: none; border-bottom: 1px solid {LINE}; background: {ACCENT_SOFT}; }}
QFrame#notice[level="caution"] {{ background: {CAUTION_SOFT}; border-bottom: 1px solid #f0dfae; }}
QFrame#notice[level="trouble"] {{ background: {TROUBLE_SOFT}; border-bottom: 1px solid #f1cfcc; }}
QFrame#notice QLabel {{ background: transparent; }}
QFrame#notice[level="caution"] QLabel {{ color: #6b4700; }}
QFrame#notice[level="trouble"] QLabel {{ color: {TROUBLE}; }}

QFrame#card {{ background: {PAPER}; border: 1px solid {LINE}; border-radius: 8px; }}
QFrame#card:hover, QFrame#card:focus {{ border-color: {ACCENT}; }}
QFrame#card[cited="true"] {{ border-left: 3px solid {ACCENT}; }}
QFrame#card[lit="true"] {{ background: #fffaeb; border-color: #e7cf85; }}
QLabel#number {{ background: {ACCENT_SOFT}; color: {ACCENT}; border-radius: 5px; padding: 1px 7px; font-weight: 600; }}
QLabel#chip {{ background: {ACCENT_SOFT}; color: {ACCENT}; border-radius: 10px; padding: 2px 10px; font-size: 10pt; }}
QLabel#chip[over="true"] {{ background: {CAUTION_SOFT}; color: {CAUTION}; }}
QTabBar#tasks {{ background: {PAPER}; }}
QTabBar#tasks::tab {{ padding: 8px 18px 6px 18px; color: {MUTED}; border-bottom: 2px solid transparent; }}
QTabBar#tasks::tab:hover {{ color: {ACCENT}; }}
QTabBar#tasks::tab:selected {{ color: {ACCENT}; border-bottom: 2px solid {ACCENT}; }}
QFrame#sentence {{ background: {PAPER}; border: 1px solid {ACCENT}; border-radius: 8px; }}
QFrame#sentence QPlainTextEdit {{ font-size: 12pt; }}
QPlainTextEdit {{ background: {PAPER}; border: none; selection-background-color: #b7cdea; selection-color: {INK}; }}
QFrame#drop {{ border: 2px dashed #c3cedb; border-radius: 12px; background: #fafbfd; }}
QFrame#drop[over="true"] {{ border-color: {ACCENT}; background: {ACCENT_SOFT}; }}
QFrame#task {{ background: {GROUND}; border-radius: 8px; }}
"""
