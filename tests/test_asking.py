"""Questions put to a library: understood, gone through article by article, compared, limited in time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering.asking import ask
from rag.answering.understanding import understand
from rag.answers import Answer, AskEvent, DateReading, Evidence, Period, QuestionRead, Refusal
from rag.errors import Stopped
from rag.library import Library
from tests.fakes import FakeEmbedder
from tests.scripted_chat import ScriptedChat

TODAY = dt.date(2026, 11, 25)
SPRING = """市教育局召开教研工作会议

2023年3月5日，市教育局召开教研工作会议。会议要求加强集体备课。局长赵雪宏出席并讲话。
"""
AUTUMN = """全市控辍保学推进会召开

2023年10月9日，全市控辍保学推进会召开。会议要求逐户家访。刘改花主持会议。
"""
NEXT = """2024年教研工作会议召开

2024年3月21日，2024年教研工作会议在汾阳市召开。会议要求推行大单元教学。局长赵雪宏出席并讲话。
"""
OPINION = """教师节有感

2024年9月10日，校园里张灯结彩，学生向教师献花。
"""


@pytest.fixture
def chat() -> ScriptedChat:
    return ScriptedChat("会议要求加强集体备课。")


@pytest.fixture
def library(tmp_path: Path, chat: ScriptedChat) -> Iterator[Library]:
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), chat=chat) as made:
        for name, text in (("春.txt", SPRING), ("秋.txt", AUTUMN), ("次年.txt", NEXT), ("杂.txt", OPINION)):
            path = tmp_path / name
            path.write_text(text, "utf-8")
            for _ in made.add([path]):
                pass
        yield made


def final(events: Iterator[AskEvent]) -> Answer | Refusal:
    last = list(events)[-1]
    assert isinstance(last, Answer | Refusal)
    return last


def titles(reply: Answer | Refusal) -> list[str]:
    assert isinstance(reply, Answer)
    return [statement.citations[0].article.title for statement in reply.statements]


def test_meetings_are_counted_from_the_articles_without_a_model(library: Library) -> None:
    reply = final(library.ask("2023年召开了几次会议？"))
    assert titles(reply) == ["市教育局召开教研工作会议", "全市控辍保学推进会召开"]
    assert isinstance(reply, Answer)
    assert reply.summary.startswith("共 2 次") and "4 篇" in reply.summary
    assert (reply.searched, reply.model) == (4, "")
    assert all(statement.supported for statement in reply.statements)
    assert all(statement.text == statement.citations[0].quote for statement in reply.statements)


def test_a_number_the_source_states_is_not_contradicted_by_a_count(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "总结.txt"
    path.write_text("去年工作回顾\n\n2024年12月30日，市教育局回顾去年工作，全年召开教研工作会议12次。\n", "utf-8")
    list(library.add([path]))
    reply = final(library.ask("召开了几次教研工作会议？"))
    assert isinstance(reply, Answer)
    assert "写明了数目" in reply.summary and "共" not in reply.summary
    assert "会议12次" in reply.statements[0].text


def test_who_attended_what(library: Library) -> None:
    reply = final(library.ask("赵雪宏参加了哪些会议？"))
    assert titles(reply) == ["市教育局召开教研工作会议", "2024年教研工作会议召开"]
    assert isinstance(reply, Answer)
    first = reply.statements[0]
    assert first.text == "2023年3月5日，市教育局召开教研工作会议。局长赵雪宏出席并讲话。"
    assert first.supported and [c.number for c in first.citations] == [1, 1]


def test_meetings_by_month(library: Library) -> None:
    reply = final(library.ask("按月列出2023年的会议"))
    assert isinstance(reply, Answer)
    assert [statement.group for statement in reply.statements] == ["2023年3月", "2023年10月"]
    by_year = final(library.ask("按年列出召开的会议"))
    assert isinstance(by_year, Answer)
    assert [statement.group for statement in by_year.statements] == ["2023年", "2023年", "2024年"]


def test_none_found_is_a_refusal_that_says_how_many_were_searched(library: Library) -> None:
    reply = final(library.ask("哪些文章提到量子计算？"))
    assert isinstance(reply, Refusal) and "4 篇" in reply.summary


def test_a_limit_of_days_holds_for_surveys_and_for_evidence(library: Library) -> None:
    only = Period(dt.date(2023, 9, 1), dt.date(2023, 12, 31), "2023年秋")
    reply = final(library.ask("召开了几次会议？", only=only))
    assert titles(reply) == ["全市控辍保学推进会召开"] and reply.searched == 1
    answered = final(library.ask("会议对教学提出什么要求？", only=only))
    shown = answered.evidence if isinstance(answered, Answer) else answered.nearest
    assert {evidence.document.name for evidence in shown} == {"秋.txt"}


def test_two_years_side_by_side_and_a_silent_one_is_named(library: Library, chat: ScriptedChat) -> None:
    chat.answering = lambda prompt: 0.99 if "集体备课" in prompt else 0.01
    reply = final(library.ask("对比2023年与2024年教研工作会议的要求"))
    assert isinstance(reply, Answer)
    groups = {statement.group: statement for statement in reply.statements if statement.supported}
    assert groups["2023年"].citations[0].document.name == "春.txt"
    assert "2024年：资料中未见" in reply.summary
    for statement in reply.statements:
        for citation in statement.citations:
            assert reply.evidence[citation.number - 1].document == citation.document


def test_what_was_done_in_a_year_is_told_by_the_next_years_articles_too(tmp_path: Path, chat: ScriptedChat) -> None:
    def compared(library: Library, question: str) -> tuple[list[tuple[str, str]], str]:
        reply = final(library.ask(question))
        said = reply.statements if isinstance(reply, Answer) else ()
        return [(statement.group, statement.text) for statement in said], reply.summary

    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), chat=chat) as library:
        for year, schools in ((2023, 12), (2024, 18)):
            path = tmp_path / f"{year}.txt"
            date = f"{year}年3月15日，全市教育工作会议召开。"
            done = f"会议指出，{year - 1}年全市新建学校{schools}所。"
            path.write_text(f"全市教育工作会议召开\n\n{date}\n\n{done}\n\n会议要求，要建好学校。\n", "utf-8")
            list(library.add([path]))
        chat.answering = lambda prompt: 0.99 if "新建学校1" in prompt else 0.01
        done_in = [("2022年", "会议指出，2022年全市新建学校12所。"), ("2023年", "会议指出，2023年全市新建学校18所。")]
        assert compared(library, "对比2022年与2023年新建学校的成效") == (done_in, "")
        chat.answering = lambda prompt: 0.99 if "要建好学校。" in prompt else 0.01
        asked = [("2023年", "会议要求，要建好学校。")]
        assert compared(library, "对比2022年与2023年对建设学校的要求") == (asked, "2022年：资料中未见。")


def test_the_question_is_said_as_it_is_understood(library: Library) -> None:
    first = next(iter(library.ask("那去年呢？", before=["今年教研工作会议有什么要求？"])))
    assert isinstance(first, QuestionRead)
    assert first.asked == "去年教研工作会议有什么要求？"
    assert [reading.words for reading in first.readings] == ["去年"]
    reply = final(library.ask("那去年呢？", before=["今年教研工作会议有什么要求？"]))
    assert reply.question == first.asked and reply.readings == first.readings


def test_the_other_reading_can_be_taken() -> None:
    newest = dt.date(2024, 3, 25)
    (taken,) = understand("今年的要求", TODAY, newest).readings
    (other,) = understand("今年的要求", TODAY, newest, switched=["今年"]).readings
    assert (taken.period.name, other.period.name) == ("2024年", "2026年")


def test_the_model_is_told_what_relative_words_mean() -> None:
    understood = understand("今年2024年3月的要求", TODAY, dt.date(2024, 3, 25))
    assert understood.explained == "今年2024年3月的要求（“今年”指2024年）"


class _Sources:
    """Passages that remember what was preferred. Implements `asking.Sources`."""

    def __init__(self) -> None:
        self.preferred: tuple[Period, ...] = ()

    def evidence(self, question: str, periods: tuple[Period, ...], only: bool = False) -> tuple[Evidence, ...]:
        self.preferred = periods
        return ()

    def articles(self) -> tuple[()]:
        return ()

    def documents(self) -> dict[str, object]:
        return {}

    def count(self, periods: tuple[Period, ...] = ()) -> int:
        return 7


def test_the_period_of_a_question_is_preferred_and_the_searched_are_counted() -> None:
    sources = _Sources()
    understood = understand("2023年有什么要求？", TODAY, None)
    reply = final(ask(understood, sources, ScriptedChat))  # type: ignore[arg-type]
    assert [period.name for period in sources.preferred] == ["2023年"]
    assert reply.searched == 7


def test_evidence_of_the_period_comes_first(library: Library) -> None:
    events = list(library.ask("2024年教研工作会议要求什么？"))
    found = next(event for event in events if hasattr(event, "evidence"))
    assert found.evidence[0].document.name == "次年.txt"
    earlier = list(library.ask("2023年教研工作会议要求什么？"))
    found = next(event for event in earlier if hasattr(event, "evidence"))
    assert found.evidence[0].document.name == "春.txt"


@pytest.mark.parametrize("question", ["加强集体备课有什么要求？", "对比2023年与2024年教研工作会议的要求"])
def test_a_stop_ends_a_question_at_every_stage(library: Library, question: str) -> None:
    """Wherever it comes, what is under way ends before its next letter or passage. A reply that is ready may come."""
    whole = len(list(library.ask(question)))
    for taken in range(whole - 1):
        stop = threading.Event()
        events = library.ask(question, stop=stop)
        for _ in range(taken):
            next(events)
        stop.set()
        with pytest.raises(Stopped):
            pytest.fail(f"after {taken} of {whole} events, stopped, came {next(events)}")


def test_a_stop_ends_going_through_the_articles(library: Library) -> None:
    stop = threading.Event()
    events = library.ask("召开了几次会议？", stop=stop)
    next(events)
    stop.set()
    with pytest.raises(Stopped):
        list(events)


def test_switching_needs_another_reading() -> None:
    reading = DateReading("2023年", 0, 5, Period(TODAY, TODAY, ""))
    with pytest.raises(ValueError, match="one reading"):
        _ = reading.switched
    assert dataclasses.replace(reading, other=reading.period).switched.other == reading.period
