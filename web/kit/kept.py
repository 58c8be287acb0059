"""A form whose login or token has expired is given back with what was typed, to be sent again. The server stores nothing.

Only a form of our own pages: whatever another site sends in somebody's name must not come back with a valid token.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from web.kit.access import PUBLIC, TABLE

TOKEN = "csrf_token"  # noqa: S105  # the field's name
MOST = 200_000  # characters that a page gives back
SECRETS = ("auth",)  # blueprints whose forms hold passwords and codes


@dataclass(frozen=True, slots=True)
class KeptForm:
    """`words`: what a person typed, to be seen; `files`: some were chosen, and must be chosen again."""

    address: str
    fields: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    files: bool


def kept_form() -> KeptForm | None:
    """The form of the request; None where it is none, or none of ours, or holds secrets."""
    if request.method != "POST" or request.blueprint in SECRETS or "HX-Request" in request.headers:
        return None
    if urlsplit(request.headers.get("Origin", "")).netloc != request.host:
        return None
    fields = tuple((name, value) for name, value in request.form.items(multi=True) if name != TOKEN)
    if sum(len(name) + len(value) for name, value in fields) > MOST:
        return None
    words = tuple(value for _name, value in fields if _is_typed(value))
    return KeptForm(request.full_path.rstrip("?"), fields, words, bool(request.files))


def login_expired() -> bool:
    """Whether nobody is logged in who would have to be."""
    try:
        return TABLE.get(request.endpoint or "", PUBLIC) != PUBLIC and not current_user.is_authenticated
    except SQLAlchemyError:  # the database does not say
        return False


def _is_typed(value: str) -> bool:
    """Words rather than a number, a code or a choice."""
    return not value.isascii() or " " in value.strip()
