"""What the commands of the terminal about briefings do: make one; list, show, export and delete those kept."""

from __future__ import annotations

import argparse
import datetime as dt
import threading
from functools import partial
from typing import TYPE_CHECKING

from rag.answering.periods import between
from rag.answers import Period
from rag.briefings import Briefing, BriefingRequest, Masthead
from rag.errors import JianwenError
from rag.terminal.output import Terminal
from rag.types import Progress

if TYPE_CHECKING:
    from rag.library import Library
    from rag.typeset.composing import EvidenceIn

DONE = 0


def brief(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    """Makes a briefing, writes it to a file where one is named, and keeps it in the library; or lists the kinds."""
    from rag.library import Library
    from rag.typeset.exporting import PageMeasure

    if arguments.kinds:
        return _list_kinds(terminal)
    request = _request(arguments)
    made: Briefing | None = None
    with Library.open(arguments.library) as library:
        known = library.briefing_kinds()
        for problem in known.problems:
            terminal.message(problem)
        for event in library.brief(request, PageMeasure(_evidence(arguments)), stop, known):
            if isinstance(event, Progress):
                terminal.progress(event)
            elif isinstance(event, Briefing):
                made = event
        terminal.clear_progress()
        if made is None:
            raise RuntimeError("the last event of a briefing is the briefing")
        if arguments.out is not None:
            _export(made, arguments, terminal)
        _show(library, made, terminal)
        try:
            library.keep_briefing(made)
        except JianwenError as error:  # the briefing stands, kept or not
            terminal.message(f"这份简报没有存入资料库：{error}")
    return DONE


def briefings(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    """Lists the kept briefings; shows, exports or deletes one when its number is given."""
    from rag.library import Library
    from rag.terminal import as_json, as_text

    with Library.open(arguments.library) as library:
        if arguments.delete is not None:
            library.forget_briefing(arguments.delete)
            terminal.deleted("简报", arguments.delete)
            return DONE
        if arguments.show is not None:
            kept = library.briefing(arguments.show)
            if arguments.out is not None:
                _export(kept, arguments, terminal)
            _show(library, kept, terminal)
            return DONE
        found = library.briefings()
    for one in found:
        terminal.show(one, as_json.kept_briefing, as_text.kept_briefing)
    if not found and not terminal.as_json:
        terminal.out.print("还没有简报。用 jianwen brief 生成一份。")
    return DONE


def _list_kinds(terminal: Terminal) -> int:
    from rag.briefing.plans import kinds

    found = kinds()
    for kind in found.usable:
        terminal.show(
            kind,
            lambda one: {"id": one.id, "name": one.name, "about": one.about, "articles": one.articles.value},
            lambda console, one: console.print(f"{one.name}：{one.about}（{one.id}）"),
        )
    for problem in found.problems:
        terminal.message(problem)
    return DONE


def _request(arguments: argparse.Namespace) -> BriefingRequest:
    if not (arguments.topic or arguments.articles or arguments.since or arguments.until):
        arguments.wrong("请用 --topic 给出主题，或用 --articles 选定文章，或用 --since、--until 给出日期")
    masthead = None
    if arguments.masthead:
        masthead = Masthead(
            arguments.masthead,
            arguments.number,
            arguments.issuer,
            arguments.dated,
            tuple(arguments.to),
            tuple(arguments.cc),
        )
    return BriefingRequest(
        arguments.kind,
        tuple(arguments.articles),
        arguments.topic,
        _period(arguments, arguments.since, arguments.until),
        _period(arguments, *(arguments.versus or (None, None))),
        arguments.pages,
        arguments.title,
        masthead,
    )


def _period(arguments: argparse.Namespace, since: dt.date | None, until: dt.date | None) -> Period | None:
    try:
        return between(since, until)
    except ValueError:
        arguments.wrong("开始的日期不能晚于结束的日期")
        raise


def _evidence(arguments: argparse.Namespace) -> EvidenceIn:
    from rag.typeset.composing import EvidenceIn

    return {"sheet": EvidenceIn.SHEET, "notes": EvidenceIn.NOTES, "none": EvidenceIn.NOWHERE}[arguments.evidence]


def _export(briefing: Briefing, arguments: argparse.Namespace, terminal: Terminal) -> None:
    from rag.typeset.exporting import export

    written = export(briefing, arguments.out, _evidence(arguments), arguments.unverified)
    terminal.message(f"已写入 {written.path}。")
    for note in written.notes:
        terminal.message(note)


def _show(library: Library, briefing: Briefing, terminal: Terminal) -> None:
    from rag.terminal import as_json, as_text

    elsewhere = library.elsewhere(c.article for s in briefing.statements for c in s.citations)
    terminal.show(
        briefing, partial(as_json.briefing, elsewhere=elsewhere), partial(as_text.briefing, elsewhere=elsewhere)
    )
