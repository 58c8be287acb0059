"""What killed processes left on the disk, and who may read what is there.

Temporary folders are named `tingjian-WHAT-PID-…`: one whose process is gone belongs to nobody and holds somebody's voice.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import stat
from pathlib import Path

log = logging.getLogger(__name__)
NAME = re.compile(r"tingjian-[a-z]+-(\d+)-.+")
LONGEST_S = 2 * 86_400.0  # nothing works on one file for so long: then the number is another process's by now
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def sweep(folder: Path, now_s: float) -> int:
    """Remove the temporary folders in `folder` whose process has ended; return how many."""
    removed = 0
    for path in folder.glob("tingjian-*"):
        found = NAME.fullmatch(path.name)
        try:
            seen = path.lstat()
        except OSError:  # its owner was quicker
            continue
        if found is None or seen.st_uid != os.getuid() or not stat.S_ISDIR(seen.st_mode):
            continue
        if _alive(int(found.group(1))) and now_s - seen.st_mtime < LONGEST_S:
            continue
        shutil.rmtree(path, ignore_errors=True)
        removed += 1
    if removed:
        log.info("removed %d temporary folders that killed processes left", removed)
    return removed


def close(folder: Path) -> int:
    """Have files and folders below `folder` be the service's own: 0600 and 0700; return how many were open to others."""
    closed = 0
    for path in (folder, *folder.rglob("*")):
        try:
            seen = path.lstat()
            if stat.S_ISLNK(seen.st_mode) or not seen.st_mode & OTHERS or seen.st_uid != os.getuid():
                continue
            path.chmod(stat.S_IMODE(seen.st_mode) & ~OTHERS)
        except OSError:
            continue
        closed += 1
    return closed


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OverflowError:
        return False
    except PermissionError:
        return True
    return True
