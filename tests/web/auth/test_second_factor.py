"""The second factor: set up, asked for, used once, lost, required."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from web.auth import entering, second, throttle
from web.db import Database, now
from web.kit.site import KEY, Site
from web.models import AuditEntry, User


class Clock:
    """The site's clock for codes, which a test can put forward."""

    def __init__(self) -> None:
        self.at = now()

    def __call__(self) -> datetime:
        return self.at

    def wait(self, **more: float) -> None:
        self.at += timedelta(**more)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    made = Clock()
    for module in (second, throttle, entering):
        monkeypatch.setattr(module, "now", made)
    return made


def set_up(browser: FlaskClient, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    """Switch it on; returns the phone and the recovery codes."""
    shown = page(browser.post("/second-factor/begin", data={"password": PASSWORD}))
    phone = pyotp.TOTP(shown.one("span", data_secret="").text.replace(" ", ""))
    done = page(browser.post("/second-factor/confirm", data={"code": phone.at(clock.at)}))
    clock.wait(seconds=30)
    return phone, [item.text for item in done.one("ul", data_codes="").all("li")]


def first_step(app: Flask, name: str = "admin") -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/login", data={"username": name, "password": PASSWORD, "next": "/queue"})
    assert answer.location == "/login/code"
    return browser


def give(browser: FlaskClient, code: str) -> Any:
    return browser.post("/login/code", data={"code": code})


def test_with_it_the_password_alone_opens_nothing(app: Flask, login: Login, clock: Clock, db: Database) -> None:
    phone, _ = set_up(login("admin"), clock)
    browser = first_step(app)
    assert browser.get("/queue").status_code == 302
    assert browser.get("/admin/users").location.startswith("/login?")
    assert "动态码不对" in page(give(browser, "000000" if phone.at(clock.at) != "000000" else "111111"), 422).text
    answer = give(browser, phone.at(clock.at))
    assert answer.location == "/queue"
    assert browser.get("/admin/users").status_code == 200
    with db.reading() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["second-factor-on", "code-failed", "login"]


def test_setting_it_up_needs_the_password_and_ends_other_sessions(login: Login, clock: Clock) -> None:
    browser, elsewhere = login("admin"), login("admin")
    assert "当前密码不对" in page(browser.post("/second-factor/begin", data={"password": "x"}), 422).text
    assert browser.post("/second-factor/confirm", data={"code": "123456"}).status_code == 302  # nothing was begun
    set_up(browser, clock)
    assert browser.get("/password").status_code == 200
    assert elsewhere.get("/password").status_code == 302


def test_a_wrong_first_code_shows_the_same_secret_again(login: Login, clock: Clock) -> None:
    browser = login("admin")
    secret = page(browser.post("/second-factor/begin", data={"password": PASSWORD})).one("span", data_secret="").text
    again = page(browser.post("/second-factor/confirm", data={"code": "12345"}), 422)
    assert again.one("span", data_secret="").text == secret
    drawn = list(again.one("div", class_="qr-code").element.iter())
    assert {str(part.tag).split("}")[-1] for part in drawn} == {"div", "svg", "path"}
    assert not any(part.get("style") for part in drawn)  # the policy forbids it


def test_a_code_opens_once_and_an_old_one_never(app: Flask, login: Login, clock: Clock) -> None:
    phone, _ = set_up(login("admin"), clock)
    code = phone.at(clock.at)
    assert give(first_step(app), code).status_code == 302
    assert give(first_step(app), code).status_code == 422
    clock.wait(seconds=90)
    assert give(first_step(app), code).status_code == 422
    assert give(first_step(app), f" {phone.at(clock.at)[:3]} {phone.at(clock.at)[3:]}").status_code == 302


def test_a_recovery_code_opens_once(
    app: Flask, login: Login, clock: Clock, db: Database, people: dict[str, Any]
) -> None:
    _, codes = set_up(login("admin"), clock)
    assert len(set(codes)) == second.CODES
    assert give(first_step(app), codes[0].upper()).status_code == 302
    assert give(first_step(app), codes[0]).status_code == 422
    with db.reading() as session:
        user = session.get_one(User, people["admin"].id)
        assert len(user.recovery_codes) == second.CODES - 1
        assert not set(codes) & set(user.recovery_codes)


def test_codes_cannot_be_guessed_without_end(app: Flask, login: Login, clock: Clock) -> None:
    phone, _ = set_up(login("admin"), clock)
    for _ in range(throttle.FREE_BY_NAME):
        assert give(first_step(app), "abcdef").status_code == 422  # the right password between does not help
    assert "后再试" in page(give(first_step(app), phone.at(clock.at)), 429).text


def test_half_a_login_does_not_last(
    app: Flask, login: Login, clock: Clock, db: Database, people: dict[str, Any]
) -> None:
    phone, _ = set_up(login("admin"), clock)
    browser = first_step(app)
    clock.wait(seconds=entering.HALF_S + 1)
    assert give(browser, phone.at(clock.at)).location == "/login"
    browser = first_step(app)
    with db.writing() as session:
        session.get_one(User, people["admin"].id).session_epoch += 1  # the password was changed meanwhile
    assert give(browser, phone.at(clock.at)).location == "/login"
    assert give(app.test_client(), phone.at(clock.at)).location == "/login"


def test_the_database_alone_does_not_give_the_secret(login: Login, clock: Clock, db: Database, here: Site) -> None:
    phone, codes = set_up(login("admin"), clock)
    with db.reading() as session:
        rows = " ".join(str(vars(u)) for u in session.scalars(select(User)))
    assert phone.secret not in rows
    assert not any(code in rows or code.replace("-", "") in rows for code in codes)


def test_switching_it_off_needs_password_and_code(login: Login, app: Flask, clock: Clock) -> None:
    browser = login("qa")
    phone, codes = set_up(browser, clock)
    off = "/second-factor/remove"
    assert browser.post(off, data={"password": "x", "code": phone.at(clock.at)}).status_code == 422
    assert browser.post(off, data={"password": PASSWORD, "code": "abcdef"}).status_code == 422
    assert browser.post(off, data={"password": PASSWORD, "code": codes[0]}).status_code == 302
    answer = app.test_client().post("/login", data={"username": "chen", "password": PASSWORD})
    assert answer.location == "/"


def test_an_admin_takes_it_away_when_the_phone_is_lost(
    login: Login, app: Flask, clock: Clock, people: dict[str, Any]
) -> None:
    set_up(login("qa"), clock)
    admin = login("admin")
    assert "取消两步验证" in page(admin.get(f"/admin/users/{people['qa'].id}")).text
    assert "两步验证" in page(admin.get("/admin/users")).one("tbody").text
    assert admin.post(f"/admin/users/{people['qa'].id}/second-factor").status_code == 302
    answer = app.test_client().post("/login", data={"username": "chen", "password": PASSWORD})
    assert answer.location == "/"
    assert "取消两步验证" not in page(admin.get(f"/admin/users/{people['qa'].id}")).text


def test_the_terminal_takes_it_away_from_the_only_admin(app: Flask, login: Login, clock: Clock, db: Database) -> None:
    set_up(login("admin"), clock)
    done = app.test_cli_runner().invoke(args=["users", "reset", "admin", "--second-factor"])
    assert done.exit_code == 0, done.output
    with db.reading() as session:
        assert session.scalars(select(User.second_factor_salt).where(User.username == "admin")).one() == ""


@pytest.mark.parametrize(
    ("required", "who", "asked"),
    [
        ("managers", "admin", True),
        ("managers", "manager", True),
        ("managers", "qa", False),
        ("managers", "technician", False),
        ("everybody", "technician", True),
        ("nobody", "admin", False),
    ],
)
def test_who_must_use_it_does_nothing_without_it(
    app: Flask, here: Site, login: Login, clock: Clock, required: str, who: str, asked: bool
) -> None:
    app.extensions[KEY] = dataclasses.replace(here, web=dataclasses.replace(here.web, require_second_factor=required))
    browser = login(who)
    answer = browser.get("/")
    assert (answer.location == "/second-factor") is asked
    if asked:
        assert "必须使用两步验证" in page(browser.get("/second-factor")).text
        set_up(browser, clock)
        assert browser.get("/").location != "/second-factor"
        assert browser.post("/second-factor/remove", data={"password": PASSWORD}).status_code == 403
