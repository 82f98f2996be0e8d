"""Where a statement's wording stands in its source, clause by clause. Pure.

An answer keeps its source's words and leaves some out, so each clause of it has a stretch of the source that it was
taken from: found by the longest common run and read around it. What differs there is what was changed. Figures and
dates count as one letter each, whatever their notation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

from rag.statements.facts import Fact
from rag.text import Span

_CLAUSE = re.compile("(?P<words>[^，。；！？,;!?\n]+)(?P<mark>[，。；！？,;!?\n]*)")
_MARK = re.compile("[，。；：！？,;:!?]")
_LEAST_RUN = 2  # letters a clause must share in one run to have a place in the source
_STRAY = 2  # letters of a run at the end of a clause that may stand in the source by chance
_SHORT = 6  # letters below which a clause is read with the one before
_SLACK = 12  # letters of the source read beyond the length of the clause, on either side
_PASSED_OVER = re.compile("[\\s“”「」『』‘’\"'、]")


@dataclass(frozen=True, slots=True)
class Letter:
    """One character, or one whole figure or date, at `start:end`; equal keys mean equal wording."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What the statement says in `said` the source prints as `printed`; either may be empty, never both.

    All are spans of the two texts. `follows`: whether the words right after it are the same in both, so that what is
    missing was left out of the middle or the front of what is kept.
    """

    said: Span
    printed: Span
    follows: bool


def letters(text: str, facts: Sequence[Fact]) -> tuple[Letter, ...]:
    """`text` in comparable letters, without white space, quotation marks and 、. `facts`: those found in it."""
    whole = {fact.start: fact for fact in facts if fact.kind in ("figure", "date")}
    made: list[Letter] = []
    position = 0
    while position < len(text):
        fact = whole.get(position)
        if fact is not None:
            made.append(Letter(f"{fact.kind}:{fact.key}", fact.start, fact.end))
            position = fact.end
            continue
        if not _PASSED_OVER.match(text[position]):
            made.append(Letter(unicodedata.normalize("NFKC", text[position]).lower(), position, position + 1))
        position += 1
    return tuple(made)


def clauses(text: str, facts: Sequence[Fact]) -> Iterator[Span]:
    """The stretches between commas, semicolons and full stops; none cuts a fact («1,200»).

    A short one («增长5%») says nothing alone: it is joined to the one before in its sentence, or to the one after.
    """
    made: list[Span] = []
    joinable = False  # the last mark was a comma
    open_end = False  # the last one goes on in the next
    for match in _CLAUSE.finditer(text):
        start, end = match.span("words")
        if made and (open_end or (joinable and _letters_in((start, end), facts) < _SHORT)):
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
        joinable = match["mark"] in ("，", ",")
        cut = any(fact.start < match.end("words") < fact.end for fact in facts)
        open_end = cut or (joinable and _letters_in(made[-1], facts) < _SHORT)
    yield from made


def _letters_in(span: Span, facts: Sequence[Fact]) -> int:
    """How many letters `span` holds when each fact counts as one."""
    inside = [fact for fact in facts if span[0] <= fact.start and fact.end <= span[1]]
    return span[1] - span[0] - sum(fact.end - fact.start - 1 for fact in inside)


def differences(
    statement: str, said_facts: Sequence[Fact], source: str, printed_facts: Sequence[Fact]
) -> Iterator[list[Difference]]:
    """For each clause of the statement that has a place in the source: what differs there."""
    said, printed = letters(statement, said_facts), letters(source, printed_facts)
    keys = [letter.key for letter in printed]
    matcher: SequenceMatcher[str] = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(keys)
    for start, end in clauses(statement, said_facts):
        clause = [letter for letter in said if start <= letter.start < end]
        matcher.set_seq1([letter.key for letter in clause])
        run = matcher.find_longest_match()
        if not clause or run.size < min(_LEAST_RUN, len(clause)):
            continue
        first = max(0, run.b - run.a - _SLACK)
        last = min(len(printed), run.b + len(clause) - run.a + _SLACK)
        window = printed[first:last]
        yield _placed(clause, window)


def _placed(clause: Sequence[Letter], window: Sequence[Letter]) -> list[Difference]:
    """What differs between a clause and the stretch of the source around it."""
    matcher = SequenceMatcher(None, [c.key for c in clause], [w.key for w in window], autojunk=False)
    blocks = _without_strays([block for block in matcher.get_matching_blocks() if block.size], window)
    found: list[Difference] = []
    a = b = 0
    for block in (*blocks, None):
        to_a, to_b = (block.a, block.b) if block else (len(clause), len(window))
        if (a, b) != (to_a, to_b):
            found.append(Difference(_span(clause, a, to_a), _span(window, b, to_b), follows=block is not None))
        if block:
            a, b = block.a + block.size, block.b + block.size
    return found


def _without_strays(blocks: list[Match], window: Sequence[Letter]) -> list[Match]:
    """The blocks without the few letters at either end that only happen to stand in a neighbouring clause."""
    kept = list(blocks)
    for outer, inner in ((0, 1), (-1, -2)):
        while len(kept) > 1 and kept[outer].size <= _STRAY:
            first, second = sorted((kept[outer], kept[inner]), key=lambda block: block.b)
            if not any(_MARK.match(letter.key) for letter in window[first.b + first.size : second.b]):
                break
            del kept[outer]
    return kept


def _span(row: Sequence[Letter], start: int, end: int) -> Span:
    """The characters of letters `start:end`; an empty span stands where the next letter begins."""
    if start < end:
        return row[start].start, row[end - 1].end
    place = row[start].start if start < len(row) else row[-1].end
    return place, place
