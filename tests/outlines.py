"""Chinese type as outlines, as programs export it that keep no text: for pages of tests. Needs Qt's application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.ofd_writer import MM
from tests.pdf_writer import Text

Step = tuple[str, tuple[tuple[float, float], ...]]  # M, L or B (a cubic curve), and its points from the top left


def outline(text: Text) -> list[list[Step]]:
    """The glyphs of a line, one by one, in points."""
    from PySide6.QtGui import QFont, QFontDatabase, QPainterPath

    font = QFont(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese)[0])
    font.setPixelSize(100)
    glyphs = []
    for char, (x0, y0, _, _) in text.glyphs():
        path = QPainterPath()
        path.addText(0, 88, font, char)
        scale = text.size / 100
        places = [path.elementAt(n) for n in range(path.elementCount())]
        glyphs.append(list(_steps([(e.type.name, (x0 + e.x * scale, y0 + e.y * scale)) for e in places])))
    return glyphs


def _steps(elements: Sequence[tuple[str, tuple[float, float]]]) -> Iterator[Step]:
    for at, (kind, place) in enumerate(elements):
        if kind == "CurveToElement":
            yield "B", (place, elements[at + 1][1], elements[at + 2][1])
        elif kind != "CurveToDataElement":
            yield ("M" if kind == "MoveToElement" else "L"), (place,)


def ofd_paths(texts: Sequence[Text]) -> str:
    """Path objects of an OFD page, a glyph each."""
    return "".join(
        f'<ofd:PathObject ID="{n}" Boundary="0 0 210 297" Fill="true" Stroke="false"><ofd:AbbreviatedData>'
        + " ".join(" ".join([name, *(f"{x * MM:.4f} {y * MM:.4f}" for x, y in places)]) for name, places in glyph)
        + "</ofd:AbbreviatedData></ofd:PathObject>"
        for n, glyph in enumerate((glyph for text in texts for glyph in outline(text)), start=100)
    )


def pdf_paths(texts: Sequence[Text], height: float) -> str:
    """The content of a PDF page, a glyph each."""
    names = {"M": "m", "L": "l", "B": "c"}
    return "\n".join(
        " ".join(" ".join([*(f"{x:.3f} {height - y:.3f}" for x, y in places), names[name]]) for name, places in glyph)
        + " f*"
        for text in texts
        for glyph in outline(text)
    )
