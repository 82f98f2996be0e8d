"""rag.readers.image: picture files in their kinds, and every way one can be wrong; rag.readers.sanity."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from rag.errors import JianwenError
from rag.readers import SUFFIXES, open_source, read_file
from rag.readers.image import MOST_PIXELS, ImageSource, resolution
from rag.readers.sanity import sane
from tests.pdf_writer import Text
from tests.pictures import DPI, printed

WORDS = "教育工作简报"


def paper(mode: str = "RGB") -> Image.Image:
    return Image.fromarray(printed([Text(20, 20, 16, WORDS)], 160, 60)).convert(mode)


def trouble(path: Path) -> str:
    with pytest.raises(JianwenError) as caught:
        list(read_file(path))
    assert path.name in str(caught.value)
    return str(caught.value)


def test_the_endings_are_known() -> None:
    assert {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"} <= SUFFIXES


@pytest.mark.parametrize(
    ("name", "mode"),
    [("甲.png", "RGBA"), ("甲.png", "P"), ("甲.PNG", "1"), ("甲.jpg", "CMYK"), ("甲.tiff", "L"), ("甲.bmp", "RGB")],
)
def test_kinds_and_colours_read_alike(tmp_path: Path, name: str, mode: str) -> None:
    paper(mode).save(tmp_path / name, dpi=(DPI, DPI))
    (page,) = read_file(tmp_path / name)
    (line,) = page.lines
    assert line.text == WORDS
    assert (page.width, page.height) == pytest.approx((160, 60), abs=1)


def test_sixteen_bits_and_transparency(tmp_path: Path) -> None:
    grey = np.asarray(paper("L"), np.uint16) * 257
    Image.fromarray(grey).save(tmp_path / "深.png", dpi=(DPI, DPI))
    clear = paper("RGBA")
    clear.putalpha(Image.fromarray(255 - np.asarray(paper("L"))))  # black ink on nothing
    clear.save(tmp_path / "透.png", dpi=(DPI, DPI))
    for name in ("深.png", "透.png"):
        (page,) = read_file(tmp_path / name)
        assert [line.text for line in page.lines] == [WORDS]


def test_pages_of_a_tiff_and_the_way_a_camera_was_held(tmp_path: Path) -> None:
    blank = Image.new("RGB", (200, 100), "white")
    blank.save(tmp_path / "三.tif", save_all=True, append_images=[paper(), blank], dpi=(DPI, DPI))
    pages = list(read_file(tmp_path / "三.tif"))
    assert [(p.number, [line.text for line in p.lines]) for p in pages] == [(1, []), (2, [WORDS]), (3, [])]
    held = Image.Exif()
    held[0x0112] = 6  # to be turned by 90 degrees clockwise
    paper().rotate(90, expand=True).save(tmp_path / "侧.jpg", exif=held, dpi=(DPI, DPI))
    (page,) = read_file(tmp_path / "侧.jpg")
    assert [line.text for line in page.lines] == [WORDS]
    assert page.width > page.height


@given(
    st.tuples(st.integers(16, 20000), st.integers(16, 20000)),
    st.one_of(st.none(), st.text(), st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True))),
)
def test_pages_have_the_size_of_paper(size: tuple[int, int], stated: object) -> None:
    across, down = resolution(size, stated)
    assert max(size[0] / across, size[1] / down) * 72 <= 2384.001
    assert across >= 50
    assert down >= 50


def test_stated_resolutions_are_used_where_they_can_be() -> None:
    assert resolution((2480, 3508), (300, 300)) == (300, 300)
    assert resolution((1728, 1100), (204, 98)) == (204, 98)  # a fax page
    assert resolution((4000, 3000), (72, 72))[0] == pytest.approx(4000 * 72 / 1190)  # a camera


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that claims to be huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("空.png", b"", "空文件"),
        ("坏.jpg", b"hello", "损坏"),
        ("炸.png", bomb(60000, 60000), "太大"),
        ("大.png", bomb(11000, MOST_PIXELS // 11000 + 1), "太大"),
        ("小.png", bomb(3, 3), "像素"),
        ("短.png", bomb(400, 400), "不完整"),
    ],
)
def test_what_is_no_readable_picture(tmp_path: Path, name: str, data: bytes, word: str) -> None:
    (tmp_path / name).write_bytes(data)
    assert word in trouble(tmp_path / name)


@pytest.mark.parametrize("name", ["断.png", "断.jpg", "断.tif", "断.bmp"])
def test_a_file_that_breaks_off_is_said(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    paper().save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    assert "坏" in trouble(path)


def _good(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 40), "white").save(out, kind)
    return out.getvalue()


GOOD = {kind: _good(kind) for kind in ("PNG", "JPEG", "TIFF", "BMP")}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(GOOD)), st.integers(0, 400), st.binary(min_size=1, max_size=8), st.booleans())
def test_damage_never_escapes_as_another_error(tmp_path: Path, kind: str, at: int, junk: bytes, short: bool) -> None:
    good = GOOD[kind]
    path = tmp_path / "坏.png"
    path.write_bytes(good[:at] + junk + (b"" if short else good[at + len(junk) :]))
    try:
        source = open_source(path)
    except JianwenError as error:
        assert path.name in str(error)
        return
    try:
        assert isinstance(source, ImageSource)
        source._picture(1)
    except JianwenError as error:
        assert path.name in str(error)
    finally:
        source.close()


# ---------------------------------------------------------------- text layers

GOOD_TEXT = (
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育，努力建设教育强市。"
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保全年各项目标任务落到实处，见到成效。"
)


@pytest.mark.parametrize("text", [GOOD_TEXT, "第3版", "Annual Report 2024, page 3", GOOD_TEXT.replace("议", "仪", 1)])
def test_good_layers(text: str) -> None:
    assert sane(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        GOOD_TEXT.encode("gbk").decode("latin-1"),
        GOOD_TEXT.encode("utf-8").decode("gbk", "ignore"),
        "".join(chr(ord(c) + 29) for c in GOOD_TEXT),
        "".join(f"(cid:{ord(c)})" for c in GOOD_TEXT),
        "".join(chr(0xE000 + ord(c) % 500) for c in GOOD_TEXT),
        GOOD_TEXT[:50] + "\ufffd\ufffd\ufffd" + GOOD_TEXT[50:],
        "!\"#$%&'()*+,-./" * 5,
    ],
)
def test_broken_layers(text: str) -> None:
    assert not sane(text)
