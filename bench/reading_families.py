"""How well we read newspaper pages made for tests, family by family of layouts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.options import Say
from bench.reading_quality import Measured, figures, measure, together
from bench.report import Figures
from bench.scoring import TrueArticle
from rag.errors import JianwenError
from tests.newspaper import Newspaper, PrintedArticle
from tests.newspaper_families import CONDITIONS, FAMILIES, Family

CHANGED = ("columns 4", "side by side", "boxed", "front page")  # families that are also shuffled, turned and cropped


def measure_families(papers: int, only: str, keep: Path | None, say: Say) -> tuple[Figures, ...]:
    """The quality of `papers` papers of each family, then of some under other conditions (stream order, turned pages).

    Args:
        only: measure this family alone, a row for each of its papers; "" for all.
        keep: leave the PDFs in this folder.

    Raises:
        JianwenError: there is no such family, or a page cannot be read.
    """
    chosen = [family for family in FAMILIES if only in ("", family.name)]
    if not chosen:
        raise JianwenError(f"没有名为“{only}”的版式。可选：" + "、".join(family.name for family in FAMILIES))
    with tempfile.TemporaryDirectory() as made:
        folder = keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        rows = [row for family in chosen for row in _family(family, papers, folder, bool(only), say)]
        found = [figures("各种版式", rows)]
        if not only:
            found.append(figures("内容流次序、旋转、裁切", list(_conditions(folder, say))))
        return tuple(found)


def _family(family: Family, papers: int, folder: Path, singly: bool, say: Say) -> Iterator[Measured]:
    say(f"{family.name}……")
    rows = [_paper(family.paper(seed), folder, plain=not seed) for seed in range(papers)]
    if singly:
        yield from rows
    else:
        yield together(f"{family.name}：{family.about}", rows)


def _conditions(folder: Path, say: Say) -> Iterator[Measured]:
    changed = [family.paper(0) for family in FAMILIES if family.name in CHANGED]
    for condition in CONDITIONS:
        say(f"{condition.name}……")
        rows = [_paper(condition.change(paper), folder, plain=True) for paper in changed]
        yield together(f"{condition.name}：{condition.about}", rows)


def _paper(paper: Newspaper, folder: Path, plain: bool) -> Measured:
    path = folder / f"{paper.name}.pdf"
    path.write_bytes(paper.pdf())
    return measure(path, truth(paper.articles), paper.name, plain)


def truth(articles: Sequence[PrintedArticle]) -> tuple[TrueArticle, ...]:
    return tuple(
        TrueArticle(
            a.title,
            a.paragraphs if a.beside else ("".join(a.paragraphs),),
            a.beside,
            a.kicker,
            a.subtitle,
        )
        for a in articles
    )
