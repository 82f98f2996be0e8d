"""kill -9 at any moment: finished documents stay whole, unfinished ones are resumed or absent, nothing else is left."""

from __future__ import annotations

import multiprocessing as mp
import os
import random
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from rag.articles.splitting import read_articles
from rag.library import Library
from rag.readers import read_file
from rag.store.originals import digest
from rag.types import MergeWithPrevious, Rename, SplitBefore
from tests.fakes import FakeEmbedder
from tests.test_library import added, finds, severities, texts, write

KILLS = 20
FILES_PER_ROUND = 2
Work = Callable[[Path, Path, Connection], None]
STEPS = 14  # said by an import that is not killed


def _import(library: Path, folder: Path, pipe: Connection) -> None:
    """The process that gets killed: imports, removes the first file, imports it again; says each step."""
    with Library.open(library, embedder=FakeEmbedder(seconds=0.01)) as opened:
        pipe.send("opened")
        for turn in range(2):
            for event in opened.add([folder]):
                pipe.send(type(event).__name__)
            if turn == 0:
                opened.remove([min(path.name for path in folder.iterdir())])
                pipe.send("removed")
    pipe.send("closed")


def _correct(library: Path, _folder: Path, pipe: Connection) -> None:
    """Another process that gets killed: splits, renames, merges and takes it all back, again and again."""
    with Library.open(library, embedder=FakeEmbedder(seconds=0.002)) as opened:
        pipe.send("opened")
        for _ in range(STEPS // 4):
            (article, *_others) = opened.undo_corrections("通报1.txt")
            pipe.send("undone")
            _, second = opened.correct(SplitBefore(article.paragraphs[3].id))
            pipe.send("split")
            opened.correct(Rename(second.id, "龙凤呈祥"))
            pipe.send("renamed")
            opened.correct(MergeWithPrevious(second.id))
            pipe.send("merged")
    pipe.send("closed")


def _killed(library: Path, folder: Path, steps: int, seconds: float, work: Work = _import) -> bool:
    """Run an import and kill it `seconds` after its step number `steps`; whether it was killed before its end."""
    context = mp.get_context("forkserver")
    ours, theirs = context.Pipe()
    child = context.Process(target=work, args=(library, folder, theirs))
    child.start()
    theirs.close()
    said: list[str] = [ours.recv()]
    while len(said) < steps and said[-1] != "closed":
        said.append(ours.recv())
    child.join(seconds)
    assert child.pid is not None
    try:
        os.kill(child.pid, signal.SIGKILL)
        killed = said[-1] != "closed"
    except ProcessLookupError:  # it had come to its end
        killed = False
    child.join()
    ours.close()
    child.close()
    return killed


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL, no forkserver")
def test_killed_twenty_times(tmp_path: Path) -> None:
    mp.get_context("forkserver").set_forkserver_preload(["chromadb", "tantivy", "rag.library", "tests.fakes"])
    chance = random.Random(20240321)
    place, killed = tmp_path / "library", 0
    said: dict[str, list[str]] = {}
    for number in range(KILLS * FILES_PER_ROUND):
        path = write(tmp_path / f"in{number // FILES_PER_ROUND}", number, 2 + number % 20)
        found = read_articles(tuple(read_file(path))).articles
        said[digest(path)[0][:12]] = [
            text for article in found for text in (article.title, *(p.text for p in article.paragraphs))
        ]

    for turn in range(KILLS):
        folder = tmp_path / f"in{turn}"
        killed += _killed(place, folder, chance.randint(1, STEPS), chance.uniform(0.0, 0.15))
        with Library.open(place, embedder=FakeEmbedder()) as library:
            holds(library, said)
            if turn % 2:
                list(library.resume())
                assert not any("没有导入完" in finding.message for finding in library.doctor())
                holds(library, said)
    assert killed >= KILLS // 2, "most kills must land inside the work"

    with Library.open(place, embedder=FakeEmbedder()) as library:
        for turn in range(KILLS):
            added(library, tmp_path / f"in{turn}")
        assert texts(library) == said
        assert all(finds(library, number) for number in range(KILLS * FILES_PER_ROUND))
        assert severities(library) == {"ok"}


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL, no forkserver")
def test_killed_while_correcting(tmp_path: Path) -> None:
    mp.get_context("forkserver").set_forkserver_preload(["chromadb", "tantivy", "rag.library", "tests.fakes"])
    chance = random.Random(20240322)
    place, killed = tmp_path / "library", 0
    with Library.open(place, embedder=FakeEmbedder()) as library:
        added(library, write(tmp_path / "in", 1, 12), write(tmp_path / "in", 2))
        texts_before = printed(library)
    for turn in range(8):
        killed += _killed(place, tmp_path, chance.randint(1, STEPS - 4), chance.uniform(0.0, 0.05), _correct)
        with Library.open(place, embedder=FakeEmbedder()) as library:
            assert printed(library) == texts_before
            assert finds(library, 1)
            assert finds(library, 2)
            if turn % 2:
                list(library.resume())
                assert severities(library) == {"ok"}
            hits = library.search("第7段强调", limit=30).hits
            assert sum("第7段强调" in hit.passage.text for hit in hits) == 1
            for hit in hits:
                assert hit.passage.text in hit.paragraph.text
    assert killed >= 4, "most kills must land inside the work"


def printed(library: Library) -> dict[str, list[str]]:
    """The printed texts of each document in order, headings included: what no correction changes."""
    said: dict[str, list[str]] = {}
    for article in library.articles():
        said.setdefault(article.document, []).extend(heading.paragraph.text for heading in article.headings)
        said[article.document] += [paragraph.text for paragraph in article.paragraphs]
    return said


def holds(library: Library, said: dict[str, list[str]]) -> None:
    """What is visible is whole, can be found, and has its original; nothing else lies about."""
    shown = texts(library)
    assert set(shown) == {document.id for document in library.documents()}
    for document in library.documents():
        assert shown[document.id] == said[document.id]
        assert library.file(document.id).stat().st_size == document.bytes
        assert finds(library, int(document.name.removeprefix("通报").removesuffix(".txt")))
    kept = {path.name for path in (library.path / "files").iterdir()}
    assert kept >= {library.file(document.id).name for document in library.documents()}
    assert not any(name.startswith(".") for name in kept)
    assert all("不属于任何资料" not in finding.message for finding in library.doctor())
