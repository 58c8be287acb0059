"""What people are told on the site, and what waits to be told in a group."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base, words


class NoticeKind(StrEnum):
    APPEAL_FILED = "appeal-filed"
    APPEAL_ANSWERED = "appeal-answered"
    APPEAL_ACCEPTED = "appeal-accepted"
    APPEAL_CONTESTED = "appeal-contested"
    APPEAL_DECIDED = "appeal-decided"
    RESULT_SIGNED = "result-signed"
    MONTH_PUBLISHED = "month-published"
    MONTH_OUTDATED = "month-outdated"
    IMPORT_FINISHED = "import-finished"
    TAKEN_OVER = "taken-over"
    CALIBRATION_ASKED = "calibration-asked"
    CALIBRATION_CLOSED = "calibration-closed"
    HOOK_ENDED = "hook-ended"


class Notice(Base):
    """Something that one user is told, written in the transaction of what happened.

    It keeps ids and numbers only: names and words are read with the page, as the user may see them then.
    """

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_user_id_read_at", "user_id", "read_at", "id"),
        Index("ix_notices_at", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # whose act it was
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class GroupMessage(Base):
    """A message for a group, kept until its robot has taken it; `claimed_at`: a worker is at it."""

    __tablename__ = "group_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))  # wecom | dingtalk
    kind: Mapped[NoticeKind] = mapped_column(words(NoticeKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    claimed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
