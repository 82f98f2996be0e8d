"""Answers as HTML and as plain text."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from PySide6.QtGui import QTextDocument

from desktop.answer_text import answer_html, answer_plain, footer, refusal_html
from rag.answers import NEAR, Refusal, Timing
from rag.types import Document
from tests.desktop.fake_library import answer_from, evidence_of

DOCUMENT = Document("ab12", "简报<1>.pdf", "ab12", 1, dt.datetime(2024, 1, 1, tzinfo=dt.UTC), 1, 2, 3)
EVIDENCE = evidence_of(DOCUMENT)
ANSWER = answer_from("今年<b>有哪些要求？", EVIDENCE)


def shown(html: str) -> str:
    document = QTextDocument()
    document.setHtml(html)
    return document.toPlainText()


def test_the_models_words_are_text_not_markup() -> None:
    text = shown(answer_html(ANSWER))
    assert "<i>力争</i>取得新成绩" in text


def test_each_group_of_citations_is_one_anchor() -> None:
    html = answer_html(ANSWER)
    assert [f'href="cite:{i}:{j}"' in html for i, j in ((0, 0), (1, 0), (1, 1), (2, 0))] == [True, True, False, True]
    assert html.count('href="cite:') == 3


def test_unsupported_statements_are_struck_out_with_the_reason() -> None:
    html = answer_html(ANSWER)
    assert "<s>力争 2025 年取得新成绩。</s>" in html
    assert "未核实：所引原文中没有数字“2025年”" in html
    assert html.count("<s>") == 1


def test_readings_are_shown() -> None:
    html = answer_html(ANSWER)
    assert "“今年”按2024年理解（资料最新为2024-03-25），改按2026年" in shown(html)
    assert 'href="read:0"' in html


def test_the_copy_has_footnotes_and_nothing_unverified() -> None:
    text = answer_plain(ANSWER)
    assert "要做好节点安排与业务培训指导。【1】\n" in text
    assert "2025" not in text
    assert "（另有 1 句未核实，没有复制。）" in text
    assert "【1】《全市义务教育工作会议召开》（2024-03-21），简报<1>.pdf，第 1 页：“节点安排与业务培训指导”" in text
    assert "“要关注学生的思想、心理……力争取得新成绩”" in text


COMPARED = replace(
    ANSWER,
    statements=tuple(
        replace(statement, group=group)
        for statement, group in zip(ANSWER.statements, ("2023年", "2024年", "2023年"), strict=True)
    ),
    summary="2022年：资料中<未>见。",
    searched=128,
)


def test_parts_have_headings_and_what_was_counted_comes_first() -> None:
    lines = shown(answer_html(COMPARED)).split("\n")
    assert lines[0] == "2022年：资料中<未>见。"
    assert [line for line in lines if line in ("2023年", "2024年")] == ["2023年", "2024年"]
    assert lines.index("2023年") + 3 < lines.index("2024年"), "both statements of a part stand together"
    assert 'href="cite:2:0"' in answer_html(COMPARED).partition("2024年")[0], "links keep the statement's number"


def test_the_copy_has_parts_and_counts() -> None:
    lines = answer_plain(COMPARED).split("\n")
    assert lines[:5] == ["今年<b>有哪些要求？", "", "2022年：资料中<未>见。", "", "2023年："]
    assert lines[-1] == "（共查阅 128 篇文章，引用 1 篇）"


def test_the_footer_says_how_many_articles_were_gone_through() -> None:
    assert footer(COMPARED) == "共查阅 128 篇文章，引用 1 篇 · 用时 3.4 秒 · 模型 测试模型"
    refusal = Refusal("问", (), "", Timing(0.1, None, 2.0), summary="没有一篇符合。", searched=128)
    assert footer(refusal) == "共查阅 128 篇文章 · 用时 2.0 秒"
    assert "没有一篇符合。" in shown(refusal_html(refusal))


def test_sources_that_left_the_library_are_said_to_have() -> None:
    gone = answer_from("问", evidence_of(replace(DOCUMENT, sha256="")))
    assert "【1】已移除" in shown(answer_html(gone)).replace("\u2060", "")
    assert "简报<1>.pdf（已移除），第 1 页" in answer_plain(gone)


def test_a_refusal_says_so() -> None:
    refusal = Refusal("问", EVIDENCE, "模型", Timing(0.1, None, 2.0))
    assert "资料中未提及" in refusal_html(refusal)
    assert "没有回答这个问题" in refusal_html(refusal)
    assert "先添加有关的资料" in refusal_html(Refusal("问", (), "模型", Timing(0.1, None, 2.0)))
    assert footer(refusal) == "查阅 3 段资料 · 用时 2.0 秒 · 模型 模型"


def test_of_what_comes_near_an_answer_nobody_says_that_it_does_not_answer() -> None:
    near = replace(Refusal("问", EVIDENCE, "模型", Timing(0.1, None, 2.0)), summary=f"{NEAR}，请您核对原文：“甲”")
    text = shown(refusal_html(near))
    assert "资料中未明确写明" in text
    assert "请您核对其中有没有答案" in text
    assert "没有找到能回答" not in text
    assert "没有回答" not in text
