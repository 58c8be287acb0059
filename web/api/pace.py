"""How many requests a token may make in a minute, counted by all processes of this machine together.

A file a token under a lock: a row in the database would make every read a write. Machines beside this one count for
themselves. The count is not synced; after a crash a minute begins anew.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from web.kit.values import whole

log = logging.getLogger(__name__)
WINDOW_S = 60


@dataclass(frozen=True, slots=True)
class Pace:
    """Of `most` requests in a window `left` are left; the next window begins in `reset_s`; `refused`: this one is too many."""

    most: int
    left: int
    reset_s: int
    refused: bool

    @property
    def headers(self) -> dict[str, str]:
        """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers), and when to come again."""
        told = {
            "RateLimit-Policy": f'"token";q={self.most};w={WINDOW_S}',
            "RateLimit": f'"token";r={self.left};t={self.reset_s}',
        }
        return told | ({"Retry-After": str(self.reset_s)} if self.refused else {})


def step(folder: Path, token_id: int, most: int, moment_s: float | None = None) -> Pace:
    """Count one request. Where the file cannot be written nobody is refused."""
    at = time.time() if moment_s is None else moment_s
    window, reset_s = int(at // WINDOW_S), WINDOW_S - int(at % WINDOW_S)
    try:
        count = _counted(folder, token_id, window)
    except OSError as error:
        log.warning("requests of token %d are not counted: %s", token_id, error.strerror)
        count = 1
    return Pace(most, max(0, most - count), reset_s, count > most)


def _counted(folder: Path, token_id: int, window: int) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / str(token_id), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        kept, _, count = os.read(handle, 64).decode("ascii", "replace").partition(" ")
        made = (whole(count.strip()) or 0) + 1 if kept == str(window) else 1
        os.pwrite(handle, f"{window} {made:>10}".encode(), 0)
        return made
    finally:
        os.close(handle)
