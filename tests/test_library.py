"""The façade on real Chroma and tantivy, with a stand-in for the embedding model."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from rag.errors import JianwenError, Stopped
from rag.library import Library
from rag.types import (
    AddStatus,
    DateBasis,
    FileAdded,
    MergeWithPrevious,
    Progress,
    Rename,
    SetDate,
    SplitBefore,
)
from tests.fakes import FakeEmbedder, FakeJudge
from tests.scripted_chat import ScriptedChat


def word(number: int) -> str:
    """A word no other file holds."""
    return "".join(chr(0x5000 + (number * 37 + place * 911) % 0x4000) for place in range(4))


def write(folder: Path, number: int, paragraphs: int = 4) -> Path:
    """A small bulletin with a word of its own in every paragraph."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"通报{number}.txt"
    lines = [f"关于第{number}号工作的通报", "2024年3月21日"]
    lines += [
        f"　　第{place}段强调，各单位要抓好{word(number)}，落实今年工作部署，确保取得新成效。"
        for place in range(paragraphs)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def texts(library: Library) -> dict[str, list[str]]:
    """What each document says."""
    said: dict[str, list[str]] = {}
    for article in library.articles():
        said.setdefault(article.document, []).extend([article.title, *(p.text for p in article.paragraphs)])
    return said


def added(library: Library, *paths: Path, stop: threading.Event | None = None) -> list[FileAdded]:
    """How the files went: in the order given, then (what was in a folder) by path."""
    events = [event for event in library.add(paths, stop) if isinstance(event, FileAdded)]
    order = {path: place for place, path in enumerate(paths)}
    return sorted(events, key=lambda event: (order.get(event.path, len(order)), event.path))


def finds(library: Library, number: int) -> bool:
    """Whether the file's own word is found."""
    return any(word(number) in hit.passage.text for hit in library.search(word(number)).hits)


def severities(library: Library) -> set[str]:
    """Of everything but the models, which a test has none of."""
    return {finding.severity for finding in library.doctor() if "模型 " not in finding.message}


Opener = Callable[..., Library]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opener]:
    """Opens the library of this test, as often as wanted; closes what is left open."""
    made: list[Library] = []

    def open_it(**arguments: object) -> Library:
        embedder = arguments.pop("embedder", None) or FakeEmbedder()
        library = Library.open(tmp_path / "library", embedder=embedder, **arguments)  # type: ignore[arg-type]
        made.append(library)
        return library

    yield open_it
    for library in made:
        library.close()


# ---------------------------------------------------------------- adding


def test_added_found_kept_and_there_again_after_closing(opened: Opener, tmp_path: Path) -> None:
    source = write(tmp_path / "in", 1)
    library = opened()
    (event,) = added(library, source)
    assert (event.path, event.status, event.error) == (source, AddStatus.ADDED, "")
    (document,) = library.documents()
    assert (event.document, event.articles, event.paragraphs) == (document.id, document.articles, document.paragraphs)
    assert (document.name, document.bytes, document.pages) == ("通报1.txt", source.stat().st_size, 1)
    assert finds(library, 1)
    assert severities(library) == {"ok"}
    said = texts(library)
    source.unlink()
    assert word(1) in library.file("通报1.txt").read_text("utf-8")
    library.close()
    library.close()
    again = opened()
    assert texts(again) == said
    assert finds(again, 1)
    assert severities(again) == {"ok"}


def test_the_same_bytes_twice_are_said_and_do_nothing(opened: Opener, tmp_path: Path) -> None:
    source = write(tmp_path / "in", 1)
    copy = source.with_name("另名.txt")
    shutil.copy(source, copy)
    embedder = FakeEmbedder()
    library = opened(embedder=embedder)
    first, second = added(library, source, copy)
    assert (first.status, second.status) == (AddStatus.ADDED, AddStatus.DUPLICATE)
    assert second.document == first.document
    before = embedder.passages
    assert added(library, source)[0].status is AddStatus.DUPLICATE
    assert embedder.passages == before
    assert len(library.documents()) == 1


@pytest.mark.skipif(os.name == "nt", reason="makes a link")
def test_a_folder_is_walked_in_order_and_other_files_are_passed_over(opened: Opener, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for number in (3, 1, 2):
        write(folder / f"第{number}季", number)
    (folder / "表.xlsx").write_bytes(b"x")
    (folder / "~$锁.txt").write_text("x", "utf-8")
    (folder / "第1季" / "回头").symlink_to(folder)
    library = opened()
    assert {event.status for event in added(library, folder)} == {AddStatus.ADDED}
    assert [document.name for document in library.documents()] == ["通报1.txt", "通报2.txt", "通报3.txt"]


@pytest.mark.skipif(os.name == "nt", reason="makes links and a pipe")
def test_whatever_is_wrong_with_a_file_is_a_chinese_sentence(opened: Opener, tmp_path: Path) -> None:
    good = write(tmp_path / "in", 1)
    (tmp_path / "图.png").write_bytes(b"x")
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "坏.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "夹.pdf").mkdir()
    (tmp_path / "环.txt").symlink_to(tmp_path / "环.txt")
    (tmp_path / "断.txt").symlink_to(tmp_path / "没有.txt")
    os.mkfifo(tmp_path / "管.txt")
    wrong = [
        tmp_path / name for name in ("没有.txt", "图.png", "空.txt", "坏.pdf", "夹.pdf", "环.txt", "断.txt", "管.txt")
    ]
    library = opened()
    events = added(library, *wrong, good)
    assert [event.status for event in events] == [AddStatus.FAILED] * len(wrong) + [AddStatus.ADDED]
    for event in events[:-1]:
        assert any("\u4e00" <= char <= "\u9fff" for char in event.error), event
        assert event.document == ""
        assert "library" not in event.error  # the user's file, not our copy of it
    assert len(list((library.path / "files").iterdir())) == 1


def test_a_bug_of_ours_fails_one_file_and_is_logged(
    opened: Opener, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    embedder = FakeEmbedder()
    library = opened(embedder=embedder)
    added(library, write(tmp_path / "in", 1))
    embedder.failure = RuntimeError("boom")
    (event,) = added(library, write(tmp_path / "in", 2))
    assert event.status is AddStatus.FAILED
    assert "简问的问题" in event.error
    assert "boom" in caplog.text
    assert len(list((library.path / "files").iterdir())) == 1
    embedder.failure = None
    assert added(library, tmp_path / "in")[1].status is AddStatus.ADDED
    assert finds(library, 2)


def test_stopping_keeps_the_finished_and_takes_back_the_one_at_work(opened: Opener, tmp_path: Path) -> None:
    write(tmp_path / "in", 1)
    library = opened()
    added(library, tmp_path / "in")
    write(tmp_path / "in", 2, paragraphs=60)
    stop = threading.Event()
    with pytest.raises(Stopped):
        for event in library.add([tmp_path / "in"], stop):
            if isinstance(event, Progress) and event.done >= 16 and event.total:
                stop.set()
    assert [document.name for document in library.documents()] == ["通报1.txt"]
    assert len(list((library.path / "files").iterdir())) == 1
    assert severities(library) == {"ok"}
    assert [event.status for event in added(library, tmp_path / "in")] == [AddStatus.DUPLICATE, AddStatus.ADDED]


def test_closing_in_the_middle_is_like_a_kill_and_is_resumed(opened: Opener, tmp_path: Path) -> None:
    write(tmp_path / "in", 1, paragraphs=60)
    library = opened()
    work = library.add([tmp_path / "in"])
    assert any(isinstance(event, Progress) and event.done >= 32 and event.total for event in work)
    with pytest.raises(JianwenError, match="正在导入"):
        next(library.rebuild())
    assert library.documents() == ()
    assert library.search("工作部署").hits == ()
    library.close()
    embedder = FakeEmbedder()
    again = opened(embedder=embedder)
    assert again.documents() == ()
    assert len(list(again.resume())) > 0
    assert finds(again, 1)
    assert 0 < embedder.passages < 40  # the vectors that were in are not computed again
    assert list(again.resume()) == []


def test_an_empty_library_answers_with_nothing(opened: Opener) -> None:
    library = opened()
    assert not library.documents()
    assert not library.articles()
    assert not library.search("今年").hits
    assert list(library.resume()) == []
    list(library.rebuild())
    assert severities(library) == {"ok"}


# ---------------------------------------------------------------- removing, naming


def test_removed_is_gone_at_once_and_can_come_back(opened: Opener, tmp_path: Path) -> None:
    sources = [write(tmp_path / "in", number) for number in (1, 2)]
    library = opened()
    first, _ = added(library, *sources)
    assert [document.name for document in library.remove(["通报1.txt"])] == ["通报1.txt"]
    assert not finds(library, 1)
    assert finds(library, 2)
    assert len(list((library.path / "files").iterdir())) == 1
    assert severities(library) == {"ok"}
    (back,) = added(library, sources[0])
    assert (back.status, back.document) == (AddStatus.ADDED, first.document)
    assert finds(library, 1)


def test_documents_are_named_by_id_beginning_or_file_name(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    first, second = added(library, write(tmp_path / "in", 1), write(tmp_path / "in", 2))
    assert first.document[0] != second.document[0]
    for name in (first.document, first.document[:1], first.document[:5].upper(), "通报1.txt"):
        assert {article.document for article in library.articles([name])} == {first.document}
    hits = library.search("工作部署", within=["通报2.txt"]).hits
    assert {hit.document.id for hit in hits} == {second.document}
    with pytest.raises(JianwenError, match="没有“通报9"):
        library.remove(["通报1.txt", "通报9.txt"])
    assert len(library.documents()) == 2
    (tmp_path / "别处").mkdir()
    namesake = write(tmp_path / "别处", 3).rename(tmp_path / "别处" / "通报1.txt")
    added(library, namesake)
    with pytest.raises(JianwenError, match="多份资料"):
        library.file("通报1.txt")


def test_a_search_hits_each_paragraph_once_best_first(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    added(library, write(tmp_path / "in", 1, 12))
    hits = library.search("工作部署", limit=5).hits
    assert len(hits) == len({hit.paragraph.id for hit in hits}) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    with pytest.raises(JianwenError, match="问题是空的"):
        library.search("　")


def test_the_judge_has_its_say_in_the_order_of_what_is_found(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    added(library, write(tmp_path / "in", 1, 4))
    plain = library.search("工作部署").hits
    library.close()
    last = plain[-1].passage.text
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), judge=FakeJudge(last, yes=9.0, no=0.0)) as judged:
        places = [hit.passage.text for hit in judged.search("工作部署").hits]
    assert places.index(last) < len(plain) - 1 and sorted(places) == sorted(hit.passage.text for hit in plain)


# ---------------------------------------------------------------- set right by the user


def titled(library: Library) -> list[tuple[str, list[str]]]:
    return [(article.title, [paragraph.text for paragraph in article.paragraphs]) for article in library.articles()]


def test_corrections_hold_are_found_and_can_be_taken_back(opened: Opener, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    library = opened(embedder=embedder)
    source, other = write(tmp_path / "in", 1, 6), write(tmp_path / "in", 2)
    document = added(library, source)[0].document
    added(library, other)
    before = library.articles()
    vectors = embedder.passages
    (first,) = library.correct(SetDate(f"{document}-1", dt.date(2023, 1, 2)))
    assert embedder.passages == vectors  # nothing new to embed
    assert (first.date, first.date_basis, first.corrected) == (dt.date(2023, 1, 2), DateBasis.USER, True)
    middle = first.paragraphs[3]
    _, second = library.correct(SplitBefore(middle.id))
    assert (second.title, second.paragraphs[0].text) == ("", middle.text)
    vectors = embedder.passages
    _, second = library.correct(Rename(second.id, "龙凤呈祥"))
    assert embedder.passages - vectors == len(second.paragraphs)  # the passages under the new title, no others
    assert library.search("龙凤呈祥").hits[0].article.id == second.id
    assert severities(library) == {"ok"}
    assert finds(library, 1)
    said = titled(library)
    library.close()
    library = opened()
    list(library.rebuild())
    assert titled(library) == said
    library.remove(["通报1.txt"])
    added(library, source)
    assert sorted(titled(library)) == sorted(said)
    assert all(article.corrected for article in library.articles(["通报1.txt"]))
    library.undo_corrections("通报1.txt")
    assert {a.id: a for a in library.articles()} == {a.id: a for a in before}
    assert severities(library) == {"ok"}
    library.remove(["通报1.txt"])
    added(library, source)
    assert {a.id: a for a in library.articles()} == {a.id: a for a in before}


def test_corrections_that_cannot_be_change_nothing(opened: Opener, tmp_path: Path) -> None:
    embedder = FakeEmbedder()
    library = opened(embedder=embedder)
    document = added(library, write(tmp_path / "in", 1))[0].document
    said = titled(library)
    for wrong in (Rename("nothing-1", "题"), SplitBefore(f"{document}-1-99"), MergeWithPrevious(f"{document}-1")):
        with pytest.raises(JianwenError):
            library.correct(wrong)
    embedder.failure = JianwenError("没有模型")
    with pytest.raises(JianwenError, match="没有模型"):
        library.correct(Rename(f"{document}-1", "另题"))
    assert titled(library) == said
    assert finds(library, 1)
    assert severities(library) == {"ok"}


def test_articles_are_set_right_while_files_come_in(opened: Opener, tmp_path: Path) -> None:
    """Between any two steps of an import, also of one that brings a twin of what is set right."""
    library = opened()
    document = added(library, bulletin(tmp_path / "in", "甲.txt", "全市中考备考会召开", "2024年3月21日甲", *NEWS))[
        0
    ].document
    before = library.articles()
    bulletin(tmp_path / "more", "乙.txt", "全市中考备考会召开", "2024年3月21日乙", *NEWS)
    write(tmp_path / "more", 1, 60)
    steps = 0
    for event in library.add([tmp_path / "more"]):
        if isinstance(event, Progress):
            steps += 1
            library.correct(Rename(f"{document}-1", f"第{steps}个标题"))
            if steps % 2:
                library.correct(SplitBefore(library.articles([document])[0].paragraphs[-1].id))
            else:
                library.undo_corrections(document)
    assert steps > 4
    library.undo_corrections(document)
    library.correct(Rename(f"{document}-1", "龙凤呈祥"))
    assert library.search("龙凤呈祥").hits[0].article.id == f"{document}-1"
    assert finds(library, 1)
    assert severities(library) == {"ok"}
    library.remove(["乙.txt"])
    library.undo_corrections(document)
    assert library.articles([document]) == before
    assert severities(library) == {"ok"}


def test_nothing_is_set_right_while_the_indexes_are_made_anew(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    document = added(library, write(tmp_path / "in", 1))[0].document
    work = library.rebuild()
    next(work)
    with pytest.raises(JianwenError, match="重建索引"):
        library.correct(Rename(f"{document}-1", "另题"))
    list(work)
    library.correct(Rename(f"{document}-1", "另题"))
    assert severities(library) == {"ok"}


# ---------------------------------------------------------------- printed twice

NEWS = (
    "　　本报讯　3月21日，全市中考备考会在贺昌中学召开，各县区教研室主任和初三教师代表二百余人参加会议。",
    "　　会议指出，去年中考成绩稳中有升，但县域之间差距仍然较大，薄弱学校提升缓慢，必须引起高度重视。",
    "　　会议要求，各校要研究命题趋势，精心组织三轮复习，关注学生心理健康，不得违规补课，不得公布排名。",
)


def bulletin(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def test_what_is_printed_twice_is_indexed_once_and_never_lost(opened: Opener, tmp_path: Path) -> None:
    again = [
        NEWS[0].replace("二百余人", "近百人"),
        *NEWS[1:],
        "　　会议强调，市教育局将于五月开展督导检查，结果全市通报。",
    ]
    first = bulletin(tmp_path / "in", "甲.txt", "全市中考备考会召开", "2024年3月21日甲", *NEWS)
    second = bulletin(tmp_path / "in", "乙.txt", "中考备考工作会议举行", "2024年3月21日乙", *again)
    library = opened()
    one, two = (added(library, path)[0].document for path in (first, second))
    original, copy = library.articles()
    assert (original.twins, original.indexed_as) == ((copy.id,), "")
    assert (copy.twins, copy.indexed_as) == ((original.id,), original.id)
    assert library.elsewhere([original])[copy.id][1].name == "乙.txt"
    hits = library.search("薄弱学校提升缓慢", limit=20).hits
    assert [hit.document.id for hit in hits if "薄弱学校" in hit.paragraph.text] == [one]
    assert library.search("五月开展督导检查").hits[0].document.id == two  # what only the copy says
    hits = library.search("薄弱学校提升缓慢", within=["乙.txt"]).hits
    assert {hit.document.id for hit in hits} == {two}
    assert "薄弱学校" in hits[0].paragraph.text
    assert severities(library) == {"ok"}
    library.remove(["甲.txt"])
    (copy,) = library.articles()
    assert (copy.twins, copy.indexed_as) == ((), "")
    assert "薄弱学校" in library.search("薄弱学校提升缓慢").hits[0].paragraph.text
    assert severities(library) == {"ok"}


def test_a_correction_that_parts_twins_gives_both_back_to_searches(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    files = [
        bulletin(tmp_path / "in", f"{name}.txt", "全市中考备考会召开", f"2024年3月21日{name}", *NEWS)
        for name in "甲乙丙"
    ]
    one, two, three = (added(library, path)[0].document for path in files)
    assert [article.indexed_as for article in library.articles()] == ["", f"{one}-1", f"{one}-1"]
    library.correct(SplitBefore(library.articles([one])[0].paragraphs[-2].id))
    counts = {article.id: article.indexed_as for article in library.articles()}
    found = {
        document: {hit.document.id for hit in library.search("薄弱学校提升缓慢", 20, within=[document]).hits}
        for document in (one, two, three)
    }
    assert found == {document: {document} for document in (one, two, three)}
    assert "薄弱学校" in library.search("薄弱学校提升缓慢").hits[0].paragraph.text
    assert counts[f"{three}-1"] in ("", f"{two}-1", f"{one}-2", f"{one}-1")
    assert severities(library) == {"ok"}
    library.undo_corrections(one)
    assert "薄弱学校" in library.search("薄弱学校提升缓慢").hits[0].paragraph.text
    assert severities(library) == {"ok"}
    list(library.rebuild())
    assert [article.indexed_as for article in library.articles()] == ["", f"{one}-1", f"{one}-1"]
    assert severities(library) == {"ok"}


# ---------------------------------------------------------------- trouble


def test_a_second_opener_reads_and_follows_but_cannot_write(opened: Opener, tmp_path: Path) -> None:
    sources = [write(tmp_path / "in", number) for number in (1, 2)]
    writer = opened()
    added(writer, sources[0])
    reader = opened()
    assert (writer.read_only, reader.read_only) == (False, True)
    assert finds(reader, 1)
    added(writer, sources[1])
    assert finds(reader, 2)
    assert len(reader.documents()) == 2
    for refused in (lambda: reader.add(sources), reader.rebuild, lambda: reader.remove(["通报1.txt"])):
        with pytest.raises(JianwenError, match="另一个简问"):
            refused()
    assert list(reader.resume()) == []
    assert "error" not in severities(reader)
    writer.close()
    reader.close()
    assert not opened().read_only


@pytest.mark.parametrize("lost", ["chroma", "keywords", "both"])
def test_lost_indexes_do_not_change_answers_and_are_made_anew(opened: Opener, tmp_path: Path, lost: str) -> None:
    library = opened()
    added(library, *(write(tmp_path / "in", number) for number in range(3)))
    library.close()
    for kind in ("chroma", "keywords"):
        if lost in (kind, "both"):
            shutil.rmtree(tmp_path / "library" / kind)
    library = opened()
    assert all(finds(library, number) for number in range(3))
    list(library.rebuild())
    assert all(finds(library, number) for number in range(3))
    assert severities(library) == {"ok"}


def test_another_embedder_gets_its_own_vectors(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    added(library, write(tmp_path / "in", 1))
    library.close()
    embedder = FakeEmbedder("other-32", 32)
    library = opened(embedder=embedder)
    assert finds(library, 1)  # by its words
    assert any(finding.severity == "error" and "向量模型已更换" in finding.message for finding in library.doctor())
    list(library.resume())
    assert embedder.passages > 0
    assert severities(library) == {"ok"}
    added(library, write(tmp_path / "in", 2))
    assert finds(library, 1)
    assert finds(library, 2)


def test_the_doctor_sees_lost_and_stray_originals(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    added(library, write(tmp_path / "in", 1), write(tmp_path / "in", 2))
    library.file("通报1.txt").write_text("x", "utf-8")
    library.file("通报2.txt").unlink()
    (library.path / "files" / "stray.txt").write_text("x", "utf-8")
    findings = library.doctor()
    for part, severity in (("通报1.txt", "error"), ("通报2.txt", "error"), ("1 个文件不属于", "warning")):
        assert any(part in finding.message and finding.severity == severity for finding in findings)
    assert all(finding.remedy for finding in findings if finding.severity != "ok")
    assert (library.path / "files" / "stray.txt").exists()


def test_a_catalogue_set_aside_can_be_made_again_from_the_originals(opened: Opener, tmp_path: Path) -> None:
    library = opened()
    added(library, write(tmp_path / "in", 1))
    said = list(texts(library).values())
    library.close()
    (tmp_path / "library" / "catalog.sqlite").rename(tmp_path / "library" / "broken.sqlite")
    for _ in range(2):  # originals nobody knows are never deleted
        library = opened()
        assert library.documents() == ()
        library.close()
    library = opened()
    added(library, library.path / "files")
    assert list(texts(library).values()) == said
    assert finds(library, 1)


@pytest.mark.parametrize("place", ["a file", "below a file"])
def test_a_folder_that_cannot_be_is_said(tmp_path: Path, place: str) -> None:
    (tmp_path / "taken").write_text("x", "utf-8")
    folder = tmp_path / "taken" if place == "a file" else tmp_path / "taken" / "library"
    with pytest.raises(JianwenError, match="资料库"):
        Library.open(folder, embedder=FakeEmbedder())


def test_a_missing_embedding_model_is_said_and_the_rest_works(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library") as library:
        assert library.documents() == ()
        for use in (lambda: library.search("今年"), lambda: list(library.add([tmp_path]))):
            with pytest.raises(JianwenError, match="multilingual-e5-small"):
                use()
        assert any(finding.severity == "error" for finding in library.doctor())


def test_a_question_goes_the_whole_way(opened: Opener, tmp_path: Path) -> None:
    library = opened(chat=ScriptedChat())
    added(library, write(tmp_path / "in", 1))
    assert [type(event).__name__ for event in library.warm_up()] == ["Progress"] * 3
    events = list(library.ask(f"对{word(1)}有什么要求？", within=["通报1.txt"]))
    assert type(events[-1]).__name__ in ("Answer", "Refusal")
    assert any(type(event).__name__ == "EvidenceFound" for event in events)


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = """
import sys, rag
heavy = {"torch", "chromadb", "llama_cpp", "sentence_transformers", "tantivy", "rjieba", "pdfplumber", "numpy"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
from rag import Library
assert not heavy - {"numpy"} & set(sys.modules), heavy & set(sys.modules)
assert set(rag.__all__) <= set(dir(rag)) and all(getattr(rag, name) for name in rag.__all__)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# ---------------------------------------------------------------- anything in any order


class AnyOrder(RuleBasedStateMachine):
    """A library and, beside it, the set of files that it should hold."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        shutil.rmtree(self.folder / "library", ignore_errors=True)
        self.held: set[int] = set()
        self.dates: dict[int, dt.date] = {}  # set right by hand, of files that may have been removed since
        self.said: dict[int, list[str]] = {}  # as read, before any correction
        self.library = self.open()

    def open(self) -> Library:
        return Library.open(self.folder / "library", embedder=FakeEmbedder())

    @rule(numbers=st.lists(st.integers(0, 4), min_size=1, max_size=3))
    def add(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            (event,) = added(self.library, write(self.folder / "in", number, 2))
            assert event.status is (AddStatus.DUPLICATE if number in self.held else AddStatus.ADDED)
            self.held.add(number)
            self.said.setdefault(number, self.printed(number))

    def printed(self, number: int) -> list[str]:
        articles = self.library.articles([f"通报{number}.txt"])
        return [
            paragraph.text
            for article in articles
            for paragraph in (*(h.paragraph for h in article.headings), *(p.paragraph for p in article.paragraphs))
        ]

    @rule(number=st.integers(0, 4), day=st.dates(dt.date(2000, 1, 1), dt.date(2030, 1, 1)))
    def set_date(self, number: int, day: dt.date) -> None:
        if number in self.held:
            self.library.correct(SetDate(self.library.articles([f"通报{number}.txt"])[0].id, day))
            self.dates[number] = day

    @rule(number=st.integers(0, 4), place=st.integers(1, 3), join=st.booleans())
    def split_or_merge(self, number: int, place: int, join: bool) -> None:
        if number not in self.held:
            return
        articles = self.library.articles([f"通报{number}.txt"])
        if join and len(articles) > 1:
            self.library.correct(MergeWithPrevious(articles[-1].id))
            self.dates[number] = self.library.articles([f"通报{number}.txt"])[0].date or dt.date.min
        elif not join and len(articles[-1].paragraphs) > place:
            self.library.correct(SplitBefore(articles[-1].paragraphs[place].id))

    @rule(number=st.integers(0, 4))
    def undo(self, number: int) -> None:
        if number in self.held:
            self.library.undo_corrections(f"通报{number}.txt")
            self.dates.pop(number, None)

    @rule(number=st.integers(0, 4))
    def remove(self, number: int) -> None:
        if number in self.held:
            self.library.remove([f"通报{number}.txt"])
            self.held.remove(number)

    @rule()
    def rebuild(self) -> None:
        list(self.library.rebuild())
        assert severities(self.library) == {"ok"}

    @rule(lost=st.sampled_from(["", "chroma", "keywords"]))
    def reopen(self, lost: str) -> None:
        self.library.close()
        if lost:
            shutil.rmtree(self.folder / "library" / lost, ignore_errors=True)
        self.library = self.open()

    @invariant()
    def holds_what_it_should(self) -> None:
        assert {document.name for document in self.library.documents()} == {f"通报{number}.txt" for number in self.held}
        assert len(list((self.folder / "library" / "files").iterdir())) == len(self.held)
        for number in range(5):
            assert finds(self.library, number) == (number in self.held)
        for number in self.held:
            assert self.printed(number) == self.said[number]
            if number in self.dates:
                first = self.library.articles([f"通报{number}.txt"])[0]
                assert (first.date or dt.date.min) == self.dates[number]

    def teardown(self) -> None:
        self.library.close()


def test_anything_in_any_order(tmp_path: Path) -> None:
    AnyOrder.folder = tmp_path
    few = settings(
        max_examples=6, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )
    run_state_machine_as_test(AnyOrder, settings=few)
