"""Finding through stores that answer as told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.answering.sources import LibrarySources
from rag.answers import Evidence, Period
from rag.errors import JianwenError
from rag.evidence.search import embedding_text, passage_vectors, recipe, search
from rag.store.catalog import Catalog
from rag.types import Article, Paragraph
from tests.fakes import FakeEmbedder
from tests.test_catalog import insert


def test_the_embedder_reads_the_title_too() -> None:
    assert embedding_text("备考会", "一是抓好落实。") == "备考会\n一是抓好落实。"
    assert embedding_text("", "一是抓好落实。") == "一是抓好落实。"


class Told:
    """Both stores: answers with the given passage ids."""

    def __init__(self, *passages: str) -> None:
        self.passages = passages
        self.documents: Sequence[str] = ()

    def nearest(
        self,
        vector: NDArray[np.float32],
        limit: int,
        recipe: str,
        documents: Sequence[str] = (),
        passages: Sequence[str] = (),
    ) -> list[tuple[str, float]]:
        return self.matching((), limit, documents)

    def matching(
        self, terms: Sequence[str], limit: int, documents: Sequence[str] = (), passages: Sequence[str] = ()
    ) -> list[tuple[str, float]]:
        self.documents = documents
        return [(passage, 1.0 / place) for place, passage in enumerate(self.passages[:limit], 1)]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    made = Catalog.open(tmp_path / "catalog.sqlite")
    insert(made, 1, Article("", None, (Paragraph("甲乙丙丁"), Paragraph("戊己庚辛"))))
    return made


def ids(found: Sequence[Evidence]) -> list[str]:
    return [evidence.passage.id.partition("-")[2] for evidence in found]


def test_evidence_is_fused_dressed_and_cut_to_the_limit(catalog: Catalog) -> None:
    name = catalog.documents()[0].id
    near, sharing = Told(f"{name}-1-1#1", f"{name}-1-1#2", "gone-1-1#1"), Told(f"{name}-1-1#2", f"{name}-1-2#1")
    embedder = FakeEmbedder()
    found = search("问", catalog, near, sharing, embedder, 2, [name])
    assert ids(found) == ["1-1#2", "1-1#1"]
    assert found[0].passage.text == "丙丁"
    assert found[0].score > found[1].score
    assert list(near.documents) == list(sharing.documents) == [name]
    everything = search("问", catalog, near, sharing, embedder, 10)
    assert ids(everything) == ["1-1#2", "1-1#1", "1-2#1"]
    assert ids(search("问", catalog, near, sharing, embedder, 10, one_per_paragraph=True)) == ["1-1#2", "1-2#1"]
    catalog.close()


def test_what_is_not_shown_makes_room(catalog: Catalog) -> None:
    name = catalog.documents()[0].id
    near = Told(*(f"hidden-1-{number}#1" for number in range(20)), f"{name}-1-2#2")
    assert ids(search("问", catalog, near, Told(), FakeEmbedder(), 1)) == ["1-2#2"]
    catalog.close()


@pytest.mark.parametrize("question", ["", "  ", "\n\u3000"])
def test_a_blank_question_is_refused(catalog: Catalog, question: str) -> None:
    with pytest.raises(JianwenError, match="问题是空的"):
        search(question, catalog, Told(), Told(), FakeEmbedder(), 5)
    catalog.close()


def test_a_table_row_is_embedded_under_its_column_names() -> None:
    assert embedding_text("标题", "一中\t1200", "学校\t人数") == "标题\n学校\t人数\n一中\t1200"
    assert embedding_text("", "正文。") == "正文。"


class _OddEmbedder(FakeEmbedder):
    """Gives the rows it is told to, whatever it is asked."""

    def __init__(self, rows: NDArray[np.float32]) -> None:
        super().__init__()
        self.rows = rows

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.rows


@pytest.mark.parametrize("rows", [np.full((1, 64), np.nan, np.float32), np.zeros((2, 64), np.float32)])
def test_vectors_that_cannot_be_are_never_passed_on(rows: NDArray[np.float32]) -> None:
    with pytest.raises(ValueError, match="vectors"):
        passage_vectors(_OddEmbedder(rows), ["一段"])
    assert passage_vectors(FakeEmbedder(), ["一段"]).shape == (1, 64)


def test_the_recipe_follows_the_form_of_what_is_embedded() -> None:
    """Vectors made before column names were embedded were noted as "…/1"."""
    assert recipe(FakeEmbedder()) == recipe(FakeEmbedder())
    assert recipe(FakeEmbedder("other")) != recipe(FakeEmbedder())
    assert recipe(FakeEmbedder()).startswith("fake-64/") and recipe(FakeEmbedder()) != "fake-64/1"


class Reversing:
    """Says the opposite of the order it is given; keeps what it was given to read. Implements `Reranker`."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def answers(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read = list(texts)
        return [10.0 * place**2 for place, _ in enumerate(texts)]


def test_a_reranker_has_its_say_before_the_best_are_cut_off(catalog: Catalog) -> None:
    name = catalog.documents()[0].id
    passages = [f"{name}-1-1#1", f"{name}-1-1#2", f"{name}-1-2#1", f"{name}-1-2#2"]
    near, sharing = Told(*passages), Told(*reversed(passages))
    reranker = Reversing()
    plain = search("问", catalog, near, sharing, FakeEmbedder(), 4)
    found = search("问", catalog, near, sharing, FakeEmbedder(), 2, reranker=reranker)
    assert reranker.read == [evidence.passage.text for evidence in plain]
    assert ids(found)[0] == ids(plain)[-1]
    assert found[0].score >= found[1].score >= 0
    assert search("问", catalog, Told(), Told(), FakeEmbedder(), 2, reranker=reranker) == ()
    catalog.close()


def test_a_reranker_reads_the_best_and_the_others_follow(catalog: Catalog) -> None:
    name = insert(catalog, 2, Article("题", None, tuple(Paragraph(f"第{number}段。") for number in range(12))))
    passages = [f"{name}-1-{number}#1" for number in range(1, 13)]
    reranker = Reversing()
    plain = search("问", catalog, Told(*passages), Told(), FakeEmbedder(), 12)
    found = search("问", catalog, Told(*passages), Told(), FakeEmbedder(), 12, reranker=reranker)
    read = len(reranker.read)
    assert 2 < read < 12 and reranker.read[0].startswith("题\n")
    assert [e.passage for e in found].index(plain[read - 1].passage) < 2  # it was the last of those read
    assert [e.passage for e in found[read:]] == [e.passage for e in plain[read:]]
    assert [e.score for e in found] == sorted((e.score for e in found), reverse=True)
    catalog.close()


def test_a_heading_that_only_names_the_year_gains_nothing_by_it(catalog: Catalog) -> None:
    said = Paragraph("2023年办好学校，2023年建好教师队伍。")
    name = insert(catalog, 2, Article("", None, (Paragraph("2023年任务和2023年回顾"), said)))
    near = Told(f"{name}-1-1#1", f"{name}-1-2#1")
    year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023年")
    assert ids(search("问", catalog, near, near, FakeEmbedder(), 2)) == ["1-1#1", "1-2#1"]
    assert ids(search("问", catalog, near, near, FakeEmbedder(), 2, prefer=[year])) == ["1-2#1", "1-1#1"]
    catalog.close()


PLAN = (
    "为做好工作，制定本方案。",
    "一、2023年工作回顾",
    "（一）办学条件",
    "新建学校12所，改建幼儿园20所。",
    "二、保障措施",
    "各县要落实经费。",
)


@pytest.fixture
def plan(catalog: Catalog) -> str:
    paragraphs = tuple(Paragraph(text) for text in PLAN)
    return insert(catalog, 2, Article("实施方案", dt.date(2024, 1, 5), paragraphs))


def test_what_stands_under_a_heading_is_found_in_its_place(catalog: Catalog, plan: str) -> None:
    near = Told(f"{plan}-1-5#1", f"{plan}-1-2#1", f"{plan}-1-6#1", f"{plan}-1-1#1")
    found = search("问", catalog, near, Told(), FakeEmbedder(), 3)
    assert [evidence.paragraph.text for evidence in found] == [
        "各县要落实经费。",
        "新建学校12所，改建幼儿园20所。",
        PLAN[0],
    ]
    assert found[0].score > found[1].score > found[2].score
    once = search(
        "问", catalog, Told(*(f"{plan}-1-{n}#2" for n in (6, 5))), Told(), FakeEmbedder(), 3, one_per_paragraph=True
    )
    assert ids(once) == ["1-6#2"]
    catalog.close()


def test_a_heading_that_tells_something_is_found_itself(catalog: Catalog) -> None:
    texts = ("一、报名时间：6月1日至5日", "逾期不予受理，请互相转告。")
    name = insert(catalog, 2, Article("报名通知", None, tuple(Paragraph(text) for text in texts)))
    found = search("问", catalog, Told(f"{name}-1-1#1", f"{name}-1-2#1"), Told(), FakeEmbedder(), 3)
    assert ids(found) == ["1-1#1", "1-2#1"]
    catalog.close()


def test_a_reranker_reads_the_headings_with_the_passage(catalog: Catalog, plan: str) -> None:
    reranker = Reversing()
    search("问", catalog, Told(f"{plan}-1-4#1"), Told(), FakeEmbedder(), 1, reranker=reranker)
    assert reranker.read == ["实施方案\n一、2023年工作回顾 （一）办学条件\n新建学校12所，"]
    catalog.close()


def test_a_passage_is_of_the_year_that_its_heading_names(catalog: Catalog, plan: str) -> None:
    near = Told(f"{plan}-1-6#1", f"{plan}-1-4#1")
    year = Period(dt.date(2023, 1, 1), dt.date(2023, 12, 31), "2023年")
    assert ids(search("问", catalog, near, near, FakeEmbedder(), 2)) == ["1-6#1", "1-4#1"]
    assert ids(search("问", catalog, near, near, FakeEmbedder(), 2, prefer=[year])) == ["1-4#1", "1-6#1"]
    catalog.close()


class Even:
    """Finds nothing to choose between."""

    def answers(self, question: str, texts: Sequence[str]) -> list[float]:
        return [0.0] * len(texts)


def test_what_stands_under_a_heading_of_the_other_kind_comes_last(catalog: Catalog, plan: str) -> None:
    near = Told(f"{plan}-1-6#1", f"{plan}-1-4#1", f"{plan}-1-1#1")
    sources = LibrarySources(catalog, near, Told(), FakeEmbedder, Even())
    assert ids(sources.evidence("有哪些保障要求？")) == ["1-6#1", "1-1#1", "1-4#1"]
    assert ids(sources.evidence("做了哪些工作？")) == ["1-4#1", "1-1#1", "1-6#1"]
    assert ids(sources.evidence("讲了哪些事？")) == ["1-6#1", "1-4#1", "1-1#1"]
    catalog.close()
