"""Which lexicons are in effect: the shipped folder, with the company's published files over it, as a folder again.

Whoever judges reads a folder, so every state that something is judged by is one: named by its content, made once,
never changed (`TINGJIAN_HOME/standards/<hash>`). Files are copied; the readers of `meanings/` are linked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.config import Settings
from web.models import StandardVersion

FOLDER = "standards"
SHARED, OPTIONAL, MEANINGS, CHECKLIST = "shared", "optional", "meanings", "checklist.yaml"
# paths that the company may write: a standard, a shared list, the surnames and words, its added clauses
PATH = re.compile(r"[a-z0-9][a-z0-9-]{0,59}\.yaml|shared/[a-z0-9][a-z0-9-]{0,59}\.(yaml|txt)|optional/clauses\.yaml")
_DIGITS = 24  # of the name of a folder

_DAY_S = 86_400.0
_UNASKED_S = 30 * _DAY_S
_KEPT = 64  # folders whose making a process remembers

Files = Mapping[str, str | None]
_Stamp = tuple[tuple[str, int, int], ...]
_Versions = tuple[tuple[int, str, dt.datetime], ...]
_known: dict[tuple[Path, Path, _Stamp, _Versions], Path] = {}


def lexicons_on(session: Session, settings: Settings, day: dt.date) -> Path:
    """The folder by which recordings of `day` are judged. One query, two where it was never made in this process."""
    named = select(StandardVersion.id, StandardVersion.digest, StandardVersion.published_at)
    rows = session.execute(named.where(StandardVersion.effective_from <= day).order_by(StandardVersion.id))
    versions = tuple((number, digest, at) for number, digest, at in rows)
    if not versions:
        return settings.lexicons
    stamp = _stamp(settings.lexicons)
    key = (settings.home, settings.lexicons, stamp, versions)
    folder = _known.get(key)
    if folder is None or not _there(folder):
        folder = _known[key] = overlay(settings, settings.lexicons, _published(session, [v[0] for v in versions]))
        while len(_known) > _KEPT:
            _known.pop(next(iter(_known)))
    return folder


def newest_lexicons(session: Session, settings: Settings) -> Path:
    """The folder with everything published, also what takes effect on a later day: what a draft stands on."""
    return lexicons_on(session, settings, dt.date.max)


def overlay(settings: Settings, base: Path, files: Files) -> Path:
    """A folder as `base` with `files` in place of its own (path → text; None: gone); `base` itself where none is given.

    Raises ValueError for a path outside of what the company may write (`PATH`).
    """
    if not files:
        return base
    for path in files:
        if not PATH.fullmatch(path) or path == CHECKLIST:
            raise ValueError(f"not a file of a standard: {path}")
    own = _contents(base, _stamp(base))
    merged: dict[str, bytes] = dict(own)
    for path, text in files.items():
        merged.pop(path, None)
        if text is not None:
            merged[path] = text.encode()
    if any("/" not in path for path in files):
        merged.pop(CHECKLIST, None)  # it holds the shipped standards to the written ones; the company's are its own
    return _made(settings.home / FOLDER, merged, (base / MEANINGS).resolve())


def text_of(folder: Path, path: str) -> str | None:
    """The text of one file of a folder; None where there is none. Raises ValueError as `overlay` does."""
    if not PATH.fullmatch(path):
        raise ValueError(f"not a file of a standard: {path}")
    file = folder / path
    return file.read_bytes().decode("utf-8-sig", "replace") if file.is_file() else None


def paths_of(folder: Path) -> tuple[str, ...]:
    """The files of a folder that the company may write, by path."""
    return tuple(path for path in sorted(_contents(folder, _stamp(folder))) if PATH.fullmatch(path))


def sweep(settings: Settings, now_s: float) -> int:
    """Remove folders that nobody has asked for in a month: drafts of then. Whoever needs one makes it again.

    Those in effect are asked for by every page. Return how many went.
    """
    gone = 0
    home = settings.home / FOLDER
    for folder in home.iterdir() if home.is_dir() else ():
        with contextlib.suppress(OSError):
            if now_s - folder.stat().st_mtime > _UNASKED_S:
                shutil.rmtree(folder)
                gone += 1
    return gone


def _published(session: Session, ids: Sequence[int]) -> dict[str, str | None]:
    """What the versions of these ids put in place, the last of each file."""
    rows = session.scalars(select(StandardVersion).where(StandardVersion.id.in_(ids)).order_by(StandardVersion.id))
    merged: dict[str, str | None] = {}
    for row in rows:
        merged.update(row.files)
    return merged


def _there(folder: Path) -> bool:
    """Whether a folder is there; its time says, to the day, when it was last asked for."""
    try:
        if time.time() - folder.stat().st_mtime > _DAY_S:
            os.utime(folder)
    except OSError:
        return False
    return True


def _stamp(folder: Path) -> _Stamp:
    stats = [(file.as_posix(), file.stat()) for file in _files(folder)]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _files(folder: Path) -> list[Path]:
    found = [*folder.glob("*.yaml"), *(folder / SHARED).glob("*"), *(folder / OPTIONAL).glob("*.yaml")]
    return sorted(file for file in found if file.is_file() and file.suffix in {".yaml", ".txt"})


@functools.lru_cache(maxsize=32)
def _contents(folder: Path, _seen: _Stamp) -> dict[str, bytes]:
    """Every file of a folder by path; the caller copies before it changes."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in _files(folder)}


def _made(home: Path, contents: Mapping[str, bytes], meanings: Path) -> Path:
    named = hashlib.sha256(meanings.as_posix().encode())
    for path, content in sorted(contents.items()):
        named.update(b"\0" + path.encode() + b"\0" + hashlib.sha256(content).digest())
    folder = home / named.hexdigest()[:_DIGITS]
    if _there(folder):
        return folder
    home.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
    try:
        for path, content in contents.items():
            file = building / path
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        if meanings.is_dir():
            (building / MEANINGS).symlink_to(meanings, target_is_directory=True)
        building.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was quicker with the same
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return folder
