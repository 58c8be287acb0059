"""Standards and shared lists by name: the door for everything that judges.

Values are kept in the process and read again when a file of the folder changes (by time and size). One thread reads
at a time: a list being read by one must not look like a list that leads back to itself to another.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import TypeVar

from analyzer.errors import LexiconError
from analyzer.rubric.fields import nearest
from analyzer.rubric.messages import explain
from analyzer.rubric.model import Shared, Standard
from analyzer.rubric.problems import InvalidLexiconError, Problem
from analyzer.rubric.shared import SharedReading, read_shared, shared_files
from analyzer.rubric.standard import ADDITIONS, StandardReading, read_standard

CHECKLIST = "checklist.yaml"
Stamp = tuple[tuple[str, int, int], ...]
Key = TypeVar("Key")
Kept = TypeVar("Kept")
_shared_cache: dict[Path, tuple[Stamp, SharedReading]] = {}
_standard_cache: dict[Path, tuple[Stamp, StandardReading]] = {}
# by content, where nothing is wrong (a problem names its file): drafts lie in folders of their own and share most files
_same_shared: dict[bytes, SharedReading] = {}
_same_standard: dict[bytes, StandardReading] = {}
_reading = threading.RLock()
_KEPT = 64  # of each: a site reads the folder in effect and those of drafts


def load_standard(path_or_id: str | Path, lexicons: Path) -> Standard:
    """Return the standard with this id in the folder `lexicons`, or the one in the file at this path.

    A file brings the `shared/` folder beside it, or else that of `lexicons`. Raises LexiconError for an unknown
    name and InvalidLexiconError with every error of the standard and the shared files.
    """
    path = _find(path_or_id, lexicons)
    folder = path.parent if (path.parent / "shared").is_dir() else lexicons
    shared = shared_reading(folder)
    reading = standard_reading(path, folder)
    _refuse([*shared.problems, *reading.findings.problems])
    if reading.standard is None:  # cannot be: an unreadable file has a problem
        raise InvalidLexiconError(())
    return reading.standard


def load_shared(lexicons: Path) -> Shared:
    """Return lists, facts, role cues, inventions and words of the folder. Raises InvalidLexiconError."""
    reading = shared_reading(lexicons)
    _refuse(reading.problems)
    return reading.shared


def standard_files(lexicons: Path) -> list[Path]:
    """Return the files of the folder that are standards: every .yaml but the checklist."""
    return [path for path in sorted(lexicons.glob("*.yaml")) if path.name != CHECKLIST and path.is_file()]


def lexicon_files(lexicons: Path) -> list[Path]:
    """Return every file of the folder that can change what is judged."""
    added = lexicons / ADDITIONS
    return [*standard_files(lexicons), *shared_files(lexicons), *([added] if added.is_file() else [])]


def shared_reading(folder: Path) -> SharedReading:
    """Return the shared files as read, with their problems; kept until one of them changes."""
    stamp = _stamp(shared_files(folder))
    with _reading:
        kept = _shared_cache.get(folder)
        if kept is None or kept[0] != stamp:
            content = _content(folder, shared_files(folder))
            kept = (stamp, _same_shared.get(content) or read_shared(folder))
            _keep(_shared_cache, folder, kept)
            if not kept[1].problems:
                _keep(_same_shared, content, kept[1])
        return kept[1]


def standard_reading(path: Path, folder: Path) -> StandardReading:
    """Return a standard as read with the shared files of `folder`, with its problems; kept likewise."""
    added = path.parent / ADDITIONS
    stamp = _stamp([path, *shared_files(folder), *([added] if added.is_file() else [])])
    with _reading:
        kept = _standard_cache.get(path)
        if kept is None or kept[0] != stamp:
            listed = [path, *shared_files(folder), *([added] if added.is_file() else [])]
            content = _content(path.parent, listed)
            kept = (stamp, _same_standard.get(content) or read_standard(path, shared_reading(folder)))
            _keep(_standard_cache, path, kept)
            if not kept[1].findings.problems:
                _keep(_same_standard, content, kept[1])
        return kept[1]


def _keep(cache: dict[Key, Kept], key: Key, kept: Kept) -> None:
    """Keep what was read; the longest kept goes where there are too many."""
    cache.pop(key, None)
    while len(cache) >= _KEPT:
        cache.pop(next(iter(cache)))
    cache[key] = kept


def _content(folder: Path, paths: list[Path]) -> bytes:
    """What the files say, and how they are called within their folder; readers by the file that they are."""
    told = hashlib.sha256()
    for path in paths:
        told.update(path.relative_to(folder).as_posix().encode() if path.is_relative_to(folder) else path.name.encode())
        if path.suffix == ".npz":
            stat = path.stat()
            told.update(f"{path.resolve()} {stat.st_mtime_ns} {stat.st_size}".encode())
        else:
            told.update(hashlib.sha256(path.read_bytes()).digest())
    return told.digest()


def _stamp(paths: list[Path]) -> Stamp:
    stats = [(path.as_posix(), path.stat()) for path in paths]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _find(path_or_id: str | Path, lexicons: Path) -> Path:
    given = Path(path_or_id)
    # An id is a bare name, so that one from a web form cannot leave the folder.
    path = given if given.suffix == ".yaml" else lexicons / f"{given.name}.yaml"
    if str(given) in {given.name, str(path)} and path.is_file() and path.name != CHECKLIST:
        return path
    known = [file.stem for file in standard_files(lexicons)]
    values = {
        "name": str(path_or_id),
        "known": "、".join(known) or "（还没有）",
        "folder": lexicons.as_posix(),
    }
    raise LexiconError("unknown-standard", *explain("unknown-standard", nearest=nearest(given.stem, known), **values))


def _refuse(problems: list[Problem] | tuple[Problem, ...]) -> None:
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        raise InvalidLexiconError(errors)
