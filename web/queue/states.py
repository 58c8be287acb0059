"""A job's state and its recording's: set here, in the transaction of the step that changes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from web.db import now as present
from web.models import Job, JobKind, JobState, Recording, RecordingState
from web.queue.types import JobFailure

ACTIVE = (JobState.QUEUED, JobState.RUNNING)


def active_jobs(session: Session, recording_id: int) -> list[Job]:
    return list(session.scalars(select(Job).where(Job.recording_id == recording_id, Job.state.in_(ACTIVE))))


def held(session: Session, token: str) -> Job | None:
    """The running job that the token holds; None where it is no longer this worker's."""
    return session.scalar(select(Job).where(Job.lease_token == token, Job.state == JobState.RUNNING))


def release(job: Job) -> None:
    job.state, job.lease_token, job.lease_until = JobState.QUEUED, None, None
    reset_progress(job)


def reset_progress(job: Job) -> None:
    job.stage, job.done_s, job.total_s, job.fraction = "", 0.0, 0.0, 0.0


def end(job: Job, state: JobState, at: datetime | None) -> None:
    job.state, job.lease_token, job.lease_until, job.finished_at = state, None, None, at or present()


def put_failure(job: Job, failure: JobFailure) -> None:
    job.error_code, job.error = failure.code[:64], failure.error[:500]
    job.advice, job.detail = failure.advice[:500], failure.detail


def follow(session: Session, recording: Recording) -> None:
    """Let the recording's state be that of its hearing; scoring it again or listening again does not change it.

    What a person took out of the count stays out, whatever becomes of the work on it.
    """
    if recording.state is RecordingState.EXCLUDED:
        return
    hearing = session.scalar(
        select(Job.state)
        .where(Job.recording_id == recording.id, Job.kind == JobKind.HEAR)
        .order_by(Job.id.desc())
        .limit(1)
    )
    if hearing in ACTIVE and recording.analysis_id is None:
        recording.state = RecordingState(hearing.value)
    elif recording.analysis_id is not None:
        recording.state = RecordingState.JUDGED
    elif hearing is not None:
        recording.state = RecordingState(hearing.value)
    else:
        recording.state = RecordingState.NEEDS_DATA
