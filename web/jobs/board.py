"""What the queue page shows: jobs with their state in words, speed, place in the queue and time left.

Lists are bounded; a job counts as failed only while it is the last of its recording: what was tried again is history.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session, aliased

from web.intake.private import hide
from web.kit.access import reads_private, visible
from web.kit.counts import counted
from web.kit.login import Viewer
from web.kit.recording_line import columns_of
from web.models import Job, JobKind, JobState, Recording, ReviewState
from web.queue import LISTEN_AGAIN

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
    kind: JobKind
    cause: str
    state: str
    stage: str
    fraction: float
    created_at: datetime
    finished_at: datetime | None
    attempts: int
    error_code: str
    error: str
    advice: str
    detail: str
    signed: bool
    elapsed_s: float | None = None
    speed: float | None = None
    place: int | None = None
    left_s: float | None = None


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
    code: str = ""  # failures of this kind only

    @property
    def etag(self) -> str:
        told = (self.chosen, self.code, self.groups, self.counts)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:24]

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Failures:
    """The failures of one kind: its code, how many, the words and the time of the last."""

    code: str
    count: int
    error: str
    last_at: datetime | None


def failures(session: Session, viewer: Viewer) -> tuple[Failures, ...]:
    """What failed and was not tried again, by kind, most first."""
    wanted: list[ColumnElement[Any]] = [func.count(), func.max(Job.id), func.max(Job.finished_at)]
    columns = _statement(select(Job.error_code, *wanted), viewer, "failed")
    rows = session.execute(columns.group_by(Job.error_code)).all()
    last = select(Job.id, Job.error).where(Job.id.in_([row[2] for row in rows]))
    words = dict(session.execute(last).all()) if rows else {}
    found = [Failures(code, count, words.get(number, ""), at) for code, count, number, at in rows]
    return tuple(sorted(found, key=lambda one: (-one.count, one.code)))


def board(session: Session, viewer: Viewer, chosen: str, now: datetime, code: str = "") -> Board:
    """The page for a filter of `FILTERS`; with a `code`, of the failures those of this kind only."""
    names = ("running", "failed", "queued") if chosen == "open" else (chosen,)
    counts = {name: _count(session, viewer, name) for name in ("running", "queued", "failed")}
    pace = _pace(session)
    groups = []
    for name in names:
        lines = _lines(session, viewer, name, now, code)
        total = _count(session, viewer, name, code) if code and name == "failed" else counts.get(name, len(lines))
        groups.append(Group(name, lines, total))
    running = next((g.lines for g in groups if g.name == "running"), None)
    if running is None and "queued" in names:
        running = _lines(session, viewer, "running", now)
    ahead_s = sum(line.left_s or 0.0 for line in running or ())
    groups = [replace(g, lines=_placed(g.lines, pace, ahead_s)) if g.name == "queued" else g for g in groups]
    return Board(chosen, tuple(groups), counts, counts["running"] + counts["queued"], code)


def recordings_of(session: Session, viewer: Viewer, chosen: str, code: str = "") -> list[int]:
    """The recordings of all jobs of a filter, at most `BULK`: what "select all of this filter" means."""
    names = ("running", "failed", "queued") if chosen == "open" else (chosen,)
    ids: list[int] = []
    for name in names:
        statement = _statement(select(Job.recording_id), viewer, name, code)
        ids += session.scalars(statement.limit(LATEST if name in ("done", "cancelled") else BULK))
    return list(dict.fromkeys(ids))[:BULK]


_OF_JOB = (
    "kind cause state stage fraction created_at started_at finished_at lease_until attempts error_code error advice detail"
).split()


def _lines(session: Session, viewer: Viewer, name: str, now: datetime, code: str = "") -> tuple[JobLine, ...]:
    # as they will be taken; scoring has a post of its own
    order = (Job.kind.desc(), Job.priority, Job.id) if name == "queued" else (Job.id.desc(),)
    columns: Select[Any] = select(
        *columns_of(
            JobLine,
            job_id=Job.id,
            signed=Recording.review_state == ReviewState.SIGNED,
            **{name: getattr(Job, name) for name in _OF_JOB},
        )
    )
    rows = session.execute(_statement(columns, viewer, name, code).order_by(*order).limit(MOST))
    lines = tuple(_line(row._asdict(), now) for row in rows)
    if reads_private(viewer):
        return lines
    return tuple(replace(one, name=hide(one.name), error=hide(one.error), detail=hide(one.detail)) for one in lines)


def _statement(columns: Select[Any], viewer: Viewer, name: str, code: str = "") -> Select[Any]:
    statement = columns.select_from(Job).join(Recording, Recording.id == Job.recording_id)
    if name in ("done", "cancelled"):  # of a hundred thousand only the latest matter
        oldest = select(func.coalesce(func.max(Job.id), 0) - LATEST).scalar_subquery()
        statement = statement.where(Job.id > oldest)
    statement = statement.where(Job.state.in_(STATES[name]))
    if name in ("failed", "cancelled"):
        statement = statement.where(_last())
    if name == "failed" and code:
        statement = statement.where(Job.error_code == code)
    return visible(statement, viewer)


@counted("jobs.queue", show="failed")
def _failed(viewer: Viewer) -> Select[Any]:
    return _statement(select(Job.id), viewer, "failed")


def _last() -> ColumnElement[bool]:
    later = aliased(Job)
    return ~select(literal(1)).where(later.recording_id == Job.recording_id, later.id > Job.id).exists()


def _count(session: Session, viewer: Viewer, name: str, code: str = "") -> int:
    return session.scalar(_statement(select(func.count()), viewer, name, code)) or 0


def _pace(session: Session) -> float | None:
    """Seconds that hearing one recording took on average lately, None where none was heard yet."""
    times = session.execute(
        select(Job.started_at, Job.finished_at)
        .where(Job.state == JobState.DONE, Job.kind == JobKind.HEAR, Job.cause != LISTEN_AGAIN)
        .order_by(Job.id.desc())
        .limit(RECENT)
    ).all()
    spent = [(end - start).total_seconds() for start, end in times if start and end]
    return sum(spent) / len(spent) if spent else None


def _line(values: dict[str, Any], now: datetime) -> JobLine:
    """The line of a row: with the state in words, and how fast the work goes."""
    started_at, lease_until = values.pop("started_at"), values.pop("lease_until")
    line = JobLine(**values)
    running = line.state == JobState.RUNNING
    stuck = running and lease_until is not None and lease_until < now
    end = line.finished_at or (now if running else None)
    elapsed_s = max(0.0, (end - started_at).total_seconds()) if started_at and end else None
    left_s = speed = None
    if elapsed_s and line.fraction > SOON_SHARE:
        if running and not stuck:
            left_s = elapsed_s * (1 - line.fraction) / line.fraction
        heard = line.kind is JobKind.HEAR and line.cause != LISTEN_AGAIN
        if line.duration_s and heard and not stuck and (running or line.state == JobState.DONE):
            speed = line.fraction * line.duration_s / elapsed_s
    return replace(line, state="stuck" if stuck else line.state, elapsed_s=elapsed_s, left_s=left_s, speed=speed)


def _placed(lines: tuple[JobLine, ...], pace_s: float | None, ahead_s: float) -> tuple[JobLine, ...]:
    """Give queued jobs their place, and hearings the time until they are done."""
    placed, places = [], dict.fromkeys(JobKind, 0)
    for line in lines:
        places[line.kind] += 1
        left_s = None
        if line.kind is JobKind.HEAR and pace_s is not None:
            left_s = ahead_s + places[line.kind] * pace_s
        placed.append(replace(line, place=places[line.kind], left_s=left_s))
    return tuple(placed)
