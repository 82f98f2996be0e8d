"""The engine with a real child process: jobs, stops, deaths."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.engine import Engine
from desktop.engine_process import JobQueue
from desktop.protocol import (
    AddFiles,
    Ask,
    ConversationList,
    Correct,
    ForgetConversation,
    Job,
    JobDone,
    JobEnd,
    JobFailed,
    JobStopped,
    Kept,
    LibraryState,
    ListConversations,
    ListModels,
    LoadLibrary,
    ModelList,
    OpenConversation,
    OpenDocument,
    OpenedConversation,
    OpenedDocument,
    Remove,
    Request,
    UndoCorrections,
)
from rag.answers import Answer, DraftText, EvidenceFound, QuestionRead, Refusal
from rag.types import MergeWithPrevious, Progress
from tests.desktop.conftest import PATIENCE
from tests.desktop.fake_library import FACTORY, FURNITURE, document_of
from tests.pdf_writer import Sheet, pdf

ROOT = Path(__file__).resolve().parent.parent.parent


class Record:
    """What came of a job."""

    def __init__(self, engine: Engine, request: Request) -> None:
        self.events: list[object] = []
        self.ends: list[JobEnd] = []
        self.ticket = engine.submit(request, self.events.append, self.ends.append)


def put(engine: Engine, request: Request) -> Record:
    return Record(engine, request)


def finish(qtbot: QtBot, record: Record) -> JobEnd:
    qtbot.waitUntil(lambda: bool(record.ends), timeout=PATIENCE)
    return record.ends[0]


def test_a_question_yields_its_events_in_order_and_ends_once(engine: Engine, qtbot: QtBot) -> None:
    record = put(engine, Ask("要求？"))  # submitted before the start: sent then
    engine.start()
    assert finish(qtbot, record) == JobDone(record.ticket.number)
    kinds = [type(event) for event in record.events]
    assert kinds[:2] == [QuestionRead, EvidenceFound]
    assert kinds[-2:] == [Answer, Kept]
    assert record.events[-1] == Kept(1)
    drafts = "".join(event.text for event in record.events if isinstance(event, DraftText))
    assert drafts == "要做好节点安排与业务培训指导。【1】<b>草稿</b>"
    assert len(record.ends) == 1


def test_answers_and_refusals_are_kept_opened_and_forgotten(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    finish(qtbot, put(engine, Ask("要求？")))
    finish(qtbot, put(engine, Ask("没有的", conversation=1)))
    stopped = put(engine, Ask("慢"))
    qtbot.waitUntil(lambda: any(isinstance(event, Progress) for event in stopped.events), timeout=PATIENCE)
    stopped.ticket.stop()
    finish(qtbot, stopped)
    finish(qtbot, put(engine, Ask("另外的")))
    listing, opening = put(engine, ListConversations()), put(engine, OpenConversation(1))
    finish(qtbot, opening)
    (opened,) = opening.events
    assert isinstance(opened, OpenedConversation)
    assert [(turn.question, type(turn.reply)) for turn in opened.turns] == [("要求？", Answer), ("没有的", Refusal)]
    (listed,) = listing.events
    assert isinstance(listed, ConversationList)
    assert [one.title for one in listed.conversations] == ["另外的", "要求？"], "a stopped question is not kept"
    finish(qtbot, put(engine, ForgetConversation(1)))
    assert isinstance(finish(qtbot, put(engine, OpenConversation(1))), JobFailed)


def test_a_full_disk_takes_nothing_from_the_answer_and_is_said_once(engine: Engine, qtbot: QtBot, folder: Path) -> None:
    (folder / "full-disk").touch()
    engine.start()
    said = []
    for _ in range(2):
        record = put(engine, Ask("要求？"))
        assert isinstance(finish(qtbot, record), JobDone)
        assert isinstance(record.events[-2], Answer)
        said.append(record.events[-1])
    assert said == [Kept(None, "这次问答没有记入历史：磁盘空间不足。"), Kept(None)]


def test_the_library_is_loaded_opened_and_changed(engine: Engine, qtbot: QtBot, folder: Path) -> None:
    engine.start()
    load = put(engine, LoadLibrary())
    finish(qtbot, load)
    (state,) = load.events
    assert isinstance(state, LibraryState)
    (document,) = state.documents
    assert state.files[document.id] == folder / "教育简报.txt"
    opening = put(engine, OpenDocument(document.id))
    finish(qtbot, opening)
    (opened,) = opening.events
    assert isinstance(opened, OpenedDocument)
    assert len(opened.articles) == 2
    removal = put(engine, Remove((document.id,)))
    finish(qtbot, removal)
    (left,) = removal.events
    assert isinstance(left, LibraryState)
    assert not left.documents


def test_stopping_ends_a_running_job_as_stopped(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    record = put(engine, Ask("慢"))
    qtbot.waitUntil(lambda: any(isinstance(event, Progress) for event in record.events), timeout=PATIENCE)
    record.ticket.stop()
    assert finish(qtbot, record) == JobStopped(record.ticket.number)


def test_stopping_a_waiting_job_does_not_wait_for_the_running_one(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    running, waiting = put(engine, Ask("慢")), put(engine, Ask("要求？"))
    waiting.ticket.stop()
    assert finish(qtbot, waiting) == JobStopped(waiting.ticket.number)
    assert not waiting.events
    assert not running.ends
    running.ticket.stop()
    finish(qtbot, running)


def test_clicks_and_questions_are_answered_during_an_import(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    slow = tmp_path / "慢.txt"
    slow.write_text("x", "utf-8")
    engine.start()
    adding, load, question = put(engine, AddFiles((slow,))), put(engine, LoadLibrary()), put(engine, Ask("要求？"))
    finish(qtbot, load)
    assert isinstance(finish(qtbot, question), JobDone)
    assert not adding.ends
    adding.ticket.stop()
    assert isinstance(finish(qtbot, adding), JobStopped)


def importing(engine: Engine, qtbot: QtBot, tmp_path: Path) -> Record:
    """An import that goes on until it is stopped, at work."""
    slow = tmp_path / "慢.txt"
    slow.write_text("x", "utf-8")
    engine.start()
    adding = put(engine, AddFiles((slow,)))
    qtbot.waitUntil(lambda: len(adding.events) > 1, timeout=PATIENCE)
    return adding


def test_a_paused_import_stands_still_while_others_are_answered(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    adding = importing(engine, qtbot, tmp_path)
    adding.ticket.pause(True)
    finish(qtbot, put(engine, LoadLibrary()))  # answered after the pause was heard of
    count = len(adding.events)
    assert isinstance(finish(qtbot, put(engine, Ask("要求？"))), JobDone)
    assert len(adding.events) == count
    adding.ticket.pause(False)
    qtbot.waitUntil(lambda: len(adding.events) > count, timeout=PATIENCE)
    adding.ticket.stop()
    assert isinstance(finish(qtbot, adding), JobStopped)


def test_a_paused_import_can_be_stopped(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    adding = importing(engine, qtbot, tmp_path)
    adding.ticket.pause(True)
    finish(qtbot, put(engine, LoadLibrary()))
    adding.ticket.stop()
    assert isinstance(finish(qtbot, adding), JobStopped)


def test_an_import_is_dropped_where_it_stands_when_the_window_goes_and_other_work_is_stopped() -> None:
    queue = JobQueue()
    queue.submit(Job(1, AddFiles(())))
    queue.submit(Job(2, Ask("问")))
    adding, question = queue.next(), queue.next()
    assert adding is not None
    assert question is not None
    queue.pause(adding[0].id)
    queue.close()
    assert queue.between(adding[0]) is None  # does not wait for the end of the pause
    assert [queue.leaves(job) for job, _ in (adding, question)] == [True, False]
    assert [stop.is_set() for _, stop in (adding, question)] == [False, True]


def test_corrections_give_the_articles_as_they_are_then(engine: Engine, qtbot: QtBot, folder: Path) -> None:
    engine.start()
    document = document_of(folder / "教育简报.txt").id
    merging = put(engine, Correct(document, MergeWithPrevious(f"{document}-2")))
    undoing = put(engine, UndoCorrections(document))
    finish(qtbot, undoing)
    merged, undone = merging.events[0], undoing.events[0]
    assert isinstance(merged, OpenedDocument)
    assert isinstance(undone, OpenedDocument)
    assert [len(merged.articles), len(undone.articles)] == [1, 2]
    assert merged.furniture == FURNITURE


def test_corrections_do_not_wait_for_the_end_of_an_import(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    adding = importing(engine, qtbot, tmp_path)
    document = document_of(engine.library / "教育简报.txt").id
    for paused in (False, True):
        adding.ticket.pause(paused)
        for request in (Correct(document, MergeWithPrevious(f"{document}-2")), UndoCorrections(document)):
            assert isinstance(finish(qtbot, put(engine, request)), JobDone)
    assert not adding.ends
    removal = put(engine, Remove((document,)))  # but removals do
    finish(qtbot, put(engine, LoadLibrary()))
    assert not removal.ends
    adding.ticket.stop()
    assert isinstance(finish(qtbot, removal), JobDone)


def test_what_the_user_can_mend_comes_as_it_is_said(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    end = finish(qtbot, put(engine, Ask("不会")))
    assert isinstance(end, JobFailed)
    assert end.message == "还没有模型。请先放一个模型文件。"
    assert not end.bug


def test_a_bug_is_said_to_be_one_and_logged_whole(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    end = finish(qtbot, put(engine, Ask("出错")))
    assert isinstance(end, JobFailed)
    assert end.bug
    assert "a bug, on purpose" in engine.log.read_text("utf-8")
    assert isinstance(finish(qtbot, put(engine, Ask("要求？"))), JobDone)


def test_a_library_that_cannot_be_opened_is_tried_again(engine: Engine, qtbot: QtBot, folder: Path) -> None:
    (folder / "broken").touch()
    engine.start()
    end = finish(qtbot, put(engine, LoadLibrary()))
    assert isinstance(end, JobFailed)
    assert end.message == "资料库打不开。请检查文件夹。"
    assert isinstance(finish(qtbot, put(engine, ListModels())), JobDone)  # the settings work all the same
    (folder / "broken").unlink()
    assert isinstance(finish(qtbot, put(engine, LoadLibrary())), JobDone)


def test_models_are_listed(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    record = put(engine, ListModels())
    finish(qtbot, record)
    (found,) = record.events
    assert isinstance(found, ModelList)
    assert {model.role for model in found.models} == {"chat", "embedding"}


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_kill_9_loses_the_job_and_nothing_else(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    record = put(engine, Ask("慢"))
    qtbot.waitUntil(lambda: bool(record.events), timeout=PATIENCE)
    with qtbot.waitSignal(engine.died, timeout=PATIENCE) as death:
        os.kill(engine.pid, signal.SIGKILL)
    assert death.args == ["后台程序意外退出，已重新启动。刚才的问题没有完成，请再问一次。"]
    assert [type(end) for end in record.ends] == [JobFailed]
    assert isinstance(record.ends[0], JobFailed)
    assert record.ends[0].lost
    assert isinstance(finish(qtbot, put(engine, Ask("要求？"))), JobDone)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_three_deaths_in_a_minute_end_the_restarts_until_asked_for(engine: Engine, qtbot: QtBot) -> None:
    engine.start()
    for _ in range(2):
        with qtbot.waitSignal(engine.died, timeout=PATIENCE):
            put(engine, Ask("崩溃"))
    with qtbot.waitSignal(engine.gave_up, timeout=PATIENCE) as end:
        put(engine, Ask("崩溃"))
    assert end.args is not None
    assert str(engine.log) in end.args[0]
    assert engine.pid == 0
    engine.restart()
    assert isinstance(finish(qtbot, put(engine, Ask("要求？"))), JobDone)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_deaths_far_apart_are_forgiven(folder: Path, tmp_path: Path, qtbot: QtBot) -> None:
    now = [0.0]
    engine = Engine(folder, tmp_path / "engine.log", factory=FACTORY, clock=lambda: now[0])
    engine.start()
    for _ in range(4):
        with qtbot.waitSignal(engine.died, timeout=PATIENCE):
            put(engine, Ask("崩溃"))
        now[0] += 45.0
    assert engine.pid
    engine.shutdown()


def test_what_an_old_engine_still_says_is_ignored(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    engine.start()
    old = put(engine, Ask("慢"))
    qtbot.waitUntil(lambda: bool(old.events), timeout=PATIENCE)
    engine.restart()
    assert old.ends == [JobStopped(old.ticket.number)]
    count = len(old.events)
    new = put(engine, Ask("要求？"))
    assert isinstance(finish(qtbot, new), JobDone)
    assert len(old.events) == count
    assert len(old.ends) == 1


def test_another_library_is_another_folder(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    other = tmp_path / "另一个"
    other.mkdir()
    engine.start()
    finish(qtbot, put(engine, LoadLibrary()))
    engine.restart(other)
    load = put(engine, LoadLibrary())
    finish(qtbot, load)
    (state,) = load.events
    assert isinstance(state, LibraryState)
    assert (state.path, state.documents) == (other, ())


def test_the_child_ends_when_the_window_has_gone(folder: Path) -> None:
    command = [sys.executable, "-P", "-m", "desktop.engine_process", "--library", str(folder), "--factory", FACTORY]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ.get("PYTHONPATH", ""), str(ROOT)])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(PATIENCE / 1000) == 0


def test_a_long_log_is_set_aside(engine: Engine, qtbot: QtBot) -> None:
    engine.log.parent.mkdir(parents=True)
    engine.log.write_bytes(b"x" * 1_100_000)
    engine.start()
    finish(qtbot, put(engine, LoadLibrary()))
    assert engine.log.stat().st_size < 1_000_000
    assert engine.log.with_suffix(".old.log").stat().st_size == 1_100_000


HEAVY = frozenset(
    (
        "torch",
        "transformers",
        "sentence_transformers",
        "onnxruntime",
        "chromadb",
        "tantivy",
        "llama_cpp",
        "rjieba",
        "numpy",
        "cv2",
        "rapidocr",
        "pypdfium2",
        "pypdfium2_raw",
        "pdfplumber",
        "pdfminer",
        "docx",
        "lxml",
        "ofdkit",
        "trafilatura",
    )
)


def loaded_by(code: str) -> set[str]:
    """The names of the modules that are there after running `code`."""
    code += "; import sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("desktop.start", HEAVY | {"PIL", "rag.library"}),
        ("desktop.app", HEAVY | {"PySide6", "rag.library", "pydantic"}),
        ("desktop.engine_process", HEAVY | {"PySide6"}),
    ],
)
def test_what_a_module_does_not_import(module: str, forbidden: frozenset[str]) -> None:
    assert not loaded_by(f"import {module}") & forbidden


def test_the_window_knows_of_readers_only_what_files_they_read() -> None:
    """What reads files, OCR and PDFium among it, belongs to the engine's workers."""
    readers = {name for name in loaded_by("import desktop.start") if name.startswith("rag.readers.")}
    assert "rag.readers.source" in readers
    assert readers <= {"rag.readers.source", "rag.readers.sanity"}


def test_showing_a_pdf_or_a_scan_loads_nothing_heavy(tmp_path: Path) -> None:
    """A scan has its pages' size from the picture reader, whose recognition must stay unloaded."""
    from PIL import Image

    (tmp_path / "x.pdf").write_bytes(pdf([Sheet([], 595, 842)]))
    Image.new("RGB", (620, 877), "white").save(tmp_path / "x.png", dpi=(75, 75))
    loaded = loaded_by(
        "import desktop.start; from pathlib import Path; from desktop.pages import Shut, open_pages;"
        f"opened = [open_pages(Path({str(tmp_path)!r}, name)) for name in ('x.pdf', 'x.png')];"
        "assert not any(isinstance(one, Shut) for one in opened), opened; [one.points(1) for one in opened]"
    )
    assert "desktop.picture_pages" in loaded
    assert "desktop.pdf_pages" in loaded
    assert not loaded & HEAVY
