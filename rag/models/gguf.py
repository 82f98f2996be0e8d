"""Reads the head of a GGUF file and says why it cannot answer questions, before llama.cpp is asked to load it.

The format (little-endian, versions 2 and 3): magic `GGUF`, u32 version, u64 tensors, u64 keys; each key: string name,
u32 type, value; each tensor: string name, u32 dimensions, u64 sizes, u32 type, u64 offset; then, aligned, the values.
Strings are u64 length and bytes; arrays u32 type, u64 length and values.
Written from the description in ggml's docs/gguf.md. Every count is measured against the file before it is believed,
so a hostile file ends in a Chinese sentence, not in an exhausted machine.
"""

from __future__ import annotations

import mmap
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.errors import JianwenError

Value = str | int | float | bool | tuple[int, ...]

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_MOST_KEYS = 10_000  # a model has some dozens
_MOST_TENSORS = 1_000_000
_MOST_STRINGS = 4_000_000  # in one array: a vocabulary has some 150,000
_LONGEST_TEXT = 1_000_000  # bytes kept of a text value: a chat template has some thousand
_LONGEST_NAME = 256
_LONGEST_ARRAY = 4096  # numbers of an array that is kept: one for each layer, at most
_WANTED = re.compile(
    r"general\.(architecture|type|alignment)|tokenizer\.chat_template|"
    r".+\.(block_count|embedding_length|pooling_type|attention\.(head_count|head_count_kv|key_length|value_length))"
)

# ggml's types: values in a block → number of the type → bytes of a block
_BLOCKS = {
    1: {0: 4, 1: 2, 24: 1, 25: 2, 26: 4, 27: 8, 28: 8, 30: 2},
    32: {2: 18, 3: 20, 6: 22, 7: 24, 8: 34, 9: 36, 20: 18, 39: 17},
    64: {40: 36, 42: 18},
    128: {41: 18},
    256: {10: 84, 11: 110, 12: 144, 13: 176, 14: 210, 15: 292, 16: 66, 17: 74, 18: 98, 19: 50, 21: 110, 22: 82}
    | {23: 136, 29: 56, 34: 54, 35: 66},
}
_TENSOR_TYPES = {kind: (block, size) for block, sizes in _BLOCKS.items() for kind, size in sizes.items()}

_NOT_FOR_CHAT = re.compile(
    r"(.*-)?bert(-.*)?|nomic-bert.*|jina-.*|t5encoder|gemma-embedding|llama-embed|clip|wavtokenizer.*"
)


@dataclass(frozen=True, slots=True)
class Gguf:
    """What the head says. `end` is where the last tensor ends: the least size of a whole file, in bytes."""

    bytes: int
    end: int
    tensors: int
    keys: dict[str, Value]

    @property
    def architecture(self) -> str:
        return str(self.keys.get("general.architecture", ""))

    def number(self, key: str) -> int:
        """A figure of the architecture (`key` without its name), the largest where each layer has one; 0: none."""
        value = self.keys.get(f"{self.architecture}.{key}", 0)
        if isinstance(value, tuple):
            return max(value, default=0)
        return value if isinstance(value, int) else 0

    def cache_bytes(self, context_tokens: int) -> int:
        """Memory of the key-value cache in fp16 for a full context, an upper bound for sparse architectures."""
        heads = self.number("attention.head_count")
        key_heads = self.number("attention.head_count_kv") or heads
        width = self.number("embedding_length") // heads if heads else 0
        pair = (self.number("attention.key_length") or width) + (self.number("attention.value_length") or width)
        return context_tokens * self.number("block_count") * key_heads * pair * 2


class _MalformedError(Exception):
    """The head contradicts itself or the file; the text is Chinese."""


class _EndedError(_MalformedError):
    """The file ends inside its head."""


class _Reader:
    """Values one after another; nothing is read or counted beyond the file's end."""

    def __init__(self, data: mmap.mmap, size: int) -> None:
        self._data = data
        self._size = size
        self.at = 0

    def skip(self, count: int) -> int:
        start = self.at
        if count < 0 or count > self._size - start:
            raise _EndedError("文件在头部就断了")
        self.at = start + count
        return start

    def value(self, code: str) -> int:
        start = self.skip(struct.calcsize("<" + code))
        found: int = struct.unpack_from("<" + code, self._data, start)[0]
        return found

    def string(self, limit: int) -> str:
        length = self.value("Q")
        start = self.skip(length)
        return self._data[start : start + min(length, limit)].decode("utf-8", "replace")

    def skip_string(self) -> None:
        self.skip(self.value("Q"))

    def any(self, kind: int) -> Value | None:
        """A key's value; None for what is only passed over (long arrays and arrays of strings)."""
        if kind == _STRING:
            return self.string(_LONGEST_TEXT)
        if kind == _ARRAY:
            return self._array(0)
        if kind not in _SCALARS:
            raise _MalformedError(f"头部里有不认识的数据类型 {kind}")
        return self.value(_SCALARS[kind])

    def _array(self, depth: int) -> tuple[int, ...] | None:
        kind, count = self.value("I"), self.value("Q")
        if kind in (_STRING, _ARRAY):
            if count > _MOST_STRINGS or depth > 2:
                raise _MalformedError("头部里的列表长得不合情理")
            for _ in range(count):
                if kind == _STRING:
                    self.skip_string()
                else:
                    self._array(depth + 1)
            return None
        if kind not in _SCALARS:
            raise _MalformedError(f"头部里有不认识的数据类型 {kind}")
        code = _SCALARS[kind]
        start = self.skip(count * struct.calcsize("<" + code))
        if count > _LONGEST_ARRAY or code in "fd":
            return None
        return tuple(struct.unpack_from(f"<{count}{code}", self._data, start))


def _read_keys(reader: _Reader, count: int) -> dict[str, Value]:
    if count > _MOST_KEYS:
        raise _MalformedError("头部里的项目多得不合情理")
    keys: dict[str, Value] = {}  # only those wanted: the file decides how many there are and how long
    for _ in range(count):
        name = reader.string(_LONGEST_NAME)
        value = reader.any(reader.value("I"))
        if value is not None and _WANTED.fullmatch(name):
            keys[name] = value
    return keys


def _read_tensors(reader: _Reader, count: int) -> int:
    """Where the last tensor ends, in bytes after the start of the values."""
    if count > _MOST_TENSORS:
        raise _MalformedError("头部里的张量多得不合情理")
    end = 0
    for _ in range(count):
        reader.skip_string()
        dimensions = reader.value("I")
        if dimensions > 8:
            raise _MalformedError("头部里的张量维数不合情理")
        values = 1
        for _ in range(dimensions):
            values *= reader.value("Q")
        kind, offset = reader.value("I"), reader.value("Q")
        block, size = _TENSOR_TYPES.get(kind, (1, 0))  # a newer type: only its beginning is known
        end = max(end, offset + -(-values // block) * size)
    return end


def read(path: Path) -> Gguf:
    """Read the head of a GGUF file (about 0.1 s for a vocabulary of 150,000).

    Raises:
        JianwenError: it is no GGUF file, one of another version, or its head is broken or cut off.
    """
    try:
        status = path.stat()
        return _read(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise JianwenError(f"模型文件 {path} 读不了（{error.strerror}）。请检查文件的访问权限和磁盘。") from error


@lru_cache(maxsize=32)
def _read(path: Path, size: int, _changed: int) -> Gguf:
    """`_changed` only makes a file that was replaced a different question."""
    copy_again = "请删除它，重新完整地拷贝一次。"
    if not size:
        raise JianwenError(f"模型文件 {path} 是空的（0 字节）。{copy_again}")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _check_magic(path, data[:64])
        reader = _Reader(data, size)
        try:
            reader.skip(4)
            version = reader.value("I")
            if version not in (2, 3):
                raise JianwenError(f"模型文件 {path} 的 GGUF 版本（{version}）不受支持。请换用第 2 或第 3 版的文件。")
            tensors, key_count = reader.value("Q"), reader.value("Q")
            keys = _read_keys(reader, key_count)
            end = _read_tensors(reader, tensors)
        except _MalformedError as error:
            cause = "不完整" if isinstance(error, _EndedError) else "已损坏"
            raise JianwenError(f"模型文件 {path}{cause}：{error}（现有 {size:,} 字节）。{copy_again}") from error
    alignment = keys.get("general.alignment", 32)
    alignment = alignment if isinstance(alignment, int) and 0 < alignment <= 1 << 20 else 32
    return Gguf(size, -(-reader.at // alignment) * alignment + end, tensors, keys)


def _check_magic(path: Path, head: bytes) -> None:
    if head[:4] == b"GGUF":
        return
    if b"git-lfs" in head:
        cause = "它只是一个指向大文件的指针（文本），不是模型本身"
    elif head[:4] in (b"tjgg", b"fmgg", b"lmgg", b"algg"):
        cause = "它是旧的 GGML 格式"
    elif head[:2] == b"PK":
        cause = "它是一个压缩包，还没有解压"
    elif head.lstrip()[:1] == b"<":
        cause = "它是一个网页，多半是下载时没有登录或链接不对"
    else:
        cause = "文件开头不是 GGUF 标记"
    raise JianwenError(f"文件 {path} 不是 GGUF 模型：{cause}。请换成完整的 .gguf 文件。")


def check_whole(path: Path, head: Gguf) -> None:
    """Raises JianwenError when the file is shorter than its head says, or one part of several."""
    if head.bytes < head.end:
        raise JianwenError(
            f"模型文件 {path} 不完整：应有至少 {head.end:,} 字节，实有 {head.bytes:,} 字节。"
            "多半是拷贝或下载中断了，请删除它，重新完整地拷贝一次。"
        )
    parts = re.fullmatch(r"(.+)-(\d{5})-of-(\d{5})\.gguf", path.name)
    if parts is None:
        return
    stem, number, count = parts[1], int(parts[2]), int(parts[3])
    if number != 1:
        raise JianwenError(
            f"模型文件 {path} 是分卷中的第 {number} 卷（共 {count} 卷）。请选择第 1 卷，各卷放在同一文件夹里。"
        )
    names = [f"{stem}-{n:05}-of-{count:05}.gguf" for n in range(1, min(count, 1000) + 1)]
    missing = [name for name in names if not (path.parent / name).is_file()]
    if missing:
        raise JianwenError(f"模型 {path} 缺少分卷：{'、'.join(missing[:5])}。请把各卷都放进同一文件夹。")


def check_chat(path: Path, head: Gguf) -> None:
    """Raises JianwenError when the model is whole but cannot hold a conversation."""
    kind = str(head.keys.get("general.type", "model"))
    other = "请在设置中换一个对话（instruct / chat）模型的 .gguf 文件。"
    if kind == "mmproj" or head.architecture == "clip":
        raise JianwenError(f"文件 {path} 是看图用的附件（mmproj），不是对话模型。{other}")
    if kind not in ("model", ""):
        raise JianwenError(f"文件 {path} 是模型的附件（{kind}），不是对话模型。{other}")
    if not head.tensors:
        raise JianwenError(f"文件 {path} 里只有词表，没有模型权重。{other}")
    if _NOT_FOR_CHAT.fullmatch(head.architecture) or head.number("pooling_type"):
        raise JianwenError(f"模型 {path}（架构 {head.architecture}）只能用来检索，不能回答问题。{other}")
    if not head.keys.get("tokenizer.chat_template"):
        raise JianwenError(
            f"模型 {path}（架构 {head.architecture or '未写明'}）没有对话模板，不能用来回答问题。{other}"
        )
