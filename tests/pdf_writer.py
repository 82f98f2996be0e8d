"""Small PDFs for tests, written by hand: Chinese text at given places, any stream order, /Rotate, crop box, RC4 locks.

The font is not embedded (STSong-Light with the predefined CMap UniGB-UCS2-H), as in many real papers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
_ID = b"0123456789abcdef"


@dataclass(frozen=True)
class Text:
    """`x`, `top` in points from the top left of the unturned page; `top` is the top of the type."""

    x: float
    top: float
    size: float
    text: str


@dataclass(frozen=True)
class Sheet:
    texts: Sequence[Text]
    width: float = 595.0
    height: float = 842.0
    rotate: int = 0
    media: str = ""  # replaces the media box
    crop: str = ""


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


def _content(sheet: Sheet) -> bytes:
    parts = []
    for text in sheet.texts:
        y = sheet.height - text.top - 0.88 * text.size
        codes = text.text.encode("utf-16-be").hex()
        parts.append(f"BT /F1 {text.size} Tf 1 0 0 1 {text.x} {y} Tm <{codes}> Tj ET")
    return "\n".join(parts).encode()


def pdf(sheets: Iterable[Sheet], *, user: str | None = None, owner: str = "owner") -> bytes:
    """A PDF file. `user`: the password to open it ("" locks it for its owner only); None leaves it unlocked."""
    lock = None if user is None else _Lock(user, owner)
    objects: dict[int, bytes] = {
        3: b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] >>",
        4: b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 "
        b"/W [1 95 500] /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>",
        5: b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    }
    if lock:  # strings inside objects would have to be locked too
        objects[4] = objects[4].replace(b"(Adobe)", f"<{lock.stream(4, b'Adobe').hex()}>".encode())
        objects[4] = objects[4].replace(b"(GB1)", f"<{lock.stream(4, b'GB1').hex()}>".encode())
    kids = []
    for sheet in sheets:
        number = len(objects) + 3
        data = _content(sheet)
        if lock:
            data = lock.stream(number + 1, data)
        media = sheet.media or f"[0 0 {sheet.width} {sheet.height}]"
        crop = f"/CropBox {sheet.crop}" if sheet.crop else ""
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox {media} {crop} /Rotate {sheet.rotate} "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {number + 1} 0 R >>"
        ).encode()
        objects[number + 1] = f"<< /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"
        kids.append(f"{number} 0 R")
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[2] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    return _file(objects, lock.dictionary if lock else "")


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
