"""Articles broken off on one page that go on on another: the two halves of a paragraph. Pure."""

from __future__ import annotations

from dataclasses import replace

from rag.layout.blocks import mean_confidence
from rag.layout.wrapping import is_final
from rag.text import joint
from rag.types import Paragraph


def runs_on(before: Paragraph, after: Paragraph) -> bool:
    """Whether a paragraph broken off at the mark goes on behind it."""
    return not is_final(before.text) and before.header is None and after.header is None


def joined(before: Paragraph, after: Paragraph) -> Paragraph:
    """Both as one paragraph; the fragments keep their places."""
    between = joint(before.text, after.text)
    shift = len(before.text) + len(between)
    moved = tuple(replace(f, start=f.start + shift, end=f.end + shift) for f in after.fragments)
    sure = [(p.confidence, len(p.text)) for p in (before, after) if p.confidence is not None]
    placed = bool(before.fragments and after.fragments)
    fragments = (*before.fragments, *moved) if placed else ()
    return Paragraph(before.text + between + after.text, before.page, fragments, mean_confidence(sure))
