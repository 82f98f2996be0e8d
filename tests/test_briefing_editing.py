"""A briefing changed by hand: checked again, recorded, and never with a sentence that no source holds unmarked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.briefing import editing
from rag.briefings import FOR_ROOM, Briefing, ChosenArticle, Form, LeftOut, Making, Reason, Section, Written, footnotes
from rag.errors import JianwenError
from tests.briefing_articles import AT, FILE, sample_articles, stored
from tests.briefing_samples import stated, two_years
from tests.test_briefing_drafting import brief, texts

LATER = AT + dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def made() -> Briefing:
    return brief("meeting", sample_articles()[0])


def test_a_rewritten_sentence_is_checked_against_its_citations_again(made: Briefing) -> None:
    place = next(n for n, s in enumerate(made.sections[-1].statements) if s.text.startswith("六要"))
    section = len(made.sections) - 1
    good = editing.rewrite(made, section, place, "六要做好备考工作。", LATER)
    assert good.sections[section].statements[place].written is Written.HAND
    assert good.sections[section].statements[place].supported
    wrong = editing.rewrite(made, section, place, "六要做好备考工作，力争2025年高考取得新成绩。", LATER)
    assert wrong.sections[section].statements[place].mark == "未核实"
    assert wrong.edits[-1].what == "改写" and wrong.edits[-1].before.startswith("六要做好备考工作，力争")
    assert wrong.pages is None


def test_a_sentence_of_the_users_own_is_marked_and_may_be_added_in_a_section_of_its_own(made: Briefing) -> None:
    written = editing.write(made, 0, 1, "请各科室认真学习。", LATER)
    assert [s.mark for s in written.sections[0].statements[:2]] == ["", "人工撰写"]
    added = editing.add_section(written, 0, "编者按", "现将会议情况简要通报如下。", LATER)
    assert (added.sections[0].heading, added.sections[0].form) == ("编者按", Form.RUNNING)
    assert [edit.what for edit in added.edits] == ["添写", "添加小节"]
    with pytest.raises(JianwenError, match="没有引用原文"):
        editing.quote(added, 0, 0, LATER)


def test_a_sentence_is_shortened_until_it_cannot_be_and_quoted_whole_again(made: Briefing) -> None:
    section = len(made.sections) - 1
    before = made.sections[section].statements[0].text
    short = editing.shorten(made, section, 0, LATER)
    assert short.sections[section].statements[0].text == "一要深化教学管理。"
    with pytest.raises(JianwenError, match="不能再短"):
        editing.shorten(short, section, 0, LATER)
    assert texts(editing.quote(short, section, 0, LATER)) == texts(made)
    assert before == "一要深化教学管理，全力打造精品高效新课堂。"


def test_another_sentence_of_the_section_takes_its_place(made: Briefing) -> None:
    section = len(made.sections) - 1
    changed = editing.another(made, section, 0, LATER)
    now = changed.sections[section].statements
    place = next(n for n, one in enumerate(now) if one.text.startswith("坚持“教研是教育发展的第一生产力"))
    assert now[place].group == now[place - 1].group  # with the point that it is a particular of
    assert made.sections[section].statements[0] not in now
    assert changed.left_out[-1].statement == made.sections[section].statements[0]
    assert len(changed.left_out) == len(made.left_out)
    with pytest.raises(JianwenError, match="没有别的句子可换"):
        editing.another(dataclasses.replace(made, left_out=()), section, 0, LATER)


def test_one_after_another_the_best_left_comes_until_none_is(made: Briefing) -> None:
    section = len(made.sections) - 1
    heading = made.sections[section].heading
    mine = LeftOut(editing.write(made, 0, 0, "请抓紧落实。", LATER).statements[0], Reason.NO_ROOM, heading)
    changed = dataclasses.replace(made, left_out=(mine, *made.left_out))  # the user's own is not the source's
    spare = [one.statement for one in made.left_out if one.section == heading and one.reason in FOR_ROOM]
    offered = []
    for _ in spare:
        before = set(changed.statements)
        changed = editing.another(changed, section, 0, LATER)
        (new,) = set(changed.statements) - before
        offered.append(new)
        place = changed.sections[section].statements.index(new)
        changed = editing.move(changed, section, place, section, 0, LATER)
    assert len(offered) > 2
    assert [one.importance for one in offered] == sorted((one.importance for one in spare), reverse=True)
    with pytest.raises(JianwenError, match="没有别的句子可换"):
        editing.another(changed, section, 0, LATER)


def test_another_sentence_of_another_article_stands_with_its_own() -> None:
    first = stored(1, "甲", AT.date(), ["会议强调，要办好食堂。要办好3所学校。", "要办好宿舍。"])
    second = stored(2, "乙", AT.date() + dt.timedelta(1), ["会议强调，要办好学校。", "要办好5条校车线路。"])
    made = brief("topic", first, second, topic="办好")
    one = made.sections[0]
    groups = list(one.groups)
    assert len(groups) == 2
    more = dataclasses.replace(one.statements[-1], text="要另办一件。", importance=0.9)
    spare = dataclasses.replace(made, left_out=(LeftOut(more, Reason.OVER_BUDGET, one.heading),))
    changed = editing.another(spare, 0, 0, LATER).sections[0]
    runs = [group for group, _ in groupby(changed.statements, lambda s: s.group)]
    assert runs == groups and "要另办一件。" in [s.text for s in changed.statements]


def test_what_is_deleted_stands_beside_the_page_and_comes_back(made: Briefing) -> None:
    gone = editing.delete(made, 0, 0, LATER)
    place = next(n for n, one in enumerate(gone.left_out) if one.reason is Reason.DELETED)
    assert gone.left_out[place].statement == made.statements[0]
    back = editing.restore(gone, place, LATER)
    assert back.sections[0].statements[-1] == made.statements[0]
    assert not any(one.reason is Reason.DELETED for one in back.left_out)


def test_sentences_and_sections_change_places(made: Briefing) -> None:
    moved = editing.move(made, 0, 0, 1, 0, LATER)
    assert moved.sections[1].statements[0] == made.sections[0].statements[0]
    assert footnotes(moved).of(made.statements[0]) == (len(made.sections[0].statements),)
    turned = editing.move_section(made, 0, len(made.sections) - 1, LATER)
    assert [s.heading for s in turned.sections] == ["主要精神", "部署要求", "会议概况"]


def test_a_section_goes_at_once_and_what_it_said_stands_beside(made: Briefing) -> None:
    gone = editing.delete_section(made, 1, LATER)
    assert [s.heading for s in gone.sections] == ["会议概况", "部署要求"]
    beside = [one for one in gone.left_out if one.reason is Reason.DELETED]
    assert [one.statement for one in beside] == list(made.sections[1].statements)
    assert {one.section for one in beside} == {"主要精神"}
    assert gone.edits[-1].what == "删去小节" and gone.edits[-1].before.startswith("主要精神：")
    assert gone.pages is None
    only = editing.delete_section(gone, 0, LATER)
    with pytest.raises(JianwenError, match="至少要有一句话"):
        editing.delete_section(only, 0, LATER)
    with pytest.raises(IndexError):
        editing.delete_section(made, 3, LATER)


def test_titles_and_headings_are_changed(made: Briefing) -> None:
    assert editing.retitle(made, "义务教育工作会议简报", LATER).title == "义务教育工作会议简报"
    assert editing.rename_section(made, 0, "基本情况", LATER).sections[0].heading == "基本情况"


def test_what_cannot_be_done_is_said(made: Briefing) -> None:
    first = made.statements[0].text
    one = Briefing(
        "meeting",
        "会议简报",
        "题",
        (Section("", made.statements[:1]),),
        (ChosenArticle(sample_articles()[0], FILE),),
        Making("", AT, 0.0),
    )
    changes: list[tuple[Callable[[], object], str]] = [
        (lambda: editing.rewrite(made, 0, 0, " ", LATER), "不能是空的"),
        (lambda: editing.write(made, 0, 0, first, LATER), "已经有这句话"),
        (lambda: editing.rewrite(made, 0, 1, first, LATER), "已经有这句话"),
        (lambda: editing.retitle(made, " ", LATER), "要有标题"),
        (lambda: editing.delete(one, 0, 0, LATER), "至少要有一句话"),
    ]
    for change, words in changes:
        with pytest.raises(JianwenError, match=words):
            change()
    for place in (-1, 99):
        with pytest.raises(IndexError):
            editing.delete(made, 0, place, LATER)


_STEP = st.tuples(
    st.sampled_from(["shorten", "delete", "move", "write", "quote"]), st.integers(0, 9), st.integers(0, 9)
)


@settings(deadline=None, max_examples=40)
@given(st.lists(_STEP, max_size=8))
def test_whatever_is_changed_each_sentence_stands_once_and_marks_tell_what_is_checked(
    steps: list[tuple[str, int, int]],
) -> None:
    briefing = brief("meeting", sample_articles()[1])
    for step, (what, a, b) in enumerate(steps):
        section = a % len(briefing.sections)
        place = b % max(1, len(briefing.sections[section].statements))
        try:
            if what == "move":
                briefing = editing.move(briefing, section, place, 0, 0, LATER)
            elif what == "write":
                briefing = editing.write(briefing, section, place, f"补充说明{step}。", LATER)
            else:
                change = {"shorten": editing.shorten, "delete": editing.delete, "quote": editing.quote}[what]
                briefing = change(briefing, section, place, LATER)
        except JianwenError:
            continue
    assert len(set(texts(briefing))) == len(briefing.statements)
    assert len(briefing.edits) <= len(steps)
    for statement in briefing.statements:
        assert (statement.mark == "人工撰写") == statement.text.startswith("补充说明")


# ---------------------------------------------------------------- in two columns


@pytest.fixture
def sides() -> Briefing:
    return two_years()


def columns(briefing: Briefing, section: int = 1) -> list[list[str]]:
    one = briefing.sections[section]
    return [[s.text[:2] for s in one.statements if s.group == side] for side in one.sides]


def test_a_sentence_keeps_to_its_side_wherever_it_is_moved(sides: Briefing) -> None:
    assert columns(sides) == [["一要", "二要", "三要"], ["一要", "二要", "三要", "四要"]]
    assert columns(editing.move(sides, 1, 0, 1, 1, LATER)) == [
        ["二要", "一要", "三要"],
        ["一要", "二要", "三要", "四要"],
    ]
    assert columns(editing.move(sides, 1, 0, 1, 6, LATER)) == [
        ["二要", "三要", "一要"],
        ["一要", "二要", "三要", "四要"],
    ]
    up = editing.move(sides, 1, 6, 0, 0, LATER)
    assert columns(up, 0) == [[], ["四要", "全市"]]
    assert columns(up) == [["一要", "二要", "三要"], ["一要", "二要", "三要"]]


def test_what_is_written_or_comes_back_stands_on_a_side(sides: Briefing) -> None:
    written = editing.write(sides, 1, 2, "请认真学习。", LATER)
    assert columns(written) == [["一要", "二要", "请认", "三要"], ["一要", "二要", "三要", "四要"]]
    gone = editing.delete(sides, 1, 0, LATER)
    assert columns(gone)[0] == ["二要", "三要"]
    assert columns(editing.restore(gone, 0, LATER))[0] == ["二要", "三要", "一要"]


def test_a_side_emptied_by_hand_is_not_called_silent_and_a_silent_section_stays(sides: Briefing) -> None:
    emptied = sides
    for _ in range(3):
        emptied = editing.delete(emptied, 1, 0, LATER)
    assert columns(emptied)[0] == []
    assert emptied.sections[1].silent == ()
    assert editing.delete(sides, 0, 0, LATER).sections[0].silent == ("2023年",)


def test_the_last_of_a_comparison_comes_back_in_columns(sides: Briefing) -> None:
    one = dataclasses.replace(sides, sections=(dataclasses.replace(sides.sections[0], silent=()), sides.sections[1]))
    gone = editing.delete(one, 0, 0, LATER)
    assert len(gone.sections) == 1
    back = editing.restore(gone, 0, LATER).sections[-1]
    assert (back.heading, back.sides, back.form) == ("工作进展", ("2023年", "2024年"), Form.SIDES)


def test_another_sentence_is_one_of_the_same_side(sides: Briefing) -> None:
    spare = [
        LeftOut(dataclasses.replace(s, text=f"另{s.text}", importance=n), Reason.NO_ROOM, "部署要求")
        for n, s in enumerate(sides.sections[1].statements)
    ]
    changed = editing.another(dataclasses.replace(sides, left_out=tuple(spare)), 1, 0, LATER)
    assert changed.sections[1].statements[0].text.startswith("另三要守住")
    right = [one for one in spare if one.statement.group == "2024年"]
    with pytest.raises(JianwenError, match="没有别的句子可换"):
        editing.another(dataclasses.replace(sides, left_out=tuple(right)), 1, 0, LATER)


# ---------------------------------------------------------------- the same words on both sides


@pytest.fixture
def alike(sides: Briefing) -> Briefing:
    """Both years say one demand in the same words, each by its own source."""
    one = sides.sections[1]
    right = dataclasses.replace(stated(10, one.statements[2].text), group=one.sides[1])
    section = dataclasses.replace(one, statements=(*one.statements[:3], right, *one.statements[4:]))
    return dataclasses.replace(sides, sections=(sides.sections[0], section))


def test_a_sentence_of_the_other_side_may_be_written_and_changed_by_itself(alike: Briefing) -> None:
    left, right = alike.sections[1].statements[2:4]
    assert left.text == right.text
    short = editing.shorten(alike, 1, 2, LATER)
    assert short.sections[1].statements[2].text == "三要守住校园安全底线。"
    assert short.sections[1].statements[3] == right
    both = editing.shorten(short, 1, 3, LATER).sections[1].statements[2:4]
    assert [one.text for one in both] == ["三要守住校园安全底线。"] * 2
    gone = editing.delete(alike, 1, 3, LATER)
    assert gone.sections[1].statements[2] == left
    assert columns(editing.restore(gone, 0, LATER))[1][-1] == "三要"
    written = editing.write(alike, 1, 7, "请认真学习。", LATER)
    assert columns(editing.write(written, 1, 1, "请认真学习。", LATER))[0][1] == "请认"


def test_within_a_side_and_beside_a_comparison_nothing_is_said_twice(alike: Briefing) -> None:
    words = alike.sections[1].statements[2].text
    own = editing.add_section(alike, 2, "编者按", "请认真学习。", LATER)
    changes: list[Callable[[], object]] = [
        lambda: editing.write(alike, 1, 1, words, LATER),
        lambda: editing.rewrite(alike, 1, 1, words, LATER),
        lambda: editing.add_section(alike, 0, "编者按", words, LATER),
        lambda: editing.move(own, 1, 2, 2, 0, LATER),  # out of its column, where nothing tells the years apart
    ]
    for change in changes:
        with pytest.raises(JianwenError, match="已经有这句话"):
            change()
