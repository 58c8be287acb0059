"""Appeals from before there were two rounds keep what is known of them; those that are open get a deadline."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import select

from tests.web.backups.test_backups import postgres  # noqa: F401  # a fixture
from tests.web.migrations.test_private_words import MONDAY, add_row
from web.db import Database, now
from web.migrations import upgrade
from web.models import Appeal, AppealStep


def old_site(url: str) -> None:
    """An open appeal and one that was answered, as revision 0021 holds them."""
    upgrade(url, "0021")
    database = Database(url)
    tables = sa.MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        add_row(connection, tables, "users", id=1, username="wang", username_key="wang")
        add_row(connection, tables, "users", id=2, username="chen", username_key="chen")
        add_row(connection, tables, "recordings", id=1)
        own = {"recording_id": 1, "user_id": 1, "text": "我说了"}
        add_row(connection, tables, "appeals", id=1, state="open", **own)
        answered = {"resolved_by_id": 2, "resolved_at": MONDAY, "resolution": "没有听到"}
        add_row(connection, tables, "appeals", id=2, state="rejected", **own, **answered)
        connection.commit()
    database.dispose()


def look(url: str) -> None:
    old_site(url)
    upgrade(url)
    database = Database(url)
    with database.reading() as session:
        first, second = session.scalars(select(Appeal).order_by(Appeal.id))
        steps = session.scalars(select(AppealStep).order_by(AppealStep.appeal_id, AppealStep.id)).all()
    database.dispose()
    assert first.due_at is not None and dt.timedelta(days=6) < first.due_at - now() <= dt.timedelta(days=7)
    assert (second.due_at, second.contest_until, first.round, second.round) == (None, None, 1, 1)
    assert [(s.appeal_id, s.what, s.outcome, s.text, s.user_id) for s in steps] == [
        (1, "filed", "", "我说了", 1),
        (2, "filed", "", "我说了", 1),
        (2, "answered", "rejected", "没有听到", 2),
    ]


def test_on_sqlite(tmp_path: Path) -> None:
    look(f"sqlite:///{tmp_path / 'site.db'}")


def test_on_postgresql(postgres: str) -> None:  # noqa: F811
    look(postgres)
