"""How well a judge does on articles it was not trained on, as the program runs it (8-bit integers)."""

from __future__ import annotations

import random

import numpy as np

from rag.evidence.cross_encoder import Judge
from training.judge.batches import titled
from training.judge.examples import Corpus, Item, answering, without_answer
from training.judge.statements import corrupted, shortened, stated
from training.measures import auc


def measure(judge: Judge, corpus: Corpus, items: int, seed: int = 1) -> dict[str, float]:
    """Scores of `items` random questions of a held-out corpus.

    mrr: 1 / rank of the best window that has the answer, among all windows of its paragraph and twelve of other
    articles that share the question's words. nearly, other: AUC of answering windows against the same with the answer's
    sentences cut out, and against windows of other articles. changed: AUC of statements against the same with one thing
    changed. yes_at_0, no_at_0: the shares of answering and of cut windows judged rightly with the line at logit 0.
    """
    chance = random.Random(seed)
    ranks: list[float] = []
    right: list[float] = []
    cut: list[float] = []
    other: list[float] = []
    true: list[float] = []
    false: list[float] = []
    for item in chance.sample(corpus.items, min(items, len(corpus.items))):
        title, paragraph = corpus.paragraphs[item.paragraph]
        rank, others = _rank(judge, corpus, item)
        ranks.append(1 / rank)
        other += others
        window = answering(paragraph, item.answer, chance)
        right += judge.answers(item.question, [titled(title, window)]).tolist()
        if nearly := without_answer(paragraph, item.answer, chance):
            cut += judge.answers(item.question, [titled(title, nearly)]).tolist()
        claim = stated(item.question, item.answer) or shortened(window, chance)
        if changed := corrupted(claim, corpus.answers[item.paragraph], chance):
            true += judge.supports(claim, [titled(title, window)]).tolist()
            false += judge.supports(changed, [titled(title, window)]).tolist()
    return {
        "mrr": float(np.mean(ranks)),
        "nearly": auc(right, cut),
        "other": auc(right, other),
        "changed": auc(true, false),
        "yes_at_0": float(np.mean(np.array(right) > 0)),
        "no_at_0": float(np.mean(np.array(cut) < 0)),
    }


def _rank(judge: Judge, corpus: Corpus, item: Item) -> tuple[int, list[float]]:
    """The rank of the best answering window, and the logits of the windows of other articles."""
    own = [window for window in corpus.windows if window.paragraph == item.paragraph]
    windows = own + [corpus.windows[number] for number in item.near]
    logits = judge.answers(item.question, [titled(window.title, window.text) for window in windows])
    holding = [n for n, window in enumerate(own) if item.answer in window.text]
    best = max((float(logits[n]) for n in holding), default=-np.inf)
    rest = [float(logit) for n, logit in enumerate(logits) if n not in holding]
    return 1 + sum(logit >= best for logit in rest), logits[len(own) :].tolist()
