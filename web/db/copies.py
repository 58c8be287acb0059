"""A checked copy of an SQLite database that may be in use, and the migration that a database file is at."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path


class BackupError(Exception):
    """Something that keeps a backup from being made or taken back."""


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that may be in use, by SQLite's online backup, and check the copy."""
    if not source.is_file():
        raise BackupError(f"没有数据库 {source}；请检查 TINGJIAN_HOME")
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
        contextlib.closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing, pages=4096, sleep=0.01)
        writing.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
        found = writing.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise BackupError(f"数据库完整性检查没有通过：{found}")
    with target.open("rb") as f:
        os.fsync(f.fileno())


def revision_of(database: Path) -> str:
    """Return the migration that a database file is at ("" for none)."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return ""
    return str(row[0]) if row else ""
