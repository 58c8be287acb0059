"""What nvidia-smi says of the first card: works for every engine, and counts what the engine's libraries hold as well."""

from __future__ import annotations

import subprocess
import threading
from types import TracebackType
from typing import Self

_POLL_MS = 100


def _query(what: str) -> list[str]:
    return ["nvidia-smi", "--id=0", f"--query-gpu={what}", "--format=csv,noheader,nounits"]


def name() -> str:
    """Name and driver of the card; empty where there is none."""
    try:
        done = subprocess.run(_query("name,driver_version"), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    card, driver = done.stdout.strip().split(", ")
    return f"{card} (driver {driver})"


class Memory:
    """MiB of the card in use: before the block, and at most inside it (polled)."""

    def __init__(self) -> None:
        self.before = self.most = 0
        self._polling: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if name():
            first = subprocess.run(_query("memory.used"), capture_output=True, text=True, check=True)
            self.before = self.most = int(first.stdout)
            self._polling = subprocess.Popen(
                [*_query("memory.used"), f"--loop-ms={_POLL_MS}"], stdout=subprocess.PIPE, text=True
            )
            threading.Thread(target=self._read, args=(self._polling,), daemon=True).start()
        return self

    def _read(self, polling: subprocess.Popen[str]) -> None:
        for line in polling.stdout or ():
            self.most = max(self.most, int(line))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._polling:
            self._polling.kill()
            self._polling.wait()
