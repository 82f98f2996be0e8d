"""Does the cited text say this sentence? Deterministic, explainable, without a model.

Two questions, in this order: which sentences of a passage carry the statement (`supporting_spans`), and what of the
statement do they not hold (`problems`). Hard facts (figures with units, dates, 《titles》, “quoted words”, names) are
all or nothing; of the remaining wording most must occur in the source, measured on Han bigrams.
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.facts import Fact, facts
from rag.text import character_pairs, normalise, sentences

_KINDS = {"figure": "数字", "date": "日期", "title": "文件或书刊名", "quote": "引文", "name": "名称"}

_LEAST_WORDING = 0.6  # share of a statement's bigrams the cited text must hold
_WORTH_CITING = 0.2  # share of the statement a further sentence must newly cover to be cited as well


def problems(statement: str, cited: str) -> tuple[str, ...]:
    """What of `statement` the cited text does not hold, as Chinese sentences; empty when it holds everything."""
    missing = [f"所引原文中没有{_KINDS[fact.kind]}“{fact.text}”" for fact in missing_facts(statement, cited)]
    if coverage(statement, cited) < _LEAST_WORDING:
        missing.append("所引原文的用词与这句话出入较大")
    return tuple(missing)


def missing_facts(statement: str, cited: str) -> tuple[Fact, ...]:
    """The hard facts of `statement` that do not occur in `cited`, in order, each once."""
    held = {(fact.kind, fact.key) for fact in facts(cited)}
    letters = normalise(cited)
    missing: dict[str, Fact] = {}
    for fact in facts(statement):
        if (fact.kind, fact.key) not in held and not _literally(fact, letters):
            missing.setdefault(fact.key, fact)
    return tuple(missing.values())


def _literally(fact: Fact, letters: str) -> bool:
    """Whether the words stand in the text, if not as a fact of their own: a name may be cut longer in one place than in
    another, quoted words may stand without their marks."""
    if fact.kind == "title":
        return normalise(fact.text) in letters
    return fact.kind in ("quote", "name") and normalise(fact.key) in letters


def coverage(statement: str, cited: str) -> float:
    """The share of the statement's character bigrams that occur in the cited text, 0 to 1."""
    wanted = _bigrams(statement)
    return len(wanted & _bigrams(cited)) / len(wanted) if wanted else 1.0


def supporting_spans(statement: str, source: str) -> tuple[tuple[int, int], ...]:
    """The stretches of `source` that carry the statement: the sentence that covers most of it, and every further one
    that covers a good part more or holds a fact still missing. Neighbouring sentences make one span.

    Returns spans (start, end) into `source`, in order; empty when no sentence shares a word with the statement.
    """
    spans = sentences(source)
    held = [_bigrams(source[a:b]) for a, b in spans]
    wanted = _bigrams(statement)
    chosen: set[int] = set()
    left = set(wanted)
    while left and spans:
        best = max(range(len(spans)), key=lambda i: (len(left & held[i]), -i))
        gain = len(left & held[best])
        if gain == 0 or (chosen and gain < _WORTH_CITING * len(wanted)):
            break
        chosen.add(best)
        left -= held[best]
    for fact in missing_facts(statement, _joined(source, spans, chosen)) if chosen else ():
        carrier = next((i for i, (a, b) in enumerate(spans) if not missing_facts(fact.text, source[a:b])), None)
        if carrier is not None:
            chosen.add(carrier)
    return _merge(_trimmed(source, spans[i]) for i in sorted(chosen))


def _joined(source: str, spans: Iterable[tuple[int, int]], chosen: set[int]) -> str:
    return "".join(source[a:b] for i, (a, b) in enumerate(spans) if i in chosen)


def _trimmed(source: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    text = source[start:end]
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())


def _merge(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return tuple(merged)


def _bigrams(text: str) -> set[str]:
    return character_pairs("".join(character for character in normalise(text) if character.isalnum()))
