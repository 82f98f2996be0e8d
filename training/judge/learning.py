"""The steps. A checkpoint is written every few minutes and a run begun again in the same folder goes on from it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, smooth_l1_loss

from training.judge.batches import Pair, batches, tokens
from training.judge.examples import Corpus
from training.judge.network import ANSWERS, SUPPORTS, CrossEncoder

_EVERY = 180.0  # seconds between checkpoints


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` of `items` questions; the rate rises over `warm` steps and then falls along a line to nothing.

    `more`: windows a question that share its words, which only teachers judge.
    """

    steps: int
    items: int = 64
    rate: float = 2e-4
    warm: int = 100
    seed: int = 4
    more: int = 0

    def rate_at(self, step: int) -> float:
        return self.rate * min(1.0, (step + 1) / self.warm, max(0.02, 1 - step / self.steps))


def loss_of(logits: Tensor, groups: list[list[Pair]], taught: Tensor | None = None) -> tuple[Tensor, dict[str, float]]:
    """Ranking (softmax within each question) + answering (yes or no) + support (yes or no), and all by name.

    `taught` are the logits of teachers, like `logits` of shape (pairs, 2): how far ours lie from theirs is added.
    """
    flat = [pair for group in groups for pair in group]
    label = torch.tensor([float(pair.label or 0) for pair in flat])
    supports = torch.tensor([pair.supports for pair in flat])
    judged = torch.tensor([pair.label is not None for pair in flat])
    label, supports, judged = (value.to(logits.device) for value in (label, supports, judged))
    ours = torch.where(supports, logits[:, SUPPORTS], logits[:, ANSWERS])
    parts = {
        "ranking": _ranking(logits[:, ANSWERS], groups),
        "answering": _binary(ours, label, judged & ~supports),
        "support": _binary(ours, label, judged & supports),
    }
    if taught is not None:
        theirs = torch.where(supports, taught[:, SUPPORTS], taught[:, ANSWERS])
        parts["taught"] = smooth_l1_loss(ours, theirs)
    return sum(parts.values(), torch.zeros((), device=logits.device)), {
        name: float(part.detach()) for name, part in parts.items()
    }


def _ranking(answers: Tensor, groups: list[list[Pair]]) -> Tensor:
    """Cross-entropy of the first ranked pair of each group, the one that answers, among the group's ranked ones."""
    places: list[list[int]] = []
    start = 0
    for group in groups:
        places.append([start + n for n, pair in enumerate(group) if pair.ranked])
        start += len(group)
    longest = max(map(len, places))
    where = torch.tensor([row + row[:1] * (longest - len(row)) for row in places])
    real = torch.tensor([[n < len(row) for n in range(longest)] for row in places])
    scores = answers[where.to(answers.device)].masked_fill(~real.to(answers.device), -math.inf)
    return cross_entropy(scores, torch.zeros(len(groups), dtype=torch.long, device=answers.device))


def _binary(logits: Tensor, label: Tensor, where: Tensor) -> Tensor:
    """Mean over `where`; 0 when it is nowhere."""
    each = binary_cross_entropy_with_logits(logits, label, reduction="none")
    return (each * where).sum() / where.sum().clamp(min=1)


def learn(
    model: CrossEncoder,
    tokenizer: Any,
    corpus: Corpus,
    plan: Plan,
    folder: Path,
    teachers: Sequence[CrossEncoder] = (),
) -> None:
    """Train `model` in place; log.jsonl and checkpoint.pt in `folder` tell how far it is."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    first = _resume(model, optimizer, folder / "checkpoint.pt")
    saved = began = time.monotonic()
    sums: dict[str, float] = {}
    steps = zip(range(first, plan.steps), batches(corpus, plan.items, plan.seed, first, plan.more), strict=False)
    for step, groups in steps:
        for group in optimizer.param_groups:
            group["lr"] = plan.rate_at(step)
        torch.manual_seed(plan.seed + step)  # what is dropped out is the same in a run begun again
        flat = [pair for group in groups for pair in group]
        read = tokens(tokenizer, [pair.asked for pair in flat], [pair.text for pair in flat])
        taught = _taught(teachers, read)
        model.train()
        with _precision(model):
            logits = model(read)
        loss, parts = loss_of(logits.float(), groups, taught)
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
    model.eval()
    _save(model, optimizer, plan.steps, folder / "checkpoint.pt")


def _taught(teachers: Sequence[CrossEncoder], read: Sequence[Sequence[int]]) -> Tensor | None:
    """The mean logits of the teachers, (pairs, 2)."""
    if not teachers:
        return None
    with torch.no_grad(), _precision(teachers[0]):
        return torch.stack([teacher(read).float() for teacher in teachers]).mean(0)


def _precision(model: CrossEncoder) -> torch.autocast:
    """On an accelerator products are of 16 bits; on a processor these would be slower."""
    kind = next(model.parameters()).device.type
    return torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda")


def teacher(model: CrossEncoder, folder: Path) -> CrossEncoder:
    """`model` with the weights that a finished run left in `folder`. Raises OSError: there are none."""
    _take(model, _checkpoint(folder / "checkpoint.pt"))
    model.eval()
    return model


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
    kept = _checkpoint(path)
    _take(model, kept)
    optimizer.load_state_dict(kept["optimizer"])
    return int(kept["step"])


def _checkpoint(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = torch.load(path, map_location="cpu")
    return kept


def _take(model: CrossEncoder, kept: dict[str, Any]) -> None:
    with torch.no_grad():
        for name, value in model.values.items():
            value.copy_(kept["model"][name.replace("/", ".")])
