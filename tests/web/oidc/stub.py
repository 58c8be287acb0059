"""A provider that lies on request: each answer can be forged, so that the site's checks can be seen to bite.

It speaks just as much of the protocol as the site needs; a real one stands in `tests/web/oidc/real.py`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import make_server
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request, Response

CLIENT, SECRET = "tingjian", "s3cret=of-the-site&%"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
NEXT_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})
CURVE = ECKey.generate_key("P-256", {"kid": "curve", "use": "sig"})
Token = dict[str, Any]


class Stub:
    """What it says can be changed: `metadata`, `keys`, `claims`, `userinfo`, and by `forge` the ID token itself."""

    def __init__(self) -> None:
        self.issuer = ""
        self.metadata: dict[str, Any] = {}
        self.keys: list[Any] = [KEY]
        self.claims: Token = {"sub": "u-1", "name": "小孙", "preferred_username": "sun", "groups": ["qa"]}
        self.userinfo: Token | None = None
        self.forge: Callable[[Token], str] = signed
        self.token_answer: Callable[[Token], Response] = lambda answer: _json(answer)
        self.asked: list[str] = []
        self.tokens_asked: list[dict[str, str]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def approve(self, location: str) -> dict[str, str]:
        """What the provider would answer to the browser that was sent to `location`: code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def __call__(self, environ: Any, start: Any) -> Any:
        request = Request(environ)
        self.asked.append(request.path)
        answer = {
            "/.well-known/openid-configuration": self._configuration,
            "/jwks": lambda _: _json({"keys": [key.as_dict(private=False) for key in self.keys]}),
            "/moved": lambda _: Response("", 302, headers={"Location": f"{self.issuer}/jwks"}),
            "/token": self._token,
            "/userinfo": lambda _: _json(self.userinfo),
        }[request.path](request)
        return answer(environ, start)

    def _configuration(self, _request: Request) -> Response:
        told = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "id_token_signing_alg_values_supported": ["RS256"],
            **({"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo is not None else {}),
            **self.metadata,
        }
        return _json(told)

    def _token(self, request: Request) -> Response:
        sent = request.form.to_dict()
        self.tokens_asked.append(sent)
        asked = self._codes.pop(sent.get("code", ""), None)
        digest = _text(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
        basic = request.authorization
        authenticated = basic is not None and (basic.username, basic.password) == (CLIENT, SECRET)
        authenticated = authenticated or (sent.get("client_id"), sent.get("client_secret")) == (CLIENT, SECRET)
        if (
            asked is None
            or not authenticated
            or digest != asked["code_challenge"]
            or sent.get("redirect_uri") != asked["redirect_uri"]
        ):
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        return self.token_answer(
            {"access_token": "an access token", "token_type": "Bearer", "id_token": self.forge(claims)}
        )


def signed(claims: Token, key: Any = KEY, alg: str = "RS256", kid: str | None = "one") -> str:
    """An ID token as it should be."""
    header = {"alg": alg, **({"kid": kid} if kid else {})}
    return jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, key, algorithms=[alg])


def unsigned(claims: Token) -> str:
    """alg none."""
    return f"{_part({'alg': 'none', 'kid': 'one'})}.{_part(claims)}."


def shared(claims: Token) -> str:
    """HS256 with the public key, as everybody can read it, for a secret: the confusion of algorithms."""
    return _hashed(claims, KEY.as_pem(private=False))


def client_keyed(claims: Token) -> str:
    """HS256 with the client's secret: allowed by the standard, refused here."""
    return _hashed(claims, SECRET.encode())


def _hashed(claims: Token, secret: bytes) -> str:
    """By hand: joserfc does not lend itself to it."""
    said = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
    return f"{said}.{_text(hmac.new(secret, said.encode(), hashlib.sha256).digest())}"


def _part(content: Token) -> str:
    return _text(json.dumps(content).encode())


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve a WSGI application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="provider")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
    assert not thread.is_alive()


def come_back(browser: FlaskClient, stub: Stub, wanted: str = "", **more: str) -> TestResponse:
    """Push the button, be sent to the provider, be let through there, come back."""
    sent = browser.get("/login/company", query_string={"next": wanted} if wanted else {})
    assert sent.status_code == 302, sent.get_data(as_text=True)
    assert sent.location.startswith(f"{stub.issuer}/authorize?"), sent.location
    return browser.get("/login/company/back", query_string=stub.approve(sent.location) | more)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status, content_type="application/json")
