"""Newspaper pages of every family of layouts, read whole: nothing lost, articles, titles and order as printed.

`LEAST` holds what each family reaches over its first seeds (article F1, titles, windows intact), rounded down: raise it
when the reading becomes better. The golden files are made again with `JIANWEN_GOLDEN=write`.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from bench.reading_families import CHANGED, truth
from bench.reading_quality import all_paragraphs, ours
from bench.scoring import Score, bare, score, total
from rag.articles.splitting import read_articles
from rag.readers import read_file
from rag.types import Reading
from tests.newspaper import Newspaper
from tests.newspaper_families import CONDITIONS, FAMILIES, Condition, Family

SEEDS = (0, 1)
GOLDEN = Path(__file__).parent / "fixtures" / "golden"
LEAST: dict[str, tuple[float, float, float]] = {
    "columns 2": (1.0, 1.0, 1.0),
    "columns 3": (1.0, 1.0, 1.0),
    "columns 4": (1.0, 1.0, 1.0),
    "columns 5": (1.0, 1.0, 1.0),
    "columns 6": (1.0, 1.0, 1.0),
    "narrow gutters": (1.0, 1.0, 1.0),
    "small type": (1.0, 1.0, 1.0),
    "large type": (1.0, 1.0, 1.0),
    "ruled": (1.0, 1.0, 1.0),
    "side by side": (1.0, 1.0, 1.0),
    "brick": (1.0, 1.0, 1.0),
    "boxed": (1.0, 1.0, 1.0),
    "tinted": (1.0, 1.0, 1.0),
    "mixed type": (1.0, 1.0, 1.0),
    "headed": (1.0, 1.0, 1.0),
    "part headline": (1.0, 1.0, 1.0),
    "sunk headline": (1.0, 1.0, 1.0),
    "flowing": (1.0, 1.0, 1.0),
    "vertical titles": (1.0, 1.0, 1.0),
    "pictures": (1.0, 1.0, 1.0),
    "tables": (1.0, 1.0, 1.0),
    "widening": (1.0, 1.0, 0.99),
    "uneven": (1.0, 1.0, 1.0),
    "next page": (1.0, 1.0, 1.0),
    "front page": (1.0, 1.0, 0.99),
    "bylines": (1.0, 1.0, 0.98),
    "crossheads": (1.0, 1.0, 1.0),
    "briefs": (0.9, 0.85, 0.98),
    "contents": (1.0, 1.0, 0.98),
    "amid": (1.0, 1.0, 1.0),
    "side titles": (1.0, 1.0, 1.0),
    "subtitle widening": (0.94, 0.87, 0.98),
    "bulletin": (1.0, 1.0, 1.0),
    "square gutters": (1.0, 1.0, 1.0),
    "notices": (1.0, 1.0, 1.0),
    "spread": (1.0, 1.0, 1.0),
    "drop caps": (1.0, 1.0, 1.0),
}


def read(paper: Newspaper, folder: Path, user: str | None = None) -> Reading:
    path = folder / f"{paper.name}.pdf"
    path.write_bytes(paper.pdf(user=user))
    return read_articles(list(read_file(path)), path.name)


def held(reading: Reading) -> Counter[str]:
    return Counter(bare("".join(paragraph.text for paragraph in all_paragraphs(reading))))


def measured(paper: Newspaper, reading: Reading) -> Score:
    return score(truth(paper.articles), ours(reading))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_family(family: Family, tmp_path: Path) -> None:
    papers = [family.paper(seed) for seed in SEEDS]
    readings = [read(paper, tmp_path) for paper in papers]
    for paper, reading in zip(papers, readings, strict=True):
        assert held(reading) == paper.characters, f"{paper.name}: characters lost or invented"
    found = total(measured(paper, reading) for paper, reading in zip(papers, readings, strict=True))
    reached = (found.f1, found.titles, found.contig)
    assert all(figure >= least for figure, least in zip(reached, LEAST[family.name], strict=True)), reached


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
@pytest.mark.parametrize("name", CHANGED)
def test_what_does_not_change_the_look_does_not_change_the_reading(
    condition: Condition, name: str, tmp_path: Path
) -> None:
    paper = next(family for family in FAMILIES if family.name == name).paper(0)
    changed = condition.change(paper)
    plain, other = measured(paper, read(paper, tmp_path)), read(changed, tmp_path)
    assert held(other) == paper.characters
    found = measured(changed, other)
    assert (found.found, found.titled) >= (plain.found, plain.titled)
    assert found.contig >= plain.contig - 0.02


def test_a_paper_locked_for_its_owner_is_read_like_another(tmp_path: Path) -> None:
    paper = FAMILIES[0].paper(0)
    plain, locked = read(paper, tmp_path), read(paper, tmp_path, user="")
    assert [(a.title, [p.text for p in a.paragraphs]) for a in plain.articles] == [
        (a.title, [p.text for p in a.paragraphs]) for a in locked.articles
    ]


def as_text(reading: Reading) -> str:
    lines: list[str] = []
    for article in reading.articles:
        lines += [f"# {article.title}", *(f"[{h.role}] {h.paragraph.text}" for h in article.headings)]
        lines += [*(paragraph.text for paragraph in article.paragraphs), ""]
    return "\n".join([*lines, "# furniture", *(paragraph.text for paragraph in reading.furniture), ""])


@pytest.mark.parametrize("name", ["boxed", "side by side", "pictures"])
def test_golden(name: str, tmp_path: Path) -> None:
    text = as_text(read(next(family for family in FAMILIES if family.name == name).paper(0), tmp_path))
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("JIANWEN_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")
