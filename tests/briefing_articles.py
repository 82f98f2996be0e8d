"""What tests of briefings share: articles as stored, the sample bulletin, a page of so many lines."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import cache
from itertools import groupby

from rag.answers import Evidence, Period
from rag.articles.splitting import read_articles
from rag.briefing.drafting import Source
from rag.briefings import Briefing, ChosenArticle, Form
from rag.readers import read_file
from rag.statements.roles import key_sentences
from rag.text import passages
from rag.types import DateBasis, Document, Paragraph, Passage, StoredArticle, StoredParagraph
from tests.conftest import SAMPLE

AT = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
FILE = Document("a" * 12, "简报.txt", "a" * 64, 10, AT, 1, 1, 1)


def stored(number: int, title: str, date: dt.date | None, texts: Sequence[str]) -> StoredArticle:
    name = f"{FILE.id}-{number}"
    paragraphs = tuple(StoredParagraph(f"{name}-{n}", name, Paragraph(text)) for n, text in enumerate(texts, 1))
    return StoredArticle(name, FILE.id, title, date, 1, paragraphs, (), DateBasis.PRINTED if date else None)


def evidence(article: StoredArticle) -> list[Evidence]:
    """All its passages."""
    return [
        Evidence(Passage(f"{one.id}#{n}", one.id, start, end, one.text[start:end]), one, article, FILE, 1.0)
        for one in article.paragraphs
        for n, (start, end) in enumerate(passages(one.text), 1)
    ]


class Shelf:
    """Holds these articles of one file; nothing in it is near to any question. Implements `choosing.Shelf`."""

    def __init__(self, *articles: StoredArticle) -> None:
        self._articles = articles

    def articles(self) -> tuple[StoredArticle, ...]:
        return self._articles

    def documents(self) -> dict[str, Document]:
        return {FILE.id: FILE}

    def best(self, question: str, limit: int, *, only: Sequence[Period] = ()) -> tuple[Evidence, ...]:
        return ()


@cache
def sample_articles() -> tuple[StoredArticle, ...]:
    """The three articles of the sample bulletin."""
    reading = read_articles(list(read_file(SAMPLE)), SAMPLE.name)
    return tuple(
        stored(number, article.title, article.date, [paragraph.text for paragraph in article.paragraphs])
        for number, article in enumerate(reading.articles, 1)
    )


def source(article: StoredArticle, side: str = "") -> Source:
    return Source(article, FILE, key_sentences(article), side)


def chosen(*articles: StoredArticle) -> tuple[ChosenArticle, ...]:
    return tuple(ChosenArticle(article, FILE) for article in articles)


class Lines:
    """A `PageMeasure` that counts lines of 28 characters, 22 to a page: two for the title, one for each heading and
    note, each paragraph begun on a line of its own, a group in one."""

    def __init__(self, lines: int = 22) -> None:
        self.lines = lines
        self.asked = 0

    def pages(self, briefing: Briefing) -> int:
        self.asked += 1
        used = 2
        for section in briefing.sections:
            used += bool(section.heading) + bool(section.note)
            for group, together in groupby(section.statements, lambda statement: statement.group):
                said = [statement.text for statement in together]
                texts = said if section.form in (Form.POINTS, Form.TASKS) and not group else ["".join(said)]
                used += sum(math.ceil((len(text) + 2) / 28) for text in texts)
        return math.ceil(used / self.lines)
