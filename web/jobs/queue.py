"""The queue: plain functions over a session, each told what time it is. They decide; nothing here waits or retries.

Call them in `db.writing()`: on SQLite the transaction holds the only write lock, on PostgreSQL `claim` skips rows
that another worker has locked. `Recording.state` follows in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now as present
from web.intake import effective, rows
from web.models import Job, JobKind, JobState, Recording, RecordingState, ReviewState

MOST_DEATHS = 3  # a file that kills its worker this often is set aside
URGENT = 10  # priority of what somebody waits for in front of the page
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds until its lease ends. `inputs` is what people have told about the recording."""

    job_id: int
    recording_id: int
    kind: JobKind
    token: str
    inputs: effective.Inputs


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a job is: the stage, seconds of audio done of all in it, and the share of the whole work in [0, 1]."""

    stage: str
    done_s: float
    total_s: float
    fraction: float


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: a stable code, a sentence, what to do about it, and what a technician needs."""

    code: str
    error: str
    advice: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reaped:
    """Jobs whose worker fell silent: queued again, or set aside after the third time."""

    again: tuple[int, ...]
    aside: tuple[int, ...]


def enqueue(
    session: Session, recording_id: int, kind: JobKind, cause: str = "", user_id: int | None = None, priority: int = 100
) -> int:
    """Queue work and return its job's id; ring the doorbell after the commit.

    Work that is already queued is returned, made as urgent as asked. A running SCORE is taken from its worker and
    queued again, because it judges what people had told before. A SCORE of a recording that is only now being heard
    is that hearing itself: it judges by what is known at its end. Raises LookupError for no such recording.
    """
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        raise LookupError(f"no recording {recording_id}")
    active = {j.kind: j for j in _active(session, recording_id)}
    job = active.get(kind)
    if job is None and kind is JobKind.SCORE and recording.analysis_id is None:
        job = active.get(JobKind.HEAR)
    if job is None:
        job = Job(recording_id=recording_id, kind=kind, cause=cause[:200], requested_by_id=user_id, priority=priority)
        session.add(job)
    elif job.kind is kind:
        job.priority = min(job.priority, priority)
        if job.state is JobState.RUNNING and kind is JobKind.SCORE:
            _release(job, JobState.QUEUED)
            job.cause, job.requested_by_id = cause[:200], user_id
    session.flush()
    _follow(session, recording)
    return job.id


def claim(
    session: Session, worker: str, lease_s: float, kinds: Collection[JobKind], now: datetime | None = None
) -> Claim | None:
    """Take the most urgent queued job of these kinds, the oldest of equals; None where there is none."""
    now = now or present()
    job = session.scalar(
        select(Job)
        .where(Job.state == JobState.QUEUED, Job.kind.in_(kinds))
        .order_by(Job.priority, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.lease_token = secrets.token_hex(16)
    job.lease_until = now + timedelta(seconds=lease_s)
    job.worker, job.started_at, job.finished_at = worker[:128], now, None
    job.attempts += 1
    job.stage, job.done_s, job.total_s, job.fraction = "", 0.0, 0.0, 0.0
    session.flush()
    recording = session.get_one(Recording, job.recording_id)
    _follow(session, recording)
    inputs = effective.inputs(session, recording)
    return Claim(job.id, job.recording_id, job.kind, job.lease_token, inputs)


def heartbeat(
    session: Session, token: str, lease_s: float, standing: Standing | None = None, now: datetime | None = None
) -> bool:
    """Prolong the lease and tell how far the work is. False where the job is no longer this worker's: stop it."""
    job = _held(session, token)
    if job is None:
        return False
    job.lease_until = (now or present()) + timedelta(seconds=lease_s)
    if standing is not None:
        job.stage, job.done_s, job.total_s = standing.stage, standing.done_s, standing.total_s
        job.fraction = max(job.fraction, min(1.0, standing.fraction))
    return True


def finish(session: Session, claimed: Claim, document: dict[str, Any], now: datetime | None = None) -> bool:
    """End a job with its Analysis JSON: the rows are written in this transaction, or not at all.

    False where the job is no longer this worker's or the recording has been signed meanwhile; then nothing is
    written. Where people told something new while the machine was hearing, a SCORE follows.
    """
    job = _held(session, claimed.token)
    if job is None:
        return False
    recording = session.get_one(Recording, job.recording_id)
    if recording.review_state is ReviewState.SIGNED:
        _end(job, JobState.CANCELLED, now)
        job.error_code, job.error = "recording-signed", "录音已签核，新的结果没有采用"
        _follow(session, recording)
        return False
    origin = "heard" if job.kind is JobKind.HEAR else "rescored"
    rows.record_analysis(session, recording.id, document, origin, job.cause, job.requested_by_id)
    _end(job, JobState.DONE, now)
    job.fraction = 1.0
    session.flush()
    if job.kind is JobKind.HEAR and effective.inputs(session, recording) != claimed.inputs.of_a_new_hearing():
        enqueue(session, recording.id, JobKind.SCORE, "处理期间资料有改动", job.requested_by_id, URGENT)
    _follow(session, recording)
    return True


def fail(session: Session, token: str, failure: Failure, now: datetime | None = None) -> bool:
    """End a job with the reason why it failed. False where it is no longer this worker's."""
    job = _held(session, token)
    if job is None:
        return False
    _end(job, JobState.FAILED, now)
    _tell(job, failure)
    _follow(session, session.get_one(Recording, job.recording_id))
    return True


def give_back(session: Session, token: str) -> bool:
    """Queue a job again that its worker stops on purpose; no death is counted."""
    job = _held(session, token)
    if job is None:
        return False
    _release(job, JobState.QUEUED)
    _follow(session, session.get_one(Recording, job.recording_id))
    return True


def died(session: Session, token: str, detail: str, now: datetime | None = None) -> JobState | None:
    """Note that the process that held a job died: queued again, set aside at the third time. None: not held."""
    job = _held(session, token)
    return None if job is None else _bury(session, job, detail, now)


def reap(session: Session, now: datetime | None = None) -> Reaped:
    """Take the jobs of workers that have been silent for longer than their lease."""
    now = now or present()
    silent = session.scalars(
        select(Job)
        .where(Job.state == JobState.RUNNING, Job.lease_until < now)
        .order_by(Job.id)
        .with_for_update(skip_locked=True)
    ).all()
    ended = [(job.id, _bury(session, job, f"{job.worker}：{job.stage or '开始'}时没有了心跳", now)) for job in silent]
    return Reaped(
        tuple(i for i, state in ended if state is JobState.QUEUED),
        tuple(i for i, state in ended if state is JobState.SET_ASIDE),
    )


def cancel(session: Session, recording_id: int, now: datetime | None = None) -> int:
    """End all queued and running work of a recording; return how many jobs. Their workers learn it by heartbeat."""
    jobs = _active(session, recording_id)
    for job in jobs:
        _end(job, JobState.CANCELLED, now)
    session.flush()
    recording = session.get(Recording, recording_id)
    if recording is not None:
        _follow(session, recording)
    return len(jobs)


def retry(session: Session, recording_id: int, user_id: int | None = None) -> int | None:
    """Queue again what failed, was cancelled or set aside, and return its job; where work is going on, that one.

    None where there is nothing to do again: deleted, signed, judged, no standard yet, or no audio to hear.
    """
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None or recording.review_state is ReviewState.SIGNED:
        return None
    last = session.scalar(select(Job).where(Job.recording_id == recording_id).order_by(Job.id.desc()).limit(1))
    if last is not None and last.state in ACTIVE:
        return last.id
    if recording.standard_id is None or (recording.analysis_id and (last is None or last.state is JobState.DONE)):
        return None
    if recording.analysis_id is not None:  # heard once is heard: people's corrections hang on it
        return enqueue(session, recording_id, JobKind.SCORE, "重试", user_id, URGENT)
    return enqueue(session, recording_id, JobKind.HEAR, "重试", user_id) if recording.stored_key else None


def delete(session: Session, recording_id: int, now: datetime | None = None) -> bool:
    """Take a recording away, whatever its state; its work ends. The worker removes the audio. False: already gone."""
    recording = session.get(Recording, recording_id)
    if recording is None or recording.deleted_at is not None:
        return False
    cancel(session, recording_id, now)
    recording.deleted_at = now or present()
    recording.revision += 1
    rows.mark_stale(session, recording)
    return True


def _active(session: Session, recording_id: int) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.recording_id == recording_id, Job.state.in_(ACTIVE))))


def _held(session: Session, token: str) -> Job | None:
    """Return the running job that the token holds. Locked on PostgreSQL, so that two ends cannot meet."""
    return session.scalar(select(Job).where(Job.lease_token == token, Job.state == JobState.RUNNING).with_for_update())


def _release(job: Job, state: JobState) -> None:
    job.state, job.lease_token, job.lease_until = state, None, None
    job.stage, job.done_s, job.total_s, job.fraction = "", 0.0, 0.0, 0.0


def _end(job: Job, state: JobState, now: datetime | None) -> None:
    job.state, job.lease_token, job.lease_until, job.finished_at = state, None, None, now or present()


def _tell(job: Job, failure: Failure) -> None:
    job.error_code, job.error = failure.code[:64], failure.error[:500]
    job.advice, job.detail = failure.advice[:500], failure.detail


def _bury(session: Session, job: Job, detail: str, now: datetime | None) -> JobState:
    job.deaths += 1
    if job.deaths < MOST_DEATHS:
        _release(job, JobState.QUEUED)
        job.detail = detail
    else:
        _end(job, JobState.SET_ASIDE, now)
        error = f"处理这段录音时，后台进程中断了 {job.deaths} 次，已搁置"
        advice = "请换一种格式重新导出再上传，或交给管理员检查；其他录音不受影响"
        _tell(job, Failure("worker-died", error, advice, detail))
    session.flush()
    _follow(session, session.get_one(Recording, job.recording_id))
    return job.state


def _follow(session: Session, recording: Recording) -> None:
    """Let the recording's state be that of its hearing; scoring again does not change it."""
    hearing = session.scalar(
        select(Job.state)
        .where(Job.recording_id == recording.id, Job.kind == JobKind.HEAR)
        .order_by(Job.id.desc())
        .limit(1)
    )
    if hearing in ACTIVE:
        recording.state = RecordingState(hearing.value)
    elif recording.analysis_id is not None:
        recording.state = RecordingState.JUDGED
    elif hearing is not None:
        recording.state = RecordingState(hearing.value)
    else:
        recording.state = RecordingState.NEEDS_DATA
