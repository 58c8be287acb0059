"""The session's cookie: `Secure` and `__Host-` as soon as a request comes over HTTPS, so that no neighbour can set it."""

from __future__ import annotations

import hashlib

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface

from web.kit.site import site


def is_secure() -> bool:
    """Whether people reach the site over HTTPS: the trusted proxy says so, or the settings do."""
    return request.is_secure or site().web.secure_cookies


def cookie_name(name: str) -> str:
    """Return the name under which a cookie is kept: a browser takes `__Host-` over HTTPS only, and from this host."""
    return f"__Host-{name}" if is_secure() else name


class SessionCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, signed with HMAC-SHA256."""

    digest_method = staticmethod(hashlib.sha256)

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name(super().get_cookie_name(app))

    def get_cookie_secure(self, app: Flask) -> bool:
        return is_secure()


def init(app: Flask) -> None:
    app.session_interface = SessionCookies()
