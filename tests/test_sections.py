"""Sections: which numbered headings stand over a paragraph, and questions that ask for one by its heading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.asked_section import asked_section, section_sentences
from rag.answers import Evidence
from rag.layout.sections import extent, heads_of, over, section_heads, sections_of, words_above
from rag.types import StoredArticle
from tests.briefing_articles import evidence, stored

NOTICE = (
    "现将有关事项通知如下。",
    "一、总体要求",
    "坚持安全第一，健全长效机制。",
    "二、整治范围",
    "全市各级各类学校、幼儿园。",
    "三、主要任务",
    "（一）消防安全。每学期组织一次演练。",
    "（二）食品安全。落实陪餐制度。",
    "四、保障措施",
    "1.落实经费",
    "各县按不低于2%的标准安排。",
    "2.健全考核",
    "考核结果作为评优依据。",
    "市教育局",
    "2024年3月28日",
)
TITLE = "市教育局关于开展2024年校园安全专项整治行动的通知"


def notice(
    texts: Sequence[str] = NOTICE, title: str = TITLE, date: dt.date | None = dt.date(2024, 3, 28)
) -> StoredArticle:
    return stored(1, title, date, texts)


def passage(article: StoredArticle, words: str) -> Evidence:
    return next(one for one in evidence(article) if words in one.paragraph.text)


def above(words: str, texts: Sequence[str] = NOTICE) -> list[str]:
    article = notice(texts)
    return [head.text for head in sections_of(passage(article, words).paragraph, article)]


def test_a_paragraph_stands_under_the_headings_of_its_sections() -> None:
    assert above("通知如下") == []
    assert above("健全长效机制") == ["一、总体要求"]
    assert above("食品安全") == ["三、主要任务"]
    assert above("不低于2%") == ["四、保障措施", "1.落实经费"]
    assert above("2.健全考核") == ["四、保障措施"], "a heading does not stand under itself, nor under the one before it"


def test_who_issued_a_notice_stands_in_no_section() -> None:
    assert above("2024年3月28日") == []
    article = notice()
    assert sections_of(article.paragraphs[-2], article) == ()
    assert above("市教育局2024年", (*NOTICE[:-2], "市教育局2024年3月28日", "附件")) == []


@pytest.mark.parametrize("last", ["特此通知。", "感谢您对教育工作的关心和支持。", "附件：1.任务分解表"])
def test_what_takes_leave_stands_in_no_section(last: str) -> None:
    assert above(last, (*NOTICE[:-2], last, *NOTICE[-2:])) == []


def test_chapters_of_laws_are_sections() -> None:
    texts = ("第一章 总则", "第一条　为了规范管理，制定本办法。", "第二章 职责", "第二条　学校应当履行职责。")
    assert above("第二条", texts) == ["第二章 职责"]


@pytest.mark.parametrize(
    "texts",
    [
        ("报名要带：", "1.身份证复印件", "2.学历证书", "请于5月1日前报送。"),
        ("一、提高认识，", "请于5月1日前报送。"),
        ("一、要提高认识。", "请于5月1日前报送。"),
        ("2024.3.28", "请于5月1日前报送。"),
        ("3.5万名学生", "请于5月1日前报送。"),
        ("一、" + "很长的一行" * 10, "请于5月1日前报送。"),
        ("总体要求", "请于5月1日前报送。"),
    ],
)
def test_items_sentences_and_plain_lines_are_no_headings(texts: tuple[str, ...]) -> None:
    assert heads_of(notice(texts)) == ()


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("一、报名时间：6月1日", True),
        ("（一）动员阶段（4月1日至15日）", True),
        ("二、新建学校12所", True),
        ("一、2023年工作回顾", False),
        ("二、2023—2024学年任务", False),
        ("三、保障措施：", False),
    ],
)
def test_a_heading_may_tell_something_by_itself(text: str, tells: bool) -> None:
    (head,) = section_heads([(1, text)])
    assert head.tells == tells


@given(st.lists(st.sampled_from([*NOTICE, "第一章 总则", "（三）其他", "1.二十四"]), max_size=30))
def test_any_paragraph_lies_within_the_sections_over_it(texts: list[str]) -> None:
    heads = section_heads(enumerate(texts))
    for number in range(len(texts)):
        path = over(heads, number)
        assert [head.rank for head in path] == sorted({head.rank for head in path})
        assert all(head.name and head.number < number < extent(heads, head, len(texts)) for head in path)


def test_long_paragraphs_may_be_left_out() -> None:
    long = [(number, text) for number, text in enumerate(NOTICE) if len(text) <= 12]
    assert len(long) < len(NOTICE)
    assert section_heads(long) == section_heads(enumerate(NOTICE))


def test_what_stands_above_is_a_line_each() -> None:
    heads = section_heads(enumerate(NOTICE))
    assert words_above(over(heads, 10), "学校\t人数") == "四、保障措施 1.落实经费\n学校\t人数"
    assert words_above((), None) == ""


# ------------------------------------------------------------------ a question for a section


@pytest.mark.parametrize(
    ("question", "words", "head"),
    [
        ("校园安全专项整治行动有哪些保障措施？", "不低于2%", "四、保障措施"),
        ("保障措施有哪些？", "评优依据", "四、保障措施"),
        ("2024年校园安全专项整治的主要任务是什么？", "食品安全", "三、主要任务"),
        ("校园安全专项整治有哪些任务？", "食品安全", "三、主要任务"),
        ("校园安全整治的范围是什么？", "幼儿园", "二、整治范围"),
        ("怎样落实经费？", "不低于2%", "1.落实经费"),
        ("校园安全专项整治行动有哪些经费保障措施？", "评优依据", ""),  # asks for less
        ("食堂有哪些任务？", "食品安全", ""),
        ("校园安全专项整治的主要任务是什么？", "不低于2%", ""),  # stands elsewhere
        ("2023年校园安全专项整治的主要任务是什么？", "食品安全", ""),
        ("校园安全专项整治有哪些要求？", "健全长效机制", ""),  # the heading says more: 总体要求
    ],
)
def test_a_question_may_ask_for_a_section_by_its_heading(question: str, words: str, head: str) -> None:
    found = asked_section(question, passage(notice(), words))
    assert (found.text if found else "") == head


def test_where_no_title_is_known_the_opening_words_are_one() -> None:
    article = notice((TITLE, *NOTICE), title="")
    assert asked_section("校园安全专项整治有哪些保障措施？", passage(article, "评优依据")) is not None


def test_a_reply_is_about_what_it_replies_to() -> None:
    texts = ("您提出的《关于加强心理健康教育的建议》收悉。", "一、下一步措施", "（一）配齐师资。", "（二）健全机制。")
    reply = notice(texts, "关于第086号提案的答复")
    assert asked_section("心理健康教育有哪些下一步措施？", passage(reply, "师资")) is not None
    assert asked_section("家庭教育有哪些下一步措施？", passage(reply, "师资")) is None


def test_the_year_in_a_heading_counts_before_that_of_the_article() -> None:
    texts = ("一、2023年工作回顾", "新建学校12所。", "二、2024年工作任务", "新建学校18所。")
    report = notice(texts, "政府工作报告", dt.date(2024, 1, 20))
    assert asked_section("2023年有哪些工作回顾？", passage(report, "12所")) is not None
    assert asked_section("2024年有哪些工作任务？", passage(report, "18所")) is not None
    assert asked_section("2023年有哪些工作任务？", passage(report, "18所")) is None


def said(head: str, texts: Sequence[str] = NOTICE) -> list[str]:
    article = notice(texts)
    (found,) = (one for one in heads_of(article) if one.text == head)
    places = section_sentences(article, found)
    return [article.paragraphs[place].text[start:end] for place, start, end in places]


def test_a_section_is_given_whole_and_without_who_signed() -> None:
    assert said("三、主要任务") == [*NOTICE[6:8]]
    assert said("四、保障措施") == [*NOTICE[9:13]]


def test_of_a_very_long_section_its_points_are_named() -> None:
    points = [f"（{n}）抓好第{n}件事。" + "这是细节。" * 6 for n in "一二三四五"]
    assert said("一、重点工作", ("一、重点工作", "要抓好以下工作。", *points)) == [
        f"（{n}）抓好第{n}件事。这是细节。" for n in "一二三四五"
    ]
    plain = [f"抓好第{n}件事。" + "这是细节。" * 6 for n in "一二三四五"]
    assert said("一、重点工作", ("一、重点工作", *plain)) == [f"抓好第{n}件事。" for n in "一二三四五"]
