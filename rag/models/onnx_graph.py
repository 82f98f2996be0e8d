"""A BERT encoder in 8-bit integers as an ONNX graph, written by hand. Pure.

Only what ONNX Runtime's own fused operators need is written: per layer QAttention, DynamicQuantizeMatMul,
SkipLayerNormalization, BiasGelu. The wire format is protocol buffers' (varints and length-delimited fields), the field
numbers are those of onnx.proto3; so neither the onnx package nor torch's exporter is needed, and a folder of weights
becomes a running graph in about a second.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

INPUT, OUTPUT = "embedded", "encoded"

_IR_VERSION, _OPSET = 8, 17
_MICROSOFT = "com.microsoft"
_FLOAT, _UINT8, _INT8, _INT64 = 1, 2, 3, 7  # TensorProto.DataType
# Weights use 7 of 8 bits: processors without VNNI add two products of u8 and s8 in 16 bits, which more would overflow.
# So every processor computes the same.
_LARGEST = 64


@dataclass(frozen=True, slots=True)
class Encoder:
    """What the graph is made for. `epsilon` is that of its layer normalisations."""

    layers: int
    heads: int
    hidden: int
    epsilon: float


# ---------------------------------------------------------------- protocol buffers


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _attribute(name: str, value: int | float) -> bytes:
    if isinstance(value, int):
        return _bytes(5, _bytes(1, name) + _number(3, value) + _number(20, 2))
    return _bytes(5, _bytes(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1))


def _node(op: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **values: int | float) -> bytes:
    body = [*(_bytes(1, name) for name in inputs), *(_bytes(2, name) for name in outputs), _bytes(4, op)]
    body += [_attribute(name, value) for name, value in values.items()]
    return _bytes(1, b"".join(body) + (_bytes(7, domain) if domain else b""))


def _tensor(name: str, values: NDArray[np.float32] | NDArray[np.int8] | NDArray[np.int64]) -> bytes:
    kind = {"float32": _FLOAT, "int8": _INT8, "uint8": _UINT8, "int64": _INT64}[values.dtype.name]
    shape = b"".join(_number(1, size) for size in values.shape)
    return _bytes(5, shape + _number(2, kind) + _bytes(8, name) + _bytes(9, values.tobytes()))


def _value(field: int, name: str, tokens: str, hidden: int) -> bytes:
    """A float input or output of shape (texts, tokens, hidden)."""
    sizes = (_bytes(2, "texts"), _bytes(2, tokens), _number(1, hidden))
    shape = b"".join(_bytes(1, size) for size in sizes)
    return _bytes(field, _bytes(1, name) + _bytes(2, _bytes(1, _number(1, _FLOAT) + _bytes(2, shape))))


# ---------------------------------------------------------------- the graph


def quantised(weight: Floats) -> tuple[NDArray[np.int8], Floats]:
    """(input, output) weights as symmetric integers of 7 bits and one scale per output: weight ≈ integers × scale."""
    import numpy as np

    scale = np.abs(weight).max(axis=0) / _LARGEST
    scale[scale < np.finfo(np.float32).tiny] = 1.0  # all zero, or next to it
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def encoder_graph(shape: Encoder, weights: Mapping[str, Floats], first_only: bool = False) -> bytes:
    """The serialised model: `INPUT` (texts, tokens, hidden), what the embedding layer gives, → `OUTPUT`, same shape.

    `first_only`: only the first token is asked for; `OUTPUT` is (texts, 1, hidden), the last layer computes no other.

    No mask: all texts of a call have one length. `weights` are named as in a BertModel's encoder
    (layer.0.attention.self.query.weight …), each matrix (output, input) as torch keeps it.

    Raises:
        KeyError: a weight is missing.
    """
    parts: list[bytes] = []
    x = INPUT
    for layer in range(shape.layers):
        out = OUTPUT if layer == shape.layers - 1 else f"x{layer}"
        parts += _layer(shape, weights, layer, x, out, first_only and layer == shape.layers - 1)
        x = out
    given = _value(11, INPUT, "tokens", shape.hidden)
    made = _value(12, OUTPUT, "first" if first_only else "tokens", shape.hidden)
    graph = b"".join(parts) + _bytes(2, "encoder") + given + made
    opsets = _bytes(8, _bytes(1, "") + _number(2, _OPSET)) + _bytes(8, _bytes(1, _MICROSOFT) + _number(2, 1))
    return _number(1, _IR_VERSION) + _bytes(7, graph) + opsets


def _layer(
    shape: Encoder, weights: Mapping[str, Floats], number: int, x: str, out: str, first_only: bool
) -> Iterator[bytes]:
    import numpy as np

    def weight(name: str) -> Floats:
        return np.ascontiguousarray(weights[f"layer.{number}.{name}"], np.float32)

    def name(part: str) -> str:
        return f"{part}{number}"

    def matrix(part: str, values: Floats) -> Iterator[bytes]:
        integers, scale = quantised(values.T)
        yield _tensor(name(part), np.ascontiguousarray(integers))
        yield _tensor(name(part + "_scale"), scale)

    def multiplied(part: str, source: str, target: str) -> bytes:
        return _node("DynamicQuantizeMatMul", [source, name(part), name(part + "_scale")], [target], _MICROSOFT)

    def normalised(part: str, skip: str, added: str, target: str) -> bytes:
        inputs = [skip, added, name(part + "_g"), name(part + "_b"), name(part + "_c")]
        return _node("SkipLayerNormalization", inputs, [target], _MICROSOFT, epsilon=shape.epsilon)

    heads = [f"attention.self.{part}" for part in ("query", "key", "value")]
    yield from matrix("qkv", np.concatenate([weight(f"{head}.weight") for head in heads]))
    yield _tensor(name("qkv_b"), np.concatenate([weight(f"{head}.bias") for head in heads]))
    yield from matrix("ao", weight("attention.output.dense.weight"))
    yield from matrix("fi", weight("intermediate.dense.weight"))
    yield _tensor(name("fi_b"), weight("intermediate.dense.bias"))
    yield from matrix("fo", weight("output.dense.weight"))
    for part, block in (("n", "attention.output"), ("m", "output")):
        yield _tensor(name(part + "_g"), weight(f"{block}.LayerNorm.weight"))
        yield _tensor(name(part + "_b"), weight(f"{block}.LayerNorm.bias"))
        yield _tensor(name(part + "_c"), weight(f"{block}.dense.bias"))
    yield _node("DynamicQuantizeLinear", [x], [name("q"), name("q_scale"), name("q_zero")])
    attention = ["q", "qkv", "qkv_b", "q_scale", "qkv_scale", "", "q_zero"]
    inputs = [name(part) if part else "" for part in attention]
    yield _node("QAttention", inputs, [name("a")], _MICROSOFT, num_heads=shape.heads)
    attended = name("a")
    if first_only:
        yield _tensor(name("first"), np.zeros(1, np.int64))
        yield _node("Gather", [attended, name("first")], [name("af")], axis=1)
        yield _node("Gather", [x, name("first")], [name("xf")], axis=1)
        attended, x = name("af"), name("xf")
    yield multiplied("ao", attended, name("p"))
    yield normalised("n", x, name("p"), name("y"))
    yield multiplied("fi", name("y"), name("u"))
    yield _node("BiasGelu", [name("u"), name("fi_b")], [name("g")], _MICROSOFT)
    yield multiplied("fo", name("g"), name("d"))
    yield normalised("m", name("y"), name("d"), out)
