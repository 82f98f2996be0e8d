"""The bench of searches as a library grows: the arithmetic, and the library it fills."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.passages import KeepingEmbedder
from bench.report import Row
from bench.search import filled_library, growth, until_evidence
from rag.errors import JianwenError
from rag.library import Library
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.scripted_chat import ScriptedChat


def test_growth_is_from_one_size_to_the_next() -> None:
    rows = growth([(18, Row("甲", (2.0, 4.0, 6.0), (1.0,) * 3)), (9000, Row("乙", (40.0, 8.0, 9.0), (1.0,) * 3))]).rows
    assert rows == (("甲", (4, 6, 300, None)), ("乙", (9, 40, 300, 2.25)))
    assert growth([(200_001, Row("丙", (1.0,), (1.0,)))]).rows[0][1][2] is None


def test_a_filled_library_answers_with_its_paragraphs_from_both_indexes(tmp_path: Path) -> None:
    texts = [f"第{number}号文件要求办好第{number}项实事。" for number in range(230)]
    embedder = KeepingEmbedder(FakeEmbedder(), project=True)
    filled_library(tmp_path / "made", texts, embedder)
    chat = ScriptedChat()
    with Library.open(tmp_path / "made", settings=Settings(), embedder=embedder, chat=chat) as library:
        assert [document.paragraphs for document in library.documents()] == [100, 100, 30]
        assert len(library.articles()) == 23
        assert len(embedder.stored()) == 230
        assert library.search("第217号文件").hits[0].paragraph.text == texts[217]
        assert not [one for one in library.doctor() if "索引" in one.message and one.severity != "ok"]
        until_evidence(library, "第217号文件有什么要求？")
    assert not chat.prompts


def test_a_folder_without_texts_can_be_mended(tmp_path: Path) -> None:
    from bench.search import _sentences

    with pytest.raises(JianwenError, match="检查目录"):
        _sentences(tmp_path)
