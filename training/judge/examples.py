"""Questions with windows that answer them and windows that do not. Pure but for reading the file.

A window is what the program searches: neighbouring sentences of one paragraph, up to some 200 characters. Three kinds
of windows do not answer: the answering window with its answering sentence cut out (it is about the matter and does not
say it), another window of the same paragraph, and windows of other articles that share the question's words.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.text import passages, search_terms, sentences

WINDOW = 200  # characters
_HELD_OUT = 10  # one article in so many is never trained on
_HARD = 12  # windows kept of those that share a question's words


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a paragraph under its article's title."""

    title: str
    text: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Item:
    """A question, one of its answers as printed in the paragraph, and the windows that share its words, best first."""

    question: str
    answer: str
    paragraph: int
    near: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """`paragraphs` are (title, text); `windows` index into them; `items` index into both."""

    paragraphs: tuple[tuple[str, str], ...]
    windows: tuple[Window, ...]
    items: tuple[Item, ...]
    answers: tuple[tuple[str, ...], ...]  # of each paragraph


def held_out(title: str) -> bool:
    """Whether an article is kept from training: the same on every machine, whatever the file's order."""
    return int(hashlib.sha256(title.encode()).hexdigest(), 16) % _HELD_OUT == 0


def read(path: Path, held: bool, limit: int = 0) -> Corpus:
    """The corpus of the articles held out, or of all the others; `limit` counts questions, 0 means all.

    Raises:
        OSError, ValueError: the file is not there or holds other things.
    """
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    texts = {row["paragraph_id"]: (row["title"], row["text"]) for row in rows if row.get("text")}
    rows = [row for row in rows if held_out(row["title"]) is held]
    rows = rows[:limit] if limit else rows
    numbers = {name: number for number, name in enumerate(dict.fromkeys(row["paragraph_id"] for row in rows))}
    paragraphs = tuple(texts[name] for name in numbers)
    windows = tuple(_windows(paragraphs))
    asked = [(row["question"], row["answers"], numbers[row["paragraph_id"]]) for row in rows]
    near = _sharing(windows, [question for question, _, _ in asked])
    items: list[Item] = []
    said: dict[int, list[str]] = defaultdict(list)
    for (question, answers, paragraph), sharing in zip(asked, near, strict=True):
        answer = next((one for one in sorted(answers, key=len) if one in paragraphs[paragraph][1]), "")
        if not answer:
            continue
        others = [
            number
            for number in sharing
            if windows[number].paragraph != paragraph and answer not in windows[number].text
        ]
        items.append(Item(question, answer, paragraph, tuple(others[:_HARD])))
        said[paragraph].append(answer)
    return Corpus(paragraphs, windows, tuple(items), tuple(tuple(said[n]) for n in range(len(paragraphs))))


def _windows(paragraphs: Sequence[tuple[str, str]]) -> Iterable[Window]:
    for number, (title, text) in enumerate(paragraphs):
        for start, end in passages(text, WINDOW):
            yield Window(title, text[start:end], number)


def _sharing(windows: Sequence[Window], questions: Sequence[str]) -> list[list[int]]:
    """For each question the windows that share its words, best first: BM25 with the usual k1 = 1.2, b = 0.75."""
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    lengths = np.zeros(len(windows), np.float32)
    for number, window in enumerate(windows):
        terms = search_terms(window.title + "\n" + window.text)
        lengths[number] = len(terms)
        for term, count in Counter(terms).items():
            postings[term].append((number, count))
    norms = 1.2 * (0.25 + 0.75 * lengths / max(float(lengths.mean()), 1.0))
    weighed: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for term, found in postings.items():
        where, count = np.array(found).T
        idf = math.log(1 + (len(windows) - len(found) + 0.5) / (len(found) + 0.5))
        weighed[term] = where, idf * count * 2.2 / (count + norms[where])
    best: list[list[int]] = []
    for question in questions:
        scores = np.zeros(len(windows), np.float32)
        for term in set(search_terms(question)) & weighed.keys():
            where, weight = weighed[term]
            scores[where] += weight
        best.append(np.argsort(-scores)[: 4 * _HARD].tolist())
    return best


# ---------------------------------------------------------------- windows of one question


def answering(text: str, answer: str, chance: random.Random, limit: int = WINDOW) -> str:
    """Neighbouring sentences of `text` that hold `answer`, about `limit` characters, at a random place around it."""
    spans = sentences(text)
    at = text.index(answer)
    first = max(number for number, (start, _) in enumerate(spans) if start <= at)
    last = max(number for number, (start, _) in enumerate(spans) if start < at + len(answer))
    return _grown(text, spans, first, last, chance, limit)


def without_answer(text: str, answer: str, chance: random.Random, limit: int = WINDOW) -> str:
    """What stands around the sentences that hold `answer`, themselves cut out; "" when that is next to nothing.

    Every sentence that has the answer goes, not only the first.
    """
    spans = sentences(text)
    at = text.index(answer)
    kept = [text[start:end] for start, end in spans if answer not in text[start:end] and not start <= at < end]
    if sum(map(len, kept)) < 25 or len(kept) == len(spans):
        return ""
    shorter = "".join(kept)
    if answer in shorter:
        return ""
    middle = sum(len(text[start:end]) for start, end in spans if end <= at and answer not in text[start:end])
    spans = sentences(shorter)
    centre = max(number for number, (start, _) in enumerate(spans) if start <= min(middle, len(shorter) - 1))
    return _grown(shorter, spans, centre, centre, chance, limit)


def part(text: str, chance: random.Random, limit: int = WINDOW) -> str:
    """Neighbouring sentences from a random place of `text`, about `limit` characters."""
    spans = sentences(text)
    centre = chance.randrange(len(spans))
    return _grown(text, spans, centre, centre, chance, limit)


def _grown(
    text: str, spans: Sequence[tuple[int, int]], first: int, last: int, chance: random.Random, limit: int
) -> str:
    """Sentences first…last with neighbours on either side, chosen at random, while they fit."""
    while True:
        length = spans[last][1] - spans[first][0]
        sides = [-1] if first and length + spans[first][0] - spans[first - 1][0] <= limit else []
        if last + 1 < len(spans) and length + spans[last + 1][1] - spans[last + 1][0] <= limit:
            sides.append(1)
        if not sides:
            return text[spans[first][0] : spans[last][1]][: 2 * limit]
        if chance.choice(sides) < 0:
            first -= 1
        else:
            last += 1
