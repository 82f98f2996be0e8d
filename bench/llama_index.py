"""The same passages and the same model under the LlamaIndex citation query engine, as it comes.

Its package is not one of ours: `pip install llama-index-core` (tried: 0.14.25) where the bench runs.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.llama import BareLlama
from rag.answers import Evidence
from rag.errors import JianwenError

_LONGEST = 500  # tokens of an answer, as ours


@dataclass(frozen=True, slots=True)
class EngineAnswer:
    """first: seconds from the question to its first character; read, written: tokens; writing: seconds after that."""

    first: float
    read: int
    written: int
    writing: float
    text: str


def answer(
    question: str, evidence: Sequence[Evidence], bare: BareLlama, prompt_tokens: Callable[[str], list[int]]
) -> EngineAnswer:
    """Ask the engine about the passages of `evidence`.

    Args:
        prompt_tokens: the tokens of a request in the model's own chat template.

    Raises:
        JianwenError: LlamaIndex is not installed.
    """
    try:
        from llama_index.core import MockEmbedding, QueryBundle
        from llama_index.core.query_engine import CitationQueryEngine
        from llama_index.core.retrievers import BaseRetriever
        from llama_index.core.schema import NodeWithScore, TextNode
    except ImportError as error:
        raise JianwenError("没有安装 LlamaIndex。请先运行 pip install llama-index-core 再测。") from error

    class Found(BaseRetriever):  # type: ignore[misc]
        def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:  # noqa: ARG002
            return [NodeWithScore(node=TextNode(text=e.passage.text), score=e.score) for e in evidence]

    meter = _Meter(bare, prompt_tokens)
    engine = CitationQueryEngine.from_args(
        index=None,
        llm=_chat(meter),
        retriever=Found(),
        embed_model=MockEmbedding(embed_dim=1),
        streaming=True,
    )
    started = time.perf_counter()
    text = "".join(engine.query(question).response_gen)
    return EngineAnswer(meter.first - started, meter.read, meter.written, meter.last - meter.first, text)


class _Meter:
    """Completes prompts with plain llama.cpp; knows when the first and the last piece came, and how much was read."""

    def __init__(self, bare: BareLlama, prompt_tokens: Callable[[str], list[int]]) -> None:
        self._bare, self._prompt_tokens = bare, prompt_tokens
        self.first = self.last = 0.0
        self.read = self.written = 0

    def pieces(self, prompt: str) -> Any:
        tokens = self._prompt_tokens(prompt)
        self.read += len(tokens)
        self._bare.read(tokens)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for piece in self._bare.pieces(_LONGEST):
            self.last = time.perf_counter()
            self.first = self.first or self.last
            self.written += 1
            yield decoder.decode(piece)


def _chat(meter: _Meter) -> Any:
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class PlainLlama(CustomLLM):  # type: ignore[misc]
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=8192, num_output=_LONGEST, is_chat_model=False)

        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:  # noqa: ARG002
            return CompletionResponse(text="".join(meter.pieces(prompt)))

        def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:  # noqa: ARG002
            def responses() -> Any:
                text = ""
                for piece in meter.pieces(prompt):
                    text += piece
                    yield CompletionResponse(text=text, delta=piece)

            return responses()

    return PlainLlama()
