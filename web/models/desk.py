"""The desk of a reviewer: whose teams are whose, what was taken over, filters kept by name, and second reviews."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base


class TeamReviewer(Base):
    """Whose share the recordings of a team come into, before those of others; nobody else is given them."""

    __tablename__ = "team_reviewers"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Handover(Base):
    """A recording that somebody took over from its reviewer, who is told so until he has seen it."""

    __tablename__ = "handovers"
    __table_args__ = (Index("ix_handovers_from_id", "from_id", "seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SavedFilter(Base):
    """A list's filter under a name. Days that are named by today (yesterday, this week) are kept as such."""

    __tablename__ = "saved_filters"
    __table_args__ = (Index("ix_saved_filters_user", "user_id"), Index("ix_saved_filters_shared", "shared_with"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    endpoint: Mapped[str] = mapped_column(String(64))  # of the list
    name: Mapped[str] = mapped_column(String(40))
    arguments: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    shared_with: Mapped[str] = mapped_column(String(24), default="")  # a role; "": nobody else
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class SecondReview(Base):
    """A signed recording drawn to be judged a second time, blind, by another person than `first_id`."""

    __tablename__ = "second_reviews"
    __table_args__ = (Index("ix_second_reviews_done_at", "done_at", "first_id", "recording_id"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    drawn_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    second_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class SecondAnswer(Base):
    """What both said of one clause: `first` as signed, `second` without knowing it. The score knows neither."""

    __tablename__ = "second_answers"

    recording_id: Mapped[int] = mapped_column(ForeignKey("second_reviews.recording_id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64))
    first: Mapped[str] = mapped_column(String(16))
    second: Mapped[str] = mapped_column(String(16))
