"""Layouts of small papers and bulletins: briefs, contents, notices, titles amid or beside the text, drop caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.newspaper import MARGIN, CopyLine, Press, Slot, Style
from tests.newspaper_layouts import balanced, block, room, stacked, style_of, whole
from tests.pdf_writer import Text
from tests.typesetting import SetLine, advance, set_headline, set_paragraph


def _centred(press: Press, x: float, top: float, width: float, size: float, text: str) -> None:
    press.furnish(x + (width - advance(text, size)) / 2, top, size, text, bold=True)


# ---------------------------------------------------------------- briefs and contents


def briefs(press: Press) -> None:
    """A band of short items without titles below a rubric; articles above, and below when room is left."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    count = press.rng.randint(3, 5)
    for _ in range(press.rng.randint(1, 2)):
        top = block(press, x, top, width, bottom, count, style) + 20
    top = _briefs_band(press, x, top, width, press.rng.randint(2, 4), style) + 20
    if bottom - top > room(style, width, count):
        stacked(press, x, width, top, bottom, count, style)
    press.page_number()


def _briefs_band(press: Press, x: float, top: float, width: float, count: int, style: Style) -> float:
    """Items run on from column to column; returns the bottom of the band."""
    rng, framed = press.rng, press.rng.random() < 0.6
    pad = 10.0 if framed else 0.0
    left, across = x + pad, width - 2 * pad
    y = top + pad
    _centred(press, left, y, across, 16.0, rng.choice(("简讯", "短讯", "简 讯", "教育短波", "一句话新闻")))
    y += 16.0 + style.size
    measure = style.measure(across, count)
    way = rng.choice(("本报讯", "reporter", "bullet", "bracket"))
    copy: list[CopyLine] = []
    for _ in range(count * rng.randint(2, 3)):
        article = press.article(title="")
        copy += press.paragraph(article, _lead(press, way) + press.words.brief(), measure, style)
    slots = balanced(copy, left, y, across, count, style)
    press.flow(copy, slots, style)
    low = y + slots[0].rows * style.pitch + pad
    if framed:
        press.box((x, top, x + width, low))
    else:
        press.rule(x, top - 8, x + width, top - 8)
        press.rule(x, low + 6, x + width, low + 6)
    return low


def _lead(press: Press, way: str) -> str:
    if way == "reporter":
        return f"本报讯（记者 {press.words.person()}）"
    return {"本报讯": "本报讯 ", "bullet": "●", "bracket": f"【{press.words.county()}】"}[way]


def contents(press: Press) -> None:
    """A front page with a box that lists what stands on the pages inside."""
    x, width, top, bottom = whole(press)
    rng, style = press.rng, style_of(press.rng, gutter=15.0)
    press.furnish(x, top, 40, rng.choice(("临河教育周报", "云台教育", "东岭教育信息")), bold=True)
    press.furnish(x, top + 50, 10, f"2024年{rng.randint(1, 12)}月{rng.randint(1, 28)}日 第{rng.randint(1, 52)}期")
    press.rule(x, top + 66, x + width, top + 66)
    top += 78
    beside = rng.random() < 0.5
    if beside:
        own = width * 0.27
        low = _contents_box(press, x + width - own, top, own, style)
        count = rng.randint(3, 4)
        end = block(press, x, top, width - own - 18, bottom, count, style, rows=rng.randint(10, 14))
        top = max(low, end) + 18
    else:
        top = _contents_box(press, x, top, width, style) + 18
    stacked(press, x, width, top, bottom, rng.randint(3, 5), style)
    press.page_number()


def _contents_box(press: Press, x: float, top: float, width: float, style: Style) -> float:
    rng, pad = press.rng, 8.0
    _centred(press, x, top + pad, width, 15.0, rng.choice(("导读", "本期导读", "导 读", "今日要目", "目录")))
    y = top + pad + 15 + style.size
    ending = rng.choice(("▶{}版", "（{}版）", "……{}", "详见第{}版"))
    columns = 1 if width < 300 else 3
    each = (width - 2 * pad) / columns
    entries = [press.words.title() + ending.format(rng.randint(2, 8)) for _ in range(columns * rng.randint(3, 5))]
    for number, entry in enumerate(entries):
        for line in set_headline(entry, each - 6, style.size) if columns == 1 else [entry]:
            at = y + (0 if columns == 1 else number // columns * 1.6 * style.size)
            press.furnish(x + pad + number % columns * each, at, style.size, line)
            y += 1.5 * style.size if columns == 1 else 0
    low = y + (0 if columns == 1 else -(-len(entries) // columns) * 1.6 * style.size) + pad
    press.box((x, top, x + width, low))
    return low


# ---------------------------------------------------------------- where the title stands


def amid(press: Press) -> None:
    """The headline stands half-way down in the inner columns, text above and below it; frames around."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0, centred=True)
    while bottom - top > 290:
        count, pad = press.rng.randint(4, 5), 10.0
        left, across = x + pad, width - 2 * pad
        measure = style.measure(across, count)
        article = press.article()
        rows = press.rng.randint(13, 17)
        inner = style.column(left, across, count, 1)
        wide = (count - 2) * measure + (count - 3) * style.gutter
        above = press.rng.randint(4, 6)
        start = top + pad + above * style.pitch + 0.5 * style.size
        end = press.headline(article, inner, start, wide, style)
        resumed = above + -(-(end - (top + pad + above * style.pitch)) // style.pitch)
        slots: list[Slot] = []
        for n in range(count):
            at = style.column(left, across, count, n)
            if n in (0, count - 1):
                slots.append(Slot(at, top + pad, rows))
            else:
                slots.append(Slot(at, top + pad, above))
                slots.append(Slot(at, top + pad + resumed * style.pitch, int(rows - resumed)))
        press.flow(press.compose(article, measure, style, sum(s.rows for s in slots)), slots, style)
        low = top + rows * style.pitch + 2 * pad - 3
        press.box((x, top, x + width, low))
        top = low + 12
    press.page_number()


def side_titles(press: Press) -> None:
    """The headline stands at the left, its lines one above the other, the text in columns at its right."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    framed = press.rng.random() < 0.5
    while bottom - top > 200:
        pad, strip, count = 10.0, width * press.rng.choice((0.18, 0.22, 0.26)), press.rng.randint(2, 4)
        left, across = x + pad + strip + 14, width - 2 * pad - strip - 14
        article = press.article()
        rows = press.rng.randint(9, 13)
        copy = press.compose(article, style.measure(across, count), style, rows * count)
        slots = balanced(copy, left, top + pad, across, count, style)
        high = slots[0].rows * style.pitch
        lines = set_headline(press.title_of(article).title, strip, style.title)
        upper = press.rng.random() < 0.5
        at = top + pad + (0 if upper else max(0.0, (high - len(lines) * 1.2 * style.title) / 2))
        press.headline(article, x + pad, at, strip, style)
        press.flow(copy, slots, style)
        low = top + 2 * pad + max(high, len(lines) * 1.2 * style.title)
        if framed:
            press.box((x, top, x + width, low))
        else:
            press.rule(x, low + 6, x + width, low + 6)
        top = low + 14
    press.page_number()


def subtitle_widening(press: Press) -> None:
    """Narrow columns beside the headline of the article, wide ones below its subtitle, as bulletins set them."""
    x, width, top, bottom = whole(press)
    while bottom - top > 330:
        style = style_of(press.rng, gutter=14.0)
        count = press.rng.randint(3, 4)
        article = press.article(subtitle=True)
        y = press.headline(article, x, top, width, style)
        copy = press.compose(article, style.measure(width, count + 1), style, (count + 1) * press.rng.randint(4, 6))
        slots = balanced(copy, x, y, width, count + 1, style)
        press.flow(copy, slots, style)
        y += slots[0].rows * style.pitch + 4
        line = f"{press.rng.choice('一二三')}、{press.words.crosshead()}"
        press.next_frame()
        press.put(Text(x, y, style.size * 1.3, line, True), press.said(article, line))
        y += 2.2 * style.size
        copy = press.compose(article, style.measure(width, count - 1), style, (count - 1) * press.rng.randint(5, 8))
        slots = balanced(copy, x, y, width, count - 1, style)
        press.flow(copy, slots, style)
        top = y + slots[0].rows * style.pitch + press.rng.uniform(16, 24)
    press.page_number()


# ---------------------------------------------------------------- bulletins, notices, mastheads


def bulletin(press: Press) -> None:
    """One column on A4 below a masthead: articles of title and text, the list of receivers at the end."""
    rng, words = press.rng, press.words
    x, width, top, bottom = 70.0, press.width - 140, 60.0, press.height - 70
    style = replace(style_of(rng, size=rng.choice((14.0, 15.0, 16.0))), title=rng.choice((20.0, 22.0)), leading=1.6)
    style = replace(style, centred=True, hang=False)
    _centred(press, x, top, width, 44, rng.choice(("教育简报", "工作简报", "教育情况通报", "督导动态")))
    _centred(press, x, top + 60, width, 16, f"第{rng.randint(1, 60)}期")
    press.furnish(x, top + 88, 14, "临河市教育局办公室")
    day = f"2024年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    press.furnish(x + width - advance(day, 14), top + 88, 14, day)
    press.rule(x, top + 108, x + width, top + 108)
    y = top + 122
    for _ in range(rng.randint(2, 4)):
        y = _bulletin_article(press, x, y, width, top, bottom, style)
    if y > bottom - 90:
        press.turn_page()
        y = top
    press.rule(x, bottom - 60, x + width, bottom - 60)
    press.furnish(x, bottom - 50, 14, "报：市委办公室、市政府办公室，省教育厅。")
    press.furnish(x, bottom - 26, 14, f"送：各县（市、区）教育局。（共印{rng.randint(30, 90)}份）")
    assert words
    press.page_number()


def _bulletin_article(press: Press, x: float, y: float, width: float, top: float, bottom: float, style: Style) -> float:
    """Runs on to the next page where it must; returns where it ends."""
    if bottom - y < 7 * style.pitch + 60:
        press.page_number()
        press.turn_page()
        y = top
    article = press.article()
    y = press.headline(article, x, y, width, style)
    copy = press.compose(article, width, style, press.rng.randint(8, 26))
    while copy:
        fits = int((bottom - 70 - y) / style.pitch)
        press.flow(copy[:fits], [Slot(x, y, fits)], style)
        y, copy = y + len(copy[:fits]) * style.pitch, copy[fits:]
        if copy:
            press.page_number()
            press.turn_page()
            y = top
    return y + 1.2 * style.pitch


def notices(press: Press) -> None:
    """Articles, and below them a row of framed notices: title, text, signature and date."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    count = press.rng.randint(3, 5)
    for _ in range(press.rng.randint(2, 3)):
        top = block(press, x, top, width, bottom, count, style) + 18
    for _ in range(press.rng.randint(1, 2)):
        if bottom - top < 170:
            break
        parts, gap = press.rng.randint(2, 4), press.rng.choice((6.0, 10.0))
        across = (width - gap * (parts - 1)) / parts
        ends = [_notice(press, x + n * (across + gap) + 8, top + 8, across - 16, style) for n in range(parts)]
        for n in range(parts):
            press.box((x + n * (across + gap), top, x + n * (across + gap) + across, max(ends) + 6))
        top = max(ends) + 6 + gap
    press.page_number()


def _notice(press: Press, x: float, top: float, width: float, style: Style) -> float:
    title, texts = press.words.notice()
    article = press.article(title=title)
    own = replace(style, title=15.0, centred=True)
    y = press.headline(article, x, top, width, own)
    copy: list[CopyLine] = []
    for text in texts:
        signed = len(text) < 12 and text[-1] not in "。：" and not any(c in text for c in "：:")
        if signed:
            copy.append(CopyLine(SetLine(text, width - advance(text, own.size) - 6), press.said(article, text)))
        else:
            copy += press.paragraph(article, text, width, own)
    press.flow(copy, [Slot(x, y, len(copy))], own)
    return y + len(copy) * own.pitch


def spread(press: Press) -> None:
    """Two pages side by side on one sheet, each with a masthead or a running head of its own."""
    gap, rng = 50.0, press.rng
    half = (press.width - 2 * MARGIN - gap) / 2
    top, bottom = MARGIN, press.height - MARGIN - 10
    name = rng.choice(("临河教育周报", "云台教育", "东岭教育信息"))
    day = f"2024年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    issue = rng.randint(1, 52)
    style = style_of(rng, size=rng.choice((8.5, 9.0, 9.5)), gutter=13.0)
    count = rng.randint(2, 3)
    for number, x in enumerate((MARGIN, MARGIN + half + gap)):
        y = top
        if number == 0 and rng.random() < 0.5:
            press.furnish(x, y, 9, f"4版 {day}")
            press.furnish(x + half - advance(name, 9), y, 9, name)
            press.rule(x, y + 14, x + half, y + 14)
            y += 24
        else:
            press.furnish(x, y, 34, name if number else "教研专刊", bold=True)
            press.furnish(x, y + 42, 9, f"{day} 第{issue}期（总第{issue + 200}期） 临河市教育局主办")
            press.rule(x, y + 56, x + half, y + 56)
            y += 66
        stacked(press, x, half, y, bottom, count, style)


# ---------------------------------------------------------------- type


def drop_caps(press: Press) -> None:
    """The first character of an article is set two or three lines high."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0, hang=False)
    count = press.rng.randint(3, 4)
    deep = press.rng.choice((2, 2, 3))
    while bottom - top > room(style, width, count) + 40:
        article = press.article()
        y = press.headline(article, x, top, width, style)
        measure = style.measure(width, count)
        copy = _with_cap(press, article, x, y, measure, deep, style)
        copy += press.compose(article, measure, style, count * press.rng.randint(6, 10))
        slots = balanced(copy, x, y, width, count, style)
        press.flow(copy, slots, style)
        top = y + slots[0].rows * style.pitch + 18
    press.page_number()


def _with_cap(
    press: Press, article: int, x: float, y: float, measure: float, deep: int, style: Style
) -> list[CopyLine]:
    """The first paragraph, set around its first character, which is printed here."""
    text = press.words.paragraph()
    while len(text) * style.size < (deep + 1) * measure or text[0] in "“0123456789":
        text = press.words.paragraph()
    owner = press.said(article, text)
    size = (deep - 1) * style.pitch + style.size
    press.next_frame()
    press.put(Text(x, y, size, text[0]), owner)
    shift = size + 0.3 * style.size
    beside: Sequence[SetLine] = set_paragraph(text[1:], measure - shift, style.size, indent=0.0, hang=False)[:deep]
    rest = text[1 + sum(len(line.text) for line in beside) :]
    lines = [replace(line, indent=shift) for line in beside]
    lines += set_paragraph(rest, measure, style.size, indent=0.0, hang=False)
    return [CopyLine(line, owner) for line in lines]


def square_gutters(press: Press) -> None:
    """Gutters as wide as one character, without rules."""
    x, width, top, bottom = whole(press)
    size = press.rng.choice((9.0, 9.5, 10.0, 10.5))
    style = style_of(press.rng, size=size, gutter=size, hang=False)
    stacked(press, x, width, top, bottom, press.rng.randint(3, 6), style)
    press.page_number()
