"""Which sentences of a passage carry a statement: what a citation is narrowed to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.statements.alignment import clauses
from rag.statements.checking import missing_facts
from rag.text import Span, letter_pairs, sentences

_WORTH_CITING = 0.2  # share of the statement a further sentence must newly cover to be cited as well
_CLAUSE_GAIN = 0.2  # share of one clause by which another sentence must carry it better


def supporting_spans(statement: str, source: str) -> tuple[Span, ...]:
    """The stretches of `source` that carry the statement: the sentence that covers most of it, every further one that
    covers a good part more, a clause of its own, or holds a fact still missing. Neighbouring sentences make one span.

    Returns spans (start, end) into `source`, in order; empty when no sentence shares a word with the statement.
    """
    spans = sentences(source)
    held = [letter_pairs(source[a:b]) for a, b in spans]
    wanted = letter_pairs(statement)
    chosen: set[int] = set()
    left = set(wanted)
    while left and spans:
        best = max(range(len(spans)), key=lambda i: (len(left & held[i]), -i))
        gain = len(left & held[best])
        if gain == 0 or (chosen and gain < _WORTH_CITING * len(wanted)):
            break
        chosen.add(best)
        left -= held[best]
    if chosen:
        _add_carriers_of_clauses(statement, held, chosen)
        _add_carriers_of_facts(statement, source, spans, chosen)
    return _merge(_trimmed(source, spans[i]) for i in sorted(chosen))


def _add_carriers_of_clauses(statement: str, held: Sequence[set[str]], chosen: set[int]) -> None:
    for start, end in clauses(statement, ()):
        wanted = letter_pairs(statement[start:end])
        best = max(range(len(held)), key=lambda i: (len(wanted & held[i]), i in chosen))
        now = max(len(wanted & held[i]) for i in chosen)
        if len(wanted & held[best]) - now > _CLAUSE_GAIN * len(wanted):
            chosen.add(best)


def _add_carriers_of_facts(statement: str, source: str, spans: Sequence[Span], chosen: set[int]) -> None:
    for fact in missing_facts(statement, _joined(source, spans, chosen)):
        carrier = next((i for i, (a, b) in enumerate(spans) if not missing_facts(fact.text, source[a:b])), None)
        if carrier is not None:
            chosen.add(carrier)


def _joined(source: str, spans: Iterable[Span], chosen: set[int]) -> str:
    return "".join(source[a:b] for i, (a, b) in enumerate(spans) if i in chosen)


def _trimmed(source: str, span: Span) -> Span:
    start, end = span
    text = source[start:end]
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())


def _merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in spans:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return tuple(merged)
