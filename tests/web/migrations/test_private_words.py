"""What was heard before private words were known: the worker looks at it, and clips are cut anew without them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.web.backups.test_backups import postgres  # noqa: F401  # a fixture
from web.db import Database
from web.migrations import upgrade
from web.models import Clip, DoomedFile, PrivateWords

OLD = "ab/cd/" + "e" * 64
MONDAY = dt.datetime(2026, 11, 23)


def old_site(url: str) -> None:
    """A judged recording with a clip, a deleted one, and one that waits, as revision 0011 holds them."""
    upgrade(url, "0011")
    database = Database(url)
    tables = sa.MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:

        def add(name: str, **values: Any) -> None:
            table = tables.tables[name]
            needed = [c for c in table.columns if not c.nullable and c.server_default is None and c.name not in values]
            connection.execute(table.insert().values({c.name: _something(c.type) for c in needed} | values))

        add("users", id=1)
        add("technicians", id=1)
        for number, deleted_at in ((1, None), (2, MONDAY), (3, None)):
            add("recordings", id=number, sha256=str(number), stored_key=OLD, state="judged", deleted_at=deleted_at)
        for number in (1, 2):
            add("analyses", id=number, recording_id=number)
            recordings = tables.tables["recordings"]
            connection.execute(recordings.update().where(recordings.c.id == number).values(analysis_id=number))
        add("clips", id=1, recording_id=1, technician_id=1, chosen_by_id=1, stored_key=OLD)
        connection.commit()
    database.dispose()


def _something(kind: sa.types.TypeEngine[Any]) -> Any:
    """A value of the type, for a column that must have one."""
    if isinstance(kind, sa.JSON):
        return {}
    if isinstance(kind, sa.DateTime):
        return MONDAY
    if isinstance(kind, sa.Date):
        return MONDAY.date()
    return "" if isinstance(kind, sa.String) else False if isinstance(kind, sa.Boolean) else 0


def migrated(url: str) -> None:
    old_site(url)
    upgrade(url)
    database = Database(url)
    with database.reading() as session:
        words = session.scalars(sa.select(PrivateWords)).all()
        assert [(w.recording_id, w.state, w.spans, w.stored_key) for w in words] == [(1, "waiting", [], "")]
        assert session.scalars(sa.select(DoomedFile.stored_key)).all() == [OLD]
        assert session.scalars(sa.select(Clip.stored_key)).all() == [""]
    database.dispose()


def test_on_sqlite(tmp_path: Path) -> None:
    migrated(f"sqlite:///{tmp_path / 'old.db'}")


def test_on_postgresql(postgres: str) -> None:  # noqa: F811
    migrated(postgres)
