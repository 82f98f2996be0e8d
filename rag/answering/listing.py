"""The points of a list: the sentences that answer, of all passages that do, in the order of their documents, none
twice, in the source's own words. Pure; how surely a sentence answers the model has said (`judging`).

A small model that writes a list ends it early where its points stand in several passages, so it is not left to it.
What the form of a report tells (`rag.statements.roles`) is added to what the model says of a sentence by itself: a
point whose head answers is given whole, what leads in counted points stands for them all, and what has been achieved
is no answer to what is to be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rag.answering.asked import headed_otherwise, passed_over
from rag.answering.asked_section import section_sentences
from rag.answering.judging import Line
from rag.answers import Evidence
from rag.layout.sections import SectionHead, inside, sections_of
from rag.statements.premises import of_another_year
from rag.statements.roles import KeySentence, Role, demands, enumerations, key_sentences, pieces
from rag.text import enumerator, letter_pairs, passages
from rag.types import Passage, StoredArticle

_SAME: Final = 0.8  # share of character pairs from which two sentences say the same
_FRAME: Final = frozenset({Role.OVERVIEW, Role.PROCEEDINGS, Role.ATTENDANCE})
_MOST: Final = 20  # points of a report that is asked about as a whole; one with more is no report of a meeting

_Place = tuple[str, int]  # paragraph and start


@dataclass(frozen=True, slots=True)
class Point:
    """`evidence.paragraph.text[start:end]`, which a list may hold. part: the point of its article that it belongs to,
    0 for none; `head` names that one."""

    evidence: Evidence
    start: int
    end: int
    role: Role = Role.OTHER
    part: int = 0
    head: bool = False

    @property
    def text(self) -> str:
        return self.evidence.paragraph.text[self.start : self.end]

    @property
    def alone(self) -> bool:
        """Whether its passage holds nothing else."""
        return self.evidence.passage.text.strip() == self.text

    @property
    def frames(self) -> bool:
        """Whether it stands around the points of a report: that a meeting was held, who came."""
        return self.role in _FRAME and not demands(self.text)

    @property
    def place(self) -> _Place:
        return self.evidence.paragraph.id, self.start


@dataclass(frozen=True, slots=True)
class _Report:
    """An article and what its sentences do in it. counted: the heads of points counted together, by their numbers."""

    evidence: Evidence  # one of its passages
    sentences: tuple[KeySentence, ...]
    counted: tuple[tuple[int, ...], ...]

    @property
    def article(self) -> StoredArticle:
        return self.evidence.article

    def place(self, number: int) -> _Place:
        one = self.sentences[number]
        return self.article.paragraphs[one.paragraph].id, one.start

    def lead_in(self, heads: Sequence[int]) -> _Place | None:
        """The sentence right before the first of counted points, if there is one: in its paragraph, or at the end of
        the one before."""
        if heads[0] == 0:
            return None
        lead, head = self.sentences[heads[0] - 1], self.sentences[heads[0]]
        texts = [stored.text for stored in self.article.paragraphs[lead.paragraph : head.paragraph + 1]]
        between = texts[0][lead.end : head.start] if len(texts) == 1 else texts[0][lead.end :] + texts[-1][: head.start]
        return self.place(heads[0] - 1) if len(texts) <= 2 and not between.strip() else None

    def point(self, number: int, evidence: Evidence | None = None) -> Point:
        """`evidence`: the passage it stands in; made of the sentence alone unless given."""
        one = self.sentences[number]
        evidence = evidence or _alone(self.evidence, one.paragraph, one.start, one.end)
        return Point(evidence, one.start, one.end, one.role, one.point, one.head)


@dataclass(slots=True)
class Listing:
    """Gathers the sentences of passages that answer a question, with how surely each does by itself, and gives its
    list."""

    question: str
    line: Line
    _gathered: dict[_Place, tuple[Point, float]] = field(default_factory=dict)
    _reports: dict[str, _Report] = field(default_factory=dict)
    _sections: list[Point] = field(default_factory=list)

    def gather(self, point: Point, sure: float) -> None:
        """sure: in logits."""
        self._gathered[point.place] = point, sure

    def section(self, evidence: Evidence, head: SectionHead) -> Sequence[Point]:
        """Take and return all that stands under the heading over the passage."""
        found = section_sentences(evidence.article, head)
        lengths = {place: len(evidence.article.paragraphs[place].text) for place, _, _ in found}
        whole = {place: _alone(evidence, place, 0, length) for place, length in lengths.items()}
        points = [Point(whole[place], start, end) for place, start, end in found]
        self._sections += points
        return points

    def sentences(self, evidence: Evidence) -> Iterator[Point]:
        """Those of a passage that state something and are not gathered."""
        article = evidence.article
        if article.id not in self._reports:
            found = key_sentences(article)
            self._reports[article.id] = _Report(evidence, found, enumerations(article, found))
        report = self._reports[article.id]
        numbers = {report.place(number): number for number in range(len(report.sentences))}
        for start, end in pieces(evidence.paragraph.text):
            place = evidence.paragraph.id, start
            inside = start < evidence.passage.end and evidence.passage.start < end
            if inside and place not in self._gathered and _states(evidence.paragraph.text[start:end]):
                number = numbers.get(place)
                yield Point(evidence, start, end) if number is None else report.point(number, evidence)

    def chosen(self) -> tuple[Point, ...]:
        """The list, in order. Where no sentence answers by itself, as one whose year stands in the sentence before it,
        all; where only sentences that the question does not ask for (`passed_over`), those, unless their heading says
        that they are of the other kind."""
        return _each_once([*self._sections, *self._answering()])

    def _answering(self) -> Iterable[Point]:
        best = max((sure for _, sure in self._gathered.values()), default=0.0)
        surely = self._surely(max(self.line.least, best - self.line.apart))
        led = {point.place: point for point in self._led_in(surely) if self._of_the_kind(point)}
        staying = self._staying(surely, {(point.evidence.article.id, point.part) for point in led.values()})
        kept = led | {point.place: point for point in staying}
        right = self._of_the_year([point for point in kept.values() if self._of_the_kind(point)])
        told = {point.evidence.article.id for point in right if not point.frames}
        apart = [point for point in right if not point.frames or point.evidence.article.id not in told]
        others = kept.values() or [point for point, _ in self._gathered.values()]
        return apart or [point for point in others if not headed_otherwise(self.question, point.evidence)]

    def _of_the_kind(self, point: Point) -> bool:
        other = point.role is passed_over(self.question)
        return not other and not headed_otherwise(self.question, point.evidence)

    def _of_the_year(self, points: list[Point]) -> list[Point]:
        """What is to be done in a year, articles of that year say, unless none does. What has been done in it, those of
        the next may."""
        if passed_over(self.question) is not Role.PAST:
            return points
        return [point for point in points if not of_another_year(self.question, point.evidence)] or points

    def _surely(self, least: float) -> dict[_Place, Point]:
        return {place: point for place, (point, sure) in self._gathered.items() if sure >= least}

    def _led_in(self, surely: dict[_Place, Point]) -> Iterator[Point]:
        """The heads of the points that an answering sentence leads in, by itself or as the end of a passage that
        answers as a whole."""
        passages = {point.evidence.passage.id for point in surely.values()}
        for report in self._reports.values():
            for heads in report.counted:
                place = report.lead_in(heads)
                lead = self._gathered.get(place) if place else None
                if lead and (lead[0].place in surely or lead[0].evidence.passage.id not in passages):
                    yield from map(report.point, heads)
            yield from self._opened(report, surely)

    def _opened(self, report: _Report, surely: dict[_Place, Point]) -> Iterator[Point]:
        """The heads of all points of a report of which only the opening answers: it is asked about as a whole."""
        mine = [point for point in surely.values() if point.evidence.article.id == report.article.id]
        rest = (point for point in mine if not point.frames and self._of_the_kind(point))
        if any(point.role is Role.OVERVIEW for point in mine) and next(rest, None) is None:
            heads = [report.point(number) for number, one in enumerate(report.sentences) if one.head]
            heads = [head for head in heads if self._of_the_kind(head)]
            if len(heads) <= _MOST:
                yield from heads

    def _staying(self, surely: dict[_Place, Point], told: set[tuple[str, int]]) -> Iterator[Point]:
        """The answering sentences, and with them what else is said under a point whose head answers, in a passage of
        which every sentence rather answers than not, and in the rest of a sentence (after ；) if it comes near; of
        points `told` by their heads nothing else."""
        parts = {(point.evidence.article.id, point.part) for point in surely.values() if point.head}
        passages = {point.evidence.passage.id for point in surely.values()}
        passages -= {point.evidence.passage.id for point, sure in self._gathered.values() if sure <= 0}
        going_on = ""  # the passage whose last sentence stays and goes on
        for point, sure in self._gathered.values():
            passage, part = point.evidence.passage.id, (point.evidence.article.id, point.part)
            rest = passage == going_on and sure >= self.line.close and not point.head
            beside = rest or passage in passages or (point.part > 0 and part in parts)
            stays = point.place in surely or (beside and part not in told)
            if stays:
                yield point
            going_on = passage if stays and point.text.endswith(("；", ";")) else ""


def siblings(shown: Sequence[Evidence], found: Sequence[Evidence]) -> Iterator[Evidence]:
    """The other counted points of a section of which two are shown, so far as they were not found."""
    there = {evidence.paragraph.id for evidence in (*found, *shown)}
    counted: dict[tuple[str, SectionHead], dict[str, Evidence]] = {}
    for one in shown:
        sections = sections_of(one.paragraph, one.article)
        if sections and enumerator(one.paragraph.text):
            counted.setdefault((one.article.id, sections[-1]), {})[one.paragraph.id] = one
    for (_, head), points in counted.items():
        first, *others = points.values()
        paragraphs = first.article.paragraphs
        for place in inside(first.article, head) if others else ():
            if enumerator(paragraphs[place].text) and paragraphs[place].id not in there:
                yield _alone(first, place, *passages(paragraphs[place].text)[0])


def _alone(evidence: Evidence, place: int, start: int, end: int) -> Evidence:
    """A stretch of a paragraph of the same article, as a passage of its own."""
    stored = evidence.article.paragraphs[place]
    passage = Passage(f"{stored.id}#{start}", stored.id, start, end, stored.text[start:end])
    return replace(evidence, passage=passage, paragraph=stored)


def _states(text: str) -> bool:
    """Not so a mark by itself, nor what stands before the first counted point of a sentence (「会议要求，」)."""
    return any(map(str.isalnum, text)) and not text.endswith(("，", ","))


def _each_once(points: Iterable[Point]) -> tuple[Point, ...]:
    """In order, without what says the same as one before it."""
    kept: list[tuple[Point, set[str]]] = []
    for point in sorted(points, key=lambda point: (*point.evidence.place, point.start)):
        pairs = letter_pairs(point.text)
        if not any(_share(pairs, said) >= _SAME for _, said in kept):
            kept.append((point, pairs))
    return tuple(point for point, _ in kept)


def _share(one: set[str], other: set[str]) -> float:
    """Jaccard's index."""
    return len(one & other) / len(one | other) if one or other else 1.0
