"""Alembic's entry: run the migrations on the database that the caller named."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, text

from web.db import Database, Document, UtcDateTime
from web.migrations import is_ours
from web.models import Base


def _render(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Our own column types are written as what the database holds."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime()"
    if kind == "type" and isinstance(item, Document):
        return "sa.LargeBinary()"
    return False


def _compare_by_code_points(connection: Connection) -> None:
    """Give PostgreSQL's texts the collation "C": sorting, ranges and case as on SQLite, whatever the server's language."""
    found = connection.execute(
        text(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a"
            " JOIN pg_class c ON c.oid = a.attrelid AND c.relname = ANY(:ours) AND c.relnamespace = current_schema()::regnamespace"
            " JOIN pg_type t ON t.oid = a.atttypid AND t.typcollation <> 0"
            " WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attcollation <> '\"C\"'::regcollation"
            " ORDER BY c.relname, a.attnum"
        ),
        {"ours": [*Base.metadata.tables]},
    ).all()
    columns: dict[str, list[str]] = {}
    for table, column, kind in found:
        columns.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    for table, changes in columns.items():
        connection.execute(text(f'ALTER TABLE "{table}" {", ".join(changes)}'))


def run() -> None:
    """Run the migrations, foreign keys off meanwhile: SQLite's batch mode drops and makes tables anew."""
    database = Database(context.config.attributes["url"])
    try:
        with database.engine.connect() as connection:
            if database.is_sqlite:
                connection.connection.execute("PRAGMA foreign_keys=OFF")
            context.configure(
                connection,
                target_metadata=Base.metadata,
                render_as_batch=True,
                render_item=_render,
                include_name=is_ours,
                compare_type=True,
            )
            with context.begin_transaction():
                context.run_migrations()
            if database.is_sqlite:
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"rows without the row they name: {broken[:5]}")
            else:
                _compare_by_code_points(connection)
            connection.commit()
    finally:
        database.dispose()


run()
