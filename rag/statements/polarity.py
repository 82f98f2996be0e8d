"""Words that turn a meaning: negations, and qualifiers that exclude each other (全部/部分, 增长/下降). Pure."""

from __future__ import annotations

import re

# 不 and 无 inside these deny nothing; what limits a figure (不少于) is a qualifier of its own
_NO_NEGATION = (
    "不断|不仅|不但|不同|不少于|不低于|不超过|不高于|不大于|不小于|不多于|不少|不久|不管|不论|不过|不只|不足|不到|不良|不动产|不锈钢|不禁|不惜|不妨"
    "|不失时机|不负众望|不平凡|不忘初心|无论|无障碍|无人机|无线|无锡|无私|无偿|无疑|无穷|未来|未成年|未婚|非常|非凡|非遗|非洲|非物质|莫斯科|特别|区别|分别|级别|性别|别墅|别的"
    "|没收|没落|淹没|不法|不正当|不可或缺|不可抗力|供不应求|行之有效|必不可少|不得不|无不|不可分割|无微不至|坚定不移|坚持不懈|持之以恒"
)
_NEGATION = "不得|不能|不准|不再|不宜|不予|不要|不许|没有|尚未|未经|未能|未曾|禁止|严禁|并非|不|未|没|无|勿|非|别"
_NEGATIONS = re.compile(f"(?P<other>{_NO_NEGATION})|(?P<negation>{_NEGATION})")

GROUPS: tuple[tuple[str, ...], ...] = (
    ("全部", "所有", "全体", "部分", "一些", "少数", "个别", "大部分", "小部分", "多数", "绝大多数"),
    ("不少于", "不低于", "至少", "以上", "不小于", "不超过", "不高于", "至多", "以下", "以内", "不大于", "最多",
     "超过", "不足", "不到", "低于", "高于", "少于", "多于"),
    ("首次", "第一次", "再次", "多次"),
    ("增长", "增加", "上升", "提高", "提升", "升高", "上涨", "下降", "减少", "降低", "下跌", "减低", "压减"),
    ("扩大", "缩小", "缩减"),
    ("加快", "放慢", "减缓", "放缓"),
    ("加强", "减弱", "削弱"),
    ("必须", "应当", "可以", "不得", "应该", "鼓励", "禁止", "允许"),
    ("之前", "以前", "之后", "以后"),
    ("高于", "低于"),
    ("有利于", "不利于"),
)  # fmt: skip
# said of the same thing these agree; from different rows they do not
_AGREE = (
    {"全部", "所有", "全体"}, {"部分", "一些"}, {"少数", "个别"}, {"多数", "大部分", "绝大多数"}, {"小部分"},
    {"不少于", "不低于", "至少", "以上", "不小于"}, {"不超过", "不高于", "至多", "以下", "以内", "不大于", "最多"},
    {"超过", "高于", "多于"}, {"不足", "不到", "低于", "少于"}, {"首次", "第一次"}, {"再次"}, {"多次"},
    {"增长", "增加", "上升", "提高", "提升", "升高", "上涨"}, {"下降", "减少", "降低", "下跌", "减低", "压减"},
    {"扩大"}, {"缩小", "缩减"}, {"加快"}, {"放慢", "减缓", "放缓"}, {"加强"}, {"减弱", "削弱"},
    {"必须", "应当", "应该"}, {"可以", "允许", "鼓励"}, {"不得", "禁止"}, {"之前", "以前"}, {"之后", "以后"},
    {"有利于"}, {"不利于"},
)  # fmt: skip
_SENSE = {word: number for number, words in enumerate(_AGREE) for word in words}
_TOPICS: dict[str, set[int]] = {}
for _number, _group in enumerate(GROUPS):
    for _word in _group:
        _TOPICS.setdefault(_word, set()).add(_number)
_QUALIFIERS = re.compile("|".join(sorted(_TOPICS, key=len, reverse=True)))


def negations(text: str) -> tuple[str, ...]:
    """The negating words of `text`, in order."""
    return tuple(m[0] for m in _NEGATIONS.finditer(text) if m["negation"])


def qualifiers(text: str) -> tuple[tuple[str, int, int], ...]:
    """The qualifiers of `text` with their places, in order."""
    return tuple((m[0], *m.span()) for m in _QUALIFIERS.finditer(text))


def agree(one: str, other: str) -> bool:
    """Whether two qualifiers say the same (不少于, 至少)."""
    return _SENSE[one] == _SENSE[other]


def exclude(one: str, other: str) -> bool:
    """Whether two qualifiers are about the same and say different things (不少于, 不超过)."""
    return bool(_TOPICS[one] & _TOPICS[other]) and not agree(one, other)
