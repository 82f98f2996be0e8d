"""The main points of a notice or plan: from its own sections, each point named, nothing of what only frames it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rag.answers import Period
from rag.briefing.choosing import choose
from rag.briefing.making import make
from rag.briefing.plans import kinds
from rag.briefings import Briefing, BriefingRequest
from rag.errors import JianwenError
from rag.statements.roles import key_sentences
from tests.briefing_articles import FILE, Lines, Shelf, chosen, sample_articles, stored

TITLE = "市教育局关于开展校园安全专项整治行动的通知"
NOTICE = stored(
    9,
    TITLE,
    dt.date(2024, 3, 28),
    (
        "各县（市、区）教育局，各学校：",
        "为切实保障师生生命财产安全，市教育局决定开展校园安全专项整治行动。现将有关事项通知如下。",
        "一、整治范围",
        "全市各级各类中小学校、幼儿园和校外培训机构。",
        "二、主要任务",
        "（一）消防安全。重点排查宿舍、食堂的消防设施，每学期至少组织一次消防演练。",
        "（二）食品安全。严格落实校长陪餐制度，建立食品留样台账。",
        "三、工作步骤",
        "（一）动员部署阶段（4月1日至4月15日）。各县制定实施方案，召开动员会议。",
        "（二）总结提升阶段（9月1日至10月31日）。市教育局组织督导检查。",
        "四、保障措施",
        "（一）加强组织领导。成立由主要负责同志任组长的领导小组。",
        "（二）严肃追责问责。对整改不到位的，依规依纪追究责任。",
        "市教育局",
        "2024年3月28日",
    ),
)


def brief(lines: int) -> Briefing:
    kind = kinds().named("文件要点")
    events = make(
        BriefingRequest(kind.id), kind, chosen(NOTICE), lambda article: (key_sentences(article), False), Lines(lines)
    )
    *_, made = events
    assert isinstance(made, Briefing)
    return made


def test_each_part_of_the_document_stands_under_its_heading() -> None:
    made = brief(60)
    assert made.title == f"《{TITLE}》要点"
    assert {section.heading: "".join(one.text for one in section.statements) for section in made.sections} == {
        "制发目的": "为切实保障师生生命财产安全，市教育局决定开展校园安全专项整治行动。",
        "总体要求": NOTICE.paragraphs[3].text,
        "主要任务": NOTICE.paragraphs[5].text + NOTICE.paragraphs[6].text,
        "步骤安排": NOTICE.paragraphs[8].text + NOTICE.paragraphs[9].text,
        "保障措施": NOTICE.paragraphs[11].text + NOTICE.paragraphs[12].text,
    }
    assert all(statement.supported for statement in made.statements)


def test_on_a_narrow_page_every_point_is_named_all_the_same() -> None:
    made = brief(22)
    said = "".join(statement.text for statement in made.statements)
    points = ("消防安全。重点排查", "食品安全。严格落实", "动员部署", "总结提升", "加强组织领导", "严肃追责问责")
    assert [words for words in points if words not in said] == []
    assert len(said) < len("".join(stored.text for stored in NOTICE.paragraphs)) * 0.8
    assert made.pages == 1


SHELF = Shelf(*sample_articles(), NOTICE)


def request(kind: str, **more: Any) -> BriefingRequest:
    return BriefingRequest(kind, period=Period(dt.date(2024, 1, 1), dt.date(2024, 12, 31), "2024年"), **more)


def test_of_what_is_found_the_document_in_numbered_parts_is_taken() -> None:
    (found,) = choose(request("document"), kinds().named("document"), SHELF)
    assert found.article == NOTICE
    (found,) = choose(request("meeting"), kinds().named("meeting"), SHELF)
    assert found.article == sample_articles()[0]
    with pytest.raises(JianwenError, match="一次写一份文件，请只选一篇"):
        choose(request("document", articles=(FILE.id,)), kinds().named("document"), SHELF)
