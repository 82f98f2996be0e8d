"""What the default model's adapter is taught with, and that teaching changes the adapter and nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rag.chat.llm import Message
from tests.training_corpus import file as file
from training.judge.examples import read
from training.verdict.examples import Example, examples, tokenised
from training.verdict.learning import Plan, learn, verdicts
from training.verdict.network import Adapter, Qwen2, Shape
from training.verdict.tokens import AS_BEFORE, NO, WRITTEN, YES, Tokens, Vocabulary
from training.verdict.weights import adapter_for, ship


@pytest.fixture
def made(file: Path) -> list[tuple[str, Example]]:
    """Every example with the answer that its question has."""
    corpus = read(file, held=False)
    answers = {item.question: item.answer for item in corpus.items}
    told = list(examples(corpus, seed=1))
    return [(next((a for q, a in answers.items() if q in e.prompt[1].text), ""), e) for e in told]


def _source(example: Example) -> str:
    return example.prompt[1].text.removeprefix("资料：\n").partition("\n\n问题：")[0]


def test_what_is_to_be_answered_with_yes_holds_the_answer_and_nothing_else_does(
    made: Sequence[tuple[str, Example]],
) -> None:
    assert {example.kind for _, example in made} == {YES, NO, AS_BEFORE, WRITTEN}
    for answer, example in made:
        body = _source(example).rpartition("）\n")[2]
        if example.kind == YES:
            assert answer in body
        if example.kind == NO and answer:
            assert answer not in body


def test_what_is_to_be_written_is_a_sentence_of_the_source_that_has_the_answer(
    made: Sequence[tuple[str, Example]],
) -> None:
    written = [(answer, example) for answer, example in made if example.kind == WRITTEN]
    for answer, example in written:
        assert answer in example.continuation and example.continuation in _source(example)
    assert any("【2】" in _source(example) for _, example in written)


def test_the_same_seed_gives_the_same_examples(file: Path) -> None:
    corpus = read(file, held=False)
    assert list(examples(corpus, 3)) == list(examples(corpus, 3)) != list(examples(corpus, 4))


# ---------------------------------------------------------------- token numbers


def characters(text: str) -> list[int]:
    return [ord(character) for character in text]


def prompt(messages: Sequence[Message]) -> list[int]:
    return characters("".join(message.text for message in messages))


@pytest.fixture
def tokens(made: Sequence[tuple[str, Example]]) -> Tokens:
    return tokenised([example for _, example in made[:60]], prompt, characters)


def test_tokens_are_those_of_the_examples_and_come_back_from_their_file(
    tokens: Tokens, made: Sequence[tuple[str, Example]], tmp_path: Path
) -> None:
    tokens.save(tmp_path / "tokens.npz")
    kept = Tokens.load(tmp_path / "tokens.npz")
    for number, (_, example) in enumerate(made[:60]):
        whole = kept.tokens[kept.starts[number] : kept.starts[number + 1]]
        assert whole[kept.learnt[number] :].tolist() == characters(example.continuation)
        assert whole[: kept.learnt[number]].tolist() == prompt(example.prompt)


def test_a_cut_vocabulary_has_every_token_once_and_no_other(tokens: Tokens, tmp_path: Path) -> None:
    Vocabulary.of([tokens.tokens], (ord("是"), ord("否"))).save(tmp_path / "vocabulary.json")
    vocabulary = Vocabulary.load(tmp_path / "vocabulary.json")
    assert vocabulary.kept[vocabulary.cut(tokens).tokens].tolist() == tokens.tokens.tolist()
    assert [vocabulary.kept[vocabulary.yes], vocabulary.kept[vocabulary.no]] == [ord("是"), ord("否")]


# ---------------------------------------------------------------- the model

SHAPE = Shape(layers=2, heads=4, key_heads=2, width=32, epsilon=1e-6, rope_base=10000.0)


def weights(vocabulary: int) -> dict[str, torch.Tensor]:
    chance = torch.Generator().manual_seed(1)

    def matrix(outputs: int, inputs: int) -> torch.Tensor:
        return torch.randn(outputs, inputs, generator=chance) / inputs**0.5

    made = {"token_embd.weight": matrix(vocabulary, 32), "output.weight": matrix(vocabulary, 32)}
    made["output_norm.weight"] = torch.ones(32)
    for layer in range(SHAPE.layers):
        name = f"blk.{layer}."
        made |= {f"{name}{norm}.weight": torch.ones(32) for norm in ("attn_norm", "ffn_norm")}
        for part, outputs, inputs in (
            *(("attn_q", 32, 32), ("attn_k", 16, 32), ("attn_v", 16, 32), ("attn_output", 32, 32)),
            *(("ffn_gate", 48, 32), ("ffn_up", 48, 32), ("ffn_down", 32, 48)),
        ):
            made[f"{name}{part}.weight"] = matrix(outputs, inputs)
    return made


@pytest.fixture
def model() -> Qwen2:
    torch.manual_seed(1)
    made = weights(40)
    return Qwen2(made, SHAPE, adapter_for(made, rank=4, alpha=8.0))


def lesson(count: int = 32) -> Tokens:
    """是 where the first token is 3, 否 where it is 4; and after 5 follows 6."""
    chance = random.Random(1)
    rows = [[3 + n % 2, *chance.choices(range(10, 40), k=chance.randint(3, 9))] for n in range(count)]
    rows += [[5, 11, 12, 6, 7] for _ in range(8)]
    starts = np.cumsum([0, *map(len, rows)])
    learnt = np.array([len(row) for row in rows[:count]] + [3] * 8)
    kinds = np.array([YES if row[0] == 3 else NO for row in rows[:count]] + [WRITTEN] * 8, np.int8)
    return Tokens(np.concatenate(rows).astype(np.int32), starts, learnt, kinds)


SIDES = Vocabulary(np.arange(40), yes=1, no=2)


def test_an_adapter_that_has_learnt_nothing_changes_nothing(model: Qwen2) -> None:
    taught = verdicts(model, lesson(), SIDES)
    with model.adapter.off():
        assert np.array_equal(taught, verdicts(model, lesson(), SIDES))


def test_how_examples_are_filled_up_does_not_matter(model: Qwen2) -> None:
    one_by_one, together = (verdicts(model, lesson(), SIDES, at_once) for at_once in (1, 4096))
    assert np.allclose(one_by_one, together, atol=1e-5)


def test_the_adapter_learns_and_the_model_stays_as_it_was(model: Qwen2) -> None:
    before = {name: value.clone() for name, value in model.weights.items()}
    lessons = lesson()
    # lessons of every kind: some are to be said as before
    lessons = replace(lessons, kinds=np.where(np.arange(len(lessons.kinds)) % 8 == 0, AS_BEFORE, lessons.kinds))
    plan = Plan(steps=40, examples=16, rate=1e-2, at_once=128)
    assert learn(model, lessons, SIDES, plan) == 40
    logits = verdicts(model, lessons, SIDES)
    assert logits[lessons.kinds == YES].min() > logits[lessons.kinds == NO].max()
    assert all(torch.equal(value, before[name]) for name, value in model.weights.items())


def test_the_file_names_each_matrix_as_llama_cpp_looks_for_it(model: Qwen2, tmp_path: Path) -> None:
    from gguf import GGUFReader

    adapter: Adapter = model.adapter
    ship(adapter, tmp_path / "adapter.gguf")
    read_ = GGUFReader(tmp_path / "adapter.gguf")
    found = {tensor.name: tuple(tensor.data.shape) for tensor in read_.tensors}
    assert found["blk.1.attn_k.weight.lora_a"] == (4, 32) and found["blk.1.attn_k.weight.lora_b"] == (16, 4)
    assert len(found) == 2 * 4 * SHAPE.layers
    assert read_.fields["adapter.lora.alpha"].contents() == 8.0
