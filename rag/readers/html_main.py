"""Which lines of a web page are its article: its title, the lines about it and its text, not menus and link lists.

Two judges: trafilatura (Barbaresi 2021, “Trafilatura: A Web Scraping Library and Command-Line Tool for Text
Discovery and Extraction”, ACL demos), which knows comments, footers and teasers of thousands of sites, and our own
measure of prose. Trafilatura drops short paragraphs, lists and signatures, so it only says which sentences belong to
the article; the element that holds most of them is then taken whole.
"""

from __future__ import annotations

import copy
import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from rag.readers.html_lines import Entry, entries
from rag.readers.portless import portless
from rag.text import HAN, normalise
from rag.types import Line

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_FURNITURE_TAGS = frozenset({"nav", "footer", "aside"})
_FURNITURE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|topmenu|breadcrumbs?|crumbs?|foot|footer|bottom|copyright|"
    r"share|bdsharebuttonbox|sidebar|related|recommend|comments?|login|search|toolbar|ads?|advert|pagination|pager|"
    r"dqwz|daohang|fenxiang|xgyd|xiangguan|qrcode|friendlink|links?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_JUNK = re.compile(
    r"^(?:上一[篇条]|下一[篇条]|打印|关闭|分享|字[体号]|【?[\[（(]?大\s*中\s*小|当前位置|您?的?位置|您现在的位置|设为首页|"
    r"加入收藏|扫一扫|微信扫|相关(?:链接|阅读|新闻|文章|推荐)|推荐阅读|浏览次数|点击[数次率]|版权所有|Copyright|返回(?:首页|顶部)|友情链接)"
    r"|ICP备|公网安备|网站标识码",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"索\s*引\s*号|发文[机字]|成文日期|发[布表]?(?:时间|日期)|来\s*源\s*[：:]|作\s*者\s*[：:]|文\s*号\s*[：:]|主题分类"
)
_AFTER = re.compile(r"^(?:附件|附[：:]|[（(]?(?:责任编辑|责编|编辑|审核|来源|供稿|撰稿))")
_IMPRINT = re.compile(r"^[（(]?(?:责任编辑|责编|编辑|审核)[：:]")
_SENTENCE = re.compile("[，。；！？]")
_PROSE = 15  # characters; shorter lines are menus as often as text
_SHARE = 0.85  # of the prose: the element that holds as much is the article
_LOOK_BACK = 12  # lines above the text that may tell of it
_LOOK_ON = 6
_HAN = re.compile(f"[{HAN}]")


def article_lines(tree: Element, said_titles: Sequence[str]) -> list[Line]:
    """The lines of the article on a page. `said_titles`: what the page's head calls it, likeliest first."""
    body = tree.find("body")
    body = tree if body is None else body
    found = entries(body, _Furniture(body))
    prose = [entry for entry in found if _is_prose(entry)]
    start, end = _stretch(found, body, _kept_by_trafilatura(tree, prose))
    title = _title(found, start, end, said_titles)
    first = start if title is None else min(start, title.first)
    about = [i for i in range(max(0, first - _LOOK_BACK), start) if _ABOUT.search(found[i].text)]
    first = min([first, *about])
    chosen = [i for i in range(first, end) if not _is_junk(found, i, start, end)]
    chosen += [i for i in range(end, min(end + _LOOK_ON, len(found))) if _AFTER.match(found[i].text)]
    titles = range(0) if title is None else range(title.first, title.last + 1)
    return [_leveled(found[i].line, i in titles, title is not None) for i in chosen]


def _leveled(line: Line, titles: bool, titled: bool) -> Line:
    if titles:
        return replace(line, heading=1, header=None)
    if _IMPRINT.match(line.text):
        return replace(line, furniture=True, heading=0)
    return replace(line, heading=max(line.heading, 2)) if line.heading and titled else line


# ---------------------------------------------------------------- where the text is


class _Furniture:
    """Whether an element is a menu, a footer or the like, by its tag or name, and does not hold the text itself."""

    def __init__(self, body: Element) -> None:
        self._stops = _stops(body)

    def __call__(self, element: Element) -> bool:
        named = _FURNITURE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        if element.tag in _FURNITURE_TAGS or (named and element.tag not in ("body", "html", "a")):
            return _stops(element) <= self._stops / 2
        if element.tag == "header":
            return element.find(".//h1") is None
        return False


def _stops(element: Element) -> int:
    return sum(text.count("。") for text in element.itertext())


def _is_prose(entry: Entry) -> bool:
    text = entry.text
    return (
        len(text) >= _PROSE
        and bool(_SENTENCE.search(text))
        and entry.linked < 0.3 * len(text)
        and not _JUNK.search(text)
    )


def _kept_by_trafilatura(tree: Element, prose: Sequence[Entry]) -> list[Entry]:
    """The prose that trafilatura counts to the article; all of it when trafilatura finds less than half."""
    document = _trafilatura().bare_extraction(
        copy.deepcopy(tree), include_comments=False, include_tables=True, with_metadata=False, deduplicate=False
    )
    body = None if document is None else document.body
    words = normalise("".join(body.itertext())) if body is not None else ""
    kept = [entry for entry in prose if normalise(entry.text)[:30] in words]
    enough = 2 * sum(len(e.text) for e in kept) >= sum(len(e.text) for e in prose)
    return kept if enough else list(prose)


def _trafilatura() -> ModuleType:
    """The library. Its remarks about poor pages are for nobody here."""
    with portless():
        module = import_module("trafilatura")
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    return module


def _stretch(found: Sequence[Entry], body: Element, prose: Sequence[Entry]) -> tuple[int, int]:
    """The lines (start, end) inside the smallest element that holds nearly all of `prose`; all lines without any."""
    if not prose:
        return 0, len(found)
    weights: dict[Element, int] = defaultdict(int)
    for entry in prose:
        for element in (entry.element, *entry.element.iterancestors()):
            weights[element] += len(entry.text)
    holder, total = body, sum(len(entry.text) for entry in prose)
    while True:
        inner = [child for child in holder if weights.get(child, 0) >= _SHARE * total]
        if not inner or inner[0].tag in ("p", "tr", "table"):  # one paragraph: what stands beside it belongs to it
            break
        holder = inner[0]
    inside = [i for i, e in enumerate(found) if e.element is holder or holder in e.element.iterancestors()]
    return inside[0], inside[-1] + 1


def _is_junk(found: Sequence[Entry], i: int, start: int, end: int) -> bool:
    """Link lists, buttons and remarks of the site. Inside the text a line of links may belong to it (an attachment),
    a run of them does not."""
    entry = found[i]
    if _JUNK.search(entry.text) and not _ABOUT.search(entry.text):
        return True
    if not _is_linked(entry) or entry.text.startswith("附件"):
        return False
    if not start <= i < end:
        return True
    near = range(max(start, i - 2), min(end, i + 3))
    return sum(_is_linked(found[j]) for j in near) >= 3


def _is_linked(entry: Entry) -> bool:
    return entry.linked > 0.5 * len(entry.text)


# ---------------------------------------------------------------- its title


@dataclass(frozen=True, slots=True)
class _Title:
    first: int
    last: int


def _title(found: Sequence[Entry], start: int, end: int, said: Sequence[str]) -> _Title | None:
    """Where the title is printed: what the head says, word by word; else a heading; else a line that looks like one
    close above the text. None leaves it to the layout to find one in the text."""
    near = [*range(start, min(end, start + _LOOK_BACK)), *range(start - 1, -1, -1)]
    for wanted in map(normalise, said):
        for i in near:
            for last in (i, i + 1):
                text = normalise("".join(e.text for e in found[i : last + 1]))
                if len(text) >= 4 and not _is_linked(found[i]) and (text == wanted or _begins(wanted, text)):
                    return _Title(i, min(last, len(found) - 1))
    for levels in ((1,), (2, 3)):
        for i in range(min(end, start + 3) - 1, max(-1, start - _LOOK_BACK), -1):
            if found[i].line.heading in levels and not _is_linked(found[i]) and len(found[i].text) >= 4:
                return _Title(i, i)
    above = [i for i in range(max(0, start - 6), start) if _looks_like_title(found[i])]
    return _Title(above[-1], above[-1]) if above else None


def _begins(wanted: str, text: str) -> bool:
    """Whether the head says `text` and then the name of the site."""
    rest = wanted[len(text) :] if wanted.startswith(text) else ""
    return len(text) >= 6 and bool(rest) and rest[0] in "_-—–|·<（(—"


def _looks_like_title(entry: Entry) -> bool:
    text = entry.text
    return (
        len(_HAN.findall(text)) >= 6
        and len(text) <= 60
        and not _SENTENCE.search(text)
        and not _ABOUT.search(text)
        and not _JUNK.search(text)
        and entry.linked == 0
    )
