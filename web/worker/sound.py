"""What pages need of a recording's sound: its waveform, and a file that every browser plays and seeks exactly.

Made once, in a process of its own (`sound_child.py`), because it reads what users upload.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web.config import ROOT, Settings
from web.intake.storage import PEAKS, PLAY, Storage

log = logging.getLogger(__name__)
CHILD_COMMAND = (sys.executable, "-s", "-m", "web.worker.sound_child")
GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What was made: the type of the file to play, and what the waveform shows."""

    media_type: str
    duration_s: float
    channels: int


def prepare(storage: Storage, key: str, path: Path, settings: Settings) -> Sound | None:
    """Make waveform and playable file of the recording at `path` and store them beside it.

    None where they are there already or cannot be made: then the page goes without, and hearing says what is wrong.
    """
    if storage.exists(key + PEAKS):
        return None
    with tempfile.TemporaryDirectory(prefix="tingjian-sound-") as name:
        folder = Path(name)
        try:
            answer = _ask(path, folder, settings)
            if answer["play"]:
                storage.put(key + PLAY, folder / "play")
            storage.put(key + PEAKS, folder / "peaks")  # last: it says that all is there
            return Sound(str(answer["media_type"]), float(answer["duration_s"]), int(answer["channels"]))
        except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError) as error:
            log.info("no waveform of %s: %r", key, error)
            return None


def cut(storage: Storage, key: str, start_s: float, end_s: float, settings: Settings) -> str | None:
    """Cut the seconds [start_s, end_s) out of a stored recording; return the cut's own key, None where it cannot be made."""
    with tempfile.TemporaryDirectory(prefix="tingjian-cut-") as name:
        folder = Path(name)
        try:
            with storage.local_path(key) as path:
                _ask(path, folder, settings, cut_s=[start_s, end_s])
            return storage.take(folder / "clip").key
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            log.info("no cut of %s: %r", key, error)
            return None


def _ask(path: Path, folder: Path, settings: Settings, **more: object) -> dict[str, Any]:
    """Return the child's answer. Raises OSError, ValueError, SubprocessError where there is none."""
    source = folder / secrets.token_hex(16)  # FFmpeg sees neither the user's name nor the neighbours of the file
    source.symlink_to(path.resolve())
    request = {
        "source": str(source),
        "folder": str(folder),
        "max_duration_s": settings.max_duration_s,
        "max_cpu_s": settings.decode_timeout_s,
        "parent": os.getpid(),
        **more,
    }
    environment = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        CHILD_COMMAND,
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        text=True,
        timeout=settings.decode_timeout_s + GRACE_S,
        check=True,
        start_new_session=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
