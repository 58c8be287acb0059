"""Calibration: several people judge the same recordings without seeing one another, then agree on what holds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class CalibrationSession(Base):
    """A session; `closed_at` is None while it is judged: until then nobody sees what he has not handed in himself."""

    __tablename__ = "calibration_sessions"
    __table_args__ = (Index("ix_calibration_sessions_closed_at", "closed_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    standard_id: Mapped[str] = mapped_column(String(64))
    lead_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    drawn: Mapped[bool] = mapped_column(default=False)  # at random, rather than chosen by hand
    due_on: Mapped[dt.date] = mapped_column()
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CalibrationRecording(Base):
    """A recording to be judged. `clauses`: what is asked, as it stood at the start: [{item, kind, how, machine}]."""

    __tablename__ = "calibration_recordings"
    __table_args__ = (Index("ix_calibration_recordings_recording", "recording_id"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    position: Mapped[int] = mapped_column()
    clauses: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class CalibrationRater(Base):
    """Somebody who takes part. What he handed in no longer changes."""

    __tablename__ = "calibration_raters"
    __table_args__ = (Index("ix_calibration_raters_user", "user_id", "handed_in_at"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    handed_in_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class CalibrationAnswer(Base):
    """One person's verdict on one clause of one recording."""

    __tablename__ = "calibration_answers"

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16))


class CalibrationAgreement(Base):
    """What the session agreed on where people differed; `sentence` may become an example of the clause."""

    __tablename__ = "calibration_agreements"

    session_id: Mapped[int] = mapped_column(ForeignKey("calibration_sessions.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(16))
    sentence: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("standard_drafts.id")
    )  # the draft that has it as an example
