"""Answers to questions whose answering passages are known, and refusals of the same questions without them.

Each item is a question with a few passages, which are its whole library. `rgb_cite.jsonl` holds questions with
answering passages (gold), `rgb_refusal.jsonl` the same without: Chen et al., "Benchmarking Large Language Models in
Retrieval-Augmented Generation" (AAAI 2024). Only statements that passed the check count as answered and as citing.

Every outcome is written to a file at once, with a fingerprint of the program and its models; a run that was cut off,
or a larger sample, goes on from there.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.corpus import cache_folder, put, records
from bench.options import Say, positive
from bench.report import Figures, Report, machine
from rag.answering.asking import ask
from rag.answering.sources import LibrarySources
from rag.answering.understanding import understand
from rag.answers import Answer, Refusal
from rag.chat.llama_chat import LlamaChat
from rag.chat.llm import ChatModel
from rag.errors import JianwenError
from rag.evidence.cross_encoder import Judge, shipped
from rag.evidence.embedding import Embedder, SentenceEmbedder
from rag.evidence.search import recipe
from rag.models import require_chat_model, require_embedding_model
from rag.settings import PROGRAM_FOLDER, load_settings
from rag.store.catalog import Catalog
from rag.store.keyword_store import KeywordStore
from rag.store.vector_store import VectorStore
from rag.text import normalise
from rag.types import Article, Paragraph

COLUMNS: Final = ("比例", "条数", "总数", "目标")
_ORDER: Final = 20240325  # of the pairs, so that a larger sample holds the smaller one


@dataclass(frozen=True, slots=True)
class Item:
    """`passages`: number and text; `gold`: the numbers of those that answer, none when the answer is absent; `wanted`:
    for each thing the answer must say, the ways to say it."""

    id: str
    question: str
    passages: tuple[tuple[int, str], ...]
    gold: frozenset[int]
    wanted: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one item. cited: the passages cited, one number for each statement and passage it cites."""

    id: str
    answerable: bool
    refused: bool
    contained: bool
    cited: tuple[int, ...]
    right: int  # how many of those answer
    said: str
    seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", type=Path, metavar="目录", help="含 rgb_cite.jsonl 和 rgb_refusal.jsonl 的目录")
    parser.add_argument("--sample", type=positive, metavar="对数", help="只问几对问题（有答案的和没有答案的各一）")
    parser.add_argument("--results", type=Path, metavar="文件", help="结果逐条记在这里，再运行时接着做；默认在缓存目录")
    parser.add_argument("--misses", action="store_true", help="列出答错的问题")


def run(options: argparse.Namespace, say: Say) -> Report:
    items = paired(records(options.directory, "rgb_cite"), records(options.directory, "rgb_refusal"))
    if not items:
        raise JianwenError("两个文件里没有相同的问题，无从比较。请检查目录。")
    items = items[: 2 * options.sample] if options.sample else items
    settings = load_settings()
    embedder = SentenceEmbedder(require_embedding_model(settings), settings.threads)
    path = require_chat_model(settings)
    chat = LlamaChat(path, settings.context_tokens, settings.threads)
    results = options.results or cache_folder() / "answering" / f"{path.stem}.jsonl"
    facts = machine(model=path.stem, embedding=settings.embedding_model, pairs=len(items) // 2)
    say(f"结果记在 {results}")
    made_by = fingerprint(path, recipe(embedder))
    outcomes = list(measured(items, lambda item: answered(item, embedder, chat, shipped()), results, made_by, say))
    if options.misses:
        for outcome in filter(missed, outcomes):
            say(f"{outcome.id}：{outcome.said or '（拒答）'}")
    seconds = median(outcome.seconds for outcome in outcomes)
    told = (f"引用召回：有答案的问题里，引用了含答案段落的。每题用时中位数 {seconds:.1f} 秒。",)
    figures = Figures("answering", "有答案的答出来，没有答案的不答", COLUMNS, table(outcomes))
    return Report("answering", (), told, facts, (figures,))


def paired(answerable: Iterable[Mapping[str, Any]], absent: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Items with their twins right after them, in an order that looks random and is always the same."""
    twins = {record["query"]: record for record in absent}
    pairs = [(record, twins[record["query"]]) for record in answerable if record["query"] in twins]
    random.Random(_ORDER).shuffle(pairs)
    return [_item(record) for pair in pairs for record in pair]


def _item(record: Mapping[str, Any]) -> Item:
    wanted = tuple((one,) if isinstance(one, str) else tuple(one) for one in record["answer"])
    passages = tuple((passage["pid"], passage["text"]) for passage in record["passages"])
    return Item(record["id"], record["query"], passages, frozenset(record.get("gold", ())), wanted)


def measured(
    items: Sequence[Item], ask_one: Callable[[Item], Outcome], results: Path, made_by: str, say: Say
) -> Iterator[Outcome]:
    """The outcome of each item: from `results` where it is there by the same program, else asked and written there."""
    results.parent.mkdir(parents=True, exist_ok=True)
    known = _known(results, made_by)
    done: list[Outcome] = []
    with results.open("a", encoding="utf-8") as file:
        for item in items:
            outcome = known.get(item.id)
            if outcome is None:
                outcome = ask_one(item)
                line = {"program": made_by, **asdict(outcome)}
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                file.flush()
                say(f"{_so_far([*done, outcome], len(items))}；{outcome.seconds:.0f} 秒：{item.question}")
            done.append(outcome)
            yield outcome


def _known(results: Path, made_by: str) -> dict[str, Outcome]:
    if not results.exists():
        return {}
    found = {}
    for line in results.read_text("utf-8").splitlines():
        try:
            record = json.loads(line)
        except ValueError:  # cut off while it was written
            continue
        if record.pop("program", None) == made_by:
            found[record["id"]] = Outcome(**{**record, "cited": tuple(record["cited"])})
    return found


def answered(item: Item, embedder: Embedder, chat: ChatModel, judge: Judge) -> Outcome:
    """Ask one item of a library of its own, whose articles are its passages."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        catalog = Catalog.open(folder / "catalog.sqlite")
        try:
            articles = [Article("", None, (Paragraph(text),)) for _, text in item.passages]
            put(catalog, "资料.txt", articles, embedder)
            vectors = VectorStore(folder, catalog, writable=False)
            keywords = KeywordStore(folder, catalog, writable=False)
            sources = LibrarySources(catalog, vectors, keywords, lambda: embedder, judge)
            started = time.perf_counter()
            *_, reply = ask(understand(item.question, dt.date.today(), None), sources, lambda: chat, judge=judge)
            seconds = time.perf_counter() - started
        finally:
            catalog.close()
    if not isinstance(reply, Answer | Refusal):
        raise TypeError(f"the last event was {reply!r}")
    return outcome_of(item, reply, seconds)


def outcome_of(item: Item, reply: Answer | Refusal, seconds: float) -> Outcome:
    """Articles count from 1 in the order of the item's passages."""
    statements = [s for s in reply.statements if s.supported] if isinstance(reply, Answer) else []
    cited = tuple(
        item.passages[place - 1][0]
        for statement in statements
        for place in sorted({int(citation.article.id.rpartition("-")[2]) for citation in statement.citations})
    )
    said = "".join(statement.text for statement in statements)
    return Outcome(
        item.id,
        bool(item.gold),
        not statements,
        contains(said, item.wanted),
        cited,
        sum(passage in item.gold for passage in cited),
        said,
        round(seconds, 2),
    )


def contains(said: str, wanted: Sequence[Sequence[str]]) -> bool:
    """Whether everything wanted is said, in one of the ways to say it; white space and width do not count."""
    plain = _plain(said)
    return all(any(_plain(way) in plain for way in ways) for ways in wanted)


def _plain(text: str) -> str:
    return "".join(normalise(text).split())


def missed(outcome: Outcome) -> bool:
    """Whether an outcome is not what it should be."""
    if not outcome.answerable:
        return not outcome.refused
    return outcome.refused or not outcome.contained or outcome.right < len(outcome.cited)


def table(outcomes: Sequence[Outcome]) -> tuple[tuple[str, tuple[float | int | None, ...]], ...]:
    """Rows of `COLUMNS`."""
    with_answer = [one for one in outcomes if one.answerable]
    without = [one for one in outcomes if not one.answerable]
    cited = sum(len(one.cited) for one in with_answer)
    return (
        _row("没有答案时拒答", sum(one.refused for one in without), len(without), 0.80),
        _row("有答案却拒答（越少越好）", sum(one.refused for one in with_answer), len(with_answer), 0.10),
        _row("回答含正确答案", sum(one.contained for one in with_answer), len(with_answer), 0.85),
        _row("引用准确", sum(one.right for one in with_answer), cited, 0.90),
        _row("引用召回", sum(one.right > 0 for one in with_answer), len(with_answer), 0.85),
    )


def _row(label: str, found: int, of: int, target: float) -> tuple[str, tuple[float | int | None, ...]]:
    return label, (found / of if of else None, found, of, target)


def _so_far(outcomes: Sequence[Outcome], of: int) -> str:
    shares = "，".join(f"{label.partition('（')[0]} {row[1]}/{row[2]}" for label, row in table(outcomes))
    return f"{len(outcomes)}/{of}　{shares}"


def fingerprint(chat_model: Path, made_with: str) -> str:
    """Differs when the program's code, the answering model or the recipe of vectors does."""
    digest = hashlib.sha256(f"{chat_model.name} {chat_model.stat().st_size} {made_with}".encode())
    for path in sorted((PROGRAM_FOLDER / "rag").rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
