"""Which models are needed, where they are, and whether they can do their work on this machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import JianwenError
from rag.models import gguf
from rag.models.e5_conversion import MANIFEST
from rag.models.embedding_folder import check_folder, is_embedding_folder, weight_files
from rag.models.machine import free_memory, gigabytes, require_processor
from rag.models.table import ROLE_TITLES, ModelFile, ModelSpec, Role, spec_of
from rag.settings import Settings, model_folders
from rag.types import Progress, StopSignal, heed

_CHUNK = 1 << 22  # bytes hashed between two looks at the stop signal


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One of the two models needed. `path` None: not there; `problem` (Chinese) "": whole as far as a glance tells."""

    role: Role
    name: str
    spec: ModelSpec | None
    path: Path | None
    bytes: int
    problem: str

    @property
    def whole(self) -> bool:
        return self.path is not None and not self.problem


@dataclass(frozen=True, slots=True)
class Available:
    """A model lying in one of the model folders, not yet looked into."""

    role: Role
    name: str
    path: Path
    bytes: int


def find_model(name: str) -> Path | None:
    """The file or folder for a name in the settings, or an absolute path; a whole one before a broken one."""
    if not name:
        return None
    found = [folder / name for folder in model_folders() if (folder / name).exists()]  # an absolute name wins by `/`
    spec = spec_of(name)
    if spec is not None:
        found.sort(key=lambda path: bool(_difference(path, spec)))
    return found[0] if found else None


def available() -> tuple[Available, ...]:
    """Every chat file and embedding folder in the model folders, for choosing; a name that comes twice counts once."""
    found: dict[str, Available] = {}
    for folder in model_folders():
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            role = _role_of(path)
            if role is not None and path.name not in found and not _is_later_part(path):
                found[path.name] = Available(role, path.name, path, size_of(path))
    return tuple(found.values())


def _role_of(path: Path) -> Role | None:
    if path.name.startswith("."):
        return None
    if path.is_file() and path.suffix.lower() == ".gguf":
        return "chat"
    return "embedding" if is_embedding_folder(path) else None


def _is_later_part(path: Path) -> bool:
    return re.search(r"-(?!00001)\d{5}-of-\d{5}\.gguf$", path.name) is not None


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size


# ---------------------------------------------------------------- quick: presence and sizes


def status(settings: Settings) -> tuple[ModelStatus, ...]:
    """Both models the settings ask for, judged by sizes and heads, without reading whole files."""
    return tuple(_status(role, name) for role, name in _wanted(settings))


def _wanted(settings: Settings) -> tuple[tuple[Role, str], ...]:
    return ("chat", settings.chat_model), ("embedding", settings.embedding_model)


def _status(role: Role, name: str) -> ModelStatus:
    path = find_model(name)
    problem = ""
    if path is not None:
        try:
            check_model(role, path)
        except JianwenError as error:
            problem = str(error)
    return ModelStatus(role, name, spec_of(name), path, size_of(path) if path else 0, problem)


def check_model(role: Role, path: Path) -> None:
    """Raises JianwenError when the model at `path` is not whole or cannot do this work. Reads heads, not contents."""
    spec = _row_of(path)
    if spec is not None and spec.role == role:
        _refuse_difference(path, spec)
    if role == "chat":
        head = gguf.read(path)
        gguf.check_whole(path, head)
        gguf.check_chat(path, head)
    else:
        check_folder(path)


def _row_of(path: Path) -> ModelSpec | None:
    """The table's row that the model must equal; None for a folder of the same name that someone else made."""
    spec = spec_of(path.name)
    if spec is None or spec.kind == "file" or (path / MANIFEST).exists():
        return spec
    weights = path / spec.weights.name
    made_elsewhere = weights.is_file() and weights.stat().st_size != spec.weights.bytes
    return None if made_elsewhere else spec


def is_whole(path: Path, spec: ModelSpec) -> bool:
    """Every file of the table's row is there with its size."""
    return not _difference(path, spec)


def file_of(path: Path, spec: ModelSpec, file: ModelFile) -> Path:
    """Where one of the model's files lies when the model is at `path`."""
    return path if spec.kind == "file" else path / file.name


def _difference(path: Path, spec: ModelSpec) -> str:
    """How the model differs in sizes from the table (Chinese), "" when it does not."""
    for file in spec.files:
        place = file_of(path, spec, file)
        if not place.is_file():
            return f"缺少文件 {file.name}"
        size = place.stat().st_size
        if size != file.bytes:
            return f"{file.name} 应为 {file.bytes:,} 字节，实为 {size:,} 字节"
    return ""


def _refuse_difference(path: Path, spec: ModelSpec) -> None:
    difference = _difference(path, spec)
    if difference:
        raise JianwenError(
            f"模型 {path} 不完整：{difference}。多半是拷贝或下载中断了。请删除它，再运行 jianwen models fetch "
            "重新下载，或从别的电脑重新拷贝。"
        )


# ---------------------------------------------------------------- slow: checksums


def check(settings: Settings, stop: StopSignal | None = None) -> Iterator[Progress]:
    """Read both models whole and compare SHA-256 with the table, or with the folder's own SHA256SUMS.

    A model that is in no table and has no list of checksums is judged by its head alone.

    Raises:
        JianwenError: at the end, with every problem found.
        Stopped: `stop` was set.
    """
    problems: list[str] = []
    work: list[tuple[Path, Path, str]] = []
    for one in status(settings):
        if one.path is None:
            problems.append(_missing(one.role, one.name))
        elif one.problem:
            problems.append(one.problem)
        else:
            work += [(one.path, file, sha256) for file, sha256 in _checksums(one.path)]
    total = sum(file.stat().st_size for _, file, _ in work)
    done = 0
    yield Progress("核对模型", done, total)
    for model, file, sha256 in work:
        digest = hashlib.sha256()
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                heed(stop)
                digest.update(chunk)
                done += len(chunk)
                yield Progress("核对模型", done, total)
        if digest.hexdigest() != sha256:
            problems.append(
                f"模型文件 {file} 的校验和（SHA-256）不对，内容已损坏或被改动。请删除 {model}，"
                "再运行 jianwen models fetch 重新下载，或从别的电脑重新拷贝。"
            )
    if problems:
        raise JianwenError("\n".join(problems))


def _checksums(path: Path) -> list[tuple[Path, str]]:
    spec = _row_of(path)
    if spec is not None:
        return [(file_of(path, spec, file), file.sha256) for file in spec.files]
    manifest = path / MANIFEST
    if not manifest.is_file():
        return []
    rows = re.findall(r"^([0-9a-f]{64}) [ *](.+)$", manifest.read_text("utf-8", "replace"), re.MULTILINE)
    files = [((path / name).resolve(), sha256) for sha256, name in rows]
    return [(file, sha256) for file, sha256 in files if file.is_relative_to(path.resolve()) and file.is_file()]


# ---------------------------------------------------------------- before loading


def require_chat_model(settings: Settings, memory: int | None = None) -> Path:
    """The chat model's file, when it is whole, can chat, and fits this machine now.

    Args:
        settings: names the model and the context's length.
        memory: bytes free; asked of the system when left out.

    Raises:
        JianwenError: names the file, the cause and the remedy.
    """
    path = _require("chat", settings.chat_model)
    head = gguf.read(path)
    size = sum(part.stat().st_size for part in _parts(path))
    _require_memory(
        path, int(size * 1.2) + head.cache_bytes(settings.context_tokens), memory, "Qwen2.5-0.5B-Instruct Q4_K_M"
    )
    return path


def require_embedding_model(settings: Settings, memory: int | None = None) -> Path:
    """The embedding model's folder; arguments and errors as for `require_chat_model`."""
    path = _require("embedding", settings.embedding_model)
    size = sum(file.stat().st_size for file in weight_files(path))
    _require_memory(path, int(size * 1.2), memory, "bge-small-zh-v1.5")
    return path


def _require(role: Role, name: str) -> Path:
    require_processor()
    path = find_model(name)
    if path is None:
        raise JianwenError(_missing(role, name))
    check_model(role, path)
    return path


def _missing(role: Role, name: str) -> str:
    title = ROLE_TITLES[role]
    if Path(name).is_absolute():
        return f"找不到{title} {name}。请把它放回原处，或在设置中换一个模型。"
    places = "或".join(str(folder) for folder in model_folders())
    if spec_of(name) is not None:
        return f"找不到{title} {name}。请运行 jianwen models fetch 下载，或从别的电脑把它拷到 {places}。"
    others = "、".join(model.name for model in available() if model.role == role)
    choice = f"现有可选的：{others}。" if others else "也可以运行 jianwen models fetch 下载默认模型。"
    return f"找不到{title} {name}。请把它放到 {places}，或在设置中换一个模型。{choice}"


def _parts(path: Path) -> list[Path]:
    """The file itself, or all parts of a model split into several."""
    parts = re.fullmatch(r"(.+)-00001-of-(\d{5}\.gguf)", path.name)
    if parts is None:
        return [path]
    return [p for p in path.parent.iterdir() if re.fullmatch(rf"{re.escape(parts[1])}-\d{{5}}-of-{parts[2]}", p.name)]


def _require_memory(path: Path, needed: int, memory: int | None, smaller: str) -> None:
    free = free_memory() if memory is None else memory
    if free < needed:
        raise JianwenError(
            f"内存不够：运行模型 {path.name} 约需 {gigabytes(needed)}，现在只有 {gigabytes(free)} 可用。"
            f"请关闭其他程序后重试，或在设置中缩短上下文、换用小一些的模型（例如 {smaller}）。"
        )


def use(name: str, settings: Settings) -> Settings:
    """Settings with this model chosen: a .gguf file for answering, a folder for searching. The caller saves them.

    Raises:
        JianwenError: there is no such model, or it cannot do the work; the settings stay as they were.
    """
    path = find_model(name) or Path(name)
    if not name or not path.exists():
        raise JianwenError(_missing("chat" if name.lower().endswith(".gguf") else "embedding", name))
    path = path.absolute()  # not resolved: a link in models/ keeps its name
    kept = path.name if path.parent in [folder.absolute() for folder in model_folders()] else str(path)
    if path.is_dir():
        check_model("embedding", path)
        return settings.model_copy(update={"embedding_model": kept})
    check_model("chat", path)
    return settings.model_copy(update={"chat_model": kept})
