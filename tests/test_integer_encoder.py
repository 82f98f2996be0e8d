"""BERT layers in integers: the same vectors as in floats, whatever shares the batch; other models stay in floats."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.evidence.embedding import SentenceEmbedder, fingerprint, fit_for_integers
from rag.health import model_findings
from rag.models.integer_check import agreement, remember, remembered
from rag.models.integer_encoder import use_integers, why_not
from rag.models.onnx_graph import Encoder, encoder_graph, quantised
from rag.settings import Settings, home

TEXTS = [
    "各校要抓好中考备考，安排好复习节点，做好业务培训指导。",
    "2024年新建改扩建学校19所，80%的中职学校办学条件达标。",
    "食堂要明厨亮灶。" * 60,
    "ASCII words and 12,345 numbers",
    "龘靐齉",
    "\ud800学",
    "",
]


@pytest.fixture(scope="session")
def folder(models_home: Path) -> Path:
    return models_home / "models" / Settings().embedding_model


def in_floats(folder: Path, texts: list[str], prompt: str) -> Any:
    from sentence_transformers import SentenceTransformer

    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    return SentenceTransformer(str(folder), device="cpu").encode(clean, prompt=prompt, normalize_embeddings=True)


def test_vectors_agree_with_floats(folder: Path) -> None:
    ours = SentenceEmbedder(folder, threads=2)
    rows = ours.embed_passages(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.sum(rows * in_floats(folder, TEXTS, "passage: "), axis=1).min() >= 0.98
    query = ours.embed_query("中考怎么备考？")
    assert float(query @ in_floats(folder, ["中考怎么备考？"], "query: ")[0]) >= 0.98


def test_a_vector_does_not_depend_on_its_neighbours(folder: Path) -> None:
    ours = SentenceEmbedder(folder, threads=2)
    together = ours.embed_passages(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(ours.embed_passages([text])[0], row, atol=1e-6)
    np.testing.assert_array_equal(SentenceEmbedder(folder, threads=1).embed_passages(TEXTS), together)


def tiny(folder: Path, original: Path, spoil: Callable[[Any], object] = id, **changes: Any) -> Path:
    """A BERT of random weights with the default model's tokenizer; `changes` to its configuration."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    config = json.loads((original / "config.json").read_text("utf-8"))
    small = {"hidden_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 80}
    bert = BertModel(BertConfig(**{**config, **small, **changes}))
    spoil(bert)
    bert.save_pretrained(folder)
    for name in ("modules.json", "tokenizer.json", "tokenizer_config.json", "sentence_bert_config.json"):
        shutil.copy(original / name, folder)
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 48, "pooling_mode_cls_token": True}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    return folder


def test_another_bert_of_another_shape_and_pooling(folder: Path, tmp_path: Path) -> None:
    other = tiny(tmp_path / "bge-tiny", folder)
    assert why_not(other) == ""
    assert fit_for_integers(other) is None
    rows = SentenceEmbedder(other, threads=2).embed_passages(TEXTS)
    assert fit_for_integers(other) is True
    assert rows.shape == (len(TEXTS), 48)
    assert np.sum(rows * in_floats(other, TEXTS, ""), axis=1).min() >= 0.98


def test_a_model_without_integer_layers_stays_in_floats(folder: Path, tmp_path: Path) -> None:
    other = tiny(tmp_path / "relu", folder, hidden_act="relu")
    assert "relu" in why_not(other)
    rows = SentenceEmbedder(other, threads=2).embed_passages(TEXTS)
    np.testing.assert_allclose(rows, in_floats(other, TEXTS, ""), atol=1e-5)
    found = [f for f in model_findings(Settings(embedding_model=str(other))) if "浮点" in f.message]
    assert [f.severity for f in found] == ["warning"] and "relu" in found[0].message


def deafened(bert: Any) -> None:
    """In every layer one activation so large that 8 bits leave nothing of the others; nothing reads it."""
    import torch

    with torch.no_grad():
        for layer in bert.encoder.layer:
            layer.intermediate.dense.bias[0] = 1e6
            layer.output.dense.weight *= 20
            layer.output.dense.weight[:, 0] = 0


def test_a_model_that_integers_deafen_stays_in_floats(
    folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = tiny(tmp_path / "deafened", folder, deafened)
    assert why_not(other) == "" and fit_for_integers(other) is None
    first = SentenceEmbedder(other, threads=2)
    assert first.name == fingerprint(other, integers=False)
    assert "deafened is not the same in integers" in caplog.text
    np.testing.assert_allclose(first.embed_passages(TEXTS), in_floats(other, TEXTS, ""), atol=1e-5)
    assert fit_for_integers(other) is False
    caplog.clear()
    again = SentenceEmbedder(other, threads=2)
    assert again.name == first.name
    np.testing.assert_array_equal(again.embed_passages(TEXTS), first.embed_passages(TEXTS))
    assert not caplog.text  # known from the first time
    found = [f for f in model_findings(Settings(embedding_model=str(other))) if "浮点" in f.message]
    assert [f.severity for f in found] == ["warning"] and "相差太大" in found[0].message


@pytest.mark.parametrize("error", ["ImportError", "OSError"])
def test_without_a_working_onnx_runtime_floats_are_used(folder: Path, tmp_path: Path, error: str) -> None:
    """As on a Windows that misses a library: in a process of its own, since what is imported once is there."""
    other = tiny(tmp_path / "tiny", folder)
    broken = tmp_path / "broken" / "onnxruntime"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text(f"raise {error}('DLL load failed')")
    code = f"""
import logging, sys
from pathlib import Path
logging.basicConfig(stream=sys.stdout)
from rag.evidence.embedding import SentenceEmbedder, fingerprint, why_floats
folder = Path({str(other)!r})
embedder = SentenceEmbedder(folder, threads=1)
print(embedder.embed_passages(["食堂"]).shape, embedder.name == fingerprint(folder, integers=False), why_floats(folder))
"""
    path = os.pathsep.join([str(broken.parent), os.environ["PYTHONPATH"]])
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr
    assert "(1, 48) True ONNX Runtime" in done.stdout
    assert done.stdout.count("DLL load failed") == 1


def test_what_was_found_is_kept_and_an_unreadable_note_is_none() -> None:
    assert remembered("a") is None
    remember("a", True)
    remember("b", False)
    assert (remembered("a"), remembered("b"), remembered("c")) == (True, False, None)
    (home() / "integer-models.json").write_text("[")
    assert remembered("a") is None
    remember("a", False)
    assert remembered("a") is False


def unit(rows: Any) -> Any:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_same_vectors_agree_and_others_do_not() -> None:
    rows = unit(np.random.default_rng(1).normal(size=(12, 48)).astype(np.float32))
    assert agreement(rows, rows).good and agreement(rows, rows).lost == 0
    assert not agreement(rows, rows[::-1]).good
    assert not agreement(rows, np.full_like(rows, np.nan)).good
    pairs = unit(np.repeat(rows[:6], 2, axis=0) + 0.1 * rows)
    assert agreement(pairs, pairs).good
    swapped = unit(pairs + 0.05 * np.roll(pairs, 1, axis=0))
    assert agreement(pairs, swapped).cosine < 1


def test_doctor_is_silent_on_the_default_model(
    folder: Path, monkeypatch: pytest.MonkeyPatch, models_home: Path
) -> None:
    monkeypatch.setenv("JIANWEN_HOME", str(models_home))
    assert not [f for f in model_findings(Settings()) if "浮点" in f.message]


def config(folder: Path, **content: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(content))
    return folder


def test_integer_vectors_never_pass_for_float_ones(tmp_path: Path) -> None:
    """The recipe is part of the fingerprint: the same files but for what decides on integers."""
    able = config(tmp_path / "m", model_type="bert")
    assert fingerprint(able, integers=True) != fingerprint(able, integers=False)


@pytest.mark.parametrize(
    "content", [{}, {"model_type": "qwen3"}, {"model_type": "bert", "position_embedding_type": "relative_key"}]
)
def test_what_has_no_integer_layers(tmp_path: Path, content: dict[str, Any]) -> None:
    assert why_not(config(tmp_path / "m", **content))


def test_no_configuration_no_integers(tmp_path: Path) -> None:
    assert why_not(tmp_path)


def test_a_model_of_another_kind_than_described_is_refused() -> None:
    class Other:
        model = object()

    with pytest.raises(ValueError, match="object"):
        use_integers([Other()], 1)


FLOATS = arrays.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(-8, 8, width=32))


@given(FLOATS)
def test_quantised_weights_are_within_half_a_step(weight: Any) -> None:
    integers, scale = quantised(weight)
    assert np.abs(integers).max() <= 64 and (scale > 0).all()
    assert (np.abs(integers * scale - weight) <= 0.501 * scale + 1e-7).all()


def test_a_missing_weight_is_an_error() -> None:
    with pytest.raises(KeyError):
        encoder_graph(Encoder(1, 1, 4, 1e-12), {})
