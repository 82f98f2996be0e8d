"""What the window does to add files: chooses them, follows the import, asks for passwords, tells how it went, and
remembers what was not finished.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt
from PySide6.QtWidgets import QFileDialog

from desktop import kinds
from desktop.import_report import ImportReport, failed, flawed, in_short, summary
from desktop.password_dialog import PasswordDialog
from desktop.protocol import AddFiles, JobDone, JobEnd, JobFailed, Resume
from desktop.task_row import TaskRow
from rag.types import AddStatus, FileAdded

if TYPE_CHECKING:
    from desktop.window import Window

UNFINISHED = "unfinished"  # key in the ini file: libraries and paths of imports that have not ended
WHY = "要把它加入资料库，请输入打开它的密码。密码只在这次打开简问期间记着，不会保存。"


class Import:
    """One import, from the first file to the last password. `paths`: none when the library goes on by itself with
    what it had taken in already; passwords cannot be given then.
    """

    def __init__(self, paths: Sequence[Path], library: Path, row: TaskRow) -> None:
        self.paths = tuple(path.absolute() for path in paths)
        self.library = library
        self.row = row
        self.results: dict[Path, FileAdded] = {}
        self.passwords: dict[Path, str] = {}
        self.skipped: set[Path] = set()
        self.stopped = False  # by the user
        row.stop_wanted.connect(self._stop)

    def note(self, result: FileAdded) -> None:
        """How a file went; one that is added again with its password does not make a duplicate of its neighbours."""
        before = self.results.get(result.path)
        if before is None or not (before.status is AddStatus.ADDED and result.status is AddStatus.DUPLICATE):
            self.results[result.path] = result

    @property
    def all_results(self) -> tuple[FileAdded, ...]:
        return tuple(self.results.values())

    @property
    def locked(self) -> list[Path]:
        """The files that still wait for a password, in the order they were met."""
        waiting = (r.path for r in self.results.values() if r.status is AddStatus.LOCKED and self.paths)
        return [path for path in waiting if path not in self.skipped]

    def _stop(self) -> None:
        self.stopped = True


class ImportDesk(QObject):
    """Works for one window; the rows stand in its library pane."""

    def __init__(self, window: Window, state: QSettings) -> None:
        super().__init__(window)
        self._window = window
        self._state = state
        self._running: list[Import] = []
        self._left: list[tuple[Path, Path]] = []  # library and path of imports cut off: kept until taken up or declined
        window.library.add_wanted.connect(self.choose_files)
        window.library.files_dropped.connect(self.add_files)

    # ------------------------------------------------------------ beginning

    def choose_files(self) -> None:
        if self._window.desk.may_change():
            names, _ = QFileDialog.getOpenFileNames(self._window, "选择要添加的资料", "", kinds.dialog_filter())
            self.add_files([Path(name) for name in names])

    def choose_folder(self) -> None:
        if self._window.desk.may_change() and (
            name := QFileDialog.getExistingDirectory(self._window, "选择要添加的文件夹")
        ):
            self.add_files([Path(name)])

    def add_files(self, paths: Sequence[Path]) -> None:
        """Add files and folders, with progress at the foot of the library pane."""
        if paths and self._window.desk.may_change():
            work = self._begin(f"添加“{paths[0].name}”" if len(paths) == 1 else f"添加 {len(paths)} 个文件", paths)
            self._remember()
            self._run(work, AddFiles(work.paths))

    def resume(self) -> None:
        """Go on with imports that were cut off, if there are any; the row shows with the first sign of progress."""
        work = self._begin("整理资料库", ())
        work.row.hide()
        self._run(work, Resume())

    def _begin(self, title: str, paths: Sequence[Path]) -> Import:
        work = Import(paths, self._window.engine.library, self._window.library.begin_task(title, pausable=True))
        work.row.details_wanted.connect(lambda: self._report(work))
        self._running.append(work)
        return work

    def _run(self, work: Import, request: AddFiles | Resume) -> None:
        self._window.desk.run(request, work.row, lambda end: self._ended(work, end), lambda r: self._file_done(work, r))

    # ------------------------------------------------------------ following

    def _file_done(self, work: Import, result: FileAdded) -> None:
        work.note(result)
        self._tell_trouble(work)
        if result.status is AddStatus.ADDED:
            self._window.desk.reload()
            if result.path in work.passwords:
                self._window.source.passwords[result.document] = work.passwords[result.path]

    def _tell_trouble(self, work: Import) -> None:
        results = [result for result in work.all_results if result.path not in work.locked]
        bad = bool(failed(results) or flawed(results))
        work.row.tell_trouble(in_short(results), more=bad)

    def _ended(self, work: Import, end: JobEnd) -> None:
        if isinstance(end, JobDone) and work.locked:
            self._ask_password(work)
            return
        self._running.remove(work)
        if any(result.status is AddStatus.ADDED for result in work.all_results):
            self._window.desk.forget_contents()
        cut_off = not isinstance(end, JobDone) and not work.stopped
        if cut_off:
            self._left += [(work.library, path) for path in work.paths]
        self._remember()
        words = "没有做完" if isinstance(end, JobFailed) else "已停止，做完的部分已保留"
        done = summary(work.all_results) if work.all_results or work.paths else "已完成"
        work.row.finish(done if isinstance(end, JobDone) else words)
        self._tell_trouble(work)
        if work.row.isHidden():
            work.row.deleteLater()
        elif isinstance(end, JobDone) and not work.row.details.isVisibleTo(work.row):
            work.row.linger()

    def _report(self, work: Import) -> None:
        dialog = ImportReport(work.all_results, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    # ------------------------------------------------------------ passwords

    def _ask_password(self, work: Import) -> None:
        first, *others = work.locked
        work.row.wait_for("等待输入密码")
        wrong = first in work.passwords
        dialog = PasswordDialog(first.name, wrong=wrong, others=len(others), why=WHY, parent=self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.given.connect(
            lambda password, for_all: self._unlock(work, password, work.locked if for_all else [first])
        )
        dialog.skipped.connect(lambda for_all: self._skip(work, work.locked if for_all else [first]))
        dialog.open()

    def _unlock(self, work: Import, password: str, paths: Sequence[Path]) -> None:
        work.passwords |= dict.fromkeys(paths, password)
        again = dict.fromkeys(_file_to_add(path) for path in paths)
        self._run(work, AddFiles(tuple(again), {path: work.passwords[path] for path in paths}))

    def _skip(self, work: Import, paths: Sequence[Path]) -> None:
        work.skipped.update(paths)
        self._ended(work, JobDone(0))

    # ------------------------------------------------------------ what was not finished

    def offer_unfinished(self, before: str = "") -> bool:
        """Offer to go on with imports that ended with the program or the engine; false when there are none.

        `before` (Chinese) is said first: what has happened.
        """
        self._left = self._remembered()
        paths = self._left_here()
        if not paths or any(work.paths for work in self._running):
            return False
        what = f"“{paths[0].name}”" if len(paths) == 1 else f"{len(paths)} 个文件或文件夹"
        text = before or f"上次添加{what}没有做完。"
        level = "trouble" if before else "info"
        self._window.tell(f"{text}接着添加会跳过已经加入的。", level, "接着添加", self._take_up, self._decline)
        return True

    def _left_here(self) -> list[Path]:
        here = self._window.engine.library
        return list(dict.fromkeys(path for library, path in self._left if library == here and path.exists()))

    def _take_up(self) -> None:
        paths = self._left_here()
        self._decline()
        self.add_files(paths)

    def _decline(self) -> None:
        self._left = [left for left in self._left if left[0] != self._window.engine.library]
        self._remember()

    def _remember(self) -> None:
        kept = [*self._left, *((work.library, path) for work in self._running for path in work.paths)]
        self._state.setValue(UNFINISHED, json.dumps([[str(library), str(path)] for library, path in kept]))
        self._state.sync()

    def _remembered(self) -> list[tuple[Path, Path]]:
        try:
            kept = json.loads(str(self._state.value(UNFINISHED, "[]")))
            return [(Path(library), Path(path)) for library, path in kept]
        except (ValueError, TypeError):  # the file was edited by hand
            return []


def _file_to_add(path: Path) -> Path:
    """The file itself, or the archive it is in (`archive.zip/member`)."""
    return next((place for place in (path, *path.parents) if place.is_file()), path)
