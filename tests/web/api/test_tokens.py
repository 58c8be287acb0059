"""Tokens: made once, shown once, bounded by their owner, and gone with his rights."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web import cast
from tests.web.api.conftest import Programs
from tests.web.conftest import Login
from tests.web.html import page
from web.api import tokens
from web.api.scopes import NEEDS, SCOPES, scopes_of
from web.config import WebSettings
from web.db import Database, now
from web.kit.access import PUBLIC, TABLE
from web.kit.refusals import FieldError
from web.models import ApiToken, AuditEntry, Identity, User, UserRole

CHALLENGE = "WWW-Authenticate"


def change(db: Database, user_id: int, **values: Any) -> None:
    with db.writing() as session:
        user = session.get_one(User, user_id)
        for name, value in values.items():
            setattr(user, name, value)


def test_every_endpoint_asks_for_a_scope_that_there_is() -> None:
    endpoints = {name for name, roles in TABLE.items() if name.startswith("api.") and roles != PUBLIC}
    assert endpoints == set(NEEDS)
    assert set(NEEDS.values()) - {""} == set(SCOPES)


def test_a_role_is_offered_only_what_opens_something_to_it() -> None:
    assert set(scopes_of(UserRole.ADMIN)) == set(SCOPES)
    assert set(scopes_of(UserRole.TECHNICIAN)) == {
        *("recordings:read", "transcripts:read", "audio:read", "appeals:read", "appeals:write"),
        *("scorecards:read", "standards:read"),
    }
    assert "review" not in scopes_of(UserRole.MANAGER)


def test_a_token_tells_what_it_is_and_of_its_secret_only_a_digest_is_kept(db: Database, program: Programs) -> None:
    one = program("qa", "recordings:read", "standards:read")
    told = one.get("/me").get_json()
    assert told["scopes"] == ["recordings:read", "standards:read"]
    assert (told["username"], told["role"]) == ("chen", "qa")
    with db.reading() as session:
        row = session.scalars(select(ApiToken)).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "token-made")).one()
        stored = [str(value) for value in (*vars(row).values(), entry.detail)]
    assert row.digest == hashlib.sha256(one.secret.encode()).hexdigest()
    assert tokens.SECRET.fullmatch(one.secret)
    assert not any(one.secret in value or one.secret[len(row.beginning) :] in value for value in stored)


def test_without_a_token_with_a_strange_one_and_with_a_cookie_alone_nothing_opens(
    app: Flask, login: Login, program: Programs
) -> None:
    asked = {
        "none": app.test_client().get("/api/v1/me"),
        "basic": app.test_client().get("/api/v1/me", headers={"Authorization": "Basic dTpw"}),
        "strange": app.test_client().get("/api/v1/me", headers={"Authorization": "Bearer tj_" + "x" * 43}),
        "cookie": login("admin").get("/api/v1/me"),
    }
    for why, answer in asked.items():
        assert answer.status_code == 401, why
        assert answer.mimetype == "application/problem+json", why
        assert answer.headers[CHALLENGE].startswith("Bearer"), why
    assert asked["strange"].get_json()["type"] == "urn:tingjian:problem:invalid-token"
    browser = login("admin")
    one = program("qa")
    answer = browser.get("/api/v1/me", headers={"Authorization": f"Bearer {one.secret}"})
    assert answer.get_json()["role"] == "qa", "the token asks, not the cookie beside it"


@pytest.mark.parametrize(
    "lost",
    [
        {"active": False},
        {"role": UserRole.MANAGER},
        {"session_epoch": 7},
    ],
    ids=lambda values: next(iter(values)),
)
def test_a_token_is_lost_with_its_owners_rights(
    db: Database, people: dict[str, Any], program: Programs, lost: dict[str, Any]
) -> None:
    one = program("qa")
    assert one.get("/me").status_code == 200
    change(db, people["qa"].id, **lost)
    answer = one.get("/me")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers[CHALLENGE]


def test_a_token_outlives_a_plain_logout_but_not_a_change_of_password(
    db: Database, people: dict[str, Any], login: Login, program: Programs
) -> None:
    one = program("qa")
    assert login("qa").post("/logout").status_code == 302
    assert one.get("/me").status_code == 200
    with db.reading() as session:
        user = session.get_one(User, people["qa"].id)
    people["qa"] = user
    form = {"old": cast.PASSWORD, "new": "一把-很长的-新钥匙-77", "again": "一把-很长的-新钥匙-77"}
    browser = login("qa")
    answer = browser.post("/password", data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert one.get("/me").status_code == 401


def test_an_expired_and_a_revoked_token_open_nothing(
    db: Database, people: dict[str, Any], login: Login, program: Programs
) -> None:
    old, gone = program("qa"), program("qa")
    with db.writing() as session:
        first, second = session.scalars(select(ApiToken).order_by(ApiToken.id))
        first.expires_at = now() - dt.timedelta(seconds=1)
    assert old.get("/me").status_code == 401
    assert login("qa2").post(f"/tokens/{second.id}/revoke").status_code == 404, "another's is not there"
    assert gone.get("/me").status_code == 200
    assert login("admin").post(f"/tokens/{second.id}/revoke", data={"all": "1"}).status_code == 303
    assert gone.get("/me").status_code == 401
    with db.reading() as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.object_kind == "token")).all() == [
            "token-made",
            "token-made",
            "token-revoked",
        ]


def test_what_a_token_lacks_is_named_and_what_its_owner_may_not_stays_shut(program: Programs) -> None:
    answer = program("qa", "standards:read").get("/recordings")
    assert answer.status_code == 403
    assert answer.get_json()["scope"] == "recordings:read"
    assert 'error="insufficient_scope"' in answer.headers[CHALLENGE]
    assert program("technician").get("/scorecards?month=2026-11").status_code == 403


def test_whoever_must_change_his_password_first_sends_no_program(
    db: Database, people: dict[str, Any], program: Programs
) -> None:
    one = program("qa")
    change(db, people["qa"].id, must_change_password=True)
    answer = one.get("/me")
    assert (answer.status_code, answer.get_json()["type"]) == (403, "urn:tingjian:problem:account")


class TestWhereASecondFactorIsAskedFor:
    @pytest.fixture
    def web_settings(self, database_url: str) -> WebSettings:
        return WebSettings(database_url=database_url, require_second_factor="everybody")

    def test_a_token_of_an_account_without_one_opens_nothing_unless_the_company_vouches(
        self, app: Flask, db: Database, people: dict[str, Any], program: Programs
    ) -> None:
        one = program("qa")
        with one.client.session_transaction() as cookie:
            cookie["company"] = True
        assert one.get("/me").status_code == 403, "a cookie beside the token helps nothing"
        with db.writing() as session:
            session.add(Identity(user_id=people["qa"].id, issuer="https://login.example", subject="4711"))
        assert one.get("/me").status_code == 200


def test_when_a_token_was_used_is_kept_to_the_minute(db: Database, program: Programs) -> None:
    one = program("qa")
    one.get("/me")
    with db.reading() as session:
        first = session.scalars(select(ApiToken.last_used_at)).one()
    assert first is not None
    one.get("/me")
    with db.reading() as session:
        assert session.scalars(select(ApiToken.last_used_at)).one() == first


def test_the_page_makes_a_token_shows_it_once_and_lists_only_ones_own(
    db: Database, login: Login, program: Programs
) -> None:
    program("manager")
    browser = login("qa")
    form = {"name": "呼叫中心上传", "scope": ["recordings:write"], "days": "90", "password": cast.PASSWORD}
    made = page(browser.post("/tokens", data=form))
    secret = made.one("dd", data_secret="").text.strip()
    assert tokens.SECRET.fullmatch(secret)
    listed = browser.get("/tokens").get_data(as_text=True)
    assert "呼叫中心上传" in listed
    assert secret not in listed
    assert listed.count("tj_") == 1, "the manager's is not his to see"
    assert "tj_" in login("admin").get("/tokens/all").get_data(as_text=True)
    assert login("qa").get("/tokens/all").status_code == 403


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"password": "x"}, "当前密码不对"),
        ({"name": " "}, "请写一个名称"),
        ({"name": "x" * 65}, "请写一个名称"),
        ({"scope": []}, "至少选一项权限"),
        ({"scope": ["people:read", "admin"]}, "至少选一项权限"),
        ({"days": "7"}, "请选择有效期"),
    ],
)
def test_a_form_that_cannot_be_taken_says_why_and_makes_nothing(
    db: Database, login: Login, changed: dict[str, Any], words: str
) -> None:
    form = {"name": "上传", "scope": ["recordings:write"], "days": "90", "password": cast.PASSWORD, **changed}
    answer = login("qa").post("/tokens", data=form)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    with db.reading() as session:
        assert session.scalars(select(ApiToken)).all() == []


def test_nobody_holds_more_than_twenty_valid_tokens(db: Database, app: Flask, people: dict[str, Any]) -> None:
    with app.test_request_context(), db.writing() as session:
        owner = session.get_one(User, people["qa"].id)
        for number in range(tokens.MOST):
            tokens.make(session, owner, f"{number}", ["recordings:read"], 0)
        with pytest.raises(FieldError, match="最多 20 个"):
            tokens.make(session, owner, "more", ["recordings:read"], 0)
