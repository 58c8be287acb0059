"""A peer's process as the command sees it: started, given tasks one at a time, its memory read from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from benchmarks.kit.places import ROOT
from benchmarks.peers.heard import Models, Task
from benchmarks.peers.registry import Peer

_POLL_S = 0.2  # looking for children costs 2 ms: a hundredth of one core
_LAST = 600  # characters of its log that are told where it died


class DiedError(Exception):
    """The process ended while it should have answered; the message ends with what it said last."""


class Worker:
    """Raises `DiedError` at the start where the process cannot even say why; `absent` is what keeps a peer from loading."""

    def __init__(self, peer: Peer, python: Path, models: Models, log: Path) -> None:
        self.peer, self._log_path = peer, log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = log.open("w", encoding="utf-8")
        command = [str(python), "-m", "benchmarks.peers.worker", peer.name, json.dumps(asdict(models))]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env={**os.environ, "HF_HUB_OFFLINE": "1", **peer.environment}, encoding="utf-8",
        )  # fmt: skip
        self._watched = psutil.Process(self._process.pid)
        try:
            first = self._read()
        except BaseException:
            self.close()
            raise
        self.absent: str | None = first.get("absent")
        self.ready: dict[str, Any] = first.get("ready", {})

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def run(self, task: Task) -> dict[str, Any]:
        """The answer to one task, with `peak_mib` and `private_mib` of the process and its children. Raises DiedError."""
        assert self._process.stdin is not None
        self._forget_peak()
        with _Memory(self._watched) as memory:
            try:
                self._process.stdin.write(json.dumps(asdict(task), ensure_ascii=False) + "\n")
                self._process.stdin.flush()
            except BrokenPipeError:
                pass  # reading says why
            answer = self._read()
        return {**answer, "peak_mib": max(memory.peak_mib, self._own_peak_mib()), "private_mib": memory.private_mib}

    def cpu_s(self) -> float:
        """Processor seconds since its start: what it uses while others are measured is the difference."""
        with suppress(psutil.NoSuchProcess):
            spent = self._watched.cpu_times()
            return float(spent.user + spent.system + spent.children_user + spent.children_system)
        return 0.0

    def close(self) -> None:
        """End the process: it goes when its input does, and is killed where it does not."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            said = self._log_path.read_text("utf-8", errors="replace").strip()[-_LAST:]
            raise DiedError(f"exit status {status}: {said}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _forget_peak(self) -> None:
        """Let the kernel count the highest resident memory anew (Documentation/filesystems/proc.rst, clear_refs 5)."""
        with suppress(OSError):
            Path(f"/proc/{self._process.pid}/clear_refs").write_text("5", "ascii")

    def _own_peak_mib(self) -> float:
        with suppress(OSError):
            for line in Path(f"/proc/{self._process.pid}/status").read_text("ascii", errors="replace").splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0.0


class _Memory:
    """The most resident memory of a process tree in MiB, polled while the block runs; `private_mib` is what it shares with no file."""

    def __init__(self, root: psutil.Process) -> None:
        self._root, self._over = root, threading.Event()
        self.peak_mib = self.private_mib = 0.0

    def __enter__(self) -> _Memory:
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            resident = private = 0
            with suppress(psutil.NoSuchProcess):
                for process in [self._root, *self._root.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        memory = process.memory_info()
                        resident += memory.rss
                        private += memory.rss - memory.shared
            self.peak_mib = max(self.peak_mib, resident / 2**20)
            self.private_mib = max(self.private_mib, private / 2**20)
            if self._over.wait(_POLL_S):
                return


def python_of(peer: Peer, given: dict[str, Path]) -> Path:
    """Where its package is looked for: as given, in its own folder where that was made, in ours."""
    if peer.name in given:
        return given[peer.name]
    own = peer.home / "bin" / "python" if peer.home else None
    return own if own is not None and own.is_file() else Path(sys.executable)
