"""Texts → vectors: sentence-transformers behind a small protocol; BERT models run in 8-bit integers.

Nothing of torch is imported before the first vector is asked for: importing and loading take some seconds, and then
nothing is looked up on a network (the offline switches are set before the import, and only paths are given).
"""

from __future__ import annotations

import hashlib
import logging
import os
import platform
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import JianwenError
from rag.models.e5_conversion import MANIFEST
from rag.models.embedding_folder import check_folder, read_json, weight_files
from rag.models.integer_check import SENTENCES, agreement, remember, remembered
from rag.models.integer_encoder import runtime, use_integers, why_not
from rag.models.machine import physical_cores
from rag.types import StopSignal
from rag.waiting import heeding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
_logger = logging.getLogger(__name__)

BATCH = 16  # texts embedded between two looks at a stop signal; larger batches are no faster
_RECIPE = "1"  # raise when the same model would get different vectors from this module, so that stores are rebuilt
_INTEGER_RECIPE = "2"  # the same for models that run in integers: their vectors never meet those of floats
_READ_WHOLE = 1 << 18  # bytes: smaller files go into the fingerprint with their contents, larger ones with their size


class Embedder(Protocol):
    """Vectors of unit length, so that a dot product is the cosine.

    `name` is a fingerprint: vectors of different names must not be compared.
    """

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def load(self, stop: StopSignal | None = None) -> None:
        """Bring the weights into memory now; the other methods do it otherwise. Raises JianwenError, and `Stopped` soon
        after `stop` was set."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, dimension), float32, rows of unit length, in the order given."""
        ...

    def embed_query(self, text: str) -> Floats:
        """Shape (dimension,), float32, of unit length."""
        ...


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What the model was trained to see before a question and before a text that may answer it."""

    query: str
    passage: str


# Models whose folders usually do not say their prefixes; the words are those of their own descriptions.
_KNOWN_PREFIXES = (
    (re.compile(r"bge-(small|base|large)-zh"), Prefixes("为这个句子生成表示以用于检索相关文章：", "")),
    (
        re.compile(r"bge-(small|base|large)-en"),
        Prefixes("Represent this sentence for searching relevant passages: ", ""),
    ),
    (re.compile(r"\be5-(small|base|large)(?!.*instruct)"), Prefixes("query: ", "passage: ")),
)


def prefixes_of(folder: Path) -> Prefixes:
    """The prefixes a folder's own configuration gives; else those known for a model of this name; else none.

    Raises:
        JianwenError: the configuration is there but unreadable.
    """
    described = read_json(folder / "config_sentence_transformers.json")
    prompts = described.get("prompts") if isinstance(described, dict) else None
    if isinstance(prompts, dict) and any(prompts.values()):
        passage = next((prompts[name] for name in ("passage", "document", "corpus") if prompts.get(name)), "")
        return Prefixes(str(prompts.get("query") or ""), str(passage))
    config = read_json(folder / "config.json")
    origin = str(config.get("_name_or_path", "")) if isinstance(config, dict) else ""
    for pattern, prefixes in _KNOWN_PREFIXES:
        if pattern.search(folder.name.lower()) or pattern.search(origin.lower()):
            return prefixes
    return Prefixes("", "")


def fingerprint(folder: Path, integers: bool) -> str:
    """The folder's name and a short hash that changes with the model and with what it computes in (`integers`, or
    floats), not with where or when it was copied.

    Large files count by their size, so this takes milliseconds; a folder's SHA256SUMS stands for its contents.
    """
    digest = hashlib.sha256((_INTEGER_RECIPE if integers else _RECIPE).encode())
    prefixes = prefixes_of(folder)
    digest.update(f"{prefixes.query}\0{prefixes.passage}\0".encode())
    kinds = (".json", ".txt", ".model", MANIFEST)
    files = {path for path in folder.rglob("*") if path.is_file() and path.name.endswith(kinds)}
    for path in sorted(files.union(weight_files(folder)), key=lambda path: path.relative_to(folder).as_posix()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        if size <= _READ_WHOLE:
            digest.update(path.read_bytes())
    return f"{folder.name}-{digest.hexdigest()[:12]}"


def why_floats(folder: Path) -> str:
    """Why a folder's model does not run in integers on this machine, in Chinese; "" when it does, or may.

    Raises:
        JianwenError: its configuration is there but unreadable.
    """
    if reason := why_not(folder):
        return reason
    if not runtime():
        return "ONNX Runtime 在这台电脑上载入不了"
    return "它的整数算法与浮点结果相差太大" if remembered(_measured_as(folder)) is False else ""


def fit_for_integers(folder: Path) -> bool | None:
    """Whether a folder's model runs in integers on this machine; None: it could, and was not measured yet. Raises as
    `why_floats`."""
    return False if why_floats(folder) else remembered(_measured_as(folder))


def _measured_as(folder: Path) -> str:
    return f"{fingerprint(folder, integers=True)}/{runtime()}/{platform.machine()}"


class SentenceEmbedder:
    """A sentence-transformers folder on this machine's processor, loaded at first use. Safe to share by threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Take the model in `folder`; `threads` 0 means the physical cores. Touches nothing yet."""
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._in_integers = False  # once loaded

    @cached_property
    def name(self) -> str:
        """See `Embedder`. Loads the model if this machine has never met it.

        Raises:
            JianwenError: the model cannot be loaded then.
        """
        fit = fit_for_integers(self._folder)
        if fit is None:
            self._model()
            fit = self._in_integers
        return fingerprint(self._folder, fit)

    @property
    def dimension(self) -> int:
        return int(self._model().get_embedding_dimension())

    def load(self, stop: StopSignal | None = None) -> None:
        """See `Embedder`.

        Raises:
            JianwenError: the folder is no model, not whole, or of a kind that cannot be loaded.
            Stopped: `stop` was set; the loading goes on, and the next call waits for it.
        """
        if self._loaded is None:
            heeding(self._model, stop)

    def embed_passages(self, texts: Sequence[str]) -> Floats:
        """See `Embedder`. A text beyond the model's window (512 tokens, some 700 characters) is cut there.

        Raises:
            JianwenError: the model cannot be loaded.
        """
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._encode(texts, self._prefixes.passage)

    def embed_query(self, text: str) -> Floats:
        """See `Embedder`; raises as `embed_passages`."""
        row: Floats = self._encode([text], self._prefixes.query)[0]
        return row

    @cached_property
    def _prefixes(self) -> Prefixes:
        return prefixes_of(self._folder)

    def _encode(self, texts: Sequence[str], prefix: str) -> Floats:
        return self._encoded(self._model(), texts, prefix)

    @staticmethod
    def _encoded(model: Any, texts: Sequence[str], prefix: str) -> Floats:
        import numpy as np

        # PDFs yield lone surrogates now and then; the tokenizer refuses them
        clean = [text.encode("utf-8", "replace").decode() for text in texts]
        rows = model.encode(  # sorts by length itself, so that a batch holds little padding
            clean,
            prompt=prefix,  # "" and not None: None would bring in the model's default
            batch_size=BATCH,
            show_progress_bar=False,
            convert_to_numpy=True,
            normalize_embeddings=True,
        )
        return np.ascontiguousarray(rows, dtype=np.float32)

    def _model(self) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
        return self._loaded

    def _load(self) -> Any:
        check_folder(self._folder)
        os.environ.update(_OFFLINE)  # read when the libraries are imported
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        threads = self._threads or physical_cores()
        torch.set_num_threads(threads)
        try:
            model = SentenceTransformer(
                str(self._folder.absolute()), device="cpu", local_files_only=True, trust_remote_code=False
            )
            self._in_integers = self._switched(model, threads)
        except Exception as error:  # tokenizers raises a bare Exception for a broken file, others what they please
            raise JianwenError(
                f"检索模型 {self._folder} 打不开（{type(error).__name__}：{str(error)[:120]}）。文件可能损坏，"
                "或这种模型不受支持。请重新完整地拷贝这个文件夹，或在设置中换一个检索模型。"
            ) from error
        return model

    def _switched(self, model: Any, threads: int) -> bool:
        """Whether `model` computes in integers from now on: where it can, and sees the same with them."""
        fit = fit_for_integers(self._folder)
        if fit is not None:
            if fit:
                use_integers(model, threads)
            return fit
        floats = self._encoded(model, SENTENCES, self._prefixes.passage)
        back: Callable[[], None] | None = None
        try:
            back = use_integers(model, threads)
            fit = agreement(floats, self._encoded(model, SENTENCES, self._prefixes.passage)).good
        except Exception:  # a build of ONNX Runtime without these operators raises kinds of its own
            _logger.exception("ONNX Runtime cannot run %s", self._folder.name)
            fit = False
        if not fit and back is not None:
            _logger.warning("%s is not the same in integers, embedding in floats", self._folder.name)
            back()
        remember(_measured_as(self._folder), fit)
        return fit
