"""The embedder over the real model, and the prefixes of others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import JianwenError
from rag.evidence.embedding import Embedder, Prefixes, SentenceEmbedder, fingerprint, prefixes_of
from rag.settings import Settings


@pytest.fixture(scope="session")
def embedder(models_home: Path) -> SentenceEmbedder:
    return SentenceEmbedder(models_home / "models" / Settings().embedding_model, threads=2)


TEXTS = [
    "各校要抓好中考备考，安排好复习节点，做好业务培训指导。",
    "全县春季植树活动完成造林三千亩。",
    "食堂要明厨亮灶。" * 30,
    "学校食堂要落实食品安全责任，定期检查。",
]


def test_vectors_are_unit_rows_in_order(embedder: SentenceEmbedder) -> None:
    rows = embedder.embed_passages(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dimension) == (4, 384)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, rows, strict=True):
        assert float(embedder.embed_passages([text])[0] @ row) > 0.9999
    assert embedder.embed_passages([]).shape == (0, 384)


def test_questions_find_their_passages(embedder: SentenceEmbedder) -> None:
    rows = embedder.embed_passages(TEXTS)
    asked = {"中考复习怎么安排？": 0, "造林多少亩？": 1, "食品安全由谁负责检查？": 3}
    for question, expected in asked.items():
        vector = embedder.embed_query(question)
        assert vector.shape == (384,) and vector.dtype == np.float32
        assert int(np.argmax(rows @ vector)) == expected


def test_questions_and_passages_get_their_prefixes(embedder: SentenceEmbedder) -> None:
    same = "造林三千亩"
    assert float(embedder.embed_query(same) @ embedder.embed_passages([same])[0]) < 0.999


def test_odd_texts_are_embedded(embedder: SentenceEmbedder) -> None:
    rows = embedder.embed_passages(["", " ", "\ud800", "龘靐齉", "学" * 3000])
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_it_is_an_embedder(embedder: SentenceEmbedder) -> None:
    any_embedder: Embedder = embedder
    assert any_embedder.name.startswith(Settings().embedding_model + "-")


def test_nothing_heavy_is_imported_by_the_module() -> None:
    code = (
        "import sys, pathlib, rag.evidence.embedding; rag.evidence.embedding.SentenceEmbedder(pathlib.Path('x'));"
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'sentence_transformers', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def write(folder: Path, **files: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_prefixes_come_from_the_configuration(tmp_path: Path) -> None:
    ours = write(tmp_path / "a", config_sentence_transformers={"prompts": {"query": "Q: ", "document": "D: "}})
    assert prefixes_of(ours) == Prefixes("Q: ", "D: ")
    spoken = write(tmp_path / "bge-base-zh", config_sentence_transformers={"prompts": {"query": "Q: "}})
    assert prefixes_of(spoken) == Prefixes("Q: ", "")
    assert prefixes_of(write(tmp_path / "plain", config={})) == Prefixes("", "")


def test_known_models_without_prompts_get_theirs(tmp_path: Path) -> None:
    chinese = Prefixes("为这个句子生成表示以用于检索相关文章：", "")
    assert prefixes_of(write(tmp_path / "bge-small-zh-v1.5", config_sentence_transformers={"prompts": {}})) == chinese
    assert prefixes_of(write(tmp_path / "renamed", config={"_name_or_path": "x/bge-base-zh-v1.5"})) == chinese
    assert prefixes_of(tmp_path / "e5-base") == Prefixes("query: ", "passage: ")
    assert prefixes_of(tmp_path / "multilingual-e5-large-instruct") == Prefixes("", "")
    assert prefixes_of(tmp_path / "bge-m3") == Prefixes("", "")


def test_the_fingerprint_follows_the_contents(tmp_path: Path) -> None:
    one = write(tmp_path / "x" / "model", config={"hidden_size": 8}, tokenizer={})
    (one / "model.safetensors").write_bytes(bytes(100))
    two = write(tmp_path / "y" / "model", config={"hidden_size": 8}, tokenizer={})
    (two / "model.safetensors").write_bytes(bytes(100))
    assert fingerprint(one, False) == fingerprint(two, False)
    write(two, tokenizer={"other": 1})
    assert fingerprint(one, False) != fingerprint(two, False)


def test_a_broken_folder_is_a_chinese_sentence(models_home: Path, tmp_path: Path) -> None:
    with pytest.raises(JianwenError, match="不是"):
        SentenceEmbedder(tmp_path / "nothing").embed_query("问")
    whole = models_home / "models" / Settings().embedding_model
    broken = tmp_path / "broken"
    (broken / "1_Pooling").mkdir(parents=True)
    for file in whole.rglob("*"):
        if file.is_file() and file.name != "tokenizer.json":
            (broken / file.relative_to(whole)).symlink_to(file.resolve())
    (broken / "tokenizer.json").write_text('{"version": "1.0", "model": 3}')
    with pytest.raises(JianwenError, match=r"打不开.*重新完整地拷贝"):
        SentenceEmbedder(broken).load()
