"""Statements that a text supports, and the same with one thing changed. Pure.

Made of a question with its answer put where it asks (「由谁主持」「李明」→「由李明主持」), and of the text's own
sentences, shortened. Changed is one figure, one name (for another answer of the same paragraph), or a negation.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_UNIT = "年月日天岁人名个位所家座种项次集首部本张篇章条米公里平方千克吨万亿元美分小时钟%％"
_ASKED = (
    re.compile(
        r"(?:是|为|叫做|叫|称为|名为|称作)(?P<w>(?:什么|谁|哪[一]?[个位种座所家部年天]?)[^，。？?、]{0,4})[？?]?$"
    ),
    re.compile(r"(?P<w>谁)"),
    re.compile(r"(?P<w>(?:什么时候|什么时间|何时|何年|哪一?年|哪一?天|哪一?日|几几年))"),
    re.compile(r"(?P<w>(?:什么地方|何地|何处|哪里|哪儿|哪个地方))"),
    re.compile(rf"(?P<w>(?:多少|几)[{_UNIT}]{{0,2}})"),
    re.compile(r"(?P<w>(?:什么|哪[一]?[个位种座所家部些]|何种)[^，。？?、的了]{0,4})[？?]?$"),
    re.compile(r"^(?P<w>哪[一]?[个位种座所家部](?:国家|城市|人|公司|省|学校|大学|队|地区|组织|球队|作品|朝代)?)"),
)
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_POSITIVE = re.compile(  # not inside a word: 但是, 所有, 功能, 有关
    r"(?<![不没未无也就还都只可但而要若凡于总正所拥具含国私功性智节技])"
    r"(是(?!否)|有(?![限关效些时])|能够|能(?![力量源])|可以|曾(?=[在任经获被])|包括|属于)"
)
_NEGATIVE = re.compile(r"(?<!非)(不是|没有|不能|不会|并未|从未|未曾|未|不)(?![同断过少久仅但得足])")
_AFFIRMED = {
    "不是": "是",
    "没有": "有",
    "不能": "能",
    "不会": "会",
    "并未": "",
    "从未": "曾",
    "未曾": "曾",
    "未": "",
    "不": "",
}
_DENIED = {"是": "不是", "有": "没有", "能够": "不能", "能": "不能", "可以": "不可以"}
_DENIED |= {"曾": "未曾", "包括": "不包括", "属于": "不属于"}


def stated(question: str, answer: str) -> str:
    """The question with the answer where it asks; "" when no rule fits it."""
    question = question.strip().rstrip("？?")
    answer = answer.strip("，。、；：")
    for pattern in _ASKED:
        if match := pattern.search(question):
            start, end = match.span("w")
            before, after = question[:start], question[end:]
            while after and answer.endswith(after[0]) and after[0] in _UNIT:
                after = after[1:]
            return f"{before}{answer}{after}".removesuffix("呢")
    return ""


def shortened(sentence: str, chance: random.Random) -> str:
    """A sentence without its brackets and, when it is long, without one of its outer clauses."""
    plain = re.sub(r"（[^）]*）|\([^)]*\)", "", sentence).strip().rstrip("。！？；")
    clauses = plain.split("，")
    if len(clauses) > 2 and chance.random() < 0.6:
        clauses = clauses[1:] if chance.random() < 0.5 else clauses[:-1]
    return "，".join(clauses)


def corrupted(statement: str, names: Sequence[str], chance: random.Random) -> str:
    """The statement with one figure, name or negation changed, so that its source no longer says it; "" when it
    cannot be."""
    ways = [_other_figure, _other_negation]
    chance.shuffle(ways)
    changed = _other_name(statement, names, chance) if chance.random() < 0.6 else ""
    for way in ways:
        changed = changed or way(statement, chance)
    return changed or _other_name(statement, names, chance)


def _other_figure(statement: str, chance: random.Random) -> str:
    found = list(_FIGURE.finditer(statement))
    if not found:
        return ""
    match = chance.choice(found)
    figure = list(match.group())
    at = chance.choice([n for n, char in enumerate(figure) if char.isdigit()])
    figure[at] = chance.choice([digit for digit in "123456789" if digit != figure[at]])
    return statement[: match.start()] + "".join(figure) + statement[match.end() :]


def _other_negation(statement: str, chance: random.Random) -> str:
    negative, positive = list(_NEGATIVE.finditer(statement)), list(_POSITIVE.finditer(statement))
    if not negative and not positive:
        return ""
    match = chance.choice(negative or positive)
    word = (_AFFIRMED if negative else _DENIED)[match.group(1)]
    return statement[: match.start(1)] + word + statement[match.end(1) :]


def _other_name(statement: str, names: Sequence[str], chance: random.Random) -> str:
    """One of `names` that stands in the statement, for another of them that does not and is of its kind."""
    here = [name for name in names if 2 <= len(name) <= 12 and name in statement]
    chance.shuffle(here)
    for name in here:
        figures = bool(_FIGURE.search(name))
        others = [other for other in names if 2 <= len(other) <= 12 and other not in statement]
        others = [other for other in others if bool(_FIGURE.search(other)) is figures and other not in name]
        if others:
            return statement.replace(name, chance.choice(others))
    return ""
