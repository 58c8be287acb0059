"""The way to the provider and back: once, from the same browser, to this site only."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.cast import PASSWORD
from tests.web.conftest import Login
from tests.web.html import page
from tests.web.oidc import stub as forge
from tests.web.oidc.stub import Stub, come_back
from tests.web.oidc.test_tokens import inside, told
from web import create_app
from web.auth import throttle
from web.config import WebSettings
from web.db import Database
from web.kit.site import KEY, Site
from web.oidc import provider


def test_the_login_page_has_the_button_and_the_password_form(client: FlaskClient, stub: Stub) -> None:
    shown = page(client.get("/login?next=/queue"))
    assert shown.one("a", href="/login/company?next=/queue").text == "用公司账号登录"
    assert shown.one("input", name="password")
    assert stub.asked == []  # the page asks the provider for nothing


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_login_never_leads_to_another_site(client: FlaskClient, stub: Stub, wanted: str) -> None:
    assert come_back(client, stub, wanted).location == "/"


def test_a_very_long_way_back_is_cut_and_does_not_burst_the_cookie(client: FlaskClient, stub: Stub) -> None:
    sent = client.get("/login/company", query_string={"next": "/recordings?q=" + "长" * 3000})
    assert max(len(cookie) for cookie in sent.headers.getlist("Set-Cookie")) < 4093
    assert inside(client) is False
    client.get("/login/company/back", query_string=stub.approve(sent.location))
    assert inside(client)


def test_an_answer_is_good_once_and_the_back_button_harms_nothing(client: FlaskClient, stub: Stub) -> None:
    sent = client.get("/login/company")
    answer = stub.approve(sent.location)
    assert client.get("/login/company/back", query_string=answer).location == "/"
    assert client.get("/login/company/back", query_string=answer).location == "/"  # logged in: nothing happens
    assert len(stub.tokens_asked) == 1
    client.post("/logout")
    again = client.get("/login/company/back", query_string=answer)
    assert again.location == "/login"
    assert "已经过期，或已经用过" in page(client.get("/login")).text
    assert not inside(client)
    assert len(stub.tokens_asked) == 1


def test_two_tabs_may_log_in_side_by_side(client: FlaskClient, stub: Stub) -> None:
    first = stub.approve(client.get("/login/company?next=/queue").location)
    second = stub.approve(client.get("/login/company?next=/months").location)
    assert client.get("/login/company/back", query_string=second).location == "/months"
    assert client.get("/login/company/back", query_string=first).location == "/"  # is in already
    assert inside(client)


def test_many_tabs_do_not_burst_the_cookie_and_the_newest_work(client: FlaskClient, stub: Stub) -> None:
    sent = [client.get("/login/company", query_string={"next": f"/recordings?q={n}" + "x" * 480}) for n in range(9)]
    assert max(len(c) for s in sent for c in s.headers.getlist("Set-Cookie")) < 4093
    oldest, newest = stub.approve(sent[0].location), stub.approve(sent[-1].location)
    assert client.get("/login/company/back", query_string=oldest).location == "/login"
    assert client.get("/login/company/back", query_string=newest).location.startswith("/recordings?q=8")


def test_an_answer_given_to_another_browser_opens_nothing(app: Flask, stub: Stub) -> None:
    mine, victim = app.test_client(), app.test_client()
    answer = stub.approve(mine.get("/login/company").location)
    assert victim.get("/login/company/back", query_string=answer).location == "/login"
    theirs = stub.approve(victim.get("/login/company").location)
    mixed = {"code": answer["code"], "state": theirs["state"]}  # a stolen code: PKCE and nonce are of the other browser
    assert victim.get("/login/company/back", query_string=mixed).status_code == 422
    assert not inside(victim)


@pytest.mark.parametrize("answer", [{}, {"state": ""}, {"state": "guessed", "code": "code-0"}, {"code": "code-0"}])
def test_an_answer_that_nobody_asked_for_opens_nothing(client: FlaskClient, stub: Stub, answer: dict[str, str]) -> None:
    client.get("/login/company")
    assert client.get("/login/company/back", query_string=answer).location == "/login"
    assert stub.tokens_asked == []


def test_a_login_waits_ten_minutes_and_not_longer(
    client: FlaskClient, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = stub.approve(client.get("/login/company").location)
    moment = time.time()
    monkeypatch.setattr(provider.time, "time", lambda: moment + provider.OPEN_S + 1)
    assert client.get("/login/company/back", query_string=answer).location == "/login"


def test_who_says_no_at_the_provider_is_told_so(client: FlaskClient, stub: Stub, db: Database) -> None:
    state = stub.approve(client.get("/login/company").location)["state"]
    refused = {"error": "access_denied", "error_description": "<b>no\nno</b>", "state": state}
    assert "您取消了公司账号登录" in page(client.get("/login/company/back", query_string=refused), 422).text
    assert told(db) == [("company-refused", "access_denied: <b>no\\u000ano</b>")]
    assert client.get("/login/company/back", query_string=refused).location == "/login"  # used up


def test_a_provider_that_is_away_is_told_and_passwords_go_on(
    home: Any, web_settings: WebSettings, database_url: str, people: dict[str, Any], app: Flask, stub: Stub
) -> None:
    site: Site = app.extensions[KEY]
    web = dataclasses.replace(web_settings, oidc_issuer="http://127.0.0.1:9")  # nobody listens there
    away = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False, "SECRET_KEY": "test"}, site.settings, web)
    browser = away.test_client()
    assert browser.get("/login/company?next=/queue").location == "/login?next=/queue"
    shown = page(browser.get("/login?next=/queue"))
    assert "公司账号登录暂时用不了" in shown.text
    sent = browser.post("/login", data={"username": "chen", "password": PASSWORD, "next": "/queue"})
    assert sent.location == "/queue"
    away.extensions[KEY].db.dispose()


def test_a_provider_that_was_away_is_asked_again_after_a_while(
    client: FlaskClient, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "AWAY_S", 3600.0)
    stub.metadata["issuer"] = "https://evil.example"
    assert client.get("/login/company").location == "/login"
    del stub.metadata["issuer"]
    assert client.get("/login/company").location == "/login"
    assert stub.asked == ["/.well-known/openid-configuration"]  # thirty people at the button are one question
    client.application.extensions["tingjian-oidc"]._until = 0.0
    assert come_back(client, stub).location == "/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://evil.example"),
        ("token_endpoint", "http://evil.example/token"),
        ("jwks_uri", None),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("end_session_endpoint", "http://evil.example/out"),
    ],
)
def test_metadata_that_leads_elsewhere_is_not_followed(client: FlaskClient, stub: Stub, name: str, value: Any) -> None:
    stub.metadata[name] = value
    assert client.get("/login/company").location == "/login"


def test_the_way_back_is_the_public_address_whatever_the_visitor_typed(client: FlaskClient, stub: Stub) -> None:
    here = client.get("/login/company?next=/queue", headers={"Host": "10.0.0.5:8000"})
    assert here.location == "http://localhost/login/company?next=/queue&here=1"
    # a proxy that hides the name is not sent round and round
    sent = client.get("/login/company?next=/queue&here=1", headers={"Host": "10.0.0.5:8000"})
    assert "redirect_uri=http%3A%2F%2Flocalhost%2Flogin%2Fcompany%2Fback" in sent.location


def test_behind_an_https_proxy_everything_is_https(
    app: Flask, web_settings: WebSettings, people: dict[str, Any], stub: Stub
) -> None:
    site: Site = app.extensions[KEY]
    web = dataclasses.replace(web_settings, proxies=1, public_url="https://tingjian.example.com/")
    behind = create_app({"TESTING": True, "SECRET_KEY": "test"}, site.settings, web)
    browser = behind.test_client()
    headers = {"Host": "tingjian.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
    base = "https://tingjian.example.com"
    sent = browser.get("/login/company", headers=headers, base_url=base)
    assert "redirect_uri=https%3A%2F%2Ftingjian.example.com%2Flogin%2Fcompany%2Fback" in sent.location
    answer = browser.get(
        "/login/company/back", query_string=stub.approve(sent.location), headers=headers, base_url=base
    )
    assert answer.location == "/"
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("__Host-tingjian="))
    assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    behind.extensions[KEY].db.dispose()


def test_who_comes_back_with_rubbish_over_and_over_waits(
    app: Flask, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "FREE_BY_ADDRESS", 2)
    stub.forge = forge.unsigned
    answers = [come_back(app.test_client(), stub).status_code for _ in range(4)]
    assert answers == [422, 422, 429, 429]
    assert len(stub.tokens_asked) == 2  # the provider is not worn out through us
    browser = app.test_client()
    assert browser.post("/login", data={"username": "chen", "password": PASSWORD}).location == "/"


def test_a_secret_may_go_as_the_provider_wants_it(client: FlaskClient, stub: Stub) -> None:
    stub.metadata["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    come_back(client, stub)
    assert inside(client)
    assert stub.tokens_asked[0]["client_secret"] == forge.SECRET


def test_the_secret_stands_in_no_log(client: FlaskClient, stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    stub.token_answer = lambda _: forge._json({"error": "invalid_client", "error_description": "bad"}, 401)
    come_back(client, stub)
    assert forge.SECRET not in caplog.text + repr(client.application.extensions["tingjian-oidc"].rules)


def test_logging_out_leads_to_where_the_company_login_ends(client: FlaskClient, stub: Stub, db: Database) -> None:
    stub.metadata["end_session_endpoint"] = f"{stub.issuer}/out"
    come_back(client, stub)
    assert client.post("/logout").location == "/login/company/left"
    link = page(client.get("/login/company/left")).one("a", class_="btn-primary").get("href") or ""
    assert link.startswith(f"{stub.issuer}/out?") and "client_id=tingjian" in link
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Flogin" in link
    assert not inside(client)


def test_without_such_a_place_the_page_says_what_to_do(client: FlaskClient, stub: Stub) -> None:
    come_back(client, stub)
    client.post("/logout")
    shown = page(client.get("/login/company/left"))
    assert "请在公司的登录页面上退出" in shown.text


def test_who_came_by_password_is_led_out_as_before(login: Login, stub: Stub) -> None:
    assert login("qa").post("/logout").location == "/login"
    assert stub.asked == []
