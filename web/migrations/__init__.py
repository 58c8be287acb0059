"""Bringing a database to the newest version."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from web.db import Database

HERE = Path(__file__).parent


def configuration(url: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", HERE.as_posix())
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url`; an empty one gets all tables."""
    command.upgrade(configuration(url), revision)


def is_current(database: Database) -> bool:
    """Return whether the database has its tables and the newest migration."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    if "recordings" not in inspect(database.engine).get_table_names():
        return False
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    return found == ScriptDirectory.from_config(configuration(database.url)).get_current_head()
