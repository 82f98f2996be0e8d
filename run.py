#!/usr/bin/env python3
"""Set up on first use, then run. Standard library only; the same on Windows, macOS and Linux.

    python3 run.py                  open the window
    python3 run.py WORDS…           pass the words on to the program (ask, search, add, …)
    python3 run.py setup            only set up
    python3 run.py test [ARGS]      set up, then every check and the test suite (ARGS go to pytest)
    python3 run.py bench NAME …     set up, then one measurement

The set-up is a row of stages. Each leaves a mark in .venv/.jianwen holding the key of what it was made from, so that a
later start only compares keys, a changed lock redoes one stage, and a set-up that was cut off goes on where it stopped.
Everything said here goes to standard error: standard output belongs to the program.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
STOPPED = 130
LOG = "setup.log"  # in the cache folder
STAGE_BYTES = {"torch": 800_000_000, "runtime": 1_900_000_000, "dev": 200_000_000}  # below .venv
BUILD_BYTES, MODEL_BYTES = 1_000_000_000, 2_500_000_000  # in the cache folder; in the data folder, while fetching
SMALL_MEMORY = 4 * 2**30
LIGHT = {"models", "doctor", "help", "-h", "--help", "--version"}  # work without models and without the first library

# Debian package of each shared library that PySide6's Core, Gui, Widgets, Pdf and the xcb platform plugin link against.
QT_LIBRARIES = """
    libEGL.so.1=libegl1 libGL.so.1=libgl1 libX11.so.6=libx11-6 libX11-xcb.so.1=libx11-xcb1
    libbrotlidec.so.1=libbrotli1 libdbus-1.so.3=libdbus-1-3 libfontconfig.so.1=libfontconfig1
    libfreetype.so.6=libfreetype6 libglib-2.0.so.0=libglib2.0-0 libgssapi_krb5.so.2=libgssapi-krb5-2
    libxcb.so.1=libxcb1 libxcb-cursor.so.0=libxcb-cursor0 libxcb-glx.so.0=libxcb-glx0
    libxcb-icccm.so.4=libxcb-icccm4 libxcb-image.so.0=libxcb-image0 libxcb-keysyms.so.1=libxcb-keysyms1
    libxcb-randr.so.0=libxcb-randr0 libxcb-render.so.0=libxcb-render0 libxcb-render-util.so.0=libxcb-render-util0
    libxcb-shape.so.0=libxcb-shape0 libxcb-shm.so.0=libxcb-shm0 libxcb-sync.so.1=libxcb-sync1
    libxcb-util.so.1=libxcb-util1 libxcb-xfixes.so.0=libxcb-xfixes0 libxcb-xkb.so.1=libxcb-xkb1
    libxkbcommon.so.0=libxkbcommon0 libxkbcommon-x11.so.0=libxkbcommon-x11-0
"""
FONT = "中文字体"
FONT_WORDS = ("cjk", "sourcehan", "wqy", "uming", "ukai", "simsun", "simhei", "msyh", "droidsansfallback", "fangsong")

# llama.cpp is never built "native": the tier is part of the wheel's key, so another processor gets another wheel.
CPU_NEEDS = {
    "avx512": "avx512f avx512bw avx512vl avx512dq avx512cd avx512vbmi avx512_vnni avx2 fma f16c bmi2",
    "avx2": "avx avx2 fma f16c bmi2",
}
CPU_FLAGS = {
    "avx512": "SSE42=ON AVX=ON AVX2=ON FMA=ON F16C=ON BMI2=ON AVX512=ON AVX512_VBMI=ON AVX512_VNNI=ON",
    "avx2": "SSE42=ON AVX=ON AVX2=ON FMA=ON F16C=ON BMI2=ON",
    "sse42": "SSE42=ON AVX=OFF AVX2=OFF FMA=OFF F16C=OFF BMI2=OFF",
    "default": "",
}


class Trouble(Exception):
    """Something the user can mend; the message is Chinese and says how."""


class Stage(NamedTuple):
    name: str
    title: str
    key: Callable[[], str]  # what the result depends on; asked again after the work
    work: Callable[[], None]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- places


def data_home(environ: Mapping[str, str]) -> Path:
    """The same folder as `rag.settings.home()`, without platformdirs."""
    moved = environ.get("JIANWEN_HOME")
    if moved:
        return Path(moved)
    if os.name == "nt":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "jianwen"
    xdg = environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(xdg):  # noqa: PTH117 (an empty path would become ".")
        return Path(xdg) / "jianwen"
    return Path.home() / ("Library/Application Support" if sys.platform == "darwin" else ".local/share") / "jianwen"


def cache_home(environ: Mapping[str, str]) -> Path:
    """Downloads, built wheels, the log and the lock: outside the tree, so a new copy need not build again."""
    if os.name == "nt":
        return Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "jianwen" / "Cache"
    xdg = environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(xdg):  # noqa: PTH117
        return Path(xdg) / "jianwen"
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "jianwen"


def write_whole(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(path.name + ".tmp")
    scratch.write_text(text, "utf-8")
    scratch.replace(path)


def read_or_empty(path: Path) -> str:
    return path.read_text("utf-8") if path.is_file() else ""


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


# ---------------------------------------------------------------- stages and long commands


def pending(stages: Sequence[Stage], marks: Path) -> list[Stage]:
    """The stages to do: those whose key is not the one marked, and all of them when the first (the ground) is."""
    due = [stage for stage in stages if read_or_empty(marks / stage.name) != stage.key()]
    return list(stages) if due and due[0] is stages[0] else due


def work_through(stages: Sequence[Stage], marks: Path, first: int, total: int) -> None:
    """Run the stages in order; the mark goes before the work and comes back after it, so none outlives its result."""
    for number, stage in enumerate(stages, first):
        say(f"[{number}/{total}] {stage.title}……")
        (marks / stage.name).unlink(missing_ok=True)
        stage.work()
        write_whole(marks / stage.name, stage.key())


def run_logged(log: Path, command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Run a long command with its output in the log and a sign of life here.

    Raises:
        Trouble: it failed; the message holds the end of its output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    with log.open("a", encoding="utf-8", errors="replace") as out:
        out.write(f"\n$ {' '.join(command)}\n")
        out.flush()
        # close_fds=False: the child holds the set-up lock too; after a kill -9 of us the next set-up waits for it.
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environ, close_fds=False
        )
        try:
            _watch(child, begun)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if child.returncode:
        lines = log.read_text("utf-8", "replace").splitlines()
        told = [line for line in lines if not line.startswith(("Ignoring ", "WARNING: Location"))]  # pip's chatter
        tail = "\n".join(f"    {line}" for line in told[-8:])
        full = (
            "磁盘已满，请腾出空间。" if "No space left" in tail else "请先检查网络，再运行同一条命令，会从断处接着做。"
        )
        raise Trouble(f"这一步没有成功（退出码 {child.returncode}）。{full}\n最后的输出：\n{tail}\n完整记录：{log}")


def _watch(child: subprocess.Popen[bytes], begun: float) -> None:
    terminal, told = sys.stderr.isatty(), 0
    while True:
        try:
            child.wait(timeout=1)
            break
        except subprocess.TimeoutExpired:
            seconds = int(time.monotonic() - begun)
            if terminal:
                print(f"\r      已用 {seconds} 秒", end="", file=sys.stderr, flush=True)
            elif seconds >= told + 30:
                told = seconds
                say(f"      已用 {seconds} 秒")
    if terminal:
        print("\r" + " " * 24 + "\r", end="", file=sys.stderr, flush=True)


@contextlib.contextmanager
def one_at_a_time(cache: Path) -> Iterator[None]:
    """Hold the set-up lock; the system frees it when we and the commands we started are gone."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "setup.lock").open("a+") as file:
        waited = False
        while not _try_lock(file.fileno()):
            if not waited:
                say("另一个窗口正在安装，等它做完……（按 Ctrl+C 停止等待）")
            waited = True
            time.sleep(1)
        os.set_inheritable(file.fileno(), True)
        yield


def _try_lock(number: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


# ---------------------------------------------------------------- this machine


def tier_of(flags: set[str]) -> str:
    """The best tier all of whose instructions /proc/cpuinfo names."""
    return next((tier for tier, needs in CPU_NEEDS.items() if flags >= set(needs.split())), "sse42")


def cpu_tier() -> str:
    if platform.machine().lower() not in {"x86_64", "amd64"}:
        return "default"
    if sys.platform == "win32":
        import ctypes

        return "avx2" if ctypes.windll.kernel32.IsProcessorFeaturePresent(40) else "sse42"
    if sys.platform == "linux":
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            return tier_of(next((set(line.split()) for line in file if line.startswith("flags")), set()))
    return "sse42"


def cmake_args(tier: str) -> str:
    flags = ["GGML_NATIVE=OFF", *(f"GGML_{flag}" for flag in CPU_FLAGS[tier].split())]
    flags += ["LLAVA_BUILD=OFF", "LLAMA_OPENSSL=OFF"]  # pictures and downloads: not used here, and slow to build
    return " ".join(f"-D{flag}" for flag in flags)


def loads(library: str) -> bool:
    import ctypes

    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_chinese_font() -> bool:
    if shutil.which("fc-list"):
        found = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, check=False)
        return bool(found.stdout.strip())
    folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]
    names = (path.name.lower() for folder in folders for path in folder.rglob("*.[to]t[cf]"))
    return any(word in name for name in names for word in FONT_WORDS)


def missing_for_build(with_compiler: bool) -> dict[str, str]:
    """What is missing for the environment (Linux) → its Debian package."""
    missing: dict[str, str] = {}
    importlib.invalidate_caches()  # the package may have come since we looked last
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it in the venv package
        missing["Python 的 venv 模块"] = f"python3.{sys.version_info.minor}-venv"
    if with_compiler:
        missing.update({f"编译器 {tool}": tool for tool in ("gcc", "g++") if not shutil.which(tool)})
    if not loads("libgomp.so.1"):
        missing["libgomp.so.1"] = "libgomp1"
    return missing


def missing_for_window() -> dict[str, str]:
    pairs = (pair.split("=") for pair in QT_LIBRARIES.split())
    missing = {library: package for library, package in pairs if not loads(library)}
    if not has_chinese_font():
        missing[FONT] = "fonts-noto-cjk"
    return missing


def missing_for_tests() -> dict[str, str]:
    """What lays out our Word files in the tests (Linux): LibreOffice, and the widths of Times New Roman."""
    missing = {} if shutil.which("soffice") else {"LibreOffice": "libreoffice-writer-nogui"}
    if not list(Path("/usr/share/fonts").rglob("LiberationSerif-Regular.ttf")):
        missing["Liberation Serif"] = "fonts-liberation"
    return missing


def mend_debian(missing: Mapping[str, str]) -> None:
    """Install the packages where we may. No error here: the caller looks again and decides."""
    if not missing or os.name == "nt" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"      缺少 {'、'.join(missing)}，正在用 apt-get 安装……")
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", *sorted(set(missing.values()))]
    for command in (["apt-get", "update"], install):
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environ, check=False)


def how_to_mend(missing: Mapping[str, str]) -> str:
    packages = " ".join(sorted(set(missing.values())))
    return (
        f"缺少：{'、'.join(missing)}。\n请运行：\n    sudo apt-get update && sudo apt-get install -y {packages}\n"
        "（不是 Debian、Ubuntu 系的系统，请用它自己的软件包管理器安装同样的东西。）装好后再运行同一条命令。"
    )


def check_libc(name: str, version: str) -> None:
    if name == "glibc" and tuple(map(int, version.split(".")[:2])) < (2, 34):  # PySide6's wheels
        raise Trouble(f"系统太旧（glibc {version}，需要 2.34 以上）。请换用 Debian 12、Ubuntu 22.04 或更新的系统。")


def check_windows_compiler() -> None:
    installer = (
        Path(os.environ.get("PROGRAMFILES(X86)", r"C:\Program Files (x86)")) / "Microsoft Visual Studio/Installer"
    )
    tools = "Microsoft.VisualStudio.Component.VC.Tools.x86.x64"
    query = [str(installer / "vswhere.exe"), "-latest", "-products", "*", "-requires", tools, "-property", "catalog"]
    if (installer / "vswhere.exe").is_file() and subprocess.run(query, capture_output=True, check=False).stdout.strip():
        return
    raise Trouble(
        "缺少 C++ 编译器（Visual Studio 生成工具）。请在“终端”里运行下面这一行，装好后再运行同一条命令：\n"
        '    winget install Microsoft.VisualStudio.2022.BuildTools --override "--passive --wait '
        '--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
    )


def check_room(needs: Mapping[Path, int]) -> None:
    """Add up what goes onto the same disk and compare.

    Raises:
        Trouble: too little space, with the folder and the figures.
    """
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needs.items():
        there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
        first, so_far = disks.get(there.stat().st_dev, (there, 0))
        disks[there.stat().st_dev] = (first, so_far + size)
    for folder, size in disks.values():
        free = shutil.disk_usage(folder).free
        if free < size:
            raise Trouble(
                f"磁盘空间不够：{folder} 所在的磁盘还剩 {free / 1e9:.1f} GB，首次安装需要约 {size / 1e9:.1f} GB。"
                "请腾出空间，或把程序换到另一个磁盘（环境变量 JIANWEN_HOME 可改变资料和模型的位置），再运行同一条命令。"
            )


def memory_bytes() -> int:
    if sys.platform == "win32":
        import ctypes

        kilobytes = ctypes.c_ulonglong(0)
        ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes))
        return kilobytes.value * 1024
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


# ---------------------------------------------------------------- the environment


def torch_wheel(lock: str, minor: int, system: str, machine: str) -> tuple[str, str] | None:
    """(file name, SHA-256) of the wheel that torch.lock gives for this Python and machine; None when it has none."""
    tail = {"linux": f"manylinux_2_28_{machine}", "darwin": f"macosx_14_0_{machine}", "win32": f"win_{machine.lower()}"}
    wanted = f"-cp3{minor}-cp3{minor}-{tail.get(system, '?')}.whl"
    lines = lock.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("# torch-") and line.endswith(wanted):
            return line[2:], lines[number + 2].strip().removeprefix("--hash=sha256:")
    return None


def drop_half_installed(site_packages: Path) -> None:
    """Forget packages whose installation was cut off (pip writes RECORD last), so that pip installs them again."""
    for folder in site_packages.glob("*.dist-info"):
        if not (folder / "RECORD").is_file():
            shutil.rmtree(folder)


class Environment:
    """The program's own Python environment and how it is made.

    `run` runs one long command and raises Trouble when it fails (tests put a recorder here).
    """

    def __init__(self, root: Path, cache: Path, tier: str, run: Callable[[Sequence[str], Mapping[str, str]], None]):
        self.root, self.cache, self.tier, self.run = root, cache, tier, run
        self.folder = root / ".venv"
        self.marks = self.folder / ".jianwen"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.locks = root / "requirements"

    def stages(self, tests: bool = False) -> list[Stage]:
        built = (
            "安装推理引擎 llama.cpp" if self.find_wheel() else "编译推理引擎 llama.cpp（两个核约需六分钟，只做一次）"
        )
        stages = [
            Stage("venv", "建立程序自己的 Python 环境", self.venv_key, self.make_venv),
            self._locked("build", "安装编译工具"),
            Stage("torch", "安装 PyTorch（CPU 版）", lambda: digest(self._lock("torch")), self.install_torch),
            self._locked("runtime", "安装依赖"),
            Stage("llama", built, self.wheel_key, self.install_llama),
            Stage("project", "安装简问", self.project_key, self.install_project),
        ]
        return [*stages, self._locked("dev", "安装测试工具")] if tests else stages

    def _lock(self, name: str) -> str:
        return (self.locks / f"{name}.lock").read_text("utf-8")

    def _locked(self, name: str, title: str) -> Stage:
        return Stage(name, title, lambda: digest(self._lock(name)), lambda: self.install_lock(name))

    def pip(self, *words: str, **environ: str) -> None:
        wheels = self.root / "wheels"
        options = ["--disable-pip-version-check", "--no-input"]
        options += ["--find-links", str(wheels)] if wheels.is_dir() else []
        options += ["--no-index"] if (wheels / "OFFLINE").exists() else []
        settings = {"PIP_USER": "0", "PIP_PROGRESS_BAR": "off", "PIP_DEFAULT_TIMEOUT": "60", **os.environ, **environ}
        self.run([str(self.python), "-m", "pip", words[0], *options, *words[1:]], settings)

    def venv_key(self) -> str:
        """Changes when the folder moves or the Python below it goes away or becomes another one."""
        config = read_or_empty(self.folder / "pyvenv.cfg")
        home = next((line.partition("=")[2].strip() for line in config.splitlines() if line.startswith("home")), "")
        there = self.python.exists() and bool(home) and Path(home).exists()
        return digest(str(self.folder), config, os.path.realpath(self.python), str(there))

    def make_venv(self) -> None:
        sound = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        unmarked = not any(self.marks.glob("*"))
        if unmarked and self.python.exists():  # cut off after it was made, or made by hand: keep it if it works
            check = subprocess.run([str(self.python), "-c", sound], capture_output=True, check=False)
            if check.returncode == 0:
                return
        self.run([sys.executable, "-m", "venv", "--clear", str(self.folder)], os.environ)

    def install_lock(self, name: str) -> None:
        for folder in (*self.folder.glob("lib/python3*/site-packages"), *self.folder.glob("Lib/site-packages")):
            drop_half_installed(folder)
        lock = str(self.locks / f"{name}.lock")
        self.pip("install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", lock)

    def install_torch(self) -> None:
        minor = int(self._python_tag().removeprefix("3."))
        wheel = torch_wheel(self._lock("torch"), minor, sys.platform, platform.machine())
        if wheel is None:
            raise Trouble(
                f"没有适合这台电脑（Python 3.{minor}，{sys.platform} {platform.machine()}）的 PyTorch。"
                "请安装 64 位的 Python 3.11 至 3.14，删除 .venv 文件夹，再运行同一条命令。"
            )
        try:
            self.install_lock("torch")
        except Trouble as trouble:
            raise Trouble(
                f"没能取得 PyTorch 的 CPU 版。这台电脑的 Python 3.{minor} 需要这一个文件：\n    {wheel[0]}\n"
                f"    SHA-256：{wheel[1]}\n请从 PyTorch 官方的 CPU 版下载页取得它，放进 {self.root / 'wheels'}，"
                f"再运行同一条命令。\n（{trouble}）"
            ) from trouble

    def _python_tag(self) -> str:
        config = read_or_empty(self.folder / "pyvenv.cfg").splitlines()
        version = next((line.partition("=")[2].strip() for line in config if line.startswith("version")), "")
        return ".".join((version or platform.python_version()).split(".")[:2])

    def wheel_key(self) -> str:
        """Names the folder of the built wheel. The wheel serves any Python 3: only library, flags and machine count."""
        build = digest(self._lock("llama"), cmake_args(self.tier))
        return f"llama-cpp-python-{sys.platform}-{platform.machine().lower()}-{self.tier}-{build[:8]}"

    def find_wheel(self) -> Path | None:
        """The wheel built earlier: on this machine, or on a like one and carried in wheels/."""
        places = (self.cache / "wheels" / self.wheel_key(), self.root / "wheels" / self.wheel_key())
        return next((wheel for place in places for wheel in place.glob("*.whl")), None)

    def install_llama(self) -> None:
        wheel = self.find_wheel() or self.build_llama()
        # Its dependencies stand in runtime.lock; forced, because one with other flags may be there.
        self.pip("install", "--no-deps", "--force-reinstall", "--no-index", str(wheel))

    def build_llama(self) -> Path:
        """Build in the cache folder, source and objects kept until done: a build cut off goes on where it stopped."""
        if os.name == "nt":
            check_windows_compiler()
        work = self.cache / "build" / self.wheel_key().rpartition("-")[2]  # short: Windows has paths of 260 characters
        if not (work / "src").is_dir():
            self._unpack_llama(work)
        cores = str(os.cpu_count() or 1)
        # pip would take a wheel from its own cache whatever the flags.
        self.pip(
            *("wheel", "--no-deps", "--no-build-isolation", "--no-cache-dir", "-w", str(work / "out")),
            *("-C", f"build-dir={work / 'obj'}", str(work / "src")),
            CMAKE_ARGS=cmake_args(self.tier),
            CMAKE_BUILD_PARALLEL_LEVEL=cores,
        )
        done = self.cache / "wheels" / self.wheel_key()
        shutil.rmtree(done, ignore_errors=True)
        done.parent.mkdir(parents=True, exist_ok=True)
        (work / "out").rename(done)
        shutil.rmtree(work, ignore_errors=True)
        return next(done.glob("*.whl"))

    def _unpack_llama(self, work: Path) -> None:
        fetch = ("download", "--no-deps", "--no-build-isolation", "--no-binary", ":all:", "--require-hashes")
        self.pip(*fetch, "-d", str(work / "archive"), "-r", str(self.locks / "llama.lock"))
        archive = next((work / "archive").glob("*.tar.gz"))
        shutil.rmtree(work / "unpacked", ignore_errors=True)
        safe: dict[str, Any] = {"filter": "data"} if sys.version_info >= (3, 12) else {}
        shutil.unpack_archive(archive, work / "unpacked", **safe)
        next((work / "unpacked").iterdir()).rename(work / "src")

    def project_key(self) -> str:
        import tomllib

        project = tomllib.loads((self.root / "pyproject.toml").read_text("utf-8"))["project"]
        return digest(str(self.root), json.dumps([project["name"], project["version"], project.get("scripts")]))

    def install_project(self) -> None:
        self.pip("install", "--no-deps", "--no-build-isolation", "-e", str(self.root))

    def program(self, *words: str) -> list[str]:
        return [str(self.python), "-P", "-m", *words]  # -P: the user's folder may hold a "desktop" of its own


# ---------------------------------------------------------------- models and the first library


class Contents:
    """Models and the first library in the user's data folder, both made by the program itself."""

    def __init__(self, root: Path, home: Path, program: Callable[..., Sequence[str]]):
        self.root, self.home, self.program = root, home, program
        self.fetched, self.seeded = home / "models-ready.json", home / "seeded"

    def models_ready(self) -> bool:
        """Whether all that was there after the last fetch still is (names and sizes; the program checks the rest).

        Someone with settings of their own may have taken the default models away on purpose: nothing is fetched again.
        """
        noted = json.loads(read_or_empty(self.fetched) or "null")
        if noted is None:
            return False
        return (self.home / "settings.json").is_file() or noted == self._model_files()

    def _model_files(self) -> dict[str, int]:
        folders = (self.root / "models", self.home / "models")
        files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
        return {str(path): path.stat().st_size for path in files if path.stat().st_size > 1_000_000}

    def fetch_models(self) -> None:
        if self._call("desktop", "models", "fetch"):
            raise Trouble(
                "模型没有取全（原因见上）。再运行同一条命令会接着取；也可按 models/README.md 把模型文件放进 models/。"
            )
        write_whole(self.fetched, json.dumps(self._model_files(), ensure_ascii=False, indent=1))

    def seed(self) -> None:
        """Fill the default library, once in its life: who removes the sample does not get it back."""
        if self._call("desktop", "add", str(self.root / "seeds")):
            say("示例资料这次没有放进资料库（原因见上），下次启动再试。")
        else:
            write_whole(self.seeded, "")

    def _call(self, *words: str) -> int:
        command = self.program(*words)
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=sys.stderr, close_fds=False, check=False
        ).returncode


def uses_default_library(words: Sequence[str], home: Path) -> bool:
    for number, word in enumerate(words):
        if word == "--library" and number + 1 < len(words):
            return Path(words[number + 1]).resolve() == (home / "library").resolve()
        if word.startswith("--library="):
            return Path(word.partition("=")[2]).resolve() == (home / "library").resolve()
    return True


def command_of(words: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of --library; "" means the window."""
    if words and words[0] in {"setup", "test", "bench"}:  # ours: what follows belongs to pytest or the bench
        return words[0]
    if any(word in {"-h", "--help", "--version"} for word in words):
        return "--help"
    rest = [word for word, before in zip(words, ["", *words], strict=False) if before != "--library"]
    return next((word for word in rest if not word.startswith("-")), "")


# ---------------------------------------------------------------- commands


class Plan(NamedTuple):
    """What is still to be done before the program can run."""

    look: bool
    stages: Sequence[Stage]
    models: bool
    seeds: bool

    def steps(self) -> int:
        return self.look + len(self.stages) + self.models + self.seeds


class SetUp:
    def __init__(self, environment: Environment, contents: Contents, words: Sequence[str]):
        self.environment, self.contents, self.words = environment, contents, words
        self.command = command_of(words)
        self.window = self.command in {"", "test", "setup"}
        self.looked = environment.cache / "window-ready"  # about this machine, hence not in the tree

    def plan(self) -> Plan:
        tests, light = self.command == "test", self.command in LIGHT
        stages = pending(self.environment.stages(tests), self.environment.marks)
        look = sys.platform == "linux" and (bool(stages) or (self.window and not self.looked.exists()))
        own = uses_default_library(self.words, self.contents.home) and not tests and self.command != "bench"
        seeds = own and not light and not self.contents.seeded.exists()
        return Plan(look, stages, not light and not self.contents.models_ready(), seeds)

    def run(self) -> None:
        """Bring everything the words need; quick and silent when all is there.

        Raises:
            Trouble: the command cannot go on.
        """
        if not self.plan().steps():
            return
        with one_at_a_time(self.environment.cache):
            self._do(self.plan())  # again: another set-up may have done it while we waited

    def _do(self, plan: Plan) -> None:
        environment, total, done = self.environment, plan.steps(), 0
        (environment.cache / LOG).unlink(missing_ok=True)
        self._check_machine(plan)
        if plan.look:
            done += 1
            say(f"[{done}/{total}] 检查系统……")
            self._check_system(plan.stages)
        work_through(plan.stages, environment.marks, done + 1, total)
        done += len(plan.stages)
        if plan.models:
            done += 1
            say(f"[{done}/{total}] 准备模型……")
            try:
                self.contents.fetch_models()
            except Trouble as trouble:
                if self.command in {"test", "setup"}:
                    raise
                say(f"{trouble}\n先启动程序。")  # it may do with models the user chose, and says itself what it lacks
                return
        if plan.seeds:
            say(f"[{total}/{total}] 把示例资料放进资料库……")
            self.contents.seed()

    def _check_machine(self, plan: Plan) -> None:
        environment, names = self.environment, {stage.name for stage in plan.stages}
        build = "llama" in names and environment.find_wheel() is None
        check_room(
            {
                environment.root: sum(size for name, size in STAGE_BYTES.items() if name in names),
                environment.cache: BUILD_BYTES if build else 0,
                self.contents.home: MODEL_BYTES if plan.models else 0,
            }
        )
        memory = memory_bytes()
        if 0 < memory < SMALL_MEMORY:
            say(f"注意：这台电脑的内存只有 {memory / 2**30:.1f} GB，少于 4 GB，回答会很慢，也可能因内存不足而停止。")

    def _check_system(self, stages: Sequence[Stage]) -> None:
        """Look for what pip cannot bring (Linux), mend what we may, and say the rest."""
        compiler = any(stage.name == "llama" for stage in stages) and self.environment.find_wheel() is None
        for_build = functools.partial(missing_for_build, compiler)
        mend_debian({**(for_build() if stages else {}), **missing_for_window()})
        missing = for_build() if stages else {}
        if missing:
            raise Trouble(how_to_mend(missing))
        check_libc(*platform.libc_ver())
        missing = missing_for_window()
        if not missing:
            return write_whole(self.looked, "")
        if self.window and set(missing) != {FONT}:
            raise Trouble(f"打开窗口还{how_to_mend(missing)}")
        return say(f"注意：打开窗口还{how_to_mend(missing)}\n先继续。")


def run_tests(environment: Environment, arguments: Sequence[str]) -> int:
    """Every check, then the tests last, so that pytest's closing line is the last thing said when all is well."""
    if sys.platform == "linux":
        mend_debian(missing_for_tests())
    python = str(environment.python)
    imports = environment.python.with_name("lint-imports" + environment.python.suffix)
    checks = {
        "ruff check": [python, "-m", "ruff", "check", "."],
        "ruff format": [python, "-m", "ruff", "format", "--check", "."],
        "mypy": [python, "-m", "mypy"],
        "lint-imports": [str(imports)],
    }
    failed = []
    for name, command in checks.items():
        say(f"—— {name}")
        if subprocess.run(command, cwd=environment.root, check=False).returncode:
            failed.append(name)
            say(f"—— {name} 没有通过")
    if failed:
        say(f"—— 没有通过的检查：{'、'.join(failed)}。下面仍运行 pytest，但整次测试按失败算。")
    say("—— pytest")
    environ = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    command = [python, "-m", "pytest", *arguments]
    tests = subprocess.run(command, cwd=environment.root, env=environ, check=False).returncode
    return tests or int(bool(failed))


def hand_over(command: Sequence[str]) -> int:
    """Become the program (Windows has no exec worth the name: start it and wait)."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], list(command))
    child = subprocess.Popen(command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the program got it too and decides
            continue


def with_newer_python(argv: Sequence[str]) -> int:
    """Started by a Python that is too old: go on with a newer one, or say how to get it."""
    for minor in (13, 12, 11, 14):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            return hand_over([newer, str(ROOT / "run.py"), *argv])
    say(f"需要 Python 3.11 或更新的版本，这里是 {platform.python_version()}。")
    if os.name == "nt":
        say("请运行：winget install Python.Python.3.12\n装好后重新打开终端，再运行同一条命令。")
    else:
        say("请运行：sudo apt-get install -y python3.11 python3.11-venv\n再运行：python3.11 run.py")
    return 1


def main(argv: Sequence[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (the very thing to find out)
        return with_newer_python(argv)
    cache = cache_home(os.environ)
    run = functools.partial(run_logged, cache / LOG)
    environment = Environment(ROOT, cache, cpu_tier(), run)
    try:
        SetUp(environment, Contents(ROOT, data_home(os.environ), environment.program), argv).run()
        if argv[:1] == ["test"]:
            return run_tests(environment, argv[1:])
    except Trouble as trouble:
        say(f"\n{trouble}")
        return 1
    except OSError as error:
        say(f"\n读写文件失败：{error}。请检查 {ROOT} 和 {cache} 的权限与磁盘空间，再运行同一条命令。")
        return 1
    except KeyboardInterrupt:
        say("\n已停止，下次运行会接着做。")
        return STOPPED
    if argv[:1] == ["setup"]:
        say("准备好了。打开窗口：python3 run.py")
        return 0
    if argv[:1] == ["bench"]:
        os.environ["PYTHONPATH"] = str(ROOT)  # bench/ is not installed
        return hand_over(environment.program(*argv))
    return hand_over(environment.program("desktop", *argv))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
