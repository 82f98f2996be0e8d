"""The starter: its pure parts, the locks, and set-ups cut off at any stage (with commands that only leave traces)."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from rag import settings

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("runtime", "dev", "build", "torch", "llama")


def load_run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["run"] = module
    spec.loader.exec_module(module)
    return module


run = load_run()


def requirements(lock: str) -> dict[str, list[str]]:
    """Requirement line (without hashes) → its hashes."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    joined = re.sub(r"\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {
        line.partition(" --hash")[0].strip(): re.findall(r"--hash=sha256:([0-9a-f]{64})(?!\S)", line) for line in lines
    }


# ---- locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    for line, hashes in requirements(lock).items():
        assert "==" in line, line
        assert hashes, line


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_no_cuda_package_and_no_index(lock: str) -> None:
    assert not [line for line in requirements(lock) if re.match(r"nvidia|cuda|triton", line)]
    assert "://" not in (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")


def test_locks_agree_with_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    locked = {line.partition(";")[0].strip() for lock in LOCKS for line in requirements(lock)}
    for requirement in wanted:
        assert requirement in locked or f"{requirement}+cpu" in locked, f"{requirement}: see requirements/README.md"


def test_a_package_in_two_locks_has_one_version() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for lock in ("runtime", "dev", "build"):
        for line in requirements(lock):
            pin, _, marker = line.partition(";")
            name, _, version = pin.strip().partition("==")
            if marker.count("python_full_version") == 0:
                versions.setdefault((name, ""), set()).add(version)
    assert not {name: found for name, found in versions.items() if len(found) > 1}


def test_linux_torch_is_the_cpu_build_only() -> None:
    for line in requirements("torch"):
        on_linux_x86 = 'sys_platform == "linux" and platform_machine == "x86_64"' in line
        assert line.startswith("torch==2.13.0+cpu ;") == on_linux_x86


@pytest.mark.parametrize("minor", [11, 12, 13, 14])
@pytest.mark.parametrize(
    ("system", "machine"), [("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64"), ("darwin", "arm64")]
)
def test_torch_wheel_is_named_for_each_python_and_machine(minor: int, system: str, machine: str) -> None:
    lock = (ROOT / "requirements" / "torch.lock").read_text("utf-8")
    name, sha256 = run.torch_wheel(lock, minor, system, machine)
    assert name.startswith("torch-2.13.0") and f"-cp3{minor}-" in name
    assert [sha256] in requirements("torch").values()


def test_no_torch_wheel_for_a_python_that_has_none() -> None:
    lock = (ROOT / "requirements" / "torch.lock").read_text("utf-8")
    assert run.torch_wheel(lock, 15, "linux", "x86_64") is None
    assert run.torch_wheel(lock, 11, "linux", "riscv64") is None


# ---- places


def test_home_is_the_programs_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JIANWEN_HOME", str(tmp_path / "搬走"))
    assert run.data_home(os.environ) == settings.home() == tmp_path / "搬走"
    monkeypatch.delenv("JIANWEN_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    for xdg in ("", "relative/folder", str(tmp_path / "data")):
        monkeypatch.setenv("XDG_DATA_HOME", xdg)
        assert run.data_home(os.environ) == settings.home()
    monkeypatch.delenv("XDG_DATA_HOME")
    assert run.data_home(os.environ) == settings.home()


def test_cache_lies_outside_the_tree() -> None:
    assert ROOT not in run.cache_home(os.environ).parents


# ---- processor and system

OLD = "flags\t\t: fpu sse sse2 ssse3 sse4_1 sse4_2 avx"
HASWELL = f"{OLD} avx2 fma f16c bmi1 bmi2"
SKYLAKE_X = f"{HASWELL} avx512f avx512bw avx512vl avx512dq avx512cd"
ICE_LAKE = f"{SKYLAKE_X} avx512vbmi avx512_vnni"


@pytest.mark.parametrize(
    ("flags", "tier"), [(OLD, "sse42"), (HASWELL, "avx2"), (SKYLAKE_X, "avx2"), (ICE_LAKE, "avx512"), ("", "sse42")]
)
def test_cpu_tier(flags: str, tier: str) -> None:
    assert run.tier_of(set(flags.split())) == tier


def test_a_build_never_uses_more_than_its_tier() -> None:
    for tier in run.CPU_FLAGS:
        assert "-DGGML_NATIVE=OFF" in run.cmake_args(tier).split()
    assert "AVX512" not in run.cmake_args("avx2")
    assert "-DGGML_AVX2=OFF" in run.cmake_args("sse42").split()


def test_remedy_names_each_package_once() -> None:
    text = run.how_to_mend({"libEGL.so.1": "libegl1", "编译器 g++": "g++", "libEGL.so": "libegl1"})
    assert "sudo apt-get install -y g++ libegl1\n" in text
    assert "编译器 g++" in text


def test_every_qt_library_has_a_debian_package() -> None:
    for pair in run.QT_LIBRARIES.split():
        assert re.fullmatch(r"lib[\w-]+(?:-[\d.]+)?\.so\.\d+=lib[a-z0-9.+-]+", pair), pair


def test_too_little_room_is_said_with_the_figures(tmp_path: Path) -> None:
    run.check_room({tmp_path / "not" / "there": 1, tmp_path: 1})
    with pytest.raises(run.Trouble, match=r"磁盘空间不够.*还剩.*GB"):
        run.check_room({tmp_path / "a": 5 * 10**17, tmp_path / "b": 5 * 10**17})


def test_an_old_c_library_is_said() -> None:
    run.check_libc("glibc", "2.36")
    run.check_libc("musl", "1.2")
    with pytest.raises(run.Trouble, match="系统太旧"):
        run.check_libc("glibc", "2.31")


# ---- stages


class Kitchen:
    """Stages that note their work and can be cut off."""

    def __init__(self, marks: Path) -> None:
        self.marks = marks
        self.keys = {"venv": "1", "runtime": "1", "llama": "1"}
        self.done: list[str] = []
        self.cut_off_at = ""

    def work(self, name: str) -> None:
        if name == self.cut_off_at:
            raise KeyboardInterrupt
        self.done.append(name)

    def run(self) -> list[str]:
        self.done = []
        stages = [run.Stage(name, name, lambda n=name: self.keys[n], lambda n=name: self.work(n)) for name in self.keys]
        run.work_through(run.pending(stages, self.marks), self.marks, 1, 3)
        return self.done


def test_a_set_up_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    kitchen = Kitchen(tmp_path)
    kitchen.cut_off_at = "runtime"
    with pytest.raises(KeyboardInterrupt):
        kitchen.run()
    assert kitchen.done == ["venv"]
    kitchen.cut_off_at = ""
    assert kitchen.run() == ["runtime", "llama"]
    assert kitchen.run() == []


def test_a_changed_key_redoes_its_stage_and_the_first_one_all(tmp_path: Path) -> None:
    kitchen = Kitchen(tmp_path)
    kitchen.run()
    kitchen.keys["runtime"] = "2"
    assert kitchen.run() == ["runtime"]
    kitchen.keys["venv"] = "2"
    assert kitchen.run() == ["venv", "runtime", "llama"]


def test_a_stage_cut_off_while_redone_is_not_taken_for_done(tmp_path: Path) -> None:
    kitchen = Kitchen(tmp_path)
    kitchen.run()
    kitchen.keys["runtime"], kitchen.cut_off_at = "2", "runtime"
    with pytest.raises(KeyboardInterrupt):
        kitchen.run()
    kitchen.keys["runtime"], kitchen.cut_off_at = "1", ""
    assert kitchen.run() == ["runtime"]


# ---- the environment


class Commands:
    """Stands for the long commands: notes them and leaves what the real ones leave."""

    def __init__(self) -> None:
        self.noted: list[str] = []
        self.fail_at = "\0"

    def __call__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        line = " ".join(command)
        self.noted.append(line)
        if self.fail_at in line:
            raise run.Trouble("没有网络")
        if "-m venv" in line:
            folder = Path(command[-1])
            (folder / "bin").mkdir(parents=True)
            (folder / "bin" / "python").write_text("")
            (folder / "pyvenv.cfg").write_text(f"home = {folder.parent}\nversion = 3.11.2\n")
        if "pip download" in line:
            archive = Path(command[command.index("-d") + 1])
            source = archive.parent / "made" / "llama"
            source.mkdir(parents=True)
            (source / "CMakeLists.txt").write_text("")
            archive.mkdir(parents=True, exist_ok=True)
            subprocess.run(["tar", "-czf", archive / "llama.tar.gz", "-C", source.parent, "llama"], check=True)
        if "pip wheel" in line:
            assert "-DGGML_NATIVE=OFF" in environ["CMAKE_ARGS"]
            out = Path(command[command.index("-w") + 1])
            out.mkdir()
            (out / "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl").write_text("")


posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in environment has a POSIX layout")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "简问"
    (root / "requirements").mkdir(parents=True)
    for name in ("pyproject.toml", *(f"requirements/{lock}.lock" for lock in LOCKS)):
        (root / name).write_bytes((ROOT / name).read_bytes())
    return root


def set_up(tree: Path, commands: Commands, tier: str = "avx2") -> list[str]:
    """The names of the stages that had to be worked."""
    made = run.Environment(tree, tree.parent / "cache", tier, commands)
    stages = run.pending(made.stages(), made.marks)
    commands.noted = []
    run.work_through(stages, made.marks, 1, len(stages))
    return [stage.name for stage in stages]


EVERYTHING = ["venv", "build", "torch", "runtime", "llama", "project"]


@posix
def test_first_set_up_does_all_and_the_second_nothing(tree: Path) -> None:
    commands = Commands()
    assert set_up(tree, commands) == EVERYTHING
    installs = [line for line in commands.noted if "pip install" in line and ".lock" in line]
    assert installs and all("--require-hashes" in line and "--only-binary :all:" in line for line in installs)
    assert set_up(tree, commands) == []


@posix
@pytest.mark.parametrize(
    "cut", ["build.lock", "torch.lock", "runtime.lock", "pip download", "pip wheel", "pip install -e"]
)
def test_resumes_after_a_failure_at_any_command(tree: Path, cut: str) -> None:
    commands = Commands()
    commands.fail_at = cut.replace("pip install -e", f"-e {tree}")
    with pytest.raises(run.Trouble):
        set_up(tree, commands)
    reached = set(EVERYTHING) - set(set_up_names(tree, commands))
    commands.fail_at = "\0"
    assert set_up(tree, commands) == [name for name in EVERYTHING if name not in reached]
    assert not [line for line in commands.noted if "-m venv" in line]


def set_up_names(tree: Path, commands: Commands) -> list[str]:
    made = run.Environment(tree, tree.parent / "cache", "avx2", commands)
    return [stage.name for stage in run.pending(made.stages(), made.marks)]


@posix
def test_an_unpacked_source_is_not_fetched_again(tree: Path) -> None:
    commands = Commands()
    commands.fail_at = "pip wheel"
    with pytest.raises(run.Trouble):
        set_up(tree, commands)
    commands.fail_at = "pip download"
    assert "llama" in set_up(tree, commands)


@posix
def test_another_processor_gets_another_build_and_keeps_the_rest(tree: Path) -> None:
    commands = Commands()
    set_up(tree, commands, "avx512")
    assert set_up(tree, commands, "avx2") == ["llama"]
    assert set_up(tree, commands, "avx512") == ["llama"]  # from the kept wheel:
    assert not [line for line in commands.noted if "pip wheel" in line]


@posix
def test_a_changed_lock_redoes_that_lock_only(tree: Path) -> None:
    commands = Commands()
    set_up(tree, commands)
    lock = tree / "requirements" / "runtime.lock"
    lock.write_text(lock.read_text("utf-8") + "# changed\n", "utf-8")
    assert set_up(tree, commands) == ["runtime"]


@posix
def test_a_moved_folder_is_made_anew(tree: Path) -> None:
    commands = Commands()
    set_up(tree, commands)
    moved = tree.rename(tree.with_name("搬到别处"))
    (moved / ".venv" / "bin").rename(moved / ".venv" / "old")  # the stand-in for venv wants an empty place
    assert set_up(moved, commands) == EVERYTHING


@posix
def test_a_python_that_went_away_is_noticed(tree: Path) -> None:
    commands = Commands()
    set_up(tree, commands)
    (tree / ".venv" / "bin" / "python").unlink()
    (tree / ".venv" / "bin").rmdir()
    assert set_up(tree, commands) == EVERYTHING


@posix
def test_without_torch_the_file_to_bring_is_named(tree: Path) -> None:
    commands = Commands()
    commands.fail_at = "torch.lock"
    with pytest.raises(run.Trouble) as trouble:
        set_up(tree, commands)
    assert "torch-2.13.0" in str(trouble.value) and "SHA-256：" in str(trouble.value)
    assert str(tree / "wheels") in str(trouble.value)


@posix
def test_carried_wheels_are_used_and_the_network_is_not(tree: Path) -> None:
    (tree / "wheels").mkdir()
    (tree / "wheels" / "OFFLINE").write_text("")
    commands = Commands()
    set_up(tree, commands)
    pip = [line for line in commands.noted if " -m pip " in line]
    assert pip and all(f"--find-links {tree / 'wheels'}" in line and "--no-index" in line for line in pip)


def test_half_installed_packages_are_forgotten(tmp_path: Path) -> None:
    for name, complete in (("whole-1.0.dist-info", True), ("half-1.0.dist-info", False)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "METADATA").write_text("")
        if complete:
            (tmp_path / name / "RECORD").write_text("")
    run.drop_half_installed(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["whole-1.0.dist-info"]


# ---- long commands, models, words


def test_output_goes_to_the_log_and_a_failure_shows_its_end(tmp_path: Path) -> None:
    log = tmp_path / "setup.log"
    run.run_logged(log, [sys.executable, "-c", "print('好')"], os.environ)
    assert "好" in log.read_text("utf-8")
    with pytest.raises(run.Trouble, match="退出码 3") as trouble:
        run.run_logged(log, [sys.executable, "-c", "print('last words'); raise SystemExit(3)"], os.environ)
    assert "last words" in str(trouble.value) and str(log) in str(trouble.value)


def test_only_one_set_up_at_a_time(tmp_path: Path) -> None:
    with run.one_at_a_time(tmp_path), (tmp_path / "setup.lock").open("a+") as second:
        assert not run._try_lock(second.fileno())
    with (tmp_path / "setup.lock").open("a+") as free:
        assert run._try_lock(free.fileno())


FETCH = """
import pathlib, sys
folder = pathlib.Path({home!r}, "models")
folder.mkdir(parents=True, exist_ok=True)
(folder / "model.gguf").write_bytes(bytes(2_000_000))
"""


def test_models_are_fetched_once_and_again_when_one_is_gone(tmp_path: Path) -> None:
    made = run.Contents(
        tmp_path, tmp_path / "home", lambda *_: [sys.executable, "-c", FETCH.format(home=str(tmp_path / "home"))]
    )
    assert not made.models_ready()
    made.fetch_models()
    assert made.models_ready()
    (tmp_path / "home" / "models" / "model.gguf").unlink()
    assert not made.models_ready()
    (tmp_path / "home" / "settings.json").write_text("{}")  # the user chose other models: leave it to the program
    assert made.models_ready()


def test_a_failed_fetch_is_no_fetch(tmp_path: Path) -> None:
    made = run.Contents(tmp_path, tmp_path / "home", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(run.Trouble, match="模型没有取全"):
        made.fetch_models()
    assert not made.models_ready()


def test_seeding_is_noted_only_when_it_worked(tmp_path: Path) -> None:
    failing = run.Contents(tmp_path, tmp_path / "home", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"])
    failing.seed()
    assert not failing.seeded.exists()
    working = run.Contents(tmp_path, tmp_path / "home", lambda *_: [sys.executable, "-c", ""])
    working.seed()
    assert working.seeded.exists()


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ([], ""),
        (["--library", "资料"], ""),
        (["--library", "资料", "list", "--json"], "list"),
        (["--library=资料", "ask", "问题"], "ask"),
        (["ask", "--help"], "--help"),
        (["test", "--version"], "test"),
    ],
)
def test_command_among_the_words(words: list[str], command: str) -> None:
    assert run.command_of(words) == command


def test_only_the_default_library_is_seeded(tmp_path: Path) -> None:
    assert run.uses_default_library(["ask", "问题"], tmp_path)
    assert run.uses_default_library(["--library", str(tmp_path / "library"), "list"], tmp_path)
    assert not run.uses_default_library(["--library", str(tmp_path / "other"), "list"], tmp_path)
    assert not run.uses_default_library([f"--library={tmp_path / 'other'}"], tmp_path)


def test_the_tests_need_a_program_that_lays_out_word_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.missing_for_tests()["LibreOffice"] == "libreoffice-writer-nogui"
    program = tmp_path / ("soffice.bat" if os.name == "nt" else "soffice")
    program.write_text("")
    program.chmod(0o755)
    assert "LibreOffice" not in run.missing_for_tests()
