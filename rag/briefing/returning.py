"""What was left out for want of room, back at its place on the page when a briefing may be longer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.briefing.fitting import TRIES, fit
from rag.briefing.placing import joined, places_of_articles
from rag.briefing.plans import Kind, SectionPlan
from rag.briefings import FOR_ROOM, Briefing, LeftOut, PageMeasure, Reason, Section, repeats


def allow(briefing: Briefing, pages: int, measure: PageMeasure, kind: Kind | None = None) -> Briefing:
    """The briefing on up to `pages` pages: with what they hold of the checked sentences that were left out for want
    of room, each where its sources have it in its section; or without the least important, where they hold less.

    kind: what the briefing was made as, if that is still known; it says how long a section may be, and where one stood
    that has left the page.

    Raises:
        JianwenError: not even one sentence fits.
    """
    changed = replace(briefing, pages_allowed=pages)
    if pages < briefing.pages_allowed or measure.pages(changed) > pages:
        return fit(changed, measure)
    plans = kind.sections if kind is not None else ()
    spare = _spare(changed, plans)

    def fits(entries: Sequence[LeftOut]) -> bool:
        return measure.pages(_with(changed, entries, plans)) <= pages

    first, last = 0, len(spare)
    while first < last:
        middle = (first + last + 1) // 2
        if fits(spare[:middle]):
            first = middle
        else:
            last = middle - 1
    back = spare[:first]
    for entry in spare[first : first + TRIES]:
        if fits([*back, entry]):
            back.append(entry)
    made = _with(changed, back, plans)
    return replace(made, pages=measure.pages(made))


def _spare(briefing: Briefing, plans: Sequence[SectionPlan]) -> list[LeftOut]:
    """Those that more room brings back, the most important first: those that had a place on the page, then those for
    which their section was too short, as far as it may be longer now."""
    room = {plan.heading: plan.characters * briefing.pages_allowed for plan in plans}
    for section in briefing.sections:
        if section.heading in room:
            room[section.heading] -= sum(len(one.text) for one in section.statements)
    articles, sections, found = places_of_articles(briefing), briefing.sections, []
    wanted = [one for one in briefing.left_out if one.reason in FOR_ROOM]
    for one in sorted(wanted, key=lambda one: (one.reason is Reason.OVER_BUDGET, -one.statement.importance)):
        length = len(one.statement.text)
        fits = one.reason is Reason.NO_ROOM or room.get(one.section, length) >= length
        if fits and not repeats(put := _put(sections, one, articles, plans)):
            sections = put
            room[one.section] = room.get(one.section, length) - length
            found.append(one)
    return found


def _with(briefing: Briefing, entries: Sequence[LeftOut], plans: Sequence[SectionPlan]) -> Briefing:
    """The briefing with these back on the page."""
    articles, sections = places_of_articles(briefing), briefing.sections
    for entry in entries:
        sections = _put(sections, entry, articles, plans)
    rest = tuple(one for one in briefing.left_out if not any(one is entry for entry in entries))
    return replace(briefing, sections=sections, left_out=rest, pages=None)


def _put(
    sections: Sequence[Section], entry: LeftOut, articles: Mapping[str, int], plans: Sequence[SectionPlan]
) -> tuple[Section, ...]:
    """The sections with this one back at its place."""
    put = list(sections)
    place = next((n for n, one in enumerate(put) if one.heading == entry.section), None)
    if place is None:
        put.insert(*_of_its_own(entry, put, plans))
    else:
        put[place] = joined(put[place], entry.statement, articles)
    return tuple(put)


def _of_its_own(entry: LeftOut, sections: Sequence[Section], plans: Sequence[SectionPlan]) -> tuple[int, Section]:
    """A section that had left the page, and where it stood: behind those that its kind has before it."""
    headings = [plan.heading for plan in plans]
    if entry.section not in headings:
        return len(sections), entry.alone(sections)
    number = headings.index(entry.section)
    before = [n for n, one in enumerate(sections) if one.heading in headings[:number]]
    return (before[-1] + 1 if before else 0), entry.alone(sections, plans[number].form)
