"""How long a session lasts, what ends it, and the cookies that carry it."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from analyzer.settings import ROOT, Settings
from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from web import create_app
from web.config import WebSettings
from web.db import Database, now
from web.kit import login as kit_login
from web.kit.site import KEY
from web.models import AuditEntry, User, UserRole

HTTPS = "https://localhost"


def enter(client: FlaskClient, **more: Any) -> Any:
    return client.post("/login", data={"username": "chen", "password": PASSWORD}, **more)


def stolen(client: FlaskClient, app: Flask, name: str = "tingjian") -> FlaskClient:
    """Another browser with a copy of the cookie."""
    cookie = client.get_cookie(name)
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie(name, cookie.value)
    return thief


def test_a_copied_cookie_ends_with_the_logout(app: Flask, client: FlaskClient) -> None:
    enter(client)
    thief = stolen(client, app)
    assert thief.get("/password").status_code == 200
    client.post("/logout")
    assert thief.get("/password").status_code == 302
    assert client.get("/password").status_code == 302


def test_a_copied_cookie_ends_with_a_change_of_the_password(app: Flask, client: FlaskClient) -> None:
    enter(client)
    thief = stolen(client, app)
    new = "足够长的-另一个密码"
    assert client.post("/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 302
    assert client.get("/password").status_code == 200
    assert thief.get("/password").status_code == 302


def test_a_session_ends_after_its_hours_however_busy_it_was(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client)
    begun = now()
    for hours, status in ((6, 200), (11.9, 200), (12.1, 302)):
        monkeypatch.setattr(kit_login, "now", lambda hours=hours: begun + timedelta(hours=hours))
        assert client.get("/password").status_code == status, hours


def test_a_session_ends_without_a_click(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(client)
    left = stolen(client, app)
    present = TimestampSigner.get_timestamp
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: present(self) + 479 * 60)
    assert client.get("/password").status_code == 200  # and is young again
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self: present(self) + 481 * 60)
    assert client.get("/password").status_code == 200
    assert left.get("/password").status_code == 302


def test_a_cookie_of_before_there_was_a_limit_begins_its_life_now(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = login("qa")
    assert browser.get("/password").status_code == 200
    later = now() + timedelta(hours=13)
    monkeypatch.setattr(kit_login, "now", lambda: later)
    assert browser.get("/password").status_code == 302


def test_an_admin_ends_all_sessions_of_an_account(login: Login, people: dict[str, Any]) -> None:
    here, elsewhere = login("qa"), login("qa")
    assert login("admin").post(f"/admin/users/{people['qa'].id}/sign-out").status_code == 302
    assert (here.get("/password").status_code, elsewhere.get("/password").status_code) == (302, 302)


def test_over_https_cookies_are_secure_and_of_this_host_only(client: FlaskClient) -> None:
    answer = enter(client, base_url=HTTPS, headers={"Referer": HTTPS})
    cookies = answer.headers.getlist("Set-Cookie")
    assert {c.split("=")[0] for c in cookies} == {"__Host-tingjian", "__Host-tingjian-browser"}
    for cookie in cookies:
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert client.get("/password", base_url=HTTPS).status_code == 200


def test_over_http_there_is_no_promise_of_https(client: FlaskClient) -> None:
    answer = enter(client)
    assert "Strict-Transport-Security" not in answer.headers
    assert {c.split("=")[0] for c in answer.headers.getlist("Set-Cookie")} == {"tingjian", "tingjian-browser"}


def test_a_cookie_set_over_http_opens_nothing_over_https(app: Flask, client: FlaskClient) -> None:
    enter(client)
    thief = stolen(client, app)
    assert thief.get("/password", base_url=HTTPS).status_code == 302


@pytest.fixture
def behind(home: Path, web_settings: WebSettings) -> Any:
    """Make a site behind so many proxies; the server hands it all headers as they came."""
    made = []

    def build(proxies: int) -> FlaskClient:
        settings = Settings(home=home, lexicons=ROOT / "lexicons")
        app = create_app(
            {"WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"}, settings, replace(web_settings, proxies=proxies)
        )
        made.append(app)
        return app.test_client()

    yield build
    for app in made:
        app.extensions[KEY].db.dispose()


@pytest.mark.parametrize(
    ("proxies", "address", "secure"), [(0, "127.0.0.1", False), (1, "203.0.113.5", True), (2, "198.51.100.1", False)]
)
def test_the_log_has_the_address_that_the_trusted_proxies_tell_and_no_other(
    behind: Any, proxies: int, address: str, secure: bool
) -> None:
    browser = behind(proxies)
    told = {"X-Forwarded-For": "1.1.1.1, 198.51.100.1, 203.0.113.5", "X-Forwarded-Proto": "http, http, https"}
    answer = enter(browser, headers={**told, "Referer": HTTPS})
    assert answer.status_code == 302
    assert ("Strict-Transport-Security" in answer.headers) is secure
    db: Database = browser.application.extensions[KEY].db
    with db.reading() as session:
        assert session.scalars(select(AuditEntry.address).where(AuditEntry.action == "login")).all() == [address]


def test_no_hash_gets_into_an_error_or_the_log(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(IntegrityError) as raised, db.writing() as session:
        session.add(User(username="chen", name="x", role=UserRole.QA, password_hash="scrypt:32768:8:3$salt$hash"))
    logging.getLogger("web").error("it failed", exc_info=raised.value)
    assert "scrypt" not in str(raised.value)
    assert "scrypt" not in caplog.text


def test_nothing_of_whoever_sat_here_before_stays(app: Flask) -> None:
    with app.test_client() as browser:
        with browser.session_transaction() as before:
            before["planted"] = "x"
        enter(browser)
        browser.get("/password")
        assert "planted" not in session
