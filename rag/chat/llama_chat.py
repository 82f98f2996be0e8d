"""llama.cpp with a decode loop of our own.

Choices are made by masking everything else. The masks cost under a millisecond a token, where a GBNF grammar costs
about 29 ms on this vocabulary, and the probability of a forced choice stays visible.

Answers copy their sources, so the next tokens are guessed from what was read (`rag.chat.drafts`) and several
are verified in one step: the model still chooses every token, up to rounding as it would one by one. What was
read of earlier prompts is kept (`rag.chat.prompt_states`): a second question about the same sources reads
nothing but the question.

What a document says never reaches the model as a control token: message texts are tokenised apart from the template.
One thread owns a model; llama.cpp is not thread-safe.
"""

from __future__ import annotations

import codecs
import ctypes
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.chat import adapter
from rag.chat.drafts import Drafter
from rag.chat.llm import Message, Pick
from rag.chat.prompt_states import PromptStates, shared
from rag.errors import JianwenError, Stopped
from rag.models.machine import physical_cores
from rag.types import StopSignal, heed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BATCH_TOKENS = 256  # read at once; 128 to 512 run at the same speed, the compute buffer grows with it
# llama.cpp multiplies 16 rows at once, fewer by fours: 10 tokens are read in 200 ms, 13 in 241, 15 in 267, 16 in 197.
_SLOW, _AT_ONCE = 10, 16
_PIECE = 4 << 20  # bytes of the file between looks at the stop
_ANSWER_RESERVE = 64  # a prompt must leave at least this many tokens to answer in
_WORTH_KEEPING = 32  # tokens read anew: a short passage, hardly a question


class LlamaChat:
    """A GGUF chat model in this process, at temperature 0."""

    def __init__(self, path: Path, context_tokens: int, threads: int) -> None:
        self.name = path.stem
        self.context_tokens = context_tokens
        self.adapted = adapter.fits(path)
        self._path = path
        self._threads = threads or physical_cores()
        self._states = PromptStates()
        self._stop: StopSignal | None = None

    def load(self, stop: StopSignal | None = None) -> None:
        if "tokens_by_piece" not in vars(self):
            self._read_ahead(stop)
            _ = self._llama
            heed(stop)
            _ = self._template, self.tokens_by_piece

    def _read_ahead(self, stop: StopSignal | None) -> None:
        """Bring the file into the system's cache piece by piece: llama.cpp reads it in one call that heeds nothing."""
        piece = bytearray(_PIECE)
        try:
            with self._path.open("rb", buffering=0) as file:
                while file.readinto(piece):
                    heed(stop)
        except OSError as error:
            raise self._broken() from error

    @cached_property
    def _llama(self) -> Any:
        from llama_cpp import Llama, llama_cpp

        try:
            llama = Llama(
                model_path=str(self._path),
                n_ctx=self.context_tokens,
                n_batch=_BATCH_TOKENS,
                n_ubatch=_BATCH_TOKENS,
                n_threads=self._threads,
                n_threads_batch=self._threads,
                flash_attn=False,  # 30% slower decoding on a CPU
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise self._broken() from error
        if self.adapted:
            adapter.join(llama)
        self._abort = llama_cpp.ggml_abort_callback(self._wants_stop)  # kept: C holds no reference
        llama_cpp.llama_set_abort_callback(llama._ctx.ctx, self._abort, None)
        return llama

    def _broken(self) -> JianwenError:
        return JianwenError(
            f"模型文件 {self._path} 打不开：文件可能损坏，或者这种模型太新、当前程序不认识。"
            "请运行 jianwen models check 检查，或在设置中换一个模型。"
        )

    def _wants_stop(self, _data: object) -> bool:
        return self._stop is not None and self._stop.is_set()

    @cached_property
    def _template(self) -> Any:
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        source = self._llama.metadata.get("tokenizer.chat_template")
        if not source:
            raise JianwenError(f"模型文件 {self._path} 没有对话模板，不能用来回答问题。请在设置中换一个对话模型。")

        def refuse(message: str) -> None:
            raise JianwenError(f"模型 {self.name} 的对话模板不接受这样的提问：{message}。请在设置中换一个对话模型。")

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.globals["raise_exception"] = refuse
        return environment.from_string(source)

    def tokenise(self, text: str, *, special: bool = False) -> list[int]:
        tokens: list[int] = self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=special)
        return tokens

    def prompt_tokens(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of the rendered template, and of an answer begun. Message texts are cut out first, so none becomes
        a control token."""
        if messages[-1].role == "assistant":
            return self.prompt_tokens(messages[:-1]) + self.tokenise(messages[-1].text)
        marks = [f"\ue000{index}\ue001" for index in range(len(messages))]
        special = {
            name: self._piece(getattr(self._llama, f"token_{name}")()).decode("utf-8", "replace")
            for name in ("bos", "eos")
        }
        rendered = self._template.render(
            messages=[{"role": m.role, "content": mark} for m, mark in zip(messages, marks, strict=True)],
            add_generation_prompt=True,
            enable_thinking=False,
            bos_token=special["bos"],
            eos_token=special["eos"],
        )
        tokens: list[int] = []
        for message, mark in zip(messages, marks, strict=True):
            before, found, rendered = rendered.partition(mark)
            if not found:
                raise JianwenError(f"模型 {self.name} 的对话模板丢掉了提问的一部分。请在设置中换一个对话模型。")
            tokens += self.tokenise(before, special=True) + self.tokenise(message.text)
        return tokens + self.tokenise(rendered, special=True)

    def start(self, messages: Sequence[Message], stop: StopSignal | None = None) -> LlamaSession:
        self.load(stop)
        tokens = self.prompt_tokens(messages)
        if len(tokens) + _ANSWER_RESERVE > self.context_tokens:
            raise JianwenError(
                f"问题和资料太长（{len(tokens)} 个词元，模型一次最多读 {self.context_tokens - _ANSWER_RESERVE} 个）。"
                "请把问题写短一些，或在设置中加大上下文长度。"
            )
        self._stop = stop
        self._recall(tokens)
        fresh = tokens[self._llama.n_tokens :]
        self.read(fresh)
        if len(fresh) >= _WORTH_KEEPING:
            self._states.keep(tokens, self._state())
        return LlamaSession(self, len(tokens))

    def _recall(self, tokens: Sequence[int]) -> None:
        """Hold the longest beginning of `tokens` that is read already, here or in a kept state."""
        from llama_cpp import llama_cpp

        same = shared(self.history().tolist(), tokens)
        if (kept := self._states.nearest(tokens, better_than=same)) is not None:
            buffer = kept.state
            if llama_cpp.llama_state_seq_set_data(self._llama._ctx.ctx, buffer, len(buffer), 0):
                self._llama.input_ids[: len(kept.tokens)] = kept.tokens
                self._llama.n_tokens = len(kept.tokens)
                same = shared(kept.tokens, tokens)
            else:  # what was held is gone
                same = 0
        self._llama.n_tokens = min(same, len(tokens) - 1)  # the last token is read anew: its logits are needed

    def _state(self) -> ctypes.Array[ctypes.c_ubyte]:
        from llama_cpp import llama_cpp

        context = self._llama._ctx.ctx
        size: int = llama_cpp.llama_state_seq_get_size(context, 0)
        buffer: ctypes.Array[ctypes.c_ubyte] = (ctypes.c_ubyte * size)()
        llama_cpp.llama_state_seq_get_data(context, buffer, len(buffer), 0)
        return buffer

    def history(self) -> NDArray[np.intc]:
        """All tokens that the model has read and written, oldest first."""
        tokens: NDArray[np.intc] = self._llama.input_ids[: self._llama.n_tokens]
        return tokens

    def read(self, tokens: Sequence[int]) -> None:
        """Append tokens to what the model has read. Raises `Stopped` soon after the stop signal is set."""
        length = len(tokens)
        if _SLOW < length < _AT_ONCE <= self.room:
            self._decode([*tokens, *[tokens[-1]] * (_AT_ONCE - length)], wanted=[length - 1])
            self.cut(self.length - _AT_ONCE + length)
            return
        for start in range(0, length, _BATCH_TOKENS):
            part = tokens[start : start + _BATCH_TOKENS]
            self._decode(part, wanted=[len(part) - 1])

    def read_each(self, tokens: Sequence[int]) -> list[NDArray[np.float32]]:
        """Append a few tokens; the logits after each of them. Raises `Stopped` as `read` does."""
        self._decode(tokens, wanted=range(len(tokens)))
        return [self._scores_at(place) for place in range(len(tokens))]

    def _decode(self, tokens: Sequence[int], wanted: Container[int]) -> None:
        """Append tokens; the logits after those `wanted` can be looked at then."""
        if self._wants_stop(None):
            raise Stopped
        llama, past = self._llama, self.length
        llama._ctx.kv_cache_seq_rm(-1, past, -1)
        llama._batch.set_batch(batch=tokens, n_past=past, logits_all=False)
        for place in range(len(tokens)):
            llama._batch.batch.logits[place] = place in wanted
        try:
            llama._ctx.decode(llama._batch)
        except RuntimeError as error:
            if self._wants_stop(None):
                raise Stopped from error
            raise
        llama.input_ids[past : past + len(tokens)] = tokens
        llama.n_tokens += len(tokens)

    @property
    def room(self) -> int:
        """How many more tokens fit into the context."""
        return self.context_tokens - self.length

    @property
    def length(self) -> int:
        """How many tokens the model has read and written."""
        return int(self._llama.n_tokens)

    def cut(self, length: int) -> None:
        """Forget what lies beyond `length`; the next read drops it."""
        self._llama.n_tokens = min(length, self.length)

    @contextmanager
    def rewinding(self) -> Iterator[None]:
        """Forget afterwards what is read inside."""
        here = self.length
        try:
            yield
        finally:
            self.cut(here)

    def scores(self) -> NDArray[np.float32]:
        """The logits for the next token, shape (vocabulary,), as a copy."""
        return self._scores_at(-1)

    def _scores_at(self, place: int) -> NDArray[np.float32]:
        import numpy as np

        pointer = self._llama._ctx.get_logits_ith(place)
        return np.ctypeslib.as_array(pointer, shape=(len(self.pieces),)).copy()

    @cached_property
    def end_tokens(self) -> frozenset[int]:
        """The tokens that end the model's turn."""
        from llama_cpp import llama_cpp

        vocabulary = self._llama._model.vocab
        return frozenset(t for t in range(self._llama.n_vocab()) if llama_cpp.llama_vocab_is_eog(vocabulary, t))

    @cached_property
    def pieces(self) -> tuple[bytes, ...]:
        """The bytes of every token; empty for control tokens."""
        return tuple(self._piece(token) for token in range(self._llama.n_vocab()))

    @cached_property
    def tokens_by_piece(self) -> dict[bytes, list[int]]:
        found: dict[bytes, list[int]] = {}
        for token, piece in enumerate(self.pieces):
            if piece and token not in self.end_tokens:
                found.setdefault(piece, []).append(token)
        return found

    def _piece(self, token: int) -> bytes:
        from llama_cpp import llama_cpp

        vocabulary = self._llama._model.vocab
        buffer = ctypes.create_string_buffer(64)
        length = llama_cpp.llama_token_to_piece(vocabulary, token, buffer, len(buffer), 0, False)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = llama_cpp.llama_token_to_piece(vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[: max(length, 0)]


class LlamaSession:
    """`Session` over a `LlamaChat` that has just read its prompt. It ends when the model starts another."""

    def __init__(self, model: LlamaChat, prompt_tokens: int) -> None:
        self.prompt_tokens = prompt_tokens
        self.answer_tokens = 0
        self.ended = False
        self._model = model
        self._scores = model.scores()
        self._marked = model.length
        self._drafter = Drafter()

    def mark(self) -> None:
        self._marked = self._model.length

    def take_back(self, note: str) -> None:
        self._model.cut(self._marked)
        self._model.read(self._model.tokenise(note))
        self._scores = self._model.scores()
        self.ended = self._model.room <= 1

    def write(self, until: str, *, forbidden: str = "", at_first: str = "") -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while not self.ended:
            token = self._next_token(self._scores, decoder, forbidden + at_first)
            at_first = ""
            if token is None:
                self.ended = True
                return
            texts = [decoder.decode(self._model.pieces[token])]
            yield from filter(None, texts)  # shown before it is read
            guesses = []
            if not _over(texts[-1], until):
                guesses = self._drafter.guesses(self._model.history(), token, self._model.room - 2)
            here = self._model.length
            rows = self._model.read_each([token, *guesses])
            for guess, scores in zip(guesses, rows, strict=False):
                if _over(texts[-1], until) or self._next_token(scores, decoder, forbidden) != guess:
                    break
                texts.append(decoder.decode(self._model.pieces[guess]))
            self._drafter.learn(len(guesses), len(texts) - 1)
            self._model.cut(here + len(texts))
            self._scores = rows[len(texts) - 1]
            self.answer_tokens += len(texts)
            self.ended = self._model.room <= 1
            yield from filter(None, texts[1:])
            if _over(texts[-1], until):
                return

    def _next_token(
        self, scores: NDArray[np.float32], decoder: codecs.IncrementalDecoder, forbidden: str
    ) -> int | None:
        """The best-scored token that writes nothing forbidden; None when the model ends its turn."""
        scores = scores.copy()
        state = decoder.getstate()
        while True:
            token = int(scores.argmax())
            if token in self._model.end_tokens:
                return None
            text = decoder.decode(self._model.pieces[token])
            decoder.setstate(state)
            if not any(character in forbidden for character in text):
                return token
            scores[token] = float("-inf")

    def choose(self, options: Sequence[str], lead: str = "") -> Pick:
        if len(options) == 1:
            return Pick(0, (1.0,), 1.0)  # the mask leaves no choice, so nothing need be read to make it
        with self._model.rewinding():
            scores = self._scores
            if lead:
                self._model.read(self._model.tokenise(lead))
                scores = self._model.scores()
            return self._follow([option.encode() for option in options], scores)

    def _follow(self, targets: Sequence[bytes], scores: NDArray[np.float32]) -> Pick:
        """Take the best-scored token that continues a target until one target is written whole."""
        probabilities, mass = self._shares(targets, scores)
        written = b""
        while written not in targets:
            allowed = self._continuing(targets, written)
            best = max(allowed, key=lambda token: float(scores[token]))
            written += self._model.pieces[best]
            if written not in targets and len(self._continuing(targets, written)) > 1:
                self._model.read([best])
                scores = self._model.scores()
        return Pick(targets.index(written), probabilities, mass)

    def _continuing(self, targets: Sequence[bytes], written: bytes) -> set[int]:
        """The tokens that bring `written` closer to one of the targets."""
        rests = [target[len(written) :] for target in targets if target.startswith(written)]
        return {
            token
            for rest in rests
            for length in range(1, len(rest) + 1)
            for token in self._model.tokens_by_piece.get(rest[:length], ())
        }

    def _shares(self, targets: Sequence[bytes], scores: NDArray[np.float32]) -> tuple[tuple[float, ...], float]:
        """Each target's probability at the first token (normalised over the targets), and that of all together."""
        import numpy as np

        chances = np.exp(scores - scores.max(), dtype=np.float64)
        chances /= chances.sum()
        per_target = [0.0] * len(targets)
        for token in self._continuing(targets, b""):
            begun = [i for i, target in enumerate(targets) if target.startswith(self._model.pieces[token])]
            for index in begun:
                per_target[index] += float(chances[token]) / len(begun)
        mass = sum(per_target)
        return tuple(share / (mass or 1.0) for share in per_target), mass


def _over(text: str, until: str) -> bool:
    """Whether what is being written ends with this text."""
    return any(character in until for character in text)
