"""PostgreSQL as sure as SQLite: writers one after the other, readers on one snapshot, texts compared alike.

A writing transaction first waits for an advisory lock that there is one of, which is what BEGIN IMMEDIATE does on SQLite:
no block reads what another is just changing, nothing has to be run again, and every test of the one holds for the other.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.engine import Dialect

from web.config import SettingsError

READING = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
WRITING = {
    "isolation_level": "READ COMMITTED"
}  # each statement sees what was committed before it: the lock comes first
WRITE_LOCK = 0x7469_6E67  # the number is ours to choose; there is one a database
SILENT_MS = 120_000  # a writer that says nothing for so long has lost its machine: its lock is freed
AGAIN_S = (0.1, 0.3, 0.6, 1.0)  # pauses between tries to connect: a server that is started anew is waited for
STARTING = (None, "57P03", "53300")  # not reached, starting, all its connections taken; anything else is a refusal
POOL: dict[str, Any] = {
    "pool_pre_ping": True,
    "pool_size": 8,  # a thread of the site may read and write at once
    "max_overflow": -1,  # who holds the write lock must get a second one: the number of threads is the bound
    "connect_args": {"connect_timeout": 5, "keepalives_idle": 30, "application_name": "tingjian"},
}


def engine(url: URL, wait_ms: int, options: dict[str, Any]) -> Engine:
    """An engine whose writers wait for one another, `wait_ms` at most. Raises SettingsError for a missing driver."""
    try:
        made = create_engine(url, pool_timeout=wait_ms / 1000, **POOL, **options)
    except ImportError as error:
        raise SettingsError(
            "database-driver",
            f"TINGJIAN_WEB_DATABASE_URL 需要的驱动没有安装：{error}",
            "请运行 .venv/bin/python -m pip install -r requirements-scale.txt",
        ) from error
    begin = (
        f"SELECT set_config('lock_timeout', '{wait_ms}', true),"
        f" set_config('idle_in_transaction_session_timeout', '{SILENT_MS}', true), pg_advisory_xact_lock({WRITE_LOCK})"
    )

    def wait_for_others(connection: Connection) -> None:
        if connection.get_execution_options().get("tingjian_write", False):
            connection.exec_driver_sql(begin)

    event.listen(made, "begin", wait_for_others)
    event.listen(made, "do_connect", _connect)
    made.dialect.statement_compiler = _Compiler
    return made


def _connect(dialect: Dialect, _record: object, arguments: Any, options: Any) -> Any:
    for pause_s in AGAIN_S:
        try:
            return dialect.connect(*arguments, **options)
        except dialect.loaded_dbapi.OperationalError as error:
            if getattr(error, "sqlstate", None) not in STARTING:
                raise
        time.sleep(pause_s)
    return dialect.connect(*arguments, **options)


class _Compiler(PGCompiler):
    """LIKE as on SQLite: the case of ASCII letters does not count."""

    visit_like_op_binary = PGCompiler.visit_ilike_op_binary
    visit_not_like_op_binary = PGCompiler.visit_not_ilike_op_binary
