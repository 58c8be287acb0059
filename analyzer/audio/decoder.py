"""The parent's side of decoding: checks the file, starts the child, turns its answer into words."""

from __future__ import annotations

import json
import os
import secrets
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analyzer.audio import messages
from analyzer.audio.report import ClipSpan, Failure, Report, Request, result_from_json, to_json
from analyzer.errors import AudioError
from analyzer.settings import ROOT, Settings

CHILD_COMMAND: tuple[str, ...] = (sys.executable, "-s", "-m", "analyzer.audio.child")
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
TARGET = "target"
_DEATHS: dict[int, str] = {
    signal.SIGKILL: "memory",
    signal.SIGXCPU: "timeout",
}  # the kernel's; other deaths are the file's own doing
GRACE_S = 5.0  # the child gives up by itself first and says so


def check_file(path: Path, settings: Settings) -> None:
    """Raise AudioError for what can be seen without decoding: missing, a folder, empty, too large."""
    try:
        status = path.stat()
    except PermissionError:
        raise messages.error("unreadable", path.name) from None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        raise messages.error("missing", path.name) from None
    if stat.S_ISDIR(status.st_mode):
        raise messages.error("directory", path.name)
    if not stat.S_ISREG(status.st_mode):
        raise messages.error("not-a-file", path.name)
    if status.st_size == 0:
        raise messages.error("empty", path.name)
    if status.st_size > settings.max_file_bytes:
        raise messages.error("too-large", path.name, messages.readable_bytes(settings.max_file_bytes))
    if not os.access(path, os.R_OK):
        raise messages.error("unreadable", path.name)


def decode_file(path: Path, folder: Path, settings: Settings, playback: Path | None = None) -> tuple[Report, Path]:
    """Decode `path` in a child process; the int16 planes are in the returned file inside `folder`.

    What a page needs of it goes into the folder `playback`, where given. Raises AudioError.
    """
    answer = _ask(path, folder, settings, playback=None if playback is None else str(playback))
    if not isinstance(answer, Report):
        raise _error(path, settings, answer)
    return answer, folder / TARGET


def plain_file(path: Path, folder: Path, settings: Settings) -> Path:
    """Decode `path` in a child process as one channel, as it is; int16 in the returned file inside `folder`. Raises AudioError."""
    check_file(path, settings)
    answer = _ask(path, folder, settings, plain=True)
    if not isinstance(answer, Report):
        raise _error(path, settings, answer)
    return folder / TARGET


def cut_file(
    path: Path,
    start_s: float,
    end_s: float,
    folder: Path,
    settings: Settings,
    mute_s: Sequence[tuple[float, float]] = (),
) -> Path:
    """Cut [start_s, end_s) out of `path` in a child process, as AAC in MP4; it lies in `folder`. Raises AudioError.

    `mute_s`: stretches of the recording, in its seconds, that are silent in the cut.
    """
    check_file(path, settings)
    return _made(path, folder, settings, _ask(path, folder, settings, cut_s=(start_s, end_s), mute_s=tuple(mute_s)))


def mute_file(path: Path, mute_s: Sequence[tuple[float, float]], folder: Path, settings: Settings) -> Path:
    """Copy `path` in a child process as AAC in MP4, silent in the stretches; it lies in `folder`. Raises AudioError."""
    check_file(path, settings)
    return _made(path, folder, settings, _ask(path, folder, settings, mute_s=tuple(mute_s)))


def _made(path: Path, folder: Path, settings: Settings, answer: Report | ClipSpan | Failure) -> Path:
    if not isinstance(answer, ClipSpan):
        raise _error(path, settings, answer)
    return folder / TARGET


def standing_walls() -> tuple[str, ...]:
    """Which of `walls.ALL` stand around a decoding child on this machine."""
    command = (*CHILD_COMMAND, "--walls")
    done = subprocess.run(command, capture_output=True, env=ENVIRONMENT, timeout=60.0, check=False)
    try:
        return tuple(json.loads(done.stdout))
    except ValueError:
        return ()


def _error(path: Path, settings: Settings, answer: Report | ClipSpan | Failure) -> AudioError:
    limits = {
        "too-long": messages.readable_seconds(settings.max_duration_s),
        "timeout": messages.readable_seconds(settings.decode_timeout_s),
        "temp": messages.readable_bytes(settings.max_temp_bytes),
    }
    code = answer.code if isinstance(answer, Failure) and answer.code in messages.ERRORS else "crashed"
    error = messages.error(code, path.name, limits.get(code, ""))
    error.add_note(answer.detail if isinstance(answer, Failure) else repr(answer))
    return error


def _ask(path: Path, folder: Path, settings: Settings, **more: Any) -> Report | ClipSpan | Failure:
    """The child's answer.

    FFmpeg sees a random name without extension in our own folder, so that neither the user's name nor its
    extension can choose a demuxer, a protocol or a neighbouring file.
    """
    source = folder / secrets.token_hex(16)
    source.symlink_to(path.resolve())
    request = Request(
        source=str(source),
        target=str(folder / TARGET),
        folder=str(folder),
        max_duration_s=settings.max_duration_s,
        max_cpu_s=settings.decode_timeout_s,
        max_temp_bytes=settings.max_temp_bytes,
        parent=os.getpid(),
        **more,
    )
    timeout_s = settings.decode_timeout_s * (2 if request.encodes else 1) + GRACE_S
    child = subprocess.Popen(
        CHILD_COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=ENVIRONMENT,
        text=True,
        start_new_session=True,  # Ctrl-C goes to the parent, which ends the child below
    )
    try:
        out, _ = child.communicate(to_json(request), timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return Failure("timeout")
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    if child.returncode != 0:
        return Failure(_DEATHS.get(-child.returncode, "crashed"), f"exit status {child.returncode}")
    try:
        return result_from_json(out)
    except (ValueError, TypeError, KeyError):
        return Failure("crashed", out[:200])
