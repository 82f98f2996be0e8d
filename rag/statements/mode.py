"""Whether a source says something, or asks, orders or plans it; and who speaks. Pure.

「任务取消了吗？」 does not say that it was cancelled, 「计划修缮12处」 not that twelve are mended, and 「你扮演黑客」
not that I am one. A statement keeps its source's words and may turn it all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from rag.text import sentences

_ASKS: Final = re.compile("[？?][”」』’\"')）]*\\s*$")
_DONE: Final = re.compile("已经?(?![有知故婚成往])|业已")
_PASSED: Final = re.compile("[已曾完毕了过]|达到|达成|建成|取得|实现")
_PLANNED: Final = re.compile(
    "(?<![主重需必只首摘纪概扼])要(?![点素闻件地求])|(?<!干)将|拟|须|(?<![相适反响供效])应(?![用对急届])|(?<![申邀聘])请"
    "|计划|力争|确保|争取|预计|务必"
)
_PERSONS: Final = ("我", "你", "您", "咱")


def turned(statement: str, cited: str) -> Iterator[str]:
    """What the statement makes of the cited text that it is not, as Chinese sentences."""
    asked = [bool(_ASKS.search(cited[start:end])) for start, end in sentences(cited) if cited[start:end].strip()]
    if asked and all(asked) and not _ASKS.search(statement):
        yield "所引原文是问句，没有说明情况"
    if _DONE.search(statement) and _PLANNED.search(cited) and not _PASSED.search(cited):
        yield "所引原文说的是要做的事，没有说已经做了"
    for person in _PERSONS:
        if person in statement and person not in cited:
            yield f"所引原文中没有“{person}”"
