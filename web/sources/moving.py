"""Moving what was looked at out of the way: into a folder beside it, never over another file, never through a link."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path


def moved(path: Path, folder: str) -> Path:
    """Move a file into a folder beside it, under a name that is free there, and return where it lies now. Raises OSError.

    Where the folder is on another disk the file is copied whole under a hidden name before it gets its own, and removed last.
    """
    target = path.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    if target.parent.is_symlink():
        raise OSError(f"{target.parent} is a symbolic link: what is dropped is not moved out of the folder")
    number = 1
    while os.path.lexists(target):
        number += 1
        target = target.with_name(f"{path.stem} ({number}){path.suffix}")
    try:
        return path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    half = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(path, half, follow_symlinks=False)
        half.rename(target)
    finally:
        half.unlink(missing_ok=True)
    path.unlink()
    return target


def told_beside(path: Path, words: str) -> None:
    """Write why beside a file (`NAME.why.txt`); what stands there as a link is not written through. Raises OSError."""
    note = path.with_name(f"{path.name}.why.txt")
    handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(words)
