"""rag.readers.word: what Word prints is what we read, in its order; and every way such a file can be wrong."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import open_source
from rag.readers.word_styles import numeral
from rag.types import Line

VML = 'xmlns:v="urn:schemas-microsoft-com:vml"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
WPS = 'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'


def read(path: Path, document: Any) -> list[Line]:
    document.save(str(path))
    return lines_of(path)


def lines_of(path: Path) -> list[Line]:
    source = open_source(path)
    (page,) = (source.page(n + 1) for n in range(source.pages))
    assert not page.wrapped
    return list(page.lines)


def texts(lines: list[Line]) -> list[str]:
    return ["".join(line.text.split()) for line in lines]


def xml(text: str) -> Any:
    return parse_xml(text.replace("<w:p>", f"<w:p {nsdecls('w')}>", 1))


def rewritten(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The same file with each part as `change` gives it back; None leaves a part out."""
    old = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(old)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            if (data := change(name, source.read(name))) is not None:
                target.writestr(name, data)
    return path


def test_a_notice_becomes_one_article(tmp_path: Path) -> None:
    document = docx.Document()
    for text, size, bold in [
        ("吕梁市教育局文件", 36, True),
        ("吕教办〔2024〕12号", 16, False),
        ("关于做好2024年中考备考工作的通知", 22, True),
        ("各县（市、区）教育局：", 16, False),
        ("一、提高认识", 16, True),
        ("各学校要高度重视。", 16, False),
        ("吕梁市教育局", 16, False),
        ("2024年3月20日", 16, False),
    ]:
        run = document.add_paragraph().add_run(text)
        run.font.size, run.font.bold = Pt(size), bold
    lines = read(tmp_path / "通知.docx", document)
    assert [(line.size, line.bold) for line in lines[:3]] == [(36, True), (16, False), (22, True)]
    (article,) = read_articles([open_source(tmp_path / "通知.docx").page(1)]).articles
    assert article.title == "关于做好2024年中考备考工作的通知"
    assert str(article.date) == "2024-03-20"


def test_headings_by_style_and_outline_level(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("工作总结", 0)
    document.add_heading("主要成绩", 1)
    document.add_heading("党建", 2)
    document.add_paragraph("正文。")
    document.element.body.insert(
        4, xml('<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>大纲一级</w:t></w:r></w:p>')
    )
    lines = read(tmp_path / "a.docx", document)
    assert [line.heading for line in lines] == [1, 2, 3, 0, 2]


NUMBERING = f"""<w:numbering {nsdecls("w")}>
<w:abstractNum w:abstractNumId="90">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/>
<w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/>
<w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%3.%4"/></w:lvl>
<w:lvl w:ilvl="4"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="&#xf0b7;"/></w:lvl>
</w:abstractNum>
<w:num w:numId="91"><w:abstractNumId w:val="90"/></w:num>
<w:num w:numId="92"><w:abstractNumId w:val="90"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
</w:numbering>"""


def test_lists_keep_their_printed_numbers(tmp_path: Path) -> None:
    document = docx.Document()
    plan = [(91, 0), (91, 1), (91, 1), (91, 2), (91, 3), (91, 4), (91, 0), (91, 1), (92, 0), (92, 0), (77, 0)]
    for number, depth in plan:
        document.element.body.insert(
            -1,
            xml(
                f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
                "<w:r><w:t>条</w:t></w:r></w:p>"
            ),
        )
    document.save(str(tmp_path / "a.docx"))
    rewritten(tmp_path / "a.docx", lambda name, data: NUMBERING.encode() if name == "word/numbering.xml" else data)
    assert texts(lines_of(tmp_path / "a.docx")) == [
        *("一、条", "（一）条", "（二）条", "1.条", "1.1.1条", "条", "二、条", "（一）条"),
        *("五、条", "六、条", "条"),
    ]


@pytest.mark.parametrize(
    ("n", "form", "printed"),
    [
        (10, "chineseCounting", "十"),
        (12, "japaneseCounting", "十二"),
        (20, "chineseCountingThousand", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (1001, "chineseCountingThousand", "一千零一"),
        (10, "ideographDigital", "一〇"),
        (11, "chineseLegalSimplified", "壹拾壹"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (21, "decimalEnclosedCircle", "21"),
        (2, "ideographTraditional", "乙"),
        (14, "upperRoman", "XIV"),
        (27, "lowerLetter", "aa"),
        (7, "decimalZero", "07"),
        (9, "unheardOf", "9"),
    ],
)
def test_numerals(n: int, form: str, printed: str) -> None:
    assert numeral(n, form) == printed


def test_tables_are_rows_with_their_header(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    for row, cells in zip(
        table.rows, [("学校", "人数", "备注"), ("一中", "1200", ""), ("二中", "800", "新建"), ("", "", "")], strict=True
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(1, 0).merge(table.cell(2, 0)).text = "城区"
    inner = table.cell(3, 2).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "内", "层"
    lines = read(tmp_path / "a.docx", document)
    assert [(line.text, line.header) for line in lines] == [
        ("学校\t人数\t备注", ""),
        ("城区\t1200", "学校\t人数\t备注"),
        ("\t800\t新建", "学校\t人数\t备注"),
        ("\t\t内层", "学校\t人数\t备注"),
    ]


def test_column_names_on_two_rows(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "学校"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "人数"
    table.cell(1, 1).text, table.cell(1, 2).text = "男", "女"
    for cell, text in zip(table.rows[2].cells, ["一中", "600", "580"], strict=True):
        cell.text = text
    lines = read(tmp_path / "a.docx", document)
    assert [line.text for line in lines] == ["学校\t人数", "\t男\t女", "一中\t600\t580"]
    assert lines[2].header == "学校\t人数 男\t人数 女"
    assert lines[0].header == lines[1].header == ""


def test_a_frame_drawn_as_a_table_is_text(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "第一段。"
    cell.add_paragraph("第二段。")
    lines = read(tmp_path / "a.docx", document)
    assert [(line.text, line.header) for line in lines] == [("第一段。", None), ("第二段。", None)]


def test_revisions_hidden_text_and_fields(tmp_path: Path) -> None:
    document = docx.Document()
    document.element.body.insert(
        0,
        xml(
            '<w:p><w:r><w:t>留</w:t></w:r><w:del w:id="1"><w:r><w:delText>删</w:delText></w:r></w:del>'
            '<w:ins w:id="2"><w:r><w:t>增</w:t></w:r></w:ins>'
            '<w:moveFrom w:id="3"><w:r><w:t>移走</w:t></w:r></w:moveFrom>'
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>藏</w:t></w:r>"
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>页</w:t></w:r>'
            '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
            '<w:hyperlink w:anchor="x"><w:r><w:t>链</w:t></w:r></w:hyperlink>'
            "<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase>"
            "</w:ruby></w:r></w:p>"
        ),
    )
    assert texts(read(tmp_path / "a.docx", document)) == ["留增页链拼"]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    document = docx.Document()
    box = "<w:txbxContent><w:p><w:r><w:t>框中文字</w:t></w:r></w:p></w:txbxContent>"
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {nsdecls('w')} {VML} {MC} {WPS}><w:r><w:t>段落</w:t></w:r><w:r><mc:AlternateContent>"
            f'<mc:Choice Requires="wps"><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
            '<w:r><w:pict><v:shape><v:textpath string="艺术字"/></v:shape></w:pict></w:r></w:p>'
        ),
    )
    assert texts(read(tmp_path / "a.docx", document)) == ["段落艺术字", "框中文字"]


def test_page_headers_and_contents_are_furniture(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"
    style = document.styles.add_style("toc 1", 1)
    document.add_paragraph("一、要求 3", style=style)
    lines = read(tmp_path / "a.docx", document)
    assert {line.text for line in lines if line.furniture} == {"内部资料", "— 1 —", "一、要求 3"}
    assert [line.text for line in lines if not line.furniture] == ["正文。"]


def test_footnotes_follow_their_paragraph(tmp_path: Path) -> None:
    document = docx.Document()
    document.element.body.insert(
        0, xml('<w:p><w:r><w:t>正文</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>')
    )
    document.add_paragraph("后文")
    path = tmp_path / "a.docx"
    document.save(str(path))
    notes = (
        f"<w:footnotes {nsdecls('w')}>"
        '<w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>线</w:t></w:r></w:p></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:footnoteReference w:id="2"/><w:t>注文</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"

    def change(name: str, data: bytes) -> bytes:
        if name == "word/_rels/document.xml.rels":
            entry = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
            return data.replace(b"</Relationships>", entry.encode())
        return data

    rewritten(path, change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/footnotes.xml", notes)
    assert texts(lines_of(path)) == ["正文", "注文", "后文"]


def test_manual_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("会议指出，要认真学习贯彻党的二十大精神，推动教育")
    run.add_break()
    run.add_text("高质量发展。")
    run.add_break()
    run.add_text("会议强调。")
    run.add_break(WD_BREAK.PAGE)
    assert texts(read(tmp_path / "a.docx", document)) == [
        "会议指出，要认真学习贯彻党的二十大精神，推动教育高质量发展。",
        "会议强调。",
    ]


def test_day_of_the_properties_is_a_chinese_day(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("文")
    path = tmp_path / "a.docx"
    document.save(str(path))
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dcterms="http://purl.org/dc/terms/"><dcterms:created>2024-03-01T00:00:00Z</dcterms:created>'
        "<dcterms:modified>2024-03-20T17:00:00Z</dcterms:modified></cp:coreProperties>"
    )
    rewritten(path, lambda name, data: core.encode() if name == "docProps/core.xml" else data)
    assert open_source(path).properties_date == "2024-03-21"


CELL = st.text(alphabet="教育会议，。12ab 年", min_size=0, max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(CELL, st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=4)), max_size=8))
def test_nothing_is_lost_or_invented(tmp_path: Path, parts: list[str | list[list[str]]]) -> None:
    document, written = docx.Document(), ""
    for part in parts:
        if isinstance(part, str):
            document.add_paragraph(part)
            written += part
            continue
        table = document.add_table(len(part), 3)
        for row, cells in zip(table.rows, part, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = text
        written += "".join(map("".join, part))
    path = tmp_path / "a.docx"
    try:
        lines = read(path, document)
    except JianwenError as error:
        assert "没有文字" in str(error)
        assert not written.strip()
        return
    expected = "".join(written.split())
    assert "".join(texts(lines)) == expected
    reading = read_articles([open_source(path).page(1)])
    said = "".join(a.title + "".join(p.text for p in a.paragraphs) for a in reading.articles)
    said += "".join(p.text for p in reading.furniture)
    assert sorted("".join(said.split())) == sorted(expected)


# ---------------------------------------------------------------- wrong files


def trouble(path: Path) -> str:
    with pytest.raises(JianwenError) as caught:
        open_source(path)
    assert path.name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空文件"),
        (b"hello", "损坏"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><body>x</body></html>", "网页"),
        (b"{\\rtf1 x}", "RTF"),
        (b"PK\x03\x04junk", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".doc"),
    ],
)
def test_what_is_no_word_document(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "坏.docx"
    path.write_bytes(data)
    assert word in trouble(path)


def made(path: Path) -> Path:
    document = docx.Document()
    document.add_paragraph("正文。")
    document.save(str(path))
    return path


def test_an_empty_document_says_so(tmp_path: Path) -> None:
    path = tmp_path / "空.docx"
    docx.Document().save(str(path))
    assert "没有文字" in trouble(path)


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "哈哈哈哈"><!ENTITY b "&a;&a;&a;">]>'
        f"<w:document {nsdecls('w')}><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    )
    path = rewritten(made(tmp_path / "坏.docx"), lambda n, d: bomb.encode() if n == "word/document.xml" else d)
    assert "损坏" in trouble(path)


def test_a_huge_body_is_refused(tmp_path: Path) -> None:
    path = rewritten(made(tmp_path / "大.docx"), lambda n, d: b" " * (65 << 20) if n == "word/document.xml" else d)
    assert "64 MB" in trouble(path)


def test_a_body_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = rewritten(made(tmp_path / "坏.docx"), lambda n, d: b"<a/>" if n == "word/document.xml" else d)
    assert "损坏" in trouble(path)
    path = rewritten(made(tmp_path / "缺.docx"), lambda n, d: None if n == "word/document.xml" else d)
    assert "损坏" in trouble(path)


def test_macro_documents_are_read(tmp_path: Path) -> None:
    def change(name: str, data: bytes) -> bytes:
        return data.replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )

    assert texts(lines_of(rewritten(made(tmp_path / "宏.docm"), change))) == ["正文。"]


GOOD = io.BytesIO()
_document = docx.Document()
_document.add_heading("标题", 1)
_document.add_paragraph("正文。" * 20)
_document.add_table(2, 2).cell(0, 0).text = "格"
_document.save(GOOD)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD.getvalue()) - 1), st.binary(min_size=1, max_size=12), st.booleans())
def test_damage_never_escapes_as_another_error(tmp_path: Path, at: int, junk: bytes, cut: bool) -> None:
    good = GOOD.getvalue()
    path = tmp_path / "坏.docx"
    path.write_bytes(good[:at] + junk + (b"" if cut else good[at + len(junk) :]))
    try:
        read_articles([open_source(path).page(1)])
    except JianwenError as error:
        assert path.name in str(error)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_odd_xml_never_escapes_as_another_error(tmp_path: Path, data: st.DataObject) -> None:
    tags = st.sampled_from(
        ["p", "r", "t", "tbl", "tr", "tc", "sdt", "del", "ins", "pPr", "rPr", "tcPr", "br", "footnoteReference"]
    )
    leaf = st.builds(
        "<w:{0} w:val='{1}' w:id='{1}'>字</w:{0}>".format, tags, st.sampled_from(["", "0", "9", "-1", "x"])
    )
    tree = data.draw(
        st.recursive(
            leaf,
            lambda inner: st.builds(lambda t, c: f"<w:{t}>{''.join(c)}</w:{t}>", tags, st.lists(inner, max_size=4)),
        )
    )
    body = f"<w:document {nsdecls('w')}><w:body>{tree}</w:body></w:document>".encode()
    path = tmp_path / "怪.docx"
    path.write_bytes(GOOD.getvalue())
    rewritten(path, lambda n, d: body if n == "word/document.xml" else d)
    try:
        read_articles([open_source(path).page(1)])
    except JianwenError as error:
        assert path.name in str(error)
