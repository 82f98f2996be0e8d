"""Where a sentence stands in a section: behind the last one that its sources have before it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from rag.briefings import Briefing, BriefingStatement, Section

Place = tuple[int, int, int]  # of an article among the briefing's, a paragraph in it, and a character: reading order


def places_of_articles(briefing: Briefing) -> dict[str, int]:
    """The place of each article, by its id, among those that the briefing is made from."""
    return {one.article.id: n for n, one in enumerate(briefing.articles)}


def joined(section: Section, statement: BriefingStatement, articles: Mapping[str, int]) -> Section:
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
