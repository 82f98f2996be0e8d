"""rag.readers.office: older word processor files by way of LibreOffice, whose place a script takes here."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import docx
import pytest

from rag.errors import JianwenError
from rag.readers import open_source
from rag.readers.office import read

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
RTF = b"{\\rtf1 x}"


def saved(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.save(str(path))
    return path


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the only one on PATH, for a program called soffice."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, body: str) -> None:
    script = folder / "soffice"
    script.write_text(f"#!{sys.executable}\nimport pathlib, shutil, sys\n{body}\n", "utf-8")
    script.chmod(0o755)


@pytest.mark.parametrize(("name", "data"), [("旧.doc", OLD), ("旧.wps", OLD), ("旧.rtf", RTF)])
def test_conversion(tmp_path: Path, fake: Path, name: str, data: bytes) -> None:
    made = saved(tmp_path / "made.docx")
    program(
        fake,
        f"""
args = sys.argv[1:]
source, out = pathlib.Path(args[-1]), pathlib.Path(args[args.index("--outdir") + 1])
assert "--headless" in args and source.read_bytes() == {data!r}
profile = next(a for a in args if a.startswith("-env:UserInstallation=file://")).split("file://")[1]
assert "DisableMacrosExecution" in (pathlib.Path(profile) / "user/registrymodifications.xcu").read_text()
assert source.suffix == {".rtf" if name.endswith("rtf") else ".doc"!r}
out.mkdir()
shutil.copy({str(made)!r}, out / (source.stem + ".docx"))""",
    )
    path = tmp_path / name
    path.write_bytes(data)
    assert [line.text for line in open_source(path).page(1).lines] == ["正文。"]


def trouble(path: Path) -> str:
    with pytest.raises(JianwenError) as caught:
        open_source(path)
    return str(caught.value)


def test_a_failed_conversion_names_the_file(tmp_path: Path, fake: Path) -> None:
    program(fake, "sys.exit(1)")
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    assert "旧.doc" in trouble(path) and "另存为 .docx" in trouble(path)


def test_a_broken_result_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)

    def convert(source: Path, folder: Path) -> Path:
        folder.mkdir()
        return Path(shutil.copy(source, folder / "document.docx"))

    with pytest.raises(JianwenError, match=r"旧\.doc”"):
        read(path, convert)


def test_without_the_program_it_says_what_to_do(tmp_path: Path, fake: Path) -> None:
    path = tmp_path / "旧.doc"
    path.write_bytes(OLD)
    assert "LibreOffice" in trouble(path) and "另存为 .docx" in trouble(path)


@pytest.mark.parametrize(("data", "word"), [(b"", "空文件"), (b"%PDF-1.4", "PDF"), (b"hello", "损坏")])
def test_other_files(tmp_path: Path, fake: Path, data: bytes, word: str) -> None:
    path = tmp_path / "坏.doc"
    path.write_bytes(data)
    assert word in trouble(path)


def test_a_new_document_under_the_old_ending(tmp_path: Path, fake: Path) -> None:
    assert [line.text for line in open_source(saved(tmp_path / "新.doc")).page(1).lines] == ["正文。"]
