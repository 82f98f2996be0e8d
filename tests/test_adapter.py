"""Beside which model the program's own adapter is put."""

from __future__ import annotations

from pathlib import Path

from rag.chat import adapter
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
