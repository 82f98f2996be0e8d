"""What was left out for want of room, back at its place on the page when a briefing may be longer. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.briefing.fitting import TRIES, fit
from rag.briefing.plans import Kind, SectionPlan
from rag.briefings import FOR_ROOM, Briefing, BriefingStatement, LeftOut, PageMeasure, Reason, Section, repeats

Place = tuple[int, int, int]  # of an article among the briefing's, a paragraph in it, and a character: reading order


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
    articles, sections, found = _articles(briefing), briefing.sections, []
    wanted = [one for one in briefing.left_out if one.reason in FOR_ROOM]
    for one in sorted(wanted, key=lambda one: (one.reason is Reason.OVER_BUDGET, -one.statement.importance)):
        length = len(one.statement.text)
        fits = one.reason is Reason.NO_ROOM or room.get(one.section, length) >= length
        put = _put(sections, one, articles, plans)
        if fits and not repeats(put):
            sections = put
            room[one.section] = room.get(one.section, length) - length
            found.append(one)
    return found


def _with(briefing: Briefing, entries: Sequence[LeftOut], plans: Sequence[SectionPlan]) -> Briefing:
    """The briefing with these back on the page."""
    articles, sections = _articles(briefing), briefing.sections
    for entry in entries:
        sections = _put(sections, entry, articles, plans)
    rest = tuple(one for one in briefing.left_out if not any(one is entry for entry in entries))
    return replace(briefing, sections=sections, left_out=rest, pages=None)


def _articles(briefing: Briefing) -> dict[str, int]:
    return {one.article.id: n for n, one in enumerate(briefing.articles)}


def _put(
    sections: Sequence[Section], entry: LeftOut, articles: Mapping[str, int], plans: Sequence[SectionPlan]
) -> tuple[Section, ...]:
    """The sections with this one back at its place."""
    put = list(sections)
    place = next((n for n, one in enumerate(put) if one.heading == entry.section), None)
    if place is None:
        put.insert(*_of_its_own(entry, put, plans))
    else:
        put[place] = _joined(put[place], entry.statement, articles)
    return tuple(put)


def _of_its_own(entry: LeftOut, sections: Sequence[Section], plans: Sequence[SectionPlan]) -> tuple[int, Section]:
    """A section that had left the page, and where it stood: behind those that its kind has before it."""
    headings = [plan.heading for plan in plans]
    if entry.section not in headings:
        return len(sections), entry.alone(sections)
    number = headings.index(entry.section)
    before = [n for n, one in enumerate(sections) if one.heading in headings[:number]]
    return (before[-1] + 1 if before else 0), entry.alone(sections, plans[number].form)


def _joined(section: Section, statement: BriefingStatement, articles: Mapping[str, int]) -> Section:
    """The section with the sentence behind the last one that its sources have before it, on its side."""
    mine, to = _place(statement, articles), len(section.statements)
    if mine is not None:
        earlier = [
            n
            for n, other in enumerate(section.statements)
            if (not section.sides or other.group == statement.group)
            and (place := _place(other, articles)) is not None
            and place < mine
        ]
        to = earlier[-1] + 1 if earlier else 0
    return section.holding((*section.statements[:to], statement, *section.statements[to:]))


def _place(statement: BriefingStatement, articles: Mapping[str, int]) -> Place | None:
    """Where the sources have it; None for what cites nothing, or an article that the briefing is not made from."""
    places = [
        (articles[one.article.id], number, one.start)
        for one in statement.citations
        if one.article.id in articles
        for number, stored in enumerate(one.article.paragraphs)
        if stored.id == one.paragraph.id
    ]
    return min(places, default=None)
