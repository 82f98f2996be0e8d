"""A briefing onto its page: the least important leave first, then what stays is shortened, and only then more leaves.

Never by a smaller type: what is measured is the document as it will be printed (`PageMeasure`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from rag.briefing.checked import checked
from rag.briefing.selection import OPENS
from rag.briefing.shortening import shorter
from rag.briefings import Briefing, BriefingStatement, LeftOut, PageMeasure, Reason, Section, Written, repeats
from rag.errors import JianwenError

TRIES: Final = 12  # sentences that are tried again in the room that is left

Kept = Mapping[int, BriefingStatement]  # what stands on the page, by its place among the briefing's statements


def fit(briefing: Briefing, measure: PageMeasure) -> Briefing:
    """The briefing with as little taken off as makes it fit `pages_allowed`; what left stands in `left_out`.

    Raises:
        JianwenError: not even one sentence fits.
    """
    if (pages := measure.pages(briefing)) <= briefing.pages_allowed:
        return replace(briefing, pages=pages)

    def fits(kept: Kept) -> bool:
        return measure.pages(_of(briefing, kept)) <= briefing.pages_allowed

    steps = list(_steps(briefing))
    first, last = 0, len(steps) - 1
    if not fits(steps[last]):
        raise JianwenError(
            f"标题、报头和一句话在 {briefing.pages_allowed} 页内也放不下。请缩短标题或报头，或允许多用一页。"
        )
    while first < last:
        middle = (first + last) // 2
        if fits(steps[middle]):
            last = middle
        else:
            first = middle + 1
    made = _of(briefing, _filled(briefing.statements, steps[last], fits))
    return replace(made, pages=measure.pages(made))


def _filled(whole: Sequence[BriefingStatement], kept: Kept, fits: Callable[[Kept], bool]) -> Kept:
    """With what of the taken off still fits: the openings of speeches, then clauses, then the rest, by importance."""
    by_importance = sorted(range(len(whole)), key=lambda place: -whole[place].importance)
    gone = [place for place in by_importance if place not in kept]
    openings = [place for place in gone if whole[place].importance >= OPENS]
    shortened = [place for place in by_importance if place in kept and kept[place] != whole[place]]
    others = [place for place in gone if place not in openings][:TRIES]
    for place in (*openings, *shortened, *others):
        more = {**kept, place: whole[place]}
        if fits(more):
            kept = more
    return kept


def _steps(briefing: Briefing) -> Iterator[Kept]:
    """Ever less, down to one sentence; the first of them is everything."""
    kept = dict(enumerate(briefing.statements))
    yield dict(kept)
    for place in _by_importance(kept, below=OPENS):
        del kept[place]
        yield dict(kept)
    while _shorten(briefing, kept):
        yield dict(kept)
    for place in _by_importance(kept, below=float("inf")):
        del kept[place]
        yield dict(kept)


def _by_importance(kept: Kept, below: float) -> list[int]:
    """What is less important than `below`, least important first, of equal ones the later on the page; never all."""
    places = sorted(kept, key=lambda place: (kept[place].importance, -place))[:-1]
    return [place for place in places if kept[place].importance < below]


def _shorten(briefing: Briefing, kept: dict[int, BriefingStatement]) -> bool:
    """Take a clause off the longest sentence that can do with one less; False where none can."""
    for place in sorted(kept, key=lambda one: -len(kept[one].text)):
        old = kept[place]
        if old.written is Written.HAND:
            continue
        for text in shorter(old.text):
            made = checked(text, old.citations, old.written, old.importance, old.group, old.duty)
            if made.supported and not repeats(_sections(briefing, {**kept, place: made})):
                kept[place] = made
                return True
    return False


def _of(briefing: Briefing, kept: Kept) -> Briefing:
    """The briefing with what is kept on its page and the rest beside it."""
    headings = [section.heading for section in briefing.sections for _ in section.statements]
    gone = (
        LeftOut(statement, Reason.NO_ROOM, heading)
        for place, (statement, heading) in enumerate(zip(briefing.statements, headings, strict=True))
        if place not in kept
    )
    return replace(briefing, sections=_sections(briefing, kept), left_out=(*briefing.left_out, *gone))


def _sections(briefing: Briefing, kept: Kept) -> tuple[Section, ...]:
    """Those that still say something, with what is kept of them."""
    sections, first = [], 0
    for section in briefing.sections:
        places = range(first, first + len(section.statements))
        first = places.stop
        statements = tuple(kept[place] for place in places if place in kept)
        if statements or section.speaks_of_silence:
            sections.append(replace(section, statements=statements))
    return tuple(sections)
