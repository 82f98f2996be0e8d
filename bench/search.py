"""From a question to evidence on screen, as a library grows; and against the least a dense search can cost.

Ours: `Library.ask` up to its first `EvidenceFound`, in a warm library. Base: one query embedding and one exact matrix
product. Both sides are taken in turns for each question, the one that goes first changing from time to time. At the
size of the sample bulletin with real vectors, and over many paragraphs put together from real sentences, whose vectors
are projections (said in the output): neither the matrix product nor the graph search looks at where a vector came from.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.corpus import put, records
from bench.options import SAMPLE, Say, positive
from bench.passages import KeepingEmbedder, recombined
from bench.report import Figures, Measurement, Report, Row, machine
from rag.answers import EvidenceFound
from rag.evidence.cross_encoder import CrossEncoder
from rag.evidence.embedding import Embedder, SentenceEmbedder
from rag.evidence.search import recipe
from rag.library import Library
from rag.models import require_embedding_model
from rag.settings import load_settings
from rag.store.catalog import Catalog
from rag.store.keyword_store import KeywordStore
from rag.store.vector_store import VectorStore
from rag.text import sentences
from rag.types import Article, Paragraph

QUESTIONS: Final = (
    "去年撤并了多少所农村薄弱学校？",
    "对打造教研工作新体系提出了哪些要求？",
    "巩固深化双减成果要做哪些工作？",
    "述职会议由谁主持？",
    "校园安全方面取得了哪些成绩？",
    "教师培训",
    "如何推进教育强市建设",
    "营养餐专项资金自查自纠",
)
_SIZES: Final = (10_000, 200_000)  # paragraphs
_LIMITS: Final = {10_000: 300, 200_000: 500}  # milliseconds within which evidence is on screen
_PER_ARTICLE, _PER_DOCUMENT = 10, 100  # paragraphs
_COMPARED: Final = "从提问到列出依据（热）÷（一次问题向量 + 与全部向量的一次精确矩阵乘积）；越接近 1 越好"
_COLUMNS: Final = ("中位毫秒", "最慢毫秒", "上限毫秒", "÷ 前一行")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory", type=Path, nargs="?", metavar="目录", help="含 gov_documents.jsonl（text）的目录；句子取自其中"
    )
    parser.add_argument(
        "--paragraphs", type=positive, nargs="+", default=_SIZES, metavar="段数", help="大资料库的段数，从小到大"
    )


def run(options: argparse.Namespace, say: Say) -> Report:
    settings = load_settings()
    real = SentenceEmbedder(require_embedding_model(settings), settings.threads)
    facts = machine(model=settings.embedding_model)
    real.load()
    judge = CrossEncoder(threads=settings.threads, remembered=0)  # every question as if it were asked the first time
    known = _sentences(options.directory)
    rows: list[tuple[int, Row]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("样本简报：导入……")
        embedder = KeepingEmbedder(real, project=False)
        with Library.open(folder / "sample", settings=settings, embedder=embedder, judge=judge) as library:
            for _ in library.add([SAMPLE]):
                pass
            rows.append(_measured(library, embedder, options.rounds, "真实", say))
        for size in sorted(options.paragraphs):
            say(f"{size} 段：拼接、写入、建索引……")
            embedder = KeepingEmbedder(real, project=True)
            filled_library(folder / str(size), recombined(known, size), embedder)
            with Library.open(folder / str(size), settings=settings, embedder=embedder, judge=judge) as library:
                rows.append(_measured(library, embedder, options.rounds, "投影", say))
    told = "大资料库的段落由真实的句子随机拼成；段落向量是字符对的快速投影，不是模型算的，问题向量是模型算的。"
    measured = Measurement("search", _COMPARED, "简问", "向量 + 乘积", "毫秒", tuple(row for _, row in rows))
    return Report("search", (measured,), (told,), facts, (growth(rows),))


def growth(rows: Sequence[tuple[int, Row]]) -> Figures:
    """How the wait for evidence grows: paragraphs and milliseconds of each size, smallest first."""
    lines: list[tuple[str, tuple[float | int | None, ...]]] = []
    before: float | None = None
    for paragraphs, row in rows:
        middle = statistics.median(row.ours)
        limit = next((limit for size, limit in sorted(_LIMITS.items()) if paragraphs <= size), None)
        lines.append(
            (row.label, (round(middle), round(max(row.ours)), limit, None if before is None else middle / before))
        )
        before = middle
    return Figures("growth", "列出依据要等多久", _COLUMNS, tuple(lines))


def filled_library(folder: Path, texts: Sequence[str], embedder: Embedder) -> None:
    """A library in `folder`, with both indexes, of documents of a hundred paragraphs, ten to an article."""
    folder.mkdir(parents=True)
    catalog = Catalog.open(folder / "catalog.sqlite")
    vectors, keywords = VectorStore(folder, catalog, writable=True), KeywordStore(folder, catalog, writable=True)
    try:
        for start in range(0, len(texts), _PER_DOCUMENT):
            part = texts[start : start + _PER_DOCUMENT]
            articles = [
                Article("", None, tuple(map(Paragraph, part[first : first + _PER_ARTICLE])))
                for first in range(0, len(part), _PER_ARTICLE)
            ]
            put(catalog, f"{start // _PER_DOCUMENT + 1:05}.txt", articles, embedder)
        for _ in itertools.chain(keywords.rebuild(), vectors.rebuild(recipe(embedder))):
            pass
        vectors.close()
        keywords.close()
    finally:
        catalog.close()


def _sentences(directory: Path | None) -> list[str]:
    if directory is None:
        texts = [SAMPLE.read_text("utf-8")]
    else:
        texts = [record["text"] for record in records(directory, "gov_documents")]
    return [text[start:end].strip() for text in texts for start, end in sentences(text) if text[start:end].strip()]


def _measured(library: Library, embedder: KeepingEmbedder, rounds: int, kind: str, say: Say) -> tuple[int, Row]:
    """How many paragraphs there are, and the milliseconds of both sides for each question in each round."""
    matrix = embedder.stored()
    paragraphs = sum(document.paragraphs for document in library.documents())
    say(f"检索 {paragraphs} 段、{len(matrix)} 条向量……")

    def ours(question: str) -> None:
        until_evidence(library, question)

    def base(question: str) -> None:
        matrix @ embedder.embed_query(question)

    for question in QUESTIONS:  # open what opens late, and warm both
        ours(question)
        base(question)
    times: dict[Callable[[str], None], list[float]] = {ours: [], base: []}
    ours_first = itertools.cycle((True, False, False, True))
    for _ in range(rounds):
        for question in QUESTIONS:
            for side in (ours, base) if next(ours_first) else (base, ours):
                started = time.perf_counter()
                side(question)
                times[side].append(1000 * (time.perf_counter() - started))
    label = f"{paragraphs} 段，{len(matrix)} 条{kind}向量"
    return paragraphs, Row(label, tuple(times[ours]), tuple(times[base]))


def until_evidence(library: Library, question: str) -> None:
    """Ask, and leave as soon as the evidence is there. The answering model is not loaded for it."""
    events = library.ask(question)
    while not isinstance(next(events), EvidenceFound):
        pass
