"""What a batch step of the worker could not do, beside what it could."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class SetAside(Base):
    """One row of a step (`web/kit/aside.py`) that failed: which, why, how often, and when it is tried again.

    `title` tells people what it is; `retry_at` is None where only a changed row makes trying worth while.
    """

    __tablename__ = "set_aside"
    __table_args__ = (Index("ix_set_aside_last_at", "last_at"),)

    step: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    title: Mapped[str] = mapped_column(String(255), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    tries: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    retry_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
