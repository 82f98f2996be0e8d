"""From a question to ranked evidence: near in meaning and sharing its words, joined by reciprocal rank fusion.

Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods"
(SIGIR 2009): a passage scores the sum of 1 / (k + rank) over the rankings it stands in, with k = 60. Ranks need no
calibration between the two kinds of score.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.answers import Evidence, Period
from rag.catalog import Catalog
from rag.embedding import Embedder
from rag.errors import JianwenError
from rag.text import search_terms
from rag.types import Ranking

_DEPTH: Final = 50  # of each ranking that is fused
_PREFERRED: Final = 1.3  # weight of a passage of the period asked for
_TITLE: Final = 80  # characters of a title given to the embedder with each passage


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


def embedding_text(title: str, passage: str, header: str = "") -> str:
    """What the embedder reads of a passage: an enumerated point often makes sense only under its article's title, a
    table row only under its column names (`header`)."""
    return "\n".join(filter(None, (title[:_TITLE], header[:_TITLE], passage)))


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
    long = "题" * (_TITLE + 1), "段", "列\t名" * _TITLE
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

    Raises:
        JianwenError: the question is blank.
    """
    if not question.strip():
        raise JianwenError("问题是空的。请写下要查的内容。")
    depth = max(_DEPTH, limit)
    stands_for = catalog.stand_ins(within)  # an article printed twice is indexed once, maybe outside `within`
    near = vectors.nearest(embedder.embed_query(question), depth, recipe(embedder), within, tuple(stands_for))
    sharing = keywords.matching(search_terms(question), depth, within, tuple(stands_for))
    fused = reciprocal_rank_fusion(
        [[stands_for.get(passage, passage) for passage, _ in ranking] for ranking in (near, sharing)]
    )
    if one_per_paragraph:
        best = {passage.partition("#")[0]: passage for passage, _ in reversed(fused)}
        fused = [(passage, score) for passage, score in fused if best[passage.partition("#")[0]] == passage]
    wanted = depth if prefer or only else limit
    found: list[Evidence] = []
    for start in range(0, len(fused), wanted):  # what is not shown (being added or removed) makes room for the next
        if len(found) < limit:
            found += [
                e
                for e in catalog.locate(fused[start : start + wanted])
                if all(_dated_in(e, [period]) for period in only)
            ]
    if prefer:
        found.sort(key=lambda evidence: -evidence.score * _weight(evidence, prefer))
    return tuple(found[:limit])


def _dated_in(evidence: Evidence, periods: Sequence[Period]) -> bool:
    date = evidence.article.date
    return date is not None and any(period.holds(date) for period in periods)


def _weight(evidence: Evidence, periods: Sequence[Period]) -> float:
    """Softly: an article of another day may still tell of the period, and says so (「2023年」 in one of 2024)."""
    if _dated_in(evidence, periods) or any(period.name in evidence.passage.text for period in periods):
        return _PREFERRED
    return 1.0


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], k: int = 60) -> list[tuple[str, float]]:
    """All items with their fused scores, best first; at equal scores the earlier ranking's order decides."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])
