"""From a question to ranked evidence: near in meaning and sharing its words (`rag.evidence.ranking` joins the two)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answers import Evidence, Period
from rag.errors import JianwenError
from rag.evidence.embedding import Embedder
from rag.evidence.ranking import DEPTH, joined, standard
from rag.layout.paragraphs import looks_like_heading
from rag.layout.sections import first_below, sections_of, words_above
from rag.store.catalog import Catalog
from rag.text import search_terms
from rag.types import Ranking

_PREFERRED: Final = 2.0  # what a passage of the period asked for gains, in standard scores
_RERANKED: Final = 6  # passages a reranker reads: nearly as good as 10 (bench README), and evidence is not to wait
_TITLE: Final = 80  # characters of a title, or of another line above, given to the embedder with each passage


class NearestPassages(Protocol):
    """What search asks of the vectors."""

    def nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        recipe: str,
        documents: Sequence[str] = (),
        passages: Sequence[str] = (),
    ) -> Ranking: ...


class MatchingPassages(Protocol):
    """What search asks of the keywords."""

    def matching(
        self, terms: Sequence[str], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> Ranking: ...


class Reranker(Protocol):
    """Reads question and passage together, which tells better than comparing them apart, and takes longer."""

    def answers(self, question: str, texts: Sequence[str]) -> Iterable[float]:
        """How well each of `texts` (as `embedding_text` gives them) answers; more is better, on any scale."""
        ...


def embedding_text(title: str, passage: str, above: str = "") -> str:
    """What the embedder reads of a passage: an enumerated point often makes sense only under its article's title and
    the heading of its section, a table row only under its column names (`above`, a line each)."""
    return "\n".join(filter(None, (*(line[:_TITLE] for line in (title, *above.split("\n"))), passage)))


def evidence_text(evidence: Evidence) -> str:
    """`embedding_text` of a passage found."""
    sections = sections_of(evidence.paragraph, evidence.article)
    above = words_above(sections, evidence.paragraph.paragraph.header)
    return embedding_text(evidence.article.title, evidence.passage.text, above)


def passage_vectors(embedder: Embedder, texts: Sequence[str]) -> NDArray[np.float32]:
    """(n, d) unit rows for what `embedding_text` gave.

    Raises:
        ValueError: the embedder gave another shape, or figures that are not finite; such vectors are never stored.
        JianwenError: the embedding model cannot be used.
    """
    made = embedder.embed_passages(texts)
    if made.shape != (len(texts), embedder.dimension) or not np.isfinite(made).all():
        raise ValueError(f"{embedder.name} made vectors of shape {made.shape}, or not finite ones")
    return made


def recipe(embedder: Embedder) -> str:
    """Names what made a vector: the model, and the form of `embedding_text`; vectors of another one are made anew."""
    return f"{embedder.name}/{_form()}"


@cache
def _form() -> str:
    long = "题" * (_TITLE + 1), "段", "一、节 （一）目\n" + "列\t名" * _TITLE
    return f"{zlib.crc32(embedding_text(*long).encode()):08x}"


def search(
    question: str,
    catalog: Catalog,
    vectors: NearestPassages,
    keywords: MatchingPassages,
    embedder: Embedder,
    limit: int,
    within: Sequence[str] = (),
    one_per_paragraph: bool = False,
    prefer: Sequence[Period] = (),
    only: Sequence[Period] = (),
    reranker: Reranker | None = None,
) -> tuple[Evidence, ...]:
    """The best `limit` passages for `question`, best first.

    Args:
        question: what to look for.
        catalog: what is in the library.
        vectors: nearness in meaning.
        keywords: shared words.
        embedder: made the vectors.
        limit: how many at most.
        within: ids of the documents to look in; all when empty.
        one_per_paragraph: of each paragraph its best passage only.
        prefer: periods whose articles come first where they are about as good.
        only: periods to each of which articles must belong; any when empty.
        reranker: has its say in the order of the six best.

    Raises:
        JianwenError: the question is blank, or a model cannot be used.
    """
    if not question.strip():
        raise JianwenError("问题是空的。请写下要查的内容。")
    depth = max(DEPTH, limit)
    stands_for = catalog.stand_ins(within)  # an article printed twice is indexed once, maybe outside `within`
    near = vectors.nearest(embedder.embed_query(question), depth, recipe(embedder), within, tuple(stands_for))
    sharing = keywords.matching(search_terms(question), depth, within, tuple(stands_for))
    near, sharing = ([(stands_for.get(p, p), score) for p, score in ranking] for ranking in (near, sharing))
    ranked = joined(near, sharing, depth)
    if one_per_paragraph:
        best = {passage.partition("#")[0]: passage for passage, _ in reversed(ranked)}
        ranked = [(passage, score) for passage, score in ranked if best[passage.partition("#")[0]] == passage]
    enough = limit if reranker is None else max(limit, _RERANKED)
    wanted = depth if prefer or only else enough
    found: list[Evidence] = []
    there: set[str] = set()
    for start in range(0, len(ranked), wanted):  # what is not shown (being added or removed) makes room for the next
        if len(found) >= enough:
            break
        for one in _below_heads(catalog.locate(ranked[start : start + wanted]), catalog):
            name = one.paragraph.id if one_per_paragraph else one.passage.id
            if name not in there and all(_dated_in(one, [period]) for period in only):
                there.add(name)
                found.append(one)
    if prefer:
        found.sort(key=lambda evidence: -evidence.score - _gain(evidence, prefer))
    if reranker is not None and found:
        found = [*_reranked(question, found[:_RERANKED], reranker, prefer), *found[_RERANKED:]]
    return tuple(found[:limit])


def _reranked(
    question: str, found: Sequence[Evidence], reranker: Reranker, prefer: Sequence[Period]
) -> Iterator[Evidence]:
    """In the order of both: what was found by, and what the reranker says, each in standard scores and counting the
    same. Passages of the periods to prefer gain as they did before it."""
    texts = [evidence_text(evidence) for evidence in found]
    said = [float(value) for value in reranker.answers(question, texts)]
    gains = [_gain(evidence, prefer) for evidence in found]
    meant = zip(standard([e.score for e in found]), standard(said), gains, strict=True)
    both = [found_by + judged + gain for found_by, judged, gain in meant]
    lift = min(evidence.score for evidence in found) - min(both)  # scores stay above those of the passages not read
    for score, place in sorted(zip(both, range(len(found)), strict=True), key=lambda pair: (-pair[0], pair[1])):
        yield replace(found[place], score=score + lift)


def _below_heads(found: Sequence[Evidence], catalog: Catalog) -> Iterator[Evidence]:
    """What stands under the heading of a section in place of the heading, where that says nothing by itself."""
    for evidence in found:
        below = first_below(evidence.paragraph, evidence.article)
        if below is evidence.paragraph:
            yield evidence
        else:
            yield from catalog.locate([(f"{below.id}#1", evidence.score)])


def _dated_in(evidence: Evidence, periods: Sequence[Period]) -> bool:
    date = evidence.article.date
    return date is not None and any(period.holds(date) for period in periods)


def _gain(evidence: Evidence, periods: Sequence[Period]) -> float:
    """Softly: an article of another day may still tell of the period, and says so (「2023年」 in one of 2024), or the
    heading of the section does (「一、2023年工作回顾」). A heading by itself only names it."""
    if _dated_in(evidence, periods):
        return _PREFERRED
    paragraph = evidence.paragraph.paragraph
    if paragraph.header is None and looks_like_heading(paragraph.text):
        return 0.0
    sections = sections_of(evidence.paragraph, evidence.article)
    words = "".join([evidence.passage.text, *(head.text for head in sections)])
    return _PREFERRED if any(period.name in words for period in periods) else 0.0
