"""What a question takes for granted, and whether what was found knows of it at all. Pure.

「谁批准了2025年的方案？」 takes a plan of 2025 for granted. If nothing found speaks of 2025, whatever a model makes of
the passages cannot answer it: the premise is named and nothing is written. Of what is written, a sentence that its
source tells of another year is no answer either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.answers import Evidence
from rag.dates import date_mentions
from rag.layout.sections import sections_of
from rag.statements.facts import facts
from rag.text import normalise, tagged_words

_PLACE = {  # by part of speech: the tagger takes names it does not know for nouns
    "ns": re.compile("[\u4e00-\u9fff]{2,6}[省市县区州]$"),
    "n": re.compile(
        "(?!地级|县级|直辖|大城|贫困|农业|山区|人口|教育|试点|示范|脱贫|重点)[\u4e00-\u9fff]{2,3}[省市县]$"
    ),
}
_YEAR = r"(?<!\d)(?:19|20)\d\d"
_SPAN_OF_YEARS = re.compile(
    rf"{_YEAR}年?(?:[—\-–~－]{{1,2}}|至|到)(?:19|20)?\d\d|{_YEAR}年(?:\d{{1,2}}月)?(?:以[来后前]|之[后前]|起|至今)"
)
_PERSON = ("nr", "nrfg", "nrt")
_SHORTEST_PERSON = 3  # two characters are taken for a name too often


def premises(question: str) -> Iterator[str]:
    """The years, document names, people and places that a question names; not the ends of a span of years."""
    if not _SPAN_OF_YEARS.search(question):
        yield from (f"{year}年" for year in _years(question))
    yield from (fact.text for fact in facts(question) if fact.kind == "title")
    for word in tagged_words(question):
        person = word.tag in _PERSON and len(word.text) >= _SHORTEST_PERSON
        if person or (word.tag in _PLACE and _PLACE[word.tag].match(word.text)):
            yield word.text


def unknown_premises(question: str, found: Iterable[Evidence]) -> tuple[str, ...]:
    """Those of `premises` that stand in no article found, nor in its title, its date or its document's name."""
    known = [_known(evidence) for evidence in found]
    return tuple(
        premise
        for premise in dict.fromkeys(premises(question))
        if not any(normalise(premise.strip("《》").removesuffix("年")) in text for text in known)
    )


def _known(evidence: Evidence) -> str:
    return _wording(evidence, *(paragraph.text for paragraph in evidence.article.paragraphs))


def _wording(evidence: Evidence, *texts: str) -> str:
    """The texts with what the article is headed by: its document's name, its title, its year."""
    article = evidence.article
    date = f"{article.date.year}" if article.date else ""
    return normalise("\n".join([evidence.document.name, article.title, date, *texts]))


def other_year(question: str, cited: str, evidence: Evidence) -> str | None:
    """In Chinese, that the words cited from `evidence` are of other years than the question asks of; else None.

    They may be of the year if anything in their paragraph is; or at the head of their article, unless a clause of
    theirs begins with the other year (「会议指出，2022年新建学校12所」 of a meeting of 2023).
    """
    if any(map(_SPAN_OF_YEARS.search, (question, cited))):
        return None
    wanted, told = set(_years(question)), set(_years(cited))
    if not wanted or not told:
        return None
    in_paragraph, at_head = normalise(evidence.paragraph.text), "" if _begins_with_year(cited) else _wording(evidence)
    if any(str(year) in around for year in wanted for around in (in_paragraph, at_head)):
        return None
    asked, printed = ("、".join(f"{year}年" for year in sorted(years)) for years in (wanted, told))
    return f"问题问的是{asked}，所引原文说的是{printed}"


def _begins_with_year(text: str) -> bool:
    """Whether a clause does, so that what it says is of that year."""
    starts = (mention.start for mention in date_mentions(text) if mention.year is not None)
    return any(start == 0 or text[start - 1] in "，。；：！？" for start in starts)


def of_another_year(question: str, evidence: Evidence) -> bool:
    """Whether the passage is, by its section's heading or else by its article's date and title, of another year than
    those that the question names."""
    wanted = set(_years(question))
    headed = {year for head in sections_of(evidence.paragraph, evidence.article) for year in _years(head.text)}
    if headed:
        return bool(wanted) and not wanted & headed
    title, date = evidence.article.title, evidence.article.date
    own = set(_years(title)) | ({date.year} if date else set())
    return bool(wanted and own) and not wanted & own


def _years(text: str) -> list[int]:
    return [mention.year for mention in date_mentions(text) if mention.year is not None]
