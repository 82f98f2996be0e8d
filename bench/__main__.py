"""`python -m bench NAME [ARGS]`: one measurement. Table or JSON to standard output, progress to standard error.

Exit codes: 0 done, 1 something the user can mend, 2 wrong usage, 3 what was measured is wrong, 130 stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench import answering, briefing, checking, embedding, importing, ocr, reading, retrieval, search, speed
from bench.options import Say, positive
from bench.report import Report, as_json, show
from rag.errors import JianwenError

DONE, MENDABLE, USAGE, WRONG, STOPPED = 0, 1, 2, 3, 130
_WIDE = 200  # characters of a table that is written to a file


@dataclass(frozen=True, slots=True)
class Bench:
    """What it compares (Chinese), its own arguments, and how many rounds it takes when not told."""

    summary: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Say], Report]
    rounds: int


BENCHES = {
    "answering": Bench(
        "有答案的答出多少、引用对多少，没有答案的拒答多少；接着上次做", answering.add_arguments, answering.run, rounds=1
    ),
    "speed": Bench(
        "回答的速度 ÷ llama.cpp 自身的速度；到第一个字的时间 ÷ 读入提示所需的时间",
        speed.add_arguments,
        speed.run,
        rounds=3,
    ),
    "briefing": Bench(
        "一份简报的用时 ÷ llama.cpp 写同样多文字的用时；简报的每句话、每个数字是否都有出处",
        briefing.add_arguments,
        briefing.run,
        rounds=3,
    ),
    "checking": Bench("核对陈述：改动的查出多少，忠实的误判多少", checking.add_arguments, checking.run, rounds=1),
    "retrieval": Bench(
        "能回答问题的段落找到多少：关键词、向量、两者名次相加、简问", retrieval.add_arguments, retrieval.run, rounds=1
    ),
    "search": Bench("检索的时间 ÷（一次问题向量 + 一次精确矩阵乘积）", search.add_arguments, search.run, rounds=5),
    "embedding": Bench(
        "计算向量的速度 ÷ sentence-transformers 按默认设置的速度；--recall 比较找到的多少",
        embedding.add_arguments,
        embedding.run,
        rounds=3,
    ),
    "import": Bench(
        "导入的速度（不含向量计算）÷ pdfplumber 单核只取词的速度", importing.add_arguments, importing.run, rounds=3
    ),
    "ocr": Bench("文字识别的速度 ÷ RapidOCR 在同一分辨率下的速度", ocr.add_arguments, ocr.run, rounds=2),
    "reading": Bench(
        "读成文章的质量；读文件的速度 ÷ pdfplumber 只取词的速度", reading.add_arguments, reading.run, rounds=3
    ),
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        self.exit(USAGE, f"用法不对：{message}\n{self.format_usage()}")


def usage() -> str:
    lines = [f"  {name:<10} {bench.summary}" for name, bench in BENCHES.items()]
    return "\n".join(["用法：python3 run.py bench 名称 [--rounds 次数] [--json]", "可以测量的有：", *lines])


def main(argv: Sequence[str]) -> int:
    """Run one bench; returns the exit code (wrong options leave by SystemExit with the same codes)."""
    name = argv[0] if argv else ""
    if name in ("-h", "--help"):
        print(usage())
        return DONE
    if name not in BENCHES:
        print(f"没有名为“{name}”的测量。\n{usage()}" if name else usage(), file=sys.stderr)
        return USAGE
    bench = BENCHES[name]
    parser = _Parser(prog=f"bench {name}", description=bench.summary)
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
    parser.add_argument("--rounds", type=positive, default=bench.rounds, metavar="次数", help="每项测几次")
    bench.add_arguments(parser)
    options = parser.parse_args(argv[1:])
    try:
        report = bench.run(options, _say)
    except JianwenError as error:
        print(error, file=sys.stderr)
        return MENDABLE
    except KeyboardInterrupt:
        print("已停止。", file=sys.stderr)
        return STOPPED
    _print(report, as_one_object=options.json)
    return WRONG if report.wrong else DONE


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _print(report: Report, *, as_one_object: bool) -> None:
    if as_one_object:
        print(json.dumps(as_json(report), ensure_ascii=False))
        return
    from rich.console import Console

    width = None if sys.stdout.isatty() else _WIDE  # a file cuts no column short
    show(report, Console(markup=False, highlight=False, emoji=False, width=width))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
