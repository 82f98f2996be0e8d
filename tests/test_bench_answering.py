"""The bench of answers: what is counted, and that a run goes on where it was cut off. The model follows a script."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from bench.answering import Item, Outcome, answered, contains, fingerprint, measured, missed, paired, table
from tests.fakes import FakeEmbedder, FakeJudge
from tests.scripted_chat import ScriptedChat

SCHOOLS = "全市撤并农村薄弱学校69所。"
MEETING = "12所学校的述职会议由市教育局局长主持。"
TEXTS = ((3, MEETING), (5, SCHOOLS))
ASKED = "全市撤并农村薄弱学校多少所？"
ITEM = Item("a", ASKED, TEXTS, frozenset({5}), (("69所", "六十九所"),))
ABSENT = dataclasses.replace(ITEM, id="b", passages=TEXTS[:1], gold=frozenset())


def said(_text: str) -> None: ...


def told(item: Item) -> Outcome:
    return Outcome(item.id, bool(item.gold), not item.gold, bool(item.gold), (5,) if item.gold else (), 1, "", 1.5)


def chat(draft: str = SCHOOLS) -> ScriptedChat:
    told_by = MEETING if draft == MEETING else "69所"
    return ScriptedChat(draft, answering=lambda prompt: 0.99 if told_by in prompt else 0.01)


def test_an_answer_is_counted_with_the_passages_it_cites() -> None:
    outcome = answered(ITEM, FakeEmbedder(), chat(), FakeJudge("。"))
    assert (outcome.answerable, outcome.refused, outcome.contained) == (True, False, True)
    assert (outcome.cited, outcome.right, outcome.said) == ((5,), 1, SCHOOLS)
    assert not missed(outcome)


def test_a_wrong_citation_and_a_missing_answer_are_counted_so() -> None:
    outcome = answered(ITEM, FakeEmbedder(), chat(MEETING), FakeJudge("。"))
    assert (outcome.refused, outcome.contained, outcome.cited, outcome.right) == (False, False, (3,), 0)
    assert missed(outcome)


def test_a_refusal_is_one_where_nothing_is_supported() -> None:
    assert answered(ABSENT, FakeEmbedder(), chat(), FakeJudge("。")).refused
    apart = dataclasses.replace(
        ITEM, passages=((5, "全市农村薄弱学校的撤并工作已经按计划全部完成，成效明显。共69所。"),)
    )
    model = ScriptedChat("全市撤并农村薄弱学校70所。", answering=lambda prompt: 0.99 if "明显。共" in prompt else 0.01)
    unsupported = answered(apart, FakeEmbedder(), model, FakeJudge("。"))
    assert (unsupported.refused, unsupported.contained, unsupported.cited) == (True, False, ())


def test_everything_wanted_must_be_said_in_one_of_its_ways() -> None:
    wanted = (("1.4万", "14000"), ("张丹",))
    assert contains("张 丹种了１．４万棵。", wanted)
    assert not contains("种了14000棵。", wanted)


def test_pairs_are_of_the_same_question_and_a_larger_sample_holds_the_smaller() -> None:
    def record(number: int, name: str) -> dict[str, object]:
        return {"id": f"{name}{number}", "query": f"问{number}", "answer": [["甲", "乙"], "丙"], "passages": []}

    cites, absent = [record(n, "c") for n in range(9)], [record(n, "r") for n in reversed(range(8))]
    items = paired(cites, absent)
    assert len(items) == 16
    for with_answer, without in zip(items[::2], items[1::2], strict=True):
        assert with_answer.question == without.question
        assert (with_answer.id[0], without.id[0]) == ("c", "r")
    assert items[0].wanted == (("甲", "乙"), ("丙",))
    assert paired(cites, absent) == items


def test_a_run_goes_on_where_it_was_cut_off_and_begins_anew_with_another_program(tmp_path: Path) -> None:
    results, asked = tmp_path / "new" / "results.jsonl", list[str]()

    def ask_one(item: Item) -> Outcome:
        asked.append(item.id)
        return told(item)

    first = list(measured([ITEM], ask_one, results, "one", said))
    with results.open("a", encoding="utf-8") as file:
        file.write('{"program": "one", "id": "b", "answ')  # killed while writing
    with results.open("a", encoding="utf-8") as file:
        file.write("\n")
    assert list(measured([ITEM, ABSENT], ask_one, results, "one", said)) == [*first, told(ABSENT)]
    assert asked == ["a", "b"]
    list(measured([ITEM], ask_one, results, "two", said))
    assert asked == ["a", "b", "a"]


def test_shares_are_of_the_questions_they_are_about() -> None:
    outcomes = [told(ITEM), dataclasses.replace(told(ITEM), refused=True, contained=False, cited=(), right=0)]
    outcomes += [told(ABSENT), dataclasses.replace(told(ABSENT), refused=False, cited=(3, 3))]
    rows = {label.partition("（")[0]: values[:3] for label, values in table(outcomes)}
    assert rows == {
        "没有答案时拒答": (0.5, 1, 2),
        "有答案却拒答": (0.5, 1, 2),
        "回答含正确答案": (0.5, 1, 2),
        "引用准确": (1.0, 1, 1),
        "引用召回": (0.5, 1, 2),
    }
    assert [values[:3] for _, values in table([])] == [(None, 0, 0)] * 5


def test_the_fingerprint_is_of_the_model_and_the_recipe(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    model.write_bytes(b"1")
    before = fingerprint(model, "r")
    assert fingerprint(model, "r") == before != fingerprint(model, "s")
    model.write_bytes(b"12")
    assert fingerprint(model, "r") != before
