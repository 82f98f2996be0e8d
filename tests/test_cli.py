"""What needs no model on the terminal: usage, exit codes, and that output cannot be forged by a document."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from rag.answers import NEAR, Answer, Citation, DateReading, Period, Refusal, SearchResult, Statement, Timing
from rag.library import Library
from rag.terminal import as_json, as_text
from rag.terminal.chinese_argparse import in_chinese
from rag.terminal.cli import main
from rag.terminal.output import Terminal
from rag.text import plain
from rag.types import DateBasis, Document, Heading, Paragraph, Passage, Progress, StoredArticle, StoredParagraph
from tests.fakes import FakeEmbedder
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


def test_parts_counts_and_readings_are_shown() -> None:
    base = an_answer()
    parts = tuple(dataclasses.replace(s, group=g) for s, g in zip(base.statements, ("3月", "4月", "3月"), strict=True))
    year = DateReading(
        "今年", 0, 2, Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31), "2024年"), "资料最新为2024-03-25"
    )
    answer = dataclasses.replace(base, statements=parts, summary="共 3 次。", searched=7, readings=(year,))
    lines = written(answer).strip().split("\n")
    assert lines[:2] == ["共 3 次。", "3月"]
    assert [line[:2] for line in lines[2:6]] == ["1.", "2.", "4月", "3."]
    assert "“今年”按2024年理解（资料最新为2024-03-25）" in lines
    assert lines[-1] == "（共查阅 7 篇文章，引用 1 篇，模型 模型，用时 1.0 秒）"


def test_a_refusal_says_so_and_shows_the_nearest_as_such() -> None:
    text = written(Refusal("备考？", evidence(EXAM), "模型", TIMING))
    assert "资料中未提及" in text
    assert "没有回答这个问题" in text
    assert as_json.reply(Refusal("备考？", evidence(EXAM), "模型", TIMING))["refused"] is True


def test_of_what_comes_near_an_answer_the_terminal_says_that_the_reader_must_tell() -> None:
    quoted = f"{NEAR}，请您核对原文：“{SAFETY}”"
    text = written(Refusal("安全吗？", evidence(SAFETY), "模型", TIMING, summary=quoted))
    assert "资料中未明确写明" in text
    assert "以下段落最接近，请您核对其中有没有答案：" in text
    assert "没有回答" not in text


def test_the_json_of_an_answer_is_plain_data() -> None:
    form = json.loads(json.dumps(as_json.reply(an_answer())))
    assert [s["supported"] for s in form["statements"]] == [True, True, False]
    assert form["evidence"] == [f"{'d' * 12}-1-1", f"{'d' * 12}-1-2"]


def doubtful() -> StoredArticle:
    row = Paragraph("校舍\t42", 3, confidence=0.734, header="项目\t数量")
    return StoredArticle(
        "d1-1",
        "d1",
        "校舍改造",
        dt.date(2024, 3, 21),
        3,
        (StoredParagraph("d1-1-1", "d1-1", row),),
        (Heading("kicker", Paragraph("兴县", 3)), Heading("title", Paragraph("校舍改造", 3))),
        DateBasis.MASTHEAD,
        twins=("d2-4",),
    )


def elsewhere() -> dict[str, tuple[StoredArticle, Document]]:
    there = Document("d2", "乙.pdf", "0" * 64, 1, dt.datetime(2024, 5, 1, tzinfo=dt.UTC), 1, 4, 9)
    return {"d2-4": (StoredArticle("d2-4", "d2", "校舍改造完成", None, 7, ()), there)}


def shown(write: Callable[[Console], None]) -> str:
    stream = io.StringIO()
    write(Console(file=stream, width=120, markup=False, highlight=False, emoji=False, soft_wrap=True))
    return stream.getvalue()


def test_what_is_doubtful_is_shown_as_such() -> None:
    text = shown(lambda console: as_text.article(console, doubtful(), elsewhere()))
    assert "2024-03-21？（日期据刊头推断）" in text
    assert "引题：兴县" in text
    assert "校舍 | 42〔识别 73%〕" in text
    assert "另见：《校舍改造完成》第 7 页（乙.pdf）" in text
    form = json.loads(json.dumps(as_json.article(doubtful(), elsewhere())))
    assert (form["date_basis"], form["certain"]) == ("masthead", False)
    assert form["headings"][0]["role"] == "kicker"
    assert (form["paragraphs"][0]["confidence"], form["paragraphs"][0]["header"]) == (0.734, "项目\t数量")
    assert form["twins"] == [{"article": "d2-4", "title": "校舍改造完成", "document": "d2", "page": 7}]


def test_a_hit_shows_its_table_header_and_where_else_it_is_printed() -> None:
    (base,) = evidence(EXAM)
    article = doubtful()
    passage = Passage("d1-1-1#1", "d1-1-1", 0, 5, "校舍\t42")
    hit = dataclasses.replace(base, passage=passage, paragraph=article.paragraphs[0], article=article)
    result = SearchResult("校舍", (hit,), 0.1)
    text = shown(lambda console: as_text.search_result(console, result, elsewhere()))
    assert "表头：项目 | 数量" in text
    assert "（2024-03-21？）" in text
    assert "另见：《校舍改造完成》第 7 页" in text
    assert as_json.search_result(result, elsewhere())["hits"][0]["twins"][0]["article"] == "d2-4"


def test_corrections_on_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = ["--library", str(tmp_path / "library"), "--json"]
    bulletin = tmp_path / "通报.txt"
    bulletin.write_text("关于一项工作的通报\n2024年3月21日印\n" + "　　各单位要抓好落实，确保成效。\n" * 3, "utf-8")
    with Library.open(tmp_path / "library", embedder=FakeEmbedder()) as opened:
        list(opened.add([bulletin]))
    assert main([*library, "articles"]) == 0
    name = json.loads(capsys.readouterr().out.splitlines()[0])["id"]
    for words in (["date", name, "2023-05-06"], ["date", name, "none"], ["undo", "通报.txt"]):
        assert main([*library, *words]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["date"] for one in said if one["id"] == name][:2] == ["2023-05-06", None]
    assert said[0]["date_basis"] == "user"
    assert not said[-1]["corrected"]
    assert main([*library, "merge", name]) == 1
    assert "第一篇" in capsys.readouterr().err
    with pytest.raises(SystemExit) as left:
        main([*library, "date", name, "去年"])
    assert left.value.code == 2
    assert main([*library, "articles", "--furniture"]) == 0


@given(st.text())
def test_no_text_can_steer_the_terminal(text: str) -> None:
    assert all(ord(character) >= 32 and not 0x7F <= ord(character) <= 0x9F for character in plain(text))
    assert "\u202e" not in plain(text)


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
