"""What the judge is taught with: windows that hold the answer and windows that do not, statements true and changed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evidence.cross_encoder import Floats
from tests.training_corpus import file as file
from training.judge.batches import batches, pairs
from training.judge.examples import Corpus, answering, held_out, part, read, without_answer
from training.judge.scores import measure
from training.judge.statements import corrupted, shortened, stated
from training.measures import auc

_WORDS = ("教研", "学校", "会议", "备课", "食堂", "考试", "教师", "培训", "督导", "课程")
_SENTENCE = st.lists(st.sampled_from(_WORDS), min_size=2, max_size=30).map(lambda words: "".join(words) + "。")


@given(st.lists(_SENTENCE, max_size=6), st.lists(_SENTENCE, max_size=6), _SENTENCE, st.integers(), st.integers(40, 200))
def test_a_window_holds_the_answer_and_its_counterpart_does_not(
    before: list[str], after: list[str], around: str, seed: int, limit: int
) -> None:
    answer = "李明华"
    paragraph = "".join(before) + "由" + answer + "主持" + around + "".join(after)
    window = answering(paragraph, answer, random.Random(seed), limit)
    assert answer in window and window in paragraph and len(window) <= max(limit, len(around) + 6)
    nearly = without_answer(paragraph, answer, random.Random(seed), limit)
    assert answer not in nearly
    assert nearly in "".join(before + after)
    assert part(paragraph, random.Random(seed), limit) in paragraph


def test_an_answer_said_twice_goes_twice() -> None:
    paragraph = (
        "会议由李明主持。与会人员讨论了教研工作安排，并作了交流发言。李明最后讲话。会议还研究了食堂管理的有关问题。"
    )
    assert without_answer(paragraph, "李明", random.Random(0)) == (
        "与会人员讨论了教研工作安排，并作了交流发言。会议还研究了食堂管理的有关问题。"
    )
    assert without_answer("会议由李明主持。", "李明", random.Random(0)) == ""


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("座谈会由谁主持？", "李明华", "座谈会由李明华主持"),
        ("全市新建了多少所学校？", "19所", "全市新建了19所学校"),
        ("会议在哪里召开？", "宝山三中", "会议在宝山三中召开"),
        ("新馆是什么时候开放的？", "4月8日", "新馆是4月8日开放的"),
        ("他担任什么职务？", "副局长", "他担任副局长"),
        ("海角七号的主题曲是什么？", "国境之南", "海角七号的主题曲是国境之南"),
        ("请说明原因。", "下雨", ""),
    ],
)
def test_an_answer_is_put_where_the_question_asks(question: str, answer: str, statement: str) -> None:
    assert stated(question, answer) == statement


@given(st.integers(0, 10**6), st.integers(), st.sampled_from(["共有{}所学校达标", "会议是{}年召开的", "没有{}人参加"]))
def test_a_changed_statement_differs_in_one_place(figure: int, seed: int, form: str) -> None:
    statement = form.format(figure)
    changed = corrupted(statement, ["宝山三中"], random.Random(seed))
    assert changed and changed != statement
    digits = "".join(filter(str.isdigit, changed))
    assert len(digits) == len(str(figure))
    assert sum(a != b for a, b in zip(digits, str(figure), strict=True)) <= 1


def test_a_name_is_changed_for_another_of_its_kind() -> None:
    names = ["李明", "王芳", "3月5日"]
    made = {corrupted("大会由李明主持", names, random.Random(seed)) for seed in range(20)}
    assert made == {"大会由王芳主持"}


def test_shortening_only_leaves_out() -> None:
    source = "3月5日，全市教研工作会议（扩大）召开，李明主持，王芳作报告。"
    for seed in range(20):
        assert set(shortened(source, random.Random(seed)).split("，")) <= {
            "3月5日",
            "全市教研工作会议召开",
            "李明主持",
            "王芳作报告",
        }


# ---------------------------------------------------------------- a whole corpus


def test_held_out_articles_are_apart(file: Path) -> None:
    taught, held = read(file, held=False), read(file, held=True)
    assert len(taught.items) + len(held.items) == 120 and held.items
    assert all(held_out(title) for title, _ in held.paragraphs)
    assert not {title for title, _ in taught.paragraphs} & {title for title, _ in held.paragraphs}


def test_labels_say_what_is_in_the_text(file: Path) -> None:
    corpus = read(file, held=False)
    for number, item in enumerate(corpus.items):
        made = pairs(corpus, item, random.Random(number))
        ranked = [pair for pair in made if pair.ranked]
        assert [pair.label for pair in ranked] == [True] + [False] * (len(ranked) - 1) and len(ranked) >= 3
        for pair in ranked:
            assert (item.answer in pair.text) is pair.label


def test_a_run_begun_again_meets_the_same_batches(file: Path) -> None:
    corpus = read(file, held=False)
    whole = list(itertools.islice(batches(corpus, 8, 4, 0), 30))
    assert list(itertools.islice(batches(corpus, 8, 4, 17), 13)) == whole[17:]
    first_round = [pair.asked for groups in whole[: len(corpus.items) // 8] for group in groups for pair in group[:1]]
    assert len(first_round) == len(set(first_round))


class Knowing:
    """A judge that looks the answers up."""

    def __init__(self, corpus: Corpus, sign: int) -> None:
        self.answer = {item.question: item.answer for item in corpus.items}
        self.sign = sign

    def answers(self, question: str, texts: Sequence[str]) -> Floats:
        found = [self.answer[question] in text for text in texts]
        return np.where(found, self.sign, -self.sign).astype(np.float32)

    def supports(self, statement: str, texts: Sequence[str]) -> Floats:
        return np.array([self.sign if statement[-4:] in text else -self.sign for text in texts], np.float32)


def test_scores_tell_a_good_judge_from_a_bad_one(file: Path) -> None:
    corpus = read(file, held=True)
    good, bad = (measure(Knowing(corpus, sign), corpus, 10) for sign in (1, -1))
    assert good["mrr"] == good["nearly"] == good["other"] == good["yes_at_0"] == good["no_at_0"] == 1
    assert bad["mrr"] < 0.3 and bad["nearly"] == bad["yes_at_0"] == 0
    assert auc([1, 2], [1, 0]) == 0.875
