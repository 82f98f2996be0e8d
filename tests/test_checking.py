"""What the checker lets pass and what it marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.statements.checking import coverage, missing_facts, problems
from rag.statements.narrowing import supporting_spans
from rag.text import sentences

SOURCE = (
    "新撤并农村薄弱学校69所，改造寄宿制学校64所。3月25日，市教育局召开2024年教研工作会议，印发《教研工作要点》。"
    "会议提出“五个一”要求，全年培训教师5万多名，达标率80%。局长赵雪宏出席并讲话。"
)


@pytest.mark.parametrize(
    "statement",
    [
        "新撤并农村薄弱学校69所。",
        "新撤并农村薄弱学校六十九所。",
        "全年培训教师５万多名，达标率８０％。",
        "3月25日，市教育局召开2024年教研工作会议。",
        "会议印发《教研工作要点》，提出“五个一”要求。",
        "局长赵雪宏出席并讲话。",
        "局长赵雪宏“出席并讲话”。",
        "会议提出「五个一」要求。",
    ],
)
def test_what_the_source_says_has_no_problems(statement: str) -> None:
    assert problems(statement, SOURCE) == ()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("新撤并农村薄弱学校96所。", "96所"),
        ("新撤并农村薄弱学校69个。", "69个"),
        ("达标率90%。", "90%"),
        ("3月26日，市教育局召开2024年教研工作会议。", "3月26日"),
        ("3月25日，市教育局召开2023年教研工作会议。", "2023年"),
        ("会议印发《教研工作方案》。", "《教研工作方案》"),
        ("会议提出“六个一”要求。", "“六个一”"),
        ("局长张雪宏出席并讲话。", "张雪宏"),
    ],
)
def test_a_changed_fact_is_named(statement: str, named: str) -> None:
    assert any(named in problem for problem in problems(statement, SOURCE)), problems(statement, SOURCE)


@pytest.mark.parametrize(
    ("statement", "source", "named"),
    [
        ("用A4纸打印。", "用A3纸打印。", "A4"),
        ("小米MIX5的处理器。", "小米MIX4的处理器。", "MIX5"),
        ("小米MIX 4的处理器。", "小米MIX4的处理器。", None),
        ("PM2.5均值为30微克。", "PM 2.5均值为30微克。", None),
        ("全市GDP5.3%。", "全市GDP5.4%。", "5.3%"),
        ("完成GDP12亿元。", "完成GDP 12亿元。", None),
    ],
)
def test_the_number_in_a_latin_name_is_a_fact_with_or_without_a_space(
    statement: str, source: str, named: str | None
) -> None:
    assert (
        any(named in problem for problem in problems(statement, source)) if named else not problems(statement, source)
    )


def test_words_of_its_own_are_a_problem() -> None:
    assert problems("吕梁市高校数量居中部地区前列，办学水平不断提高。", SOURCE)


def test_the_citation_is_narrowed_to_the_sentence_that_carries_the_statement() -> None:
    (span,) = supporting_spans("局长赵雪宏出席并讲话。", SOURCE)
    assert SOURCE[span[0] : span[1]] == "局长赵雪宏出席并讲话。"


def test_a_statement_from_two_sentences_cites_both() -> None:
    spans = supporting_spans("新撤并农村薄弱学校69所，局长赵雪宏出席并讲话。", SOURCE)
    assert [SOURCE[a:b] for a, b in spans] == [
        "新撤并农村薄弱学校69所，改造寄宿制学校64所。",
        "局长赵雪宏出席并讲话。",
    ]


def test_a_statement_foreign_to_the_source_has_no_span() -> None:
    assert supporting_spans("ABC", "甲乙丙。") == ()


texts = st.text(alphabet="甲乙丙丁一二三0123年月日所。，；“”《》\n ", min_size=1, max_size=80)


@given(texts, texts)
def test_spans_lie_in_the_source_and_do_not_overlap(statement: str, source: str) -> None:
    end = 0
    for start, stop in supporting_spans(statement, source):
        assert end <= start < stop <= len(source)
        end = stop


@given(texts)
def test_a_text_supports_itself(text: str) -> None:
    assert missing_facts(text, text) == ()
    assert coverage(text, text) == 1.0


@given(texts)
def test_every_whole_sentence_of_a_source_is_supported_by_it(source: str) -> None:
    for start, end in sentences(source):
        assert coverage(source[start:end], source) == 1.0


RULES = (
    "第八条 学校不得组织学生参加有偿补课，每天作业时间不超过90分钟。市教育局和县财政局分别承担60%和40%的经费。"
    "所有学校必须在9月1日前完成“明厨亮灶”改造，小学增长5%，初中下降3%。"
)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("学校应当组织学生参加有偿补课。", "不得"),
        ("学校组织学生参加有偿补课。", "不得"),
        ("所有学校不必须在9月1日前完成“明厨亮灶”改造。", "不"),
        ("每天作业时间不少于90分钟。", "不超过"),
        ("部分学校必须在9月1日前完成“明厨亮灶”改造。", "所有"),
        ("所有学校可以在9月1日前完成“明厨亮灶”改造。", "必须"),
        ("初中增长3%。", "下降"),
        ("市教育局和县财政局分别承担40%和60%的经费。", "位置"),
        ("小学增长3%，初中下降5%。", "%"),
        ("市公安局和县财政局分别承担60%和40%的经费。", "公安局"),
        ("企业必须在9月1日前完成“明厨亮灶”改造。", "企业"),
        ("所有学校必须在9月1日前完成“明厨统筹”改造。", "明厨统筹"),
    ],
)
def test_a_turned_meaning_is_named(statement: str, named: str) -> None:
    assert any(named in problem for problem in problems(statement, RULES)), problems(statement, RULES)


@pytest.mark.parametrize(
    "statement",
    [
        "学校不得组织学生参加有偿补课。",
        "每天作业时间不超过90分钟。",
        "市教育局承担60%的经费。",
        "其中，初中下降３％。",
        "所有学校必须在9月1日前完成「明厨亮灶」改造。",
        "小学增长百分之五。",
    ],
)
def test_what_is_left_out_or_written_otherwise_changes_nothing(statement: str) -> None:
    assert problems(statement, RULES) == ()


def test_a_noun_of_the_question_may_be_repeated_but_not_its_names_and_figures() -> None:
    cited = "赵雪宏出席并讲话。"
    assert problems("出席领导有赵雪宏。", cited, question="出席的领导有谁？") == ()
    assert problems("2025年赵雪宏出席并讲话。", cited, question="2025年谁出席？")
    assert problems("李志强出席并讲话。", cited, question="李志强出席了吗？")


def test_the_articles_title_may_be_repeated() -> None:
    assert problems("教研工作会议上，赵雪宏出席并讲话。", "赵雪宏出席并讲话。", title="全市教研工作会议召开") == ()


@pytest.mark.parametrize(("year", "supported"), [(2024, True), (2023, False), (None, False)])
def test_a_day_is_completed_by_its_articles_year(year: int | None, supported: bool) -> None:
    assert (problems("2024年3月25日，会议召开。", "3月25日，会议召开。", year=year) == ()) is supported


def test_a_date_may_leave_its_year_out() -> None:
    assert problems("3月21日至22日，会议召开。", "2024年3月21日至22日，会议召开。") == ()
    assert problems("3月21日至23日，会议召开。", "2024年3月21日至22日，会议召开。")


_NOUNS = ("学校", "教师", "家长", "经费", "作业", "课程")
_VERBS = ("应当公开", "不得挪用", "必须保障", "可以申请", "没有检查")
clause = st.builds(
    lambda noun, verb, figure: f"{noun}{verb}{figure}项",
    st.sampled_from(_NOUNS),
    st.sampled_from(_VERBS),
    st.integers(2, 9999),
)


@given(st.lists(clause, min_size=1, max_size=5, unique=True), st.data())
def test_whole_clauses_of_a_source_have_no_problems(source: list[str], data: st.DataObject) -> None:
    kept = data.draw(
        st.lists(st.sampled_from(source), min_size=1, unique=True).map(lambda k: sorted(k, key=source.index))
    )
    assert problems("，".join(kept) + "。", "，".join(source) + "。") == ()


@given(st.lists(clause, min_size=1, max_size=4, unique=True), st.data())
def test_another_figure_in_any_clause_is_seen(source: list[str], data: st.DataObject) -> None:
    text = "，".join(source) + "。"
    digits = [i for i, c in enumerate(text) if c.isdecimal()]
    place = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from([d for d in "123456789" if d != text[place]]))
    changed = text[:place] + other + text[place + 1 :]
    assert problems(changed, text)


def test_a_thing_is_not_given_to_another() -> None:
    source = "参会人员集体观看了吕梁教育宣传片，“智慧课堂”项目负责人张四保作了精彩推介。"
    (problem,) = problems("吕梁教育宣传片的负责人张四保", source)
    assert "宣传片" in problem
    assert "项目" in problem
    assert not problems("“智慧课堂”项目的负责人张四保", source)
    assert not problems("项目负责人张四保作了推介。", source)
    assert not problems("会议的主持人是刘改花。", "会议由刘改花主持，各科室负责人参加。", question="会议的主持人是谁？")


def test_markup_does_not_outweigh_the_words() -> None:
    cited = "[bold red]紧急[/bold red][link=http://attack.invalid]点击[/link]"
    assert problems("[bold red]会议取消[/bold red]。", cited, question="会议有什么要求？")
    assert not problems("[bold red]紧急[/bold red]", cited)


@pytest.mark.parametrize(
    ("statement", "sound"),
    [
        ("新增省级平安校园6所。", True),
        ("新增省级法治示范校5所、省级平安校园6所。", True),
        ("新增平安校园六所。", True),
        ("新增省级平安校园5所、省级平安校园6所。", False),
        ("新增省级平安校园5所。", False),
    ],
)
def test_a_count_belongs_to_what_it_counts(statement: str, sound: bool) -> None:
    cited = "七是校园安全持续向好，新增省级法治示范校5所、省级平安校园6所。"
    assert (not problems(statement, cited)) == sound
