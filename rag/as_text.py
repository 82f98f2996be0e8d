"""The readable Chinese form of our values for a terminal, with numbered footnotes and a little colour.

What documents say is data: it is printed without markup and with control characters taken out, so that no text can
move the cursor, recolour the screen or forge a line of ours.
"""

from __future__ import annotations

import unicodedata

from rich.console import Console
from rich.text import Text

from rag.models import ROLE_TITLES, ModelStatus
from rag.types import (
    AddStatus,
    Answer,
    Citation,
    Document,
    Evidence,
    FileAdded,
    Finding,
    Refusal,
    SearchResult,
    Statement,
    StoredArticle,
)

NOT_IN_SOURCES = "资料中未提及"
_STATUS = {
    AddStatus.ADDED: "已添加",
    AddStatus.DUPLICATE: "已在资料库中，未重复添加",
    AddStatus.LOCKED: "需要密码，未添加",
    AddStatus.FAILED: "未能添加",
}
_SEVERITY = {"ok": ("正常", "green"), "warning": ("注意", "yellow"), "error": ("有问题", "red")}
_NEAREST = 3  # paragraphs shown with a refusal
_EXCERPT = 90  # characters of a paragraph shown in a list


def plain(text: str) -> str:
    """`text` without control and format characters; line breaks become spaces."""
    return "".join(
        " " if c in "\n\t" else c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf")
    )


def file_added(console: Console, event: FileAdded) -> None:
    line = Text(f"{plain(str(event.path))}：{_STATUS[event.status]}")
    if event.status is AddStatus.ADDED:
        line.append(f"（{event.articles} 篇文章，{event.paragraphs} 个段落，编号 {event.document}）")
    elif event.error:
        line.append(f"。{plain(event.error)}", style="red")
    console.print(line)
    for problem in event.problems:
        console.print(Text(f"    {plain(problem)}", style="yellow"))


def document(console: Console, value: Document) -> None:
    line = Text(f"{value.id}  ", style="cyan").append(plain(value.name), style="bold")
    line.append(f"  {value.pages} 页，{value.articles} 篇文章，{value.paragraphs} 个段落", style="default")
    console.print(line)


def article(console: Console, value: StoredArticle) -> None:
    console.print()
    line = Text(f"{value.id}  ", style="cyan").append(plain(value.label), style="bold")
    line.append(f"  {value.date or '日期不详'}  第 {value.page} 页", style="default")
    console.print(line)
    for paragraph in value.paragraphs:
        console.print(Text(f"　　{plain(paragraph.text)}"))


def search_result(console: Console, value: SearchResult) -> None:
    console.print(Text(f"找到 {len(value.hits)} 段资料（{value.seconds:.2f} 秒）", style="bold"))
    for number, hit in enumerate(value.hits, 1):
        console.print(Text(f"{number}. ", style="cyan").append(_source(hit), style="default"))
        console.print(Text(f"   {plain(hit.passage.text)}"))


def reply(console: Console, value: Answer | Refusal) -> None:
    if isinstance(value, Refusal):
        _refusal(console, value)
    else:
        _answer(console, value)
    console.print(Text(f"（模型 {value.model}，用时 {value.seconds.total:.1f} 秒）", style="dim"))


def finding(console: Console, value: Finding) -> None:
    word, colour = _SEVERITY[value.severity]
    console.print(Text(f"[{word}] ", style=colour).append(plain(value.message), style="default"))
    if value.remedy:
        console.print(Text(f"       办法：{plain(value.remedy)}"))


def model_status(console: Console, value: ModelStatus) -> None:
    title = ROLE_TITLES[value.role]
    if value.whole:
        line = Text("[完整] ", style="green").append(f"{title} {value.name}", style="default")
        console.print(line.append(f"（{value.bytes / 1e6:,.0f} MB，{value.path}）", style="default"))
    elif value.path is None:
        console.print(Text("[缺少] ", style="red").append(f"{title} {value.name}", style="default"))
        console.print("       办法：运行 jianwen models fetch 下载，或按 models/README.md 把文件放进 models 文件夹。")
    else:
        console.print(Text("[不可用] ", style="red").append(f"{title} {value.name}", style="default"))
        console.print(Text(f"       {plain(value.problem)}"))


def _answer(console: Console, value: Answer) -> None:
    footnotes: list[Citation] = []
    console.print()
    for number, statement in enumerate(value.statements, 1):
        marks = "".join(f"【{_footnote(footnotes, citation)}】" for citation in statement.citations)
        line = Text(f"{number}. ")
        if statement.supported:
            line.append(plain(statement.text)).append(marks, style="cyan")
        else:
            line.append(plain(statement.text), style="strike").append(marks, style="cyan")
            line.append(f"  未核实：{_reasons(statement)}", style="red")
        console.print(line)
    console.print()
    console.print(Text("出处", style="bold"))
    for number, citation in enumerate(footnotes, 1):
        date = f"，{citation.article.date}" if citation.article.date else ""
        place = f"{citation.document.name}，第 {citation.paragraph.page} 页，{citation.article.label}{date}"
        console.print(Text(f"【{number}】", style="cyan").append(plain(place), style="default"))
        console.print(Text(f"    “{plain(citation.quote)}”"))


def _refusal(console: Console, value: Refusal) -> None:
    console.print()
    console.print(Text(NOT_IN_SOURCES, style="bold yellow"))
    if value.nearest:
        console.print("以下段落最接近，但没有回答这个问题：")
    for hit in value.nearest[:_NEAREST]:
        console.print(Text(f"· {_source(hit)}"))
        console.print(Text(f"  {_excerpt(hit.passage.text)}", style="dim"))


def _footnote(footnotes: list[Citation], citation: Citation) -> int:
    """The number of this citation's footnote; the same stretch of the same paragraph is listed once."""
    for number, known in enumerate(footnotes, 1):
        if (known.paragraph.id, known.start, known.end) == (citation.paragraph.id, citation.start, citation.end):
            return number
    footnotes.append(citation)
    return len(footnotes)


def _reasons(statement: Statement) -> str:
    return plain("；".join(statement.problems))


def _source(hit: Evidence) -> str:
    date = f"（{hit.article.date}）" if hit.article.date else ""
    return plain(f"{hit.document.name}，第 {hit.paragraph.page} 页，{hit.article.label}{date}")


def _excerpt(text: str) -> str:
    return plain(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…")
