"""Conversations come back as they were, with their citations where the words stand today."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answers import Answer, Citation, DateReading, Evidence, Period, Refusal, Statement, Timing
from rag.errors import JianwenError
from rag.store.catalog import Catalog, State
from rag.store.history import History
from rag.store.reading_parts import parts_of
from rag.types import Article, Document, Paragraph, Reading

AT = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
ADDED = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)
FILE = Document("a" * 12, "简报.txt", "a" * 64, 10, ADDED, 1, 0, 0)
ARTICLE = Article("备考会召开", dt.date(2024, 3, 21), (Paragraph("一是抓好落实。"), Paragraph("二是强化培训50%_。")))


NOW = Period(AT.date(), AT.date(), "今天")
THIS_YEAR = DateReading("今年", 0, 2, NOW, "资料最新为2024-03-25", Period(ADDED.date(), AT.date(), "那时"))


def whole(text: str) -> tuple[tuple[int, int], ...]:
    return ((0, len(text)),)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    put(opened, Reading((ARTICLE,)))
    yield opened
    opened.close()


def put(catalog: Catalog, reading: Reading) -> None:
    catalog.insert(FILE, ".txt", parts_of(reading), whole)
    catalog.set_state(FILE.id, State.READY)


def found(catalog: Catalog) -> tuple[Evidence, ...]:
    return catalog.locate([(f"{FILE.id}-1-1#1", 0.5), (f"{FILE.id}-1-2#1", 0.25)])


def answer(catalog: Catalog, question: str = "有哪些要求？") -> Answer:
    first, second = found(catalog)
    statements = (
        Statement("抓好落实。", (Citation(first.paragraph, 2, 7, first.article, first.document, 1),), (), "2024年"),
        Statement(
            "不在“其中”50%_。", (Citation(second.paragraph, 0, 5, second.article, second.document, 2),), ("没有",)
        ),
    )
    return Answer(
        question, statements, (first, second), "模型", Timing(0.1, 0.2, 0.3), 5, 6, (THIS_YEAR,), "共 2 次", 3
    )


def test_a_conversation_comes_back_as_it_was(catalog: Catalog) -> None:
    history = History(catalog)
    kept, refused = answer(catalog), Refusal("上海呢？", found(catalog), "模型", Timing(0.1, None, 0.3), 1, 0)
    conversation = history.add("有哪些要求？", kept, None, AT)
    assert history.add("那上海呢？", refused, conversation, AT + dt.timedelta(minutes=1)) == conversation
    first, second = history.turns(conversation)
    assert (first.question, first.at, first.reply) == ("有哪些要求？", AT, kept)
    assert (second.question, second.asked, second.reply) == ("那上海呢？", "上海呢？", refused)
    (listed,) = history.conversations()
    assert (listed.title, listed.turns, listed.last) == ("有哪些要求？", 2, second.at)


def test_words_are_found_in_questions_and_replies(catalog: Catalog) -> None:
    history = History(catalog)
    one = history.add("有哪些要求？", answer(catalog), None, AT)
    two = history.add("谁参加？", Refusal("谁参加？", (), "模型", Timing(0.1, None, 0.3)), None, AT)
    assert [c.id for c in history.conversations("要求 落实")] == [one]
    assert [c.id for c in history.conversations("50%_")] == [one]
    assert [c.id for c in history.conversations("“其中”")] == [one]
    assert [c.id for c in history.conversations("共 2")] == [one]
    assert history.conversations("强化培训") == (), "only looked through"
    assert history.conversations("problems") == ()
    assert [c.id for c in history.conversations("%")] == [one]
    assert [c.id for c in history.conversations("参加")] == [two]
    assert history.conversations("没有的词") == ()


def test_citations_follow_words_that_corrections_moved(catalog: Catalog) -> None:
    history = History(catalog)
    conversation = history.add("问", answer(catalog), None, AT)
    catalog.delete(FILE.id)
    moved = dataclasses.replace(ARTICLE, paragraphs=(Paragraph("导语。"), *ARTICLE.paragraphs))
    put(catalog, Reading((Article("前一篇", None, (Paragraph("别的。"),)), moved)))
    (turn,) = history.turns(conversation)
    assert isinstance(turn.reply, Answer)
    citation = turn.reply.statements[0].citations[0]
    assert (citation.paragraph.id, citation.quote) == (f"{FILE.id}-2-2", "抓好落实。")
    assert not citation.document.gone


def test_citations_outlive_their_document(catalog: Catalog) -> None:
    history = History(catalog)
    conversation = history.add("问", answer(catalog), None, AT)
    catalog.delete(FILE.id)
    (turn,) = history.turns(conversation)
    assert isinstance(turn.reply, Answer)
    citation = turn.reply.statements[0].citations[0]
    assert (citation.quote, citation.document.name, citation.article.date) == (
        "抓好落实。",
        "简报.txt",
        dt.date(2024, 3, 21),
    )
    assert citation.document.gone


def test_what_is_shown_of_a_paragraph_outlives_its_document(catalog: Catalog) -> None:
    history = History(catalog)
    row = Paragraph("校舍\t42", 3, confidence=0.7, header="项目\t数量")
    catalog.delete(FILE.id)
    put(catalog, Reading((Article("校舍改造", None, (Paragraph("导语。", 2), row)),)))
    (evidence,) = catalog.locate([(f"{FILE.id}-1-2#1", 0.5)])
    conversation = history.add("问", Refusal("问", (evidence,), "模型", Timing(0.1, None, 0.3)), None, AT)
    catalog.delete(FILE.id)
    (turn,) = history.turns(conversation)
    assert isinstance(turn.reply, Refusal)
    assert turn.reply.nearest[0].paragraph.paragraph == row
    assert turn.reply.nearest[0].article.page == 2


def test_a_deleted_conversation_is_gone_and_nothing_else(catalog: Catalog) -> None:
    history = History(catalog)
    one, two = (history.add(question, answer(catalog), None, AT) for question in ("甲", "乙"))
    history.delete(one)
    assert [c.id for c in history.conversations()] == [two]
    for gone in (
        lambda: history.turns(one),
        lambda: history.delete(one),
        lambda: history.add("问", answer(catalog), one, AT),
    ):
        with pytest.raises(JianwenError, match="已被删除"):
            gone()


def test_what_is_remembered_leaves_the_indexes_as_settled_as_they_are(catalog: Catalog) -> None:
    """At 200,000 paragraphs it takes a second to look whether the indexes are still whole."""
    history, before = History(catalog), catalog.revision
    conversation = history.add("有哪些要求？", answer(catalog), None, AT)
    history.delete(conversation)
    assert catalog.revision == before
    catalog.set_state(FILE.id, State.REMOVING)
    assert catalog.revision != before
