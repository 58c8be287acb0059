"""CSRF and the headers that keep browsers from doing what we never ask of them."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request
from flask_wtf.csrf import CSRFProtect

from web.kit.cookies import is_secure

csrf = CSRFProtect()
HSTS = "max-age=31536000; includeSubDomains"

POLICY = {
    "default-src": "'none'",
    "object-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self' 'nonce-{nonce}'",  # the nonce is for wavesurfer's shadow root
    "img-src": "'self' data:",  # Tabler's check marks are data URLs
    "media-src": "'self'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def nonce() -> str:
    """Return the request's style nonce."""
    value: str = g.setdefault("nonce", secrets.token_urlsafe(12))
    return value


def init(app: Flask) -> None:
    """Protect every form and every answer of the application."""
    csrf.init_app(app)
    app.after_request(_headers)
    app.jinja_env.globals["csp_nonce"] = nonce


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items()).format(nonce=nonce())
    response.headers.setdefault("Content-Security-Policy", policy)
    if is_secure():
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
        response.vary.add("HX-Request")
    return response
