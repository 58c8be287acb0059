"""The line of those who wait to write to an SQLite file: first come, first served, among threads and processes.

SQLite itself has no line: whoever waits looks again after up to a tenth of a second, and somebody who writes one block after
the other always comes before him. So each writer takes a place first, a locked byte of a file beside the database at the
offset of the moment he came, and tries to begin once no byte before his is locked. The kernel frees the place of a process
that is gone, however it went. What keeps writers apart is still SQLite's own lock: the line only says who tries next.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

SUFFIX = ".line"
PAUSE_S = 0.002  # between one look and the next
PATIENCE_S = (
    3.0  # whoever waited so long tries whatever his place is: one before him may be stopped, or starved of processor
)
_LOCK = "hhqqi4x"  # struct flock of 64-bit Linux: type, whence, start, length, process


class Place:
    """A place in the line; `is_first` while nobody who came earlier waits."""

    def __init__(self, handle: int, number: int) -> None:
        self._handle, self._number = handle, number

    def is_first(self) -> bool:
        """Whether it is our turn to try."""
        asked = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, self._number, 0)
        kind, *_ = struct.unpack(_LOCK, fcntl.fcntl(self._handle, fcntl.F_OFD_GETLK, asked))
        return bool(kind == fcntl.F_UNLCK)


class Line:
    """The line of a database file. Where places cannot be had (not Linux, a read-only folder), all try at once."""

    def __init__(self, database: Path | None) -> None:
        self.path = database and database.with_name(database.name + SUFFIX)

    @contextlib.contextmanager
    def place(self) -> Iterator[Place | None]:
        """Stand in the line until the end of the block."""
        handle = self._open()
        if handle is None:
            yield None
            return
        try:
            number = _taken(handle)
            try:
                yield None if number is None else Place(handle, number)
            finally:
                if number is not None:  # a forked process may hold the file open too: the place goes all the same
                    _set(handle, fcntl.F_UNLCK, number)
        finally:
            os.close(handle)

    def _open(self) -> int | None:
        if self.path is None or sys.platform != "linux" or struct.calcsize("P") != 8:
            return None
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return None


def begin_writing(connection: Connection, line: Line) -> None:
    """BEGIN IMMEDIATE when it is our turn. Raises OperationalError after the connection's busy_timeout, as SQLite does."""
    raw: Any = connection.connection.dbapi_connection
    begun_s = time.perf_counter()
    wait_ms = int(raw.execute("PRAGMA busy_timeout").fetchone()[0])
    raw.execute("PRAGMA busy_timeout=0")
    try:
        with line.place() as place:
            while (waited_s := time.perf_counter() - begun_s) < wait_ms / 1000:
                if place is None or waited_s > PATIENCE_S or place.is_first():
                    try:
                        raw.execute("BEGIN IMMEDIATE")
                    except sqlite3.OperationalError as error:
                        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                            break
                    else:
                        return
                time.sleep(PAUSE_S)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the last try, and the error as others know it
    finally:
        raw.execute(f"PRAGMA busy_timeout={wait_ms}")


def _taken(handle: int) -> int | None:
    """Lock the byte of this moment; None where the file system knows no such locks."""
    for _ in range(100):
        number = time.monotonic_ns()  # of the machine, the same for all its processes
        try:
            _set(handle, fcntl.F_WRLCK, number)
        except BlockingIOError:  # somebody came at the same nanosecond
            continue
        except OSError:
            return None
        return number
    return None


def _set(handle: int, kind: int, number: int) -> None:
    fcntl.fcntl(handle, fcntl.F_OFD_SETLK, struct.pack(_LOCK, kind, os.SEEK_SET, number, 1, 0))
