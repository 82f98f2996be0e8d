"""Does the cited text say this sentence? Deterministic, explainable, without a model.

Hard facts (figures with units, dates, 《titles》, “quoted words”, names) are
all or nothing. The statement is then laid over the source it was taken from, clause by clause: another figure, name
or noun in the same place, a negation more or less, 部分 for 全部 change what is said. Of the remaining wording most
must occur in the source, measured on Han bigrams.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from rag.statements.alignment import Difference, differences, letters
from rag.statements.counted import miscounted
from rag.statements.facts import Fact, facts
from rag.statements.mode import turned
from rag.statements.polarity import exclude, negations, qualifiers
from rag.text import Span, Word, normalise, tagged_words

_KINDS = {"figure": "数字", "date": "日期", "title": "文件或书刊名", "quote": "引文", "name": "名称"}

_LEAST_WORDING = 0.6  # share of a statement's bigrams the cited text must hold
_LEAST_OWN = 0.3  # the same without the article's title: what a title says is not cited
_LATIN = re.compile("[a-z]+")


def problems(
    statement: str, cited: str, *, title: str = "", question: str = "", year: int | None = None
) -> tuple[str, ...]:
    """What of `statement` the cited text does not hold, as Chinese sentences; empty when it holds everything.

    title: the article's, whose nouns and names may be repeated. question: its nouns may be repeated, but not its names,
    figures and dates: who puts a false premise is not to read it as an answer. year: the one that a day printed without
    a year is in.
    """
    found = [f"所引原文中没有{_KINDS[fact.kind]}“{fact.text}”" for fact in missing_facts(statement, cited, year)]
    found += _missing_names(statement, f"{cited}\n{title}", question)
    found += _changes(statement, cited, year)
    found += _joined_anew(statement, cited)
    found += miscounted(statement, cited)
    found += turned(statement, cited)
    held = coverage(statement, f"{cited}\n{title}", question)
    if held < _LEAST_WORDING or coverage(statement, cited, question) < _LEAST_OWN:
        found.append("所引原文的用词与这句话出入较大")
    return tuple(dict.fromkeys(found))


def missing_facts(statement: str, cited: str, year: int | None = None) -> tuple[Fact, ...]:
    """The hard facts of `statement` that do not occur in `cited`, in order, each once."""
    held = facts(cited)
    wording = normalise(cited)
    missing: dict[str, Fact] = {}
    for fact in facts(statement):
        if not any(_same(fact, other, year) for other in held) and not _literally(fact, wording):
            missing.setdefault(fact.key, fact)
    return tuple(missing.values())


def _same(said: Fact, printed: Fact, year: int | None) -> bool:
    """Whether both say the same; a date may leave its year out, or have the one its source is known to be of."""
    if said.kind != printed.kind:
        return False
    if said.kind != "date" or said.key == printed.key:
        return said.key == printed.key
    if _day(said) != _day(printed):
        return False
    return said.key.startswith("--") or (printed.key.startswith("--") and said.key[:4] == str(year))


def _day(date: Fact) -> str:
    return "/".join(part.removeprefix("-")[-len("-12-31") :] for part in date.key.split("/"))


def _literally(fact: Fact, wording: str) -> bool:
    """Whether the words stand in the text, if not as a fact of their own: a name may be cut longer in one place than in
    another, quoted words may stand without their marks."""
    if fact.kind == "title":
        return normalise(fact.text) in wording
    return fact.kind in ("quote", "name") and normalise(fact.key) in wording


def coverage(statement: str, cited: str, question: str = "") -> float:
    """The share of the statement's letters that stand in the cited text beside the same letter as here, 0 to 1.

    A figure counts as one letter whatever its notation, a Latin word as one; what is not Latin must be held by itself,
    too, lest markup outweigh the words. What repeats the question counts neither way, unless the statement does nothing
    else.
    """
    row = _row(statement)
    in_cited, in_question = _held(row, _row(cited)), _held(row, _row(question))
    counted = [place for place, a in enumerate(in_cited) if a or not in_question[place]] or list(range(len(row)))
    words = [place for place in counted if not _LATIN.fullmatch(row[place])]
    return min(_share(in_cited, counted), _share(in_cited, words))


def _share(held: Sequence[bool], places: Sequence[int]) -> float:
    return sum(held[place] for place in places) / len(places) if places else 1.0


def _row(text: str) -> list[str]:
    """The letters and figures of `text`; a Latin word is one letter."""
    row: list[str] = []
    word_end = -1
    for letter in letters(text, facts(text)):
        if letter.start == word_end and _LATIN.fullmatch(letter.key):
            row[-1] += letter.key
        elif any(map(str.isalnum, letter.key)):
            row.append(letter.key)
        word_end = letter.end if _LATIN.fullmatch(letter.key) else -1
    return row


def _held(row: Sequence[str], other: Sequence[str]) -> list[bool]:
    """For each letter of `row`, whether it stands in `other` beside the same letter; one alone, whether it stands."""
    if len(row) < 2:
        return [letter in other for letter in row]
    pairs = set(pairwise(other))
    held = [pair in pairs for pair in pairwise(row)]
    return [left or right for left, right in zip([False, *held], [*held, False], strict=True)]


# ---------------------------------------------------------------- what was changed on the way

_NAMES = frozenset({"nr", "nrfg", "nrt", "ns", "nt", "nz"})
_NOUNS = _NAMES | {"n", "ng", "s", "f", "an", "l", "j"}
# lead-ins and words of order, not of substance
_LEAD_INS = """
会议 文件 资料 材料 通知 全文 文章 报道 原文 方面 情况 内容 要求 措施 任务 目标 时间 地点 要点 同时 此外 其中 另外 结果
原因 具体 问题 答案 信息 部分 人员 事项 做法 特点 名称 数量 总数 全部 上述 以上 以下 目前 如下
"""
_SAYS_NOTHING = frozenset(re.findall(r"\S+", _LEAD_INS))
_NEAR = 6  # characters before what is kept in which a negation belongs to it
_LONGEST_CHANGE = 12  # characters: what differs over more is another text, not a changed word


def _missing_names(statement: str, held_text: str, question: str) -> Iterator[str]:
    """Names of people, places and offices that do not stand in the text, and other nouns that neither it nor the
    question has."""
    held, around = normalise(held_text), normalise(f"{held_text}\n{question}")
    taken = [fact for fact in facts(statement) if fact.kind in ("figure", "date")]
    for word in tagged_words(statement):
        if any(fact.start < word.end and word.start < fact.end for fact in taken):
            continue
        wording = normalise(word.text)
        if len(wording) < 2 or wording in held:
            continue
        if word.tag in _NAMES:
            yield f"所引原文中没有名称“{word.text}”"
        elif word.tag in _NOUNS and word.text not in _SAYS_NOTHING and not _made_of(wording, around):
            yield f"所引原文中没有“{word.text}”"


def _joined_anew(statement: str, cited: str) -> Iterator[str]:
    """A thing said to be another's than in the source: 「宣传片的负责人」 for 「宣传片，课堂项目负责人」."""
    said, printed = tagged_words(statement), tagged_words(cited)
    for owner, joint, thing in zip(said, said[1:], said[2:], strict=False):
        if joint.text != "的" or owner.tag not in _NOUNS or thing.tag not in _NOUNS:
            continue
        places = [place for place, word in enumerate(printed) if word.text == thing.text]
        owners = [_owner(printed, place) for place in places]
        if any(owner.text in _last_clause(cited[: printed[place].start]) for place in places):
            continue
        other = next((theirs for theirs in owners if theirs is not None and theirs.text not in statement), None)
        if other is not None and owner.text in cited:
            yield f"原文中的“{thing.text}”是“{other.text}”的，不是“{owner.text}”的"


def _owner(words: Sequence[Word], place: int) -> Word | None:
    """The noun right before a word, or before its 的."""
    before = place - 2 if place > 1 and words[place - 1].text == "的" else place - 1
    if before < 0 or words[before].tag not in _NOUNS or words[place].start - words[before].end > 1:
        return None
    return words[before]


def _made_of(word: str, text: str) -> bool:
    """Whether `word` or the two halves it is made of stand in `text` (学生家长 of 学生, 家长)."""
    return word in text or any(word[:cut] in text and word[cut:] in text for cut in range(2, len(word) - 1))


def _changes(statement: str, cited: str, year: int | None) -> Iterator[str]:
    """What stands in another's place, as Chinese sentences; see `rag.statements.alignment`."""
    said_facts, printed_facts = facts(statement), facts(cited)
    said_words, printed_words = tagged_words(statement), tagged_words(cited)
    for found in differences(statement, said_facts, cited, printed_facts):
        for difference in found:
            yield from _other_fact(said_facts, printed_facts, difference, year)
            yield from _moved_fact(said_facts, printed_facts, difference, found)
            yield from _other_polarity(statement, cited, difference)
            if max(_length(difference.said), _length(difference.printed)) <= _LONGEST_CHANGE:
                yield from _other_noun(
                    _whole_words(said_words, difference.said), _whole_words(printed_words, difference.printed), cited
                )
            yield from _other_qualifier(statement, cited, difference)


def _length(span: Span) -> int:
    return span[1] - span[0]


def _other_fact(
    said: Iterable[Fact], printed: Iterable[Fact], difference: Difference, year: int | None
) -> Iterator[str]:
    for fact in said:
        if fact.kind == "name" or not _touches(fact, difference.said):
            continue
        here = [f for f in printed if f.kind == fact.kind and _touches(f, difference.printed)]
        if here and not any(_same(fact, f, year) for f in here):
            yield f"原文此处的{_KINDS[fact.kind]}是“{here[0].text}”，不是“{fact.text}”"


def _moved_fact(
    said: Iterable[Fact], printed: Iterable[Fact], difference: Difference, others: Sequence[Difference]
) -> Iterator[str]:
    """A figure that the source has in the same clause, but elsewhere: two of them in each other's place."""
    left_out = {
        (f.kind, f.key) for other in others if other != difference for f in printed if _within(f, other.printed)
    }
    for fact in said:
        if fact.kind in ("figure", "date") and _within(fact, difference.said) and (fact.kind, fact.key) in left_out:
            yield f"{_KINDS[fact.kind]}“{fact.text}”在原文中的位置与这句话不同"


def _touches(fact: Fact, span: Span) -> bool:
    """Whether the span holds a letter of the fact, marks of quotation apart."""
    marks = fact.kind in ("title", "quote")
    return span[0] < span[1] and fact.start + marks < span[1] and span[0] < fact.end - marks


def _within(fact: Fact, span: Span) -> bool:
    return span[0] <= fact.start and fact.end <= span[1]


def _other_polarity(statement: str, cited: str, difference: Difference) -> Iterator[str]:
    """A negation more than the source has, or one of the source's left out before what is kept."""
    said, printed = statement[slice(*difference.said)], cited[slice(*difference.printed)]
    denied = negations(said)
    left_out = negations(_last_clause(printed)[-_NEAR:]) if difference.follows else negations(printed) if said else ()
    if denied and not left_out:
        yield f"原文此处没有“{denied[0]}”"
    elif left_out and not denied and not statement[: difference.said[0]].endswith(left_out[-1]):
        yield f"原文此处有“{left_out[-1]}”，这句话没有"


def _last_clause(text: str) -> str:
    return re.split("[，。；：！？,;:!?\n]", text)[-1]


def _whole_words(words: Iterable[Word], span: Span) -> list[Word]:
    return [word for word in words if word.start < span[1] and span[0] < word.end]


def _other_noun(said: list[Word], printed: list[Word], cited: str) -> Iterator[str]:
    """A noun in the place of another noun."""
    nouns = [word for word in said if word.tag in _NOUNS]
    theirs = [word for word in printed if word.tag in _NOUNS]
    same = {word.text for word in printed}
    for noun in nouns:
        if theirs and noun.text not in same and noun.text not in cited:
            yield f"原文此处是“{''.join(word.text for word in theirs)}”，不是“{noun.text}”"


def _other_qualifier(statement: str, cited: str, difference: Difference) -> Iterator[str]:
    for word, start, end in qualifiers(statement):
        if not (start < difference.said[1] and difference.said[0] < end):
            continue
        for other, a, b in qualifiers(cited):
            near = a < difference.printed[1] + 1 and difference.printed[0] - 1 < b
            if near and exclude(word, other):
                yield f"原文此处是“{other}”，不是“{word}”"
