"""Whether the boxes of every paragraph lie over the ink of its text, for every PDF of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.ink import INSIDE, READ, STRANGE, Ink, ink, recognised
from bench.options import Say
from bench.reading_quality import all_paragraphs
from bench.report import Figures
from rag.articles.splitting import read_articles
from rag.errors import JianwenError, PasswordNeeded
from rag.readers import open_source, read_file

COLUMNS = ("不合格", "段", "框", "页外框", "空框", "墨在框内", "杂墨", "字不符", "识别相符")
EXPLAINED = (
    "按窗口显示的样子画出每一页，逐段检查。空框：里面什么也没印的框，须为 0。页外框：印在页面可见范围之外的框，不查墨。"
    f"墨在框内：各段自己的墨落在自己框里的占比（每段须不低于 {INSIDE}）；"
    f"杂墨：框里别处文字的墨与自己的墨之比（每段须不高于 {STRANGE}）。",
    "字不符：PDFium 给出的字心在框里的字与段落文字相比（不计次序），缺的和多的字数，须为 0。"
    f"识别相符：图片页上，把框剪下来由 RapidOCR 识别，与段落文字的字符 F1 的平均（每段须不低于 {READ}）。",
)


def measure_ink(files: Sequence[Path], passwords: Sequence[str], say: Say) -> tuple[Figures, tuple[str, ...]]:
    """A row for each file, and what is wrong (Chinese): files that could not be checked, paragraphs that fail.

    Args:
        passwords: tried in turn on files that are locked.
    """
    rows: list[tuple[str, Ink]] = []
    wrong: list[str] = []
    for path in files:
        say(f"画 {path.name}……")
        try:
            found = _of_file(path, passwords)
        except JianwenError as error:
            wrong.append(f"{path.name} 没有查：{error}")
            continue
        rows.append((path.name, found))
        wrong += [f"{path.name} 第 {p.page} 页“{p.text[:16]}”：{'；'.join(p.problems)}。" for p in found.wrong]
    cells = tuple((name, _cells(found)) for name, found in rows)
    return Figures("reading_ink", "框里的墨是不是段落的字", COLUMNS, cells), tuple(wrong)


def _of_file(path: Path, passwords: Sequence[str]) -> Ink:
    """Raises JianwenError when the file cannot be read or none of the passwords opens it."""
    password = _opening(path, passwords)
    reading = read_articles(list(read_file(path, password)), path.name)
    return ink(path, all_paragraphs(reading), password, recognised)


def _opening(path: Path, passwords: Sequence[str]) -> str | None:
    """The password that opens a file; the last one when none does."""
    tried: str | None = None
    for tried in (None, *passwords):
        try:
            open_source(path, tried).close()
        except PasswordNeeded:
            continue
        break
    return tried


def _cells(found: Ink) -> tuple[float | int | None, ...]:
    p = found.paragraphs
    own = sum(one.own for one in p)
    read = [one.read for one in p if one.read is not None]
    return (
        len(found.wrong),
        len(p),
        sum(one.boxes for one in p),
        sum(one.hidden for one in p),
        sum(one.boxes - one.inked for one in p),
        sum(one.inside for one in p) / own if own else None,
        sum(one.strange for one in p) / own if own else None,
        sum(len(one.missing) + len(one.extra) for one in p),
        sum(read) / len(read) if read else None,
    )
