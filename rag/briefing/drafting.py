"""From the key sentences of articles to sections of checked ones, by plan. Pure; no model is asked.

The words are the sources' own, shortened by leaving out (`shortening`). What a section must say comes first, as short
as it may be; what room its budget leaves goes to longer forms of it and then to the next important sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Final

from rag.answers import Citation
from rag.briefing.checked import checked
from rag.briefing.duties import duty_of
from rag.briefing.naming import label_of
from rag.briefing.plans import Articles, Kind, Must, SectionPlan
from rag.briefing.relevance import Topic
from rag.briefing.selection import Candidate, Place, select
from rag.briefing.shortening import shorter, whole
from rag.briefings import BriefingStatement, Form, LeftOut, Reason, Section, SectionDrafted, Written, seated
from rag.layout.sections import SectionHead, heads_of, over
from rag.statements.facts import facts
from rag.statements.roles import ESSENTIAL, KeySentence, Role, sentence_text
from rag.text import letter_pairs
from rag.types import Document, StoredArticle

_SAME: Final = 0.8  # share of character pairs from which two sentences say the same
_WITH_DUTY: Final = 0.2
_LOOKED_AT: Final = 60  # sentences of a section that are checked and shortened
_HELD: Final = 0.4  # times, in a comparison: that a meeting was held tells less than what was done
_LATER_ROLE: Final = 0.05  # for each role that the plan names before its own
_PLACE = re.compile(r"在[^，。；]{2,24}(?:召开|举行|举办|开展)|地点[：:]")
_NAME_OF_POINT = re.compile("(?:[^，。；：]{1,24}?(?:指出|强调|要求|认为|提出|明确)[，：])?(?P<name>[^，。；：]+)")
_PEOPLE = re.compile(r"出席|主持|讲话|致辞|参加")
_CARRIES: Final[dict[Must, Callable[[str], bool]]] = {
    Must.DAY: lambda text: any(fact.kind == "date" for fact in facts(text)),
    Must.PLACE: lambda text: _PLACE.search(text) is not None,
    Must.PEOPLE: lambda text: _PEOPLE.search(text) is not None,
}


@dataclass(frozen=True, slots=True)
class Source:
    """An article to draft from; side: the period it stands for in a comparison."""

    article: StoredArticle
    document: Document
    sentences: tuple[KeySentence, ...]
    side: str = ""


@dataclass(slots=True)
class Drafter:
    """Drafts the sections of one briefing in turn; no sentence is used twice. `sources` in order of date.

    gaps: Chinese, what a section must contain and no source says; filled while drafting.
    """

    kind: Kind
    sources: Sequence[Source]
    topic: str = ""
    sides: Sequence[str] = ()
    pages: int = 1
    gaps: list[str] = field(default_factory=list)
    _used: set[Place] = field(default_factory=set)
    _said: list[tuple[str, frozenset[str]]] = field(default_factory=list)  # (side or "", character pairs)

    def sections(self) -> Iterator[SectionDrafted]:
        themes = self._themes()
        for plan in self.kind.sections:
            mine = [n for n in range(len(self.sources)) if themes.get(n, plan.heading) == plan.heading]
            yield self._section(plan, mine)

    def _themes(self) -> dict[int, str]:
        """The heading that each article belongs under, where sections have themes."""
        themed = [plan for plan in self.kind.sections if plan.words]
        rest = next((plan.heading for plan in self.kind.sections if not plan.words), "")
        found = {}
        for number, source in enumerate(self.sources if themed else ()):
            said = "".join(p.text for p in source.article.paragraphs[:1])
            weights = [sum(3 * (w in source.article.title) + said.count(w) for w in plan.words) for plan in themed]
            best = max(range(len(themed)), key=lambda i: weights[i])
            found[number] = themed[best].heading if weights[best] else rest
        return found

    def _section(self, plan: SectionPlan, mine: Sequence[int]) -> SectionDrafted:
        good: list[Candidate] = []
        dropped: list[LeftOut] = []
        for candidate in self._candidates(plan, mine):
            reason = self._objection(plan, candidate, good)
            if reason is None:
                good.append(candidate)
            else:
                dropped.append(LeftOut(candidate.forms[0], reason, plan.heading))
        good = self._with_required(plan, good)
        chosen = self._selected(plan, good)
        dropped += [LeftOut(c.forms[0], Reason.OVER_BUDGET, plan.heading) for c in good if c.place not in chosen]
        self._used |= set(chosen)
        self._said += [self._saying(plan, one) for one in chosen.values()]
        statements = tuple(chosen[place] for place in sorted(chosen))
        sides = tuple(self.sides) if plan.form is Form.SIDES else ()
        spoken = {one.group for one in statements} | {one.statement.group for one in dropped}
        silent = tuple(side for side in sides if side not in spoken)
        if not statements and not silent:
            return SectionDrafted(None, tuple(dropped))
        if sides:
            statements = seated(statements, sides)
        return SectionDrafted(Section(plan.heading, statements, plan.form, sides=sides, silent=silent), tuple(dropped))

    def _selected(self, plan: SectionPlan, good: Sequence[Candidate]) -> dict[Place, BriefingStatement]:
        """Of a comparison each side has half the room: the page is as high as the higher of them."""
        room = plan.characters * self.pages
        if plan.form is not Form.SIDES or not self.sides:
            return select(good, room)
        chosen: dict[Place, BriefingStatement] = {}
        for side in self.sides:
            chosen |= select([one for one in good if one.forms[0].group == side], room // len(self.sides))
        return chosen

    def _objection(self, plan: SectionPlan, candidate: Candidate, before: Sequence[Candidate]) -> Reason | None:
        if not candidate.forms[0].supported:
            return Reason.UNVERIFIED
        side, pairs = self._saying(plan, candidate.forms[0])
        for other, said in (*self._said, *(self._saying(plan, one.forms[0]) for one in before)):
            across = side and other and side != other  # what two periods have in common both say
            if not across and _share(pairs, said) >= _SAME:
                return Reason.REPEATED
        return None

    def _saying(self, plan: SectionPlan, one: BriefingStatement) -> tuple[str, frozenset[str]]:
        """On which side it would stand, "" for none, and what it says: its character pairs."""
        side = one.group if plan.form is Form.SIDES and one.group in self.sides else ""
        return side, frozenset(letter_pairs(one.text))

    # ------------------------------------------------------------ what may stand in it

    def _candidates(self, plan: SectionPlan, mine: Sequence[int]) -> Iterator[Candidate]:
        """The most important sentences that the section may take, in reading order."""
        found = list(self._eligible(plan, mine))
        least = sorted((weight for *_, weight, _ in found), reverse=True)[:_LOOKED_AT][-1:]
        for place, one, weight, group in found:
            if weight >= least[0]:
                yield Candidate(place, self._forms(plan, self.sources[place[0]], one, weight, group))

    def _eligible(self, plan: SectionPlan, mine: Sequence[int]) -> Iterator[tuple[Place, KeySentence, float, str]]:
        """Each with how important it is here and what it is listed under."""
        topic = Topic(self.topic)
        for number in mine:
            source = self.sources[number]
            sections = heads_of(source.article)
            heads = {one.point: sentence_text(source.article, one) for one in source.sentences if one.head}
            for one in source.sentences:
                place = number, one.paragraph, one.start
                if one.role not in plan.roles or place in self._used:
                    continue
                if not self._belongs(plan, over(sections, one.paragraph)):
                    continue
                head = heads.get(one.point, "")
                about = topic.relevance(sentence_text(source.article, one), head, label_of(source.article))
                weight = self._weight(plan, one, about)
                if weight is not None:
                    yield place, one, weight, self._group(plan, source, head)

    def _belongs(self, plan: SectionPlan, above: Sequence[SectionHead]) -> bool:
        """Whether what stands under these headings of the source may stand in the section."""
        plans = (one for head in above for one in self.kind.sections if any(word in head.name for word in one.under))
        claimed = next(plans, None)
        return claimed is plan if plan.under else claimed is None

    def _weight(self, plan: SectionPlan, one: KeySentence, relevance: float) -> float | None:
        """How important the sentence is here; None for one beside the topic."""
        weight = one.importance - _LATER_ROLE * plan.roles.index(one.role)
        if self.kind.articles in (Articles.SEVERAL, Articles.PERIOD):
            opens = one.role is Role.OVERVIEW and one.importance > ESSENTIAL
            essential = opens if self.kind.articles is Articles.PERIOD else plan.form is Form.TASKS
            weight = weight if essential else min(weight, 0.95) * (0.8 if one.role is Role.OVERVIEW else 1.0)
        if self.kind.articles is Articles.SIDES:
            weight = min(weight, 0.95) * (_HELD if one.role is Role.OVERVIEW else 1.0)
        if not self.topic:
            return weight
        if relevance == 0.0:
            return None
        return 0.4 * min(weight, 1.0) + 0.6 * relevance

    def _forms(
        self, plan: SectionPlan, source: Source, one: KeySentence, weight: float, group: str
    ) -> tuple[BriefingStatement, ...]:
        """The sentence and what it may be shortened to, as far as the source holds them; else the sentence alone."""
        stored = source.article.paragraphs[one.paragraph]
        cited = (Citation(stored, one.start, one.end, source.article, source.document, 1),)
        text = sentence_text(source.article, one)
        duty = duty_of(text) if plan.form is Form.TASKS else None
        if duty is not None and (duty.who or duty.due) and weight < ESSENTIAL:
            weight = min(weight + _WITH_DUTY, 0.99)
        texts = [whole(text)]
        if one.role is not Role.ATTENDANCE:
            needed = [must for must in plan.must if must in _CARRIES and _CARRIES[must](text)]
            texts += [short for short in shorter(text) if all(_CARRIES[must](short) for must in needed)]
        made = [checked(words, cited, Written.QUOTED, round(weight, 4), group, duty) for words in texts]
        return tuple(statement for statement in made if statement.supported) or tuple(made[:1])

    def _group(self, plan: SectionPlan, source: Source, head: str) -> str:
        if plan.form is Form.SIDES:
            return source.side
        if plan.form is Form.POINTS:
            named = _NAME_OF_POINT.match(head)
            return named["name"] if named else ""
        return label_of(source.article) if len(self.sources) > 1 else ""

    def _with_required(self, plan: SectionPlan, good: Sequence[Candidate]) -> list[Candidate]:
        """Make the best carrier of each thing that the section must contain essential; note what nobody carries."""
        made = list(good)
        for must in plan.must:
            carriers = [n for n, one in enumerate(made) if _is_carrier(must, one)]
            if not carriers:
                self.gaps.append(f"{plan.heading}：资料中没有写明{must.value}。")
            elif all(made[n].importance < ESSENTIAL for n in carriers):
                best = max(carriers, key=lambda n: made[n].importance)
                made[best] = replace(
                    made[best], forms=tuple(replace(form, importance=ESSENTIAL) for form in made[best].forms)
                )
        return made


def _is_carrier(must: Must, candidate: Candidate) -> bool:
    carries = _CARRIES.get(must)
    return carries(candidate.forms[0].text) if carries else True


def _share(one: Set[str], other: Set[str]) -> float:
    """Jaccard's index of two sets of character pairs."""
    return len(one & other) / len(one | other) if one or other else 0.0
