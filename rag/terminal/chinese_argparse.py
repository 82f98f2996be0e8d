"""argparse that speaks Chinese: its headings, its usage line and what it says of a wrong command line."""

from __future__ import annotations

import argparse
import re
from typing import NoReturn

WRONG_USAGE = 2

_SAYINGS = (
    (r"the following arguments are required: (.+)", r"缺少{1}"),
    (r"unrecognized arguments: (.+)", r"不认识{1}"),
    (r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.+)\)", r"没有“{2}”这个{1}，可以是：{3}"),
    (r"argument (.+?): expected one argument", r"{1} 后面要写一项内容"),
    (r"argument (.+?): expected at least one argument", r"{1} 后面至少要写一项内容"),
    (r"argument (.+?): invalid \w+ value: '(.*)'", r"{1} 不能是“{2}”"),
    (r"argument (.+?): (.+)", r"{1}：{2}"),
)


def in_chinese(message: str) -> str:
    """argparse's own complaint in Chinese; one that is not known stays as it is."""
    for pattern, saying in _SAYINGS:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return saying.format("", *found.groups())
    return message


class _Formatter(argparse.HelpFormatter):
    def add_usage(self, usage, actions, groups, prefix=None):  # type: ignore[no-untyped-def]
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(argparse.ArgumentParser):
    """An `ArgumentParser` for Chinese readers. Its subparsers should be of this class too."""

    def __init__(self, *, prog: str | None = None, description: str | None = None) -> None:
        super().__init__(prog=prog, description=description, add_help=False, formatter_class=_Formatter)
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        self.exit(
            WRONG_USAGE, f"用法不对：{in_chinese(message)}\n{self.format_usage()}运行 jianwen --help 看全部命令。\n"
        )
