"""The terminal: `jianwen COMMAND`. Answers on standard output, progress and messages on standard error.

Exit codes: 0 done, 1 something the user can mend, 2 wrong usage, 70 a bug of ours, 130 stopped.
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.chinese_argparse import ChineseParser
from rag.errors import JianwenError, Stopped
from rag.settings import home, load_settings, save_settings
from rag.terminal import Terminal
from rag.types import (
    AddEvent,
    AddStatus,
    Answer,
    Correction,
    DraftText,
    MergeWithPrevious,
    Progress,
    Refusal,
    Rename,
    SetDate,
    SplitBefore,
    StoredArticle,
    heed,
)

if TYPE_CHECKING:
    from rag.library import Library

DONE, MENDABLE, BUG, STOPPED = 0, 1, 70, 130  # wrong usage: chinese_argparse.WRONG_USAGE

_TRIES = 3  # passwords asked for one file

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
        return MENDABLE
    except (Stopped, KeyboardInterrupt):
        terminal.clear_progress()
        terminal.message("已停止。")
        return STOPPED
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
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


# ---------------------------------------------------------------- commands


def _add(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    from rag import as_json, as_text

    ends: dict[Path, AddStatus] = {}

    def follow(events: Iterable[AddEvent], only: Path | None = None) -> None:
        for event in events:
            if isinstance(event, Progress):
                terminal.progress(event)
            elif only is None or event.path == only:
                ends[event.path] = event.status
                terminal.clear_progress()
                terminal.show(event, as_json.file_added, as_text.file_added)
        terminal.clear_progress()

    with _library(arguments) as library:
        given = dict.fromkeys(arguments.paths, arguments.password) if arguments.password else {}
        follow(library.add(arguments.paths, stop, given))
        locked = [path for path, status in ends.items() if status is AddStatus.LOCKED]
        if not arguments.password and sys.stdin.isatty():
            for path in locked:
                for password in _asked(path):
                    follow(library.add([_on_disk(path)], stop, {path: password}), only=path)
                    if ends[path] is not AddStatus.LOCKED:
                        break
    return MENDABLE if {AddStatus.FAILED, AddStatus.LOCKED} & set(ends.values()) else DONE


def _asked(path: Path) -> Iterator[str]:
    """Passwords typed for a file, until the user just presses Enter."""
    from rag.as_text import plain

    for _ in range(_TRIES):
        password = getpass.getpass(f"{plain(path.name)} 的密码（直接回车跳过）：")
        if not password:
            return
        yield password


def _on_disk(path: Path) -> Path:
    """The file itself, or the archive that it is in."""
    return next((one for one in (path, *path.parents) if one.exists()), path)


def _list(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag import as_json, as_text

    with _library(arguments) as library:
        documents = library.documents()
    for document in documents:
        terminal.show(document, as_json.document, as_text.document)
    if not documents and not terminal.as_json:
        terminal.out.print("资料库是空的。用 jianwen add 文件 添加资料。")
    return DONE


def _articles(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag import as_json, as_text

    with _library(arguments) as library:
        _show_articles(library, library.articles(arguments.documents), terminal)
        if arguments.furniture:
            for document in arguments.documents or [one.id for one in library.documents()]:
                for paragraph in library.furniture(document):
                    terminal.show(paragraph, as_json.furniture, as_text.furniture)
    return DONE


def _show_articles(library: Library, articles: Sequence[StoredArticle], terminal: Terminal) -> None:
    from rag import as_json, as_text

    elsewhere = library.elsewhere(articles)
    for article in articles:
        terminal.show(
            article, partial(as_json.article, elsewhere=elsewhere), partial(as_text.article, elsewhere=elsewhere)
        )


def _correct(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    """Shows the document's articles as they are afterwards."""
    with _library(arguments) as library:
        if arguments.command == "undo":
            articles = library.undo_corrections(arguments.document)
        else:
            articles = library.correct(_correction(arguments))
        _show_articles(library, articles, terminal)
    return DONE


def _correction(arguments: argparse.Namespace) -> Correction:
    if arguments.command == "rename":
        return Rename(arguments.article, arguments.title)
    if arguments.command == "date":
        return SetDate(arguments.article, arguments.date)
    return MergeWithPrevious(arguments.article) if arguments.command == "merge" else SplitBefore(arguments.paragraph)


def _remove(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag import as_json

    with _library(arguments) as library:
        for document in library.remove(arguments.documents):
            terminal.show(document, as_json.document, lambda console, value: console.print(f"已移除：{value.name}"))
    return DONE


def _rebuild(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    with _library(arguments) as library:
        _follow(library.rebuild(stop=stop), terminal)
        count = len(library.documents())
    terminal.show(
        count,
        lambda value: {"documents": value, "status": "rebuilt"},
        lambda console, value: console.print(f"索引已重建，共 {value} 份资料。"),
    )
    return DONE


def _doctor(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag import as_json, as_text

    with _library(arguments) as library:
        findings = library.doctor()
    for finding in findings:
        terminal.show(finding, as_json.finding, as_text.finding)
    return MENDABLE if any(finding.severity == "error" for finding in findings) else DONE


def _search(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    from rag import as_json, as_text

    questions = _questions(arguments)
    with _library(arguments) as library:
        for question in questions:
            heed(stop)
            result = library.search(question, limit=arguments.limit, within=arguments.within)
            elsewhere = library.elsewhere(hit.article for hit in result.hits)
            terminal.show(
                result,
                partial(as_json.search_result, elsewhere=elsewhere),
                partial(as_text.search_result, elsewhere=elsewhere),
            )
    return DONE


def _ask(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    from rag import as_json, as_text

    questions = _questions(arguments)
    with _library(arguments) as library:
        for question in questions:
            for event in library.ask(question, within=arguments.within, stop=stop):
                if isinstance(event, Answer | Refusal):
                    terminal.clear_progress()
                    cited = [] if isinstance(event, Refusal) else [c for s in event.statements for c in s.citations]
                    elsewhere = library.elsewhere(citation.article for citation in cited)
                    terminal.show(
                        event,
                        partial(as_json.reply, elsewhere=elsewhere),
                        partial(as_text.reply, elsewhere=elsewhere),
                    )
                elif isinstance(event, Progress):
                    terminal.progress(event)
                elif isinstance(event, DraftText):
                    terminal.draft(event.text)
    return DONE


def _models(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    """`models` lists, `models fetch` and `models check` do their work first and then list."""
    from rag import as_json, as_text, models

    settings = load_settings()
    if arguments.action == "use":
        settings = models.use(arguments.name, settings)
        save_settings(settings)
    elif arguments.action == "fetch":
        _follow(models.fetch(settings, stop), terminal)
    elif arguments.action == "check":
        _follow(models.check(settings, stop), terminal)
    found = models.status(settings)
    for one in found:
        terminal.show(one, as_json.model_status, as_text.model_status)
    return DONE


def _follow(events: Iterable[Progress], terminal: Terminal) -> None:
    for event in events:
        terminal.progress(event)
    terminal.clear_progress()


def _library(arguments: argparse.Namespace) -> Library:
    from rag.library import Library

    return Library.open(arguments.library)


def _questions(arguments: argparse.Namespace) -> list[str]:
    if (arguments.question is None) == (arguments.questions is None):
        arguments.wrong("请写出一个问题，或用 --questions 给出问题文件（两者只能选一）")
    if arguments.question is not None:
        return [arguments.question]
    try:
        lines = arguments.questions.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise JianwenError(f"问题文件 {arguments.questions} 读不出来。请检查路径，并存为 UTF-8 编码。") from error
    questions = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = json.loads(line)["question"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise JianwenError(
                f'问题文件 {arguments.questions} 第 {number} 行不对。每行应是 {{"question": "……"}} 这样的 JSON。'
            ) from error
        questions.append(str(question))
    return questions


# ---------------------------------------------------------------- the words of the command line


def _parser() -> ChineseParser:
    parser = ChineseParser(prog="jianwen", description="简问：向本机的资料提问，每句话都有出处。")
    _add_common(parser)
    parser.set_defaults(library=None, json=False)
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令", parser_class=ChineseParser)

    def command(name: str, run: Callable[..., int], summary: str) -> ChineseParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        _add_common(sub)
        sub.set_defaults(run=run, wrong=sub.error)
        return sub

    add = command("add", _add, "添加文件、文件夹或压缩包")
    add.add_argument("paths", nargs="+", type=Path, metavar="文件")
    add.add_argument("--password", metavar="密码", help="打开加密文件的密码；不给时在终端上询问，不会保存")
    command("list", _list, "列出资料")
    articles = command("articles", _articles, "列出文章和段落")
    articles.add_argument("documents", nargs="*", metavar="资料")
    articles.add_argument("--furniture", action="store_true", help="也列出文章以外的版面文字（报头、页眉、责编等）")
    for name, summary in (("rename", "改文章标题"), ("date", "改文章日期"), ("merge", "把文章并入前一篇")):
        correcting = command(name, _correct, summary)
        correcting.add_argument("article", metavar="文章编号")
        if name == "rename":
            correcting.add_argument("title", metavar="标题", help='新标题；写 "" 表示没有标题')
        if name == "date":
            correcting.add_argument("date", type=_day, metavar="日期", help="如 2024-03-21；none 表示没有日期")
    command("split", _correct, "从某段起另成一篇").add_argument("paragraph", metavar="段落编号")
    command("undo", _correct, "撤销对一份资料的全部改正").add_argument("document", metavar="资料")
    command("remove", _remove, "移除资料").add_argument("documents", nargs="+", metavar="资料")
    command("rebuild", _rebuild, "重建索引")
    command("doctor", _doctor, "检查资料库和模型有没有问题")
    search = command("search", _search, "查找段落")
    search.add_argument("--limit", type=_positive, default=10, metavar="段数", help="最多几段，默认 10")
    for asking in (search, command("ask", _ask, "提问，得到有出处的回答")):
        asking.add_argument("question", nargs="?", metavar="问题")
        asking.add_argument("--questions", type=Path, metavar="文件", help="问题文件，每行一个 JSON 对象")
        asking.add_argument("--within", nargs="+", default=(), metavar="资料", help="只在这些资料里找")
    actions = command("models", _models, "列出模型；fetch 下载，check 校验，use 换用").add_subparsers(
        dest="action", metavar="动作", parser_class=ChineseParser
    )
    for action, summary in (("fetch", "下载默认模型"), ("check", "逐字节校验模型"), ("use", "换用另一个模型")):
        sub = actions.add_parser(action, help=summary, description=summary)
        _add_common(sub)
        if action == "use":
            sub.add_argument("name", metavar="模型文件或文件夹")
    return parser


def _add_common(parser: ChineseParser) -> None:
    """Options that may stand before or after the command; one that is not given leaves what stood before."""
    parser.add_argument("--library", type=Path, default=argparse.SUPPRESS, metavar="目录", help="资料库所在的文件夹")
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="每行输出一个 JSON 对象，供其他程序读取"
    )


def _day(text: str) -> dt.date | None:
    if text.lower() == "none":
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("应写成 2024-03-21 这样，或 none") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("至少是 1")
    return number
