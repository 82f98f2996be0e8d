"""The readable Chinese form of our values for a terminal, with numbered footnotes and a little colour.

What documents say is data: it is printed without markup and with control characters taken out, so that no text can
move the cursor, recolour the screen or forge a line of ours.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.answering.evaluating import Verdict
from rag.answers import (
    SILENT,
    Answer,
    Citation,
    Conversation,
    DateReading,
    Evidence,
    Refusal,
    SearchResult,
    Statement,
    Turn,
    by_group,
    counts,
)
from rag.briefings import Briefing, KeptBriefing, footnotes
from rag.models import ROLE_TITLES, ModelStatus
from rag.text import plain
from rag.types import AddStatus, DateBasis, Document, FileAdded, Finding, Paragraph, StoredArticle

_STATUS = {
    AddStatus.ADDED: "已添加",
    AddStatus.DUPLICATE: "已在资料库中，未重复添加",
    AddStatus.LOCKED: "需要密码，未添加",
    AddStatus.FAILED: "未能添加",
}
_SEVERITY = {"ok": ("正常", "green"), "warning": ("注意", "yellow"), "error": ("有问题", "red")}
_ROLES = {"kicker": "引题", "subtitle": "副题"}
_WHY = {
    DateBasis.USER: "人工改定",
    DateBasis.GUESSED: "只印了月日，年份为推断",
    DateBasis.MASTHEAD: "日期据刊头推断",
    DateBasis.FILE_NAME: "日期据文件名推断",
    DateBasis.FILE: "日期据文件属性推断",
}
Elsewhere = Mapping[str, tuple[StoredArticle, Document]]
NOWHERE: Elsewhere = {}
_NEAREST = 3  # paragraphs shown with a refusal
_EXCERPT = 90  # characters of a paragraph shown in a list


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
    for problem in value.problems:
        console.print(Text(f"    {plain(problem)}", style="yellow"))


def article(console: Console, value: StoredArticle, elsewhere: Elsewhere = NOWHERE) -> None:
    """`elsewhere` holds the twins (and their documents) by article id, as `Library.elsewhere` gives them."""
    console.print()
    line = Text(f"{value.id}  ", style="cyan").append(plain(value.label), style="bold")
    line.append(f"  {_date_and_why(value)}  第 {value.page} 页", style="default")
    if value.corrected:
        line.append("  已改正", style="green")
    console.print(line)
    for heading in value.headings:
        if heading.role != "title":
            console.print(Text(f"    {_ROLES[heading.role]}：{plain(heading.paragraph.text)}", style="bold"))
    _see_also(console, value, elsewhere)
    for paragraph in value.paragraphs:
        line = Text(f"{paragraph.id.rpartition('-')[2]:>4}  ", style="cyan")
        console.print(line.append(_shown(paragraph.text, paragraph.paragraph), style="default"))


def furniture(console: Console, value: Paragraph) -> None:
    console.print(
        Text(f"版面文字  第 {value.page} 页  ", style="dim").append(_shown(value.text, value), style="default")
    )


def search_result(console: Console, value: SearchResult, elsewhere: Elsewhere = NOWHERE) -> None:
    console.print(Text(f"找到 {len(value.hits)} 段资料（{value.seconds:.2f} 秒）", style="bold"))
    for number, hit in enumerate(value.hits, 1):
        console.print(Text(f"{number}. ", style="cyan").append(_source(hit), style="default"))
        if hit.paragraph.paragraph.header:
            console.print(Text(f"   表头：{_cells(hit.paragraph.paragraph.header)}", style="dim"))
        console.print(Text(f"   {_shown(hit.passage.text, hit.paragraph.paragraph)}"))
        _see_also(console, hit.article, elsewhere)


def reply(console: Console, value: Answer | Refusal, elsewhere: Elsewhere = NOWHERE) -> None:
    if isinstance(value, Refusal):
        _refusal(console, value)
    else:
        _answer(console, value, elsewhere)
    for reading in value.readings:
        console.print(Text(_reading(reading), style="dim"))
    facts = [counts(value), f"模型 {value.model}" if value.model else "", f"用时 {value.seconds.total:.1f} 秒"]
    console.print(Text(f"（{'，'.join(filter(None, facts))}）", style="dim"))


def briefing(console: Console, value: Briefing, elsewhere: Elsewhere = NOWHERE) -> None:
    """The page with its footnotes, and what stands beside it."""
    known = footnotes(value)
    console.print()
    console.print(Text(plain(value.title), style="bold"))
    for section in value.sections:
        console.print(Text(plain(section.heading), style="bold cyan"))
        side = ""
        for statement in section.statements:
            if section.sides and statement.group != side:
                side = statement.group
                console.print(Text(f"  {plain(side)}：", style="cyan"))
            marks = "".join(f"【{number}】" for number in known.of(statement))
            line = Text(f"  {plain(statement.text)}").append(marks, style="cyan")
            if statement.duty and (statement.duty.who or statement.duty.due):
                line.append(
                    f"（{plain('；'.join(filter(None, (statement.duty.who, statement.duty.due))))}）", style="dim"
                )
            console.print(line.append(f"  {statement.mark}" if statement.mark else "", style="red"))
        for side in section.silent:
            console.print(Text(f"  {plain(side)}：{SILENT}", style="dim"))
        if section.note:
            console.print(Text(f"  {plain(section.note)}", style="dim"))
    _sources(console, known.citations, elsewhere)
    for gap in value.gaps:
        console.print(Text(plain(gap), style="yellow"))
    for reason, count in Counter(one.reason.value for one in value.left_out).items():
        console.print(Text(f"{reason}：{count} 句", style="dim"))
    length = sum(len(statement.text) for statement in value.statements)
    console.print(
        Text(f"（{value.kind_name}，{length} 字，{value.pages} 页，用时 {value.making.seconds:.1f} 秒）", style="dim")
    )


def kept_briefing(console: Console, value: KeptBriefing) -> None:
    line = Text(f"{value.id:>4}  ", style="cyan").append(plain(value.title), style="bold")
    console.print(line.append(f"  {plain(value.kind_name)}，{_moment(value.changed)}", style="default"))


def conversation(console: Console, value: Conversation) -> None:
    line = Text(f"{value.id:>4}  ", style="cyan").append(plain(value.title), style="bold")
    console.print(line.append(f"  {value.turns} 问，{_moment(value.last)}", style="default"))


def turn(console: Console, value: Turn) -> None:
    """The question of a kept turn; its reply is shown by `reply`."""
    console.print()
    console.print(Text("问：", style="cyan").append(plain(value.question), style="bold"))
    if value.asked != value.question:
        understood(console, value.asked)
    console.print(Text(_moment(value.at), style="dim"))


def understood(console: Console, asked: str) -> None:
    """What a question that leans on another is taken to ask."""
    console.print(Text(f"按“{plain(asked)}”查找", style="dim"))


def _moment(at: dt.datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


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


def _answer(console: Console, value: Answer, elsewhere: Elsewhere) -> None:
    cited: list[Citation] = []
    console.print()
    if value.summary:
        console.print(Text(plain(value.summary), style="bold"))
    numbers = itertools.count(1)
    for group, statements in by_group(value.statements).items():
        if group:
            console.print(Text(plain(group), style="bold cyan"))
        for statement in statements:
            marks = "".join(f"【{_footnote(cited, citation)}】" for citation in statement.citations)
            console.print(_statement(next(numbers), statement, marks))
    _sources(console, cited, elsewhere)


def _sources(console: Console, cited: Sequence[Citation], elsewhere: Elsewhere) -> None:
    console.print()
    console.print(Text("出处", style="bold"))
    for number, citation in enumerate(cited, 1):
        date = f"，{_date(citation.article)}" if citation.article.date else ""
        gone = "（已移除）" if citation.document.gone else ""
        place = f"{citation.document.name}{gone}，第 {citation.paragraph.page} 页，{citation.article.label}{date}"
        console.print(Text(f"【{number}】", style="cyan").append(plain(place), style="default"))
        mark = _recognised(citation.paragraph.paragraph)
        console.print(Text(f"    “{plain(citation.quote)}”{mark}"))
        _see_also(console, citation.article, elsewhere)


def _statement(number: int, statement: Statement, marks: str) -> Text:
    line = Text(f"{number}. ")
    if statement.supported:
        return line.append(plain(statement.text)).append(marks, style="cyan")
    line.append(plain(statement.text), style="strike").append(marks, style="cyan")
    return line.append(f"  未核实：{_reasons(statement)}", style="red")


def _reading(reading: DateReading) -> str:
    why = f"（{reading.why}）" if reading.why else ""
    return plain(f"“{reading.words}”按{reading.period.name}理解{why}")


def _refusal(console: Console, value: Refusal) -> None:
    console.print()
    console.print(Text(value.verdict, style="bold yellow"))
    if value.summary:
        console.print(Text(plain(value.summary)))
    if value.nearest:
        console.print(f"以下{value.about_nearest}：")
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
    date = f"（{_date(hit.article)}）" if hit.article.date else ""
    return plain(f"{hit.document.name}，第 {hit.paragraph.page} 页，{hit.article.label}{date}")


def _date(article: StoredArticle) -> str:
    certain = article.date_basis is None or article.date_basis.certain
    return f"{article.date}" if certain else f"{article.date}？"


def _date_and_why(article: StoredArticle) -> str:
    if article.date is None:
        return "日期不详"
    why = _WHY.get(article.date_basis) if article.date_basis else None
    return f"{_date(article)}（{why}）" if why else _date(article)


def _see_also(console: Console, article: StoredArticle, elsewhere: Elsewhere) -> None:
    for twin, document in (elsewhere[name] for name in article.twins if name in elsewhere):
        line = f"   另见：《{twin.label}》第 {twin.page} 页"
        console.print(
            Text(plain(line if twin.document == article.document else f"{line}（{document.name}）"), style="dim")
        )


def _shown(text: str, paragraph: Paragraph) -> str:
    said = plain(text) if paragraph.header is None else _cells(text)
    return said + _recognised(paragraph)


def _recognised(paragraph: Paragraph) -> str:
    return "" if paragraph.confidence is None else f"〔识别 {paragraph.confidence:.0%}〕"


def _cells(row: str) -> str:
    return plain(" | ".join(row.split("\t")))


def _excerpt(text: str) -> str:
    return plain(text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…")


def verdict_columns(console: Console) -> None:
    """The head of the table whose rows `verdict` prints, one as each question is done."""
    console.print(Text("题号  结果      用时  问题", style="bold"))


def verdict(console: Console, value: Verdict, number: int) -> None:
    line = Text(f"{number:>4}  ", style="cyan")
    line.append("通过  " if value.passed else "未通过", style="green" if value.passed else "red")
    line.append(f"  {value.reply.seconds.total:>5.1f} 秒  {plain(value.case.question)}", style="default")
    console.print(line)
    for fault in value.faults:
        console.print(Text(f"{' ' * 22}{plain(fault)}", style="yellow"))


def score(console: Console, verdicts: Sequence[Verdict]) -> None:
    """How many passed, those to be answered and those to be refused apart; the time they took; the model."""
    if not verdicts:
        return
    refusing = [one for one in verdicts if one.case.refuse]
    answering = [one for one in verdicts if not one.case.refuse]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    for name in ("", "题数", "通过", "通过率"):
        table.add_column(name, justify="right" if name else "left")
    for name, asked in (("应有回答", answering), ("应拒答", refusing), ("合计", verdicts)):
        if asked:
            passed = sum(one.passed for one in asked)
            table.add_row(name, str(len(asked)), str(passed), f"{passed / len(asked):.0%}")
    console.print()
    console.print(table)
    seconds = fmean(one.reply.seconds.total for one in verdicts)
    models = "、".join(dict.fromkeys(one.reply.model for one in verdicts if one.reply.model))
    console.print(Text(plain("，".join(filter(None, (f"平均用时 {seconds:.1f} 秒", models and f"模型 {models}"))))))
