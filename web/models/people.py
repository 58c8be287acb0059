"""Who uses the site."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from web.db import UtcDateTime, now
from web.models.base import Base, words


class UserRole(StrEnum):
    """What a user may do; `web/kit/access.py` holds the table."""

    ADMIN = "admin"
    QA = "qa"
    MANAGER = "manager"
    TECHNICIAN = "technician"


def username_key(username: str) -> str:
    """What no two accounts share: names that differ in case or width alone (race0, RACE0, ｒace0) have one key."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())[:255]


class User(Base):
    """A login. A technician's names his staff row; a manager's may name a team (none: all teams)."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_username_key", "username_key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    username_key: Mapped[str] = mapped_column(String(255))  # follows `username`
    name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(256))
    role: Mapped[UserRole] = mapped_column(words(UserRole))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"), unique=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    email: Mapped[str] = mapped_column(String(254), default="")
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    initial_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # until then a given password opens
    session_epoch: Mapped[int] = mapped_column(default=0)  # raised to end all sessions of the user
    # the second factor: its secret is made from this salt and the site's key, which is not in the database
    second_factor_salt: Mapped[str] = mapped_column(String(32), default="")
    second_factor_step: Mapped[int] = mapped_column(default=0)  # of the last code that was taken: none opens twice
    recovery_codes: Mapped[list[str]] = mapped_column(JSON, default=list)  # sealed, those not used yet
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    preferences: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    @validates("username")
    def _put_key(self, _name: str, username: str) -> str:
        self.username_key = username_key(username)
        return username


class LoginThrottle(Base):
    """How often logins failed of late: of an address, or of a name from an address or from a known browser.

    The key is sealed: what somebody typed for a name may have been his password.
    """

    __tablename__ = "login_throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # before it nothing is tried


class Identity(Base):
    """A person as the company's login provider knows him: (issuer, subject), and whose account that is.

    Without an account it waits for an admin: somebody with a role logged in whom the site could not place.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)
    username: Mapped[str] = mapped_column(String(64), default="")  # as the provider says; for people's eyes only
    name: Mapped[str] = mapped_column(String(64), default="")
    made_account: Mapped[bool] = mapped_column(default=False)  # the account was made by it: nobody knows its password
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
