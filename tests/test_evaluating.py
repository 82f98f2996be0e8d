"""A user's own questions: how they are read, and how replies are judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering.evaluating import Case, Verdict, evaluate, faults, read_cases
from rag.answers import Answer, AskEvent, Citation, Refusal, Statement, Timing
from rag.errors import JianwenError, Stopped
from rag.types import Document, Paragraph, Progress, StopSignal, StoredArticle, StoredParagraph

SAMPLE = Path(__file__).parent / "questions" / "lvliang-2024-03.csv"
TIMING = Timing(0.1, 0.2, 0.3)


def answered(text: str, problems: tuple[str, ...] = ()) -> Answer:
    paragraph = StoredParagraph("d-1-1", "d-1", Paragraph("新撤并农村薄弱学校69所。"))
    article = StoredArticle("d-1", "d", "", None, 1, (paragraph,))
    document = Document("d", "简报", "0" * 64, 1, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 1, 1, 1)
    citation = Citation(paragraph, 0, 12, article, document, 1)
    return Answer("问", (Statement(text, (citation,), problems),), (), "模型", TIMING, 1, 1)


REFUSED = Refusal("问", (), "模型", TIMING)


@pytest.mark.parametrize(
    ("case", "reply", "fault"),
    [
        (Case("问", (("69所", "六十九所"),), "薄弱学校69所"), answered("撤并69 所。"), ""),
        (Case("问", (("69所", "六十九所"),)), answered("撤并六十九所。"), ""),
        (Case("问", (("70所",),)), answered("撤并69所。"), "没有“70所”"),
        (Case("问", (), "寄宿制"), answered("撤并69所。"), "没有引用“寄宿制”"),
        (Case("问", (("69所",),)), answered("撤并69所。", ("没有",)), "没有“69所”"),
        (Case("问", (("69所",),)), REFUSED, "应有回答"),
        (Case("问", refuse=True), answered("撤并69所。"), "却回答了"),
        (Case("问", refuse=True), REFUSED, ""),
    ],
)
def test_a_reply_is_judged(case: Case, reply: Answer | Refusal, fault: str) -> None:
    found = faults(case, reply)
    assert fault in "".join(found) and bool(fault) == bool(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_of_questions_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "问题.csv"
    path.write_text(
        '问题,应含,应引,应拒答\r\n有几所？,69所/六十九所、64所,"撤并,改造",\r\n,,,\r\n谁？,,,是\r\n', encoding
    )
    assert read_cases(path) == (
        Case("有几所？", (("69所", "六十九所"), ("64所",)), "撤并,改造"),
        Case("谁？", refuse=True),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe\x00\x01", "CSV"),
        ("甲,乙\n1,2\n".encode(), "列名"),
        (b"", "列名"),
        ("问题,应含\n".encode(), "没有问题"),
        ("问题,应含\n,有词\n".encode(), "第 2 行没有问题"),
        ("问题,应含,应拒答\n问,词,是\n".encode(), "第 2 行既要拒答"),
    ],
)
def test_a_wrong_table_says_what_is_wrong(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "问题.csv"
    path.write_bytes(content)
    with pytest.raises(JianwenError, match=said):
        read_cases(path)


def test_a_missing_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(JianwenError, match="读不出来"):
        read_cases(tmp_path / "没有.csv")


def test_every_question_is_put_and_judged() -> None:
    def ask(question: str, stop: StopSignal | None) -> Iterator[AskEvent]:
        assert stop is None
        yield Progress("找", 0, 1)
        yield answered("撤并69所。") if question == "甲" else REFUSED

    events = list(evaluate((Case("甲"), Case("乙")), ask))
    assert [event.passed for event in events if isinstance(event, Verdict)] == [True, False]
    assert [event.done for event in events if isinstance(event, Progress)] == [0, 1]


def test_a_stop_is_heeded_between_questions() -> None:
    class Set:
        def is_set(self) -> bool:
            return True

    with pytest.raises(Stopped):
        list(evaluate((Case("甲"),), lambda *_: iter([REFUSED]), Set()))


def test_the_sample_questions_are_many_and_a_third_cannot_be_answered() -> None:
    cases = read_cases(SAMPLE)
    refused = sum(case.refuse for case in cases)
    assert len(cases) >= 30 and 3 * refused >= len(cases)
