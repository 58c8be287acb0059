"""The database: one engine a process, reading and writing sessions.

SQLite's defaults are wrong for us (RELIABILITY §6): the driver's own transactions lose updates without an error,
foreign keys are off, a commit may vanish with the power. So the driver is told not to begin transactions, and every
transaction here begins with BEGIN (reading) or BEGIN IMMEDIATE (writing).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_MS = 15_000  # how long a writer waits for another: a bulk edit of 1,000 rows takes well under a second


class Database:
    """One database. Create it once a process; after a fork create it anew.

    `info` is what its sessions have at hand (`Session.info`): what the layers above need to know of the site.
    """

    def __init__(self, url: str, info: Mapping[str, Any] | None = None) -> None:
        self.url = url
        self.info = dict(info or {})
        self.engine = _engine(url)
        self._reading = sessionmaker(self.engine, expire_on_commit=False, autoflush=False, info=self.info)
        writing = self.engine.execution_options(tingjian_write=True)
        self._writing = sessionmaker(writing, expire_on_commit=False, info=self.info)

    @property
    def is_sqlite(self) -> bool:
        """Whether SQLite holds the data."""
        return self.engine.dialect.name == "sqlite"

    def reading_session(self) -> Session:
        """Return a session for reading; its owner closes it."""
        return self._reading()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading, closed at the end. Never write with it."""
        with self._reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session that holds the write lock from its first statement and commits at the end of the block."""
        with self._writing() as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, json_serializer=_json, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, json_serializer=_json, connect_args={"timeout": BUSY_MS / 1000}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    # 64 MiB of pages: a year of verdicts is read without going to the disk for each
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("tingjian_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
