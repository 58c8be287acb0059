"""Cancel, retry and delete work in every state that a recording can be in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web import cast
from tests.web.data import analysis
from web import queue
from web.db import Database
from web.intake import removal
from web.kit.refusals import SignedError
from web.models import Job, JobKind, JobState, Recording, RecordingState, ReviewState, StaleDay
from web.queue import JobFailure
from web.worker import assignment

STATES = [state for state in RecordingState if state is not RecordingState.EXCLUDED]  # which no queue brings about


@pytest.fixture
def bring(db: Database, people: dict[str, Any]) -> Any:
    """Return `bring(state)`: the id of a recording in that state, brought there by the queue itself."""

    def bring(wanted: RecordingState) -> int:
        with db.writing() as session:
            known = wanted is not RecordingState.NEEDS_DATA
            row = cast.recording(
                session,
                people["wang"],
                f"{wanted}.mp3",
                stored_key="aa/bb/cc",
                standard_id="property-visit" if known else None,
                state=RecordingState.NEEDS_DATA,
            )
            if known:
                queue.enqueue(session, row.id, JobKind.HEAR)
            if wanted in (RecordingState.NEEDS_DATA, RecordingState.QUEUED):
                return row.id
            if wanted is RecordingState.CANCELLED:
                queue.cancel(session, row.id)
                return row.id
            held = assignment.take(session, "w", 30.0, tuple(JobKind))
            assert held is not None
            if wanted is RecordingState.JUDGED:
                assignment.store(session, held, analysis("visit-03"))
            elif wanted is RecordingState.FAILED:
                queue.fail(session, held.token, JobFailure("audio-damaged", "文件已损坏"))
            elif wanted is RecordingState.SET_ASIDE:
                for _ in range(2):
                    queue.died(session, held.token, "")
                    held = assignment.take(session, "w", 30.0, tuple(JobKind))
                    assert held is not None
                queue.died(session, held.token, "")
            return row.id

    return bring


def look(db: Database, recording_id: int) -> tuple[RecordingState, list[JobState]]:
    with db.reading() as session:
        jobs = session.query(Job.state).filter_by(recording_id=recording_id).order_by(Job.id)
        return session.get_one(Recording, recording_id).state, [row.state for row in jobs]


@pytest.mark.parametrize("wanted", STATES)
def test_the_queue_brings_a_recording_into_every_state(db: Database, bring: Any, wanted: RecordingState) -> None:
    assert look(db, bring(wanted))[0] is wanted


@pytest.mark.parametrize("wanted", STATES)
def test_cancelling_ends_what_goes_on_and_nothing_else(db: Database, bring: Any, wanted: RecordingState) -> None:
    recording_id = bring(wanted)
    active = wanted in (RecordingState.QUEUED, RecordingState.RUNNING)
    with db.writing() as session:
        assert queue.cancel(session, recording_id) == active
    found, jobs = look(db, recording_id)
    assert found is (RecordingState.CANCELLED if active else wanted)
    assert not set(jobs) & set(queue.ACTIVE)


@pytest.mark.parametrize("wanted", STATES)
def test_deleting_takes_it_away(db: Database, bring: Any, people: dict[str, Any], wanted: RecordingState) -> None:
    recording_id = bring(wanted)
    with db.writing() as session:
        assert removal.remove(session, recording_id)
        assert not removal.remove(session, recording_id)
    with db.reading() as session:
        assert session.get_one(Recording, recording_id).deleted_at is not None
        assert session.get(StaleDay, (cast.MONDAY.date(), people["wang"].id)) is not None
    assert not set(look(db, recording_id)[1]) & set(queue.ACTIVE)
    with db.writing() as session:
        assert queue.retry(session, recording_id) is None
        assert queue.claim(session, "w", 30.0, tuple(JobKind)) is None


@pytest.mark.parametrize("wanted", STATES)
def test_retrying_queues_again_what_ended_badly(db: Database, bring: Any, wanted: RecordingState) -> None:
    recording_id = bring(wanted)
    before, jobs = look(db, recording_id)
    with db.writing() as session:
        job_id = queue.retry(session, recording_id)
    after, jobs_after = look(db, recording_id)
    if wanted in (RecordingState.FAILED, RecordingState.CANCELLED, RecordingState.SET_ASIDE):
        assert after is RecordingState.QUEUED
        assert jobs_after == [*jobs, JobState.QUEUED]
    else:
        assert (after, jobs_after) == (before, jobs)
        assert (job_id is not None) == (wanted in (RecordingState.QUEUED, RecordingState.RUNNING))


def test_a_scoring_that_failed_is_scored_again_not_heard(db: Database, bring: Any) -> None:
    recording_id = bring(RecordingState.JUDGED)
    with db.writing() as session:
        queue.enqueue(session, recording_id, JobKind.SCORE)
        held = queue.claim(session, "w", 30.0, tuple(JobKind))
        assert held is not None
        queue.fail(session, held.token, JobFailure("standard-missing", "没有标准"))
    assert look(db, recording_id)[0] is RecordingState.JUDGED  # the earlier result stands
    with db.writing() as session:
        again = session.get_one(Job, queue.retry(session, recording_id))
        assert (again.kind, again.state) == (JobKind.SCORE, JobState.QUEUED)


def test_a_signed_recording_is_not_retried(db: Database, bring: Any) -> None:
    recording_id = bring(RecordingState.JUDGED)
    with db.writing() as session:
        session.get_one(Recording, recording_id).review_state = ReviewState.SIGNED
        assert queue.retry(session, recording_id) is None


def test_what_is_signed_is_not_taken_away_whoever_asks(db: Database, bring: Any) -> None:
    recording_id = bring(RecordingState.JUDGED)
    with db.writing() as session:
        session.get_one(Recording, recording_id).review_state = ReviewState.SIGNED
        with pytest.raises(SignedError):
            removal.remove(session, recording_id)
    with db.reading() as session:
        assert session.get_one(Recording, recording_id).deleted_at is None
