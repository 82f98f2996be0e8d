"""Briefings: what they cost beside letting the model write as much, and whether they keep their promises on documents.

Cost. Ours: seconds for a briefing once its articles' key sentences are known, as a user waits for the second one. Base:
llama.cpp alone decoding as many tokens as the briefing's words make, without reading anything first. Tokens read and
written by the model are printed with each. --plain sets beside it what the model writes when simply asked.
Promises, on a corpus of documents given with --documents ({title, text} a line): every sentence on the page supported
and cited, every figure and date in the document, no sentence twice, one page.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.briefing_plain import Said, compared, ours, plain
from bench.llama import BareLlama, MeteredChat
from bench.options import SAMPLE, Say, positive
from bench.report import Figures, Measurement, Report, Row, machine, pooled
from rag.briefings import Briefing, BriefingRequest, PageMeasure
from rag.chat.llm import Message
from rag.errors import JianwenError
from rag.library import Library
from rag.models import require_chat_model
from rag.models.machine import physical_cores
from rag.settings import load_settings
from rag.statements.facts import facts
from rag.text import normalise
from rag.types import StoredArticle
from rag.typeset.exporting import PageMeasure as Standard

_KINDS = ("meeting", "tasks", "topic")  # of one article each
_COLUMNS = ("简报", "句", "字", "未核实", "原文没有的数字", "重复", "超页", "秒")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--documents", type=Path, metavar="文件", help="每行一个 {title, text}：另查各篇的简报")
    parser.add_argument("--plain", action="store_true", help="也让模型直接写会议简报，比写全了多少、错了多少")
    parser.add_argument("--most", type=positive, default=20, metavar="篇数", help="查多少篇，默认 20")


def run(options: argparse.Namespace, say: Say) -> Report:
    settings = load_settings()
    path = require_chat_model(settings)
    threads = settings.threads or physical_cores()
    known = machine(model=path.stem, threads=threads)
    measure = Standard()
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", settings=settings) as library:
        say("准备资料和模型……")
        for _ in library.add([SAMPLE]):
            pass
        chat = MeteredChat(path, settings.context_tokens, threads)
        bare = BareLlama(path, settings.context_tokens, threads)
        try:
            rows, notes = _cost(library, measure, chat, bare, options.rounds, say)
        finally:
            bare.close()
        figures = (_beside_the_model(library, measure, chat, say),) if options.plain else ()
    promises, wrong = _promises(options, measure, say) if options.documents else ((), ())
    cost = Measurement(
        "briefing",
        "一份简报的用时（要点已提取）÷ llama.cpp 只解码同样多文字的用时；越小越好",
        "简问",
        "llama.cpp",
        "秒",
        (*rows, pooled("全部", rows)),
    )
    return Report("briefing", (cost,), notes, known, (*figures, *promises), wrong)


def _beside_the_model(library: Library, measure: PageMeasure, chat: MeteredChat, say: Say) -> Figures:
    rows: list[tuple[str, int, Said]] = []
    for number, article in enumerate(library.articles(), 1):
        say(f"让模型直接写：{article.label}")
        made = brief(library, BriefingRequest("meeting", (article.id,)), measure)
        rows += [
            (f"简问：{article.label}", number, ours(made)),
            (f"模型：{article.label}", number, plain(article, chat)),
        ]
    return compared(rows)


def _cost(
    library: Library, measure: PageMeasure, chat: MeteredChat, bare: BareLlama, rounds: int, say: Say
) -> tuple[list[Row], tuple[str, ...]]:
    greeting = chat.prompt_tokens((Message("user", "你好"),))
    rows, notes = [], []
    for article in library.articles():
        for kind in _KINDS:
            request = BriefingRequest(kind, (article.id,))
            made = brief(library, request, measure)  # the first pass finds the key sentences
            words = len(chat.tokenise("".join(statement.text for statement in made.statements)))
            say(f"{article.label}：{made.kind_name}")
            ours, base = [], []
            for _ in range(rounds):
                started = time.perf_counter()
                brief(library, request, measure)
                ours.append(time.perf_counter() - started)
                bare.read(greeting)
                base.append(bare.write(words))
            label = f"{made.kind_name}：{article.label}（{words} 词元）"
            rows.append(Row(label, tuple(ours), tuple(base)))
            read, written = made.making.prompt_tokens, made.making.answer_tokens
            notes.append(f"{label}：模型读入 {read} 词元，写出 {written} 词元。")
    return rows, tuple(notes)


def brief(library: Library, request: BriefingRequest, measure: PageMeasure) -> Briefing:
    """The briefing that the library makes of it."""
    *_, made = library.brief(request, measure)
    if not isinstance(made, Briefing):
        raise TypeError("the last event of a briefing is the briefing")
    return made


# ---------------------------------------------------------------- promises


@dataclass(slots=True)
class Tally:
    """What was found in the briefings of one kind."""

    briefings: int = 0
    statements: int = 0
    characters: int = 0
    unsupported: int = 0
    foreign_figures: int = 0
    twice: int = 0
    too_long: int = 0
    seconds: float = 0.0

    def add(self, made: Briefing, article: StoredArticle) -> None:
        self.briefings += 1
        self.statements += len(made.statements)
        self.characters += sum(len(statement.text) for statement in made.statements)
        self.unsupported += sum(not statement.supported for statement in made.statements)
        self.foreign_figures += sum(1 for _ in foreign_figures(made, article))
        said = [normalise(statement.text) for statement in made.statements]
        self.twice += len(said) - len(set(said))
        self.too_long += not made.fits
        self.seconds += made.making.seconds

    @property
    def broken(self) -> int:
        return self.unsupported + self.foreign_figures + self.twice + self.too_long

    def row(self) -> tuple[float | int | None, ...]:
        return (
            self.briefings,
            self.statements,
            self.characters,
            self.unsupported,
            self.foreign_figures,
            self.twice,
            self.too_long,
            self.seconds / max(self.briefings, 1),
        )


def foreign_figures(made: Briefing, article: StoredArticle) -> Iterator[str]:
    """Figures and dates of the briefing's sentences that its article does not print."""
    printed = {fact.key for paragraph in article.paragraphs for fact in facts(paragraph.text)}
    for statement in made.statements:
        for fact in facts(statement.text):
            if fact.kind in ("figure", "date") and fact.key not in printed:
                yield fact.text


def _promises(
    options: argparse.Namespace, measure: PageMeasure, say: Say
) -> tuple[tuple[Figures, ...], tuple[str, ...]]:
    tallies = {kind: Tally() for kind in _KINDS}
    names: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library") as library:
        for number, path in enumerate(_written(options.documents, options.most, Path(folder)), 1):
            say(f"第 {number} 篇：{path.name}")
            for _ in library.add([path]):
                pass
        for article in library.articles():
            for kind, tally in tallies.items():
                try:
                    made = brief(library, BriefingRequest(kind, (article.id,)), measure)
                except JianwenError as error:
                    say(f"{article.label}：{error}")
                    continue
                names[kind] = made.kind_name
                tally.add(made, article)
    rows = tuple((names.get(kind, kind), tally.row()) for kind, tally in tallies.items())
    wrong = tuple(f"{names.get(kind, kind)}有没守住的承诺。" for kind, tally in tallies.items() if tally.broken)
    return (Figures("promises", f"{options.documents.name} 各篇的简报", _COLUMNS, rows),), wrong


def _written(corpus: Path, most: int, folder: Path) -> Iterator[Path]:
    """Every so many-th document of the corpus, as a text file."""
    try:
        lines = corpus.read_text("utf-8").splitlines()
        documents = [json.loads(line) for line in lines[:: max(1, len(lines) // most)][:most]]
    except (OSError, ValueError) as error:
        raise JianwenError(f"{corpus} 读不出来。每行应是一个 JSON 对象，含 title 和 text。") from error
    for number, document in enumerate(documents, 1):
        path = folder / f"{number:03}.txt"
        path.write_text(f"{document['title']}\n\n{document['text']}", "utf-8")
        yield path
