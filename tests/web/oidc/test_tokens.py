"""What proves who somebody is, and everything that does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.wrappers import Response

from tests.web.html import page
from tests.web.oidc import stub as forge
from tests.web.oidc.stub import CLIENT, Stub, come_back
from web.db import Database
from web.models import AuditEntry, User


def inside(browser: FlaskClient) -> bool:
    return browser.get("/password").location != "/login?next=/password"


def told(db: Database) -> list[tuple[str, Any]]:
    with db.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, (row.detail or {}).get("told")) for row in rows]


def test_a_signed_token_of_this_login_opens_the_site(client: FlaskClient, stub: Stub, db: Database) -> None:
    answer = come_back(client, stub, "/recordings?page=2")
    assert answer.location == "/recordings?page=2"
    assert inside(client)
    assert [action for action, _ in told(db)] == ["user-added", "company-linked", "login"]
    assert stub.tokens_asked[0]["redirect_uri"] == "http://localhost/login/company/back"
    assert "client_secret" not in stub.tokens_asked[0]  # it went as Basic


def _later(**changes: Any) -> Callable[[dict[str, Any]], str]:
    return lambda claims: forge.signed({**claims, **changes})


def _times(iat: int, exp: int, nbf: int | None = None) -> Callable[[dict[str, Any]], str]:
    def made(claims: dict[str, Any]) -> str:
        now = int(time.time())
        return forge.signed({**claims, "iat": now + iat, "exp": now + exp, "nbf": nbf and now + nbf})

    return made


BAD: dict[str, Callable[[dict[str, Any]], str]] = {
    "no signature": forge.unsigned,
    "HS256 with the public key": forge.shared,
    "HS256 with the client's secret": forge.client_keyed,
    "another key under the same name": lambda c: forge.signed(c, forge.OTHER_KEY),
    "a key that nobody published": lambda c: forge.signed(c, forge.NEXT_KEY, kid="two"),
    "a signature that was not offered": lambda c: forge.signed(c, alg="PS256"),
    "words that were changed": lambda c: _swapped(forge.signed(c), forge.signed({**c, "sub": "u-2"})),
    "another issuer": _later(iss="https://evil.example"),
    "no issuer": _later(iss=None),
    "another audience": _later(aud="another"),
    "another audience, though we are the party": _later(aud="another", azp=CLIENT),
    "no audience": _later(aud=None),
    "two audiences and no party": _later(aud=[CLIENT, "another"]),
    "two audiences, the other the party": _later(aud=[CLIENT, "another"], azp="another"),
    "another nonce": _later(nonce="of another login"),
    "no nonce": _later(nonce=None),
    "no subject": _later(sub=None),
    "a subject that is no text": _later(sub=7),
    "an empty subject": _later(sub=""),
    "a subject too long": _later(sub="x" * 256),
    "expired": _times(-600, -61),
    "not yet valid": _times(0, 300, 120),
    "issued tomorrow": _times(86400, 86700),
    "no expiry": _later(exp=None),
    "an access token of another login": _later(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "no token at all": lambda _: "",
    "not a token": lambda _: "a.b.c",
    "a list": lambda _: [],  # type: ignore[dict-item,return-value]
}


def _swapped(one: str, other: str) -> str:
    (header, _, signature), (_, payload, _) = one.split("."), other.split(".")
    return f"{header}.{payload}.{signature}"


def test_a_token_that_proves_nothing_opens_nothing(app: Flask, stub: Stub, db: Database) -> None:
    opened = []
    for name, forged in BAD.items():
        browser, stub.forge = app.test_client(), forged
        shown = page(come_back(browser, stub), 422).text
        if "没有通过核验" not in shown or inside(browser):
            opened.append(name)
    assert opened == []
    assert {action for action, _ in told(db)} == {"company-refused"}
    assert len(told(db)) == len(BAD)
    with db.reading() as session:
        assert session.scalar(select(User).where(User.username == "sun")) is None


def test_clocks_may_differ_by_a_minute(app: Flask, stub: Stub) -> None:
    for forged in (_times(50, 350), _times(-300, -50), _times(0, 300, 50)):
        browser, stub.forge = app.test_client(), forged
        come_back(browser, stub)
        assert inside(browser)


@pytest.mark.parametrize("offered", [["none"], ["none", "HS256", "HS512"]])
def test_a_provider_that_offers_no_real_signature_is_not_asked(
    client: FlaskClient, stub: Stub, offered: list[str]
) -> None:
    stub.metadata["id_token_signing_alg_values_supported"] = offered
    assert client.get("/login/company").location == "/login"


def test_weak_signatures_are_none_where_the_provider_offers_them_too(app: Flask, stub: Stub) -> None:
    stub.metadata["id_token_signing_alg_values_supported"] = ["none", "HS256", "RS256"]
    for stub.forge in (forge.unsigned, forge.shared, forge.client_keyed):
        assert come_back(app.test_client(), stub).status_code == 422


def test_other_curves_and_a_key_without_a_name_are_taken(client: FlaskClient, stub: Stub) -> None:
    stub.metadata["id_token_signing_alg_values_supported"] = ["ES256"]
    stub.keys = [forge.CURVE]
    stub.forge = lambda claims: forge.signed(claims, forge.CURVE, "ES256", kid=None)
    come_back(client, stub)
    assert inside(client)


def test_new_keys_of_the_provider_are_fetched_when_one_is_unknown(app: Flask, stub: Stub) -> None:
    come_back(app.test_client(), stub)
    stub.keys = [forge.NEXT_KEY]
    stub.forge = lambda claims: forge.signed(claims, forge.NEXT_KEY, kid="two")
    later = app.test_client()
    come_back(later, stub)
    assert inside(later)
    assert stub.asked.count("/jwks") == 2
    assert stub.asked.count("/.well-known/openid-configuration") == 1


def test_a_provider_that_names_its_answers_must_name_itself(client: FlaskClient, stub: Stub) -> None:
    stub.metadata["authorization_response_iss_parameter_supported"] = True
    assert come_back(client, stub).status_code == 422
    assert come_back(client, stub, iss="https://evil.example").status_code == 422
    assert stub.tokens_asked == []  # the code was shown to nobody
    come_back(client, stub, iss=stub.issuer)
    assert inside(client)


ODD = {
    "a list": lambda: Response("[]", content_type="application/json"),
    "null": lambda: Response("null", content_type="application/json"),
    "a page": lambda: Response("<html>", content_type="text/html"),
    "no ID token": lambda: Response('{"access_token": "x", "token_type": "Bearer"}', content_type="application/json"),
    "an error": lambda: Response('{"error": "invalid_client"}', 401, content_type="application/json"),
    "a failure": lambda: Response("", 502),
    "a redirect": lambda: Response("", 302, headers={"Location": "http://127.0.0.1:9/"}),
}


def test_odd_answers_to_a_code_open_nothing(app: Flask, stub: Stub) -> None:
    stayed_out = {}
    for name, answer in ODD.items():
        browser, stub.token_answer = app.test_client(), lambda _, made=answer: made()  # type: ignore[misc]
        came = come_back(browser, stub)
        stayed_out[name] = (came.status_code in (302, 422)) and not inside(browser)
    assert stayed_out == dict.fromkeys(ODD, True)


def test_no_redirect_is_followed(client: FlaskClient, stub: Stub) -> None:
    stub.metadata["jwks_uri"] = f"{stub.issuer}/moved"
    assert come_back(client, stub).location == "/login"
    assert "/jwks" not in stub.asked


def test_an_answer_that_never_ends_is_cut_off(client: FlaskClient, stub: Stub) -> None:
    stub.token_answer = lambda _: Response((b"x" * 65536 for _ in range(1000)), content_type="application/json")
    assert come_back(client, stub).location == "/login"
    assert not inside(client)


def test_nothing_of_the_provider_stays_in_the_cookie(client: FlaskClient, stub: Stub) -> None:
    come_back(client, stub)
    with client.session_transaction() as kept:
        assert set(kept) <= {"_user_id", "_fresh", "_id", "_permanent", "began", "company", "csrf_token"}
