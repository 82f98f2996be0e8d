"""The encoder in torch: BERT's layers over the tokens of a whole batch laid end to end, so that padding costs nothing
but in attention, and two logits at the first token of each text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, gelu, layer_norm, linear, scaled_dot_product_attention

ANSWERS, SUPPORTS = 0, 1  # the two logits
_DROPPED = 0.1  # share of what a layer adds that is left out at random while it learns


class CrossEncoder(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Weights are named as in a BertModel: embeddings.*, encoder.layer.N.*, and head.weight (2, hidden), head.bias."""

    def __init__(self, weights: dict[str, Tensor], heads: int, epsilon: float) -> None:
        """Take a state of the names above."""
        super().__init__()
        self.heads, self.epsilon = heads, epsilon
        self.layers = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("encoder.layer."))
        self.values = nn.ParameterDict({name.replace(".", "/"): nn.Parameter(v) for name, v in weights.items()})

    def _value(self, name: str) -> Tensor:
        value: Tensor = self.values[name.replace(".", "/")]
        return value

    def state(self) -> dict[str, Tensor]:
        """All weights by BERT's names."""
        return {name.replace("/", "."): value.detach() for name, value in self.values.items()}

    def _normalised(self, x: Tensor, name: str) -> Tensor:
        return layer_norm(x, x.shape[-1:], self._value(f"{name}.weight"), self._value(f"{name}.bias"), self.epsilon)

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return linear(x, self._value(f"{name}.weight"), self._value(f"{name}.bias"))

    def forward(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Logits of shape (texts, 2) for token numbers without padding."""
        lengths = torch.tensor([len(text) for text in texts])
        longest = int(lengths.max())
        real = torch.arange(longest)[None] < lengths[:, None]  # (texts, longest)
        tokens = torch.tensor([token for text in texts for token in text])
        first = torch.cat([torch.zeros(1, dtype=torch.long), lengths.cumsum(0)[:-1]])
        device = self._value("head.bias").device
        where, tokens, first, mask = (
            value.to(device) for value in (real.flatten().nonzero()[:, 0], tokens, first, real[:, None, None, :])
        )
        x = self._embedded(tokens, where % longest)
        for number in range(self.layers):
            name = f"encoder.layer.{number}"
            x = self._attended(x, name, where, (len(texts), longest), mask)
            inner = gelu(self._linear(x, f"{name}.intermediate.dense"))
            outer = self._dropped(self._linear(inner, f"{name}.output.dense"))
            x = self._normalised(x + outer, f"{name}.output.LayerNorm")
        return self._linear(x[first], "head")

    def _dropped(self, x: Tensor) -> Tensor:
        return dropout(x, _DROPPED, self.training)

    def _embedded(self, tokens: Tensor, positions: Tensor) -> Tensor:
        words, places = (self._value(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position"))
        x = words[tokens] + places[positions] + self._value("embeddings.token_type_embeddings.weight")[0]
        return self._dropped(self._normalised(x, "embeddings.LayerNorm"))

    def _attended(self, x: Tensor, name: str, where: Tensor, shape: tuple[int, int], mask: Tensor) -> Tensor:
        texts, longest = shape
        hidden = x.shape[-1]

        def padded(part: str) -> Tensor:
            value = self._linear(x, f"{name}.attention.self.{part}")
            flat = value.new_zeros(texts * longest, hidden).index_copy(0, where, value)
            return flat.view(texts, longest, self.heads, -1).transpose(1, 2)

        heads = scaled_dot_product_attention(padded("query"), padded("key"), padded("value"), attn_mask=mask)
        mixed = heads.transpose(1, 2).reshape(texts * longest, hidden)[where]
        mixed = self._dropped(self._linear(mixed, f"{name}.attention.output.dense"))
        return self._normalised(x + mixed, f"{name}.attention.output.LayerNorm")


def start(folder: Path, kept: np.ndarray[Any, Any], layers: int) -> CrossEncoder:
    """The embedding model's lowest `layers` layers and the `kept` rows of its vocabulary, with a fresh head.

    Lowest, and not every second: what is fitted to comparing whole vectors sits at the top (Sajjad et al., "On the
    effect of dropping layers of pre-trained transformer models", 2023, found the same for other tasks).
    """
    from safetensors.torch import load_file

    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("bert."): value.float() for name, value in weights.items()}
    wanted = ("embeddings.", *(f"encoder.layer.{number}." for number in range(layers)))
    weights = {name: value for name, value in weights.items() if name.startswith(wanted) and "position_ids" not in name}
    rows = "embeddings.word_embeddings.weight"
    weights[rows] = weights[rows][torch.from_numpy(kept)].clone()
    weights["head.weight"] = torch.zeros(2, config["hidden_size"]).normal_(std=0.02)
    weights["head.bias"] = torch.zeros(2)
    return CrossEncoder(weights, config["num_attention_heads"], config["layer_norm_eps"])
