"""LibreOffice as a second opinion: lays out our Word files, with the fonts of this machine in the standard's places."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from rag.briefings import Briefing
from rag.typeset import characters
from rag.typeset.breaking import LIBREOFFICE
from rag.typeset.composing import EvidenceIn, compose
from rag.typeset.docx_file import docx_bytes
from rag.typeset.fonts import FontFile, installed
from rag.typeset.form import Face
from rag.typeset.setting import Layout, set_blocks

FONTS = {
    Face.TITLE: ("方正小标宋简体", "Noto Serif CJK SC"),
    Face.BODY: ("仿宋_GB2312", "Noto Serif CJK SC"),
    Face.HEADING: ("黑体", "Noto Sans CJK SC"),
    Face.SUBHEADING: ("楷体_GB2312", "Noto Serif CJK SC"),
    Face.SONG: ("宋体", "Noto Serif CJK SC"),
    Face.LATIN: ("Times New Roman", "Liberation Serif"),
}
_ALIAS = (
    '<match target="pattern"><test name="family"><string>{}</string></test>'
    '<edit name="family" mode="assign" binding="same"><string>{}</string></edit></match>'
)


def measured_width(char: str, face: Face) -> float:
    """Of the font that stands in for a face here: a few signs are narrower than in the standard's own."""
    if face is Face.LATIN:
        return characters.width(char)
    font = _font(installed()[FONTS[face][1].casefold()])
    glyph = font.get_nominal_glyph(ord(char))
    return float(font.get_glyph_h_advance(glyph) / font.face.upem) if glyph else characters.width(char)


@cache
def _font(file: FontFile) -> Any:
    import uharfbuzz as hb

    return hb.Font(hb.Face(hb.Blob.from_file_path(str(file.path)), file.index))


def saved(made: Briefing, evidence: EvidenceIn, path: Path) -> Layout:
    """Write the Word file; how it ought to be laid out by LibreOffice with the fonts of this machine."""
    work = compose(made, evidence)
    path.write_bytes(docx_bytes(work))
    return set_blocks(work, measured_width, LIBREOFFICE)


def to_pdf(files: Sequence[Path], folder: Path) -> list[Path]:
    """The files as LibreOffice prints them."""
    soffice = shutil.which("soffice")
    assert soffice, "LibreOffice lays out the pages in these tests: apt-get install libreoffice-writer-nogui"
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "fonts.conf"
    aliases = "".join(_ALIAS.format(*pair) for pair in FONTS.values())
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts</dir>'
        f"<cachedir>{folder / 'cache'}</cachedir>{aliases}</fontconfig>",
        "utf-8",
    )
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *map(str, files)]
    environ = {**os.environ, "FONTCONFIG_FILE": str(settings), "HOME": str(folder)}
    environ.pop("PYTHONPATH", None)
    subprocess.run(command, check=True, env=environ, capture_output=True, timeout=300)
    return [folder / file.with_suffix(".pdf").name for file in files]


def printed_lines(path: Path) -> list[list[str]]:
    """The lines of each page from the top, white space apart; raised marks belong to the line they stand on."""
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        return [_lines(page) for page in document]


def _lines(page: Any) -> list[str]:
    from pypdfium2 import raw

    text = page.get_textpage()
    rows: dict[int, list[tuple[float, str]]] = {}
    for n in range(text.count_chars()):
        char = text.get_text_range(n, 1)
        if char.strip():
            x, y = ctypes.c_double(), ctypes.c_double()
            raw.FPDFText_GetCharOrigin(text, n, x, y)
            rows.setdefault(round(y.value), []).append((x.value, char))
    joined: list[tuple[int, list[tuple[float, str]]]] = []
    for base in sorted(rows, reverse=True):
        if joined and joined[-1][0] - base <= 8:
            joined[-1][1].extend(rows[base])
        else:
            joined.append((base, rows[base]))
    return ["".join(char for _, char in sorted(row)) for _, row in joined]
