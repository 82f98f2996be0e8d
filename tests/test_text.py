"""rag.text, rag.statements.facts, rag.dates, rag.numerals."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.dates import clear_year, date_mentions, year_votes
from rag.numerals import arabic_number, chinese_number, plain
from rag.statements.facts import facts
from rag.text import clean_line, enumerators, join_lines, normalise, passages, search_terms, sentences

CHINESE = st.text(alphabet="教育工作会议指出一二三是要、，。；：！？…“”（）《》 　\n\t12年月日%aB.é𠀀", max_size=200)
ANY = st.one_of(CHINESE, st.text(max_size=200))


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("printed", "clean"),
    [
        ("教 育 工 作 重 点 任 务 ，纵 深 推 进", "教育工作重点任务，纵深推进"),
        ("是 新 撤 并 农 村 薄 弱 学 校 69", "是新撤并农村薄弱学校69"),
        ("　　3月 21—22日，", "3月21—22日，"),
        ("达到 80 %的", "达到80%的"),
        ("2 0 2 4 年全市", "2024年全市"),
        ("1 2 3 4 5", "1 2 3 4 5"),
        ("使用 Windows  Server 系统", "使用Windows Server系统"),
        ("the  quick fox", "the quick fox"),
        ("《 办法 》 和“ 意见 ”", "《办法》和“意见”"),
        ("", ""),
        ("　 \t", ""),
    ],
)
def test_clean_line(printed: str, clean: str) -> None:
    assert clean_line(printed) == clean


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (["薄弱学校 69", "所，改造"], "薄弱学校69所，改造"),
        (["吕 梁 一", "小如期"], "吕梁一小如期"),
        (["增长21.", "58%，达到"], "增长21.58%，达到"),
        (["补助由42", "0元提高"], "补助由420元提高"),
        (["press the", "red button"], "press the red button"),
        (["1 2", "3 4"], "1 2 3 4"),
        (["", "一", ""], "一"),
        ([], ""),
    ],
)
def test_join_lines(lines: list[str], joined: str) -> None:
    assert join_lines(lines) == joined


@given(ANY)
def test_cleaning_changes_white_space_only(text: str) -> None:
    cleaned = clean_line(text)
    assert bare(cleaned) == bare(text)
    assert clean_line(cleaned) == cleaned


@given(st.lists(ANY, max_size=8))
def test_joining_changes_white_space_only(lines: list[str]) -> None:
    assert bare(join_lines(lines)) == bare("".join(lines))


def test_normalise_meets_other_notations() -> None:
    assert normalise("ＡＩ 技术（2024）") == normalise("ai技术(２０２４)")


@given(ANY)
def test_sentences_tile(text: str) -> None:
    spans = sentences(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(a < b for a, b in spans)


@given(ANY, st.integers(1, 60))
def test_passages_tile_and_keep_to_the_limit(text: str, limit: int) -> None:
    spans = passages(text, limit)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(0 < b - a <= limit for a, b in spans)


def test_sentences_keep_closing_quotes() -> None:
    text = "他说：“办好教育！”会议指出，要落实。一是好；二是快"
    assert [text[a:b] for a, b in sentences(text)] == ["他说：“办好教育！”", "会议指出，要落实。", "一是好；", "二是快"]


def test_passages_begin_at_enumerators() -> None:
    text = "会议指出，今年意义重大。一要深化管理。要改进课堂。二要突出德育。三要五育并举。统一是大势。"
    assert [text[a:b][:2] for a, b in passages(text)] == ["会议", "一要", "二要", "三要"]
    assert [n for _, _, n in enumerators("主要任务：一是教学；二是教研。")] == [1, 2]
    assert enumerators("一是教学，没有下文。") == ()
    assert [n for _, _, n in enumerators("1.抓安全。2.抓质量。3.5亿元。")] == [1, 2]


def test_passages_join_short_sentences_and_cut_long_ones() -> None:
    assert passages("一句。" * 10, 9) == ((0, 9), (9, 18), (18, 27), (27, 30))
    long = "甲" * 20 + "，" + "乙" * 25 + "。"
    assert [b - a for a, b in passages(long, 30)] == [21, 26]
    assert [b - a for a, b in passages("字" * 70, 30)] == [30, 30, 10]


def test_search_terms() -> None:
    terms = search_terms("2024年ＡＩ技术与“双减”")
    assert {"双减", "技术", "2024", "ai", "术与"} <= set(terms)
    assert Counter(search_terms("备考备考"))["备考"] >= 2
    assert {"今年", "要求"} <= set(search_terms("今年中考备考有哪些要求？"))
    assert search_terms("，。") == ()


@given(ANY)
def test_search_terms_are_normalised(text: str) -> None:
    assert all(term == normalise(term) and term for term in search_terms(text))


# ---------------------------------------------------------------- facts


def keys(text: str, kind: str) -> list[str]:
    return [fact.key for fact in facts(text) if fact.kind == kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("撤并学校69所", ["69所"]),
        ("撤并学校六十九所", ["69所"]),
        ("培训教师5万多名，12名优秀教师", ["50000多名", "12名"]),
        ("五万余名", ["50000多名"]),
        ("开展160余场", ["160多场"]),
        ("80%的学校，占百分之八十，８０％", ["80%", "80%", "80%"]),
        ("百分之十二点五", ["12.5%"]),
        ("第39个教师节，第三十九个", ["第39个", "第39个"]),
        ("第十一批", ["第11批"]),
        ("12.5亿元，1,234元", ["1250000000元", "1234元"]),
        ("两千三百名学生", ["2300名"]),
        ("3—5名教师", ["3~5名"]),
        ("吕教发〔2024〕5号", ["〔2024〕5号"]),
        ("上午9:30开始", ["9:30"]),
        ("九年级和三年行动", ["9年级", "3年"]),
        ("一流教师，统一思想，进一步，一系列，万一，五育并举，三公经费，四位一体，十分重要，唯一一个，千万不要", []),
        ("一是教学，二要教研，第一，安全，三不腐", []),
        ("七八个学生，每一个学生", []),
        ("PM2.5与K12，PM 2.5", ["pm2.5", "k12", "pm2.5"]),  # so that another number is noticed
    ],
)
def test_figures(text: str, expected: list[str]) -> None:
    assert keys(text, "figure") == expected


def test_dates_are_no_figures() -> None:
    text = "3月21—22日，2024年全市会议总结2023年度工作，4月，二〇二四年三月二十一日，2024/3/21，2024年3月"
    assert keys(text, "date") == ["--03-21/--03-22", "2024", "2023", "--04", "2024-03-21", "2024-03-21", "2024-03"]
    assert keys(text, "figure") == []


def test_titles_and_quotes() -> None:
    text = "就《教案、学案“三案合一”》作推介，坚持“课比天大”，「双减」"
    assert keys(text, "title") == ["教案、学案“三案合一”"]
    assert keys(text, "quote") == ["三案合一", "课比天大", "双减"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("市委教育工委书记、市教育局党组书记、局长赵雪宏出席并讲话。", ["市委教育工委", "市教育局", "赵雪宏"]),
        ("市委书记孙大军、市长张广勇亲自出席", ["孙大军", "张广勇"]),
        ("赵雪宏指出，加快建设", ["赵雪宏"]),
        ("孙大军书记百忙中", ["孙大军"]),
        ("项目负责人张四保就教案作推介", ["张四保"]),
        ("局长李明介绍说", ["李明"]),
        ("校长高度重视，书记任务繁重，严格要求，高标准要求，文件要求", []),
        ("各地各学校要加强教师队伍建设，会议指出", []),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert keys(text, "name") == expected


@given(ANY)
def test_facts_are_cut_from_the_text(text: str) -> None:
    for fact in facts(text):
        assert text[fact.start : fact.end] == fact.text
        assert fact.key


# ---------------------------------------------------------------- numerals


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("六十九", 69), ("十", 10), ("二十", 20), ("两千三百", 2300), ("一百零五", 105), ("五万", 50000),
        ("三亿二千万", 320000000), ("二〇二四", 2024), ("一", 1), ("两", 2),
        ("七八", None), ("十百", None), ("二百十", None), ("", None), ("甲", None),
    ],
)  # fmt: skip
def test_chinese_number(text: str, value: int | None) -> None:
    assert chinese_number(text) == value


def test_arabic_number() -> None:
    assert arabic_number("１２．５亿") == 1250000000
    assert arabic_number("1,234.50") == Fraction(2469, 2)
    assert arabic_number("甲") is None
    assert [plain(v) for v in (Fraction(5, 2), Fraction(1, 3), 100, Fraction(1, 80))] == ["2.5", "1/3", "100", "0.0125"]


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿〇", max_size=12))
def test_chinese_number_never_fails(text: str) -> None:
    value = chinese_number(text)
    assert value is None or value >= 0


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024年3月25日", dt.date(2024, 3, 25)),
        ("2024 年 3 月 25 日", dt.date(2024, 3, 25)),
        ("２０２４年３月２５日", dt.date(2024, 3, 25)),
        ("2024-03-21", dt.date(2024, 3, 21)),
        ("2024/3/21", dt.date(2024, 3, 21)),
        ("二〇二四年三月二十一日", dt.date(2024, 3, 21)),
        ("2024年3月21—22日", dt.date(2024, 3, 21)),
        ("2024年3月31日至4月2日", dt.date(2024, 3, 31)),
        ("2月30日", None),
        ("2024-13-40", None),
        ("1234年3月5日", dt.date(2000, 3, 5)),
    ],
)
def test_date_mentions(text: str, date: dt.date | None) -> None:
    assert next((d for m in date_mentions(text) if (d := m.date(2000))), None) == date


@given(ANY)
def test_date_mentions_never_fail(text: str) -> None:
    for mention in date_mentions(text):
        assert 0 <= mention.start < mention.end <= len(text)
        assert mention.key


def test_leap_day_waits_for_its_year() -> None:
    (mention,) = date_mentions("2月29日")
    assert mention.date(2024) == dt.date(2024, 2, 29)
    assert mention.date(2023) is None
    assert mention.date() is None


@pytest.mark.parametrize(
    ("text", "month", "year"),
    [
        ("召开2023年度抓基层党建工作述职会议，回顾总结过去一年", 3, 2024),
        ("回顾总结2023年工作，安排部署2024年工作", 3, 2024),
        ("回顾总结2023年工作，安排部署2024年工作", 12, 2023),
        ("刚刚过去的2023年是关键一年", 1, 2024),
        ("到2035年建成教育强国", 3, None),
        ("没有年份", 3, None),
    ],
)
def test_year_from_what_the_text_says(text: str, month: int, year: int | None) -> None:
    assert clear_year(year_votes(text, month)) == year
