"""Hundreds of damaged files through the library's own import: nothing crashes, hangs, or is left half done.

`JIANWEN_FUZZ=N` damages every kind of file N times in every way, instead of three times.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from rag.intake.reading_pool import Limits, ReadingPool
from rag.library import Library
from rag.types import AddStatus, FileAdded
from tests.damage import BODY, TITLE, damaged, good
from tests.fakes import FakeEmbedder

LIMITS = Limits(start=60, open=15, page=25, recognise=25, convert=25, articles=25, memory=1500 << 20)
_BUG = re.compile("这是简问的问题|程序出错")
_CHINESE = re.compile("[\u4e00-\u9fff]{4}.*[。？！]", re.S)


@pytest.mark.timeout(1800)
def test_damaged_files_end_added_or_with_a_sentence_and_leave_the_library_whole(tmp_path: Path) -> None:
    folder = tmp_path / "坏文件"
    folder.mkdir()
    for name, data in damaged(int(os.environ.get("JIANWEN_FUZZ", "3"))):
        (folder / name).write_bytes(data)
    given = sorted(folder.iterdir())
    assert len(given) >= 300
    directory = folder / "夹.pdf"
    directory.mkdir()
    before = tmp_path / "先有.txt"
    before.write_text(f"{TITLE}\n\n{BODY}此前已有。", "utf-8")

    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), pool=ReadingPool(2, LIMITS)) as library:
        list(library.add([before]))
        (kept,) = library.documents()
        ends = [event for event in library.add([*given, directory]) if isinstance(event, FileAdded)]
        told = {end.path for end in ends}
        assert not [path.name for path in given if path not in told and path.suffix != ".zip"]
        wrong = [
            (end.path.name, end.status.name, end.error)
            for end in ends
            if end.status not in (AddStatus.ADDED, AddStatus.DUPLICATE)
            and (_BUG.search(end.error) or not _CHINESE.search(end.error))
        ]
        assert not wrong
        assert not [
            finding for finding in library.doctor() if finding.severity == "error" and "模型 " not in finding.message
        ]
        documents = {document.id: document for document in library.documents()}
        assert documents[kept.id] == kept
        said = {article.document for article in library.articles() if article.title or article.paragraphs}
        assert said == set(documents)
        added = [end for end in ends if end.status is AddStatus.ADDED]
        assert {end.document for end in added} | {kept.id} == set(documents)
        assert len(added) > 30  # light damage does not keep a file out


@pytest.mark.parametrize("suffix", [suffix for suffix in good() if suffix not in (".doc", ".zip")])
def test_what_is_damaged_was_good(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"好{suffix}"
    path.write_bytes(good()[suffix])
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), pool=ReadingPool(1, LIMITS)) as library:
        (end,) = [event for event in library.add([path]) if isinstance(event, FileAdded)]
        assert end.status is AddStatus.ADDED, end.error
