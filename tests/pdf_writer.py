"""Small PDFs for tests, written by hand: Chinese text at given places, any stream order, /Rotate, crop box, RC4 locks.

Two kinds of fonts: "named" ones that are not embedded (STSong-Light and a bold SimHei with predefined CMaps), as in
many real papers; and "squares", embedded, every glyph a square ring, so that the ink is the same on every machine.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.square_font import glyph_map, to_unicode, true_type

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ID = b"0123456789abcdef"
ASCENT = 0.88  # of the em, above the baseline

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1 in points from the top left
Fonts = Literal["named", "squares", "unmapped"]  # unmapped: squares without ToUnicode


@dataclass(frozen=True)
class Text:
    """`x`, `top` in points from the top left of the unturned page; `top` is the top of the type.

    spacing: points added after each character. down: written downwards with a vertical CMap, one under another.
    """

    x: float
    top: float
    size: float
    text: str
    bold: bool = False
    spacing: float = 0.0
    down: bool = False

    def glyphs(self) -> Iterator[tuple[str, Rectangle]]:
        """Each character and its em box; ASCII is half as wide as it is high."""
        at = 0.0
        for char in self.text:
            if self.down:
                top = self.top + at
                yield char, (self.x, top, self.x + self.size, top + self.size)
                at += self.size + self.spacing
            else:
                width = self.size * (0.5 if char.isascii() else 1.0)
                yield char, (self.x + at, self.top, self.x + at + width, self.top + self.size)
                at += width + self.spacing

    def apart(self) -> list[Text]:
        """The same printing, each character on its own."""
        return [Text(x0, y0, self.size, char, self.bold) for char, (x0, y0, _, _) in self.glyphs() if char != " "]


@dataclass(frozen=True)
class Frame:
    """A rectangle: `tint` from 0 (black) to 1 (white), None for none; with or without a border."""

    box: Rectangle
    tint: float | None = None
    border: bool = True


@dataclass(frozen=True)
class Sheet:
    texts: Sequence[Text]
    width: float = 595.0
    height: float = 842.0
    rotate: int = 0
    media: str = ""  # replaces the media box
    crop: str = ""
    rules: Sequence[Rectangle] = ()  # straight lines from one corner to the other
    frames: Sequence[Frame] = ()
    pictures: Sequence[Rectangle] = ()
    drawing: str = ""  # operators that draw anything else
    upright: bool = False  # written sideways on a sheet of height × width that is shown turned: upright as shown

    def shown(self, box: Rectangle) -> Rectangle:
        """`box` on the page as it is shown: cropped, turned clockwise, from its top left."""
        x0, y0, x1, y1 = box
        width, height = self.width, self.height
        if self.crop and not self.upright:
            left, low, right, high = (float(v) for v in self.crop.strip("[]").split())
            x0, x1, y0, y1 = x0 - left, x1 - left, y0 - (height - high), y1 - (height - high)
            width, height = right - left, high - low
        match 0 if self.upright else self.rotate:
            case 90:
                return height - y1, x0, height - y0, x1
            case 180:
                return width - x1, height - y1, width - x0, height - y0
            case 270:
                return y0, width - x1, y1, width - x0
        return x0, y0, x1, y1


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _padded(password: str) -> bytes:
    return (password.encode() + _PAD)[:32]


class _Lock:
    """The standard security handler, revision 2 (40-bit RC4): PDF 1.4, 3.5.2."""

    def __init__(self, user: str, owner: str) -> None:
        self.owner_entry = _rc4(hashlib.md5(_padded(owner)).digest()[:5], _padded(user))
        permissions = (-44).to_bytes(4, "little", signed=True)
        self.key = hashlib.md5(_padded(user) + self.owner_entry + permissions + _ID).digest()[:5]
        self.user_entry = _rc4(self.key, _PAD)

    def stream(self, number: int, data: bytes) -> bytes:
        return _rc4(hashlib.md5(self.key + number.to_bytes(3, "little") + b"\0\0").digest()[:10], data)

    @property
    def dictionary(self) -> str:
        o, u = self.owner_entry.hex(), self.user_entry.hex()
        return f"<< /Filter /Standard /V 1 /R 2 /P -44 /O <{o}> /U <{u}> >>"


class _Codes:
    """How characters are written: as UTF-16, or, where nothing maps them back, numbered as they come."""

    def __init__(self, mapped: bool) -> None:
        self._mapped = mapped
        self._seen: dict[str, int] = {}

    def hex(self, text: str) -> str:
        if self._mapped:
            return text.encode("utf-16-be").hex()
        return "".join(f"{self._number(char):04x}" for char in text)

    def _number(self, char: str) -> int:
        if char.isascii():
            return 0x20 + ord(char) * 7 % 95
        return self._seen.setdefault(char, 0x80 + len(self._seen))


def _content(sheet: Sheet, codes: _Codes) -> bytes:
    parts = [f"0 1 -1 0 {sheet.height:.2f} 0 cm"] if sheet.upright else []
    for frame in sheet.frames:
        x0, y0, x1, y1 = frame.box
        path = f"{x0:.2f} {sheet.height - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re"
        if frame.tint is not None:
            parts.append(f"q {frame.tint} g {path} f Q")
        if frame.border:
            parts.append(f"q 0.6 w {path} S Q")
    for x0, y0, x1, y1 in sheet.rules:
        parts.append(f"q 0.5 w {x0:.2f} {sheet.height - y0:.2f} m {x1:.2f} {sheet.height - y1:.2f} l S Q")
    for x0, y0, x1, y1 in sheet.pictures:
        parts.append(f"q {x1 - x0:.2f} 0 0 {y1 - y0:.2f} {x0:.2f} {sheet.height - y1:.2f} cm /Im Do Q")
    parts.append(sheet.drawing)
    for text in sheet.texts:
        y = sheet.height - text.top - ASCENT * text.size
        x = text.x
        if text.down:  # the origin of a vertical glyph is the middle of its upper edge
            x, y = text.x + text.size / 2, sheet.height - text.top
        font = f"F{1 + text.bold + 2 * text.down}"
        spacing = f"{-text.spacing if text.down else text.spacing:.4f} Tc"
        parts.append(f"BT /{font} {text.size} Tf {spacing} 1 0 0 1 {x:.4f} {y:.4f} Tm <{codes.hex(text.text)}> Tj ET")
    return "\n".join(parts).encode()


class _Objects:
    """The numbered objects of a file; streams are locked as they come in."""

    def __init__(self, lock: _Lock | None) -> None:
        self.held: dict[int, bytes] = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
        self.lock = lock
        self._next = 3

    def add(self, body: str) -> int:
        number = self._next
        self._next += 1
        self.held[number] = body.encode()
        return number

    def stream(self, dictionary: str, data: bytes) -> int:
        number = self.add("")
        if self.lock:
            data = self.lock.stream(number, data)
        self.held[number] = f"<< {dictionary} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"
        return number

    def string(self, text: str) -> str:
        """A string of the object that is added next; strings have to be locked too."""
        data = text.encode()
        return f"<{(self.lock.stream(self._next, data) if self.lock else data).hex()}>"


def _named(objects: _Objects, name: str, encoding: str, weight: int) -> int:
    descriptor = objects.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        f"/Ascent 880 /Descent -120 /CapHeight 880 /StemV {weight} >>"
    )
    info = f"<< /Registry {objects.string('Adobe')} /Ordering {objects.string('GB1')} /Supplement 2 >>"
    descendant = objects.add(
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{name} /FontDescriptor {descriptor} 0 R /DW 1000 "
        f"/W [1 95 500] /CIDSystemInfo {info} >>"
    )
    return objects.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /{encoding} /DescendantFonts [{descendant} 0 R] >>"
    )


def _squares(objects: _Objects, name: str, encoding: str, weight: int, mapped: bool) -> int:
    data = true_type()
    program = objects.stream(f"/Filter /FlateDecode /Length1 {len(data)}", zlib.compress(data))
    to_glyphs = objects.stream("/Filter /FlateDecode", glyph_map())
    unicode_map = objects.stream("", to_unicode()) if mapped else 0
    descriptor = objects.add(
        f"<< /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [0 -120 1000 880] /ItalicAngle 0 "
        f"/Ascent 880 /Descent -120 /CapHeight 880 /StemV {weight} /FontFile2 {program} 0 R >>"
    )
    info = f"<< /Registry {objects.string('Adobe')} /Ordering {objects.string('Identity')} /Supplement 0 >>"
    descendant = objects.add(
        f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /FontDescriptor {descriptor} 0 R /DW 1000 "
        f"/W [0 127 500] /CIDToGIDMap {to_glyphs} 0 R /CIDSystemInfo {info} >>"
    )
    mapping = f"/ToUnicode {unicode_map} 0 R" if mapped else ""
    return objects.add(
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /{encoding} {mapping} "
        f"/DescendantFonts [{descendant} 0 R] >>"
    )


def _fonts(objects: _Objects, kind: Fonts) -> str:
    """A font resource dictionary: F1 text, F2 bold, F3 text written downwards, F4 bold written downwards."""
    made = []
    for vertical in (False, True):
        for bold in (False, True):
            weight = 190 if bold else 93
            if kind == "named":
                encoding = "UniGB-UCS2-V" if vertical else "UniGB-UCS2-H"
                made.append(_named(objects, "SimHei,Bold" if bold else "STSong-Light", encoding, weight))
            else:
                encoding = "Identity-V" if vertical else "Identity-H"
                name = "ABCDEF+OwnSquare-Bold" if bold else "ABCDEF+OwnSquare"
                made.append(_squares(objects, name, encoding, weight, kind == "squares"))
    return "<< " + " ".join(f"/F{n} {number} 0 R" for n, number in enumerate(made, start=1)) + " >>"


def _picture(objects: _Objects) -> int:
    grey = bytes(120 + (x * y) % 80 for y in range(16) for x in range(16))
    return objects.stream(
        "/Type /XObject /Subtype /Image /Width 16 /Height 16 /ColorSpace /DeviceGray /BitsPerComponent 8", grey
    )


def pdf(sheets: Iterable[Sheet], *, user: str | None = None, owner: str = "owner", fonts: Fonts = "named") -> bytes:
    """A PDF file. `user`: the password to open it ("" locks it for its owner only); None leaves it unlocked."""
    lock = None if user is None else _Lock(user, owner)
    objects = _Objects(lock)
    resources = f"/Font {_fonts(objects, fonts)} /XObject << /Im {_picture(objects)} 0 R >>"
    codes = _Codes(fonts != "unmapped")
    kids = []
    for sheet in sheets:
        content = objects.stream("", _content(sheet, codes))
        width, height = (sheet.height, sheet.width) if sheet.upright else (sheet.width, sheet.height)
        media = sheet.media or f"[0 0 {width} {height}]"
        rotate = 90 if sheet.upright else sheet.rotate
        crop = f"/CropBox {sheet.crop}" if sheet.crop else ""
        kids.append(
            objects.add(
                f"<< /Type /Page /Parent 2 0 R /MediaBox {media} {crop} /Rotate {rotate} "
                f"/Resources << {resources} >> /Contents {content} 0 R >>"
            )
        )
    pages = " ".join(f"{number} 0 R" for number in kids)
    objects.held[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{pages}] >>".encode()
    return _file(objects.held, lock.dictionary if lock else "")


def _file(objects: dict[int, bytes], encryption: str) -> bytes:
    out = bytearray(b"%PDF-1.4\n")
    offsets = {}
    for number in sorted(objects):
        offsets[number] = len(out)
        out += f"{number} 0 obj\n".encode() + objects[number] + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {max(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offsets[n]:010d} 00000 n \n".encode() for n in sorted(objects))
    locked = f"/Encrypt {encryption}" if encryption else ""
    out += f"trailer\n<< /Size {max(objects) + 1} /Root 1 0 R /ID [<{_ID.hex()}> <{_ID.hex()}>] {locked} >>\n".encode()
    return bytes(out + f"startxref\n{start}\n%%EOF\n".encode())


def set_columns(text: str, columns: int, cells: int, *, size: float = 10.0, top: float = 100.0, gap: float = 15.0,
                left: float = 40.0, rows: int = 40) -> list[Text]:  # fmt: skip
    """`text` (paragraphs parted by newlines, each indented by two cells) set in `columns` of `cells` cells."""
    lines: list[tuple[int, str]] = []
    for paragraph in text.split("\n"):
        first = paragraph[: cells - 2]
        lines.append((2, first))
        lines.extend((0, paragraph[i : i + cells]) for i in range(len(first), len(paragraph), cells))
    assert len(lines) <= columns * rows
    rows = min(rows, -(-len(lines) // columns))
    placed = []
    for i, (indent, line) in enumerate(lines):
        column, row = divmod(i, rows)
        x = left + column * (cells * size + gap) + indent * size
        placed.append(Text(x, top + row * 1.5 * size, size, line))
    return placed
