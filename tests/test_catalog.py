"""The catalogue gives back exactly what was put in, shows only what is ready, and says trouble in Chinese."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import JianwenError
from rag.store.catalog import Catalog, State
from rag.store.reading_parts import parts_of
from rag.types import Article, Box, DateBasis, Document, Fragment, Heading, Paragraph, Reading, StoredArticle

ADDED = dt.datetime(2024, 5, 1, 8, tzinfo=dt.UTC)


def document(number: int) -> Document:
    sha256 = f"{number:064x}"[::-1]
    return Document(sha256[:12], f"文件{number}.txt", sha256, 10, ADDED + dt.timedelta(seconds=number), 1, 0, 0)


def halves(text: str) -> tuple[tuple[int, int], ...]:
    middle = len(text) // 2
    return ((0, middle), (middle, len(text))) if middle else ((0, len(text)),)


def insert(catalog: Catalog, number: int, *articles: Article, state: State = State.READY) -> str:
    return insert_reading(catalog, number, Reading(articles), state)


def insert_reading(catalog: Catalog, number: int, reading: Reading, state: State = State.READY) -> str:
    row = document(number)
    catalog.insert(row, ".txt", parts_of(reading), halves)
    catalog.set_state(row.id, state)
    return row.id


ARTICLE = Article(
    "备考会召开",
    dt.date(2024, 3, 21),
    (
        Paragraph(
            "一是抓好落实。", 2, (Fragment(0, 3, Box(2, 0.1, 0.2, 30.3, 12.0)), Fragment(4, 7, Box(3, 1, 2, 3, 4)))
        ),
        Paragraph("二是强化培训。", 3),
    ),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def test_what_goes_in_comes_out(catalog: Catalog) -> None:
    name = insert(catalog, 1, ARTICLE, Article("只有标题", None, ()))
    first, second = catalog.articles()
    assert (first.id, first.document, first.title, first.date, first.page) == (
        f"{name}-1",
        name,
        "备考会召开",
        dt.date(2024, 3, 21),
        2,
    )
    assert tuple(paragraph.paragraph for paragraph in first.paragraphs) == ARTICLE.paragraphs
    assert [paragraph.id for paragraph in first.paragraphs] == [f"{name}-1-1", f"{name}-1-2"]
    assert (second.title, second.date, second.paragraphs) == ("只有标题", None, ())
    assert [(d.id, d.articles, d.paragraphs, d.added) for d in catalog.documents()] == [(name, 2, 2, document(1).added)]


def test_problems_of_a_document_are_kept(catalog: Catalog) -> None:
    row = dataclasses.replace(document(1), problems=("第 3 页：图像损坏", "第 5 页：超时"))
    catalog.insert(row, ".pdf", parts_of(Reading((ARTICLE,))), halves)
    catalog.set_state(row.id, State.READY)
    assert catalog.documents()[0].problems == row.problems


CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXTS = st.text(CHARACTERS, min_size=1, max_size=40).filter(lambda text: bool(text.strip()))
NUMBERS = st.floats(0, 1000)


@st.composite
def paragraphs(draw: st.DrawFn) -> Paragraph:
    text = draw(TEXTS)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=6)))
    boxes = st.builds(
        lambda page, x, y, w, h: Box(page, x, y, x + w, y + h), st.integers(1, 9), NUMBERS, NUMBERS, NUMBERS, NUMBERS
    )
    fragments = tuple(Fragment(a, b, draw(boxes)) for a, b in zip(cuts[::2], cuts[1::2], strict=False))
    header = draw(st.none() | st.text(CHARACTERS, max_size=9))
    return Paragraph(text, draw(st.integers(1, 99)), fragments, draw(st.none() | st.floats(0, 1)), header)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    headings = st.builds(Heading, st.sampled_from(["kicker", "title", "subtitle"]), paragraphs())
    found = []
    for _ in range(draw(st.integers(1, 3))):
        date = draw(st.none() | st.dates())
        basis = draw(st.sampled_from(DateBasis)) if date else None
        title = draw(st.text(CHARACTERS, min_size=1))
        body, printed = draw(st.lists(paragraphs(), max_size=4)), draw(st.lists(headings, max_size=3))
        found.append(Article(title, date, tuple(body), tuple(printed), basis, draw(st.booleans())))
    return Reading(tuple(found), tuple(draw(st.lists(paragraphs(), max_size=3))))


def as_read(stored: StoredArticle) -> Article:
    """What was put in, from what is given back."""
    body = tuple(paragraph.paragraph for paragraph in stored.paragraphs)
    return Article(stored.title, stored.date, body, stored.headings, stored.date_basis, stored.corrected)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(readings())
def test_any_reading_comes_back_as_it_was(catalog: Catalog, reading: Reading) -> None:
    name = insert_reading(catalog, 1, reading)
    back = catalog.articles()
    assert Reading(tuple(as_read(stored) for stored in back), catalog.furniture(name)) == reading
    assert [stored.page for stored in back] == [article.page for article in reading.articles]
    for row in catalog.index_rows(name):
        place = catalog.locate([(row.passage, 1.0)])[0]
        assert place.passage.text == row.text == place.paragraph.text[place.passage.start : place.passage.end]
    catalog.delete(name)


def test_a_passage_is_indexed_with_what_it_stands_under(catalog: Catalog) -> None:
    texts = ("一、任务", "落实责任。", "二、保障", "（一）经费", "足额安排。")
    rows = tuple(Paragraph(text) for text in texts)
    table = Paragraph("一中\t1200", header="学校\t人数")
    name = insert(catalog, 1, Article("方案", None, (*rows, table)), Article("另一篇", None, (Paragraph("无关。"),)))
    above = ["", "一、任务", "", "二、保障", "二、保障 （一）经费", "二、保障 （一）经费\n学校\t人数", ""]
    found = {row.passage.partition("#")[0]: row.above for row in catalog.index_rows(name)}
    assert list(found.values()) == above
    passages = [row.passage for row in catalog.index_rows(name)]
    catalog.store_vectors("a", passages, np.ones((len(passages), 4), np.float32))
    assert {(title, words) for title, words, _ in catalog.vectors_by_text(name)} == {
        *(("方案", words) for words in above[:-1]),
        ("另一篇", ""),
    }


@pytest.mark.parametrize("state", [State.UNFINISHED, State.REMOVING])
def test_only_ready_documents_are_seen(catalog: Catalog, state: State) -> None:
    name = insert(catalog, 1, ARTICLE, state=state)
    assert catalog.documents() == ()
    assert catalog.articles() == catalog.articles([name]) == ()
    assert catalog.locate([(f"{name}-1-1#1", 1.0)]) == ()
    assert catalog.passage_counts() == {}
    assert catalog.find(document(1).sha256) == (name, state)


def test_locate_keeps_the_order_given_and_leaves_out_the_unknown(catalog: Catalog) -> None:
    name = insert(catalog, 1, ARTICLE)
    asked = [(f"{name}-1-2#2", 0.9), ("nothing#1", 0.8), (f"{name}-1-1#1", 0.7)]
    found = catalog.locate(asked)
    assert [(evidence.passage.id, evidence.score) for evidence in found] == [asked[0], asked[2]]
    assert found[0].document.id == name
    assert found[0].passage.text == "化培训。"


def test_vectors_are_kept_to_the_bit_and_by_embedder(catalog: Catalog) -> None:
    name = insert(catalog, 1, ARTICLE)
    passages = [row.passage for row in catalog.index_rows(name)]
    made = np.random.default_rng(1).normal(size=(4, 8)).astype(np.float32)
    assert catalog.unembedded("a", name) == frozenset(passages)
    catalog.store_vectors("a", passages[:3], made[:3])
    assert catalog.stale("a") == (name,)
    catalog.store_vectors("a", passages[3:], made[3:])
    assert catalog.stale("a") == ()
    assert catalog.stale("b") == (name,)
    ids, documents, back = catalog.vectors("a")
    assert (ids, documents) == (passages, [name] * 4)
    assert np.array_equal(back, made)
    assert catalog.vectors("b")[2].shape[0] == 0


def test_deleting_a_document_deletes_all_of_it_and_names_its_file(catalog: Catalog) -> None:
    name = insert_reading(catalog, 1, Reading((ARTICLE,), (Paragraph("第3版"),)))
    catalog.store_vectors("a", [f"{name}-1-1#1"], np.ones((1, 4), np.float32))
    catalog.delete(name)
    for table in ("documents", "articles", "paragraphs", "passages", "vectors", "furniture"):
        assert catalog.rows(f"SELECT COUNT(*) FROM {table}")[0][0] == 0
    assert catalog.loose_files() == (document(1).sha256 + ".txt",)
    catalog.forget_file(document(1).sha256 + ".txt")
    assert catalog.loose_files() == ()


def test_a_file_that_has_a_document_is_not_loose(catalog: Catalog) -> None:
    catalog.expect_file(document(1).sha256 + ".txt")
    insert(catalog, 1, ARTICLE)
    catalog.expect_file(document(1).sha256 + ".txt")
    assert catalog.loose_files() == ()


def test_a_failed_insertion_leaves_nothing(catalog: Catalog) -> None:
    def broken(text: str) -> tuple[tuple[int, int], ...]:
        raise RuntimeError(text)

    with pytest.raises(RuntimeError):
        catalog.insert(document(1), ".txt", parts_of(Reading((ARTICLE,))), broken)
    assert catalog.rows("SELECT COUNT(*) FROM documents")[0][0] == 0
    insert(catalog, 1, ARTICLE)


def test_the_revision_tells_of_changes_here_and_elsewhere(catalog: Catalog, tmp_path: Path) -> None:
    reader = Catalog.open(tmp_path / "catalog.sqlite", readonly=True)
    before = reader.revision
    assert reader.revision == before
    insert(catalog, 1, ARTICLE)
    assert reader.revision != before
    assert len(reader.documents()) == 1
    before = catalog.revision
    catalog.set_note("key", "value")
    assert catalog.revision != before
    assert reader.note("key") == "value"
    reader.close()


def test_a_reader_cannot_write(catalog: Catalog, tmp_path: Path) -> None:
    reader = Catalog.open(tmp_path / "catalog.sqlite", readonly=True)
    with pytest.raises(JianwenError, match="不能写入"):
        reader.set_note("key", "value")
    reader.close()


def test_a_newer_catalogue_is_refused(catalog: Catalog, tmp_path: Path) -> None:
    catalog.close()
    with sqlite3.connect(tmp_path / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JianwenError, match="更新版本"):
        Catalog.open(tmp_path / "catalog.sqlite")


@pytest.mark.parametrize("damage", ["header", "pages"])
def test_a_damaged_catalogue_says_that_the_originals_are_safe(catalog: Catalog, tmp_path: Path, damage: str) -> None:
    for number in range(30):
        insert(catalog, number, ARTICLE)
    catalog.close()
    path = tmp_path / "catalog.sqlite"
    whole = path.read_bytes()
    path.write_bytes(b"\x00" * len(whole) if damage == "header" else whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(JianwenError, match="原始文件仍完好"):
        Catalog.open(path).documents()


def test_its_own_checks_find_damage(catalog: Catalog) -> None:
    insert(catalog, 1, ARTICLE)
    assert catalog.trouble() == ()
    catalog.rows("PRAGMA foreign_keys = OFF")
    catalog.rows("DELETE FROM documents")
    assert catalog.trouble()


FIRST_VERSION = """
CREATE TABLE documents(
    id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, name TEXT NOT NULL, bytes INTEGER NOT NULL, added TEXT NOT NULL,
    pages INTEGER NOT NULL, suffix TEXT NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('unfinished', 'ready', 'removing'))) STRICT;
CREATE TABLE articles(
    id TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    title TEXT NOT NULL, date TEXT, page INTEGER NOT NULL, UNIQUE(document, number)) STRICT;
CREATE TABLE paragraphs(
    id TEXT PRIMARY KEY, article TEXT NOT NULL REFERENCES articles(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    text TEXT NOT NULL, page INTEGER NOT NULL, fragments TEXT NOT NULL, UNIQUE(article, number)) STRICT;
CREATE TABLE passages(
    id TEXT PRIMARY KEY, paragraph TEXT NOT NULL REFERENCES paragraphs(id) ON DELETE CASCADE, number INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, UNIQUE(paragraph, number)) STRICT;
CREATE TABLE vectors(
    passage TEXT PRIMARY KEY REFERENCES passages(id) ON DELETE CASCADE, embedder TEXT NOT NULL, vector BLOB NOT NULL)
    STRICT;
CREATE TABLE loose(file TEXT PRIMARY KEY) STRICT;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
PRAGMA user_version = 1;
INSERT INTO documents VALUES ('d1', 'sha', '通报.txt', 10, '2024-05-01T08:00:00.000000+00:00', 1, '.txt', 'ready');
INSERT INTO articles VALUES ('d1-1', 'd1', 1, '备考会召开', '2024-03-21', 2), ('d1-2', 'd1', 2, '', NULL, 1);
INSERT INTO paragraphs VALUES ('d1-1-1', 'd1-1', 1, '一是抓好落实。', 2, '[[0,3,2,0.1,0.2,30.3,12.0]]'),
    ('d1-2-1', 'd1-2', 1, '没有标题。', 1, '[]');
INSERT INTO passages VALUES ('d1-1-1#1', 'd1-1-1', 1, 0, 7), ('d1-2-1#1', 'd1-2-1', 1, 0, 5);
INSERT INTO vectors VALUES ('d1-1-1#1', 'a', x'0000803f'), ('d1-2-1#1', 'a', x'00000040');
INSERT INTO loose VALUES ('x.txt');
INSERT INTO meta VALUES ('chroma', '{}');
"""


def test_a_library_of_the_first_version_opens_and_keeps_everything(tmp_path: Path) -> None:
    path = tmp_path / "first.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(FIRST_VERSION)
    connection.close()
    catalog = Catalog.open(path)
    first, second = catalog.articles()
    paragraph = Paragraph("一是抓好落实。", 2, (Fragment(0, 3, Box(2, 0.1, 0.2, 30.3, 12.0)),))
    headings = (Heading("title", Paragraph("备考会召开", 2)),)
    date = dt.date(2024, 3, 21)
    assert as_read(first) == Article("备考会召开", date, (paragraph,), headings, DateBasis.GUESSED)
    assert as_read(second) == Article("", None, (Paragraph("没有标题。"),))
    assert catalog.vectors("a")[2].tolist() == [[1.0], [2.0]]
    assert (catalog.loose_files(), catalog.note("chroma"), catalog.stale("a")) == (("x.txt",), "{}", ())
    assert (catalog.documents()[0].problems, catalog.furniture("d1")) == ((), ())
    assert catalog.unlinked() == ("d1",)
    assert catalog.trouble() == ()
    insert_reading(catalog, 1, Reading((ARTICLE,), (Paragraph("第3版"),)))
    catalog.close()
    again = Catalog.open(path)
    assert len(again.documents()) == 2
    again.close()
