"""Programs that ask the site over `/api/v1`: their tokens, and what was answered to requests that may be sent twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base, words
from web.models.people import UserRole


class ApiToken(Base):
    """A token of a user. The secret is not here, only its SHA-256 (of 256 random bits: nothing to guess, no salt needed).

    `role` and `epoch` are the owner's when it was made: where either has changed since, the token opens nothing.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (Index("ix_api_tokens_user", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    beginning: Mapped[str] = mapped_column(String(16))  # of the secret: by it people know which one it is
    scopes: Mapped[list[str]] = mapped_column(JSON)
    role: Mapped[UserRole] = mapped_column(words(UserRole))
    epoch: Mapped[int] = mapped_column()
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # to the minute
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class ApiRequest(Base):
    """A request with an Idempotency-Key, and what was answered; `status` is None while it is being done."""

    __tablename__ = "api_requests"
    __table_args__ = (Index("ix_api_requests_at", "at"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))  # of what was asked
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    status: Mapped[int | None] = mapped_column()
    body: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
