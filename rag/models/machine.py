"""What this machine can carry: memory free now, and what its processor knows."""

from __future__ import annotations

import ctypes
import os
import platform
import subprocess
import sys
from pathlib import Path

from rag.errors import JianwenError
from rag.types import Finding

_X86 = ("x86_64", "amd64", "i386", "i686")
_WINDOWS_FEATURES = {"sse4_2": 38, "avx2": 40}  # PF_SSE4_2_INSTRUCTIONS_AVAILABLE, PF_AVX2_INSTRUCTIONS_AVAILABLE


def free_memory() -> int:
    """Bytes that programs may still take without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def physical_cores() -> int:
    """Models run fastest with one thread for each."""
    import psutil

    return int(psutil.cpu_count(logical=False) or os.cpu_count() or 1)


def processor_features() -> frozenset[str] | None:
    """Which of "sse4_2" and "avx2" (and others) the processor has; None where that cannot be told or is not x86."""
    if platform.machine().lower() not in _X86:
        return None
    if sys.platform == "win32":
        has = ctypes.windll.kernel32.IsProcessorFeaturePresent
        return frozenset(name for name, number in _WINDOWS_FEATURES.items() if has(number))
    if sys.platform == "darwin":
        said = subprocess.run(["/usr/sbin/sysctl", "-a"], capture_output=True, text=True, check=False).stdout.lower()
        names = {"sse4_2": "sse4.2", "avx2": "avx2"}
        return frozenset(name for name, word in names.items() if word in said) or None
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split()) or None


def processor_finding(features: frozenset[str] | None) -> Finding:
    """What the processor means for the models: an error without SSE4.2, a warning without AVX2."""
    if features is not None and "sse4_2" not in features:
        return Finding(
            "error", "这台电脑的处理器不支持 SSE4.2 指令，模型无法运行。", "请换一台 2010 年以后的电脑使用。"
        )
    if features is not None and "avx2" not in features:
        return Finding(
            "warning",
            "这台电脑的处理器不支持 AVX2 指令，回答会很慢。",
            "程序环境须在本机安装（不能从别的电脑直接拷来），并尽量换用小一些的模型。",
        )
    return Finding("ok", "处理器能够运行模型。")


def require_processor() -> None:
    """Raises JianwenError when models cannot run on this processor at all."""
    finding = processor_finding(processor_features())
    if finding.severity == "error":
        raise JianwenError(finding.message + finding.remedy)


def gigabytes(count: int) -> str:
    """Bytes as people say them: "1.3 GB"."""
    return f"{count / 1e9:.1f} GB"
