"""What the queue page shows: jobs with their state in words, speed, place in the queue and time left.

Lists are bounded; a job counts as failed only while it is the last of its recording: what was tried again is history.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from web.kit.access import visible
from web.kit.login import Viewer
from web.models import Job, JobKind, JobState, Recording, ReviewState

MOST = 50  # lines of one group
LATEST = 400  # how far back the list of finished work goes
RECENT = 20  # jobs that the expected speed is taken from
BULK = 5000  # recordings of one bulk act
SOON_SHARE = 0.03  # with less done, an estimate of the time left is guesswork

FILTERS = ("open", "running", "queued", "failed", "done", "cancelled")
STATES = {
    "running": (JobState.RUNNING,),
    "queued": (JobState.QUEUED,),
    "failed": (JobState.FAILED, JobState.SET_ASIDE),
    "done": (JobState.DONE,),
    "cancelled": (JobState.CANCELLED,),
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job as the page shows it. `state`: running | stuck | queued | failed | set_aside | done | cancelled.

    `elapsed_s` and `left_s` in seconds, `speed` in seconds of audio a second, `place` counts from 1.
    """

    recording_id: int
    job_id: int
    name: str
    size_bytes: int
    duration_s: float | None
    kind: str
    cause: str
    state: str
    stage: str
    fraction: float
    elapsed_s: float | None
    speed: float | None
    place: int | None
    left_s: float | None
    created_at: datetime
    finished_at: datetime | None
    attempts: int
    error_code: str
    error: str
    advice: str
    detail: str
    signed: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Jobs of one state: the first `MOST` of `total`."""

    name: str
    lines: tuple[JobLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    """The page: the chosen filter's groups, how many jobs each filter has, how many recordings wait for data."""

    chosen: str
    groups: tuple[Group, ...]
    counts: dict[str, int]
    active: int

    @property
    def etag(self) -> str:
        """A digest of all that is shown."""
        return hashlib.sha256(repr((self.chosen, self.groups, self.counts)).encode()).hexdigest()[:24]

    @property
    def total(self) -> int:
        """How many jobs the chosen filter has."""
        return sum(group.total for group in self.groups)


def board(session: Session, viewer: Viewer, chosen: str, now: datetime) -> Board:
    """Return the page for a filter of `FILTERS`."""
    names = ("running", "failed", "queued") if chosen == "open" else (chosen,)
    counts = {name: _count(session, viewer, name) for name in ("running", "queued", "failed")}
    pace = _pace(session)
    groups = []
    for name in names:
        lines = [_line(job, recording, now) for job, recording in _rows(session, viewer, name)]
        groups.append(Group(name, tuple(lines), counts[name] if name in counts else len(lines)))
    running = next((g.lines for g in groups if g.name == "running"), None)
    if running is None and "queued" in names:
        running = tuple(_line(job, recording, now) for job, recording in _rows(session, viewer, "running"))
    ahead_s = sum(line.left_s or 0.0 for line in running or ())
    groups = [replace(g, lines=_placed(g.lines, pace, ahead_s)) if g.name == "queued" else g for g in groups]
    return Board(chosen, tuple(groups), counts, counts["running"] + counts["queued"])


def recordings_of(session: Session, viewer: Viewer, chosen: str) -> list[int]:
    """Return the recordings of all jobs of a filter, at most `BULK`: what "select all of this filter" means."""
    names = ("running", "failed", "queued") if chosen == "open" else (chosen,)
    found: list[int] = []
    for name in names:
        statement = _statement(select(Job.recording_id), viewer, name)
        found += session.scalars(statement.limit(LATEST if name in ("done", "cancelled") else BULK))
    return list(dict.fromkeys(found))[:BULK]


def _rows(session: Session, viewer: Viewer, name: str) -> Iterable[tuple[Job, Recording]]:
    # as they will be taken; scoring has a post of its own
    order = (Job.kind.desc(), Job.priority, Job.id) if name == "queued" else (Job.id.desc(),)
    pairs: Any = select(Job, Recording)
    rows = session.execute(_statement(pairs, viewer, name).order_by(*order).limit(MOST))
    return [(job, recording) for job, recording in rows]


def _statement(columns: Select[Any], viewer: Viewer, name: str) -> Select[Any]:
    statement = columns.select_from(Job).join(Recording, Recording.id == Job.recording_id)
    if name in ("done", "cancelled"):  # of a hundred thousand only the latest matter
        oldest = select(func.coalesce(func.max(Job.id), 0) - LATEST).scalar_subquery()
        statement = statement.where(Job.id > oldest)
    statement = statement.where(Job.state.in_(STATES[name]))
    if name in ("failed", "cancelled"):
        statement = statement.where(_last())
    return visible(statement, viewer)


def _last() -> ColumnElement[bool]:
    later = aliased(Job)
    return ~select(literal(1)).where(later.recording_id == Job.recording_id, later.id > Job.id).exists()


def _count(session: Session, viewer: Viewer, name: str) -> int:
    return session.scalar(_statement(select(func.count()), viewer, name)) or 0


def _pace(session: Session) -> float | None:
    """Seconds that hearing one recording took on average lately, None where none was heard yet."""
    times = session.execute(
        select(Job.started_at, Job.finished_at)
        .where(Job.state == JobState.DONE, Job.kind == JobKind.HEAR)
        .order_by(Job.id.desc())
        .limit(RECENT)
    ).all()
    spent = [(end - start).total_seconds() for start, end in times if start and end]
    return sum(spent) / len(spent) if spent else None


def _line(job: Job, recording: Recording, now: datetime) -> JobLine:
    state = job.state.value
    if job.state is JobState.RUNNING and job.lease_until is not None and job.lease_until < now:
        state = "stuck"
    end = job.finished_at or (now if job.state is JobState.RUNNING else None)
    elapsed_s = max(0.0, (end - job.started_at).total_seconds()) if job.started_at and end else None
    left_s = speed = None
    if elapsed_s and job.fraction > SOON_SHARE:
        if state == "running":
            left_s = elapsed_s * (1 - job.fraction) / job.fraction
        if recording.duration_s and job.kind is JobKind.HEAR and state in ("running", "done"):
            speed = job.fraction * recording.duration_s / elapsed_s
    return JobLine(
        recording.id,
        job.id,
        recording.original_name,
        recording.size_bytes,
        recording.duration_s,
        job.kind.value,
        job.cause,
        state,
        job.stage,
        job.fraction,
        elapsed_s,
        speed,
        None,
        left_s,
        job.created_at,
        job.finished_at,
        job.attempts,
        job.error_code,
        job.error,
        job.advice,
        job.detail,
        recording.review_state is ReviewState.SIGNED,
    )


def _placed(lines: tuple[JobLine, ...], pace_s: float | None, ahead_s: float) -> tuple[JobLine, ...]:
    """Give queued jobs their place, and hearings the time until they are done."""
    placed, places = [], dict.fromkeys(JobKind, 0)
    for line in lines:
        kind = JobKind(line.kind)
        places[kind] += 1
        left_s = None
        if kind is JobKind.HEAR and pace_s is not None:
            left_s = ahead_s + places[kind] * pace_s
        placed.append(replace(line, place=places[kind], left_s=left_s))
    return tuple(placed)
