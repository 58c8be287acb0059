"""What people and pages ask of the queue: work to be done, done again, or not done at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.models import Job, JobKind, JobState, Recording, ReviewState
from web.queue.states import ACTIVE, active_jobs, end, follow, release

URGENT = 10  # priority of what somebody waits for in front of the page
IN_THE_BACKGROUND = 200  # and of what nobody waits for
LISTEN_AGAIN = "标准有改动，按声音复核疑点"  # the cause of a HEAR that listens only to what is in question


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
    active = {j.kind: j for j in active_jobs(session, recording_id)}
    job = active.get(kind)
    if job is None and kind is JobKind.SCORE and recording.analysis_id is None:
        job = active.get(JobKind.HEAR)
    if job is None:
        job = Job(recording_id=recording_id, kind=kind, cause=cause[:200], requested_by_id=user_id, priority=priority)
        session.add(job)
    elif job.kind is kind:
        job.priority = min(job.priority, priority)
        if job.state is JobState.RUNNING and kind is JobKind.SCORE:
            release(job)
            job.cause, job.requested_by_id = cause[:200], user_id
    session.flush()
    follow(session, recording)
    return job.id


def cancel(session: Session, recording_id: int, now: datetime | None = None) -> int:
    """End all queued and running work of a recording; return how many jobs. Their workers learn it by heartbeat."""
    jobs = active_jobs(session, recording_id)
    for job in jobs:
        end(job, JobState.CANCELLED, now)
    session.flush()
    recording = session.get(Recording, recording_id)
    if recording is not None:
        follow(session, recording)
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
