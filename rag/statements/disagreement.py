"""Two bulletins that give different figures or days for the same matter: both are quoted, each under its date. Pure.

Two sentences speak of the same matter when one clause of theirs reads the same but for its figures and dates, and
neither names a place or a year that the other's article does not. Which of them is right is not for a program to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final

from rag.answers import Citation, Evidence, Statement
from rag.statements.alignment import Letter, letters
from rag.statements.facts import Fact, facts
from rag.text import Span, normalise, sentences, tagged_words
from rag.types import StoredArticle

SAID: Final = "几份资料对同一件事说法不同，下面按各自的日期分别列出。"
_LEAST_SHARED: Final = 5  # letters that two clauses must share
_LEAST_HELD: Final = 0.8  # share of the shorter clause that must stand in the longer
_MOST: Final = 3  # other versions shown of one statement
_VALUE: Final = re.compile(r"[\d.,~～多第]+")
_RELATIVE: Final = re.compile("[今去上本当][年月周季]|本学[年期]|上学[年期]|近日|日前|目前")
_PLACE: Final = re.compile("[\u4e00-\u9fff]{2,6}[省市县区镇乡]$")
_MARKS: Final = frozenset("，。；：！？,;:!?")


@dataclass(frozen=True, slots=True)
class _Clause:
    """`row`: the shapes of its letters; `facts`: its figures and dates by their place in it; `text`: its sentence."""

    row: tuple[str, ...]
    facts: dict[int, Fact]
    text: str
    article: StoredArticle


def with_other_versions(
    statements: Sequence[Statement], shown: Sequence[Evidence], found: Sequence[Evidence]
) -> tuple[list[Statement], tuple[Evidence, ...]]:
    """The statements, with what other articles say of the same matter after those that they disagree with.

    Args:
        statements: checked ones; only supported ones are looked at.
        shown: the evidence their citations number.
        found: all evidence, where other versions are looked for.

    Returns:
        Statements, those that disagree each under its article's date and title; and the evidence they cite, `shown`
        first. Both as given where nothing disagrees.
    """
    evidence, made = list(shown), list(statements)
    for statement in statements:
        if not statement.supported:
            continue
        for other, span in _others(statement, found):
            mine = next(i for i, one in enumerate(made) if one.text == statement.text)
            made[mine] = replace(made[mine], group=statement.citations[0].article.dated_label)
            theirs = _stating(made, other, span)
            if theirs is None:
                made.insert(mine + 1, _quoted(other, span, evidence))
            else:
                made[theirs] = replace(made[theirs], group=other.article.dated_label)
    made.sort(key=lambda one: bool(one.group))  # what stands under no heading would seem to stand under the last
    return made, tuple(evidence)


def _others(statement: Statement, found: Sequence[Evidence]) -> Iterator[tuple[Evidence, Span]]:
    """Sentences of other articles that say another figure or day of the same matter; one of each article."""
    mine = statement.citations[0].article
    own = list(_clauses(statement.text, mine))
    seen = {mine.id, *mine.twins}
    for evidence in found:
        if evidence.article.id in seen or len(seen) - 1 - len(mine.twins) >= _MOST:
            continue
        for start, end in sentences(evidence.paragraph.text):
            theirs = _clauses(evidence.paragraph.text[start:end], evidence.article)
            if any(_disagree(a, b) for b in theirs for a in own):
                seen |= {evidence.article.id, *evidence.article.twins}
                yield evidence, (start, end)
                break


def _clauses(text: str, article: StoredArticle) -> Iterator[_Clause]:
    """The clauses of a sentence that hold a figure or date."""
    known = facts(text)
    by_place = {fact.start: fact for fact in known if fact.kind in ("figure", "date")}
    for is_mark, clause in groupby(letters(text, known), key=lambda letter: letter.key in _MARKS):
        inside = list(clause)
        held = {place: by_place[one.start] for place, one in enumerate(inside) if one.start in by_place}
        if held and not is_mark:
            yield _Clause(tuple(map(_shape, inside)), held, text, article)


def _shape(letter: Letter) -> str:
    """A letter; of a figure only its unit, of a date only that it is one."""
    kind, found, key = letter.key.partition(":")
    if not found or kind not in ("figure", "date"):
        return letter.key
    return f"{kind}:{_VALUE.sub('', key) if kind == 'figure' else ''}"


def _disagree(one: _Clause, other: _Clause) -> bool:
    matcher = SequenceMatcher(None, one.row, other.row, autojunk=False)
    if any(change == "replace" for change, *_ in matcher.get_opcodes()):
        return False  # 小学 for 中学, 汾阳市 for 全市
    pairs = [(block.a + n, block.b + n) for block in matcher.get_matching_blocks() for n in range(block.size)]
    words = sum(a not in one.facts for a, _ in pairs)
    shorter = min(len(one.row) - len(one.facts), len(other.row) - len(other.facts))
    if words < _LEAST_SHARED or words < _LEAST_HELD * shorter or not _same_matter(one, other):
        return False
    met = [(one.facts[a], other.facts[b]) for a, b in pairs if a in one.facts and b in other.facts]
    days = [(_day(a, one.article), _day(b, other.article)) for a, b in met if a.kind == b.kind == "date"]
    if any(a.key != b.key for a, b in met if a.kind == b.kind == "figure"):
        return all(a == b for a, b in days)
    return any(a.year == b.year and a.day != b.day and a.whole and b.whole for a, b in days)


def _same_matter(one: _Clause, other: _Clause) -> bool:
    """No place stands in one that the other's article does not know; 今年 and 去年 mean the same year in both."""
    for mine, theirs in ((one, other), (other, one)):
        known = normalise(theirs.article.title + "".join(p.text for p in theirs.article.paragraphs))
        if any(normalise(place) not in known for place in _places(mine.text)):
            return False
    if _RELATIVE.search(one.text) or _RELATIVE.search(other.text):
        years = {clause.article.date.year if clause.article.date else None for clause in (one, other)}
        return len(years) == 1
    return True


def _places(text: str) -> Iterator[str]:
    for word in tagged_words(text):
        if word.tag == "ns" or (word.tag.startswith("n") and _PLACE.match(word.text)):
            yield word.text


@dataclass(frozen=True, slots=True)
class _Day:
    """`day`: month and day as `Fact.key` has them, maybe less. A meeting of another year is another meeting."""

    year: str
    day: str

    @property
    def whole(self) -> bool:
        return len(self.day) >= len("01-31")


def _day(date: Fact, article: StoredArticle) -> _Day:
    """A date that leaves its year out is of its article's."""
    if date.key.startswith("-"):
        return _Day(str(article.date.year) if article.date else "", date.key.removeprefix("--"))
    return _Day(date.key[:4], date.key[5:])


def _stating(statements: Sequence[Statement], evidence: Evidence, span: Span) -> int | None:
    """Which supported statement cites that sentence already."""
    for place, statement in enumerate(statements):
        for citation in statement.citations:
            overlaps = citation.start < span[1] and span[0] < citation.end
            if statement.supported and citation.paragraph.id == evidence.paragraph.id and overlaps:
                return place
    return None


def _quoted(evidence: Evidence, span: Span, shown: list[Evidence]) -> Statement:
    """The sentence as a statement; its evidence gets the next number where it has none."""
    numbers = [n for n, one in enumerate(shown, 1) if one.paragraph.id == evidence.paragraph.id]
    if not numbers:
        shown.append(evidence)
        numbers = [len(shown)]
    start, end = span
    text = evidence.paragraph.text[start:end]
    end = start + len(text.rstrip())
    start += len(text) - len(text.lstrip())
    citation = Citation(evidence.paragraph, start, end, evidence.article, evidence.document, numbers[0])
    return Statement(citation.quote, (citation,), group=evidence.article.dated_label)
