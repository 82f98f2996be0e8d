"""Corrections lose and invent nothing, keep the order, hit what they were made for, and hold on another reading."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rag.articles.corrections import Anchored, anchored, apply, texts
from rag.errors import JianwenError
from rag.types import (
    Article,
    Correction,
    DateBasis,
    Heading,
    MergeWithPrevious,
    Paragraph,
    Reading,
    Rename,
    SetDate,
    SplitBefore,
)

WORDS = ("市教育局召开备考会。", "一是抓好落实。", "二是强化培训。", "会议强调，要提高认识。", "通　知", "图为会场。")
TEXTS = st.sampled_from(WORDS)  # few, so that many open alike
BODIES = st.lists(TEXTS.map(Paragraph), max_size=4).map(tuple)
DAY = dt.date(2024, 3, 21)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    title, body = draw(st.sampled_from(["", "通知", "备考会召开"])), draw(BODIES)
    if not body and not title:
        body = (Paragraph("一是抓好落实。"),)
    headings: tuple[Heading, ...] = ()
    if title and draw(st.booleans()):
        above = draw(st.lists(TEXTS.map(lambda text: Heading("kicker", Paragraph(text))), max_size=1))
        below = draw(st.lists(TEXTS.map(lambda text: Heading("subtitle", Paragraph(text))), max_size=1))
        headings = (*above, Heading("title", Paragraph(title)), *below)
    basis = draw(st.none() | st.sampled_from(DateBasis))
    return Article(title, DAY if basis else None, body, headings, basis)


READINGS = st.builds(Reading, st.lists(articles(), min_size=1, max_size=5).map(tuple), st.just((Paragraph("第3版"),)))


def printed(reading: Reading) -> list[str]:
    """What stands on the page: a title without a place of its own counts as a heading."""
    found = []
    for article in reading.articles:
        if article.title and not any(heading.role == "title" for heading in article.headings):
            found.append(article.title)
        found += [heading.paragraph.text for heading in article.headings]
        found += [paragraph.text for paragraph in article.paragraphs]
    return found


def draw_correction(data: st.DataObject, reading: Reading) -> Correction:
    number = data.draw(st.integers(1, len(reading.articles)))
    article = reading.articles[number - 1]
    name = f"d-{number}"
    kinds: list[Correction] = [Rename(name, "另题"), SetDate(name, dt.date(2023, 5, 1)), SetDate(name, None)]
    if number > 1:
        kinds.append(MergeWithPrevious(name))
    first = 1 if article.headings or article.title else 2
    kinds += [SplitBefore(f"{name}-{place}") for place in range(first, len(article.paragraphs) + 1)]
    return data.draw(st.sampled_from(kinds))


def accepted(correction: Correction, reading: Reading, earlier: tuple[Anchored, ...]) -> Anchored | None:
    try:
        return anchored(correction, reading, earlier)
    except JianwenError:
        return None


@given(READINGS, st.data())
def test_nothing_is_lost_invented_or_moved_by_any_corrections(reading: Reading, data: st.DataObject) -> None:
    kept: tuple[Anchored, ...] = ()
    for _ in range(data.draw(st.integers(1, 6))):
        added = accepted(draw_correction(data, apply(reading, kept)), reading, kept)
        kept = (*kept, added) if added else kept
    after = apply(reading, kept)
    assert list(texts(after)) == (printed(reading) if kept else list(texts(reading)))
    assert after.furniture == reading.furniture
    assert all(article.corrected for article in after.articles) or len(after.articles) > 1


@given(READINGS, st.data())
def test_each_correction_does_its_work_where_it_was_meant_whatever_came_before(
    reading: Reading, data: st.DataObject
) -> None:
    kept: tuple[Anchored, ...] = ()
    for _ in range(3):
        before = apply(reading, kept)
        correction = draw_correction(data, before)
        added = accepted(correction, reading, kept)
        if added is None:
            continue
        kept = (*kept, added)
        after = apply(reading, kept)
        name = correction.paragraph if isinstance(correction, SplitBefore) else correction.article
        number = int(name.split("-")[1]) - 1
        if isinstance(correction, Rename):
            assert after.articles[number].title == "另题"
        elif isinstance(correction, SetDate):
            assert after.articles[number].date == correction.date
            assert after.articles[number].date_basis is (DateBasis.USER if correction.date else None)
        elif isinstance(correction, MergeWithPrevious):
            assert len(after.articles) == len(before.articles) - 1
            joined = after.articles[number - 1]
            assert joined.paragraphs[-1:] == (before.articles[number].paragraphs or joined.paragraphs)[-1:]
            assert joined.title == before.articles[number - 1].title
        else:
            place = int(name.split("-")[2]) - 1
            assert len(after.articles) == len(before.articles) + 1
            assert after.articles[number + 1].paragraphs == before.articles[number].paragraphs[place:]
            assert after.articles[number].paragraphs == before.articles[number].paragraphs[:place]
        others = [i for i in range(len(before.articles)) if i not in (number, number - 1)]
        shift = len(after.articles) - len(before.articles)
        if len(kept) > 1:  # the first one also turns titles without a place into headings
            assert all(after.articles[i + (shift if i > number else 0)] == before.articles[i] for i in others)


@given(READINGS, st.data())
def test_applied_twice_is_applied_once(reading: Reading, data: st.DataObject) -> None:
    added = accepted(draw_correction(data, reading), reading, ())
    assume(added is not None)
    assert added is not None
    once = apply(reading, [added])
    assert apply(reading, [added, added]) == once
    assert apply(once, [added]) == once


@given(READINGS, st.data())
def test_merging_what_was_split_gives_the_articles_back(reading: Reading, data: st.DataObject) -> None:
    places = [
        (number, place)
        for number, article in enumerate(reading.articles, 1)
        for place in range(2, len(article.paragraphs) + 1)
    ]
    assume(places)
    number, place = data.draw(st.sampled_from(places))
    split = anchored(SplitBefore(f"d-{number}-{place}"), reading)
    merge = anchored(MergeWithPrevious(f"d-{number + 1}"), reading, [split])
    back = apply(reading, [split, merge])
    assert len(apply(reading, [split]).articles) == len(reading.articles) + 1
    assert [(a.title, a.paragraphs) for a in back.articles] == [(a.title, a.paragraphs) for a in reading.articles]


SAID = "备考培训督导检查安全演练经费拨付校舍改造师德建设"
NEWS = Reading(
    tuple(
        Article(
            f"第{number}篇的标题",
            None,
            tuple(
                Paragraph(
                    f"本报讯　3月{number}日，{SAID[k : k + 8]}会议在{place}地举行，{SAID[k + 4 : k + 10]}是重点。"
                )
                for place, k in zip("甲乙丙", range(number * 3, number * 3 + 3), strict=True)
            ),
        )
        for number in range(1, 5)
    )
)


def reread(reading: Reading, number: int, place: int, text: str) -> Reading:
    """`reading` with one paragraph read as `text` (both numbers from 1)."""
    article = reading.articles[number - 1]
    body = (*article.paragraphs[: place - 1], Paragraph(text), *article.paragraphs[place:])
    changed = dataclasses.replace(article, paragraphs=body)
    return Reading((*reading.articles[: number - 1], changed, *reading.articles[number:]))


def test_anchors_hold_when_a_page_is_read_a_little_differently() -> None:
    split = anchored(SplitBefore("d-2-3"), NEWS)
    rename = anchored(Rename("d-3", "新题"), NEWS, [split])
    one_more = Article("刊首语", None, (Paragraph("此前没有读到的一篇。"),))
    other_title = dataclasses.replace(NEWS.articles[1], title="第2篇的标题及副题")
    again = Reading((one_more, NEWS.articles[0], other_title, *NEWS.articles[2:]))
    misread = NEWS.articles[1].paragraphs[2].text.replace("本报讯　", "本报讯").replace("会议", "会汉") + "另有后文。"
    again = reread(again, 3, 3, misread)
    titles = [article.title for article in apply(again, [split, rename]).articles]
    assert titles == ["刊首语", "第1篇的标题", "第2篇的标题及副题", "新题", "第3篇的标题", "第4篇的标题"]


def test_an_anchor_that_is_not_there_changes_nothing_and_the_others_hold() -> None:
    rename, split = anchored(Rename("d-2", "新题"), NEWS), anchored(SplitBefore("d-3-2"), NEWS)
    without = Reading((NEWS.articles[0], *NEWS.articles[2:]))
    assert apply(without, [rename]).articles[0].title == "第1篇的标题"
    assert not any(article.corrected for article in apply(without, [rename]).articles)
    assert len(apply(without, [rename, split]).articles) == 4
    assert apply(without, []) == without


def test_of_two_that_are_as_like_none_is_taken() -> None:
    text = "3月21日上午，全市备考会在市教育局召开，{}号会场座无虚席。"
    one = Reading((Article("", None, (Paragraph(text.format("甲")),)),))
    two = Reading(tuple(Article("", None, (Paragraph(text.format(name)),)) for name in "乙丙"))
    assert apply(two, [anchored(Rename("d-1", "新题"), one)]).articles == two.articles


def test_the_second_of_two_that_open_alike_is_told_from_the_first() -> None:
    twice = Reading((Article("", None, (Paragraph("通知"), Paragraph("甲"))), Article("", None, (Paragraph("通知"),))))
    rename = anchored(Rename("d-2", "第二份"), twice)
    assert [article.title for article in apply(twice, [rename]).articles] == ["", "第二份"]


def test_a_merge_keeps_the_headings_as_paragraphs_and_the_surer_date() -> None:
    heading = Heading("title", Paragraph("标题的后一半", 2))
    first = Article("标题", DAY, (), (Heading("title", Paragraph("标题", 2)),), DateBasis.MASTHEAD)
    second = Article("标题的后一半", dt.date(2024, 3, 19), (Paragraph("正文。", 2),), (heading,), DateBasis.PRINTED)
    reading = Reading((first, second))
    (joined,) = apply(reading, [anchored(MergeWithPrevious("d-2"), reading)]).articles
    assert (joined.title, joined.headings) == ("标题", first.headings)
    assert [paragraph.text for paragraph in joined.paragraphs] == ["标题的后一半", "正文。"]
    assert (joined.date, joined.date_basis) == (dt.date(2024, 3, 19), DateBasis.PRINTED)


@pytest.mark.parametrize(
    ("basis", "opening", "date"),
    [
        (DateBasis.MASTHEAD, "无日期。", (DAY, DateBasis.MASTHEAD)),
        (DateBasis.PRINTED, "无日期。", (None, None)),
        (DateBasis.PRINTED, "2023年12月5日，会议召开。", (dt.date(2023, 12, 5), DateBasis.PRINTED)),
        (DateBasis.PRINTED, "3月25日，会议召开。", (dt.date(2024, 3, 25), DateBasis.GUESSED)),
    ],
)
def test_what_is_split_off_has_no_borrowed_date(
    basis: DateBasis, opening: str, date: tuple[dt.date | None, DateBasis | None]
) -> None:
    reading = Reading((Article("标题", DAY, (Paragraph("甲。"), Paragraph(opening)), (), basis),))
    first, second = apply(reading, [anchored(SplitBefore("d-1-2"), reading)]).articles
    assert (first.date, first.date_basis) == (DAY, basis)
    assert (second.title, second.date, second.date_basis) == ("", *date)


@pytest.mark.parametrize(
    ("correction", "said"),
    [
        (Rename("d-9", "题"), "没有这篇文章"),
        (Rename("d", "题"), "没有这篇文章"),
        (SplitBefore("d-1-9"), "没有这篇文章或这个段落"),
        (SplitBefore("d-1"), "没有这篇文章或这个段落"),
        (SplitBefore("d-2-1"), "已经是文章的开头"),
        (MergeWithPrevious("d-1"), "第一篇"),
        (Rename("d-3", " "), "只有标题"),
    ],
)
def test_what_cannot_be_is_said(correction: Correction, said: str) -> None:
    reading = Reading(
        (Article("题", None, (Paragraph("甲"),)), Article("", None, (Paragraph("乙"),)), Article("只有标题", None, ()))
    )
    with pytest.raises(JianwenError, match=said):
        anchored(correction, reading)
