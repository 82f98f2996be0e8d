"""A bureau's own questions put to a model, to judge it before it is trusted.

The file of questions is a table as a spreadsheet saves it (CSV, UTF-8 or GB18030), with the columns

    问题        the question
    应含        words the answer must have; several by 、, and ways of writing one by / («5万多名/五万多名»)
    应引        words that must stand in what is cited; empty: anything may be cited
    应拒答      是: the library does not hold the answer, and the reply must say so
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.answers import Answer, AskEvent, Refusal
from rag.errors import JianwenError
from rag.text import normalise
from rag.types import Progress, StopSignal, heed

_QUESTION, _HOLD, _CITE, _REFUSE = "问题", "应含", "应引", "应拒答"
_YES = {"是", "y", "yes", "1", "true", "对", "√"}
_LARGEST = 10_000_000  # bytes; more is no list of questions


@dataclass(frozen=True, slots=True)
class Case:
    """One question. `hold`: for each word wanted, the ways it may be written; `cite`: "" for anything."""

    question: str
    hold: tuple[tuple[str, ...], ...] = ()
    cite: str = ""
    refuse: bool = False

    def __post_init__(self) -> None:
        if not self.question.strip():
            raise ValueError("a case asks something")
        if self.refuse and (self.hold or self.cite):
            raise ValueError("a refusal holds and cites nothing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one case; `faults` are Chinese, empty when it passed."""

    case: Case
    reply: Answer | Refusal
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.faults


Ask = Callable[[str, StopSignal | None], Iterator[AskEvent]]


def evaluate(cases: tuple[Case, ...], ask: Ask, stop: StopSignal | None = None) -> Iterator[Progress | Verdict]:
    """Ask every question; yields a `Progress` before and a `Verdict` after each. Raises as `ask`, and `Stopped`."""
    for done, case in enumerate(cases):
        heed(stop)
        yield Progress("正在提问", done, len(cases))
        replies = [event for event in ask(case.question, stop) if isinstance(event, Answer | Refusal)]
        yield Verdict(case, replies[-1], faults(case, replies[-1]))


def faults(case: Case, reply: Answer | Refusal) -> tuple[str, ...]:
    """What is wrong with the reply, as Chinese sentences. Only statements that passed the check count as answered."""
    if isinstance(reply, Refusal):
        return () if case.refuse else ("应有回答，却答“资料中未提及”",)
    supported = [statement for statement in reply.statements if statement.supported]
    if case.refuse:
        return (f"资料中没有，却回答了“{''.join(s.text for s in supported)}”",)
    said = normalise("".join(statement.text for statement in supported))
    found = [f"回答里没有“{'/'.join(ways)}”" for ways in case.hold if not any(normalise(way) in said for way in ways)]
    cited = normalise("".join(citation.quote for statement in supported for citation in statement.citations))
    if case.cite and normalise(case.cite) not in cited:
        found.append(f"没有引用“{case.cite}”")
    return tuple(found)


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file of questions.

    Raises:
        JianwenError: it cannot be read, lacks the column 问题, or a row contradicts itself; says which.
    """
    rows = csv.DictReader(io.StringIO(_decoded(path), newline=""))
    if _QUESTION not in (rows.fieldnames or ()):
        raise JianwenError(
            f"{path} 第一行应是列名：{_QUESTION}、{_HOLD}、{_CITE}、{_REFUSE}。请在表格软件里补上，再另存为 CSV。"
        )
    cases = []
    for number, row in enumerate(rows, 2):
        if any(isinstance(value, str) and value.strip() for value in row.values()):
            cases.append(_case(row, f"{path} 第 {number} 行"))
    if not cases:
        raise JianwenError(f"{path} 里没有问题。请在“{_QUESTION}”一列写上问题。")
    return tuple(cases)


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise JianwenError(f"{path} 太大，不像是问题表。请检查选的文件。")
        content = path.read_bytes()
    except OSError as error:
        raise JianwenError(f"问题表 {path} 读不出来。请检查路径和权限。") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise JianwenError(f"问题表 {path} 不是文字表格。请在表格软件里另存为 CSV（UTF-8）。")


def _case(row: dict[str, str | None], where: str) -> Case:
    question, hold, cite, refuse = ((row.get(name) or "").strip() for name in (_QUESTION, _HOLD, _CITE, _REFUSE))
    words = tuple(
        tuple(way.strip() for way in word.split("/") if way.strip()) for word in hold.split("、") if word.strip()
    )
    if not question:
        raise JianwenError(f"{where}没有问题。请写上，或删去这一行。")
    if refuse.lower() in _YES:
        if words or cite:
            raise JianwenError(f"{where}既要拒答，又写了应含或应引的内容。请删去其一。")
        return Case(question, refuse=True)
    return Case(question, words, cite)
