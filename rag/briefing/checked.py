"""A sentence of a briefing held against what it cites, as the sentences of answers are."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answers import Citation
from rag.briefings import BriefingStatement, Duty, Written
from rag.statements.checking import problems


def checked(
    text: str,
    citations: Sequence[Citation],
    written: Written,
    importance: float = 0.0,
    group: str = "",
    duty: Duty | None = None,
) -> BriefingStatement:
    """The statement with what its citations do not hold; without citations (only by hand) nothing is looked for."""
    found: tuple[str, ...] = ()
    if citations:
        years = {citation.article.date.year if citation.article.date else None for citation in citations}
        titles = dict.fromkeys(citation.article.title for citation in citations)
        cited = "\n".join(_with_header(citation) for citation in citations)
        found = problems(text, cited, title="\n".join(titles), year=years.pop() if len(years) == 1 else None)
    return BriefingStatement(text, tuple(citations), found, written, importance, group, duty)


def _with_header(citation: Citation) -> str:
    """A table row is read under its column names."""
    header = citation.paragraph.paragraph.header
    return f"{header}\n{citation.quote}" if header else citation.quote
