"""Guessing is slowed down; nobody is locked out by a stranger, and nothing tells which accounts there are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from web.auth import throttle
from web.db import Database, now
from web.models import AuditEntry, LoginThrottle

HERE, THERE = "192.0.2.7", "198.51.100.9"


def guess(client: FlaskClient, name: str = "chen", password: str = "", address: str = HERE) -> TestResponse:
    return client.post("/login", data={"username": name, "password": password}, environ_base={"REMOTE_ADDR": address})


def guess_until_it_waits(app: Flask, name: str = "chen", address: str = HERE) -> TestResponse:
    for _ in range(throttle.FREE_BY_NAME):
        assert guess(app.test_client(), name, address=address).status_code == 422
    return guess(app.test_client(), name, address=address)


def test_after_five_failures_one_waits_and_is_told_how_long(app: Flask, db: Database) -> None:
    answer = guess_until_it_waits(app)
    assert "秒后再试" in page(answer, 429).text
    assert 25 <= int(answer.headers["Retry-After"]) <= 30
    assert guess(app.test_client(), password=PASSWORD).status_code == 429
    with db.reading() as session:
        assert "throttled" in session.scalars(select(AuditEntry.action)).all()


def test_the_owner_of_the_account_is_not_locked_out_by_a_stranger(app: Flask) -> None:
    guess_until_it_waits(app)
    assert guess(app.test_client(), password=PASSWORD, address=THERE).status_code == 302


def test_a_browser_that_was_here_before_is_not_held_up_by_a_stranger_at_the_same_address(app: Flask) -> None:
    own = app.test_client()
    assert guess(own, password=PASSWORD).status_code == 302
    own.post("/logout")
    guess_until_it_waits(app)
    assert guess(own, password=PASSWORD).status_code == 302
    own.post("/logout")
    for _ in range(throttle.FREE_BY_NAME):  # but it cannot guess without end either
        assert guess(own).status_code == 422
    assert guess(own, name="CHEN", password=PASSWORD).status_code == 429


def test_a_known_browser_is_known_for_its_own_user_only(app: Flask) -> None:
    own = app.test_client()
    guess(own, "lin", PASSWORD)
    own.post("/logout")
    guess_until_it_waits(app, "chen")
    assert guess(own, "chen", PASSWORD).status_code == 429


def test_accounts_that_do_not_exist_or_are_switched_off_are_answered_alike(app: Flask, db: Database) -> None:
    told = {}
    for name in ("chen", "nobody"):
        answers = [guess(app.test_client(), name) for _ in range(throttle.FREE_BY_NAME + 1)]
        told[name] = [(a.status_code, a.headers.get("Retry-After"), page(a, a.status_code).text) for a in answers]
    assert told["chen"] == told["nobody"]


@pytest.mark.parametrize("variants", [["chen", "CHEN", "Chen", "ｃｈｅｎ", " chen"]])
def test_other_spellings_of_a_name_count_for_the_same_name(app: Flask, variants: list[str]) -> None:
    for name in variants:
        assert guess(app.test_client(), name).status_code == 422
    assert guess(app.test_client()).status_code == 429


def test_an_address_that_tries_many_names_waits(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "FREE_BY_ADDRESS", 8)
    for n in range(8):
        assert guess(app.test_client(), f"name{n}").status_code == 422
    assert guess(app.test_client(), "another").status_code == 429
    assert guess(app.test_client(), "another", address=THERE).status_code == 422


def test_a_whole_network_of_ipv6_counts_as_one_and_mapped_addresses_as_themselves() -> None:
    assert throttle._network("2001:db8::1") == throttle._network("2001:db8::ffff:2") == "2001:db8::/64"
    assert throttle._network("2001:db8:0:1::1") != throttle._network("2001:db8::1")
    assert throttle._network("::ffff:192.0.2.7") == "192.0.2.7"
    assert throttle._network("") == ""


def test_many_at_once_do_not_slip_through(app: Flask) -> None:
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: guess(app.test_client()).status_code, range(16)))
    assert sorted(codes) == [422] * throttle.FREE_BY_NAME + [429] * (16 - throttle.FREE_BY_NAME)


def test_waits_double_end_and_are_forgotten(app: Flask, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    guess_until_it_waits(app)
    clock = now()

    def at(moment: datetime) -> None:
        monkeypatch.setattr(throttle, "now", lambda: moment)

    at(clock + timedelta(seconds=31))
    assert guess(app.test_client()).status_code == 422
    waited = int(guess(app.test_client()).headers["Retry-After"])
    assert 55 <= waited <= 60
    at(clock + throttle.FORGOTTEN + timedelta(minutes=1))
    assert guess(app.test_client()).status_code == 422
    assert guess(app.test_client()).status_code == 422
    assert throttle._wait(200) == throttle.LONGEST_WAIT


def test_a_success_clears_the_name_and_leaves_the_address_as_it_was(app: Flask, db: Database) -> None:
    for _ in range(4):
        guess(app.test_client())
    assert guess(app.test_client(), password=PASSWORD).status_code == 302
    with db.reading() as session:
        assert [row.failures for row in session.scalars(select(LoginThrottle))] == [4]


def test_what_was_typed_is_not_kept_anywhere(app: Flask, db: Database) -> None:
    guess(app.test_client(), "My-Secret-2026")  # a password in the wrong field
    with db.reading() as session:
        kept = [str(vars(row)) for model in (LoginThrottle, AuditEntry) for row in session.scalars(select(model))]
    assert len(kept) == 3
    assert not any("secret" in row.lower() for row in kept)


def test_a_reset_password_opens_at_once(app: Flask, login: Login, people: dict[str, Any]) -> None:
    guess_until_it_waits(app)
    shown = page(login("admin").post(f"/admin/users/{people['qa'].id}/reset"))
    password = shown.one("dd", data_password="").text
    assert guess(app.test_client(), password=password).status_code == 302
