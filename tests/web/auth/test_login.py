"""Logging in: what works, what is refused, what is kept of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from web.db import Database
from web.models import AuditEntry, User


def log_in(client: FlaskClient, username: str = "chen", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login", data={"username": username, "password": password, **more})


def actions(db: Database) -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_the_right_password_opens_the_site_and_is_logged(client: FlaskClient, db: Database) -> None:
    assert log_in(client, next="/nowhere").location == "/nowhere"
    assert client.get("/nowhere").status_code == 404
    assert actions(db) == ["login"]


@pytest.mark.parametrize(("username", "password"), [("chen", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_told_alike(client: FlaskClient, username: str, password: str) -> None:
    assert "用户名或密码不对" in page(log_in(client, username, password), 422).text


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_login_never_leads_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    assert log_in(client, next=elsewhere).location == "/"


def test_a_switched_off_account_does_not_open_and_its_session_ends(
    login: Login, client: FlaskClient, db: Database, people: dict[str, Any]
) -> None:
    browser = login("qa")
    with db.writing() as session:
        session.get_one(User, people["qa"].id).active = False
    assert browser.get("/password").status_code == 302
    assert log_in(client).status_code == 422


def test_changing_the_password_ends_other_sessions(login: Login, client: FlaskClient) -> None:
    here, elsewhere = login("qa"), login("qa")
    new = "新的密码-足够长"
    answer = here.post("/password", data={"old": PASSWORD, "new": new, "again": new})
    assert answer.status_code == 302
    assert here.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 302
    assert log_in(client).status_code == 422
    assert log_in(client, password=new).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("wrong", "足够长的新密码吧", "足够长的新密码吧", "当前密码不对"),
        (PASSWORD, "短", "短", "至少要 8 个字符"),
        (PASSWORD, "12345678", "12345678", "太容易被猜到"),
        (PASSWORD, "足够长的新密码吧", "另一个新的密码呀", "不一致"),
        (PASSWORD, PASSWORD, PASSWORD, "不能和当前密码相同"),
        (PASSWORD, "长" * 129, "长" * 129, "最多 128 个字符"),
    ],
)
def test_a_bad_new_password_says_why(login: Login, old: str, new: str, again: str, told: str) -> None:
    assert told in page(login("qa").post("/password", data={"old": old, "new": new, "again": again}), 422).text


def test_a_first_password_must_be_changed_before_anything_else(
    login: Login, db: Database, people: dict[str, Any]
) -> None:
    browser = login("qa")
    with db.writing() as session:
        session.get_one(User, people["qa"].id).must_change_password = True
    assert browser.get("/").location == "/password"


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert "页面已过期" in page(log_in(client), 400).text


def test_logging_out_ends_the_session(client: FlaskClient) -> None:
    log_in(client)
    client.post("/logout")
    assert client.get("/password").status_code == 302
