"""Manual line breaks inside a paragraph, as Word documents and web pages have them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.layout.wrapping import HEADED, is_final

_BROKEN_LINE = 20  # characters; a shorter one before a manual break was ended on purpose


def broken(pieces: Sequence[str], heading: bool = False) -> list[str]:
    """The lines of a paragraph that was broken by hand into `pieces`. Those of one sentence are joined, as a break
    inside one is mere setting; a short piece, a finished sentence, an indent or a number after the break parts them."""
    parts: list[str] = []
    for piece in pieces:
        if not piece.strip():
            parts.append("")  # an empty line parts what stands around it
            continue
        last = parts[-1].rstrip() if parts else ""
        begins = piece.startswith("\u3000") or HEADED.match(piece.strip())
        if heading or begins or len(last) <= _BROKEN_LINE or is_final(last) or last[-1] in "：:":
            parts.append(piece)
        else:
            parts[-1] += " " + piece
    return [part for part in parts if part]
