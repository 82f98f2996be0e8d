"""Libraries of earlier versions get what later ones make of a document; column names are embedded and found."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import Stopped
from rag.library import Library
from rag.types import Progress, Rename
from tests.fakes import FakeEmbedder
from tests.test_library import NEWS, added, bulletin, severities, write

Opener = Callable[[FakeEmbedder], Library]

TITLE = "各学校基本情况"
LONG = "；".join(f"第{n}项工作由校长办公室牵头、各年级组配合，于学期末之前完成并上报" for n in range(12)) + "。"
TABLE = (
    f"# {TITLE}",
    "",
    "| 学校 | 食堂承包人 | 说明 |",
    "|---|---|---|",
    f"| 一中 | 王某 | {LONG} |",
    "| 二中 | 李某 | 无 |",
)


class Recording(FakeEmbedder):
    """Keeps the texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return super().embed_passages(texts)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    made: list[Library] = []

    def open_it(embedder: FakeEmbedder) -> Library:
        made.append(Library.open(tmp_path / "library", embedder=embedder))
        return made[-1]

    yield open_it
    for library in made:
        library.close()


def aged(tmp_path: Path, *statements: str) -> None:
    """Make the closed library of this test what an earlier version left."""
    connection = sqlite3.connect(tmp_path / "library" / "catalog.sqlite")
    connection.execute("PRAGMA foreign_keys = ON")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


# ---------------------------------------------------------------- column names


def test_rows_are_found_by_the_words_of_their_columns(opened: Opener, tmp_path: Path) -> None:
    library = opened(FakeEmbedder())
    added(library, bulletin(tmp_path / "in", "表.md", *TABLE), write(tmp_path / "in", 1))
    hits = library._keywords.matching(["承包人"], 10)  # a search would also go by meaning
    rows = [passage for passage, _ in hits]
    assert len(rows) >= 3  # the row of names itself, the pieces of the long row, the short one
    assert all(rows.count(passage) == 1 for passage in rows)


def test_a_corrected_title_keeps_the_column_names_of_every_piece_of_a_row(opened: Opener, tmp_path: Path) -> None:
    embedder = Recording()
    library = opened(embedder)
    added(library, bulletin(tmp_path / "in", "表.md", *TABLE))
    (article,) = library.articles()
    pieces = [text for text in embedder.texts if "项工作" in text]
    assert len(pieces) > 1  # the row is cut into several passages
    assert all("食堂承包人" in text for text in pieces)
    embedder.texts.clear()
    library.correct(Rename(article.id, "另一个题目"))
    renamed = [text for text in embedder.texts if "项工作" in text]
    assert sorted(renamed) == sorted(text.replace(TITLE, "另一个题目") for text in pieces)
    assert severities(library) == {"ok"}


def test_equal_rows_under_other_columns_keep_vectors_of_their_own(opened: Opener, tmp_path: Path) -> None:
    """The vector of a row is made with its column names, so rows of equal words must not exchange theirs."""
    lines = ["# 统计", "", "| 学校 | 学生 |", "|---|---|", "| 一中 | 1200 |", "", "另有下表。", ""]
    lines += ["| 学校 | 教师 |", "|---|---|", "| 一中 | 1200 |"]
    library = opened(FakeEmbedder())
    added(library, bulletin(tmp_path / "in", "表.md", *lines))
    (article,) = library.articles()

    def vectors() -> list[bytes]:
        connection = sqlite3.connect(tmp_path / "library" / "catalog.sqlite")
        rows = connection.execute(
            """SELECT vector FROM vectors JOIN passages ON passages.id = passage
                JOIN paragraphs ON paragraphs.id = paragraph WHERE text LIKE '一中%' ORDER BY paragraphs.id"""
        ).fetchall()
        connection.close()
        return [row[0] for row in rows]

    before = vectors()
    assert len(set(before)) == 2
    library.correct(Rename(article.id, "统计表"))
    library.undo_corrections(article.document)
    assert vectors() == before


# ---------------------------------------------------------------- old vectors


def test_vectors_made_in_another_form_are_made_anew(opened: Opener, tmp_path: Path) -> None:
    library = opened(FakeEmbedder())
    added(library, write(tmp_path / "in", 1))
    count = sum(len(article.paragraphs) for article in library.articles())
    library.close()
    aged(tmp_path, "UPDATE vectors SET embedder = 'fake-64/1'")
    embedder = FakeEmbedder()
    library = opened(embedder)
    list(library.resume())
    assert embedder.passages >= count
    assert severities(library) == {"ok"}


# ---------------------------------------------------------------- old documents' twins

BEFORE_TWINS = (
    "DELETE FROM twins",
    "DELETE FROM sketched",
    "UPDATE articles SET indexed_as = ''",
    "UPDATE passages SET same_as = ''",
    "UPDATE documents SET linked = 0",
)


def old_library(opened: Opener, tmp_path: Path, names: str = "甲乙丙") -> None:
    """Documents that print the same, in a library that knew no twins."""
    library = opened(FakeEmbedder())
    for name in names:
        added(library, bulletin(tmp_path / "in", f"{name}.txt", "全市中考备考会召开", f"2024年3月21日{name}", *NEWS))
    library.close()
    aged(tmp_path, *BEFORE_TWINS)
    library = opened(FakeEmbedder())
    library.close()


@pytest.mark.parametrize("how", ["resume", "add", "rebuild"])
def test_documents_of_old_libraries_get_their_twins(opened: Opener, tmp_path: Path, how: str) -> None:
    old_library(opened, tmp_path)
    library = opened(FakeEmbedder())
    assert [article.twins for article in library.articles()] == [()] * 3
    library.search("薄弱学校")  # the indexes are open, every copy in them
    if how == "add":
        added(library, write(tmp_path / "in", 1))
    else:
        list(getattr(library, how)())
    copies = [article for article in library.articles() if "备考会" in article.title]
    assert [article.indexed_as for article in copies] == ["", copies[0].id, copies[0].id]
    assert all(len(article.twins) == 2 for article in copies)
    hits = [hit for hit in library.search("薄弱学校提升缓慢", 20).hits if "薄弱学校" in hit.paragraph.text]
    assert [hit.document.name for hit in hits] == ["甲.txt"]
    assert severities(library) == {"ok"}


def test_looking_for_twins_can_be_stopped_and_goes_on_where_it_was(opened: Opener, tmp_path: Path) -> None:
    old_library(opened, tmp_path)
    library = opened(FakeEmbedder())
    stop = threading.Event()
    seen = 0
    with pytest.raises(Stopped):
        for event in library.resume(stop):
            seen += isinstance(event, Progress) and "重复" in event.step
            if seen == 3:
                stop.set()
    assert sum(bool(article.twins) for article in library.articles()) == 2
    library.close()
    library = opened(FakeEmbedder())
    steps = [event.step for event in library.resume() if isinstance(event, Progress)]
    assert sum("重复" in step for step in steps) == 1
    assert [len(article.twins) for article in library.articles()] == [2, 2, 2]
    assert severities(library) == {"ok"}
    assert not any("重复" in event.step for event in library.resume() if isinstance(event, Progress))
