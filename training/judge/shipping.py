"""A checkpoint → what the program ships: safetensors in 8-bit integers, and the cut tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from rag.evidence.cross_encoder import SCALE
from rag.models.onnx_graph import quantised

_POSITIONS = 256  # tokens of a pair; training goes up to fewer, and what a position means was learnt before


def ship(state: dict[str, Any], heads: int, epsilon: float, tokenizer: Path, folder: Path) -> None:
    """Write model.safetensors and tokenizer.json into `folder`; `state` are torch tensors by BERT's names.

    Matrices become integers of 7 bits with one scale per output, exactly those that the program's graph computes with.
    """
    from safetensors.numpy import save_file

    weights: dict[str, np.ndarray[Any, Any]] = {}
    for name, value in state.items():
        floats = value.float().cpu().numpy()
        if "position_embeddings" in name:
            floats = floats[:_POSITIONS]
        if floats.ndim == 2 and name != "head.weight" and "token_type" not in name:
            integers, scale = quantised(floats.T)
            weights[name], weights[name + SCALE] = np.ascontiguousarray(integers.T), scale
        else:
            weights[name] = np.ascontiguousarray(floats)
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layer."))
    folder.mkdir(parents=True, exist_ok=True)
    about = {"layers": str(layers), "heads": str(heads), "epsilon": str(epsilon)}
    save_file(weights, folder / "model.safetensors", about)
    shutil.copy(tokenizer, folder / "tokenizer.json")
