"""The answering model (Qwen2) in torch with an adapter beside its attention matrices, read from the GGUF file.

LoRA: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models" (2021). Only the adapter learns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, rms_norm, scaled_dot_product_attention, silu

ADAPTED = ("attn_q", "attn_k", "attn_v", "attn_output")


@dataclass(frozen=True, slots=True)
class Shape:
    layers: int
    heads: int
    key_heads: int
    width: int
    epsilon: float
    rope_base: float


class Adapter(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """`lora_b(lora_a(x))` for each adapted matrix, by its GGUF name; zero before it has learnt."""

    def __init__(self, sizes: Mapping[str, tuple[int, int]], rank: int, alpha: float) -> None:
        super().__init__()
        self.rank, self.alpha = rank, alpha
        self.on = True
        self.a, self.b = nn.ParameterDict(), nn.ParameterDict()
        for name, (outputs, inputs) in sizes.items():
            first = torch.empty(rank, inputs)
            nn.init.kaiming_uniform_(first, a=math.sqrt(5))
            self.a[_key(name)] = nn.Parameter(first)
            self.b[_key(name)] = nn.Parameter(torch.zeros(outputs, rank))

    def added(self, name: str, given: Tensor) -> Tensor | float:
        if not self.on:
            return 0.0
        low = linear(given, self.a[_key(name)].to(given.dtype))
        return linear(low, self.b[_key(name)].to(given.dtype)) * (self.alpha / self.rank)

    @contextmanager
    def off(self) -> Iterator[None]:
        self.on = False
        try:
            yield
        finally:
            self.on = True

    def matrices(self) -> Iterator[tuple[str, Tensor]]:
        """By the names that llama.cpp gives them."""
        for key in self.a:
            name = key.replace("/", ".")
            yield f"{name}.lora_a", self.a[key].detach()
            yield f"{name}.lora_b", self.b[key].detach()


def _key(name: str) -> str:
    return name.replace(".", "/")  # a ParameterDict takes no dots


class Qwen2(nn.Module):  # type: ignore[misc]
    """`weights` by their GGUF names, frozen, on one device."""

    def __init__(self, weights: Mapping[str, Tensor], shape: Shape, adapter: Adapter) -> None:
        super().__init__()
        self.weights, self.shape, self.adapter = dict(weights), shape, adapter

    def forward(self, tokens: Tensor) -> Tensor:
        """The hidden states after the last norm, (batch, length, width), of rows of `tokens`, which may be filled up at
        their ends: what comes after a token does not change its state."""
        state = self.weights["token_embd.weight"][tokens]
        turn = self._turn(tokens.shape[1], state)
        for layer in range(self.shape.layers):
            state = self._layer(state, layer, turn)
        return self._norm(state, "output_norm")

    def _layer(self, state: Tensor, layer: int, turn: tuple[Tensor, Tensor]) -> Tensor:
        name = f"blk.{layer}."
        state = state + self._attention(self._norm(state, name + "attn_norm"), name, turn)
        given = self._norm(state, name + "ffn_norm")
        gate = silu(linear(given, self.weights[name + "ffn_gate.weight"]))
        up = linear(given, self.weights[name + "ffn_up.weight"])
        return state + linear(gate * up, self.weights[name + "ffn_down.weight"])

    def _attention(self, given: Tensor, name: str, turn: tuple[Tensor, Tensor]) -> Tensor:
        batch, length, _ = given.shape
        heads, key_heads = self.shape.heads, self.shape.key_heads
        q = self._adapted(given, name + "attn_q").view(batch, length, heads, -1).transpose(1, 2)
        k = self._adapted(given, name + "attn_k").view(batch, length, key_heads, -1).transpose(1, 2)
        v = self._adapted(given, name + "attn_v").view(batch, length, key_heads, -1).transpose(1, 2)
        q, k = _turned(q, turn), _turned(k, turn)
        k, v = (one.repeat_interleave(heads // key_heads, 1) for one in (k, v))
        told = scaled_dot_product_attention(q, k, v, is_causal=True)
        return self._adapted(told.transpose(1, 2).reshape(batch, length, -1), name + "attn_output")

    def _adapted(self, given: Tensor, name: str) -> Tensor:
        plain = linear(given, self.weights[name + ".weight"], self.weights.get(name + ".bias"))
        return plain + self.adapter.added(name + ".weight", given)

    def _norm(self, state: Tensor, name: str) -> Tensor:
        return rms_norm(state, (self.shape.width,), self.weights[name + ".weight"], self.shape.epsilon)

    def _turn(self, length: int, like: Tensor) -> tuple[Tensor, Tensor]:
        size = self.shape.width // self.shape.heads
        rates = self.shape.rope_base ** (-torch.arange(0, size, 2, device=like.device).float() / size)
        angles = torch.outer(torch.arange(length, device=like.device).float(), rates).repeat(1, 2)
        return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def _turned(states: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Su et al., "RoFormer" (2021), pairs being a half apart."""
    low, high = states.chunk(2, -1)
    return states * turn[0] + torch.cat((-high, low), -1) * turn[1]
