"""PDFium's functions about one page, asked for all characters or shapes at once. The only heavy library is pypdfium2.

A page has thousands of characters and half a dozen questions about each; through the wrappers of `pypdfium2.raw` every
answer costs a conversion of each argument and of the result. The same functions are called here with plain integers,
in loops that run in C (`map`), and write into arrays that are read out once.
"""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import repeat
from typing import Any

_Call = Callable[..., Any]


@cache
def _call(name: str, result: Any, *arguments: Any) -> _Call:
    """PDFium's function `name`. PYFUNCTYPE: giving up the interpreter's lock for so short a call costs more than it."""
    import pypdfium2.raw as pdfium

    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    assert address is not None
    made: _Call = ctypes.PYFUNCTYPE(result, *arguments)(address)
    return made


def _of_char(name: str, result: Any, *places: Any) -> _Call:
    return _call(name, result, ctypes.c_void_p, ctypes.c_int, *places)


def address_of(handle: Any) -> int:
    """A handle of `pypdfium2.raw` as the integer that the functions here take."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _each(calls: Iterable[Any]) -> None:
    """Make all `calls` for what they write."""
    deque(calls, maxlen=0)


class CharTable:
    """What PDFium says of every character of a text page, in lists by index."""

    def __init__(self, text_page: int) -> None:
        self.count = count = max(0, _call("FPDFText_CountChars", ctypes.c_int, ctypes.c_void_p)(text_page))
        every = repeat(text_page), range(count)
        self.codes: list[int] = list(map(_of_char("FPDFText_GetUnicode", ctypes.c_uint), *every))
        self.generated: list[int] = list(map(_of_char("FPDFText_IsGenerated", ctypes.c_int), *every))
        self.objects: list[int | None] = list(map(_of_char("FPDFText_GetTextObject", ctypes.c_void_p), *every))
        self._every = every

    def loose_boxes(self) -> Iterator[tuple[float, float, float, float]]:
        """(left, top, right, bottom) of each, in the page's own space."""
        buffer = ctypes.create_string_buffer(16 * self.count)
        start = ctypes.addressof(buffer)
        call = _of_char("FPDFText_GetLooseCharBox", ctypes.c_int, ctypes.c_void_p)
        _each(map(call, *self._every, range(start, start + 16 * self.count, 16)))
        return struct.iter_unpack("4f", buffer)

    def origins(self) -> Iterator[tuple[float, float]]:
        """(x, y) of each, in the page's own space."""
        buffer = ctypes.create_string_buffer(16 * self.count)
        start, end = ctypes.addressof(buffer), ctypes.addressof(buffer) + 16 * self.count
        call = _of_char("FPDFText_GetCharOrigin", ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        _each(map(call, *self._every, range(start, end, 16), range(start + 8, end + 8, 16)))
        return struct.iter_unpack("2d", buffer)


def kinds_of_objects(page: int) -> list[int]:
    """The kind (FPDF_PAGEOBJ_…) of each of the page's own objects, in the order they are drawn."""
    count = max(0, _call("FPDFPage_CountObjects", ctypes.c_int, ctypes.c_void_p)(page))
    of_page = _call("FPDFPage_GetObject", ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
    kind_of = _call("FPDFPageObj_GetType", ctypes.c_int, ctypes.c_void_p)
    return list(map(kind_of, map(of_page, repeat(page), range(count))))
