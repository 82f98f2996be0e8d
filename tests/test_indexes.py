"""Chroma, tantivy and their stand-ins: they find, they agree, and damage never empties an answer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.store.catalog import Catalog, State
from rag.store.keyword_store import KeywordStore
from rag.store.keywords import KeywordIndex
from rag.store.reading_parts import parts_of
from rag.store.vector_store import VectorStore
from rag.store.vectors import ExactVectors, VectorIndex, probe
from rag.text import search_terms
from rag.types import Article, Paragraph, Reading
from tests.test_catalog import document

RECIPE = "made/1"


def unit(rows: int, dimension: int, seed: int = 1) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


# ---------------------------------------------------------------- the two indexes by themselves


def test_thousands_of_passages_in_chroma_and_exactly_give_the_same(tmp_path: Path) -> None:
    count, documents = 3000, 10
    vectors = unit(count, 32)
    ids = [f"p{row}" for row in range(count)]
    owners = [f"d{row % documents}" for row in range(count)]
    exact = ExactVectors(ids, owners, vectors)
    index = VectorIndex.open(tmp_path / "chroma")
    index.upsert(ids, owners, vectors)
    index.upsert(ids[:10], owners[:10], vectors[:10])
    assert len(index) == count
    assert index.ids() == set(ids)
    agreeing = 0
    for query in unit(20, 32, seed=2):
        near, truth = index.nearest(query, 10), exact.nearest(query, 10)
        agreeing += len(dict(near).keys() & dict(truth).keys())
        assert near[0][1] == pytest.approx(truth[0][1], abs=1e-4)
        inside = index.nearest(query, 10, ["d3", "d4"])
        assert {owners[int(passage[1:])] for passage, _ in inside} <= {"d3", "d4"}
    assert agreeing >= 190  # of 200: the graph search is an approximate one
    index.remove("d3")
    assert len(index) == count - count // documents
    index.close()


def test_exact_search_is_right() -> None:
    vectors = np.eye(4, dtype=np.float32)
    exact = ExactVectors(["a", "b", "c", "d"], ["x", "x", "y", "y"], vectors)
    assert exact.nearest(vectors[2], 2)[0] == ("c", 1.0)
    assert [passage for passage, _ in exact.nearest(vectors[2], 9)] == ["c", "a", "b", "d"]
    assert [passage for passage, _ in exact.nearest(vectors[2], 9, ["x"])] == ["a", "b"]
    assert exact.nearest(vectors[2], 9, ["unknown"]) == []
    assert ExactVectors([], [], np.zeros((0, 0), np.float32)).nearest(vectors[0], 3) == []


def test_chroma_can_be_closed_deleted_and_opened_again(tmp_path: Path) -> None:
    import shutil

    for _ in range(2):
        index = VectorIndex.open(tmp_path / "chroma")
        assert len(index) == 0
        index.upsert(["a"], ["x"], unit(1, 4))
        index.close()
        shutil.rmtree(tmp_path / "chroma")


TEXTS = {
    "a#1": ("a", "今年中考备考要加强业务培训指导。", "全市备考会"),
    "a#2": ("a", "关注学生思想、心理、学习、生活。", "全市备考会"),
    "b#1": ("b", "教育经费增长3.5%，达到2024万元。", "经费"),
    "b#2": ("b", '龘靐两字也能找到，AND OR NOT "不" 是语法。', ""),
}


def keyword_index(folder: Path | None) -> KeywordIndex:
    index = KeywordIndex.open(folder)
    for passage, (owner, text, title) in TEXTS.items():
        index.add(passage, owner, search_terms(text), search_terms(title))
    index.commit()
    return index


@pytest.mark.parametrize("in_memory", [True, False])
def test_keywords_find_words_titles_figures_and_rare_characters(tmp_path: Path, in_memory: bool) -> None:
    index = keyword_index(None if in_memory else tmp_path / "keywords")

    def best(question: str, *documents: str) -> str:
        found = index.matching(search_terms(question), 5, documents)
        return found[0][0] if found else ""

    assert best("业务培训") == "a#1"
    assert best("学生心理") == "a#2"
    assert best("龘靐") == "b#2"
    assert best("备考", "b") == ""
    assert best("2024", "b") == "b#1"
    assert best("无关") == ""
    assert index.matching((), 5) == []
    assert [passage for passage, _ in index.matching(search_terms("备考会"), 5)] == ["a#1", "a#2"]
    assert (len(index), index.count("a"), index.count("c")) == (4, 2, 0)
    index.remove("a")
    index.commit()
    assert (len(index), best("业务培训")) == (2, "")
    index.close()


@settings(deadline=None)
@given(st.text())
def test_nothing_typed_is_syntax(text: str) -> None:
    index = KeywordIndex.open(None)
    index.add("p", "d", search_terms(text), search_terms(text))
    index.commit()
    found = [passage for passage, _ in index.matching(search_terms(text), 5)]
    assert found == (["p"] if search_terms(text) else [])


# ---------------------------------------------------------------- kept in step with a catalogue


class Place:
    """A library folder with its catalogue; stores are opened and closed like a program's runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalog = Catalog.open(folder / "catalog.sqlite")

    def put(self, number: int, texts: int = 5, dimension: int = 8) -> str:
        """A ready document in the catalogue, its vectors in it too; not in the indexes."""
        row = document(number)
        article = Article(f"标题{number}", None, tuple(Paragraph(f"文{number}段{place}内容") for place in range(texts)))
        self.catalog.insert(row, ".txt", parts_of(Reading((article,))), lambda text: ((0, len(text)),))
        passages = [row.passage for row in self.catalog.index_rows(row.id)]
        self.catalog.store_vectors(RECIPE, passages, unit(texts, dimension, number))
        self.catalog.set_state(row.id, State.READY)
        return row.id

    def vectors(self, small: int = 10_000) -> VectorStore:
        return VectorStore(self.folder, self.catalog, writable=True, small=small)

    def keywords(self) -> KeywordStore:
        return KeywordStore(self.folder, self.catalog, writable=True)

    def chroma_files(self) -> list[Path]:
        return sorted(path for path in (self.folder / "chroma").rglob("*") if path.is_file())

    def right(self, store: VectorStore, number: int, texts: int = 5) -> bool:
        """Every vector of the document finds itself."""
        found = [store.nearest(vector, 1, RECIPE)[0][0] for vector in unit(texts, 8, number)]
        return found == [f"{document(number).id}-1-{place}#1" for place in range(1, texts + 1)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.catalog.close()


def healthy(store: VectorStore) -> bool:
    return [finding.severity for finding in store.findings(RECIPE)] == ["ok"]


def run(steps: Iterator[object]) -> int:
    return sum(1 for _ in steps)


def test_without_chroma_the_answer_is_exact_and_repair_makes_it(place: Place) -> None:
    place.put(1)
    store = place.vectors()
    assert place.right(store, 1)
    assert not healthy(store)
    assert run(store.repair(RECIPE)) == 1
    assert run(store.repair(RECIPE)) == 0
    assert healthy(store)
    name = place.put(2)
    store.add([name], RECIPE)
    assert place.right(store, 1)
    assert place.right(store, 2)
    assert healthy(store)
    store.close()
    again = place.vectors()
    assert healthy(again)
    assert place.right(again, 2)
    again.close()


def test_a_store_that_was_not_closed_is_not_trusted_and_is_mended_after_a_probe(place: Place) -> None:
    place.put(1)
    store = place.vectors()
    run(store.repair(RECIPE))
    store.close()
    index = VectorIndex.open(store.generations.folder)  # a program that was killed: one passage too many, one missing
    index.upsert(["stray#1"], ["stray"], unit(1, 8, 9))
    index.discard([f"{document(1).id}-1-3#1"])
    index.close()
    folder = store.generations.folder
    assert probe(folder) is not None
    again = place.vectors(small=0)
    assert not healthy(again)
    assert place.right(again, 1)
    run(again.repair(RECIPE))
    assert again.generations.folder == folder
    assert healthy(again)
    assert place.right(again, 1)
    again.close()


@pytest.mark.parametrize("damage", ["truncate", "scramble", "delete"])
@pytest.mark.parametrize("which", [".sqlite3", ".bin"])
@pytest.mark.parametrize("small", [0, 10_000])
def test_damaged_chroma_files_never_change_an_answer(place: Place, damage: str, which: str, small: int) -> None:
    place.put(1, 300)
    store = place.vectors()
    run(store.repair(RECIPE))
    store.close()
    for path in place.chroma_files():
        if path.suffix == which:
            if damage == "delete":
                path.unlink()
            else:
                content = path.read_bytes()
                path.write_bytes(
                    content[: len(content) // 3] + (b"\xa5" * (len(content) // 2) if damage == "scramble" else b"")
                )
    again = place.vectors(small)
    assert place.right(again, 1, 300)
    run(again.repair(RECIPE))
    assert healthy(again)
    assert place.right(again, 1, 300)
    again.close()


def test_another_recipe_finds_nothing_near_until_its_vectors_are_there(place: Place) -> None:
    name = place.put(1)
    store = place.vectors()
    run(store.repair(RECIPE))
    assert store.nearest(unit(1, 4)[0], 3, "other/1") == []
    assert [finding.severity for finding in store.findings("other/1")] == ["error"]
    place.catalog.store_vectors("other/1", [row.passage for row in place.catalog.index_rows(name)], unit(5, 4))
    assert len(store.nearest(unit(1, 4)[0], 3, "other/1")) == 3
    run(store.rebuild("other/1"))
    assert len(store.nearest(unit(1, 4)[0], 3, "other/1")) == 3
    assert [path.name for path in (place.folder / "chroma").iterdir()] == ["2"]
    store.close()


def words(store: KeywordStore, text: str) -> set[str]:
    return {passage.partition("-")[0] for passage, _ in store.matching(search_terms(text), 50)}


def test_keywords_are_made_mended_and_made_anew(place: Place) -> None:
    first = place.put(1)
    store = place.keywords()
    assert words(store, "内容") == {first}
    second = place.put(2)
    store.add([second])
    assert words(store, "内容") == {first, second}
    store.close()
    third = place.put(3)  # killed before its words were in
    again = place.keywords()
    assert words(again, "内容") == {first, second, third}
    again.remove(second)
    place.catalog.delete(second)
    again.close()
    files = [path for path in again.generations.folder.iterdir() if path.suffix == ".term"]
    for path in files:
        path.write_bytes(path.read_bytes()[::-1])
    once_more = place.keywords()
    assert words(once_more, "内容") == {first, third}
    assert [finding.severity for finding in once_more.findings()] == ["ok"]
    once_more.close()


def test_a_reader_follows_the_writer_and_has_its_own_when_files_are_wrong(place: Place) -> None:
    place.put(1)
    writer = place.keywords()
    assert len(writer.matching(search_terms("内容"), 50)) == 5
    other = Catalog.open(place.folder / "catalog.sqlite", readonly=True)
    reader = KeywordStore(place.folder, other, writable=False)
    assert len(reader.matching(search_terms("内容"), 50)) == 5
    writer.add([place.put(2)])
    assert len(reader.matching(search_terms("内容"), 50)) == 10
    run(writer.rebuild())
    assert len(reader.matching(search_terms("内容"), 50)) == 10
    writer.close()
    for path in writer.generations.folder.iterdir():
        path.write_bytes(b"")
    place.put(3)
    assert len(reader.matching(search_terms("内容"), 50)) == 15
    reader.close()
    other.close()


def test_a_suspended_rebuild_does_not_disturb_questions(place: Place) -> None:
    for number in range(4):
        place.put(number)
    keywords, vectors = place.keywords(), place.vectors()
    for _ in itertools.chain(keywords.rebuild(), vectors.rebuild(RECIPE)):
        assert len(keywords.matching(search_terms("内容"), 50)) == 20
        assert place.right(vectors, 2)
    assert healthy(vectors)
    keywords.close()
    vectors.close()
