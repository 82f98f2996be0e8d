"""What each sentence does in its article, and what a sentence may do without."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.briefing.duties import duty_of
from rag.briefing.naming import days, headline, meeting_of
from rag.briefing.shortening import shorter
from rag.layout.sections import section_heads
from rag.statements.alignment import letters
from rag.statements.facts import facts
from rag.statements.roles import ESSENTIAL, Role, key_sentences, pieces, role_of_section, sentence_text
from tests.briefing_articles import sample_articles, stored


def roles(*texts: str) -> list[tuple[str, Role, int]]:
    article = stored(1, "", None, texts)
    return [(sentence_text(article, one), one.role, one.point) for one in key_sentences(article)]


def test_a_report_of_a_meeting_is_read_by_its_form() -> None:
    assert roles(
        "3月1日，全县教育工作会议召开。局长李明出席并讲话。",
        "会议指出，过去一年全县教育工作取得新成效。一是新建学校3所。二是培训教师200名。",
        "会议强调，要提高认识。一要狠抓教学质量。各学校要备好每一堂课。二要守住安全底线。",
        "会议期间，与会人员观摩了县一中。",
        "各校校长参加会议。",
    ) == [
        ("3月1日，全县教育工作会议召开。", Role.OVERVIEW, 0),
        ("局长李明出席并讲话。", Role.OVERVIEW, 0),
        ("会议指出，过去一年全县教育工作取得新成效。", Role.PAST, 0),
        ("一是新建学校3所。", Role.PAST, 1),
        ("二是培训教师200名。", Role.PAST, 2),
        ("会议强调，要提高认识。", Role.SPIRIT, 0),
        ("一要狠抓教学质量。", Role.DEMAND, 3),
        ("各学校要备好每一堂课。", Role.DEMAND, 3),
        ("二要守住安全底线。", Role.DEMAND, 4),
        ("会议期间，与会人员观摩了县一中。", Role.PROCEEDINGS, 0),
        ("各校校长参加会议。", Role.ATTENDANCE, 0),
    ]


def test_demands_that_are_not_counted_are_points_of_their_own() -> None:
    found = roles("3月1日，全县教育工作会议召开。", "会议强调，要强化政治引领。要夯实基层基础。这是长期任务。")
    assert [(role, point) for _, role, point in found[1:]] == [(Role.DEMAND, 1), (Role.DEMAND, 2), (Role.SPIRIT, 0)]


@pytest.mark.parametrize(
    ("headings", "role"),
    [
        (["一、2023年工作回顾", "（三）经费保障"], Role.PAST),
        (["一、主要任务完成情况"], Role.PAST),
        (["二、下一步打算", "（一）办学条件"], Role.DEMAND),
        (["三、保障措施"], Role.DEMAND),
        (["一、基本情况"], None),
        (["第一章 总则"], None),
        ([], None),
    ],
)
def test_headings_tell_what_has_been_done_and_what_is_to_be(headings: list[str], role: Role | None) -> None:
    assert role_of_section(section_heads(enumerate(headings))) is role


def test_what_is_said_of_tasks_under_their_heading_stays_demanded() -> None:
    found = roles(
        "会议召开了。", "一、今年任务", "会议强调，要抓住重点。一要办好学校。二要建好队伍。", "加强体系建设。"
    )
    assert [role for text, role, _ in found if text == "加强体系建设。"] == [Role.DEMAND]


def test_those_addressed_do_not_open_a_notice() -> None:
    opening = "为做好工作，决定开展整治。现将有关事项通知如下。"
    found = roles("各县教育局，各学校：", opening, "一、总体要求", "坚持安全第一。", "特此通知。")
    assert [(text, role) for text, role, _ in found] == [
        ("为做好工作，决定开展整治。", Role.OVERVIEW),
        ("坚持安全第一。", Role.DEMAND),
    ]


def test_what_stands_under_a_heading_of_tasks_is_demanded() -> None:
    found = roles(
        "为做好工作，制定本方案。",
        "一、基本情况",
        "全县现有学校30所。",
        "二、主要任务",
        "（一）消防安全。每学期组织一次演练。",
        "（二）食品安全。实行校长陪餐制。",
        "三、其他事项",
        "联系电话见附件。",
    )
    assert [(role, point) for _, role, point in found[1:]] == [
        (Role.OTHER, 0),
        (Role.DEMAND, 1),
        (Role.DEMAND, 2),
        (Role.OTHER, 0),
    ]


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("会议指出，2023年新建学校12所，培训教师5万名。", Role.PAST),
        ("会议指出，全县学前教育毛入园率达到98.6%。", Role.PAST),
        ("会议指出，教育是民生之首，要新建学校12所。", Role.DEMAND),
        ("会议指出，今年力争新建学校12所。", Role.SPIRIT),
        ("会议指出，到2025年培训教师5万名。", Role.SPIRIT),
        ("会议指出，教育质量稳步提升，群众十分满意。", Role.SPIRIT),
        ("会议强调，提升质量关键在于落实“三个责任”。", Role.SPIRIT),
    ],
)
def test_what_was_done_with_its_figures_is_no_spirit_of_a_speech(text: str, role: Role) -> None:
    assert roles("3月1日，全县教育工作会议召开。", text)[1][1] is role


def test_a_plan_and_a_law_demand_without_saying_so() -> None:
    found = roles("现将今年工作安排如下。", "（一）大力提振消费，扩大国内需求。", "（二）加快建设现代化产业体系。")
    assert [role for _, role, _ in found] == [Role.DEMAND] * 2
    found = roles(
        "为了保护未成年人，制定本条例。",
        "第二条学校应当建立安全制度。",
        "有下列情形之一的，予以处分：",
        "（一）体罚学生的。",
        "（二）侮辱学生的。",
    )
    assert [role for text, role, _ in found if text.startswith(("第二条", "（"))] == [
        Role.DEMAND,
        Role.OTHER,
        Role.OTHER,
    ]


def test_formulas_of_speeches_and_notices_are_passed_over() -> None:
    found = roles(
        "各位代表：", "现在，我代表县政府向大会报告工作，请予审议。", "一、去年工作", "新建学校3所。", "特此报告。"
    )
    assert [text for text, _, _ in found] == ["新建学校3所。"]


def test_what_only_looks_like_a_speaker_is_none() -> None:
    found = roles("全县教育工作会议召开。", "这是坚持和发展教育事业的必然要求，意义十分重大。", "天气转冷了许多。")
    assert [role for _, role, _ in found[1:]] == [Role.OTHER, Role.OTHER]


def test_points_after_a_colon_are_sentences_of_their_own() -> None:
    text = "会议要求，抓好三项工作：一是狠抓教学；二是守住安全；三是建强队伍。"
    assert [text[slice(*span)] for span in pieces(text)] == [
        "会议要求，抓好三项工作：",
        "一是狠抓教学；",
        "二是守住安全；",
        "三是建强队伍。",
    ]
    assert [role for _, role, _ in roles("3月1日，会议召开了。", text)][1:] == [Role.DEMAND] * 4


def test_what_only_names_a_point_goes_with_what_is_said_of_it() -> None:
    text = "（一）消防安全。每学期组织演练。（二）各校要落实责任。层层签订。（三）防溺水。"
    said = [text[slice(*span)] for span in pieces(text)]
    assert said == ["（一）消防安全。每学期组织演练。", "（二）各校要落实责任。", "层层签订。", "（三）防溺水。"]


def test_every_head_of_a_demanded_point_is_essential_and_tables_are_passed_over() -> None:
    for article in sample_articles():
        heads = [one for one in key_sentences(article) if one.head and one.role is Role.DEMAND]
        assert heads and all(one.importance >= ESSENTIAL for one in heads)


@pytest.mark.parametrize(
    ("number", "meeting", "title"),
    [
        (0, "2024年全市义务教育工作会议", "2024年全市义务教育工作会议在汾阳市召开"),
        (1, "2023年度抓基层党建工作述职会议", "市委教育工委召开2023年度抓基层党建工作述职会议"),
        (2, "全市教育工作暨教育系统全面从严治党工作会议", "全市教育工作暨教育系统全面从严治党工作会议召开"),
    ],
)
def test_a_meeting_is_called_by_its_own_words(number: int, meeting: str, title: str) -> None:
    article = sample_articles()[number]
    assert (meeting_of(article), headline(article)) == (meeting, title)


def test_days_share_what_they_have_in_common() -> None:
    first, later = dt.date(2024, 3, 18), dt.date(2024, 4, 2)
    assert days(first, first) == "2024年3月18日"
    assert days(first, dt.date(2024, 3, 31)) == "2024年3月18日至31日"
    assert days(first, later) == "2024年3月18日至4月2日"
    assert days(first, dt.date(2025, 3, 18)) == "2024年3月18日至2025年3月18日"


# ---------------------------------------------------------------- shortening


def test_trailing_clauses_may_go() -> None:
    text = "五是深入推进高素质教师队伍建设，强化师德师风建设，开展好各类教师培训。"
    assert shorter(text) == (
        "五是深入推进高素质教师队伍建设，强化师德师风建设。",
        "五是深入推进高素质教师队伍建设。",
    )


@pytest.mark.parametrize(
    "text",
    [
        "会议强调，要提高政治站位。",  # who speaks is no sentence
        "为进一步提高教育教学质量，制定本办法。",
        "在全县各中小学幼儿园范围内，开展专项检查。",
        "符合规定条件的家庭可以申请补助，但是已经享受同类补助的除外。",
        "不仅要抓好教学质量提升，而且要抓好安全工作。",
        "要树立小学“保全苗”，初中“壮筋骨”的育人理念。",
        "要将24字社会主义核心价值观，按时序、分阶段进行设计。",
        "严格落实“学校领导带头开展家访活动，走进每一个家庭。",  # the quotation is left open
        "本规定发布时，已借外债尚未清偿完毕的借款单位，应当办理登记手续。",
        "第三十条违反本办法规定的单位和个人，由上级机关责令改正。",
        "各级人民政府应当按照分级管理、分级培训的原则，加强教师培训工作。",
        "赵雪宏要求，扎实推动建设教育强市开好局，全力抓好七方面具体工作。",  # what comes next is announced
        "市委教育工委、市教育局领导班子成员，各县教育工委书记、校长参加会议。",
    ],
)
def test_nothing_goes_that_the_rest_hangs_on(text: str) -> None:
    assert shorter(text) == ()


_CLAUSES = st.sampled_from(
    [
        "要深化教学管理",
        "打造高效课堂",
        "培训教师200名",
        "为了提高质量",
        "但是不得补课",
        "落实《办法》",
        "“双减”",
        "12月底前完成整改",
    ]
)


@given(st.lists(_CLAUSES, min_size=1, max_size=6))
def test_what_is_shortened_is_a_beginning_of_the_sentence(clauses: list[str]) -> None:
    text = "，".join(clauses) + "。"
    said = {fact.key for fact in facts(text)}
    for short in shorter(text):
        assert text.startswith(short[:-1]) and len(short) < len(text)
        assert {fact.key for fact in facts(short)} <= said
        assert letters(short, ()) != letters(text, ())


def test_what_something_is_done_for_does_not_stand_without_what_is_done() -> None:
    text = "为贯彻部署，切实保障师生生命财产安全，市教育局决定开展整治行动，全面排查风险隐患。"
    assert shorter(text) == ("为贯彻部署，切实保障师生生命财产安全，市教育局决定开展整治行动。",)


def test_a_point_that_has_a_name_may_be_named_alone() -> None:
    assert shorter("（四）加大宣传力度。利用校园广播普及知识，营造氛围。") == (
        "（四）加大宣传力度。利用校园广播普及知识。",
        "（四）加大宣传力度。",
    )
    assert shorter("（一）消防安全。排查设施配备情况。") == ()
    assert shorter("要坚持“加强领导。落实责任。”") == ()


# ---------------------------------------------------------------- duties


@pytest.mark.parametrize(
    ("text", "who", "due"),
    [
        ("各县市区教科局要组织好备考节点安排与相关业务的培训指导。", "各县市区教科局", ""),
        ("市县两级教研员要将工作重心下移。", "市县两级教研员", ""),
        ("一要深化教学管理。", "", ""),
        ("（一）各市、县人民政府要在2025年6月底前完成整改。", "各市、县人民政府", "2025年6月底前"),
        ("6月底前，各部门要完成自查。", "各部门", "6月底前"),
        ("由教育局牵头，年底前完成。", "教育局", "年底前"),
        ("由教育局具体负责，2025年底前完成。", "教育局", "2025年底前"),
        ("成立由市教育局主要负责同志任组长的领导小组，统筹协调。", "", ""),
        ("节假日前开展专题教育。", "", ""),
        ("（一）动员阶段（4月1日至4月15日）。各县制定方案。", "", "4月1日至4月15日"),
        ("（二）整改阶段（4月至8月中旬）。逐项自查。", "", "4月至8月中旬"),
        ("（二）网上报名。6月10日至20日，家长登录平台填报信息。", "", "6月10日至20日"),
        ("（一）公布方案。各县（区）于4月30日前公布招生方案。", "各县（区）", "4月30日前"),
        ("（一）压实责任。各县（区）教育局主要负责同志要亲自部署。", "各县（区）教育局主要负责同志", ""),
        ("第五条各级人民政府应当加强对学前教育工作的领导。", "各级人民政府", ""),
    ],
)
def test_who_must_do_it_and_by_when(text: str, who: str, due: str) -> None:
    assert duty_of(text) == type(duty_of(text))(who, due)


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_counted_point_may_be_short(between: str) -> None:
    texts = between.join(["认定资格所需材料：", "(一)身份证；", "(二)学历证书；"]).split("\n")
    found = roles("全县教育工作会议召开。", *texts)
    assert [text for text, _, point in found if point] == ["(一)身份证；", "(二)学历证书；"]
