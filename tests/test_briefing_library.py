"""Briefings of a library: made from what is in it, kept, opened with citations where the words stand today."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answers import Period
from rag.briefing import editing
from rag.briefing.keeping import KeySentences
from rag.briefing.plans import OURS, own_folder
from rag.briefings import Briefing, BriefingRequest, KeySentencesFound, Masthead
from rag.errors import JianwenError
from rag.library import Library
from rag.store.catalog import Catalog
from rag.types import Rename
from tests.briefing_articles import AT, Lines
from tests.conftest import SAMPLE
from tests.fakes import FakeEmbedder
from tests.scripted_chat import ScriptedChat


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), chat=ScriptedChat()) as opened:
        list(opened.add([SAMPLE]))
        yield opened


def brief(library: Library, request: BriefingRequest) -> Briefing:
    made = list(library.brief(request, Lines()))[-1]
    assert isinstance(made, Briefing)
    return made


def first_article(library: Library) -> str:
    return library.articles()[0].id


def test_articles_are_chosen_by_topic_and_by_date(library: Library) -> None:
    found = library.choose_articles(BriefingRequest("专题摘要", topic="中考备考"))
    assert found[0].article.id == first_article(library) and "句谈到" in found[0].why
    week = Period(dt.date(2024, 3, 25), dt.date(2024, 3, 31), "3月末")
    assert len(library.choose_articles(BriefingRequest("周报", period=week))) == 2
    assert brief(library, BriefingRequest("周报", period=week)).title == "工作周报（3月末）"
    with pytest.raises(JianwenError, match="没有找到合适的文章"):
        library.choose_articles(BriefingRequest("周报", period=dataclasses.replace(week, since=dt.date(2024, 3, 30))))
    with pytest.raises(JianwenError, match="请选定文章"):
        library.choose_articles(BriefingRequest("周报"))


def test_kinds_that_have_been_read_are_not_read_again(library: Library) -> None:
    own = own_folder()
    own.mkdir(parents=True)
    text = (OURS / "1-meeting.toml").read_text("utf-8")
    (own / "快报.toml").write_text(text.replace('"meeting"', '"flash"').replace('"会议简报"', '"快报"'), "utf-8")
    known = library.briefing_kinds()
    (own / "快报.toml").unlink()
    request = BriefingRequest("快报", (first_article(library),))
    assert isinstance(list(library.brief(request, Lines(), known=known))[-1], Briefing)
    with pytest.raises(JianwenError, match="没有名为“快报”的简报种类"):
        library.brief(request, Lines())


def test_a_meeting_is_found_by_its_topic(library: Library) -> None:
    made = brief(library, BriefingRequest("meeting", topic="基层党建述职"))
    assert made.title == "市委教育工委召开2023年度抓基层党建工作述职会议"


def test_key_sentences_are_kept_until_the_text_changes(library: Library) -> None:
    request = BriefingRequest("meeting", (first_article(library),))

    def kept() -> list[bool]:
        return [event.kept for event in library.brief(request, Lines()) if isinstance(event, KeySentencesFound)]

    assert (kept(), kept()) == ([False], [True])
    library.correct(Rename(first_article(library), "义务教育工作会议召开"))
    assert (kept(), kept()) == ([False], [True])


def test_another_way_of_reading_reads_again(library: Library, tmp_path: Path) -> None:
    article = library.articles()[0]
    brief(library, BriefingRequest("meeting", (article.id,)))
    catalog = Catalog.open(tmp_path / "library" / "catalog.sqlite")
    with catalog.transaction():
        catalog.write("UPDATE key_sentences SET recipe = 'old', found = '[]'", ())
    found, kept = KeySentences(catalog).of(article)
    catalog.close()
    assert found and not kept


def test_a_briefing_comes_back_as_it_was(library: Library) -> None:
    masthead = Masthead("教育简报", "第12期", "市教育局办公室", AT.date(), ("市委办",), ("各县市区",))
    made = brief(library, BriefingRequest("meeting", (first_article(library),), masthead=masthead))
    known = library.keep_briefing(made)
    assert known is not None
    assert library.briefing(known) == made
    changed = editing.write(made, 0, 0, "请认真学习。", AT)
    assert library.keep_briefing(changed, known) == known
    assert library.briefing(known) == changed
    (listed,) = library.briefings()
    assert (listed.id, listed.title, listed.kind_name, listed.made) == (known, made.title, "会议简报", made.making.at)
    assert listed.changed > listed.made
    library.forget_briefing(known)
    assert library.briefings() == ()
    for gone in (lambda: library.briefing(known), lambda: library.keep_briefing(made, known)):
        with pytest.raises(JianwenError, match="已被删除"):
            gone()


def test_tasks_and_what_is_left_out_come_back_too(library: Library) -> None:
    made = brief(library, BriefingRequest("tasks", tuple(one.id for one in library.articles())))
    known = library.keep_briefing(made)
    assert known is not None and made.left_out
    assert library.briefing(known) == made


def test_a_comparison_comes_back_in_its_columns(library: Library) -> None:
    first = Period(dt.date(2024, 3, 1), dt.date(2024, 3, 23), "3月中旬")
    other = Period(dt.date(2024, 3, 24), dt.date(2024, 3, 31), "3月末")
    made = brief(library, BriefingRequest("compare", period=first, other=other))
    assert [section.sides for section in made.sections] == [("3月中旬", "3月末")] * 2
    right = next(n for n, one in enumerate(made.sections[1].statements) if one.group == "3月末")
    alike = editing.rewrite(made, 1, right, made.sections[1].statements[0].text, AT)  # the same words on both sides
    known = library.keep_briefing(alike)
    assert known is not None
    assert library.briefing(known) == alike


def test_a_briefing_outlives_its_documents(library: Library) -> None:
    made = brief(library, BriefingRequest("meeting", (first_article(library),)))
    known = library.keep_briefing(made)
    assert known is not None
    library.remove([library.documents()[0].id])
    opened = library.briefing(known)
    assert [s.text for s in opened.statements] == [s.text for s in made.statements]
    assert [c.quote for s in opened.statements for c in s.citations] == [
        c.quote for s in made.statements for c in s.citations
    ]
    assert all(c.document.gone for s in opened.statements for c in s.citations)
    assert opened.articles[0].document.gone


def test_a_read_only_library_makes_briefings_and_keeps_none(library: Library, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", embedder=FakeEmbedder(), chat=ScriptedChat()) as second:
        made = brief(second, BriefingRequest("meeting", (first_article(second),)))
        assert second.read_only and second.keep_briefing(made) is None
