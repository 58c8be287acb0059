"""Copying a database that is in use, and loading a copy: SQLite by its online backup, PostgreSQL by its own programs."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from web.db import Database, now
from web.db.copies import BackupError, copy_database, revision_of
from web.migrations import upgrade

ALIVE = "SELECT stored_key FROM recordings WHERE deleted_at IS NULL AND stored_key <> ''"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds: its migration, and the keys of the audio that it speaks of."""

    revision: str
    keys: frozenset[str]


class Copier(Protocol):
    """One kind of database. All raise BackupError, whose message tells what to do."""

    @property
    def kind(self) -> str:
        """sqlite | postgresql."""

    @property
    def file(self) -> str:
        """Its name in a backup."""

    def copy(self, target: Path) -> Copied:
        """Write a copy as of one moment; the site goes on."""

    def in_use(self) -> bool:
        """Whether somebody else has the database open."""

    def keep(self, folder: Path) -> Path | None:
        """Put what is there now beside, in `folder`, and return where; None where there is nothing."""

    def load(self, source: Path) -> None:
        """Replace what is there by a copy, whole or not at all."""


def copier_of(url: str) -> Copier:
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return Postgres(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        return SqliteFile(Path(parsed.database))
    raise BackupError("只有 SQLite 和 PostgreSQL 能这样备份")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    path: Path
    kind: str = "sqlite"
    file: str = "tingjian.db"

    def copy(self, target: Path) -> Copied:
        copy_database(self.path, target)
        with contextlib.closing(sqlite3.connect(f"file:{target}?mode=ro", uri=True)) as connection:
            keys = frozenset(key for (key,) in connection.execute(ALIVE))
        return Copied(revision_of(target), keys)

    def in_use(self) -> bool:
        """An exclusive lock cannot be had then."""
        if not self.path.exists():
            return False
        with contextlib.closing(sqlite3.connect(self.path, timeout=0.5, isolation_level=None)) as connection:
            try:
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                connection.execute("PRAGMA journal_mode=DELETE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return True
        return False

    def keep(self, folder: Path) -> Path | None:
        if not self.path.exists():
            return None
        kept = folder / f"{self.path.stem}.{now():%Y%m%d-%H%M%S}.before-restore.db"
        copy_database(self.path, kept)
        return kept

    def load(self, source: Path) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(f"{self.path.name}.restoring")
        shutil.copyfile(source, fresh)
        upgrade(f"sqlite:///{fresh}")  # before anything is replaced
        with fresh.open("rb") as f:
            os.fsync(f.fileno())
        for suffix in ("-wal", "-shm"):  # else SQLite would replay the old log into the restored file
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            Path(f"{fresh}{suffix}").unlink(missing_ok=True)
        Path(f"{fresh}.upgrade.lock").unlink(missing_ok=True)
        fresh.replace(self.path)


@dataclass(frozen=True, slots=True)
class Postgres:
    """By pg_dump and psql, which must be no older than the server. The password goes by the environment, never by a line."""

    url: str
    kind: str = "postgresql"
    file: str = "tingjian.dump"

    def copy(self, target: Path) -> Copied:
        with self._connected() as connection:  # its snapshot is that of the dump
            snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
            revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
            keys = frozenset(connection.scalars(text(ALIVE)))
            self._run("pg_dump", *_PLAIN, "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        with target.open("rb") as f:
            os.fsync(f.fileno())
        return Copied(str(revision or ""), keys)

    def in_use(self) -> bool:
        others = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        with self._connected() as connection:
            return bool(connection.scalar(text(others)))

    def keep(self, folder: Path) -> Path | None:
        if not self._tables():
            return None
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / f"tingjian.{now():%Y%m%d-%H%M%S}.before-restore.dump"
        self._run("pg_dump", *_PLAIN, "--format=custom", f"--file={kept}")
        return kept

    def load(self, source: Path) -> None:
        script, before = source.with_name(f"{source.name}.sql"), source.with_name(f"{source.name}.before.sql")
        try:
            # first the whole script: a restore that broke off in a pipe would be committed as far as it came
            self._run("pg_restore", *_PLAIN, f"--file={script}", str(source))
            tables = ", ".join(f'"{name}"' for name in self._tables())
            before.write_text(f"DROP TABLE {tables} CASCADE;\n" if tables else "", "utf-8")
            options = ("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", "--output=/dev/null")
            self._run("psql", *options, f"--file={before}", f"--file={script}")
        finally:
            script.unlink(missing_ok=True)
            before.unlink(missing_ok=True)

    def _tables(self) -> list[str]:
        with self._connected() as connection:
            names = text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1")
            return list(connection.scalars(names))

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Connection]:
        database = Database(self.url)
        try:
            with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
                yield connection
        finally:
            database.dispose()

    def _run(self, program: str, *arguments: str) -> None:
        try:
            subprocess.run([program, *arguments], env=self._environment(), check=True, capture_output=True, text=True)
        except FileNotFoundError:
            raise BackupError(f"没有找到 {program}；请安装 postgresql-client，版本不低于服务器") from None
        except subprocess.CalledProcessError as error:
            raise BackupError(f"{program} 失败：{error.stderr.strip()[-500:]}") from None

    def _environment(self) -> dict[str, str]:
        url = make_url(self.url)
        named = {
            "PGHOST": url.host,
            "PGPORT": url.port,
            "PGUSER": url.username,
            "PGPASSWORD": url.password,
            "PGDATABASE": url.database,
            **{_BY_QUERY[name]: value for name, value in url.query.items() if name in _BY_QUERY},
        }
        return {**os.environ, **{name: str(value) for name, value in named.items() if value is not None}}


_PLAIN = ("--no-owner", "--no-privileges")
_BY_QUERY = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
}
