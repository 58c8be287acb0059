"""How much of the temporary folder one file may take. A small file can be hours of sound."""

from __future__ import annotations

import os
from pathlib import Path

from analyzer.audio.report import DecodeError

KEPT_FREE_BYTES = 256 * 1024**2  # of the disk: others write there too


class Room:
    """Counts what is written below a folder. Raises DecodeError "temp" beyond its bound, "disk-full" before the disk is."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder, self._left = folder, most_bytes

    def take(self, count: int) -> None:
        """Ask for `count` bytes before they are written."""
        if count > self._left:
            raise DecodeError("temp", f"{count} bytes more, {self._left} left")
        disk = os.statvfs(self._folder)
        if disk.f_bavail * disk.f_frsize < KEPT_FREE_BYTES + count:
            raise DecodeError("disk-full", f"{disk.f_bavail * disk.f_frsize} bytes free")
        self._left -= count

    def give_back(self, count: int) -> None:
        self._left += count
