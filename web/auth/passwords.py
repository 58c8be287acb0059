"""Passwords: hashing, the rule for new ones, checking a login."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash
from zxcvbn import zxcvbn

from web.auth import throttle
from web.auth.throttle import Guest
from web.db import Database, now
from web.kit import audit
from web.kit.i18n import gettext as _
from web.kit.site import site
from web.models import ApiToken, Identity, User, username_key

MIN_LENGTH = 8
MAX_LENGTH = 128  # scrypt takes any length, a megabyte would only keep it busy
METHOD = "scrypt:32768:8:3"  # 32 MiB, three times over: the least that OWASP's cheat sheet gives for scrypt
FEWEST_GUESSES = 1e8  # what eight characters at random withstand
NEARBY = ("tingjian", "听检", "zhijian", "质检", "luyin", "录音", "wuye", "物业", "woaini", "5201314", "1314520")
_NOBODYS = "$nobody$" + 128 * "0"
_EARLIER, _REST = "scrypt:32768:8:1", "scrypt:32768:8:2"  # one third of today's work, and the rest


@dataclass(frozen=True, slots=True)
class Attempt:
    """How a login went: the user's id, or why not.

    `wait_s`: nothing was tried; `expired`: a given password is too old; `by_company`: right, but the account is linked to
    the company's login, and who has left the company must not come in by an old password.
    """

    user_id: int | None
    wait_s: int = 0
    expired: bool = False
    by_company: bool = False


def hashed(password: str) -> str:
    """Return the password's scrypt hash."""
    return generate_password_hash(password, METHOD)


def weakness(password: str, *about: str) -> str:
    """Why a new password will not do, in words; "" where it will. `about`: the user's names, which anybody can guess.

    zxcvbn knows the 30,000 most used passwords, words, names, dates and rows of keys, and tells in how many guesses a
    password made of them is found.
    """
    if len(password) < MIN_LENGTH:
        return _("密码至少要 %(n)s 个字符。", n=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        return _("密码最多 %(n)s 个字符。", n=MAX_LENGTH)
    found = zxcvbn(password, user_inputs=[*_spelled(about), *NEARBY], max_length=MAX_LENGTH)
    if found["guesses"] < FEWEST_GUESSES:
        return _("这个密码太容易被猜到（常用密码、姓名、日期、键盘上连着的键都容易猜），请换一个，长一些更好。")
    return ""


def _spelled(words: tuple[str, ...]) -> set[str]:
    """Return the words, and names in pinyin as well: 张伟 is also zhangwei, zhang and zw."""
    from pypinyin import lazy_pinyin  # its dictionaries are large, and passwords are changed seldom

    found = set(words)
    for word in words:
        syllables = lazy_pinyin(word)
        found |= {"".join(syllables), *syllables, "".join(s[:1] for s in syllables)}
    return {word for word in found if len(word) > 1}


def invented() -> str:
    """Return a password for a new account, easy to read out: no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _character in range(4)) for _group in range(3))


def right(user: User | None, password: str) -> bool:
    """Whether the password is the user's. For nobody, and for a hash of earlier years, it takes as long."""
    kept = user.password_hash if user else METHOD + _NOBODYS
    matches = check_password_hash(kept, password)
    if kept.startswith(f"{_EARLIER}$"):
        check_password_hash(_REST + _NOBODYS, password)
    return matches and user is not None


def account(session: Session, name: str) -> User | None:
    """Return the account of a typed name, however it is capitalized."""
    return session.scalar(select(User).where(User.username_key == username_key(name)))


def attempt(db: Database, guest: Guest, password: str) -> Attempt:
    """Check a login. A wrong name costs the same time as a wrong password and is told and throttled alike."""
    with db.writing() as session:
        user = account(session, guest.name)
        counters = throttle.of_password(session, guest)
        wait = throttle.admit(session, counters, user.id if user else None)
    if wait:
        return Attempt(None, wait_s=wait)
    opens = right(user, password[: MAX_LENGTH + 1])
    fresh = hashed(password) if opens and user and not user.password_hash.startswith(f"{METHOD}$") else ""
    with db.writing() as session:
        row = session.get(User, user.id) if user else None
        if not opens or row is None or user is None or not row.active or row.password_hash != user.password_hash:
            audit.record(session, "login-failed", "user", row.id if row else "")  # a wrong name may be a password
            return Attempt(None)
        if linked(session, row.id):
            audit.record(session, "login-failed", "user", row.id, why="by-company")
            return Attempt(None, by_company=True)
        if row.initial_until is not None and row.initial_until <= now():
            audit.record(session, "login-expired", "user", row.id)
            return Attempt(None, expired=True)
        if fresh:
            row.password_hash = fresh
        throttle.succeeded(session, counters)
        return Attempt(row.id)


def linked(session: Session, user_id: int) -> bool:
    """Whether the account opens by the company's login instead of its password, as long as the site has that login."""
    issuer = site().web.oidc_issuer
    if not issuer:
        return False
    found = select(Identity.id).where(Identity.user_id == user_id, Identity.issuer == issuer)
    return session.scalar(found) is not None


def entered(session: Session, user: User, *, by_company: bool = False) -> None:
    """Note that the user is in."""
    user.last_login_at = now()
    how = {"how": "company"} if by_company else {}
    audit.record(session, "login", "user", user.id, user_id=user.id, username=user.username, **how)


def change(session: Session, user: User, password: str) -> None:
    """Set the password that the user chose, and end all his sessions."""
    _set(session, user, password)
    user.must_change_password, user.initial_until = False, None


def give(session: Session, user: User, password: str, days: int) -> None:
    """Set a password that an admin hands over: good for some days, to be changed at the first login."""
    _set(session, user, password)
    user.must_change_password, user.initial_until = True, now() + timedelta(days=days)
    throttle.forgive(session, user.id)


def _set(session: Session, user: User, password: str) -> None:
    user.password_hash = hashed(password)
    user.session_epoch += 1
    audit.record(session, "password-changed", "user", user.id)


def keep_tokens(session: Session, user: User) -> None:
    """Let the tokens of the user's programs outlive the epoch that has just ended; any other end of it ends them too."""
    old = user.session_epoch - 1
    mine = update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.epoch == old)
    session.execute(mine.values(epoch=user.session_epoch))
