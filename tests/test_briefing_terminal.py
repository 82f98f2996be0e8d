"""What the terminal prints of a briefing: the JSON that others script against, and text that cannot be forged."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from rag.briefing import editing
from rag.briefings import Briefing, KeptBriefing
from rag.library import Library
from rag.terminal import as_json, as_text
from rag.terminal.cli import main
from tests.briefing_articles import AT, sample_articles
from tests.conftest import SAMPLE
from tests.fakes import FakeEmbedder
from tests.test_briefing_drafting import brief

STATEMENT = {"text", "supported", "problems", "citations", "group", "written", "duty"}


@pytest.fixture(scope="module")
def made() -> Briefing:
    return brief("tasks", *sample_articles(), lines=40)


def shown(value: Briefing) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=120, markup=False, highlight=False, emoji=False, soft_wrap=True)
    as_text.briefing(console, value)
    return stream.getvalue()


def test_the_json_of_a_briefing(made: Briefing) -> None:
    value = json.loads(json.dumps(as_json.briefing(made)))
    assert set(value) == {
        "kind",
        "title",
        "sections",
        "left_out",
        "gaps",
        "articles",
        "pages",
        "model",
        "seconds",
        "tokens",
    }
    assert (value["kind"], value["pages"], value["tokens"]) == ("tasks", 1, {"prompt": 0, "answer": 0})
    (section,) = value["sections"]
    assert set(section) == {"heading", "note", "sides", "silent", "statements"}
    assert all(set(statement) == STATEMENT and statement["supported"] for statement in section["statements"])
    assert value["left_out"]
    assert all(set(one) == STATEMENT | {"reason", "section"} for one in value["left_out"])
    kept = KeptBriefing(3, "题", "会议简报", AT, AT)
    assert set(as_json.kept_briefing(kept)) == {"id", "title", "kind", "made", "changed"}


def test_the_text_of_a_briefing_has_footnotes_marks_and_what_is_beside_it(made: Briefing) -> None:
    changed = editing.write(made, 0, 0, "请抓紧\x1b[31m落实。", AT)
    text = shown(changed)
    assert "一要深化教学管理，全力打造精品高效新课堂。【1】" in text
    assert "请抓紧[31m落实。  人工撰写" in text
    assert "\x1b" not in text
    assert "【1】简报.txt，第 1 页" in text
    assert "超出本节字数：" in text


# ---------------------------------------------------------------- the commands


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    with Library.open(folder, embedder=FakeEmbedder()) as library:
        list(library.add([SAMPLE]))
    return folder


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_briefing_is_made_written_to_a_file_kept_shown_and_deleted(
    filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--library", str(filled), "--json"]
    with Library.open(filled) as library:
        article = library.articles()[0].id
    out = tmp_path / "简报.md"
    assert main([*words, "brief", "--kind", "会议简报", "--articles", article, "--out", str(out)]) == 0
    (made,) = lines(capsys)
    assert (made["kind"], made["pages"], made["title"]) == ("meeting", 1, "2024年全市义务教育工作会议在汾阳市召开")
    assert "七要强化要素保障" in out.read_text("utf-8")
    assert main([*words, "briefings"]) == 0
    (kept,) = lines(capsys)
    assert main([*words, "briefings", "--show", str(kept["id"])]) == 0
    assert lines(capsys) == [made]
    assert main([*words, "briefings", "--delete", str(kept["id"])]) == 0
    assert lines(capsys) == [{"id": kept["id"], "status": "deleted"}]
    assert main([*words, "briefings"]) == 0
    assert lines(capsys) == []


def test_the_kinds_are_listed_and_wrong_use_is_said(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--library", str(filled), "--json", "brief", "--kinds"]) == 0
    assert [one["name"] for one in lines(capsys)][:2] == ["会议简报", "专题摘要"]
    for wrong, said in (
        (["brief", "--kind", "会议简报"], "--topic"),
        (["brief", "--since", "2024-04-01", "--until", "2024-03-01"], "不能晚于"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["--library", str(filled), *wrong])
        assert left.value.code == 2
        assert said in capsys.readouterr().err
    assert main(["--library", str(filled), "brief", "--kind", "公报", "--topic", "备考"]) == 1
    assert "没有名为“公报”的简报种类" in capsys.readouterr().err
