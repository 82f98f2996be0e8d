"""A BERT's layers in 8-bit integers, in place of the torch ones inside a loaded sentence-transformers model.

ONNX Runtime (there for Chroma and for text recognition) multiplies integers about 1.5 times as fast on AVX2 as torch
does floats. The rest of the gain (bench embedding: 2.2 in all) is in how the work is laid out: each text runs by itself
on one core, as many at a time as there are cores. No padding is computed, no core waits for another, and a vector does
not depend on which texts were embedded beside it.

Tried, by the processor time of one text of 32 and of 96 tokens on one AVX2 core without VNNI, and left: fused
operators in floats (0.57 and 0.64 of this speed), FastGelu (1.02, 1.00) and QuickGelu (1.01, 1.06, other vectors), no
memory arena, no memory pattern, fewer graph optimisations, denormals as zero (all 0.96 to 1.03), no prepacked weights
(0.87, 0.94). Without any activation at all it would be 1.05: the integer products are what takes the time.

Nothing is written to disk: the graph is made of the loaded weights in well under a second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.models.embedding_folder import read_json
from rag.models.onnx_graph import INPUT, Encoder, encoder_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_logger = logging.getLogger(__name__)

_FAMILIES = {"bert": "BertModel", "roberta": "RobertaModel", "xlm-roberta": "XLMRobertaModel"}


def why_not(folder: Path) -> str:
    """ "" when a folder's model can run in integers; else why it cannot, in Chinese. Reads its configuration only.

    Raises:
        JianwenError: the configuration is there but unreadable.
    """
    config = read_json(folder / "config.json")
    if not isinstance(config, dict) or config.get("model_type") not in _FAMILIES:
        kind = config.get("model_type") if isinstance(config, dict) else None
        return f"模型结构 {kind or '不明'} 没有整数算法"
    if config.get("hidden_act", "gelu") != "gelu":
        return f"激活函数 {config['hidden_act']} 没有整数算法"
    if config.get("position_embedding_type", "absolute") != "absolute" or config.get("is_decoder"):
        return "这种注意力没有整数算法"
    return ""


@cache
def runtime() -> str:
    """The version of the ONNX Runtime that computes in integers; "" when it does not load here, which is logged.

    It is built for newer processors and systems than torch is, and misses a library of Microsoft's on some Windows.
    """
    try:
        import onnxruntime

        return str(onnxruntime.__version__)
    except (ImportError, OSError, AttributeError) as error:  # a half-installed one has no version
        _logger.warning("ONNX Runtime does not load, embedding in floats: %s", error)
        return ""


def use_integers(model: Any, threads: int) -> Callable[[], None]:
    """Put integer layers into `model`, a SentenceTransformer of a folder that `why_not` has nothing against.

    Returns what puts the float layers back. Raises whatever ONNX Runtime does when it cannot run the graph.

    Raises:
        ValueError: what was loaded is not the kind of model that the configuration told of.
    """
    bert = model[0].model
    if type(bert).__name__ not in _FAMILIES.values():
        raise ValueError(f"a {type(bert).__name__} has no integer layers")
    config = bert.config
    shape = Encoder(
        config.num_hidden_layers, config.num_attention_heads, config.hidden_size, float(config.layer_norm_eps)
    )
    weights = {name: value.float().numpy() for name, value in bert.encoder.state_dict().items()}
    return _replace_layers(bert, session_of(encoder_graph(shape, weights)), threads)


def session_of(graph: bytes) -> Callable[[Floats], Floats]:
    """What runs a graph on arrays of shape (texts, tokens, hidden); any number of threads may call it at once."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(embedded: Floats) -> Floats:
        encoded: Floats = session.run(None, {INPUT: embedded})[0]
        return encoded

    return run


def _replace_layers(bert: Any, run: Callable[[Floats], Floats], threads: int) -> Callable[[], None]:
    """Makes a torch BERT answer with its own embedding layer and then `run`, one text at a time; drops its layers.

    Returns what undoes it; as long as that is kept, so are the layers.
    """
    import torch

    pool = ThreadPoolExecutor(threads, thread_name_prefix="embedding")

    def forward(input_ids: Any, attention_mask: Any, token_type_ids: Any = None, **_: object) -> dict[str, Any]:
        """Hidden states of shape (texts, tokens, hidden) as "last_hidden_state"; zeros where the mask is 0."""
        embedded = bert.embeddings(input_ids=input_ids, token_type_ids=token_type_ids)
        encoded = torch.zeros_like(embedded)
        masks = attention_mask.bool()
        rows = [row[mask][None].numpy() for row, mask in zip(embedded, masks, strict=True)]
        for target, mask, row in zip(encoded, masks, pool.map(run, rows), strict=True):
            target[mask] = torch.from_numpy(row[0])
        return {"last_hidden_state": encoded}

    encoder, pooler = bert.encoder, bert.pooler
    bert.encoder, bert.pooler, bert.forward = torch.nn.Identity(), None, forward

    def undo() -> None:
        bert.encoder, bert.pooler = encoder, pooler
        del bert.forward  # the class's own again
        pool.shutdown()

    return undo
