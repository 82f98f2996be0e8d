"""How an import went: the summary, what failed and why, as text and as a window to read and copy."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop import style
from desktop.answer_text import point
from desktop.widgets import PlainBrowser, button, label
from rag.types import AddStatus, FileAdded

SHOWN_AT_ONCE = 3  # failures told in the row itself


def failed(results: Sequence[FileAdded]) -> list[FileAdded]:
    """The files that are not in the library."""
    return [result for result in results if result.status in (AddStatus.FAILED, AddStatus.LOCKED)]


def flawed(results: Sequence[FileAdded]) -> list[FileAdded]:
    """The files that are in the library but for some pages."""
    return [result for result in results if result.problems and result not in failed(results)]


def summary(results: Sequence[FileAdded]) -> str:
    """「3 个文件已加入，1 个没有加入…」 in one line."""

    def count(*wanted: AddStatus) -> int:
        return sum(result.status in wanted for result in results)

    words = (
        (count(AddStatus.ADDED), "{} 个文件已加入"),
        (count(AddStatus.DUPLICATE), "{} 个早已在库中"),
        (count(AddStatus.FAILED, AddStatus.LOCKED), "{} 个没有加入"),
        (sum(len(result.problems) for result in flawed(results)), "{} 处没有读出来"),
    )
    return "，".join(text.format(number) for number, text in words if number) or "没有找到可以添加的文件"


def in_short(results: Sequence[FileAdded]) -> str:
    """The first troubles, one a line."""
    lines = [f"{result.path.name}：{_first_sentence(_reason(result))}" for result in failed(results)]
    lines += [f"{result.path.name}：{problem}" for result in flawed(results) for problem in result.problems]
    more = f"\n……共 {len(lines)} 项" if len(lines) > SHOWN_AT_ONCE else ""
    return "\n".join(lines[:SHOWN_AT_ONCE]) + more


def _reason(result: FileAdded) -> str:
    """Why a file failed, not naming it again at the beginning."""
    return result.error.removeprefix(f"“{result.path.name}”")


def _first_sentence(text: str) -> str:
    first, full_stop, _ = text.partition("。")
    return first + full_stop


def as_text(results: Sequence[FileAdded]) -> str:
    """All that went wrong, for pasting: whole paths, so that the files can be found."""
    lines = [summary(results)]
    if bad := failed(results):
        lines += ["", "没有加入的文件：", *(f"{result.path}：{_reason(result)}" for result in bad)]
    if partly := flawed(results):
        lines += ["", "已加入，但有的地方没有读出来："]
        lines += [f"{result.path}：{problem}" for result in partly for problem in result.problems]
    return "\n".join(lines)


def _as_html(results: Sequence[FileAdded]) -> str:
    head = f"color:{style.ACCENT};font-size:12pt;font-weight:600;margin:8px 0 6px 0"
    parts = []
    if bad := failed(results):
        parts.append(f'<p style="{head}">没有加入的文件（{len(bad)}）</p>')
        parts += [point(_entry(result, (_reason(result),))) for result in bad]
    if partly := flawed(results):
        parts.append(f'<p style="{head}">已加入，但有的地方没有读出来（{len(partly)}）</p>')
        parts += [point(_entry(result, result.problems)) for result in partly]
    return "".join(parts)


def _entry(result: FileAdded, sentences: Sequence[str]) -> str:
    said = "".join(f"<br>{escape(sentence)}" for sentence in sentences)
    folder = f'<span style="color:{style.FAINT};font-size:9.5pt">　{escape(str(result.path.parent))}</span>'
    return f"<b>{escape(result.path.name)}</b>{folder}{said}"


class ImportReport(QDialog):
    """Stays beside the window; stops nothing."""

    def __init__(self, results: Sequence[FileAdded], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("添加资料的结果")
        self.resize(640, 460)
        self._text = as_text(results)
        heading = label(summary(results), "heading", wrap=True)
        heading.setContentsMargins(26, 18, 20, 8)
        self.page = PlainBrowser()
        self.page.setViewportMargins(26, 2, 18, 10)
        self.page.setHtml(_as_html(results))
        self.copy_button = button("复制", "复制全部内容，可以发给提供资料的人或信息技术人员")
        self.copy_button.clicked.connect(self._copy)
        close = button("关闭", primary=True)
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.setContentsMargins(16, 12, 16, 14)
        row.addStretch(1)
        row.addWidget(self.copy_button)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(heading)
        column.addWidget(self.page, 1)
        column.addLayout(row)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText("已复制")
