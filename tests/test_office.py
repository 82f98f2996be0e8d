"""rag.readers.office: older word processor files by way of LibreOffice, whose place a script takes here."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import docx
import psutil
import pytest

from rag.errors import JianwenError
from rag.intake.reading import ReadingQueue
from rag.intake.reading_pool import Limits, ReadingPool
from rag.intake.spool import Spool
from rag.readers import open_source
from rag.readers.office import TIME_LIMIT, libreoffice, read
from tests.test_reading import File

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
RTF = b"{\\rtf1 x}"


def saved(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.save(str(path))
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the only one on PATH, for a program called soffice."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, body: str) -> None:
    script = folder / "soffice"
    script.write_text(f"#!{sys.executable}\nimport pathlib, shutil, sys\n{body}\n", "utf-8")
    script.chmod(0o755)


@pytest.mark.parametrize(("name", "data"), [("旧.doc", OLD), ("旧.wps", OLD), ("旧.rtf", RTF)])
def test_conversion(tmp_path: Path, fake: Path, name: str, data: bytes) -> None:
    made = saved(tmp_path / "made.docx")
    program(
        fake,
        f"""
args = sys.argv[1:]
source, out = pathlib.Path(args[-1]), pathlib.Path(args[args.index("--outdir") + 1])
assert "--headless" in args and source.read_bytes() == {data!r}
profile = next(a for a in args if a.startswith("-env:UserInstallation=file://")).split("file://")[1]
assert "DisableMacrosExecution" in (pathlib.Path(profile) / "user/registrymodifications.xcu").read_text()
assert source.suffix == {".rtf" if name.endswith("rtf") else ".doc"!r}
out.mkdir()
shutil.copy({str(made)!r}, out / (source.stem + ".docx"))""",
    )
    path = tmp_path / name
    path.write_bytes(data)
    assert [line.text for line in open_source(path).page(1).lines] == ["正文。"]


def hanging(folder: Path) -> Path:
    """A program that starts another and waits for it, both without end; the file that holds their process ids."""
    told = folder / "pids"
    program(
        folder,
        f"""
import os, subprocess, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path({str(told)!r} + "-").write_text(f"{{os.getpid()}} {{child.pid}}")
os.rename({str(told)!r} + "-", {str(told)!r})
child.wait()""",
    )
    return told


def end_of_all(told: Path) -> bool:
    """Whether the processes of `hanging` end."""
    until = time.monotonic() + 20
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.05)
    pids = [int(pid) for pid in told.read_text().split()]
    while any(map(runs, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return len(pids) == 2 and not any(map(runs, pids))


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_a_conversion_that_hangs_is_ended_with_all_it_has_started(tmp_path: Path, fake: Path) -> None:
    told = hanging(fake)
    (tmp_path / "旧.doc").write_bytes(OLD)
    with pytest.raises(JianwenError, match=r"超时.*另存为"):
        libreoffice(tmp_path / "旧.doc", tmp_path / "out", 3.0)
    assert end_of_all(told)


def test_a_conversion_may_take_its_time_before_its_worker_is_stopped() -> None:
    assert Limits().of("convert") > TIME_LIMIT > 60


def reads(path: Path, pool: ReadingPool) -> ReadingQueue:
    queue = ReadingQueue(pool, Spool(path.parent / "spool.sqlite"))
    queue.put(File(path))
    return queue


def test_with_a_worker_that_is_stopped_its_conversion_ends(tmp_path: Path, fake: Path) -> None:
    told = hanging(fake)
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    pool = ReadingPool(1)
    queue = reads(path, pool)
    while not told.exists():
        list(queue.step(0.1))
    queue.abandon()
    assert end_of_all(told)
    pool.close()


@pytest.mark.skipif(os.name == "nt", reason="kills by signals")
@pytest.mark.parametrize("victim", ["worker", "program"])
def test_with_a_process_that_is_killed_the_conversion_ends(tmp_path: Path, fake: Path, victim: str) -> None:
    told = hanging(fake)
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    code = f"""
import sys, threading, time
from pathlib import Path
from rag.intake.reading_pool import ReadingPool
from tests.test_office import reads
pool = ReadingPool(1)
queue = reads(Path({str(path)!r}), pool)
while not Path({str(told)!r}).exists():
    list(queue.step(0.1))
print(pool.pids[0], flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        worker = int(program.stdout.readline())
        os.kill(worker if victim == "worker" else program.pid, signal.SIGKILL)
        ended = end_of_all(told)
        program.kill()
    assert ended


def trouble(path: Path) -> str:
    with pytest.raises(JianwenError) as caught:
        open_source(path)
    return str(caught.value)


def test_a_failed_conversion_names_the_file(tmp_path: Path, fake: Path) -> None:
    program(fake, "sys.exit(1)")
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    assert "旧.doc" in trouble(path) and "另存为 .docx" in trouble(path)


def test_a_broken_result_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)

    def convert(source: Path, folder: Path) -> Path:
        folder.mkdir()
        return Path(shutil.copy(source, folder / "document.docx"))

    with pytest.raises(JianwenError, match=r"旧\.doc”"):
        read(path, convert)


def test_without_the_program_it_says_what_to_do(tmp_path: Path, fake: Path) -> None:
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    assert "LibreOffice" in trouble(path) and "另存为 .docx" in trouble(path)


@pytest.mark.parametrize(("data", "word"), [(b"", "空文件"), (b"%PDF-1.4", "PDF"), (b"hello", "损坏")])
def test_other_files(tmp_path: Path, fake: Path, data: bytes, word: str) -> None:
    path = tmp_path / "坏.doc"
    path.write_bytes(data)
    assert word in trouble(path)


def test_a_new_document_under_the_old_ending(tmp_path: Path, fake: Path) -> None:
    assert [line.text for line in open_source(saved(tmp_path / "新.doc")).page(1).lines] == ["正文。"]
