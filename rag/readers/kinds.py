"""What a file really is, told from its first bytes, for those that bear a wrong ending."""

from __future__ import annotations

from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .doc and .wps, and of encrypted .docx
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_LOOKED_AT = 4096
_NAMES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "PDF 文件", ".pdf"),
    (b"{\\rtf", "RTF 文档", ".rtf"),
    (b"\x89PNG", "图片", ".png"),
    (b"\xff\xd8\xff", "图片", ".jpg"),
    (OLE, "旧版 Office 或 WPS 文档", ".doc"),
    (b"Rar!", "RAR 压缩包", ""),
    (b"7z\xbc\xaf", "7z 压缩包", ""),
)


def head(path: Path) -> bytes:
    """The first bytes of the file. Raises OSError."""
    with path.open("rb") as file:
        return file.read(_LOOKED_AT)


def mistaken(name: str, start: bytes) -> str:
    """A Chinese sentence when the file is recognisably of another kind than its ending says, else ""."""
    for mark, kind, suffix in _NAMES:
        if start.startswith(mark):
            remedy = f"请把扩展名改为 {suffix} 再添加。" if suffix else "请先解压，或换成 zip 压缩包再添加。"
            return f"“{name}”的扩展名不对，里面其实是{kind}。{remedy}"
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype html", b"<html")):
        return f"“{name}”的扩展名不对，里面其实是网页。请把扩展名改为 .html 再添加。"
    return ""
