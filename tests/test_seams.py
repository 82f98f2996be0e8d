"""What tells the order of columns, and what is no article's headline: seams, drop caps, rubrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rag.layout.cuts import ways
from rag.layout.drop_caps import raised
from rag.layout.frames import Rules
from rag.layout.page_frame import Placed
from rag.layout.pictures import centred_captions
from rag.layout.printed_row import PrintedRow
from rag.layout.rubrics import heads_briefs, heads_contents, is_item, is_listing
from rag.layout.seams import Edge, Measures, Seams
from rag.layout.seams import seams as seams_or_none
from rag.types import Box, Line

SIZE = 10.0


PARTED = ((0, "安排部署"), (40, "今年的任"), (80, "务，要"), (123, "先进个人，"), (173, "三所学校"), (213, "作了"))


def row(text: str, x: float, y: float, *, headline: bool = False) -> PrintedRow:
    x1 = x + SIZE * len(text)
    line = Line(text, Box(1, x, y, x1, y + SIZE), SIZE)
    return PrintedRow((Placed(line, x, x1, y, y + SIZE, headline),))


def seams(rows: Sequence[PrintedRow], known: Measures) -> Seams:
    found = seams_or_none(rows, known)
    assert found is not None
    return found


def column(x: float, first: str, last: str, *, indent: float = 0.0) -> list[PrintedRow]:
    rows = [row(first, x + indent, 0.0), *(row("一二三四五六七八九十", x, 15.0 * n) for n in (1, 2))]
    return [*rows, row(last, x, 45.0)]


def test_a_sentence_goes_on_in_a_row_that_is_not_indented() -> None:
    unfinished = seams(column(0, "一二三四五六七八", "一二三四五六七八九十", indent=20), Measures())
    goes_on = seams(column(120, "一二三四五六七八九十", "完了。"), Measures())
    assert (unfinished.head, unfinished.foot) == (Edge.BREAK, Edge.TEXT)
    assert (goes_on.head, goes_on.foot) == (Edge.TEXT, Edge.BREAK)
    assert unfinished.then(goes_on).flaws == 0
    assert goes_on.then(goes_on).flaws == 1
    assert unfinished.then(unfinished).flaws == 1


def test_a_row_across_two_columns_is_known_by_its_pieces_though_each_came_in_parts() -> None:
    parts = [part for x, text in PARTED for part in row(text, x, 0).parts]
    rows = [PrintedRow(tuple(parts))]
    assert seams(rows, Measures()).flaws > 0
    cells = [part for x, text in ((0, "学校"), (60, "学生数（人）"), (160, "占比")) for part in row(text, x, 0).parts]
    assert seams([PrintedRow(tuple(cells))], Measures()).flaws == 0


def test_text_goes_past_a_caption_centred_under_its_picture() -> None:
    (caption,) = row("图为课堂", 80, 102).parts
    text = row("一二三四五六七八九十", 50, 102).parts[0]
    picture = (50.0, 20.0, 150.0, 100.0)
    assert centred_captions([caption, text], [picture]) == {id(caption)}
    known = Measures(captions=frozenset({id(caption)}))
    below = column(50, "一二三四五六七八九十", "完了。")
    assert seams([PrintedRow((caption,)), *below], known) == seams(below, known)
    assert seams_or_none([PrintedRow((caption,))], known) is None


def test_a_headline_parts_no_sentence_and_stands_over_text() -> None:
    title = seams([row("标题标题", 0, 0, headline=True)], Measures())
    elsewhere = seams([row("标题标题", 300, 200, headline=True)], Measures())
    below = seams([row("副题副题", 0, 14, headline=True)], Measures())
    unfinished = seams(column(0, "一二三四五六七八", "一二三四五六七八九十", indent=20), Measures())
    assert unfinished.then(title).flaws == 1
    assert title.then(unfinished).flaws == 0
    assert title.then(elsewhere).flaws == 1
    assert title.then(below).flaws == 0


def test_a_drop_cap_stands_at_the_head_of_its_text() -> None:
    def placed(text: str, x: float, y: float, size: float = SIZE) -> Placed:
        x1 = x + size * len(text)
        return Placed(Line(text, Box(1, x, y, x1, y + size), size), x, x1, y, y + size, headline=size > SIZE)

    cap = placed("演", 0, 0, 25)
    page = [cap, placed("练结束后消防", 28, 0), placed("救援人员讲解", 28, 15), placed("了灭火器的使用方法", 0, 30)]
    first, beside, second, below = raised(page)
    assert not first.headline
    assert (first.y0, first.y1) == (beside.y0, beside.y1)
    assert second.x0 == below.x0 == 0
    assert raised([cap, *page[1:3]]) == (cap, *page[1:3])  # nothing goes on below it: a title of one character


@pytest.mark.parametrize("text", ["简讯", "简 讯", "教育短波", "一句话新闻"])
def test_rubrics_of_briefs(text: str) -> None:
    assert heads_briefs(text)
    assert not heads_contents(text)


@pytest.mark.parametrize("text", ["导读", "本期导读", "目 录", "今日要目"])
def test_rubrics_of_contents(text: str) -> None:
    assert heads_contents(text)
    assert not heads_briefs(text)


@pytest.mark.parametrize("text", ["我市简讯平台开通", "暑期读书导读活动启动", "第一中学"])
def test_titles_are_no_rubrics(text: str) -> None:
    assert not heads_briefs(text)
    assert not heads_contents(text)


def test_items_and_listings() -> None:
    assert is_item("本报讯 临河县召开会议。")
    assert is_item("【青石县】开展整治。")
    assert not is_item("会议指出，今年是关键之年。")
    assert is_listing("校园足球踢出新天地▶4版教师招聘向短缺学科倾斜▶8版")
    assert is_listing("小菜园里的大课堂……5")
    assert not is_listing("全市现有学校12所，第3版教材已经配齐。")


def test_no_way_to_cut_a_page_loses_what_is_printed_twice() -> None:
    region = [part for x in (0.0, 120.0) for r in column(x, "一二三四五六七八九十", "完了。") for part in r.parts]
    twice = Placed(Line("标题", Box(1, 60, 20, 60, 40), 20.0), 60, 60, 20, 40, headline=True)  # a box without a width
    region += [twice, replace(twice)]
    found = [sum(map(len, parts)) for parts in ways(region, SIZE, Rules(), framed=True)]
    assert found
    assert set(found) == {len(region)}
