"""Which numbered headings stand over a paragraph («五、保障措施» over «（一）加强组织领导。……»). Pure.

Notices, plans and laws are written in numbered parts: the heading says once what all its paragraphs are about. Its
number tells how deep it lies: 一、 then （一） then 1. then （1） (GB/T 9704-2012, 7.3.3), above them in laws 编, 章
and 节.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rag.dates import date_mentions
from rag.layout.wrapping import is_date_only
from rag.types import StoredArticle, StoredParagraph

LONGEST_HEAD: Final = 40  # characters

_HAN_NUMBER = "[一二三四五六七八九十百零]{1,4}"
_RANKS: Final = tuple(  # the outermost first
    re.compile(pattern)
    for pattern in (
        rf"第{_HAN_NUMBER}编\s*",
        rf"第{_HAN_NUMBER}章\s*",
        rf"第{_HAN_NUMBER}节\s*",
        rf"{_HAN_NUMBER}、",
        rf"[（(]{_HAN_NUMBER}[）)]",
        r"\d{1,2}(?:[.．](?!\d)|、)",
        r"[（(]\d{1,2}[）)]",
    )
)
_BEGINS: Final = frozenset("第（(一二三四五六七八九十百零0123456789")  # what a number may begin with
_HAN = re.compile("[\u4e00-\u9fff]")
_STATES = re.compile("[。！？；!?;]|[，、,]$")
_TELLS = re.compile(r"[：:]|(?<!\d)(?!(?:19|20)\d\d(?!\d))\d")  # a figure that is no year
_LEAVE = re.compile(r"(?:特此|专此|此复|感谢|附件[：:\d])")  # what stands below the last section of a notice or reply
_ISSUER = re.compile("(?:局|委|办|室|府|会|校|院|部|厅|组|中心|学|园|处|科|站|馆|社|司)$")


@dataclass(frozen=True, slots=True)
class SectionHead:
    """The heading of a section, which reaches to the next one of its rank or of one further out.

    number: of its paragraph in the article. rank: 0 outermost. name: without its number. One without a name, -1 in
    rank, ends all sections: what stands below a notice, as the name of the issuer.
    """

    number: int
    rank: int
    text: str
    name: str

    @property
    def tells(self) -> bool:
        """Whether it says something by itself («报名时间：6月1日»), not only what its section is about."""
        return _TELLS.search(self.name) is not None


def section_heads(texts: Iterable[tuple[int, str]]) -> tuple[SectionHead, ...]:
    """The headings among an article's paragraphs outside tables, given by number and in order; those longer than
    `LONGEST_HEAD` may be left out. Numbered lines that follow one another without text between are a list's."""
    short = {number: text.strip() for number, text in texts if len(text) <= LONGEST_HEAD}
    marked = [head for number, text in short.items() if (head := _head(number, text)) is not None]
    places = {(head.number, head.rank) for head in marked}
    heads = [head for head in marked if not places & {(head.number - 1, head.rank), (head.number + 1, head.rank)}]
    ends = [SectionHead(number, -1, "", "") for number in short if _signs_off(short, number)]
    return tuple(sorted([*heads, *ends], key=lambda head: head.number))


def _signs_off(short: Mapping[int, str], number: int) -> bool:
    """Whether it takes leave, or names who issued what stands above: the date follows, in its own line or the same."""
    text = short[number]
    if _LEAVE.match(text):
        return True
    if text.endswith("日"):
        dates = date_mentions(text)
        issuer = text[: dates[-1].start].rstrip() if dates and dates[-1].end == len(text) else ""
        return _ISSUER.search(issuer) is not None
    return _ISSUER.search(text) is not None and is_date_only(short.get(number + 1, ""))


def heads_of(article: StoredArticle) -> tuple[SectionHead, ...]:
    """The headings in an article, by the places of their paragraphs."""
    texts = ((place, one.text) for place, one in enumerate(article.paragraphs) if one.paragraph.header is None)
    return section_heads(texts)


def over(heads: Sequence[SectionHead], number: int) -> tuple[SectionHead, ...]:
    """The headings that a paragraph stands under, the outermost first."""
    path: list[SectionHead] = []
    inmost = len(_RANKS)
    for head in reversed([head for head in heads if head.number <= number]):
        if not head.name:
            break
        if head.rank < inmost:
            inmost = head.rank
            if head.number < number:
                path.append(head)
    return tuple(reversed(path))


def extent(heads: Sequence[SectionHead], head: SectionHead, count: int) -> int:
    """The number of the paragraph before which a section ends, of an article of `count` paragraphs."""
    return next((one.number for one in heads if one.number > head.number and one.rank <= head.rank), count)


def inside(article: StoredArticle, head: SectionHead) -> range:
    """The places of the paragraphs that stand in a section."""
    return range(head.number + 1, extent(heads_of(article), head, len(article.paragraphs)))


def sections_of(paragraph: StoredParagraph, article: StoredArticle) -> tuple[SectionHead, ...]:
    """The headings over a paragraph of the article, the outermost first."""
    return over(heads_of(article), _place(paragraph, article))


def first_below(paragraph: StoredParagraph, article: StoredArticle) -> StoredParagraph:
    """What stands under the heading, where the paragraph is one that says nothing by itself; else the paragraph."""
    if len(paragraph.text) > LONGEST_HEAD:
        return paragraph
    heads = {head.number for head in heads_of(article) if head.name and not head.tells}
    below = enumerate(article.paragraphs[(place := _place(paragraph, article)) :], place)
    return next((one for number, one in below if number not in heads), paragraph)


def _place(paragraph: StoredParagraph, article: StoredArticle) -> int:
    return next((place for place, one in enumerate(article.paragraphs) if one.id == paragraph.id), 0)


def words_above(sections: Sequence[SectionHead], header: str | None) -> str:
    """What a paragraph stands under, a line each: the headings of its sections, the column names of a table's row."""
    return "\n".join(filter(None, (" ".join(head.text for head in sections), header)))


def _head(number: int, text: str) -> SectionHead | None:
    for rank, pattern in enumerate(_RANKS if text[:1] in _BEGINS else ()):
        if match := pattern.match(text):
            name = text[match.end() :].strip().rstrip("：:")
            states = _STATES.search(name) is not None
            return None if states or len(_HAN.findall(name)) < 2 else SectionHead(number, rank, text, name)
    return None
