"""Layouts of newspaper pages that break the rectangle: titles beside the text, pictures, tables, jumps, front pages."""

from __future__ import annotations

from dataclasses import replace

from tests.newspaper import MARGIN, CopyLine, Owner, Press, Slot, Style
from tests.newspaper_corpus import TABLE
from tests.newspaper_layouts import balanced, block, room, stacked, style_of, whole
from tests.pdf_writer import Text
from tests.typesetting import SetLine, advance, set_headline


def vertical_titles(press: Press) -> None:
    """The title is written downwards, at the left or the right of its text; frames around."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=14.0)
    while bottom - top > 280:
        article = press.article()
        title = press.title_of(article).title
        size, pad, right = press.rng.choice((18.0, 20.0, 22.0)), 10.0, press.rng.random() < 0.4
        count = press.rng.randint(3, 4)
        strip = size + 14
        left = x + pad + (0 if right else strip)
        across = width - 2 * pad - strip
        rows = int(max(press.rng.uniform(150, 200), len(title) * (size + 1) + 6) / style.pitch) + 1
        copy = press.compose(article, style.measure(across, count), style, rows * count)
        slots = balanced(copy, left, top + pad, across, count, style)
        press.next_frame()
        at = x + width - pad - size if right else x + pad
        _downwards(press, Text(at, top + pad, size, title, bold=True, spacing=1.0), Owner(article, "title"))
        press.flow(copy, slots, style)
        low = top + 2 * pad + max(slots[0].rows * style.pitch, len(title) * (size + 1.0))
        press.box((x, top, x + width, low))
        top = low + 12
    press.page_number()


def _downwards(press: Press, text: Text, owner: Owner) -> None:
    """In one piece with a vertical CMap, or sign by sign, as different programs do it."""
    if press.rng.random() < 0.5:
        press.put(replace(text, down=True), owner)
        return
    for number, char in enumerate(text.text):
        press.put(replace(text, top=text.top + number * (text.size + text.spacing), text=char, spacing=0.0), owner)


def pictures(press: Press) -> None:
    """A picture with its caption takes the head or the foot of some columns."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    while bottom - top > 300:
        count = press.rng.randint(3, 5)
        article = press.article()
        body = press.headline(article, x, top, width, style)
        measure = style.measure(width, count)
        wide = press.rng.randint(1, count - 1)
        first = press.rng.choice((0, count - wide))
        taken = press.rng.randint(6, 9)
        rows = taken + press.rng.randint(3, 6)
        copy = press.compose(article, measure, style, rows * count - taken * wide)
        rows = -(-(len(copy) + taken * wide) // count)
        head = press.rng.random() < 0.5
        slots = []
        for n in range(count):
            beside = first <= n < first + wide
            lowered = body + (taken * style.pitch if beside and head else 0)
            slots.append(Slot(style.column(x, width, count, n), lowered, rows - (taken if beside else 0)))
        press.flow(copy, slots, style)
        left = style.column(x, width, count, first)
        across = wide * measure + (wide - 1) * style.gutter
        _picture(press, article, left, body if head else body + (rows - taken) * style.pitch, across, taken, style)
        top = body + rows * style.pitch + 16
    press.page_number()


def _picture(press: Press, article: int, left: float, top: float, across: float, taken: int, style: Style) -> None:
    small = style.size - 1
    caption = press.words.caption()
    lines = set_headline(caption, across, small)
    high = (taken - 0.6) * style.pitch - len(lines) * 1.3 * small - 4
    press.picture((left, top + 1, left + across, top + high))
    owner = press.beside(article, caption, "caption")
    press.next_frame()
    for number, line in enumerate(lines):
        indent = (across - advance(line, small)) / 2
        press.put(Text(left + indent, top + high + 4 + number * 1.3 * small, small, line), owner)


def tables(press: Press) -> None:
    """A table with rules below the text of an article, across all its columns."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    while bottom - top > 330:
        end = block(press, x, top, width, bottom - 130, press.rng.randint(3, 4), style, rows=press.rng.randint(5, 9))
        top = _table(press, x, end + 2, width * press.rng.choice((0.6, 1.0)), style) + 18
    press.page_number()


def _table(press: Press, x: float, top: float, width: float, style: Style) -> float:
    article = press.articles - 1
    high, wide = style.size * 1.7, width / len(TABLE[0])
    for row, cells in enumerate(TABLE):
        y = top + row * high
        for column, cell in enumerate(cells):
            owner = press.beside(article, cell, "table")
            press.next_frame()
            indent = (wide - advance(cell, style.size - 0.5)) / 2
            press.put(
                Text(x + column * wide + indent, y + 0.35 * style.size, style.size - 0.5, cell, bold=row == 0), owner
            )
    low = top + len(TABLE) * high
    for row in range(len(TABLE) + 1):
        press.rule(x, top + row * high, x + width, top + row * high)
    for column in range(len(TABLE[0]) + 1):
        press.rule(x + column * wide, top, x + column * wide, low)
    return low


def widening(press: Press) -> None:
    """Narrow columns; below a line that heads the second half, the same article goes on in wider ones."""
    x, width, top, bottom = whole(press)
    while bottom - top > 380:
        style = style_of(press.rng, gutter=14.0)
        narrow, wide = press.rng.choice(((4, 2), (5, 3), (4, 3), (3, 2)))
        article = press.article()
        y = press.headline(article, x, top, width, style)
        for number, count in enumerate((narrow, wide)):
            if number:
                line = press.words.crosshead()
                press.next_frame()
                size = style.size + 1.5
                press.put(
                    Text(x + (width - advance(line, size)) / 2, y + 4, size, line, True), press.said(article, line)
                )
                y += 4 + size + 0.8 * style.size
            copy = press.compose(article, style.measure(width, count), style, count * press.rng.randint(5, 8))
            slots = balanced(copy, x, y, width, count, style)
            press.flow(copy, slots, style)
            y += slots[0].rows * style.pitch
        top = y + 18
        press.rule(x, top - 9, x + width, top - 9)
    press.page_number()


def uneven(press: Press) -> None:
    """Another article stands in a frame in one corner; the columns of the first one are cut short by it."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    while bottom - top > 420:
        count = press.rng.randint(4, 5)
        wide = press.rng.randint(1, count - 2)
        corner = press.rng.choice(("lower left", "lower right", "upper right"))
        measure = style.measure(width, count)
        article = press.article()
        head = width - wide * (measure + style.gutter) if corner == "upper right" else width
        body = press.headline(article, x, top, head, style)
        first = 0 if corner == "lower left" else count - wide
        left, across = style.column(x, width, count, first), wide * measure + (wide - 1) * style.gutter
        rows = press.rng.randint(18, 22)
        boxed_top = top if corner == "upper right" else body + (rows - 13) * style.pitch
        boxed_low = body + rows * style.pitch if corner != "upper right" else body + 13 * style.pitch
        slots = []
        for n in range(count):
            x0, beside = style.column(x, width, count, n), first <= n < first + wide
            if not beside:
                slots.append(Slot(x0, body, rows))
            elif corner == "upper right":
                slots.append(Slot(x0, body + 14 * style.pitch, rows - 14))
            else:
                slots.append(Slot(x0, body, rows - 14))
        room_for = sum(slot.rows for slot in slots)
        copy = press.compose(article, measure, style, room_for)
        press.flow(copy, slots, style)
        inner = replace(style, title=min(18.0, style.title), centred=False)
        block(press, left + 8, boxed_top + 8, across - 16, boxed_low - 8, max(1, wide), inner, rows=99)
        press.box((left, boxed_top, left + across, boxed_low))
        top = body + rows * style.pitch + 18
        press.rule(x, top - 9, x + width, top - 9)
    if bottom - top > room(style, width, 4):
        block(press, x, top, width, bottom, 4, style)
    press.page_number()


def next_page(press: Press) -> None:
    """One article of the first page goes on in a frame on the second, in the middle of a sentence."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    count = press.rng.randint(3, 4)
    measure = style.measure(width, count)
    article = press.article()
    body = press.headline(article, x, top, width, style)
    rows = press.rng.randint(10, 14)
    copy = press.compose(article, measure, style, 2 * rows * count)
    here = rows * count - 1
    kept, gone = copy[:here], copy[here:]
    press.flow(kept, [Slot(style.column(x, width, count, n), body, rows) for n in range(count)], style)
    to, back = press.rng.choice(
        (("（下转第2版）", "（上接第1版）"), ("下转第二版", "上接第一版"), ("（下转2版）", "（上接1版）"))
    )
    at = style.column(x, width, count, count - 1) + measure - advance(to, style.size)
    press.furnish(at, body + (rows - 1) * style.pitch, style.size, to)
    stacked(press, x, width, body + rows * style.pitch + 18, bottom, count, style)
    press.page_number()

    press.turn_page()
    after = block(press, x, top, width, bottom, count, style) + 18
    inner, inside = x + 10, width - 20
    press.furnish(inner, after + 8, style.size, back, bold=press.rng.random() < 0.5)
    start = after + 8 + 1.8 * style.size
    narrow = (inside - (count - 1) * style.gutter) / count
    rows = -(-len(gone) // count)
    slots = [Slot(inner + n * (narrow + style.gutter), start, rows) for n in range(count)]
    press.flow(_narrowed(gone, measure - narrow), slots, style)
    low = start + rows * style.pitch + 4
    press.box((x, after, x + width, low))
    stacked(press, x, width, low + 18, bottom, count, style)
    press.page_number()


def _narrowed(copy: list[CopyLine], by: float) -> list[CopyLine]:
    """Lines squeezed by `by` points, so that they need not be broken anew."""
    return [
        replace(c, line=SetLine(c.line.text, c.line.indent, c.line.spacing - by / max(1, len(c.line.text) - 1)))
        if len(c.line.text) > 8
        else c
        for c in copy
    ]


def front_page(press: Press) -> None:
    """Masthead with issue and date; a running head, an editors' line and page numbers on the pages."""
    x, width, top, bottom = whole(press)
    rng, style = press.rng, style_of(press.rng)
    count = rng.randint(3, 5)
    name = rng.choice(("临河教育周报", "教育工作简报", "云台教育", "东岭教育信息"))
    issue = rng.randint(1, 52)
    day = f"2024年{rng.randint(1, 12)}月{rng.randint(1, 28)}日"
    press.furnish(x, top, 42, name, bold=True)
    press.furnish(
        x, top + 52, 10, f"临河市教育局主办 {day} 星期{rng.choice('一二三四五六日')} 第{issue}期（总第{issue + 300}期）"
    )
    if rng.random() < 0.6:
        press.furnish(press.width - MARGIN - 90, top + 8, 9, f"准印证号：L{rng.randint(1000, 9999)}")
        press.furnish(press.width - MARGIN - 90, top + 22, 9, "内部资料 免费交流")
    press.rule(x, top + 68, x + width, top + 68)
    stacked(press, x, width, top + 80, bottom - 10, count, style)
    editors = f"责任编辑：{press.words.person()} 美编：{press.words.person()}"
    press.furnish(press.width - MARGIN - advance(editors, 9), press.height - 44, 9, editors)
    press.page_number()
    for _ in range(rng.choice((1, 2))):
        press.turn_page()
        press.furnish(x, 22, 9, f"{press.page} {rng.choice(('综合', '要闻', '校园'))}")
        press.furnish(press.width / 2 - 30, 22, 9, name)
        press.furnish(press.width - MARGIN - advance(day, 9), 22, 9, day)
        press.rule(x, 35, x + width, 35)
        stacked(press, x, width, top + 8, bottom - 10, count, style)
        press.furnish(x, press.height - 44, 9, f"编辑：{press.words.person()} 校对：{press.words.person()}")


def bylines(press: Press) -> None:
    """Reports that open with 本报讯 and a reporter, or carry a byline between headline and text, or sign at the end."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    count = press.rng.randint(3, 4)
    while bottom - top > room(style, width, count) + 30:
        person = press.words.person()
        way = press.rng.choice(("opening", "line", "end"))
        if way == "opening":
            opening = press.rng.choice((f"本报讯（记者 {person}）", f"本报临河3月25日电（通讯员 {person}）"))
            top = block(press, x, top, width, bottom, count, style, opening=opening) + 18
            continue
        article = press.article()
        y = press.headline(article, x, top, width, style)
        if way == "line":
            line = press.rng.choice((f"本报记者 {person}", f"□ 本报通讯员 {person} {press.words.person()}"))
            press.next_frame()
            press.put(Text(x + (width - advance(line, style.size)) / 2, y, style.size, line), press.said(article, line))
            y += 1.9 * style.size
        measure = style.measure(width, count)
        copy = press.compose(article, measure, style, count * press.rng.randint(6, 10))
        if way == "end":
            copy.append(_signature(press, article, measure, style, person))
        slots = balanced(copy, x, y, width, count, style)
        press.flow(copy, slots, style)
        top = y + slots[0].rows * style.pitch + 18
    press.page_number()


def _signature(press: Press, article: int, measure: float, style: Style, person: str) -> CopyLine:
    text = f"（{person}）"
    return CopyLine(SetLine(text, measure - advance(text, style.size)), press.said(article, text))


def crossheads(press: Press) -> None:
    """Small bold heads inside the columns, hardly larger than the text."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    count = press.rng.randint(3, 4)
    while bottom - top > 300:
        article = press.article(subtitle=press.rng.random() < 0.5)
        body = press.headline(article, x, top, width, style)
        measure = style.measure(width, count)
        copy: list[CopyLine] = []
        for part in range(press.rng.randint(2, 4)):
            if part:
                text = press.words.crosshead()
                indent = (measure - advance(text, style.size)) / 2
                copy.append(CopyLine(SetLine(text, indent), press.said(article, text), bold=True))
            copy += press.compose(article, measure, style, press.rng.randint(8, 12))
        slots = balanced(copy, x, body, width, count, style)
        press.flow(copy, slots, style)
        top = body + slots[0].rows * style.pitch + 18
    press.page_number()
