"""Peak memory of the analyzer: the command line in a fresh process, watched from outside with all its children."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.kit.places import ROOT

POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Usage:
    """Peak resident memory of the process tree in MiB (shared pages count for each process), and wall seconds."""

    peak_mib: float
    seconds: float


def analyse(path: Path, standard: str) -> Usage:
    """Run `python -m analyzer run` on a file. Raises RuntimeError with what it said where it fails."""
    command = [sys.executable, "-m", "analyzer", "run", str(path), "--standard", standard, "--json", os.devnull]
    return watch(command)


def watch(command: list[str]) -> Usage:
    """Run a command and poll the resident memory of its process tree. Raises RuntimeError where it fails."""
    # What it says goes to a file: a pipe that nobody empties would hold it up after 64 KiB.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        began_s = time.perf_counter()
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said) as child:
            root = psutil.Process(child.pid)
            peak = 0
            while child.poll() is None:
                peak = max(peak, _resident(root))
                time.sleep(POLL_S)
        took_s = time.perf_counter() - began_s
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)}: exit status {child.returncode}: {said.read()[-2000:]}")
    return Usage(peak / 2**20, took_s)


def _resident(root: psutil.Process) -> int:
    total = 0
    try:
        for process in [root, *root.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
    except psutil.NoSuchProcess:
        pass
    return total
