"""A BERT's layers in floats, in torch: for machines where ONNX Runtime does not load. Slower than integers by half."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rag.models.onnx_graph import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


def float_layers(shape: Encoder, weights: Mapping[str, Floats]) -> Callable[[Floats], Floats]:
    """What `onnx_graph.encoder_graph` computes, of the same weights: (texts, tokens, hidden) → the same shape."""
    import torch
    from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

    values = {name: torch.from_numpy(value.copy()) for name, value in weights.items()}

    def product(x: Any, name: str) -> Any:
        return linear(x, values[f"{name}.weight"], values[f"{name}.bias"])

    def normalised(x: Any, name: str) -> Any:
        return layer_norm(x, x.shape[-1:], values[f"{name}.weight"], values[f"{name}.bias"], shape.epsilon)

    def attended(x: Any, name: str) -> Any:
        heads = [product(x, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        parted = [head.unflatten(-1, (shape.heads, -1)).transpose(1, 2) for head in heads]
        mixed = scaled_dot_product_attention(*parted).transpose(1, 2).flatten(2)
        return normalised(x + product(mixed, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm")

    def run(embedded: Floats) -> Floats:
        with torch.inference_mode():
            x = torch.from_numpy(embedded)
            for number in range(shape.layers):
                name = f"layer.{number}"
                x = attended(x, name)
                inner = gelu(product(x, f"{name}.intermediate.dense"))
                x = normalised(x + product(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")
            encoded: Floats = x.numpy()
        return encoded

    return run
