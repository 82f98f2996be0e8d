"""Bytes that are no text, in formats without structure, are refused with a sentence; no real text is."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import JianwenError
from rag.readers import open_source
from rag.readers.sanity import readable
from tests.damage import BODY

_NO_TEXT = "不是可读的文字"
_HEADERS = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"


def noise(length: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(length)


def text_of(path: Path) -> str:
    return "".join(line.text for line in open_source(path).page(1).lines)


def trouble(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(JianwenError) as caught:
        open_source(path)
    return str(caught.value)


@pytest.mark.parametrize("ending", [".html", ".htm", ".mhtml", ".mht"])
@pytest.mark.parametrize("length", [200, 700, 5000])
@pytest.mark.parametrize("start", [b"", b"<html><body>", _HEADERS])
def test_random_bytes_are_no_web_page(tmp_path: Path, ending: str, length: int, start: bytes) -> None:
    for seed in range(5):
        said = trouble(tmp_path / f"坏{ending}", start + noise(length, seed))
        assert _NO_TEXT in said or "没有网页" in said
        assert f"坏{ending}" in said


@pytest.mark.parametrize("ending", [".txt", ".md"])
def test_what_decodes_by_chance_is_no_text(tmp_path: Path, ending: str) -> None:
    chance = random.Random(3)
    pairs = bytes(b for _ in range(400) for b in (chance.randrange(0x81, 0xFE), chance.randrange(0x80, 0xFE)))
    for data in (pairs, "教育工作會議強調加強領導".encode("big5") * 20, b"\xff\xfe" + BODY.encode("gb18030")):
        said = trouble(tmp_path / f"坏{ending}", data)
        assert _NO_TEXT in said or "不是能识别的文本" in said
    assert _NO_TEXT in trouble(tmp_path / f"坏{ending}", pairs)


@pytest.mark.parametrize(
    "garbage", [noise(700, 1).decode("cp1252", "replace"), noise(700, 2).decode("utf-16-le", "replace")]
)
@pytest.mark.parametrize("ending", [".doc", ".wps", ".rtf"])
def test_what_an_office_program_makes_of_random_bytes_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, garbage: str
) -> None:
    document = docx.Document()
    document.add_paragraph("".join(c for c in garbage if c.isprintable() or c == "\ufffd" or c >= "\ue000"))
    document.save(str(tmp_path / "made.docx"))
    script = tmp_path / "bin" / "soffice"
    script.parent.mkdir()
    script.write_text(
        f"#!{sys.executable}\nimport shutil, sys\nfrom pathlib import Path\n"
        f"out = Path(sys.argv[sys.argv.index('--outdir') + 1])\nout.mkdir()\n"
        f"shutil.copy({str(tmp_path / 'made.docx')!r}, out / 'document.docx')\n",
        "utf-8",
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent))
    assert _NO_TEXT in trouble(tmp_path / f"坏{ending}", b"{\\rtf1 " + noise(700, 3))


GOOD = {
    "short": "通知",
    "one rare name": "龑煜",
    "names": "张龑、李建国、王昉、陈丽华、刘骉、赵强、孙淼、周志明、吴赟、郑红、冯犇、蒋晓东、沈昇、韩嫣、杨珺",
    "english": "The meeting stressed the need to improve teaching quality in all schools by 2024.",
    "french": "Ça m'a coûté très cher, là-bas, où l'été naît: forêt, île, maïs, Noël, cœur.",
    "russian": "Совещание подчеркнуло необходимость улучшить качество преподавания.",
    "uyghur": "يىغىندا مائارىپ سۈپىتىنى ئۆستۈرۈش تەكىتلەندى",
    "tibetan": "སློབ་གསོའི་ཚོགས་འདུ་འཚོགས་པ།",
    "japanese": "変更図面に対応する駅前広場の円滑な経済発展の実現を図る。",
    "korean": "회의에서는 교육의 질을 높일 것을 강조하였다.",
    "traditional": "臺灣國語會議強調，應加強領導，確實執行各項計畫，並於規定期限內完成鑑定。",
    "classical": "氓之蚩蚩，抱布贸丝。匪来贸丝，来即我谋。送子涉淇，至于顿丘。",
    "figures": "\n".join(f"{n}\t{n * 1.5:.1f}\t{n}%\t△\t—\t±{n}‰" for n in range(40)),
    "signs": "★★★☆☆ ①②③ ■□▲△ →← ≥90% 25℃ №3 ￥100 Ⅰ、Ⅱ、Ⅲ ☑ ✓",
    "marks of a list": "\n".join(f"\uf0b7 第{n}条各单位要加强组织领导" for n in range(9)),
    "markup": "<div>" * 300 + BODY + "</div>" * 300,
    "article": BODY,
}


@pytest.mark.parametrize("name", GOOD)
def test_real_text_is_readable(name: str) -> None:
    assert readable(GOOD[name])
    assert readable(GOOD[name][:12])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("name", [name for name in GOOD if name != "marks of a list"])
def test_files_of_real_text_are_read(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "好.txt"
    path.write_bytes(GOOD[name].encode(encoding))
    assert text_of(path)
    path = tmp_path / "好.html"
    head = f'<html><meta charset="{encoding.removesuffix("-sig")}"><body>'
    path.write_bytes(f"{head}<p>{GOOD[name].replace('<', '&lt;')}</p></body></html>".encode(encoding))
    assert text_of(path)


def test_a_few_broken_bytes_do_not_keep_a_page_out(tmp_path: Path) -> None:
    path = tmp_path / "好.html"
    path.write_bytes(
        f"<html><meta charset=gbk><p>{BODY}</p>".encode("gb18030").replace("会议".encode("gb18030"), b"\xff")
    )
    assert "教育" in text_of(path)


def test_pages_of_a_file_are_judged_together(tmp_path: Path) -> None:
    path = tmp_path / "好.txt"
    path.write_text("龑龘靐麤龗鱻麣灪爩鸝\f" + BODY * 3, "utf-8")
    assert text_of(path)


@given(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)) | st.text("的一是在不了有和人这中大为上个国我以要他")
)
def test_plain_characters_are_always_readable(text: str) -> None:
    assert readable(text)
