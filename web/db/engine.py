"""The database: one engine a process, reading and writing sessions.

The drivers' defaults lose updates without an error (RELIABILITY §6), so every transaction here says how it begins: on
SQLite BEGIN (reading) or, in its turn, BEGIN IMMEDIATE (writing; `web/db/line.py`); `web/db/postgres.py` says how on
PostgreSQL. On both `writing()` blocks run one after the other, in the order in which they came, and what they read is
what stands (docs/DECISIONS.md §6).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from web.config import SettingsError
from web.db import postgres
from web.db.held import tell_long
from web.db.line import Line, begin_writing
from web.db.reserve import Reserve
from web.db.storable import refuse_unstorable

WAIT_MS = 15_000  # how long a writer waits for another: a bulk edit of 1,000 rows takes well under a second


class Database:
    """One database. Create it once a process; after a fork create it anew.

    `info` is what its sessions have at hand (`Session.info`): what the layers above need to know of the site. Raises
    SettingsError for an address that is none, or whose driver is not installed.
    """

    def __init__(self, url: str, info: Mapping[str, Any] | None = None) -> None:
        self.url = url
        self.info = dict(info or {})
        self.engine = _engine(url)
        reading, writing = self.engine, self.engine.execution_options(tingjian_write=True)
        if not self.is_sqlite:
            reading, writing = (
                reading.execution_options(**postgres.READING),
                writing.execution_options(**postgres.WRITING),
            )
        self._reading = sessionmaker(reading, expire_on_commit=False, autoflush=False, info=self.info)
        self._writing = sessionmaker(writing, expire_on_commit=False, info=self.info)

    @property
    def is_sqlite(self) -> bool:
        """Whether SQLite holds the data."""
        return self.engine.dialect.name == "sqlite"

    @property
    def reserve(self) -> Reserve | None:
        """Room on the disk that is kept for people; PostgreSQL's disk is its own."""
        path = self.engine.url.database
        return Reserve(Path(path).parent) if self.is_sqlite and path and path != ":memory:" else None

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
        """Give a session that holds the write lock from its first statement and commits at the end of the block.

        Others wait meanwhile: nothing in the block may take long, and it never speaks to a network.
        """
        with self._writing() as session, session.begin():
            yield session

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(
            "database-url", "TINGJIAN_WEB_DATABASE_URL 不是数据库地址", "留空（SQLite），或 postgresql://用户@主机/库名"
        )
    options = {"json_serializer": _json, "hide_parameters": True}  # no names and passwords in logs
    engine = _sqlite(parsed, options) if backend == "sqlite" else postgres.engine(parsed, WAIT_MS, options)
    event.listen(engine, "before_cursor_execute", refuse_unstorable)
    tell_long(engine)
    return engine


def _sqlite(url: URL, options: dict[str, Any]) -> Engine:
    file = Path(url.database) if url.database and url.database != ":memory:" else None
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
    # no bound on connections: who holds the write lock reads on another one, and must not wait for those who wait for him
    pool = {"max_overflow": -1} if file else {}
    engine = create_engine(url, connect_args={"timeout": WAIT_MS / 1000}, **pool, **options)
    event.listen(engine, "connect", _prepare)
    if file:
        event.listen(engine, "begin", functools.partial(_keep_room, Reserve(file.parent)))
    event.listen(engine, "begin", functools.partial(_begin, Line(file)))
    return engine


def _prepare(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    # secure_delete: what is erased is overwritten; not every build of SQLite does so by itself
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", f"busy_timeout={WAIT_MS}")
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    # 64 MiB of pages: a year of verdicts is read without going to the disk for each
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _keep_room(reserve: Reserve, connection: Connection) -> None:
    if connection.get_execution_options().get("tingjian_write", False):
        reserve.give_way()


def _begin(line: Line, connection: Connection) -> None:
    if connection.get_execution_options().get("tingjian_write", False):
        begin_writing(connection, line)
    else:
        connection.exec_driver_sql("BEGIN")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
