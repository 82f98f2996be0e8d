"""What a sentence may do without: trailing clauses, as long as what stays says the same as it did among them. Pure.

Nothing is reworded and nothing is taken from the middle, so names, titles and figures keep their order and their words.
A cut is refused where the rest hangs on what goes: an opening that only sets the scene (为…, 在…中, 不仅…), a quotation
left open, an exception or a turn (但, 除外, 才) in what would go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from rag.text import tagged_words

_OPEN: Final = "“‘（(《〈「『【［["
_CLOSE: Final = "”’）)》〉」』】］]"
_LEAST = 8  # letters that stay
_DEPENDENT = re.compile(
    r"^(?:为了?|以|通过|按照|根据|依据|围绕|针对|随着|对于?|关于|在|当|如|如果|若|凡|除|虽然?|尽管|由于|因为?|鉴于|自|自从|从|经|就|将|把|由|"
    r"不仅|不但|既|无论|不论|只有|只要|即使|一方面|与此同时|同时|其中|此外|另外|截至|本着|坚持以|违反|未经|有下列)"
)
_HANGING = re.compile(
    r"不仅|不但|一方面|虽然|尽管|如果|只要|只有|除了|无论|不论"
    r"|之所以|与其|宁可|首先|既[^要，]{1,12}$"
)
_PURPOSE = re.compile("为(?!此)")
_LEANS = re.compile("按照|依照|根据|依据|围绕|针对|结合|对照|参照|本着|遵循|通过(?!了)")  # the verb is still to come
_DEMANDED = re.compile("[一二三四五六七八九十]{0,3}要(?![将把对在以])")  # what follows is a verb, tagged as one or not
_NUMBERED = re.compile(
    r"^(?:第[一二三四五六七八九十百\d]{1,6}条\s*|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、])"
)
_SCENE = re.compile(
    r"(?:年|月|日|来|后|前|时|间|期|中|下|上|际|的|方面|基础上|过程中|同志|领导|等|成员|人员|代表|负责人|"
    r"书记|校长|主任|局长|部长|院长)$"
    r"|的[^，的]{0,10}(?:单位|部门|机构|企业|组织|学校|个人|公民|人|者|家庭|学生|儿童|地区|用地|行为|情形|事项|项目)$"
)
_ASIDE = re.compile(r"^[^，；。：]{1,24}?(?:指出|强调|要求|认为|提出|明确|号召|希望|表示)$")
_TURN = re.compile(
    r"^(?:但|然而|而(?!且)|却|否则|除|才|就|则|方可"
    r"|即|也|都|还|并非|不得|不予|不再|的|以|从而|使|使得|因此|所以|可)"
)
_NAMED = re.compile(r"的[^，的]{1,8}$")
_HELPING = frozenset(("要", "将", "能", "会", "可", "可以", "应", "应当", "需", "须", "必须", "能够", "愿"))
_EXCEPTION = re.compile(r"除外|另有规定|不在此限|例外|但是?[^，。]|另行|暂不|不含|不包括")
_ANNOUNCED = re.compile(  # what the sentences after it list
    r"[一二三四五六七八九十\d]+(?:个|大)?(?:方面|项|点|条)(?:的|具体|重点)?(?:工作|任务|要求|措施|意见|内容)[。：:]$"
)


def clause_ends(text: str) -> tuple[int, ...]:
    """Where a comma stands outside quotations, brackets and titles."""
    depth, found = 0, []
    for place, character in enumerate(text):
        if character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth = max(0, depth - 1)
        elif character in "，,；;" and depth == 0:
            found.append(place)
    return tuple(found)


def whole(text: str) -> str:
    """A sentence that stands alone ends with a full stop, whatever it ended with among others («；», «：»)."""
    return (
        re.sub(r"[；;：:，,]$", "", text.strip()) + "。" if re.search(r"[；;：:，,]$", text.strip()) else text.strip()
    )


def shorter(text: str) -> tuple[str, ...]:
    """`text` with fewer and fewer trailing clauses, longest first, `text` itself not among them. Of a point that has a
    name, that comes last."""
    found = []
    for place in reversed(clause_ends(text)):
        kept, gone = text[:place], text[place + 1 :]
        if _may_end(kept) and _may_go(gone):
            found.append(f"{kept}。")
    name, stop, rest = text.partition("。")
    if rest.strip() and _NUMBERED.match(name) and _balanced(name) and _says_something(name):  # «（四）加大宣传力度。»
        found = [one for one in found if stop in one[:-1]] + [name + stop]
    return tuple(found)


def _may_end(kept: str) -> bool:
    if sum(map(str.isalnum, kept)) < _LEAST or not _balanced(kept):
        return False
    ends = [-1, *clause_ends(kept), len(kept)]
    clauses = [kept[start + 1 : end] for start, end in pairwise(ends)]
    return _says_something(clauses[-1]) and not _only_purpose(clauses)


def _only_purpose(clauses: Sequence[str]) -> bool:
    """Whether they say what something is done for («为保障安全，切实压实责任，»); who does what is still to come."""
    first, *others = (_NUMBERED.sub("", clause) for clause in clauses)
    return _PURPOSE.match(first) is not None and not any(tagged_words(one)[0].tag[:1] in "nr" for one in others)


def _may_go(gone: str) -> bool:
    """Whether what stays loses nothing that it leans on: no turn, no exception, no rest of an enumeration."""
    if _TURN.match(gone) or _EXCEPTION.search(gone) or _ANNOUNCED.search(gone):
        return False
    ends = clause_ends(gone)
    first = gone[: ends[0]] if ends else gone.rstrip("。；！？")
    rest_of_a_list = _NAMED.search(first) and tagged_words(first)[0].tag[:1] not in "vd"
    return not rest_of_a_list


def _says_something(clause: str) -> bool:
    """Whether a clause can end a sentence: it has a verb and does not only open what follows."""
    clause = _NUMBERED.sub("", clause)
    if (
        _DEPENDENT.match(clause)
        or _LEANS.search(clause)
        or _HANGING.search(clause)
        or _SCENE.search(clause)
        or _ASIDE.match(clause)
    ):
        return False
    acts = any(word.tag.startswith("v") and word.text not in _HELPING for word in tagged_words(clause))
    return acts or _DEMANDED.match(clause) is not None


def _balanced(text: str) -> bool:
    return all(
        text.count(left) == text.count(right) for left, right in zip("“‘（《〈「『【", "”’）》〉」』】", strict=True)
    )
