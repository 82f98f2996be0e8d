"""OFD, the Chinese fixed-layout format (GB/T 33190-2016): lines with places, page by page, as from a PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from rag.errors import JianwenError
from rag.readers.kinds import ZIP, head, mistaken
from rag.readers.ofd_page import MM, Drawn, TooManyObjects, Walker, child, children, numbers
from rag.readers.package import DAMAGE, damaged
from rag.readers.segments import page_lines
from rag.readers.source import Source
from rag.types import Page

MOST_PAGES = 2000
LONGEST_SIDE = 14400.0  # points, as for PDF
_KIND = "OFD 文件"
_A4 = (0.0, 0.0, 210.0, 297.0)  # millimetres
_PICTURED = 0.2  # share of a page under pictures, from which it is one
_OUTLINES = 20  # bent paths: so many are characters drawn as shapes
_UNREADABLE = 0.3  # share of characters without a meaning, from which a page is unreadable


@contextmanager
def _parsing(name: str) -> Iterator[None]:
    """What goes wrong in a file's structure is the file's fault."""
    from ofdkit import OFDError

    try:
        yield
    except (OFDError, RecursionError, *DAMAGE) as error:
        raise damaged(name, _KIND) from error


@dataclass(slots=True)
class _Document:
    """One DocBody: where its parts are."""

    box: tuple[float, ...]
    templates: dict[str, str] = field(default_factory=dict)
    units: dict[str, Element] = field(default_factory=dict)
    bold: set[str] = field(default_factory=set)  # ids of heavy fonts


class OfdSource:
    """See `rag.readers.source.Source`."""

    def __init__(self, package: Any, name: str) -> None:
        self._package = package
        self._name = name
        self._pages: list[tuple[_Document, str | None]] = []
        self.properties_date = ""
        with _parsing(name):
            entry = package.find("OFD.xml")
            if entry is None:
                raise damaged(name, _KIND)
            root = package.read_xml(entry)
            if child(root, "Encryptions") is not None or package.find("Encryptions.xml"):
                raise JianwenError(f"“{name}”是加密的 OFD 文件，不能读取。请用阅读软件打开，另存为不加密的文件或 PDF。")
            for body in children(root, "DocBody"):
                self._body(entry, body)

    @property
    def pages(self) -> int:
        return len(self._pages)

    def _body(self, entry: str, body: Element) -> None:
        self.properties_date = self.properties_date or _day(child(body, "DocInfo", "CreationDate"))
        place = self._package.resolve(entry, _said(child(body, "DocRoot")))
        if place is None:
            return
        root = self._package.read_xml(place)
        common = child(root, "CommonData")
        made = _Document(_physical(child(common, "PageArea")) or _A4)
        for template in children(common, "TemplatePage"):
            found = self._package.resolve(place, template.get("BaseLoc"))
            if found is not None:
                made.templates[(template.get("ID") or "").strip()] = found
        for name in ("PublicRes", "DocumentRes"):
            for resource in children(common, name):
                self._resources(place, resource, made.units, made.bold)
        for page in children(child(root, "Pages"), "Page"):
            self._pages.append((made, self._package.resolve(place, page.get("BaseLoc"))))

    def _resources(self, base: str, said: Element, units: dict[str, Element], bold: set[str]) -> None:
        found = self._package.resolve(base, said.text)
        if found is None:
            return
        root = self._package.read_xml(found)
        for unit in children(child(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
            units.setdefault((unit.get("ID") or "").strip(), unit)
        for font in children(child(root, "Fonts"), "Font"):
            names = f"{font.get('FontName')} {font.get('FamilyName')}"
            if font.get("Bold", "").strip().lower() in ("true", "1") or "Bold" in names or "黑体" in names:
                bold.add((font.get("ID") or "").strip())

    def page(self, number: int) -> Page:
        document, place = self._pages[number - 1]
        if place is None:
            raise JianwenError(f"“{self._name}”第 {number} 页的内容缺失，无法读取。请重新获取该文件。")
        with _parsing(self._name):
            return self._read(document, place, number)

    def _read(self, document: _Document, place: str, number: int) -> Page:
        root = self._package.read_xml(place)
        x, y, width, height = _physical(child(root, "Area")) or document.box
        if not (0 < width * MM <= LONGEST_SIDE and 0 < height * MM <= LONGEST_SIDE):
            raise JianwenError(f"“{self._name}”第 {number} 页的页面尺寸不正常，无法读取。请用原软件重新导出。")
        units, bold = dict(document.units), set(document.bold)
        for resource in children(root, "PageRes"):
            self._resources(place, resource, units, bold)
        drawn = Drawn(number)
        walker = Walker(drawn, (x, y), units, bold)
        try:
            for template in children(root, "Template"):
                found = document.templates.get((template.get("TemplateID") or "").strip())
                if found is not None:
                    walker.layers(child(self._package.read_xml(found), "Content"))
            walker.layers(child(root, "Content"))
        except TooManyObjects as error:
            raise JianwenError(f"“{self._name}”第 {number} 页的内容多得不正常，未读取。请用原软件重新导出。") from error
        size = width * MM, height * MM
        self._check(drawn, number, size[0] * size[1])
        lines = page_lines(drawn.chars, number, *size, drawn.rules)
        return Page(number, lines, *size, tuple(drawn.rules), tuple(drawn.frames), tuple(drawn.pictures))

    def _check(self, drawn: Drawn, number: int, area: float) -> None:
        """Raises JianwenError when what the page shows is no text, or nonsense. An empty page is none of these."""
        remedy = "请用阅读软件另存为 PDF（或打印成 PDF）后再添加。"
        pictured = sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in drawn.pictures) > _PICTURED * area
        if not drawn.chars and (pictured or drawn.curves >= _OUTLINES):
            kind = "图片" if pictured else "画成图形的笔画"
            raise JianwenError(f"“{self._name}”第 {number} 页没有文字，内容是{kind}，不能直接读取。{remedy}")
        unknown = sum("\ue000" <= c.text <= "\uf8ff" or c.text == "\ufffd" for c in drawn.chars)
        if unknown > _UNREADABLE * len(drawn.chars):
            raise JianwenError(f"“{self._name}”第 {number} 页的文字无法还原（字体缺少对照表）。{remedy}")

    def close(self) -> None:
        self._package.close()


def open(path: Path, password: str | None = None) -> Source:  # noqa: ARG001 — encrypted ones are not supported
    """An OFD file; pages come as segments with boxes, in points from the top left.

    Raises JianwenError when it is empty, damaged, encrypted, of another kind, or too long; OSError.
    """
    from ofdkit.package import Package

    start, name = head(path), path.name
    if not start:
        raise JianwenError(f"“{name}”是空文件（0 字节）。请重新获取该文件。")
    if not start.startswith(ZIP) and (problem := mistaken(name, start)):
        raise JianwenError(problem)
    with _parsing(name):
        package = Package(path)
    try:
        source = OfdSource(package, name)
        if not source.pages:
            raise damaged(name, _KIND)
        if source.pages > MOST_PAGES:
            raise JianwenError(f"“{name}”有 {source.pages} 页，超过 {MOST_PAGES} 页的上限。请拆分后再添加。")
    except BaseException:
        package.close()
        raise
    return source


def _said(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _physical(area: Element | None) -> tuple[float, ...] | None:
    return numbers(_said(child(area, "PhysicalBox")), 4)


def _day(element: Element | None) -> str:
    try:
        return dt.date.fromisoformat(_said(element)[:10]).isoformat()
    except ValueError:
        return ""
