"""Forms that draw forms: what would be drawn more often than any page can bear is seen before it is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import JianwenError
from rag.readers import open_source
from rag.readers.source import Source
from tests.damage import raw_pdf

ROOT = "<< /Type /Catalog /Pages 2 0 R >>"
TEXT = "BT /F1 12 Tf 40 700 Td (2024) Tj ET"
FONT = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"


def stream(text: str, more: str = "") -> str:
    return f"<< /Length {len(text)} {more} >>\nstream\n{text}\nendstream"


def form(text: str, child: int, indirect: int = 0) -> str:
    resources = f"{indirect} 0 R" if indirect else f"<< /XObject << /X {child} 0 R >> {FONT} >>"
    return stream(text, f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources {resources}")


def written(path: Path, *forms: str) -> Source:
    """Two pages: the first draws the first of `forms` (objects from 7 on), the second says 2024."""
    pages = "<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] /MediaBox [0 0 595 842] >>"
    first = "<< /Type /Page /Parent 2 0 R /Resources << /XObject << /X 7 0 R >> >> /Contents 5 0 R >>"
    second = f"<< /Type /Page /Parent 2 0 R /Resources << {FONT} >> /Contents 6 0 R >>"
    path.write_bytes(raw_pdf(ROOT, pages, first, second, stream("/X Do"), stream(TEXT), *forms))
    return open_source(path)


def said(source: Source, number: int) -> str:
    return "".join(line.text for line in source.page(number).lines)


@pytest.mark.parametrize(
    "forms",
    [
        [form("/X Do /X Do", 7)],
        [form("/X Do\n/X Do", 8), form("/X Do /X Do", 7)],
        [form("/X Do /X Do", 7, indirect=8), "<< /XObject << /X 7 0 R >> >>"],
        [*(form("/X Do /X Do", 8 + n) for n in range(24)), form(TEXT, 7)],
    ],
    ids=["itself", "each other", "itself, out of line", "doubling"],
)
def test_a_page_of_endless_forms_is_refused_and_the_others_are_read(tmp_path: Path, forms: list[str]) -> None:
    source = written(tmp_path / "套.pdf", *forms)
    with pytest.raises(JianwenError, match=r"第 1 页.*套"):
        source.page(1)
    assert said(source, 2) == "2024"


@pytest.mark.parametrize(
    "forms",
    [
        [form("/X Do", 8), form("/X Do /X Do", 9), form(TEXT, 99)],
        [form(f"/X Do {TEXT}", 7)],
        [form(f"/X Do {TEXT}", 8), "<< /Type /XObject >>"],
    ],
    ids=["nested", "once itself", "broken"],
)
def test_forms_that_can_be_drawn_are_read(tmp_path: Path, forms: list[str]) -> None:
    source = written(tmp_path / "套.pdf", *forms)
    assert "2024" in said(source, 1)
    assert said(source, 2) == "2024"
