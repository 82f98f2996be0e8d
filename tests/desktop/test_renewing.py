"""What was opened or answered before a correction is found again after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.marks import Place, furniture_place
from desktop.renewing import Renewal
from rag.answers import Answer, Refusal, Timing
from rag.types import Correction, MergeWithPrevious, Rename, SetDate, SplitBefore
from tests.desktop.fake_corrections import corrected
from tests.desktop.fake_library import FURNITURE, answer_from, articles_of, document_of, evidence_of

DOCUMENT = document_of(Path("简报.pdf"))
OTHER = document_of(Path("别的.pdf"))
BEFORE = articles_of(DOCUMENT)
EVIDENCE = evidence_of(DOCUMENT)
CORRECTIONS: tuple[Correction, ...] = (
    Rename(BEFORE[0].id, "新标题"),
    SetDate(BEFORE[1].id, None),
    MergeWithPrevious(BEFORE[1].id),
    SplitBefore(BEFORE[0].paragraphs[1].id),
)


def after(*corrections: Correction) -> Renewal:
    articles = BEFORE
    for correction in corrections:
        articles = corrected(articles, correction)
    return Renewal(DOCUMENT, articles)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_evidence_names_the_article_and_paragraph_that_hold_its_text_now(correction: Correction) -> None:
    renewal = after(correction)
    there = {p.id: article.id for article in renewal.articles for p in article.paragraphs}
    for before, now in zip(EVIDENCE, renewal.evidence(EVIDENCE), strict=True):
        assert now.passage.text == before.passage.text == now.paragraph.text
        assert now.passage.paragraph == now.paragraph.id
        assert there[now.paragraph.id] == now.article.id
        assert now.article in renewal.articles
        assert now.score == before.score


def test_ids_that_move_are_followed() -> None:
    """After a split every later article counts one more: the old ids stand for others now."""
    renewal = after(SplitBefore(BEFORE[0].paragraphs[1].id))
    assert [found.article.id[-2:] for found in renewal.evidence(EVIDENCE)] == ["-1", "-2", "-3"]
    place = renewal.place(Place.of_evidence(EVIDENCE[2]))
    assert place is not None
    assert (place.article.id, place.article.title) == (f"{DOCUMENT.id}-3", BEFORE[1].title)
    assert place.boxes == Place.of_evidence(EVIDENCE[2]).boxes
    merged = after(MergeWithPrevious(BEFORE[1].id)).place(Place(DOCUMENT, BEFORE[1]))
    assert merged is not None
    assert merged.article.id == BEFORE[0].id


def test_an_answer_keeps_its_words_and_quotes() -> None:
    answer = answer_from("要求？", EVIDENCE)
    renewed = after(SplitBefore(BEFORE[0].paragraphs[1].id)).result(answer)
    assert isinstance(renewed, Answer)
    assert [s.text for s in renewed.statements] == [s.text for s in answer.statements]
    old = [c for s in answer.statements for c in s.citations]
    new = [c for s in renewed.statements for c in s.citations]
    assert [(c.quote, c.number) for c in new] == [(c.quote, c.number) for c in old]
    assert new[1].article.id == f"{DOCUMENT.id}-2"
    assert new[1].article.title == ""


def test_a_refusal_names_its_nearest_as_they_are() -> None:
    refusal = Refusal("问？", EVIDENCE, "模型", Timing(0.1, None, 1.0))
    renewed = after(Rename(BEFORE[0].id, "新标题")).result(refusal)
    assert isinstance(renewed, Refusal)
    assert renewed.nearest[0].article.title == "新标题"


def test_other_documents_are_left_as_they_are() -> None:
    renewal = after(*CORRECTIONS[:1])
    evidence = evidence_of(OTHER)
    assert renewal.evidence(evidence) == evidence
    place = Place.of_evidence(evidence[0])
    assert renewal.place(place) is place
    answer = answer_from("要求？", evidence)
    assert renewal.result(answer) == answer


def test_an_article_that_is_gone_is_gone() -> None:
    assert Renewal(DOCUMENT, ()).place(Place(DOCUMENT, BEFORE[1])) is None
    assert Renewal(DOCUMENT, ()).evidence(EVIDENCE) == EVIDENCE  # the words were there, and may be read on
    aside = furniture_place(DOCUMENT, FURNITURE)
    assert Renewal(DOCUMENT, ()).place(aside) == aside


@given(st.permutations(CORRECTIONS[:3]), st.booleans())
def test_there_and_back_again_is_where_it_was(corrections: list[Correction], twice: bool) -> None:
    there = after(*corrections[: 2 if twice else 1]).evidence(EVIDENCE)
    assert Renewal(DOCUMENT, BEFORE).evidence(there) == EVIDENCE
