"""The points of a list: whole points, what leads in counted ones, each once, none of what is not asked for."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.asked import passed_over
from rag.answering.judging import Line
from rag.answering.listing import Listing, siblings
from rag.layout.sections import heads_of
from rag.statements.roles import Role, enumerations, key_sentences, sentence_text
from tests.briefing_articles import evidence, stored

LINE = Line(1.0, 2.0, -1.0, 3.0)
YES, RATHER, NO = 2.0, 0.5, -2.0
REPORT = (
    "3月1日，全县教育工作会议召开，部署今年工作。",
    "会议指出，过去一年取得新成效。一是新建学校3所。二是培训教师200名。",
    "会议要求，抓好三方面工作。一要狠抓教学质量。各学校要备好每一堂课。二要守住安全底线。三要建好教师队伍。",
)


def chosen(question: str, sure: dict[str, float], *texts: str, gathered: str = "") -> list[str]:
    """`sure` of the sentences that hold these words, NO of others. Passages with none of these words do not answer,
    unless they hold `gathered`."""
    listing = Listing(question, LINE)
    for one in evidence(stored(1, "", dt.date(2024, 3, 1), texts or REPORT)):
        answers = any(words in one.passage.text for words in [*sure, gathered] if words) or not (sure or gathered)
        for point in listing.sentences(one):
            if answers:
                listing.gather(point, next((value for words, value in sure.items() if words in point.text), NO))
    return [point.text for point in listing.chosen()]


def test_a_point_whose_head_answers_is_given_whole() -> None:
    assert chosen("教学质量要怎么抓？", {"教学质量": YES}) == ["一要狠抓教学质量。", "各学校要备好每一堂课。"]


def test_the_rest_of_a_passage_that_rather_answers_is_given_with_it() -> None:
    texts = "要强化政治引领。要夯实基层基础。", "要建好队伍。会议结束。"
    said = {"政治": YES, "基层": RATHER, "队伍": YES}
    assert chosen("有哪些要求？", said, *texts) == ["要强化政治引领。", "要夯实基层基础。", "要建好队伍。"]


def test_what_leads_in_counted_points_stands_for_their_heads() -> None:
    points = ["一要狠抓教学质量。", "二要守住安全底线。", "三要建好教师队伍。"]
    lead = "会议要求，抓好三方面工作。"
    assert chosen("要抓好哪三方面工作？", {"三方面": YES}) == [lead, *points]
    assert chosen("要抓好哪三方面工作？", {"三方面": YES, "一要": YES}) == [lead, *points]


def test_a_lead_in_is_found_where_only_the_passage_as_a_whole_answers() -> None:
    said = chosen("去年取得了哪些成绩？", {}, gathered="过去一年")
    assert said == ["一是新建学校3所。", "二是培训教师200名。"]


def test_of_a_report_of_which_only_the_opening_answers_the_points_are_given() -> None:
    assert chosen("会议部署了哪些任务？", {"部署今年": YES}) == [
        "一要狠抓教学质量。",
        "二要守住安全底线。",
        "三要建好教师队伍。",
    ]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("教师队伍建设有哪些安排？", ["三要建好教师队伍。"]),
        ("教师队伍建设取得了哪些成绩？", ["二是培训教师200名。"]),
        ("教师队伍建设的情况分别怎样？", ["三要建好教师队伍。"]),
        ("教师队伍有哪些情况？", ["二是培训教师200名。", "三要建好教师队伍。"]),
    ],
)
def test_what_has_been_done_is_no_answer_to_what_is_to_be_done(question: str, said: list[str]) -> None:
    assert chosen(question, {"教师": YES}) == said


def test_where_nothing_else_answers_what_was_not_asked_for_is_given() -> None:
    assert chosen("培训有哪些安排？", {"培训": YES}) == ["二是培训教师200名。"]


def test_where_no_sentence_answers_by_itself_all_are_given() -> None:
    assert chosen("有哪些学校？", {}, "甲校建成。", "乙校建成。") == ["甲校建成。", "乙校建成。"]


def test_nothing_is_said_twice() -> None:
    said = "要加强师德师风建设，大力弘扬教育家精神。"
    texts = said, f"会议要求，{said}", "要守住底线。"
    assert chosen("有哪些要求？", {"要": YES}, *texts) == [said, "要守住底线。"]


def test_much_less_sure_sentences_than_the_best_are_left_out() -> None:
    assert chosen("有哪些要求？", {"政治": 4.0, "基层": 1.5}, "政治要引领。", "基层要夯实。") == ["政治要引领。"]


@pytest.mark.parametrize(
    ("question", "over"),
    [
        ("今年中考备考有哪些要求？", Role.PAST),
        ("巩固深化“双减”成果要做哪些工作？", Role.PAST),
        ("2023年取得了哪些成绩？", Role.DEMAND),
        ("去年开展了哪些活动？", Role.DEMAND),
        ("参会人员观摩了哪些学校？", None),
        ("哪些要求取得了成效？", None),
    ],
)
def test_which_role_is_passed_over(question: str, over: Role | None) -> None:
    assert passed_over(question) is over


def test_what_opens_a_report_is_given_where_nothing_further_down_answers() -> None:
    opening = "3月1日，全县校园安全会议召开，要求守住安全底线。"
    said = {"安全": YES}
    assert chosen("校园安全有哪些要求？", said, opening, "各校校长参加会议。") == [opening]
    assert chosen("校园安全有哪些要求？", said, opening, "会议要求，要排查安全隐患。") == ["会议要求，要排查安全隐患。"]


def test_counted_points_are_taken_together_one_enumeration_within_another() -> None:
    texts = (
        "重点抓好两项工作。",
        "一、抓好课堂教学。",
        "（一）备好每一堂课。（二）上好每一堂课。",
        "二、抓好校园安全。",
        "（一）排查校园隐患。（二）守住安全底线。",
        "要求如下：(一)身份证；(二)学历证书；",
    )
    article = stored(1, "", None, texts)
    found = key_sentences(article)
    together = [
        [sentence_text(article, found[place])[:3] for place in places] for places in enumerations(article, found)
    ]
    assert together == [["一、抓", "二、抓"], ["（一）", "（二）"], ["（一）", "（二）"], ["(一)", "(二)"]]


@given(st.lists(st.lists(st.sampled_from([YES, RATHER, NO, 4.0]), min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_list_is_never_empty_and_has_what_surely_answers(sure: list[list[float]]) -> None:
    texts = [
        "".join(f"要办好{'甲乙丙丁'[p]}校{'春夏秋冬'[n]}事。" for n in range(len(row))) for p, row in enumerate(sure)
    ]
    listing = Listing("有哪些要求？", LINE)
    surely = []
    best = max(value for row in sure for value in row)
    for one, row in zip(evidence(stored(1, "", None, texts)), sure, strict=True):
        for point, value in zip(listing.sentences(one), row, strict=True):
            listing.gather(point, value)
            if value >= max(LINE.least, best - LINE.apart):
                surely.append(point.text)
    said = [point.text for point in listing.chosen()]
    assert said and set(surely) <= set(said)
    assert said == sorted(said, key="".join(texts).index)


def test_what_only_begins_a_sentence_of_counted_points_is_none() -> None:
    text = "会议要求，一要狠抓教学质量。二要守住安全底线。"
    said = {"会议要求": YES, "教学质量": YES}
    assert chosen("教学有哪些要求？", said, "全县教育工作会议召开。", text) == ["一要狠抓教学质量。"]


def test_what_stands_before_a_paragraph_of_counted_points_need_not_lead_them_in() -> None:
    texts = "会议召开。", "过去一年成绩显著。", "会议要求，一要抓好教学工作。二要抓好安全工作。"
    assert chosen("有哪些情况？", {"成绩": YES}, *texts) == ["过去一年成绩显著。"]
    texts = "会议召开。", "会议要求抓好以下工作。", "一要抓好教学工作。二要抓好安全工作。"
    assert len(chosen("有哪些情况？", {"以下": YES}, *texts)) == 3


def test_the_rest_of_a_sentence_that_comes_near_is_given_with_its_beginning() -> None:
    text = "2023年新建学校18所；巩固率达到98.6%；会议还看望了教师。"
    said = {"新建": YES, "巩固率": -0.5, "看望": NO}
    assert chosen("2023年取得了哪些成绩？", said, "会议召开。", text) == ["2023年新建学校18所；", "巩固率达到98.6%；"]


PLAN = (
    "一、工作步骤",
    "（一）动员阶段。召开会议。",
    "（二）排查阶段。逐项自查。",
    "（三）总结阶段。推广经验。",
    "说明见附件。",
    "二、保障措施",
    "（一）加强领导。",
)


def test_of_a_section_of_which_two_points_answer_the_others_are_asked_about() -> None:
    found = evidence(stored(1, "方案", dt.date(2024, 3, 1), PLAN))
    _, first, second, third, *_, elsewhere = found
    assert [one.passage.text for one in siblings([third, first], [first, third])] == [PLAN[2]]
    assert list(siblings([first, elsewhere], [first, elsewhere])) == []
    assert list(siblings([first, third], [first, second, third])) == []


def test_a_section_that_is_asked_for_is_taken_whole() -> None:
    article = stored(1, "方案", dt.date(2024, 3, 1), PLAN)
    listing = Listing("方案有哪些保障措施？", LINE)
    head, _ = heads_of(article)
    points = listing.section(evidence(article)[2], head)
    assert [point.text for point in points] == [*PLAN[1:5]]
    assert listing.chosen() == tuple(points)


def test_what_a_heading_calls_tasks_is_never_what_has_been_done() -> None:
    texts = "一、2023年工作回顾", "办好学前教育。", "二、2024年工作任务", "实施教育强县规划。"
    assert chosen("教育做了哪些工作？", {"实施": YES}, *texts) == []
    assert chosen("教育做了哪些工作？", {"实施": YES, "办好": YES}, *texts) == ["办好学前教育。"]
    assert chosen("教育有哪些任务？", {"实施": YES, "办好": YES}, *texts) == ["实施教育强县规划。"]
    assert chosen("教育做了哪些工作？", {"实施": YES}, "实施教育强县规划。") == ["实施教育强县规划。"]
