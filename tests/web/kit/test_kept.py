"""A form whose login or token has expired comes back with what was typed, and only a form of our own pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web import cast
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import AuditEntry, CoachingNote, User

Cast = dict[str, Any]
OWN = {"Origin": "http://localhost"}
NOTE = {"text": "先问好，再说明来意", "action": "", "due_on": ""}


@pytest.fixture
def address(people: Cast) -> str:
    return f"/scorecards/technicians/{people['wang'].id}/notes"


@pytest.fixture(autouse=True)
def _checked(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True


def form_of(shown: Any) -> dict[str, str]:
    form = shown.one("main").one("form")
    return {field.get("name"): field.get("value") or "" for field in form.all("input")}


def noted(db: Database) -> list[str]:
    with db.reading() as session:
        return [note.text for note in session.query(CoachingNote)]


def test_what_was_typed_survives_an_expired_login_and_a_new_one(
    db: Database, login: Login, client: FlaskClient, address: str
) -> None:
    expired = page(client.post(address, data=NOTE, headers=OWN), 401)
    assert "登录已过期" in expired.text
    assert "先问好，再说明来意" in expired.text
    kept = form_of(expired)
    assert {name: kept[name] for name in NOTE} == NOTE
    # logged in meanwhile, in another tab: the token of the page is not this session's
    browser = login("manager")
    again = page(browser.post(address, data=kept, headers=OWN), 400)
    assert "您现在登录的是 老周" in again.text
    assert noted(db) == []
    assert browser.post(address, data=form_of(again), headers=OWN).status_code == 302
    assert noted(db) == ["先问好，再说明来意"]


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_a_form_of_another_page_is_not_given_back_with_a_token(
    db: Database, login: Login, client: FlaskClient, address: str, origin: dict[str, str]
) -> None:
    for browser, status in ((client, 401), (login("manager"), 400)):
        refused = browser.post(address, data=NOTE, headers=origin)
        assert refused.status_code == status
        assert "先问好" not in refused.get_data(as_text=True)
    with db.reading() as session:
        assert session.query(AuditEntry).filter_by(action="refused").count() == 1  # of who was logged in


def test_passwords_are_not_given_back(login: Login) -> None:
    browser = login("qa")
    refused = browser.post("/password", data={"old": "old secret", "new": "new secret"}, headers=OWN)
    assert refused.status_code == 400
    assert "secret" not in refused.get_data(as_text=True)


def test_fragments_are_told_in_a_way_that_scripts_know(login: Login, client: FlaskClient, address: str) -> None:
    by_htmx = OWN | {"HX-Request": "true"}
    assert client.post(address, data=NOTE, headers=by_htmx).status_code == 401
    refused = login("manager").post(address, data=NOTE, headers=by_htmx)
    assert (refused.status_code, refused.headers["Tingjian-Token"]) == (400, "expired")


def test_a_page_learns_whose_the_session_is_and_its_token(
    db: Database, login: Login, client: FlaskClient, people: Cast, address: str
) -> None:
    assert client.get("/api/session").status_code == 401
    browser = login("manager")
    told = browser.get("/api/session").get_json()
    assert told["user"] == people["manager"].id
    sent = browser.post(address, data=NOTE, headers={"X-CSRFToken": told["token"]} | OWN)
    assert sent.status_code == 302
    assert noted(db) == [NOTE["text"]]


def test_a_session_that_somebody_ended_keeps_the_form_too(
    db: Database, login: Login, people: Cast, address: str
) -> None:
    browser = login("manager")
    token = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/due").get_data(as_text=True))
    assert token is not None
    with db.writing() as session:
        session.get_one(User, people["manager"].id).session_epoch += 1
    expired = page(browser.post(address, data=NOTE | {"csrf_token": token[1]}, headers=OWN), 401)
    assert form_of(expired)["text"] == NOTE["text"]


def test_the_login_form_itself_is_told_to_be_out_of_date(client: FlaskClient) -> None:
    sent = client.post("/login", data={"username": "chen", "password": cast.PASSWORD}, headers=OWN)
    assert "页面已过期" in page(sent, 400).text
