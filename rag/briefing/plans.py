"""The kinds of briefings as data: what sections, in what order, how long, from what, and what they must contain.

Each kind is a TOML file: ours in `kinds/`, a bureau's own in the folder `briefings` beside the settings. One of the
same `id` takes the place of ours, so that a copy may be edited.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from string import Formatter
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.briefings import Form
from rag.errors import JianwenError
from rag.settings import home
from rag.statements.roles import Role

OURS: Final = Path(__file__).parent / "kinds"
_TITLE_WORDS: Final = ("标题", "会议", "主题", "时段", "甲", "乙")
_WRONG: Final = {  # pydantic's kinds of errors, said in Chinese
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请检查拼写",
    "enum": "不是可用的值",
    "int_type": "应是整数",
    "int_from_float": "应是整数",
    "int_parsing": "应是整数",
    "string_type": "应是加引号的文字",
    "bool_type": "应是 true 或 false",
    "tuple_type": "应是方括号里的列表",
    "greater_than_equal": "数太小",
    "less_than_equal": "数太大",
    "string_too_short": "不能是空的",
    "too_short": "至少要有一个",
    "model_type": "应是一个小节",
}


def own_folder() -> Path:
    """Where a bureau's own kinds are looked for."""
    return home() / "briefings"


class Must(Enum):
    """What a section must contain; the value is the word for it in the files."""

    DAY = "时间"
    PLACE = "地点"
    PEOPLE = "人物"
    POINTS = "要点"


class Articles(Enum):
    """What a kind is made from."""

    ONE = "一次会议"
    DOCUMENT = "一份文件"
    SEVERAL = "多篇文章"
    PERIOD = "一段时间"
    SIDES = "两个时段"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class SectionPlan(_Strict):
    """heading: without a number. roles: which sentences it takes, the earlier ones first.

    characters: of its text on one page; with more pages, as many times more. words: in a section about a theme, words
    that tell the theme. under: it takes what stands under headings of the source with one of these words; where some
    sections name such, the others take what is left.
    """

    heading: str
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    characters: Annotated[int, Field(ge=20, le=5000)]
    form: Form = Form.RUNNING
    must: tuple[Must, ...] = ()
    words: tuple[str, ...] = ()
    under: tuple[str, ...] = ()


class Kind(_Strict):
    """title: may name {标题}, {会议}, {主题}, {时段}, {甲} and {乙}. articles: what it is made from."""

    id: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    articles: Articles
    sections: Annotated[tuple[SectionPlan, ...], Field(min_length=1)]
    about: str = ""


@dataclass(frozen=True, slots=True)
class Kinds:
    """problems: of each file of the user's that is wrong, in Chinese which, where, and what to do."""

    usable: tuple[Kind, ...]
    problems: tuple[str, ...] = ()

    def named(self, name: str) -> Kind:
        """The kind of that id or name. Raises JianwenError: there is none."""
        for kind in self.usable:
            if name in (kind.id, kind.name):
                return kind
        choices = "、".join(f"{kind.id}（{kind.name}）" for kind in self.usable)
        raise JianwenError(f"没有名为“{name}”的简报种类。可以用：{choices}。{''.join(self.problems)}")


def kinds(own: Path | None = None) -> Kinds:
    """All kinds: ours in their order, each replaced by one of the user's of that id, then the user's others.

    A file of the user's that is wrong takes nothing from the rest.
    """
    found = {kind.id: kind for kind in map(read_kind, sorted(OURS.glob("*.toml")))}
    problems = []
    for path in sorted((own_folder() if own is None else own).glob("*.toml")):
        try:
            kind = read_kind(path)
        except JianwenError as error:
            problems.append(str(error))
        else:
            found[kind.id] = kind
    return Kinds(tuple(found.values()), tuple(problems))


def read_kind(path: Path) -> Kind:
    """One file. Raises JianwenError: it cannot be read, is no TOML, or an item of it is wrong."""
    try:
        items = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise JianwenError(f"简报种类文件 {path} 读不出来。请检查权限，并存为 UTF-8 编码。") from error
    except tomllib.TOMLDecodeError as error:
        raise JianwenError(
            f"简报种类文件 {path} 的写法不对（{_place(error)}）。请对照自带的文件改正，或删除它。"
        ) from error
    try:
        kind = Kind.model_validate(items)
    except ValidationError as error:
        first = error.errors()[0]
        where = " 的 ".join(map(_item, first["loc"]))
        what = _WRONG.get(first["type"], "不对")
        raise JianwenError(f"简报种类文件 {path} 里，{where}：{what}。请对照自带的文件改正，或删除它。") from error
    _check_title(kind, path)
    return kind


def _place(error: tomllib.TOMLDecodeError) -> str:
    words = str(error).rpartition("(at ")[2].rstrip(")")
    line, _, column = words.removeprefix("line ").partition(", column ")
    return f"第 {line} 行第 {column} 个字符" if column.isdecimal() else "文件结尾"


def _item(part: int | str) -> str:
    return f"第 {part + 1} 个" if isinstance(part, int) else part


def _check_title(kind: Kind, path: Path) -> None:
    try:
        named = {name for _, name, _, _ in Formatter().parse(kind.title) if name is not None}
    except ValueError:
        raise JianwenError(f"简报种类文件 {path} 里，title 的花括号没有成对。请改正。") from None
    if wrong := sorted(named.difference(_TITLE_WORDS)):
        raise JianwenError(
            f"简报种类文件 {path} 里，title 用了 {{{wrong[0]}}}。花括号里只能写 {'、'.join(_TITLE_WORDS)}。"
        )
