"""Passwords: hashing, the rule for new ones, counting failures."""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from web.db import Database, now
from web.kit import audit
from web.kit.i18n import gettext as _
from web.models import User

MIN_LENGTH = 8
MAX_LENGTH = 128  # scrypt takes any length, a megabyte would only keep it busy
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
_COMMON = {
    "12345678",
    "123456789",
    "1234567890",
    "password",
    "88888888",
    "11111111",
    "00000000",
    "qwertyui",
    "66666666",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a login went: the user's id, or why not."""

    user_id: int | None
    locked: bool = False


def hashed(password: str) -> str:
    """Return the password's scrypt hash."""
    return generate_password_hash(password)


def weakness(password: str, username: str = "") -> str:
    """Why a new password will not do, in words; "" where it will."""
    if len(password) < MIN_LENGTH:
        return _("密码至少要 %(n)s 个字符。", n=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        return _("密码最多 %(n)s 个字符。", n=MAX_LENGTH)
    if password.lower() in _COMMON or len(set(password)) < 3 or password.lower() == username.lower():
        return _("这个密码太容易被猜到，请换一个。")
    return ""


def invented() -> str:
    """Return a password for a new account, easy to read out: no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _character in range(4)) for _group in range(3))


@functools.cache
def _nobodys_hash() -> str:
    return hashed(secrets.token_hex(8))


def attempt(db: Database, username: str, password: str) -> Attempt:
    """Check a login. A wrong name takes as long as a wrong password; a locked account is not tried."""
    with db.reading() as session:
        user = session.scalar(select(User).where(User.username == username))
    if user is not None and user.locked_until is not None and user.locked_until > now():
        return Attempt(None, locked=True)
    right = check_password_hash(user.password_hash if user else _nobodys_hash(), password[: MAX_LENGTH + 1])
    with db.writing() as session:
        if user is None or not user.active:
            audit.record(session, "login-failed", "user", username[:64])
            return Attempt(None)
        row = session.get_one(User, user.id)
        return _succeeded(session, row) if right else _failed(session, row)


def _succeeded(session: Session, user: User) -> Attempt:
    user.failed_logins, user.locked_until, user.last_login_at = 0, None, now()
    audit.record(session, "login", "user", user.id, user_id=user.id, username=user.username)
    return Attempt(user.id)


def _failed(session: Session, user: User) -> Attempt:
    user.failed_logins += 1
    audit.record(session, "login-failed", "user", user.id, failures=user.failed_logins)
    if user.failed_logins >= FAILURES:
        user.failed_logins, user.locked_until = 0, now() + LOCKED_FOR
        audit.record(session, "locked", "user", user.id)
        return Attempt(None, locked=True)
    return Attempt(None)


def change(session: Session, user: User, password: str, *, must_change: bool = False) -> None:
    """Set a password and end all sessions of the user."""
    user.password_hash = hashed(password)
    user.must_change_password = must_change
    user.session_epoch += 1
    user.failed_logins, user.locked_until = 0, None
    audit.record(session, "password-changed", "user", user.id)
