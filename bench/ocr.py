"""Our text recognition against bare RapidOCR with its own defaults, on the same rendered pages, one thread each."""

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

_COMPARED = "每秒识别的页数：摆正、认字、分栏、找线框 ÷ RapidOCR 按默认设置检测并认字；越高越好"
_SENTENCES = (
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育。",
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保2024年各项目标任务落到实处，见到成效。",
)

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
    return Report("ocr", (_measure(pictures, options.rounds, say),), (), facts)


def _rendered(path: Path, most: int) -> list[Pixels]:
    """(h, w, 3) RGB of the first pages."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [
            np.ascontiguousarray(document[n].render(scale=RESOLUTION / 72).to_numpy()[..., 2::-1])
            for n in range(min(most, len(document)))
        ]


def _measure(pictures: dict[str, Pixels], rounds: int, say: Say) -> Measurement:
    bare = _bare()
    engine(1)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in pictures}
    for turn in range(rounds):
        say(f"第 {turn + 1}/{rounds} 轮，{len(pictures)} 页……")
        for name, picture in pictures.items():
            seconds: dict[bool, float] = {}
            for ours in (True, False) if turn % 2 == 0 else (False, True):
                started = time.perf_counter()
                if ours:
                    read_picture(picture, 1, 72 / RESOLUTION)
                else:
                    bare(picture[..., ::-1])
                seconds[ours] = time.perf_counter() - started
            taken[name].append((seconds[True], seconds[False]))
    rows = [Row(name, tuple(1 / a for a, _ in t), tuple(1 / b for _, b in t)) for name, t in taken.items()]
    return Measurement("ocr", _COMPARED, "简问", "RapidOCR", "页/秒", (*rows, pooled("全部", rows)))


def _bare() -> Any:
    with portless():
        from rapidocr import RapidOCR

        threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
        return RapidOCR(params={"Global.log_level": "critical", **threads})
