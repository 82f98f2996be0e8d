"""Our answers against llama.cpp's own speed: same model, threads, prompt tokens and number of tokens written.

One round of one question: `Library.ask` over the sample bulletin (search, weighing of the evidence, writing), then
bare llama.cpp reads the very prompt we wrote from and writes as many tokens. A list is not written but chosen, sentence
by sentence; beside it llama.cpp reads the prompt that it could be written from.

Decoding, not of lists. Ours: tokens written, from "prompt read" to the last draft event, so masks, detokenising and
naming a source after each sentence are all in the time, while the 【n】 are not counted as tokens. Base: sampling and
decoding as many.
First token. Ours: seconds from the question to the first character. Base: seconds that llama.cpp, at the speed it has
just read the writing prompt, needs for the tokens we read (a beginning shared with the prompt before is not read
again), or for the writing prompt alone, as if no evidence had been weighed. Before it everything read is forgotten.
Warm. Ours: the same seconds for a second question about the same passages, right after the first one. Base: the seconds
for all that was read for the first one, as above, or its writing prompt if that is more; and for that prompt alone.
LlamaIndex (`--llama-index`): its citation query engine over llama.cpp's plain loop, with the passages we wrote from.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.llama import BareLlama, MeteredChat, Start
from bench.llama_index import EngineAnswer, answer
from bench.options import SAMPLE, Say, positive
from bench.report import Measurement, Report, Row, machine, pooled
from rag.answering import prompts
from rag.answers import DraftText, Evidence, EvidenceFound
from rag.chat.llm import Message
from rag.errors import JianwenError
from rag.library import Library
from rag.models import require_chat_model
from rag.models.machine import physical_cores
from rag.settings import load_settings

QUESTIONS = (  # each with a second one of its kind that the same passages answer
    ("教育强市建设的“五强”目标是什么？", "“五强”目标指的是什么？"),
    ("会议对基层党组织提出哪些要求？", "会议要求基层党组织做哪些事？"),
    ("巩固深化“双减”成果要做哪些工作？", "怎样巩固深化“双减”成果？"),
    ("初中教师实施什么计划？", "针对初中教师实施的是什么计划？"),
    ("去年撤并了多少所农村薄弱学校？", "去年农村薄弱学校撤并了多少所？"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of ours: seconds to the first character, prompt tokens really read, what was written, how long."""

    first: float
    read: int
    prompt: tuple[int, ...]
    written: int
    writing: float
    evidence: tuple[Evidence, ...] = ()  # what it was written from

    @property
    def passages(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(evidence.passage.id for evidence in self.evidence)


@dataclass(frozen=True, slots=True)
class Round:
    """Both sides of one round: ours, and the seconds llama.cpp needed for the same prompt and as many tokens.

    warm: seconds to the first character of the second question; None where it was refused or answered from other
    passages. engine: LlamaIndex's answer to the first.
    """

    ours: Asked
    reading: float
    writing: float
    warm: float | None = None
    engine: EngineAnswer | None = None

    @property
    def prompt_speed(self) -> float:
        """llama.cpp's own, in tokens per second."""
        return len(self.ours.prompt) / self.reading

    @property
    def reading_all(self) -> float:
        """Seconds that llama.cpp needs for all that we read before the first word."""
        return self.ours.read / self.prompt_speed

    @property
    def reading_evidence(self) -> float:
        """Seconds that llama.cpp needs for all evidence: of a list only some is read before the first word."""
        return max(self.reading_all, self.reading)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--questions", type=positive, default=len(QUESTIONS), metavar="个数", help="只用前几个问题")
    parser.add_argument(
        "--llama-index", action="store_true", help="也与 LlamaIndex 的引文问答比较（须另行安装 llama-index-core）"
    )


def run(options: argparse.Namespace, say: Say) -> Report:
    settings = load_settings()
    path = require_chat_model(settings)
    threads = settings.threads or physical_cores()
    facts = machine(model=path.stem, threads=threads, context_tokens=settings.context_tokens)
    chat = MeteredChat(path, settings.context_tokens, threads)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library", settings=settings, chat=chat) as library,
    ):
        say("准备资料和模型……")
        for _ in library.add([SAMPLE]):
            pass
        for _ in library.warm_up():
            pass
        bare = BareLlama(path, settings.context_tokens, threads)
        try:
            _touch(chat, bare)
            pair = _Pair(library, chat, bare, options.llama_index)
            rounds, refused = _measure(pair, QUESTIONS[: options.questions], options.rounds, say)
        finally:
            bare.close()
    return Report("speed", measurements(rounds), tuple(f"“{q}”没有写出回答，未计入。" for q in refused), facts)


def _touch(chat: MeteredChat, bare: BareLlama) -> None:
    """The first pass over fresh weights is slow on both sides."""
    greeting = (Message("user", "你好"),)
    chat.start(greeting)
    bare.read(chat.prompt_tokens(greeting))
    bare.write(4)


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two sides, and whether LlamaIndex is the third."""

    library: Library
    chat: MeteredChat
    bare: BareLlama
    with_engine: bool

    def round(self, question: str, second: str) -> Round | None:
        """One round; None when the question was refused."""
        self.chat.forget()
        ours = ask(self.library, self.chat, question)
        if ours is None:
            return None
        again = ask(self.library, self.chat, second)
        reading, writing = self.bare.read(ours.prompt), self.bare.write(ours.written)
        engine = answer(question, ours.evidence, self.bare, self._prompt) if self.with_engine else None
        warm = again.first if again and again.passages == ours.passages else None
        return Round(ours, reading, writing, warm, engine)

    def _prompt(self, request: str) -> list[int]:
        return self.chat.prompt_tokens((Message("user", request),))


def _measure(
    pair: _Pair, questions: Sequence[tuple[str, str]], rounds: int, say: Say
) -> tuple[dict[str, list[Round]], list[str]]:
    """The rounds of each question that was answered, and the questions that were not."""
    found: dict[str, list[Round]] = {}
    refused: list[str] = []
    for number in range(1, rounds + 1):
        for question, second in questions:
            say(f"第 {number}/{rounds} 轮：{question}")
            done = pair.round(question, second)
            if done is not None:
                found.setdefault(question, []).append(done)
            elif question not in refused:
                refused.append(question)
    if not found:
        raise JianwenError("没有一个问题写出了回答，无从比较。请在设置中换一个对话模型再测。")
    return found, refused


def ask(library: Library, chat: MeteredChat, question: str) -> Asked | None:
    """Ask once; None when nothing was written (a refusal)."""
    chat.starts.clear()
    first = last = 0.0
    read = 0
    writing: Start | None = None  # the starts before it weighed the evidence, those after it what was written
    evidence: tuple[Evidence, ...] = ()
    started = time.perf_counter()
    for event in library.ask(question):
        if isinstance(event, EvidenceFound):
            evidence = event.evidence
        if isinstance(event, DraftText):
            last = time.perf_counter()
            if writing is None:
                first, read, writing = last - started, sum(start.read for start in chat.starts), chat.starts[-1]
    if writing is None:
        return None
    chosen = writing.session.answer_tokens == 0
    messages = prompts.writing(question, [prompts.source_text(one) for one in evidence]) if chosen else writing.messages
    prompt = tuple(chat.prompt_tokens(messages))
    return Asked(first, read, prompt, writing.session.answer_tokens, last - writing.ready, evidence)


def measurements(rounds: dict[str, list[Round]]) -> tuple[Measurement, ...]:
    decoding, read, alone, warm, warm_alone = [], [], [], [], []
    for question, done in rounds.items():
        first = tuple(r.ours.first for r in done)
        if done[0].ours.written:
            decoding.append(
                Row(
                    f"{question}（{done[0].ours.written} 词元）",
                    tuple(r.ours.written / r.ours.writing for r in done),
                    tuple(r.ours.written / r.writing for r in done),
                )
            )
        label = f"{question}（读 {done[0].ours.read} 词元，末次提示 {len(done[0].ours.prompt)}）"
        read.append(Row(label, first, tuple(r.reading_all for r in done)))
        alone.append(Row(label, first, tuple(r.reading for r in done)))
        if again := [(r.warm, r.reading_evidence, r.reading) for r in done if r.warm is not None]:
            seconds, of_all, of_prompt = zip(*again, strict=True)
            warm.append(Row(question, seconds, of_all))
            warm_alone.append(Row(question, seconds, of_prompt))
    made = [
        _measurement(
            "first_token",
            "从提问到第一个字 ÷ llama.cpp 读入同样多词元（检索、逐段核对、作答所读的全部）；越接近 1 越好",
            "llama.cpp",
            "秒",
            read,
        ),
        _measurement(
            "first_token_writing_prompt",
            "从提问到第一个字 ÷ llama.cpp 只读作答那一次的提示；多出的是逐段核对的代价",
            "llama.cpp",
            "秒",
            alone,
        ),
    ]
    if warm:
        made += [
            _measurement(
                "first_token_warm",
                "紧接着就同样的资料再问一次，到第一个字 ÷ llama.cpp 读入第一次所读的全部；越低越好",
                "llama.cpp",
                "秒",
                warm,
            ),
            _measurement(
                "first_token_warm_writing_prompt",
                "同样的秒数 ÷ llama.cpp 只读入第一次作答的提示；越低越好",
                "llama.cpp",
                "秒",
                warm_alone,
            ),
        ]
    return (*_decoding(decoding), *made, *_beside_engine(rounds))


def _decoding(rows: list[Row]) -> list[Measurement]:
    """None where nothing but lists was asked for."""
    compared = "回答每秒写出的词元（含每句之后选定出处）÷ llama.cpp 贪心解码同样提示、同样多词元；越接近 1 越好"
    return [_measurement("decoding", compared, "llama.cpp", "词元/秒", rows)] if rows else []


def _beside_engine(rounds: dict[str, list[Round]]) -> list[Measurement]:
    """Our answers beside LlamaIndex's; none where it was not asked."""
    first, decoding = [], []
    for question, done in rounds.items():
        pairs = [(r.ours, r.engine) for r in done if r.engine is not None and r.engine.written > 1]
        if pairs:
            first.append(Row(question, tuple(o.first for o, _ in pairs), tuple(e.first for _, e in pairs)))
        if pairs and pairs[0][0].written:
            ours = tuple(o.written / o.writing for o, _ in pairs)
            decoding.append(Row(question, ours, tuple((e.written - 1) / e.writing for _, e in pairs)))
    if not first:
        return []
    made = [
        _measurement(
            "engine_first_token", "从提问到第一个字 ÷ LlamaIndex（资料已给它）；越低越好", "LlamaIndex", "秒", first
        )
    ]
    if decoding:
        compared = "回答每秒写出的词元 ÷ LlamaIndex；越高越好"
        made.append(_measurement("engine_decoding", compared, "LlamaIndex", "词元/秒", decoding))
    return made


def _measurement(key: str, compared: str, base: str, unit: str, rows: list[Row]) -> Measurement:
    return Measurement(key, compared, "简问", base, unit, (*rows, pooled("全部", rows)))
