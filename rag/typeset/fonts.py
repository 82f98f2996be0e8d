"""Which font stands for which typeface of the standard: in the Word file by name, in a PDF by what the machine has."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rag.typeset.form import Face

CHAINS: dict[Face, tuple[str, ...]] = {
    Face.TITLE: ("方正小标宋简体", "宋体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "Noto Serif CJK SC Bold", "SimSun"),
    Face.BODY: ("仿宋_GB2312", "仿宋", "FangSong_GB2312", "FangSong", "STFangsong", "Noto Serif CJK SC"),
    Face.HEADING: ("黑体", "SimHei", "STHeiti", "Noto Sans CJK SC Bold", "Noto Sans CJK SC"),
    Face.SUBHEADING: ("楷体_GB2312", "楷体", "KaiTi_GB2312", "KaiTi", "STKaiti", "Noto Serif CJK SC"),
    Face.SONG: ("宋体", "SimSun", "STSong", "Noto Serif CJK SC"),
    Face.LATIN: ("Times New Roman", "Liberation Serif", "Nimbus Roman", "Noto Serif CJK SC"),
}
"""The font that the Word file names, the one it names in its place, then whatever else may stand for it, best first."""

_OTHERS = (
    "Noto Sans CJK SC",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "DejaVu Sans",
    "SimSun-ExtB",
)
"""Where to look for a character that the face's own font lacks; and for a machine with none of the fonts above."""
_SUFFIXES = {".ttf", ".otf", ".ttc", ".otc"}
_REGULAR = {"Regular", "Normal", "Book", "Roman", "常规"}
_NO_EMBEDDING = 0x0002  # OS/2 fsType: the maker forbids it


@dataclass(frozen=True, slots=True)
class FontFile:
    """One font of a file. `name`: as it was found by."""

    name: str
    path: Path
    index: int


def first_choice(face: Face) -> str:
    return CHAINS[face][0]


def needed(faces: list[Face]) -> str:
    """Chinese: which fonts whoever opens the Word file needs, and what Word takes where one is missing."""
    pairs = "、".join(f"{CHAINS[face][0]}（缺时用{CHAINS[face][1]}）" for face in dict.fromkeys(faces))
    return f"本文件使用的字体：{pairs}。缺少字体时版面文字不变，字形会由相近字体代替；请勿改动字号与行距。"


def candidates(face: Face) -> list[FontFile]:
    """The fonts of this machine for a face, best first, embeddable ones only; may be empty."""
    known = installed()
    return [known[name.casefold()] for name in (*CHAINS[face], *_OTHERS) if name.casefold() in known]


def stand_ins(faces: list[Face]) -> list[str]:
    """Chinese: what a PDF made on this machine sets in another font than the standard's («仿宋：以 … 代替»)."""
    told = []
    for face in dict.fromkeys(faces):
        found = candidates(face)
        if found and found[0].name.casefold() not in {name.casefold() for name in CHAINS[face][:1]}:
            told.append(f"{face.value}：本机没有“{CHAINS[face][0]}”，以“{found[0].name}”代替")
    return told


@cache
def installed() -> dict[str, FontFile]:
    """Every embeddable font of this machine by each of its names, in lower case."""
    known: dict[str, FontFile] = {}
    for folder in _folders():
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in _SUFFIXES:
                for font in _fonts_of(path):
                    known.setdefault(font.name.casefold(), font)
    return known


def _folders() -> list[Path]:
    if sys.platform == "win32":
        windows, own = os.environ.get("WINDIR", r"C:\Windows"), os.environ.get("LOCALAPPDATA", "")
        folders = [Path(windows) / "Fonts", Path(own) / "Microsoft/Windows/Fonts"]
    elif sys.platform == "darwin":
        folders = [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts"]
    else:
        home = Path.home()
        folders = [
            Path("/usr/share/fonts"),
            Path("/usr/local/share/fonts"),
            home / ".local/share/fonts",
            home / ".fonts",
        ]
    return [folder for folder in folders if folder.is_dir()]


def _fonts_of(path: Path) -> Iterator[FontFile]:
    """The fonts of a file, once under each name: the family for an upright regular one, the full name for any."""
    import uharfbuzz as hb

    blob = hb.Blob.from_file_path(str(path))
    for index in range(hb.Face(blob).count):
        face = hb.Face(blob, index)
        if not _embeddable(face.reference_table("OS/2").data):
            continue
        style = face.get_name(hb.OTNameIdPredefined.FONT_SUBFAMILY) or "Regular"
        kinds = {hb.OTNameIdPredefined.FULL_NAME}
        if style in _REGULAR:
            kinds.add(hb.OTNameIdPredefined.FONT_FAMILY)
        for entry in face.list_names():
            name = face.get_name(entry.name_id, entry.language) if entry.name_id in kinds else None
            if name:
                yield FontFile(name, path, index)


def _embeddable(os2: bytes) -> bool:
    return len(os2) < 10 or int.from_bytes(os2[8:10], "big") & 0x000F != _NO_EMBEDDING
