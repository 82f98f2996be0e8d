"""Which files can be added, in the words of the window, and how each is shown. Pure."""

from __future__ import annotations

from pathlib import PurePath

from rag.readers import ARCHIVE_SUFFIXES, SUFFIXES

PICTURES = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"))
_READABLE = SUFFIXES | ARCHIVE_SUFFIXES
_GROUPS = (
    ("PDF", frozenset((".pdf",))),
    ("Word、WPS 文档", frozenset((".docx", ".docm", ".doc", ".wps", ".rtf"))),
    ("OFD", frozenset((".ofd",))),
    ("网页", frozenset((".html", ".htm", ".mht", ".mhtml", ".xhtml"))),
    ("文本", frozenset((".txt", ".md", ".markdown"))),
    ("图片和扫描件", PICTURES),
    ("压缩包", frozenset((".zip",))),
)


def _groups() -> list[tuple[str, list[str]]]:
    named = [(words, sorted(kinds & _READABLE)) for words, kinds in _GROUPS]
    others = sorted(_READABLE.difference(*(kinds for _, kinds in _GROUPS)))
    return [(words, kinds) for words, kinds in (*named, ("其他", others)) if kinds]


def in_words() -> str:
    """「PDF、Word、WPS 文档、OFD…」: the kinds that can be read."""
    return "、".join(words if words != "其他" else "、".join(kinds) for words, kinds in _groups())


def in_detail() -> str:
    """One kind a line, with its endings."""
    return "\n".join(f"{words}：{' '.join(kinds)}" for words, kinds in _groups())


def dialog_filter() -> str:
    """What a file dialog offers: all readable kinds, each of them, everything."""
    alike = ("全部资料", sorted(_READABLE))
    return ";;".join([*(f"{words} ({_globs(kinds)})" for words, kinds in (alike, *_groups())), "所有文件 (*)"])


def _globs(kinds: list[str]) -> str:
    # Both cases: scanners write .JPG and .PDF, and on Linux the patterns mind it.
    return " ".join(f"*{kind} *{kind.upper()}" for kind in kinds)


def is_pdf(name: str) -> bool:
    return PurePath(name).suffix.lower() == ".pdf"


def is_picture(name: str) -> bool:
    return PurePath(name).suffix.lower() in PICTURES
