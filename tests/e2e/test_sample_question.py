"""The question the program was made for, answered by the real models from the sample bulletin."""

from __future__ import annotations

import pytest

from rag import Answer, Library, Refusal
from rag.answers import AskEvent, DraftText, EvidenceFound
from rag.text import normalise
from tests.conftest import SAMPLE

QUESTION = "今年中考备考有哪些要求？"
POINTS = (
    ("节点安排", "培训指导"),
    ("备考思路", "备考举措", "学优生", "临界生", "学困生"),
    ("思想", "心理", "学习", "生活"),
    ("《吕梁市初中学科质量提升参考资料》",),
    ("今年中考取得新成绩",),
)


@pytest.fixture(scope="module")
def events(sample_library: Library) -> list[AskEvent]:
    return list(sample_library.ask(QUESTION))


@pytest.fixture(scope="module")
def reply(events: list[AskEvent]) -> Answer:
    assert isinstance(events[-1], Answer), events[-1]
    return events[-1]


@pytest.mark.parametrize("words", POINTS, ids=lambda words: words[0])
def test_every_point_is_stated_and_cited_to_its_paragraph(reply: Answer, words: tuple[str, ...]) -> None:
    carriers = [s for s in reply.statements if all(word in s.text for word in words)]
    assert carriers, [s.text for s in reply.statements]
    for statement in carriers:
        assert statement.supported, statement.problems
        assert all(word in "".join(c.quote for c in statement.citations) for word in words)


def test_nothing_else_is_passed_off_as_a_requirement(reply: Answer) -> None:
    for statement in reply.statements:
        for citation in statement.citations:
            assert citation.article.id.endswith("-1")
            assert "六要做好备考工作" in citation.paragraph.text
            assert citation.quote in citation.paragraph.text
            start = citation.paragraph.text.index("六要做好备考工作")
            assert start <= citation.start < citation.paragraph.text.index("七要强化要素保障")


def test_quotes_stand_in_the_file(reply: Answer) -> None:
    source = normalise(SAMPLE.read_text("utf-8"))
    assert all(normalise(c.quote) in source for s in reply.statements for c in s.citations)


def test_evidence_is_shown_before_the_first_word(events: list[AskEvent]) -> None:
    kinds = [type(event) for event in events]
    assert kinds.index(EvidenceFound) < kinds.index(DraftText)
    assert all(f"【{c.number}】" for s in events[-1].statements for c in s.citations)  # type: ignore[union-attr]


@pytest.mark.parametrize("question", ["明年高考的考试时间是哪一天？", "北京市的地铁票价是多少？"])
def test_what_the_bulletin_does_not_say_is_refused(sample_library: Library, question: str) -> None:
    reply = list(sample_library.ask(question))[-1]
    assert isinstance(reply, Refusal), [s.text for s in reply.statements]  # type: ignore[union-attr]
    assert reply.nearest


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("新撤并了多少所农村薄弱学校？", "69所"),
        ("谁主持了抓基层党建工作述职会议？", "刘改花"),
        ("全年累计培训教师多少名？", "5万多名"),
        ("2024年全市义务教育工作会议在哪里召开？", "汾阳"),
    ],
)
def test_a_fact_is_found_and_cited(sample_library: Library, question: str, words: str) -> None:
    reply = list(sample_library.ask(question))[-1]
    assert isinstance(reply, Answer)
    stated = [s for s in reply.statements if words in s.text]
    assert stated, [s.text for s in reply.statements]
    assert all(s.supported and words in "".join(c.quote for c in s.citations) for s in stated)
