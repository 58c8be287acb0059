"""Transactions: writers come one after the other and wait so long, readers see one moment, a driver that is missing is named."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from tests.web import cast
from tests.web.servers import POSTGRES, connected
from web.config import SettingsError
from web.db import Database, engine, postgres
from web.models import SiteValue, Team

on_postgres = pytest.mark.skipif(not POSTGRES, reason="tells of PostgreSQL: make test-scale")


@pytest.fixture
def impatient(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The same database for somebody who waits a fifth of a second only."""
    monkeypatch.setattr(engine, "WAIT_MS", 200)
    other = Database(db.url)
    yield other
    other.dispose()


def test_a_writer_that_has_waited_long_enough_gives_up(db: Database, impatient: Database) -> None:
    with db.writing() as session:
        session.add(Team(name="南区"))
        session.flush()
        with pytest.raises(OperationalError), impatient.writing() as second:
            second.add(Team(name="北区"))
    with impatient.writing() as second:
        second.add(Team(name="北区"))
    with db.reading() as session:
        assert {"南区", "北区"} <= set(session.scalars(select(Team.name)))


def test_a_writer_reads_what_the_one_before_has_written(db: Database) -> None:
    """The lock comes before the first read, however early the block began to wait."""
    with db.writing() as session:
        session.add(SiteValue(name="counter", value=0))
    waiting, found = threading.Event(), []

    def second() -> None:
        with db.writing() as session:
            waiting.set()
            found.append(session.get_one(SiteValue, "counter").value)

    with db.writing() as session:
        row = session.get_one(SiteValue, "counter")
        thread = threading.Thread(target=second)
        thread.start()
        waiting.wait(5)
        time.sleep(0.1)
        row.value = 1
    thread.join()
    assert found == [1]


def test_a_reader_sees_one_moment_however_long_it_reads(db: Database) -> None:
    with db.reading() as reading:
        before = reading.scalars(select(Team.name)).all()
        with db.writing() as session:
            session.add(Team(name="南区"))
        assert reading.scalars(select(Team.name)).all() == before
    with db.reading() as reading:
        assert "南区" in reading.scalars(select(Team.name)).all()


def test_who_writes_gets_a_second_connection_however_many_wait_for_him(db: Database) -> None:
    """Eight threads read and wait to write, two connections each; SQLAlchemy's own bound is 15."""
    with ExitStack() as held, db.writing() as session:
        session.add(Team(name="南区"))
        session.flush()
        for _ in range(20):
            held.enter_context(db.reading()).scalars(select(Team)).all()


def test_rows_name_rows_that_exist_on_every_database(db: Database) -> None:
    with pytest.raises(IntegrityError), db.writing() as session:
        cast.recording(session, name="甲.mp3", analysis_id=99)


@on_postgres
def test_a_reading_session_cannot_write(db: Database) -> None:
    with db.reading() as session, pytest.raises(DBAPIError, match="read-only"):
        session.execute(text("DELETE FROM site_values"))


@on_postgres
def test_a_server_that_was_started_anew_is_not_noticed(db: Database) -> None:
    with db.reading() as session:
        session.scalars(select(Team)).all()
    with closing(connected(db.url)) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with db.writing() as session:
        session.add(Team(name="南区"))


@on_postgres
def test_the_lock_of_a_writer_whose_machine_is_gone_comes_free(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SILENT_MS", 300)
    lost = Database(db.url)
    with pytest.raises(DBAPIError), lost.writing() as session:
        session.add(Team(name="南区"))
        session.flush()
        with db.writing() as other:  # waits for the lock, and gets it
            other.add(Team(name="北区"))
        session.scalars(select(Team)).all()
    lost.dispose()
    with db.reading() as session:
        assert {"南区", "北区"} & set(session.scalars(select(Team.name))) == {"北区"}


def test_a_server_that_cannot_be_reached_is_tried_more_than_once(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    pauses: list[float] = []
    monkeypatch.setattr("web.db.postgres.time.sleep", pauses.append)
    nobody = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError), nobody.reading() as session:
        session.execute(text("SELECT 1"))
    assert pauses == list(postgres.AGAIN_S)


def test_a_missing_driver_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # importing it fails
    with pytest.raises(SettingsError, match="psycopg") as refused:
        Database("postgresql://user:secret@db/tingjian")
    assert "requirements-scale.txt" in refused.value.advice
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("url", ["no url", "mysql://db/tingjian", "postgres://db/tingjian", ""])
def test_an_address_of_no_database_of_ours_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Database(url)
    assert "postgresql://" in refused.value.advice
