"""The steps. A checkpoint is written every few minutes and a run begun again in the same folder goes on from it."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from training.judge.batches import Pair, batches, tokens
from training.judge.examples import Corpus
from training.judge.network import ANSWERS, SUPPORTS, CrossEncoder

_EVERY = 180.0  # seconds between checkpoints


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` of `items` questions; the rate rises over `warm` steps and then falls along a line to nothing."""

    steps: int
    items: int = 8
    rate: float = 1.2e-4
    warm: int = 80
    seed: int = 4

    def rate_at(self, step: int) -> float:
        return self.rate * min(1.0, (step + 1) / self.warm, max(0.02, 1 - step / self.steps))


def loss_of(logits: Tensor, groups: list[list[Pair]]) -> tuple[Tensor, dict[str, float]]:
    """Ranking (softmax within each question) + answering (yes or no) + support (yes or no), and the three by name."""
    flat = [pair for group in groups for pair in group]
    label = torch.tensor([float(pair.label) for pair in flat])
    supports = torch.tensor([pair.supports for pair in flat])
    ranking: list[Tensor] = []
    start = 0
    for group in groups:
        places = [start + n for n, pair in enumerate(group) if pair.ranked]  # the answering one is the first
        ranking.append(cross_entropy(logits[places, ANSWERS][None], torch.zeros(1, dtype=torch.long)))
        start += len(group)
    parts = {
        "ranking": torch.stack(ranking).mean(),
        "answering": binary_cross_entropy_with_logits(logits[~supports, ANSWERS], label[~supports]),
        "support": binary_cross_entropy_with_logits(logits[supports, SUPPORTS], label[supports])
        if bool(supports.any())
        else logits.sum() * 0,
    }
    return sum(parts.values(), torch.zeros(())), {name: float(part.detach()) for name, part in parts.items()}


def learn(model: CrossEncoder, tokenizer: Any, corpus: Corpus, plan: Plan, folder: Path) -> None:
    """Train `model` in place; log.jsonl and checkpoint.pt in `folder` tell how far it is."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    first = _resume(model, optimizer, folder / "checkpoint.pt")
    saved = began = time.monotonic()
    sums: dict[str, float] = {}
    for step, groups in zip(range(first, plan.steps), batches(corpus, plan.items, plan.seed, first), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(step)
        flat = [pair for group in groups for pair in group]
        logits = model(tokens(tokenizer, [pair.asked for pair in flat], [pair.text for pair in flat]))
        loss, parts = loss_of(logits, groups)
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        if not math.isfinite(norm):
            raise ValueError(f"step {step}: the gradient is {norm}")
        optimizer.step()
        optimizer.zero_grad()
        sums = {name: sums.get(name, 0.0) + part for name, part in parts.items()}
        if (step + 1) % 20 == 0:
            row = {name: round(value / 20, 4) for name, value in sums.items()}
            _log(folder, {"step": step + 1, **row, "seconds": round(time.monotonic() - began)})
            sums = {}
        if time.monotonic() - saved > _EVERY:
            _save(model, optimizer, step + 1, folder / "checkpoint.pt")
            saved = time.monotonic()
    _save(model, optimizer, plan.steps, folder / "checkpoint.pt")


def _log(folder: Path, row: dict[str, float]) -> None:
    with (folder / "log.jsonl").open("a") as stream:
        stream.write(json.dumps(row) + "\n")
    print(row, flush=True)


def _save(model: CrossEncoder, optimizer: Any, step: int, path: Path) -> None:
    beside = path.with_suffix(".new")
    torch.save({"model": model.state(), "optimizer": optimizer.state_dict(), "step": step}, beside)
    beside.replace(path)


def _resume(model: CrossEncoder, optimizer: Any, path: Path) -> int:
    if not path.exists():
        return 0
    kept = torch.load(path)
    with torch.no_grad():
        for name, value in model.values.items():
            value.copy_(kept["model"][name.replace("/", ".")])
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])
