"""The same article is known again after small changes; another report of the same kind of meeting is not it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.articles.twins import SHARED, alike, counterpart, shingles, sketch

TEMPLATE = (
    "本报讯　{day}，{place}教育局召开{topic}工作推进会。{who}出席会议并讲话。会议传达学习了上级有关会议精神，"
    "通报了前一阶段{topic}工作情况。会议强调，一要提高思想认识，把{topic}工作摆在突出位置；二要压实工作责任，细化任务分工；三要加强"
    "督导检查，确保各项工作落到实处。各县区教育局主要负责人参加会议。"
)


def article(seed: int, length: int) -> str:
    """Text of `length` characters that no other seed gives."""
    chance = random.Random(seed)
    text = "".join(chr(0x4E00 + chance.randrange(3000)) if i % 9 else "，" for i in range(length))
    return text[:-1] + "。"


ARTICLES = st.builds(article, st.integers(0, 10**6), st.integers(120, 1500))


@given(ARTICLES, st.integers(0, 10**6))
def test_a_few_words_changed_leave_the_same_article(text: str, seed: int) -> None:
    chance = random.Random(seed)
    changed = text
    for _ in range(max(2, len(text) // 150)):
        at = chance.randrange(len(text) - 2)
        changed = changed[:at] + "变动" + changed[at + 2 :]
    assert alike(text, changed)
    assert alike(changed, text)


@given(ARTICLES, st.floats(0.5, 0.95))
def test_a_cut_ending_and_added_lines_leave_the_same_article(text: str, kept: float) -> None:
    cut = text[: int(len(text) * kept)]
    assert alike(cut, text)
    assert alike(text, "本报讯（记者　王某某）" + text + "（作者单位：市教育局办公室）")
    assert len(set(sketch(shingles(cut))) & set(sketch(shingles(text)))) >= SHARED


def misread(text: str, share: float, seed: int) -> str:
    """`text` with a share of its characters replaced, as recognition of a poor scan does."""
    chance = random.Random(seed)
    return "".join(chr(0x5E00 + chance.randrange(4000)) if chance.random() < share else c for c in text)


@given(st.builds(article, st.integers(0, 10**6), st.integers(400, 1500)), st.integers(0, 10**6))
def test_a_poorly_recognised_copy_is_the_same_article(text: str, seed: int) -> None:
    copy = misread(text, 0.04, seed)
    assert alike(text, copy)
    assert alike(copy, text)
    assert alike(misread(text[: len(text) * 2 // 3], 0.04, seed), text)
    assert len(set(sketch(shingles(copy))) & set(sketch(shingles(text)))) >= SHARED


@given(ARTICLES, st.integers(0, 10**6))
def test_what_cannot_be_read_any_more_is_nobodys_twin(text: str, seed: int) -> None:
    assert not alike(text, misread(text, 0.3, seed))


def test_the_same_other_word_again_and_again_is_no_misreading() -> None:
    text = article(1, 400)
    pieces = [text[at : at + 10] for at in range(0, 400, 10)]
    assert not alike("兴".join(pieces), "岚".join(pieces))


@given(ARTICLES)
def test_spaces_punctuation_and_width_do_not_matter(text: str) -> None:
    assert alike(text, text.replace("，", " , ").replace("。", "\n"))
    assert (shingles("第１２届，A 级") == shingles("第12届 A级")).all()


@given(ARTICLES, ARTICLES)
def test_other_articles_are_others_and_share_no_sketch(left: str, right: str) -> None:
    if left[:100] != right[:100]:
        assert not alike(left, right)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"day": "3月9日"}, False),
        ({"day": "4月21日", "place": "兴县", "topic": "控辍保学"}, False),
        ({"topic": "控辍保学", "place": "孝义市", "who": "副局长张某某"}, False),
        ({"who": "局长李某某"}, True),
    ],
)
def test_another_report_of_the_same_kind_of_meeting_is_not_it(other: dict[str, str], same: bool) -> None:
    said = {"day": "3月21日", "place": "离石区", "topic": "校园安全", "who": "党组书记、局长李某某"}
    assert alike(TEMPLATE.format(**said), TEMPLATE.format(**{**said, **other})) is same


@pytest.mark.parametrize("text", ["", "，。", "图为会场。", "第3版　2024年3月21日　责任编辑：王某"])
def test_what_is_too_short_is_nobodys_twin(text: str) -> None:
    assert not alike(text, text)
    assert sketch(shingles(text)) == ()


@given(st.text())
def test_any_text_has_sorted_single_shingles(text: str) -> None:
    found = shingles(text).tolist()
    assert found == sorted(set(found))
    assert all(-(1 << 63) <= value < 1 << 63 for value in sketch(shingles(text)))


def test_a_passage_is_covered_by_the_one_that_says_it_figures_included() -> None:
    others = [
        ("a", "会议要求，各校要研究命题趋势，精心组织三轮复习，不得违规补课，不得公布学生成绩。"),
        ("b", "全市投入3.5亿元改造校舍，惠及42所学校。"),
    ]
    assert counterpart("全市投入3.5亿元改造校舍，惠及42所学校。", others) == "b"
    assert (
        counterpart("会议强调，各校要研究命题趋势，精心组织三轮复习，不得违规补课，不得公布学生成绩。", others) == "a"
    )
    assert counterpart("全市投入3.6亿元改造校舍，惠及42所学校。", others) == ""
    assert counterpart("市教育局将开展督导检查。", others) == ""
    assert counterpart("，", others) == ""
