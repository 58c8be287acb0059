"""What a worker takes from the database for a job, and how a result comes back: whole, in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from web import queue
from web.intake import effective, rows
from web.models import JobKind, Recording, ReviewState

SIGNED_MEANWHILE = queue.JobFailure("recording-signed", "录音已签核，新的结果没有采用")


@dataclass(frozen=True, slots=True)
class Assignment(queue.Claim):
    """A claimed job with what people have said about its recording until then."""

    inputs: effective.Inputs


def take(
    session: Session, worker: str, lease_s: float, kinds: Collection[JobKind], now: datetime | None = None
) -> Assignment | None:
    """Claim the next job of these kinds; None where there is none."""
    claim = queue.claim(session, worker, lease_s, kinds, now)
    if claim is None:
        return None
    recording = session.get_one(Recording, claim.recording_id)
    inputs = effective.inputs(session, recording)
    return Assignment(claim.job_id, claim.recording_id, claim.kind, claim.token, inputs)


def store(session: Session, assignment: Assignment, document: dict[str, Any], now: datetime | None = None) -> bool:
    """Write the Analysis JSON and end the job.

    False, and nothing written, where the job is no longer this worker's or the recording has been signed meanwhile.
    Where people said something new while the machine was hearing, a SCORE follows.
    """
    job = queue.held(session, assignment.token)
    if job is None:
        return False
    recording = session.get_one(Recording, job.recording_id)
    if recording.review_state is ReviewState.SIGNED:
        queue.withdraw(session, assignment.token, SIGNED_MEANWHILE, now)
        return False
    origin = "heard" if job.kind is JobKind.HEAR else "rescored"
    rows.record_analysis(session, recording.id, document, origin, job.cause, job.requested_by_id)
    queue.finish(session, assignment.token, now)
    changed = effective.inputs(session, recording) != assignment.inputs.of_a_new_hearing()
    if job.kind is JobKind.HEAR and changed:
        queue.enqueue(session, recording.id, JobKind.SCORE, "处理期间资料有改动", job.requested_by_id, queue.URGENT)
    return True
