"""Damaged files of every readable kind, made from small good ones: seeded, so that a failing one can be made again."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np

from tests.ofd_writer import ofd, printed
from tests.pdf_writer import Sheet, Text, pdf, set_columns

BODY = (
    "3月25日，市教育局召开全市教育工作会议，总结去年工作，安排部署今年重点任务，局长出席会议并讲话。\n"
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育。"
)
TITLE = "全市教育工作会议召开"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_MAGIC = {
    ".pdf": b"%PDF-1.7\n",
    ".docx": b"PK\x03\x04",
    ".ofd": b"PK\x03\x04",
    ".zip": b"PK\x03\x04",
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    ".bmp": b"BM",
    ".tiff": b"II*\x00",
    ".html": b"<!doctype html><html>",
    ".mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n",
    ".txt": b"\xef\xbb\xbf",
    ".md": b"# ",
    ".doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
}


@cache
def good() -> dict[str, bytes]:
    """A small good file for each ending."""
    texts = [Text(40, 50, 22, TITLE), *set_columns(BODY, 2, 24)]
    paragraphs = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
    html = (
        f"<html><head><meta charset=utf-8><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{paragraphs}</body></html>"
    )
    mhtml = (
        "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--x--\r\n"
    )
    made = {
        ".pdf": pdf([Sheet(texts), Sheet(texts[1:])]),
        ".txt": f"{TITLE}\n\n{BODY}".encode(),
        ".md": f"# {TITLE}\n\n{BODY}\n\n- 一\n- 二\n\n|甲|乙|\n|-|-|\n|1|2|\n".encode(),
        ".html": html.encode(),
        ".mhtml": mhtml.encode(),
        ".docx": _docx(),
        ".ofd": ofd([printed(texts)]),
        **{suffix: _picture(suffix) for suffix in (".png", ".jpg", ".bmp", ".tiff")},
        ".doc": _MAGIC[".doc"] + bytes(4096),
    }
    return made | {".zip": archive({"甲.txt": made[".txt"], "夹/乙.pdf": made[".pdf"]})}


def _docx() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading(TITLE, 1)
    for line in BODY.split("\n"):
        document.add_paragraph(line)
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = f"第{number}格"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _picture(suffix: str) -> bytes:
    import cv2

    picture = np.full((48, 160), 255, np.uint8)
    cv2.putText(picture, "2024", (10, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 0, 2)
    done, data = cv2.imencode(suffix, picture)
    assert done
    return bytes(data)


def archive(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def damaged(rounds: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """(file name, content): `rounds` times every way of damage for every ending, then what was made by hand."""
    rng = random.Random(seed)
    for suffix, data in good().items():
        for number in range(rounds):
            name = f"{suffix[1:]}-{number}"
            at = rng.randrange(1, len(data))
            yield f"cut-{name}{suffix}", data[:at]
            yield f"flipped-{name}{suffix}", _flipped(data, rng, rng.choice((1, 3, 20)))
            long = rng.randrange(1, max(2, len(data) // 4))
            yield f"zeroed-{name}{suffix}", data[:at] + bytes(min(long, len(data) - at)) + data[at + long :]
            yield f"joined-{name}{suffix}", data[:at] + data[rng.randrange(len(data)) :]
            other = rng.choice([ending for ending in good() if ending != suffix])
            yield f"as-{suffix[1:]}-{name}{other}", data + b"\n" * number
            yield f"random-{name}{suffix}", _MAGIC[suffix] + rng.randbytes(rng.choice((16, 700, 5000)))
        yield f"empty{suffix}", b""
        yield f"nul{suffix}", bytes(3000)
    yield from _zips()
    yield from _pdfs()
    yield from _markup()
    yield from _texts()
    yield from _pictures()


def _flipped(data: bytes, rng: random.Random, times: int) -> bytes:
    out = bytearray(data)
    for _ in range(times):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def _zips() -> Iterator[tuple[str, bytes]]:
    zeros = bytes(64 << 20)
    bomb = archive({"零.txt": zeros})
    yield "bomb.zip", bomb
    yield "nested.zip", archive({f"{n}.zip": archive({f"{m}.zip": bomb for m in range(4)}) for n in range(4)})
    yield "escape.zip", archive({"../../外.txt": BODY.encode(), "/etc/外.txt": BODY.encode()})
    yield "many.zip", archive({f"{n}.x": b"" for n in range(20_000)})
    yield "bomb.docx", archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": zeros})
    yield "bomb.ofd", archive({"OFD.xml": zeros})
    yield "no-document.docx", archive({"[Content_Types].xml": b"<Types/>"})
    yield "no-document.ofd", archive({"OFD.xml": b"<OFD/>"})
    loop = b"PK\x03\x04"
    for number in range(30):
        loop = archive({f"{number}.zip": loop})
    yield "deep.zip", loop


def raw_pdf(*objects: str) -> bytes:
    """A PDF of these object bodies, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010d} 00000 n \n".encode() for place in places)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _pdfs() -> Iterator[tuple[str, bytes]]:
    root, pages = "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>"

    def page(more: str, box: str = "[0 0 595 842]") -> str:
        return f"<< /Type /Page /Parent 2 0 R /MediaBox {box} {more} >>"

    def stream(text: str, more: str = "") -> str:
        return f"<< /Length {len(text)} {more} >>\nstream\n{text}\nendstream"

    say = stream("BT /F1 12 Tf 40 700 Td (2024) Tj ET")
    yield "cyclic-kids.pdf", raw_pdf(root, "<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>")
    yield "cyclic-parents.pdf", raw_pdf(root, pages, "<< /Type /Pages /Parent 3 0 R /Count 1 /Kids [2 0 R 3 0 R] >>")
    yield "count.pdf", raw_pdf(root, "<< /Type /Pages /Count 2000000000 /Kids [3 0 R] >>", page(""))
    yield "negative-count.pdf", raw_pdf(root, "<< /Type /Pages /Count -5 /Kids [3 0 R] >>", page(""))
    yield "huge-box.pdf", raw_pdf(root, pages, page("/Contents 4 0 R", "[0 0 1e9 1e9]"), say)
    yield "infinite-box.pdf", raw_pdf(root, pages, page("/Contents 4 0 R", f"[0 0 1{'0' * 400} 5]"), say)
    yield "no-font.pdf", raw_pdf(root, pages, page("/Contents 4 0 R"), say)
    yield "missing-font.pdf", raw_pdf(root, pages, page("/Resources << /Font << /F1 99 0 R >> >> /Contents 4 0 R"), say)
    yield "missing-stream.pdf", raw_pdf(root, pages, page("/Contents 99 0 R"))
    yield "own-stream.pdf", raw_pdf(root, pages, page("/Contents 3 0 R"))
    yield "arrays.pdf", raw_pdf(root, pages, page(f"/Annots {'[' * 50_000}{']' * 50_000}"))
    yield "dictionaries.pdf", raw_pdf(root, pages, page("/A " + "<< /A " * 20_000 + "0" + " >>" * 20_000))
    yield "operators.pdf", raw_pdf(root, pages, page("/Contents 4 0 R"), stream("q " * 400_000))
    yield "bracket-operators.pdf", raw_pdf(root, pages, page("/Contents 4 0 R"), stream("[" * 300_000))
    form = stream(
        "/X Do /X Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>"
    )
    own = "/Resources << /XObject << /X 4 0 R >> >> /Contents 5 0 R"
    yield "own-form.pdf", raw_pdf(root, pages, page(own), form, stream("/X Do"))
    picture = stream("x", "/Type /XObject /Subtype /Image /Width 90000 /Height 90000 /ColorSpace /DeviceRGB "
                     "/BitsPerComponent 8")  # fmt: skip
    yield "huge-picture.pdf", raw_pdf(root, pages, page(own), picture, stream("500 0 0 500 0 0 cm /X Do"))
    bomb = zlib.compress(b"0 0 m 9 9 l S\n" * 1_000_000)
    head, tail = raw_pdf(root, pages, page("/Contents 4 0 R"), "@").split(b"@")
    dictionary = f"<< /Filter /FlateDecode /Length {len(bomb)} >>\nstream\n".encode()
    yield "packed.pdf", head + dictionary + bomb + b"\nendstream" + tail
    yield "previous.pdf", raw_pdf(root, pages, page("")).replace(b"/Size 4", b"/Size 4 /Prev 9")
    yield "user-unit.pdf", raw_pdf(root, pages, page("/UserUnit 1e30 /Rotate 45 /Contents 4 0 R"), say)
    scattered = [Text(n * 7919 % 590, n * 104729 % 830, 1 + n % 40, "字") for n in range(4000)]
    yield "scattered.pdf", pdf([Sheet(scattered)])
    heap = [Text(100, 100, 12, "教育") for _ in range(3000)]
    yield "heap.pdf", pdf([Sheet(heap)])
    yield "unmapped.pdf", pdf([Sheet([Text(40, 50, 22, TITLE)])], fonts="unmapped")
    yield "locked.pdf", pdf([Sheet([Text(40, 50, 22, TITLE)])], user="1234")


def _markup() -> Iterator[tuple[str, bytes]]:
    yield "open-tags.html", b"<html><body>" + b"<div>" * 1_000_000 + BODY.encode()
    yield "tables.html", b"<table><tr><td>" * 20_000 + BODY.encode()
    yield "attributes.html", b"<p " + b"a=1 " * 500_000 + b">" + BODY.encode()
    yield "closers.html", b"</div>" * 300_000 + BODY.encode()
    yield "frames.mhtml", _MAGIC[".mhtml"] + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 3000
    yield "encoding.html", '<meta charset="不存在">'.encode() + BODY.encode("gb18030")
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "哈" * 10}">' for n in range(10))
    entities = f"<?xml version='1.0'?><!DOCTYPE x [{laughs}]>"
    document = f"{entities}<w:document {_W}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    yield "entities.docx", _replaced(".docx", "word/document.xml", document)
    deep = f"<w:document {_W}><w:body>" + "<w:tbl><w:tr><w:tc>" * 3000
    yield "deep.docx", _replaced(".docx", "word/document.xml", deep)
    deep += "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3000 + "</w:body></w:document>"
    yield "deep-closed.docx", _replaced(".docx", "word/document.xml", deep)
    yield "entities.ofd", _replaced(".ofd", "OFD.xml", f"{entities}<ofd>&a9;</ofd>")
    yield "deep.ofd", _replaced(".ofd", "OFD.xml", "<a>" * 100_000 + "</a>" * 100_000)
    yield "quotes.md", b">" * 100_000 + BODY.encode()
    yield "lists.md", "".join("  " * n + "- 甲\n" for n in range(1500)).encode()
    yield "brackets.md", b"[" * 100_000 + BODY.encode()


def _replaced(suffix: str, member: str, text: str) -> bytes:
    """The good file with one member changed."""
    with zipfile.ZipFile(io.BytesIO(good()[suffix])) as source:
        return archive({name: source.read(name) for name in source.namelist()} | {member: text.encode()})


def _texts() -> Iterator[tuple[str, bytes]]:
    yield "bare-utf-16.txt", BODY.encode("utf-16-le")
    yield "big5.txt", "教育工作會議".encode("big5") * 50
    yield "shift-jis.txt", "教育会議について".encode("shift-jis") * 50
    yield "surrogates.txt", b"\xff\xfe" + b"\x00\xd8" * 500
    yield "mixed.txt", BODY.encode() + BODY.encode("gb18030")
    yield "one-line.txt", BODY.replace("\n", "").encode() * 3000
    yield "newlines.txt", b"\n" * 500_000 + BODY.encode()
    yield "feeds.txt", b"\f" * 100_000 + BODY.encode()
    yield "controls.txt", b"\x00\x1b[31m" + BODY.encode() + bytes(range(32))
    yield "combining.txt", ("教" + "\u0301" * 20_000 + BODY).encode()


def _pictures() -> Iterator[tuple[str, bytes]]:
    header = good()[".png"][:16]
    size = b"\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x00\x00\x00\x00"  # 100,000 × 100,000 grey
    chunk = size + zlib.crc32(b"IHDR" + size).to_bytes(4, "big")
    rest = zlib.compress(b"")
    data = len(rest).to_bytes(4, "big") + b"IDAT" + rest + zlib.crc32(b"IDAT" + rest).to_bytes(4, "big")
    yield "absurd.png", header + chunk + data
    yield "absurd.bmp", good()[".bmp"][:18] + b"\xff\xff\xff\x7f\xff\xff\xff\x7f" + good()[".bmp"][26:]
