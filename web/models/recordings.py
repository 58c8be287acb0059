"""Recordings, how they came in, and the work of hearing and judging them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from web.db import UtcDateTime, now
from web.models.base import Base, words


class RecordingState(StrEnum):
    """How far the machine is with a recording (the Job says more), but for EXCLUDED.

    Whatever counts recordings asks for judged ones: so an excluded one is in no figure, list of evidence or work list.
    """

    NEEDS_DATA = "needs_data"  # received, but its standard is not known yet
    QUEUED = "queued"
    RUNNING = "running"
    JUDGED = "judged"
    FAILED = "failed"
    SET_ASIDE = "set_aside"  # killed its worker three times
    CANCELLED = "cancelled"
    EXCLUDED = "excluded"  # a person took it out of all figures (`Exclusion` says why)


class ReviewState(StrEnum):
    """How far people are with it."""

    OPEN = "open"
    STARTED = "started"
    SIGNED = "signed"


LISTED = """
    deleted_at recorded_at id technician_id work_order_id standard_id state review_state score
    forbidden_count suspicion_count missed_count not_judged_count unheard_s sampled recorded_on duration_s risk original_name
""".split()


class Recording(Base):
    """One recording (or an imported transcript: then `stored_key` is empty).

    Counters and scores are copies of the current analysis and decisions, kept by `web/intake/rows.py` for lists.
    `revision` grows with every human change: forms carry it, so that nobody overwrites another's work unseen.
    """

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_state_id", "state", "id"),
        Index("ix_recordings_recorded_at_id", "recorded_at", "id"),
        Index("ix_recordings_technician_id_recorded_at", "technician_id", "recorded_at", "deleted_at"),
        Index("ix_recordings_review_risk", "review_state", "risk", "id"),
        Index("ix_recordings_recorded_on", "deleted_at", "recorded_on"),
        Index("ix_recordings_work_order_id", "work_order_id", "deleted_at"),
        Index("ix_recordings_state_recorded_on", "state", "deleted_at", "recorded_on"),
        Index("ix_recordings_sampled", "sampled", "review_state", "state", "deleted_at", "id"),
        Index(  # whose review it is: index-only for the desk of a reviewer and for its count
            "ix_recordings_reviewer",
            "reviewer_id",
            "review_state",
            "state",
            "deleted_at",
            "reserved_on",
            sqlite_where=text("reviewer_id IS NOT NULL"),
            postgresql_where=text("reviewer_id IS NOT NULL"),
        ),
        Index("ix_recordings_suspicions", "state", "deleted_at", "suspicion_count"),
        Index("ix_recordings_list", *LISTED),  # the list is filtered and sorted without touching the table
        Index(
            "ix_recordings_to_erase",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL AND words_erased_at IS NULL"),
            postgresql_where=text("deleted_at IS NOT NULL AND words_erased_at IS NULL"),
        ),
        Index(
            "uq_recordings_sha256_alive",
            "sha256",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    original_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    stored_key: Mapped[str] = mapped_column(String(128), default="")
    media_type: Mapped[str] = mapped_column(String(64), default="")
    source: Mapped[str] = mapped_column(String(16), default="upload")  # upload | import | drop | demo
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    audio_erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # by date or on request; the rest stays
    words_erased_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    standard_id: Mapped[str | None] = mapped_column(String(64))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    recorded_on: Mapped[dt.date] = mapped_column(default=lambda: now().date())  # in the site's zone
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # given by people; win over the work order's
    technician_channel: Mapped[int | None] = mapped_column()
    roles: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # {speaker id: role} set by a person
    note: Mapped[str] = mapped_column(String(500), default="")

    state: Mapped[RecordingState] = mapped_column(words(RecordingState), default=RecordingState.NEEDS_DATA)
    duration_s: Mapped[float | None] = mapped_column()
    speech_s: Mapped[float | None] = mapped_column()
    unheard_s: Mapped[float | None] = mapped_column()
    channels: Mapped[int | None] = mapped_column()
    analysis_id: Mapped[int | None] = mapped_column(ForeignKey("analyses.id", use_alter=True))  # the current one
    machine_score: Mapped[float | None] = mapped_column()
    score: Mapped[float | None] = mapped_column()  # with people's decisions; equals machine_score without any
    judged_count: Mapped[int] = mapped_column(default=0)
    not_judged_count: Mapped[int] = mapped_column(default=0)
    missed_count: Mapped[int] = mapped_column(default=0)  # required items missed
    forbidden_count: Mapped[int] = mapped_column(default=0)  # forbidden items said
    suspicion_count: Mapped[int] = mapped_column(default=0)
    role_confidence: Mapped[float | None] = mapped_column()  # of the technician's role, 0..1

    review_state: Mapped[ReviewState] = mapped_column(words(ReviewState), default=ReviewState.OPEN)
    risk: Mapped[float] = mapped_column(default=0.0)  # 0..1, sorts the work list
    sampled: Mapped[bool] = mapped_column(default=False)  # drawn at random for review
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # whose work it is to review it
    reserved_on: Mapped[dt.date | None] = mapped_column()  # drawn for the share of that day only; None: given to keep
    signed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revision: Mapped[int] = mapped_column(default=0)


class JobKind(StrEnum):
    HEAR = "hear"  # the whole pipeline, from the audio
    SCORE = "score"  # judge again what was heard


class JobState(StrEnum):
    """How far it is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SET_ASIDE = "set_aside"


class Job(Base):
    """A piece of work. Who holds the current `lease_token` may report and finish it, nobody else (RELIABILITY §7)."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_priority_id", "state", "priority", "id"),
        Index("ix_jobs_recording_id_id", "recording_id", "id"),
        Index("ix_jobs_finished_at", "finished_at"),
        Index("ix_jobs_state_kind_id", "state", "kind", "id", "started_at", "finished_at"),
        Index(
            "uq_jobs_recording_active",
            "recording_id",
            "kind",
            unique=True,
            sqlite_where=text("state IN ('queued', 'running')"),
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"))
    kind: Mapped[JobKind] = mapped_column(words(JobKind))
    state: Mapped[JobState] = mapped_column(words(JobState), default=JobState.QUEUED)
    priority: Mapped[int] = mapped_column(default=100)  # smaller first
    cause: Mapped[str] = mapped_column(String(200), default="")  # shown: 角色对调, 文字更正 …
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    attempts: Mapped[int] = mapped_column(default=0)
    deaths: Mapped[int] = mapped_column(default=0)  # how often its worker died
    lease_token: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    worker: Mapped[str] = mapped_column(String(128), default="")
    stage: Mapped[str] = mapped_column(String(16), default="")
    done_s: Mapped[float] = mapped_column(default=0.0)  # seconds of audio done in the stage
    total_s: Mapped[float] = mapped_column(default=0.0)
    fraction: Mapped[float] = mapped_column(default=0.0)  # of the whole work, 0..1
    stage_s: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)  # {stage: seconds it took}, of work done
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str] = mapped_column(String(64), default="")
    error: Mapped[str] = mapped_column(String(500), default="")
    advice: Mapped[str] = mapped_column(String(500), default="")
    detail: Mapped[str] = mapped_column(Text, default="")


class TakenFile(Base):
    """A file that was taken in from where it lies, so that the next import goes on behind it without reading it again.

    `key` is the digest of its place (names tell of people), `stamp` that of its size, its time and what was told about it.
    """

    __tablename__ = "taken_files"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(64))
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id"), index=True)
    taken_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)


class UploadState(StrEnum):
    """How far an upload is."""

    RECEIVING = "receiving"
    DONE = "done"
    REFUSED = "refused"


class Upload(Base):
    """A file on its way in, slice by slice; `received_bytes` is what surely lies on the disk."""

    __tablename__ = "uploads"
    __table_args__ = (Index("ix_uploads_user_state", "user_id", "state"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    original_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    received_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    fingerprint: Mapped[str] = mapped_column(String(128), default="")  # the browser's, to resume after a reload
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[UploadState] = mapped_column(words(UploadState), default=UploadState.RECEIVING)
    refusal: Mapped[str] = mapped_column(String(500), default="")
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recordings.id"))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
