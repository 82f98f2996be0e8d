"""The promise of the page: LibreOffice lays out our Word files on as many pages, in the same lines, as we do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.typeset.breaking import LIBREOFFICE
from rag.typeset.composing import EvidenceIn
from rag.typeset.exporting import PageMeasure
from rag.typeset.setting import Layout
from tests.briefing_samples import MASTHEAD, briefing, hostile, real
from tests.typeset_office import printed_lines, saved, to_pdf

SEEDS = range(40)


def our_lines(layout: Layout) -> list[list[str]]:
    pages: list[list[str]] = [[] for _ in range(layout.pages)]
    for line in layout.lines:
        if line.text.strip():
            pages[line.page - 1].append(_without_hung("".join(line.text.split())))
    return pages


def _without_hung(line: str) -> str:
    """What stands outside the margin is sometimes lost in LibreOffice's PDF."""
    return line[:-1] if line[-1:] in LIBREOFFICE.hanging else line


def without_number(page: list[str]) -> list[str]:
    assert page[-1].startswith("—") and page[-1].endswith("—")
    return [_without_hung(line) for line in page[:-1]]


def test_lines_and_pages_are_where_we_put_them(tmp_path: Path) -> None:
    expected, files = [], []
    for seed in SEEDS:
        masthead = MASTHEAD if seed % 3 == 0 else None
        evidence = EvidenceIn.SHEET if seed % 2 else EvidenceIn.NOWHERE
        path = tmp_path / f"{seed}.docx"
        expected.append(our_lines(saved(briefing(seed, 1 + seed % 4, masthead), evidence, path)))
        files.append(path)
    printed = [printed_lines(path) for path in to_pdf(files, tmp_path / "pdf")]
    differing = [
        (seed, ours, theirs)
        for seed, one, other in zip(SEEDS, expected, printed, strict=True)
        for ours, theirs in zip(one, map(without_number, other), strict=True)
        if ours != theirs
    ]
    assert not differing


@pytest.mark.parametrize("evidence", [EvidenceIn.NOWHERE, EvidenceIn.NOTES])
def test_what_is_measured_as_one_page_is_one(tmp_path: Path, evidence: EvidenceIn) -> None:
    """Briefings cut down until they just fit, as a user gets them."""
    fitted, files = [], []
    for seed in range(100, 124):
        made = briefing(seed, 4, MASTHEAD if seed % 2 else None)
        while PageMeasure(evidence).pages(made) > 1:
            last = made.sections[-1]
            kept = (*made.sections[:-1], replace(last, statements=last.statements[:-1])) if last.statements[1:] else ()
            made = replace(made, sections=kept or made.sections[:-1])
        path = tmp_path / f"{seed}.docx"
        fitted.append(saved(made, evidence, path))
        files.append(path)
    assert min(layout.lines_left for layout in fitted) <= 1  # some are full to the last line
    assert [len(printed_lines(path)) for path in to_pdf(files, tmp_path / "pdf")] == [1] * len(files)


@pytest.mark.parametrize("evidence", list(EvidenceIn))
def test_a_real_briefing_in_each_form(tmp_path: Path, evidence: EvidenceIn) -> None:
    path = tmp_path / "简报.docx"
    layout = saved(real(), evidence, path)
    pages = printed_lines(to_pdf([path], tmp_path / "pdf")[0])
    assert len(pages) == layout.pages
    assert [len(without_number(page)) for page in pages] == [len(page) for page in our_lines(layout)]


def test_hostile_text_opens(tmp_path: Path) -> None:
    files = []
    for evidence in EvidenceIn:
        files.append(tmp_path / f"{evidence.name}.docx")
        saved(hostile(), evidence, files[-1])
    for path in to_pdf(files, tmp_path / "pdf"):
        assert "甲" in "".join(line for page in printed_lines(path) for line in page)
