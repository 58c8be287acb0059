"""What a worker takes from the database for a job, and how a result comes back: whole, in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from web import queue
from web.hooks import outbox
from web.intake import effective, rows
from web.models import Analysis, JobKind, Recording, ReviewState

UNREADABLE = queue.JobFailure("internal", "这段录音的资料读不出来", "请把技术细节交给管理员；其他录音不受影响")
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
    try:
        inputs = effective.inputs(session, recording)
    except (AttributeError, TypeError, ValueError) as error:  # or the next look would claim the same job, and the next
        queue.fail(session, claim.token, replace(UNREADABLE, detail=repr(error)), now)
        return None
    return Assignment(claim.job_id, claim.recording_id, claim.kind, claim.token, inputs)


def store(
    session: Session,
    assignment: Assignment,
    document: dict[str, Any],
    now: datetime | None = None,
    stage_s: Mapping[str, float] | None = None,
) -> bool:
    """Write the Analysis JSON and end the job; `stage_s` says how long each stage took.

    False, and nothing written, where the job is no longer this worker's or the recording has been signed meanwhile.
    Where people said something new while the machine was hearing, a SCORE follows. Where a changed standard judged and
    the sound is kept, what decides now is held against it in the background: a HEAR of what was heard already.
    """
    job = queue.held(session, assignment.token)
    if job is None:
        return False
    recording = session.get_one(Recording, job.recording_id)
    if recording.review_state is ReviewState.SIGNED:
        queue.withdraw(session, assignment.token, SIGNED_MEANWHILE, now)
        return False
    again = effective.was_heard(session, recording.id)
    origin = "heard" if job.kind is JobKind.HEAR and not again else "rescored"
    judged_by = _digest(session, recording)
    with outbox.judging(session, recording.id):
        rows.record_analysis(session, recording.id, document, origin, job.cause, job.requested_by_id)
    job.stage_s = dict(stage_s or {})
    queue.finish(session, assignment.token, now)
    used = assignment.inputs if again else assignment.inputs.of_a_new_hearing()
    if job.kind is JobKind.HEAR and effective.inputs(session, recording) != used:
        queue.enqueue(session, recording.id, JobKind.SCORE, "处理期间资料有改动", job.requested_by_id, queue.URGENT)
    elif job.kind is JobKind.SCORE and again and recording.stored_key and _digest(session, recording) != judged_by:
        queue.enqueue(session, recording.id, JobKind.HEAR, queue.LISTEN_AGAIN, priority=queue.IN_THE_BACKGROUND)
    return True


def _digest(session: Session, recording: Recording) -> str | None:
    """The digest of the standard by which a recording stands judged."""
    return session.scalar(select(Analysis.standard_digest).where(Analysis.id == recording.analysis_id))
