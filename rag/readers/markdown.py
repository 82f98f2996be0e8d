"""Markdown: headings, paragraphs, list items, table rows and lines of code, as they would be shown. Links give their
words only, pictures and HTML tags nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rag.dates import date_mentions
from rag.errors import JianwenError
from rag.readers.flow import broken
from rag.readers.source import Held
from rag.readers.tables import Cell, Row, table_lines
from rag.readers.text import read_text
from rag.types import Line, Page

if TYPE_CHECKING:
    from markdown_it.token import Token

MOST_BYTES = 10 * 1024 * 1024
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)---[ \t]*(?:\r?\n|\Z)", re.S)
_FIELD = re.compile(r"^(title|标题|date|日期)[ \t]*[:：][ \t]*(.*?)[ \t]*\r?$", re.M | re.I)
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--)>", re.S)
_BREAK = re.compile(r"<br\s*/?>", re.I)


def open(path: Path, password: str | None = None) -> Held:  # noqa: ARG001 — text has none
    """A Markdown file as one page. Raises JianwenError when it is empty, too big, or not text; OSError."""
    text = read_text(path, MOST_BYTES)
    front = _FRONT.match(text)
    told = {key.lower(): value.strip("'\"") for key, value in _FIELD.findall(front[1])} if front else {}
    lines = list(_lines(text[front.end() :] if front else text))
    title = told.get("title") or told.get("标题") or ""
    if title and not any(line.heading == 1 and line.text == title for line in lines):
        lines = [Line(title, heading=1)] + [replace(n, heading=n.heading and n.heading + 1) for n in lines]
    if not lines:
        raise JianwenError(f"“{path.name}”是空的，没有可以读取的文字。请检查是否选错了文件。")
    return Held((Page(1, tuple(lines), wrapped=False),), _day(told.get("date") or told.get("日期") or ""))


def _day(text: str) -> str:
    numbered = re.sub(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2}).*", r"\1年\2月\3日", text)
    return next((day.isoformat() for mention in date_mentions(numbered) if (day := mention.date())), "")


def _lines(text: str) -> Iterator[Line]:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    label, level, rows = "", 0, list[Row]()
    for place, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
            case "heading_close":
                level = 0
            case "list_item_open":
                label = f"{token.info}{token.markup} " if token.info else ""
            case "inline" if not _in_table(tokens, place):
                for part in broken(_pieces(token.children or ()), bool(level)):
                    yield Line(label + part.strip(), heading=level)
                    label = ""
            case "fence" | "code_block":
                yield from (Line(line) for line in token.content.splitlines() if line.strip())
            case "html_block":
                shown = _TAG.sub("", _BREAK.sub("\n", token.content))
                yield from (Line(line.strip()) for line in shown.splitlines() if line.strip())
            case "tr_open":
                rows.append(_row(tokens, place))
            case "table_close":
                yield from table_lines(rows)
                rows = []


def _in_table(tokens: Sequence[Token], place: int) -> bool:
    return tokens[place - 1].type in ("th_open", "td_open")


def _row(tokens: Sequence[Token], start: int) -> Row:
    cells: list[Cell] = []
    head = False
    for place in range(start, len(tokens)):
        token = tokens[place]
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(Cell(" ".join(_pieces(token.children or ())).replace("\t", " ")))
        head = head or token.type == "th_open"
    return Row(tuple(cells), head)


def _pieces(children: Sequence[Token]) -> list[str]:
    """The words of a paragraph, parted where its lines end."""
    pieces = [""]
    for child in children:
        match child.type:
            case "text" | "code_inline":
                pieces[-1] += child.content
            case "softbreak" | "hardbreak":
                pieces.append("")
            case "html_inline" if _BREAK.match(child.content):
                pieces.append("")
    return pieces
