"""Tokens of programs: made, shown once, looked up, revoked. Of the secret only its SHA-256 is kept.

Sources: RFC 6750 (bearer tokens); a prefix lets scanners of code and logs find one that leaked.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from web.api.scopes import scopes_of
from web.db import Database, now
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.login import Viewer, viewer_of
from web.kit.refusals import FieldError, GoneError
from web.models import ApiToken, User, UserRole

log = logging.getLogger(__name__)
PREFIX = "tj_"
SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")  # 256 bits
SHOWN = len(PREFIX) + 6  # characters of the secret that the list shows: 220 bits stay
MOST = 20  # valid tokens of one user
DAYS = (30, 90, 365, 0)  # how long a token may hold; 0: until it is revoked
USED = timedelta(minutes=1)  # `last_used_at` is kept to this: not every request writes


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request may: the token's owner as he is now, and the token's scopes."""

    id: int
    scopes: frozenset[str]
    viewer: Viewer
    last_used_at: datetime | None
    name: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in a list. `state`: valid | revoked | expired | lost (its owner's rights have changed since)."""

    id: int
    name: str
    owner: str
    beginning: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    state: str


def make(session: Session, owner: User, name: str, scopes: Sequence[str], days: int) -> str:
    """Add a token for the owner and return its secret, which nobody is told again. Raises FieldError."""
    title = name.strip()
    if not 1 <= len(title) <= 64 or not title.isprintable():
        raise FieldError("name", _("请写一个名称，说明给哪个程序用，最多 64 个字。"))
    known = scopes_of(owner.role)
    if not scopes or not set(scopes) <= set(known):
        raise FieldError("scopes", _("请至少选一项权限。"))
    if days not in DAYS:
        raise FieldError("days", _("请选择有效期。"))
    lines = tokens(session, owner.id)
    if sum(line.state == "valid" for line in lines) >= MOST:
        raise FieldError("name", _("有效的令牌最多 %(n)s 个，请先吊销不用的。", n=MOST))
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        user_id=owner.id,
        name=title,
        digest=_digest(secret),
        beginning=secret[:SHOWN],
        scopes=[scope for scope in known if scope in scopes],
        role=owner.role,
        epoch=owner.session_epoch,
        expires_at=now() + timedelta(days=days) if days else None,
    )
    session.add(row)
    session.flush()
    until = row.expires_at.date().isoformat() if row.expires_at else ""
    audit.record(session, "token-made", "token", row.id, name=title, scopes=list(row.scopes), until=until)
    return secret


def revoke(session: Session, viewer: Viewer, token_id: int) -> None:
    """End a token at once: one's own, and for admins anybody's. Raises GoneError for one that is not his."""
    row = session.get(ApiToken, token_id)
    if row is None or (row.user_id != viewer.id and viewer.role is not UserRole.ADMIN):
        raise GoneError
    if row.revoked_at is None:
        row.revoked_at = now()
        audit.record(session, "token-revoked", "token", row.id, name=row.name)


def grant_of(session: Session, secret: str) -> Grant | None:
    """What the secret opens; None for one that is unknown, revoked, expired, or whose owner is not as he was."""
    if not SECRET.fullmatch(secret):
        return None
    statement = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
    row = session.execute(statement.where(ApiToken.digest == _digest(secret))).first()
    if row is None:
        return None
    token, owner = row
    if _state(token, owner) != "valid":
        return None
    scopes = frozenset(token.scopes)
    return Grant(token.id, scopes, viewer_of(owner), token.last_used_at, token.name, token.expires_at)


def note_use(db: Database, grant: Grant) -> None:
    """Keep when the token was last used. A database that cannot be written keeps nobody from reading."""
    moment = now()
    if grant.last_used_at is not None and moment - grant.last_used_at < USED:
        return
    try:
        with db.writing() as session:
            session.execute(update(ApiToken).where(ApiToken.id == grant.id).values(last_used_at=moment))
    except SQLAlchemyError as error:
        log.warning("the use of token %d was not noted: %s", grant.id, type(error).__name__)


def tokens(session: Session, user_id: int | None = None) -> tuple[TokenLine, ...]:
    """The tokens of one user, or (None) of all, the newest first; those that open nothing any more last."""
    statement = select(ApiToken, User).join(User, User.id == ApiToken.user_id).order_by(ApiToken.id.desc())
    if user_id is not None:
        statement = statement.where(ApiToken.user_id == user_id)
    lines = [
        TokenLine(
            t.id,
            t.name,
            owner.name,
            t.beginning,
            tuple(t.scopes),
            t.created_at,
            t.expires_at,
            t.last_used_at,
            _state(t, owner),
        )
        for t, owner in session.execute(statement.limit(500))
    ]
    return tuple(sorted(lines, key=lambda line: line.state != "valid"))


def _state(token: ApiToken, owner: User) -> str:
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= now():
        return "expired"
    same = owner.active and owner.session_epoch == token.epoch and owner.role is token.role
    return "valid" if same else "lost"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
