"""The engine's work on briefings: what is asked of the library, laid out, exported, kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop.briefing_messages import (
    BriefingList,
    BriefingPage,
    BriefingWish,
    Change,
    ChangeBriefing,
    ChooseArticles,
    CopyBriefing,
    ExportBriefing,
    ForgetBriefing,
    KindChoice,
    KindList,
    LayOutBriefing,
    ListBriefings,
    ListKinds,
    MakeBriefing,
    OpenBriefing,
    Operation,
    RichText,
    Takes,
)
from rag.briefings import ArticlesChosen, Briefing, Edit, PageMeasure, only_verified
from rag.errors import JianwenError
from rag.types import StopSignal
from rag.typeset.composing import EvidenceIn
from rag.typeset.exporting import PageMeasure as Setting

if TYPE_CHECKING:
    from desktop.backend import EngineLibrary
    from rag.briefing.plans import Kind


def perform(library: EngineLibrary, wish: BriefingWish, stop: StopSignal) -> Iterator[object]:
    """Do what is wished, see the wish for what comes of it. Raises JianwenError; Stopped when `stop` is set."""
    match wish:
        case ListKinds():
            yield kind_list(library)
        case ListBriefings():
            yield BriefingList(library.briefings())
        case ChooseArticles(request):
            yield ArticlesChosen(library.choose_articles(request))
        case MakeBriefing(request, evidence):
            for event in library.brief(request, Setting(evidence), stop):
                yield laid_out(library, event, None, evidence) if isinstance(event, Briefing) else event
        case OpenBriefing(briefing, evidence):
            yield _page(library.briefing(briefing), briefing, evidence)
        case ForgetBriefing(briefing):
            library.forget_briefing(briefing)
            yield BriefingList(library.briefings())
        case ChangeBriefing(before, change, known, evidence):
            kind = _made_as(library, before) if change.what is Operation.PAGES else None  # its files need not be read
            after = changed(before, change, dt.datetime.now(dt.UTC), Setting(evidence), kind)
            yield laid_out(library, after, known, evidence)
        case LayOutBriefing(briefing, known, evidence):
            yield laid_out(library, briefing, known, evidence)
        case ExportBriefing(briefing, path, evidence, unverified):
            from rag.typeset.exporting import export

            yield export(briefing, path, evidence, unverified)
        case CopyBriefing(briefing, evidence, unverified):
            from rag.typeset.markdown import markdown, rich_text

            shown = briefing if unverified else only_verified(briefing)
            yield RichText(rich_text(shown, evidence), markdown(shown, evidence))


def kind_list(library: EngineLibrary) -> KindList:
    from rag.briefing.plans import Articles

    takes: dict[Articles, Takes] = {
        Articles.ONE: "one",
        Articles.DOCUMENT: "document",
        Articles.SEVERAL: "several",
        Articles.PERIOD: "period",
        Articles.SIDES: "sides",
    }
    found = library.briefing_kinds()
    return KindList(
        tuple(KindChoice(kind.id, kind.name, kind.about, takes[kind.articles]) for kind in found.usable),
        found.problems,
    )


def laid_out(library: EngineLibrary, briefing: Briefing, known: int | None, evidence: EvidenceIn) -> BriefingPage:
    """Measured, laid out and kept; that it cannot be kept takes nothing from the page."""
    page = _page(briefing, known, evidence)
    try:
        return replace(page, known=library.keep_briefing(page.briefing, known))
    except JianwenError as error:
        return replace(page, known=None, problem=f"这份简报没有存进资料库：{error}")


def _page(briefing: Briefing, known: int | None, evidence: EvidenceIn) -> BriefingPage:
    setting = Setting(evidence)
    measured = replace(briefing, pages=setting.pages(briefing))
    return BriefingPage(measured, setting.layout(measured), known)


def _made_as(library: EngineLibrary, briefing: Briefing) -> Kind | None:
    return next((kind for kind in library.briefing_kinds().usable if kind.id == briefing.kind), None)


def changed(
    briefing: Briefing, change: Change, at: dt.datetime, measure: PageMeasure, kind: Kind | None = None
) -> Briefing:
    """The briefing after a change; `kind` is what it was made as, if that is still known, and counts for its pages.

    Raises:
        JianwenError: it cannot be done.
        IndexError: there is no such place.
    """
    from rag.briefing import editing
    from rag.briefing.fitting import fit
    from rag.briefing.returning import allow

    section, statement = change.section, change.statement
    match change.what:
        case Operation.REWRITE:
            return editing.rewrite(briefing, section, statement, change.text, at)
        case Operation.SHORTEN:
            return editing.shorten(briefing, section, statement, at)
        case Operation.QUOTE:
            return editing.quote(briefing, section, statement, at)
        case Operation.ANOTHER:
            return editing.another(briefing, section, statement, at)
        case Operation.DELETE:
            return editing.delete(briefing, section, statement, at)
        case Operation.MOVE:
            return editing.move(briefing, section, statement, change.to_section, change.to, at)
        case Operation.MOVE_SECTION:
            return editing.move_section(briefing, section, change.to, at)
        case Operation.DELETE_SECTION:
            return editing.delete_section(briefing, section, at)
        case Operation.WRITE:
            return editing.write(briefing, section, change.to, change.text, at)
        case Operation.ADD_SECTION:
            return editing.add_section(briefing, change.to, change.heading, change.text, at)
        case Operation.RESTORE:
            return editing.restore(briefing, statement, at)
        case Operation.RETITLE:
            return editing.retitle(briefing, change.text, at)
        case Operation.RENAME_SECTION:
            return editing.rename_section(briefing, section, change.text, at)
        case Operation.MASTHEAD:
            names = [one.name if one else "" for one in (briefing.masthead, change.masthead)]
            return replace(briefing, masthead=change.masthead, edits=(*briefing.edits, Edit(at, "改报头", *names)))
        case Operation.PAGES:
            edit = Edit(at, "改页数", f"{briefing.pages_allowed} 页", f"{change.to} 页")
            allowed = allow(briefing, change.to, measure, kind)
            return replace(allowed, edits=(*allowed.edits, edit))
        case Operation.FIT:
            fitted = fit(briefing, measure)
            return replace(fitted, edits=(*fitted.edits, Edit(at, "略去放不下的句子")))
