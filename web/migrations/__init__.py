"""Bringing a database to the newest version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from web.db import Database
from web.db.copies import copy_database, revision_of
from web.migrations.lock import one_at_a_time

HERE = Path(__file__).parent


def configuration(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", HERE.as_posix())
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> Path | None:
    """Migrate the database at `url`; an empty one gets all tables.

    A SQLite file with something in it is backed up first where there is something to migrate: its path is returned.
    """
    with one_at_a_time(url):
        kept = _kept_before(url, revision)
        command.upgrade(configuration(url), revision)
    return kept


def _kept_before(url: str, revision: str) -> Path | None:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or not Path(parsed.database).is_file():
        return None
    path = Path(parsed.database)
    found = revision_of(path)
    head = ScriptDirectory.from_config(configuration(url)).get_current_head()
    if not found or found == (head if revision == "head" else revision):
        return None
    kept = path.with_name(f"{path.stem}.{found}.before-upgrade.db")
    copy_database(path, kept)
    return kept


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether what the database holds has a model: the search's index, and the tables that SQLite keeps it in, have none."""
    return kind != "table" or not (name or "").startswith("spoken_index")


def is_current(database: Database) -> bool:
    """Return whether the database has its tables and the newest migration."""
    if "recordings" not in inspect(database.engine).get_table_names():
        return False
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(configuration(database.url)).get_current_head()
