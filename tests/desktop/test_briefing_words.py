"""What is said of a briefing, and where its sentences are: pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from desktop.briefing_jobs import changed
from desktop.briefing_messages import (
    Change,
    ChangeBriefing,
    ChooseArticles,
    ListBriefings,
    MakeBriefing,
    OpenBriefing,
    Operation,
)
from desktop.briefing_words import (
    Heading,
    about,
    about_sentence,
    followed,
    moved_to,
    pages_words,
    place_of,
    record,
    sentence_place,
    standing,
    stops,
)
from desktop.page_painter import Wash
from desktop.page_type import best_family
from desktop.protocol import AddFiles, Rebuild, may_interrupt, rank
from rag.briefings import BriefingRequest, LeftOut, Reason
from rag.errors import JianwenError
from rag.typeset.exporting import PageMeasure
from rag.typeset.form import Face
from tests.briefing_samples import briefing, doubtful, real, two_years

AT = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)


@pytest.mark.parametrize("seed", range(5))
def test_each_number_of_a_sentence_is_one_place(seed: int) -> None:
    made = briefing(seed)
    for number, statement in enumerate(made.statements):
        section, place = sentence_place(made, number)
        assert made.sections[section].statements[place] is statement
    with pytest.raises(IndexError):
        sentence_place(made, len(made.statements))


def test_a_sentence_says_what_it_rests_on() -> None:
    made = doubtful()
    assert about_sentence(made, 0) == "依据 [1]《全市义务教育优质均衡发展推进会召开》第 1 页：“会议部署全年工作。”"
    assert about_sentence(made, 1) == "未核实 [2]：5亿元"
    assert about_sentence(made, 2).startswith("人工撰写")
    assert standing(made) == {1: Wash.DOUBTFUL, 2: Wash.BY_HAND}


def test_headings_and_sentences_are_gone_through_in_the_order_of_the_page() -> None:
    made = real()
    assert stops(made)[:4] == (Heading(0), 0, Heading(1), 1)
    assert len(stops(made)) == len(made.sections) + len(made.statements)
    assert [place_of(made, one) for one in stops(made)[:4]] == [(0, None), (0, 0), (1, None), (1, 0)]
    assert about(made, Heading(2)).startswith("小节“部署要求”，4 句。")
    assert about(made, 0) == about_sentence(made, 0)


def test_what_takes_the_place_of_a_sentence_is_followed() -> None:
    made = real()
    spare = LeftOut(replace(made.statements[3], text="另写的一句。"), Reason.NO_ROOM, "会议概况")
    other = changed(replace(made, left_out=(spare,)), Change(Operation.ANOTHER, 0, 0), AT, PageMeasure())
    turned = changed(other, Change(Operation.MOVE, 0, 0, 1, 1), AT, PageMeasure())
    assert followed(made, other, 0) == 0
    assert followed(made, turned, 0) == 1


def test_a_heading_is_followed_where_its_section_goes() -> None:
    made = real()
    turned = changed(made, Change(Operation.MOVE_SECTION, 0, to=2), AT, PageMeasure())
    assert followed(made, turned, Heading(0)) == Heading(2)
    named = changed(made, Change(Operation.RENAME_SECTION, 1, text="精神"), AT, PageMeasure())
    assert followed(made, named, Heading(1)) == Heading(1)
    gone = changed(made, Change(Operation.DELETE_SECTION, 2), AT, PageMeasure())
    assert followed(made, gone, Heading(2)) == Heading(1)


def test_a_sentence_is_moved_within_its_side_and_over_the_edge_of_its_section() -> None:
    made = two_years()  # in one section one on the right; in the other three on the left, four on the right
    assert [moved_to(made, number, 1) for number in range(8)] == [
        *((1, 0), (1, 1), (1, 2), None),
        *((1, 4), (1, 5), (1, 6), None),
    ]
    assert [moved_to(made, number, -1) for number in range(8)] == [
        *(None, (0, 1), (1, 0), (1, 1)),
        *((0, 1), (1, 3), (1, 4), (1, 5)),
    ]
    assert moved_to(real(), 0, 1) == (1, 0)


def test_of_the_same_words_on_both_sides_each_is_told_and_followed_by_itself() -> None:
    made = two_years()
    left = made.sections[1].statements[0]
    alike = changed(made, Change(Operation.REWRITE, 1, 3, text=left.text), AT, PageMeasure())
    assert about_sentence(alike, 1).startswith("依据 [2]")
    assert about_sentence(alike, 4).startswith("未核实 [3]")
    moved = changed(alike, Change(Operation.MOVE, 1, 3, 1, 4), AT, PageMeasure())
    assert (followed(alike, moved, 4), followed(alike, moved, 1)) == (5, 1)


def test_pages_say_by_how_many_they_are_too_many() -> None:
    assert pages_words(replace(real(), pages=1)) == "1 页"
    assert pages_words(replace(real(), pages=3, pages_allowed=2)) == "3 页，超出 1 页"


def test_the_record_names_sources_and_every_change() -> None:
    made = changed(real(), Change(Operation.RETITLE, text="新标题"), AT, PageMeasure())
    words = record(made)
    assert "新标题" in words
    assert f"改标题：{real().title} → 新标题" in words
    assert "人工修改 1 处" in words


def test_the_nearest_font_stands_for_a_face() -> None:
    assert best_family(Face.BODY, {"仿宋", "Noto Serif CJK SC"}) == ("仿宋", False)
    assert best_family(Face.TITLE, {"Noto Serif CJK SC"}) == ("Noto Serif CJK SC", True)
    assert best_family(Face.BODY, {"Arial"}) == ("", False)


def test_allowing_pages_and_fitting_are_recorded() -> None:
    long = replace(briefing(3, sections=4), pages_allowed=1)
    two = changed(long, Change(Operation.PAGES, to=2), AT, PageMeasure())
    assert (two.pages_allowed, two.edits[-1].after) == (2, "2 页")
    fitted = changed(long, Change(Operation.FIT), AT, PageMeasure())
    assert PageMeasure().pages(fitted) == 1
    assert fitted.edits[-1].what == "略去放不下的句子"


def test_every_operation_is_done() -> None:
    made = real()
    changes = {
        Operation.REWRITE: Change(Operation.REWRITE, 0, 0, text="另写的一句。"),
        Operation.DELETE: Change(Operation.DELETE, 2, 0),
        Operation.MOVE: Change(Operation.MOVE, 2, 0, 2, 1),
        Operation.MOVE_SECTION: Change(Operation.MOVE_SECTION, 0, to=1),
        Operation.WRITE: Change(Operation.WRITE, 0, to=1, text="添写的一句。"),
        Operation.ADD_SECTION: Change(Operation.ADD_SECTION, to=1, heading="新的一节", text="添写的一句。"),
        Operation.RENAME_SECTION: Change(Operation.RENAME_SECTION, 0, text="概况"),
        Operation.DELETE_SECTION: Change(Operation.DELETE_SECTION, 1),
    }
    for what, change in changes.items():
        after = changed(made, change, AT, PageMeasure())
        assert after != made, what
        assert len(after.edits) == 1, what
    gone = changed(made, Change(Operation.DELETE, 2, 0), AT, PageMeasure())
    back = changed(gone, Change(Operation.RESTORE, statement=len(gone.left_out) - 1), AT, PageMeasure())
    assert {s.text for s in back.statements} == {s.text for s in made.statements}
    quoted = changed(made, Change(Operation.REWRITE, 0, 0, text="另写的一句。"), AT, PageMeasure())
    assert changed(quoted, Change(Operation.QUOTE, 0, 0), AT, PageMeasure()).statements[0].supported
    with pytest.raises(JianwenError):
        changed(made, Change(Operation.ANOTHER, 0, 0), AT, PageMeasure())


def test_reading_slips_in_and_changes_wait_only_for_their_like() -> None:
    request = BriefingRequest("meeting")
    change = ChangeBriefing(real(), Change(Operation.DELETE))
    assert rank(ListBriefings()) == rank(OpenBriefing(1)) == 0
    assert rank(MakeBriefing(request)) == rank(ChooseArticles(request)) == rank(change) == 1
    assert may_interrupt(change, AddFiles(()))
    assert may_interrupt(OpenBriefing(1), MakeBriefing(request))
    assert not may_interrupt(change, Rebuild())
