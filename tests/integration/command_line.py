"""Runs the command line as a user does: a process of its own, its two outputs apart, the network cut."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import soundfile

from analyzer.settings import ROOT
from tests.samples import sample

NETWORK = "reached for the network"

# Stands before the command line in a process of its own: what reaches for the network dies and leaves its mark.
CUT_OFF = f"""
import socket, sys
def refuse(*arguments, **more):
    print({NETWORK!r}, arguments, file=sys.stderr, flush=True)
    raise OSError({NETWORK!r})
for name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
"""
MAIN = "from analyzer.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Done:
    """What a command left: its exit status and its two outputs."""

    status: int
    out: str
    err: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        """JSON lines on stdout; fails where anything else is there."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(**more: str) -> dict[str, str]:
    """The environment of a command: ours without our own settings, the hub's promise to stay offline, and Python's.

    One model hears, so that a result does not depend on whether a larger one happens to lie in place.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TINGJIAN_", "HF_HUB_OFFLINE", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(ROOT), "TINGJIAN_UNCLEAR_MODEL": "", **more}


def command(*arguments: str | Path, before: str = CUT_OFF, folder: Path | None = None, **variables: str) -> Done:
    """Run `python -m analyzer …` in `folder` and wait for it. `before` is Python that runs first."""
    done = subprocess.run(
        [sys.executable, "-c", f"{before}\nimport sys\n{MAIN}", *map(str, arguments)],
        cwd=folder or ROOT,
        env=environment(**variables),
        capture_output=True,
        timeout=300,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def cut(name: str, seconds: float, target: Path, begin_s: float = 0.0) -> Path:
    """Write `seconds` of a sample from `begin_s` on to `target`, every channel as it is."""
    source = sample(name)
    rate_hz = soundfile.info(source).samplerate
    samples, _ = soundfile.read(source, frames=round(seconds * rate_hz), start=round(begin_s * rate_hz), dtype="int16")
    soundfile.write(target, samples, rate_hz)
    return target
