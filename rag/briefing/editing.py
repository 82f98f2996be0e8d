"""What a user changes in a briefing: each change gives a new briefing, with the change in its record. Pure.

A sentence changed by hand is held against its citations again; one that cites nothing is marked 人工撰写. Pages are
measured anew by the caller. Undo is keeping the briefing before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from rag.briefing.checked import checked
from rag.briefing.placing import joined, places_of_articles
from rag.briefing.shortening import shorter, whole
from rag.briefings import (
    FOR_ROOM,
    Briefing,
    BriefingStatement,
    Edit,
    Form,
    LeftOut,
    Reason,
    Section,
    Written,
    repeats,
)
from rag.errors import JianwenError


def rewrite(briefing: Briefing, section: int, statement: int, text: str, at: dt.datetime) -> Briefing:
    """Another wording of a sentence, typed by the user.

    Raises:
        JianwenError: the text is blank, or stands in the briefing already.
        IndexError: there is no such sentence.
    """
    old = _at(briefing, section, statement)
    new = checked(_words(text), old.citations, Written.HAND, old.importance, old.group, old.duty)
    return _recorded(_exchanged(briefing, old, new), at, "改写", old.text, new.text)


def shorten(briefing: Briefing, section: int, statement: int, at: dt.datetime) -> Briefing:
    """The sentence with a clause less. Raises JianwenError: it can do without none. Raises IndexError."""
    old = _at(briefing, section, statement)
    for text in shorter(old.text):
        new = checked(text, old.citations, old.written, old.importance, old.group, old.duty)
        if (new.supported or not old.citations) and not repeats(_with_new(briefing, old, new)):
            return _recorded(_exchanged(briefing, old, new), at, "缩短", old.text, new.text)
    raise JianwenError("这句话不能再短了：再删就会改变意思。可以改写它，或删去它。")


def quote(briefing: Briefing, section: int, statement: int, at: dt.datetime) -> Briefing:
    """The cited words again, whole, in place of what became of them.

    Raises:
        JianwenError: the sentence cites nothing, or those words stand elsewhere in the briefing.
        IndexError: there is no such sentence.
    """
    old = _at(briefing, section, statement)
    if not old.citations:
        raise JianwenError("这句话是人工撰写的，没有引用原文，不能恢复成原文。")
    words = whole("".join(citation.quote for citation in old.citations))
    new = checked(words, old.citations, Written.QUOTED, old.importance, old.group, old.duty)
    return _recorded(_exchanged(briefing, old, new), at, "恢复原文", old.text, new.text)


def another(briefing: Briefing, section: int, statement: int, at: dt.datetime) -> Briefing:
    """In place of a sentence the most important one that had no room in its section; the old one is left out.

    Importance is what the draft was chosen by, the topic included; no sentence comes twice. In a comparison it is one
    of the same side; one of another article or point stands where that has it.

    Raises:
        JianwenError: no checked sentence is left that had no room in the section.
        IndexError: there is no such sentence.
    """
    old = _at(briefing, section, statement)
    here = briefing.sections[section]
    spare = [
        one
        for one in briefing.left_out
        if one.section == here.heading
        and one.reason in FOR_ROOM
        and one.statement.supported
        and (not here.sides or one.statement.group == old.group)
        and not repeats(_with_new(briefing, old, one.statement))
    ]
    if not spare:
        raise JianwenError("这一节没有别的句子可换。可以改写它，或从略去的句子里恢复一句。")
    best = max(spare, key=lambda one: one.statement.importance)
    rest = tuple(one for one in briefing.left_out if one is not best)
    changed = _with_section(briefing, section, _turned(briefing, here, old, best.statement))
    changed = replace(changed, left_out=(*rest, LeftOut(old, Reason.DELETED, here.heading)))
    return _recorded(changed, at, "换一句", old.text, best.statement.text)


def _turned(briefing: Briefing, section: Section, old: BriefingStatement, new: BriefingStatement) -> Section:
    """The section with `new` for `old`: in its place, or among those that it is listed with."""
    if new.group == old.group or len(section.statements) == 1:
        return section.holding([new if one is old else one for one in section.statements])
    rest = section.holding([one for one in section.statements if one is not old])
    return joined(rest, new, places_of_articles(briefing))


def delete(briefing: Briefing, section: int, statement: int, at: dt.datetime) -> Briefing:
    """Off the page, to what is left out. Raises JianwenError: it is the only one. Raises IndexError."""
    old = _at(briefing, section, statement)
    if len(briefing.statements) == 1:
        raise JianwenError("简报至少要有一句话。")
    return _recorded(_without(briefing, old, Reason.DELETED), at, "删去", old.text)


def move(briefing: Briefing, section: int, statement: int, to_section: int, to: int, at: dt.datetime) -> Briefing:
    """A sentence before the sentence `to` of `to_section`, counted without it; in a comparison it keeps to its side.

    Raises:
        JianwenError: out of its column, what the other side says in the same words would stand twice.
        IndexError: there is no such sentence or place.
    """
    old = _at(briefing, section, statement)
    rows = [list(one.statements) for one in briefing.sections]
    del rows[section][statement]
    if not 0 <= to <= len(rows[to_section]):
        raise IndexError(to)
    rows[to_section].insert(to, old)
    sections = [
        one.holding(row) for one, row in zip(briefing.sections, rows, strict=True) if row or one.speaks_of_silence
    ]
    return _recorded(_with(briefing, sections), at, "移动", old.text)


def move_section(briefing: Briefing, section: int, to: int, at: dt.datetime) -> Briefing:
    """A section to another place. Raises IndexError."""
    sections = list(briefing.sections)
    moved = sections.pop(_index(section, len(sections)))
    if not 0 <= to <= len(sections):
        raise IndexError(to)
    sections.insert(to, moved)
    return _recorded(_with(briefing, sections), at, "移动小节", moved.heading)


def delete_section(briefing: Briefing, section: int, at: dt.datetime) -> Briefing:
    """A section off the page at once, its sentences to what is left out.

    Raises:
        JianwenError: no other section holds a sentence.
        IndexError: there is no such section.
    """
    gone = briefing.sections[_index(section, len(briefing.sections))]
    if len(gone.statements) == len(briefing.statements):
        raise JianwenError("简报至少要有一句话。")
    rest = (*briefing.sections[:section], *briefing.sections[section + 1 :])
    beside = tuple(LeftOut(one, Reason.DELETED, gone.heading) for one in gone.statements)
    changed = replace(_with(briefing, rest), left_out=(*briefing.left_out, *beside))
    return _recorded(changed, at, "删去小节", f"{gone.heading}：{''.join(one.text for one in gone.statements)}")


def write(briefing: Briefing, section: int, to: int, text: str, at: dt.datetime) -> Briefing:
    """A sentence of the user's own before the sentence `to` of a section; it cites nothing and is marked.

    Raises:
        JianwenError: the text is blank, or stands in the briefing already.
        IndexError: there is no such section or place.
    """
    into = briefing.sections[_index(section, len(briefing.sections))]
    if not 0 <= to <= len(into.statements):
        raise IndexError(to)
    new = BriefingStatement(_words(text), (), (), Written.HAND, 1.0)
    written = into.holding((*into.statements[:to], new, *into.statements[to:]))
    return _recorded(_with_section(briefing, section, written), at, "添写", "", new.text)


def add_section(briefing: Briefing, to: int, heading: str, text: str, at: dt.datetime) -> Briefing:
    """A section of the user's own with its first sentence, before section `to`. Raises as `write`."""
    if not 0 <= to <= len(briefing.sections):
        raise IndexError(to)
    new = BriefingStatement(_words(text), (), (), Written.HAND, 1.0)
    section = Section(heading.strip(), (new,), Form.RUNNING)
    sections = (*briefing.sections[:to], section, *briefing.sections[to:])
    return _recorded(_with(briefing, sections), at, "添加小节", "", f"{heading}：{new.text}")


def restore(briefing: Briefing, left_out: int, at: dt.datetime) -> Briefing:
    """Something left out back onto the page, at the end of its section. One not verified keeps its mark.

    Raises:
        JianwenError: it stands on the page already.
        IndexError: there is no such one.
    """
    entry = briefing.left_out[_index(left_out, len(briefing.left_out))]
    rest = tuple(one for one in briefing.left_out if one is not entry)
    place = next((n for n, one in enumerate(briefing.sections) if one.heading == entry.section), None)
    back = replace(briefing, left_out=rest)
    if place is None:
        back = _with(back, (*briefing.sections, entry.alone(briefing.sections)))
    else:
        into = briefing.sections[place]
        back = _with_section(back, place, into.holding((*into.statements, entry.statement)))
    return _recorded(back, at, "恢复", "", entry.statement.text)


def retitle(briefing: Briefing, title: str, at: dt.datetime) -> Briefing:
    """Raises JianwenError: the title is blank."""
    if not title.strip():
        raise JianwenError("简报要有标题。")
    changed = replace(briefing, title=title.strip(), pages=None)
    return _recorded(changed, at, "改标题", briefing.title, changed.title)


def rename_section(briefing: Briefing, section: int, heading: str, at: dt.datetime) -> Briefing:
    """Also what was left out of the section is then of that heading. Raises IndexError."""
    old = briefing.sections[_index(section, len(briefing.sections))]
    new = heading.strip()
    changed = _with_section(briefing, section, replace(old, heading=new))
    left_out = tuple(replace(one, section=new) if one.section == old.heading else one for one in briefing.left_out)
    return _recorded(replace(changed, left_out=left_out), at, "改小节标题", old.heading, new)


def _at(briefing: Briefing, section: int, statement: int) -> BriefingStatement:
    statements = briefing.sections[_index(section, len(briefing.sections))].statements
    return statements[_index(statement, len(statements))]


def _index(place: int, count: int) -> int:
    if not 0 <= place < count:
        raise IndexError(place)
    return place


def _words(text: str) -> str:
    words = "".join(text.splitlines()).strip()
    if not words:
        raise JianwenError("句子不能是空的。要去掉它，请用删除。")
    return words


def _with(briefing: Briefing, sections: Sequence[Section]) -> Briefing:
    """The briefing of these sections. Raises JianwenError: a sentence would stand twice."""
    if repeats(sections):
        raise JianwenError("简报里已经有这句话。")
    return replace(briefing, sections=tuple(sections), pages=None)


def _with_section(briefing: Briefing, place: int, section: Section) -> Briefing:
    return _with(briefing, (*briefing.sections[:place], section, *briefing.sections[place + 1 :]))


def _exchanged(briefing: Briefing, old: BriefingStatement, new: BriefingStatement) -> Briefing:
    return _with(briefing, _with_new(briefing, old, new))


def _with_new(briefing: Briefing, old: BriefingStatement, new: BriefingStatement) -> tuple[Section, ...]:
    """The sections with one sentence in the place of another."""
    return tuple(
        replace(section, statements=tuple(new if one is old else one for one in section.statements))
        for section in briefing.sections
    )


def _without(briefing: Briefing, statement: BriefingStatement, reason: Reason) -> Briefing:
    """The statement moved off the page to `left_out`; a section that is left empty goes."""
    sections: list[Section] = []
    left_out = list(briefing.left_out)
    for section in briefing.sections:
        rest = tuple(one for one in section.statements if one is not statement)
        if len(rest) < len(section.statements):
            left_out.append(LeftOut(statement, reason, section.heading))
        if rest or section.speaks_of_silence:
            sections.append(replace(section, statements=rest))
    return replace(_with(briefing, sections), left_out=tuple(left_out))


def _recorded(briefing: Briefing, at: dt.datetime, what: str, before: str = "", after: str = "") -> Briefing:
    return replace(briefing, edits=(*briefing.edits, Edit(at, what, before, after)))
