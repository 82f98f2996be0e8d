"""Families of newspaper layouts. Each makes one paper from a seeded random generator; a failing one can be named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.newspaper import Newspaper, Press
from tests.newspaper_bulletins import (
    amid,
    briefs,
    bulletin,
    contents,
    drop_caps,
    notices,
    side_titles,
    spread,
    square_gutters,
    subtitle_widening,
)
from tests.newspaper_layouts import (
    boxed,
    brick,
    columns,
    flowing,
    headed,
    mixed_type,
    part_headline,
    ruled,
    side_by_side,
)
from tests.newspaper_specials import (
    bylines,
    crossheads,
    front_page,
    next_page,
    pictures,
    tables,
    uneven,
    vertical_titles,
    widening,
)

A4, A3 = (595.0, 842.0), (842.0, 1191.0)


@dataclass(frozen=True)
class Family:
    """`about` (Chinese) says what is special about its pages, `size` is that of a page in points."""

    name: str
    about: str
    make: Callable[[Press], None]
    size: tuple[float, float] = A3

    def paper(self, seed: int) -> Newspaper:
        press = Press(random.Random(f"{self.name} {seed}"), *self.size)
        self.make(press)
        return press.paper(f"{self.name} #{seed}")


FAMILIES: tuple[Family, ...] = (
    *(
        Family(f"columns {n}", f"{n} 栏，通栏标题，栏间无线", partial(columns, count=n), A4 if n < 4 else A3)
        for n in range(2, 7)
    ),
    Family("narrow gutters", "栏距 8～9 点", partial(columns, count=4, size=9.5, gutter=8.5)),
    Family("small type", "8 点小字，6 栏", partial(columns, count=6, size=8.0)),
    Family("large type", "12 点大字，3 栏", partial(columns, count=3, size=12.0)),
    Family("ruled", "栏间有线，文间有线", ruled),
    Family("side by side", "同一栏格上两三篇并列", side_by_side),
    Family("brick", "左右两半各自堆叠，标题不齐", brick),
    Family("boxed", "每篇一框，一排一两篇", boxed),
    Family("tinted", "底纹与框", partial(boxed, tint=True)),
    Family("mixed type", "各篇字号、栏数不同", mixed_type),
    Family("headed", "引题、副题、两行标题", headed),
    Family("part headline", "标题只压前几栏", part_headline),
    Family("sunk headline", "标题嵌在中间几栏", partial(part_headline, sunk=True)),
    Family("flowing", "各篇顺栏连排，标题一栏宽", flowing),
    Family("vertical titles", "竖排标题在正文旁", vertical_titles),
    Family("pictures", "图片与图说占去部分栏", pictures),
    Family("tables", "文末有线表格", tables),
    Family("widening", "窄栏在小标题下变宽", widening),
    Family("uneven", "文章绕着嵌入的框，各栏不齐", uneven),
    Family("next page", "下转第2版、上接第1版", next_page),
    Family("front page", "报头、期号、天头、责编、页码", front_page),
    Family("bylines", "电头、署名", bylines),
    Family("crossheads", "文中小标题，与正文字号相近", crossheads),
    Family("briefs", "简讯：一组没有标题的短消息", briefs),
    Family("contents", "头版的导读框", contents),
    Family("amid", "腰题：标题嵌在文章半腰", amid),
    Family("side titles", "侧题：横排标题在正文左边", side_titles),
    Family("subtitle widening", "副题，窄栏，小标题下变宽", subtitle_widening),
    Family("bulletin", "一栏的简报，红头、期号、报送", bulletin, A4),
    Family("square gutters", "栏距一个字，无线", square_gutters),
    Family("notices", "成排的公告、启事框", notices),
    Family("spread", "两版并在一张上，各有报头", spread),
    Family("drop caps", "首字下沉", drop_caps),
)


@dataclass(frozen=True)
class Condition:
    """What is done to a paper without changing how it looks, or by turning it: stream order, /Rotate, crop box."""

    name: str
    about: str
    change: Callable[[Newspaper], Newspaper]


CONDITIONS: tuple[Condition, ...] = (
    Condition("frames", "内容流按文本框打乱", lambda paper: paper.with_order("frames", 1)),
    Condition("shuffled", "内容流逐行打乱", lambda paper: paper.with_order("shuffled", 2)),
    Condition("charwise", "逐字写出", lambda paper: paper.with_order("charwise", 3)),
    Condition("charwise shuffled", "逐字写出并打乱", lambda paper: paper.with_order("charwise shuffled", 4)),
    Condition("turned 90", "页面旋转 90 度", lambda paper: paper.turned(90)),
    Condition("turned 180", "页面旋转 180 度", lambda paper: paper.turned(180)),
    Condition("turned 270", "页面旋转 270 度", lambda paper: paper.turned(270)),
    Condition("written sideways", "旋转后才正的页面", Newspaper.written_sideways),
    Condition("cropped", "有裁切框", Newspaper.cropped),
)
