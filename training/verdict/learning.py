"""The steps. How long a run may take is given in seconds: an accelerator is lent by the minute."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from training.verdict.network import Qwen2
from training.verdict.tokens import AS_BEFORE, WRITTEN, YES, Tokens, Vocabulary

_SMOOTHED = 0.02  # a verdict of the corpus may be wrong
_TOLD = ("verdict", "written", "norm")


@dataclass(frozen=True, slots=True)
class Plan:
    """A run ends after `seconds` or `steps`, whichever comes first. The rate rises over the first share `warm` of it
    and then falls along a line to nothing. `at_once`: tokens, filled up, that fit into memory. written: what writing
    counts beside verdicts."""

    seconds: float = math.inf
    steps: float = math.inf
    examples: int = 64
    rate: float = 2e-4
    warm: float = 0.06
    at_once: int = 12288
    written: float = 0.3
    seed: int = 4

    def share(self, steps: int, passed: float) -> float:
        """How much of the run is over, 0 to 1."""
        return max(passed / self.seconds, steps / self.steps)

    def rate_at(self, share: float) -> float:
        return self.rate * max(0.02, min(share / self.warm, (1 - share) / (1 - self.warm)))


def learn(model: Qwen2, tokens: Tokens, vocabulary: Vocabulary, plan: Plan) -> int:
    """Teach the model's adapter in place; how many steps that were."""
    optimizer = torch.optim.AdamW(model.adapter.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    began, sums = time.monotonic(), np.zeros(3)
    for step, batch in enumerate(_batches(len(tokens.kinds), plan), 1):
        passed = time.monotonic() - began
        share = plan.share(step - 1, passed)
        if share >= 1:
            return step - 1
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(share)
        judged, written = sum(tokens.kinds[n] != WRITTEN for n in batch), _to_write(tokens, batch)
        for part in _parts(tokens, batch, plan.at_once):
            losses = _losses(model, tokens, part, vocabulary)
            each = losses[0] / max(judged, 1), losses[1] / max(written, 1)
            (each[0] + plan.written * each[1]).backward()
            sums[:2] += [float(loss.detach()) for loss in each]
        sums[2] += float(torch.nn.utils.clip_grad_norm_(model.adapter.parameters(), 1.0))
        optimizer.step()
        optimizer.zero_grad()
        if step % 10 == 0:
            told = "  ".join(f"{name} {value / 10:.3f}" for name, value in zip(_TOLD, sums, strict=True))
            print(f"{step:5} {passed:5.0f} s  {told}", flush=True)
            sums[:] = 0
    raise AssertionError("batches do not end")


def verdicts(model: Qwen2, tokens: Tokens, vocabulary: Vocabulary, at_once: int = 32768) -> np.ndarray:
    """Logits of 是 against 否 after each example's prompt."""
    found = np.zeros(len(tokens.kinds), np.float32)
    with torch.no_grad():
        for part in _parts(tokens, range(len(tokens.kinds)), at_once):
            rows, _ = _filled(tokens, part, model)
            ends = torch.tensor([int(tokens.learnt[n]) - 1 for n in part], device=rows.device)
            state = model(rows)[torch.arange(len(part), device=rows.device), ends]
            found[part] = _side(model, state, vocabulary).float().cpu().numpy()
    return found


def _batches(count: int, plan: Plan) -> Iterator[list[int]]:
    chance = random.Random(plan.seed)
    while True:
        order = list(range(count))
        chance.shuffle(order)
        for start in range(0, max(1, count - plan.examples + 1), plan.examples):
            yield order[start : start + plan.examples]


def _length(tokens: Tokens, number: int) -> int:
    return int(tokens.starts[number + 1] - tokens.starts[number])


def _to_write(tokens: Tokens, batch: Sequence[int]) -> int:
    return sum(_length(tokens, n) - int(tokens.learnt[n]) for n in batch)


def _parts(tokens: Tokens, batch: Sequence[int], at_once: int) -> Iterator[list[int]]:
    """Examples of like length together, as many as fit into memory."""
    part: list[int] = []
    for number in sorted(batch, key=lambda n: _length(tokens, n)):
        if part and (len(part) + 1) * _length(tokens, number) > at_once:
            yield part
            part = []
        part.append(number)
    if part:
        yield part


def _filled(tokens: Tokens, part: Sequence[int], model: Qwen2) -> tuple[Tensor, list[int]]:
    lengths = [_length(tokens, n) for n in part]
    rows = np.zeros((len(part), max(lengths)), np.int64)
    for row, number, length in zip(rows, part, lengths, strict=True):
        row[:length] = tokens.tokens[tokens.starts[number] : tokens.starts[number + 1]]
    return torch.from_numpy(rows).to(model.weights["output.weight"].device), lengths


def _side(model: Qwen2, state: Tensor, vocabulary: Vocabulary) -> Tensor:
    output = model.weights["output.weight"]
    return state @ (output[vocabulary.yes] - output[vocabulary.no])


def _losses(model: Qwen2, tokens: Tokens, part: Sequence[int], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    """Sums of the losses of verdicts and of tokens written."""
    rows, lengths = _filled(tokens, part, model)
    kinds = [int(tokens.kinds[n]) for n in part]
    learnt = [int(tokens.learnt[n]) for n in part]
    ends = torch.tensor([at - 1 for at in learnt], device=rows.device)
    places = torch.arange(len(part), device=rows.device)
    wanted = torch.tensor([float(kind == YES) for kind in kinds], device=rows.device)
    wanted = wanted * (1 - 2 * _SMOOTHED) + _SMOOTHED
    if (before := torch.tensor([kind == AS_BEFORE for kind in kinds], device=rows.device)).any():
        with torch.no_grad(), model.adapter.off():
            untaught = _side(model, model(rows[before])[torch.arange(int(before.sum())), ends[before]], vocabulary)
        wanted[before] = untaught.float().sigmoid()
    states = model(rows)
    said = _side(model, states[places, ends], vocabulary).float()
    verdict = torch.tensor([kind != WRITTEN for kind in kinds], device=rows.device)
    judged = (binary_cross_entropy_with_logits(said, wanted, reduction="none") * verdict).sum()
    where = [(n, at) for n, kind in enumerate(kinds) if kind == WRITTEN for at in range(learnt[n] - 1, lengths[n] - 1)]
    if not where:
        return judged, judged.detach() * 0
    row, at = (torch.tensor(one, device=rows.device) for one in zip(*where, strict=True))
    logits = (states[row, at] @ model.weights["output.weight"].T).float()
    return judged, cross_entropy(logits, rows[row, at + 1], reduction="sum")
