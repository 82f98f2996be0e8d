"""Word documents (.docx, .docm): paragraphs, list labels, table rows, notes and text boxes in printed order.

Read from the XML itself (ISO/IEC 29500): python-docx sees neither list labels nor notes, text boxes or tracked
changes, refuses .docm and loads every picture. Macros, pictures and links are never touched.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import JianwenError
from rag.readers.kinds import OLE, head, mistaken
from rag.readers.package import Package, damaged
from rag.readers.source import Held
from rag.readers.word_styles import Numbering, Styles, W, local, transitional, value
from rag.readers.word_text import TextReader, as_furniture
from rag.types import Line, Page

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_KIND = "Word 文档"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHINA = dt.timezone(dt.timedelta(hours=8))


def open(path: Path, password: str | None = None) -> Held:  # noqa: ARG001 — Word's encryption is not supported
    """A Word document as one page, a paragraph or a table row a line.

    Raises JianwenError when it is empty, damaged, encrypted, of another kind or too large; OSError.
    """
    _check_kind(path)
    with Package(path, _KIND) as package:
        main = next((part for _, kind, part in package.related("") if kind == "officeDocument"), "word/document.xml")
        if main not in package:
            raise damaged(path.name, _KIND)
        root = transitional(package.xml(main))
        if local(root) != "document":
            raise damaged(path.name, _KIND)
        lines = _lines(package, main, root)
        day = _day(package)
    if not any(line.text.strip() for line in lines if not line.furniture):
        raise JianwenError(f"“{path.name}”里没有文字，可能是空文档，或内容都是图片。请检查是否选错了文件。")
    return Held((Page(1, tuple(lines), wrapped=False),), day)


def _check_kind(path: Path) -> None:
    start = head(path)
    if not start:
        raise JianwenError(f"“{path.name}”是空文件（0 字节）。请重新获取该文件。")
    if start.startswith(OLE) and _is_encrypted(path):
        raise JianwenError(
            f"“{path.name}”设有打开密码，暂不能直接读取加密的 Word 文档。"
            "请用 Word 或 WPS 输入密码打开，取消密码后另存为 .docx，再添加。"
        )
    if problem := mistaken(path.name, start):
        raise JianwenError(problem)


def _is_encrypted(path: Path) -> bool:
    """Whether the OLE container holds an encrypted package; the names of its streams stand in its directory."""
    with path.open("rb") as file:
        rest = b""
        while block := file.read(1 << 20):
            if _ENCRYPTED in rest + block:
                return True
            rest = block[-len(_ENCRYPTED) :]
    return False


def _lines(package: Package, main: str, root: Element) -> list[Line]:
    related = package.related(main)
    parts: dict[str, list[str]] = {}
    for _, kind, part in related:
        parts.setdefault(kind, []).append(part)

    def xml(kind: str) -> Element | None:
        return transitional(package.xml(parts[kind][0])) if kind in parts else None

    notes = {}
    for kind in ("footnote", "endnote"):
        holder = xml(f"{kind}s")
        for note in () if holder is None else holder.iter(W + kind):
            if note.get(f"{W}type", "normal") == "normal":
                notes[kind, note.get(f"{W}id", "")] = note
    styles = Styles(xml("styles"))
    titled = any(styles.is_title(value(p.find(f"{W}pPr"), "pStyle")) for p in root.iter(f"{W}p"))
    reader = TextReader(styles, Numbering.of(xml("numbering")), notes, titled)
    lines = list(reader.lines(root))
    seen: set[str] = set()
    for part in (*parts.get("header", ()), *parts.get("footer", ())):
        for line in reader.lines(transitional(package.xml(part))):
            if line.text not in seen:  # sections repeat them
                seen.add(line.text)
                lines.append(as_furniture(line))
    return lines


def _day(package: Package) -> str:
    """The day of the last saving, in China, else of the making; "" when the properties tell none."""
    part = next((part for _, kind, part in package.related("") if kind == "core-properties"), "")
    if not part:
        return ""
    told = {local(element): (element.text or "").strip() for element in package.xml(part).iter()}
    for name in ("modified", "created"):
        try:
            moment = dt.datetime.fromisoformat(told.get(name, ""))
        except ValueError:
            continue
        return (moment.astimezone(_CHINA) if moment.tzinfo else moment).date().isoformat()
    return ""
