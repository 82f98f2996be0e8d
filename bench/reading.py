"""How well and how fast we read: quality against a known truth, speed against bare pdfplumber.

Speed compares our whole reading (`read_file` and `articles`) with pdfplumber, which only takes the words of each page.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from bench.options import SAMPLE, Say, positive
from bench.reading_families import measure_families
from bench.reading_ink import EXPLAINED as INK_EXPLAINED
from bench.reading_ink import measure_ink
from bench.reading_quality import EXPLAINED, TRUTH, measure_folder
from bench.report import Measurement, Report, Row, machine
from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import read_file

_COMPARED = "每秒读的页数：读成文章（取字、排序、分段、分篇）÷ pdfplumber 只取词；越高越好"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="目录",
        help="里面有 articles.jsonl 时测质量，否则测速度；不给则测现排的各种版式",
    )
    parser.add_argument("--speed", action="store_true", help="测速度；不给目录则用样本简报现排几页")
    parser.add_argument("--ink", action="store_true", help="逐页画出目录里的每个 PDF，检查框里的墨是不是段落的字")
    parser.add_argument("--password", action="append", default=[], metavar="密码", help="与 --ink 一起用，可给几次")
    parser.add_argument("--no-scan", action="store_true", help="测质量时不读扫描件")
    parser.add_argument("--papers", type=positive, default=3, metavar="份数", help="不给目录时每种版式测几份，默认 3")
    parser.add_argument("--family", default="", metavar="版式", help="不给目录时只测这一种版式，逐份列出")
    parser.add_argument("--keep", type=Path, metavar="目录", help="不给目录时把排出的 PDF 留在这里")
    parser.add_argument("--pages", type=positive, default=4, metavar="页数", help="测速度而不给目录时每份几页，默认 4")


def run(options: argparse.Namespace, say: Say) -> Report:
    facts = machine()
    if options.ink:
        if options.folder is None:
            raise JianwenError("--ink 要有一个放 PDF 的目录。请给出目录。")
        found, wrong = measure_ink(pdfs(options.folder), options.password, say)
        return Report("reading", (), INK_EXPLAINED, facts, (found,), wrong)
    if options.folder is not None and not options.speed and (options.folder / TRUTH).is_file():
        found, skipped = measure_folder(options.folder, not options.no_scan, say)
        return Report("reading", (), (*skipped, *EXPLAINED), facts, (found,))
    if options.folder is None and not options.speed:
        tables = measure_families(options.papers, options.family, options.keep, say)
        return Report("reading", (), EXPLAINED, facts, tables)
    if options.folder is not None:
        files = pdfs(options.folder)
        return Report("reading", *_measure(files, options.rounds, say), facts)
    with tempfile.TemporaryDirectory() as folder:
        files = typeset_sample(Path(folder), options.pages, say)
        return Report("reading", *_measure(files, options.rounds, say), facts)


def pdfs(folder: Path) -> list[Path]:
    """The PDFs in `folder` and below, by name. Raises JianwenError when there is none."""
    if not folder.is_dir():
        raise JianwenError(f"找不到文件夹 {folder}。请检查路径。")
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file())
    if not found:
        raise JianwenError(f"文件夹 {folder} 里没有 PDF 文件。请换一个文件夹，或不给文件夹。")
    return found


def typeset_sample(folder: Path, pages: int, say: Say) -> list[Path]:
    """The text of the sample bulletin, over and over, as PDFs of `pages` each. Raises JianwenError without a font."""
    from bench.typeset import typeset

    say("排版……")
    articles = read_articles(list(read_file(SAMPLE))).articles
    return typeset([paragraph.text for article in articles for paragraph in article.paragraphs], folder, pages)


def _measure(files: list[Path], rounds: int, say: Say) -> tuple[tuple[Measurement, ...], tuple[str, ...]]:
    """The measurement, and a note for each file that we refuse."""
    pages: dict[Path, int] = {}
    notes: list[str] = []
    for path in files:  # refused ones drop out, and both sides are warm afterwards
        try:
            pages[path] = _ours(path)
        except JianwenError as error:
            notes.append(f"跳过 {path.name}：{error}")
        else:
            _bare(path)
    if not pages:
        raise JianwenError("这些 PDF 都读不了，无从比较：\n" + "\n".join(notes))
    times: dict[Path, list[tuple[float, float]]] = {path: [] for path in pages}
    for number in range(1, rounds + 1):
        say(f"第 {number}/{rounds} 轮，{len(pages)} 个文件……")
        for path in pages:
            times[path].append(_both(path, ours_first=number % 2 == 1))
    return (Measurement("reading", _COMPARED, "简问", "pdfplumber", "页/秒", rows(pages, times)),), tuple(notes)


def rows(pages: dict[Path, int], times: dict[Path, list[tuple[float, float]]]) -> tuple[Row, ...]:
    """A row for each file, and one of all their pages together, in pages per second."""
    found = [
        Row(
            f"{path.name}（{pages[path]} 页）",
            tuple(pages[path] / ours for ours, _ in taken),
            tuple(pages[path] / bare for _, bare in taken),
        )
        for path, taken in times.items()
    ]
    total = sum(pages.values())
    whole = [
        (sum(ours for ours, _ in taken), sum(bare for _, bare in taken)) for taken in zip(*times.values(), strict=True)
    ]
    together = Row(
        f"合计（{total} 页）", tuple(total / ours for ours, _ in whole), tuple(total / bare for _, bare in whole)
    )
    return (*found, together)


def _both(path: Path, *, ours_first: bool) -> tuple[float, float]:
    """Seconds of both sides."""
    taken: dict[bool, float] = {}
    for ours in (ours_first, not ours_first):
        started = time.perf_counter()
        (_ours if ours else _bare)(path)
        taken[ours] = time.perf_counter() - started
    return taken[True], taken[False]


def _ours(path: Path) -> int:
    read = list(read_file(path))
    read_articles(read)
    return len(read)


def _bare(path: Path) -> int:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_words()
            page.close()
        return len(document.pages)
