"""The fonts inside a PDF: for each character a font of this machine that has it, cut down to what is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rag.errors import JianwenError
from rag.typeset.characters import MISSING
from rag.typeset.fonts import FontFile, candidates
from rag.typeset.form import Face


@dataclass
class Embedded:
    """One font of the PDF and the characters set in it so far. `key`: what the pages call it."""

    file: FontFile
    key: str
    used: set[str] = field(default_factory=set)


class FontBook:
    """The fonts of one PDF. look: where to look for a character of a face, best first."""

    def __init__(self, look: Callable[[Face], Sequence[FontFile]] | None = None) -> None:
        self.look = look or _fonts_for
        self.fonts: dict[FontFile, Embedded] = {}

    def choose(self, char: str, face: Face) -> tuple[Embedded, str]:
        """A font that holds the character, and what to draw: the character itself, or 〓 where no font has it.

        Raises JianwenError where the machine has no Chinese font at all.
        """
        for sign in (char, MISSING):
            for file in self.look(face):
                if _glyph(file, sign):
                    embedded = self.fonts.setdefault(file, Embedded(file, f"F{len(self.fonts) + 1}"))
                    embedded.used.add(sign)
                    return embedded, sign
        raise JianwenError(
            "这台电脑上没有可以放进 PDF 的中文字体。请安装一种（Windows 自带的仿宋、宋体即可；"
            "Linux 可装 fonts-noto-cjk），或改为导出 Word 文件。"
        )


@dataclass(frozen=True)
class Subset:
    """A font cut to the characters used, as a PDF wants it.

    cff: whether `program` is a bare CFF table rather than a TrueType file. glyphs: number of each character's glyph.
    Widths and `extents` (ascent, descent) are in thousandths of the em.
    """

    name: str
    cff: bool
    program: bytes
    glyphs: dict[str, int]
    widths: dict[int, int]
    extents: tuple[int, int]


def subset(embedded: Embedded) -> Subset:
    import uharfbuzz as hb

    wanted = hb.SubsetInput()
    wanted.sets(hb.SubsetInputSets.UNICODE).update(map(ord, embedded.used))
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.CFF_IDENTITY_CHARSET
    whole = _font(embedded.file).face
    face = hb.subset(whole, wanted)
    font = hb.Font(face)
    glyphs = {char: font.get_nominal_glyph(ord(char)) for char in sorted(embedded.used)}
    scale = 1000 / face.upem
    widths = {glyph: round(font.get_glyph_h_advance(glyph) * scale) for glyph in glyphs.values()}
    extents = font.get_font_extents("ltr")
    cff = "CFF " in face.table_tags
    return Subset(
        name=whole.get_name(hb.OTNameIdPredefined.POSTSCRIPT_NAME) or embedded.key,
        cff=cff,
        program=(face.reference_table("CFF ") if cff else face.blob).data,
        glyphs=glyphs,
        widths=widths,
        extents=(round(extents.ascender * scale), round(extents.descender * scale)),
    )


@cache
def _font(file: FontFile) -> Any:
    import uharfbuzz as hb

    return hb.Font(hb.Face(hb.Blob.from_file_path(str(file.path)), file.index))


@cache
def _fonts_for(face: Face) -> list[FontFile]:
    """Where to look for a character of the face; the Chinese faces stand behind the Latin one."""
    return list(dict.fromkeys([*candidates(face), *candidates(Face.SONG), *candidates(Face.HEADING)]))


@cache
def _glyph(file: FontFile, char: str) -> int:
    """0 where the font has no glyph for it."""
    return int(_font(file).get_nominal_glyph(ord(char)) or 0)
