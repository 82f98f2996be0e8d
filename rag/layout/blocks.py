"""Paragraphs with how they were set: what layout hands to the splitting into articles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.text import clean_line, joint
from rag.types import Fragment, Line, Paragraph

Kind = Literal["body", "heading", "furniture", "caption"]
Region = tuple[int, int]  # (page, frame)
Area = tuple[float, float, float, float]  # x0, y0, x1, y1 in the frame of the text


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph and how it was set. `size` is its type size in points, 0 without geometry.

    kind: heading: set larger than the text, or (without geometry) a short line that stands alone and ends no sentence.
    furniture: page numbers, running heads, imprint lines, the masthead. caption: the words under a picture.
    apart: more white space than usual stands before it, or it begins a part of the page. titles:
    `rag.layout.outline` knows from the format that it titles an article. frame: the printed frame it stands
    in as (page, number), None outside.
    area: the rectangle it is printed in, None without geometry or when it spans columns. resumes: it goes on with an
    article broken off on another page.
    """

    paragraph: Paragraph
    kind: Kind = "body"
    size: float = 0.0
    apart: bool = False
    titles: bool = False
    frame: Region | None = None
    area: Area | None = None
    resumes: bool = False

    @property
    def text(self) -> str:
        return self.paragraph.text


def make_paragraph(lines: Iterable[Line], page: int) -> Paragraph:
    """Cleans and joins printed lines; where all have boxes, keeps them as fragments that name each line's stretch.

    A table row is one line; the tabs between its cells stay. Confidence is the mean over the recognised characters.
    """
    text, fragments, placed = "", [], True
    weights: list[tuple[float, int]] = []
    header: str | None = None
    for line in lines:
        cleaned = clean_row(line.text) if line.header is not None else clean_line(line.text)
        if not cleaned:
            continue
        start = len(text) + len(joint(text, cleaned))
        text += joint(text, cleaned) + cleaned
        header = line.header if header is None else header
        if line.confidence is not None:
            weights.append((line.confidence, len(cleaned)))
        if line.box is None:
            placed = False
        else:
            fragments.append(Fragment(start, len(text), line.box))
    return Paragraph(
        text,
        page,
        tuple(fragments) if placed else (),
        mean_confidence(weights),
        None if header is None else clean_row(header),
    )


def mean_confidence(weights: Sequence[tuple[float, int]]) -> float | None:
    """The mean over characters of (confidence, number of characters); None when nothing was recognised."""
    return sum(c * n for c, n in weights) / sum(n for _, n in weights) if weights else None


def clean_row(text: str) -> str:
    """A table row with each cell cleaned; cells stay parted by tabs, empty ones too."""
    return "\t".join(map(clean_line, text.split("\t"))).rstrip("\t")
