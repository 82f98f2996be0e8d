"""Where a model that is not known draws its line between a passage that answers and one that is merely related."""

from __future__ import annotations

import pytest

from rag.answering.judging import Line, line_of, sureness, worth_asking
from tests.scripted_chat import ScriptedChat

ANSWERED = ("多少个阅览座位", "要做好哪些工作", "由谁主持")


def chat(yes: float, no: float) -> ScriptedChat:
    return ScriptedChat(adapted=False, answering=lambda prompt: yes if any(q in prompt for q in ANSWERED) else no)


@pytest.mark.parametrize(("yes", "no"), [(0.99, 0.2), (0.5, 0.3), (0.3, 0.01)])
def test_the_line_lies_between_what_a_model_says_of_answered_and_unanswered_questions(yes: float, no: float) -> None:
    model = chat(yes, no)
    line = line_of(model)
    assert sureness("由谁主持？", "某段资料", model)[0] > line.least > sureness("别的问题？", "某段资料", model)[0]
    assert line.apart > 0


def test_a_model_is_measured_once() -> None:
    model = chat(0.9, 0.1)
    assert line_of(model) is line_of(model)
    assert len(model.prompts) == 6


def test_the_model_that_was_taught_where_its_line_lies_is_not_measured() -> None:
    model = ScriptedChat()
    assert isinstance(line_of(model), Line)
    assert model.prompts == []


def test_the_model_is_asked_about_what_the_judge_does_not_rule_out_and_about_all_where_it_sees_no_answer() -> None:
    nothing = (-4.0, -4.0, -4.0)
    assert worth_asking((3.0, -4.0, 3.0), nothing) == (True, False, True)
    assert worth_asking((3.0, -1.0, -1.0), nothing) == (True, True, True)
    assert worth_asking((-1.0, -4.0, -1.0), nothing) == (True, True, True)
    assert worth_asking((), ()) == ()


def test_under_the_head_of_its_article_a_passage_can_only_win() -> None:
    assert worth_asking((3.0, -4.0, -4.0), (-4.0, 1.0, -1.0)) == (True, True, False)
    assert worth_asking((-4.0, -4.0), (1.0, -1.0)) == (True, False)


def test_of_a_question_for_a_list_less_is_ruled_out() -> None:
    assert worth_asking((3.0, -3.0), (-4.0, -4.0), for_list=True) == (True, True)
    assert worth_asking((3.0, -4.0), (-4.0, -4.0), for_list=True) == (True, False)
