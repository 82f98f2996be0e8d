"""How often the passage that answers a question is found, over questions whose passages are known.

Five rankings of the same passages: by shared words alone, by vectors alone, the plain reciprocal rank fusion of the two
(k = 60), and what the program does (`rag.evidence.search.search`, from the question to evidence) without and
with the judge, all through the library's own stores. hit@k: the share of questions with an answering passage
among the first k. MRR@10: the mean of 1 / rank of the first answering passage, 0 beyond the tenth.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from bench.corpus import Floats, Text, cache_folder, filled, kept_vectors, records
from bench.options import Say, positive
from bench.report import Figures, Report, machine
from rag.evidence.cross_encoder import shipped
from rag.evidence.embedding import Embedder, SentenceEmbedder
from rag.evidence.search import Reranker, embedding_text, recipe, search
from rag.models import require_embedding_model
from rag.settings import load_settings
from rag.store.catalog import Catalog
from rag.store.keyword_store import KeywordStore
from rag.store.vector_store import VectorStore
from rag.text import search_terms

COLUMNS: Final = ("hit@1", "hit@5", "hit@10", "MRR@10")
_DEPTH: Final = 50  # of the rankings that are fused plainly
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Question:
    """`gold`: the names of the passages that answer it, at least one."""

    text: str
    gold: frozenset[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory",
        type=Path,
        metavar="目录",
        help="含 retrieval_chunks.jsonl（doc_id、text）和 retrieval_questions.jsonl（question、doc_ids）的目录",
    )
    parser.add_argument("--questions", type=positive, metavar="个数", help="只用前几个问题")
    parser.add_argument("--paragraphs", type=positive, metavar="段数", help="只用前几段，另加能回答问题的各段")
    parser.add_argument("--titles", action="store_true", help="文章标题（title）也编入索引，像导入的资料那样")
    parser.add_argument("--misses", action="store_true", help="列出前五段里没有答案的问题")


def run(options: argparse.Namespace, say: Say) -> Report:
    questions = _questions(records(options.directory, "retrieval_questions"))[: options.questions]
    texts = _texts(records(options.directory, "retrieval_chunks"), questions, options.paragraphs, options.titles)
    settings = load_settings()
    embedder = _Remembering(SentenceEmbedder(require_embedding_model(settings), settings.threads))
    made_with = recipe(embedder)
    given = [embedding_text(text.title, text.text) for text in texts]
    vectors = kept_vectors(embedder, made_with, given, cache_folder() / "vectors", say)
    facts = machine(model=settings.embedding_model, questions=len(questions), paragraphs=len(texts))
    with tempfile.TemporaryDirectory() as folder:
        found = rankings(Path(folder), texts, vectors, questions, embedder, say)
    if options.misses:
        for question, ranked in zip(questions, found["简问"], strict=True):
            if not question.gold.intersection(ranked[:5]):
                say(f"未进前五：{question.text}（应有 {'、'.join(sorted(question.gold))}）")
    rows = tuple((label, scores(questions, ranked)) for label, ranked in found.items())
    told = "标题也编入索引。" if options.titles else "只有各段的文字，没有标题。"
    figures = Figures("retrieval", "找到能回答问题的段落（越接近 1 越好）", COLUMNS, rows)
    return Report("retrieval", (), (told,), facts, (figures,))


def rankings(
    folder: Path, texts: Sequence[Text], vectors: Floats, questions: Sequence[Question], embedder: Embedder, say: Say
) -> dict[str, list[list[str]]]:
    """For each way of ranking, the names of the passages found for each question, best first."""
    made_with = recipe(embedder)
    catalog = Catalog.open(folder / "catalog.sqlite")
    try:
        names = filled(catalog, texts, vectors, made_with)
        near = VectorStore(folder, catalog, writable=False)  # hence exact
        sharing = KeywordStore(folder, catalog, writable=False)  # hence in memory
        say("建立关键词索引、检索……")

        def dense(question: str) -> list[str]:
            return [name for name, _ in near.nearest(embedder.embed_query(question), _DEPTH, made_with)]

        def words(question: str) -> list[str]:
            return [name for name, _ in sharing.matching(search_terms(question), _DEPTH)]

        def fused(question: str) -> list[str]:
            return [name for name, _ in reciprocal_rank_fusion([dense(question), words(question)])]

        def joined(question: str, reranker: Reranker | None = None) -> list[str]:
            found = search(question, catalog, near, sharing, embedder, _SHOWN, reranker=reranker)
            return [evidence.passage.id for evidence in found]

        ways: Mapping[str, Callable[[str], list[str]]] = {
            "只按关键词": words,
            "只按向量": dense,
            "两者名次相加": fused,
            "简问，不经判断模型": joined,
            "简问": partial(joined, reranker=shipped()),
        }
        return {
            label: [[names[passage] for passage in way(question.text)[:_SHOWN]] for question in questions]
            for label, way in ways.items()
        }
    finally:
        catalog.close()


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]], k: int = 60) -> list[tuple[str, float]]:
    """All items with their fused scores, best first; at equal scores the earlier ranking's order decides.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods"
    (SIGIR 2009): an item scores the sum of 1 / (k + rank) over the rankings it stands in.
    """
    found: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            found[item] = found.get(item, 0.0) + 1.0 / (k + rank)
    return sorted(found.items(), key=lambda pair: -pair[1])


def scores(questions: Sequence[Question], ranked: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """The figures of `COLUMNS`."""
    ranks = [rank_of(question.gold, names) for question, names in zip(questions, ranked, strict=True)]
    hits = [fmean(rank is not None and rank <= depth for rank in ranks) for depth in (1, 5, 10)]
    return (*hits, fmean(1 / rank if rank else 0.0 for rank in ranks))


def rank_of(gold: frozenset[str], ranked: Sequence[str]) -> int | None:
    """The rank (from 1) of the first answering passage among the first ten; None beyond."""
    return next((rank for rank, name in enumerate(ranked[:_SHOWN], 1) if name in gold), None)


class _Remembering:
    """A real `Embedder` that embeds each question once."""

    def __init__(self, real: Embedder) -> None:
        self.name, self.load, self.embed_passages = real.name, real.load, real.embed_passages
        self.embed_query = lru_cache(maxsize=None)(real.embed_query)
        self._real = real

    @property
    def dimension(self) -> int:
        return self._real.dimension


def _questions(asked: Iterable[dict[str, Any]]) -> list[Question]:
    return [Question(record["question"], frozenset(record["doc_ids"])) for record in asked]


def _texts(
    chunks: Sequence[dict[str, Any]], questions: Sequence[Question], paragraphs: int | None, titles: bool
) -> list[Text]:
    """The first `paragraphs` passages (all when None) and all that answer."""
    gold = frozenset().union(*(question.gold for question in questions))
    kept = [r for place, r in enumerate(chunks) if paragraphs is None or place < paragraphs or r["doc_id"] in gold]
    return [Text(r["doc_id"], r["text"], r.get("parent", ""), r.get("title", "") if titles else "") for r in kept]
