"""Splitting: the sample bulletin exactly, golden texts of other shapes, nothing lost whatever comes in."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.splitting import overlap, read_articles
from rag.readers import read_file
from rag.readers.text import pages
from rag.types import Article, Line, Page

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "seeds" / "lvliang-education-bulletin-2024-03.txt"
TEXTS = Path(__file__).resolve().parent / "fixtures" / "texts"
TITLE = "市委教育工委召开2023年度抓基层党建工作述职会议"


def bare(text: str) -> str:
    return "".join(text.split())


def all_text(found: tuple[Article, ...]) -> str:
    return bare("".join(a.title + "".join(p.text for p in a.paragraphs) for a in found))


@pytest.fixture(scope="module")
def sample() -> tuple[Article, ...]:
    return read_articles(list(read_file(SAMPLE))).articles


def test_sample_titles_and_dates(sample: tuple[Article, ...]) -> None:
    assert [a.title for a in sample] == ["", TITLE, ""]
    assert [a.date for a in sample] == [dt.date(2024, 3, 21), dt.date(2024, 3, 25), dt.date(2024, 3, 25)]


def test_sample_paragraphs(sample: tuple[Article, ...]) -> None:
    openings = [[p.text[:9] for p in a.paragraphs] for a in sample]
    first = (
        "3月21—22日， 会议指出，刚刚过去 会议强调，要提高政 会议指出，今年是新 "
        "会议期间，来自汾阳 会上，参会人员集体 市教育局领导、相关"
    )
    second = "3月25日，市委教 市直5所学校和5个 会议指出，去年以来 市委教育工委、市教"
    third = (
        "3月25日，全市教 会议指出 过去一年，市委、市 赵雪宏指出，加快建 "
        "赵雪宏要求，坚持把 赵雪宏强调，纵深推 市委教育工委、市教"
    )
    assert [" ".join(row) for row in openings] == [first, second, third]
    assert all(p.text == "会议指出" or p.text.endswith("。") for a in sample for p in a.paragraphs)


def test_sample_wording(sample: tuple[Article, ...]) -> None:
    text = "\n".join(p.text for a in sample for p in a.paragraphs)
    assert " " not in text and "　" not in text
    for stretch in (
        "安排部署新一年教育工作重点任务，纵深推进2024年全市教育系统全面从严治党工作",
        "三是新撤并农村薄弱学校69所，改造寄宿制学校64所，新建改扩建学校19所，吕梁一小如期投用",
        "六是深耕改革“试验田”，全市80%的中职学校办学条件达标任务基本完成",
        "推进学前教育普及普惠发展，动义务教育优质均衡发展",  # the source's slip stays
        "要用好《吕梁市初中学科质量提升参考资料》，促进我市初中教育高质量发展。",
        "会议指出，今年是新中国成立75周年，",
    ):
        assert stretch in text
    exams = next(p.text for p in sample[0].paragraphs if "中考" in p.text)
    places = [exams.index(f"{n}要") for n in "一二三四五六七"]
    assert places == sorted(places)
    gains = next(p.text for p in sample[2].paragraphs if p.text.startswith("过去一年"))
    assert [gains.index(f"{n}是") for n in "一二三四五六七"] == sorted(gains.index(f"{n}是") for n in "一二三四五六七")


def test_sample_loses_and_invents_nothing(sample: tuple[Article, ...]) -> None:
    source = bare(SAMPLE.read_text("utf-8"))
    assert TITLE not in [p.text for a in sample for p in a.paragraphs]
    # every article is one stretch of the file, in order; the title was printed last
    bodies = [bare("".join(p.text for p in a.paragraphs)) for a in sample]
    assert "".join(bodies) + TITLE == source


@pytest.mark.parametrize("name", sorted(path.stem for path in TEXTS.glob("*.txt")))
def test_golden_texts(name: str) -> None:
    source = TEXTS / f"{name}.txt"
    found = read_articles(list(read_file(source))).articles
    expected = json.loads((TEXTS / f"{name}.json").read_text("utf-8"))
    got = [
        {"title": a.title, "date": a.date and str(a.date), "paragraphs": [p.text for p in a.paragraphs]} for a in found
    ]
    assert got == expected
    assert Counter(all_text(found)) == Counter(bare(source.read_text("utf-8")))


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_encodings_read_alike(tmp_path: Path, sample: tuple[Article, ...], encoding: str) -> None:
    copy = tmp_path / "简报.txt"
    copy.write_bytes(SAMPLE.read_text("utf-8").encode(encoding))
    assert read_articles(list(read_file(copy))).articles == sample


LINE = st.one_of(
    st.text(alphabet="教育工作会议一二、，。；：！“”（）《》 　12年3月25日aB%", max_size=30),
    st.sampled_from(["", "全市教育工作会议召开", "3月25日，全市教育工作会议召开。", "校长参加会议。"]),
    st.sampled_from(["2024年3月25日", "第3期", "2月29日，开。", "市教育局", "（记者 张三）", "12月31日，总结2023年。"]),
    st.text(max_size=12),
)  # fmt: skip


@given(st.lists(LINE, max_size=40))
def test_nothing_is_lost_or_invented(lines: list[str]) -> None:
    found = read_articles([Page(1, tuple(map(Line, lines)))]).articles
    assert Counter(all_text(found)) == Counter(bare("".join(lines)))
    assert all(a.title or a.paragraphs for a in found)


def read_text(text: str) -> tuple[Article, ...]:
    return read_articles(list(pages(text))).articles


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("3月5日，全县召开会议。", None),
        ("3月5日，全县召开会议，部署2022年工作。", dt.date(2022, 3, 5)),
        ("2月30日，全县召开会议，部署2022年工作。", None),
        ("2023年3月5日，全县召开会议。", dt.date(2023, 3, 5)),
        ("二〇二三年三月五日，全县召开会议。", dt.date(2023, 3, 5)),
        ("通知要求，自2023年3月5日起执行新办法。", None),
        ("全县召开会议部署春季工作。\n县教育局\n2023年3月5日", dt.date(2023, 3, 5)),
        ("发布时间：2023-03-05 来源：县教育局\n全县召开会议部署春季工作，要求抓好落实。", dt.date(2023, 3, 5)),
        ("到2035年建成教育强国，任务艰巨。", None),
    ],
)
def test_dates(text: str, date: dt.date | None) -> None:
    assert [a.date for a in read_text(text)] == [date]


def test_years_follow_from_the_neighbours_and_across_new_year() -> None:
    text = "2024年1月5日，县里召开会议。校长参加会议。\n\n12月28日，县里举行培训。教师参加培训。"
    assert [a.date for a in read_text(text)] == [dt.date(2024, 1, 5), dt.date(2023, 12, 28)]


def test_a_chronicle_under_one_title_stays_one_article() -> None:
    text = "红星小学三月大事记\n\n3月1日，学校召开开学典礼。\n\n3月5日，学校举行学雷锋活动。\n\n3月12日，学校组织植树。"
    (article,) = read_text(text)
    assert article.title == "红星小学三月大事记"
    assert len(article.paragraphs) == 3


MEETING = "2024年5月8日上午，局长陈志远主持召开局长办公会议，研究校舍维修等工作。"


def test_the_number_of_minutes_below_their_title_ends_nothing() -> None:
    (found,) = read_text(
        f"市教育局局长办公会议纪要\n\n（2024年第6次）\n\n{MEETING}\n\n一、关于校舍维修\n\n会议决定投入资金。"
    )
    assert (found.title, found.date) == ("市教育局局长办公会议纪要", dt.date(2024, 5, 8))
    assert [p.text for p in found.paragraphs][:2] == ["（2024年第6次）", MEETING]


def test_the_rows_of_a_schedule_begin_no_articles(tmp_path: Path) -> None:
    path = tmp_path / "日程.md"
    rows = "".join(f"| 6月{day}日 | 语文（9:00—11:30） | 物理（14:30—17:00） |\n" for day in (20, 21, 22))
    path.write_text(
        f"# 2024年初中学业水平考试日程\n\n考试定于6月举行。\n\n| 日期 | 上午 | 下午 |\n|---|---|---|\n{rows}", "utf-8"
    )
    (found,) = read_articles(list(read_file(path)), path.name).articles
    assert [p.text.split("\t")[0] for p in found.paragraphs] == [
        "考试定于6月举行。",
        "日期",
        "6月20日",
        "6月21日",
        "6月22日",
    ]


def test_section_headings_start_no_article() -> None:
    text = (
        "关于加强校园安全工作的通知\n\n各学校要高度重视校园安全，层层压实责任，现提出以下要求。\n\n加强组织领导\n\n"
        "各校要成立领导小组，明确分工，责任到人，校长负总责。\n\n加强隐患排查\n\n要每月开展一次全面排查，建立台账，限期整改到位。"
    )
    (article,) = read_text(text)
    assert [p.text for p in article.paragraphs][1] == "加强组织领导"


def test_a_signature_is_no_title() -> None:
    text = "3月5日，县教育局召开会议，县教育局局长讲话，县教育局全体人员参加会议。\n\n县教育局"
    (article,) = read_text(text)
    assert article.title == ""
    assert article.paragraphs[-1].text == "县教育局"


def test_overlap() -> None:
    assert overlap("全市教育会议", "3月5日，全市教育会议召开") == 1
    assert overlap("全市教育会议", "完全无关的文字") == 0
    assert overlap("", "文字") == 0
