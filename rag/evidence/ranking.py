"""Two rankings of passages, by meaning and by shared words, made into one. Pure.

Scores are fused, not ranks: how far a passage stands out in a ranking says more than its place. Each ranking's scores
are put on one scale (less their mean, by their spread, over all candidates) and averaged: Lee, "Analyses of multiple
evidence combination" (SIGIR 1997), with standard scores as in Renda and Straccia, "Web metasearch: rank vs. score based
rank aggregation methods" (SAC 2003). Then a passage gains from the best other one of its article: what an article is
about stands in all of it, but no passage says all of it (Callan, "Passage-level evidence in document retrieval", SIGIR
1994). `bench retrieval` measures what it comes to, beside plain rank fusion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean, pstdev
from typing import Final

from rag.types import Ranking

DEPTH: Final = 100  # of each ranking that is joined
_ARTICLE: Final = 0.3  # of the score of the best other passage of the same article
_EVEN: Final = 1e-9  # a spread below this says nothing


def joined(near: Ranking, sharing: Ranking, depth: int = DEPTH) -> list[tuple[str, float]]:
    """All passages of both rankings, best first, with scores from 0 up; at equal scores nearness in meaning decides.

    near: by similarity; a passage that is not in it is as near as its last one. sharing: by BM25; a passage that is not
    in it shares as much as its last one, or nothing where it is shorter than `depth`, the most that was asked for.
    """
    passages = list(dict.fromkeys(passage for ranking in (near, sharing) for passage, _ in ranking))
    if not passages:
        return []
    meaning = _scale(passages, near, near[-1][1] if near else 0.0)
    words = _scale(passages, sharing, sharing[-1][1] if len(sharing) >= depth else 0.0)
    both = [(a + b) / 2 for a, b in zip(meaning, words, strict=True)]
    least = min(both)
    scores = with_article(passages, [score - least for score in both])
    return sorted(zip(passages, scores, strict=True), key=lambda pair: -pair[1])


def with_article(passages: Sequence[str], scores: Sequence[float]) -> list[float]:
    """Each score and a share of that of the best other passage of the same article."""
    of_article: dict[str, list[float]] = defaultdict(list)
    for passage, score in zip(passages, scores, strict=True):
        of_article[_article(passage)].append(score)
    best = {article: sorted(values, reverse=True)[:2] for article, values in of_article.items()}
    return [score + _ARTICLE * _other(best[_article(p)], score) for p, score in zip(passages, scores, strict=True)]


def standard(values: Sequence[float]) -> list[float]:
    """`values` less their mean, in units of their spread; zeros where they are all alike."""
    mean, spread = fmean(values), pstdev(values)
    return [(value - mean) / spread if spread > _EVEN else 0.0 for value in values]


def _scale(passages: Sequence[str], ranking: Ranking, absent: float) -> list[float]:
    known = dict(reversed(ranking))  # of a passage that stands twice the better score
    return standard([known.get(passage, absent) for passage in passages])


def _other(best: Sequence[float], score: float) -> float:
    """The best of an article but for one passage with this score; 0 where it is alone."""
    if score < best[0]:
        return best[0]
    return best[1] if len(best) > 1 else 0.0


def _article(passage: str) -> str:
    """The article of a passage, from its id (document-article-paragraph#passage)."""
    return passage.partition("#")[0].rpartition("-")[0]
