"""Pages of a PDF that draw forms (XObjects) within forms without end, seen before PDFium begins to draw them.

PDFium stops at a depth of some forty, which two calls in each form turn into more objects than any memory holds. How
often a form is drawn is counted from the forms' dictionaries and their calls, to that depth. Only forms whose
dictionaries may lead to other forms are looked at, found in the bytes of the file: streams stand there in the open.
"""

from __future__ import annotations

import mmap
import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

MOST_DRAWN: Final = 100_000  # forms, by one form; a full newspaper page draws some hundred
_DEPTH: Final = 40  # to which PDFium follows forms
_LONGEST_DICTIONARY: Final = 1 << 14  # bytes
_FORM: Final = re.compile(rb"/Subtype\s*/Form\b")
_OBJECT: Final = re.compile(rb"(\d{1,9})\s+\d{1,5}\s+obj\Z")
_LEADS_ON: Final = re.compile(rb"/XObject\s*(?:<<|\d)|/Resources\s+\d")
_CALL: Final = re.compile(rb"/([^\s/<>\[\](){}%]+)\s+Do\b")

Calls = Mapping[int, Mapping[int, int]]  # form → the forms it draws → how often


def endless_pages(path: Path, password: str | None = None) -> frozenset[int]:
    """The numbers of the pages (from 1) that draw more than `MOST_DRAWN` forms by one form. Empty where the file is too
    damaged to tell. Raises OSError."""
    numbers = _candidates(path)
    if not numbers:
        return frozenset()
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser

    with path.open("rb") as file:
        try:
            document = PDFDocument(PDFParser(file), password or "")
        except _damage():
            return frozenset()
        endless = endless_forms(_calls(document, numbers))
        return _drawing(document, endless) if endless else frozenset()


def endless_forms(calls: Calls) -> frozenset[int]:
    """The forms by which more than `MOST_DRAWN` are drawn, at most `_DEPTH` within one another. Pure."""
    drawn = dict.fromkeys(calls, 1)
    for _ in range(_DEPTH):
        drawn = {
            form: min(1 + sum(times * drawn.get(child, 1) for child, times in children.items()), MOST_DRAWN + 1)
            for form, children in calls.items()
        }
    return frozenset(form for form, times in drawn.items() if times > MOST_DRAWN)


def _candidates(path: Path) -> list[int]:
    """Object numbers of the forms that may draw others."""
    numbers: list[int] = []
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for mark in _FORM.finditer(data):
            start = data.rfind(b"obj", max(0, mark.start() - _LONGEST_DICTIONARY), mark.start()) + 3
            end = data.find(b"stream", mark.end(), mark.end() + _LONGEST_DICTIONARY)
            head = _OBJECT.search(data[max(0, start - 24) : start])
            if head and end >= 0 and _LEADS_ON.search(data[start:end]):
                numbers.append(int(head[1]))
    return numbers


def _calls(document: Any, numbers: Iterable[int]) -> dict[int, dict[int, int]]:
    from pdfminer.pdftypes import PDFStream

    calls: dict[int, dict[int, int]] = {}
    for number in numbers:
        try:
            stream = document.getobj(number)
            children = _forms_in(stream.get("Resources")) if isinstance(stream, PDFStream) else {}
            said = [name.decode("latin-1") for name in _CALL.findall(stream.get_data())] if children else []
        except _damage():  # a form that cannot be read draws nothing
            children, said = {}, []
        calls[number] = {child: said.count(name) for name, child in children.items()}
    return calls


def _forms_in(resources: Any) -> dict[str, int]:
    """The object number of each XObject in a dictionary of resources, by its name."""
    from pdfminer.pdftypes import PDFObjRef, resolve1

    held = resolve1(resources)
    named = resolve1(held.get("XObject")) if isinstance(held, dict) else None
    if not isinstance(named, dict):
        return {}
    return {name: value.objid for name, value in named.items() if isinstance(value, PDFObjRef)}


def _damage() -> tuple[type[Exception], ...]:
    """What pdfminer raises over damaged files, by intention or not; PDFium mends more of them."""
    from pdfminer.psexceptions import PSException

    return (PSException, ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError,
            RecursionError, struct.error, zlib.error)  # fmt: skip


def _drawing(document: Any, forms: frozenset[int]) -> frozenset[int]:
    from pdfminer.pdfpage import PDFPage

    found: set[int] = set()
    try:
        for number, page in enumerate(PDFPage.create_pages(document), start=1):
            if forms.intersection(_forms_in(page.resources).values()):
                found.add(number)
    except _damage():
        return frozenset(found)
    return frozenset(found)
