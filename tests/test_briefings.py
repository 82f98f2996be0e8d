"""The values of a briefing: what cannot be built, and how footnotes are counted."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.answers import Citation
from rag.briefings import (
    Briefing,
    BriefingStatement,
    ChosenArticle,
    Form,
    Making,
    Masthead,
    Section,
    Written,
    footnotes,
    only_verified,
)
from rag.types import Document, Paragraph, StoredArticle, StoredParagraph

AT = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
FILE = Document("a" * 12, "简报.txt", "a" * 64, 10, AT, 1, 1, 1)
PARAGRAPH = StoredParagraph("p1", "a1", Paragraph("一要抓好落实。二要强化培训。三要严守底线。"))
ARTICLE = StoredArticle("a1", FILE.id, "会议召开", dt.date(2024, 3, 21), 1, (PARAGRAPH,))


def said(text: str, start: int = 0, end: int = 7, **more: object) -> BriefingStatement:
    cited = Citation(PARAGRAPH, start, end, ARTICLE, FILE, 1)
    return BriefingStatement(text, (cited,), **more)  # type: ignore[arg-type]


def briefing(*sections: Section) -> Briefing:
    return Briefing("meeting", "会议简报", "会议召开", sections, (ChosenArticle(ARTICLE, FILE),), Making("", AT, 0.1))


def test_what_cannot_be_built() -> None:
    for build in (
        lambda: BriefingStatement(" ", ()),
        lambda: BriefingStatement("没有出处。", ()),
        lambda: BriefingStatement("没有出处。", (), ("不对",), Written.HAND),
        lambda: Section("空", ()),
        lambda: Section("三级", (said("一。"),), level=3),
        lambda: Masthead(" "),
        lambda: briefing(Section("甲", (said("一。"),)), Section("乙", (said("一 。"),))),
        lambda: briefing(Section("甲", (said("一。", group="上"), said("一。", group="下")), Form.LED)),
        lambda: briefing(compared("一。", "二。"), compared("三。", "一。", first="2024年")),
        lambda: briefing(compared("一。", "二。"), Section("乙", (said("一。", group="2024年"),))),
    ):
        with pytest.raises(ValueError):
            build()


def test_every_sentence_that_no_source_holds_is_marked() -> None:
    assert said("一要抓好落实。").mark == ""
    assert said("二。", problems=("没有",)).mark == "未核实"
    assert BriefingStatement("我补一句。", (), (), Written.HAND).mark == "人工撰写"


def test_footnotes_are_counted_down_the_page_and_shared() -> None:
    first, second, again = said("甲。", 7, 14), said("乙。", 0, 7), said("丙。", 7, 14)
    found = footnotes(briefing(Section("", (first, second)), Section("后", (again,))))
    assert [(c.number, c.quote) for c in found.citations] == [(1, "二要强化培训。"), (2, "一要抓好落实。")]
    assert [found.of(one) for one in (first, second, again)] == [(1,), (2,), (1,)]


def compared(left: str, right: str, first: str = "2023年") -> Section:
    sides = (first, "2024年" if first == "2023年" else "2023年")
    both = said(left, 0, 7, group=sides[0]), said(right, 7, 14, group=sides[1])
    return Section("对比", both, Form.SIDES, sides=sides)


def test_each_side_of_a_comparison_may_say_the_same_and_cites_its_own_source() -> None:
    made = briefing(compared("一。", "一。"))
    known = footnotes(made)
    assert [known.of(one) for one in made.statements] == [(1,), (2,)]
    assert [c.quote for c in known.citations] == ["一要抓好落实。", "二要强化培训。"]


def test_only_what_is_verified_is_left() -> None:
    by_hand = BriefingStatement("我补一句。", (), (), Written.HAND)
    whole = briefing(
        Section("甲", (said("一。"), said("二。", problems=("没有",)), by_hand)), Section("乙", (by_hand_too(),))
    )
    assert [(s.heading, [one.text for one in s.statements]) for s in only_verified(whole).sections] == [
        ("甲", ["一。"])
    ]


def by_hand_too() -> BriefingStatement:
    return BriefingStatement("再补一句。", (), (), Written.HAND)
