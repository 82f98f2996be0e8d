"""OFD, the Chinese fixed-layout format (GB/T 33190-2016): lines with places, page by page, as from a PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from rag.errors import JianwenError
from rag.readers.kinds import ZIP, head, mistaken
from rag.readers.ofd_page import MM, Drawn, Resources, TooManyObjects, Walker, child, children, numbers
from rag.readers.package import DAMAGE, damaged
from rag.readers.sanity import is_scan, sane
from rag.readers.segments import Char, page_lines
from rag.readers.source import Source
from rag.types import Box, Page

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
    resources: Resources = field(default_factory=Resources)


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
                made.templates[_id(template)] = found
        for name in ("PublicRes", "DocumentRes"):
            for resource in children(common, name):
                self._resources(place, resource, made.resources)
        for page in children(child(root, "Pages"), "Page"):
            self._pages.append((made, self._package.resolve(place, page.get("BaseLoc"))))

    def _resources(self, base: str, said: Element, into: Resources) -> None:
        found = self._package.resolve(base, said.text)
        if found is None:
            return
        root = self._package.read_xml(found)
        for unit in children(child(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
            into.units.setdefault(_id(unit), unit)
        for defaults in children(child(root, "DrawParams"), "DrawParam"):
            into.defaults.setdefault(_id(defaults), defaults)
        for font in children(child(root, "Fonts"), "Font"):
            names = f"{font.get('FontName')} {font.get('FamilyName')}"
            if font.get("Bold", "").strip().lower() in ("true", "1") or "Bold" in names or "黑体" in names:
                into.bold.add(_id(font))
        for medium in children(child(root, "MultiMedias"), "MultiMedia"):
            name = _said(child(medium, "MediaFile"))
            place = self._package.resolve(found, f"{root.get('BaseLoc', '').strip()}/{name}".lstrip("/"))
            if place is None:
                place = self._package.resolve(found, name)
            if place is not None:
                into.media.setdefault(_id(medium), place)

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
        resources = document.resources.copy()
        for resource in children(root, "PageRes"):
            self._resources(place, resource, resources)
        drawn = Drawn(number)
        walker = Walker(drawn, (x, y), resources)
        try:
            for template in children(root, "Template"):
                found = document.templates.get((template.get("TemplateID") or "").strip())
                if found is not None:
                    walker.layers(child(self._package.read_xml(found), "Content"))
            walker.layers(child(root, "Content"))
        except TooManyObjects as error:
            raise JianwenError(f"“{self._name}”第 {number} 页的内容多得不正常，未读取。请用原软件重新导出。") from error
        size = width * MM, height * MM
        if _is_picture(drawn, size[0] * size[1]):
            return self._recognised(drawn, resources, *size)
        unknown = sum("\ue000" <= c.text <= "\uf8ff" or c.text == "\ufffd" for c in drawn.chars)
        if unknown > _UNREADABLE * len(drawn.chars):
            raise JianwenError(
                f"“{self._name}”第 {number} 页的文字无法还原（字体缺少对照表）。"
                "请用阅读软件另存为 PDF（或打印成 PDF）后再添加。"
            )
        lines = page_lines(drawn.chars, number, *size, drawn.rules)
        return Page(number, lines, *size, tuple(drawn.rules), tuple(drawn.frames), tuple(drawn.pictures))

    def _recognised(self, drawn: Drawn, resources: Resources, width: float, height: float) -> Page:
        """The page drawn and read as a picture; sound text that stands where nothing was recognised is kept."""
        from rag.readers.ocr import RESOLUTION, read_picture
        from rag.readers.ofd_picture import NoPicture, painted

        try:
            picture = painted(drawn.drawings, (width, height), RESOLUTION, lambda name: self._medium(resources, name))
        except NoPicture as error:
            raise JianwenError(
                f"“{self._name}”第 {drawn.page} 页是图片，但图片缺失、已损坏或格式不能识别。"
                "请用阅读软件另存为 PDF（或打印成 PDF）后再添加。"
            ) from error
        read = read_picture(picture, drawn.page, width / picture.shape[1])
        own = drawn.chars if sane("".join(char.text for char in drawn.chars)) else []
        beside = [char for char in own if not any(_within(char, line.box) for line in read.lines)]
        lines = (*read.lines, *page_lines(beside, drawn.page, width, height))
        return replace(read, lines=lines, width=width, height=height)

    def _medium(self, resources: Resources, name: str) -> bytes | None:
        place = resources.media.get(name)
        return None if place is None else self._package.read(place)

    def close(self) -> None:
        self._package.close()


def _is_picture(drawn: Drawn, area: float) -> bool:
    """Whether the page is to be recognised: text in pictures or outlines only, or an unsound layer over a scan."""
    pictured = sum((box.x1 - box.x0) * (box.y1 - box.y0) for box in drawn.pictures) / area
    if not drawn.chars:
        return pictured > _PICTURED or drawn.curves >= _OUTLINES
    return is_scan("".join(char.text for char in drawn.chars), pictured, drawn.curves)


def _within(char: Char, box: Box | None) -> bool:
    x, y = (char.x0 + char.x1) / 2, (char.y0 + char.y1) / 2
    return box is not None and box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


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


def _id(element: Element) -> str:
    return (element.get("ID") or "").strip()


def _said(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _physical(area: Element | None) -> tuple[float, ...] | None:
    return numbers(_said(child(area, "PhysicalBox")), 4)


def _day(element: Element | None) -> str:
    try:
        return dt.date.fromisoformat(_said(element)[:10]).isoformat()
    except ValueError:
        return ""
