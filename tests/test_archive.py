"""rag.readers.archive: files out of a .zip, and nothing anywhere else, whatever the archive claims."""

from __future__ import annotations

import io
import struct
import threading
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import JianwenError, Stopped
from rag.readers.archive import Limits, Member, members

TEXT = "会议强调，要抓好落实。".encode()


def packed(files: dict[str, bytes], mode: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", mode) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def take(tmp_path: Path, data: bytes, limits: Limits = Limits()) -> list[Member]:  # noqa: B008
    path = tmp_path / "材料.zip"
    path.write_bytes(data)
    folder = tmp_path / "scratch"
    folder.mkdir(exist_ok=True)
    found = list(members(path, folder, limits=limits))
    for file in tmp_path.rglob("*"):
        assert file in (path, folder) or folder in file.parents
    return found


def test_readable_files_are_taken_out(tmp_path: Path) -> None:
    files = {
        "甲.txt": TEXT,
        "夹/乙.TXT": TEXT + TEXT,
        "夹/": b"",
        "图.psd": b"x",
        "__MACOSX/._甲.txt": b"x",
        "~$丙.docx": b"x",
    }
    found = take(tmp_path, packed(files))
    assert [m.name for m in found] == ["材料.zip/甲.txt", "材料.zip/夹/乙.TXT"]
    assert [m.path.read_bytes() for m in found if m.path] == [TEXT, TEXT + TEXT]
    assert [m.path.suffix for m in found if m.path] == [".txt", ".TXT"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_in_undeclared_codes(tmp_path: Path, encoding: str) -> None:
    name = "关于开展工作的通知.txt".encode(encoding)
    placeholder = "x" * len(name)
    data = packed({placeholder: TEXT}).replace(placeholder.encode(), name)
    assert [m.name for m in take(tmp_path, data)] == ["材料.zip/关于开展工作的通知.txt"]


def test_names_in_the_unicode_field(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.txt")
    field = b"\x01" + struct.pack("<I", zlib.crc32(b"a.txt")) + "通知.txt".encode()
    info.extra = struct.pack("<HH", 0x7075, len(field)) + field
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, TEXT)
    assert [m.name for m in take(tmp_path, buffer.getvalue())] == ["材料.zip/通知.txt"]


@pytest.mark.parametrize(
    "name", ["../a.txt", "x/../../a.txt", "/etc/a.txt", "C:/a.txt", "c:a.txt", "..\\a.txt", "\\\\host\\a.txt"]
)
def test_paths_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    placeholder = "p" * len(name)
    (member,) = take(tmp_path, packed({placeholder: TEXT}).replace(placeholder.encode(), name.encode()))
    assert member.path is None and "路径" in member.problem


def test_links_are_not_followed(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    (member,) = take(tmp_path, buffer.getvalue())
    assert member.path is None and "链接" in member.problem


def test_encrypted_members_are_named(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": TEXT, "b.txt": TEXT}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    first, second = take(tmp_path, bytes(data))
    assert first.path is None and "密码" in first.problem
    assert second.path is not None and not second.problem


def test_one_archive_in_another(tmp_path: Path) -> None:
    inner = packed({"丙.txt": TEXT, "深.zip": packed({"丁.txt": TEXT})})
    found = take(tmp_path, packed({"甲.txt": TEXT, "内.zip": inner, "坏.zip": b"PK\x03\x04?"}))
    assert [(m.name, bool(m.path)) for m in found] == [
        ("材料.zip/甲.txt", True),
        ("材料.zip/内.zip/丙.txt", True),
        ("材料.zip/内.zip/深.zip", False),
        ("材料.zip/坏.zip", False),
    ]
    assert "套得太深" in found[2].problem and "损坏" in found[3].problem


def test_same_names_are_kept_apart(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        for data in (b"1", b"2", b"3"):
            archive.writestr("a.txt", data)
    found = take(tmp_path, buffer.getvalue())
    assert [m.name for m in found] == ["材料.zip/a.txt", "材料.zip/a (2).txt", "材料.zip/a (3).txt"]
    assert [m.path.read_bytes() for m in found if m.path] == [b"1", b"2", b"3"]


def test_odd_names_are_written_safely(tmp_path: Path) -> None:
    names = ["con.txt", 'ab:?"*.txt', "字" * 300 + ".txt", "右\u202e左.txt", " .txt", "a\nb.txt"]
    found = take(tmp_path, packed(dict.fromkeys(names, TEXT)))
    assert len(found) == len(names) and all(m.path and m.path.read_bytes() == TEXT for m in found)
    for member in found:
        assert member.path is not None and len(member.path.name.encode()) < 255
        assert not set(member.path.name) & set('<>:"|?*\n\u202e')
        assert "\u202e" not in member.name and "\n" not in member.name


def test_nothing_readable_is_said(tmp_path: Path) -> None:
    (member,) = take(tmp_path, packed({"a.exe": b"x", "b.psd": b"x"}))
    assert member.name == "材料.zip" and "没有能读的文件" in member.problem
    (member,) = take(tmp_path, packed({}))
    assert "没有能读的文件" in member.problem


def test_limits(tmp_path: Path) -> None:
    found = take(tmp_path, packed({f"{n}.txt": TEXT for n in range(5)}), limits=Limits(members=3))
    assert [bool(m.path) for m in found] == [True, True, True, False] and "超过 3 个" in found[-1].problem
    found = take(tmp_path, packed({"大.txt": b"x" * 2049, "小.txt": b"x" * 2048}), limits=Limits(member=2048))
    assert [bool(m.path) for m in found] == [False, True] and "超过 0.00" in found[0].problem
    three = packed({"一.txt": b"x" * 900, "二.txt": b"x" * 900, "三.txt": b"x"})
    found = take(tmp_path, three, limits=Limits(total=1500))
    assert [bool(m.path) for m in found] == [True, False] and "GB" in found[1].problem


def test_bombs_are_stopped_while_unpacking(tmp_path: Path) -> None:
    (member,) = take(tmp_path, packed({"弹.txt": bytes(40 << 20)}))
    assert member.path is None and "大得不正常" in member.problem
    assert sum(f.stat().st_size for f in (tmp_path / "scratch").rglob("*") if f.is_file()) == 0
    nested = packed({"内.zip": packed({"弹.txt": bytes(40 << 20)})}, zipfile.ZIP_STORED)
    assert all(m.path is None for m in take(tmp_path, nested))


def test_a_false_size_in_the_directory_gains_nothing(tmp_path: Path) -> None:
    data = bytearray(packed({"a.txt": TEXT * 100}))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 5)  # claims five bytes
    (member,) = take(tmp_path, bytes(data))
    assert member.path is None and "损坏" in member.problem


@pytest.mark.parametrize(
    ("data", "word"), [(b"", "损坏"), (b"PK\x03\x04", "损坏"), (b"Rar!\x1a\x07\x00", "RAR"), (b"%PDF-1.4", "PDF")]
)
def test_what_is_no_archive(tmp_path: Path, data: bytes, word: str) -> None:
    with pytest.raises(JianwenError, match=word):
        take(tmp_path, data)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed({"a.txt": TEXT}))
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        list(members(tmp_path / "a.zip", tmp_path, stop))


GOOD = packed({"甲.txt": TEXT * 30, "夹/乙.txt": TEXT, "内.zip": packed({"丙.txt": TEXT})})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_damage_never_escapes_as_another_error(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    try:
        for member in take(tmp_path, GOOD[:at] + junk + (b"" if cut else GOOD[at + len(junk) :])):
            assert (member.path is None) == bool(member.problem)
    except JianwenError as error:
        assert "材料.zip" in str(error)
