"""The whole way with a real provider (idpyoidc), on this machine and over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.html import page
from tests.web.oidc import real
from tests.web.oidc.test_placing import the_user
from tests.web.oidc.test_tokens import inside
from tests.web.servers import POSTGRES, REDIS
from web.config import WebSettings
from web.db import Database
from web.models import UserRole


@pytest.fixture
def issuer() -> Iterator[str]:
    with real.running("http://localhost/login/company/back") as address:
        yield address


@pytest.fixture
def web_settings(database_url: str, issuer: str) -> WebSettings:
    more: dict[str, Any] = {"database_url": database_url, "queue_url": REDIS} if POSTGRES else {}
    return WebSettings(**more, **real.settings(issuer), public_url="http://localhost")


def approved(location: str, who: str, password: str = real.PASSWORD) -> str:
    """What a person does at the provider; the address that his browser is sent back to."""
    form = requests.get(location, timeout=10)
    assert form.status_code == 200
    found = re.search(r'name="query" type="hidden"\s+value="(.*?)"', form.text)
    assert found is not None
    sent = {"query": unescape(found[1]), "username": who, "password": password}
    answer = requests.post(re.split(r"/authorization", location)[0] + "/login", sent, allow_redirects=False, timeout=10)
    return answer.headers.get("Location", "")


def log_in(browser: FlaskClient, who: str, wanted: str = "") -> TestResponse:
    return browser.get(approved(browser.get("/login/company", query_string={"next": wanted}).location, who))


def test_people_come_in_with_the_role_and_the_team_of_their_groups(
    app: Flask, db: Database, people: dict[str, Any]
) -> None:
    browser = app.test_client()
    assert log_in(browser, "sun", "/queue").location == "/queue"
    assert inside(browser)
    assert (the_user(db, "sun").role, the_user(db, "sun").name) == (UserRole.QA, "小孙")
    log_in(app.test_client(), "zhou")
    manager = the_user(db, "zhou.m")
    assert (manager.role, manager.team_id) == (UserRole.MANAGER, people["east"].id)
    assert "还没有使用听检的权限" in page(log_in(app.test_client(), "cook"), 422).text


def test_a_code_opens_once_and_for_who_began(app: Flask) -> None:
    browser, other = app.test_client(), app.test_client()
    back = approved(browser.get("/login/company").location, "sun")
    assert other.get(back).location == "/login"
    assert browser.get(back).location == "/"
    other.get("/login/company")
    assert other.get(back).location == "/login"
    assert not inside(other)


def test_logging_out_leads_to_the_providers_own_page(app: Flask, issuer: str) -> None:
    browser = app.test_client()
    log_in(browser, "sun")
    assert browser.post("/logout").location == "/login/company/left"
    link = page(browser.get("/login/company/left")).one("a", class_="btn-primary").get("href") or ""
    assert link.startswith(f"{issuer}/session?")
