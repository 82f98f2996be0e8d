"""A scripted library behind the engine's seam, and the Backend that gives it to a real child process.

Its documents are the files lying in its folder; what they hold is fixed here, by their names: see `articles_of`.
What a question gets is decided by a word in it: see `FakeLibrary.ask`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import threading
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from desktop.backend import Backend
from desktop.protocol import ModelChoice
from desktop.renewing import still_there
from rag.answering.periods import between
from rag.answers import (
    NEAR,
    Answer,
    AskEvent,
    Citation,
    Conversation,
    DateReading,
    DraftText,
    Evidence,
    EvidenceFound,
    Filter,
    Period,
    QuestionRead,
    Refusal,
    Statement,
    Timing,
    Turn,
)
from rag.errors import JianwenError, Stopped
from rag.types import (
    AddEvent,
    AddStatus,
    Box,
    Correction,
    DateBasis,
    Document,
    FileAdded,
    Fragment,
    Heading,
    Paragraph,
    Passage,
    Progress,
    SplitBefore,
    StopSignal,
    StoredArticle,
    StoredParagraph,
)
from tests.desktop.fake_briefings import FakeBriefings
from tests.desktop.fake_corrections import corrected

FACTORY = "tests.desktop.fake_library:backend"
MARKUP = "<b>附件</b><img src='file:///etc/hostname'><a href='http://example.invalid/'>点这里</a>𠮷县代表参加。"
TITLES = ("全市义务教育工作会议召开", "校园安全工作部署")
TEXT = (
    "会议要求，各县区要认真做好中考备考工作的节点安排与业务培训指导，明确备考思路与举措。",
    "要关注学生的思想、心理、学习和生活，用好《学科质量提升参考资料》，力争取得新成绩。" + MARKUP,
    "会议强调，要把安全工作放在首位，落实校园安全责任制。",
)
LINE = 24.0  # points: the type size and the height of a printed line in the test's PDF
LEFT, TOP = 72.0, 90.0  # points: where the first printed line begins

THIS_YEAR = DateReading(
    "今年",
    0,
    2,
    Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31), "2024年"),
    "资料最新为2024-03-25",
    Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31), "2026年"),
)


def advance(character: str) -> float:
    """How far a character moves the pen, in points: Latin ones half as far."""
    return LINE if unicodedata.east_asian_width(character) in "WFA" else LINE / 2


def printed(paragraph: str, page: int, first_line: int, width: int = 18) -> tuple[Fragment, ...]:
    """Fragments of `width` characters a line, as `paper.write_pdf` prints them."""
    fragments = []
    for n, start in enumerate(range(0, len(paragraph), width)):
        end = min(start + width, len(paragraph))
        top = TOP + (first_line + n) * LINE * 1.5
        wide = sum(map(advance, paragraph[start:end]))
        fragments.append(Fragment(start, end, Box(page, LEFT, top, LEFT + wide, top + LINE)))
    return tuple(fragments)


PASSWORD = "1234"
KINDS = (".txt", ".pdf", ".png", ".docx")
FURNITURE = (Paragraph("吕梁教育简报"), Paragraph("责编：张三"))


def document_of(file: Path) -> Document:
    """A name with 残 in it: a page could not be read."""
    digest = hashlib.sha256(file.name.encode()).hexdigest()
    added = dt.datetime(2024, 4, 1, 9, 0, tzinfo=dt.UTC)
    pages = 2 if file.suffix == ".pdf" else 1
    problems = ("第 3 页：这一页损坏，没有读出文字。",) if "残" in file.name else ()
    return Document(digest[:12], file.name, digest, 1000, added, pages, 2, len(TEXT), problems)


def articles_of(document: Document) -> tuple[StoredArticle, ...]:
    """Two articles: two paragraphs, then one (on page 2 of a PDF), the second with a guessed date.

    Pictures were recognised, the second paragraph badly. A Word file has a table in its second article.
    """
    pdf = document.name.endswith(".pdf")
    made = []
    for n, (title, texts) in enumerate(zip(TITLES, (TEXT[:2], TEXT[2:]), strict=True), 1):
        key = f"{document.id}-{n}"
        page = n if pdf else 1
        found = [Paragraph(text, page, printed(text, page, 4 * m) if pdf else ()) for m, text in enumerate(texts)]
        if document.name.endswith(".png"):
            found = [replace(p, confidence=0.95 - 0.35 * m) for m, p in enumerate(found)]
        if document.name.endswith(".docx") and n == 2:
            found += [Paragraph("学校\t人数", header=""), Paragraph("一中\t1200", header="学校\t人数")]
        headings = (Heading("title", Paragraph(title, page, printed(title, page, -1) if pdf else ())),)
        basis = DateBasis.PRINTED if n == 1 else DateBasis.FILE_NAME
        paragraphs = tuple(StoredParagraph(f"{key}-{m}", key, paragraph) for m, paragraph in enumerate(found, 1))
        date = dt.date(2024, 3, 20 + n)
        made.append(StoredArticle(key, document.id, title, date, page, paragraphs, headings, basis))
    return tuple(made)


def evidence_of(document: Document) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for article in articles_of(document):
        for paragraph in article.paragraphs:
            text = paragraph.text
            passage = Passage(f"{paragraph.id}#1", paragraph.id, 0, len(text), text)
            found.append(Evidence(passage, paragraph, article, document, 1.0 - 0.1 * len(found)))
    return tuple(found)


def cite(evidence: Sequence[Evidence], number: int, quote: str) -> Citation:
    found = evidence[number - 1]
    start = found.paragraph.text.index(quote)
    return Citation(found.paragraph, start, start + len(quote), found.article, found.document, number)


def answer_from(
    question: str, evidence: tuple[Evidence, ...], readings: tuple[DateReading, ...] = (THIS_YEAR,)
) -> Answer:
    statements = (
        Statement("要做好节点安排与业务培训指导。", (cite(evidence, 1, "节点安排与业务培训指导"),)),
        Statement(
            "要关注学生的思想和心理，<i>力争</i>取得新成绩。",
            (cite(evidence, 2, "要关注学生的思想、心理"), cite(evidence, 2, "力争取得新成绩")),
        ),
        Statement("力争 2025 年取得新成绩。", (cite(evidence, 2, "力争取得新成绩"),), ("所引原文中没有数字“2025年”",)),
    )
    seconds = Timing(0.2, 1.0, 3.4)
    return Answer(question, statements, evidence, "测试模型", seconds, 900, 60, readings)


def compared(answer: Answer) -> Answer:
    """The same in two parts, something counted, and the articles gone through."""
    parts = zip(answer.statements, ("2023年", "2024年", "2024年"), strict=True)
    statements = tuple(replace(statement, group=group) for statement, group in parts)
    return replace(answer, statements=statements, summary="2022年：资料中未见。", searched=128)


class FakeLibrary(FakeBriefings):
    """Implements `desktop.backend.EngineLibrary`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        if (path / "broken").exists():
            raise JianwenError("资料库打不开。请检查文件夹。")
        self.path = path
        self.read_only = (path / "locked").exists()
        self._corrected: dict[str, tuple[StoredArticle, ...]] = {}
        self._conversations: dict[int, list[Turn]] = {}
        self._filters: dict[str, Filter] = {}

    def documents(self) -> tuple[Document, ...]:
        return tuple(document_of(file) for file in self._files())

    def days(self) -> Period | None:
        days = sorted(article.date for article in self.articles() if article.date is not None)
        return between(days[0], days[-1]) if days else None

    def articles(self, documents: Sequence[str] = ()) -> tuple[StoredArticle, ...]:
        """The first articles of a document and of one whose name is the same with 转载 before it are twins."""
        wanted = [document for document in self.documents() if document.id in documents or not documents]
        return tuple(article for document in wanted for article in self._with_twins(document))

    def _with_twins(self, document: Document) -> tuple[StoredArticle, ...]:
        first, *others = self._corrected.get(document.id) or articles_of(document)
        like = {"转载" + document.name, document.name.removeprefix("转载")} - {document.name}
        twins = tuple(f"{other.id}-1" for other in self.documents() if other.name in like)
        return (replace(first, twins=twins), *others)

    def furniture(self, document: str) -> tuple[Paragraph, ...]:
        return FURNITURE

    def correct(self, correction: Correction) -> tuple[StoredArticle, ...]:
        document = (correction.paragraph if isinstance(correction, SplitBefore) else correction.article).split("-")[0]
        self._corrected[document] = corrected(self.articles((document,)), correction)
        return self.articles((document,))

    def undo_corrections(self, document: str) -> tuple[StoredArticle, ...]:
        self._corrected.pop(document, None)
        return self.articles((document,))

    def file(self, document: str) -> Path:
        return next(file for file in self._files() if document_of(file).id == document)

    def add(
        self, paths: Sequence[Path], stop: StopSignal | None = None, passwords: Mapping[Path, str] | None = None
    ) -> Iterator[AddEvent]:
        """`x.doc` fails, a file named 慢… takes until stopped, 锁… needs PASSWORD, others are added."""
        for path in paths:
            yield Progress(f"正在读取 {path.name}", 1, 4)
            if path.name.startswith("慢"):
                yield from _until_stopped(stop)
            if path.name.startswith("锁") and (given := (passwords or {}).get(path)) != PASSWORD:
                said = "密码不对，请再试一次。" if given else "打开它需要密码。"
                yield FileAdded(path, AddStatus.LOCKED, "", 0, 0, said, 0.1)
                continue
            if path.suffix not in KINDS:
                yield FileAdded(path, AddStatus.FAILED, "", 0, 0, "不支持这种文件，请另存为 PDF。", 0.1)
                continue
            target = self.path / path.name
            status = AddStatus.DUPLICATE if target.exists() else AddStatus.ADDED
            target.write_bytes(path.read_bytes())
            document = document_of(target)
            yield FileAdded(path, status, document.id, 2, 3, "", 0.1, document.problems)

    def resume(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        yield from ()

    def rebuild(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        if (self.path / "slow-rebuild").exists():
            yield from _until_stopped(stop)
        for n in range(3):
            yield Progress("正在建立索引", n, 3)

    def warm_up(self, stop: StopSignal | None = None) -> Iterator[Progress]:
        if (self.path / "slow-models").exists():
            yield from _until_stopped(stop)
        yield Progress("正在准备模型", 1, 1)

    def remove(self, documents: Sequence[str]) -> tuple[Document, ...]:
        gone = tuple(document for document in self.documents() if document.id in documents)
        for document in gone:
            (self.path / document.name).unlink()
        return gone

    def ask(
        self,
        question: str,
        within: Sequence[str] = (),
        stop: StopSignal | None = None,
        *,
        before: Sequence[str] = (),
        switched: Collection[str] = (),
        only: Period | None = None,
    ) -> Iterator[AskEvent]:
        """慢: until stopped; 崩溃: the process is killed; 出错: a bug; 不会: a JianwenError; 没有: a Refusal, as when
        `only` does not hold 2024-03-21; 相近: one that something comes near; 对比: in parts. 那…呢 becomes …有哪些要求
        after another question.
        """
        leaning = question.startswith("那") and bool(before)
        asked = f"{question.removeprefix('那').removesuffix('呢？')}有哪些要求？" if leaning else question
        readings = (THIS_YEAR.switched if "今年" in switched else THIS_YEAR,)
        yield QuestionRead(question, asked, readings)
        documents = [document for document in self.documents() if document.id in within or not within]
        evidence = evidence_of(documents[0])
        if "不会" in question:
            raise JianwenError("还没有模型。请先放一个模型文件。")
        yield EvidenceFound(evidence, 0.1)
        if "崩溃" in question:
            os.kill(os.getpid(), signal.SIGKILL)
        if "出错" in question:
            raise RuntimeError("a bug, on purpose")
        for piece in ("要做好节点安排", "与业务培训指导。", "【1】", "<b>草稿</b>"):
            yield DraftText(piece)
        print("libraries print things")
        if "慢" in question:
            yield from _until_stopped(stop)
        if "相近" in question:
            told = f"{NEAR}，请您核对原文：“{evidence[0].passage.text}”"
            yield Refusal(asked, evidence, "测试模型", Timing(0.1, None, 1.0), readings=readings, summary=told)
        elif "没有" in question or (only is not None and not only.holds(dt.date(2024, 3, 21))):
            yield Refusal(asked, evidence, "测试模型", Timing(0.1, None, 1.0), readings=readings)
        else:
            answer = answer_from(asked, evidence, readings)
            yield compared(answer) if "对比" in question else answer

    def remember(self, question: str, reply: Answer | Refusal, conversation: int | None = None) -> int | None:
        """A folder with full-disk in it has no room."""
        if self.read_only:
            return None
        if (self.path / "full-disk").exists():
            raise JianwenError("磁盘空间不足。")
        number = conversation or len(self._conversations) + 1
        at = dt.datetime(2026, 11, 25, 9, number, tzinfo=dt.UTC)
        self._conversations.setdefault(number, []).append(Turn(question, reply.question, at, reply))
        return number

    def conversations(self, words: str = "") -> tuple[Conversation, ...]:
        """Those in whose first questions the words stand."""
        kept = [
            Conversation(number, turns[0].question, len(turns), turns[-1].at)
            for number, turns in self._conversations.items()
            if words in turns[0].question
        ]
        return tuple(reversed(kept))

    def conversation(self, conversation: int) -> tuple[Turn, ...]:
        if conversation not in self._conversations:
            raise JianwenError("这次对话已被删除。")
        there = {document.id: document for document in self.documents()}
        return tuple(replace(turn, reply=still_there(turn.reply, there)) for turn in self._conversations[conversation])

    def forget(self, conversation: int) -> None:
        del self._conversations[conversation]

    def filters(self) -> tuple[Filter, ...]:
        return tuple(self._filters.values())

    def keep_filter(self, kept: Filter) -> None:
        self._filters[kept.name] = kept

    def forget_filter(self, name: str) -> None:
        self._filters.pop(name, None)

    def close(self) -> None:
        pass

    def _files(self) -> list[Path]:
        return sorted(file for file in self.path.iterdir() if file.suffix in KINDS)


def _until_stopped(stop: StopSignal | None) -> Iterator[Progress]:
    assert isinstance(stop, threading.Event)
    for n in range(6000):
        if stop.wait(0.01):
            raise Stopped
        yield Progress("慢慢来", n, 6000, (6000 - n) * 0.03)


def models() -> tuple[ModelChoice, ...]:
    return (
        ModelChoice("chat", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "Qwen2.5-Coder-1.5B", "1.1 GB"),
        ModelChoice("chat", "qwen3-4b.gguf", "Qwen3-4B", "2.5 GB"),
        ModelChoice("embedding", "multilingual-e5-small", "multilingual-e5-small", "0.5 GB"),
        ModelChoice("embedding", "bge-small-zh-v1.5", "bge-small-zh-v1.5", "0.1 GB"),
    )


def backend() -> Backend:
    return Backend(FakeLibrary, models)
