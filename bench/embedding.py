"""Our vectors against sentence-transformers as it comes (32-bit floats): texts a second, and what each finds."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.options import SAMPLE, Say, positive
from bench.passages import recombined
from bench.report import Figures, Measurement, Report, Row, machine
from rag.errors import JianwenError
from rag.evidence.embedding import SentenceEmbedder, prefixes_of
from rag.models import require_embedding_model
from rag.models.machine import physical_cores
from rag.settings import load_settings
from rag.text import sentences

_COMPARED = "每秒算出向量的段落数：简问 ÷ sentence-transformers 按默认设置（torch，32 位浮点）；越高越好"
_PIECE = 48  # texts that both sides embed in turn: short turns, so that what slows the machine slows both
_TOP = 10
_CHUNKS, _QUESTIONS = "retrieval_chunks.jsonl", "retrieval_questions.jsonl"

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="文件夹",
        help=f"其中的 {_CHUNKS} 和 {_QUESTIONS} 用作 --recall 的两个文件",
    )
    parser.add_argument(
        "--texts", type=positive, default=4 * _PIECE, metavar="段数", help=f"用多少段测速度，默认 {4 * _PIECE}"
    )
    parser.add_argument(
        "--recall",
        nargs=2,
        type=Path,
        metavar=("段落文件", "问题文件"),
        help="每行一个 JSON：{doc_id, text} 与 {question, doc_ids}；比较两边的 recall@10",
    )
    parser.add_argument("--chunks", type=positive, default=3000, metavar="段数", help="在多少段里找，默认 3000")


def run(options: argparse.Namespace, say: Say) -> Report:
    data = options.recall or (options.folder and (options.folder / _CHUNKS, options.folder / _QUESTIONS))
    rows = data and _rows(data[0])
    questions = _rows(data[1]) if data else []
    settings = load_settings()
    folder = require_embedding_model(settings)
    threads = settings.threads or physical_cores()
    facts = machine(model=folder.name, threads=threads)
    ours = SentenceEmbedder(folder, threads)
    ours.load()
    plain = _plain(folder)
    prefixes = prefixes_of(folder)
    texts = _texts([row["text"] for row in rows] if rows else None, options.texts)
    sides: dict[str, Embed] = {
        "ours": ours.embed_passages,
        "base": lambda some: _encoded(plain, some, prefixes.passage),
    }
    speed = _measure(sides, texts, options.rounds, say)
    if not rows:
        return Report("embedding", (speed,), (), facts)
    chosen = _chosen(rows, questions, options.chunks)
    say(f"两边各算 {len(chosen)} 段、{len(questions)} 个问题的向量……")
    asked = [row["question"] for row in questions]
    queries = {
        "ours": np.stack([ours.embed_query(question) for question in asked]),
        "base": _encoded(plain, asked, prefixes.query),
    }
    vectors = {name: embed([row["text"] for row in chosen]) for name, embed in sides.items()}
    return Report("embedding", (speed,), (), facts, (_found(vectors, queries, chosen, questions),))


def _found(
    vectors: dict[str, Floats], queries: dict[str, Floats], rows: list[dict[str, Any]], questions: list[dict[str, Any]]
) -> Figures:
    recall = {name: _recall(vectors[name], queries[name], rows, questions) for name in vectors}
    cosine = np.sum(vectors["ours"] * vectors["base"], axis=1)
    return Figures(
        "recall",
        f"{len(questions)} 个问题在 {len(rows)} 段里（精确检索）",
        ("recall@10", "与浮点的余弦，最低", "平均"),
        (
            ("简问", (recall["ours"], float(cosine.min()), float(cosine.mean()))),
            ("32 位浮点", (recall["base"], None, None)),
        ),
    )


def _plain(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def _encoded(plain: Any, texts: Sequence[str], prefix: str) -> Floats:
    made = plain.encode(list(texts), prompt=prefix, normalize_embeddings=True, show_progress_bar=False)
    return np.asarray(made, np.float32)


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise JianwenError(f"文件 {path} 读不了或不是每行一个 JSON。请检查文件名和内容。") from error


def _texts(given: Sequence[str] | None, count: int) -> list[str]:
    """`count` texts: of those given, at random but the same every time; else put together from the sample."""
    if given:
        return random.Random(20240325).sample(list(given), min(count, len(given)))
    source = SAMPLE.read_text("utf-8")
    return recombined([source[a:b].strip() for a, b in sentences(source) if b - a > 10], count)


def _measure(sides: dict[str, Embed], texts: Sequence[str], rounds: int, say: Say) -> Measurement:
    for embed in sides.values():
        embed(texts[:8])
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds):
        say(f"第 {turn + 1}/{rounds} 轮，{len(texts)} 段……")
        for number, start in enumerate(range(0, len(texts), _PIECE)):
            piece = texts[start : start + _PIECE]
            for name in sorted(sides, reverse=bool((turn + number) % 2)):
                started = time.perf_counter()
                sides[name](piece)
                taken[name].append(len(piece) / (time.perf_counter() - started))
    mean = sum(map(len, texts)) / len(texts)
    row = Row(f"{len(texts)} 段，平均 {mean:.0f} 字", tuple(taken["ours"]), tuple(taken["base"]))
    return Measurement("embedding", _COMPARED, "简问", "32 位浮点", "段/秒", (row,))


def _chosen(rows: list[dict[str, Any]], questions: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Every chunk that answers a question, and others at random up to `count`."""
    wanted = {doc for question in questions for doc in question["doc_ids"]}
    gold = [row for row in rows if row["doc_id"] in wanted]
    others = [row for row in rows if row["doc_id"] not in wanted]
    return gold + random.Random(20240325).sample(others, max(0, min(count - len(gold), len(others))))


def _recall(vectors: Floats, queries: Floats, rows: list[dict[str, Any]], questions: list[dict[str, Any]]) -> float:
    """Share of the questions with an answering chunk among the nearest ten."""
    nearest = np.argsort(-(queries @ vectors.T), axis=1)[:, :_TOP]
    hits = [
        any(rows[i]["doc_id"] in question["doc_ids"] for i in best)
        for best, question in zip(nearest, questions, strict=True)
    ]
    return sum(hits) / len(hits)
