"""Text recognition by RapidOCR (PP-OCRv6, its models inside its wheel): a picture of a page → lines with boxes.

Lines are detected in a reduced picture, recognised from the full one. What costs time is the recogniser, by the width
of what it is given: so rows are cut out closely, one at a time, without padding to a common width.

Import this module inside the function that needs it: it brings OpenCV along.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import JianwenError
from rag.readers.ink import (
    Picture,
    Segment,
    boxes_of,
    grey,
    rule_masks,
    rules_and_frames,
    segments,
    shrunk,
    straightened,
)
from rag.readers.portless import portless
from rag.readers.slow import begins
from rag.readers.standing import Rectangle, Standing, split_for_tilt, tilt_of
from rag.readers.type_size import Estimate, estimate, settled
from rag.text import HAN
from rag.types import Box, Line, Page

if TYPE_CHECKING:
    from rapidocr import RapidOCR

RESOLUTION = 200  # dots per inch at which to render pages for recognition
_DETECTION = 140  # dots per inch at which lines are detected; at 110 some headlines of pages a little askew are missed
_LONGEST_DETECTION = 3000  # pixels: pictures whose stated size is wrong must not take minutes
_MARGIN = 0.2  # of the ink's height, left around it for the recogniser
_INPUT = 48  # pixels: the height the recogniser reduces every line to
_FULL_WIDTH = dict(zip("(),:;!?", "（），：；！？", strict=True))
_HALF_WIDTH = re.compile(rf"(?<=[{HAN}])[(),:;!?]|[()](?=[{HAN}])")
_TEXT = 1.3  # of the usual type size: what is set larger is no running text
_UNSURE = 0.5  # confidence below which marks are taken for no text
_SURE = 0.85  # mean confidence of a sample from which the page is surely not upside down
_SAMPLE = 6  # lines
_LONGEST_SAMPLE = 15  # of its height: longer lines tell no more


@dataclass(frozen=True, slots=True)
class Read:
    """What was recognised in one cut-out. `places`: each character's middle, as a share of the cut-out's width."""

    text: str
    confidence: float
    places: tuple[float, ...]


class Engine:
    """The two networks. Not for several threads at once."""

    def __init__(self, threads: int) -> None:
        """Raises JianwenError when the models are not where RapidOCR's wheel puts them."""
        self._rapid = _rapid(threads)

    def detect(self, picture: Picture) -> NDArray[np.float64]:
        """(n, 4, 2): the corners of printed lines in an RGB picture; top left first, clockwise as the text lies, if it
        lies nearly level."""
        found = self._rapid(np.ascontiguousarray(picture[..., ::-1]), use_det=True, use_cls=False, use_rec=False)
        boxes = getattr(found, "boxes", None)
        return np.zeros((0, 4, 2)) if boxes is None else np.asarray(boxes, np.float64)

    def read(self, cut: Picture) -> Read:
        """Recognise one printed line, grey or RGB, cut out with a little margin."""
        narrow = shrunk(cut, _INPUT / cut.shape[0])
        colours = np.repeat(narrow[..., None], 3, axis=2) if narrow.ndim == 2 else narrow[..., ::-1]
        result = self._rapid.recognize_txt([np.ascontiguousarray(colours)])
        text, score, words = result.txts[0], float(result.scores[0]), result.word_results[0]
        middles = [(column + 0.5) / words.line_txt_len for word in words.word_cols for column in word]
        text = full_width(text.strip())
        return Read(text, min(1.0, max(0.0, score)), places(text, middles))


def full_width(text: str) -> str:
    """Brackets and marks beside Chinese characters in the width that Chinese is set in: the recogniser wavers."""
    return _HALF_WIDTH.sub(lambda mark: _FULL_WIDTH[mark[0]], text)


def places(text: str, middles: Sequence[float]) -> tuple[float, ...]:
    """A place for each character: `middles` are those of the characters that are no space, spaces stand between."""
    found: list[float] = []
    following = iter(middles)
    for char in text:
        found.append((found[-1] if found else 0.0) if char.isspace() else next(following, found[-1] if found else 0.5))
    return tuple(found)


@lru_cache(maxsize=2)
def engine(threads: int = 1) -> Engine:
    """The networks, loaded once. Raises as `Engine`."""
    return Engine(threads)


def _rapid(threads: int) -> RapidOCR:
    with portless():
        import rapidocr
        from rapidocr import RapidOCR  # loaded by the name, with all it brings

    models = Path(rapidocr.__file__).parent / "models"
    files = {"Det": models / "PP-OCRv6_det_small.onnx", "Rec": models / "PP-OCRv6_rec_small.onnx"}
    if missing := [path.name for path in files.values() if not path.is_file()]:
        raise JianwenError(f"文字识别所需的模型文件不在（{'、'.join(missing)}）。请重新安装本程序的运行环境。")
    params: dict[str, Any] = {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.use_preprocess_img": False,
        "Global.use_vertical_padding": False,
        "Global.return_word_box": True,
        "Det.limit_type": "max",
        "Det.limit_side_len": 10 * _LONGEST_DETECTION,
        "Rec.rec_batch_num": 1,
        "Rec.rec_img_shape": [3, _INPUT, _INPUT],  # the last is the least width, to which shorter lines are padded
        "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,
        "EngineConfig.onnxruntime.intra_op_num_threads": min(threads, os.cpu_count() or 1),
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        # given paths are used as they are: without them RapidOCR would fetch what it does not find
        **{f"{part}.model_path": str(path) for part, path in files.items()},
    }
    return RapidOCR(params=params)


# ---------------------------------------------------------------- how the text stands


def _corners(engine: Engine, picture: Picture, scale: float) -> NDArray[np.float64]:
    """(n, 4, 2): corners of printed lines, in pixels of the picture."""
    factor = min(1.0, _DETECTION * scale / 72, _LONGEST_DETECTION / max(picture.shape))
    small = shrunk(picture, factor)
    found = engine.detect(small)
    ratio = np.array([picture.shape[1] / small.shape[1], picture.shape[0] / small.shape[0]])
    return np.asarray(found * ratio, np.float64)


def _sides(corners: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lengths of the upper and of the left sides."""
    return (
        np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1),
        np.linalg.norm(corners[:, 3] - corners[:, 0], axis=1),
    )


def _mostly_upright(corners: NDArray[np.float64]) -> bool:
    """Whether most of the print runs down the picture: a page turned by a quarter."""
    across, down = _sides(corners)
    return bool(down[down > 1.5 * across].sum() > across[across > 1.5 * down].sum())


def _askew(corners: NDArray[np.float64]) -> float:
    across, down = _sides(corners)
    slopes = corners[:, 1] - corners[:, 0] + corners[:, 2] - corners[:, 3]
    angles = np.degrees(np.arctan2(slopes[:, 1], slopes[:, 0]))
    long = across > 5 * down
    return tilt_of(list(zip(angles[long].tolist(), across[long].tolist(), strict=True)))


def _rectangles(corners: NDArray[np.float64], standing: Standing) -> list[Rectangle]:
    """Lines found in the picture turned back by quarters, as rectangles of the straightened picture."""
    angle = math.radians(-standing.tilt)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    moved = (corners - np.array(standing.upright) / 2) @ turn.T + np.array(standing.canvas) / 2
    return [(float(p[:, 0].min()), float(p[:, 1].min()), float(p[:, 0].max()), float(p[:, 1].max())) for p in moved]


@dataclass(frozen=True, slots=True)
class _Straight:
    """A straightened grey picture (`bare`: without its upright rules), how it stood, the printed segments in it; rules
    and frames in pixels of the picture as shown."""

    page: Picture
    bare: Picture
    standing: Standing
    segments: tuple[Segment, ...]
    rules: tuple[Rectangle, ...]
    frames: tuple[Rectangle, ...]

    def cut(self, s: Segment) -> Picture:
        margin = round(_MARGIN * s.height)
        top, left = max(0, s.y0 - margin), max(0, s.x0 - margin // 2)
        return self.bare[top : s.y1 + margin, left : s.x1 + margin // 2]


def _straighten(engine: Engine, picture: Picture, scale: float) -> _Straight:
    height, width = picture.shape[:2]
    turn, corners = 0, _corners(engine, picture, scale)
    if len(corners) and _mostly_upright(corners):
        turn = 90
        corners = _corners(engine, np.rot90(picture), scale)
    standing = Standing(turn, _askew(corners), width, height)
    rows = _rectangles(corners, standing)
    straight = _prepared(straightened(grey(picture), standing), standing, rows, scale)
    if not _is_upside_down(engine, straight):
        return straight
    across, down = standing.canvas
    standing = replace(standing, turn=turn + 180)
    rows = [(across - x1, down - y1, across - x0, down - y0) for x0, y0, x1, y1 in rows]
    return _prepared(np.ascontiguousarray(straight.page[::-1, ::-1]), standing, rows, scale)


def _prepared(page: Picture, standing: Standing, rows: Sequence[Rectangle], scale: float) -> _Straight:
    """Cut the detected `rows` of a straightened grey page at gutters, and take its rules out of it."""
    level, upright = rule_masks(page, scale)
    rules, frames = rules_and_frames(level, upright, scale)
    found = tuple(segments(page, level | upright, rows))
    bare = np.where(upright, np.uint8(np.percentile(page[::8, ::8], 90)), page)  # they would be read as 1 and |
    return _Straight(
        page, bare, standing, found, tuple(standing.shown(r) for r in rules), tuple(standing.shown(f) for f in frames)
    )


def _is_upside_down(engine: Engine, straight: _Straight) -> bool:
    """Told by reading a few long lines both ways; a page that reads well as it stands costs only these few lines."""
    longest = sorted(straight.segments, key=lambda s: (s.x0 - s.x1) / s.height)
    cuts = [straight.cut(s) for s in longest if s.x1 - s.x0 <= _LONGEST_SAMPLE * s.height][:_SAMPLE]
    as_it_stands = sum(engine.read(cut).confidence for cut in cuts)
    if as_it_stands >= _SURE * len(cuts):
        return False
    return sum(engine.read(np.ascontiguousarray(cut[::-1, ::-1])).confidence for cut in cuts) > as_it_stands


# ---------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class _Found:
    """A recognised segment; `middles` are its characters' middles in pixels of the straightened picture."""

    segment: Segment
    read: Read
    middles: tuple[float, ...]

    @property
    def estimate(self) -> Estimate:
        return estimate(self.read.text, self.segment.height, self.middles)


def _recognised(engine: Engine, straight: _Straight) -> list[_Found]:
    found = []
    for segment in straight.segments:
        cut = straight.cut(segment)
        read = engine.read(cut)
        if not read.text or read.confidence < _UNSURE:
            continue
        left = max(0, segment.x0 - round(_MARGIN * segment.height) // 2)
        found.append(_Found(segment, read, tuple(left + place * cut.shape[1] for place in read.places)))
    return found


def _lines(found: _Found, size: float, tilt: float, standing: Standing, page: int, scale: float) -> list[Line]:
    """The segment as one line; text on a tilted page (`tilt`) as several short ones whose boxes hug it."""
    s, text = found.segment, found.read.text
    middle, half = (s.y0 + s.y1) / 2, max(size, s.height) / 2
    made = []
    for start, end in split_for_tilt(text, found.middles, size, tilt):
        left = s.x0 if start == 0 else (found.middles[start - 1] + found.middles[start]) / 2
        right = s.x1 if end == len(text) else (found.middles[end - 1] + found.middles[end]) / 2
        left, right = min(max(left, s.x0), s.x1), max(min(right, s.x1), s.x0)
        shown = standing.shown((left, middle - half, max(left, right), middle + half))
        box = Box(page, *(v * scale for v in shown))
        made.append(Line(text[start:end].strip(), box, size * scale, confidence=found.read.confidence))
    return [line for line in made if line.text]


def _downwards(line: Line, standing: Standing) -> float:
    assert line.box is not None
    return standing.downwards((line.box.x0, line.box.y0, line.box.x1, line.box.y1))


def _all_lines(straight: _Straight, engine: Engine, page: int, scale: float) -> tuple[Line, ...]:
    found = _recognised(engine, straight)
    sizes = settled([f.estimate for f in found])
    tilt = straight.standing.tilt
    largest = _TEXT * median(size for f, size in zip(found, sizes, strict=True) for _ in f.read.text) if found else 0.0
    lines = [
        line
        for f, size in zip(
            found, sizes, strict=True
        )  # a headline stays whole: layout asks which columns it spans, and nothing stands close to it
        for line in _lines(f, size, tilt if size <= largest else 0.0, straight.standing, page, scale)
    ]
    return tuple(sorted(lines, key=lambda line: _downwards(line, straight.standing)))


def read_picture(picture: NDArray[np.uint8], page: int, scale: float, threads: int = 1) -> Page:
    """A picture as a page: its printed lines, downwards as they are written, none across a gutter; straight rules and
    frames; its tilt.

    Pages turned by quarters or askew by up to 15° are straightened first; boxes are in points of the page as shown.
    Sizes are alike for lines in one type. Lines of a page askew are cut short, so that boxes hug them.

    Args:
        picture: (h, w, 3) RGB.
        page: number for the boxes.
        scale: points per pixel.
        threads: of the processor, for this call.
    """
    begins("recognise")
    networks = engine(threads)
    straight = _straighten(networks, picture, scale)
    lines = _all_lines(straight, networks, page, scale)
    height, width = picture.shape[:2]
    rules, frames = boxes_of(straight.rules, page, scale), boxes_of(straight.frames, page, scale)
    return Page(page, lines, width * scale, height * scale, rules=rules, frames=frames, tilt=straight.standing.tilt)
