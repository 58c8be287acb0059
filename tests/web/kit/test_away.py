"""PostgreSQL is away, starts again, or is busy: nobody gets a 500, and all goes on by itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from analyzer.settings import ROOT, Settings
from tests.web.cast import PASSWORD
from tests.web.html import page
from tests.web.line import Line
from tests.web.servers import POSTGRES
from web import create_app
from web.config import WebSettings
from web.db import Database, engine, postgres
from web.db.troubles import Trouble, trouble_of
from web.kit.site import KEY

pytestmark = pytest.mark.skipif(not POSTGRES, reason="tells of PostgreSQL: make test-scale")
LOGIN = {"username": "chen", "password": PASSWORD}


@pytest.fixture
def line(database_url: str) -> Iterator[Line]:
    made = Line(make_url(database_url).port or 5432)
    yield made
    made.cut()


@pytest.fixture
def far(home: Path, web_settings: WebSettings, line: Line, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """A site with a line between it and its database."""
    monkeypatch.setattr(engine, "WAIT_MS", 500)
    url = make_url(web_settings.database_url).set(host="127.0.0.1", port=line.port)
    settings = Settings(home=home, lexicons=ROOT / "lexicons")
    web = replace(web_settings, database_url=url.render_as_string(hide_password=False))
    made = create_app({"WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"}, settings, web)
    yield made
    made.extensions[KEY].db.dispose()


def test_while_the_database_is_away_one_is_told_to_come_again_and_then_all_works(
    far: Flask, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "AGAIN_S", (0.01,))
    browser = far.test_client()
    assert browser.post("/login", data=LOGIN).status_code == 302
    assert browser.get("/recordings/").status_code == 200
    line.cut()
    for answer in (browser.get("/recordings/"), browser.post("/logout"), far.test_client().post("/login", data=LOGIN)):
        assert int(answer.headers["Retry-After"]) > 0
        assert "数据库暂时连不上" in page(answer, 503).text
    line.mend()
    assert browser.get("/recordings/").status_code == 200


def test_a_hiccup_of_a_second_is_not_noticed(far: Flask, line: Line) -> None:
    browser = far.test_client()
    assert browser.post("/login", data=LOGIN).status_code == 302
    line.cut()
    mending = threading.Timer(0.7, line.mend)
    mending.start()
    assert browser.get("/recordings/").status_code == 200
    mending.join()


def test_a_database_whose_writer_takes_too_long_is_busy(far: Flask, db: Database) -> None:
    browser = far.test_client()
    with db.writing() as session:
        session.connection()
        answer = browser.post("/login", data=LOGIN)
        assert int(answer.headers["Retry-After"]) > 0
        page(answer, 503)
    assert browser.post("/login", data=LOGIN).status_code == 302


def test_a_writer_that_was_silent_for_too_long_did_not_fail_for_a_fault_of_ours(db: Database) -> None:
    with pytest.raises(DBAPIError) as raised, db.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 50")
        time.sleep(0.3)
        connection.exec_driver_sql("SELECT 1")
    assert trouble_of(raised.value) is Trouble.BUSY
