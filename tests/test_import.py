"""Importing as a whole: many files at once, bad ones, locked ones, stops, kills and pauses."""

from __future__ import annotations

import itertools
import multiprocessing as mp
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import Stopped
from rag.intake.reading_pool import ReadingPool
from rag.intake.time_left import TimeLeft
from rag.library import Library
from rag.store.packing import pack, unpack
from rag.types import AddStatus, Box, FileAdded, Line, Page, Progress
from tests.bad_reader import read_pages
from tests.damage import archive
from tests.fakes import FakeEmbedder
from tests.test_library import added, finds, severities, write
from tests.test_reading import LIMITS, READERS, TEXT

Opener = Callable[..., Library]


def bad(folder: Path, name: str, pages: Sequence[str], extra: str = "") -> Path:
    """A file for `tests.bad_reader`; what is read of it is noted in `NAME.log` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.bad"
    path.write_text("\n".join([f"{folder / name}.log{extra}", *pages]), "utf-8")
    return path


def log_of(path: Path) -> list[int]:
    return read_pages(path.with_suffix(".log"))


def opened_at(folder: Path, embedder: FakeEmbedder | None = None) -> Library:
    return Library.open(folder, embedder=embedder or FakeEmbedder(), pool=ReadingPool(2, LIMITS, READERS))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with opened_at(tmp_path / "library") as made:
        yield made


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    path.write_bytes(archive(members))
    return path


def spooled(library: Library) -> int:
    """Pages in the spool."""
    connection = sqlite3.connect(library.path / "spool.sqlite")
    try:
        return int(connection.execute("SELECT COUNT(*) FROM pages").fetchone()[0])
    finally:
        connection.close()


def left_of_nothing(library: Library) -> bool:
    """Whether no trace of an unfinished file is there."""
    return not list((library.path / "files").iterdir()) and spooled(library) == 0


# ---------------------------------------------------------------- bad files among good ones


def test_bad_files_end_with_a_sentence_and_the_others_come_in(library: Library, tmp_path: Path) -> None:
    files = tmp_path / "in"
    bad(files, "好", [f"text {TEXT}"] * 3)
    bad(files, "半", [f"text {TEXT}", "error", "crash", f"text {TEXT}"])
    bad(files, "坏", ["error", "error"])
    bad(files, "死", ["text"], " open:crash")
    write(files, 1)
    events = {event.path.name: event for event in added(library, files)}
    assert {name for name, event in events.items() if event.status is AddStatus.ADDED} == {
        "好.bad",
        "半.bad",
        "通报1.txt",
    }
    assert events["半.bad"].problems == ("第 2 页：这一页坏了。", "第 3 页：读这一页时读取程序意外退出，已经跳过。")
    assert events["坏.bad"].error == "第 1 页：这一页坏了。"
    assert "意外退出" in events["死.bad"].error
    half = next(document for document in library.documents() if document.name == "半.bad")
    assert (half.problems, half.pages) == (events["半.bad"].problems, 4)
    assert len(list((library.path / "files").iterdir())) == 3
    assert spooled(library) == 0
    warned = [f.message for f in library.doctor() if f.severity != "ok" and "模型" not in f.message]
    assert ["半.bad" in message for message in warned] == [True]


def test_the_same_bytes_twice_at_once_are_read_once(library: Library, tmp_path: Path) -> None:
    first = bad(tmp_path / "in", "同", [f"text {TEXT}"] * 3)
    second = tmp_path / "in" / "又.bad"
    second.write_bytes(first.read_bytes())
    broken = bad(tmp_path / "in", "坏", ["error"])
    again = tmp_path / "in" / "又坏.bad"
    again.write_bytes(broken.read_bytes())
    events = added(library, first, second, broken, again)
    assert [event.status for event in events] == [
        AddStatus.ADDED,
        AddStatus.DUPLICATE,
        AddStatus.FAILED,
        AddStatus.FAILED,
    ]
    assert events[1].document == events[0].document
    assert events[2].error == events[3].error
    assert sorted(log_of(first)) == [1, 2, 3]


def test_a_batch_that_fails_costs_only_the_file_at_fault(library: Library, tmp_path: Path) -> None:
    class Picky(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]):  # type: ignore[no-untyped-def]
            if any("毒" in text for text in texts):
                raise RuntimeError("boom")
            return super().embed_passages(texts)

    with opened_at(tmp_path / "other", Picky()) as picky:
        for number in range(4):
            write(tmp_path / "in", number, 2)
        bad(tmp_path / "in", "毒", [f"text 毒{TEXT}"])
        events = {event.path.name: event for event in added(picky, tmp_path / "in")}
        assert [name for name, event in events.items() if event.status is not AddStatus.ADDED] == ["毒.bad"]
        assert all(finds(picky, number) for number in range(4))
        assert severities(picky) == {"ok"}


def test_small_files_share_batches(tmp_path: Path) -> None:
    class Counting(FakeEmbedder):
        calls = 0

        def embed_passages(self, texts: Sequence[str]):  # type: ignore[no-untyped-def]
            self.calls += 1
            return super().embed_passages(texts)

    embedder = Counting()
    for number in range(40):
        write(tmp_path / "in", number, 2)
    with opened_at(tmp_path / "library", embedder) as library:
        assert len(added(library, tmp_path / "in")) == 40
        assert embedder.calls < 30
        assert all(finds(library, number) for number in range(40))


def test_what_is_in_an_archive_comes_in_file_by_file(library: Library, tmp_path: Path) -> None:
    inner = [write(tmp_path / "in", number, 2) for number in range(3)]
    members = {f"通报/{path.name}": path.read_bytes() for path in inner}
    source = zipped(tmp_path / "三月.zip", members | {"坏.txt": b"", "表.xlsx": b"x"})
    (tmp_path / "假.zip").write_bytes(b"nothing")
    events = {event.path: event for event in added(library, source, tmp_path / "假.zip")}
    good = [source / "通报" / path.name for path in inner]
    assert {path for path, event in events.items() if event.status is AddStatus.ADDED} == set(good)
    assert set(events) == {*good, source / "坏.txt", tmp_path / "假.zip"}
    assert [document.name for document in library.documents()] == [f"三月.zip/通报/{path.name}" for path in inner]
    assert all(finds(library, number) for number in range(3))
    assert not (library.path / "unpacked").exists()
    assert [event.status for event in added(library, source)].count(AddStatus.DUPLICATE) == 3


@pytest.mark.parametrize("inside", ["好.txt", "坏.pdf"])
def test_of_equal_bytes_under_two_endings_the_right_one_comes_in(library: Library, tmp_path: Path, inside: str) -> None:
    text = write(tmp_path, 1, 2).read_bytes()
    outside = tmp_path / ("坏.pdf" if inside == "好.txt" else "好.txt")
    outside.write_bytes(text)
    source = zipped(tmp_path / "三月.zip", {inside: text, "余.txt": "会议强调，要抓好落实。".encode()})
    wrong_first = (outside, source) if inside == "好.txt" else (source, outside)
    ends = {event.path.name: event for event in added(library, *wrong_first)}
    assert {name: end.status for name, end in ends.items()} == {
        "坏.pdf": AddStatus.FAILED,
        "好.txt": AddStatus.ADDED,
        "余.txt": AddStatus.ADDED,
    }
    assert "坏.pdf" in ends["坏.pdf"].error and "不是真正的 PDF" in ends["坏.pdf"].error
    assert finds(library, 1)
    assert not (library.path / "unpacked").exists()


def test_what_was_left_over_under_a_wrong_ending_does_not_keep_the_right_one_out(tmp_path: Path) -> None:
    text = write(tmp_path, 1, 2).read_bytes()
    wrong, right = tmp_path / "坏.pdf", tmp_path / "好.txt"
    for path in (wrong, right):
        path.write_bytes(text)
    with opened_at(tmp_path / "library") as library:
        next(library.add([wrong]))
        assert any("没有导入完" in finding.message for finding in library.doctor())
    with opened_at(tmp_path / "library") as library:
        ends = {event.path.name: event.status for event in added(library, right)}
        assert ends == {"坏.pdf": AddStatus.FAILED, "好.txt": AddStatus.ADDED}
        assert finds(library, 1)


def test_a_folder_named_like_a_file_is_walked(library: Library, tmp_path: Path) -> None:
    write(tmp_path / "in" / "夹.pdf", 1)
    (tmp_path / "in" / "空.pdf").mkdir()
    assert [event.status for event in added(library, tmp_path / "in")] == [AddStatus.ADDED]
    (event,) = added(library, tmp_path / "in" / "空.pdf")
    assert "文件夹里没有能读的文件" in event.error


# ---------------------------------------------------------------- passwords


def test_a_locked_file_harms_nothing_and_comes_in_with_its_password(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    locked = bad(folder, "锁", [f"slow {TEXT}"] * 9, " locked:secret")
    stop = threading.Event()
    work = library.add([locked], stop, {locked: "secret"})
    while log_of(locked) == []:
        next(work)
    stop.set()
    with pytest.raises(Stopped):
        list(work)
    for passwords in (None, {locked: "wrong"}):
        events = [event for event in library.add([locked], None, passwords) if isinstance(event, FileAdded)]
        assert [event.status for event in events] == [AddStatus.LOCKED]
        assert "密码" in events[0].error
        assert "锁.bad" in events[0].error  # the user's name for it, not ours
        assert left_of_nothing(library)
    events = [event for event in library.add([folder], None, {folder: "secret"}) if isinstance(event, FileAdded)]
    assert [event.status for event in events] == [AddStatus.ADDED]
    assert all(b"secret" not in path.read_bytes() for path in library.path.glob("*.sqlite"))


# ---------------------------------------------------------------- stopping, pausing, going on


def test_a_stop_is_heeded_at_once_and_takes_back_what_is_at_work(library: Library, tmp_path: Path) -> None:
    slow = bad(tmp_path / "in", "慢", [f"text {TEXT}"] * 5 + ["hang"])
    write(tmp_path / "in", 1)
    stop = threading.Event()
    work = library.add([slow, tmp_path / "in"], stop)
    told: set[str] = set()
    while len(told) < 5:
        event = next(work)
        if isinstance(event, Progress) and event.step.startswith("读取 慢"):
            told.add(event.step)
    stop.set()
    began = time.monotonic()
    with pytest.raises(Stopped):
        list(work)
    assert time.monotonic() - began < LIMITS.page / 2  # rather than waiting for the page that hangs
    assert [document.name for document in library.documents()] in ([], ["通报1.txt"])
    assert len(list((library.path / "files").iterdir())) == len(library.documents())
    assert list(library.resume()) == [] or not library.documents()
    assert spooled(library) >= 5  # what was read shall not be read again
    assert severities(library) == {"ok"}


def test_progress_is_told_page_by_page_with_the_time_left(library: Library, tmp_path: Path) -> None:
    path = bad(tmp_path / "in", "页", [f"text {TEXT}"] * 6)
    told = [event for event in library.add([path]) if isinstance(event, Progress) and event.step.startswith("读取")]
    steps = [step for step, _ in itertools.groupby(event.step for event in told)]
    assert steps == [f"读取 页.bad 第 {n}/6 页" for n in range(1, 7)]
    assert told[0].left is None
    assert told[-1].left is not None
    assert told[-1].left >= 0


def test_closed_while_reading_it_goes_on_with_the_missing_pages(tmp_path: Path) -> None:
    path = bad(tmp_path / "in", "续", [f"slow {TEXT}"] * 20)
    with opened_at(tmp_path / "library") as library:
        work = library.add([path])
        while len(log_of(path)) < 5 or spooled(library) < 3:  # begun by the workers, and come back from them
            next(work)
        assert library.documents() == ()
        assert any("没有导入完" in finding.message for finding in library.doctor())
    kept = spooled(library)
    assert kept >= 3
    path.with_suffix(".log").unlink()
    with opened_at(tmp_path / "library") as library:
        (end,) = [event for event in library.resume() if isinstance(event, FileAdded)]
        assert (end.path, end.status) == (Path("续.bad"), AddStatus.ADDED)
        assert len(log_of(path)) == 20 - kept
        assert sum(TEXT in p.text for article in library.articles() for p in article.paragraphs) >= 20
        assert list(library.resume()) == []
        assert severities(library) == {"ok"}


def test_what_was_left_over_and_is_given_again_is_read_once(tmp_path: Path) -> None:
    path = bad(tmp_path / "in", "再", [f"slow {TEXT}"] * 20)
    with opened_at(tmp_path / "library") as library:
        work = library.add([path])
        while len(log_of(path)) < 3:
            next(work)
    with opened_at(tmp_path / "library") as library:
        (event,) = added(library, path)
        assert (event.path, event.status) == (path, AddStatus.ADDED)


def _import(library: Path, file: Path, pipe: Connection) -> None:
    """The process that gets killed."""
    with opened_at(library) as opened:
        for event in opened.add([file]):
            pipe.send(event)


def killed(library: Path, file: Path, steps: int) -> None:
    """Import a file in a process that is killed once it has told so many different steps."""
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    child = context.Process(target=_import, args=(library, file, theirs))
    child.start()
    theirs.close()
    told: set[str] = set()
    while len(told) < steps:
        event = ours.recv()
        if isinstance(event, Progress):
            told.add(event.step)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    ours.close()
    child.close()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_while_reading_it_goes_on_with_the_missing_pages(tmp_path: Path) -> None:
    path = bad(tmp_path / "in", "杀", [f"slow {TEXT}"] * 30)
    killed(tmp_path / "library", path, 6)  # one of them may say that it begins
    with opened_at(tmp_path / "library") as library:
        kept = spooled(library)
        assert kept >= 5
        path.with_suffix(".log").unlink()
        list(library.resume())
        assert sorted(log_of(path)) == sorted(set(log_of(path)))
        assert len(log_of(path)) == 30 - kept
        assert [document.pages for document in library.documents()] == [30]
        assert severities(library) == {"ok"}


def many(path: Path, count: int) -> Path:
    """An archive of so many texts, and one whose bytes bear a wrong ending first."""
    members = {f"{n}.txt": write(path.parent / "in", n, 2).read_bytes() for n in range(count)}
    return zipped(path, {"坏.pdf": members["0.txt"]} | members)


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
def test_killed_while_unpacking_the_rest_of_the_archive_comes_in(tmp_path: Path) -> None:
    source = many(tmp_path / "三月.zip", 300)
    killed(tmp_path / "library", source, 2)
    source.unlink()
    with opened_at(tmp_path / "library") as library:
        assert any("没有导入完" in finding.message for finding in library.doctor())
        assert len(list((library.path / "files").iterdir())) < 300
        assert "不属于任何资料" not in str(library.doctor())
        ends = {event.path: event for event in library.resume() if isinstance(event, FileAdded)}
        assert {end.status for path, end in ends.items() if path.suffix == ".txt"} == {AddStatus.ADDED}
        assert all(path.parent == Path("三月.zip") for path in ends)
        assert {document.name for document in library.documents()} == {f"三月.zip/{n}.txt" for n in range(300)}
        assert len(list((library.path / "files").iterdir())) == 300
        assert list(library.resume()) == []
        assert severities(library) == {"ok"}


@pytest.mark.parametrize("again", [False, True])
def test_closed_while_unpacking_the_rest_of_the_archive_comes_in(tmp_path: Path, again: bool) -> None:
    source = many(tmp_path / "三月.zip", 60)
    with opened_at(tmp_path / "library") as library:
        next(library.add([source]))
        assert len(list((library.path / "files").iterdir())) < 60
    with opened_at(tmp_path / "library") as library:
        events = library.add([source]) if again else library.resume()
        ends = [event for event in events if isinstance(event, FileAdded)]
        assert [end.status for end in ends].count(AddStatus.ADDED) == 60
        assert {end.path for end in ends if end.path.name == "坏.pdf" and end.status is AddStatus.FAILED}
        assert len(library.documents()) == len(list((library.path / "files").iterdir())) == 60
        assert severities(library) == {"ok"}


def test_a_stop_while_unpacking_leaves_nothing_of_the_archive(tmp_path: Path) -> None:
    source = many(tmp_path / "三月.zip", 60)
    stop = threading.Event()
    with opened_at(tmp_path / "library") as library:
        work = library.add([source], stop)
        next(work)
        stop.set()
        with pytest.raises(Stopped):
            list(work)
        assert list(library.resume()) == []
        assert len(list((library.path / "files").iterdir())) == len(library.documents())
        assert severities(library) == {"ok"}


# ---------------------------------------------------------------- pure parts

TEXTS = st.text(st.characters(), max_size=12)  # lone surrogates included
BOXES = st.builds(
    lambda page, x, y, w, h: Box(page, x, y, x + w, y + h),
    st.integers(1, 3),
    *[st.floats(-1e4, 1e4)] * 2,
    *[st.floats(0, 1e4)] * 2,
)
LINES = st.builds(
    Line,
    TEXTS,
    st.none() | BOXES,
    st.floats(0, 99),
    st.booleans(),
    st.none() | st.floats(0, 1),
    st.integers(0, 6),
    st.none() | TEXTS,
)


@settings(deadline=None)
@given(
    st.builds(
        Page,
        st.integers(1, 9),
        st.lists(LINES, max_size=3).map(tuple),
        rules=st.lists(BOXES, max_size=2).map(tuple),
        wrapped=st.booleans(),
        problem=TEXTS,
    )
)
def test_packed_pages_come_back_equal(page: Page) -> None:
    assert unpack(Page, pack(page)) == page


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_other_bytes_are_no_page(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a packed|JSON|codec"):
        unpack(Page, data)


def test_time_left_follows_the_slower_of_reading_and_indexing() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    left.opened(10)
    left.read()
    assert left.left(0) is None
    now[0] = 3.0
    left.pause(1.0)
    left.read()
    assert left.left(0) == pytest.approx(8.0)  # a second a page
    assert left.left(2) == pytest.approx(28.0)  # and two more such files
    left.made(2, 20)
    left.indexed(10, 10.0)
    assert left.left(0) == pytest.approx(90.0)  # ten passages a page, a second each
    left.gave_up(8)
    assert left.left(0) == pytest.approx(10.0)


def test_of_two_equal_files_that_fail_each_is_called_by_its_own_name(library: Library, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("甲.txt", "乙.txt")]
    for path in paths:
        path.write_bytes(b"\xff\xff\xff\xff")
    for end in added(library, *paths):
        assert end.status is AddStatus.FAILED
        assert end.path.name in end.error
