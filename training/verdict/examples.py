"""Questions and windows, as token numbers with what is to be learnt from them, written to a file that needs no
tokenizer to be read. The prompts are the program's own (`rag.answering.prompts`). The same seed gives the same file.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from rag.answering.prompts import verdict, writing
from rag.chat.llm import Message
from rag.text import sentences
from training.judge.batches import asked_of_another, windows_of
from training.judge.examples import Corpus, Item, answering, part, without_answer
from training.verdict.tokens import AS_BEFORE, NO, WRITTEN, YES, Tokens

Tokenise = Callable[[Sequence[Message]], Sequence[int]]

_LIMITS: Final = (60, 100, 140, 200, 300)  # characters of a window
_BROAD: Final = (
    "{title}有哪些特点？",
    "{title}的主要内容有哪些？",
    "{title}做了哪些工作？",
    "关于{title}提出了哪些要求？",
    "{title}是怎么安排的？",
    "资料里怎么介绍{title}？",
)
_SHARE_WRITTEN, _SHARE_BROAD, _SHARE_SEVERAL = 0.5, 0.2, 0.4


@dataclass(frozen=True, slots=True)
class Example:
    """kind: YES, NO, AS_BEFORE, or WRITTEN, of which alone there is a `continuation`."""

    kind: int
    prompt: tuple[Message, ...]
    continuation: str = ""


def examples(corpus: Corpus, seed: int) -> Iterator[Example]:
    """Every question once, in random order."""
    order = list(range(len(corpus.items)))
    random.Random(seed).shuffle(order)
    for number in order:
        yield from of_item(corpus, corpus.items[number], random.Random(f"{seed}/{number}"))


def of_item(corpus: Corpus, item: Item, chance: random.Random) -> Iterator[Example]:
    """All that one question teaches: about four examples."""
    title, paragraph = corpus.paragraphs[item.paragraph]
    limit = chance.choice(_LIMITS)
    head = _head_style(chance)
    right = head(title, answering(paragraph, item.answer, chance, limit))
    yield Example(YES, verdict(item.question, right))
    wrong = [head(other, text) for other, text in _not_answering(corpus, item, chance, limit)]
    for text in wrong:
        yield Example(NO, verdict(item.question, text))
    if (asked := asked_of_another(corpus, item, title, chance)) and chance.random() < 0.5:
        yield Example(NO, verdict(asked, right))
    if chance.random() < _SHARE_WRITTEN and (sentence := _sentence_with(right, item.answer)):
        beside = wrong[: chance.choice((1, 2))] if chance.random() < _SHARE_SEVERAL else []
        sources = [right, *beside]
        chance.shuffle(sources)
        yield Example(WRITTEN, writing(item.question, sources), sentence)
    if chance.random() < _SHARE_BROAD:
        text = chance.choice([right, *wrong])
        yield Example(AS_BEFORE, verdict(chance.choice(_BROAD).format(title=title), text))


def _head_style(chance: random.Random) -> Callable[[str, str], str]:
    """How the windows of one question are headed, as `source_text` does: by the article's opening words where it has no
    title, by its title, or by its day too."""
    style = chance.random()
    day = f"{chance.randint(2015, 2026)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    def headed(title: str, text: str) -> str:
        if style < 0.3:
            return f"（{text if len(text) <= 24 else text[:24] + '…'}）\n{text}"
        return f"（{title}）\n{text}" if style < 0.7 else f"（{day}，{title}）\n{text}"

    return headed


def _not_answering(corpus: Corpus, item: Item, chance: random.Random, limit: int) -> Iterator[tuple[str, str]]:
    """Title and text of two or three windows that do not answer."""
    title, paragraph = corpus.paragraphs[item.paragraph]
    if nearly := without_answer(paragraph, item.answer, chance, limit):
        yield title, nearly
    same = [w for w in windows_of(corpus, item.paragraph) if item.answer not in w.text]
    if same and chance.random() < 0.4:
        yield title, chance.choice(same).text
    for number in chance.sample(item.near[:6], min(1, len(item.near))):
        window = corpus.windows[number]
        yield window.title, part(window.text, chance, limit)


def _sentence_with(source: str, answer: str) -> str:
    """The sentence of `source`, below its head, that has the answer; "" where the answer runs over several."""
    body = source.rpartition("\n")[2]
    return next((body[s:e].strip() for s, e in sentences(body) if answer in body[s:e]), "")


def tokenised(made: Iterable[Example], prompt_tokens: Tokenise, text_tokens: Callable[[str], Sequence[int]]) -> Tokens:
    tokens: list[int] = []
    starts, learnt, kinds = [0], [], []
    for example in made:
        prompt = prompt_tokens(example.prompt)
        tokens += [*prompt, *text_tokens(example.continuation)]
        starts.append(len(tokens))
        learnt.append(len(prompt))
        kinds.append(example.kind)
    return Tokens(np.array(tokens, np.int32), np.array(starts), np.array(learnt), np.array(kinds, np.int8))
