"""Beside which model the program's own adapter is put, and what it was taught to answer."""

from __future__ import annotations

from pathlib import Path

from rag.answering.prompts import verdict, writing
from rag.chat import adapter
from rag.chat.llm import Message
from rag.models.table import DEFAULT_CHAT


def made(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)  # sparse: it takes no room
    return path


def test_the_adapter_fits_the_default_model_and_no_other(tmp_path: Path) -> None:
    size = DEFAULT_CHAT.weights.bytes
    assert adapter.fits(made(tmp_path / DEFAULT_CHAT.name, size))
    assert not adapter.fits(made(tmp_path / "another-1.5b-q4_k_m.gguf", size))
    (tmp_path / "other").mkdir()
    assert not adapter.fits(made(tmp_path / "other" / DEFAULT_CHAT.name, size - 1))
    assert not adapter.fits(tmp_path / "nowhere" / DEFAULT_CHAT.name)


def test_the_adapter_comes_with_the_program() -> None:
    assert adapter.FILE.read_bytes()[:4] == b"GGUF"
    assert "CC BY-SA 4.0" in adapter.FILE.with_name("README.md").read_text("utf-8")


def test_the_prompts_are_those_that_the_scores_were_measured_with() -> None:
    """Whoever words them anew measures them anew, or teaches the adapter anew (rag/adapter/README.md)."""
    ordered = Message("system", "你是资料核对员。阅读下面的资料，判断资料里是否写明了问题的答案。只回答“是”或“否”。")
    asked = Message("user", "资料：\n（标题）\n正文。\n\n问题：谁？")
    assert verdict("谁？", "（标题）\n正文。") == (ordered, asked)
    assert writing("谁？", ["（标题）\n正文。"]) == (ordered, asked, Message("assistant", "是。原句："))
    several = writing("谁？", ["甲。", "乙。"])[1].text
    assert several == "资料：\n【1】甲。\n【2】乙。\n\n问题：谁？"
