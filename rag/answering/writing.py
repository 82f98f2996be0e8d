"""One question, from evidence to checked statements or a refusal.

1. Search; the evidence found is shown at once.
2. What the question takes for granted must be known to what was found (`premises`), else a refusal names it.
3. The model says of each passage, one at a time, whether it holds the answer (`judging`). None does: a refusal. It is
   not asked about those that the judge rules out, fewer where a list is asked for, whose points may stand apart.
4. For a list the model says of each sentence of the passages kept whether it answers; those that do are the list
   (`listing`), and 5 and 6 fall away. Else it writes from them, sentence by sentence. Where several may carry a
   sentence, it must name one of the evidence numbers shown; a mask allows no other.
5. Each sentence is narrowed to the source sentences that carry it and checked against them. One that they do not hold
   is taken back once, with what is wrong with it; what still fails stays and is marked.
6. Of what is supported, the sentences that answer are kept; where none does, the passages' own are tried (`pointing`).
7. What another article says differently of the same matter is quoted beside it, each under its date (`disagreement`).

Texts of documents go to the model as data: tokenised apart from the template, with 【】 replaced, and whatever they
order, the answer can only consist of sentences that are then held against their source.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from rag.answering.asked import asked_for, asks_for_list, gives
from rag.answering.asked_section import asked_section
from rag.answering.citing import checked, quoted, source_of
from rag.answering.judging import line_of, sureness
from rag.answering.listing import Listing, Point, siblings
from rag.answering.pointing import answers_plainly, closest_words, sentences_of, to_the_point
from rag.answering.prompts import headed, source_text, writing
from rag.answering.weighing import closest, one_by_one, weigh
from rag.answers import NEAR, Answer, AskEvent, DraftText, Evidence, EvidenceFound, Refusal, Statement, Timing
from rag.chat.llm import ChatModel, Session
from rag.evidence.cross_encoder import Judge
from rag.layout.sections import SectionHead
from rag.statements.disagreement import SAID, with_other_versions
from rag.statements.enumerations import completed
from rag.statements.premises import of_another_year, unknown_premises
from rag.text import normalise
from rag.types import Progress, StopSignal, heed

EvidenceSource = Callable[[str], tuple[Evidence, ...]]
_Write = Callable[[], Iterator[str]]  # `Session.write`, to the end of a sentence

_LONGEST_ANSWER = 200  # tokens

_BULLET = re.compile(r"^[\s#>*•·\-—…]*(?:\(?\d{1,2}[.、．)）](?!\d))?[\s*]*")


@dataclass(slots=True)
class _Work:
    """What one question has cost so far."""

    question: str
    chat: ChatModel
    stop: StopSignal | None
    started: float = field(default_factory=time.monotonic)
    evidence_seconds: float = 0.0
    first_token: float | None = None
    prompt_tokens: int = 0
    answer_tokens: int = 0

    def begun(self) -> None:
        """The first words are on the screen."""
        if self.first_token is None:
            self.first_token = self.elapsed()

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def timing(self) -> Timing:
        return Timing(self.evidence_seconds, self.first_token, self.elapsed())


def answer(
    question: str,
    evidence_source: EvidenceSource,
    chat: ChatModel,
    stop: StopSignal | None = None,
    judge: Judge | None = None,
) -> Iterator[AskEvent]:
    """Answer from what `evidence_source` finds. The last event is exactly one `Answer` or `Refusal`.

    Without a `judge` the model is asked about every passage.

    Raises:
        JianwenError: the question cannot be searched for, or the model cannot be used.
        Stopped: `stop` was set.
    """
    work = _Work(question, chat, stop)
    heed(stop)
    found = evidence_source(question)
    work.evidence_seconds = work.elapsed()
    yield EvidenceFound(found, work.evidence_seconds)
    heed(stop)
    unknown = unknown_premises(question, found)
    if found and unknown:
        named = "、".join(f"“{premise}”" for premise in unknown)
        yield _refusal(work, found, f"问题里提到的{named}，在找到的资料中没有出现。")
        return
    sections = _asked_sections(question, found)
    lists = bool(sections) or asks_for_list(question)
    drafted = yield from _list(work, found, sections, judge) if lists else _write(work, found, judge)
    statements, shown = drafted.statements, drafted.shown
    if not shown:
        yield _close(work, found, drafted.close, judge)
        return
    supported = [statement.text for statement in statements if statement.supported]
    if not supported:
        yield _refusal(work, found)
        return
    asked = asked_for(question)
    if asked and not any(gives(asked, text, question) for text in supported):
        yield _refusal(work, _first(shown, found), f"{NEAR}，但没有写明问题所问的{asked.name}。")
        return
    others = [evidence for evidence in found if not of_another_year(question, evidence)]
    statements, cited = with_other_versions(completed(question, statements), shown, others)
    summary = SAID if any(statement.group for statement in statements) else ""
    if lists:
        statements = _by_article(statements, cited)
    if len(cited) > len(shown):
        yield EvidenceFound(cited, work.evidence_seconds)
    yield Answer(
        question,
        tuple(statements),
        cited,
        chat.name,
        work.timing(),
        work.prompt_tokens,
        work.answer_tokens,
        summary=summary,
    )


def _by_article(statements: Sequence[Statement], cited: Sequence[Evidence]) -> list[Statement]:
    """The points of a list in order, under their articles where several have some."""
    first = {id(one): cited[one.citations[0].number - 1] for one in statements}
    ordered = sorted(statements, key=lambda one: (*first[id(one)].place, one.citations[0].start))
    if len({evidence.article.id for evidence in first.values()}) < 2:
        return ordered
    return [replace(one, group=first[id(one)].article.dated_label) for one in ordered]


def _close(work: _Work, found: tuple[Evidence, ...], close: Evidence | None, judge: Judge | None) -> Refusal:
    """A refusal that shows what comes near the answer, if anything does, in the source's own words."""
    if close is None:
        return _refusal(work, found)
    words = closest_words(work.question, close, judge)
    told = f"{NEAR}，但看不出是否回答了这个问题，请您核对原文：“{words}”"
    return _refusal(work, _first([close], found), told)


def _first(best: Sequence[Evidence], found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """`found` with the best before the others."""
    return (*best, *(evidence for evidence in found if evidence not in best))


def _refusal(work: _Work, found: tuple[Evidence, ...], summary: str = "") -> Refusal:
    return Refusal(
        work.question,
        found,
        work.chat.name,
        work.timing(),
        work.prompt_tokens,
        work.answer_tokens,
        summary=summary,
    )


@dataclass(frozen=True, slots=True)
class _Drafted:
    """shown: what 【1】, 【2】 … are; nothing where no passage answers, and `close` the one that comes near, if any."""

    statements: Sequence[Statement] = ()
    shown: tuple[Evidence, ...] = ()
    close: Evidence | None = None


def _asked_sections(question: str, found: Sequence[Evidence]) -> dict[str, tuple[Evidence, SectionHead]]:
    """The sections that the question asks for by their headings, and of each the best passage found in it, by articles.
    None where it asks for a figure, a day or a place."""
    sections: dict[str, tuple[Evidence, SectionHead]] = {}
    for evidence in found if asked_for(question) is None else ():
        head = None if evidence.article.id in sections else asked_section(question, evidence)
        if head is not None:
            sections[evidence.article.id] = evidence, head
    return sections


def _list(
    work: _Work, found: Sequence[Evidence], sections: Mapping[str, tuple[Evidence, SectionHead]], judge: Judge | None
) -> Generator[AskEvent, None, _Drafted]:
    """Yield the sentences as the model is found to say yes to them; return those of the list. An article of which a
    section is asked for is asked about nothing else."""
    if not found:
        return _Drafted()
    line = line_of(work.chat, work.stop)
    listing = Listing(work.question, line)
    weighed: list[tuple[Evidence, float]] = []
    shown: list[Evidence] = []
    asked = [one for one in found if one.article.id not in sections or one is sections[one.article.id][0]]
    yield Progress("正在核对资料", 0, len(asked))
    for evidence, sure, read in _with_siblings(work, asked, shown, judge):
        work.prompt_tokens += read
        weighed.append((evidence, sure))
        yield Progress("正在核对资料", len(weighed), max(len(asked), len(weighed)))
        section = sections.get(evidence.article.id)
        if sure < (line.close if section else line.least):
            continue
        heed(work.stop)
        points = tuple(listing.section(*section) if section else listing.sentences(evidence))
        shown += dict.fromkeys(point.evidence for point in points) if section else (evidence,)
        yield EvidenceFound(tuple(shown), work.evidence_seconds)  # 【n】 means the n-th of these
        for point in points:
            number = 1 + shown.index(point.evidence)
            if section:
                yield _draft(work, point, number)
            else:
                yield from _gather(work, listing, point, number, sure if point.alone else None)
    if not shown:
        return _Drafted(close=closest(weighed, line))
    heed(work.stop)
    points = listing.chosen()
    cited = tuple(dict.fromkeys(point.evidence for point in points))
    yield EvidenceFound(cited, work.evidence_seconds)
    work.begun()
    said = [quoted(work.question, one.evidence, (one.start, one.end), 1 + cited.index(one.evidence)) for one in points]
    return _Drafted([one for one in said if one.supported] or said, cited)


def _with_siblings(
    work: _Work, asked: Sequence[Evidence], shown: Sequence[Evidence], judge: Judge | None
) -> Iterator[tuple[Evidence, float, int]]:
    """As `one_by_one`; then the other points of sections of which two are among `shown`, which the caller fills
    meanwhile."""
    yield from one_by_one(work.question, asked, work.chat, judge, work.stop)
    for evidence in siblings(tuple(shown), asked):
        yield evidence, *sureness(work.question, source_text(evidence), work.chat, work.stop)


def _gather(work: _Work, listing: Listing, point: Point, number: int, sure: float | None) -> Iterator[DraftText]:
    """Ask the model whether the sentence answers, unless that is known; show it if it does."""
    if sure is None:
        sure, read = sureness(work.question, headed(point.evidence, point.text), work.chat, work.stop)
        work.prompt_tokens += read
    listing.gather(point, sure)
    if sure >= listing.line.least:
        yield _draft(work, point, number)


def _draft(work: _Work, point: Point, number: int) -> DraftText:
    work.begun()
    return DraftText(f"{point.text}【{number}】")


def _write(work: _Work, found: Sequence[Evidence], judge: Judge | None) -> Generator[AskEvent, None, _Drafted]:
    """Yield the draft as it is written; return its sentences, checked."""
    weighed = yield from weigh(work.question, found, work.chat, judge, work.stop)
    work.prompt_tokens += weighed.tokens
    shown = weighed.answering
    if not shown:
        return _Drafted(close=weighed.close)
    heed(work.stop)
    yield EvidenceFound(shown, work.evidence_seconds)  # from here on 【n】 means the n-th of these
    session = work.chat.start(writing(work.question, [source_text(e) for e in shown]), work.stop)
    work.prompt_tokens += session.prompt_tokens
    quoted = any(sentence.startswith("“") for _, sentence in sentences_of(shown))
    at_first = "" if quoted else "“"  # where no sentence of the sources is a quotation, the model would make it one
    write = partial(session.write, "。！？；\n", forbidden="【】", at_first=at_first)
    written: list[Statement] = []
    seen: set[str] = set()
    while not session.ended and session.answer_tokens < _LONGEST_ANSWER:
        session.mark()
        statement = yield from _statement(work, session, shown, write)
        if statement is None:
            continue
        faults = _faults(work.question, statement, written)
        if faults:
            session.take_back(f"（更正：{'；'.join(faults)}。以下只用资料的原话。）\n")
            again = yield from _statement(work, session, shown, write)
            if again is not None and len(_faults(work.question, again, written)) < len(faults):
                statement = again
        if normalise(statement.text) in seen:
            break  # going round in circles
        seen.add(normalise(statement.text))
        written.append(statement)
        if statement.supported and answers_plainly(work.question, statement.text, judge):
            break
    work.answer_tokens += session.answer_tokens
    points = _without_context(written, shown)
    written, read = to_the_point(work.question, points, shown, work.chat, judge, work.stop)
    work.prompt_tokens += read
    return _Drafted(written, shown)


def _without_context(written: list[Statement], shown: Sequence[Evidence]) -> list[Statement]:
    """Without what only says again how a paragraph opens, where that is shown just to tell who speaks of what below;
    unless nothing else is supported."""
    points = [statement for statement in written if not statement.supported or _of_passages(statement, shown)]
    return points if any(statement.supported for statement in points) else written


def _of_passages(statement: Statement, shown: Sequence[Evidence]) -> bool:
    return any(
        evidence.paragraph.id == citation.paragraph.id
        and citation.start < evidence.passage.end
        and evidence.passage.start < citation.end
        for citation in statement.citations
        for evidence in shown
    )


def _statement(
    work: _Work, session: Session, shown: Sequence[Evidence], write: _Write
) -> Generator[AskEvent, None, Statement | None]:
    """Yield and return the next sentence with its sources; None for a bullet or a lead-in, which state nothing."""
    sentence = yield from _sentence(work, session, write)
    text = _BULLET.sub("", sentence).replace("**", "").strip()
    if not re.search(r"\w", text) or text.endswith(("：", ":")):
        return None
    heed(work.stop)
    number = source_of(work.question, text, session, shown)
    yield DraftText(f"【{number}】")
    return checked(work.question, text, number, shown)


def _faults(question: str, statement: Statement, written: Sequence[Statement]) -> tuple[str, ...]:
    """Why a sentence is taken back: what its sources do not hold, and that what was asked for is still missing."""
    asked = asked_for(question)
    if asked is None or any(gives(asked, one.text, question) for one in (statement, *written)):
        return statement.problems
    return (*statement.problems, f"问题问的是{asked.name}")


def _sentence(work: _Work, session: Session, write: _Write) -> Generator[AskEvent, None, str]:
    """Yield and return the next sentence; one that ends inside a quotation goes on to the end of the quotation's."""
    sentence = ""
    while not session.ended:
        for piece in write():
            work.begun()
            sentence += piece
            yield DraftText(piece)
        if sentence.count("“") <= sentence.count("”") or sentence.endswith("\n"):
            break
    return sentence
