"""What the benches' command lines share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from rag.settings import PROGRAM_FOLDER

SAMPLE: Path = PROGRAM_FOLDER / "seeds" / "lvliang-education-bulletin-2024-03.txt"

Say = Callable[[str], None]  # one line of progress


def positive(text: str) -> int:
    """An `argparse` type: a whole number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"“{text}”不是大于零的整数")
    return int(text)
