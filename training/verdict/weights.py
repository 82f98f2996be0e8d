"""The answering model's weights out of its GGUF file, and an adapter as such a file."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gguf import GGUFReader, GGUFWriter
from gguf.quants import dequantize
from torch import Tensor

from training.verdict.network import ADAPTED, Adapter, Shape

_BY_TOKEN = ("token_embd.weight", "output.weight")


def read(path: Path, kept: np.ndarray, device: str) -> tuple[dict[str, Tensor], Shape]:
    """Weights in 16 bits on `device`, of the vocabulary only the tokens `kept` (a file cut so before may be given)."""
    reader = GGUFReader(path)

    def one(tensor: Any) -> tuple[str, Tensor]:
        data = tensor.data
        if tensor.name in _BY_TOKEN and len(data) != len(kept):
            data = data[kept]
        floats = torch.from_numpy(dequantize(data, tensor.tensor_type))
        return tensor.name, floats.to(torch.bfloat16 if device != "cpu" else torch.float32).to(device)

    with ThreadPoolExecutor() as pool:
        weights = dict(pool.map(one, reader.tensors))

    def field(name: str) -> Any:
        return reader.fields[f"qwen2.{name}"].contents()

    return weights, Shape(
        field("block_count"),
        field("attention.head_count"),
        field("attention.head_count_kv"),
        field("embedding_length"),
        field("attention.layer_norm_rms_epsilon"),
        field("rope.freq_base"),
    )


def adapter_for(weights: Mapping[str, Tensor], rank: int, alpha: float) -> Adapter:
    sizes = {
        name: (value.shape[0], value.shape[1])
        for name, value in weights.items()
        if name.endswith(tuple(f"{part}.weight" for part in ADAPTED))
    }
    return Adapter(sizes, rank, alpha)


def ship(adapter: Adapter, path: Path) -> None:
    """Write what `llama_adapter_lora_init` reads, in 16 bits."""
    writer = GGUFWriter(path, "qwen2")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", adapter.alpha)
    for name, value in adapter.matrices():
        writer.add_tensor(name, value.float().cpu().numpy().astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
