"""Do a model's integer layers see what its float ones see? Measured on sentences of ours, once for each model.

Quantising costs most models next to nothing, but a model with a few huge activations loses all that lies beside them,
and its configuration does not tell. What was found is kept in the user's folder: measuring takes a second or so with a
large model, and a library must know which kind of vectors it will get before it asks for any.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.settings import home

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Two on each of six matters, so that every one has a neighbour to keep.
SENTENCES: Final = (
    "各校要抓好中考备考，安排好复习节点，做好业务培训指导。",
    "初三年级要科学制定三轮复习计划，精心准备中考。",
    "2024年新建改扩建学校19所，新增学位1.2万个。",
    "去年全市撤并农村薄弱学校69所，增加了城区学位。",
    "食堂要明厨亮灶，严格落实食品安全责任。",
    "学校食品安全专项检查发现，个别食堂原料储存不规范。",
    "会议由县委常委、副县长李明华主持。",
    "市教育局党组书记、局长出席会议并讲话。",
    "4月底前完成高标准农田春灌，备足种子化肥。",
    "全县春耕备耕顺利，农田春灌完成三千亩。",
    "营养餐专项资金要专款专用，开展自查自纠。",
    "审计局对营养餐专项资金的使用情况进行了审计。",
)
# multilingual-e5-small: 0.9955 at least, no neighbour lost (0.003 of 0.091 at most with sentences of no clear pairs)
ALIKE: Final = 0.985  # cosine of a sentence's two vectors
LOST: Final = 0.1  # of the range of similarities: how much farther the nearest by integers may really be
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Agreement:
    """cosine: the lowest between a sentence's two vectors. lost: by how much, as a share of the range of all float
    similarities, the nearest sentence by integers is farther than the nearest by floats, at worst."""

    cosine: float
    lost: float

    @property
    def good(self) -> bool:
        return self.cosine >= ALIKE and self.lost <= LOST  # false for what is no number


def agreement(floats: Floats, integers: Floats) -> Agreement:
    """Of vectors of the same texts, (texts, dimension), rows of unit length, at least three."""
    import numpy as np

    true, seen = floats @ floats.T, integers @ integers.T
    every = np.arange(len(true))
    others = ~np.eye(len(true), dtype=bool)
    nearest, taken = (np.where(others, one, -np.inf).argmax(axis=1) for one in (true, seen))
    span = float(np.ptp(true[others]))
    lost = float((true[every, nearest] - true[every, taken]).max())
    found = Agreement(float(np.sum(floats * integers, axis=1).min()), lost / span if span else 0.0)
    _logger.info("integer layers: cosine %.4f, neighbours lost %.3f", found.cosine, found.lost)
    return found


# ---------------------------------------------------------------- what was found


def _file() -> Path:
    return home() / "integer-models.json"


def remembered(key: str) -> bool | None:
    """What was found of a model before; None when nothing was, or the note cannot be read."""
    found = _notes().get(key)
    return found if isinstance(found, bool) else None


def remember(key: str, good: bool) -> None:
    """Keep it; where nothing can be written (a write-protected stick) it is measured anew each time."""
    path = _file()
    scratch = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(json.dumps({**_notes(), key: good}, indent=2), "utf-8")
        scratch.replace(path)
    except OSError as error:
        _logger.warning("cannot note which models run in integers: %s", error)


def _notes() -> dict[str, object]:
    try:
        notes = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return notes if isinstance(notes, dict) else {}
