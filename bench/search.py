"""`Library.search` against the least a dense search can cost: one query embedding and one exact matrix product.

Both sides are taken in turns for each question, the one that goes first changing from time to time. At the size of
the sample bulletin with real vectors, and over many paragraphs put together from its sentences, whose vectors are
projections (said in the output): neither the matrix product nor the graph search looks at where a vector came from.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.options import SAMPLE, Say, positive
from bench.passages import Floats, KeepingEmbedder, recombined, write_files
from bench.report import Measurement, Report, Row, machine
from rag.embedding import Embedder, SentenceEmbedder
from rag.library import Library
from rag.models import require_embedding_model
from rag.settings import Settings, load_settings
from rag.text import sentences

QUESTIONS = (
    "去年撤并了多少所农村薄弱学校？",
    "对打造教研工作新体系提出了哪些要求？",
    "巩固深化双减成果要做哪些工作？",
    "述职会议由谁主持？",
    "校园安全方面取得了哪些成绩？",
    "教师培训",
    "如何推进教育强市建设",
    "营养餐专项资金自查自纠",
)
_LARGE = 5000  # paragraphs
_COMPARED = "一次检索（热）÷（一次问题向量 + 与全部向量的一次精确矩阵乘积）；越接近 1 越好"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--paragraphs", type=positive, default=_LARGE, metavar="段数", help="大资料库的段数，默认 5000")


def run(options: argparse.Namespace, say: Say) -> Report:
    settings = load_settings()
    real = SentenceEmbedder(require_embedding_model(settings), settings.threads)
    facts = machine(model=settings.embedding_model)
    real.load()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("样本简报：导入……")
        small, known = _at_size(folder / "small", [SAMPLE], real, False, settings, options.rounds, say)
        say("大资料库：拼接、导入……")
        files = write_files(recombined(known, options.paragraphs), folder / "files")
        large, _ = _at_size(folder / "large", files, real, True, settings, options.rounds, say)
    told = "大资料库的段落由样本简报的句子随机拼成；段落向量是字符对的快速投影，不是模型算的，问题向量是模型算的。"
    measured = Measurement("search", _COMPARED, "简问", "向量 + 乘积", "毫秒", (small, large))
    return Report("search", (measured,), (told,), facts)


def _at_size(
    place: Path,
    files: Sequence[Path],
    real: Embedder,
    project: bool,
    settings: Settings,
    rounds: int,
    say: Say,
) -> tuple[Row, list[str]]:
    """The row of a library of these files, and the sentences in it."""
    embedder = KeepingEmbedder(real, project=project)
    with Library.open(place, settings=settings, embedder=embedder) as library:
        for _ in library.add(files):
            pass
        texts = [paragraph.text for article in library.articles() for paragraph in article.paragraphs]
        matrix = embedder.stored()
        say(f"检索 {len(texts)} 段、{len(matrix)} 条向量……")
        ours, base = _in_turns(library, real, matrix, rounds)
    label = f"{len(texts)} 段，{len(matrix)} 条{'投影' if project else '真实'}向量"
    return Row(label, ours, base), [text[a:b] for text in texts for a, b in sentences(text)]


def _in_turns(
    library: Library, real: Embedder, matrix: Floats, rounds: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Milliseconds of both sides for each question in each round."""

    def ours(question: str) -> None:
        library.search(question)

    def base(question: str) -> None:
        matrix @ real.embed_query(question)

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
    return tuple(times[ours]), tuple(times[base])
