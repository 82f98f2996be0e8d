"""How well statements are checked: what is caught of statements with one thing changed, what faithful ones are marked.

Statements are made from sentences of the documents in DIR (see `bench.corruptions`) and checked as in an answer: the
sentences that carry the statement are found in its paragraph, and the statement is held against those. Judged pairs of
natural language inference (OCNLI) are printed beside them: their entailments are free inferences, which a checker of
wording marks by design; they show how far it is from one of meaning.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from bench.corruptions import CORRUPTIONS, FAITHFUL, Example, examples
from bench.options import Say, positive
from bench.report import Figures, Report, machine
from rag.errors import JianwenError
from rag.statements.checking import problems
from rag.statements.narrowing import supporting_spans

_MOST = 6000  # paragraphs drawn on
_LABELS = {"entailment": "蕴含", "neutral": "无关", "contradiction": "矛盾"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory",
        type=Path,
        metavar="目录",
        help="含 gov_documents.jsonl、retrieval_chunks.jsonl（text 字段）和 nli_gov_news.jsonl 的目录，缺的略过",
    )
    parser.add_argument("--per-kind", type=positive, default=400, metavar="条数", help="每类陈述的条数")
    parser.add_argument("--seed", type=int, default=0, metavar="种子", help="换一批陈述")
    parser.add_argument("--misses", action="store_true", help="列出判错的陈述")


def run(options: argparse.Namespace, say: Say) -> Report:
    paragraphs = _paragraphs(options.directory, options.seed)
    if not paragraphs:
        raise JianwenError(f"{options.directory} 里没有 gov_documents.jsonl 或 retrieval_chunks.jsonl。请检查目录。")
    say(f"正在从 {len(paragraphs)} 段文字造陈述……")
    marked: dict[str, list[bool]] = defaultdict(list)
    for example in examples(paragraphs, options.per_kind, options.seed):
        found = problems(example.statement, _cited(example))
        marked[example.kind].append(bool(found))
        if options.misses and bool(found) == example.faithful:
            say(f"{example.kind}：{example.statement}\n  原文：{_cited(example)}\n  {'；'.join(found) or '未发现问题'}")
    pairs = list(_pairs(options.directory / "nli_gov_news.jsonl"))
    for label, premise, hypothesis in pairs:
        marked[label].append(bool(problems(hypothesis, premise)))
    tables = [
        _table("faithful", "忠实的陈述：被误判的（越少越好）", FAITHFUL, marked),
        _table("corrupted", "改动一处的陈述：查出的（越多越好）", CORRUPTIONS, marked),
    ]
    if pairs:
        tables.append(_table("inference", "推理语料：被标出的", _LABELS.values(), marked))
    return Report("checking", (), (), machine(paragraphs=len(paragraphs)), tuple(tables))


def _cited(example: Example) -> str:
    spans = supporting_spans(example.statement, example.source) or ((0, len(example.source)),)
    return "".join(example.source[start:end] for start, end in spans)


def _table(key: str, title: str, kinds: Iterable[str], marked: dict[str, list[bool]]) -> Figures:
    rows = [(kind, marked[kind]) for kind in kinds if marked[kind]]
    rows.append(("全部", [one for _, values in rows for one in values]))
    return Figures(
        key,
        title,
        ("标出", "条数", "比例"),
        tuple((kind, (sum(v), len(v), sum(v) / len(v) if v else None)) for kind, v in rows),
    )


def _paragraphs(directory: Path, seed: int) -> list[str]:
    texts = [record["text"] for name in ("gov_documents", "retrieval_chunks") for record in _records(directory, name)]
    found = [line.strip() for text in texts for line in text.split("\n") if 40 <= len(line.strip()) <= 500]
    random.Random(seed).shuffle(found)
    return found[:_MOST]


def _records(directory: Path, name: str) -> Iterator[dict[str, Any]]:
    path = directory / f"{name}.jsonl"
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _pairs(path: Path) -> Iterator[tuple[str, str, str]]:
    for record in _records(path.parent, path.stem):
        if record["label"] in _LABELS:
            yield _LABELS[record["label"]], record["premise"], record["hypothesis"]
