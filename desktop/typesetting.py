"""Sets an article's text into a Qt document: title, date, paragraphs, tables, and where each paragraph begins.

Document text goes in through a cursor, as text: it cannot become markup, link or image.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from PySide6.QtGui import (
    QBrush,
    QColor,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextTable,
    QTextTableFormat,
)

from desktop import style
from desktop.wording import CHECK, date_words, is_low
from rag.layout.sections import heads_of
from rag.types import StoredArticle, StoredParagraph

_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffc\ud800-\udfff]")
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value


class Typesetter:
    """Sets one article. `points` is the size of the running text; `aside`: it is no article (no date).

    `starts` maps paragraph ids to the positions of their first characters. In a table row each tab of the paragraph
    is a boundary between cells, which Qt counts as one position too.
    """

    def __init__(self, document: QTextDocument, points: float, *, aside: bool) -> None:
        self.starts: dict[str, int] = {}
        self._cursor = QTextCursor(document)
        self._points = points
        self._aside = aside
        self._heads: set[str] = set()  # paragraphs that head sections

    def set(self, article: StoredArticle) -> None:
        """Write the whole article into the document, which is empty."""
        self._head(article)
        self._heads = {article.paragraphs[head.number].id for head in heads_of(article) if head.name}
        for is_table, group in groupby(article.paragraphs, key=lambda p: p.paragraph.header is not None):
            if is_table:
                for rows in _tables(tuple(group)):
                    self._table(rows)
            else:
                for paragraph in group:
                    self.starts[paragraph.id] = self._paragraph(paragraph)

    def _head(self, article: StoredArticle) -> None:
        def printed(role: str) -> list[str]:
            return [heading.paragraph.text for heading in article.headings if heading.role == role]

        for kicker in printed("kicker"):
            self._block(kicker, _shape(108, 4), self._type(0.5, style.MUTED))
        if article.title:
            self._block(article.title, _shape(110, 6), self._type(4.0, style.INK, bold=True))
        for subtitle in printed("subtitle"):
            self._block(subtitle, _shape(110, 6), self._type(1.5, style.INK, bold=True))
        if not self._aside:
            words = date_words(article)
            if article.date:
                doubt = "？" if words.endswith("？") else ""
                words = f"{article.date.year} 年 {article.date.month} 月 {article.date.day} 日{doubt}"
            self._block(words, _shape(110, 16), self._type(-1.5, style.MUTED))

    def _paragraph(self, paragraph: StoredParagraph) -> int:
        shape = _shape(style.LINE_PERCENT + 6, 10)
        if not self._aside:
            shape.setTextIndent(2 * QFontMetricsF(style.font(self._points)).horizontalAdvance("中"))
        return self._block(paragraph.text, shape, self._type_of(paragraph))

    def _type_of(self, paragraph: StoredParagraph) -> QTextCharFormat:
        low = is_low(paragraph.paragraph.confidence)
        made = self._type(0, style.CAUTION if low else style.INK, bold=paragraph.id in self._heads)
        if low:
            made.setToolTip(CHECK)
        return made

    def _table(self, rows: Sequence[StoredParagraph]) -> None:
        """Cells aligned in columns; where the rows do not begin with their column names, these are put above them."""
        names = rows[0].paragraph.header or ""
        lines = [row.text for row in rows]
        if names and lines[0] != names:
            lines = [names, *lines]
        extra = len(lines) - len(rows)
        cells = [line.split("\t") for line in lines]
        table = self._cursor.insertTable(len(cells), max(map(len, cells)), _table_format())
        for n, line in enumerate(cells):
            named = n == 0 and any(row.paragraph.header == lines[0] for row in rows)
            type_ = self._type(-0.5, style.INK, bold=True) if named else self._type_of(rows[n - extra])
            for column, text in enumerate(line):
                _fill_cell(table, n, column, text, type_, named=named)
        for n, row in enumerate(rows, extra):
            self.starts[row.id] = table.cellAt(n, 0).firstPosition()
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _block(self, text: str, shape: QTextBlockFormat, type_: QTextCharFormat) -> int:
        """Write one block; returns the position of its first character."""
        cursor = self._cursor
        if cursor.atBlockStart() and cursor.atBlockEnd():  # the first one, or what Qt leaves after a table
            cursor.setBlockFormat(shape)
        else:
            cursor.insertBlock(shape, type_)
        start = cursor.position()
        cursor.insertText(as_shown(text), type_)
        return start

    def _type(self, larger: float, colour: str, bold: bool = False) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setFont(style.font(self._points + larger, bold))
        made.setForeground(QColor(colour))
        return made


def as_shown(text: str) -> str:
    """One character in, one character out, so that positions hold; nothing that Qt takes for a break or an object."""
    return _BREAKS.sub(" ", text)


def _tables(rows: Sequence[StoredParagraph]) -> Iterator[tuple[StoredParagraph, ...]]:
    """Neighbouring rows parted into tables: one begins with its row of names, or where the names change."""
    table: list[StoredParagraph] = []
    for row in rows:
        header = row.paragraph.header
        names = (table[0].text, table[0].paragraph.header) if table else ()
        if table and (header not in names or (not header and table[-1].paragraph.header)):
            yield tuple(table)
            table = []
        table.append(row)
    if table:
        yield tuple(table)


def _shape(line: float, below: float) -> QTextBlockFormat:
    """Line height in percent of the type's own, pixels below the block."""
    made = QTextBlockFormat()
    made.setLineHeight(line, _PROPORTIONAL)
    made.setBottomMargin(below)
    return made


def _table_format() -> QTextTableFormat:
    made = QTextTableFormat()
    made.setBorder(1)
    made.setBorderCollapse(True)
    made.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    made.setBorderBrush(QBrush(QColor(style.LINE)))
    made.setCellPadding(6)
    made.setCellSpacing(0)
    made.setTopMargin(4)
    made.setBottomMargin(12)
    return made


def _fill_cell(table: QTextTable, row: int, column: int, text: str, type_: QTextCharFormat, *, named: bool) -> None:
    cell = table.cellAt(row, column)
    if named:
        shape = cell.format()
        shape.setBackground(QColor(style.GROUND))
        cell.setFormat(shape)
    cell.firstCursorPosition().insertText(as_shown(text), type_)
