"""Web pages saved from a browser: .html, .htm, and .mhtml, .mht (RFC 2557). Nothing is fetched, no link followed."""

from __future__ import annotations

import datetime as dt
import email
import re
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING

from rag.dates import date_mentions
from rag.errors import JianwenError
from rag.readers.html_main import article_lines
from rag.readers.kinds import OLE, ZIP, head, mistaken
from rag.readers.source import Held
from rag.readers.text import decode
from rag.types import Page

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MOST_BYTES = 50 * 1024 * 1024  # with the pictures that .mhtml holds
MOST_MARKUP = 16 * 1024 * 1024
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.IGNORECASE)
_HEADERS = re.compile(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.IGNORECASE)
_ELEMENT = re.compile(rb"<(?:html|body|div|p)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TITLE_NAMES = ("articletitle", "og:title", "twitter:title", "title")
_DATE_NAMES = (
    "pubdate",
    "publishdate",
    "article:published_time",
    "og:published_time",
    "publish_time",
    "weibo: article:create_at",
    "date",
    "dc.date",
    "datepublished",
)
_PUBLISHED = re.compile(r"(?:发布|发表|发文|成文|更新)?(?:时间|日期)\s*[：:]\s*(.{8,24})")


def open(path: Path, password: str | None = None) -> Held:  # noqa: ARG001 — web pages have none
    """A saved web page as one page: its article, one paragraph, list item or table row a line.

    Raises JianwenError when it is empty, too large, no web page, or without text; OSError.
    """
    start, size = head(path), path.stat().st_size
    if not size:
        raise JianwenError(f"“{path.name}”是空文件（0 字节）。请重新保存该网页。")
    if size > MOST_BYTES:
        raise JianwenError(f"“{path.name}”有 {size >> 20} MB，超过网页 50 MB 的上限。请只保存网页正文后再添加。")
    if start.startswith((OLE, *ZIP)) or b"\0\0\0\0" in start or _is_other(path.name, start):
        raise JianwenError(mistaken(path.name, start) or f"“{path.name}”不是网页文件，无法读取。请用浏览器重新保存。")
    data = path.read_bytes()
    packed = _mhtml(data) if path.suffix.lower() in (".mhtml", ".mht") or _is_message(data) else None
    if packed is None and _HEADERS.match(data) and not _ELEMENT.search(data):
        raise JianwenError(f"“{path.name}”里没有网页，可能没有保存完整。请用浏览器重新保存。")
    markup = _text(*(packed or (data, "")))
    if len(markup) > MOST_MARKUP:
        raise JianwenError(f"“{path.name}”的网页代码太长，未读取。请在浏览器里只保存正文，或复制文字存成 .txt 再添加。")
    tree = _tree(markup)
    lines = [] if tree is None else article_lines(tree, _titles(tree))
    if tree is None or not any(line.text.strip() for line in lines):
        raise JianwenError(f"“{path.name}”里没有读到文字，网页内容可能要联网才会出现。请在浏览器里打开后重新保存。")
    return Held((Page(1, tuple(lines), wrapped=False),), _day(tree, [line.text for line in lines[:12]]))


def _is_other(name: str, start: bytes) -> bool:
    """Whether it is recognisably no web page (that it is one, under the right ending, is no mistake)."""
    problem = mistaken(name, start)
    return bool(problem) and "网页" not in problem


# ---------------------------------------------------------------- bytes to text


def _is_message(data: bytes) -> bool:
    """Some browsers save one file with all pictures under .html."""
    return bool(re.match(rb"(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?Content-Type:\s*multipart/related", data[:4096]))


def _mhtml(data: bytes) -> tuple[bytes, str] | None:
    """(bytes, charset) of the page itself: the part that `start` names, else the first of HTML."""
    message = email.message_from_bytes(data)
    parts = [part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not parts:
        return None
    wanted = str(message.get_param("start") or "")
    part = next((p for p in parts if wanted and str(p.get("Content-ID", "")) == wanted), parts[0])
    return _payload(part), str(part.get_content_charset() or "")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(data: bytes, charset: str) -> str:
    """The markup: strictly as UTF-8 or GB18030 where it is good text in one, else as the page declares."""
    text = decode(data)
    declared = charset or (m[1].decode("ascii") if (m := _CHARSET.search(data[:4096])) else "")
    if text is None or declared.lower() in ("big5", "shift_jis", "euc-jp", "euc-kr", "windows-1252", "utf-16"):
        aliases = {"gb2312": "gb18030", "gbk": "gb18030", "": "gb18030"}
        try:
            text = data.decode(aliases.get(declared.lower(), declared), "replace")
        except LookupError:
            text = data.decode("gb18030", "replace")
    return _CONTROL.sub(" ", _DECLARATION.sub("", text))


def _tree(markup: str) -> Element | None:
    """The parsed page, None when there is none. lxml's recovering parser; depth is bounded, nothing is fetched."""
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False, recover=True
    )
    try:
        return etree.fromstring(markup.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


# ---------------------------------------------------------------- what the head tells


def _metadata(tree: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("name") or meta.get("property") or meta.get("itemprop") or "").strip().lower()
        found.setdefault(name, (meta.get("content") or "").strip())
    return found


def _titles(tree: Element) -> list[str]:
    told = _metadata(tree)
    titles = [told[name] for name in _TITLE_NAMES if told.get(name)]
    return titles + ["".join(element.itertext()) for element in tree.iter("title")][:1]


def _day(tree: Element, opening: list[str]) -> str:
    """The day of publication that the head or a line near the title tells; "" when neither does.

    Not trafilatura's date: it makes 1 January of a bare year.
    """
    told = _metadata(tree)
    said = [told[name] for name in _DATE_NAMES if told.get(name)]
    said += [match[1] for text in opening if (match := _PUBLISHED.search(text))]
    for text in said:
        for mention in date_mentions(re.sub(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2}).*", r"\1年\2月\3日", text)):
            day = mention.date()
            if day and dt.date(1990, 1, 1) <= day:
                return day.isoformat()
    return ""
