"""The line of those who wait to write to an SQLite file: first come, first served, among threads and processes.

SQLite itself has no line: whoever waits looks again after up to a tenth of a second, and somebody who writes one block after
the other always comes before him. So each writer takes a place first, a locked byte of a file beside the database at the
offset of the moment he came, and tries to begin once no byte before his is locked. The kernel frees the place of a process
that is gone, however it went. What keeps writers apart is still SQLite's own lock: the line only says who tries next.

Of the threads of one process only the first looks, the others sleep until it is served: many that look every few
milliseconds would take the interpreter from the one that writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

SUFFIX = ".line"
PAUSE_S = 0.004  # between one look at the line and the next
TRY_MS = 20  # how long SQLite tries by itself (after 1, 2, 5, 10 ms), without the interpreter
PATIENCE_S = (
    3.0  # whoever waited so long tries although others came before: they may be stopped, or starved of processor
)
_LOCK = "hhqqi4x"  # struct flock of 64-bit Linux: type, whence, start, length, process


@dataclass(frozen=True, eq=False)
class Place:
    """A place in the line; `number` is None where the machine's other processes cannot see it."""

    handle: int | None
    number: int | None
    own_turn: threading.Event = field(default_factory=threading.Event)  # first of this process

    def is_first(self) -> bool:
        """Whether nobody who came earlier waits, in any process."""
        if self.handle is None or self.number is None:
            return True
        asked = struct.pack(_LOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, self.number, 0)
        kind, *_ = struct.unpack(_LOCK, fcntl.fcntl(self.handle, fcntl.F_OFD_GETLK, asked))
        return bool(kind == fcntl.F_UNLCK)


class Line:
    """The line of a database file, of a process's threads alone where it has none, or not on Linux, or read-only."""

    def __init__(self, database: Path | None) -> None:
        self.path = database and database.with_name(database.name + SUFFIX)
        self._lock, self._own = threading.Lock(), deque[Place]()

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Stand in the line until the end of the block."""
        handle = self._open()
        try:
            with self._lock:
                place = Place(handle, None if handle is None else _taken(handle))
                self._own.append(place)
                self._own[0].own_turn.set()
            try:
                yield place
            finally:
                with self._lock:
                    self._own.remove(place)
                    if self._own:
                        self._own[0].own_turn.set()
                if handle is not None and place.number is not None:  # a forked process may hold the file open too
                    _set(handle, fcntl.F_UNLCK, place.number)
        finally:
            if handle is not None:
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
    raw.execute(f"PRAGMA busy_timeout={min(TRY_MS, wait_ms)}")
    try:
        with line.place() as place:
            place.own_turn.wait(wait_ms / 1000)
            while (waited_s := time.perf_counter() - begun_s) < wait_ms / 1000:
                if waited_s <= PATIENCE_S and not place.is_first():
                    time.sleep(PAUSE_S)
                    continue
                try:
                    raw.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                        break
                else:
                    return
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
