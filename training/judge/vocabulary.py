"""The embedding model's vocabulary cut to the pieces that Chinese text of today uses.

Kept: every single character (so that a word whose piece went falls back to its characters), the pieces of simplified
Chinese (characters of GB 2312), and what the training text itself uses. The other 228,000 pieces are of other
languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

_SPECIAL = 4  # <s> <pad> </s> <unk> keep their numbers
_HAN = re.compile(r"▁?[一-鿿]+")
_ONE = re.compile(r"▁?(?:[一-鿿]|[!-~]|[·-〿︰-￯‐-⁞℀-⅋Ⅰ-ⅿ①-⓿Α-ωА-яÀ-ſ°±×÷])")
_FIGURES = re.compile(r"▁?(?:\d{1,2}|(?:19|20)\d\d|\d\d0|\d000)")


def kept(pieces: list[tuple[str, float]], used: set[int]) -> list[int]:
    """Numbers of the pieces to keep, ascending; `used` are those that the training text needs."""
    wanted = set(range(_SPECIAL)) | used
    for number, (piece, _) in enumerate(pieces):
        simplified = _HAN.fullmatch(piece) and _in_gb2312(piece.removeprefix("▁"))
        if simplified or piece == "▁" or _ONE.fullmatch(piece) or _FIGURES.fullmatch(piece):
            wanted.add(number)
    return sorted(wanted)


def _in_gb2312(text: str) -> bool:
    try:
        text.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def cut(folder: Path, texts: Iterable[str]) -> tuple[str, np.ndarray]:
    """(tokenizer.json with fewer pieces, the numbers kept) of the embedding model in `folder`.

    Raises:
        OSError, ValueError: the folder holds no Unigram tokenizer.
    """
    from tokenizers import Tokenizer

    source = (folder / "tokenizer.json").read_text("utf-8")
    tokenizer = Tokenizer.from_str(source)
    tokenizer.no_truncation()
    # Counted a little, so that slips of spelling do not each keep a foreign piece.
    counts: dict[int, int] = {}
    for encoded in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
        for number in encoded.ids:
            counts[number] = counts.get(number, 0) + 1
    described: dict[str, Any] = json.loads(source)
    model = described["model"]
    if model["type"] != "Unigram":
        raise ValueError(f"{folder} has a {model['type']} tokenizer")
    numbers = kept(model["vocab"], {number for number, count in counts.items() if count > 1})
    model["vocab"] = [model["vocab"][number] for number in numbers]
    described["added_tokens"] = [token for token in described["added_tokens"] if token["id"] < _SPECIAL]
    described["truncation"] = described["padding"] = None
    return json.dumps(described, ensure_ascii=False), np.array(numbers)
