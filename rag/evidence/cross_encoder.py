"""Does a text answer a question, does it support a statement? A small cross-encoder of our own, in milliseconds.

Question and text are read together, `<s> question </s></s> text </s>`, by the lowest six layers of
multilingual-e5-small, taught by training/judge; two logits come out at the first token. The weights come with the
program (rag/judge, its README names data and scores) as 8-bit integers and run in ONNX Runtime, each pair by itself on
one core. Torch is needed only where ONNX Runtime does not load.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import JianwenError
from rag.models.float_encoder import float_layers
from rag.models.integer_encoder import runtime, session_of
from rag.models.machine import physical_cores
from rag.models.onnx_graph import Encoder, encoder_graph

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float32]

JUDGE: Final = Path(__file__).parents[1] / "judge"  # model.safetensors and tokenizer.json
SCALE: Final = ".scale"  # a matrix of integers has its scales, one per output, under its name with this ending
_ANSWERS, _SUPPORTS = 0, 1
_REMEMBERED: Final = 64  # pairs
_EMBEDDINGS = "embeddings."


class Judge(Protocol):
    """Logits: above 0 is rather yes than no; a higher one of the same question is the better text."""

    def answers(self, question: str, texts: Sequence[str]) -> Floats:
        """Shape (texts,): how sure it is that each text holds the answer to `question`. Good for ranking, too."""
        ...

    def supports(self, statement: str, texts: Sequence[str]) -> Floats:
        """Shape (texts,): how sure it is that each text says what `statement` says."""
        ...


class CrossEncoder:
    """The judge in `folder`, loaded at first use (a third of a second). Safe to share by threads."""

    def __init__(self, folder: Path = JUDGE, threads: int = 0, remembered: int = _REMEMBERED) -> None:
        """`threads` 0 means the physical cores; the last `remembered` pairs are not read again. Touches nothing yet."""
        self._folder = folder
        self._pool = ThreadPoolExecutor(threads or physical_cores(), thread_name_prefix="judge")
        self._lock = threading.Lock()
        self._loaded: _Network | None = None
        # an answer asks about the passages whose order the search before it has just asked about
        self._logits = lru_cache(maxsize=remembered)(self._read)

    def answers(self, question: str, texts: Sequence[str]) -> Floats:
        """See `Judge`. A text is cut where it and the question are longer than the network's window (some 350
        characters). A text in an article reads best as `search.embedding_text` gives it, its title before it.

        Raises:
            JianwenError: the weights are not there or damaged.
        """
        return self._each(question, texts, _ANSWERS)

    def supports(self, statement: str, texts: Sequence[str]) -> Floats:
        """See `Judge`; raises as `answers`."""
        return self._each(statement, texts, _SUPPORTS)

    def _each(self, asked: str, texts: Sequence[str], which: int) -> Floats:
        self._network()  # in the caller's thread: its trouble is the caller's
        pairs = self._pool.map(self._logits, repeat(asked), texts)
        return np.array([logits[which] for logits in pairs], np.float32)

    def _read(self, asked: str, text: str) -> Floats:
        network = self._network()
        return network.logits(network.tokens(asked, text))

    def _network(self) -> _Network:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder)
        return self._loaded


@cache
def shipped(threads: int = 0) -> CrossEncoder:
    """The program's own, one for the whole process."""
    return CrossEncoder(threads=threads)


class _Network:
    """Embeddings and head in numpy, the layers between them in `run`."""

    def __init__(
        self, weights: Mapping[str, NDArray[Any]], run: Callable[[Floats], Floats], epsilon: float, tokenizer: Any
    ) -> None:
        words = weights[_EMBEDDINGS + "word_embeddings.weight"]
        self._words, self._scales = words, weights[_EMBEDDINGS + "word_embeddings.weight" + SCALE]
        self._places = _floats(weights, _EMBEDDINGS + "position_embeddings.weight")
        self._places = self._places + _floats(weights, _EMBEDDINGS + "token_type_embeddings.weight")[0]
        self._gain = _floats(weights, _EMBEDDINGS + "LayerNorm.weight")
        self._bias = _floats(weights, _EMBEDDINGS + "LayerNorm.bias")
        self._head, self._head_bias = _floats(weights, "head.weight"), _floats(weights, "head.bias")
        self._run, self._epsilon, self._tokenizer = run, epsilon, tokenizer

    def tokens(self, asked: str, text: str) -> list[int]:
        """Token numbers of the pair, at most as many as there are positions."""
        # PDFs yield lone surrogates now and then; the tokenizer refuses them
        clean = [one.encode("utf-8", "replace").decode() for one in (asked, text)]
        numbers: list[int] = self._tokenizer.encode(*clean).ids
        longest = len(self._places)
        return numbers[: longest - 1] + numbers[-1:] if len(numbers) > longest else numbers

    def logits(self, tokens: Sequence[int]) -> Floats:
        """Shape (2,): answers, supports."""
        numbers = np.array(tokens)
        x = self._words[numbers] * self._scales[numbers, None] + self._places[: len(numbers)]
        x = x - x.mean(axis=1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=1, keepdims=True) + self._epsilon)
        encoded = self._run((x * self._gain + self._bias).astype(np.float32)[None])
        logits: Floats = self._head @ encoded[0, 0] + self._head_bias
        return logits


def _floats(weights: Mapping[str, NDArray[Any]], name: str) -> Floats:
    """A weight in floats: a matrix of integers times its scales, (output, input)."""
    value = weights[name]
    scaled = value * weights[name + SCALE][:, None] if name + SCALE in weights else value
    return scaled.astype(np.float32)


def _load(folder: Path) -> _Network:
    from safetensors import safe_open
    from tokenizers import Tokenizer

    try:
        with safe_open(folder / "model.safetensors", "numpy") as file:
            about = file.metadata()
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text("utf-8"))
        layers = {name.removeprefix("encoder."): _floats(weights, name) for name in weights if _is_layer(name)}
        shape = Encoder(
            int(about["layers"]), int(about["heads"]), weights["head.weight"].shape[1], float(about["epsilon"])
        )
        return _Network(weights, _running(shape, layers), shape.epsilon, tokenizer)
    except Exception as error:  # tokenizers raises a bare Exception for a broken file
        raise JianwenError(
            f"程序自带的判断模型 {folder} 打不开（{type(error).__name__}：{str(error)[:120]}）。文件可能缺失或损坏，"
            "请重新安装本程序。"
        ) from error


def _running(shape: Encoder, layers: Mapping[str, Floats]) -> Callable[[Floats], Floats]:
    return session_of(encoder_graph(shape, layers, first_only=True)) if runtime() else float_layers(shape, layers)


def _is_layer(name: str) -> bool:
    return name.startswith("encoder.") and not name.endswith(SCALE)
