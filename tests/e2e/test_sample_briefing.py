"""Briefings of the sample bulletin in a real library: found by topic with the real embedding model."""

from __future__ import annotations

import pytest

from rag import Library
from rag.briefings import Briefing, BriefingRequest, footnotes
from rag.text import normalise
from tests.briefing_articles import Lines
from tests.conftest import SAMPLE


def brief(library: Library, request: BriefingRequest) -> Briefing:
    made = list(library.brief(request, Lines()))[-1]
    assert isinstance(made, Briefing)
    return made


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (BriefingRequest("meeting", topic="全市义务教育工作会议"), "七要强化要素保障"),
        (BriefingRequest("topic", topic="中考备考"), "力争今年中考取得新成绩"),
        (BriefingRequest("topic", topic="教师队伍建设"), "高素质教师队伍建设"),
        (BriefingRequest("tasks", topic="义务教育"), "各地各学校要把加强教师队伍建设"),
    ],
    ids=["meeting", "exam", "teachers", "tasks"],
)
def test_a_briefing_fits_its_page_and_every_sentence_stands_in_the_file(
    sample_library: Library, request_: BriefingRequest, said: str
) -> None:
    briefing = brief(sample_library, request_)
    source = normalise(SAMPLE.read_text("utf-8"))
    assert briefing.pages == 1
    assert any(said in statement.text for statement in briefing.statements), briefing.statements
    for statement in briefing.statements:
        assert statement.supported, statement.problems
        assert normalise(statement.text[:-1]) in source
    assert all(normalise(citation.quote) in source for citation in footnotes(briefing).citations)
