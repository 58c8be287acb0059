"""A worker's side of the queue: claim a job, prolong its lease, end it; and take back the jobs of silent workers."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from web.db import now as present
from web.models import Job, JobKind, JobState, Recording
from web.queue.states import end, follow, held, put_failure, release, reset_progress
from web.queue.types import MEMORY_WORDS, OUT_OF_MEMORY, Claim, JobFailure, Reaped, Standing

MOST_DEATHS = 3  # a file that kills its worker this often is set aside
AFTER_A_DEATH = 150  # priority: what waits meanwhile goes first, a deadly file may take minutes each time


def claim(
    session: Session, worker: str, lease_s: float, kinds: Collection[JobKind], now: datetime | None = None
) -> Claim | None:
    """Take the most urgent queued job of these kinds, the oldest of equals; None where there is none."""
    now = now or present()
    job = session.scalar(
        select(Job).where(Job.state == JobState.QUEUED, Job.kind.in_(kinds)).order_by(Job.priority, Job.id).limit(1)
    )
    if job is None:
        return None
    job.state = JobState.RUNNING
    job.lease_token = secrets.token_hex(16)
    job.lease_until = now + timedelta(seconds=lease_s)
    job.worker, job.started_at, job.finished_at = worker[:128], now, None
    job.attempts += 1
    reset_progress(job)
    session.flush()
    follow(session, session.get_one(Recording, job.recording_id))
    return Claim(job.id, job.recording_id, job.kind, job.lease_token)


def heartbeat(
    session: Session, token: str, lease_s: float, standing: Standing | None = None, now: datetime | None = None
) -> bool:
    """Prolong the lease and tell how far the work is. False where the job is no longer this worker's: stop it."""
    job = held(session, token)
    if job is None:
        return False
    job.lease_until = (now or present()) + timedelta(seconds=lease_s)
    if standing is not None:
        job.stage, job.done_s, job.total_s = standing.stage, standing.done_s, standing.total_s
        job.fraction = max(job.fraction, min(1.0, standing.fraction))
    return True


def finish(session: Session, token: str, now: datetime | None = None) -> bool:
    """End a job whose result the caller writes in this very transaction. False where it is no longer this worker's."""
    job = held(session, token)
    if job is None:
        return False
    end(job, JobState.DONE, now)
    job.fraction = 1.0
    session.flush()
    follow(session, session.get_one(Recording, job.recording_id))
    return True


def withdraw(session: Session, token: str, failure: JobFailure, now: datetime | None = None) -> bool:
    """Cancel a job whose result is not wanted any more. False where it is no longer this worker's."""
    return _end_with(session, token, JobState.CANCELLED, failure, now)


def fail(session: Session, token: str, failure: JobFailure, now: datetime | None = None) -> bool:
    """End a job with the reason why it failed. False where it is no longer this worker's."""
    return _end_with(session, token, JobState.FAILED, failure, now)


def give_back(session: Session, token: str, detail: str = "") -> bool:
    """Queue a job again that its worker stops on purpose; no death is counted."""
    job = held(session, token)
    if job is None:
        return False
    release(job)
    job.detail = detail or job.detail
    follow(session, session.get_one(Recording, job.recording_id))
    return True


def died(
    session: Session, token: str, detail: str, now: datetime | None = None, *, killed: bool = False
) -> JobState | None:
    """Note that the process that held a job died: queued again, set aside at the third time. None: not held.

    `killed`: by the kernel, which does so where memory runs out.
    """
    job = held(session, token)
    return None if job is None else _bury(session, job, detail, now, killed)


def reap(session: Session, now: datetime | None = None) -> Reaped:
    """Take the jobs of workers that have been silent for longer than their lease."""
    now = now or present()
    silent = session.scalars(select(Job).where(_silent(now)).order_by(Job.id)).all()
    ended = [(job.id, _bury(session, job, f"{job.worker}：{job.stage or '开始'}时没有了心跳", now)) for job in silent]
    return Reaped(
        tuple(i for i, state in ended if state is JobState.QUEUED),
        tuple(i for i, state in ended if state is JobState.SET_ASIDE),
    )


def lapsed(session: Session, now: datetime | None = None) -> bool:
    """Return whether some worker has been silent for longer than its lease."""
    return session.scalar(select(Job.id).where(_silent(now or present())).limit(1)) is not None


def _silent(now: datetime) -> ColumnElement[bool]:
    return and_(Job.state == JobState.RUNNING, Job.lease_until < now)


def _end_with(session: Session, token: str, state: JobState, failure: JobFailure, now: datetime | None) -> bool:
    job = held(session, token)
    if job is None:
        return False
    end(job, state, now)
    put_failure(job, failure)
    follow(session, session.get_one(Recording, job.recording_id))
    return True


def _bury(session: Session, job: Job, detail: str, now: datetime | None, killed: bool = False) -> JobState:
    job.deaths += 1
    if job.deaths < MOST_DEATHS:
        release(job)
        job.priority = max(job.priority, AFTER_A_DEATH)
        job.detail = f"{MEMORY_WORDS[0]}（进程被系统结束）；{detail}" if killed else detail
    elif killed:
        end(job, JobState.SET_ASIDE, now)
        put_failure(job, JobFailure(OUT_OF_MEMORY, f"{MEMORY_WORDS[0]}，已试 {job.deaths} 次", MEMORY_WORDS[1], detail))
    else:
        end(job, JobState.SET_ASIDE, now)
        error = f"处理这段录音时，后台进程中断了 {job.deaths} 次，已搁置"
        advice = "请换一种格式重新导出再上传，或交给管理员检查；其他录音不受影响"
        put_failure(job, JobFailure("worker-died", error, advice, detail))
    session.flush()
    follow(session, session.get_one(Recording, job.recording_id))
    return job.state
