"""The drop folder: recordings that lie still for ten seconds are taken in, as if they had been uploaded.

Taken ones go to 已收/, refused ones to 未收/ with the reason in a .txt beside. What is told about a recording comes
from its file name (TINGJIAN_WEB_FILE_NAME_PATTERN). Links are not followed: who may drop files may not read others.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from web.config import AnalyzerError
from web.intake.details import Details
from web.intake.receive import receive_file
from web.intake.storage import Storage, open_storage
from web.kit.aside import Batch
from web.kit.site import Site
from web.kit.standards import standards
from web.queue import doorbell
from web.uploads import sheet, texts
from web.uploads.names import readable

log = logging.getLogger(__name__)
STEP = "drop folder"
AGAIN = ("disk-full", "storage", "audio-unreadable")  # not the file's fault
STILL_S = 10.0  # unchanged for this long: the copying has ended
TAKEN, REFUSED = "已收", "未收"


def look(here: Site) -> None:
    """Take in what lies still in the drop folder; without one there is nothing to do.

    A file at fault is refused, one that the machine could not take (disk full, folder read-only) stays and is tried again
    when it is its turn; neither keeps the others waiting.
    """
    if not here.web.drop_folder:
        return
    folder = Path(here.web.drop_folder)
    storage = open_storage(here.web, here.settings.home)
    batch = Batch(here.db, STEP)
    still = {_key(path): path for path in waiting(folder, time.time())}
    if folder.is_dir():  # a share that is not mounted just now says nothing about its files
        batch.forget_others(_key(path) for path in _files(folder))
    taken = 0
    for key in batch.due(still):
        with batch.row(key, readable(still[key].name)):
            taken += _take(here, storage, still[key])
    if taken:
        doorbell.ring(here)


def _take(here: Site, storage: Storage, path: Path) -> bool:
    """Take a file in or refuse it; return whether it is a new recording. Raises OSError, AnalyzerError to try again."""
    name = readable(path.name)
    if path.is_symlink():
        _tell(_move(path, REFUSED), "这是符号链接，没有跟随\n请把录音文件本身放进来\n")
        return False
    try:
        details = _details(here, name)
        with _held(path) as held:
            received = receive_file(here.db, storage, here, held, name, details, None, "drop")
    except AnalyzerError as error:
        if error.code in AGAIN:
            raise
        log.info("drop folder: %s refused: %s", name, error)
        _tell(_move(path, REFUSED), f"{error.message}\n{error.advice}\n")
        return False
    log.info("drop folder: %s is recording %d", name, received.recording_id)
    moved = _move(path, TAKEN)
    if received.differs:  # its name says otherwise than what is known: nobody is asked here, so it is written down
        _tell(moved, f"{texts.known(received)}\n请在录音 {received.recording_id} 的“修改信息”里核对\n")
    return not received.duplicate


def _details(here: Site, name: str) -> Details:
    """What the name tells, looked up among people. Raises AnalyzerError where it names two of them."""
    known = standards(here.lexicons)
    with here.db.reading() as session:
        (row,) = sheet.rows_of_names(session, [name], here.web.file_name_pattern, known)
    if row.problems.get("staff_no") == "differs":
        raise AnalyzerError("staff-differs", f"「{name}」：{texts.DIFFERS}", "请改正文件名后重新放进来")
    return sheet.details_of(row.as_json(), here.zone)


def waiting(folder: Path, now_s: float) -> Iterator[Path]:
    """Give the files and links of a folder that nobody has changed for a while, oldest first; hidden ones are not ours."""
    files = []
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError):  # taken away meanwhile
            files.append((path.lstat().st_mtime, path))
    for changed_s, path in sorted(files):
        if now_s - changed_s >= STILL_S:
            yield path


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.name[0] != "." and _is_ours(path)]


def _is_ours(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISREG(mode) or stat.S_ISLNK(mode)


def _key(path: Path) -> str:
    """What tells a file of the folder again; one that was written anew is another."""
    now = path.lstat()
    return hashlib.sha256(os.fsencode(path) + f" {now.st_size} {now.st_mtime_ns}".encode()).hexdigest()


def _move(path: Path, folder: str) -> Path:
    """Move a file into a folder beside it, under a name that is free there."""
    target = path.parent / folder / path.name
    target.parent.mkdir(exist_ok=True)
    if target.parent.is_symlink():
        raise OSError(f"{target.parent} is a symbolic link: what is dropped is not moved out of the folder")
    number = 1
    while os.path.lexists(target):
        number += 1
        target = target.with_name(f"{path.stem} ({number}){path.suffix}")
    return path.rename(target)


@contextmanager
def _held(path: Path) -> Iterator[Path]:
    """Give a path to the very file that is there now, also where its name is made a link meanwhile. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        held = Path(f"/proc/self/fd/{handle}")
        yield held if held.exists() else path
    finally:
        os.close(handle)


def _tell(moved: Path, words: str) -> None:
    """Write words beside a moved file; what stands there as a link is not written through."""
    note = moved.with_name(f"{moved.name}.txt")
    handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(words)
