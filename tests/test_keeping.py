"""What a library keeps of questions: conversations and filters, by the façade and on the terminal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.periods import between
from rag.answers import Answer, Filter, Period, Refusal, Timing
from rag.errors import JianwenError
from rag.library import Library
from rag.settings import Settings
from rag.store.catalog import Catalog
from rag.store.filters import Filters
from rag.terminal.cli import main
from tests.fakes import FakeEmbedder
from tests.scripted_chat import ScriptedChat

HALF = Period(dt.date(2024, 1, 1), dt.date(2024, 6, 30), "2024年上半年")
REFUSAL = Refusal("那天有会吗？", (), "模型", Timing(0.1, None, 0.3))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def library(folder: Path, tmp_path: Path) -> Iterator[Library]:
    with Library.open(folder, settings=Settings(), embedder=FakeEmbedder(), chat=ScriptedChat()) as made:
        bulletin = tmp_path / "简报.txt"
        bulletin.write_text("备考会召开\n\n2024年3月21日，市教育局召开备考会议，要求抓好落实。\n", "utf-8")
        list(made.add([bulletin]))
        yield made


def answered(library: Library, question: str) -> Answer | Refusal:
    last = list(library.ask(question))[-1]
    assert isinstance(last, Answer | Refusal)
    return last


def test_conversations_are_kept_found_and_deleted(library: Library) -> None:
    reply = answered(library, "召开了几次会议？")
    kept = library.remember("召开了几次会议？", reply)
    assert kept is not None
    assert library.remember("那天有吗？", REFUSAL, kept) == kept
    other = library.remember("谁主持？", REFUSAL)
    assert [one.id for one in library.conversations()] == [other, kept]
    assert [one.title for one in library.conversations("备考会议")] == ["召开了几次会议？"]
    assert [(turn.question, turn.reply) for turn in library.conversation(kept)] == [
        ("召开了几次会议？", reply),
        ("那天有吗？", REFUSAL),
    ]
    library.forget(kept)
    assert [one.id for one in library.conversations()] == [other]
    with pytest.raises(JianwenError, match="已被删除"):
        library.remember("再问", REFUSAL, kept)


def test_a_second_opener_reads_what_is_kept_and_keeps_nothing(library: Library, folder: Path) -> None:
    kept = library.remember("谁主持？", REFUSAL)
    assert kept is not None
    library.keep_filter(Filter("上半年", (), HALF))
    with Library.open(folder, settings=Settings(), embedder=FakeEmbedder()) as second:
        assert second.remember("再问", REFUSAL, kept) is None
        assert len(second.conversation(kept)) == 1
        assert [one.name for one in second.filters()] == ["上半年"]
        changes: tuple[Callable[[], None], ...] = (
            lambda: second.forget(kept),
            lambda: second.keep_filter(Filter("甲")),
            lambda: second.forget_filter("上半年"),
        )
        for change in changes:
            with pytest.raises(JianwenError, match="只能查看"):
                change()


def test_searching_heeds_the_days(library: Library) -> None:
    assert library.search("备考会议", only=HALF).hits
    assert not library.search("备考会议", only=between(dt.date(2024, 7, 1), None)).hits


# ---------------------------------------------------------------- filters


@pytest.fixture
def filters(tmp_path: Path) -> Iterator[Filters]:
    catalog = Catalog.open(tmp_path / "catalog.sqlite")
    yield Filters(catalog)
    catalog.close()


def test_filters_come_back_as_they_were_and_a_name_is_there_once(filters: Filters) -> None:
    assert filters.all() == ()
    first, second = Filter("上半年", ("a" * 12,), HALF), Filter("“甲”<b>", (), None)
    filters.keep(first)
    filters.keep(second)
    assert filters.all() == (first, second)
    changed = Filter("上半年", (), None)
    filters.keep(changed)
    assert filters.all() == (changed, second)
    filters.delete("上半年")
    filters.delete("没有的")
    assert filters.all() == (second,)


@pytest.mark.parametrize("name", ["", "  ", "很" * 31])
def test_a_filter_needs_a_name(filters: Filters, name: str) -> None:
    with pytest.raises(JianwenError, match="1 到 30 个字"):
        filters.keep(Filter(name))
    assert filters.all() == ()


DAYS = st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))


@given(DAYS, DAYS, st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)))
def test_a_range_holds_the_days_between(since: dt.date | None, until: dt.date | None, day: dt.date) -> None:
    if since and until and until < since:
        with pytest.raises(ValueError, match="lies after"):
            between(since, until)
        return
    period = between(since, until)
    if period is None:
        assert since is None
        assert until is None
    else:
        assert period.holds(day) == ((since is None or day >= since) and (until is None or day <= until))
        assert all(bound.isoformat() in period.name for bound in (since, until) if bound)


# ---------------------------------------------------------------- the terminal


def run(folder: Path, *words: str) -> int:
    return main(["--library", str(folder), *words])


def test_the_terminal_lists_shows_and_deletes(
    library: Library, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = library.remember("召开了几次会议？", answered(library, "召开了几次会议？"))
    library.remember("谁主\x1b持？", REFUSAL)
    library.close()
    assert run(folder, "history") == 0
    first, second = capsys.readouterr().out.strip().split("\n")
    assert "谁主持？" in first
    assert f"{kept}  召开了几次会议？  1 问" in second
    assert run(folder, "history", "备考会议") == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert run(folder, "history", "--show", str(kept)) == 0
    shown = capsys.readouterr().out
    assert "问：召开了几次会议？" in shown
    assert "“2024年3月21日，市教育局召开备考会议”" in shown
    assert run(folder, "--json", "history", "--show", str(kept)) == 0
    turn = json.loads(capsys.readouterr().out)
    assert turn["reply"]["statements"][0]["citations"][0]["quote"].endswith("召开备考会议")
    assert run(folder, "history", "--delete", str(kept)) == 0
    assert capsys.readouterr().out == f"已删除对话 {kept}。\n"
    assert run(folder, "history", "备考会议") == 0
    assert capsys.readouterr().out == "没有找到问答记录。\n"
    assert run(folder, "history", "--show", str(kept)) == 1
    assert "已被删除" in capsys.readouterr().err


def test_what_was_cited_is_shown_and_said_to_be_removed(
    library: Library, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = library.remember("召开了几次会议？", answered(library, "召开了几次会议？"))
    library.remove(["简报.txt"])
    library.close()
    assert run(folder, "history", "--show", str(kept)) == 0
    shown = capsys.readouterr().out
    assert "简报.txt（已移除），第 1 页" in shown
    assert "召开备考会议”" in shown
    assert run(folder, "--json", "history", "--show", str(kept)) == 0
    (statement,) = json.loads(capsys.readouterr().out)["reply"]["statements"]
    assert [citation["removed"] for citation in statement["citations"]] == [True]


def test_a_question_asked_on_the_terminal_is_kept_but_not_those_of_a_file(
    library: Library, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.close()
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "召开了哪些会议？"}\n', "utf-8")
    # about the whole collection: answered without a model
    assert run(folder, "ask", "--questions", str(questions)) == 0
    assert run(folder, "history") == 0
    assert "还没有问答记录。" in capsys.readouterr().out
    assert run(folder, "ask", "召开了几次会议？", "--since", "2024-03-21", "--until", "2024-03-21") == 0
    assert "共 1 次" in capsys.readouterr().out
    assert run(folder, "ask", "召开了几次会议？", "--since", "2024-03-22") == 0
    assert "没有一篇符合" in capsys.readouterr().out
    assert run(folder, "--json", "history") == 0
    assert [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()] == ["召开了几次会议？"] * 2


def test_a_conversation_is_gone_on_with_on_the_terminal(
    library: Library, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.close()
    assert run(folder, "ask", "召开了几次会议？") == 0
    assert "查找" not in capsys.readouterr().out, "it leans on nothing"
    assert run(folder, "ask", "那2024年3月呢？", "--conversation", "1") == 0
    said = capsys.readouterr().out
    assert said.startswith("按“2024年3月召开了几次会议？”查找")
    assert "共 1 次" in said
    assert run(folder, "--json", "history") == 0
    assert [json.loads(line)["turns"] for line in capsys.readouterr().out.splitlines()] == [2]
    assert run(folder, "ask", "那去年呢？", "--conversation", "7") == 1
    assert "已被删除" in capsys.readouterr().err
    with pytest.raises(SystemExit) as leaving:
        run(folder, "ask", "--questions", "x.jsonl", "--conversation", "1")
    assert leaving.value.code == 2


def test_a_table_of_questions_is_put_and_scored(
    library: Library, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library.close()
    table = tmp_path / "问题.csv"
    table.write_text(
        "问题,应含,应引,应拒答\n召开了几次会议？,备考会议,市教育局召开,\n召开了几次会议？,训练,,\n", "utf-8"
    )
    assert run(folder, "eval", str(table)) == 1
    head, passed, failed, fault, _, columns, *scores = capsys.readouterr().out.rstrip().split("\n")
    assert head.split() == ["题号", "结果", "用时", "问题"]
    assert (passed.split()[:2], failed.split()[:2]) == (["1", "通过"], ["2", "未通过"])
    assert fault.strip() == "回答里没有“训练”"
    assert columns.split() == ["题数", "通过", "通过率"]
    assert [line.split() for line in scores[:2]] == [["应有回答", "2", "1", "50%"], ["合计", "2", "1", "50%"]]
    table.write_text("问题,应拒答\n2023年召开了几次会议？,是\n", "utf-8")
    assert run(folder, "--json", "eval", str(table)) == 0
    assert json.loads(capsys.readouterr().out)["passed"] is True


@pytest.mark.parametrize("days", [["--since", "去年"], ["--since", "2024-03-22", "--until", "2024-03-21"]])
def test_days_that_cannot_be_are_wrong_usage(folder: Path, days: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        run(folder, "search", "会议", *days)
    assert leaving.value.code == 2
    assert "--since" in capsys.readouterr().err
