"""The terminal contract, through real processes with the real models: others script against it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rag.answering.evaluating import read_cases
from rag.text import normalise
from tests.conftest import ROOT, SAMPLE
from tests.pdf_writer import Sheet, pdf, set_columns

QUESTIONS = ROOT / "tests" / "questions" / "lvliang-2024-03.csv"
DATED = {"date", "date_basis", "certain"}
PLACED = {"paragraph", "article", "title", "document", "page", "confidence", "twins"} | DATED
CITATION = PLACED | {"start", "end", "quote", "removed"}
HIT = PLACED | {"text", "header", "score"}
ARTICLE = {"id", "document", "title", "headings", "page", "corrected", "indexed_as", "twins", "paragraphs"} | DATED
REPLY = {
    "question",
    "refused",
    "statements",
    "evidence",
    "readings",
    "summary",
    "searched",
    "model",
    "seconds",
    "tokens",
}


class Terminal:
    """Runs `jianwen … --json` over one library."""

    def __init__(self, home: Path, library: Path) -> None:
        self.environ = {**os.environ, "JIANWEN_HOME": str(home)}
        self._library = library

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "desktop", "--library", str(self._library), *words]

    def run(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        done = subprocess.run(
            self.command(*words, "--json"),
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == code, done.stderr
        self.errors = done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words), cwd=ROOT, env=self.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def terminal(models_home: Path, tmp_path: Path) -> Terminal:
    return Terminal(models_home, tmp_path / "library")


def test_the_whole_way_on_the_terminal(terminal: Terminal, tmp_path: Path) -> None:
    (added,) = terminal.run("add", str(SAMPLE))
    assert set(added) == {"path", "status", "document", "articles", "paragraphs", "error", "problems", "seconds"}
    assert (added["status"], added["articles"], added["error"]) == ("added", 3, "")
    assert terminal.run("add", str(SAMPLE))[0]["status"] == "duplicate"

    (document,) = terminal.run("list")
    assert document["id"] == added["document"]
    articles = terminal.run("articles", document["id"])
    assert all(set(a) == ARTICLE for a in articles)
    assert [a["date"] for a in articles] == ["2024-03-21", "2024-03-25", "2024-03-25"]
    assert articles[1]["title"] == "市委教育工委召开2023年度抓基层党建工作述职会议"
    paragraphs = {p["id"]: p["text"] for a in articles for p in a["paragraphs"]}
    assert sum(map(len, paragraphs.values())) == added["paragraphs"] or len(paragraphs) == added["paragraphs"]

    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "中考备考"}\n\n{"question": "教研活动"}\n', "utf-8")
    results = terminal.run("search", "--questions", str(questions), "--limit", "3")
    assert [r["question"] for r in results] == ["中考备考", "教研活动"]
    for result in results:
        assert len(result["hits"]) == 3
        assert all(set(hit) == HIT and hit["text"] == paragraphs[hit["paragraph"]] for hit in result["hits"])
        assert len({hit["paragraph"] for hit in result["hits"]}) == 3

    (reply,) = terminal.run("ask", "今年中考备考有哪些要求？", "--within", SAMPLE.name)
    assert set(reply) == REPLY
    assert reply["refused"] is False
    assert set(reply["seconds"]) == {"evidence", "first_token", "total"}
    assert set(reply["tokens"]) == {"prompt", "answer"}
    assert reply["evidence"] and set(reply["evidence"]) <= set(paragraphs)
    for statement in reply["statements"]:
        assert set(statement) == {"text", "supported", "problems", "citations", "group"}
        for citation in statement["citations"]:
            assert set(citation) == CITATION
            assert citation["quote"] == paragraphs[citation["paragraph"]][citation["start"] : citation["end"]]
            assert normalise(citation["quote"]) in normalise(SAMPLE.read_text("utf-8"))

    assert all(set(f) == {"severity", "message", "remedy"} for f in terminal.run("doctor"))
    terminal.run("rebuild")
    assert terminal.run("search", "中考备考", "--limit", "1")[0]["hits"] == results[0]["hits"][:1]
    assert terminal.run("remove", document["id"])[0]["id"] == document["id"]
    assert terminal.run("list") == []
    assert terminal.run("search", "中考备考")[0]["hits"] == []
    assert terminal.run("add", str(SAMPLE))[0]["status"] == "added"


def test_days_limit_what_is_searched_and_asked(terminal: Terminal) -> None:
    terminal.run("add", str(SAMPLE))
    (found,) = terminal.run("search", "会议", "--since", "2024-03-22", "--limit", "20")
    assert {hit["date"] for hit in found["hits"]} == {"2024-03-25"}
    (found,) = terminal.run("search", "会议", "--until", "2024-03-21", "--limit", "20")
    assert {hit["date"] for hit in found["hits"]} == {"2024-03-21"}
    (held,) = terminal.run("ask", "召开了几次会议？", "--since", "2024-03-25", "--until", "2024-03-25")
    assert held["summary"].startswith("共 2 次")
    assert held["searched"] == 2
    (late,) = terminal.run("ask", "谁主持抓基层党建工作述职会议？", "--since", "2024-03-22")
    assert "刘改花" in "".join(s["text"] for s in late["statements"] if s["supported"])
    (early,) = terminal.run("ask", "谁主持抓基层党建工作述职会议？", "--until", "2024-03-21")
    assert early["evidence"] and all("-1-" in paragraph for paragraph in early["evidence"])
    assert "刘改花" not in "".join(s["text"] for s in early["statements"])


def test_a_conversation_is_kept_gone_on_with_and_deleted(terminal: Terminal) -> None:
    terminal.run("add", str(SAMPLE))
    (first,) = terminal.run("ask", "全市义务教育工作会议在哪里召开？")
    assert "汾阳" in first["statements"][0]["text"]
    (kept,) = terminal.run("history")
    assert set(kept) == {"id", "title", "turns", "last"}
    number = str(kept["id"])
    (second,) = terminal.run("ask", "谁出席并讲话？", "--conversation", number)
    assert second["question"] == "全市义务教育工作会议谁出席并讲话？"
    assert "赵雪宏" in "".join(s["text"] for s in second["statements"] if s["supported"])
    turns = terminal.run("history", "--show", number)
    assert [turn["question"] for turn in turns] == ["全市义务教育工作会议在哪里召开？", "谁出席并讲话？"]
    assert all(set(turn) == {"question", "at", "reply"} for turn in turns)
    for turn, reply in zip(turns, (first, second), strict=True):
        assert turn["reply"] == reply
    assert terminal.run("history", "没有问过的词") == []
    terminal.run("remove", SAMPLE.name)
    (without, _) = terminal.run("history", "--show", number)
    assert all(c["removed"] for s in without["reply"]["statements"] for c in s["citations"])
    assert without["reply"]["statements"][0]["text"] == first["statements"][0]["text"]
    assert terminal.run("history", "--delete", number) == [{"id": kept["id"], "status": "deleted"}]
    assert terminal.run("history") == []
    terminal.run("ask", "谁主持？", "--conversation", number, code=1)
    assert "已被删除" in terminal.errors


@pytest.mark.timeout(3600)  # some ten seconds for each of its questions
def test_the_sample_questions_all_pass(terminal: Terminal) -> None:
    terminal.run("add", str(SAMPLE))
    done = subprocess.run(
        terminal.command("eval", str(QUESTIONS)),
        cwd=ROOT,
        env=terminal.environ,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    table = done.stdout.splitlines()
    assert "未通过" not in done.stdout, done.stdout
    assert done.returncode == 0, done.stderr
    asked = [line.split()[1] for line in table if line.strip()[:1].isdigit()]
    assert asked == ["通过"] * len(read_cases(QUESTIONS))
    assert any(line.split()[:1] == ["应拒答"] and line.endswith("100%") for line in table)


def test_a_file_that_cannot_be_read_fails_alone(terminal: Terminal, tmp_path: Path) -> None:
    broken = tmp_path / "坏.pdf"
    broken.write_bytes(b"%PDF-1.4 not really")
    lines = terminal.run("add", str(broken), str(tmp_path / "没有.txt"), str(SAMPLE), code=1)
    assert [line["status"] for line in lines] == ["failed", "failed", "added"]
    assert all(line["error"] for line in lines[:2])


def locked_pdf(folder: Path) -> Path:
    path = folder / "锁.pdf"
    text = "关于做好今年工作的通报。各单位要加强组织领导，抓好工作落实，确保取得新成效。"
    path.write_bytes(pdf([Sheet(set_columns(text, 1, 30))], user="1234"))
    return path


def test_a_locked_file_comes_in_with_its_password(terminal: Terminal, tmp_path: Path) -> None:
    path = locked_pdf(tmp_path)
    for words in ([], ["--password", "4321"]):
        (line,) = terminal.run("add", str(path), *words, code=1)
        assert line["status"] == "locked"
        assert "密码" in line["error"]
    assert terminal.run("list") == []
    lines = terminal.run("add", str(path), str(SAMPLE), "--password", "1234")
    assert [line["status"] for line in lines] == ["added", "added"]


@pytest.mark.skipif(os.name == "nt", reason="types into a pseudo-terminal")
def test_a_password_is_asked_for_on_a_terminal(terminal: Terminal, tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        terminal.command("add", str(locked_pdf(tmp_path)), "--json"),
        cwd=ROOT,
        env=terminal.environ,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # so that no terminal but this one is asked
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        for password in (b"4321\n", b"1234\n"):
            said = b""
            while not said.endswith("跳过）：".encode()):
                said += child.stderr.read(1)
            os.write(ours, password)
        statuses = [json.loads(line)["status"] for line in child.stdout.read().splitlines()]
        assert b"1234" not in child.stderr.read()
    os.close(ours)
    os.close(theirs)
    assert statuses == ["locked", "locked", "added"]
    assert child.returncode == 0


def test_ctrl_c_while_the_prompt_is_read_ends_with_130(terminal: Terminal) -> None:
    terminal.run("add", str(SAMPLE))
    child = terminal.start("ask", "今年中考备考有哪些要求？")
    assert child.stderr is not None
    while "核对" not in child.stderr.readline():
        assert child.poll() is None
    time.sleep(0.5)
    child.send_signal(signal.SIGINT)
    out, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert out == ""
    assert "已停止" in errors
