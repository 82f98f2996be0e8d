"""rag.articles.dating: the day of an article and what it rests on, from every place where one may be printed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.dating import Dated, Outside, Printed, article_dates
from rag.articles.splitting import read_articles
from rag.readers.text import pages
from rag.types import DateBasis

TODAY = dt.date(2026, 11, 25)
PRINTED, INFERRED, GUESSED = DateBasis.PRINTED, DateBasis.INFERRED, DateBasis.GUESSED
MASTHEAD, FILE_NAME, FILE = DateBasis.MASTHEAD, DateBasis.FILE_NAME, DateBasis.FILE
REPORT = "3月21日，全市教育工作会议召开，市委教育工委书记出席会议并讲话。"
PLAIN = "全市教育工作会议召开，市委教育工委书记出席会议并讲话。"


def article(*paragraphs: str, page: int = 1, title: str = "") -> Printed:
    return Printed(page, (title,) if title else (), paragraphs)


def dated(*paragraphs: str, furniture: str = "", name: str = "", file: str = "") -> tuple[str, DateBasis] | None:
    """The day of one article under the given furniture, as text."""
    outside = [Outside(1, line) for line in furniture.split("\n") if line]
    (found,) = article_dates([article(*paragraphs)], outside, name, file, today=TODAY)
    return written(found)


def written(found: Dated | None) -> tuple[str, DateBasis] | None:
    return (found[0].isoformat(), found[1]) if found else None


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (["2024年3月21日，会议召开，部署全年工作任务，听取各方面意见。"], ("2024-03-21", PRINTED)),
        (["二〇二四年三月二十一日，会议召开，部署全年工作任务，听取各方面意见。"], ("2024-03-21", PRINTED)),
        (["本报讯（记者 张三）2024年3月21日，会议召开，部署全年工作任务。"], ("2024-03-21", PRINTED)),
        ([PLAIN, "市教育局", "2024年3月25日"], ("2024-03-25", PRINTED)),
        (["（2024年1月15日在吕梁市第五届人民代表大会第四次会议上）", PLAIN], ("2024-01-15", PRINTED)),
        (["发布时间：2024-03-25 10:20 来源：市教育局", PLAIN], ("2024-03-25", PRINTED)),
        (["来源：《山西教育》2024年3月25日第2版", PLAIN], ("2024-03-25", PRINTED)),
        (["3月21日，会议召开，部署2024年教育工作，研究有关事项。"], ("2024-03-21", INFERRED)),
        ([REPORT, "2024年3月25日"], ("2024-03-21", INFERRED)),
        (["12月28日，培训班开班，全体教师参加，为期三天。", "2024年1月3日"], ("2023-12-28", INFERRED)),
        (["定于4月10日召开全市会议，请各校做好准备，按时参加。", "市教育局", "2024年3月25日"], ("2024-03-25", PRINTED)),
        (["请于4月10日前报送材料，逾期不再受理，务必按时完成。"], None),
        ([REPORT], None),
        (["2月30日，会议召开，部署2024年教育工作，研究有关事项。"], None),
        (["3月21日，会议召开，要求到2035年建成教育强市，任务艰巨。"], None),
    ],
)
def test_what_an_article_prints(paragraphs: list[str], expected: tuple[str, DateBasis] | None) -> None:
    assert dated(*paragraphs) == expected


@pytest.mark.parametrize(
    "furniture",
    [
        "2024年3月25日 星期一 第12期（总第345期）",
        "吕梁教育简报\n第12期\n吕梁市教育局办公室 2024年3月25日",
        "第２版　２０２４年３月２５日　　责编：张三",
        "二〇二四年三月二十五日　星期一",
        "吕梁日报 2024.3.25 要闻",
        "2024年3月\n25日\n星期一\n农历二月十六",
        "抄送：市委办公室。\n吕梁市教育局办公室 2024年3月25日印发",
    ],
)
def test_the_issue_dates_what_has_no_day_and_settles_years(furniture: str) -> None:
    assert dated(PLAIN, furniture=furniture) == ("2024-03-25", MASTHEAD)
    assert dated(REPORT, furniture=furniture) == ("2024-03-21", INFERRED)
    assert dated("12月28日，培训班开班，全体教师参加，为期三天。", furniture=furniture) == ("2023-12-28", INFERRED)
    assert dated("3月27日，会议召开，部署全年工作任务，听取各方面意见。", furniture=furniture) == (
        "2024-03-27",
        INFERRED,
    )
    assert dated("4月20日，全市将举行运动会，各校积极准备，踊跃报名。", furniture=furniture) == ("2024-04-20", INFERRED)
    assert dated("4月20日，全市运动会在市体育场举行，各校踊跃报名参加。", furniture=furniture) == (
        "2024-04-20",
        GUESSED,
    )
    assert dated("7月5日，全市运动会在市体育场举行，各校踊跃报名参加。", furniture=furniture) == (
        "2023-07-05",
        GUESSED,
    )
    assert dated("2月29日，会议召开，部署全年工作任务，听取各方面意见。", furniture=furniture) == (
        "2024-02-29",
        INFERRED,
    )
    assert dated("21日上午，会议召开，部署全年工作任务，听取各方面意见。", furniture=furniture) == (
        "2024-03-21",
        INFERRED,
    )
    assert dated("30日，会议召开，部署全年工作任务，听取各方面意见，形成共识。", furniture=furniture) == (
        "2024-01-30",  # February had none
        INFERRED,
    )


def test_a_leap_day_in_a_common_year_falls_to_the_issue() -> None:
    text = "2月29日，会议召开，部署全年工作任务，听取各方面意见。"
    assert dated(text, furniture="2026年3月2日 第8期") == ("2026-03-02", MASTHEAD)


def test_an_issue_without_a_day_tells_the_year_only() -> None:
    assert dated(REPORT, furniture="吕梁教育简报 2024年第3期") == ("2024-03-21", INFERRED)
    assert dated(REPORT, furniture="（2024）第3期") == ("2024-03-21", INFERRED)
    assert dated("12月28日，培训班开班，全体教师参加，为期三天。", furniture="2024年第1期") == ("2023-12-28", INFERRED)
    assert dated(PLAIN, furniture="吕梁教育简报 2024年第3期") is None


def test_a_masthead_among_the_text_dates_all_that_follow() -> None:
    texts = [
        article("吕梁教育简报", "第12期", "市教育局办公室 2024年3月25日", REPORT),
        article("4月1日，植树活动举行，师生共种树三百棵，绿化校园。"),
        article(PLAIN, "第13期", "市教育局办公室 2024年4月8日"),
        article(PLAIN),
    ]
    found = article_dates(texts, today=TODAY)
    assert [written(one) for one in found] == [
        ("2024-03-21", INFERRED),
        ("2024-04-01", INFERRED),
        ("2024-03-25", MASTHEAD),
        ("2024-04-08", MASTHEAD),
    ]


def test_each_page_of_several_issues_has_its_own_head() -> None:
    heads = [Outside(1, "2023年12月30日 第50期"), Outside(3, "2024年1月6日 第1期")]
    texts = [article(PLAIN, page=page) for page in (1, 2, 3, 4)]
    found = article_dates(texts, heads, today=TODAY)
    assert [one and one[0].isoformat() for one in found] == ["2023-12-30"] * 2 + ["2024-01-06"] * 2


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("吕梁教育简报2024-03-25.pdf", "2024-03-25"),
        ("吕梁教育简报_2024_03_25.pdf", "2024-03-25"),
        ("20240325.pdf", "2024-03-25"),
        ("简报20240325第12期.docx", "2024-03-25"),
        ("扫描20240325101530.jpg", "2024-03-25"),
        ("2024.3.25.pdf", "2024-03-25"),
        ("简报（2024年3月25日）.txt", "2024-03-25"),
        ("2024年第12期（3月25日）.pdf", "2024-03-25"),
        ("２０２４年３月２５日.pdf", "2024-03-25"),
        ("2024年第3期.pdf", None),
        ("2024年3月.pdf", None),
        ("20241332.pdf", None),
        ("123420240325.pdf", None),
        ("2098-03-25.pdf", None),
        ("简报.pdf", None),
        ("", None),
    ],
)
def test_file_names(name: str, expected: str | None) -> None:
    assert dated(PLAIN, name=name) == ((expected, FILE_NAME) if expected else None)
    if expected:
        assert dated(REPORT, name=name) == ("2024-03-21", INFERRED)
        assert dated("7月5日，全市运动会在市体育场举行，各校踊跃报名参加。", name=name) == ("2023-07-05", GUESSED)


def test_the_year_of_a_file_name_is_a_guess() -> None:
    assert dated(REPORT, name="2024年第3期.pdf") == ("2024-03-21", GUESSED)


@pytest.mark.parametrize("file", ["", "1970-01-01", "2026-12-25", "2099-01-01", "2024-13-01", "昨天", "0000-00-00"])
def test_file_properties_that_cannot_be_are_ignored(file: str) -> None:
    assert dated(PLAIN, file=file) is None
    assert dated(REPORT, file=file) is None


def test_file_properties_come_last() -> None:
    assert dated(PLAIN, file="2024-03-26") == ("2024-03-26", FILE)
    assert dated(REPORT, file="2024-03-26") == ("2024-03-21", GUESSED)
    assert dated(PLAIN, name="20240325.pdf", file="2024-03-26") == ("2024-03-25", FILE_NAME)
    assert dated(PLAIN, name="20240325.pdf", furniture="2024年3月24日 第1版") == ("2024-03-24", MASTHEAD)
    assert dated("2009年，全市教育投入持续增长，办学条件明显改善。", file="2024-03-26") is None  # scanned years later


def test_neighbours_settle_a_year_and_far_ones_only_guess() -> None:
    known = article("2024年1月5日，县里召开会议，部署全年工作任务，听取意见。")
    near = article("12月28日，县里举行培训，全县教师参加培训，为期三天。")
    far = article("8月28日，县里举行培训，全县教师参加培训，为期三天。")
    found = article_dates([known, near, far], today=TODAY)
    assert [written(one) for one in found[1:]] == [("2023-12-28", INFERRED), ("2023-08-28", GUESSED)]


def test_articles_carry_their_basis() -> None:
    def found(text: str, name: str) -> list[tuple[dt.date | None, DateBasis | None]]:
        return [(a.date, a.date_basis) for a in read_articles(list(pages(text)), name).articles]

    assert found(REPORT, "20240325.txt") == [(dt.date(2024, 3, 21), INFERRED)]
    assert found(f"植树活动顺利举行\n\n{PLAIN}", "20240325.txt") == [(dt.date(2024, 3, 25), FILE_NAME)]
    assert found(f"植树活动顺利举行\n\n{PLAIN}", "简报.txt") == [(None, None)]


SCRAP = st.one_of(
    st.sampled_from(
        ["2月29日", "2023年", "2024年2月29日", "12月31日", "31日上午，", "2024-02-30", "20240229", "二〇二三年"]
    ),
    st.sampled_from(["第1期", "第12期 ", "印发", "抄送：", "星期一", "（2024）", "９９９９年９月９日"]),
    st.sampled_from(["。", "，", "将", "定于", "于", "前", "召开会议", "\n"]),
)
TEXT = st.lists(SCRAP, min_size=1, max_size=9).map("".join).filter(str.strip)
FURNITURE = st.builds(Outside, st.integers(1, 4), TEXT)
ARTICLES = st.builds(Printed, st.integers(1, 4), st.tuples() | st.tuples(TEXT), st.lists(TEXT, min_size=1).map(tuple))


@given(st.lists(ARTICLES, max_size=5), st.lists(FURNITURE, max_size=5), TEXT, st.dates().map(str) | TEXT)
def test_dates_always_exist_and_follow_from_something(
    articles: list[Printed], furniture: list[Outside], name: str, file: str
) -> None:
    found = article_dates(articles, furniture, name, file, today=TODAY)
    assert len(found) == len(articles)
    printed = name + "".join(a.text for a in articles) + "".join(f.text for f in furniture)
    for one in found:
        if one and one[1] is FILE:
            assert one[0].isoformat() == file <= "2026-11-26"
        elif one and one[1] is not GUESSED:
            assert str(one[0].day) in printed.translate({ord("９"): "9"})
            assert one[0].year in (2022, 2023, 2024, 2025)


@given(st.dates(dt.date(1950, 1, 1), dt.date(2026, 11, 20)), st.integers(0, 180))
def test_a_day_before_the_issue_is_read_back(issue: dt.date, back: int) -> None:
    day = issue - dt.timedelta(days=back)
    text = f"{day.month}月{day.day}日，全市教育工作会议召开，市委教育工委书记出席会议。"
    head = f"{issue.year}年{issue.month}月{issue.day}日 第12期（总第345期）"
    assert dated(text, furniture=head) == (day.isoformat(), INFERRED)
