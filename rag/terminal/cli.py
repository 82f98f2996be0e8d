"""The terminal: `jianwen COMMAND`. Answers on standard output, progress and messages on standard error.

Exit codes: 0 done, 1 something the user can mend, 2 wrong usage, 70 a bug of ours, 130 stopped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rag.errors import JianwenError, Stopped
from rag.settings import home
from rag.terminal import briefing_commands, commands
from rag.terminal.chinese_argparse import ChineseParser
from rag.terminal.output import Terminal

BUG, STOPPED = 70, 130  # wrong usage: chinese_argparse.WRONG_USAGE

_log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    terminal = Terminal(as_json=arguments.json)
    stop = threading.Event()
    try:
        with _stoppable(stop):
            code: int = arguments.run(arguments, terminal, stop)
            return code
    except JianwenError as error:
        terminal.clear_progress()
        terminal.message(str(error))
        return commands.MENDABLE
    except (Stopped, KeyboardInterrupt):
        terminal.clear_progress()
        terminal.message("已停止。")
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands.DONE
    except Exception:  # noqa: BLE001 — the outermost place: logged whole, and said to be ours
        terminal.clear_progress()
        terminal.message(f"程序出错了，这是简问的问题，不是您的操作有误。详情已记入 {_record_bug()}，请交给维护人员。")
        return BUG


@contextmanager
def _stoppable(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl+C asks for a stop at the next safe point, a second one interrupts at once."""

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _record_bug() -> Path:
    path = home() / "logs" / "jianwen.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    _log.exception("unexpected error")
    _log.removeHandler(handler)
    handler.close()
    return path


# ---------------------------------------------------------------- the words of the command line


def _parser() -> ChineseParser:
    parser = ChineseParser(prog="jianwen", description="简问：向本机的资料提问，每句话都有出处。")
    _add_common(parser)
    parser.set_defaults(library=None, json=False)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=ChineseParser)

    def command(name: str, run: Callable[..., int], summary: str) -> ChineseParser:
        sub = subparsers.add_parser(name, help=summary, description=summary)
        _add_common(sub)
        sub.set_defaults(run=run, wrong=sub.error)
        return sub

    add = command("add", commands.add, "添加文件、文件夹或压缩包")
    add.add_argument("paths", nargs="+", type=Path, metavar="文件")
    add.add_argument("--password", metavar="密码", help="打开加密文件的密码；不给时在终端上询问，不会保存")
    command("list", commands.list_documents, "列出资料")
    articles = command("articles", commands.list_articles, "列出文章和段落")
    articles.add_argument("documents", nargs="*", metavar="资料")
    articles.add_argument("--furniture", action="store_true", help="也列出文章以外的版面文字（报头、页眉、责编等）")
    for name, summary in (("rename", "改文章标题"), ("date", "改文章日期"), ("merge", "把文章并入前一篇")):
        correcting = command(name, commands.correct, summary)
        correcting.add_argument("article", metavar="文章编号")
        if name == "rename":
            correcting.add_argument("title", metavar="标题", help='新标题；写 "" 表示没有标题')
        if name == "date":
            correcting.add_argument("date", type=_day, metavar="日期", help="如 2024-03-21；none 表示没有日期")
    command("split", commands.correct, "从某段起另成一篇").add_argument("paragraph", metavar="段落编号")
    command("undo", commands.correct, "撤销对一份资料的全部改正").add_argument("document", metavar="资料")
    command("remove", commands.remove, "移除资料").add_argument("documents", nargs="+", metavar="资料")
    command("rebuild", commands.rebuild, "重建索引")
    command("doctor", commands.doctor, "检查资料库和模型有没有问题")
    search = command("search", commands.search, "查找段落")
    search.add_argument("--limit", type=_positive, default=10, metavar="段数", help="最多几段，默认 10")
    for asking in (search, command("ask", commands.ask, "提问，得到有出处的回答")):
        asking.add_argument("question", nargs="?", metavar="问题")
        asking.add_argument("--questions", type=Path, metavar="文件", help="问题文件，每行一个 JSON 对象")
        asking.add_argument("--within", nargs="+", default=(), metavar="资料", help="只在这些资料里找")
        asking.add_argument("--since", type=_real_day, metavar="日期", help="只找这一天和以后的文章，如 2024-03-21")
        asking.add_argument("--until", type=_real_day, metavar="日期", help="只找这一天和以前的文章")
    asking.add_argument(
        "--conversation", type=_positive, metavar="编号", help="接着这次对话问（编号用 jianwen history 查看）"
    )
    history = command("history", commands.history, "查看问答历史")
    history.add_argument("words", nargs="*", metavar="词", help="只列出问过或答到这些词的")
    history.add_argument("--show", type=_positive, metavar="编号", help="看一次对话的全部问答")
    history.add_argument("--delete", type=_positive, metavar="编号", help="删除一次对话")
    _add_briefings(command)
    evaluating = command("eval", commands.evaluate, "用自己的问题表考一考模型")
    evaluating.add_argument("file", type=Path, metavar="问题表", help="CSV 表格，列名：问题、应含、应引、应拒答")
    evaluating.add_argument("--within", nargs="+", default=(), metavar="资料", help="只在这些资料里找")
    actions = command("models", commands.manage_models, "列出模型；fetch 下载，check 校验，use 换用").add_subparsers(
        dest="action", metavar="动作", parser_class=ChineseParser
    )
    for action, summary in (("fetch", "下载默认模型"), ("check", "逐字节校验模型"), ("use", "换用另一个模型")):
        sub = actions.add_parser(action, help=summary, description=summary)
        _add_common(sub)
        if action == "use":
            sub.add_argument("name", metavar="模型文件或文件夹")
    return parser


def _add_briefings(command: Callable[..., ChineseParser]) -> None:
    brief = command("brief", briefing_commands.brief, "写一页简报，每句话都有出处")
    brief.add_argument("--kinds", action="store_true", help="列出简报的种类")
    brief.add_argument("--kind", default="meeting", metavar="种类", help="如 会议简报、专题摘要、周报；默认 会议简报")
    brief.add_argument("--topic", default="", metavar="主题", help="取谈到这个主题的文章")
    brief.add_argument("--articles", nargs="+", default=(), metavar="编号", help="取这些文章，或这些资料的全部文章")
    brief.add_argument("--since", type=_real_day, metavar="日期", help="取这一天和以后的文章，如 2024-03-18")
    brief.add_argument("--until", type=_real_day, metavar="日期", help="取这一天和以前的文章")
    brief.add_argument("--versus", type=_real_day, nargs=2, metavar="日期", help="对比的另一个时段：起止两天")
    brief.add_argument("--pages", type=_positive, default=1, metavar="页数", help="最多几页，默认 1")
    brief.add_argument("--title", default="", metavar="标题", help="代替自动取的标题")
    brief.add_argument("--masthead", default="", metavar="简报名", help="加上报头，如 教育简报")
    brief.add_argument("--number", default="", metavar="期号")
    brief.add_argument("--issuer", default="", metavar="编印单位")
    brief.add_argument("--dated", type=_real_day, metavar="日期", help="报头上的日期")
    brief.add_argument("--to", nargs="+", default=(), metavar="单位", help="报送")
    brief.add_argument("--cc", nargs="+", default=(), metavar="单位", help="发送")
    kept = command("briefings", briefing_commands.briefings, "查看存下的简报")
    kept.add_argument("--show", type=_positive, metavar="编号", help="看一份简报")
    kept.add_argument("--delete", type=_positive, metavar="编号", help="删除一份简报")
    for exporting in (brief, kept):
        exporting.add_argument("--out", type=Path, metavar="文件", help="写成 .docx、.pdf 或 .md 文件")
        exporting.add_argument(
            "--evidence",
            choices=("sheet", "notes", "none"),
            default="sheet",
            help="出处印在哪里：另一张纸（sheet，默认）、脚注（notes）、不印（none）",
        )
        exporting.add_argument("--unverified", action="store_true", help="连同未核实和人工撰写的句子，并加标记")


def _add_common(parser: ChineseParser) -> None:
    """Options that may stand before or after the command; one that is not given leaves what stood before."""
    parser.add_argument("--library", type=Path, default=argparse.SUPPRESS, metavar="目录", help="资料库所在的文件夹")
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="每行输出一个 JSON 对象，供其他程序读取"
    )


def _day(text: str) -> dt.date | None:
    return None if text.lower() == "none" else _real_day(text)


def _real_day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("应写成 2024-03-21 这样") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("至少是 1")
    return number
