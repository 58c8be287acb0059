"""The database servers that the tests can run on, named by the environment (`make test-scale` does):

TESTS_DATABASE_URL   a PostgreSQL whose user may create databases; without it each test has an SQLite file
TESTS_REDIS_URL      a Redis for the doorbell; processes that test beside each other take databases of their own, downwards

A process has one PostgreSQL database, with the company in it; `Emptied.fresh` takes it back to that. It sorts as Chinese
dictionaries do, so that nothing can rely on the server's language.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from web.db import Database
from web.migrations import upgrade
from web.models import Base

POSTGRES = os.environ.get("TESTS_DATABASE_URL", "")
DATABASES = 16  # of a Redis as it comes


def _own_redis(url: str, worker: str) -> str:
    """The database of this process: a bell that others ring too would be heard here."""
    if not (url and worker):
        return url
    parts = urlsplit(url)
    number = (int(parts.path.strip("/") or 0) - int(worker.removeprefix("gw"))) % DATABASES
    return urlunsplit(parts._replace(path=f"/{number}"))


REDIS = _own_redis(os.environ.get("TESTS_REDIS_URL", ""), os.environ.get("PYTEST_XDIST_WORKER", ""))
MADE = "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'zh'"


def connected(url: str) -> Any:
    """A connection of the driver's own, without a transaction."""
    import psycopg

    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """An empty database of the server, dropped after the block; gives its URL."""
    with closing(connected(POSTGRES)) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.execute(MADE.format(name=name))
        server.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    try:
        yield make_url(POSTGRES).set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    finally:
        with closing(connected(POSTGRES)) as server:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@dataclass(frozen=True)
class Emptied:
    """One database for all tests of a process."""

    url: str
    script: str

    def fresh(self) -> str:
        """End whatever a test before has left open, and take the database back to its beginning; return its URL."""
        with closing(connected(self.url)) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute(self.script)
        return self.url


@contextmanager
def emptied(furnish: Callable[[Session], object]) -> Iterator[Emptied]:
    """A migrated database for this process; `furnish` puts in what every test finds."""
    with postgres_database(f"tingjian_test_{os.getpid()}") as url:
        upgrade(url)
        database = Database(url)
        with database.writing() as session:
            furnish(session)
        database.dispose()
        with closing(connected(url)) as connection:
            script = _script(connection)
        yield Emptied(url, script)


def _script(connection: Any) -> str:
    """What brings the database back to what it is now: in one round trip, a few milliseconds."""
    tables = [table.name for table in Base.metadata.sorted_tables]
    lines = ["BEGIN", "SET LOCAL session_replication_role = replica"]
    lines += [f"DELETE FROM {table}" for table in (*tables, "spoken_index")]
    for table in tables:
        (rows,) = connection.execute(f"SELECT quote_literal(json_agg(t)) FROM {table} t").fetchone()
        if rows:
            lines.append(f"INSERT INTO {table} SELECT * FROM json_populate_recordset(NULL::{table}, {rows})")
    sequences = connection.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
    for name, last in sequences.fetchall():
        lines.append(f"SELECT setval('{name}', {last or 1}, {'true' if last else 'false'})")
    return "; ".join([*lines, "COMMIT"])
