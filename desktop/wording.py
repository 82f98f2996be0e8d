"""How dates, recognised text, twins and table rows are put into words. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from desktop.marks import Place
from rag.answers import Evidence
from rag.layout.sections import sections_of
from rag.types import DateBasis, Document, Paragraph, StoredArticle

LOW = 0.8  # confidence below which recognised text is to be checked against the page
NO_DATE = "日期不详"
CHECK = "这段文字是从图像上识别出来的，可能有错字。引用前请对照原文页面核对。"
_WHY: Mapping[DateBasis, str] = {
    DateBasis.GUESSED: "文中只印了月和日，年份是推断的",
    DateBasis.MASTHEAD: "文中没有印日期，这是据刊头推断的",
    DateBasis.FILE_NAME: "文中没有印日期，这是据文件名推断的",
    DateBasis.FILE: "文中没有印日期，这是据文件属性推断的，很可能不准",
}


def date_words(article: StoredArticle) -> str:
    """「2024-03-21」, with a question mark where it is uncertain."""
    if article.date is None:
        return NO_DATE
    return article.date.isoformat() + ("" if _certain(article) else "？")


def date_reason(article: StoredArticle) -> str:
    """Why the date is uncertain and what can be done; "" where it is certain."""
    if article.date is None:
        return "没有读到日期。点一下可以填上。"
    if article.date_basis is None or _certain(article):
        return ""
    return f"{_WHY[article.date_basis]}。不对的话点一下改正。"


def _certain(article: StoredArticle) -> bool:
    return article.date_basis is None or article.date_basis.certain


def confidence(article: StoredArticle) -> float | None:
    """Mean confidence of an article's recognised text, by length; None where nothing was recognised."""
    read = [(len(p.text), p.paragraph.confidence) for p in article.paragraphs if p.paragraph.confidence is not None]
    length = sum(n for n, _ in read)
    return sum(n * sure for n, sure in read) / length if length else None


def recognised(sure: float | None) -> str:
    """「文字识别 93%」; "" for text that the file itself holds."""
    return "" if sure is None else f"文字识别 {sure:.0%}"


def is_low(sure: float | None) -> bool:
    return sure is not None and sure < LOW


def twin_name(twin: str, article: StoredArticle, documents: Mapping[str, Document]) -> str:
    """What to call the place where an article is printed again; "" when it is not in the library any more."""
    document, _, number = twin.rpartition("-")
    if document == article.document:
        return f"本资料第 {number} 篇"
    return documents[document].name if document in documents else ""


def place_words(evidence: Evidence, name: str) -> str:
    """Date, document (as `name` says), page, and the section that it stands in where there is one."""
    page = Place.of_evidence(evidence).page
    sections = [head.text for head in sections_of(evidence.paragraph, evidence.article)]
    return " · ".join([date_words(evidence.article), name, f"第 {page} 页", *sections[-1:]])


def row_words(paragraph: Paragraph, start: int = 0, end: int | None = None) -> str:
    """A stretch of a paragraph as it can stand alone: a whole table row gets its column names (「学校：一中」)."""
    text = paragraph.text[start:end]
    if paragraph.header is None:
        return text
    cells = text.split("\t")
    names = paragraph.header.split("\t") if paragraph.header and text == paragraph.text else []
    if len(names) != len(cells):
        return "　".join(filter(None, cells))
    return "　".join(f"{name}：{cell}" if name else cell for name, cell in zip(names, cells, strict=True) if cell)
