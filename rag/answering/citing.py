"""A sentence and the passages it may be from → a statement cited to the source sentences that carry it, and checked."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answers import Citation, Evidence, Statement
from rag.chat.llm import Session
from rag.statements.checking import coverage, problems
from rag.statements.narrowing import supporting_spans
from rag.statements.premises import other_year
from rag.text import Span

_BETTER_SOURCE = 0.15  # coverage by which another passage must win over the one the model named


def source_of(question: str, text: str, session: Session, shown: Sequence[Evidence]) -> int:
    """The number of the passage that carries the statement: the one the model names, unless another clearly does. Where
    one clearly does it before all others, the model, which takes a token's time to say, is not asked."""
    fitness = [
        (not _problems(question, text, evidence, evidence.paragraph.text), coverage(text, evidence.paragraph.text))
        for evidence in shown
    ]
    best = max(fitness)
    rivals = [
        number
        for number, (sound, covered) in enumerate(fitness, 1)
        if sound == best[0] and covered >= best[1] - _BETTER_SOURCE
    ]
    if len(rivals) > 1:
        named = 1 + session.choose([f"{n}】" for n in range(1, len(shown) + 1)], "【").index
        if named in rivals:
            return named
    return 1 + fitness.index(best)


def checked(question: str, text: str, number: int, shown: Sequence[Evidence]) -> Statement:
    """The statement, cited to passage `number`."""
    evidence = shown[number - 1]
    whole = evidence.passage.start, evidence.passage.end
    citations = tuple(
        Citation(evidence.paragraph, start, end, evidence.article, evidence.document, number)
        for start, end in supporting_spans(text, evidence.paragraph.text) or (whole,)
    )
    return Statement(text, citations, _problems(question, text, evidence, "".join(c.quote for c in citations)))


def quoted(question: str, evidence: Evidence, span: Span, number: int) -> Statement:
    """A stretch of the evidence's paragraph as a statement, cited to itself; unsupported if it is of another year than
    the question asks of."""
    citation = Citation(evidence.paragraph, *span, evidence.article, evidence.document, number)
    return Statement(citation.quote, (citation,), _problems(question, citation.quote, evidence, citation.quote))


def _problems(question: str, text: str, evidence: Evidence, cited: str) -> tuple[str, ...]:
    article = evidence.article
    header = evidence.paragraph.paragraph.header
    found = problems(
        text,
        f"{header}\n{cited}" if header else cited,
        title=article.title,
        question=question,
        year=article.date.year if article.date else None,
    )
    other = other_year(question, cited, evidence)
    return (*found, other) if other else found
