"""Summaries that pages read, frozen months, coaching."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from web.db import Document, UtcDateTime, now
from web.models.base import Base

ALL_KINDS = "*"


class ScorePeriod(Base):
    """Recordings of one technician in one calendar month or ISO week, added up: counts and sums.

    `reviewed` tells signed recordings from the rest: both are never mixed silently. `job_kind` ALL_KINDS is the sum over
    kinds; rows of a single kind exist for months only (a week of one kind is hardly ever more than one recording).
    """

    __tablename__ = "score_periods"
    __table_args__ = (Index("ix_score_periods_technician", "technician_id", "period"),)

    period: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-11 or 2026-W47
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    job_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    reviewed: Mapped[bool] = mapped_column(primary_key=True)
    recordings: Mapped[int] = mapped_column(default=0)
    scored: Mapped[int] = mapped_column(default=0)
    score_sum: Mapped[float] = mapped_column(default=0.0)
    score_squares: Mapped[float] = mapped_column(default=0.0)
    forbidden: Mapped[int] = mapped_column(default=0)
    suspicions: Mapped[int] = mapped_column(default=0)
    judged_items: Mapped[int] = mapped_column(default=0)
    unjudged_items: Mapped[int] = mapped_column(default=0)


class ItemPeriod(Base):
    """Verdicts on one clause for one technician in one calendar month or ISO week, counted; `job_kind` as above."""

    __tablename__ = "item_periods"
    __table_args__ = (
        Index("ix_item_periods_technician", "technician_id", "period"),
        Index("ix_item_periods_standard", "job_kind", "standard_id", "period"),
    )

    period: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-11 or 2026-W47
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    job_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    reviewed: Mapped[bool] = mapped_column(primary_key=True)
    met: Mapped[int] = mapped_column(default=0)
    missed: Mapped[int] = mapped_column(default=0)
    not_applicable: Mapped[int] = mapped_column(default=0)
    cannot_judge: Mapped[int] = mapped_column(default=0)
    unanswered: Mapped[int] = mapped_column(default=0)  # link items and required person items nobody filled in
    not_seen: Mapped[int] = mapped_column(default=0, server_default="0")  # person items: nobody saw it
    credit_sum: Mapped[float] = mapped_column(default=0.0)


class WordPeriod(Base):
    """In how many recordings of one team the customer said a word, in one calendar month or ISO week, and how often.

    `team_id` is today's team of the technician, 0 for none; `job_kind` as above. `web/summaries/words.py` writes it.
    """

    __tablename__ = "word_periods"
    __table_args__ = ({"sqlite_with_rowid": False},)  # read by ranges of its key: the table is its own index

    period: Mapped[str] = mapped_column(String(8), primary_key=True)  # 2026-11 or 2026-W47
    job_kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    team_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    standard_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    word: Mapped[str] = mapped_column(String(32), primary_key=True)
    recordings: Mapped[int] = mapped_column()
    said: Mapped[int] = mapped_column()


class StaleDay(Base):
    """A technician's day whose summaries must be computed again; written with the change, taken away by the worker.

    Each change gives a new `stamp`: the worker computes without holding the write lock and takes the row away only if
    nothing has changed meanwhile.
    """

    __tablename__ = "stale_days"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(32), default=lambda: uuid.uuid4().hex)


class PublishedMonth(Base):
    """A month as published: it does not change; a correction is a new edition with its difference."""

    __tablename__ = "published_months"
    __table_args__ = (UniqueConstraint("month", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    edition: Mapped[int] = mapped_column()
    published_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    published_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    note: Mapped[str] = mapped_column(String(500), default="")
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    difference: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class CoachingNote(Base):
    """What a manager noted about a technician, and what both agreed to do until when."""

    __tablename__ = "coaching_notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    text: Mapped[str] = mapped_column(String(1000))
    action: Mapped[str] = mapped_column(String(500), default="")
    due_on: Mapped[dt.date | None] = mapped_column()
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Clip(Base):
    """A few seconds worth hearing: somebody's good example, or something to work on."""

    __tablename__ = "clips"
    __table_args__ = (Index("ix_clips_item", "standard_id", "item_id", "good"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"), index=True)
    standard_id: Mapped[str] = mapped_column(String(64))
    item_id: Mapped[str] = mapped_column(String(64))
    start_s: Mapped[float] = mapped_column()
    end_s: Mapped[float] = mapped_column()
    quote: Mapped[str] = mapped_column(String(500), default="")
    good: Mapped[bool] = mapped_column()
    stored_key: Mapped[str] = mapped_column(String(128), default="")  # the seconds cut out, once the worker has done it
    chosen_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class SiteValue(Base):
    """A small value that the site keeps for itself (last backup, last digest sent …)."""

    __tablename__ = "site_values"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
