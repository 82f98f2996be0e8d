"""The outline, and paragraphs without geometry: whole lines, titles, table rows, confidence."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.layout.outline import outline
from rag.layout.paragraphs import blocks, paragraphs
from rag.types import Line, Page

TITLE = "关于做好2024年中考备考工作的通知"
NOTICE = [
    Line("各县（市、区）教育局，市直各学校："),
    Line("为做好2024年中考备考工作，现将有关事项通知如下。"),
    Line("一、提高认识", heading=2),
    Line("各学校要高度重视，成立专班。"),
    Line("二、工作要求", heading=2),
    Line("3月25日前报送方案，请各单位准时参加。"),
    Line("吕梁市教育局"),
    Line("2024年3月20日"),
]
NEWS = ["4月2日，全市教育工作会议召开，各县教育局局长参加会议。", "会议强调，要坚持立德树人，办好人民满意的教育。"]


def whole(*lines: Line) -> Page:
    return Page(1, lines, wrapped=False)


def titles(*lines: Line) -> list[str]:
    return [article.title for article in read_articles([whole(*lines)]).articles]


@pytest.mark.parametrize(
    "head",
    [
        [Line(TITLE, heading=1)],
        [Line("吕梁市教育局文件", size=36, bold=True), Line("吕教办〔2024〕12号", size=16), Line(TITLE, size=22)],
        [Line("内部资料"), Line("（2024年3月20日）"), Line(TITLE, heading=1)],
        [Line(TITLE[:15], heading=1), Line(TITLE[15:], heading=1)],
        [Line(TITLE, bold=True)],
        [Line(TITLE)],
        [Line(TITLE, heading=1), Line("2024年3月20日")],
    ],
    ids=["marked", "large", "below-the-issuer", "two-lines", "bold", "first", "date-below"],
)
def test_a_notice_is_one_article_under_its_title(head: list[Line]) -> None:
    size = 16.0 if any(line.size for line in head) else 0.0
    body = [Line(line.text, size=size, heading=line.heading if head[0].heading else 0) for line in NOTICE]
    (article,) = read_articles([whole(*head, *body)]).articles
    assert article.title == TITLE
    assert [p.text for p in article.paragraphs][-len(body) :] == [line.text for line in body]
    assert {p.text for p in article.paragraphs} >= {line.text for line in head if line.text not in TITLE}


def test_sections_stay_in_their_document() -> None:
    lines = [
        Line("工作总结", heading=1),
        Line("主要成绩", heading=1),
        Line("成绩很大。"),
        Line("存在问题", heading=1),
        Line("问题也有。"),
    ]
    (article,) = read_articles([whole(*lines)]).articles
    assert article.title == "工作总结"
    numbered = [Line("一、加强党的全面领导和党的建设", heading=1), Line(NEWS[0])] * 2
    assert len(read_articles([whole(*numbered)]).articles) == 1


def test_several_articles_under_headings() -> None:
    heads = ["全市教育工作会议在市政府召开", "市直学校开展防溺水安全教育活动", "我市三名教师获得省级表彰"]
    lines = [line for head in heads for line in (Line(head, heading=1), *map(Line, NEWS))]
    assert titles(*lines) == heads
    large = [line for head in heads for line in (Line(head, size=22), *(Line(text, size=16) for text in NEWS))]
    assert titles(*large) == heads
    issue = [Line("教育简报", heading=1), Line("第12期"), Line("2024年4月3日")]
    below = [Line(line.text, heading=line.heading and 2) for line in lines]
    reading = read_articles([whole(*issue, *below)])
    assert [article.title for article in reading.articles] == heads
    assert [p.text for p in reading.furniture] == ["教育简报", "第12期", "2024年4月3日"]


def test_lists_and_forms_have_no_title() -> None:
    assert outline([Line("张三"), Line("李四"), Line("王五")]).titles == ()
    assert outline([]).titles == ()


def test_page_headers_are_furniture() -> None:
    reading = read_articles([whole(Line("内部资料 注意保存", furniture=True), Line(TITLE, heading=1), *NOTICE)])
    assert [p.text for p in reading.furniture] == ["内部资料注意保存"]
    assert len(reading.articles) == 1


def test_whole_lines_are_never_joined() -> None:
    texts = ["会议开了，大家", "都来了，会议很好，", "好极了。"]
    assert [p.text for p in paragraphs([whole(*map(Line, texts))])] == texts


def test_rows_keep_their_cells_and_their_header() -> None:
    rows = [
        Line("学校\t人 数", header=""),
        Line("一中\t1 200", header="学校\t人 数"),
        Line("\t800", header="学校\t人数"),
    ]
    for wrapped in (True, False):
        page = Page(1, (Line("各学校人数如下"), *rows, Line("完。")), wrapped=wrapped)
        found = paragraphs([page])
        assert [(p.text, p.header) for p in found][1:-1] == [
            ("学校\t人数", ""),
            ("一中\t1 200", "学校\t人数"),
            ("\t800", "学校\t人数"),
        ]


def test_confidence_is_the_mean_over_characters() -> None:
    page = Page(1, (Line("会议指出，要认真学习贯彻，", confidence=0.9), Line("落实。", confidence=0.5)))
    (paragraph,) = paragraphs([page])
    assert paragraph.confidence == pytest.approx((13 * 0.9 + 3 * 0.5) / 16)
    assert all(p.confidence is None for p in paragraphs([whole(Line("会议。"))]))


@given(
    st.lists(
        st.builds(
            Line,
            st.text(alphabet="教育会一、。：\t 12年月日号", max_size=20),
            size=st.sampled_from([0.0, 16.0, 22.0]),
            heading=st.integers(0, 3),
            header=st.sampled_from([None, None, None, "", "甲\t乙"]),
            furniture=st.booleans(),
        ),
        max_size=25,
    ),
    st.booleans(),
)
def test_nothing_is_lost(lines: list[Line], wrapped: bool) -> None:
    text = Counter("".join("".join(line.text for line in lines).split()))
    page = Page(1, tuple(lines), wrapped=wrapped)
    assert Counter("".join("".join(b.text for b in blocks([page])).split())) == text
    reading = read_articles([page])
    said = [h.paragraph.text for a in reading.articles for h in a.headings if h.role == "title"]
    said += [p.text for a in reading.articles for p in a.paragraphs] + [p.text for p in reading.furniture]
    assert Counter("".join("".join(said).split())) == text
