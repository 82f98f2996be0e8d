"""Sets that a question counts, listed whole."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answers import Citation, Statement
from rag.statements.enumerations import completed
from rag.types import Document, Paragraph, StoredArticle, StoredParagraph

STRONG = ["立德树人强", "培养体系强", "支撑引领强", "影响辐射强", "动力活力强"]
TEXT = f"要把握内涵，真正实现我市教育{'、'.join(STRONG)}“五强”目标。要抓好落实。"
QUESTION = "“五强”目标是什么？"


def source(text: str = TEXT) -> Citation:
    paragraph = StoredParagraph("d-1-1", "d-1", Paragraph(text))
    article = StoredArticle("d-1", "d", "", None, 1, (paragraph,))
    document = Document("d", "简报", "0" * 64, 1, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 1, 1, 1)
    return Citation(paragraph, 0, len(text), article, document, 1)


def said(*texts: str) -> list[Statement]:
    return [Statement(text, (source(),)) for text in texts]


def listed(question: str, *texts: str) -> list[str]:
    return [statement.text for statement in completed(question, said(*texts))]


@pytest.mark.parametrize(
    ("left_out", "added"),
    [(0, "真正实现我市教育立德树人强"), (2, "支撑引领强"), (4, "动力活力强“五强”目标")],
)
def test_what_is_left_out_is_added_in_its_place_in_the_words_of_the_source(left_out: int, added: str) -> None:
    texts = [text for n, text in enumerate(STRONG) if n != left_out]
    made = completed(QUESTION, said(*texts))
    assert [statement.text for statement in made] == [*texts[:left_out], added, *texts[left_out:]]
    (citation,) = made[left_out].citations
    assert citation.quote == added
    assert made[left_out].supported


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("目标是什么？", STRONG[1:]),  # counts nothing
        ("“四强”目标是什么？", STRONG[1:]),  # counts others
        (QUESTION, STRONG[1:2]),  # one alone may be all that is asked
        (QUESTION, STRONG),
        (QUESTION, ["要抓好落实", "要把握内涵"]),
    ],
)
def test_everything_else_stays_as_it_is(question: str, texts: list[str]) -> None:
    assert listed(question, *texts) == texts


def test_what_is_not_supported_names_nothing() -> None:
    doubted = [dataclasses.replace(statement, problems=("没有",)) for statement in said(*STRONG[:2])]
    assert completed(QUESTION, doubted) == doubted


@given(st.sets(st.integers(0, 4), min_size=2))
def test_any_two_of_a_set_bring_the_others(kept: set[int]) -> None:
    texts = listed(QUESTION, *(STRONG[n] for n in sorted(kept)))
    assert len(texts) == len(STRONG)
    assert all(item in text for item, text in zip(STRONG, texts, strict=True))
