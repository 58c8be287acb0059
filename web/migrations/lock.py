"""One upgrade at a time: who comes second waits, and finds nothing left to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from sqlalchemy import text
from sqlalchemy.engine import make_url

from web.db import Database

NUMBER = 0x7469_6E68  # of PostgreSQL's advisory lock; one beside that of writers
PATIENCE_S = 1800  # a large archive is being migrated


@contextlib.contextmanager
def one_at_a_time(url: str) -> Iterator[None]:
    """Hold the database's upgrade lock for the block, however many machines start at once.

    PostgreSQL keeps it itself, and frees it when a process dies. An SQLite file has its users on one machine: a lock
    beside it, which the system frees.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            yield
            return
        path = Path(parsed.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.upgrade.lock"), timeout=PATIENCE_S):
            yield
        return
    database = Database(url)
    try:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"SET lock_timeout = '{PATIENCE_S}s'"))
            connection.execute(text(f"SELECT pg_advisory_lock({NUMBER})"))
            yield
    finally:
        database.dispose()
