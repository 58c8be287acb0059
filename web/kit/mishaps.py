"""The last errors of the site's processes, kept in a small file beside their log, for the system page.

Nothing private gets in: of a message only the words of the code, numbers and plain names stay, of an exception its kind and the
place in our code. The number of the request is the one on the visitor's error page. Standard library only, as `logs`.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import re
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

FILE = "errors.jsonl"
MOST_BYTES = 128 * 1024  # then only the newer half is kept
MOST = 50
OURS = ("web", "analyzer")
_ROOT = Path(__file__).resolve().parents[2]
_PLAIN = re.compile(r"[A-Za-z][A-Za-z _.:'-]{0,60}")  # names of chores, steps, methods; no digits, no Han


@dataclass(frozen=True, slots=True)
class Mishap:
    """One error: `kind` of its exception, `place` in our code, `page` the endpoint, `request` and `recording` where known."""

    at: str
    logger: str
    words: str
    kind: str = ""
    place: str = ""
    request: str = ""
    page: str = ""
    recording: int | None = None

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)


def mishap_of(record: logging.LogRecord, request: str, page: str, recording: int | None) -> Mishap:
    """What is kept of a log record."""
    error = record.exc_info[1] if record.exc_info else None
    return Mishap(
        datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
        record.name,
        _words(record),
        type(error).__name__ if error else "",
        _place(error.__traceback__) if error else "",
        request,
        page,
        recording,
    )


def keep(folder: Path, mishap: Mishap) -> None:
    """Keep it with the others. Raises OSError."""
    _append(folder / FILE, json.dumps(asdict(mishap), ensure_ascii=True) + "\n")


def latest(folder: Path, most: int = MOST) -> list[Mishap]:
    """The last errors, newest first; a line that cannot be read is left out."""
    try:
        lines = (folder / FILE).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return list(_read(reversed(lines)))[:most]


def _read(lines: Iterator[str]) -> Iterator[Mishap]:
    known = {field.name for field in fields(Mishap)}
    for line in lines:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            found = Mishap(**{name: value for name, value in json.loads(line).items() if name in known})
            if found.moment.tzinfo is not None:
                yield found


def _append(path: Path, line: str) -> None:
    """Add a line whole; several processes write to the file."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, line.encode())
        if (size := os.fstat(handle).st_size) > MOST_BYTES:
            newer = os.pread(handle, MOST_BYTES // 2, size - MOST_BYTES // 2)
            os.ftruncate(handle, 0)
            os.write(handle, newer[newer.find(b"\n") + 1 :])
    finally:
        os.close(handle)


def _words(record: logging.LogRecord) -> str:
    if record.name.split(".")[0] not in OURS or not isinstance(record.msg, str):
        return ""  # others put anything into their messages
    arguments = record.args if isinstance(record.args, tuple) else ()
    with contextlib.suppress(TypeError, ValueError):
        return record.msg % tuple(_harmless(value) for value in arguments)
    return record.msg


def _harmless(value: object) -> object:
    if isinstance(value, int | float):
        return value
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else "…"


def _place(trace: TracebackType | None) -> str:
    """The innermost line of our own code: web/jobs/views.py:88."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in OURS:
            return f"{path.relative_to(_ROOT).as_posix()}:{frame.lineno}"
    return ""
