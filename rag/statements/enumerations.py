"""A set that the question counts («“五强”目标是什么？», «三大基地是哪些？»), listed whole. Pure.

A small model lists such a set one by one and may pass over one of them. Where the source sets out just as many,
parted by 、, those left out are added in the source's own words, in their places.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answers import Citation, Statement
from rag.numerals import chinese_number
from rag.text import Span, normalise

_COUNTED = re.compile(r"[二三四五六七八九十两]+|(?<!\d)\d{1,2}(?![\d年月日号])")
_CLAUSE = re.compile("[^，。；：！？\n]+")
_FEWEST_NAMED = 2  # statements that each name one of a set, before it is taken for what is being listed


def completed(question: str, statements: Sequence[Statement]) -> list[Statement]:
    """The statements, and what they leave out of a set that the question counts."""
    counts = {chinese_number(n) or (int(n) if n.isdecimal() else 0) for n in _COUNTED.findall(question)}
    done = list(statements)
    for source in {c.paragraph.id: c for s in statements if s.supported for c in s.citations}.values():
        for items in _sets(source.paragraph.text):
            if len(items) in counts:
                done = _filled(done, items, source)
    return done


def _sets(text: str) -> list[list[Span]]:
    """What each clause parts by 、; the first item begins with the clause, the last ends with it."""
    found = []
    for clause in _CLAUSE.finditer(text):
        edges = [clause.start(), *(clause.start() + m.end() for m in re.finditer("、", clause.group())), clause.end()]
        ends = [edge - 1 for edge in edges[1:-1]] + [clause.end()]
        found.append(list(zip(edges[:-1], ends, strict=True)))
    return found


def _filled(statements: list[Statement], items: Sequence[Span], source: Citation) -> list[Statement]:
    text = source.paragraph.text
    places = [_named(statement, items, text) for statement in statements]
    named = {place for place in places if place is not None}
    if len(named) < _FEWEST_NAMED or len(named) == len(items):
        return statements
    made: list[Statement] = []
    wanted = [n for n in range(len(items)) if n not in named]
    for statement, place in zip(statements, places, strict=True):
        while place is not None and wanted and wanted[0] < place:
            made.append(_quoted(items[wanted.pop(0)], source))
        made.append(statement)
        while place == max(named) and wanted:
            made.append(_quoted(items[wanted.pop(0)], source))
    return made


def _named(statement: Statement, items: Sequence[Span], text: str) -> int | None:
    """Which item a statement is; the first item may have words before it, the last words after it."""
    said = normalise(statement.text)
    if not statement.supported or not said:
        return None
    for n, (start, end) in enumerate(items):
        item = normalise(text[start:end])
        if said == item or (n == 0 and item.endswith(said)) or (n == len(items) - 1 and item.startswith(said)):
            return n
    return None


def _quoted(item: Span, source: Citation) -> Statement:
    start, end = item
    return Statement(source.paragraph.text[start:end], (replace(source, start=start, end=end),))
