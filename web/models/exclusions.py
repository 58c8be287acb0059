"""Recordings that a person took out of all figures."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class Exclusion(Base):
    """Why a recording counts nowhere, while `Recording.state` is EXCLUDED. What came before stands in the audit log.

    `reason`: trial | unconnected | unrelated | other (then `text` says what). Not to be taken for `SetAside`, what the
    worker could not do.
    """

    __tablename__ = "exclusions"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
