"""The company's login provider, as Authlib's Flask client knows it: the only module that speaks to it.

Authlib reads metadata and tokens; what it leaves to its user is done here (docs/OIDC.md names each): the issuer of the
metadata is the one that was set, `aud` is ours, `none` and shared-key signatures are no signatures, answers end in time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import requests
import urllib3
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError

from web.kit.audit import plain
from web.oidc.rules import Rules, is_loopback

log = logging.getLogger(__name__)

NAME = "company"
BEGUN = "company-logins"  # in the session: those that a browser has begun
TIMEOUT_S = 5.0  # a worker's thread waits at most so long for one answer
MOST_BYTES = 1024**2
KEPT_S = 3600.0  # metadata and keys; an unknown key is asked for at once
AWAY_S = 15.0  # after a failure nobody asks again for so long
LEEWAY_S = 60  # by which the clocks of site and provider may differ
OPEN_S = 600  # between the button and the return
MOST_OPEN = 4  # tabs in which one browser may be about to log in; a cookie holds 4 KB
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RuntimeError)  # what odd answers do to Authlib


class AwayError(Exception):
    """The provider does not answer, or not as one. The words are for the log."""


class UnprovedError(Exception):
    """What came back proves nobody. The words are for the log."""


class Bounded(OAuth2Session):  # type: ignore[misc]  # Authlib has no types
    """Requests that end: no redirects, little time, little content."""

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        more |= {"allow_redirects": False, "stream": True}
        more.setdefault("timeout", TIMEOUT_S)
        ends = time.monotonic() + TIMEOUT_S
        answer: requests.Response = super().request(method, url, **more)
        body = bytearray()
        try:
            while chunk := answer.raw.read1(65536, decode_content=True):
                body += chunk
                if len(body) > MOST_BYTES or time.monotonic() > ends:
                    raise requests.exceptions.ContentDecodingError(f"too long or too slow an answer from {url}")
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ConnectionError(error) from error
        finally:
            answer.close()
        answer._content = bytes(body)
        answer._content_consumed = True
        if 300 <= answer.status_code < 400:
            raise requests.exceptions.TooManyRedirects(f"{url} answers with a redirect")
        return answer


class Waiting(FlaskIntegration):  # type: ignore[misc]
    """Logins that were begun, in the browser's signed session: few, short, each good once."""

    expires_in = OPEN_S

    def get_state_data(self, session: MutableMapping[str, Any], state: str | None) -> dict[str, Any] | None:
        return self._open(session).get(state or "")

    def set_state_data(self, session: MutableMapping[str, Any], state: str, data: dict[str, Any]) -> None:
        kept = {name: value for name, value in data.items() if name != "url"}  # it was sent, and is not needed
        kept["until"] = int(time.time()) + self.expires_in
        session[BEGUN] = dict([*self._open(session).items(), (state, kept)][-MOST_OPEN:])

    def clear_state_data(self, session: MutableMapping[str, Any], state: str | None) -> None:
        session[BEGUN] = {one: data for one, data in self._open(session).items() if one != state}

    def _open(self, session: MutableMapping[str, Any]) -> dict[str, dict[str, Any]]:
        return {one: data for one, data in session.get(BEGUN, {}).items() if data["until"] > time.time()}


class Provider:
    """The provider of these rules; one for each process, asked for its metadata when somebody logs in."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.waiting = Waiting(NAME)
        self._lock = threading.Lock()
        self._client: FlaskOAuth2App | None = None
        self._until = 0.0

    def begin(self, session: MutableMapping[str, Any], back: str, wanted: str) -> str:
        """The provider's page to send a browser to; the way back is kept in its session. Raises AwayError."""
        client = self._known()
        made = client.create_authorization_url(back)
        state = made.pop("state")
        self.waiting.set_state_data(session, state, {**made, "redirect_uri": back, "next": wanted[:500]})
        address: str = made["url"]
        return address

    def claims(self, arguments: Mapping[str, str]) -> dict[str, Any]:
        """Who came back, by a verified ID token (and /userinfo, where a claim that is needed is only there).

        Raises AwayError, and UnprovedError for whatever is not a fresh, signed token of this provider for this browser.
        """
        client = self._known()
        said = arguments.get("iss")
        if said is None and client.server_metadata.get("authorization_response_iss_parameter_supported"):
            raise UnprovedError("the answer does not name its issuer (RFC 9207)")
        if said is not None and said != self.rules.issuer:
            raise UnprovedError(f"the answer comes from {said!r:.200}")
        aimed = {"essential": True, "value": self.rules.client_id}
        try:
            token = client.authorize_access_token(
                claims_options={"iss": {"essential": True, "value": self.rules.issuer}, "aud": aimed}, leeway=LEEWAY_S
            )
            found = token.get("userinfo")
            if not found:
                raise UnprovedError("no ID token")
            return self._completed(client, dict(found), token)
        except OAuthError as error:
            raise UnprovedError(f"{error.error}: {error.description}"[:300]) from error
        except JoseError as error:
            raise UnprovedError(f"ID token: {error}"[:300]) from error
        except requests.RequestException as error:
            raise AwayError(str(error)[:300]) from error
        except _MALFORMED as error:
            raise UnprovedError(f"an answer that cannot be read: {error!r}"[:300]) from error

    def logout_address(self, back: str) -> str:
        """The provider's page that ends its own session; "" where it has none or is away."""
        try:
            client = self._known()
            made = client.create_logout_url(back, client_id=self.rules.client_id)
        except (AwayError, RuntimeError):
            return ""
        address: str = made["url"]
        return address

    def _completed(self, client: FlaskOAuth2App, found: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
        rules = self.rules
        needed = [c for c in (rules.groups_claim, rules.username_claim, rules.staff_claim) if c]
        if all(claim(found, name) is not None for name in needed):
            return found
        if "userinfo_endpoint" not in client.server_metadata:
            return found
        more = client.userinfo(token=token)
        if more.get("sub") != found["sub"]:
            raise UnprovedError("userinfo tells of somebody else")
        return {**more, **found}

    def _known(self) -> FlaskOAuth2App:
        """The client with the provider's metadata. Raises AwayError."""
        with self._lock:
            if time.monotonic() < self._until:
                if self._client is None:
                    raise AwayError("away a moment ago")
                return self._client
            try:
                self._client = self._made(self._metadata())
                self._until = time.monotonic() + KEPT_S
            except (requests.RequestException, AwayError, *_MALFORMED) as error:
                self._client, self._until = None, time.monotonic() + AWAY_S
                raise AwayError(str(error)[:300]) from error
            return self._client

    def _metadata(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0, §4."""
        with Bounded() as session:
            answer = session.request(
                "GET", self.rules.issuer.rstrip("/") + "/.well-known/openid-configuration", withhold_token=True
            )
        answer.raise_for_status()
        told = answer.json()
        if told.get("issuer") != self.rules.issuer:  # §4.3: must be exactly the same
            raise AwayError(
                f"the provider calls itself {told.get('issuer')!r:.200}, the settings {self.rules.issuer!r}"
            )
        for name in _ENDPOINTS:
            address = told.get(name)
            if address is None and name in _ENDPOINTS[3:]:
                continue
            if not isinstance(address, str) or not (
                address.startswith("https://") or (self.rules.local and is_loopback(address))
            ):
                raise AwayError(f"{name} is no HTTPS address: {address!r:.200}")
        offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
        taken = [one for one in offered if one in SIGNATURES]
        if not taken:
            raise AwayError(f"no signature that proves anything is offered: {offered!r:.200}")
        iss = "authorization_response_iss_parameter_supported"
        return {
            "issuer": told["issuer"],
            **{name: told[name] for name in _ENDPOINTS if name in told},
            "id_token_signing_alg_values_supported": taken,
            iss: told.get(iss) is True,
            "posts_secret": "client_secret_basic"
            not in (told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]),
        }

    def _made(self, metadata: dict[str, Any]) -> FlaskOAuth2App:
        method = "client_secret_post" if metadata.pop("posts_secret") else "client_secret_basic"
        return CompanyApp(
            self.waiting,
            NAME,
            client_id=self.rules.client_id,
            client_secret=self.rules.client_secret or None,
            client_kwargs={
                "scope": self.rules.scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method if self.rules.client_secret else "none",
            },
            **metadata,
        )


class CompanyApp(FlaskOAuth2App):  # type: ignore[misc]
    client_cls = Bounded


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a path with dots where none has that very name; None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return None
        found = found[part]
    return found


def logged(words: str) -> str:
    """What a provider said, for one line of the log."""
    return plain(words)
