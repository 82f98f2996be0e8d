"""From evidence to checked statements or a refusal, with a model that follows a script."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from rag.answering.prompts import source_text
from rag.answering.writing import answer
from rag.answers import NEAR, Answer, AskEvent, DraftText, Evidence, EvidenceFound, Refusal
from rag.chat.llm import Message
from rag.errors import Stopped
from rag.evidence.cross_encoder import Judge
from rag.statements.disagreement import SAID
from rag.types import Document, Paragraph, Passage, StoredArticle, StoredParagraph
from tests.fakes import FakeJudge
from tests.scripted_chat import ScriptedChat

EXAM = "六要做好备考工作，力争今年中考取得新成绩。要用好《学科质量提升参考资料》，促进初中教育发展。"
SAFETY = "七要强化要素保障。新增省级平安校园6所，平安中考目标圆满完成。"


def evidence(*texts: str) -> tuple[Evidence, ...]:
    """One document with one article; each text is a paragraph and its only passage."""
    document = Document("d" * 12, "简报.txt", "d" * 64, 1, dt.datetime(2024, 3, 26, tzinfo=dt.UTC), 1, 1, len(texts))
    paragraphs = tuple(
        StoredParagraph(f"{document.id}-1-{n}", f"{document.id}-1", Paragraph(text)) for n, text in enumerate(texts, 1)
    )
    article = StoredArticle(f"{document.id}-1", document.id, "会议", dt.date(2024, 3, 25), 1, paragraphs)
    return tuple(
        Evidence(Passage(f"{p.id}#1", p.id, 0, len(p.text), p.text), p, article, document, 1.0 / n)
        for n, p in enumerate(paragraphs, 1)
    )


def asked(chat: ScriptedChat, *texts: str, question: str = "今年中考备考说了什么？") -> list[AskEvent]:
    return list(answer(question, lambda _question: evidence(*texts), chat))


def answered(chat: ScriptedChat, *texts: str) -> Answer:
    final = asked(chat, *texts)[-1]
    assert isinstance(final, Answer)
    return final


def likely(_prompt: str) -> float:
    """Sure enough to write from, too little to leave it at that."""
    return 0.9


def holds(*needles: str) -> Callable[[str], float]:
    return lambda prompt: 0.99 if any(needle in prompt for needle in needles) else 0.01


def test_each_sentence_becomes_a_statement_cited_to_the_sentence_that_carries_it() -> None:
    result = answered(ScriptedChat(EXAM, answering=holds("备考")), EXAM, SAFETY)
    assert [s.text for s in result.statements] == [
        "六要做好备考工作，力争今年中考取得新成绩。",
        "要用好《学科质量提升参考资料》，促进初中教育发展。",
    ]
    assert all(s.supported for s in result.statements)
    assert [c.quote for s in result.statements for c in s.citations] == [s.text for s in result.statements]


def test_passages_that_do_not_answer_are_not_shown_to_the_model_that_writes() -> None:
    chat = ScriptedChat(EXAM, answering=holds("备考工作"))
    result = answered(chat, SAFETY, EXAM)
    assert [e.paragraph.text for e in result.evidence] == [EXAM]
    assert not any("平安中考" in message.text for message in chat.prompts[-1])


@pytest.mark.parametrize(
    ("question", "logit", "ruled_out"),
    [("新增省级平安校园多少所？", -3.0, True), ("今年有哪些要求？", -3.0, False), ("今年有哪些要求？", -4.0, True)],
)
def test_the_model_is_not_asked_about_passages_that_the_judge_rules_out(
    question: str, logit: float, ruled_out: bool
) -> None:
    """Of a question for a list, whose points may stand apart, only what it is surer of."""
    chat = ScriptedChat("新增省级平安校园6所。")
    found = evidence(EXAM, SAFETY)
    *_, reply = answer(question, lambda _question: found, chat, judge=FakeJudge("平安校园", no=logit))
    assert isinstance(reply, Answer)
    assert any("备考" in prompt[1].text for prompt in chat.prompts) != ruled_out


def test_the_answer_goes_on_in_the_conversation_in_which_the_model_said_yes() -> None:
    chat = ScriptedChat("新增省级平安校园6所。")
    asked(chat, SAFETY, question="新增省级平安校园多少所？")
    verdict, writing, *_ = chat.prompts
    assert writing[: len(verdict)] == verdict
    assert writing[len(verdict)] == Message("assistant", "是。原句：")


def test_a_passage_that_plainly_answers_is_enough() -> None:
    chat = ScriptedChat("新增省级平安校园6所。")
    *_, reply = answer("新增省级平安校园多少所？", lambda _question: evidence(SAFETY, EXAM), chat)
    assert isinstance(reply, Answer)
    assert [prompt[-1].role for prompt in chat.prompts].index("assistant") == 1


def test_what_is_copied_is_not_set_in_quotes_that_the_source_lacks() -> None:
    chat = ScriptedChat("“王芳主持会议。")
    assert by_sentence("会议由谁主持？", chat) == ["王芳主持会议。"]


def test_a_quotation_with_which_a_sentence_of_the_source_begins_is_kept() -> None:
    quoted = "“双减”工作持续推进。"
    assert [one.text for one in answered(ScriptedChat(quoted), quoted).statements] == [quoted]


def test_several_sources_are_numbered() -> None:
    chat = ScriptedChat("新增省级平安校园6所。", numbers=[2], answering=likely)
    asked(chat, EXAM, SAFETY)
    written = next(prompt for prompt in chat.prompts if prompt[-1].role == "assistant")
    assert "【1】" in written[1].text and "【2】" in written[1].text


def test_a_sentence_without_the_kind_of_thing_that_was_asked_for_is_no_answer() -> None:
    final = asked(ScriptedChat("平安中考目标圆满完成。"), SAFETY, question="平安中考目标完成了多少？")[-1]
    assert isinstance(final, Refusal)
    assert final.summary == "资料里有相近的内容，但没有写明问题所问的数量。"


COPIED = "上级领导出席并讲话。王芳主持会议。会议学习了有关文件。"


def by_sentence(question: str, chat: ScriptedChat, judge: Judge | None = None) -> list[str]:
    final = list(answer(question, lambda _question: evidence(COPIED), chat, judge=judge))[-1]
    assert isinstance(final, Answer)
    return [statement.text for statement in final.statements]


def test_of_what_is_copied_on_only_the_sentences_that_answer_are_kept() -> None:
    chat = ScriptedChat(COPIED, answering=holds("王芳"))
    assert by_sentence("会议由谁主持？", chat) == ["王芳主持会议。"]


def test_where_no_sentence_answers_by_itself_all_are_kept() -> None:
    chat = ScriptedChat(COPIED, answering=lambda prompt: 0.99 if COPIED in prompt else 0.01)
    assert len(by_sentence("会议由谁主持？", chat)) == 3


def test_after_a_sentence_that_plainly_answers_nothing_more_is_written() -> None:
    chat = ScriptedChat(COPIED)
    said = by_sentence("会议由谁讲话？", chat, FakeJudge("讲话"))
    assert said == ["上级领导出席并讲话。"]


def test_what_comes_near_an_answer_is_quoted_in_the_refusal_and_shown_first() -> None:
    """A yes of 0.5 is 0 in logits: too little to write from."""
    near = asked(ScriptedChat(answering=lambda p: 0.5 if "平安" in p else 0.01), EXAM, SAFETY, question="学校安全吗？")
    final = near[-1]
    assert isinstance(final, Refusal)
    assert "七要强化要素保障。" in final.summary
    assert [e.paragraph.text for e in final.nearest] == [SAFETY, EXAM]


def test_no_answering_passage_is_a_refusal_that_shows_the_nearest() -> None:
    final = asked(ScriptedChat("不该写出来。", answering=lambda _prompt: 0.1), EXAM, SAFETY)[-1]
    assert isinstance(final, Refusal)
    assert [e.paragraph.text for e in final.nearest] == [EXAM, SAFETY]


def test_nothing_found_is_a_refusal() -> None:
    final = asked(ScriptedChat())[-1]
    assert isinstance(final, Refusal)
    assert final.nearest == ()


def test_a_changed_figure_is_marked_and_the_rest_stands() -> None:
    result = answered(ScriptedChat("新增省级平安校园9所。平安中考目标圆满完成。"), SAFETY)
    assert [s.supported for s in result.statements] == [False, True]
    assert "9所" in result.statements[0].problems[0]


def test_an_answer_of_nothing_but_invention_is_a_refusal() -> None:
    chat = ScriptedChat("吕梁市共有三所大学，分别位于离石、汾阳和孝义。", answering=holds(SAFETY))
    assert isinstance(asked(chat, SAFETY)[-1], Refusal)


def test_a_figure_of_another_year_is_a_refusal() -> None:
    passages = "全市小学2018年有47所，2022年有65所。", "2021年，全市小学布局又有调整。"
    final = asked(ScriptedChat("全市小学2022年有65所。"), *passages, question="2021年全市小学有多少所？")[-1]
    assert isinstance(final, Refusal)


def test_a_sentence_cited_to_the_wrong_passage_is_moved_to_the_one_that_says_it() -> None:
    result = answered(ScriptedChat("新增省级平安校园6所。", numbers=[1], answering=likely), EXAM, SAFETY)
    assert result.statements[0].citations[0].paragraph.text == SAFETY
    assert result.statements[0].citations[0].number == 2


def test_the_draft_carries_the_numbers_of_existing_evidence_and_the_model_cannot_write_its_own() -> None:
    chat = ScriptedChat("六要做好备考工作【9】，力争今年中考取得新成绩。")
    events = asked(chat, EXAM)
    draft = "".join(event.text for event in events if isinstance(event, DraftText))
    assert draft.startswith("六要做好备考工作9，力争今年中考取得新成绩。【1】")


def test_evidence_comes_first_and_the_answer_last() -> None:
    events = asked(ScriptedChat(EXAM), EXAM)
    assert isinstance(events[0], EvidenceFound)
    assert [type(event) for event in events if isinstance(event, Answer | Refusal)] == [Answer]
    assert isinstance(events[-1], Answer)


def test_bullets_and_lead_ins_state_nothing() -> None:
    result = answered(ScriptedChat("今年中考备考的要求有：\n1. **要用好《学科质量提升参考资料》**。\n"), EXAM)
    assert [s.text for s in result.statements] == ["要用好《学科质量提升参考资料》。"]


def test_an_opening_shown_to_tell_who_speaks_is_no_point_of_its_own() -> None:
    opening = "市教育局局长赵雪宏就抓好中考备考工作提出要求。"
    whole = opening + EXAM
    (found,) = evidence(whole)
    further = replace(found, passage=Passage(found.passage.id, found.paragraph.id, len(opening), len(whole), EXAM))
    for written, kept in ((opening + EXAM, EXAM), (opening, opening)):
        *_, reply = answer("今年中考备考说了什么？", lambda _question: (further,), ScriptedChat(written))
        assert isinstance(reply, Answer)
        assert "".join(statement.text for statement in reply.statements) == kept


def test_going_round_in_circles_ends_the_answer() -> None:
    result = answered(ScriptedChat("要用好《学科质量提升参考资料》。" * 50), EXAM)
    assert len(result.statements) == 1


def test_marks_of_ours_in_a_document_are_not_taken_for_evidence_numbers() -> None:
    chat = ScriptedChat("要用好《学科质量提升参考资料》。")
    answered(chat, "【2】" + EXAM)
    assert "【2】" not in chat.prompts[-1][1].text


def test_the_model_is_told_what_relative_dates_of_a_source_mean() -> None:
    chat = ScriptedChat("去年新撤并学校69所。")
    answered(chat, "去年新撤并学校69所。")
    assert "（2024-03-25，会议；文中“去年”指2023年）\n去年新撤并" in chat.prompts[0][-1].text


def test_a_stop_is_honoured_between_steps() -> None:
    stop = threading.Event()
    events = answer("备考？", lambda _question: evidence(EXAM), ScriptedChat(EXAM), stop)
    next(events)
    stop.set()
    with pytest.raises(Stopped):
        list(events)


def test_a_sentence_its_sources_do_not_hold_is_taken_back_once_with_the_reason() -> None:
    chat = ScriptedChat("新增省级平安校园9所。平安中考目标圆满完成。", again=["新增省级平安校园6所。"])
    result = answered(chat, SAFETY)
    assert [s.text for s in result.statements] == ["新增省级平安校园6所。", "平安中考目标圆满完成。"]
    assert all(s.supported for s in result.statements)
    (note,) = chat.notes
    assert "9所" in note


def test_a_sentence_that_fails_again_is_kept_and_marked() -> None:
    chat = ScriptedChat("新增省级平安校园9所。平安中考目标圆满完成。", again=["新增省级平安校园8所。"])
    result = answered(chat, SAFETY)
    assert [s.text for s in result.statements] == ["新增省级平安校园9所。", "平安中考目标圆满完成。"]
    assert [s.supported for s in result.statements] == [False, True]
    assert len(chat.notes) == 1


def test_a_false_premise_is_named_and_nothing_is_written() -> None:
    chat = ScriptedChat("2025年的方案由市政府批准。")
    final = asked(chat, EXAM, SAFETY, question="谁批准了2025年的方案？")[-1]
    assert isinstance(final, Refusal) and "“2025年”" in final.summary
    assert not chat.prompts


COUNT = "今年初，新撤并农村薄弱学校69所，改造寄宿制学校64所。"


@pytest.mark.parametrize("draft", ["新撤并改造寄宿制学校69所。", "新撤并改造寄宿制学校78所。"])
def test_beside_what_is_said_in_other_words_or_made_up_the_sources_own_sentence_answers(draft: str) -> None:
    final = asked(ScriptedChat(draft), COUNT, question="改造寄宿制学校多少所？")[-1]
    assert isinstance(final, Answer)
    assert [(s.text, s.supported) for s in final.statements] == [(draft, False), (COUNT, True)]


def test_where_what_was_copied_does_not_answer_a_sentence_that_does_takes_its_place() -> None:
    chat = ScriptedChat("上级领导出席并讲话。", answering=lambda p: 0.99 if "王芳" in p else 0.01)
    assert by_sentence("会议由谁主持？", chat) == ["王芳主持会议。"]


LIST = "会议有哪些要求？"
FIRST, SECOND = "要强化政治引领。王芳参加会议。", "要夯实基层基础。"


def listed(answering: Callable[[str], float], *texts: str, question: str = LIST) -> list[AskEvent]:
    return asked(ScriptedChat("不是模型写的。", answering=answering), *texts, question=question)


def test_a_list_has_the_sentences_that_answer_of_all_passages_in_their_order() -> None:
    final = listed(holds("强化政治", "夯实基层"), SECOND, "无关的话。", FIRST)[-1]
    assert isinstance(final, Answer)
    assert [(one.text, one.citations[0].number) for one in final.statements] == [(SECOND, 1), ("要强化政治引领。", 2)]
    assert [one.paragraph.text for one in final.evidence] == [SECOND, FIRST]


def check_numbers(events: Sequence[AskEvent]) -> None:
    """What is drafted stands in the evidence of its number, among what is shown by then."""
    shown: tuple[Evidence, ...] = ()
    for event in events:
        if isinstance(event, EvidenceFound):
            shown = event.evidence
        if isinstance(event, DraftText):
            said, _, number = event.text.rstrip("】").partition("【")
            assert said in shown[int(number) - 1].paragraph.text


def test_the_points_of_a_list_are_shown_as_they_are_found_with_the_numbers_of_what_is_shown() -> None:
    check_numbers(listed(holds("强化政治", "夯实基层"), SECOND, FIRST))


def test_a_passage_of_one_sentence_is_not_asked_about_twice() -> None:
    chat = ScriptedChat()
    assert isinstance(asked(chat, SECOND, question=LIST)[-1], Answer)
    assert len(chat.prompts) == 1


def test_a_list_that_no_passage_answers_is_a_refusal_that_shows_what_comes_near() -> None:
    final = listed(lambda prompt: 0.5 if "政治" in prompt else 0.01, SECOND, FIRST)[-1]
    assert isinstance(final, Refusal)
    assert final.summary.startswith(NEAR)
    assert [one.paragraph.text for one in final.nearest] == [FIRST, SECOND]
    assert isinstance(listed(lambda _prompt: 0.99)[-1], Refusal)


def test_a_point_of_another_year_is_none_of_the_list() -> None:
    final = listed(lambda _prompt: 0.99, "2022年要新建学校。", "2021年要撤并学校。", question="2021年有哪些要求？")[-1]
    assert isinstance(final, Answer)
    assert [one.text for one in final.statements] == ["2021年要撤并学校。"]


def test_a_stop_is_honoured_between_the_sentences_of_a_list() -> None:
    stop = threading.Event()
    events = answer(LIST, lambda _question: evidence(FIRST, SECOND), ScriptedChat(), stop)
    with pytest.raises(Stopped):
        for event in events:
            if isinstance(event, DraftText):
                stop.set()


def test_a_list_goes_by_the_days_of_its_articles_and_then_as_printed() -> None:
    found = evidence(*(f"第{n}项要求是办好第{n}所学校。" for n in range(1, 12)))
    older = replace(found[4], article=replace(found[4].article, date=dt.date(2023, 1, 1)))
    *_, reply = answer(LIST, lambda _question: (found[10], found[1], older), ScriptedChat())
    assert isinstance(reply, Answer)
    assert [one.text.partition("项")[0] for one in reply.statements] == ["第5", "第2", "第11"]


def test_what_an_article_of_another_year_says_is_no_other_version_of_the_year_asked_for() -> None:
    mine, theirs = evidence("全市新撤并农村薄弱学校69所。", "全市新撤并农村薄弱学校71所。")
    article = replace(theirs.article, id="e" * 12 + "-1", date=dt.date(2023, 3, 1))
    for question, said in (("撤并了多少所学校？", 2), ("2024年撤并了多少所学校？", 1)):
        found = mine, replace(theirs, article=article)
        chat = ScriptedChat(mine.passage.text, answering=holds("69"))
        *_, reply = answer(question, lambda _question, found=found: found, chat)  # type: ignore[misc]
        assert isinstance(reply, Answer)
        assert len(reply.statements) == said


def test_the_opening_shown_with_a_passage_does_not_say_what_another_point_says() -> None:
    whole = "会议要求，一要做好中考备考工作。二要守住安全底线。"
    (found,) = evidence(whole)
    start = whole.index("二要")
    further = replace(found, passage=Passage("p#2", found.paragraph.id, start, len(whole), whole[start:]))
    assert source_text(further).endswith("\n会议要求，……二要守住安全底线。")


def test_what_is_to_be_done_in_a_year_articles_of_that_year_say() -> None:
    mine, theirs = evidence("要办好普通高中教育。", "要撤并薄弱学校。")
    theirs = replace(theirs, article=replace(theirs.article, id="e" * 12 + "-1", date=dt.date(2023, 3, 1)))

    def said(question: str, *found: Evidence) -> list[str]:
        *_, reply = answer(question, lambda _question: found, ScriptedChat())
        assert isinstance(reply, Answer)
        return [one.text for one in reply.statements]

    assert said("2023年有哪些要求？", mine, theirs) == ["要撤并薄弱学校。"]
    assert said("2023年有哪些事？", mine, theirs) == ["要撤并薄弱学校。", "要办好普通高中教育。"]


def test_the_points_of_a_list_stand_under_their_articles_where_several_have_some() -> None:
    first, second, third = evidence("要新撤并农村薄弱学校69所。", "要办好普通高中教育。", "要新撤并农村薄弱学校71所。")
    other = replace(first.article, id="e" * 12 + "-1", title="第二次会议", date=dt.date(2024, 6, 1))
    third = replace(third, article=other)
    *_, alone = answer(LIST, lambda _question: (first, second), ScriptedChat())
    *_, both = answer(LIST, lambda _question: (third, second, first), ScriptedChat())
    assert isinstance(alone, Answer) and isinstance(both, Answer)
    assert {one.group for one in alone.statements} == {""}
    assert [(one.group, one.text) for one in both.statements] == [
        ("2024-03-25　会议", "要新撤并农村薄弱学校69所。"),
        ("2024-03-25　会议", "要办好普通高中教育。"),
        ("2024-06-01　第二次会议", "要新撤并农村薄弱学校71所。"),
    ]
    assert both.summary == SAID


PLAN = ("一、主要任务", "组织演练。实行陪餐。", "二、保障措施", "（一）加强领导。", "（二）落实经费。各县足额安排。")


def planned(question: str, answering: Callable[[str], float], *places: int) -> list[AskEvent]:
    found = evidence(*PLAN)
    chat = ScriptedChat("不是模型写的。", answering=answering)
    return list(answer(question, lambda _question: tuple(found[place] for place in places), chat))


def test_a_section_that_the_question_asks_for_is_the_answer() -> None:
    events = planned("有哪些保障措施？", holds("落实经费"), 4, 1)
    final = events[-1]
    assert isinstance(final, Answer)
    assert [one.text for one in final.statements] == ["（一）加强领导。", "（二）落实经费。各县足额安排。"]
    assert [one.paragraph.text for one in final.evidence] == [PLAN[3], PLAN[4]]
    check_numbers(events)


def test_a_section_is_asked_for_in_questions_for_no_list_too() -> None:
    final = planned("主要任务是什么内容？", holds("演练"), 1)[-1]
    assert isinstance(final, Answer)
    assert [one.text for one in final.statements] == ["组织演练。", "实行陪餐。"]


def test_a_section_that_the_model_takes_for_no_answer_is_none() -> None:
    assert isinstance(planned("有哪些保障措施？", lambda _prompt: 0.01, 4, 1)[-1], Refusal)


def test_the_model_is_told_what_section_a_passage_stands_in() -> None:
    assert source_text(evidence(*PLAN)[3]).startswith("（2024-03-25，会议，二、保障措施）\n")


def test_points_of_the_section_that_were_not_found_are_asked_about() -> None:
    points = [f"（{n}）办好第{n}件事。" for n in "一二三"]
    found = evidence("一、工作步骤", *points)
    *_, final = answer("分哪几步？", lambda _question: (found[1], found[3]), ScriptedChat())
    assert isinstance(final, Answer)
    assert [one.text for one in final.statements] == points


def test_a_list_of_nothing_but_the_other_kind_is_a_refusal() -> None:
    found = evidence("二、2024年工作任务", "实施教育强县规划。")
    *_, final = answer("教育做了哪些工作？", lambda _question: (found[1],), ScriptedChat())
    assert isinstance(final, Refusal)
    assert final.nearest == (found[1],)
