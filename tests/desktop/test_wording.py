"""What is said about dates, recognised text, twins and table rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.wording import (
    confidence,
    date_reason,
    date_words,
    is_low,
    place_words,
    recognised,
    row_words,
    twin_name,
)
from rag.types import DateBasis, Paragraph, StoredArticle, StoredParagraph
from tests.briefing_articles import evidence, stored
from tests.desktop.fake_library import articles_of, document_of

DOCUMENT = document_of(Path("简报.txt"))
ARTICLE = articles_of(DOCUMENT)[0]
ROW = Paragraph("一中\t1200\t", header="学校\t人数\t备注")
cells = st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), max_size=6)


def test_a_row_that_stands_alone_gets_its_column_names() -> None:
    assert row_words(ROW) == "学校：一中　人数：1200"  # an empty cell says nothing
    assert row_words(ROW, 0, len(ROW.text)) == "学校：一中　人数：1200"


def test_a_part_of_a_row_is_the_cells_it_holds() -> None:
    assert row_words(ROW, 0, 2) == "一中"
    assert row_words(ROW, 0, 5) == "一中　12"


def test_the_row_of_names_and_running_text_are_as_printed() -> None:
    assert row_words(Paragraph("学校\t人数", header="")) == "学校　人数"
    assert row_words(Paragraph("没有表\t格的话")) == "没有表\t格的话"
    assert row_words(Paragraph("会议要求，认真备考。"), 0, 5) == "会议要求，"


def test_names_that_do_not_fit_the_cells_are_not_guessed_at() -> None:
    assert row_words(Paragraph("一中\t1200\t多", header="学校\t人数")) == "一中　1200　多"
    assert row_words(Paragraph("一中\t1200", header="学校\t")) == "学校：一中　1200"


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5))
def test_no_cell_is_lost_and_none_invented(row: list[tuple[str, str]]) -> None:
    text = "\t".join(cell for _, cell in row)
    if text.strip():
        said = row_words(Paragraph(text, header="\t".join(name for name, _ in row) or " "))
        assert all(cell in said for _, cell in row)
        assert "\t" not in said


@pytest.mark.parametrize("basis", list(DateBasis))
def test_what_is_not_certain_carries_a_question_mark_and_a_reason(basis: DateBasis) -> None:
    article = replace(ARTICLE, date=dt.date(2024, 3, 21), date_basis=basis)
    assert date_words(article) == "2024-03-21" + ("" if basis.certain else "？")
    assert bool(date_reason(article)) != basis.certain


def test_a_date_that_was_not_read_can_be_set() -> None:
    article = replace(ARTICLE, date=None, date_basis=None)
    assert date_words(article) == "日期不详"
    assert "填上" in date_reason(article)


def read(*parts: tuple[str, float | None]) -> StoredArticle:
    paragraphs = (
        StoredParagraph(f"d-1-{n}", "d-1", Paragraph(text, confidence=c)) for n, (text, c) in enumerate(parts)
    )
    return StoredArticle("d-1", "d", "题", None, 1, tuple(paragraphs))


def test_confidence_is_weighed_by_length_and_none_for_text_of_the_file() -> None:
    assert confidence(read(("字" * 30, 0.9), ("字" * 10, 0.5), ("字" * 99, None))) == pytest.approx(0.8)
    assert confidence(read(("字", None))) is None
    assert recognised(None) == ""
    assert recognised(0.934) == "文字识别 93%"
    assert [is_low(sure) for sure in (None, 0.95, 0.5)] == [False, False, True]


def test_a_twin_is_named_by_its_file_or_as_of_the_same_file() -> None:
    other = document_of(Path("转载.pdf"))
    documents = {document.id: document for document in (DOCUMENT, other)}
    assert twin_name(f"{other.id}-3", ARTICLE, documents) == "转载.pdf"
    assert twin_name(f"{DOCUMENT.id}-2", ARTICLE, documents) == "本资料第 2 篇"
    assert twin_name("gone-1", ARTICLE, documents) == ""


def test_a_place_is_named_with_its_section() -> None:
    article = stored(1, "通知", dt.date(2024, 3, 28), ["现通知如下。", "一、主要任务", "（一）消防安全。组织演练。"])
    first, _, point = evidence(article)
    assert place_words(first, "通知.docx") == "2024-03-28 · 通知.docx · 第 1 页"
    assert place_words(point, "通知.docx") == "2024-03-28 · 通知.docx · 第 1 页 · 一、主要任务"
