"""A checked answer as HTML for the window and as plain text for the clipboard. Pure.

Every word that comes from a document or a model is escaped: it is text, never markup. The only links are ours,
`cite:i:j`: the j-th group (see `marks.by_paragraph`) of the i-th statement's citations, and `read:k`: the k-th date
reading, to be read the other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from desktop import style
from desktop.marks import Place, by_paragraph
from desktop.wording import date_words, is_low, recognised
from rag.answers import Answer, Citation, DateReading, Refusal, Statement, by_group, counts
from rag.text import plain
from rag.types import StoredArticle

UNVERIFIED = "未核实"
GONE = "已移除"


def answer_html(answer: Answer) -> str:
    """What was counted, then the statements as a list, each followed by its citations, under the heading of its part;
    unsupported ones are struck out with the reason.
    """
    numbers = {id(statement): i for i, statement in enumerate(answer.statements)}
    rows = [_summary(answer.summary)]
    for group, statements in by_group(answer.statements).items():
        if group:
            rows.append(f'<p style="color:{style.ACCENT};font-weight:600;margin:8px 0 5px 0">{_words(group)}</p>')
        rows += [_statement(numbers[id(statement)], statement) for statement in statements]
    return "".join(rows) + _readings(answer.readings)


def _words(text: str) -> str:
    return escape(plain(text))


def _summary(summary: str) -> str:
    if not summary:
        return ""
    return f'<p style="font-weight:600;line-height:{style.LINE_PERCENT}%;margin:0 0 9px 0">{_words(summary)}</p>'


def _statement(i: int, statement: Statement) -> str:
    marks = "".join(
        f'&#8288;<a href="cite:{i}:{j}" style="color:{style.ACCENT};text-decoration:none">【{group[0].number}】</a>'
        f"{_recognised(group[0])}"
        for j, group in enumerate(by_paragraph(statement.citations))
    )
    text = _words(statement.text)
    if statement.supported:
        return point(f"{text}{marks}")
    why = "；".join(_words(problem) for problem in statement.problems)
    return point(
        f'<span style="color:{style.MUTED}"><s>{text}</s></span>{marks}<br>'
        f'<span style="color:{style.TROUBLE};font-size:10pt">{UNVERIFIED}：{why}</span>'
    )


def _recognised(citation: Citation) -> str:
    """A small mark behind the number of a source that was recognised from a picture, or is not there any more."""
    if citation.document.gone:
        return f'<span style="color:{style.CAUTION};font-size:9pt">{GONE}</span>'
    sure = citation.paragraph.paragraph.confidence
    if sure is None:
        return ""
    colour = style.CAUTION if is_low(sure) else style.MUTED
    return f'<span style="color:{colour};font-size:9pt">{recognised(sure)}</span>'


def refusal_html(refusal: Refusal) -> str:
    """The refusal; what came closest is shown below it, as cards."""
    hint = (
        f"资料库里没有找到{'明确写明答案' if refusal.near else '能回答这个问题'}的内容。"
        f"下面列出的{refusal.about_nearest}。"
        if refusal.nearest
        else "资料库里没有找到相关的内容。可以换一种问法，或先添加有关的资料。"
    )
    return (
        f'<p style="font-size:14pt;font-weight:600;color:{style.INK};margin:6px 0 6px 0">{refusal.verdict}</p>'
        f"{_summary(refusal.summary)}"
        f'<p style="line-height:{style.LINE_PERCENT}%;color:{style.MUTED};margin:0">{hint}</p>'
        f"{_readings(refusal.readings)}"
    )


def point(html: str) -> str:
    """One point of a list, hanging from its dot (Qt sets the dots of real lists too high)."""
    shape = f"line-height:{style.LINE_PERCENT}%;margin:0 0 9px 21px;text-indent:-21px"
    return f'<p style="{shape}"><span style="color:{style.ACCENT}">•</span>&nbsp;&nbsp;{html}</p>'


def _readings(readings: Sequence[DateReading]) -> str:
    """How date words are read, with a link to the other reading where there is one."""
    if not readings:
        return ""
    parts = []
    for k, reading in enumerate(readings):
        why = f"（{_words(reading.why)}）" if reading.why else ""
        part = f"“{_words(reading.words)}”按{_words(reading.period.name)}理解{why}"
        if reading.other:
            link = f'href="read:{k}" style="color:{style.ACCENT}"'
            part += f"，<a {link}>改按{_words(reading.other.name)}</a>"
        parts.append(part)
    return f'<p style="color:{style.MUTED};font-size:10pt;margin:8px 0 0 0">问题中的{"；".join(parts)}。</p>'


def footer(result: Answer | Refusal) -> str:
    """What was gone through, time and model, in one quiet line."""
    shown = result.evidence if isinstance(result, Answer) else result.nearest
    parts = [counts(result) or f"查阅 {len(shown)} 段资料", f"用时 {result.seconds.total:.1f} 秒"]
    if result.model:
        parts.append(f"模型 {result.model}")
    return " · ".join(parts)


def where(article: StoredArticle, name: str, page: int) -> str:
    """《title》（date），file，page: how a source is named in footnotes."""
    date = f"（{date_words(article)}）" if article.date else ""
    title = f"《{article.title}》" if article.title else f"“{article.label}”"
    return f"{title}{date}，{name}，第 {page} 页"


def answer_plain(answer: Answer) -> str:
    """The answer with footnotes, for pasting. Unverified statements are left out, and it is said how many."""
    lines = [answer.question, ""]
    if answer.summary:
        lines += [answer.summary, ""]
    notes: dict[tuple[int, str], list[Citation]] = {}
    supported = [statement for statement in answer.statements if statement.supported]
    for group, statements in by_group(supported).items():
        if group:
            lines.append(f"{group}：")
        for statement in statements:
            cited = by_paragraph(statement.citations)
            lines.append(statement.text + "".join(f"【{one[0].number}】" for one in cited))
            for one in cited:
                notes.setdefault((one[0].number, one[0].paragraph.id), []).extend(one)
    if left_out := len(answer.statements) - len(supported):
        lines.append(f"（另有 {left_out} 句{UNVERIFIED}，没有复制。）")
    lines.append("")
    lines += _footnotes(notes)
    if words := counts(answer):
        lines += ["", f"（{words}）"]
    return "\n".join(map(plain, lines))


def _footnotes(notes: Mapping[tuple[int, str], list[Citation]]) -> list[str]:
    lines = []
    for number, paragraph in sorted(notes):
        cited = notes[number, paragraph]
        name = cited[0].document.name + (f"（{GONE}）" if cited[0].document.gone else "")
        place = where(cited[0].article, name, Place.of_citations(cited).page)
        quotes = {(citation.start, citation.end): citation.quote for citation in cited}
        read = recognised(cited[0].paragraph.paragraph.confidence)
        note = f"（{read}，请对照原文核对）" if read else ""
        lines.append(f"【{number}】{place}{note}：“{'……'.join(quotes[span] for span in sorted(quotes))}”")
    return lines
