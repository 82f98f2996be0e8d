"""What we read out of bulletins, held against the truth about them, and against plain text extraction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ink import Ink, ink
from bench.options import Say
from bench.report import Figures
from bench.scoring import FOUND, WINDOW, OurArticle, Ours, Score, TrueArticle, intact, score, total
from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import SUFFIXES, read_file
from rag.types import Article, Paragraph, Reading

TRUTH = "articles.jsonl"
COLUMNS = (
    "篇",
    "读成",
    "篇F1",
    "标题",
    "引副题",
    f"连续{WINDOW}",
    f"连续{WINDOW}（全文）",
    "少字",
    "多字",
    "框准",
    "框有墨",
    "pdfplumber",
    "pypdfium2",
)
EXPLAINED = (
    f"篇F1：与原文按顺序对齐、字符F1不低于 {FOUND} 的文章算读对（一对一），查准与查全的调和平均。"
    "标题：去空白后完全相同的占比。引副题：引题和副题都读对（没印的也没读出）的占比，原文未注明的不计。",
    f"连续{WINDOW}：原文每 {WINDOW} 个字的窗口原样出现在对应文章里的占比；（全文）：出现在整份读出文字里的占比；"
    "末两列：pdfplumber 的 extract_text 与 pypdfium2 的 get_text_range 的同一占比（全文）。",
    "少字：文章和标题里的字在读出的全部文字（含报头、页码等）里找不到的个数。"
    "多字：读出的文章和标题（不含报头、页码等）里原文没有的字的个数。",
    "框准：PDFium 给出的字心落在写有该字的框里的占比。框有墨：页面可见范围内的框里印有东西的占比。",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One file. `ink` is None for files that are no PDF; the plain extractors' figures likewise."""

    label: str
    score: Score
    ink: Ink | None
    plumber: float | None
    pdfium: float | None


def read_truth(path: Path) -> dict[str, tuple[TrueArticle, ...]]:
    """The articles of each file as `path` (JSON lines with file, title, text) tells them. Raises JianwenError."""
    found: dict[str, list[TrueArticle]] = {}
    try:
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                record = json.loads(line)
                found.setdefault(record["file"], []).append(TrueArticle(record["title"], (record["text"],)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise JianwenError(f"“{path}”的内容不合要求：每行应是含 file、title、text 的 JSON 对象。") from error
    return {name: tuple(articles) for name, articles in found.items()}


def measure_folder(folder: Path, scans: bool, say: Say) -> tuple[Figures, tuple[str, ...]]:
    """The quality of every file in `folder` that its `articles.jsonl` names, and a note for each one left out.

    Raises:
        JianwenError: the truth cannot be read, or no file can.
    """
    truth = read_truth(folder / TRUTH)
    rows: list[Measured] = []
    notes: list[str] = []
    for path in sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES):
        if path.name not in truth:
            notes.append(f"跳过 {path.name}：{TRUTH} 里没有它的文章。")
        elif not scans and is_scan(path):
            notes.append(f"跳过 {path.name}：扫描件。")
        else:
            say(f"读 {path.name}……")
            try:
                rows.append(measure(path, truth[path.name]))
            except JianwenError as error:
                notes.append(f"跳过 {path.name}：{error}")
    if not rows:
        raise JianwenError("没有一个文件可以测量：\n" + "\n".join(notes))
    return figures("读成文章的质量", rows), tuple(notes)


def is_scan(path: Path) -> bool:
    """Whether it is a picture, or a PDF without a single character."""
    if path.suffix.lower() != ".pdf":
        return path.suffix.lower() in (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
    return not _pdfium_text(path).strip()


def measure(path: Path, true: Sequence[TrueArticle], label: str = "", plain: bool = True) -> Measured:
    """`plain`: also with the plain extractors. Raises JianwenError when the file cannot be read."""
    reading = read_articles(list(read_file(path)), path.name)
    found = score(true, ours(reading))
    if path.suffix.lower() != ".pdf":
        return Measured(label or path.name, found, None, None, None)
    return Measured(
        label or path.name,
        found,
        ink(path, all_paragraphs(reading)),
        intact(true, _plumber_text(path)) if plain else None,
        intact(true, _pdfium_text(path)) if plain else None,
    )


def all_paragraphs(reading: Reading) -> list[Paragraph]:
    """Headings, body and furniture."""
    return [
        *(p for a in reading.articles for p in (*(h.paragraph for h in a.headings), *a.paragraphs)),
        *reading.furniture,
    ]


def ours(reading: Reading) -> Ours:
    articles = tuple(
        OurArticle(a.title, "".join(p.text for p in a.paragraphs), _role(a, "kicker"), _role(a, "subtitle"))
        for a in reading.articles
    )
    text = "".join(
        "".join(h.paragraph.text for h in a.headings) + "".join(p.text for p in a.paragraphs) for a in reading.articles
    )
    return Ours(articles, text, "".join(p.text for p in reading.furniture))


def _role(article: Article, role: str) -> str:
    return "".join(heading.paragraph.text for heading in article.headings if heading.role == role)


def _plumber_text(path: Path) -> str:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return "".join(page.extract_text() for page in document.pages)


def _pdfium_text(path: Path) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def _mean(values: Iterable[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None]
    weights = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / weights if weights else None


def together(label: str, rows: Sequence[Measured]) -> Measured:
    """Several files as one; each weighs as much as it holds."""
    inks = [row.ink for row in rows if row.ink]
    return Measured(
        label,
        total(row.score for row in rows),
        sum(inks[1:], inks[0]) if inks else None,
        _mean((row.plumber, row.score.windows) for row in rows),
        _mean((row.pdfium, row.score.windows) for row in rows),
    )


def _cells(row: Measured) -> tuple[float | int | None, ...]:
    s = row.score
    covered, filled = (row.ink.covered, row.ink.filled) if row.ink else (None, None)
    return (
        *(s.true, s.ours, s.f1, s.titles, s.subheads, s.contig, s.contig_anywhere, s.lost, s.invented),
        *(covered, filled, row.plumber, row.pdfium),
    )


def figures(title: str, rows: Sequence[Measured]) -> Figures:
    """A line for each row, and one for all together."""
    shown = [*rows, together("合计", rows)]
    return Figures("reading_quality", title, COLUMNS, tuple((row.label, _cells(row)) for row in shown))
