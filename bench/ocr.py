"""Our text recognition against bare RapidOCR on the same rendered pages, one thread each.

RapidOCR by itself reduces every picture to 2,000 pixels, which newspaper type does not survive; here it reads the page
at the resolution at which it is given, as we do, the rest of its settings as they come.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.options import Say, positive
from bench.report import Measurement, Report, Row, machine, pooled
from rag.errors import JianwenError
from rag.readers.ocr import RESOLUTION, engine, read_picture
from rag.readers.portless import portless

_COMPARED = "每秒识别的页数：摆正、认字、分栏、找线框 ÷ RapidOCR 在同一分辨率下检测并认字（其余按默认设置）；越高越好"
_SENTENCES = (
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育。",
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保2024年各项目标任务落到实处，见到成效。",
)

_UNREDUCED = 100_000  # pixels: no page has so many on a side

Pixels = NDArray[np.uint8]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", type=Path, metavar="目录", help="里面的 PDF；不给则现排两页")
    parser.add_argument("--pages", type=positive, default=1, metavar="页数", help="每份取几页，默认 1")


def run(options: argparse.Namespace, say: Say) -> Report:
    facts = machine(dpi=RESOLUTION, threads=1)
    with tempfile.TemporaryDirectory() as scratch:
        if options.folder is not None:
            files = sorted(options.folder.rglob("*.pdf"))
        else:
            from bench.typeset import typeset

            files = typeset(_SENTENCES, Path(scratch), options.pages)
        pictures = {
            f"{path.name} 第 {number} 页": picture
            for path in files
            for number, picture in enumerate(_rendered(path, options.pages), start=1)
        }
    if not pictures:
        raise JianwenError("没有可比较的 PDF 页面。请换一个文件夹，或不给文件夹。")
    measured, notes = _measure(pictures, options.rounds, say)
    return Report("ocr", (measured,), notes, facts)


def _rendered(path: Path, most: int) -> list[Pixels]:
    """(h, w, 3) RGB of the first pages."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [
            np.ascontiguousarray(document[n].render(scale=RESOLUTION / 72).to_numpy()[..., 2::-1])
            for n in range(min(most, len(document)))
        ]


def _measure(pictures: dict[str, Pixels], rounds: int, say: Say) -> tuple[Measurement, tuple[str, ...]]:
    """The speeds, and a note on how much either side read of each page."""
    bare = _bare()
    engine(1)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pictures}
    read: dict[str, dict[bool, int]] = {name: {} for name in pictures}
    for turn in range(rounds):
        say(f"第 {turn + 1}/{rounds} 轮，{len(pictures)} 页……")
        for name, picture in pictures.items():
            seconds: dict[bool, float] = {}
            for ours in (True, False) if turn % 2 == 0 else (False, True):
                started = time.perf_counter()
                lines = _ours(picture) if ours else _theirs(bare, picture)
                seconds[ours] = time.perf_counter() - started
                read[name][ours] = sum(len(line) for line in lines)
            taken[name].append((seconds[True], seconds[False]))
    rows = [Row(name, tuple(1 / a for a, _ in t), tuple(1 / b for _, b in t)) for name, t in taken.items()]
    notes = tuple(f"{name}：简问认出 {both[True]} 字，RapidOCR 认出 {both[False]} 字。" for name, both in read.items())
    return Measurement("ocr", _COMPARED, "简问", "RapidOCR", "页/秒", (*rows, pooled("全部", rows))), notes


def _ours(picture: Pixels) -> list[str]:
    return [line.text for line in read_picture(picture, 1, 72 / RESOLUTION).lines]


def _theirs(bare: Any, picture: Pixels) -> list[str]:
    return list(bare(picture[..., ::-1]).txts or ())


def _bare() -> Any:
    with portless():
        from rapidocr import RapidOCR

        threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
        return RapidOCR(params={"Global.log_level": "critical", "Global.max_side_len": _UNREDUCED, **threads})
