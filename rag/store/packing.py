"""Pages and parts of readings as bytes: their fields in order, as deflated JSON. For pipes to workers and the spool.

No pickle: what lies in a file, or comes from a process that reads foreign files, must not be able to run code.
"""

from __future__ import annotations

import datetime as dt
import json
import types
import typing
import zlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeVar

from rag.store.reading_parts import Part
from rag.types import Page

T = TypeVar("T", Page, Part)
_LEVEL: Final = 1  # of deflation: on such text a third of the size for a tenth of the time of level 9


def pack(value: Page | Part) -> bytes:
    """`value` as bytes that `unpack` turns back into an equal one."""
    text = json.dumps(value, default=_fields_of, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode("utf-8", "surrogatepass"), _LEVEL)


def unpack(kind: type[T], data: bytes) -> T:
    """The value that was packed. Raises ValueError when the bytes are not those of one."""
    hint: Any = kind
    try:
        plain = json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass"))
        made: T = _builder(hint)(plain)
        return made
    except (zlib.error, TypeError, KeyError, RecursionError) as error:
        raise ValueError(f"not a packed {kind.__name__}") from error


@cache
def recipe() -> str:
    """Changes when the form of a packed page does."""
    return f"{zlib.crc32(repr(_shape(Page)).encode()):08x}"


def _fields_of(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    kind: Any = type(value)
    return _getter(kind)(value)


@cache
def _getter(kind: Any) -> Callable[[Any], Any]:
    names = [field.name for field in fields(kind)]
    return attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _builder(hint: Any) -> Callable[[Any], Any]:
    """What makes a value of type `hint` out of plain JSON."""
    if isinstance(hint, types.UnionType):
        (inner,) = (_builder(option) for option in typing.get_args(hint) if option is not type(None))
        return inner if inner is _as_it_is else lambda value: None if value is None else inner(value)
    if typing.get_origin(hint) is tuple:
        each = _builder(typing.get_args(hint)[0])
        return tuple if each is _as_it_is else lambda values: tuple(map(each, values))
    if isinstance(hint, type):
        if is_dataclass(hint):
            parts = [_builder(inner) for inner in _hints(hint)]
            return lambda values: hint(*[part(value) for part, value in zip(parts, values, strict=True)])
        if issubclass(hint, Enum):
            return hint
        if issubclass(hint, dt.date):
            return dt.date.fromisoformat
    return _as_it_is


def _hints(kind: type[Any]) -> list[Any]:
    hints = typing.get_type_hints(kind)
    return [hints[field.name] for field in fields(kind)]


def _shape(hint: Any) -> Any:
    """The names and types of all fields below `hint`."""
    if is_dataclass(hint) and isinstance(hint, type):
        return [(field.name, _shape(inner)) for field, inner in zip(fields(hint), _hints(hint), strict=True)]
    inner = typing.get_args(hint)
    return [_shape(one) for one in inner] if inner else repr(hint)
