"""What an error of the database means for whoever asked: come again, or clear the disk. Anything else is a fault."""

from __future__ import annotations

import sqlite3
from enum import Enum

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_AWAY = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL}
# rolled back for others' sake, silent for too long, too many clients, a lock, a timeout
_POSTGRESQL_BUSY = ("40", "25P03", "53300", "55P03", "57014")
_POSTGRESQL_AWAY = ("08", "57P", "58")  # connection, shut down or starting, its disk
_POSTGRESQL_FULL = "53100"


class Trouble(Enum):
    """BUSY and AWAY pass by themselves; FULL when somebody clears the disk."""

    BUSY = "busy"
    AWAY = "away"
    FULL = "full"


def trouble_of(error: SQLAlchemyError) -> Trouble | None:
    """Why the database did not do it; None where it could (a fault of ours, a refused value)."""
    if isinstance(error, PoolTimeoutError):
        return Trouble.BUSY
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return _of_sqlite(code & 0xFF)
    state = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None)
    if state is not None:
        return _of_postgresql(state)
    lost = error.connection_invalidated or type(error.orig).__name__ in ("OperationalError", "InterfaceError")
    return Trouble.AWAY if lost and not isinstance(error.orig, sqlite3.Error) else None


def _of_sqlite(code: int) -> Trouble | None:
    if code == sqlite3.SQLITE_FULL:
        return Trouble.FULL
    return Trouble.BUSY if code in _SQLITE_BUSY else Trouble.AWAY if code in _SQLITE_AWAY else None


def _of_postgresql(state: str) -> Trouble | None:
    if state == _POSTGRESQL_FULL:
        return Trouble.FULL
    return (
        Trouble.BUSY
        if state.startswith(_POSTGRESQL_BUSY)
        else Trouble.AWAY
        if state.startswith(_POSTGRESQL_AWAY)
        else None
    )
