"""What is said about a briefing and its sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.page_painter import Wash
from rag.briefings import Briefing, BriefingStatement, footnotes


@dataclass(frozen=True, slots=True)
class Heading:
    """That of a section, by the number of the section from 0."""

    section: int


Target = int | Heading
"""What can be chosen on the page: a sentence by its number, or a heading."""


def stops(briefing: Briefing) -> tuple[Target, ...]:
    """All that can be chosen, in order: each heading before its sentences."""
    found: list[Target] = []
    number = 0
    for section, one in enumerate(briefing.sections):
        found += [Heading(section), *range(number, number + len(one.statements))]
        number += len(one.statements)
    return tuple(found)


def place_of(briefing: Briefing, target: Target) -> tuple[int, int | None]:
    """(section, statement) of what is chosen, None for the statement of a heading. Raises IndexError."""
    return (target.section, None) if isinstance(target, Heading) else sentence_place(briefing, target)


def sentence_place(briefing: Briefing, number: int) -> tuple[int, int]:
    """(section, statement) of a sentence by its number on the page. Raises IndexError."""
    for section, one in enumerate(briefing.sections):
        if number < len(one.statements):
            return section, number
        number -= len(one.statements)
    raise IndexError(number)


def moved_to(briefing: Briefing, number: int, step: int) -> tuple[int, int] | None:
    """Where a sentence goes (section, place without it) that is moved one place up (-1) or down (1); None for nowhere.

    In a comparison it passes those of its side; over the edge of a section it goes into the next that holds sentences.
    """
    section, place = sentence_place(briefing, number)
    statements = briefing.sections[section].statements
    near = place + step
    if 0 <= near < len(statements) and (
        not briefing.sections[section].sides or statements[near].group == statements[place].group
    ):
        return section, near
    to = section + step
    while 0 <= to < len(briefing.sections):
        if others := briefing.sections[to].statements:
            return to, len(others) if step < 0 else 0
        to += step
    return None


def followed(before: Briefing, after: Briefing, target: Target) -> Target:
    """Where what was chosen is after a change; where it is no more, what came instead, or what has its place now."""
    return _heading(before, after, target) if isinstance(target, Heading) else _sentence(before, after, target)


def _heading(before: Briefing, after: Briefing, heading: Heading) -> Heading:
    section = before.sections[heading.section]
    if section in after.sections:
        return Heading(after.sections.index(section))
    return Heading(min(heading.section, len(after.sections) - 1))


def _sentence(before: Briefing, after: Briefing, number: int) -> int:
    if number >= len(before.statements):
        return number
    words, group = before.statements[number].key
    found = [n for n, one in enumerate(after.statements) if one.key[0] == words]
    if not found:
        known = {one.key for one in before.statements}
        found = [n for n, one in enumerate(after.statements) if one.key not in known]
    return min(found, key=lambda n: after.statements[n].group != group, default=number)


def standing(briefing: Briefing) -> dict[int, Wash]:
    """What is to be seen of sentences that no source is known to hold."""
    found = {}
    for number, statement in enumerate(briefing.statements):
        if not statement.supported:
            found[number] = Wash.DOUBTFUL if statement.citations else Wash.BY_HAND
    return found


def about(briefing: Briefing, target: Target) -> str:
    """What is to be known of what is chosen, in one line."""
    if not isinstance(target, Heading):
        return about_sentence(briefing, target)
    section = briefing.sections[target.section]
    return f"小节“{section.heading}”，{len(section.statements)} 句。双击改标题，Ctrl+↑↓ 移动，Delete 删去"


def about_sentence(briefing: Briefing, number: int) -> str:
    """What a sentence rests on, in one line."""
    statement = briefing.statements[number]
    if not statement.citations:
        return "人工撰写：没有引用资料，导出时默认不带上"
    numbers = footnotes(briefing).of(statement)
    marks = "".join(f"[{n}]" for n in numbers)
    if statement.problems:
        return f"未核实 {marks}：{'；'.join(statement.problems)}"
    first = statement.citations[0]
    return f"依据 {marks}《{first.article.label}》第 {first.paragraph.page} 页：“{first.quote}”"


def tips(briefing: Briefing) -> dict[int, str]:
    return {number: about_sentence(briefing, number) for number in standing(briefing)}


def pages_words(briefing: Briefing) -> str:
    """«1 页», or by how much it is too long."""
    pages = briefing.pages or 0
    over = pages - briefing.pages_allowed
    return f"{pages} 页" if over <= 0 else f"{pages} 页，超出 {over} 页"


def unsupported(briefing: Briefing) -> tuple[BriefingStatement, ...]:
    return tuple(statement for statement in briefing.statements if not statement.supported)


def record(briefing: Briefing) -> str:
    """How the briefing came about: sources, time, model, every change by hand."""
    making = briefing.making
    model = making.model or "没有用模型，句子都摘自原文"
    lines = [
        f"{briefing.kind_name}《{briefing.title}》",
        "",
        f"生成时间：{making.at.astimezone():%Y-%m-%d %H:%M}",
        f"用时：{making.seconds:.1f} 秒",
        f"模型：{model}",
        "",
        f"依据的 {len(briefing.articles)} 篇文章：",
    ]
    for one in briefing.articles:
        day = one.article.date.isoformat() if one.article.date else "日期不详"
        lines.append(f"　{day}　{one.article.label}（{one.file}）")
    lines += ["", f"人工修改 {len(briefing.edits)} 处" + ("：" if briefing.edits else "")]
    for edit in briefing.edits:
        words = " → ".join(part for part in (edit.before, edit.after) if part)
        lines.append(f"　{edit.at.astimezone():%m-%d %H:%M}　{edit.what}" + (f"：{words}" if words else ""))
    return "\n".join(lines)
