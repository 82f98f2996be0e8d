"""The program's own adapter: small matrices beside the attention of the default answering model, taught to say 是 only
of a passage that has the answer (`training/verdict` made it, rag/adapter/README.md tells what it is worth)."""

from __future__ import annotations

import ctypes
import logging
from pathlib import Path
from typing import Any, Final

from rag.errors import JianwenError
from rag.models.table import DEFAULT_CHAT

FILE: Final = Path(__file__).parents[1] / "adapter" / "adapter.gguf"


def fits(model: Path) -> bool:
    """Whether `model` is the file that the adapter was taught beside: by name and size, for to read all of it takes
    seconds, and `jianwen models check` does."""
    return model.name == DEFAULT_CHAT.name and model.is_file() and model.stat().st_size == DEFAULT_CHAT.weights.bytes


def join(llama: Any) -> None:
    """Add the adapter's matrices to a loaded model, for as long as it lives.

    Raises:
        JianwenError: the file is missing or damaged.
    """
    from llama_cpp import llama_cpp

    # It warns of every matrix that the adapter's are not laid out anew, and the bindings take that for an error.
    logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL)
    adapter = llama_cpp.llama_adapter_lora_init(llama._model.model, str(FILE).encode())
    if not adapter:
        raise JianwenError(f"程序自带的文件 {FILE} 缺失或损坏。请重新安装程序。")
    adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(adapter)
    if llama_cpp.llama_set_adapters_lora(llama._ctx.ctx, adapters, 1, (ctypes.c_float * 1)(1.0)):
        raise RuntimeError("the adapter was not taken")
