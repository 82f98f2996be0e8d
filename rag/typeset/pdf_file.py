"""A layout as a PDF: every character where `rag.typeset.setting` put it, its fonts embedded, its text selectable."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rag.typeset import form
from rag.typeset.cutting import Glyph
from rag.typeset.embedding import Embedded, FontBook, Subset, subset
from rag.typeset.form import Face
from rag.typeset.setting import Layout, Rule, SetLine

_SYMBOLIC = 4  # font descriptor flag: more than the standard Latin glyphs
_STRETCHED = "—"  # drawn as wide as its cell: two of them make one unbroken dash


def pdf_bytes(layout: Layout, title: str, book: FontBook | None = None) -> bytes:
    """The file. Raises JianwenError where this machine has no Chinese font to embed."""
    import pydyf

    book = book or FontBook()
    pages = [_Page(number, book) for number in range(1, layout.pages + 1)]
    for line in layout.lines:
        pages[line.page - 1].line(line)
    for page in pages:
        page.line(_page_number(page.number))
    for rule in layout.rules:
        pages[rule.page - 1].rule(rule)
    file = pydyf.PDF()
    subsets = {font.key: subset(font) for font in book.fonts.values()}
    fonts = pydyf.Dictionary({key: _font_object(file, one) for key, one in subsets.items()})
    file.add_object(fonts)
    for page in pages:
        content = pydyf.Stream(page.operators(subsets), compress=True)
        file.add_object(content)
        file.add_page(
            pydyf.Dictionary(
                {
                    "Type": "/Page",
                    "Parent": file.pages.reference,
                    "Contents": content.reference,
                    "MediaBox": pydyf.Array([0, 0, form.WIDTH, form.HEIGHT]),
                    "Resources": pydyf.Dictionary({"Font": fonts.reference}),
                }
            )
        )
    file.info["Title"] = pydyf.String(title)
    file.info["Producer"] = pydyf.String("Jianwen")
    file.catalog["Lang"] = pydyf.String("zh-CN")
    out = io.BytesIO()
    file.write(out, version=b"1.7", compress=True)
    return out.getvalue()


def _page_number(number: int) -> SetLine:
    """— 1 — below the text: right on odd pages, left on even ones, one character from the margin."""
    from rag.typeset.blocks import Run

    size = form.PAGE_NUMBER_SIZE
    style = form.Style("页码", Face.SONG, size, size)
    run = Run("", Face.SONG)
    text = f"— {number} —"
    widths = [size if char == "—" else size / 2 for char in text]
    x = form.LEFT + size if number % 2 == 0 else form.LEFT + form.TEXT_WIDTH - size - sum(widths)
    glyphs = []
    for char, width in zip(text, widths, strict=True):
        glyphs.append(Glyph(char, x, width, run, False))
        x += width
    return SetLine(number, form.HEIGHT - form.FOOTER - size, style, tuple(glyphs))


class _Page:
    """Collects what is drawn on one page; font numbers of glyphs are known only once every page is collected."""

    def __init__(self, number: int, book: FontBook) -> None:
        self.number, self.book = number, book
        self.drawn: list[tuple[Embedded, str, Glyph, float, float, str]] = []
        self.rules: list[Rule] = []

    def line(self, line: SetLine) -> None:
        for glyph in line.glyphs:
            face = Face.LATIN if glyph.latin else glyph.run.face or line.style.face
            font, sign = self.book.choose(glyph.char, face)
            size = glyph.run.size(line.style)
            baseline = form.HEIGHT - line.baseline + (form.MARK_RISE if glyph.run.raised else 0.0)
            self.drawn.append((font, sign, glyph, size, baseline, line.style.colour))

    def rule(self, rule: Rule) -> None:
        self.rules.append(rule)

    def operators(self, subsets: dict[str, Subset]) -> list[str]:
        out = ["BT"]
        alike = groupby(self.drawn, lambda one: (one[0].key, one[3], round(one[4], 3), one[5]))
        for (key, size, baseline, colour), group in alike:
            out.append(f"{_rgb(colour)} rg /{key} {size:g} Tf")
            out.extend(_shown([(one[1], one[2]) for one in group], subsets[key], size, baseline))
        out.append("ET")
        for rule in self.rules:
            ends = f"{rule.x0:.3f} {form.HEIGHT - rule.y0:.3f} m {rule.x1:.3f} {form.HEIGHT - rule.y1:.3f} l"
            out.append(f"{_rgb(rule.colour)} RG {rule.thickness:g} w {ends} S")
        return out


def _shown(glyphs: Sequence[tuple[str, Glyph]], font: Subset, size: float, y: float) -> Iterator[str]:
    """The operators that draw neighbours of one font: in one go, but for the stretched ones."""
    for stretched, group in groupby(glyphs, lambda one: one[0] == _STRETCHED):
        members = list(group)
        if not stretched:
            yield f"1 0 0 1 {members[0][1].x:.3f} {y:.3f} Tm [{_spread(members, font, size)}] TJ"
            continue
        code = font.glyphs[_STRETCHED]
        for _, glyph in members:
            stretch = glyph.width * 1000 / size / font.widths[code]
            yield f"{stretch:.4f} 0 0 1 {glyph.x:.3f} {y:.3f} Tm <{code:04x}> Tj"


def _spread(members: Sequence[tuple[str, Glyph]], font: Subset, size: float) -> str:
    """Glyph numbers, between them what they are moved by besides their own widths."""
    parts, at = [], members[0][1].x
    for sign, glyph in members:
        code = font.glyphs[sign]
        moved = round((at - glyph.x) * 1000 / size, 1)
        parts.append(f"{moved:g}<{code:04x}>" if moved else f"<{code:04x}>")
        at = glyph.x + font.widths[code] * size / 1000
    return "".join(parts)


def _rgb(colour: str) -> str:
    return " ".join(f"{int(colour[n : n + 2], 16) / 255:g}" for n in (0, 2, 4))


def _font_object(file: Any, font: Subset) -> bytes:
    """A composite font and all that belongs to it; how pages refer to it."""
    import pydyf

    kind = {"Subtype": "/CIDFontType0C"} if font.cff else {"Length1": len(font.program)}
    program = pydyf.Stream([font.program], extra=kind, compress=True)
    file.add_object(program)
    name = "/JIANWN+" + re.sub(r"[^A-Za-z0-9-]", "", font.name)
    ascent, descent = font.extents
    descriptor = pydyf.Dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": _SYMBOLIC,
            "FontBBox": pydyf.Array([0, descent, 1000, ascent]),
            "ItalicAngle": 0,
            "Ascent": ascent,
            "Descent": descent,
            "CapHeight": ascent,
            "StemV": 80,
            "FontFile3" if font.cff else "FontFile2": program.reference,
        }
    )
    file.add_object(descriptor)
    to_unicode = pydyf.Stream([_to_unicode(font)], compress=True)
    file.add_object(to_unicode)
    descendant = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType0" if font.cff else "/CIDFontType2",
            "BaseFont": name,
            "CIDSystemInfo": "<</Registry (Adobe)/Ordering (Identity)/Supplement 0>>",
            "FontDescriptor": descriptor.reference,
            "DW": 1000,
            "W": pydyf.Array([part for glyph, width in sorted(font.widths.items()) for part in (glyph, f"[{width}]")]),
        }
    )
    if not font.cff:
        descendant["CIDToGIDMap"] = "/Identity"
    file.add_object(descendant)
    whole = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": name,
            "Encoding": "/Identity-H",
            "DescendantFonts": pydyf.Array([descendant.reference]),
            "ToUnicode": to_unicode.reference,
        }
    )
    file.add_object(whole)
    return bytes(whole.reference)


def _to_unicode(font: Subset) -> str:
    """The CMap by which a reader copies text out of the file."""
    pairs = [f"<{glyph:04x}> <{char.encode('utf-16-be').hex()}>" for char, glyph in font.glyphs.items()]
    blocks = [pairs[n : n + 100] for n in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{body}\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
