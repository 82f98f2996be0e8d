"""Layouts of newspaper pages whose articles keep to rectangles, or nearly: columns, bands, frames, headlines."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.newspaper import MARGIN, CopyLine, Press, Slot, Style


def style_of(rng: random.Random, **fixed: float | bool) -> Style:
    size = float(fixed.get("size", rng.choice((8.5, 9.0, 9.5, 10.0, 10.5))))
    gutter = float(fixed.get("gutter", rng.uniform(max(10.0, 1.15 * size), 20.0)))
    made = Style(
        size=size,
        leading=rng.uniform(1.35, 1.65),
        gutter=gutter,
        title=rng.choice((18.0, 20.0, 22.0, 24.0)),
        centred=rng.random() < 0.5,
        bold=rng.random() < 0.7,
        hang=gutter >= 1.35 * size and rng.random() < 0.6,
        whole_numbers=rng.random() < 0.7,
    )
    return replace(made, **fixed)  # type: ignore[arg-type]


def column_rules(press: Press, x: float, width: float, columns: int, style: Style, top: float, bottom: float) -> None:
    for number in range(1, columns):
        middle = style.column(x, width, columns, number) - style.gutter / 2
        press.rule(middle, top, middle, bottom)


def balanced(copy: list[CopyLine], x: float, top: float, width: float, columns: int, style: Style) -> list[Slot]:
    rows = -(-len(copy) // columns)
    return [Slot(style.column(x, width, columns, n), top, rows) for n in range(columns)]


def block(
    press: Press,
    x: float,
    top: float,
    width: float,
    bottom: float,
    columns: int,
    style: Style,
    *,
    rows: int = 0,
    kicker: bool = False,
    subtitle: bool = False,
    opening: str = "",
) -> float:
    """An article under its headline in columns of one length, about `rows` lines each; returns its bottom."""
    article = press.article(kicker, subtitle)
    body = press.headline(article, x, top, width, style)
    rows = min(rows or press.rng.randint(6, 14), int((bottom - body) / style.pitch))
    measure = style.measure(width, columns)
    copy = press.compose(article, measure, style, rows * columns, opening)
    slots = balanced(copy, x, body, width, columns, style)
    press.flow(copy, slots, style)
    end = body + slots[0].rows * style.pitch
    if style.column_rule:
        column_rules(press, x, width, columns, style, body, end - style.pitch + style.size)
    return end


def room(style: Style, width: float, columns: int) -> float:
    """Height below which no article is begun."""
    cells = style.measure(width, columns) / style.size * columns
    return 4.5 * style.title + max(4.0, 240 / cells + 2) * style.pitch


def stacked(
    press: Press, x: float, width: float, top: float, bottom: float, columns: int, style: Style, **more: bool
) -> None:
    gap = press.rng.uniform(12, 22)
    while bottom - top > room(style, width, columns):
        top = block(press, x, top, width, bottom, columns, style, **more) + gap  # type: ignore[arg-type]


def whole(press: Press) -> tuple[float, float, float, float]:
    """x, width, top and bottom of the type area."""
    return MARGIN, press.width - 2 * MARGIN, MARGIN, press.height - MARGIN - 10


# ---------------------------------------------------------------- the families


def columns(press: Press, count: int, **fixed: float | bool) -> None:
    x, width, top, bottom = whole(press)
    stacked(press, x, width, top, bottom, count, style_of(press.rng, **fixed))
    press.page_number()


def ruled(press: Press) -> None:
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, column_rule=True)
    count = press.rng.randint(3, 5)
    while bottom - top > room(style, width, count):
        top = block(press, x, top, width, bottom, count, style) + 8
        press.rule(x, top, x + width, top)
        top += 10
    press.page_number()


def side_by_side(press: Press) -> None:
    """Bands of two or three articles on one grid of columns, nothing but white between them."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=16.0)
    while bottom - top > 200:
        parts = press.rng.choice(((2, 3), (3, 2), (2, 2, 1), (5,), (2, 1, 2)))
        measure, rows = style.measure(width, 5), press.rng.randint(9, 14)
        ends, start = [], 0
        for count in parts:
            left = style.column(x, width, 5, start)
            across = count * measure + (count - 1) * style.gutter
            own = replace(style, title=min(style.title, 18.0 if count == 1 else 22.0))
            ends.append(block(press, left, top, across, bottom, count, own, rows=rows + (14 if count == 1 else 0)))
            start += count
        top = max(ends) + press.rng.uniform(14, 22)
    press.page_number()


def brick(press: Press) -> None:
    """Two halves, each a stack of its own: headlines of neighbours stand at different heights."""
    x, width, top, bottom = whole(press)
    gap = press.rng.uniform(18, 26)
    middle = width * press.rng.choice((0.4, 0.5, 0.6))
    if press.rng.random() < 0.5:
        press.rule(x + middle, top, x + middle, bottom)
    for left, across in ((x, middle - gap / 2), (x + middle + gap / 2, width - middle - gap / 2)):
        stacked(press, left, across, top, bottom, 2 if across < 400 else 3, style_of(press.rng, gutter=14.0))
    press.page_number()


def boxed(press: Press, tint: bool = False) -> None:
    """Every article in a frame or on a tint, one or two in a band."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=14.0)
    pad, gap = 9.0, 10.0
    while bottom - top > 210:
        shares = press.rng.choice(((1.0,), (0.4, 0.6), (0.6, 0.4), (0.5, 0.5)))
        left, ends, boxes = x, [], []
        for share in shares:
            across = (width - gap * (len(shares) - 1)) * share
            count = max(1, round(across / 165))
            ends.append(block(press, left + pad, top + pad, across - 2 * pad, bottom - pad, count, style))
            boxes.append((left, left + across))
            left += across + gap
        low = max(ends) + pad
        for number, (x0, x1) in enumerate(boxes):
            filled = tint and number % 2 == 0
            press.box((x0, top, x1, low), 0.9 if filled else None, border=not filled)
        top = low + gap
    press.page_number()


def mixed_type(press: Press) -> None:
    """Type size, leading and number of columns change from article to article."""
    x, width, top, bottom = whole(press)
    for size in (12.0, 8.0, 10.5, 9.0, 8.5, 11.0, 10.0, 12.0):
        count = press.rng.randint(3, 4 if size > 10 else 6)
        style = style_of(press.rng, size=size)
        if bottom - top < room(style, width, count):
            break
        top = block(press, x, top, width, bottom, count, style) + press.rng.uniform(14, 24)
    press.page_number()


def headed(press: Press) -> None:
    """Kickers above and subtitles below, long headlines on two lines."""
    x, width, top, bottom = whole(press)
    while bottom - top > 230:
        style = style_of(press.rng, gutter=15.0, title=press.rng.choice((20.0, 24.0, 28.0)))
        parts = press.rng.choice(((1,), (1, 1), (1, 1, 1)))
        across = (width - 24 * (len(parts) - 1)) / len(parts)
        count = max(1, round(across / 160))
        ends = [
            block(
                press, x + n * (across + 24), top, across, bottom, count, style, rows=press.rng.randint(9, 14),
                kicker=press.rng.random() < 0.6, subtitle=press.rng.random() < 0.6,
            )
            for n in range(len(parts))
        ]  # fmt: skip
        top = max(ends) + press.rng.uniform(16, 24)
    press.page_number()


def part_headline(press: Press, sunk: bool = False) -> None:
    """The headline stands over some of the columns only; the others rise beside it. sunk: over the inner ones."""
    x, width, top, bottom = whole(press)
    style = style_of(press.rng, gutter=15.0)
    while bottom - top > 240:
        count = press.rng.randint(4, 5) if sunk else press.rng.randint(3, 5)
        inset, inner = 10.0, width - 20.0
        first, last = (1, count - 1) if sunk else (0, count - press.rng.randint(1, count - 2))
        article = press.article(subtitle=press.rng.random() < 0.4)
        left = style.column(x + inset, inner, count, first)
        across = style.column(x + inset, inner, count, last) - style.gutter - left
        body = press.headline(article, left, top + inset, across, style)
        body = top + inset + -(-(body - top - inset) // style.pitch) * style.pitch
        beside = round((body - top - inset) / style.pitch)
        most = min(press.rng.randint(7, 12), int((bottom - body - inset) / style.pitch))
        free = count - (last - first)
        copy = press.compose(article, style.measure(inner, count), style, most * count + beside * free)
        rows = -(-(len(copy) - beside * free) // count)
        slots = [
            Slot(
                style.column(x + inset, inner, count, n),
                body if first <= n < last else top + inset,
                rows if first <= n < last else rows + beside,
            )
            for n in range(count)
        ]
        press.flow(copy, slots, style)
        low = body + rows * style.pitch + inset - 4
        press.box((x, top, x + width, low))
        top = low + 12
    press.page_number()


def flowing(press: Press) -> None:
    """Articles follow one another down the columns; titles are one column wide and stand wherever they fall."""
    x, width, top, bottom = whole(press)
    count = press.rng.randint(3, 4)
    style = style_of(press.rng, title=15.0)
    measure = style.measure(width, count)
    least = 4 * 1.2 * style.title + 3 * style.pitch  # a headline and some lines
    column, y = 0, top
    while column < count:
        article = press.article()
        y = press.headline(article, style.column(x, width, count, column), y, measure, style)
        left = int((bottom - y) / style.pitch) + (count - column - 1) * int((bottom - top) / style.pitch)
        copy = press.compose(article, measure, style, min(left, press.rng.randint(14, 40)))
        while copy:
            fits = int((bottom - y) / style.pitch)
            press.flow(copy[:fits], [Slot(style.column(x, width, count, column), y, fits)], style)
            y, copy = y + len(copy[:fits]) * style.pitch, copy[fits:]
            if copy:
                column, y = column + 1, top
        y += 1.2 * style.pitch
        if bottom - y < least + (8 * style.pitch if column == count - 1 else 0):
            column, y = column + 1, top
    press.page_number()
