"""Dry runs of drafts over the archive, their differences, and recordings judged again after a publication."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from web.db import Document, UtcDateTime, now
from web.models.base import Base, words


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"  # asked for, being worked on, or waiting for a worker
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class SliceState(StrEnum):
    """How a slice of a run stands."""

    WAITING = "waiting"
    HELD = "held"
    DONE = "done"


class StandardRun(Base):
    """A draft, as it stood at one revision, judging stored transcripts: what would change if it were in effect.

    `files`: what differs from the shipped folder, published files included (path → text, None: gone), and `digest` what
    they make together: a run never mixes two states. `summary`: the tallies of its slices added up (web/dryrun/tally.py).
    """

    __tablename__ = "standard_runs"
    __table_args__ = (Index("ix_standard_runs_state", "state"), Index("ix_standard_runs_draft", "draft_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("standard_drafts.id"))
    revision: Mapped[int] = mapped_column()  # of the draft
    standard_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200), default="")
    files: Mapped[dict[str, str | None]] = mapped_column(Document)
    digest: Mapped[str] = mapped_column(String(80))
    first: Mapped[dt.date | None] = mapped_column()  # recorded from this day on; None: all before
    last: Mapped[dt.date | None] = mapped_column()
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    most: Mapped[int | None] = mapped_column()  # the newest so many; None: all
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.RUNNING)
    total: Mapped[int] = mapped_column(default=0)  # recordings
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)  # of those done: set aside with their reason
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    failure: Mapped[str] = mapped_column(String(500), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class StandardRunSlice(Base):
    """Some recordings of a run that one process judges and writes at once. Only the holder of `token` may end it."""

    __tablename__ = "standard_run_slices"
    __table_args__ = (
        UniqueConstraint("run_id", "number"),
        Index("ix_standard_run_slices_state", "state", "run_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("standard_runs.id"))
    number: Mapped[int] = mapped_column()  # 1, 2, … within the run
    recordings: Mapped[list[int]] = mapped_column(JSON)
    state: Mapped[SliceState] = mapped_column(words(SliceState), default=SliceState.WAITING)
    token: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    holder: Mapped[str] = mapped_column(String(128), default="")
    deaths: Mapped[int] = mapped_column(default=0)


class StandardRunRecording(Base):
    """A recording of a run that changes or could not be judged; of all others only the tally speaks."""

    __tablename__ = "standard_run_recordings"
    __table_args__ = (Index("ix_standard_run_recordings_technician", "run_id", "technician_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("standard_runs.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    standard_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[float | None] = mapped_column()  # points, with people's decisions and links
    after: Mapped[float | None] = mapped_column()
    kept: Mapped[str] = mapped_column(String(16), default="")  # signed | frozen: what was found changes nothing
    failure: Mapped[str] = mapped_column(String(500), default="")


class StandardRunDifference(Base):
    """A clause that reads otherwise under the draft. `way`: web/dryrun/difference.py."""

    __tablename__ = "standard_run_differences"
    __table_args__ = (Index("ix_standard_run_differences_item", "run_id", "item_id", "way"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("standard_runs.id"), primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column()
    kind: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(16))
    before: Mapped[str | None] = mapped_column(String(16))
    after: Mapped[str | None] = mapped_column(String(16))
    decided: Mapped[bool] = mapped_column(default=False, server_default=false())  # a person's verdict stands anyway
    start_s: Mapped[float | None] = mapped_column()
    end_s: Mapped[float | None] = mapped_column()
    quote: Mapped[str] = mapped_column(String(200), default="")


class StandardRejudging(Base):
    """What was recorded since a version took effect being judged again by it; `last_id`: how far its jobs are queued."""

    __tablename__ = "standard_rejudgings"

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("standard_versions.id"))
    state: Mapped[RunState] = mapped_column(words(RunState), default=RunState.RUNNING)
    last_id: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    queued: Mapped[int] = mapped_column(default=0)
    signed: Mapped[int] = mapped_column(default=0)  # these stay as they are
    frozen: Mapped[int] = mapped_column(default=0)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
