"""A huge document passes through in parts of bounded size, and a stop amid them leaves nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import Stopped
from rag.library import Library
from rag.store.catalog import Catalog, State
from rag.store.catalog_rows import Rows, rows_of
from rag.store.indexed_rows import BATCH
from rag.store.packing import pack, unpack
from rag.store.reading_parts import MOST, Part, parts_of, whole
from rag.types import AddStatus, Article, FileAdded, Heading, Paragraph, Reading
from tests.fakes import FakeEmbedder
from tests.test_catalog import document, halves
from tests.test_library import added, finds, severities, write

PARAGRAPHS = st.lists(st.sampled_from("甲乙丙丁").map(Paragraph), max_size=9).map(tuple)
ARTICLES = st.builds(
    Article,
    st.sampled_from(["通报", "简报"]),
    st.none(),
    PARAGRAPHS,
    st.lists(st.builds(Heading, st.just("title"), st.just(Paragraph("通报"))), max_size=1).map(tuple),
)
READINGS = st.builds(Reading, st.lists(ARTICLES, max_size=5).map(tuple), PARAGRAPHS)


@given(READINGS, st.integers(1, 6))
def test_a_reading_comes_in_small_parts_that_make_the_same_rows(reading: Reading, most: int) -> None:
    parts = [unpack(Part, pack(part)) for part in parts_of(reading, most)]
    assert whole(parts) == reading
    for part in parts:
        assert sum(max(1, len(article.paragraphs)) for article in part.reading.articles) <= most
        assert len(part.reading.furniture) <= most
    at_once, one_by_one = rows_of("d", Part(reading), halves), [rows_of("d", part, halves) for part in parts]
    for table in Rows.__slots__:
        assert list(chain.from_iterable(getattr(rows, table) for rows in one_by_one)) == getattr(at_once, table)


class StopAfter:
    """Set from the `looks`-th time on that it is asked; `armed` later than the start if need be."""

    def __init__(self, looks: int, armed: threading.Event | None = None) -> None:
        self._left = looks
        self._armed = armed

    def is_set(self) -> bool:
        if self._armed is None or self._armed.is_set():
            self._left -= 1
        return self._left < 0


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog.open(tmp_path / "catalog.sqlite")
    yield opened
    opened.close()


def huge(paragraphs: int) -> Reading:
    return Reading(
        tuple(
            Article(f"第{n}篇", None, tuple(Paragraph(f"第{n}篇第{k}段") for k in range(50)))
            for n in range(paragraphs // 50)
        )
    )


def test_rows_are_written_part_by_part_and_a_stop_between_two_leaves_none(catalog: Catalog) -> None:
    reading = huge(4 * MOST)
    written: list[int] = []

    def parts() -> Iterator[Part]:
        for part in parts_of(reading):
            written.append(catalog.changes)
            yield part

    with pytest.raises(Stopped):
        catalog.insert(document(1), ".txt", parts(), halves, StopAfter(2))
    assert len(written) == 3  # the third was taken and not written
    assert catalog.rows("SELECT (SELECT COUNT(*) FROM documents) + (SELECT COUNT(*) FROM paragraphs)") == [(0,)]
    written.clear()
    catalog.insert(document(1), ".txt", parts(), halves)
    each = [after - before for before, after in zip(written, [*written[1:], catalog.changes], strict=True)]
    assert len(each) == 4
    assert max(each) < 1.1 * sum(each) / len(each)  # none is kept back to be written with others


def test_texts_and_vectors_are_read_in_bounded_batches(catalog: Catalog) -> None:
    names = [document(number).id for number in (1, 2)]
    for number in (1, 2):
        catalog.insert(document(number), ".txt", parts_of(huge(600)), halves)
    ids = [row.passage for name in names for row in catalog.index_rows(name)]
    catalog.store_vectors("a", ids, np.arange(len(ids), dtype=np.float32)[:, None])
    batches = list(catalog.vectors_in_batches("a", names))
    assert max(len(vectors) for _, _, vectors in batches) == BATCH
    assert [one for passages, _, _ in batches for one in passages] == ids
    assert [owner for _, owners, _ in batches for owner in owners] == [name for name in names for _ in range(1200)]
    assert np.concatenate([vectors for _, _, vectors in batches])[:, 0].tolist() == list(range(len(ids)))
    for name in names:
        catalog.set_state(name, State.READY)
    assert catalog.vectors("a")[0] == ids


@pytest.mark.parametrize("looks", [1, 3, 300])
def test_a_stop_while_the_indexes_are_written_leaves_no_half_document(looks: int, tmp_path: Path) -> None:
    write(tmp_path / "in", 1)
    big = write(tmp_path / "in", 2, 600)
    embedded = threading.Event()

    class Telling(FakeEmbedder):
        def embed_passages(self, texts):  # type: ignore[no-untyped-def]
            made = super().embed_passages(texts)
            if self.passages >= 600:
                embedded.set()
            return made

    embedder = Telling()
    with Library.open(tmp_path / "library", embedder=embedder) as library:
        assert added(library, tmp_path / "in" / "通报1.txt")[0].status is AddStatus.ADDED
        embedder.passages = 0
        with pytest.raises(Stopped):
            list(library.add([big], StopAfter(looks, embedded)))
        assert [one.name for one in library.documents()] == ["通报1.txt"]
        assert len(list((library.path / "files").iterdir())) == 1
        assert severities(library) == {"ok"}
        assert finds(library, 1)
    with Library.open(tmp_path / "library", embedder=FakeEmbedder()) as library:
        (end,) = [event for event in library.add([big]) if isinstance(event, FileAdded)]
        assert end.status is AddStatus.ADDED
        assert finds(library, 2)
        assert severities(library) == {"ok"}
