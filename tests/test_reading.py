"""Reading by worker processes: whatever a file does to its reader, the others and the program go on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from rag.intake.reading import FileFailed, FileRead, Opened, PageDone, ReadEvent, ReadingQueue
from rag.intake.reading_pool import Limits, ReadingPool
from rag.intake.spool import Spool
from rag.store.originals import digest
from rag.store.packing import pack
from rag.store.reading_parts import whole
from rag.types import Page
from tests.bad_reader import read_pages

READERS = {".bad": "tests.bad_reader"}
LIMITS = Limits(open=4.0, page=4.0, articles=20.0, memory=200 << 20, budget=0.3)
TEXT = "强调要抓好今年工作部署，各单位要加强组织领导，确保取得新成效"


@dataclass
class File:
    """Implements `ReadableFile`."""

    path: Path
    password: str | None = None
    name: str = field(init=False)
    kept: str = field(init=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        self.name, self.kept, self.sha256 = self.path.name, str(self.path), digest(self.path)[0]


Writer = Callable[..., File]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    def write_it(name: str, pages: Sequence[str], extra: str = "", password: str | None = None) -> File:
        path = tmp_path / f"{name}.bad"
        path.write_text("\n".join([f"{tmp_path / name}.log{extra}", *pages]), "utf-8")
        return File(path, password)

    return write_it


@pytest.fixture
def pool() -> Iterator[ReadingPool]:
    made = ReadingPool(2, LIMITS, READERS)
    yield made
    pids = made.pids
    made.close()
    assert not any(psutil.pid_exists(pid) for pid in pids)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.sqlite")


def drained(queue: ReadingQueue) -> list[ReadEvent]:
    events: list[ReadEvent] = []
    while not queue.idle:
        events += queue.step(0.1)
    return events


def read(pool: ReadingPool, spool: Spool, *files: File) -> dict[str, FileRead | FileFailed]:
    """How each file ended, by its name; whatever happens, each ends exactly once."""
    queue = ReadingQueue(pool, spool)
    for file in files:
        queue.put(file)
    ends = [event for event in drained(queue) if isinstance(event, FileRead | FileFailed)]
    assert len({event.file.name for event in ends}) == len(ends) == len(files)
    return {event.file.name: event for event in ends}


def said(end: FileRead | FileFailed) -> str:
    assert isinstance(end, FileRead), end
    return "".join(p.text for article in whole(end.parts).articles for p in article.paragraphs)


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("hang", "太久"),
        ("eat", "内存"),
        ("crash", "意外退出"),
        ("raise", "简问的问题"),
        ("error", "这一页坏了"),
    ],
)
def test_one_bad_page_of_ten_costs_one_page(
    word: str, reason: str, write: Writer, pool: ReadingPool, spool: Spool
) -> None:
    pages = [f"text {TEXT}"] * 10
    pages[6] = word
    end = read(pool, spool, write("坏", pages))["坏.bad"]
    text = said(end)
    assert isinstance(end, FileRead)
    assert {page: reason in problem for page, problem in end.problems.items()} == {7: True}
    assert [n for n in range(1, 11) if f"第{n}页" in text] == [1, 2, 3, 4, 5, 6, 8, 9, 10]
    assert end.pages == 10


@pytest.mark.parametrize(
    ("word", "reason"), [("hang", "太久"), ("eat", "内存"), ("crash", "意外退出"), ("raise", "简问的问题")]
)
def test_a_file_that_cannot_be_opened_fails_alone(
    word: str, reason: str, write: Writer, pool: ReadingPool, spool: Spool
) -> None:
    bad, good = write("坏", ["text"], f" open:{word}"), write("好", [f"text {TEXT}"] * 3)
    ends = read(pool, spool, bad, good)
    failed = ends["坏.bad"]
    assert isinstance(failed, FileFailed)
    assert reason in failed.error
    assert not failed.locked
    assert said(ends["好.bad"]).count(TEXT) == 3


def test_recognising_text_has_a_limit_of_its_own(write: Writer, spool: Spool) -> None:
    pages = [f"ocr {TEXT}", "hang", f"ocr {TEXT}"]
    patient = ReadingPool(1, replace(LIMITS, page=0.5, recognise=60.0), READERS)
    end = read(patient, spool, write("慢", pages))["慢.bad"]
    assert isinstance(end, FileRead)
    assert {page: "太久" in problem for page, problem in end.problems.items()} == {2: True}
    patient.close()
    hasty = ReadingPool(1, replace(LIMITS, page=60.0, recognise=0.5), READERS)
    end = read(hasty, spool, write("死", [f"text {TEXT}", "ocr-hang"]))["死.bad"]
    assert isinstance(end, FileRead)
    assert {page: "太久" in problem for page, problem in end.problems.items()} == {2: True}
    hasty.close()


def test_what_went_wrong_once_is_tried_again(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    file = write("偶", [f"text {TEXT}", "once crash", f"text {TEXT}"])
    end = read(pool, spool, file)["偶.bad"]
    assert isinstance(end, FileRead)
    assert end.problems == {}
    assert "第2页" in said(end)


def test_a_locked_file_says_so_and_opens_with_its_password(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    locked = write("锁", [f"text {TEXT}"], " locked:secret")
    failed = read(pool, spool, locked)["锁.bad"]
    assert isinstance(failed, FileFailed)
    assert failed.locked
    locked.password = "secret"
    assert TEXT in said(read(pool, spool, locked)["锁.bad"])
    everywhere = [word for pid in pool.pids for word in psutil.Process(pid).cmdline()]
    assert everywhere
    assert "secret" not in " ".join(everywhere)


def test_the_pages_of_one_file_go_to_all_workers(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    file = write("长", [f"slow {TEXT}"] * 40)
    queue = ReadingQueue(pool, spool)
    queue.put(file)
    events = drained(queue)
    assert len(pool.pids) == 2
    assert sorted(read_pages(Path(f"{file.path.with_suffix('')}.log"))) == list(range(1, 41))
    assert [event.done for event in events if isinstance(event, PageDone)] == list(range(1, 41))
    assert isinstance(events[0], Opened)
    text = said(next(event for event in events if isinstance(event, FileRead)))
    places = [text.index(f"第{n}页") for n in range(1, 41)]
    assert places == sorted(places)


def test_a_short_file_alone_goes_to_all_workers_too(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    assert said(read(pool, spool, write("短", [f"slow {TEXT}"] * 4))["短.bad"]).count(TEXT) == 4
    assert len(pool.pids) == 2


def test_workers_load_neither_models_nor_store(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    loaded = said(read(pool, spool, write("模", ["modules"]))["模.bad"])
    assert "rag" in loaded
    assert not {"torch", "chromadb", "llama", "sentence", "tantivy", "PySide6"} & set(loaded.replace("_", " ").split())


def test_nobody_asking_lets_the_workers_fall_idle(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    file = write("停", [f"slow {TEXT}"] * 60)
    log = Path(f"{file.path.with_suffix('')}.log")
    queue = ReadingQueue(pool, spool)
    queue.put(file)
    while len(read_pages(log)) < 3:
        list(queue.step(0.05))
    before = -1
    while before != len(read_pages(log)):  # until nothing more is read
        before = len(read_pages(log))
        time.sleep(0.6)
    assert before < 60
    assert said(next(event for event in drained(queue) if isinstance(event, FileRead))).count(TEXT) == 60


def test_pages_read_are_not_read_again(write: Writer, pool: ReadingPool, spool: Spool) -> None:
    file = write("续", [f"slow {TEXT}"] * 20)
    log = Path(f"{file.path.with_suffix('')}.log")
    queue = ReadingQueue(pool, spool)
    queue.put(file)
    done = 0
    while done < 5:
        done += sum(isinstance(event, PageDone) for event in queue.step(0.05))
    queue.abandon()
    kept = set(spool.problems(file.sha256))
    assert len(kept) >= 5
    log.unlink()
    assert said(read(pool, spool, file)["续.bad"]).count(TEXT) == 20
    assert set(read_pages(log)) == set(range(1, 21)) - kept


def test_a_program_that_is_killed_leaves_no_workers(tmp_path: Path, write: Writer) -> None:
    file = write("悬", ["hang"])
    code = f"""
import sys
from rag.intake.reading import ReadingQueue
from rag.store.reading_parts import whole
from rag.intake.reading_pool import ReadingPool
from rag.intake.spool import Spool
from tests.test_reading import READERS, File
from pathlib import Path
pool = ReadingPool(1, readers=READERS)
queue = ReadingQueue(pool, Spool(Path({str(tmp_path / "other.sqlite")!r})))
queue.put(File(Path({str(file.path)!r})))
for _ in queue.step(10):
    pass
print(pool.pids[0], flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        worker = psutil.Process(int(program.stdout.readline()))
        program.kill()
    assert worker.wait(10) is None or not worker.is_running()


# ---------------------------------------------------------------- the spool


def test_a_damaged_spool_is_begun_anew(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite")
    page = pack(Page(1, ()))
    spool.put([("a", 1, "", page), ("a", 2, "坏", page), ("b", 1, "", page)])
    assert spool.problems("a") == {1: "", 2: "坏"}
    spool.drop("a")
    assert (spool.problems("a"), spool.pages("b")) == ({}, [page])
    (tmp_path / "spool.sqlite").write_bytes(os.urandom(5000))
    assert spool.pages("b") == []
    spool.put([("c", 1, "", page)])
    assert Spool(tmp_path / "spool.sqlite").pages("c") == [page]
