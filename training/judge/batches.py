"""Items → pairs of token numbers with what is to be learnt from them. The same seed gives the same pairs, so that a
stopped run goes on as if it had not been."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from training.judge.examples import WINDOW, Corpus, Item, Window, answering, part, without_answer
from training.judge.statements import corrupted, shortened, stated

MAX_TOKENS = 224
_LIMITS = (60, 80, 100, 140, WINDOW)  # characters of a window: the judge meets short and long ones


@dataclass(frozen=True, slots=True)
class Pair:
    """`asked` is a question, or a statement when `supports`; `label`: the text answers, or supports, it, or does not,
    or (None) only a teacher says.

    `ranked`: the pair stands in its question's ranking.
    """

    asked: str
    text: str
    label: bool | None
    supports: bool = False
    ranked: bool = False


def titled(title: str, text: str) -> str:
    """A window as the judge reads it when its article's title is known."""
    return f"{title}\n{text}" if title else text


def pairs(corpus: Corpus, item: Item, chance: random.Random, more: int = 0) -> list[Pair]:
    """All that one question teaches in one round: four or five pairs about answering, about two about support, and
    `more` that have no label."""
    title, paragraph = corpus.paragraphs[item.paragraph]
    with_titles = chance.random() < 0.6
    limit = chance.choice(_LIMITS)

    def shown(window_title: str, text: str) -> str:
        return titled(window_title if with_titles else "", text)

    right = answering(paragraph, item.answer, chance, limit)
    made = [Pair(item.question, shown(title, right), True, ranked=True)]
    if nearly := without_answer(paragraph, item.answer, chance, limit):
        made.append(Pair(item.question, shown(title, nearly), False, ranked=True))
    others = [shown(window.title, part(window.text, chance, limit)) for window in _others(corpus, item, chance)]
    made += [Pair(item.question, other, False, ranked=True) for other in others]
    if (asked := asked_of_another(corpus, item, title, chance)) and chance.random() < 0.5:
        made.append(Pair(asked, shown(title, right), False))
    if chance.random() < 0.5:
        made += _supported(corpus, item, right, shown(title, right), chance)
        if nearly and made[-1].supports and (claim := stated(item.question, item.answer)) and chance.random() < 0.3:
            made.append(Pair(claim, shown(title, nearly), False, supports=True))
    for number in chance.sample(item.near, min(more, len(item.near))):
        window = corpus.windows[number]
        made.append(Pair(item.question, shown(window.title, window.text), None))
    return made


def _others(corpus: Corpus, item: Item, chance: random.Random) -> Iterator[Window]:
    """Another window of the paragraph, or two, and windows that share the question's words: two in all."""
    same = [w for w in windows_of(corpus, item.paragraph) if item.answer not in w.text]
    if same and chance.random() < 0.5:
        yield chance.choice(same)
    else:
        yield corpus.windows[chance.choice(item.near)] if item.near else chance.choice(corpus.windows)
    yield corpus.windows[chance.choice(item.near[:6])] if item.near else chance.choice(corpus.windows)


def windows_of(corpus: Corpus, paragraph: int) -> Sequence[Window]:
    # Windows lie in the order of their paragraphs.
    low, high = 0, len(corpus.windows)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if corpus.windows[middle].paragraph < paragraph else (low, middle)
    end = low
    while end < len(corpus.windows) and corpus.windows[end].paragraph == paragraph:
        end += 1
    return corpus.windows[low:end]


def asked_of_another(corpus: Corpus, item: Item, title: str, chance: random.Random) -> str:
    """The question about another year or another matter, which the window does not answer; "" when neither is named."""
    figures = list(re.finditer(r"\d+", item.question))
    if figures:
        match = chance.choice(figures)
        other = str(max(1, int(match.group()) + chance.choice((-3, -2, -1, 1, 2, 3, 10))))
        return item.question[: match.start()] + other + item.question[match.end() :]
    if len(title) >= 2 and title in item.question:
        other = chance.choice(corpus.paragraphs)[0]
        return item.question.replace(title, other) if other != title else ""
    return ""


def _supported(corpus: Corpus, item: Item, right: str, text: str, chance: random.Random) -> list[Pair]:
    names = corpus.answers[item.paragraph]
    claim = stated(item.question, item.answer) if chance.random() < 0.6 else ""
    if not claim:
        claim = shortened(_sentence(right, item.answer, chance), chance)
    if len(claim) < 6:
        return []
    made = [Pair(claim, text, True, supports=True)]
    others = names if chance.random() < 0.7 else (*names, *chance.choice(corpus.answers))
    if wrong := corrupted(claim, others, chance):
        made.append(Pair(wrong, text, False, supports=True))
    return made


def _sentence(text: str, answer: str, chance: random.Random) -> str:
    found = [one for one in re.split(r"(?<=[。！？])", text) if len(one) > 8]
    holding = [one for one in found if answer in one]
    return chance.choice(holding or found or [text])


def batches(corpus: Corpus, items: int, seed: int, first: int, more: int = 0) -> Iterator[list[list[Pair]]]:
    """Endless batches of `items` questions each, from number `first` on; every round has every question once."""
    number = first
    each = max(1, len(corpus.items) // items)
    while True:
        round_, place = divmod(number, each)
        order = list(range(len(corpus.items)))
        random.Random(f"{seed}/{round_}").shuffle(order)
        for place_ in range(place, each):
            chosen = order[place_ * items : (place_ + 1) * items]
            yield [pairs(corpus, corpus.items[n], random.Random(f"{seed}/{round_}/{n}"), more) for n in chosen]
            number += 1


def tokens(tokenizer: Any, asked: Sequence[str], texts: Sequence[str]) -> list[list[int]]:
    """`<s> asked </s></s> text </s>` of each pair, the text cut where the whole is longer than `MAX_TOKENS`."""
    encoded = tokenizer.encode_batch(list(zip(asked, texts, strict=True)))
    return [one.ids[: MAX_TOKENS - 1] + one.ids[-1:] if len(one.ids) > MAX_TOKENS else one.ids for one in encoded]
