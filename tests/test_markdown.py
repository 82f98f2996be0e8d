"""rag.readers.markdown: what a Markdown file shows, and nothing of its markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.articles.splitting import read_articles
from rag.errors import JianwenError
from rag.readers import open_source
from rag.types import Line

SAMPLE = """---
title: "全市教育工作会议召开"
date: 2024-03-26
---

# 总体情况

3月25日，**市教育局**召开[全市教育工作会议](http://example.com/a)，
总结去年工作，![图](a.png)部署今年任务。
会议强调，要抓好落实<br>办好教育。

1. 第一项
2. 第二项
   - 小项

| 学校 | 人数 |
|------|-----:|
| 一中 | 1 200 |
| 二中 | |

```
代码 一行
  第二行
```

<div>网页<b>片段</b></div>

> 引文\\*。

Setext 标题
---------
"""


def read(path: Path, text: str | bytes) -> list[Line]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (page,) = [open_source(path).page(1)]
    assert not page.wrapped
    return list(page.lines)


def test_what_is_shown(tmp_path: Path) -> None:
    lines = read(tmp_path / "a.md", SAMPLE)
    assert [(line.heading, line.text) for line in lines if line.header is None] == [
        (1, "全市教育工作会议召开"),
        (2, "总体情况"),
        (0, "3月25日，市教育局召开全市教育工作会议， 总结去年工作，部署今年任务。"),
        (0, "会议强调，要抓好落实"),
        (0, "办好教育。"),
        (0, "1. 第一项"),
        (0, "2. 第二项"),
        (0, "小项"),
        (0, "代码 一行"),
        (0, "  第二行"),
        (0, "网页片段"),
        (0, "引文*。"),
        (3, "Setext 标题"),
    ]
    header = "学校\t人数"
    assert [(line.text, line.header) for line in lines if line.header is not None] == [
        (header, ""),
        ("一中\t1 200", header),
        ("二中", header),
    ]
    source = open_source(tmp_path / "a.md")
    assert source.properties_date == "2024-03-26"
    (article,) = read_articles([source.page(1)]).articles
    assert article.title == "全市教育工作会议召开"
    assert "3月25日，市教育局召开全市教育工作会议，总结去年工作，部署今年任务。" in [p.text for p in article.paragraphs]


def test_several_articles(tmp_path: Path) -> None:
    heads = ["全市教育工作会议在市政府召开", "市直学校开展防溺水安全教育活动"]
    text = "".join(f"# {head}\n\n4月2日，会议召开。\n\n会议强调，要落实。\n\n" for head in heads)
    read(tmp_path / "a.markdown", text.encode("gb18030"))
    page = open_source(tmp_path / "a.markdown").page(1)
    assert [a.title for a in read_articles([page]).articles] == heads


@pytest.mark.parametrize(
    ("data", "word"),
    [(b"", "空"), (b"\x00\x01\x02\xff", "不是能识别"), (b"---\ndate: 1\n---\n", "空"), (b"![](a.png)", "空")],
)
def test_what_is_no_markdown(tmp_path: Path, data: bytes, word: str) -> None:
    with pytest.raises(JianwenError, match=word):
        read(tmp_path / "坏.md", data)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="教育会。 \n#-*>`|_[]()<>!:1.　&\\", max_size=80))
def test_any_text_is_read_and_no_word_is_lost(tmp_path: Path, text: str) -> None:
    try:
        lines = read(tmp_path / "a.md", text)
    except JianwenError as error:
        assert "空" in str(error)
        return
    shown = "".join(line.text for line in lines)
    if not set(text) & set("![<&"):  # what pictures, links and tags hold is not shown
        assert [c for c in shown if c in "教育会"] == [c for c in text if c in "教育会"]
