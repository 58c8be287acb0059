"""A browser that has logged in as somebody before, known by a signed cookie: a stranger's failures do not hold it up."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from web.kit.cookies import cookie_name, is_secure

NAME = "tingjian-browser"
KEPT_FOR = timedelta(days=180)
MOST = 8  # people at one browser


def known(user_id: int | None) -> str:
    """Return the request's browser's mark where the user has logged in with it, else ""."""
    return _marks().get(str(user_id), "")


def remember(response: Response, user_id: int) -> None:
    """Let the browser be known for this user from now on."""
    marks = _marks()
    mark = marks.pop(str(user_id), "") or secrets.token_hex(16)
    marks = dict([*marks.items(), (str(user_id), mark)][-MOST:])
    response.set_cookie(
        cookie_name(NAME),
        _serializer().dumps(marks),
        max_age=KEPT_FOR,
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _marks() -> dict[str, str]:
    try:
        found = _serializer().loads(request.cookies.get(cookie_name(NAME), ""), max_age=int(KEPT_FOR.total_seconds()))
    except BadSignature:
        return {}
    return dict(found)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key), salt="browser", signer_kwargs={"digest_method": hashlib.sha256}
    )
