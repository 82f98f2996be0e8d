"""Briefings from articles: all that must be said is there, nothing twice, nothing that no source holds."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answers import Period
from rag.briefing import editing
from rag.briefing.choosing import choose, with_sides
from rag.briefing.drafting import Drafter, Source
from rag.briefing.fitting import fit
from rag.briefing.making import make
from rag.briefing.naming import days
from rag.briefing.plans import OURS, Kind, SectionPlan, kinds, read_kind
from rag.briefing.returning import allow
from rag.briefings import (
    ArticlesChosen,
    BriefEvent,
    Briefing,
    BriefingRequest,
    Form,
    KeySentencesFound,
    LeftOut,
    Reason,
    SectionDrafted,
)
from rag.errors import JianwenError, Stopped
from rag.statements.facts import facts
from rag.statements.roles import ESSENTIAL, KeySentence, Role, key_sentences
from rag.text import normalise
from rag.types import StoredArticle
from tests.briefing_articles import AT, Lines, Shelf, chosen, sample_articles, source, stored

OUR_KINDS = [read_kind(path) for path in sorted(OURS.glob("*.toml"))]
CHECKLIST: dict[str, dict[str, list[list[str]]]] = json.loads(
    (Path(__file__).parent / "briefings" / "lvliang-2024-03.json").read_text("utf-8")
)


def keys(article: StoredArticle) -> tuple[tuple[KeySentence, ...], bool]:
    return key_sentences(article), False


def events(kind: str, *articles: StoredArticle, lines: int = 22, **more: Any) -> list[BriefEvent]:
    request = BriefingRequest(kind, **more)
    return list(make(request, kinds().named(kind), chosen(*articles), keys, Lines(lines)))


def brief(kind: str, *articles: StoredArticle, lines: int = 22, **more: Any) -> Briefing:
    made = events(kind, *articles, lines=lines, **more)[-1]
    assert isinstance(made, Briefing)
    return made


def texts(briefing: Briefing) -> list[str]:
    return [statement.text for statement in briefing.statements]


# ---------------------------------------------------------------- coverage


@pytest.mark.parametrize("number", sorted(CHECKLIST))
@pytest.mark.parametrize("part", ["overview", "decisions", "points"])
def test_a_meetings_briefing_says_what_the_checklist_names(number: str, part: str) -> None:
    briefing = brief("meeting", sample_articles()[int(number) - 1])
    missing = [
        words for words in CHECKLIST[number][part] if not any(all(w in text for w in words) for text in texts(briefing))
    ]
    assert not missing, texts(briefing)
    assert briefing.pages == 1


def test_every_point_stays_even_where_hardly_anything_fits() -> None:
    briefing = brief("meeting", sample_articles()[0], lines=16)
    assert briefing.fits
    points = [text for text in texts(briefing) if text[1] == "要"]
    assert [text[0] for text in points] == list("一二三四五六七")
    # shortening them saves no line of these, so none stays short
    assert points[0] == "一要深化教学管理，全力打造精品高效新课堂。"


# ---------------------------------------------------------------- truth


@pytest.mark.parametrize("kind", [kind.id for kind in OUR_KINDS])
def test_every_kind_says_only_what_its_sources_hold(kind: str) -> None:
    articles = sample_articles()[:1] if kind == "meeting" else sample_articles()
    more: dict[str, Any] = {"topic": "义务教育"} if kind == "topic" else {}
    briefing = brief(kind, *articles, **more)
    held = normalise("".join(p.text for article in articles for p in article.paragraphs))
    printed = {fact.key for article in articles for p in article.paragraphs for fact in facts(p.text)}
    assert briefing.statements and briefing.pages == 1
    for statement in briefing.statements:
        assert statement.supported
        assert normalise(statement.text[:-1]) in held
        assert {fact.key for fact in facts(statement.text) if fact.kind in ("figure", "date")} <= printed
        assert all(normalise(statement.text[:-1]) in normalise(c.quote) for c in statement.citations)
    assert len(set(texts(briefing))) == len(briefing.statements)


def test_a_sentence_printed_in_two_articles_is_said_once() -> None:
    opening = "3月1日，全县教育工作会议召开。"
    demand = "会议强调，要全面加强校外培训机构监管工作。"
    first = stored(1, "甲", dt.date(2024, 3, 1), [opening, demand, "要开展好2场培训。"])
    second = stored(2, "乙", dt.date(2024, 3, 2), [opening, demand, "要办好3所学校。"])
    briefing = brief("tasks", first, second)
    assert sum("校外培训" in text for text in texts(briefing)) == 1
    assert [one.reason for one in briefing.left_out] == [Reason.REPEATED]


def test_what_the_kind_must_contain_and_no_source_says_is_named() -> None:
    briefing = brief("meeting", stored(1, "", None, ["全县教育工作会议召开。", "会议强调，要狠抓教学质量。"]))
    assert briefing.gaps == (
        "会议概况：资料中没有写明时间。",
        "会议概况：资料中没有写明地点。",
        "会议概况：资料中没有写明人物。",
    )


def test_a_topic_takes_the_points_that_are_about_it_with_their_particulars() -> None:
    briefing = brief("topic", *sample_articles(), topic="中考备考")
    assert texts(briefing)[0] == "六要做好备考工作，力争今年中考取得新成绩。"
    assert any("《吕梁市初中学科质量提升参考资料》" in text for text in texts(briefing))
    assert not any("安全" in text for text in texts(briefing))
    assert briefing.sections[0].groups == ("2024年3月21日，2024年全市义务教育工作会议",)


def test_a_period_is_told_by_theme() -> None:
    briefing = brief("weekly", *sample_articles())
    found = {section.heading: "".join(s.text for s in section.statements) for section in briefing.sections}
    assert "基层党建工作述职会议" in found["党建和全面从严治党"]
    assert "全市义务教育工作会议在汾阳市召开" in found["教育教学"]
    assert briefing.title == "工作周报（2024年3月21日至25日）"


def test_two_periods_stand_side_by_side_and_a_silent_one_is_said_to_be() -> None:
    old = stored(1, "", dt.date(2023, 3, 1), ["2023年3月1日，全县教育工作会议召开。", "会议强调，要新建学校3所。"])
    drafter = Drafter(kinds().named("compare"), [source(old, "2023年")], "", ("2023年", "2024年"))
    sections = [drafted.section for drafted in drafter.sections()]
    assert [(s.groups, s.sides, s.silent) for s in sections if s] == [
        (("2023年",), ("2023年", "2024年"), ("2024年",))
    ] * 2


def two_years(**more: Any) -> Briefing:
    """A comparison of two meetings that say much the same with other figures."""
    first = ["2023年3月1日，全县教育工作会议召开。", "会议强调，一要新建学校3所。二要培训教师3200人次。三要办好食堂。"]
    second = ["2024年3月1日，全县教育工作会议召开。", "会议强调，一要新建学校5所。二要培训教师5000人次。三要办好食堂。"]
    articles = [
        replace(one, side=f"{one.article.date.year}年")
        for one in chosen(stored(1, "甲", dt.date(2023, 3, 1), first), stored(2, "乙", dt.date(2024, 3, 1), second))
        if one.article.date
    ]
    first_year, other = (Period(dt.date(y, 1, 1), dt.date(y, 12, 31), f"{y}年") for y in (2023, 2024))
    request = BriefingRequest("compare", period=first_year, other=other, **more)
    made = list(make(request, kinds().named("compare"), articles, keys, Lines(40)))[-1]
    assert isinstance(made, Briefing)
    return made


@pytest.mark.parametrize(
    ("since", "until", "name"),
    [
        ("2024-01-01", "2024-12-31", "2024年"),
        ("2023-01-01", "2024-12-31", "2023年至2024年"),
        ("2024-02-01", "2024-02-29", "2024年2月"),
        ("2024-01-01", "2024-03-31", "2024年1月至3月"),
        ("2023-12-01", "2024-01-31", "2023年12月至2024年1月"),
        ("2024-02-01", "2024-02-28", "2024年2月1日至28日"),
        ("2024-03-18", "2024-03-31", "2024年3月18日至31日"),
    ],
)
def test_whole_months_and_years_are_called_by_their_names(since: str, until: str, name: str) -> None:
    assert days(dt.date.fromisoformat(since), dt.date.fromisoformat(until)) == name


def test_a_comparison_tells_what_was_done_before_that_a_meeting_was_held() -> None:
    held, done = "{}年3月1日，全县教育工作会议召开。", "会议指出，过去一年全县新建、改建和扩建中小学校共{}所。"
    sources = [
        source(stored(n, "", dt.date(year, 3, 1), [held.format(year), done.format(n)]), f"{year}年")
        for n, year in ((1, 2023), (2, 2024))
    ]
    kind = kinds().named("compare")
    plan = kind.sections[0].model_copy(update={"characters": 60})
    drafter = Drafter(kind.model_copy(update={"sections": (plan,)}), sources, "", ("2023年", "2024年"))
    (drafted,) = drafter.sections()
    assert drafted.section and [one.text for one in drafted.section.statements] == [done.format(1), done.format(2)]


def test_a_comparison_without_a_topic_is_called_by_its_periods() -> None:
    assert two_years().title == "2023年与2024年对比"
    assert two_years(topic="教育").title == "教育：2023年与2024年对比"


def test_periods_that_differ_by_a_figure_both_say_it() -> None:
    made = two_years()
    said = "".join(texts(made))
    assert all(words in said for words in ("学校3所", "学校5所", "3200人次", "5000人次"))
    for section in made.sections:
        assert section.sides == ("2023年", "2024年")
        assert [one.group for one in section.statements] == sorted(one.group for one in section.statements)


def test_what_both_periods_say_in_the_same_words_stands_on_both_sides_and_once_on_each() -> None:
    made = two_years()
    canteen = [one for one in made.statements if "食堂" in one.text]
    assert [(one.group, one.citations[0].article.date.year) for one in canteen if one.citations[0].article.date] == [
        ("2023年", 2023),
        ("2024年", 2024),
    ]
    assert canteen[0].text == canteen[1].text
    assert not [one for one in made.left_out if one.reason is Reason.REPEATED]
    sections = Drafter(
        kinds().named("compare"), [*twice_printed("2023年"), *twice_printed("2024年")], "", YEARS
    ).sections()
    drafted = list(sections)
    said = [(s.group, s.text) for one in drafted if one.section for s in one.section.statements if "食堂" in s.text]
    assert said == [("2023年", "会议强调，要办好食堂。"), ("2024年", "会议强调，要办好食堂。")]
    repeated = [d.statement.group for one in drafted for d in one.dropped if d.reason is Reason.REPEATED]
    assert repeated == ["2023年", "2024年"]


YEARS = ("2023年", "2024年")


def twice_printed(side: str) -> list[Source]:
    """Two articles of one year that demand the same."""
    year = int(side[:4])
    articles = [stored(year + n, "", dt.date(year, 3, n), ["会议强调，要办好食堂。"]) for n in (1, 2)]
    return [source(article, side) for article in articles]


def test_a_page_too_short_for_both_sides_keeps_what_it_can_of_each() -> None:
    made = two_years()
    cut = fit(replace(made, pages=None), Lines(9))
    assert cut.fits and len(cut.statements) < len(made.statements)
    back = allow(cut, 2, Lines(9), kinds().named("compare"))
    assert sorted(s.key for s in back.statements) == sorted(s.key for s in made.statements)


def test_each_side_has_half_the_room() -> None:
    plan = SectionPlan(heading="部署", roles=(Role.DEMAND,), characters=40, form=Form.SIDES)
    kind = kinds().named("compare").model_copy(update={"sections": (plan,)})
    demands = [f"会议强调，要抓好第{n}件实事。" for n in "一二三四五六"]
    old = source(stored(1, "", dt.date(2023, 3, 1), demands), "2023年")
    new = source(stored(2, "", dt.date(2024, 3, 1), ["会议强调，要守牢安全底线。"]), "2024年")
    (drafted,) = Drafter(kind, [old, new], "", ("2023年", "2024年")).sections()
    assert drafted.section
    assert drafted.section.groups == ("2023年", "2024年")
    assert not drafted.section.silent
    silent_not = [old, source(stored(2, "", dt.date(2024, 3, 1), ["会议强调，要" + "守牢" * 30 + "底线。"]), "2024年")]
    (drafted,) = Drafter(kind, silent_not, "", ("2023年", "2024年")).sections()
    assert drafted.section
    assert (drafted.section.groups, drafted.section.silent) == (("2023年",), ())  # it speaks, at too great a length


def test_a_comparison_reads_its_periods_from_the_topic() -> None:
    request = with_sides(BriefingRequest("compare", topic="2023年与2024年中考备考对比"), dt.date(2026, 1, 1), None)
    assert request.period and request.other
    assert (request.topic, request.period.name, request.other.name) == ("中考备考", "2023年", "2024年")
    with pytest.raises(JianwenError, match="两个时段"):
        with_sides(BriefingRequest("compare", topic="中考备考"), dt.date(2026, 1, 1), None)
    same = replace(request, other=request.period)
    with pytest.raises(JianwenError, match="两个时段都是2023年"):
        with_sides(same, dt.date(2026, 1, 1), None)


def test_tasks_name_who_must_do_them() -> None:
    briefing = brief("tasks", sample_articles()[0], lines=40)
    duties = {s.duty.who for s in briefing.statements if s.duty and s.duty.who}
    assert {"各县市区教科局", "各初中学校"} <= duties


# ---------------------------------------------------------------- steps


def test_the_steps_are_seen_in_order() -> None:
    seen = [type(event) for event in events("meeting", sample_articles()[0])]
    steps = [seen.index(kind) for kind in (ArticlesChosen, KeySentencesFound, SectionDrafted, Briefing)]
    assert steps == sorted(steps) and seen[0] is ArticlesChosen and seen.count(Briefing) == 1 and seen[-1] is Briefing


def test_it_stops_between_steps() -> None:
    class Set:
        def is_set(self) -> bool:
            return True

    work = make(
        BriefingRequest("meeting"), kinds().named("meeting"), chosen(sample_articles()[0]), keys, Lines(), Set()
    )
    assert isinstance(next(work), ArticlesChosen)
    with pytest.raises(Stopped):
        list(work)


def test_a_kind_without_matter_says_so() -> None:
    with pytest.raises(JianwenError, match="没有能写进工作要点清单的句子"):
        brief("tasks", stored(1, "记事", None, ["那天下着小雨，街上行人稀少。"]))


def test_one_meeting_takes_one_article() -> None:
    shelf = Shelf(*sample_articles())
    ids = tuple(article.id for article in sample_articles())
    with pytest.raises(JianwenError, match="只选一篇"):
        choose(BriefingRequest("meeting", ids), kinds().named("meeting"), shelf)
    found = choose(BriefingRequest("tasks", ids), kinds().named("tasks"), shelf)
    assert [one.article.id for one in found] == list(ids)
    assert choose(BriefingRequest("tasks", (ids[0].rpartition("-")[0],)), kinds().named("tasks"), shelf) == found
    with pytest.raises(JianwenError, match="没有编号为"):
        choose(BriefingRequest("tasks", ("没有",)), kinds().named("tasks"), shelf)


# ---------------------------------------------------------------- for all pages and articles

_SENTENCES = st.sampled_from(
    [
        "3月1日，全县教育工作会议召开，总结工作，部署任务。",
        "局长李明出席并讲话。",
        "会议指出，过去一年新建学校12所，培训教师5万多名。",
        "会议强调，要提高认识，狠抓落实，务求实效。",
        "一要狠抓教学质量，打造高效课堂，提高成绩20%。",
        "二要守住安全底线，落实“三管三必须”，建设平安校园。",
        "各学校要在6月底前完成整改，建立台账，上报结果。",
        "全县87.5%的学校已达标。",
        "同时，落实《办法》第3条，不得有偿补课。",
    ]
)
_ARTICLES = st.lists(st.lists(_SENTENCES, min_size=1, max_size=5).map("".join), min_size=1, max_size=4)


@settings(deadline=None, max_examples=60)
@given(_ARTICLES, st.sampled_from([kind for kind in OUR_KINDS if kind.id != "compare"]), st.integers(5, 30))
def test_whatever_the_article_no_sentence_stands_twice_all_figures_are_its_own_and_it_fits(
    paragraphs: list[str], kind: Kind, lines: int
) -> None:
    article = stored(1, "", dt.date(2024, 3, 1), paragraphs)
    measure = Lines(lines)
    try:
        briefing = list(make(BriefingRequest(kind.id), kind, chosen(article), keys, measure))[-1]
    except JianwenError as error:
        assert "没有能写进" in str(error) or "放不下" in str(error)
        return
    assert isinstance(briefing, Briefing)
    assert measure.pages(briefing) == briefing.pages == 1
    said = [normalise(text) for text in texts(briefing)]
    assert len(set(said)) == len(said)
    printed = {fact.key for text in paragraphs for fact in facts(text)}
    for statement in briefing.statements:
        assert statement.supported
        assert {fact.key for fact in facts(statement.text) if fact.kind == "figure"} <= printed


def test_fitting_takes_the_least_important_first_and_says_what_it_took() -> None:
    whole = brief("meeting", sample_articles()[0], lines=60)
    fitted = fit(whole, Lines(20))
    gone = [one.statement for one in fitted.left_out if one.reason is Reason.NO_ROOM]
    assert gone and fitted.fits
    kept = [statement.importance for statement in fitted.statements]
    assert max(one.importance for one in gone) <= max(kept)
    assert all(one.importance < ESSENTIAL for one in gone)
    assert len(fitted.statements) + len(gone) == len(whole.statements)


def test_a_page_that_holds_nothing_is_said_to() -> None:
    with pytest.raises(JianwenError, match="放不下"):
        fit(brief("meeting", sample_articles()[0]), Lines(3))


# ---------------------------------------------------------------- more and less room


def test_two_pages_bring_back_what_one_could_not_hold_in_its_order_and_one_page_drops_it_again() -> None:
    measure, kind = Lines(22), kinds().named("meeting")
    one = brief("meeting", sample_articles()[0])
    out = [e.statement.text for e in one.left_out if e.reason in (Reason.NO_ROOM, Reason.OVER_BUDGET)]
    two = allow(one, 2, measure, kind)
    assert measure.pages(two) == two.pages == 2
    back = [text for text in texts(two) if text in out]
    assert len(back) >= 3
    assert len(two.left_out) == len(one.left_out) - len(back)
    for section in two.sections:
        places = [(c.paragraph.id, c.start) for s in section.statements for c in s.citations]
        assert places == sorted(places)
    again = allow(two, 1, measure, kind)
    assert (again.pages, again.pages_allowed) == (1, 1)
    gone = [e.statement.importance for e in again.left_out if e.reason is Reason.NO_ROOM]
    assert gone and all(importance < ESSENTIAL for importance in gone)


def test_what_was_deleted_or_not_verified_does_not_come_back_by_itself() -> None:
    one = editing.delete(brief("meeting", sample_articles()[0]), 0, 0, AT)
    gone = one.left_out[-1].statement
    two = allow(one, 2, Lines(22), kinds().named("meeting"))
    assert gone not in two.statements
    assert all(statement.supported for statement in two.statements)


def test_a_section_that_left_the_page_comes_back_in_its_place_and_form() -> None:
    whole = brief("meeting", sample_articles()[0], lines=60)
    spirit = whole.sections[1]
    out = tuple(LeftOut(one, Reason.NO_ROOM, spirit.heading) for one in spirit.statements)
    less = replace(whole, sections=(whole.sections[0], whole.sections[2]), left_out=out)
    back = allow(less, 2, Lines(60), kinds().named("meeting"))
    assert [(s.heading, s.form) for s in back.sections] == [(s.heading, s.form) for s in whole.sections]
    assert texts(back) == texts(whole)
    assert [s.heading for s in allow(less, 2, Lines(60)).sections][-1] == spirit.heading  # its kind is known no more


def test_a_renamed_section_takes_back_its_own() -> None:
    one = editing.rename_section(brief("meeting", sample_articles()[0]), 2, "工作要求", AT)
    two = allow(one, 2, Lines(22), kinds().named("meeting"))
    assert [s.heading for s in two.sections] == ["会议概况", "主要精神", "工作要求"]


def test_two_pages_asked_for_at_once_say_more_too() -> None:
    article = sample_articles()[0]
    assert len(brief("meeting", article, pages=2).statements) > len(brief("meeting", article).statements)
