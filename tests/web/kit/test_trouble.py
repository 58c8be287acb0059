"""A database that is busy, away or out of space: the answer says so and when to come again; nothing is a 500."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.db.troubles import Trouble, trouble_of


@contextmanager
def somebody_writes(home: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    connection = sqlite3.connect(home / "web" / "tingjian.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.close()


@pytest.fixture
def impatient(db: Database) -> None:
    """Nobody waits for the write lock."""
    from sqlalchemy import event

    event.listen(db.engine, "checkout", lambda connection, *_: connection.execute("PRAGMA busy_timeout=0"))


@pytest.mark.sqlite
@pytest.mark.usefixtures("impatient")
def test_a_login_while_the_database_is_busy_is_told_to_come_again(client: FlaskClient, home: Path) -> None:
    with somebody_writes(home):
        answer = client.post("/login", data={"username": "chen", "password": PASSWORD})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "系统正忙" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert client.post("/login", data={"username": "chen", "password": PASSWORD}).status_code == 302


@pytest.mark.sqlite
@pytest.mark.usefixtures("impatient")
def test_a_script_and_an_open_page_are_told_the_same_in_their_own_form(login: Login, home: Path) -> None:
    client = login("qa")
    with somebody_writes(home):
        told = client.post("/logout", headers={"Accept": "application/json"})
        part = client.post("/logout", headers={"HX-Request": "true"})
    assert (told.status_code, told.json["error"]) == (503, "系统正忙")  # type: ignore[index]
    assert part.status_code == 503
    assert "<html" not in part.text


@pytest.mark.sqlite
def test_with_the_database_away_the_page_needs_nobody_who_is_logged_in(
    app: Flask, login: Login, db: Database, home: Path
) -> None:
    client = login("qa")
    db.dispose()
    (home / "web" / "tingjian.db").rename(home / "gone.db")
    (home / "web" / "tingjian.db").mkdir()
    answer = client.get("/recordings/")
    shown = page(answer, 503)
    assert "数据库暂时连不上" in shown.text
    assert "页面会自动重试" in shown.text


@pytest.mark.sqlite
def test_a_full_disk_is_told_as_such(login: Login, db: Database) -> None:
    with db.engine.connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count={pages}"))
        with pytest.raises(OperationalError) as raised:
            connection.execute(text("CREATE TABLE more AS SELECT randomblob(100000) AS a"))
    assert trouble_of(raised.value) is Trouble.FULL


def test_a_fault_of_ours_is_still_a_fault(db: Database) -> None:
    with db.reading() as session, pytest.raises(DBAPIError) as raised:
        session.execute(text("SELECT * FROM no_such_table"))
    assert trouble_of(raised.value) is None


@pytest.mark.parametrize(
    ("state", "trouble"),
    [
        ("40001", Trouble.BUSY),
        ("40P01", Trouble.BUSY),
        ("53300", Trouble.BUSY),
        ("57P03", Trouble.AWAY),
        ("08006", Trouble.AWAY),
        ("53100", Trouble.FULL),
        ("42P01", None),
        (None, Trouble.AWAY),
    ],
)
def test_postgresqls_states_are_known(state: str | None, trouble: Trouble | None) -> None:
    of_the_driver = type("OperationalError", (Exception,), {"sqlstate": state})
    assert trouble_of(OperationalError("SELECT 1", None, of_the_driver())) is trouble
