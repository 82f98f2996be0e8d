"""Statements of known truth, made from sentences of real documents: faithful ones, and ones with one thing changed.

The generator knows nothing of the checker it is for: figures, dates and names are found here by plain patterns and a
part-of-speech tagger. Each function takes a sentence and a seeded random source and gives the changed sentence, or
None where the sentence holds nothing of the kind.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

Change = Callable[[str, random.Random], str | None]

_FIGURE = re.compile(
    r"(?<![\d.．A-Za-z第])(\d+(?:[.．]\d+)?)(万亿|万|亿)?"
    r"(%|个百分点|公里|平方米|万元|亿元|人次|名|人|个|所|家|项|元|户|吨|倍|件|次|岁|小时|天|个月)"
)
_UNITS = ("名", "所", "家", "项", "元", "户", "吨", "件", "次", "个", "公里", "平方米", "小时", "天", "%")
_DATE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})日)?")
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?=年)")
_QUOTED = re.compile(r"《([^《》]{3,30})》|“([^“”]{2,20})”")
_NEGATIONS = ("不得", "不能", "不准", "不再", "没有", "尚未", "未经", "不宜", "不予")
_NEGATABLE = re.compile(
    r"(?<![不未没无禁])(?:应当|可以|必须|能够|适用|支持|同意|包括|享有|给予|组织|参加|设立|实行|实施|增加|收取|承担)"
)
_QUANTITIES = (
    ("全部", "部分"), ("所有", "少数"), ("不少于", "不超过"), ("不低于", "不高于"), ("以上", "以下"), ("至少", "至多"),
    ("超过", "不足"), ("首次", "再次"), ("大部分", "小部分"), ("增长", "下降"), ("提高", "降低"), ("增加", "减少"),
    ("上升", "下降"), ("扩大", "缩小"), ("加快", "放慢"), ("必须", "可以"),
)  # fmt: skip
_OTHER_WORDS = ("协同", "改革", "方案", "纲要", "提升", "规范", "共建", "统筹", "试点", "保障")
_OTHER_OFFICES = ("国家体育总局", "民政部", "水利部", "市财政局", "县人民法院", "自然资源厅", "海关总署", "税务总局")
_OTHER_PLACES = ("贵阳市", "黑龙江省", "桂林市", "海南省", "承德市", "武威市", "丽江市", "绍兴市")
_OTHER_PEOPLE = ("赵志远", "孙丽娟", "钱文斌", "周海涛", "李慧敏", "吴国栋", "郑晓峰", "王建平")
_OTHER_SUBJECTS = ("社区居民", "企业负责人", "博物馆", "参赛选手", "行业协会", "志愿者", "监理单位", "消费者")
_RANGE = re.compile(r"[至到\-—–－~～,.．\d]")
_HAN_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Example:
    """`source` is the paragraph that would be cited; `kind` names what was done (Chinese)."""

    kind: str
    source: str
    statement: str
    faithful: bool


@cache
def _tagger() -> Callable[[str], list[tuple[str, str]]]:
    import rjieba

    tag: Callable[[str], list[tuple[str, str]]] = rjieba.Jieba().tag
    return tag


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]


def _other(options: Sequence[str], text: str, chance: random.Random) -> str | None:
    free = [option for option in options if option not in text]
    return chance.choice(free) if free else None


# ---------------------------------------------------------------- one thing changed


def figure(text: str, chance: random.Random) -> str | None:
    """One digit of one figure is another."""
    found = list(_FIGURE.finditer(text))
    if not found:
        return None
    m = chance.choice(found)
    places = [m.start(1) + i for i, c in enumerate(m[1]) if c.isdecimal()]
    place = chance.choice(places)
    digits = "123456789" if place == m.start(1) else "0123456789"
    return _put(text, (place, place + 1), chance.choice([d for d in digits if int(d) != int(text[place])]))


def unit(text: str, chance: random.Random) -> str | None:
    """One figure has another unit, or another power of ten."""
    found = list(_FIGURE.finditer(text))
    if not found:
        return None
    m = chance.choice(found)
    if m[2] and chance.random() < 0.5:
        return _put(text, m.span(2), {"万": "亿", "亿": "万", "万亿": "亿"}[m[2]])
    return _put(text, m.span(3), chance.choice([u for u in _UNITS if u != m[3] and u not in m[3]]))


def exchanged_figures(text: str, chance: random.Random) -> str | None:
    """Two figures of the sentence stand in each other's place."""
    found = list(_FIGURE.finditer(text))
    pairs = [(a, b) for i, a in enumerate(found) for b in found[i + 1 :] if a[3] == b[3] and a[0] != b[0]]
    if not pairs:
        return None
    a, b = chance.choice(pairs)
    return text[: a.start()] + b[0] + text[a.end() : b.start()] + a[0] + text[b.end() :]


def date(text: str, chance: random.Random) -> str | None:
    """One year, month or day is another."""
    found = [m for m in _DATE.finditer(text) if 1 <= int(m[2]) <= 12]
    if found and (chance.random() < 0.7 or not _YEAR.search(text)):
        m = chance.choice(found)
        group = chance.choice([g for g in (2, 3) if m[g]])
        most = 12 if group == 2 else 28
        return _put(text, m.span(group), str(chance.choice([n for n in range(1, most + 1) if n != int(m[group])])))
    if years := list(_YEAR.finditer(text)):
        m = chance.choice(years)
        return _put(text, m.span(), str(int(m[0]) + chance.choice((-3, -2, -1, 1, 2, 3))))
    return None


def quoted(text: str, chance: random.Random) -> str | None:
    """Two characters inside 《》 or “” are others."""
    found = list(_QUOTED.finditer(text))
    word = _other(_OTHER_WORDS, text, chance)
    if not found or word is None:
        return None
    m = chance.choice(found)
    group = 1 if m[1] else 2
    start = chance.randrange(m.start(group), m.end(group) - 1)
    return _put(text, (start, start + 2), word)


def _renamed(text: str, chance: random.Random, tags: Sequence[str], options: Sequence[str]) -> str | None:
    spans, position = [], 0
    for word, tag in _tagger()(text):
        if tag in tags and len(word) >= 2 and text.startswith(word, position):
            spans.append((position, position + len(word)))
        position += len(word)
    other = _other(options, text, chance)
    return _put(text, chance.choice(spans), other) if spans and other else None


def person(text: str, chance: random.Random) -> str | None:
    return _renamed(text, chance, ("nr", "nrfg"), _OTHER_PEOPLE)


def place(text: str, chance: random.Random) -> str | None:
    return _renamed(text, chance, ("ns",), _OTHER_PLACES)


def office(text: str, chance: random.Random) -> str | None:
    return _renamed(text, chance, ("nt",), _OTHER_OFFICES)


def subject(text: str, chance: random.Random) -> str | None:
    """Another one does it: the noun with which the sentence begins."""
    words = _tagger()(text)
    length = 0
    for word, tag in words[:4]:
        if tag not in ("n", "vn", "nt", "nz", "an", "ns"):
            break
        length += len(word)
    other = _other(_OTHER_SUBJECTS, text, chance)
    return _put(text, (0, length), other) if length >= 2 and other else None


def negation(text: str, chance: random.Random) -> str | None:
    """A 不 comes in or a negation goes."""
    gone = [(m.start(), m.end(), m[0]) for m in re.finditer("|".join(_NEGATIONS), text)]
    come = [m.start() for m in _NEGATABLE.finditer(text)]
    if gone and (not come or chance.random() < 0.5):
        start, end, word = chance.choice(gone)
        return _put(text, (start, end), "应当" if word in ("不得", "不准", "不宜") else "")
    return _put(text, (p := chance.choice(come), p), "不") if come else None


def quantity(text: str, chance: random.Random) -> str | None:
    """全部 becomes 部分, 不少于 becomes 不超过, 增长 becomes 下降, and the other way round."""
    swaps = [*_QUANTITIES, *((b, a) for a, b in _QUANTITIES)]
    found = [(m.span(), new) for old, new in swaps for m in re.finditer(old, text)]
    if not found:
        return None
    span, new = chance.choice(found)
    return _put(text, span, new)


CORRUPTIONS: Mapping[str, Change] = {
    "数字": figure,
    "单位": unit,
    "日期": date,
    "引文书名": quoted,
    "人名": person,
    "地名": place,
    "机构名": office,
    "主体": subject,
    "否定": negation,
    "数量词": quantity,
    "数字互换": exchanged_figures,
}


# ---------------------------------------------------------------- nothing changed in meaning


def word_for_word(text: str, _: random.Random) -> str | None:
    return text


def one_clause(text: str, chance: random.Random) -> str | None:
    """A stretch of whole clauses, ended with a full stop."""
    clauses = [c for c in re.split("(?<=[，；])", text.rstrip("。！？；")) if c]
    if len(clauses) < 3:
        return None
    start = chance.randrange(len(clauses) - 1)
    end = chance.randrange(start + 1, len(clauses))
    return "".join(clauses[start:end]).rstrip("，；") + "。"


def clause_left_out(text: str, chance: random.Random) -> str | None:
    """One clause from the middle is left out."""
    clauses = [c for c in re.split("(?<=[，；])", text) if c]
    if len(clauses) < 3:
        return None
    del clauses[chance.randrange(1, len(clauses) - 1)]
    return "".join(clauses)


def other_notation(text: str, chance: random.Random) -> str | None:
    """A figure in another notation: 百分之, full width, thousands commas, Chinese numerals. Ranges are passed over."""
    found = [
        m
        for m in _FIGURE.finditer(text)
        if not (_RANGE.search(text[m.start() - 1 : m.start()]) or _RANGE.match(text[m.end() : m.end() + 1]))
    ]
    if not found:
        return None
    m = chance.choice(found)
    number, scale, measure = m[1], m[2] or "", m[3]
    if measure == "%":
        return _put(text, m.span(), f"百分之{number}")
    if scale == "万" and re.search("[.．]", number):
        whole = round(float(number.replace("．", ".")) * 10000)
        return _put(text, m.span(), f"{whole}{measure}")
    if scale and number.isascii():
        return _put(text, m.span(1), "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() else c for c in number))
    if number.isascii() and "." not in number and len(number) >= 4:
        return _put(text, m.span(1), f"{int(number):,}")
    if number.isascii() and number.isdecimal() and 10 <= int(number) <= 99:
        tens, ones = divmod(int(number), 10)
        numeral = ("" if tens == 1 else _HAN_DIGITS[tens]) + "十" + (_HAN_DIGITS[ones] if ones else "")
        return _put(text, m.span(1), numeral)
    return None


def lead_in(text: str, chance: random.Random) -> str | None:
    """As answers begin: who says so is put before, which the source says too or which says nothing."""
    return f"{chance.choice(('其中，', '同时，', '此外，', '另外，'))}{text}"


def other_marks(text: str, _: random.Random) -> str | None:
    """Full stops for semicolons, 「」 for “”, no comma after an adverbial."""
    changed = text.replace("；", "。").replace("“", "「").replace("”", "」")
    return changed if changed != text else None


FAITHFUL: Mapping[str, Change] = {
    "原句": word_for_word,
    "摘取分句": one_clause,
    "略去分句": clause_left_out,
    "换写法": other_notation,
    "加连接词": lead_in,
    "换标点": other_marks,
}


def examples(paragraphs: Sequence[str], per_kind: int, seed: int = 0) -> list[Example]:
    """`per_kind` examples of each kind, as far as the paragraphs hold them, each from a sentence of 15–120 characters.

    Raises nothing; kinds that the paragraphs do not give are missing.
    """
    chance = random.Random(seed)
    order = [(paragraph, sentence) for paragraph in paragraphs for sentence in _sentences(paragraph)]
    made: list[Example] = []
    for kind, change in (*FAITHFUL.items(), *CORRUPTIONS.items()):
        chance.shuffle(order)
        count = 0
        for paragraph, sentence in order:
            if count == per_kind:
                break
            changed = change(sentence, chance)
            faithful = kind in FAITHFUL
            if changed is not None and (faithful or changed not in paragraph):
                made.append(Example(kind, paragraph, changed, faithful))
                count += 1
    return made


def _sentences(paragraph: str) -> list[str]:
    found = re.findall("[^。！？]+[。！？]”?", paragraph)
    return [s for s in (text.strip() for text in found) if 15 <= len(s) <= 120 and s.count("“") == s.count("”")]
