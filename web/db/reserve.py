"""Room that is kept for people when the disk is full: a file beside the database, given up when space runs out.

A login, a decision, a log entry write a few kilobytes. Uploads stop long before (TINGJIAN_WEB_MIN_FREE_BYTES) and the
worker begins no job on what is left, but other programs fill the disk to its end. Then this file goes, and what it held
is enough for tens of thousands of small writes. The worker lays it down again once there is space.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from pathlib import Path

log = logging.getLogger(__name__)
NAME = "reserve"
KEPT_BYTES = 64 * 1024**2
LOW_BYTES = 32 * 1024**2  # with less free than this it is given up
ROOM_BYTES = 256 * 1024**2  # and with more than this beside it, laid down again


class Reserve:
    """The file in the folder of a database."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / NAME

    def give_way(self) -> None:
        """Give the room up where space has run out; asked before every writing transaction, in microseconds."""
        with contextlib.suppress(OSError):
            if self._free_bytes() < LOW_BYTES and self._path.exists():
                self._path.unlink(missing_ok=True)
                log.error("the disk of %s is full: the reserve is given up, so that people can go on", self._folder)

    def lay_down(self) -> bool:
        """Take the room where there is enough; return whether it is there. Raises OSError."""
        if self._path.exists():
            return True
        if self._free_bytes() < KEPT_BYTES + ROOM_BYTES:
            return False
        made = self._path.with_name(f"{NAME}.tmp")
        try:
            handle = os.open(made, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                _fill(handle)
            finally:
                os.close(handle)
            made.replace(self._path)
        finally:
            made.unlink(missing_ok=True)
        return True

    def is_spent(self) -> bool:
        """Whether what is left is for people: nothing large may be begun."""
        return not self._path.exists() and self._free_bytes() < ROOM_BYTES

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free


def _fill(handle: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, KEPT_BYTES)
        return
    piece = bytes(1024**2)
    for _ in range(KEPT_BYTES // len(piece)):
        os.write(handle, piece)
