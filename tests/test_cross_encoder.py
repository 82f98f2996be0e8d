"""The judge: what runs in integers is what was taught in floats; damaged weights are named."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.errors import JianwenError
from rag.evidence.cross_encoder import JUDGE, CrossEncoder
from rag.models.float_encoder import float_layers
from rag.models.integer_encoder import session_of
from rag.models.onnx_graph import Encoder, encoder_graph
from training.judge import network
from training.judge.batches import tokens
from training.judge.examples import read
from training.judge.learning import Plan, learn, teacher
from training.judge.shipping import ship
from training.judge.vocabulary import cut

_PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    *map(chr, range(33, 127)),
    *"教研会议由谁主持李明华校长是有多少名师第中学位于路号该王",
]
_HIDDEN, _INNER, _LAYERS, _HEADS, _EPSILON = 24, 40, 3, 4, 1e-12


def tokenizer_file(folder: Path, pieces: list[str] = _PIECES) -> Path:
    """A tokenizer of the embedding model's kind."""
    source = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": n, "content": pieces[n], "single_word": False, "lstrip": False, "rstrip": False}
            | {"normalized": False, "special": True}
            for n in range(4)
        ],
        "normalizer": {"type": "NFKC"},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
                {"Sequence": {"id": "B", "type_id": 0}},
                {"SpecialToken": {"id": "</s>", "type_id": 0}},
            ],
            "special_tokens": {
                name: {"id": name, "ids": [n], "tokens": [name]} for n, name in ((0, "<s>"), (2, "</s>"))
            },
        },
        "decoder": None,
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": [[piece, 0.0 if n < 4 else -len(pieces) / (n + 1)] for n, piece in enumerate(pieces)],
            "byte_fallback": False,
        },
    }
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(source, ensure_ascii=False), "utf-8")
    return path


def tiny() -> network.CrossEncoder:
    """Random weights, large enough that logits differ from text to text."""
    torch.manual_seed(1)
    weights = {
        "embeddings.word_embeddings.weight": torch.randn(len(_PIECES), _HIDDEN),
        "embeddings.position_embeddings.weight": torch.randn(300, _HIDDEN) / 4,
        "embeddings.token_type_embeddings.weight": torch.randn(2, _HIDDEN) / 4,
        "head.weight": torch.randn(2, _HIDDEN),
        "head.bias": torch.randn(2),
    }
    for number in range(_LAYERS):
        layer = f"encoder.layer.{number}."
        shapes = {f"attention.self.{part}": (_HIDDEN, _HIDDEN) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (_HIDDEN, _HIDDEN), "intermediate.dense": (_INNER, _HIDDEN)}
        for name, shape in {**shapes, "output.dense": (_HIDDEN, _INNER)}.items():
            weights[f"{layer}{name}.weight"] = torch.randn(shape) / 5
            weights[f"{layer}{name}.bias"] = torch.randn(shape[0]) / 5
    norms = [f"encoder.layer.{n}.{block}" for n in range(_LAYERS) for block in ("attention.output", "output")]
    for norm in (*norms, "embeddings"):
        weights[f"{norm}.LayerNorm.weight"] = 1 + torch.randn(_HIDDEN) / 5
        weights[f"{norm}.LayerNorm.bias"] = torch.randn(_HIDDEN) / 5
    made = network.CrossEncoder(weights, _HEADS, _EPSILON)
    made.eval()
    return made


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small wait for a second thread longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "judge"
    ship(tiny().state(), _HEADS, _EPSILON, tokenizer_file(tmp_path), folder)
    return folder


TEXTS = ["会议由李明华主持。", "教研", "有多少名教师？" * 60, "王校长", "", "\ud800学 abc 12"]


def test_integers_say_what_floats_were_taught(shipped: Path) -> None:
    from tokenizers import Tokenizer

    judge = CrossEncoder(shipped, threads=2)
    question = "谁主持会议？"
    plain = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    made = tokens(Tokenizer.from_file(str(shipped / "tokenizer.json")), [question] * len(TEXTS), plain)
    with torch.no_grad():
        floats = tiny()(made).numpy()
    kept = [n for n, text in enumerate(TEXTS) if len(text) < 100]  # the program reads longer ones than training does
    ours = np.stack([judge.answers(question, TEXTS), judge.supports(question, TEXTS)], axis=1)
    spread = floats.std(axis=0)
    assert (np.abs(ours - floats)[kept] < 0.25 * spread).all()


def test_floats_stand_in_for_integers() -> None:
    weights = {name.removeprefix("encoder."): value.numpy() for name, value in tiny().state().items()}
    shape = Encoder(_LAYERS, _HEADS, _HIDDEN, _EPSILON)
    embedded = np.random.default_rng(0).normal(size=(1, 17, _HIDDEN)).astype(np.float32)
    floats = float_layers(shape, weights)(embedded)
    integers = session_of(encoder_graph(shape, weights))(embedded)
    assert floats.shape == embedded.shape
    assert np.abs(floats - integers).mean() < 0.05 < np.abs(floats - embedded).mean()


def test_a_pair_is_judged_by_itself(shipped: Path) -> None:
    judge = CrossEncoder(shipped, threads=2)
    together = judge.answers("谁是校长？", TEXTS)
    assert together.shape == (len(TEXTS),) and together.dtype == np.float32 and np.isfinite(together).all()
    for text, logit in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(judge.answers("谁是校长？", [text]), [logit])
    np.testing.assert_array_equal(CrossEncoder(shipped, threads=1).answers("谁是校长？", TEXTS), together)
    assert judge.answers("谁是校长？", []).shape == (0,)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["gone", "cut", "other"])
def test_damaged_weights_are_named(shipped: Path, name: str, damage: str) -> None:
    path = shipped / name
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_text("{}")
    with pytest.raises(JianwenError, match="重新安装"):
        CrossEncoder(shipped).answers("谁", ["李明华"])


def test_a_cut_vocabulary_falls_back_to_characters(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    tokenizer_file(tmp_path, [*_PIECES, "教研会议", "李明华", "Straßenbahn", "ß", "ありがとう", "▁2024", "觀"])
    described, numbers = cut(tmp_path, ["李明华主持", "李明华"])
    pieces = [piece for piece, _ in json.loads(described)["model"]["vocab"]]
    assert [
        ([*_PIECES, "教研会议", "李明华", "Straßenbahn", "ß", "ありがとう", "▁2024", "觀"])[n] for n in numbers
    ] == pieces
    assert {"教研会议", "李明华", "▁2024", "观" if "观" in pieces else "觀"} <= set(pieces)
    assert not {"Straßenbahn", "ありがとう"} & set(pieces)
    encoded = Tokenizer.from_str(described).encode("教研会议由李明华主持", add_special_tokens=False)
    assert "<unk>" not in encoded.tokens and "李明华" in encoded.tokens


def test_learning_lowers_the_loss_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    from tokenizers import Tokenizer

    rows = [
        {"question": f"第{n}中学的校长是谁？", "paragraph_id": str(n), "answers": [f"王{n}"], "title": f"第{n}中学"}
        | {"text": f"第{n}中学位于路{n}号。该校有教师{n}名。校长是王{n}。第{n}中学有教研会议。", "source": "made"}
        for n in range(60)
    ]
    data = tmp_path / "reading.jsonl"
    data.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    corpus = read(data, held=False)
    tokenizer = Tokenizer.from_file(str(tokenizer_file(tmp_path)))
    random.seed(0)
    model = tiny()
    learn(model, tokenizer, corpus, Plan(steps=40, items=4, rate=3e-3, warm=5), tmp_path)
    learn(tiny(), tokenizer, corpus, Plan(steps=80, items=4, rate=3e-3, warm=5), tmp_path)
    log = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["step"] for row in log] == [20, 40, 60, 80]
    assert log[-1]["answering"] < 0.9 * log[0]["answering"]


def test_a_teacher_is_what_a_finished_run_left(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        teacher(tiny(), tmp_path)
    taught = {name: value + 1 for name, value in tiny().state().items()}
    torch.save({"model": taught, "optimizer": {}, "step": 1}, tmp_path / "checkpoint.pt")
    assert all(torch.equal(value, taught[name]) for name, value in teacher(tiny(), tmp_path).state().items())


# ---------------------------------------------------------------- the one that ships


@pytest.fixture(scope="module")
def judge() -> CrossEncoder:
    return CrossEncoder(threads=2)


_READING = [  # (question, the text that answers it, one about the same matter that does not)
    (
        "市图书馆新馆有多少个阅览座位？",
        "4月8日，市图书馆新馆正式开放，馆藏图书120万册，设阅览座位900个。",
        "市图书馆新馆位于人民路，去年3月动工，由市建工集团承建。读者凭身份证即可入馆。",
    ),
    (
        "座谈会由谁主持？",
        "副市长李明华主持座谈会，来自12家企业的负责人围绕减税降费提出了建议。",
        "座谈会上，12家企业的负责人围绕减税降费、融资服务提出了建议。",
    ),
    (
        "全区有多少所学校完成了食堂改造？",
        "截至3月底，全区已有69所学校完成食堂“明厨亮灶”改造。",
        "学校食堂要落实校长负责制，加强原料采购和留样管理，确保师生饮食安全。",
    ),
    (
        "教研工作会议在哪里召开？",
        "3月25日，全市教研工作会议在宝山第三中学召开，各县区教研室主任参加。",
        "全市教研工作会议要求，各校要抓好集体备课，强化校本教研。",
    ),
    (
        "中考体育测试什么时候开始？",
        "中考体育测试定于4月15日开始，4月28日结束。",
        "各校要认真组织中考体育测试，做好安全预案，确保考试公平公正。",
    ),
]


def test_what_ships_prefers_the_text_that_answers(judge: CrossEncoder) -> None:
    others = [text for _, text, _ in _READING]
    for question, text, nearly in _READING:
        logits = judge.answers(question, [text, nearly, *(other for other in others if other != text)])
        assert logits[0] > 0 and int(logits.argmax()) == 0, question
        assert logits[2:].max() < 0, question


def test_what_ships_is_small_and_read_as_it_was_made() -> None:
    from safetensors import safe_open

    assert sum(path.stat().st_size for path in JUDGE.iterdir()) < 30_000_000
    with safe_open(JUDGE / "model.safetensors", "numpy") as file:
        words = file.get_tensor("embeddings.word_embeddings.weight")
        assert words.dtype == np.int8 and np.abs(words).max() <= 64
    pieces = json.loads((JUDGE / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    assert len(pieces) == len(words)
