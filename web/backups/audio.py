"""The audio of a backup: copied from any storage into a folder, and back."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from web.intake.storage import Storage, digest_of


def copy_audio(storage: Storage, target: Path, before: Path | None = None) -> tuple[int, set[str]]:
    """Copy all stored files into the folder; return how many there are, and their keys.

    What lies in the audio folder of the backup `before` is linked instead: stored files never change. A file that is
    deleted while they are being copied is left out.
    """
    keys = set()
    for key, size_bytes in storage.listing():
        place = target / key
        place.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if not _linked(before, key, size_bytes, place):
                fresh = place.with_name(f"{place.name}.tmp")
                storage.fetch(key, fresh)
                fresh.replace(place)
            keys.add(key)
    return len(keys), keys


def restore_audio(source: Path, storage: Storage) -> tuple[int, list[str]]:
    """Put back what is not there; return how many files the backup has, and the keys of those that are damaged."""
    count, damaged = 0, []
    for path in sorted(p for p in source.rglob("*") if p.is_file() and p.suffix != ".tmp"):
        key = path.relative_to(source).as_posix()
        count += 1
        if "." not in path.name and digest_of(path) != path.name:  # a recording's name is the digest of its bytes
            damaged.append(key)
        elif not storage.exists(key) or storage.size(key) != path.stat().st_size:
            storage.put(key, path)
    return count, damaged


def _linked(before: Path | None, key: str, size_bytes: int, place: Path) -> bool:
    if before is None or not (before / key).is_file() or (before / key).stat().st_size != size_bytes:
        return False
    try:
        os.link(before / key, place)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(before / key, place)
    return True
