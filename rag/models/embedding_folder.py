"""Looks at a sentence-transformers folder without loading it: is it one, is it whole, can we take it?"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from rag.errors import JianwenError

_LONGEST_HEADER = 100_000_000  # safetensors' own limit, bytes
_VOCABULARIES = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model", "vocab.json")


def is_embedding_folder(path: Path) -> bool:
    """Looks like one: sentence-transformers' description, or at least a configuration with weights."""
    if not path.is_dir():
        return False
    if (path / "modules.json").is_file() or (path / "config_sentence_transformers.json").is_file():
        return True
    return (path / "config.json").is_file() and (path / "model.safetensors").is_file()


def weight_files(folder: Path) -> tuple[Path, ...]:
    """The weights in the folder and its modules' folders; safetensors before pickles, as they are loaded."""
    for pattern in ("*.safetensors", "pytorch_model*.bin"):
        found = sorted([*folder.glob(pattern), *folder.glob(f"*/{pattern}")])
        if found:
            return tuple(found)
    return ()


def read_json(path: Path) -> Any:
    """A file's JSON; None when there is no such file.

    Raises:
        JianwenError: it cannot be read, or is not JSON.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise JianwenError(f"模型文件 {path} 读不懂（{type(error).__name__}）。请重新完整地拷贝这个文件夹。") from error


def check_folder(folder: Path) -> None:
    """Raises JianwenError, naming file, cause and remedy, when the folder is no embedding model or not whole."""
    again = "请重新完整地拷贝这个文件夹。"
    if not folder.is_dir():
        raise JianwenError(f"检索模型须是一个文件夹（sentence-transformers 格式），而 {folder} 不是。")
    if not is_embedding_folder(folder):
        raise JianwenError(
            f"文件夹 {folder} 不是 sentence-transformers 模型：缺少 modules.json 或 config.json 等文件。{again}"
        )
    _check_modules(folder)
    weights = weight_files(folder)
    if not weights:
        raise JianwenError(f"文件夹 {folder} 里没有模型权重（model.safetensors）。{again}")
    for file in weights:
        _check_weights(file, again)
    if not any((place / name).is_file() for place in (folder, *folder.glob("*/")) for name in _VOCABULARIES):
        raise JianwenError(f"文件夹 {folder} 里没有分词器（tokenizer.json）。{again}")


def _check_modules(folder: Path) -> None:
    """Every module is sentence-transformers' own: code that comes with a model is never run."""
    modules = read_json(folder / "modules.json")
    if modules is None:
        return
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        raise JianwenError(f"模型文件 {folder / 'modules.json'} 的内容不对。请重新完整地拷贝这个文件夹。")
    foreign = [
        str(m.get("type", "")) for m in modules if not str(m.get("type", "")).startswith("sentence_transformers.")
    ]
    if foreign:
        raise JianwenError(
            f"模型 {folder} 需要运行它自带的程序代码（{foreign[0]}），出于安全不予支持。请在设置中换一个检索模型。"
        )


def _check_weights(file: Path, again: str) -> None:
    """A safetensors file is as long as its header says; a pickle is only not empty."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            start = stream.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if file.suffix != ".safetensors" and size > 1024:
                return
            if b"version " in start:
                raise JianwenError(f"文件 {file} 只是一个指向大文件的指针（文本），不是模型权重。{again}")
            if not 2 <= length <= min(_LONGEST_HEADER, size):
                raise JianwenError(f"模型权重 {file} 不完整或已损坏（实有 {size:,} 字节）。{again}")
            header = json.loads(stream.read(length))
        ends = [int(entry["data_offsets"][1]) for name, entry in header.items() if name != "__metadata__"]
    except OSError as error:
        raise JianwenError(f"模型权重 {file} 读不了（{error.strerror}）。请检查文件的访问权限和磁盘。") from error
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise JianwenError(f"模型权重 {file} 已损坏（{type(error).__name__}）。{again}") from error
    expected = 8 + length + max(ends, default=0)
    if size != expected:
        raise JianwenError(f"模型权重 {file} 不完整：应有 {expected:,} 字节，实有 {size:,} 字节。{again}")
