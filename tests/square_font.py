"""A TrueType font whose every glyph is a square ring: what is printed with it looks the same on every machine.

Written by hand after the TrueType reference; only the tables that a CIDFontType2 in a PDF needs.
"""

from __future__ import annotations

import struct
import zlib

EM = 1000
LEFT, BOTTOM, RIGHT, TOP = 60, -70, 940, 830  # of the ring, in the em; the baseline is at 0
_STROKE = 120


def _glyph(width: int) -> bytes:
    """A ring in a cell `width` wide: two contours, the inner one turned the other way."""
    left, right = LEFT * width // EM, RIGHT * width // EM
    inner = (left + _STROKE // 2, BOTTOM + _STROKE, right - _STROKE // 2, TOP - _STROKE)
    outer_points = [(left, BOTTOM), (left, TOP), (right, TOP), (right, BOTTOM)]
    inner_points = [(inner[0], inner[1]), (inner[2], inner[1]), (inner[2], inner[3]), (inner[0], inner[3])]
    points = outer_points + inner_points
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip([(0, 0), *points], points, strict=False)]
    head = struct.pack(">hhhhh", 2, left, BOTTOM, right, TOP)
    ends = struct.pack(">HHH", 3, 7, 0)
    flags = b"\x01" * 8
    xs = b"".join(struct.pack(">h", x) for x, _ in steps)
    ys = b"".join(struct.pack(">h", y) for _, y in steps)
    data = head + ends + flags + xs + ys
    return data + b"\0" * (-len(data) % 4)


def true_type() -> bytes:
    """Glyph 0 is empty, glyph 1 a full-width ring, glyph 2 a half-width one."""
    full, half = _glyph(EM), _glyph(EM // 2)
    tables = {
        b"glyf": full + half,
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, EM, 0, 0, 0, BOTTOM, EM, TOP, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 880, -120, 0, EM, 0, 0, EM, 1, 0, 0, 0, 0, 0, 0, 0, 3),
        b"hmtx": struct.pack(">HhHhHh", EM, 0, EM, LEFT, EM // 2, LEFT // 2),
        b"loca": struct.pack(">IIII", 0, 0, len(full), len(full) + len(half)),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, 3, 8, 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    offset = 12 + 16 * len(tables)
    directory, body = struct.pack(">IHHHH", 0x10000, len(tables), 64, 2, 32), b""
    for tag, data in sorted(tables.items()):
        directory += tag + struct.pack(">III", _sum(data), offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return directory + body


def _sum(data: bytes) -> int:
    data += b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(data) // 4}I", data)
    return sum(words) & 0xFFFFFFFF


def glyph_map() -> bytes:
    """A compressed CIDToGIDMap: ASCII to the half-width ring, everything else to the full-width one."""
    return zlib.compress(struct.pack(">H", 2) * 0x80 + struct.pack(">H", 1) * (0x10000 - 0x80))


def to_unicode() -> bytes:
    """A ToUnicode CMap for codes that are UTF-16 already."""
    blocks = "\n".join(f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(100))
    more = "\n".join(f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(100, 200))
    rest = "\n".join(f"<{high:02x}00> <{high:02x}ff> <{high:02x}00>" for high in range(200, 256))
    parts = "".join(f"{len(b.splitlines())} beginbfrange\n{b}\nendbfrange\n" for b in (blocks, more, rest))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Own def /CMapType 2 def\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{parts}endcmap end end\n"
    ).encode()
