"""How fast files come in: our import up to the vectors, by its worker processes, against bare pdfplumber on one core.

Ours is all that an import does before embedding: each file copied into a library, read page by page, laid out, divided
into articles, and written to the catalogue. pdfplumber only takes the words of the same pages, one file after another.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.options import Say, positive
from bench.reading import pdfs, typeset_sample
from bench.report import Measurement, Report, Row, machine
from rag.errors import JianwenError
from rag.intake.files import Candidate, Intake
from rag.intake.reading import FileFailed, FileRead, ReadEvent, ReadingQueue
from rag.intake.reading_pool import ReadingPool
from rag.intake.spool import Spool
from rag.store.catalog import Catalog
from rag.store.originals import Originals
from rag.text import passages
from rag.types import Document

_COMPARED = "每秒导入的页数（拷贝、读页、分栏、分篇、写入目录，不含向量计算）÷ pdfplumber 单核只取词；越高越好"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="目录", help="里面的 PDF；不给则用样本简报现排几页")
    parser.add_argument("--pages", type=positive, default=20, metavar="页数", help="现排时每份几页，默认 20")
    parser.add_argument("--workers", type=positive, default=2, metavar="个数", help="几个进程，默认 2")


def run(options: argparse.Namespace, say: Say) -> Report:
    facts = machine()
    with tempfile.TemporaryDirectory() as folder:
        files = pdfs(options.folder) if options.folder else typeset_sample(Path(folder), options.pages, say)
        pool = ReadingPool(options.workers)
        try:
            return Report("import", *_measure(files, pool, options.rounds, say), facts)
        finally:
            pool.close()


def _measure(
    files: Sequence[Path], pool: ReadingPool, rounds: int, say: Say
) -> tuple[tuple[Measurement, ...], tuple[str, ...]]:
    """The measurement, and a note for each file that is left out."""
    say("预热……")
    pages, notes = imported(files, pool)
    for path in [path for path in pages if not _words(path)]:
        del pages[path]
        notes.append(f"跳过 {path.name}：没有文字层，pdfplumber 读不到字")
    if not pages:
        raise JianwenError("这些 PDF 都读不了，无从比较：\n" + "\n".join(notes))
    taken = []
    for number in range(1, rounds + 1):
        say(f"第 {number}/{rounds} 轮，{len(pages)} 个文件……")
        taken.append(_both(list(pages), pool, ours_first=number % 2 == 1))
    total = sum(pages.values())
    row = Row(
        f"{len(pages)} 个文件，{total} 页，{pool.most} 个进程",
        tuple(total / ours for ours, _ in taken),
        tuple(total / bare for _, bare in taken),
    )
    return (Measurement("import", _COMPARED, "简问", "pdfplumber", "页/秒", (row,)),), tuple(notes)


def _both(files: Sequence[Path], pool: ReadingPool, *, ours_first: bool) -> tuple[float, float]:
    """Seconds of both sides."""
    taken: dict[bool, float] = {}
    for ours in (ours_first, not ours_first):
        started = time.perf_counter()
        if ours:
            imported(files, pool)
        else:
            for path in files:
                _words(path)
        taken[ours] = time.perf_counter() - started
    return taken[True], taken[False]


def imported(files: Sequence[Path], pool: ReadingPool) -> tuple[dict[Path, int], list[str]]:
    """Bring `files` into a library that is thrown away: the pages of each, a note for each that does not come in."""
    pages: dict[Path, int] = {}
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "files").mkdir()
        catalog = Catalog.open(place / "catalog.sqlite")
        try:
            intake = Intake(catalog, Originals(place / "files"), place / "unpacked")
            queue = ReadingQueue(pool, Spool(place / "spool.sqlite"))
            for path in files:
                file = intake.identify(Candidate(path, path, path.name), None)
                intake.keep(path, file, None)
                queue.put(file)
                _take(queue.step(0.0), catalog, pages, notes)
            while not queue.idle:
                _take(queue.step(0.1), catalog, pages, notes)
        finally:
            catalog.close()
    return pages, notes


def _take(events: Iterator[ReadEvent], catalog: Catalog, pages: dict[Path, int], notes: list[str]) -> None:
    """Write what was read to the catalogue."""
    for event in events:
        file = event.file
        if isinstance(event, FileRead):
            counts = event.pages, event.articles, event.paragraphs
            row = Document(file.document, file.name, file.sha256, file.bytes, file.added, *counts)
            catalog.insert(row, file.suffix, event.parts, passages)
            pages[file.path] = event.pages
        elif isinstance(event, FileFailed):
            notes.append(f"跳过 {file.name}：{file.in_users_words(event.error)}")


def _words(path: Path) -> int:
    """How many words pdfplumber finds."""
    import pdfplumber

    found = 0
    with pdfplumber.open(path) as document:
        for page in document.pages:
            found += len(page.extract_words())
            page.close()
    return found
