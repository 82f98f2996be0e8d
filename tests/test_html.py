"""rag.readers.html: pages in the shapes of Chinese government sites, as browsers save them."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import open_source
from rag.types import Line, Reading

TITLE = "全市教育工作会议召开"
BODY = [
    "3月25日，市教育局召开2024年全市教育工作会议，总结去年工作，安排部署今年重点任务，局长出席会议并讲话。",
    "会议强调，要坚持立德树人根本任务，深化教育评价改革，全面提高教育质量，办好人民满意的教育，努力建设教育强市。",
    "一、总体要求",
    "会议要求，各级各部门要压实责任，细化措施，加强督导，确保全年各项目标任务落到实处，见到成效。",
]
MENU = "".join(f'<li><a href="/{i}/">{t}</a></li>' for i, t in enumerate(["首页", "政务公开", "新闻中心", "互动交流"]))
RELATED = "".join(
    f'<li><a href="/{i}.html">{t}</a><span>2024-03-0{i + 1}</span></li>'
    for i, t in enumerate(["我市召开春季学期开学工作会议", "关于做好学生资助工作的通知", "教育系统安全生产大检查启动"])
)
FOOTER = "主办：吕梁市教育局　晋ICP备12345678号　网站标识码：1411000001"
PARAGRAPHS = "".join(f"<p>　　{text}</p>" for text in BODY)


def page(content: str, title: str = f"{TITLE}_吕梁市教育局", charset: str = "utf-8", extra: str = "") -> str:
    """The usual frame: menus, where one is, a list at the side, share buttons, related links, a footer."""
    return f"""<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}</title>{extra}
<script>document.write("脚本里的文字，不应读出。");</script><style>.x{{color:red}}</style></head><body>
<div class="top"><a href="/">设为首页</a>|<a href="#">加入收藏</a></div><div class="nav"><ul>{MENU}</ul></div>
<div>当前位置：<a href="/">首页</a> &gt; <a href="/n/">新闻中心</a></div>
<div class="main"><div class="left"><ul>{RELATED}</ul></div><div class="article">{content}
<div class="share">分享到：<a href="#">微信</a></div><div>上一篇：<a href="/x">关于表彰优秀教师的决定</a></div>
<div class="xgyd"><h3>相关阅读</h3><ul>{RELATED}</ul></div></div></div>
<div class="footer"><p>{FOOTER}</p></div></body></html>"""


def read(path: Path, data: str | bytes) -> tuple[list[Line], Reading, str]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    source = open_source(path)
    made = source.page(1)
    assert not made.wrapped
    return list(made.lines), read_articles([made]), source.properties_date


def texts(lines: Sequence[Line]) -> list[str]:
    return [line.text for line in lines]


def test_the_article_without_the_site(tmp_path: Path) -> None:
    about = "发布时间：2024-03-26 09:12 来源：市教育局办公室"
    content = f'<h1>{TITLE}</h1><div class="info">{about}</div><div id="zoom">{PARAGRAPHS}</div>'
    lines, reading, day = read(tmp_path / "页.html", page(content))
    assert texts(lines) == [TITLE, about.replace(" 来源", "来源"), *BODY]
    assert day == "2024-03-26"
    (article,) = reading.articles
    assert article.title == TITLE and [p.text for p in article.paragraphs][1:] == BODY


def test_what_is_hidden_is_not_read(tmp_path: Path) -> None:
    content = (
        f'<h1>{TITLE}</h1>{PARAGRAPHS}<p style="display:none">藏着的一句话，谁也看不见它。</p><p hidden>又一句。</p>'
        "<p><img src='http://example.com/a.jpg' alt='图'><span style='visibility: hidden'>还有。</span></p>"
        "<!-- 注释里的话。 --><noscript>请开启脚本。</noscript><textarea>框里的话。</textarea>"
    )
    lines, _, _ = read(tmp_path / "页.html", page(content))
    assert texts(lines) == [TITLE, *BODY]


def test_old_pages_laid_out_with_tables(tmp_path: Path) -> None:
    menu = " | ".join(f'<a href="x{i}">栏目{i}</a>' for i in range(8))
    side = "".join(f"<tr><td><a href=y{i}>相关文件标题第{i}条内容</a></td></tr>" for i in range(6))
    markup = f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>吕梁教育信息网</title></head><body><table><tr><td>{menu}</td></tr></table>
<table><tr><td width=200><table>{side}</table></td><td><table>
<tr><td align=center><font size=5><b>关于做好2024年中考工作的通知</b></font></td></tr>
<tr><td align=center>发布日期：2024年3月20日</td></tr>
<tr><td>各县（市、区）教育局：<br>　　{"<br>　　".join(BODY)}<br><br>
<div align=right>吕梁市教育局<br>2024年3月20日</div></td></tr></table></td></tr></table>
<center>版权所有：吕梁市教育局 <a href=m>联系我们</a></center></body></html>"""
    lines, reading, day = read(tmp_path / "页.htm", markup.encode("gb18030"))
    ending = ["吕梁市教育局", "2024年3月20日"]
    opening = ["关于做好2024年中考工作的通知", "发布日期：2024年3月20日", "各县（市、区）教育局："]
    assert texts(lines) == [*opening, *BODY, *ending]
    assert [a.title for a in reading.articles] == opening[:1]
    assert day == "2024-03-20"


def test_government_information_keeps_its_table_and_its_lists(tmp_path: Path) -> None:
    name = "国务院办公厅关于印发《方案》的通知"
    content = f"""<table><tr><td>索 引 号：</td><td>000014349/2024-00012</td></tr>
<tr><td>发文字号：</td><td>国办发〔2024〕5号</td></tr></table><div id="UCAP-CONTENT"><p align=center>{name}<br>
国办发〔2024〕5号</p><p>各省人民政府：</p>{PARAGRAPHS}<ol><li>第一项工作任务要抓紧落实</li><li>第二项</li></ol>
<ul><li>不编号的一项</li></ul><p><a href="a.doc">附件1：方案全文.doc</a></p><p>责任编辑：王某</p></div>"""
    lines, reading, _ = read(tmp_path / "页.html", page(content, f"{name}_政府信息公开"))
    found = texts(lines)
    assert found[:3] == ["索引号：\t000014349/2024-00012", "发文字号：\t国办发〔2024〕5号", name]
    assert found[-5:-1] == ["1.第一项工作任务要抓紧落实", "2.第二项", "不编号的一项", "附件1：方案全文.doc"]
    assert [a.title for a in reading.articles] == [name]
    assert [p.text for p in reading.furniture] == ["责任编辑：王某"]


def test_messenger_pages_hide_their_text_until_a_script_runs(tmp_path: Path) -> None:
    body = "".join(f"<section><section><p><span>{text}</span></p></section></section>" for text in BODY)
    markup = f"""<html><head><meta property="og:title" content="{TITLE}"><title></title></head><body>
<h1 id="activity-name"> {TITLE} </h1><div><em id="publish_time">2024-03-26 18:00</em></div>
<div id="js_content" style="visibility: hidden; opacity: 0;">{body}</div>
<div id="js_pc_qr_code"><p>微信扫一扫关注该公众号</p></div></body></html>"""
    lines, _, _ = read(tmp_path / "页.html", markup)
    assert texts(lines) == [TITLE, "2024-03-26 18:00", *BODY]


def test_tables_of_figures(tmp_path: Path) -> None:
    table = """<table><thead><tr><th rowspan=2>学校</th><th colspan=2>人数</th></tr>
<tr><th>男</th><th>女</th></tr></thead>
<tbody><tr><td rowspan="2">一中</td><td>600</td><td>580</td></tr>
<tr><td>300</td><td>280<br>（增）</td></tr></tbody></table>"""
    lines, _, _ = read(tmp_path / "页.html", page(f"<h1>{TITLE}</h1>{PARAGRAPHS}{table}"))
    header = "学校\t人数 男\t人数 女"
    assert [(line.text, line.header) for line in lines if line.header is not None] == [
        ("学校\t人数", ""),
        ("\t男\t女", ""),
        ("一中\t600\t580", header),
        ("\t300\t280（增）", header),
    ]


def test_headings_inside_stay_in_the_article(tmp_path: Path) -> None:
    heads = ["会议总体情况和主要精神概述", "下一步工作安排和具体要求说明"]
    content = f"<h1>{TITLE}</h1><h2>{heads[0]}</h2>{PARAGRAPHS}<h2>{heads[1]}</h2>{PARAGRAPHS}"
    lines, reading, _ = read(tmp_path / "页.html", page(content))
    assert [line.heading for line in lines if line.heading] == [1, 2, 2]
    assert [a.title for a in reading.articles] == [TITLE]
    assert {p.text for p in reading.articles[0].paragraphs} >= set(heads)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "gbk", "没有"])
def test_encodings(tmp_path: Path, encoding: str, declared: str) -> None:
    markup = page(f"<h1>{TITLE}</h1>{PARAGRAPHS}", charset=declared)
    lines, _, _ = read(tmp_path / "页.html", markup.encode(encoding))
    assert texts(lines) == [TITLE, *BODY]


def test_declared_traditional_chinese(tmp_path: Path) -> None:
    text = "教育部召開全國教育工作會議，總結去年工作，部署今年任務。會議強調，要辦好人民滿意的教育，努力提高質量。"
    lines, _, _ = read(
        tmp_path / "頁.html", f"<meta charset=big5><h1>全國教育工作會議召開</h1><p>{text}</p>".encode("big5")
    )
    assert texts(lines) == ["全國教育工作會議召開", text]


def mhtml(markup: str, coding: str, charset: str = "utf-8") -> bytes:
    raw = markup.encode(charset)
    body = quopri.encodestring(raw) if coding == "quoted-printable" else base64.encodebytes(raw)
    head = (
        "From: <Saved by Blink>\nSnapshot-Content-Location: http://jyj.example.gov.cn/a.html\nMIME-Version: 1.0\n"
        'Content-Type: multipart/related;\n\ttype="text/html";\n\tboundary="----B"\n\n'
        f'------B\nContent-Type: text/html; charset="{charset}"\nContent-ID: <frame-0@mhtml.blink>\n'
        f"Content-Transfer-Encoding: {coding}\n\n"
    )
    rest = "\n------B\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n------B--\n"
    return head.encode() + body + rest.encode()


@pytest.mark.parametrize("coding", ["quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
@pytest.mark.parametrize("name", ["页.mhtml", "页.mht", "页.html"])
def test_pages_saved_as_one_file(tmp_path: Path, coding: str, charset: str, name: str) -> None:
    lines, _, _ = read(tmp_path / name, mhtml(page(f"<h1>{TITLE}</h1>{PARAGRAPHS}"), coding, charset))
    assert texts(lines) == [TITLE, *BODY]


def test_a_date_is_not_made_of_a_bare_year(tmp_path: Path) -> None:
    _, _, day = read(tmp_path / "页.html", page("<p>2024年是关键的一年，各项工作都要抓紧，不能放松。</p>"))
    assert day == ""
    extra = '<meta name="PubDate" content="2024-03-26 09:12">'
    _, _, day = read(tmp_path / "页2.html", page(PARAGRAPHS, extra=extra))
    assert day == "2024-03-26"


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "空文件"),
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "不是网页"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (bytes(5000), "不是网页"),
        (b"<html><body><script>x</script></body></html>", "没有读到文字"),
        (b"   ", "没有读到文字"),
    ],
)
def test_what_is_no_web_page(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "坏.html"
    path.write_bytes(data)
    with pytest.raises(JianwenError, match="坏") as caught:
        open_source(path)
    assert word in str(caught.value)


def test_deep_nesting_is_survived(tmp_path: Path) -> None:
    path = tmp_path / "深.html"
    path.write_text("<div>" * 20000 + "会议强调，要抓好落实。" + "</div>" * 20000)
    try:
        open_source(path)
    except JianwenError as error:
        assert path.name in str(error)


GOOD = page(f"<h1>{TITLE}</h1>{PARAGRAPHS}<table><tr><td rowspan=3>甲</td><td colspan=9>乙</td></tr></table>").encode()
PACKED = mhtml(GOOD.decode(), "quoted-printable")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([GOOD, PACKED]), st.floats(0, 1), st.binary(min_size=1, max_size=20), st.booleans())
def test_damage_never_escapes_as_another_error(
    tmp_path: Path, good: bytes, where: float, junk: bytes, cut: bool
) -> None:
    at = int(where * (len(good) - 1))
    path = tmp_path / "坏.mhtml"
    path.write_bytes(good[:at] + junk + (b"" if cut else good[at + len(junk) :]))
    try:
        read_articles([open_source(path).page(1)])
    except JianwenError as error:
        assert path.name in str(error)
