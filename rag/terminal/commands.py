"""What each command of the terminal does: it takes the parsed arguments, where to write, and the stop signal, and
returns the exit code.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.answering.follow_up import LEANS_ON
from rag.answering.periods import between
from rag.answers import Answer, AskEvent, DraftText, Period, QuestionRead, Refusal
from rag.errors import JianwenError
from rag.settings import load_settings, save_settings
from rag.terminal.output import Terminal
from rag.types import (
    AddEvent,
    AddStatus,
    Correction,
    MergeWithPrevious,
    Progress,
    Rename,
    SetDate,
    SplitBefore,
    StopSignal,
    StoredArticle,
    heed,
)

if TYPE_CHECKING:
    from rag.library import Library

DONE, MENDABLE = 0, 1

_TRIES = 3  # passwords asked for one file


def add(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    from rag.terminal import as_json, as_text

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
    from rag.text import plain

    for _ in range(_TRIES):
        password = getpass.getpass(f"{plain(path.name)} 的密码（直接回车跳过）：")
        if not password:
            return
        yield password


def _on_disk(path: Path) -> Path:
    """The file itself, or the archive that it is in."""
    return next((one for one in (path, *path.parents) if one.exists()), path)


def list_documents(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag.terminal import as_json, as_text

    with _library(arguments) as library:
        documents = library.documents()
    for document in documents:
        terminal.show(document, as_json.document, as_text.document)
    if not documents and not terminal.as_json:
        terminal.out.print("资料库是空的。用 jianwen add 文件 添加资料。")
    return DONE


def list_articles(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag.terminal import as_json, as_text

    with _library(arguments) as library:
        _show_articles(library, library.articles(arguments.documents), terminal)
        if arguments.furniture:
            for document in arguments.documents or [one.id for one in library.documents()]:
                for paragraph in library.furniture(document):
                    terminal.show(paragraph, as_json.furniture, as_text.furniture)
    return DONE


def _show_articles(library: Library, articles: Sequence[StoredArticle], terminal: Terminal) -> None:
    from rag.terminal import as_json, as_text

    elsewhere = library.elsewhere(articles)
    for article in articles:
        terminal.show(
            article, partial(as_json.article, elsewhere=elsewhere), partial(as_text.article, elsewhere=elsewhere)
        )


def correct(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
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


def remove(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag.terminal import as_json

    with _library(arguments) as library:
        for document in library.remove(arguments.documents):
            terminal.show(document, as_json.document, lambda console, value: console.print(f"已移除：{value.name}"))
    return DONE


def rebuild(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    with _library(arguments) as library:
        _follow(library.rebuild(stop=stop), terminal)
        count = len(library.documents())
    terminal.show(
        count,
        lambda value: {"documents": value, "status": "rebuilt"},
        lambda console, value: console.print(f"索引已重建，共 {value} 份资料。"),
    )
    return DONE


def doctor(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    from rag.terminal import as_json, as_text

    with _library(arguments) as library:
        findings = library.doctor()
    for finding in findings:
        terminal.show(finding, as_json.finding, as_text.finding)
    return MENDABLE if any(finding.severity == "error" for finding in findings) else DONE


def search(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    from rag.terminal import as_json, as_text

    questions, only = _questions(arguments), _only(arguments)
    with _library(arguments) as library:
        for question in questions:
            heed(stop)
            result = library.search(question, limit=arguments.limit, within=arguments.within, only=only)
            elsewhere = library.elsewhere(hit.article for hit in result.hits)
            terminal.show(
                result,
                partial(as_json.search_result, elsewhere=elsewhere),
                partial(as_text.search_result, elsewhere=elsewhere),
            )
    return DONE


def ask(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    """A question given as an argument is kept with its answer; those of a file are not."""
    from rag.terminal import as_text

    if arguments.conversation is not None and arguments.questions is not None:
        arguments.wrong("--conversation 只能用于直接写出的一个问题")
    questions, only = _questions(arguments), _only(arguments)
    with _library(arguments) as library:
        before = _before(library, arguments)
        for question in questions:
            for event in library.ask(question, within=arguments.within, stop=stop, before=before, only=only):
                if isinstance(event, QuestionRead) and event.asked != question.strip() and not terminal.as_json:
                    as_text.understood(terminal.out, event.asked)
                elif isinstance(event, Answer | Refusal):
                    terminal.clear_progress()
                    _show_reply(library, event, terminal)
                    if arguments.questions is None:
                        _keep(library, question, event, arguments.conversation, terminal)
                elif isinstance(event, Progress):
                    terminal.progress(event)
                elif isinstance(event, DraftText):
                    terminal.draft(event.text)
    return DONE


def _show_reply(library: Library, reply: Answer | Refusal, terminal: Terminal) -> None:
    from rag.terminal import as_json, as_text

    cited = [] if isinstance(reply, Refusal) else [c for s in reply.statements for c in s.citations]
    elsewhere = library.elsewhere(citation.article for citation in cited)
    terminal.show(reply, partial(as_json.reply, elsewhere=elsewhere), partial(as_text.reply, elsewhere=elsewhere))


def _before(library: Library, arguments: argparse.Namespace) -> list[str]:
    """The questions that this one may lean on."""
    if arguments.conversation is None:
        return []
    return [turn.asked for turn in library.conversation(arguments.conversation)][-LEANS_ON:]


def _keep(
    library: Library, question: str, reply: Answer | Refusal, conversation: int | None, terminal: Terminal
) -> None:
    try:
        library.remember(question, reply, conversation)
    except JianwenError as error:  # the answer stands, kept or not
        terminal.message(f"这次问答没有记入历史：{error}")


def history(arguments: argparse.Namespace, terminal: Terminal, _stop: threading.Event) -> int:
    """Lists the kept conversations; shows or deletes one when its number is given."""
    from rag.terminal import as_json, as_text

    with _library(arguments) as library:
        if arguments.delete is not None:
            library.forget(arguments.delete)
            terminal.deleted("对话", arguments.delete)
            return DONE
        if arguments.show is not None:
            for turn in library.conversation(arguments.show):
                if terminal.as_json:
                    terminal.show(turn, as_json.turn, as_text.turn)
                else:
                    as_text.turn(terminal.out, turn)
                    _show_reply(library, turn.reply, terminal)
            return DONE
        found = library.conversations(" ".join(arguments.words))
    for conversation in found:
        terminal.show(conversation, as_json.conversation, as_text.conversation)
    if not found and not terminal.as_json:
        terminal.out.print("没有找到问答记录。" if arguments.words else "还没有问答记录。")
    return DONE


def manage_models(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    """`models` lists, `models fetch` and `models check` do their work first and then list."""
    from rag import models
    from rag.terminal import as_json, as_text

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


def _only(arguments: argparse.Namespace) -> Period | None:
    try:
        return between(arguments.since, arguments.until)
    except ValueError:
        arguments.wrong("--since 的日期不能晚于 --until 的日期")
        raise


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


def evaluate(arguments: argparse.Namespace, terminal: Terminal, stop: threading.Event) -> int:
    """MENDABLE when a question failed, so that a script can tell."""
    from rag.answering import evaluating
    from rag.terminal import as_json, as_text

    cases = evaluating.read_cases(arguments.file)
    verdicts: list[evaluating.Verdict] = []
    with _library(arguments) as library:
        if not terminal.as_json:
            as_text.verdict_columns(terminal.out)
        for event in evaluating.evaluate(cases, partial(_asking, library, arguments.within), stop):
            if isinstance(event, Progress):
                terminal.progress(event)
                continue
            verdicts.append(event)
            terminal.clear_progress()
            terminal.show(event, as_json.verdict, partial(as_text.verdict, number=len(verdicts)))
    if not terminal.as_json:
        as_text.score(terminal.out, verdicts)
    return DONE if all(verdict.passed for verdict in verdicts) else MENDABLE


def _asking(library: Library, within: Sequence[str], question: str, stop: StopSignal | None) -> Iterator[AskEvent]:
    return library.ask(question, within=within, stop=stop)
