"""The decode loop over the real model: guessed tokens change nothing, what was read is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bench.llama import MeteredChat
from rag.chat.llama_chat import LlamaSession
from rag.chat.llm import Message
from rag.settings import Settings

SOURCE = (
    "会议强调，要加强教师队伍建设，持续开展教师培训，实施初中教师“燎原计划”；要巩固深化“双减”成果，全面加强校外"
    "培训监管，有效治理学科类隐形变异培训；要做好中考备考工作，各县市区要组织好备考节点安排与相关业务的培训指导。"
)
QUESTIONS = ("会议强调了哪些工作？请用原话逐条回答。", "怎样巩固深化“双减”成果？")


@pytest.fixture(scope="module")
def chat(models_home: Path) -> Iterator[MeteredChat]:
    model = MeteredChat(models_home / "models" / Settings().chat_model, 2048, 2)
    model.load()
    yield model


def request(question: str) -> tuple[Message, ...]:
    return Message("system", "只用资料的原话回答。"), Message("user", f"资料：{SOURCE}\n\n问题：{question}")


def written(session: LlamaSession, tokens: int) -> str:
    text = ""
    while not session.ended and session.answer_tokens < tokens:
        text += "".join(session.write("。；\n"))
    return text


def one_by_one(chat: MeteredChat, session: LlamaSession, tokens: int) -> str:
    found = b""
    for _ in range(tokens):
        token = int(np.argmax(chat.scores()))
        if token in chat.end_tokens:
            break
        found += chat.pieces[token]
        chat.read([token])
    return found.decode("utf-8", "replace")


def test_guessed_tokens_are_those_that_the_model_writes_by_itself(chat: MeteredChat) -> None:
    session = chat.start(request(QUESTIONS[0]))
    text = written(session, 60)
    assert "燎原计划" in text
    plain = one_by_one(chat, chat.start(request(QUESTIONS[0])), session.answer_tokens)
    assert text == plain[: len(text)]


def test_how_many_tokens_are_read_at_once_does_not_matter(chat: MeteredChat) -> None:
    """From 11 to 15 are filled up to 16."""
    tokens = chat.prompt_tokens(request(QUESTIONS[0]))
    for count in (1, 10, 11, 15, 16, 40):
        chat.start(request(QUESTIONS[1]))
        chat.cut(1)
        chat.read(tokens[1:-count])
        chat.read(tokens[-count:])
        assert chat.history().tolist() == tokens
        assert chat.pieces[int(np.argmax(chat.scores()))].decode() == "会议"


def test_an_answer_that_is_begun_is_gone_on_with(chat: MeteredChat) -> None:
    asked = request(QUESTIONS[0])
    begun = (*asked, Message("assistant", "是。原句："))
    assert chat.prompt_tokens(begun) == chat.prompt_tokens(asked) + chat.tokenise("是。原句：")
    assert "".join(chat.start(begun).write("。；\n")).strip("“") in SOURCE


def test_what_is_written_does_not_begin_with_what_it_may_not_begin_with(chat: MeteredChat) -> None:
    freely = "".join(chat.start(request(QUESTIONS[0])).write("。；\n"))
    otherwise = "".join(chat.start(request(QUESTIONS[0])).write("。；\n", at_first=freely[0]))
    assert otherwise and otherwise[0] != freely[0]


def test_sources_read_before_another_prompt_are_not_read_again(chat: MeteredChat) -> None:
    chat.forget()
    cold = written(chat.start(request(QUESTIONS[1])), 30)
    first = chat.starts[-1].read
    chat.forget()
    chat.start(request(QUESTIONS[0]))
    chat.start((Message("user", "别的事情。" * 40),))
    warm = written(chat.start(request(QUESTIONS[1])), 30)
    assert chat.starts[-1].read < 0.3 * first
    assert warm == cold
