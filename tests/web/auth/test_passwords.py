"""What a password must withstand, how it is kept, and how long one that an admin gave is good for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from web.auth import names, passwords
from web.auth.throttle import Guest
from web.db import Database, now
from web.kit.refusals import FieldError
from web.models import User

COMMON = [
    "12345678", "88888888", "password", "Password1", "P@ssw0rd1", "Admin@123", "qwertyuiop", "1qaz2wsx", "1qaz2wsx3edc",
    "Qwer1234", "asdf1234", "iloveyou1", "woaini1314", "5201314520", "a123456789", "qq123456", "abcd1234", "20261126",
    "19900101", "13800138000", "tingjian2026", "tingjian123", "听检2026", "aaaaaaaa", "听听听听听听听听", "password听检",
    "chen1234", "xiaochen2026", "chenchenchen", "小陈小陈小陈小陈",
]  # fmt: skip


@pytest.mark.parametrize("password", COMMON)
def test_common_and_personal_passwords_are_refused(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert "太容易被猜到" in passwords.weakness(password, "chen", "小陈") or len(password) < passwords.MIN_LENGTH


@pytest.mark.parametrize(
    "password", [PASSWORD, "足够长的新密码吧", "x7#kQp2v", "correct horse battery", "abcd-efgh-jkmn"]
)
def test_others_are_taken_whatever_they_are_made_of(app: Flask, password: str) -> None:
    with app.test_request_context():
        assert passwords.weakness(password, "chen", "小陈") == ""


def test_invented_passwords_withstand_their_own_rule(app: Flask) -> None:
    with app.test_request_context():
        assert not any(passwords.weakness(passwords.invented()) for _ in range(50))


def test_a_hash_of_earlier_parameters_is_made_anew_at_the_login(
    app: Flask, db: Database, people: dict[str, Any]
) -> None:
    def kept() -> str:
        with db.reading() as session:
            return session.get_one(User, people["qa"].id).password_hash

    earlier = generate_password_hash(PASSWORD, "pbkdf2:sha256:2")
    with db.writing() as session:
        session.get_one(User, people["qa"].id).password_hash = earlier
    with app.test_request_context():
        assert passwords.attempt(db, Guest("chen", "192.0.2.1"), "wrong").user_id is None
        assert kept() == earlier
        assert passwords.attempt(db, Guest("chen", "192.0.2.1"), PASSWORD).user_id == people["qa"].id
        assert kept().startswith(f"{passwords.METHOD}$")
        made = kept()
        assert passwords.attempt(db, Guest("chen", "192.0.2.1"), PASSWORD).user_id == people["qa"].id
    assert kept() == made


def test_a_password_given_by_an_admin_expires(app: Flask, login: Login, db: Database, people: dict[str, Any]) -> None:
    shown = page(login("admin").post("/admin/users/new", data={"username": "sun", "name": "小孙", "role": "qa"}))
    password = shown.one("dd", data_password="").text
    assert "7 天内有效" in shown.text
    for name, given in (("sun", password), ("chen", page(_reset(login, people)).one("dd", data_password="").text)):
        with db.writing() as session:
            user = session.query(User).filter_by(username=name).one()
            assert user.initial_until is not None
            assert timedelta(days=6.9) < user.initial_until - now() <= timedelta(days=7)
            user.initial_until = now() - timedelta(seconds=1)
        answer = app.test_client().post("/login", data={"username": name, "password": given})
        assert "初始密码已经过期" in page(answer, 422).text
        wrong = app.test_client().post("/login", data={"username": name, "password": "wrong"})
        assert "用户名或密码不对" in page(wrong, 422).text  # who does not know it learns nothing


def _reset(login: Login, people: dict[str, Any]) -> Any:
    return login("admin").post(f"/admin/users/{people['qa'].id}/reset")


def test_a_password_of_ones_own_does_not_expire(login: Login, db: Database, people: dict[str, Any]) -> None:
    with db.writing() as session:
        passwords.give(session, session.get_one(User, people["qa"].id), PASSWORD, 7)
        people["qa"].session_epoch += 1
    new = "足够长的-另一个密码"
    assert login("qa").post("/password", data={"old": PASSWORD, "new": new, "again": new}).status_code == 302
    with db.reading() as session:
        user = session.get_one(User, people["qa"].id)
        assert (user.initial_until, user.must_change_password) == (None, False)


def test_a_session_cannot_guess_the_password_from_within(login: Login) -> None:
    browser = login("qa")
    for _ in range(5):
        assert "当前密码不对" in page(browser.post("/password", data={"old": "wrong"}), 422).text
    assert "秒后再试" in page(browser.post("/password", data={"old": PASSWORD}), 422).text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ｃｈｅｎ", "请写成“chen”"),  # full width
        ("сhen", "用户名为"),  # a Cyrillic с
        ("chеn", "用户名为"),  # a Cyrillic е
        ("ϲhen", "用户名为"),  # a Greek ϲ, which NFKC makes another Greek letter of
        ("chen\u200b", "用户名为"),
        ("ch\u00adn", "用户名为"),
        ("nehc\u202e", "用户名为"),
        ("①号", "请写成“1号”"),
        ("⼩林", "请写成“小林”"),  # a radical
        ("chén", "用户名为"),
        ("CHEN", "已有人使用"),
        ("11n", "看起来一样"),
        ("Iin", "看起来一样"),
        ("1i", "看起来一样"),
        ("a", "用户名为"),
        ("a" * 65, "用户名为"),
        ("a b", "用户名为"),
        ("a\nb", "用户名为"),
        ("", "用户名为"),
    ],
)
def test_names_that_look_like_others_or_can_be_misread_are_refused(
    app: Flask, db: Database, name: str, told: str
) -> None:
    with db.writing() as session:
        session.add(User(username="l1n", name="x", role="qa", password_hash="x"))
    with app.test_request_context(), db.reading() as session, pytest.raises(FieldError) as refused:
        names.check(session, name)
    assert told in refused.value.words or "请写成" in refused.value.words


@pytest.mark.parametrize("name", ["sun", "孙师傅", "1003", "sun.wei@example.cn", "chen2", "国國"])
def test_other_names_are_taken(app: Flask, db: Database, name: str) -> None:
    with app.test_request_context(), db.reading() as session:
        names.check(session, name)


@pytest.mark.parametrize("typed", ["chen", "CHEN", "ｃｈｅｎ", " Chen "])
def test_a_name_is_found_however_the_keyboard_wrote_it(app: Flask, typed: str) -> None:
    answer = app.test_client().post("/login", data={"username": typed, "password": PASSWORD})
    assert answer.status_code == 302
    assert any(cookie.startswith("tingjian=") for cookie in answer.headers.getlist("Set-Cookie"))
