"""The drop folder: recordings that lie still for ten seconds are taken in, as if they had been uploaded.

Taken ones go to 已收/, refused ones to 未收/ with the reason in a .txt beside. What is told about a recording comes
from its file name (TINGJIAN_WEB_FILE_NAME_PATTERN).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

from web.config import AnalyzerError
from web.intake.details import Details
from web.intake.receive import receive_file
from web.intake.storage import open_storage
from web.kit.site import Site
from web.queue import doorbell
from web.uploads.names import parse_name

log = logging.getLogger(__name__)
STILL_S = 10.0  # unchanged for this long: the copying has ended
TAKEN, REFUSED = "已收", "未收"


def look(here: Site) -> None:
    """Take in what lies still in the drop folder; without one there is nothing to do."""
    if not here.web.drop_folder:
        return
    storage = open_storage(here.web, here.settings.home)
    taken = 0
    for path in waiting(Path(here.web.drop_folder), time.time()):
        try:
            received = receive_file(here.db, storage, here, path, path.name, _details(here, path.name), None, "drop")
        except AnalyzerError as error:
            log.info("drop folder: %s refused: %s", path.name, error)
            moved = _move(path, REFUSED)
            moved.with_name(f"{moved.name}.txt").write_text(f"{error.message}\n{error.advice}\n", "utf-8")
            continue
        log.info("drop folder: %s is recording %d", path.name, received.recording_id)
        _move(path, TAKEN)
        taken += not received.duplicate
    if taken:
        doorbell.ring(here)


def waiting(folder: Path, now_s: float) -> Iterator[Path]:
    """Give the files of a folder that nobody has changed for a while, oldest first; hidden ones are not ours."""
    if not folder.is_dir():
        return
    files = [(path.stat().st_mtime, path) for path in folder.iterdir() if path.is_file() and path.name[0] != "."]
    for changed_s, path in sorted(files):
        if now_s - changed_s >= STILL_S:
            yield path


def _details(here: Site, name: str) -> Details:
    return parse_name(name, here.web.file_name_pattern)


def _move(path: Path, folder: str) -> Path:
    """Move a file into a folder beside it, under a name that is free there."""
    target = path.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.stem} ({number}){path.suffix}")
    return path.rename(target)
