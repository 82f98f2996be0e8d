"""What needs no model on the terminal: usage, exit codes, and that output cannot be forged by a document."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rag import as_json, as_text
from rag.chinese_argparse import in_chinese
from rag.cli import main
from rag.terminal import Terminal
from rag.types import Answer, Citation, Progress, Refusal, Statement, Timing
from tests.test_answering import EXAM, SAFETY, evidence

TIMING = Timing(0.1, 0.2, 1.0)


def an_answer() -> Answer:
    shown = evidence(EXAM, SAFETY)
    first, second = shown
    whole = Citation(first.paragraph, 0, 22, first.article, first.document, 1)
    other = Citation(second.paragraph, 13, 31, second.article, second.document, 2)
    statements = (
        Statement("六要做好备考工作。", (whole,)),
        Statement("力争今年中考取得新成绩。", (whole,)),
        Statement("新增省级平安校园9所。", (other,), ("所引原文中没有数字“9所”",)),
    )
    return Answer("备考？", statements, shown, "模型", TIMING, 10, 20)


def written(value: Answer | Refusal) -> str:
    stream = io.StringIO()
    as_text.reply(Console(file=stream, width=120, markup=False, highlight=False, emoji=False, soft_wrap=True), value)
    return stream.getvalue()


def test_footnotes_are_numbered_once_for_each_quote_and_problems_are_said() -> None:
    text = written(an_answer())
    assert "1. 六要做好备考工作。【1】" in text
    assert "2. 力争今年中考取得新成绩。【1】" in text
    assert "3. 新增省级平安校园9所。【2】  未核实：所引原文中没有数字“9所”" in text
    assert text.count("【1】") == 3
    assert "简报.txt，第 1 页，会议，2024-03-25" in text


def test_a_refusal_says_so_and_shows_the_nearest_as_such() -> None:
    text = written(Refusal("备考？", evidence(EXAM), "模型", TIMING))
    assert "资料中未提及" in text
    assert "没有回答这个问题" in text
    assert as_json.reply(Refusal("备考？", evidence(EXAM), "模型", TIMING))["refused"] is True


def test_the_json_of_an_answer_is_plain_data() -> None:
    form = json.loads(json.dumps(as_json.reply(an_answer())))
    assert [s["supported"] for s in form["statements"]] == [True, True, False]
    assert form["evidence"] == [f"{'d' * 12}-1-1", f"{'d' * 12}-1-2"]


@given(st.text())
def test_no_text_can_steer_the_terminal(text: str) -> None:
    assert all(ord(character) >= 32 and not 0x7F <= ord(character) <= 0x9F for character in as_text.plain(text))
    assert "\u202e" not in as_text.plain(text)


@pytest.mark.parametrize(
    "words",
    [["nonsense"], [], ["search"], ["ask"], ["search", "备考", "--limit", "0"], ["remove"], ["models", "nonsense"]],
)
def test_wrong_usage_exits_with_2_and_speaks_chinese(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("用法不对：")
    assert "usage" not in captured.err


def test_unknown_complaints_stay_as_they_are() -> None:
    assert in_chinese("something new") == "something new"


def test_options_may_stand_before_or_after_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--library", str(tmp_path / "a"), "list"], ["list", "--library", str(tmp_path / "b")]):
        assert main(words) == 0
        assert Path(words[words.index("--library") + 1], "catalog.sqlite").is_file()
    assert "资料库是空的" in capsys.readouterr().out
    assert main(["--json", "--library", str(tmp_path / "a"), "list"]) == 0
    assert capsys.readouterr().out == ""


def test_what_the_user_can_mend_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["remove", "没有", "--library", str(tmp_path / "a")]) == 1
    assert "没有" in capsys.readouterr().err
    assert main(["search", "备考", "--library", str(tmp_path / "a")]) == 1  # no model in this test's home
    assert "模型" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["备考", "[]", "{}", '{"问": 1}'])
def test_a_questions_file_that_is_not_one_is_named_with_its_line(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "备考"}\n' + line + "\n", "utf-8")
    assert main(["search", "--questions", str(questions), "--library", str(tmp_path / "a")]) == 1
    assert "第 2 行" in capsys.readouterr().err


def test_the_dates_of_an_article_are_iso() -> None:
    (first,) = evidence(EXAM)
    assert as_json.article(first.article)["date"] == dt.date(2024, 3, 25).isoformat()


def test_progress_rewrites_its_line_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes the captured streams for a terminal
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal(as_json=True)
    terminal.progress(Progress("读取", 1, 3))
    terminal.progress(Progress("读取", 2, 3))
    terminal.clear_progress()
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.split("\r\x1b[2K")
    assert [line[-3:] for line in lines] == ["", "1/3", "2/3", ""]
