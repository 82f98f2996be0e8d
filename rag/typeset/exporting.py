"""A briefing as a file: Word, PDF, Markdown. What is measured is what is exported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from rag.briefings import Briefing, only_verified
from rag.errors import JianwenError
from rag.typeset.blocks import Composition
from rag.typeset.breaking import PROGRAMS
from rag.typeset.composing import EvidenceIn, compose
from rag.typeset.fonts import needed, stand_ins
from rag.typeset.form import Face
from rag.typeset.masthead import MastheadWords
from rag.typeset.setting import Layout, set_blocks

SUFFIXES = (".docx", ".pdf", ".md")


@dataclass(frozen=True, slots=True)
class PageMeasure:
    """Lays a briefing out as it is exported (`rag.briefings.PageMeasure`)."""

    evidence: EvidenceIn = EvidenceIn.SHEET
    words: MastheadWords | None = None

    def pages(self, briefing: Briefing) -> int:
        """How many pages it takes in Word and in LibreOffice, whichever is more; the sheet of evidence apart."""
        work = replace(compose(briefing, self.evidence, self.words), sheet=())
        return max(set_blocks(work, program=program).body_pages for program in PROGRAMS)

    def layout(self, briefing: Briefing) -> Layout:
        """The page with everything in its place; `Layout.boxes` numbers sentences as `briefing.statements` does."""
        return set_blocks(compose(briefing, self.evidence, self.words))


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as written. notes: Chinese, which fonts its reader needs, or what stands for which font in it."""

    path: Path
    pages: int
    notes: tuple[str, ...]


def export(
    briefing: Briefing,
    path: Path,
    evidence: EvidenceIn = EvidenceIn.SHEET,
    unverified: bool = False,
    words: MastheadWords | None = None,
) -> Exported:
    """Write a briefing in the format that the file's ending names.

    unverified: also what could not be checked, marked 〔未核实〕 or 〔人工撰写〕; without it such sentences stay out.
    Raises JianwenError for another ending, a place that cannot be written to, a machine without a font for a PDF.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise JianwenError(f"不能导出成“{path.suffix or path.name}”。请用 {'、'.join(SUFFIXES)} 结尾的文件名。")
    shown = briefing if unverified else only_verified(briefing)
    work = compose(shown, evidence, words)
    layout = set_blocks(work)
    data, notes = _written(shown, work, layout, evidence, suffix)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise JianwenError(
            f"无法写入“{path.name}”（{error.strerror}）。请换一个文件夹，或先关闭打开着它的程序。"
        ) from error
    return Exported(path, layout.body_pages, notes)


def _written(
    shown: Briefing, work: Composition, layout: Layout, evidence: EvidenceIn, suffix: str
) -> tuple[bytes, tuple[str, ...]]:
    if suffix == ".md":
        from rag.typeset.markdown import markdown

        return markdown(shown, evidence).encode("utf-8"), ()
    faces = _faces(work)
    if suffix == ".pdf":
        from rag.typeset.pdf_file import pdf_bytes

        return pdf_bytes(layout, work.title), tuple(stand_ins(faces))
    from rag.typeset.docx_file import docx_bytes

    return docx_bytes(work), (needed(faces),)


def _faces(work: Composition) -> list[Face]:
    used = [run.face or block.style.face for block in work.blocks for run in block.runs]
    return [*dict.fromkeys(used), Face.LATIN]
