"""Two bulletins that do not say the same of one matter: both are quoted, each under its date."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.answering.writing import answer
from rag.answers import Answer, Citation, Evidence, EvidenceFound, Statement
from rag.statements.disagreement import SAID, with_other_versions
from rag.types import Document, Paragraph, Passage, StoredArticle, StoredParagraph
from tests.scripted_chat import ScriptedChat

EARLY, LATE = dt.date(2024, 3, 25), dt.date(2024, 6, 2)
SCHOOLS = "全市新撤并农村薄弱学校69所。"


def bulletin(number: int, text: str, date: dt.date | None, twins: tuple[str, ...] = ()) -> Evidence:
    """A document with one article of one paragraph, found."""
    name = f"{number:012}"
    document = Document(name, f"{number}.txt", name, 1, dt.datetime(2024, 7, 1, tzinfo=dt.UTC), 1, 1, 1)
    paragraph = StoredParagraph(f"{name}-1-1", f"{name}-1", Paragraph(text))
    article = StoredArticle(f"{name}-1", name, f"第{number}期", date, 1, (paragraph,), twins=twins)
    return Evidence(Passage(f"{name}-1-1#1", paragraph.id, 0, len(text), text), paragraph, article, document, 1.0)


def said(evidence: Evidence, text: str, number: int = 1) -> Statement:
    start = evidence.paragraph.text.index(text)
    whole = Citation(evidence.paragraph, start, start + len(text), evidence.article, evidence.document, number)
    return Statement(text, (whole,))


def versions(first: str, second: str, early: dt.date | None = EARLY, late: dt.date | None = LATE) -> list[Statement]:
    """What comes of a statement that is the first bulletin's text, when the second was found, too."""
    one, other = bulletin(1, first, early), bulletin(2, second, late)
    return with_other_versions([said(one, first)], [one], [one, other])[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SCHOOLS, "全市新撤并农村薄弱学校71所。"),
        (SCHOOLS, "据统计，撤并农村薄弱学校七十一所。"),
        ("义务教育巩固率达到99.5%，位居全省前列。", "义务教育巩固率达到98.7%。"),
        ("中考备考会定于4月10日召开。", "中考备考会定于4月12日召开。"),
    ],
)
def test_another_figure_or_day_of_the_same_matter_is_quoted_beside_it_with_its_date(first: str, second: str) -> None:
    mine, theirs = versions(first, second)
    assert (mine.text, theirs.text) == (first, second)
    assert (mine.group, theirs.group) == ("2024-03-25　第1期", "2024-06-02　第2期")
    (citation,) = theirs.citations
    assert (citation.number, citation.quote) == (2, second)
    assert theirs.supported


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (SCHOOLS, "全市撤并农村薄弱学校六十九所。"),  # the same figure
        (SCHOOLS, "新建城区幼儿园71所。"),  # another matter
        (SCHOOLS, "汾阳市新撤并农村薄弱学校12所。"),  # another place
        (SCHOOLS, "全市新撤并农村薄弱学校所需资金71万元。"),  # another unit
        ("2023年全市新撤并农村薄弱学校69所。", "2022年全市新撤并农村薄弱学校71所。"),  # another year
        ("3月全市累计培训教师1200名。", "4月全市累计培训教师1500名。"),  # another month
        ("2023年4月10日召开中考备考会。", "2024年4月12日召开中考备考会。"),  # another meeting
        ("2023年新建学校12所，验收合格。", "2024年新建学校12所，验收合格。"),  # no day, no other figure
    ],
)
def test_what_is_another_matter_or_the_same_figure_is_left_alone(first: str, second: str) -> None:
    (only,) = versions(first, second)
    assert only.group == ""


def test_last_year_is_another_year_in_a_bulletin_of_another_year() -> None:
    texts = "去年全市新撤并农村薄弱学校69所。", "去年全市新撤并农村薄弱学校71所。"
    assert len(versions(*texts)) == 2
    assert len(versions(*texts, late=dt.date(2023, 3, 20))) == 1


def test_a_second_print_of_the_article_is_no_other_version() -> None:
    one = bulletin(1, SCHOOLS, EARLY, twins=("000000000002-1",))
    other = bulletin(2, "全市新撤并农村薄弱学校96所。", LATE)
    assert with_other_versions([said(one, SCHOOLS)], [one], [one, other]) == ([said(one, SCHOOLS)], (one,))


def test_what_is_said_already_is_not_said_again() -> None:
    other_text = "全市新撤并农村薄弱学校71所。"
    one, other = bulletin(1, SCHOOLS, EARLY), bulletin(2, other_text, None)
    rest = bulletin(3, "会议由李某主持。", LATE)
    statements = [said(one, SCHOOLS), said(rest, rest.passage.text, 3), said(other, other_text, 2)]
    made, shown = with_other_versions(statements, [one, other, rest], [other, one, rest])
    assert [(s.text, s.group) for s in made] == [
        (rest.passage.text, ""),
        (SCHOOLS, "2024-03-25　第1期"),
        (other_text, "日期不详　第2期"),
    ]
    assert shown == (one, other, rest)


def test_an_unsupported_statement_has_no_other_version() -> None:
    one, other = bulletin(1, SCHOOLS, EARLY), bulletin(2, "全市新撤并农村薄弱学校71所。", LATE)
    statement = Statement(SCHOOLS, said(one, SCHOOLS).citations, ("所引原文中没有……",))
    assert with_other_versions([statement], [one], [one, other]) == ([statement], (one,))


def test_the_answer_says_so_and_numbers_the_evidence_that_was_not_written_from() -> None:
    one, other = bulletin(1, SCHOOLS, EARLY), bulletin(2, "全市新撤并农村薄弱学校71所。", LATE)
    chat = ScriptedChat(SCHOOLS, answering=lambda prompt: 0.99 if "69所" in prompt else 0.01)
    *events, reply = answer("撤并了多少所农村薄弱学校？", lambda _question: (one, other), chat)
    assert isinstance(reply, Answer)
    assert [statement.text for statement in reply.statements] == [SCHOOLS, other.passage.text]
    assert (reply.summary, reply.evidence) == (SAID, (one, other))
    assert [event for event in events if isinstance(event, EvidenceFound)][-1].evidence == reply.evidence
    for statement in reply.statements:
        for citation in statement.citations:
            assert reply.evidence[citation.number - 1].paragraph.id == citation.paragraph.id
