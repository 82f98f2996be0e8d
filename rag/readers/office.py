"""Older word processor files (.doc, .wps, .rtf): turned into .docx by LibreOffice where it is installed.

Run without a window in a profile of its own with macros and outside links switched off, within a time limit.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from rag.errors import JianwenError
from rag.readers import word
from rag.readers.kinds import OLE, ZIP, head, mistaken
from rag.readers.slow import begins
from rag.readers.source import Held

Converter = Callable[[Path, Path], Path | None]  # (file, folder for the result) → the .docx, None when there is none

TIME_LIMIT = 120.0  # seconds; the first start on an old laptop takes half a minute
_RTF = b"{\\rtf"
_PLACES = ("soffice", "libreoffice", r"C:\Program Files\LibreOffice\program\soffice.com")
_NO_MACROS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item></oor:items>
"""


def open(path: Path, password: str | None = None) -> Held:  # noqa: ARG001 — LibreOffice is given none
    """A .doc, .wps or .rtf file as `word.open` gives it.

    Raises JianwenError when it is empty, damaged, encrypted or of another kind, or LibreOffice is missing; OSError.
    """
    return read(path, libreoffice)


def read(path: Path, convert: Converter) -> Held:
    """As `open`, with `convert` in place of LibreOffice."""
    start = head(path)
    if not start:
        raise JianwenError(f"“{path.name}”是空文件（0 字节）。请重新获取该文件。")
    if start.startswith(ZIP):
        return word.open(path)  # a .docx under its old ending
    if not start.startswith((OLE, _RTF)):
        raise JianwenError(mistaken(path.name, start) or _damaged(path.name))
    with tempfile.TemporaryDirectory(prefix="jianwen-office-", ignore_cleanup_errors=True) as scratch:
        # named by what it holds: .wps means another program's format to LibreOffice
        source = Path(scratch) / f"document{'.doc' if start.startswith(OLE) else '.rtf'}"
        shutil.copyfile(path, source)
        made = convert(source, Path(scratch) / "out")
        if made is None:
            raise JianwenError(_damaged(path.name))
        try:
            return word.open(made)
        except JianwenError as error:
            raise JianwenError(str(error).replace(made.name, path.name)) from error


def libreoffice(source: Path, folder: Path, seconds: float = TIME_LIMIT) -> Path | None:
    """Convert with LibreOffice. Raises JianwenError when it is not installed or takes longer than `seconds`.

    It runs in the process group of whoever calls, so that it ends with a worker that is killed.
    """
    program = next((found for place in _PLACES if (found := shutil.which(place))), None)
    if program is None:
        raise JianwenError(
            "读取 .doc、.wps、.rtf 要用 LibreOffice 转换，这台电脑上没有找到它。"
            "请用 Word 或 WPS 打开该文件，另存为 .docx 再添加；或安装 LibreOffice 后重试。"
        )
    profile = source.parent / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_NO_MACROS, "utf-8")
    command = [
        *(program, "--headless", "--norestore", "--nodefault", "--nologo", f"-env:UserInstallation={profile.as_uri()}"),
        *("--convert-to", "docx", "--outdir", str(folder), str(source)),
    ]
    begins("convert")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise JianwenError("LibreOffice 转换该文件超时，未读取。请用 Word 或 WPS 另存为 .docx 再添加。") from error
    finally:
        _end(process)
    made = folder / f"{source.stem}.docx"
    return made if made.is_file() else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started: on Linux it is a script that starts the real one."""
    import psutil

    with suppress(psutil.NoSuchProcess):  # all have ended
        for child in psutil.Process(process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()
    process.kill()
    process.wait()


def _damaged(name: str) -> str:
    return f"“{name}”已损坏、设有密码，或不是真正的 Word、WPS 文档，无法读取。请用 Word 或 WPS 另存为 .docx 再添加。"
