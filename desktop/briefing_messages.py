"""What the window and the engine say to each other about briefings; part of `desktop.protocol`.

The window holds the briefing that is open and hands it along with every change, so that undo is showing the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal

from rag.briefings import Briefing, BriefingRequest, KeptBriefing, Masthead
from rag.typeset.composing import EvidenceIn
from rag.typeset.setting import Layout

Takes = Literal["one", "document", "several", "period", "sides"]
"""What a kind is made from: one meeting, one document, several articles, a period, two periods."""


@dataclass(frozen=True, slots=True)
class ListKinds:
    """→ KindList."""


@dataclass(frozen=True, slots=True)
class ListBriefings:
    """→ BriefingList."""


@dataclass(frozen=True, slots=True)
class ChooseArticles:
    """→ rag.briefings.ArticlesChosen: what a briefing would be made from."""

    request: BriefingRequest


@dataclass(frozen=True, slots=True)
class MakeBriefing:
    """→ rag.briefings.BriefEvent on the way, then BriefingPage, kept."""

    request: BriefingRequest
    evidence: EvidenceIn = EvidenceIn.SHEET


@dataclass(frozen=True, slots=True)
class OpenBriefing:
    """→ BriefingPage of one that is kept."""

    briefing: int
    evidence: EvidenceIn = EvidenceIn.SHEET


@dataclass(frozen=True, slots=True)
class ForgetBriefing:
    """Delete it. → BriefingList."""

    briefing: int


class Operation(Enum):
    """A change by hand, see `rag.briefing.editing`; FIT takes off what does not fit, PAGES allows that many,
    MASTHEAD prints another one or none."""

    REWRITE = "rewrite"
    SHORTEN = "shorten"
    QUOTE = "quote"
    ANOTHER = "another"
    DELETE = "delete"
    MOVE = "move"
    MOVE_SECTION = "move section"
    DELETE_SECTION = "delete section"
    WRITE = "write"
    ADD_SECTION = "add section"
    RESTORE = "restore"
    RETITLE = "retitle"
    RENAME_SECTION = "rename section"
    MASTHEAD = "masthead"
    PAGES = "pages"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class Change:
    """`section` and `statement` count from 0; `to` and `to_section` are where it goes, `heading` of a new section.

    For RESTORE `statement` counts what was left out, for PAGES `to` is the number of pages.
    """

    what: Operation
    section: int = 0
    statement: int = 0
    to_section: int = 0
    to: int = 0
    text: str = ""
    heading: str = ""
    masthead: Masthead | None = None


@dataclass(frozen=True, slots=True)
class ChangeBriefing:
    """→ BriefingPage of the changed briefing, kept as what has become of `known`."""

    briefing: Briefing
    change: Change
    known: int | None = None
    evidence: EvidenceIn = EvidenceIn.SHEET


@dataclass(frozen=True, slots=True)
class LayOutBriefing:
    """→ BriefingPage, kept as what has become of `known`."""

    briefing: Briefing
    known: int | None = None
    evidence: EvidenceIn = EvidenceIn.SHEET


@dataclass(frozen=True, slots=True)
class ExportBriefing:
    """→ rag.typeset.exporting.Exported. `unverified`: also what is not supported, marked."""

    briefing: Briefing
    path: Path
    evidence: EvidenceIn = EvidenceIn.SHEET
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class CopyBriefing:
    """→ RichText, without what is not supported unless `unverified`."""

    briefing: Briefing
    evidence: EvidenceIn = EvidenceIn.SHEET
    unverified: bool = False


BriefingWish = (
    ListKinds
    | ListBriefings
    | ChooseArticles
    | MakeBriefing
    | OpenBriefing
    | ForgetBriefing
    | ChangeBriefing
    | LayOutBriefing
    | ExportBriefing
    | CopyBriefing
)
READS = ListKinds | ListBriefings | OpenBriefing | ExportBriefing | CopyBriefing


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of briefing as it is offered; `about` is Chinese."""

    id: str
    name: str
    about: str
    takes: Takes


@dataclass(frozen=True, slots=True)
class KindList:
    """problems: of kinds of the user's own that cannot be offered, in Chinese."""

    kinds: tuple[KindChoice, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefingList:
    """Last changed first."""

    briefings: tuple[KeptBriefing, ...]


@dataclass(frozen=True, slots=True)
class BriefingPage:
    """A briefing as it will print. known: its id in the library, None where it is not kept; problem: Chinese, why not.

    `briefing.pages` is measured anew.
    """

    briefing: Briefing
    layout: Layout
    known: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class RichText:
    """For the clipboard."""

    html: str
    plain: str
