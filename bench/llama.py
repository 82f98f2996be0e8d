"""Both sides of the speed bench: llama.cpp by its C functions alone, and our chat model with a meter on it."""

from __future__ import annotations

import ctypes
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.chat.llama_chat import LlamaChat, LlamaSession
from rag.chat.llm import Message
from rag.chat.prompt_states import PromptStates
from rag.errors import JianwenError
from rag.types import StopSignal


class BareLlama:
    """llama.cpp's own loop: `llama_decode` and its greedy sampler, nothing of ours in between.

    A model and a context of its own, so that neither side finds the other's work in its cache. Batches are of
    llama.cpp's default size; threads, context and flash attention (off: faster on a CPU) are as in `LlamaChat`.
    """

    def __init__(self, path: Path, context_tokens: int, threads: int) -> None:
        from llama_cpp import llama_cpp as c

        self._c = c
        logging.getLogger("llama-cpp-python").setLevel(logging.CRITICAL + 1)  # its warnings are not about measuring
        model_params = c.llama_model_default_params()
        model_params.n_gpu_layers = 0
        self._model = c.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise JianwenError(f"模型文件 {path} 打不开。请运行 jianwen models check 检查。")
        params = c.llama_context_default_params()
        params.n_ctx = params.n_batch = context_tokens  # a prompt is handed over whole; n_ubatch cuts it up
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = c.LLAMA_FLASH_ATTN_TYPE_DISABLED
        self._context: Any = c.llama_init_from_model(self._model, params)
        if not self._context:
            c.llama_model_free(self._model)
            raise JianwenError(f"内存不够同时运行两份模型 {path.name}。请关闭其他程序，或在设置中缩短上下文后再测。")
        self._sampler = c.llama_sampler_init_greedy()

    def close(self) -> None:
        self._c.llama_sampler_free(self._sampler)
        self._c.llama_free(self._context)
        self._c.llama_model_free(self._model)

    def read(self, tokens: Sequence[int]) -> float:
        """Forget everything and read `tokens`; returns the seconds it took."""
        self._c.llama_memory_clear(self._c.llama_get_memory(self._context), True)
        started = time.perf_counter()
        self._decode(tokens)
        self._c.llama_synchronize(self._context)
        return time.perf_counter() - started

    def write(self, count: int) -> float:
        """Write `count` tokens after what was read, past the end of the turn if need be; returns the seconds."""
        started = time.perf_counter()
        for _ in range(count):
            self._decode([self._c.llama_sampler_sample(self._sampler, self._context, -1)])
        self._c.llama_synchronize(self._context)
        return time.perf_counter() - started

    def pieces(self, most: int) -> Iterator[bytes]:
        """What the model writes after what was read, token by token, to the end of its turn or `most` tokens."""
        vocabulary = self._c.llama_model_get_vocab(self._model)
        buffer = ctypes.create_string_buffer(256)
        for _ in range(most):
            token = self._c.llama_sampler_sample(self._sampler, self._context, -1)
            if self._c.llama_vocab_is_eog(vocabulary, token):
                return
            length = self._c.llama_token_to_piece(vocabulary, token, buffer, len(buffer), 0, False)
            yield buffer.raw[: max(length, 0)]
            self._decode([token])

    def _decode(self, tokens: Sequence[int]) -> None:
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        code = self._c.llama_decode(self._context, self._c.llama_batch_get_one(array, len(tokens)))
        if code:
            raise RuntimeError(f"llama_decode returned {code}")


@dataclass(frozen=True, slots=True)
class Start:
    """One `LlamaChat.start`: what it was given, how many tokens it really read, when it was ready to write."""

    messages: tuple[Message, ...]
    read: int
    ready: float  # time.perf_counter()
    session: LlamaSession


class MeteredChat(LlamaChat):
    """Our chat model; it remembers its starts and counts the tokens they read. The meter costs nothing to speak of."""

    def __init__(self, path: Path, context_tokens: int, threads: int) -> None:
        super().__init__(path, context_tokens, threads)
        self.starts: list[Start] = []
        self._counted = 0

    def forget(self) -> None:
        """Everything that was read: the next prompt is read as the first."""
        self._states = PromptStates()
        self.cut(0)

    def read(self, tokens: Sequence[int]) -> None:
        super().read(tokens)
        self._counted += len(tokens)

    def start(self, messages: Sequence[Message], stop: StopSignal | None = None) -> LlamaSession:
        before = self._counted
        session = super().start(messages, stop)
        self.starts.append(Start(tuple(messages), self._counted - before, time.perf_counter(), session))
        return session
